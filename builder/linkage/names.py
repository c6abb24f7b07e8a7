"""What has a name: places, persons, organisations, states and facilities, and the key that each goes by."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Final

import ontology
from builder.gazetteer import transliteration_key
from builder.linkage.items import Settled
from builder.linkage.keys import NAMED_ACTORS, Key, actor_name, distinctive_name, hashed, is_named, tail
from builder.linkage.nodes import Node, Reading
from builder.linkage.records import Record, Row
from builder.rdf import GEONAMES

CERTAIN: Final = Decimal("1")
SAME_ENTRY: Final = Decimal("0.95")  # the link to the gazetteer can be wrong
SAME_NAME: Final = Decimal("0.8")  # namesakes exist
_GEONAMES = GEONAMES.partition("{")[0]


def read_names(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give each place, actor and facility that has a name, by the key of that name."""
    places = {node.iri: key for node in reading.of("Place") if (key := place_key(node, reading)) is not None}
    keys: dict[str, Key | None] = dict(places)
    keys |= {node.iri: actor_key(node, places) for node in reading.of(*NAMED_ACTORS)}
    keys |= {node.iri: facility_key(node, reading, places) for node in reading.of("Facility")}
    for iri, key in keys.items():
        if key is not None:
            yield iri, _name_record(key, iri if iri in alone else None)


def _name_record(key: Key, alone: str | None) -> Record:
    """Make the record of a name; it depends on the key only, so that all nodes with the key give the same.

    A node that is to stand alone has a record of its own, which is compared with none.
    """
    path = key.path if alone is None else f"{key.path}-{hashed(alone)[:8]}"
    folder = key.path.partition("/")[0]
    spelling = transliteration_key(key.name) if key.name else None
    row: Row = {
        "name": key.name or None,
        "key": spelling,
        "around": key.around or None,
        "sure": str(key.score),
        "why": key.reason,
    }
    return Record(
        path, folder, "", row, (f"{folder} {key.kind} {spelling}",) if spelling and not alone else ()
    )


def place_key(node: Node, reading: Reading) -> Key | None:
    """Name a place: by its GeoNames id, else by its name and its country."""
    known = [iri for iri in node.texts("owl:sameAs") if iri.startswith(_GEONAMES)]
    if known:
        number = known[0].removeprefix(_GEONAMES).strip("/")
        return Key(f"place/geonames-{number}", CERTAIN, "same GeoNames place")
    country = _outermost(node, reading)
    if country is node:
        if node.text("plm:placePrecision") != "country":
            return None
        return Key.named("place", node.name, score=SAME_NAME, reason="same name")
    return Key.named("place", node.name, around=country.name, score=SAME_NAME, reason="same name and country")


def _outermost(place: Node, reading: Reading) -> Node:
    """Climb from a place to what it lies in, as far as the report says."""
    seen = {place.iri}
    while around := [node for node in reading.linked(place, "geo:sfWithin") if node.iri not in seen]:
        place = around[0]
        seen.add(place.iri)
    return place


def actor_key(node: Node, places: Mapping[str, Key]) -> Key | None:
    """Name an actor: by its entry in the gazetteer, else by class, name and nationality."""
    entry = node.text("plm:gazetteerEntry")
    if entry:
        return Key.entry("actor", entry, score=SAME_ENTRY)
    if not is_named(node):
        return None
    kind, _, name = actor_name(node).partition(" ")
    lands = sorted(tail(places[iri].path) for iri in node.texts("plm:nationality") if iri in places)
    return Key.named(
        "actor", name, kind=kind, around=" ".join(lands), score=SAME_NAME, reason="same name and kind"
    )


def facility_key(node: Node, reading: Reading, places: Mapping[str, Key]) -> Key | None:
    """Name a facility: by its entry in the gazetteer, else by its proper name, its kind and its place."""
    entry = node.text("plm:gazetteerEntry")
    if entry:
        return Key.entry("facility", entry, score=SAME_ENTRY)
    site = _site(node, reading)
    name = distinctive_name(node, site) if site is not None else ""
    if site is None or not name or site.iri not in places:
        return None
    kinds = sorted(set(node.texts("plm:facilityType")))
    kind = ontology.ancestors(kinds[0])[-1] if kinds else ""
    place = tail(places[site.iri].path)
    return Key.named("facility", name, kind=kind, around=place, score=SAME_NAME, reason="same name and place")


def _site(facility: Node, reading: Reading) -> Node | None:
    """Find the place that a facility is in, perhaps by way of another facility."""
    seen = {facility.iri}
    where = reading.nodes.get(facility.text("plm:location"))
    while where is not None and not where.is_a("Place") and where.iri not in seen:
        seen.add(where.iri)
        where = reading.nodes.get(where.text("plm:location"))
    return where if where is not None and where.is_a("Place") else None
