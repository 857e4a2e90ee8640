"""Where pages come from: whatever holds them, each comes once, in order, with what is known of it; what cannot be read says why."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import struct
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.reading import read
from pipeline.reading.sources import Raw, Reading, count_inputs, find_files, items, look, parse_field, read_file, read_inputs, read_records

TEXT = "Isotroin 20mg is taken once daily with food for severe acne."
PAGE = f"<!doctype html><title>Dose</title><p>{TEXT}</p>"


def zstd(data: bytes) -> bytes:
    """Packed by zstd, as this Python has it."""
    if sys.version_info >= (3, 14):
        from compression import zstd as module
    else:
        from backports import zstd as module
    return module.compress(data)


def warc_record(kind: str, headers: dict[str, str], body: bytes) -> bytes:
    """A record of a WARC file."""
    head = {"WARC-Type": kind, **headers, "Content-Length": str(len(body))}
    return b"WARC/1.0\r\n" + "".join(f"{key}: {value}\r\n" for key, value in head.items()).encode() + b"\r\n" + body + b"\r\n\r\n"


def answer(number: int, status: str = "200 OK", kind: str = "text/html; charset=iso-8859-1", body: bytes = b"", **headers: str) -> bytes:
    """A response record of page `number`."""
    http = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n" + "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    )
    told = {
        "WARC-Record-ID": f"<urn:uuid:{number:08d}-0000-4000-8000-000000000000>", "WARC-Target-URI": f"https://example.org/{number}",
        "WARC-Date": "2026-03-01T10:00:00Z", "Content-Type": "application/http; msgtype=response",
    }  # fmt: skip
    return warc_record("response", told, http.encode() + body)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    """A tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def raws(path: Path, **reading: Any) -> list[Raw]:
    """All documents of a file or folder."""
    return list(read_inputs([path], Reading(**reading)))


def texts(found: list[Raw]) -> list[str]:
    """What is in them, as text."""
    return [raw.data.decode() if isinstance(raw.data, bytes) else raw.data for raw in found]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd, lambda data: gzip.compress(gzip.compress(data))])
@pytest.mark.parametrize("name", ["page.html", "page.html.gz", "page", "page.bin"])
def test_compression(tmp_path: Path, pack: Callable[[bytes], bytes], name: str) -> None:
    """A packed page is unpacked, whatever its name says; several streams in one file are all read."""
    (tmp_path / name).write_bytes(pack(PAGE.encode()) + pack(b"<p>Second stream."))
    expected = PAGE + "<p>Second stream." if pack in {gzip.compress, bz2.compress, lzma.compress, zstd} else None
    found = texts(raws(tmp_path / name))
    assert len(found) == 1
    assert found[0] == expected or (expected is None and found[0].startswith(PAGE))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
