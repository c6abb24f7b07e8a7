"""The merged layer's nodes as the index sees them: read from the snapshot when they are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode

from builder.index.model import PRECISIONS, Location
from builder.rdf import term

# What is kept at hand: nearly all events are where a few thousand places are, and by as many actors, so that
# more is not faster; each takes some 2 KB.
KEPT: Final = 10_000
_POINT: Final = "POINT("

# Values by the last part of a property's name, each once and in order.
Values = Mapping[str, tuple[NamedNode | Literal, ...]]


@lru_cache(maxsize=KEPT)
def local(iri: str) -> str:
    """Give the last part of an IRI.

    >>> local("https://w3id.org/polemos/ontology#Attack"), local("http://purl.org/dc/terms/title")
    ('Attack', 'title')
    """
    return iri.rpartition("#")[2].rpartition("/")[2]


def _value(each: NamedNode | Literal) -> str:
    return each.value


class Nodes:
    """The nodes of a snapshot's default graph, of which only some are held in memory at a time."""

    def __init__(self, snapshot: ox.Store) -> None:
        self._snapshot = snapshot
        self.said = lru_cache(maxsize=KEPT)(self._read)
        self.around = lru_cache(maxsize=KEPT)(self._surroundings)

    def close(self) -> None:
        """Let go of the snapshot, which the caches would hold on to; the nodes cannot be asked for after."""
        del self._snapshot

    def pairs(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield each node that has a property, and a value of it; `name` has a prefix."""
        for quad in self._snapshot.quads_for_pattern(None, term(name), None, ox.DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                yield quad.subject.value, quad.object.value

    def _read(self, node: str) -> Values:
        values: dict[str, list[NamedNode | Literal]] = defaultdict(list)
        for quad in self._snapshot.quads_for_pattern(NamedNode(node), None, None, ox.DefaultGraph()):
            if isinstance(quad.object, NamedNode | Literal):
                values[local(quad.predicate.value)].append(quad.object)
        return {name: tuple(sorted(found, key=_value)) for name, found in values.items()}

    def all(self, node: str, *properties: str) -> tuple[str, ...]:
        """Give the values of some properties of a node, each once, in order of the properties."""
        said = self.said(node)
        return tuple(dict.fromkeys(each.value for name in properties for each in said.get(name, ())))

    def linked(self, node: str, *properties: str) -> tuple[str, ...]:
        """Give the nodes that some properties of a node lead to, each once, in order of the properties."""
        said = self.said(node)
        found = (each for name in properties for each in said.get(name, ()) if isinstance(each, NamedNode))
        return tuple(dict.fromkeys(each.value for each in found))

    def one(self, node: str, name: str) -> str:
        """Give the least value of a property, or an empty text."""
        return next(iter(self.all(node, name)), "")

    def label(self, node: str) -> str:
        """Give the name of a node."""
        return self.one(node, "label") or local(node)

    def is_a(self, node: str, kind: str) -> bool:
        """Say whether a node has a class of ours."""
        return kind in map(local, self.all(node, "type"))

    def _surroundings(self, node: str) -> tuple[str, ...]:
        """Give a place or a facility with all that it lies in, the nearest first."""
        found = {node: None}
        for each in (reached := [node]):
            for outer in self.linked(each, "location", "sfWithin"):
                if outer not in found:
                    found[outer] = None
                    reached.append(outer)
        return tuple(found)

    def location(self, nodes: Iterable[str]) -> tuple[str, Location | None]:
        """Give the name of where something is, and the finest point that is known of it."""
        places = [place for node in nodes for place in self.around(node) if self.is_a(place, "Place")]
        points = {place: point for place in places if (point := self._point(place)) is not None}
        best = min(points, key=lambda place: PRECISIONS.index(points[place].precision), default=None)
        name = self.label(best or places[0]) if places else ""
        return name, points[best] if best else None

    def _point(self, place: str) -> Location | None:
        """Read a point of WKT, longitude first; other geometries have no point."""
        precision = self.one(place, "placePrecision")
        if precision not in PRECISIONS:
            return None
        for text in (
            wkt for geometry in self.linked(place, "hasGeometry") for wkt in self.all(geometry, "asWKT")
        ):
            numbers = text.removeprefix(_POINT).removesuffix(")").split()
            if text.startswith(_POINT) and len(numbers) == 2:  # longitude, latitude
                return Location(float(numbers[0]), float(numbers[1]), precision)
        return None
