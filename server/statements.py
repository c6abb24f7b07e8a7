"""Triples that the server says of itself: names of terms and of our own routes, and how to say facts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from flask import url_for
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

import ontology
from server.negotiation import Format

Node: TypeAlias = NamedNode | BlankNode
# What is said of a node: the values of each property.
Facts: TypeAlias = Mapping[str, Iterable[Node | Literal]]

PREFIXES: Final[Mapping[str, str]] = {
    **ontology.PREFIXES,
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "formats": "http://www.w3.org/ns/formats/",
    "ent": "http://www.w3.org/ns/entailment/",
    "geof": "http://www.opengis.net/def/function/geosparql/",
}
# The names that the W3C has given to the formats. Oxigraph has another for JSON-LD.
_FORMATS: Final[Mapping[str, str]] = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/ld+json": "JSON-LD",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/trig": "TriG",
    "application/n-quads": "N-Quads",
}


def term(name: str) -> NamedNode:
    """Give the node of a prefixed name.

    >>> term("sd:Service").value
    'http://www.w3.org/ns/sparql-service-description#Service'
    """
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def terms(*names: str) -> tuple[NamedNode, ...]:
    """Give the nodes of prefixed names."""
    return tuple(term(name) for name in names)


def number(value: int) -> tuple[Literal]:
    """Give a number as the one value of a property."""
    return (Literal(value),)


def english(text: str) -> tuple[Literal]:
    """Give a text as the one value of a property."""
    return (Literal(text, language="en"),)


def formats(offers: Iterable[Format]) -> tuple[NamedNode, ...]:
    """Give formats by the names that the W3C has for them."""
    return terms(*(f"formats:{_FORMATS[offer.media_types[0]]}" for offer in offers))


def node(endpoint: str, fragment: str | None = None, **query: str) -> NamedNode:
    """Name a route of ours as the client addresses this server, or something that is described there."""
    return NamedNode(url_for(endpoint, _external=True, _anchor=fragment, **query))


def data(name: str) -> NamedNode:
    """Name a part of the data, or something about it, that `/.well-known/void` describes."""
    return node("description.void", name)


def say(subject: Node, facts: Facts) -> Iterator[Triple]:
    """Say facts of a node."""
    for name, values in facts.items():
        yield from (Triple(subject, term(name), value) for value in values)
