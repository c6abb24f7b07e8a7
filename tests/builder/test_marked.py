"""The reader of marked sentences refuses those that would test nothing."""

import pytest

from .marked import Found, Mark, MarkError, assert_found, parse

SENTENCE = (
    "<target>the <location>Kabul</location> base</target> "
    'on <time value=2024-01-26 was="a day">Friday</time>.'
)


def test_marks_are_read() -> None:
    marked = parse(SENTENCE)
    assert marked.text == "the Kabul base on Friday."
    assert marked.marks == (
        Mark("location", 4, 9, {}),
        Mark("target", 0, 14, {}),
        Mark("time", 18, 24, {"value": "2024-01-26", "was": "a day"}),
    )
    assert [marked.text[mark.start : mark.end] for mark in marked.marks] == [
        "Kabul",
        "the Kabul base",
        "Friday",
    ]


@pytest.mark.parametrize(
    ("sentence", "reason"),
    {
        "Gunmen fled.": "marks nothing",
        "<actor>Gunmen fled.": "never closed",
        "Gunmen</actor> fled.": "closes nothing",
        "<actor>Gunmen</target> fled.": "closes nothing",
        "<actor><target>Gunmen</actor></target> fled.": "closes nothing",
        "<actor></actor>Gunmen fled.": "marks no text",
        "<actor kind>Gunmen</actor> <target>fled</target>.": "closes nothing",
        "<actor>Gunmen</actor> fled <time.": "malformed",
    }.items(),
)
def test_marks_that_cannot_be_meant_are_refused(sentence: str, reason: str) -> None:
    with pytest.raises(MarkError, match=reason):
        parse(sentence)


def test_a_sentence_without_marks_must_be_said_to_have_none() -> None:
    assert parse("Gunmen fled.", empty=True).marks == ()
    with pytest.raises(MarkError, match="marks something"):
        parse("<actor>Gunmen</actor> fled.", empty=True)


MARKED = parse("<actor kind=Group>Gunmen</actor> fled.")
RIGHT = Found("actor", 6, {"kind": "Group"})


def test_what_is_marked_is_found() -> None:
    assert_found(MARKED, [RIGHT])


@pytest.mark.parametrize(
    "found",
    [
        [],
        [Found("target", 6, {"kind": "Group"})],
        [Found("actor", 11, {"kind": "Group"})],
        [Found("actor", 6, {"kind": "Person"})],
        [RIGHT, Found("actor", 11, {"kind": "Group"})],
    ],
    ids=["nothing", "another tag", "another word", "another value", "too much"],
)
def test_whatever_else_is_found_fails(found: list[Found]) -> None:
    with pytest.raises(AssertionError):
        assert_found(MARKED, found)
