"""What an index gives: events, nodes and reports as lists show them, counted values, places on a map."""

from typing import NamedTuple


class Row(NamedTuple):
    """An event as a list shows it; `killed` is the highest figure that anybody gives."""

    id: int
    iri: str
    kind: str
    label: str
    type: str
    date: str
    until: str
    modality: str
    who: str
    whom: str
    place: str
    killed: int | None
    reports: int
    sentence: str


class Value(NamedTuple):
    """A value of a facet: what it is called, and how many events have it."""

    value: str
    label: str
    events: int


class Named(NamedTuple):
    """A node that events speak of; `events` is how many."""

    iri: str
    kind: str
    label: str
    type: str
    events: int


class Report(NamedTuple):
    """A report that was found, with the words around those that were looked for."""

    iri: str
    title: str
    publisher: str
    date: str
    words: str


class Point(NamedTuple):
    """Where an event is: degrees, and how exactly that stands for the place."""

    longitude: float
    latitude: float
    precision: str


class Cell(NamedTuple):
    """A part of the map: the middle of its events, how many they are, and how many of each kind."""

    longitude: float
    latitude: float
    events: int
    kinds: dict[str, int]