def test_a_file_that_is_cut_off(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """What can be read of a packed file that breaks off is read, and the break is told with its place."""
    rows = b"".join(json.dumps({"id": str(i), "text": f"{TEXT} {os.urandom(200).hex()}"}).encode() + b"\n" for i in range(4000))
    packed = pack(rows)
    (tmp_path / "crawl.jsonl.x").write_bytes(packed[: len(packed) * 9 // 10])
    found = raws(tmp_path / "crawl.jsonl.x")
    assert found[-1].problem
    assert "damaged or cut off" in found[-1].problem.problem
    assert len(found) > (1000 if pack is not bz2.compress else 0)


JSON_FILES = {
    "lines": '{"text": "A"}\n\n{"text": "B"}\n',
    "windows": '\ufeff{"text": "A"}\r\n{"text": "B"}\r\n',
    "array a line each": '[\n{"text": "A"},\n{"text": "B"}\n]\n',
    "array in one line": '[{"text": "A"}, {"text": "B"}]',
    "pretty array": json.dumps([{"text": "A"}, {"text": "B"}], indent=2),
    "pretty objects": json.dumps({"text": "A"}, indent=2) + "\n" + json.dumps({"text": "B"}, indent=2),
}


@pytest.mark.parametrize("content", JSON_FILES.values(), ids=JSON_FILES)
@pytest.mark.parametrize("name", ["items.json", "items.json.gz"])
def test_json(tmp_path: Path, content: str, name: str) -> None:
    """JSON lines, an array of objects and objects over several lines give an item an object."""
    (tmp_path / name).write_bytes(content.encode() if name.endswith("json") else gzip.compress(content.encode()))
    found = raws(tmp_path / name)
    assert [(raw.data, raw.kind, raw.problem) for raw in found] == [("A", "text", None), ("B", "text", None)]


WIDE = [f"{mark}utf-{width}-{end}" for mark in ("", "\ufeff") for width in (16, 32) for end in ("le", "be")]


@pytest.mark.parametrize("encoding", WIDE)
def test_records_in_wide_charsets(tmp_path: Path, encoding: str) -> None:
    """JSON and CSV in UTF-16 or UTF-32 are read, packed or not, with a mark or without; a letter that is cut in half costs no record."""
    mark, charset = encoding[: encoding.index("u")], encoding[encoding.index("u") :]
    for name, content in {
        "a.jsonl": '{"text": "für Ċ ਊ"}\n{"text": "B"}\n',
        "a.json": '[{"text": "für Ċ ਊ"},\n{"text": "B"}]', "a": '{"text": "für Ċ ਊ"}\n{"text": "B"}', "a.csv": "text,id\nfür Ċ ਊ,1\nB,2\n",
        "a.tsv": "text\tid\nfür Ċ ਊ\t1\nB\t2\n",
    }.items():  # fmt: skip
        data = (mark + content).encode(charset)
        (tmp_path / name).write_bytes(data)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data))
        assert texts(raws(tmp_path / name)) == texts(raws(tmp_path / f"{name}.gz")) == ["für Ċ ਊ", "B"], name
    (tmp_path / "cut.jsonl").write_bytes((mark + '{"text": "A"}\n{"text": "B"}\n').encode(charset) + b"{")
    assert texts(raws(tmp_path / "cut.jsonl"))[:2] == ["A", "B"]


def test_many_records_in_utf_16(tmp_path: Path) -> None:
    """Records in UTF-16 that are more than is read at once lose nothing."""
    rows = [{"id": i, "text": "Nähe µg 𝛼 " * (1 + i % 500)} for i in range(2000)]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-16")
    assert [(raw.id, raw.data) for raw in raws(tmp_path / "items.jsonl")] == [(str(row["id"]), row["text"]) for row in rows]


@pytest.mark.parametrize(
    ("content", "count"),
    [("[", 0), ('[{"text": "A"}', 1), ('[{"text": "A"},\n', 1), ('[[{"text": "A"}]', 1), ('[{"text": "A"}]', 1), ("[]", 0)],
)
def test_an_array_that_is_not_closed(content: str, count: int, tmp_path: Path) -> None:
    """An array that breaks off between two objects, or before the first, is told as well."""
    (tmp_path / "items.json").write_text(content, encoding="utf-8")
    found = raws(tmp_path / "items.json")
    whole = content.count("[") == content.count("]")
    assert texts(found[:count]) == ["A"] * count
    assert [str(raw.problem) for raw in found[count:]] == ([] if whole else [
        f"{tmp_path}/items.json: not valid JSON after {count} objects (the array is not closed); mend it, or write one JSON object a line"
    ])  # fmt: skip


def test_a_large_array(tmp_path: Path) -> None:
    """An array larger than what is read at once loses nothing, and neither do its letters outside ASCII."""
    rows = [{"id": i, "text": "Nähe µg " * (1 + i % 5000)} for i in range(2000)]
    (tmp_path / "items.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    assert [(raw.id, raw.data) for raw in raws(tmp_path / "items.json")] == [(str(row["id"]), row["text"]) for row in rows]


def test_an_array_that_breaks_off(tmp_path: Path) -> None:
    """The objects before the break are read, and the break is told."""
    (tmp_path / "items.json").write_text('[{"text": "A"}, {"text": "B"}, {"te', encoding="utf-8")
    found = raws(tmp_path / "items.json")
    assert texts(found[:2]) == ["A", "B"]
    assert found[2].problem
    assert "not valid JSON after 2 objects" in found[2].problem.problem


FIELDS = [
    ({"url": "u", "html": "<p>x", "text": "no"}, ("<p>x", "html", "u")),
    ({"link": "u", "body": "<p>x"}, ("<p>x", None, "u")),
    ({"URL": "u", "Raw HTML": "<p>x"}, ("<p>x", "html", "u")),
    ({"source_url": "u", "maintext": "x", "title": "t"}, ("x", "text", "u")),
    ({"warc_target_uri": "u", "raw_content": "x"}, ("x", None, "u")),
    ({"html": None, "content": "x"}, ("x", "text", None)),
]


@pytest.mark.parametrize(("row", "expected"), FIELDS)
def test_fields_are_guessed(tmp_path: Path, row: dict[str, Any], expected: tuple[str, str | None, str | None]) -> None:
    """The names that crawlers and data sets give to page, text and URL are known; markup goes before text."""
    (tmp_path / "c.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert [(raw.data, raw.kind, raw.url) for raw in raws(tmp_path / "c.jsonl")] == [expected]


def test_fields_that_are_given(tmp_path: Path) -> None:
    """A field that is named goes before any guess; one that is not there is told."""
    (tmp_path / "c.jsonl").write_text('{"text": "no", "story": "yes", "nr": 5}\n{"text": "no"}\n', encoding="utf-8")
    first, second = raws(tmp_path / "c.jsonl", fields=(parse_field("text=story"), parse_field("id=nr")))
    assert (first.data, first.id) == ("yes", "5")
    assert second.problem
    assert "no field story in it (fields: text)" in second.problem.problem
    with pytest.raises(ConfigError, match="roles: text, html"):
        parse_field("body=story")


def test_title_and_date_of_a_record() -> None:
    """Columns beside the text are taken where the page does not tell title and date itself."""
    document = read(Raw(f"{TEXT}\n\n{TEXT}", title="Acne", published="2026-01-02"))
    assert (document.title, document.metadata.published) == ("Acne", "2026-01-02")
    page = '<title>Own</title><meta property="article:published_time" content="2025-05-05"><h1>Own</h1><p>' + TEXT
    document = read(Raw(page, title="Acne", published="2026-01-02"))
    assert (document.title, document.metadata.published) == ("Own", "2025-05-05")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("t.csv", 'id,text\n1,A\n2,"B, or\nC"\n', ["A", "B, or\nC"]),
        ("t.tsv", "id\ttext\n1\tA\n2\tB\n", ["A", "B"]),
        ("t.csv", "id;body\n1;A\n2;B\n", ["A", "B"]),
        ("t.csv", "\ufeffid,text\n1,é\n2,B\n", ["é", "B"]),
    ],
)  # fmt: skip
def test_csv(tmp_path: Path, name: str, content: str, expected: list[str]) -> None:
    """Rows of CSV and TSV, whatever parts them, with line breaks in quotes."""
    for file, data in ((name, content.encode()), (f"{name}.gz", gzip.compress(content.encode()))):
        (tmp_path / file).write_bytes(data)
        found = raws(tmp_path / file)
        assert [(raw.data, raw.id, raw.record) for raw in found] == [(expected[0], "1", 1), (expected[1], "2", 2)]


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16"])
def test_csv_of_other_charsets(tmp_path: Path, encoding: str) -> None:
    """What spreadsheets write is read."""
    (tmp_path / "t.csv").write_bytes("id,text\n1,für 5 µg\n".encode(encoding))
    assert texts(raws(tmp_path / "t.csv")) == ["für 5 µg"]


def test_csv_with_a_quote_that_never_ends(tmp_path: Path) -> None:
    """A field that swallows the file is stopped and told; what stood before it is there."""
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "text"], ["1", "A"]])
        file.write('2,"' + "x" * 3000)
    limit = csv.field_size_limit()
    found = raws(tmp_path / "t.csv", max_bytes=1000)
    assert csv.field_size_limit() == limit  # which is that of the whole process
    assert found[0].data == "A"
    assert found[1].problem
    assert "row 2: not valid CSV" in found[1].problem.problem


