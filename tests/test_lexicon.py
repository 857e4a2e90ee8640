"""The tables of names, how they are read, and what is told of a name."""

from __future__ import annotations

import re
import shutil
import time
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon.lexicon import Lexicon, load_lexicon, read_lexicon
from pipeline.lexicon.matcher import Matcher, key_of, keys_of
from pipeline.lexicon.mentions import find_mentions
from pipeline.lexicon.report import describe
from pipeline.lexicon.tables import Name, TableError

_SHIPPED = Path(str(files("pipeline.lexicon")))


def _own(tmp_path: Path, text: str, name: str = "own.tsv") -> Path:
    table = tmp_path / name
    table.write_text(text, encoding="utf-8")
    return table


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The shipped lexicon."""
    return load_lexicon()


def test_every_target_exists(lexicon: Lexicon) -> None:
    """Every name stands for ingredients of the table; only classes stand for a word."""
    unknown = {t for names in lexicon.names.values() for n in names if n.kind != "class" for t in n.targets if t not in lexicon.ingredients}
    assert unknown == set()


@pytest.mark.parametrize("table", ["ingredients.tsv", "names.tsv", "brands.tsv", "context_words.tsv", "stems.tsv"])
def test_tables_are_plain(table: str) -> None:
    """Tables have as many cells a line as columns, no spaces at the ends of cells and no line twice."""
    lines = [line for line in (_SHIPPED / table).read_text(encoding="utf-8").split("\n") if line and not line.startswith("#")]
    width = lines[0].count("\t")
    assert [line for line in lines if line.count("\t") != width] == []
    assert [line for line in lines if any(cell != cell.strip() for cell in line.split("\t"))] == []
    assert len(set(lines)) == len(lines)


def test_ids_look_like_ids(lexicon: Lexicon) -> None:
    """Identifiers have the form of their registry."""
    forms = {
        "rxcui": r"\d+",
        "unii": r"[A-Z0-9]{10}",
        "drugbank": r"DB\d{5}",
        "cas": r"\d+-\d\d-\d",
        "mesh": r"[CD]\d+",
        "atc": r"[A-Z][0-9A-Z]{2,6}",
    }
    wrong = [
        (ingredient.name, key, value)
        for ingredient in lexicon.ingredients.values()
        for key, value in ingredient.ids.items()
        if not all(re.fullmatch(forms[key], one) for one in value.split(";"))
    ]
    assert wrong == []


def test_different_drugs_stay_apart(lexicon: Lexicon) -> None:
    """An ingredient that has an international name of its own is not folded into its relative."""
    for name in ("isotretinoin", "tretinoin", "esomeprazole", "omeprazole", "valaciclovir", "desloratadine", "escitalopram"):
        assert lexicon.names[name][0].targets == (name,)


def test_own_tables_win(tmp_path: Path) -> None:
    """A user's table takes the place of the shipped name, and may bring ingredients of its own."""
    ingredients = _own(tmp_path, "name\tclass\nnovelamine\ttest drug\n", "ingredients.tsv")
    names = _own(tmp_path, "# mine\nsurface\ttarget\nTylenol\tnovelamine\nNovex\tnovelamine + paracetamol\n", "names.tsv")
    lexicon = load_lexicon((ingredients, names))
    assert lexicon.names["tylenol"][0].targets == ("novelamine",)
    assert lexicon.names["novex"][0].canonical == "novelamine + paracetamol"
    assert lexicon.version != load_lexicon().version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("surface\ttarget\nNovex\tparacetmol\n", "line 2: unknown ingredient 'paracetmol'; did you mean 'paracetamol'?"),
        ("surface\ttargets\nNovex\tx\n", "line 1: unknown column 'targets'"),
        ("surface\nNovex\n", "line 1: column 'target' is missing"),
        ("surface\tkind\ttarget\nNovex\tbrnd\tparacetamol\n", "line 2: unknown kind 'brnd' of 'Novex'"),
        ("surface\ttarget\tcontext\nNovex\tparacetamol\tyes\n", "line 2: context of 'Novex' is empty or `needs`, not 'yes'"),
        ("surface\ttarget\nNovex\tparacetamol\tUS\n", "line 2: 3 cells under 2 columns"),
        ("surface\ttarget\n \tparacetamol\n", "line 2: the surface is empty"),
        ("surface\ttarget\nNovex\t\n", "line 2: the target of 'Novex' is empty"),
        ("surface\ttarget\tkind\nNovex\t\tclass\n", "line 2: the target of 'Novex' is empty"),
        ("surface\ttarget\tsurface\nNovex\tparacetamol\tx\n", "line 1: column 'surface' stands there twice"),
        ("# nothing\n", "the table is empty"),
    ],
)
def test_a_wrong_table_says_where_and_what_to_do(tmp_path: Path, text: str, message: str) -> None:
    """An error names the file, the line and the remedy."""
    table = _own(tmp_path, text)
    with pytest.raises(TableError, match=re.escape(message)) as caught:
        load_lexicon((table,))
    assert str(table) in str(caught.value)


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """Names in a wrong encoding would never match, so the table is refused."""
    table = tmp_path / "latin.tsv"
    table.write_bytes("surface\ttarget\nCuracné\tisotretinoin\n".encode("latin-1"))
    with pytest.raises(TableError, match="save it as UTF-8"):
        load_lexicon((table,))


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        ("ingredients.tsv", "a + b", "not one ingredient"),
        ("context_words.tsv", "word\tmood\t", "unknown kind 'mood'"),
        ("stems.tsv", "xx\tclass\tprefix\t8", "position is `suffix`"),
    ],
)
def test_the_other_tables_are_checked_too(tmp_path: Path, table: str, line: str, message: str) -> None:
    """Each table refuses what it cannot use."""
    for name in ("ingredients.tsv", "names.tsv", "brands.tsv", "context_words.tsv", "salt_words.txt", "stems.tsv"):
        shutil.copy(_SHIPPED / name, tmp_path / name)
    with (tmp_path / table).open("a", encoding="utf-8") as out:
        out.write(f"{line}\n")
    with pytest.raises(TableError, match=re.escape(message)):
        read_lexicon(tmp_path)


