"""Every node at its own address: as a page for a person, as RDF for a program, whichever the client takes."""

import json
from typing import Final

from flask import Response, abort, current_app, request
from pyoxigraph import NamedNode, QueryResultsFormat

import ontology
from server import answers, tables
from server.answers import caller
from server.messages import Chosen, Dump, Failed, Failure, Query
from server.negotiation import GRAPHS, choose, wish
from server.pages import event, frame, geo, node, report
from server.pages.described import describe, query_of
from server.pages.twins import format_called, prefers_html, split, twins_of

_STATEMENTS: Final = 200  # rows of what is said of a node that has no page of its own kind
_EVENTS: Final = ("Event", "Attack", "Movement", "Warning", "Statement")
_NODES: Final = ("Actor", "Facility", "Place")
_CSV: Final = Chosen(QueryResultsFormat.CSV.media_type.partition(";")[0], "text/csv; charset=utf-8")


def tell(iri: str, *, format_: str = "", by_default: bool = True) -> Response:
    """Tell of a node in the format that is named, or that the client wants.

    Without any wish of the client's it is a page, or where that is no default, Turtle. Raises `Failed`.
    """
    if format_ == "html" or (not format_ and prefers_html(request, by_default=by_default)):
        return frame.kept(lambda: page(iri))
    if format_ == "csv":
        said = Query(query_of("statements", iri), results=_CSV)
        return answers.respond(request, said)
    chosen = format_called(format_)
    return graph(iri, chosen.chosen() if chosen else accepted())


def accepted() -> Chosen:
    """Choose the format of a graph that a client takes. Aborts with 406 where there is none."""
    chosen = choose(wish(request), GRAPHS)
    if chosen is None:
        abort(406, f"it can be had as html, {', '.join(offer.names[0] for offer in GRAPHS)}")
    return chosen


def own(iri: str) -> Response:
    """Tell of one of our own IRIs, or of what stands before a suffix such as `.ttl`."""
    wanted = split(iri)
    if wanted.format and not _is_graph(iri):
        return tell_as(wanted.iri, wanted.format)
    return tell(iri, by_default=False)


def tell_as(iri: str, format_: str) -> Response:
    """Tell of a node in a format by name."""
    if format_ == "geojson":
        return frame.kept(lambda: located(iri))
    return tell(iri, format_=format_)


def kinds(iri: str) -> tuple[set[str], set[str]]:
    """Give the classes of a node in the merged layer, and in the graph of that name. Raises `Failed`."""
    query = Query(query_of("kinds", iri))
    rows = tables.run(frame.engine(), query, caller(request)).records()
    names = [(row["class"].removeprefix(ontology.NAMESPACE), row.get("graph")) for row in rows]
    return {name for name, graph in names if graph is None}, {name for name, graph in names if graph == iri}


def page(iri: str) -> Response:
    """Show the page of a node: of an event, of a report, of who or what takes part, or of anything else."""
    merged, own_graph = kinds(iri)
    if "Report" in own_graph:
        return report.show(iri)
    if merged & set(_EVENTS):
        return event.show(iri)
    kind = next((name for name in _NODES if name in merged), None)
    return node.show(iri, kind) if kind else statements(iri)


def statements(iri: str) -> Response:
    """Show what is said of a node and what refers to it, each with the graph that says so."""
    found = {"statements": _run("statements", iri).without("subject"), "references": _run("references", iri)}
    is_known = any(table.rows for table in found.values())
    response = frame.show(
        "describe.html",
        iri=iri,
        query_behind=query_of("described", iri) if is_known else None,
        twins=twins_of(iri) if is_known else [],
        **found,
    )
    response.status_code = 200 if is_known else 404
    return response


def _run(name: str, iri: str) -> tables.Table:
    query = Query(query_of(name, iri))
    return tables.run(frame.engine(), query, caller(request), limit=_STATEMENTS)


def graph(iri: str, chosen: Chosen) -> Response:
    """Give a graph of that name whole, or else what is said of a node and its neighbours."""
    is_head = request.method == "HEAD"
    if _is_graph(iri):
        return answers.respond(request, Dump(iri, chosen, is_head=is_head))
    merged, _ = kinds(iri)
    name = "event" if merged & set(_EVENTS) else "node" if merged & set(_NODES) else "described"
    if name == "described" and not describe(frame.engine(), name, iri):
        raise Failed(Failure(404, f"nothing is said of <{iri}>"))
    return answers.respond(request, Query(query_of(name, iri), graphs=chosen, is_head=is_head))


def _is_graph(iri: str) -> bool:
    try:
        NamedNode(iri)
    except ValueError as error:
        raise Failed(Failure(400, f"that is no IRI: {error}")) from error
    query = Query(f"ASK {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}")
    table = tables.run(current_app.extensions["engine"], query, caller(request))
    return table.rows[0][0] is not None and table.rows[0][0].text == "yes"


def located(iri: str) -> Response:
    """Give a node as GeoJSON: a point and how exactly it stands for the place."""
    index = frame.index_if_any()
    row = index.row(iri) if index else None
    found = describe(frame.engine(), "node", iri) if row is None else None
    point = index.point(row.id) if index and row else node.point_of(found, iri) if found else None
    if point is None:
        if index is None and found and found.is_a(iri, "plm:Event"):
            abort(501, frame.UNINDEXED)  # where an event is follows from what it is about
        raise Failed(Failure(404, f"it is not known where <{iri}> is"))
    feature = geo.feature(row, point) if row else geo.place(iri, found.label(iri) if found else "", point)
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    return Response(content, content_type="application/geo+json")
