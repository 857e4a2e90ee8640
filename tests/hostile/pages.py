"""Hostile and broken pages, made by code: each a function of a scale, 1 in the tests, more in benchmarks/hostile.py."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

Maker: TypeAlias = Callable[[int], bytes]

_ARTICLE = "Isotroin 20mg Capsule is used for severe acne. Take one capsule twice daily for 16 weeks. It may cause dry lips.\n\n"
_PAGE = f"<!doctype html><html><head><title>Isotretinoin</title></head><body><article><p>{_ARTICLE}</p></article></body></html>"


def _nested(opening: str, closing: str, count: int, scale: int) -> bytes:
    """`count` elements in one another, closed if `closing` says how."""
    number = count * scale
    return f"<!doctype html><body>{opening * number}{_ARTICLE}{closing * number}<p>Take 20 mg daily.".encode()


def _attributes(scale: int, quote: str = '"') -> bytes:
    many = " ".join(f"a{i}={quote}{i}{quote}" for i in range(20_000 * scale))
    return f"<!doctype html><p {many}>{_ARTICLE}</p>".encode()


def _one_line(scale: int) -> bytes:
    return (_ARTICLE.replace("\n", " ") * (900 * scale)).encode()


def _repeated(piece: str, count: int, scale: int, *, html: bool = False) -> bytes:
    """A piece over and over, after the beginning of an article; as text or in a page."""
    body = _ARTICLE + piece * (count * scale // 2)
    return (f"<!doctype html><body><p>{body}" if html else body).encode("utf-8", "surrogatepass")


def _title(piece: str, scale: int) -> bytes:
    return f"<!doctype html><title>Acne{piece * (10_000 * scale)}\x01 | Site</title><h1>Acne</h1><p>{_ARTICLE}".encode()


def _bytes(seed: int, scale: int) -> bytes:
    return random.Random(seed).randbytes(20_000 * scale)


def _printable(seed: int, scale: int) -> bytes:
    """Noise of the signs that markup is made of."""
    return "".join(random.Random(seed).choices("<>/=\"'&;#!-[]() abé\n\t20mg", k=8_000 * scale)).encode()


def _bitten(seed: int, scale: int) -> bytes:
    """A page with a hundredth of its bytes replaced."""
    noise = random.Random(seed)
    page = bytearray(_PAGE.encode() * (20 * scale))
    for _ in range(len(page) // 100):
        page[noise.randrange(len(page))] = noise.randrange(256)
    return bytes(page)


def _zipped(scale: int) -> bytes:
    """A million zeros in a few bytes, under a name that leads out of the folder."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../page.html", b"0" * 1_000_000 * scale)
    return memory.getvalue()


def _fixed(data: bytes, _scale: int) -> bytes:
    return data


def _entities(scale: int) -> bytes:
    """XML's "billion laughs" on a page of HTML, where no entity can be declared."""
    lines = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{lines}]><html><body><p>&l9;{_ARTICLE * scale}'.encode()


_TEXTS = {
    "spaces": (" ", 40_000), "spaces-and-a-sign": (" " * 2000 + ".", 20), "tabs": ("\t", 40_000), "line-breaks": ("\n", 40_000),
    "carriage-returns": ("\r", 40_000),
    "no-break-spaces": ("\u00a0", 40_000), "zero-width": ("\u200b", 40_000), "soft-hyphens": ("\u00ad", 40_000),
    "nul": ("\x00a", 20_000), "escapes": ("\x1b[31m", 8_000), "replacement": ("\ufffd", 40_000), "bidi": ("\u202e20\u202c", 8_000),
    "controls-among-dots": (("\u02d9" * 100 + "\x8a") * 30 + "\n\n", 12),
    "combining": ("a" + "\u0301" * 500, 60), "surrogates": ("\ud800\udc00\udfff", 8_000), "last-code-point": ("\U0010ffff", 20_000),
    "one-word": ("a", 60_000), "one-number": ("9", 40_000), "hyphens": ("a-", 20_000), "dots": (".", 40_000),
    "points-and-digits": ("1.", 20_000),
    "commas": ("1,000,", 8_000), "brackets": ("(", 40_000), "closed-brackets": ("()", 20_000), "quotes": ('"', 40_000),
    "apostrophes": ("'", 40_000),
    "stars": ("*", 40_000), "underscores": ("_", 40_000), "hashes": ("# ", 20_000), "bars": ("|", 40_000), "slashes": ("/", 40_000),
    "at-signs": ("a@", 20_000), "mail-like": ("a@b.c", 8_000), "urls": ("http://a.b/c?d=", 3_000), "colons": ("a:", 20_000),
    "ampersands": ("&", 40_000),
    "entities": ("&amp;amp;", 6_000), "entity-without-end": ("&#x", 15_000), "mojibake": ("Ã¢â‚¬â„¢", 4_000), "trademarks": ("®™", 20_000),
    "drugs": ("isotretinoin ", 3_000), "drugs-joined": ("isotretinoin-", 3_000), "doses": ("20 mg ", 6_000), "ranges": ("5-", 20_000),
    "per": ("mg/", 12_000),
    "times": ("twice daily ", 3_000), "not": ("not ", 9_000), "bullets": ("- a\n", 8_000), "short-lines": ("a\n\n", 10_000),
    "repeated-titles": ("Side effects\n\n", 2_000),
    "fractions": ("½ ", 15_000), "ideographs": ("薬", 20_000), "hindi": ("दवा ", 8_000), "emoji": ("👩‍👩‍👧", 5_000),
    "upper": ("ACNE CREAM ", 4_000), "labels-alone": ("a:\r", 6_000),
    "causes": ("may cause rash ", 1_000), "label-and-effect": ("Side effects: rash ", 1_000), "no-rash": ("no rash but ", 1_500),
    "short-brands": ("Pan D ", 2_000), "numbered-tables": ("Table 1. acne 20 mg ", 1_000), "modals": ("Leave a comment ", 1_500),
    "brand-in-brackets": ("Isotroin (isotretinoin) ", 800), "induced": ("heparin-induced thrombocytopenia ", 600),
    "abbreviations": ("inflammatory bowel disease (IBD) ", 600), "negated-lists": ("rash, acne or ", 1_200),
    "addresses": ("https://a.b/isotretinoin ", 800), "schedules": ("twice a day before food for 2 weeks, ", 500),
}  # fmt: skip

