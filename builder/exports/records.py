"""Events of the merged layer as records: the one type that every table and map is made from."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A report that tells of something, what it is a copy of, and the sentence in which it first does."""

    report: str
    publisher: str = ""
    title: str = ""
    issued: str = ""
    address: str = ""
    copy_of: str = ""
    sentence: str = ""

    @property
    def text(self) -> str:
        """The report that has its text first."""
        return self.copy_of or self.report


@dataclass(frozen=True, slots=True)
class Party:
    """An actor: its class and type by local name, the ISO code of its country, what it belongs to."""

    iri: str
    label: str
    kind: str
    type: str = ""
    country: str = ""
    bodies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A place: its point as longitude and latitude in degrees, and its name at each wider precision."""

    iri: str
    label: str
    precision: str = ""
    point: tuple[float, float] | None = None
    within: tuple[tuple[str, str], ...] = ()
    country: str = ""

    def at(self, precision: str) -> str:
        """Give the name of the place, or of what it lies in, at a precision; empty where it is not known.

        >>> Site("", "Mosul", "settlement", within=(("province", "Nineveh"),)).at("province")
        'Nineveh'
        """
        return self.label if self.precision == precision else dict(self.within).get(precision, "")


@dataclass(frozen=True, slots=True)
class Structure:
    """A facility, its type by local name, and who runs it."""

    label: str
    type: str = ""
    operators: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a toll; `high` is None where only a lower bound is told."""

    outcome: str
    low: int
    high: int | None
    victims: tuple[Party, ...] = ()
    speakers: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    is_revised: bool = False


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event of the merged layer, with all that it refers to resolved.

    Dates are the lexical forms of the graph, so that `2024-03` keeps its precision. Types, modality, basis,
    damage and weapons are local names of the ontology.
    """

    iri: str
    label: str
    classes: tuple[str, ...]
    modality: str
    types: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    count: int | None = None
    confidence: str = ""
    basis: str = ""
    damage: str = ""
    perpetrators: tuple[Party, ...] = ()
    opponents: tuple[Party, ...] = ()
    facilities: tuple[Structure, ...] = ()
    sites: tuple[Site, ...] = ()
    weapons: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def key(self) -> str:
        """The last part of the IRI."""
        return self.iri.rstrip("/").rpartition("/")[2]

    @property
    def independent_sources(self) -> int:
        """How many reports tell of it, copies of one text counted once."""
        return len({source.text for source in self.sources})

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """Where it happened, as far as a point can say so: a province's or a country's would be false."""
        narrow = (site.point for site in self.sites if site.precision not in ("province", "country"))
        return tuple(dict.fromkeys(point for point in narrow if point is not None))


def shared(values: Sequence[str]) -> str:
    """Give the value that all have in common; empty where they differ, or one is unknown.

    >>> shared(["IQ", "IQ"]), shared(["IQ", "SY"]), shared([])
    ('IQ', '', '')
    """
    return values[0] if len(set(values)) == 1 else ""
