"""What search engines read: a page's content in the terms of schema.org, as JSON-LD."""

from typing import Any, Final

from flask import request

from server.pages import frame
from server.pages.described import Described, full
from server.rows import Point

_CONTEXT: Final = "https://schema.org"
# Classes of ours and what schema.org has for them.
_KINDS: Final = {
    "Person": "Person",
    "State": "Country",
    "Actor": "Organization",
    "Facility": "Place",
    "Place": "Place",
}


def event(graph: Described, iri: str, point: Point | None) -> dict[str, Any]:
    """Describe an event."""
    places = graph.all(iri, "plm:location", "plm:target")
    reports = sorted({report for report in _reports(graph) if report})
    return _said(
        iri,
        "Event",
        name=graph.label(iri),
        startDate=graph.one(iri, "plm:startDate"),
        endDate=graph.one(iri, "plm:endDate"),
        location=_place(graph.label(places[0]), point) if places else None,
        subjectOf=[_article(graph, report) for report in reports],
    )


def _reports(graph: Described) -> list[str]:
    return graph.of(full("plm:Report"), "rdf:type")


def report(graph: Described, iri: str) -> dict[str, Any]:
    """Describe a report."""
    return {"@context": _CONTEXT, **_article(graph, iri)}


def node(graph: Described, iri: str, kind: str, point: Point | None) -> dict[str, Any]:
    """Describe an actor, a facility or a place."""
    return _said(
        iri,
        next((name for ours, name in _KINDS.items() if graph.is_a(iri, f"plm:{ours}")), _KINDS[kind]),
        name=graph.label(iri),
        alternateName=graph.all(iri, "skos:altLabel"),
        sameAs=graph.all(iri, "owl:sameAs"),
        geo=_geo(point) if point else None,
    )


def _article(graph: Described, iri: str) -> dict[str, Any]:
    publisher = graph.one(iri, "dcterms:publisher")
    return _kept(
        {
            "@type": "NewsArticle",
            "@id": iri,
            "headline": graph.one(iri, "dcterms:title"),
            "datePublished": graph.one(iri, "dcterms:issued"),
            "inLanguage": graph.one(iri, "dcterms:language"),
            "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
            "isBasedOn": graph.one(iri, "dcterms:source"),
        }
    )


def _place(name: str, point: Point | None) -> dict[str, Any]:
    return _kept({"@type": "Place", "name": name, "geo": _geo(point) if point else None})


def _geo(point: Point) -> dict[str, Any]:
    return {
        "@type": "GeoCircle",
        "geoMidpoint": {"@type": "GeoCoordinates", "latitude": point.latitude, "longitude": point.longitude},
        "geoRadius": f"{frame.RADIUS_KM[point.precision]} km",
    }


def _said(iri: str, kind: str, **said: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    page = request.url_root.rstrip("/") + frame.node_url(iri)
    return _kept({"@context": _CONTEXT, "@type": kind, "@id": iri, "url": page, **said})


def _kept(said: dict[str, Any]) -> dict[str, Any]:
    """Leave out what nothing is known of."""
    return {name: value for name, value in said.items() if value not in (None, "", [])}