CLOSED, OPEN = "unexpected end of data", "',' expected after '\"'"
BROKEN = {
    "never closed": ('1,"A\n2,B\n3,C\n', [(1, CLOSED), (2, "B"), (3, "C")]),
    "closed by the next one": ('1,"A\n2,"B"\n3,C\n', [(1, OPEN), (2, "B"), (3, "C")]),
    "the last one": ('1,A\n2,"B\n', [(1, "A"), (2, CLOSED)]),
    "two of them": ('1,"A\n2,B\n3,"C\n4,D\n', [(1, OPEN), (2, "B"), (3, CLOSED), (4, "D")]),
    "a text of several lines": ('1,"A\nand a "B" so\n\n2,C\n', [(1, OPEN), (2, "C")]),
    "letters behind a quote": ('1,"A" B\n2,C\n', [(1, "A B"), (2, "C")]),
    "in the head": ('"\n1,A\n', [(1, CLOSED)]),
    "short and long rows": ("1\n\n2,B,x\n", [(1, "neither text nor html"), (2, "B")]),
}


@pytest.mark.parametrize(("rows", "expected"), BROKEN.values(), ids=BROKEN)
def test_csv_with_broken_rows(tmp_path: Path, rows: str, expected: list[tuple[int, str]]) -> None:
    """A quote that is not closed costs its row, which is told by its number; the rows below are read."""
    (tmp_path / "t.csv").write_text(rows if rows.startswith('"') else "id,text\n" + rows, encoding="utf-8")
    found = raws(tmp_path / "t.csv")
    assert [raw.record for raw in found] == [number for number, _ in expected]
    assert all(words in str(raw.problem or raw.data) for raw, (_, words) in zip(found, expected, strict=True)), found


