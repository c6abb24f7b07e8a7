"""The page of a report: its text with the words that were read from it, and the events that they tell of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import Response

from server.pages import frame, structured
from server.pages.article import Quote, passages, quotes, segments
from server.pages.described import Described, describe, full, local, query_of
from server.pages.event import copied_from
from server.pages.facts import Link
from server.pages.twins import twins_of

_KINDS: Final = ("Attack", "Movement", "Warning", "Statement")


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event as the report tells it, with the merged event that it became."""

    link: Link
    kind: str
    types: str
    modality: str
    date: str
    quotes: tuple[Quote, ...]


def show(iri: str) -> Response:
    """Show a report."""
    graph = describe(frame.engine(), "report", iri)
    events = sorted(_events(graph, iri), key=lambda event: (event.quotes[:1], event.link.label))
    text = graph.one(iri, "plm:text")
    said = [quote for event in events if event.kind != "Statement" for quote in event.quotes]
    source = graph.one(iri, "dcterms:source")
    return frame.show(
        "report.html",
        iri=iri,
        title=graph.one(iri, "dcterms:title") or graph.label(iri),
        publisher=graph.one(iri, "dcterms:publisher"),
        date=graph.one(iri, "dcterms:issued"),
        language=graph.one(iri, "dcterms:language"),
        identifier=graph.one(iri, "dcterms:identifier"),
        source=source if source.startswith(("http://", "https://")) else "",
        events=[event for event in events if event.kind != "Statement"],
        statements=[event for event in events if event.kind == "Statement"],
        copy_of=copied_from(graph, iri),
        copies=[_printed(graph, copy) for copy in graph.of(iri, "plm:copyOf")],
        article=segments(text, said) if text else [],
        passages=() if text else passages(said),
        structured=structured.report(graph, iri),
        query_behind=query_of("report", iri),
        twins=twins_of(iri),
    )


def _printed(graph: Described, report: str) -> Link:
    """Give a report with who printed it, and when."""
    said = filter(None, (graph.one(report, "dcterms:publisher"), graph.one(report, "dcterms:issued")[:10]))
    return Link(graph.label(report), frame.node_url(report), ", ".join(said))


def _events(graph: Described, report: str) -> Iterator[ToldEvent]:
    evented = {told for name in ("Event", *_KINDS) for told in graph.of(full(f"plm:{name}"), "rdf:type")}
    for told in evented:
        merged = next(iter(graph.of(told, "prov:wasDerivedFrom")), told)
        yield ToldEvent(
            Link(graph.label(told), frame.node_url(merged)),
            next((kind for kind in _KINDS if graph.is_a(told, f"plm:{kind}")), "Event"),
            ", ".join(map(frame.term_label, graph.all(told, "plm:eventType"))),
            local(graph.one(told, "plm:modality")),
            graph.one(told, "plm:startDate")[:10],
            tuple(quotes(graph, told, frame.node_url(merged))),
        )
