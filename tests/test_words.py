"""Words of a text: the fast reading gives what the plain rule of tokens says, and leads back to the text."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.words import find_tokens, marked, places_in, read_words, stretches, words_of

TEXTS = st.text(st.sampled_from("abzAZéßİſ'’sStT_-.,/ \n\t\u00a0\u2009019½⅓²₂µ®—अ१")) | st.text()


@given(TEXTS)
@example(" Don’t take 1,000 mg of B₁₂ (½ tablet), 10 000 IU, Crohn's x20mg")
def test_reading(text: str) -> None:
    """Words are the tokens of the text without white space, in lower case; each stands where it says, and only white space is between."""
    read = read_words(text)
    assert [text[a:b] for a, b in zip(read.starts, read.ends, strict=True)] == _tokens(text)
    assert read.words == [token.lower().replace("’", "'") for token in _tokens(text)]
    gaps = zip([0, *read.ends], [*read.starts, len(text)], strict=True)
    assert not "".join(text[a:b] for a, b in gaps).strip()


def _tokens(text: str) -> list[str]:
    low = text.lower()
    same = low if len(low) == len(text) else text  # what is a token is told from lower case where that is as long
    out, here = list[str](), 0
    for piece in find_tokens(same.replace("’", "'")):
        out += [text[here : here + len(piece)]] if not piece.isspace() else []
        here += len(piece)
    return out


@given(TEXTS)
def test_places(text: str) -> None:
    """The places of all words are all places, each word where it stands."""
    read = read_words(text)
    assert places_in(read.places, set(read.words)) == list(range(len(read.words)))
    assert all(read.words[i] == word for word, places in read.places.items() for i in places)


@given(st.lists(st.sampled_from(["take", "20", "½", "mg", "or", "daily"])), st.sampled_from("nu"))
def test_stretches(words: list[str], wanted: str) -> None:
    """Stretches of marks are those that splitting at the blanks gives, where they hold what is wanted."""
    marks = marked(words_of(words), {"mg": "u", "or": "o", "0": "n"}, ".")
    assert marks == "".join({"mg": "u", "or": "o", "20": "n", "½": "n"}.get(word, ".") for word in words)
    assert [marks[a:b] for a, b in stretches(marks, wanted, ".")] == [part for part in marks.split(".") if wanted in part]
