"""Triples held for quick look-up, and what the ontology knows of classes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ontology import PREFIXES

Term = NamedNode | BlankNode | Literal | Triple
Classes = frozenset[Term]
Properties = Mapping[NamedNode, Sequence[Term]]

TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_FIRST: Final = NamedNode(PREFIXES["rdf"] + "first")
_REST: Final = NamedNode(PREFIXES["rdf"] + "rest")
_SUBCLASS: Final = NamedNode(PREFIXES["rdfs"] + "subClassOf")
_NOTHING: Final[Properties] = {}


class Taxonomy:
    """Which classes are above which, and the classes of the ontology's own individuals and concepts."""

    __slots__ = ("_above", "_individuals", "_known")

    def __init__(self, triples: Mapping[Term, Properties]) -> None:
        self._above = {node: frozenset(_ancestors(triples, node)) for node in triples}
        self._known: dict[tuple[Term, ...], Classes] = {}
        self._individuals: Mapping[Term, Classes] = {}
        self._individuals = {
            node: self.classes(node, properties.get(TYPE, ())) for node, properties in triples.items()
        }

    def classes(self, node: Term, direct: Iterable[Term]) -> Classes:
        """Give all classes of a node: the direct ones, those the ontology knows, and those above them."""
        key = tuple(direct)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = frozenset(
                above for name in key for above in self._above.get(name, {name})
            )
        known = self._individuals.get(node)
        return found | known if known else found


def _ancestors(triples: Mapping[Term, Properties], name: Term) -> Iterator[Term]:
    yield name
    for parent in triples.get(name, _NOTHING).get(_SUBCLASS, ()):
        yield from _ancestors(triples, parent)


class Graph:
    """Triples by subject and predicate; named graphs are not told apart."""

    __slots__ = ("_classes", "_incoming", "_taxonomy", "triples")

    def __init__(self, quads: Iterable[Quad], taxonomy: Taxonomy | None = None) -> None:
        self.triples = _grouped(quads)
        self._taxonomy = taxonomy or Taxonomy({})
        self._classes: dict[Term, Classes] = {}
        self._incoming: dict[NamedNode, Mapping[Term, Sequence[Term]]] = {}

    def properties(self, node: Term) -> Properties:
        """Give the properties of a node with their values."""
        return self.triples.get(node, _NOTHING)

    def values(self, node: Term, predicate: NamedNode) -> Sequence[Term]:
        """Give the objects of one property of a node."""
        return self.triples.get(node, _NOTHING).get(predicate, ())

    def sources(self, node: Term, predicate: NamedNode) -> Sequence[Term]:
        """Give the subjects that point at a node by one property."""
        incoming = self._incoming.get(predicate)
        if incoming is None:
            incoming = self._incoming[predicate] = _inverted(self.triples, predicate)
        return incoming.get(node, ())

    def classes(self, node: Term) -> Classes:
        """Give the classes of a node, here and in the ontology, and all above them."""
        classes = self._classes.get(node)
        if classes is None:
            classes = self._classes[node] = self._taxonomy.classes(node, self.values(node, TYPE))
        return classes

    def members(self, head: Term) -> Iterator[Term]:
        """Yield the members of an RDF list."""
        while first := self.values(head, _FIRST):
            yield first[0]
            head = self.values(head, _REST)[0]


def _grouped(quads: Iterable[Quad]) -> dict[Term, dict[NamedNode, list[Term]]]:
    triples: dict[Term, dict[NamedNode, list[Term]]] = {}
    # Half of a check's time is this loop: no call in it that can be spared.
    for quad in quads:
        subject, predicate = quad.subject, quad.predicate
        node = triples.get(subject)
        if node is None:
            triples[subject] = {predicate: [quad.object]}
        elif predicate in node:
            node[predicate].append(quad.object)
        else:
            node[predicate] = [quad.object]
    return triples


def _inverted(triples: Mapping[Term, Properties], predicate: NamedNode) -> Mapping[Term, Sequence[Term]]:
    incoming: defaultdict[Term, list[Term]] = defaultdict(list)
    for subject, properties in triples.items():
        for value in properties.get(predicate, ()):
            incoming[value].append(subject)
    return incoming
