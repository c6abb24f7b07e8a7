"""Compiles the paths and constraints of SHACL, triples of a shape, to tests of one node, plain functions."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from operator import le, lt
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from builder.errors import ShapeError
from builder.shapes.graph import Graph, Term
from builder.shapes.literals import FORMS, is_wellformed, number
from ontology import PREFIXES

SH: Final = "http://www.w3.org/ns/shacl#"
_XSD: Final = PREFIXES["xsd"]
# What a property shape may say besides the constraints on each value.
_LIMITS: Final = frozenset({"path", "minCount", "maxCount", "lessThan", "lessThanOrEquals"})
_KINDS: Final[Mapping[str, tuple[type[Term], ...]]] = {
    "IRI": (NamedNode,),
    "Literal": (Literal,),
    "BlankNodeOrIRI": (BlankNode, NamedNode),
}

# Says whether a node of a graph satisfies a constraint.
Test = Callable[[Graph, Term], bool]
# A path: properties, each with whether it is walked backwards.
Steps = tuple[tuple[NamedNode, bool], ...]


def text(term: Term | None) -> str:
    """Give the IRI, the label of a blank node or the lexical form of a literal."""
    return str(term) if term is None or isinstance(term, Triple) else term.value


def value(shapes: Graph, shape: Term, name: str) -> Term | None:
    """Give the value that a shape has for a term of SHACL, None where it has none."""
    return next(iter(shapes.values(shape, NamedNode(SH + name))), None)


def named(term: Term) -> NamedNode:
    """Give the term back where it is an IRI; raises `ShapeError` where it is none."""
    if not isinstance(term, NamedNode):
        raise ShapeError(f"{term}: shapes with a target, and properties in paths, have IRIs; give it one")
    return term


def value_tests(shapes: Graph, shape: Term, *, besides: Iterable[str] = ()) -> list[Test]:
    """Compile all that a shape says of each value.

    `besides` names the terms of SHACL that the caller compiles itself. Raises `ShapeError` for any other that
    is not among `CONSTRAINTS`.
    """
    terms = {name.value.removeprefix(SH): name for name in shapes.properties(shape) if SH in name.value}
    unknown = terms.keys() - CONSTRAINTS.keys() - {"message", *besides}
    if unknown:
        raise ShapeError(
            f"{text(shape)}: sh:{min(unknown)} is not compiled; leave it out of the shapes "
            "or compile it in builder/shapes/constraints.py"
        )
    used = [name for name in CONSTRAINTS if name in terms and name not in besides]
    return [CONSTRAINTS[name](shapes, term) for name in used for term in shapes.values(shape, terms[name])]


def all_of(parts: Sequence[Test]) -> Test:
    """Join tests into one that holds where each holds."""
    return lambda graph, node: all(part(graph, node) for part in parts)


# Paths


def steps(shapes: Graph, path: Term | None) -> Steps:
    """Compile a path; raises `ShapeError` for alternatives and repetitions."""
    if isinstance(path, NamedNode):
        return ((path, False),)
    inverse = path and value(shapes, path, "inversePath")
    if inverse:
        return ((named(inverse), True),)
    members = shapes.members(path) if path else ()
    walked = tuple(step for member in members for step in steps(shapes, member))
    if not walked:
        raise ShapeError(
            f"{path}: only properties, inverses and sequences are compiled as sh:path; use these"
        )
    return walked


def readable(path: Steps) -> str:
    """Write a path as SPARQL does, by the prefixes of the ontology."""
    return "/".join(("^" if is_inverse else "") + _short(name.value) for name, is_inverse in path)


def _short(iri: str) -> str:
    names = (f"{key}:{iri[len(base) :]}" for key, base in PREFIXES.items() if iri.startswith(base))
    return next(names, iri)


def _walk(path: Steps) -> Callable[[Graph, Term], Sequence[Term]]:
    """Compile a path to a function from a node to its values; equal values may come more than once."""
    (name, is_inverse), rest = path[0], path[1:]
    step = Graph.sources if is_inverse else Graph.values
    if not rest:
        return lambda graph, node: step(graph, node, name)
    onward = _walk(rest)

    def walk(graph: Graph, node: Term) -> Sequence[Term]:
        nodes = step(graph, node, name)
        # Most steps lead to one node: its values are taken as they are, without a copy.
        if len(nodes) == 1:
            return onward(graph, nodes[0])
        return [found for node in nodes for found in onward(graph, node)]

    return walk


def property_test(shapes: Graph, shape: Term) -> Test:
    """Compile a property shape to a test of its focus node."""
    walk = _walk(steps(shapes, value(shapes, shape, "path")))
    least = int(number(value(shapes, shape, "minCount")) or 0)
    most = number(value(shapes, shape, "maxCount"))
    parts = value_tests(shapes, shape, besides=_LIMITS)
    orders = _orders(shapes, shape)

    def holds(graph: Graph, focus: Term) -> bool:
        values = walk(graph, focus)
        count = len(values)
        # Equal values count once; a set is made only where that can matter.
        if count > 1 and (count > least > 1 or (most is not None and count > most)):
            count = len(set(values))
        if count < least or (most is not None and count > most):
            return False
        for part in parts:
            for found in values:
                if not part(graph, found):
                    return False
        for order in orders:
            for found in values:
                if not order(graph, focus, found):
                    return False
        return True

    return holds


def _orders(shapes: Graph, shape: Term) -> list[Callable[[Graph, Term, Term], bool]]:
    return [
        _order(named(other), compare)
        for name, compare in (("lessThan", lt), ("lessThanOrEquals", le))
        for other in shapes.values(shape, NamedNode(SH + name))
    ]


def _order(
    other: NamedNode, compare: Callable[[Decimal, Decimal], bool]
) -> Callable[[Graph, Term, Term], bool]:
    return lambda graph, focus, found: all(
        _compares(found, term, compare) for term in graph.values(focus, other)
    )


def _compares(left: Term, right: Term, compare: Callable[[Decimal, Decimal], bool]) -> bool:
    low, high = number(left), number(right)
    return low is not None and high is not None and compare(low, high)


# Constraints on one value


def _class(_shapes: Graph, name: Term) -> Test:
    return lambda graph, node: name in graph.classes(node)


def _datatype(_shapes: Graph, datatype: Term) -> Test:
    iri = text(datatype)
    name = iri.removeprefix(_XSD)
    if iri.startswith(_XSD) and name not in FORMS:
        raise ShapeError(f"xsd:{name}: its lexical form is not known; add it to builder/shapes/literals.py")
    # Plain strings are most literals, and each is well formed; so is, to SHACL, any of a foreign datatype.
    if name not in FORMS or name == "string":
        return lambda _graph, node: isinstance(node, Literal) and node.datatype == datatype
    return lambda _graph, node: (
        isinstance(node, Literal) and node.datatype == datatype and is_wellformed(node.value, name)
    )


def _node_kind(_shapes: Graph, kind: Term) -> Test:
    name = text(kind).removeprefix(SH)
    if name not in _KINDS:
        raise ShapeError(f"sh:{name} is not compiled as sh:nodeKind; use one of {', '.join(_KINDS)}")
    return lambda _graph, node: isinstance(node, _KINDS[name])


def _in(shapes: Graph, head: Term) -> Test:
    members = frozenset(shapes.members(head))
    return lambda _graph, node: node in members


def _least(_shapes: Graph, bound: Term) -> Test:
    return lambda _graph, node: _compares(bound, node, le)


def _most(_shapes: Graph, bound: Term) -> Test:
    return lambda _graph, node: _compares(node, bound, le)


def _pattern(_shapes: Graph, pattern: Term) -> Test:
    search = re.compile(text(pattern)).search
    return lambda _graph, node: isinstance(node, NamedNode | Literal) and search(node.value) is not None


def _nested(shapes: Graph, shape: Term) -> Test:
    if value(shapes, shape, "path") is None:
        return all_of(value_tests(shapes, shape))
    return property_test(shapes, shape)


def _or(shapes: Graph, head: Term) -> Test:
    choices = [_nested(shapes, member) for member in shapes.members(head)]
    return lambda graph, node: any(choice(graph, node) for choice in choices)


# In the order in which they run: what is cheap and often decides comes first.
CONSTRAINTS: Final[Mapping[str, Callable[[Graph, Term], Test]]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "in": _in,
    "class": _class,
    "minInclusive": _least,
    "maxInclusive": _most,
    "pattern": _pattern,
    "or": _or,
    "property": _nested,
}