def test_csv_that_would_be_read_for_ever(tmp_path: Path) -> None:
    """Rows that each swallow all that follows are not all read again: the last failure says that the rest was not read."""
    (tmp_path / "t.csv").write_text("id,text\n" + 'a","\n' * 3000, encoding="utf-8")
    found = raws(tmp_path / "t.csv", max_bytes=1000)
    assert len(found) < 20
    assert "the rows after it were not read" in str(found[-1].problem)


def test_parquet(tmp_path: Path) -> None:
    """Rows of Parquet in any number of groups, text or bytes; a part is read without what stands before it."""
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = {
        "id": list(range(500)),
        "url": [f"u{i}" for i in range(500)],
        "html": [f"<p>{i}".encode() for i in range(500)],
        "junk": [None] * 500,
    }
    parquet.write_table(pyarrow.table(rows), tmp_path / "t.parquet", row_group_size=130)
    found = raws(tmp_path / "t.parquet")
    assert [(raw.id, raw.url, raw.data, raw.kind, raw.record) for raw in found] == [
        (str(i), f"u{i}", f"<p>{i}".encode(), "html", i + 1) for i in range(500)
    ]
    part = list(read_records(look(str(tmp_path / "t.parquet")), Reading(), 255, 10))
    assert part == found[255:265]
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "t.parquet").read_bytes()[:-40])
    problem = raws(tmp_path / "cut.parquet")[0].problem
    assert problem
    assert "not a whole Parquet file" in problem.problem


def test_warc(tmp_path: Path) -> None:
    """Pages of a WARC come with URL, id and the server's charset; HTTP's coding is undone; what is no page is passed over."""
    chunked = b"5\r\n<p>A \r\n4\r\nlong\r\n0\r\n\r\n"
    records = [
        warc_record("warcinfo", {"Content-Type": "application/warc-fields"}, b"software: x\r\n"),
        warc_record("request", {"Content-Type": "application/http; msgtype=request"}, b"GET / HTTP/1.1\r\n\r\n"),
        answer(1, body="<p>für 5 µg".encode("latin-1")),
        answer(2, status="404 Not Found", body=b"<p>gone"),
        answer(3, kind="image/png", body=b"\x89PNG"),
        answer(4, body=gzip.compress(b"<p>packed"), Content_Encoding="gzip"),
        answer(5, body=chunked, Transfer_Encoding="chunked"),
        warc_record("conversion", {"Content-Type": "text/plain", "WARC-Target-URI": "https://example.org/6"}, b"Take <b> one."),
    ]
    for name, data in (("a.warc", b"".join(records)), ("b.warc.gz", b"".join(map(gzip.compress, records))), ("c", zstd(b"".join(records)))):
        (tmp_path / name).write_bytes(data)
        found = raws(tmp_path / name)
        assert [raw.url for raw in found] == [f"https://example.org/{n}" for n in (1, 4, 5, 6)]
        assert [raw.data for raw in found] == ["<p>für 5 µg".encode("latin-1"), b"<p>packed", b"<p>A long", b"Take <b> one."]
        assert [(raw.record, raw.kind) for raw in found] == [(1, "html"), (2, "html"), (3, "html"), (4, "text")]
        assert found[0].charset == "iso-8859-1"
        assert found[0].id == "00000001-0000-4000-8000-000000000000"
        assert read(found[0]).text == "für 5 µg"
        assert list(read_records(look(str(tmp_path / name)), Reading(), 1, 2)) == found[1:3]


