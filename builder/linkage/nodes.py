"""What the merge sees of a report: its nodes with their properties, and when it was published."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode

import ontology
from builder.gazetteer import normalise_name
from builder.rdf import RDF_TYPE, term
from builder.store import Store

# An IRI, or the lexical form and the datatype of a literal: quick to compare, to keep and to sort.
Value: TypeAlias = str | tuple[str, str]

_MERGED = tuple(
    term(f"plm:{name}") for name in ("Event", "Actor", "Facility", "Place", "Weapon", "Casualties")
)
ARTICLE: Final = re.compile(r"^(the|an?)\s", re.IGNORECASE)
_TYPE = RDF_TYPE.value
_GEOMETRY = term("geo:hasGeometry").value
_POINT = term("geo:asWKT")
POINT: Final = _POINT.value
_ISSUED = term("dcterms:issued")
# Words stay in the reports, and what points at them.
_LEFT = frozenset(term(name).value for name in ("plm:evidence", "plm:cue"))
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of one report: its properties by IRI, each with its values in order."""

    iri: str
    report: str
    values: Mapping[str, tuple[Value, ...]]

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the values of a property as strings; terms of the ontology by their local names."""
        return tuple(
            [
                value.removeprefix(ontology.NAMESPACE) if isinstance(value, str) else value[0]
                for value in self.values.get(_iri(name), ())
            ]
        )

    def text(self, name: str) -> str:
        """Give the first value of a property, or the empty string."""
        return next(iter(self.texts(name)), "")

    def number(self, name: str) -> int | None:
        """Give the first value of a property as a number, if it has one."""
        text = self.text(name)
        return int(text) if text else None

    @property
    def name(self) -> str:
        """The label without its article, made comparable."""
        return normalise_name(ARTICLE.sub("", self.text("rdfs:label")))

    def is_a(self, *classes: str) -> bool:
        """Say whether the node has one of the classes."""
        return not _iris(classes).isdisjoint(self.values.get(_TYPE, ()))


@cache
def _iri(name: str) -> str:
    return term(name).value


@cache
def _iris(classes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(ontology.NAMESPACE + name for name in classes)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one report says: its nodes by IRI, and the day of its publication as a proleptic ordinal."""

    report: str
    nodes: Mapping[str, Node]
    published: int | None = None

    def of(self, *classes: str) -> list[Node]:
        """List the nodes of one of the classes."""
        return [node for node in self.nodes.values() if node.is_a(*classes)]

    def linked(self, node: Node, *roles: str) -> list[Node]:
        """List the nodes in the roles of a node."""
        return [self.nodes[iri] for role in roles for iri in node.texts(role) if iri in self.nodes]


def read(store: Store, report: str) -> Reading:
    """Read what a report's graph says of its nodes. A place's point becomes a value of the place itself.

    Node by node: most of a graph says in which words something was told.
    """
    graph = NamedNode(report)
    pattern = store.inner.quads_for_pattern
    typed = (quad.subject for kind in _MERGED for quad in pattern(None, RDF_TYPE, kind, graph))
    iris = sorted({found.value for found in typed if isinstance(found, NamedNode)})
    issued = min((_value(quad.object)[0] for quad in pattern(graph, _ISSUED, None, graph)), default="")
    nodes = {iri: Node(iri, report, _properties(store, iri, graph)) for iri in iris}
    return Reading(report, nodes, day_number(issued))


def _value(found: object) -> Value:
    return (
        (found.value, found.datatype.value)
        if isinstance(found, Literal)
        else str(getattr(found, "value", ""))
    )


def _properties(store: Store, iri: str, graph: NamedNode) -> dict[str, tuple[Value, ...]]:
    values: dict[str, list[Value]] = defaultdict(list)
    for quad in store.inner.quads_for_pattern(NamedNode(iri), None, None, graph):
        name = quad.predicate.value
        if name == _GEOMETRY and isinstance(quad.object, NamedNode):
            points = store.inner.quads_for_pattern(quad.object, _POINT, None, graph)
            values[POINT] += (_value(point.object) for point in points)
        elif name not in _LEFT:
            values[name].append(_value(quad.object))
    return {name: tuple(sorted(terms, key=str)) for name, terms in values.items()}


def day_number(text: str) -> int | None:
    """Count the days to a date that a lexical form begins with; None where it has no day of the calendar.

    >>> day_number("2024-01-07T09:30:00") - day_number("2024-01-06")
    1
    >>> day_number("2024-01"), day_number("2024-13-45")
    (None, None)
    """
    found = _DAY.match(text)
    with suppress(ValueError):
        return None if found is None else date.fromisoformat(found[0]).toordinal()
    return None


# No JSON has these characters in it: they stand for the report's IRI and for the namespace.
_REPORT, _NAMESPACE = "\x01", "\x02"


def packed(node: Node) -> str:
    """Write the values of a node as one short line for the ledger."""
    text = json.dumps(node.values, ensure_ascii=False, separators=(",", ":"))
    return text.replace(node.report, _REPORT).replace(ontology.NAMESPACE, _NAMESPACE)


def unpacked(iri: str, report: str, text: str) -> Node:
    """Give back a node of the ledger."""
    values = json.loads(text.replace(_REPORT, report).replace(_NAMESPACE, ontology.NAMESPACE))
    return Node(
        iri,
        report,
        {
            name: tuple([value if isinstance(value, str) else (value[0], value[1]) for value in terms])
            for name, terms in values.items()
        },
    )
