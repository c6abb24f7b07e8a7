"""The ontology's own page at the path of its IRI: each class, property and concept with its definition.

Written by us and not by pyLODE, whose pages carry styles and scripts inline, which our
Content-Security-Policy forbids.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox
from flask import Blueprint, Response, abort, request

import ontology
from server import answers, tables
from server.messages import Chosen, Dump
from server.pages import frame
from server.pages.described import Described, full, local
from server.pages.nodes import accepted
from server.pages.twins import format_called, prefers_html

_PATH: Final = urlsplit(ontology.ONTOLOGY).path
_FORMATS: Final = {"ttl": "turtle", "jsonld": "jsonld", "nt": "ntriples", "rdf": "rdfxml"}
_SECTIONS: Final = (
    ("Classes", "owl:Class"),
    ("Relations", "owl:ObjectProperty"),
    ("Values", "owl:DatatypeProperty"),
)
_RELATED: Final = {
    "rdfs:subClassOf": "is a kind of",
    "rdfs:subPropertyOf": "is a kind of",
    "skos:broader": "is a kind of",
    "rdfs:domain": "of",
    "schema:domainIncludes": "of",
    "rdfs:range": "gives",
    "schema:rangeIncludes": "gives",
    "skos:exactMatch": "the same as",
    "skos:closeMatch": "close to",
    "rdfs:seeAlso": "see also",
}

blueprint = Blueprint("vocabulary", __name__)


@dataclass(frozen=True, slots=True)
class Term:
    """A term with its definition; `related` are words, a name and an address of other terms."""

    name: str
    label: str
    definition: str
    example: str
    related: tuple[tuple[str, str, str], ...]
    notations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Terms of one kind, by name."""

    title: str
    terms: tuple[Term, ...]


@blueprint.get(_PATH)
def show() -> Response:
    """Show the ontology, or give it as RDF."""
    if not prefers_html(request, by_default=True):
        return _whole(accepted())
    twins = [
        frame.Twin("Turtle", f"{_PATH}.ttl", "text/turtle"),
        frame.Twin("JSON-LD", f"{_PATH}.jsonld", "application/ld+json"),
    ]
    return frame.kept(lambda: frame.show("vocabulary.html", sections=_sections(), twins=twins))


@blueprint.get(f"{_PATH}.<suffix>")
def as_file(suffix: str) -> Response:
    """Give the ontology in a format by its suffix."""
    chosen = format_called(_FORMATS.get(suffix, ""))
    if chosen is None:
        abort(404, f"the ontology can be had as {', '.join(_FORMATS)}")
    return _whole(chosen.chosen())


def _whole(chosen: Chosen) -> Response:
    return answers.respond(request, Dump(ontology.ONTOLOGY, chosen, is_head=request.method == "HEAD"))


@cache
def _sections() -> tuple[Section, ...]:
    """Read the files of the ontology, which are those that every store holds."""
    graph = Described(quad.triple for file in ontology.files() for quad in ox.parse(path=str(file)))
    found = [Section(title, _terms(graph, graph.of(full(kind), "rdf:type"))) for title, kind in _SECTIONS]
    for scheme in graph.of(full("skos:ConceptScheme"), "rdf:type"):
        concepts = graph.of(scheme, "skos:inScheme")
        found.append(Section(graph.label(scheme).capitalize(), _terms(graph, concepts)))
    return tuple(section for section in found if section.terms)


def _terms(graph: Described, iris: list[str]) -> tuple[Term, ...]:
    ours = (iri for iri in iris if iri.startswith(ontology.NAMESPACE))
    return tuple(sorted((_term(graph, iri) for iri in ours), key=lambda term: term.name.lower()))


def _term(graph: Described, iri: str) -> Term:
    return Term(
        local(iri),
        graph.label(iri),
        graph.one(iri, "skos:definition"),
        graph.one(iri, "skos:example"),
        tuple(_related(graph, iri)),
        tuple(sorted(graph.all(iri, "skos:notation"))),
    )


def _related(graph: Described, iri: str) -> Iterator[tuple[str, str, str]]:
    for name, words in _RELATED.items():
        for other in graph.all(iri, name):
            if other.startswith(ontology.NAMESPACE):
                yield words, graph.label(other), f"#{local(other)}"
            elif other.startswith("http"):
                yield words, tables.shorten(other), other