def test_a_warc_that_is_cut_off(tmp_path: Path) -> None:
    """A record with less than its length says is told, whether the file ends in it or it swallowed the next one."""
    first, second = answer(1, body=b"<p>" + b"Take one. " * 50), answer(2, body=b"<p>Take two.")
    lying = first.replace(b"Content-Length: ", b"Content-Length: 9", 1)
    for name, data in (("cut.warc", second + first[:-100]), ("lying.warc", second + lying + second)):
        (tmp_path / name).write_bytes(data)
        whole, cut = raws(tmp_path / name)
        assert whole.data == b"<p>Take two."
        assert f"{name}, record 2: cut off after" in str(cut.problem)
        assert not cut.data


MHTML = f"""From: <Saved by Blink>
Snapshot-Content-Location: https://example.org/acne
Subject: =?utf-8?Q?Acn=C3=A9?=
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----b"

------b
Content-Type: text/css

p {{ color: red }}
------b
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable
Content-Location: https://example.org/acne

<p>Take 20 =B5g. {TEXT[:20]}=
{TEXT[20:]}
------b
Content-Type: image/png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
------b--
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_mhtml(tmp_path: Path, newline: str) -> None:
    """A page that a browser saved in one file gives its main part, with URL and title."""
    (tmp_path / "page.mhtml").write_bytes(MHTML.replace("\n", newline).encode())
    found = raws(tmp_path)
    assert [(raw.url, raw.title, raw.charset, raw.kind) for raw in found] == [("https://example.org/acne", "Acné", "iso-8859-1", "html")]
    assert read(found[0]).text == f"Take 20 µg. {TEXT}"


@pytest.mark.parametrize("pack", [zipped, tarred, lambda members: gzip.compress(tarred(members))])
def test_archives(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    """Members of zip and tar are read as the files that they are, in their order; hidden ones and pictures are not."""
    members = {
        "b/page.html": PAGE.encode(), "a.txt": TEXT.encode(), "crawl.jsonl": b'{"text": "A"}\n{"text": "B"}\n', "x.png": b"\x89PNG",
        ".hidden.html": b"no", "__MACOSX/a.html": b"no", "packed.html.gz": gzip.compress(b"<p>packed"),
        "inner.zip": zipped({"a.txt": b"A"}),
    }  # fmt: skip
    (tmp_path / "pages.bin").write_bytes(pack(members))
    found = list(read_inputs([tmp_path / "pages.bin"]))
    base = str(tmp_path / "pages.bin")
    assert [(str(raw.path).removeprefix(base), raw.record) for raw in found] == [
        ("/b/page.html", None), ("/a.txt", None), ("/crawl.jsonl", 1), ("/crawl.jsonl", 2), ("/packed.html.gz", None), ("/inner.zip", None),
    ]  # fmt: skip
    assert texts(found[:5]) == [PAGE, TEXT, "A", "B", "<p>packed"]
    assert found[5].problem
    assert "zip within an archive" in found[5].problem.problem


def test_parquet_of_other_columns(tmp_path: Path) -> None:
    """Rows without text, and text in columns of another type, are told with what is there, each in its place."""
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    for name, rows in {
        "none": {"price": [1.5, 2.0]},
        "numbers": {"text": [1, None]},
        "lists": {"text": [["Take"], ["20 mg"]]},
        "empty": {"text": pyarrow.array([], pyarrow.string())},
    }.items():
        parquet.write_table(pyarrow.table(rows), tmp_path / f"{name}.parquet")
    told = {name: [str(raw.problem) for raw in raws(tmp_path / f"{name}.parquet")] for name in ("none", "numbers", "lists", "empty")}
    assert [len(problems) for problems in told.values()] == [2, 2, 2, 0]
    assert all("row" in problem and ("price" in problem or "text" in problem) for problems in told.values() for problem in problems)


def test_parquet_without_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pyarrow is missing, a table fails with the command that brings it; the pages beside it are read."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    (tmp_path / "b.html").write_bytes(PAGE.encode())
    table, page = raws(tmp_path)
    assert "pip install 'pharmaclean[parquet]'" in str(table.problem)
    assert page.problem is None


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that unpacks to more than a page may have is refused, and so is the rest of an archive that unpacks to too much."""
    (tmp_path / "bomb.zip").write_bytes(zipped({"a.html": b"0" * 10_000_000, "b.html": PAGE.encode()}))
    (tmp_path / "bomb.html.gz").write_bytes(gzip.compress(b"0" * 10_000_000))
    found = raws(tmp_path, max_bytes=100_000)
    assert [bool(raw.problem) for raw in found] == [True, True, False]
    assert all("larger than 100,000 bytes" in raw.problem.problem for raw in found if raw.problem)
    monkeypatch.setattr("pipeline.reading.sources.archives._ALWAYS", 50_000)
    (tmp_path / "bomb.zip").write_bytes(zipped({f"{i}.html": b"0" * 90_000 for i in range(9)}))
    problems = [raw.problem for raw in raws(tmp_path / "bomb.zip", max_bytes=100_000) if raw.problem]
    assert len(problems) > 3
    assert "unpacks to more than 200 times its size" in problems[-1].problem


