"""Where events are as GeoJSON (RFC 7946): a point each, with the size of its place, or counts by cells."""

from server.pages import frame
from server.pages.frame import RADIUS_KM
from server.rows import Cell, Point, Row

Feature = dict[str, object]


def feature(row: Row, point: Point) -> Feature:
    """Give an event."""
    properties = {
        "iri": row.iri,
        "page": frame.node_url(row.iri),
        "label": row.label,
        "type": row.type,
        "kind": row.kind,
        "date": row.date,
        "place": row.place,
        "precision": point.precision,
        "radius_km": RADIUS_KM[point.precision],
        "killed": row.killed,
    }
    return _at(point.longitude, point.latitude, properties)


def place(iri: str, label: str, point: Point) -> Feature:
    """Give a place, or anything else that is somewhere."""
    properties = {
        "iri": iri,
        "page": frame.node_url(iri),
        "label": label,
        "precision": point.precision,
        "radius_km": RADIUS_KM[point.precision],
    }
    return _at(point.longitude, point.latitude, properties)


def cell(found: Cell) -> Feature:
    """Give a cell of a grid: how many events, and how many of each kind."""
    return _at(found.longitude, found.latitude, {"count": found.events, "types": found.kinds})


def _at(longitude: float, latitude: float, properties: Feature) -> Feature:
    # Five places are a metre: no point of ours is finer.
    point = {"type": "Point", "coordinates": [round(longitude, 5), round(latitude, 5)]}
    return {"type": "Feature", "geometry": point, "properties": properties}