def test_info_counts(lexicon: Lexicon) -> None:
    """Counts by kind, and a version that names the tables."""
    info = lexicon.info()
    assert int(info["ingredients"]) > 1000
    assert int(info["brand"]) > 1000
    assert re.fullmatch(r"[0-9a-f]{12}", str(info["version"]))


def test_lookup_gives_reasons(lexicon: Lexicon) -> None:
    """A lookup says how the name was understood."""
    assert lexicon.lookup("Isotroin")[0].reason == "listed so"
    assert lexicon.lookup("ISOTROIN")[0].reason.startswith("listed in another spelling")
    assert lexicon.lookup("Tylenols")[0].reason == "plural"
    assert lexicon.lookup("isotretenoin")[0].name.kind == "misspelling"
    assert lexicon.lookup("qwertz") == []


def test_suggestions_look_alike(lexicon: Lexicon) -> None:
    """A name that nobody knows comes with names that look like it."""
    assert "Lipitor" in lexicon.suggest("liptor")


def test_describe_tells_what_is_known(lexicon: Lexicon) -> None:
    """Ingredient, kind, where it is sold and what is needed to count stand in plain lines; suggestions otherwise."""
    text = "\n".join(describe(lexicon, "Isotroin"))
    assert "isotretinoin" in text
    assert "brand name 'Isotroin'" in text
    assert "rxcui 6064" in text
    assert any("counts only" in line for line in describe(lexicon, "Pan"))
    assert any("did you mean" in line and "Lipitor" in line for line in describe(lexicon, "liptor"))


_DEMO = [
    Name("Pan", "brand", ("pantoprazole",)),
    Name("Pan-D", "brand", ("pantoprazole", "domperidone")),
    Name("Vitamin B12", "synonym", ("b12",)),
]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Pan-D, pan d, PAN®D", ["Pan-D", "pan d", "PAN®D"]),
        ("Pan\nD", ["Pan\nD"]),
        ("Pan\n\nD", ["Pan"]),
        ("Pan. D", ["Pan"]),
        ("Pan40 Pand xPan 3Pan Pan²", ["Pan", "Pan"]),
        ("vitamin B₁₂ and vitamin b 12", ["vitamin B₁₂", "vitamin b 12"]),
    ],
)
def test_longest_match(text: str, spans: list[str]) -> None:
    """The longest name wins; small signs and one line break may stand inside a name, a sentence's end may not."""
    matcher = Matcher({key_of(name.surface): (name,) for name in _DEMO})
    assert [text[m.start : m.end] for m in matcher.find(text)] == spans


@pytest.mark.parametrize(
    ("sources", "kind", "trust"),
    [("fda;ema", "brand", 1.0), ("own;checked", "brand", 0.95), ("own", "brand", 0.8), ("own", "class", 1.0), ("", "brand", 1.0)],
)
def test_trust(sources: str, kind: str, trust: float) -> None:
    """Publishers are trusted, and so is a user's table; our own knowledge a little less, unless a list confirmed it."""
    assert Name("X", kind, ("y",), sources=sources).trust == trust