def test_damaged_archives(tmp_path: Path) -> None:
    """An archive that is cut off gives what can be read, and says so; one with a password says so."""
    whole = zipped({"a.txt": TEXT.encode()})
    (tmp_path / "cut.zip").write_bytes(whole[:-30])
    locked = bytearray(whole)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.index(magic) + offset
        locked[place : place + 2] = struct.pack("<H", 1)
    (tmp_path / "locked.zip").write_bytes(locked)
    (tmp_path / "cut.tar").write_bytes(tarred({"a.txt": TEXT.encode(), "b.txt": TEXT.encode() * 100})[:2500])
    (tmp_path / "office.zip").write_bytes(zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}))
    found = {Path(str(raw.path)).parts[len(tmp_path.parts)]: raw for raw in raws(tmp_path)}
    words = {"cut.zip": "not a whole zip", "locked.zip": "encrypted", "office.zip": "Office file"}
    for name, word in words.items():
        problem = found[name].problem
        assert problem, name
        assert word in str(problem), name
    assert any("cut.tar" in str(raw.problem) for raw in raws(tmp_path) if raw.problem)


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "gz"), (zstd, "zst"), (lzma.compress, "xz"), (bz2.compress, "bz2")])
def test_all_before_the_damage(pack: Callable[[bytes], bytes], name: str, tmp_path: Path) -> None:
    """What stands before damage is read to the last line, also where a reader has it in one piece with the damage."""
    path = tmp_path / f"crawl.jsonl.{name}"
    rows = b"".join(json.dumps({"id": str(i), "text": f"{TEXT} {i}"}).encode() + b"\n" for i in range(30))
    path.write_bytes(pack(rows) + pack(rows)[:-12])
    whole, *others = [raw.problem for raw in raws(path)][29:]
    assert whole is None
    assert others[-1] is not None
    assert "damaged or cut off after" in others[-1].problem


def test_a_window_too_large(tmp_path: Path) -> None:
    """Zstandard that needs more memory than a reader gives says so; to fetch it again would not help."""
    block = b'{"text": "Take one."}\n'
    head = b"\x28\xb5\x2f\xfd" + bytes([0, 21 << 3])  # a window of 2 GB
    (tmp_path / "long.jsonl.zst").write_bytes(head + (1 | len(block) << 3).to_bytes(3, "little") + block)
    (raw,) = raws(tmp_path)
    assert "packed with a larger window than is read; unpack it first: zstd -d --long=31" in str(raw.problem)


def test_links_in_archives(tmp_path: Path) -> None:
    """Links in archives are not followed, and told; devices and pipes are passed over."""
    page = PAGE.encode()
    with tarfile.open(tmp_path / "links.tar", "w") as archive:
        for name, kind, link in (
            ("page.html", tarfile.REGTYPE, ""), ("hard.html", tarfile.LNKTYPE, "page.html"), ("soft.html", tarfile.SYMTYPE, "/etc/passwd"),
            ("pipe.html", tarfile.FIFOTYPE, ""), ("dev.html", tarfile.CHRTYPE, ""), ("soft.png", tarfile.SYMTYPE, "x.png"),
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, link, len(page) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(page))
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as zipped_:
        zipped_.writestr("page.html", page)
        soft = zipfile.ZipInfo("soft.html")
        soft.create_system, soft.external_attr = 3, 0o120777 << 16
        zipped_.writestr(soft, "/etc/passwd")
    found = [(Path(str(raw.path)).name, str(raw.problem or "").split(": ")[-1]) for raw in raws(tmp_path)]
    told = "a link, which is not followed in an archive; unpack it first"
    assert found == [("page.html", ""), ("hard.html", told), ("soft.html", told), ("page.html", ""), ("soft.html", told)]


