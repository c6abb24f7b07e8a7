"""Which events are asked for: facets, a period, a box on the map, words; read from addresses and written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from types import MappingProxyType
from typing import Final, Self

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from builder.index.model import Facet, days

# Whose values are nodes: in addresses they stand without the base that all our nodes have.
NODES: Final = frozenset((Facet.ACTOR, Facet.COUNTRY, Facet.ABOUT))
# What a person asks for is well below; each value costs a comparison with every event.
_VALUES: Final = 50
_LONGEST: Final = 500
WORDS: Final = 200  # characters of a search


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map, in degrees; where the west is greater than the east it spans the date line."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `west,south,east,north`.

        >>> Box.read("-10,0,10,20").north
        20.0
        """
        try:
            west, south, east, north = map(float, text.split(","))
        except ValueError:
            raise BadRequest("bbox is west,south,east,north in degrees") from None
        if not all(map(isfinite, (west, south, east, north))):
            raise BadRequest("bbox is west,south,east,north in degrees")
        # Maps that are dragged around the globe count on.
        if east - west >= 360:
            return cls(-180, south, 180, north)
        return cls(_turned(west), south, _turned(east) if east != 180 else 180, north)

    def __str__(self) -> str:
        return ",".join(f"{number:g}" for number in (self.west, self.south, self.east, self.north))


def _turned(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of events; values of one facet are alternatives, everything else must hold together."""

    facets: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    start: str = ""
    end: str = ""
    box: Box | None = None
    words: str = ""

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.facets.items())), self.start, self.end, self.box, self.words))

    @classmethod
    def read(cls, fields: MultiDict[str, str], *, base: str) -> Self:
        """Read the parameters of an address. Raises `BadRequest` for what cannot be meant.

        >>> Selection.read(MultiDict({"type": "AirStrike", "from": "2024-02"}), base="https://x.org/").start
        '2024-02'
        """
        facets = {
            facet: tuple(dict.fromkeys(_value(facet, text, base) for text in fields.getlist(facet) if text))
            for facet in Facet
        }
        if sum(map(len, facets.values())) > _VALUES:
            raise BadRequest(f"a list may be filtered by {_VALUES} values")
        box = fields.get("bbox", "")
        return cls(
            MappingProxyType({facet: values for facet, values in facets.items() if values}),
            _date(fields.get("from", ""), "from"),
            _date(fields.get("to", ""), "to"),
            Box.read(box) if box else None,
            _words(fields.get("q", "")),
        )

    def arguments(self, *, base: str) -> Iterator[tuple[str, str]]:
        """Give the parameters that say the same; `read` gives the selection back."""
        for facet, values in self.facets.items():
            yield from ((facet.value, shown(value, base) if facet in NODES else value) for value in values)
        box = str(self.box) if self.box else ""
        others = {"from": self.start, "to": self.end, "bbox": box, "q": self.words}
        yield from ((name, value) for name, value in others.items() if value)

    def toggled(self, facet: Facet, value: str) -> Self:
        """Give the selection with one more value of a facet, or without it if it is there."""
        held = self.facets.get(facet, ())
        values = tuple(each for each in held if each != value) if value in held else (*held, value)
        facets = {**self.facets, facet: values}
        return replace(self, facets=MappingProxyType({name: kept for name, kept in facets.items() if kept}))


def shown(iri: str, base: str) -> str:
    """Give a node as it stands in an address."""
    return iri.removeprefix(base)


def _value(facet: Facet, text: str, base: str) -> str:
    if len(text) > _LONGEST:
        raise BadRequest(f"a value of {facet} has {_LONGEST} characters at most")
    return f"{base}{text}" if facet in NODES and ":" not in text else text


def _date(text: str, name: str) -> str:
    if text and days(text[:10]) is None:
        raise BadRequest(f"{name} is a date: YYYY-MM-DD, YYYY-MM or YYYY")
    return text[:10]


def _words(text: str) -> str:
    if len(text) > WORDS:
        raise BadRequest(f"a search has {WORDS} characters at most")
    return " ".join(text.split())