def test_trust_reaches_the_entity_and_the_lookup(tmp_path: Path) -> None:
    """An analyst can leave out what nobody vouches for; a lookup says it in words."""
    own = _own(tmp_path, "surface\ttarget\tsources\nZzyxan\tramipril\town\nZzyxol\tramipril\town;checked\nZzyxin\tramipril\tfda\n")
    lexicon = load_lexicon((own,))
    mentions = find_mentions("The patient took Zzyxan, Zzyxol and Zzyxin tablets.", lexicon)
    assert [mention.confidence for mention in mentions] == [0.8, 0.95, 1.0]
    assert any("not confirmed" in line for line in describe(lexicon, "Zzyxan"))
    assert any("confirmed by a list" in line for line in describe(lexicon, "Zzyxol"))
    assert any("Drugs@FDA" in line for line in describe(lexicon, "Zzyxin"))


def test_an_unconfirmed_name_needs_a_word_of_health(tmp_path: Path) -> None:
    """What only we know counts where health is spoken of, and is not guessed at."""
    own = _own(tmp_path, "surface\ttarget\tsources\nZzyxanol\tramipril\town\n")
    lexicon = load_lexicon((own,))
    assert find_mentions("The Zzyxanol camera is light.", lexicon) == []
    assert len(find_mentions("Zzyxanol lowers the pressure of patients.", lexicon)) == 1
    assert lexicon.guess("zzyxanoll") is None


@pytest.mark.parametrize(
    "text",
    ["surface\ttarget\nA1\tramipril\n\n# more\nA2\tramipril\n", "surface\ttarget\tcontext\r\nA1\tramipril\r\nA2\tramipril\tneeds\r\n"],
)
def test_tables_may_be_untidy(tmp_path: Path, text: str) -> None:
    """Empty lines, comments between rows, short rows and Windows line ends are read as they are meant."""
    lexicon = load_lexicon((_own(tmp_path, text),))
    assert [lexicon.names[key][0].targets for key in ("a 1", "a 2")] == [("ramipril",), ("ramipril",)]


def test_names_are_a_mapping(lexicon: Lexicon) -> None:
    """Rows become objects when asked for; unknown keys are told as in any mapping."""
    assert len(list(lexicon.names)) == len(lexicon.names)
    assert lexicon.names.get("no such name") is None
    with pytest.raises(KeyError):
        lexicon.names["no such name"]


@given(st.lists(st.text(alphabet="aZ1 -+\u00e9\u03b1\u0130\u00df2", max_size=8)))
def test_keys_of_many_are_the_keys_of_each(surfaces: list[str]) -> None:
    """The quick way gives what the plain way gives."""
    assert keys_of(surfaces) == [key_of(surface) for surface in surfaces]


def test_loading_is_quick() -> None:
    """The shipped lexicon loads in a fraction of a second, also on a busy machine."""
    times = []
    for _ in range(3):
        start = time.process_time()
        read_lexicon(files("pipeline.lexicon")).matcher.find("paracetamol")
        times.append(time.process_time() - start)
    assert min(times) < 0.6


@pytest.mark.parametrize("word", ["isotrétinoïne", "izotretynoina", "изотретиноин", "ИЗОТРЕТИНОИНА", "आइसोट्रेटिनोइन"])
def test_names_of_other_languages_are_looked_up(lexicon: Lexicon, word: str) -> None:
    """A generic name as another language spells it is told with the reason."""
    found = lexicon.lookup(word)
    assert [candidate.name.targets for candidate in found] == [("isotretinoin",)]
    assert "another language" in found[0].reason


def test_own_names_stand_before_those_of_other_languages(tmp_path: Path) -> None:
    """What the user's table says of a word is not overruled by how it sounds."""
    lexicon = load_lexicon((_own(tmp_path, "surface\ttarget\nIbuprofeno\tparacetamol\n"),))
    assert [mention.name.targets for mention in find_mentions("Tomo ibuprofeno.", lexicon, language="es")] == [("paracetamol",)]


def test_own_names_in_devanagari_stand_before_their_sound(tmp_path: Path) -> None:
    """A name in Devanagari letters in the user's table is found, and counts before what it sounds like."""
    lexicon = load_lexicon((_own(tmp_path, "surface\ttarget\nपैरासिटामोल\tibuprofen\n"),))
    assert [mention.name.targets for mention in find_mentions("पैरासिटामोल लें", lexicon, language="hi")] == [("ibuprofen",)]


def test_other_languages_are_read_on_their_pages(lexicon: Lexicon) -> None:
    """A word of English letters is read so on a page in another language only."""
    text = "Levotiroxina, hidroclorotiazida"
    assert [mention.kind for mention in find_mentions(text, lexicon, language="es")] == ["synonym", "synonym"]
    assert find_mentions(text, lexicon, language="en-GB") == []