def test_a_folder(tmp_path: Path) -> None:
    """A folder gives what is a page by its name or its content, in the order of the paths, and counts what it passes over."""
    (tmp_path / "b").mkdir()
    (tmp_path / "page_files").mkdir()
    content = {
        "b/two.HTML": PAGE, "a.txt": TEXT, "index.php": PAGE, "photo.jpg": "x", "data.bin": "nothing", "article-12.5": PAGE,
        "style.css": "p {}",
        "page.html": PAGE, "page_files/frame.html": PAGE, ".git": "x", "c.jsonl.gz": "", "README": TEXT,
    }  # fmt: skip
    for name, text in content.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    passed = Counter[str]()
    found = [Path(file.path).relative_to(tmp_path).as_posix() for file in find_files([tmp_path], Reading(), passed)]
    assert found == ["README", "a.txt", "article-12.5", "b/two.HTML", "c.jsonl.gz", "index.php", "page.html"]
    assert passed == {".jpg": 1, ".bin": 1, ".css": 1, "(parts of saved pages)": 1}
    names = [Path(file.path).name for file in find_files([tmp_path], Reading(include=("*.HTML", "data.*"), exclude=("x*",)))]
    assert names == ["two.HTML", "data.bin"]
    names = [Path(file.path).name for file in find_files([tmp_path], Reading(exclude=("b/*", "*.p*")))]
    assert names == ["README", "a.txt", "article-12.5", "c.jsonl.gz", "page.html"]
    for pattern in ("*/b/*", "/b/*"):  # a folder of that name, wherever it is, or at the top
        assert "two.HTML" not in [Path(file.path).name for file in find_files([tmp_path], Reading(exclude=(pattern,)))]
        assert [Path(file.path).name for file in find_files([tmp_path], Reading(include=(pattern,)))] == ["two.HTML"]


@pytest.mark.skipif(not hasattr(os, "symlink") or sys.platform == "win32", reason="needs links of POSIX")
def test_links(tmp_path: Path) -> None:
    """A link to a folder is followed unless it leads round in a circle; a link to nowhere is a failure, not a silence."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text(TEXT, encoding="utf-8")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "linked").symlink_to(tmp_path / "real")
    (pages / "loop").symlink_to(pages)
    (pages / "nowhere.txt").symlink_to(tmp_path / "none")
    found = raws(pages)
    assert [Path(str(raw.path)).relative_to(pages).as_posix() for raw in found] == ["linked/a.txt", "nowhere.txt"]
    assert found[1].problem
    assert "no such file" in found[1].problem.problem


def test_lists_and_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """@FILE names one input a line, from here or from beside the list; patterns are resolved; what is missing is told."""
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.txt", "c d.txt"):
        (tmp_path / "in" / name).write_text(name, encoding="utf-8")
    (tmp_path / "in" / "list").write_text(f"# pages\nc d.txt\n\n{tmp_path / 'in' / 'a.txt'}\nmissing.txt\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = list(read_inputs(["@in/list", "in/[ab].txt", "in/**/c*.txt"]))
    assert [Path(str(raw.path)).name for raw in found] == ["c d.txt", "a.txt", "missing.txt", "a.txt", "b.txt", "c d.txt"]
    assert [bool(raw.problem) for raw in found] == [False, False, True, False, False, False]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"in/a.txt\nin/b.txt\n")))
    assert texts(list(read_inputs(["@-"]))) == ["a.txt", "b.txt"]


def test_a_list_that_is_no_text(tmp_path: Path) -> None:
    """A list in UTF-16, as PowerShell writes it, or with a NUL in a name, is told; it names no files."""
    for content in ("a.html\n".encode("utf-16"), b"a\0b.html\n"):
        (tmp_path / "list.txt").write_bytes(content)
        with pytest.raises(ConfigError, match=r"list.txt: holds a NUL, as text in UTF-16 does; save it as UTF-8"):
            list(find_files([f"@{tmp_path / 'list.txt'}"], Reading()))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """- takes a page, or whatever a file may hold."""

    class Stdin:
        def __init__(self, data: bytes) -> None:
            self.buffer = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type,unused-ignore]

    for data, expected in (
        (PAGE.encode(), [PAGE]), (b"", [""]), (b'{"text": "A"}\n{"text": "B"}', ["A", "B"]), (gzip.compress(PAGE.encode()), [PAGE]),
        (zipped({"a.txt": b"A"}), ["A"]),
    ):  # fmt: skip
        monkeypatch.setattr("sys.stdin", Stdin(data))
        assert texts(list(read_inputs(["-"]))) == expected


def test_an_archive_without_an_end_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that must be held in memory is refused once it is larger than a bound; whatever follows is not read."""

    class Stdin:
        buffer = io.BufferedReader(io.BytesIO(zipped({"a.txt": b"A"}) + b"0" * 1_000_000))  # type: ignore[arg-type,unused-ignore]

    monkeypatch.setattr("pipeline.reading.sources.records._LARGEST", 300_000)
    monkeypatch.setattr("sys.stdin", Stdin())
    (found,) = read_inputs(["-"])
    assert str(found.problem) == "-: zip of more than 300,000 bytes on standard input; give the file by its name"
    assert Stdin.buffer.tell() < 1_000_000


