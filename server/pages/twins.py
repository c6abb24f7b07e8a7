"""The formats in which a node can be had, and which of them a request wants."""

from dataclasses import dataclass
from typing import Final

from flask import Request
from werkzeug.datastructures import MIMEAccept

from server.negotiation import GRAPHS, Format
from server.pages.frame import Twin, node_url

HTML: Final = "text/html"
# By the suffix of an address.
_SUFFIXES: Final = {
    "html": "html",
    "ttl": "turtle",
    "jsonld": "jsonld",
    "json": "jsonld",
    "nt": "ntriples",
    "rdf": "rdfxml",
    "csv": "csv",
    "geojson": "geojson",
}
_SHOWN: Final = (
    ("Turtle", ".ttl", "text/turtle"),
    ("JSON-LD", ".jsonld", "application/ld+json"),
    ("N-Triples", ".nt", "application/n-triples"),
    ("RDF/XML", ".rdf", "application/rdf+xml"),
    ("JSON", ".json", "application/ld+json"),  # JSON-LD by the name that most look for
    ("CSV", ".csv", "text/csv"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A node without its suffix, and the name of the format that is wanted; empty if that is left open."""

    iri: str
    format: str


def split(iri: str) -> Wanted:
    """Cut a known suffix from an IRI.

    >>> split("https://example.org/id/event/1.ttl")
    Wanted(iri='https://example.org/id/event/1', format='turtle')
    """
    stem, _, suffix = iri.rpartition(".")
    if stem and suffix in _SUFFIXES:
        return Wanted(stem, _SUFFIXES[suffix])
    return Wanted(iri, "")


def twins_of(iri: str, *, is_located: bool = False) -> list[Twin]:
    """Give the other formats of a node's page."""
    offers = [*_SHOWN, *([("GeoJSON", ".geojson", "application/geo+json")] if is_located else [])]
    return [Twin(name, node_url(iri, suffix), kind) for name, suffix, kind in offers]


def prefers_html(request: Request, *, by_default: bool) -> bool:
    """Say whether a client wants a page rather than a graph, or whether that is the default."""
    accept: MIMEAccept = request.accept_mimetypes
    if not accept:
        return by_default
    html = accept.quality(HTML)
    graphs = max(accept.quality(kind) for offer in GRAPHS for kind in offer.media_types)
    return html > graphs or (html == graphs > 0 and by_default)


def format_called(name: str) -> Format | None:
    """Give a format of graphs by its name."""
    return next((offer for offer in GRAPHS if offer.is_called(name)), None)
