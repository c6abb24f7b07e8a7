"""Events on a map: GeoJSON after RFC 7946, one feature an event, written as it is read.

A feature has a point only where a report names a site, a settlement or a district. What is known to a
province or a country only is there without geometry, which RFC 7946 calls unlocated: a point in the middle
of a country would be false.
"""

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from builder.exports import codes, tolls
from builder.exports.records import EventRecord, shared


def write_map(events: Iterable[EventRecord], stream: BinaryIO) -> int:
    """Write a feature collection, a feature a line; give how many features there are."""
    stream.write(b'{"type": "FeatureCollection", "features": [')
    count = 0
    for event in events:
        stream.write(b",\n" if count else b"\n")
        stream.write(json.dumps(feature(event), ensure_ascii=False, allow_nan=False).encode())
        count += 1
    stream.write(b"\n]}\n")
    return count


def feature(event: EventRecord) -> dict[str, Any]:
    """Make the feature of an event; `docs/exports.md` lists its properties. What is unknown is null."""
    return {
        "type": "Feature",
        "id": event.iri,
        "geometry": _geometry(event),
        "properties": _properties(event),
    }


def _geometry(event: EventRecord) -> dict[str, Any] | None:
    points = [list(point) for point in event.points]
    if len(points) < 2:
        return {"type": "Point", "coordinates": points[0]} if points else None
    return {"type": "MultiPoint", "coordinates": points}


def _properties(event: EventRecord) -> dict[str, Any]:
    kind, killed, injured = codes.kind(event), tolls.toll(event), tolls.toll(event, "Injured")
    return {
        "label": event.label,
        "classes": sorted({*event.classes} - {"Event"}) or ["Event"],
        "types": list(event.types),
        "acled_event_type": None if kind is None else kind.event_type,
        "acled_sub_event_type": kind.sub_event_type or None if kind is not None else None,
        "modality": event.modality,
        "perpetrator_basis": event.basis or None,
        "start": event.start or None,
        "end": event.end or None,
        "perpetrators": [party.label for party in event.perpetrators],
        "targets": [party.label for party in event.opponents] + [each.label for each in event.facilities],
        "places": [site.label for site in event.sites],
        "place_precision": shared([site.precision for site in event.sites]) or None,
        "country": shared([site.country for site in event.sites]) or None,
        "weapons": list(event.weapons),
        "killed": None if killed is None else _bounds(killed),
        "injured": None if injured is None else _bounds(injured),
        "sources": [source.address or source.report for source in event.sources],
    }


def _bounds(toll: tolls.Toll) -> dict[str, int]:
    return {"low": toll.low, "best": toll.best, "high": toll.high}
