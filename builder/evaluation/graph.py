"""The graph of one report, read by SPARQL: its nodes with what is said of them and where."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad

import ontology
from builder.store import run_query

_QUERIES: Final = Path(__file__).with_name("queries")
_TYPE: Final = ontology.PREFIXES["rdf"] + "type"


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its IRI, its spans of characters in order, their words, and its values by property.

    Names and values that are terms of the ontology go without its namespace.
    """

    iri: str
    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    values: dict[str, tuple[str, ...]]

    def first(self, name: str) -> str | None:
        """One value of a property, or None."""
        return next(iter(self.values.get(name, ())), None)

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a property."""
        return self.values.get(name, ())

    def is_a(self, *classes: str) -> bool:
        """Whether the node is of one of these classes."""
        return not set(classes).isdisjoint(self.all(_TYPE))

    @property
    def label(self) -> str:
        """The best name."""
        return self.first(ontology.PREFIXES["rdfs"] + "label") or ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, the best first."""
        return (self.label, *self.all(ontology.PREFIXES["skos"] + "altLabel"))


class Graph:
    """What was read from one text."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._store = ox.Store()
        self._store.extend(quads)

    def _ask(self, query: str) -> Iterator[ox.QuerySolution]:
        found = run_query(self._store, (_QUERIES / f"{query}.rq").read_text("utf-8"))
        assert isinstance(found, ox.QuerySolutions)
        return found

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The nodes by their IRIs, in the order of the text."""
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        words: dict[str, list[str]] = defaultdict(list)
        for row in self._ask("evidence"):
            spans[_text(row["node"])].append((int(_text(row["start"])), int(_text(row["end"]))))
            words[_text(row["node"])].append(_text(row["words"]))
        values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in self._ask("statements"):
            values[_text(row["node"])][_text(row["property"])].append(_text(row["value"]))
        return {
            iri: Node(
                iri,
                tuple(where),
                tuple(words[iri]),
                {name: tuple(sorted(each)) for name, each in values[iri].items()},
            )
            for iri, where in sorted(spans.items(), key=lambda item: (item[1], item[0]))
        }

    @cached_property
    def points(self) -> dict[str, tuple[float, float]]:
        """Longitude and latitude by the IRIs of places."""
        found = {}
        for row in self._ask("points"):
            longitude, latitude = _text(row["point"]).removeprefix("POINT(").rstrip(")").split()
            found[_text(row["node"])] = float(longitude), float(latitude)
        return found

    def of(self, *classes: str) -> list[Node]:
        """The nodes of some classes."""
        return [node for node in self.nodes.values() if node.is_a(*classes)]

    def linked(self, node: Node, *names: str) -> list[Node]:
        """The nodes that some properties of a node lead to."""
        return [self.nodes[iri] for name in names for iri in node.all(name) if iri in self.nodes]


def _text(term: object) -> str:
    assert isinstance(term, NamedNode | Literal)
    return term.value.removeprefix(ontology.NAMESPACE)


def mapped(concepts: Iterable[str], table: Mapping[str, str]) -> str | None:
    """Translate the first concept that a table has, or that a broader one of it has."""
    return next((table[each] for one in concepts for each in ontology.ancestors(one) if each in table), None)