def test_text_that_looks_a_little_like_json(tmp_path: Path) -> None:
    """Text and wiki markup that begin with a brace or a bracket are pages."""
    for content in (
        "{{Infobox drug}}\nTake one.",
        "[Isotroin](x.html) is taken daily.",
        "[1, 2]",
        "{not json}",
        "BZh is no archive",
        "PK yes",
    ):
        (tmp_path / "a.txt").write_text(content, encoding="utf-8")
        assert texts(raws(tmp_path / "a.txt")) == [content]


def test_large_documents(tmp_path: Path) -> None:
    """A document above the limit is a failure, read no further than the limit; its neighbours are read."""
    (tmp_path / "a.html").write_text("x" * 5000, encoding="utf-8")
    rows = ['{"text": "A"}', json.dumps({"text": "x" * 5000}), json.dumps({"text": "x" * 1500}), '{"text": "B"}']
    (tmp_path / "b.jsonl").write_text("\n".join(rows), encoding="utf-8")
    found = raws(tmp_path, max_bytes=1000)
    assert [bool(raw.problem) for raw in found] == [True, False, True, True, False]
    assert {str(raw.problem).split(": ", 1)[1] for raw in found if raw.problem} == {
        "larger than 1,000 bytes; raise --max-bytes if this is a page"
    }
    assert [raw.record for raw in found] == [None, 1, 2, 3, 4]


def test_counting_reads_nothing_in(tmp_path: Path) -> None:
    """Documents can be counted without being read; the place in the file grows to its size."""
    (tmp_path / "c.jsonl").write_text('{"text": "A"}\n' * 500, encoding="utf-8")
    found = list(items(look(str(tmp_path / "c.jsonl")), Reading()))
    assert (len(found), found[-1].at) == (500, (tmp_path / "c.jsonl").stat().st_size)
    assert count_inputs([tmp_path, tmp_path / "c.jsonl"]) == 1000


def test_read_file(tmp_path: Path) -> None:
    """A path that is asked for as one page gives it, also packed; one that holds several says what to do."""
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    assert read(tmp_path / "a.html.gz").title == "Dose"
    (tmp_path / "c.jsonl").write_text('{"text": "A"}\n' * 2, encoding="utf-8")
    problem = read_file(tmp_path / "c.jsonl").problem
    assert problem
    assert "holds several documents; use: pharmaclean batch" in str(problem)


def test_urls(tmp_path: Path) -> None:
    """Inputs elsewhere are read through fsspec: files, folders, packed or not."""
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name, data in {
        "/pages/b/two.html": PAGE.encode(),
        "/pages/a.jsonl.gz": gzip.compress(b'{"text": "A"}\n{"text": "B"}'),
        "/pages/x.png": b"",
    }.items():
        memory.pipe_file(name, data)
    found = list(read_inputs(["memory://pages"]))
    assert [(raw.path, raw.record) for raw in found] == [
        ("memory://pages/a.jsonl.gz", 1), ("memory://pages/a.jsonl.gz", 2), ("memory://pages/b/two.html", None),
    ]  # fmt: skip
    assert texts(found) == ["A", "B", PAGE]
    assert look("memory://pages/b/two.html").size == len(PAGE)
    assert texts(list(read_inputs(["memory://pages/*/*.html"]))) == [PAGE]
    missing = list(read_inputs(["memory://pages/none.html"]))
    assert missing[0].problem
    with pytest.raises(ConfigError, match="install the fsspec package"):
        list(read_inputs(["nonsense://x"]))
