"""Checks the graph of one report against `ontology/shapes.ttl`, fast enough to run on every report built.

pySHACL takes seconds for what this takes a millisecond or two. The shapes are read once and compiled to
plain tests. What is compiled is what the shapes use: targets by class and by property, the constraints in
`builder.shapes.constraints`, over properties, sequences of them and inverses. Anything else of SHACL is
refused with a `ShapeError` when the shapes are read, never passed over; so `sh:sparql`, which the shapes do
not use, would be. What differs from pySHACL (`polemos validate`): `sh:lessThan` and the bounds compare
numbers only, and a value that is none breaks them.

Source of the semantics: Shapes Constraint Language (SHACL), W3C Recommendation of 20 July 2017.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, parse

import ontology
from builder.errors import ShapeError
from builder.shapes.constraints import (
    SH,
    Test,
    all_of,
    named,
    property_test,
    readable,
    steps,
    text,
    value,
    value_tests,
)
from builder.shapes.graph import TYPE, Classes, Graph, Taxonomy, Term
from builder.shapes.literals import number

_NODE_SHAPE: Final = NamedNode(SH + "NodeShape")
_TARGET_CLASS: Final = NamedNode(SH + "targetClass")
_TARGET_SUBJECTS: Final = NamedNode(SH + "targetSubjectsOf")
_PROPERTY: Final = NamedNode(SH + "property")


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A node that breaks a constraint: the shape's local name, the node, the path and the way out."""

    shape: str
    focus: str
    path: str
    message: str

    def __str__(self) -> str:
        at = f" {self.path}" if self.path else ""
        return f"{self.focus}{at}: {self.message} (shape {self.shape})"


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One compiled constraint of one shape; it cannot fail on a node without the property `needs`."""

    shape: str
    path: str
    message: str
    holds: Test
    needs: NamedNode | None = None

    def violation(self, focus: Term) -> Violation:
        """Say that a node breaks it."""
        return Violation(self.shape, text(focus), self.path, self.message)


@dataclass(frozen=True, slots=True)
class Plan:
    """The checks of nodes of the same classes: those that always run, and those that a property calls."""

    always: Sequence[Check]
    called: Mapping[NamedNode, Sequence[Check]]


class Checker:
    """Shapes compiled to checks.

    Raises `ShapeError` for a file that uses a term of SHACL which is not compiled, or lacks a message.
    """

    def __init__(self, shapes: Path, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._by_class: defaultdict[Term, list[Check]] = defaultdict(list)
        self._by_property: defaultdict[NamedNode, list[Check]] = defaultdict(list)
        self._plans: dict[Classes, Plan] = {}
        graph = Graph(parse(path=str(shapes)))
        for shape, properties in graph.triples.items():
            if _NODE_SHAPE in properties.get(TYPE, ()) or any(map(_is_target, properties)):
                self._add(graph, shape)

    def _add(self, shapes: Graph, shape: Term) -> None:
        checks = tuple(_checks(shapes, shape))
        for name in shapes.values(shape, _TARGET_CLASS):
            self._by_class[name] += checks
        for name in shapes.values(shape, _TARGET_SUBJECTS):
            self._by_property[named(name)] += checks

    def _plan(self, classes: Classes) -> Plan:
        plan = self._plans.get(classes)
        if plan is None:
            checks = [check for name in classes for check in self._by_class.get(name, ())]
            called = {name: list(of_property) for name, of_property in self._by_property.items()}
            for check in checks:
                if check.needs is not None:
                    called.setdefault(check.needs, []).append(check)
            plan = self._plans[classes] = Plan([check for check in checks if check.needs is None], called)
        return plan

    def check(self, quads: Iterable[Quad]) -> tuple[Violation, ...]:
        """Give what the quads break, sorted; empty where they break nothing."""
        graph = Graph(quads, self._taxonomy)
        broken: set[Violation] = set()
        for focus, properties in graph.triples.items():
            plan = self._plan(graph.classes(focus))
            for check in plan.always:
                if not check.holds(graph, focus):
                    broken.add(check.violation(focus))
            for name in properties:
                for check in plan.called.get(name, ()):
                    if not check.holds(graph, focus):
                        broken.add(check.violation(focus))
        return tuple(sorted(broken))


def check(quads: Iterable[Quad]) -> tuple[Violation, ...]:
    """Give what a report's graph, or the merged layer, breaks of the shapes of the ontology, sorted.

    The quads are read as one graph joined with the ontology. Raises `ShapeError` where the shapes themselves
    cannot be compiled.

    >>> node = NamedNode("https://example.org/report/1/e1")
    >>> broken = check([Quad(node, TYPE, NamedNode(ontology.PLM.Statement))])
    >>> [violation.path for violation in broken if violation.shape == "Event"]
    ['plm:modality']
    """
    return shipped().check(quads)


@cache
def shipped() -> Checker:
    """Compile `ontology/shapes.ttl`, once a process."""
    return Checker(ontology.path("shapes.ttl"), taxonomy())


@cache
def taxonomy() -> Taxonomy:
    """Read the classes and individuals of the ontology, once a process."""
    sources = map(ontology.path, ontology.TERMS)
    return Taxonomy(Graph(quad for source in sources for quad in parse(path=str(source))).triples)


def _is_target(predicate: NamedNode) -> bool:
    return predicate.value.startswith(SH + "target")


def _checks(shapes: Graph, shape: Term) -> Iterator[Check]:
    """Compile a node shape: one check for its own constraints, one for each property shape."""
    name = named(shape).value.rpartition("#")[2]
    own = value_tests(shapes, shape, besides=("targetClass", "targetSubjectsOf", "property"))
    if own:
        yield Check(name, "", _message(shapes, shape), all_of(own))
    for part in shapes.values(shape, _PROPERTY):
        path = steps(shapes, value(shapes, part, "path"))
        first, is_inverse = path[0]
        is_needed = not is_inverse and not number(value(shapes, part, "minCount"))
        needs = first if is_needed else None
        yield Check(name, readable(path), _message(shapes, part), property_test(shapes, part), needs)


def _message(shapes: Graph, shape: Term) -> str:
    message = value(shapes, shape, "message")
    if not isinstance(message, Literal):
        raise ShapeError(f"{text(shape)}: a constraint has no sh:message; add one that names the way out")
    return message.value
