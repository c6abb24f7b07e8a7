"""What is said of a node and its neighbours: the small graph that a query constructs, for a page to read."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

import pyoxigraph as ox
from flask import request
from pyoxigraph import Literal, NamedNode, RdfFormat

import ontology
from server.answers import caller
from server.engine import Engine
from server.messages import Chosen, Failed, Failure, Query

_N_TRIPLES: Final = Chosen(RdfFormat.N_TRIPLES.media_type, RdfFormat.N_TRIPLES.media_type)
# Bytes of a node's graph: the events and the text of a long report come to a tenth of it.
_LARGEST: Final = 8 * 1024 * 1024
_NODE: Final = re.compile(r"\?node\b")


@cache
def named_query(name: str) -> str:
    """Read a query of the pages by name."""
    return (files("server") / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def query_of(name: str, iri: str) -> str:
    """Write a query of the pages for a node. Raises `Failed` (400) for what is no IRI."""
    try:
        node = str(NamedNode(iri))
    except ValueError as error:
        raise Failed(Failure(400, f"that is no IRI: {error}")) from error
    return _NODE.sub(lambda _: node, named_query(name))


class Described:
    """Statements by subject and property; properties are given as prefixed names."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._from: dict[tuple[str, str], list[str]] = defaultdict(list)
        for subject, predicate, value in triples:
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
                self._said[subject.value][predicate.value].append(value.value)
                self._from[value.value, predicate.value].append(subject.value)

    def __bool__(self) -> bool:
        return bool(self._said)

    def all(self, node: str, *names: str) -> list[str]:
        """Give the values of some properties of a node, each once, in the order of their names."""
        said = self._said.get(node, {})
        found = dict.fromkeys(value for name in names for value in said.get(full(name), ()))
        return sorted(found, key=self.label)

    def one(self, node: str, name: str) -> str:
        """Give the least value of a property, or an empty text."""
        return min(self._said.get(node, {}).get(full(name), ()), default="")

    def of(self, node: str, name: str) -> list[str]:
        """Give the nodes of which a node is a value."""
        return sorted(dict.fromkeys(self._from.get((node, full(name)), ())), key=self.label)

    def label(self, node: str) -> str:
        """Give the name of a node, or its last part where it has none."""
        return self.one(node, "rdfs:label") or local(node)

    def is_a(self, node: str, *names: str) -> bool:
        """Say whether a node has one of some classes."""
        classes = self._said.get(node, {}).get(full("rdf:type"), ())
        return any(full(name) in classes for name in names)

    def has(self, node: str) -> bool:
        """Say whether anything is said of a node."""
        return node in self._said


@cache
def full(name: str) -> str:
    """Write a prefixed name in full.

    >>> full("plm:Attack")
    'https://w3id.org/polemos/ontology#Attack'
    """
    prefix, _, rest = name.partition(":")
    return ontology.PREFIXES[prefix] + rest


def local(iri: str) -> str:
    """Give the last part of an IRI; a text that is none stays as it is."""
    return iri.rpartition("#")[2].rpartition("/")[2] or iri


def describe(engine: Engine, name: str, iri: str) -> Described:
    """Run a query of the pages for a node. Raises `Failed` as `Engine.answer` does."""
    found = bytearray()
    with engine.answer(Query(query_of(name, iri), graphs=_N_TRIPLES), caller(request)) as answer:
        for piece in answer:
            found += piece
            if len(found) > _LARGEST:
                raise Failed(Failure(422, "too much is said of this for a page; ask for it as Turtle"))
    quads = ox.parse(bytes(found), format=RdfFormat.N_TRIPLES)
    return Described(quad.triple for quad in quads)
