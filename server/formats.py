"""The formats that answers are written in, and which of them a client gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat
from werkzeug.datastructures import MIMEAccept

# What a query can give: SELECT and ASK results, or the graph of CONSTRUCT and DESCRIBE.
Result = QuerySolutions | QueryBoolean | QueryTriples


@dataclass(frozen=True, slots=True)
class Format:
    """A format, its names for the `format` parameter and its media types, the best known first of each."""

    names: tuple[str, ...]
    media_types: tuple[str, ...]
    writer: QueryResultsFormat | RdfFormat


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an answer is written in, and the Content-Type to send it with."""

    writer: QueryResultsFormat | RdfFormat
    content_type: str


# In the order of preference for a client that has none.
RESULTS: Final = (
    Format(("json",), ("application/sparql-results+json", "application/json"), QueryResultsFormat.JSON),
    Format(("xml",), ("application/sparql-results+xml", "application/xml"), QueryResultsFormat.XML),
    Format(("csv",), ("text/csv",), QueryResultsFormat.CSV),
    Format(("tsv",), ("text/tab-separated-values",), QueryResultsFormat.TSV),
)
GRAPHS: Final = (
    Format(("turtle", "ttl"), ("text/turtle",), RdfFormat.TURTLE),
    Format(("jsonld", "json-ld", "json"), ("application/ld+json", "application/json"), RdfFormat.JSON_LD),
    Format(("ntriples", "nt"), ("application/n-triples",), RdfFormat.N_TRIPLES),
    Format(("rdfxml", "xml"), ("application/rdf+xml", "application/xml"), RdfFormat.RDF_XML),
    Format(("trig",), ("application/trig",), RdfFormat.TRIG),
    Format(("nquads", "nq"), ("application/n-quads",), RdfFormat.N_QUADS),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asked for: a format by name, which wins, or the header `Accept`."""

    name: str | None = None
    accept: MIMEAccept | None = None

    def choose(self, result: Result) -> Chosen | None:
        """Give what the result is written in; None where nothing that the client takes fits it."""
        offers = offers_for(result)
        return _named(self.name, offers) if self.name else _accepted(self.accept, offers)


def offers_for(result: Result) -> tuple[Format, ...]:
    """List the formats that a result can be written in."""
    return GRAPHS if isinstance(result, QueryTriples) else RESULTS


def _named(name: str, offers: Sequence[Format]) -> Chosen | None:
    wanted = name.lower()
    fit = (offer for offer in offers if wanted in offer.names or wanted in offer.media_types)
    return next((_chosen(offer, offer.media_types[0]) for offer in fit), None)


def _accepted(accept: MIMEAccept | None, offers: Sequence[Format]) -> Chosen | None:
    """Choose by quality, as RFC 9110 has it: the most specific range that matches decides."""
    if not accept:
        return _chosen(offers[0], offers[0].media_types[0])
    rated = [(accept.quality(kind), offer, kind) for offer in offers for kind in offer.media_types]
    quality, offer, kind = max(rated, key=lambda rating: rating[0])
    return _chosen(offer, kind) if quality > 0 else None


def _chosen(offer: Format, media_type: str) -> Chosen:
    is_text = media_type.startswith("text/")
    return Chosen(offer.writer, f"{media_type}; charset=utf-8" if is_text else media_type)
