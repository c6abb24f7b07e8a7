"""Tokens are what the grammar says, whatever the text: all of it, in order, in linear time."""

import time

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.tokens import SKIPPED, Kind, tokens

# Every text with its tokens, each behind its kind; white space is left out.
CASES: list[tuple[str, list[str]]] = [
    ("", []),
    ("a", ["word a"]),
    ("# b\rc#d", ["comment # b", "word c", "comment #d"]),
    ("<http://a/#b>", ["iri <http://a/#b>"]),
    ("<a:\\u0041\\U00000041>", ["iri <a:\\u0041\\U00000041>"]),
    ("<\\x>", ["punctuation <", "other \\", "word x", "punctuation >"]),
    ("?a<?b", ["variable ?a", "punctuation <", "variable ?b"]),
    ("?a <= $b", ["variable ?a", "punctuation <=", "variable $b"]),
    ("1<<a:b#c>", ["number 1", "punctuation <", "iri <a:b#c>"]),
    ("<<<a:b>", ["punctuation <<", "iri <a:b>"]),
    ("<<( ?s", ["punctuation <<", "punctuation (", "variable ?s"]),
    (")>>.", ["punctuation )", "punctuation >>", "punctuation ."]),
    ("{|?p 1|}}", ["punctuation {|", "variable ?p", "number 1", "punctuation |}", "punctuation }"]),
    ("'#' \"'\"", ["string '#'", 'string "\'"']),
    ("''", ["string ''"]),
    ("'a\\'b' 'c\\\\' d", ["string 'a\\'b'", "string 'c\\\\'", "word d"]),
    ("'''a''\n'b\\'''c'''", ["string '''a''\n'b\\'''c'''"]),
    ('"""a""""', ['string """a"""', 'other "']),
    ('"""a"', ['string ""', 'string "a"']),
    ("'a\nb'", ["other '", "word a", "word b", "other '"]),
    ("'\\'\n'a'", ["other '", "other \\", "other '", "string 'a'"]),
    ('"""\\""" "a"', ['string ""', 'string "\\""', 'string " "', "word a", 'other "']),
    ("a:b.c.d.", ["name a:b.c.d", "punctuation ."]),
    (":%20\\,-\\-1:b a:", ["name :%20\\,-\\-1:b", "name a:"]),
    (":%2", ["name :", "other %", "number 2"]),
    ("a.b:c a.b", ["name a.b:c", "word a", "punctuation .", "word b"]),
    ("a.:b", ["word a", "punctuation .", "name :b"]),
    ("a-b", ["word a", "punctuation -", "word b"]),
    ("été:à é", ["name été:à", "other é"]),
    ("_:a.b. _:-", ["blank _:a.b", "punctuation .", "other _", "name :", "punctuation -"]),
    ("?o.a:b", ["variable ?o", "punctuation .", "name a:b"]),
    ("?x-a:b", ["variable ?x", "punctuation -", "name a:b"]),
    ("'a'@en-GB--ltr", ["string 'a'", "language @en-GB--ltr"]),
    ("'1'^^a:b", ["string '1'", "punctuation ^^", "name a:b"]),
    ("-1 2. .5", ["punctuation -", "number 1", "number 2", "punctuation .", "number .5"]),
    (
        "1.5 1e5 1.e5 .1E-2 1e",
        ["number 1.5", "number 1e5", "number 1.e5", "number .1E-2", "number 1", "word e"],
    ),
    ("1SERVICE:a", ["number 1", "name SERVICE:a"]),
    ("SERVICE<a:b>{", ["word SERVICE", "iri <a:b>", "punctuation {"]),
    ("a||!b", ["word a", "punctuation ||", "punctuation !", "word b"]),
    ("a&&b!=c", ["word a", "punctuation &&", "word b", "punctuation !=", "word c"]),
    ("\xa0\\", ["other \xa0", "other \\"]),
]
# What invites a tokenizer to go back, or to look ahead, again and again.
NASTY = [
    *["'", "<", "\\", ":", "?", "a.", "a-", "a..", "é.", "<a", "<<a", "a:b.", "%", "#\r", "<\\u0041", "1e"],
    *['"', '"\\', '"""\\', '"\n', "'\"", "a.b ", "\\'''\n", "\\'\\\""],
]
LENGTH = 250_000  # characters: none of these takes a second; were the time quadratic, they would take minutes
PATIENCE = 5  # seconds


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_tokens(text: str, expected: list[str]) -> None:
    found = [f"{token.kind} {token.text}" for token in tokens(text) if token.kind is not Kind.SPACE]
    assert found == expected


def test_every_kind_has_a_case() -> None:
    assert {each.split()[0] for _, expected in CASES for each in expected} == {*Kind} - {Kind.SPACE}


def assert_covers(text: str) -> None:
    position = 0
    for token in tokens(text):
        assert token.start == position < token.end
        assert token.text == text[token.start : token.end]
        position = token.end
    assert position == len(text)


PIECES = st.one_of(
    st.text(max_size=5),
    st.sampled_from(
        ["'", '"', '"""', "'''", "\\", "\n", "#", "<", ">", "a.", ":b", "_:", "@en", "?x", "1e", "%4"]
    ),
)


@given(st.lists(PIECES).map("".join))
def test_tokens_cover_any_text_in_order(text: str) -> None:
    assert_covers(text)


@given(st.lists(st.sampled_from("\\'\"\na.-: "), max_size=40).map("".join))
def test_what_is_not_tried_again_was_none(text: str) -> None:
    """Where a token begins, a tokenizer that starts there and remembers nothing finds the same one."""
    for token in tokens(text):
        assert next(tokens(text[token.start :])).text == token.text


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["@en", "^^<urn:t>", ""]))
def test_a_literal_that_oxigraph_writes_is_a_string(value: str, suffix: str) -> None:
    written = str(ox.Literal(value))
    first = next(tokens(written + suffix))
    assert (first.kind, first.text) == (Kind.STRING, written)


@pytest.mark.parametrize("piece", NASTY)
def test_time_is_linear(piece: str) -> None:
    text = "'''\n\"" + piece * (LENGTH // len(piece))
    started = time.perf_counter()
    assert_covers(text)
    assert time.perf_counter() - started < PATIENCE


def test_a_megabyte() -> None:
    text = "PREFIX a: <http://a/> SELECT ?b { ?b a:c 'd'@en ; a:e.f 1.5 # g\n }" * 15_000
    started = time.perf_counter()
    assert sum(token.kind not in SKIPPED for token in tokens(text)) == 14 * 15_000
    assert time.perf_counter() - started < PATIENCE