_MARKUP = {
    "unclosed-tags": ("<div><p><b><i><table><tr><td>", 800), "open-angles": ("<", 40_000), "half-tags": ("<a href=", 8_000),
    "half-comments": ("<!--", 15_000),
    "comments": ("<!-- a -->", 8_000), "cdata": ("<![CDATA[", 8_000), "doctypes": ("<!doctype html>", 4_000),
    "instructions": ("<?php ", 10_000),
    "scripts": ("<script>", 6_000), "closed-scripts": ("<script>a</script>", 4_000), "styles": ("<style>*{}</style>", 4_000),
    "titles": ("<title>a", 6_000),
    "forms": ("<form>", 8_000), "anchors": ("<a href=x>", 5_000), "formatting": ("<b><i><u><font>", 3_000),
    "misnested": ("<b><p></b></p>", 4_000),
    "tables": ("<table>", 6_000), "cells": ("<td>a", 8_000), "rows": ("<tr><td>20 mg<td>daily", 2_500), "lists": ("<ul><li>a", 3_000),
    "items": ("<li>20 mg", 5_000),
    "breaks": ("a<br>", 8_000), "raised": ("<sup>1", 5_000), "headings": ("<h2>Dose</h2><p>20 mg", 2_000),
    "affiliations": ("<h3>Affiliations</h3>", 5_000), "counted": ("<p>पैरासिटामोल दिन में दो बार ", 3_000),
    "selects": ("<select><option>a", 4_000), "groups-of-options": ("<optgroup><option>a", 4_000), "items-in-terms": ("<li>a<dt>b", 4_000),
    "closing": ("</p></div>", 5_000), "svg": ("<svg><math><foreignObject>", 2_000), "templates": ("<template><p>a", 4_000),
    "noscript": ("<noscript><p>a", 4_000),
    "frames": ("<iframe src=x></iframe>", 3_000), "metas": ("<meta name=author content=a>", 3_000),
    "json-ld": ("<script type='application/ld+json'>{", 2_000),
    "json-ld-deep": ("<script type='application/ld+json'>" + "[" * 5000 + "</script>", 4),
    "times": ("<time datetime=2020-01-01>a</time>", 2_000),
    "details": ("<details><summary>a</summary>b", 2_500), "plaintext": ("<plaintext>", 5_000), "custom": ("<x-y-z>a", 5_000),
    "links": ("<p><a href=x>Home</a></p>", 2_500),
}  # fmt: skip

