"""Sentences marked with what is to be found: `<target>the <location>Kabul</location> base</target>`.

A mark ends with the word that heads what it marks; that word is what is compared. Attributes tell what is to
be found at the mark: `<time value=2024-01-26>Friday</time>`, `<actor label="the army">army</actor>`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TAG = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z]+)(?P<attributes>(?: \w+=(?:\"[^\"]*\"|[^\s\">]+))*)>")
ATTRIBUTE = re.compile(r"(\w+)=(?:\"([^\"]*)\"|([^\s\">]+))")


class MarkError(ValueError):
    """A sentence whose marks cannot be meant."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the plain text, what it is, and what else is expected of it."""

    tag: str
    start: int
    end: int
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its marks, and the marks."""

    text: str
    marks: tuple[Mark, ...]

    def word(self, end: int) -> str:
        """The word that ends at a character, to tell a mark by."""
        return self.text[:end].split()[-1]


@dataclass(frozen=True, slots=True)
class Found:
    """What a component found: where its head ends, and values to compare with the attributes of the mark."""

    tag: str
    end: int
    values: Mapping[str, object]


def parse(sentence: str, *, empty: bool = False) -> Marked:
    """Read a marked sentence.

    Raises MarkError for one that marks nothing, unless it is said to be `empty`, and for marks that are not
    closed, closed in another order, never opened, malformed or without text.
    """
    plain = ""
    opened: list[tuple[str, int, Mapping[str, str]]] = []
    marks: list[Mark] = []
    read = 0
    for tag in TAG.finditer(sentence):
        plain += sentence[read : tag.start()]
        read = tag.end()
        if not tag["closing"]:
            opened.append((tag["name"], len(plain), _attributes(tag["attributes"])))
            continue
        if not opened or opened[-1][0] != tag["name"]:
            raise MarkError(f"</{tag['name']}> closes nothing that is open: {sentence}")
        name, start, attributes = opened.pop()
        if start == len(plain):
            raise MarkError(f"<{name}> marks no text: {sentence}")
        marks.append(Mark(name, start, len(plain), attributes))
    plain += sentence[read:]
    _check(sentence, plain, opened=[name for name, _, _ in opened], is_marked=bool(marks), empty=empty)
    return Marked(plain, tuple(marks))


def _attributes(text: str) -> Mapping[str, str]:
    return {name: quoted or plain for name, quoted, plain in ATTRIBUTE.findall(text)}


def _check(sentence: str, plain: str, *, opened: list[str], is_marked: bool, empty: bool) -> None:
    if opened:
        raise MarkError(f"<{opened[-1]}> is never closed: {sentence}")
    if "<" in plain or ">" in plain:
        raise MarkError(f"a tag is malformed: {sentence}")
    if is_marked is empty:
        raise MarkError(f"marks {'something' if is_marked else 'nothing'}: {sentence}")


def assert_found(marked: Marked, found: Iterable[Found]) -> None:
    """Fail unless exactly what is marked was found, each with the values that its mark gives."""
    by_place = {(one.tag, one.end): one for one in found}
    expected = {(mark.tag, mark.end): mark for mark in marked.marks}
    missing = _readable(marked, expected.keys() - by_place.keys())
    surplus = _readable(marked, by_place.keys() - expected.keys())
    assert not missing + surplus, f"{marked.text}\nmissing: {missing}\nsurplus: {surplus}"
    for place, mark in expected.items():
        values = {name: str(by_place[place].values[name]) for name in mark.attributes}
        assert values == mark.attributes, (
            f"{marked.text}\n{mark.tag} {marked.word(mark.end)!r}\nfound: {values}\nmarked: {mark.attributes}"
        )


def _readable(marked: Marked, places: Iterable[tuple[str, int]]) -> list[str]:
    return [
        f"{tag} {marked.word(end)!r} at {end}" for tag, end in sorted(places, key=lambda place: place[::-1])
    ]
