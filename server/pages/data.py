"""Lists of events for programs: for a map and a timeline, as JSON, CSV and RDF."""

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from typing import Final

from flask import Blueprint, Response, abort, request

from server import answers
from server.index import Found, Index
from server.messages import Query
from server.negotiation import GRAPHS
from server.pages import frame, geo
from server.pages.asked import selected
from server.pages.behind import graph_behind

# Events that a map shows one by one; more are counted by cells.
EACH: Final = 2000
# Rows of a file for programs: whoever wants more asks SPARQL, which streams.
_ROWS: Final = 10_000
# Events of a file of RDF: what is said of each comes to some twenty triples.
_DESCRIBED: Final = 500
_ZOOMS: Final = 18  # the deepest of web maps
_EPOCH: Final = date(1970, 1, 1)
_COLUMNS: Final = (
    *("iri", "kind", "label", "type", "date", "until", "modality", "who", "whom", "place"),
    *("longitude", "latitude", "precision", "killed", "reports", "sentence"),
)

blueprint = Blueprint("data", __name__)


@blueprint.get("/events/weeks.json")
def weeks() -> Response:
    """Count the events by week; those whose day is not known are in no week."""
    return frame.kept(_weeks)


def _weeks() -> Response:
    index = frame.index()
    found = index.select(selected())
    counted = index.weeks(found)
    counts = [(_day(monday), count) for monday, count in counted]
    undated = len(found) - sum(count for _, count in counted)
    first = counts[0][0] if counts else None
    return _written({"unit": "week", "from": first, "counts": counts, "without_day": undated})


def _day(number: int) -> str:
    return (_EPOCH + timedelta(number)).isoformat()


@blueprint.get("/events.geojson")
def geojson() -> Response:
    """Give the events for a map: each by itself, or where there are many, counted by cells of a zoom."""
    return frame.kept(_geojson)


def _geojson() -> Response:
    index, selection = frame.index(), selected()
    found = index.select(selection)
    if len(found) < EACH:
        features = [geo.feature(row, point) for row, point in index.located(found, EACH)]
    else:
        features = [geo.cell(cell) for cell in index.cells(found, _zoom())]
    collection = {
        "type": "FeatureCollection",
        "features": features,
        "count": len(found),
        "aggregated": len(found) >= EACH,
    }
    return _written(collection, "application/geo+json")


def _zoom() -> int:
    text = request.args.get("zoom", "2")
    if not text.isascii() or not text.isdigit() or len(text) > 2:
        abort(400, f"zoom is a number from 0 to {_ZOOMS}")
    return min(int(text), _ZOOMS)


def _written(content: object, media_type: str = "application/json") -> Response:
    return Response(json.dumps(content, ensure_ascii=False), content_type=media_type)


@blueprint.get("/events.json")
def as_json() -> Response:
    """Give the events as JSON, the latest first."""
    return frame.kept(_as_json)


def _as_json() -> Response:
    index = frame.index()
    found = index.select(selected())
    events = [dict(zip(_COLUMNS, each, strict=True)) for each in _records(index, found)]
    return _written({"count": len(found), "events": events})


@blueprint.get("/events.csv")
def as_csv() -> Response:
    """Give the events as CSV, the latest first."""
    return frame.kept(_as_csv)


def _as_csv() -> Response:
    index = frame.index()
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # as RFC 4180 has it
    writer.writerow(_COLUMNS)
    writer.writerows(_records(index, index.select(selected())))
    return Response(text.getvalue(), content_type="text/csv; charset=utf-8")


def _records(index: Index, found: Found) -> Iterator[tuple[object, ...]]:
    for row in index.every(found, _ROWS):
        point = index.point(row.id)
        where = (point.longitude, point.latitude, point.precision) if point else (None, None, None)
        yield (*row[1:11], *where, *row[11:])


@blueprint.get("/events.ttl")
def as_turtle() -> Response:
    """Give what is said of the latest of the events as Turtle."""
    return _graph("turtle")


@blueprint.get("/events.jsonld")
def as_jsonld() -> Response:
    """Give what is said of the latest of the events as JSON-LD."""
    return _graph("jsonld")


def _graph(name: str) -> Response:
    index = frame.index()
    events = index.rows(index.select(selected()).ids[:_DESCRIBED])
    chosen = next(offer.chosen() for offer in GRAPHS if offer.is_called(name))
    return answers.respond(request, Query(graph_behind(events), graphs=chosen))
