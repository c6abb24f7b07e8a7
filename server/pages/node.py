"""The pages of actors, facilities and places: names, where they belong, the events that involve them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Response, url_for

from builder.index.model import Facet
from server.index import Index
from server.pages import frame, structured
from server.pages.asked import involving
from server.pages.behind import query_behind
from server.pages.described import Described, describe, query_of
from server.pages.event import link
from server.pages.facts import Fact, Link
from server.pages.histogram import Histogram, histogram
from server.pages.twins import twins_of
from server.rows import Named, Point, Row, Value
from server.selection import Selection, shown

_SHOWN: Final = 15  # events on the page; the list has all
_INSIDE: Final = 60
_TYPES: Final = 8
_POINT: Final = re.compile(r"POINT\(\s*(\S+)\s+(\S+)\s*\)")
_LINKS: Final = ("memberOf", "nationality", "operator", "hosts", "location")
# What others are to this node, by the property that they have.
_INVERSE: Final = {"memberOf": "Members", "operator": "Facilities that it keeps", "hosts": "Hosted by"}
_SAME: Final = ("owl:sameAs", "skos:exactMatch", "plm:gazetteerEntry")


@dataclass(frozen=True, slots=True)
class Listed:
    """What an index has of a node: the latest events, of how many, how many of them it does itself."""

    events: list[Row]
    count: int
    acts: int | None
    types: list[Value]
    weeks: Histogram | None
    inside: list[Named]


def show(iri: str, kind: str) -> Response:
    """Show an actor, a facility or a place."""
    graph = describe(frame.engine(), "node", iri)
    index = frame.index_if_any()
    point = point_of(graph, iri)
    return frame.show(
        "node.html",
        iri=iri,
        kind=kind,
        label=graph.label(iri),
        others=graph.all(iri, "skos:altLabel"),
        types=[frame.term_label(each) for each in graph.all(iri, "plm:actorType", "plm:facilityType")],
        precision=graph.one(iri, "plm:placePrecision"),
        around=list(_around(graph, iri)),
        facts=list(_facts(graph, iri)),
        listed=_listed(index, iri, kind) if index else None,
        all_events=involving(iri),
        acts_url=frame.page_url(url_for("events.show"), ("actor", shown(iri, frame.settings().base))),
        geojson=involving(iri, "data.geojson"),
        timeline_source=involving(iri, "data.weeks"),
        point=point,
        radius=frame.RADIUS_KM,
        statements=list(_statements(graph, iri)),
        same=[same for name in _SAME for same in graph.all(iri, name)],
        reports=len(graph.all(iri, "prov:wasDerivedFrom")),
        structured=structured.node(graph, iri, kind, point),
        events_query=query_behind(_involving(iri), ()),
        query_behind=query_of("node", iri),
        twins=twins_of(iri, is_located=point is not None),
    )


def _listed(index: Index, iri: str, kind: str) -> Listed:
    found = index.select(_involving(iri))
    acts = index.select(Selection(MappingProxyType({Facet.ACTOR: (iri,)}))) if kind == "Actor" else None
    return Listed(
        index.rows(found.ids[:_SHOWN]),
        len(found),
        len(acts) if acts is not None else None,
        index.values(found, Facet.TYPE)[:_TYPES],
        histogram(index.weeks(found)),
        index.inside(iri, _INSIDE),
    )


def _involving(iri: str) -> Selection:
    return Selection(MappingProxyType({Facet.ABOUT: (iri,)}))


def point_of(graph: Described, iri: str) -> Point | None:
    """Give the point of a place, if its precision is known too."""
    wkt = next((graph.one(node, "geo:asWKT") for node in graph.all(iri, "geo:hasGeometry")), "")
    match, precision = _POINT.match(wkt), graph.one(iri, "plm:placePrecision")
    if match is None or precision not in frame.RADIUS_KM:
        return None
    return Point(float(match[1]), float(match[2]), precision)


def _around(graph: Described, iri: str) -> Iterator[Link]:
    """Give what a node lies in, step by step."""
    met = {iri}
    while outer := [node for node in graph.all(iri, "plm:location", "geo:sfWithin") if node not in met]:
        iri = outer[0]
        met.add(iri)
        yield Link(graph.label(iri), frame.node_url(iri))


def _facts(graph: Described, iri: str) -> Iterator[Fact]:
    for name in _LINKS:
        values = tuple(link(graph, node) for node in graph.all(iri, f"plm:{name}"))
        if values:
            yield Fact(frame.term_label(name), values)
    sizes = tuple(Link(size) for size in sorted(graph.all(iri, "plm:size"), key=int))
    if sizes:
        yield Fact("How many", sizes)
    for name, words in _INVERSE.items():
        values = tuple(link(graph, node) for node in graph.of(iri, f"plm:{name}"))
        if values:
            yield Fact(words, values)


def _statements(graph: Described, iri: str) -> Iterator[tuple[str, Link]]:
    for name, words in (("speaker", "says"), ("accused", "is accused")):
        for statement in graph.of(iri, f"plm:{name}"):
            types = ", ".join(map(frame.term_label, graph.all(statement, "plm:eventType")))
            note = f"{types} {graph.one(statement, 'plm:startDate')[:10]}".strip()
            yield words, Link(graph.label(statement), frame.node_url(statement), note)
