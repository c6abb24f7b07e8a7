"""Facts as pages show them: a property and its values, each with where it leads and its words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """What a page calls something, and where that leads, if anywhere.

    `note` says what kind of thing it is, `words` are those that it was read from.
    """

    label: str
    url: str | None = None
    note: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A property and its values."""

    name: str
    values: tuple[Link, ...]
