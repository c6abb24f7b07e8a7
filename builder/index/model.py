"""What is indexed, as plain values: events with the values of their facets, nodes, and reports."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from dateutil.relativedelta import relativedelta


class Facet(StrEnum):
    """What events are filtered by; each value is also the name of the parameter of an address."""

    TYPE = "type"
    ACTOR = "actor"
    TARGET = "target"
    COUNTRY = "country"
    MODALITY = "modality"
    OUTCOME = "outcome"
    SOURCE = "source"
    ABOUT = "about"  # whoever and whatever takes part, and the places around where it was


# Of these a value is a node, with a name of its own.
OF_NODES: Final = (Facet.ACTOR, Facet.COUNTRY, Facet.ABOUT)
# The precisions of places, the finest first: `precision` of an event is a place in this row.
PRECISIONS: Final = ("site", "settlement", "district", "province", "country")
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a date may stand for, counted from 1970-01-01, the last one included."""

    first: int
    last: int

    @property
    def is_exact(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last


@lru_cache(maxsize=100_000)  # many events share a day
def days(lexical: str) -> Days | None:
    """Give the days of a date of XML Schema: year, month, day or moment; None if it is none of these.

    >>> days("1970-02"), days("1970-01-02T10:00:00Z")
    (Days(first=31, last=58), Days(first=1, last=1))
    """
    parts = lexical[:10].split("-")
    try:
        numbers = [int(part) for part in parts]
        first = date(*(*numbers, 1, 1)[:3])
    except (ValueError, TypeError):
        return None
    step = (relativedelta(years=1), relativedelta(months=1), relativedelta(days=1))[len(numbers) - 1]
    start = (first - _EPOCH).days
    try:
        return Days(start, (first + step - _EPOCH).days - 1)
    except (OverflowError, ValueError):  # the last year that there is
        return Days(start, start)


@dataclass(frozen=True, slots=True)
class Location:
    """A point in degrees, and how exactly it stands for the place: one of `PRECISIONS`."""

    longitude: float
    latitude: float
    precision: str


@dataclass(frozen=True, slots=True)
class IndexedEvent:
    """An event as lists show it. `facets` has the values of each facet; `killed` is the highest figure."""

    iri: str
    kind: str
    label: str
    type: str
    date: str
    until: str
    days: Days | None
    modality: str
    who: str
    whom: str
    place: str
    location: Location | None
    killed: int | None
    reports: int  # copies of one text counted once
    sentences: tuple[str, ...]
    facets: dict[Facet, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class IndexedNode:
    """An actor, a facility, a place or a type of events, by the name that it is looked for."""

    iri: str
    kind: str
    label: str
    others: tuple[str, ...]
    type: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class IndexedReport:
    """A report, with its text where it is kept."""

    iri: str
    title: str
    publisher: str
    date: str
    text: str