_SMALL = {
    "empty": b"", "space": b" \n\t ", "one-nul": b"\x00", "nuls": b"\x00" * 5000, "lone-mark": b"\xef\xbb\xbf",
    "lone-wide-mark": b"\xff\xfe", "half-a-unit": b"\xff\xfea",
    "angle": b"<", "tag": b"<p>", "broken-utf8": b"\xc3" + _PAGE.encode() + b"\xe2\x82",
    "overlong": b"\xc0\xaf\xe0\x80\xaf" + _PAGE.encode(), "high-bytes": b"\xff" * 3000,
    "utf-16": _PAGE.encode("utf-16"), "utf-16-be-no-mark": _PAGE.encode("utf-16-be"), "utf-16-le-no-mark": _PAGE.encode("utf-16-le"),
    "utf-16-odd": _PAGE.encode("utf-16-le") + b"a",
    "utf-32": _PAGE.encode("utf-32"), "utf-32-be": b"\x00\x00\xfe\xff" + _PAGE.encode("utf-32-be"),
    "utf-32-no-mark": _PAGE.encode("utf-32-le"), "utf-16-halves": b"\xff\xfe" + b"\x00\xd8" * 3000,
    "utf-7": b"<meta charset=utf-7><p>+ADw-script+AD4-alert(1)+ADw-/script+AD4- Take 20 mg of isotretinoin \xff daily.",
    "wrong-charset": b"<meta charset=utf-16><p>Isotretinoin caf\xe9 20 mg",
    "unknown-charset": b"<meta charset=none-such><p>20 mg caf\xe9", "codec-as-charset": b"<meta charset=zip><p>20 mg caf\xe9 hex",
    "rot13": b"<meta charset=rot13><p>20 mg caf\xe9", "charset-nul": b"<meta charset='utf\x00-8'><p>20 mg caf\xe9",
    "idna": b"<meta charset=idna><p>20 mg caf\xe9",
    "unicode-escape": b"<meta charset=unicode_escape><p>20 mg \xe9 \\N{DIGIT ONE} \\u202e",
    "png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, "pdf": b"%PDF-1.7\n%\xe2\xe3", "gzip-bomb": gzip.compress(b"0" * 5_000_000),
    "program": b"\x7fELF" + b"\x01" * 200, "pickle": b"\x80\x04cos\nsystem\n(S'touch owned'\ntR.",
    "long-title": b"<title>" + b"isotretinoin " * 5000 + b"</title><p>20 mg",
    "dates": b"<meta property=article:published_time content='99999999999999-99-99T99:99:99'><p>20 mg on 31 February 0000",
    "big-number": b"<p>Take " + b"9" * 5000 + b" mg daily for " + b"8" * 5000 + b" weeks, 1e999 mg, 0/0 tablets, 1/0 mg",
    "json-ld-nan": b"<script type=application/ld+json>"
    b'{"@type": "Article", "author": NaN, "datePublished": 1e999, "headline": [{}]}</script><p>20 mg',
    "json-ld-types": b"<script type=application/ld+json>"
    b'[null, 1, "a", {"@graph": 5, "author": [[[]]], "headline": {"a": 1}, "articleBody": ["x"], "image": 3, "@type": [1, null, {}]}]'
    b"</script><p>20 mg",
    "half-entities": b"<p>&#55296; &#1114112; &#0; &#x110000; &#xD800;&#xDC00; &#99999999999999999999; &bogus; 20 mg",
    "injection": b"<p>'; DROP TABLE drugs; -- =cmd|'/c calc'!A0 {{7*7}} ${jndi:ldap://x} %s %n {0.__class__} 20 mg",
}  # fmt: skip

PAGES: dict[str, Maker] = {
    **{f"bytes-{seed}": partial(_bytes, seed) for seed in range(4)},
    **{f"signs-{seed}": partial(_printable, seed) for seed in range(4)},
    **{f"bitten-{seed}": partial(_bitten, seed) for seed in range(3)},
    **{f"small-{name}": partial(_fixed, data) for name, data in _SMALL.items()},
    **{f"text-{name}": partial(_repeated, piece, count) for name, (piece, count) in _TEXTS.items()},
    **{f"html-{name}": partial(_repeated, piece, count // 2, html=True) for name, (piece, count) in _TEXTS.items()},
    **{f"tags-{name}": partial(_repeated, piece, count, html=True) for name, (piece, count) in _MARKUP.items()},
    **{
        f"title-{name}": partial(_title, _TEXTS[name][0])
        for name in ("spaces", "no-break-spaces", "dots", "bars", "hyphens", "one-word", "apostrophes")
    },
    "nested-div": partial(_nested, "<div>", "</div>", 20_000),
    "nested-unclosed": partial(_nested, "<div><span>", "", 20_000),
    "nested-quote": partial(_nested, "<blockquote><a href=x>", "</a></blockquote>", 8_000),
    "nested-tables": partial(_nested, "<table><tr><td>", "</table>", 6_000),
    "attributes": _attributes,
    "attributes-single-quoted": partial(_attributes, quote="'"),
    "attributes-bare": partial(_attributes, quote=""),
    "one-line": _one_line,
    "zip": _zipped,
    "xml-entities": _entities,
}
