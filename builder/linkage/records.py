"""What an event is known again by, as a row that Splink compares, and the blocks that it is compared within.

Names count by their spelling (`transliteration_key`) and by what they were merged to, so that places and
actors that were found to be one earlier count as one here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final, TypeAlias

import ontology
from builder.gazetteer import normalise_name, transliteration_key
from builder.linkage.keys import NAMED_ACTORS, distinctive_name, is_named
from builder.linkage.nodes import Node, Reading, day_number

# A row as Splink takes it: column by column, numbers, texts and lists of texts; None is unknown.
Row: TypeAlias = dict[str, Any]

# What one report tells as fact another calls alleged, and a third quotes a denial of; other modalities stay
# among their own.
REALISED: Final = frozenset(("Asserted", "Alleged", "Denied"))
WIDE: Final = frozenset(("province", "country"))
# Who acts, whom or what it happens to, and where, of each class of events.
AGENTS: Final = ("plm:perpetrator", "plm:mover", "plm:issuer", "plm:speaker")
OBJECTS: Final = ("plm:target", "plm:victim", "plm:addressee")
WHERE: Final = ("plm:location", "plm:target", "plm:origin", "plm:destination")
ABOUT: Final = ("plm:about", "plm:threatens", "plm:demands")
VIOLENT: Final = ("violence by explosives", "violence by arms")
# Where merged events are, of whatever class.
FOLDER: Final = "event"
# Days: reports of one event are rarely further apart, and each is put into the blocks of its own span of as
# many days and of the next, so that none is missed at the edge.
FRESH: Final = 4
_MONTH = re.compile(r"(\d{4})-(\d\d)$")
_CLOCK = re.compile(r"T(\d\d):")


@dataclass(frozen=True, slots=True)
class Record:
    """One item as the linkage sees it. Two records that share no block are never compared.

    `folder` is where its merged IRI is: "event", "actor", "place".
    """

    item: str
    folder: str
    report: str
    row: Row
    blocks: tuple[str, ...]

    @property
    def first_day(self) -> int | None:
        """The first day that it may have been."""
        return self.row.get("first_day")

    @property
    def last_day(self) -> int | None:
        """The last day that it may have been."""
        return self.row.get("last_day")


@cache
def _families() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads((files(__package__) / "models" / "families.json").read_text("utf-8"))
    return found


def event_record(event: Node, reading: Reading, merged: Mapping[str, str]) -> Record:
    """Make the record of an event. `merged` gives the merged IRI of each node that is settled already."""
    where = _places(event, reading, merged)
    row: Row = {
        "class": _class(event),
        "told": "Realised" if event.text("plm:modality") in REALISED else event.text("plm:modality"),
        "published": reading.published,
        **_when(event),
        **where,
        **_what(event, reading),
        **_who(event, reading, merged),
        **_toll(event, reading),
        "about": _listed(merged[iri] for role in ABOUT for iri in event.texts(role) if iri in merged),
    }
    return Record(event.iri, FOLDER, event.report, row, tuple(sorted(set(_blocks(row)))))


def _class(event: Node) -> str:
    kinds = ("Attack", "Movement", "Warning", "Statement")
    return next((kind for kind in kinds if event.is_a(kind)), "Event")


def _listed(values: Iterable[str]) -> list[str] | None:
    return sorted({value for value in values if value}) or None


def _when(event: Node) -> Row:
    first, last = _days(event.text("plm:startDate"))
    end = _days(event.text("plm:endDate"))[1]
    hours = _hours(event)
    return {
        "first_day": first,
        "last_day": last if end is None else end,
        "first_hour": hours[0],
        "last_hour": hours[1],
    }


def _days(text: str) -> tuple[int | None, int | None]:
    """Give the first and the last day that a date may mean; a year says too little."""
    day = day_number(text)
    if day is not None:
        return day, day
    month = _MONTH.match(text)
    if month is None:
        return None, None
    first = day_number(f"{text}-01")
    return first, None if first is None else first + 30  # a month's length, or a day more: no harm


def _hours(event: Node) -> tuple[int | None, int | None]:
    """Give the hours between which something happened, by the clock or by the words for a part of the day."""
    clock = _CLOCK.search(event.text("plm:startDate"))
    if clock is not None:
        return int(clock[1]), int(clock[1])
    words = " ".join(event.texts("plm:timeExpression")).lower()
    parts = [hours for part, hours in _families()["hours"].items() if part in words]
    return (min(first for first, _ in parts), max(last for _, last in parts)) if parts else (None, None)


def _places(event: Node, reading: Reading, merged: Mapping[str, str]) -> Row:
    """Name the settlements, provinces and countries that the event is said to have been in.

    Where it has no town or country, one that is the report's only one is taken; several towns that the report
    names are `nearby`.
    """
    found = [_place_of(node, reading) for node in reading.linked(event, *WHERE)]
    here = _around([place for place in found if place is not None], reading)
    report = _around(reading.of("Place"), reading)
    towns = _named(here.narrow or (report.narrow if len(report.narrow) == 1 else ()), merged)
    countries = here.countries or (report.countries if len(report.countries) == 1 else ())
    return {
        "towns": towns,
        "nearby": None if towns else _named(report.narrow, merged),
        "provinces": _named(here.wide, merged),
        "countries": _listed(merged.get(node.iri, node.name) for node in countries),
    }


@dataclass(frozen=True, slots=True)
class _Around:
    """Places by how wide they are; what a narrow one lies in is among the wide ones."""

    narrow: tuple[Node, ...]
    wide: tuple[Node, ...]
    countries: tuple[Node, ...]


def _around(places: Iterable[Node], reading: Reading) -> _Around:
    listed = tuple(places)
    everywhere = {node.iri: node for place in listed for node in _outwards(place, reading)}.values()
    return _Around(
        tuple(place for place in listed if place.text("plm:placePrecision") not in WIDE),
        tuple(node for node in everywhere if node.text("plm:placePrecision") == "province"),
        tuple(node for node in everywhere if node.text("plm:placePrecision") == "country"),
    )


def _named(nodes: Iterable[Node], merged: Mapping[str, str]) -> list[str] | None:
    """Name nodes by all their spellings, and by what they were merged to."""
    listed = tuple(nodes)
    names = (name for node in listed for name in (*node.texts("rdfs:label"), *node.texts("skos:altLabel")))
    return _listed((*map(transliteration_key, names), *(merged.get(node.iri, "") for node in listed)))


def _place_of(node: Node, reading: Reading) -> Node | None:
    """Find the place that a node is, or lies in, perhaps by way of another facility."""
    seen: set[str] = set()
    while not node.is_a("Place"):
        seen.add(node.iri)
        around = [place for place in reading.linked(node, "plm:location") if place.iri not in seen]
        if not around:
            return None
        node = around[0]
    return node


def _outwards(place: Node, reading: Reading) -> list[Node]:
    found = {place.iri: place}
    while around := [node for node in reading.linked(place, "geo:sfWithin") if node.iri not in found]:
        place = around[0]
        found[place.iri] = place
    return list(found.values())


def _what(event: Node, reading: Reading) -> Row:
    kinds = {name for kind in event.texts("plm:eventType") for name in ontology.ancestors(kind)}
    arms = reading.linked(event, "plm:weapon")
    families = _listed(_family("kinds", name) for name in kinds)
    return {
        "kinds": _listed(event.texts("plm:eventType")),
        "wider_kinds": _listed(kinds),
        "families": families,
        "violence": _listed(family.partition(" ")[0] for family in families or () if family in VIOLENT),
        "weapons": _listed(_family("weapons", name) for arm in arms for name in arm.texts("plm:weaponType")),
    }


def _family(table: str, name: str) -> str:
    """Give what a concept counts as in a comparison: its family, or itself."""
    chain = ontology.ancestors(name)
    families = _families()[table]
    return str(next((families[each] for each in chain if each in families), chain[-1]))


def _who(event: Node, reading: Reading, merged: Mapping[str, str]) -> Row:
    agents, objects = reading.linked(event, *AGENTS), reading.linked(event, *OBJECTS)
    things = [node for node in (*objects, *reading.linked(event, "plm:location")) if node.is_a("Facility")]
    named = [node for node in objects if node.is_a("Place") or (node.is_a(*NAMED_ACTORS) and is_named(node))]
    return {
        "agents": _listed(merged.get(node.iri, "") for node in agents if node.is_a(*NAMED_ACTORS)),
        "agent_words": _listed(node.name for node in agents),
        "sites": _listed((*_site_names(things, reading), *(_named(named, merged) or ()))),
        "site_kinds": _listed(kind for thing in things for kind in thing.texts("plm:facilityType")),
        "wider_site_kinds": _listed(
            _family("sites", kind) for thing in things for kind in thing.texts("plm:facilityType")
        ),
        "people": _listed(
            _family("people", kind) for node in objects for kind in node.texts("plm:actorType")
        ),
    }


def _site_names(things: Iterable[Node], reading: Reading) -> Iterator[str]:
    """Give the words of the proper names of facilities: one shared word is a shared name."""
    for thing in things:
        place = _place_of(thing, reading)
        for word in distinctive_name(thing, place).split():
            if word != word.lower() and normalise_name(word) not in _families()["site_words"]:
                yield transliteration_key(word)


def _toll(event: Node, reading: Reading) -> Row:
    """Add up what the event is said to have cost: the bounds of the dead and of the injured."""
    row: Row = {}
    tolls = reading.linked(event, "plm:casualties")
    for outcome, name in (("Killed", "dead"), ("Injured", "hurt"), ("Captured", "taken")):
        figures = [_bounds(toll) for toll in tolls if toll.text("plm:outcome") == outcome]
        row[f"{name}_least"] = max((least for least, _ in figures if least is not None), default=None)
        row[f"{name}_most"] = max((most for _, most in figures if most is not None), default=None)
    return row


def _bounds(toll: Node) -> tuple[int | None, int | None]:
    exact = toll.number("plm:count")
    if exact is not None:
        return exact, exact
    return toll.number("plm:atLeast"), toll.number("plm:atMost")


def _blocks(row: Row) -> Iterable[str]:
    """Name the blocks: what is shared must be a day, or nearness in time, and something else."""
    kind = f"{row['class']} {row['told']}"
    names = ("towns", "nearby", "sites", "about")
    anchors = [anchor for name in names for anchor in row[name] or ()]
    anchors += [
        f"{agent} {country}" for agent, country in product(row["agents"] or (), row["countries"] or ("",))
    ]
    for anchor, time in product(anchors, _times(row)):
        yield f"{kind} {time} {anchor}"
    if row["first_day"] is not None:
        for around, family in product(
            (*(row["provinces"] or ()), *(row["countries"] or ())), row["families"] or ()
        ):
            yield f"{kind} {row['first_day']} {around} {family}"


def _times(row: Row) -> list[str]:
    """Name the times to look near: the day and the next, the span of publication and the next.

    Reports of which nobody knows when they were published are looked at together.
    """
    times = []
    if row["first_day"] is not None and row["first_day"] == row["last_day"]:
        times += [f"day {row['first_day'] + more}" for more in (0, 1)]
    if row["published"] is None:
        times.append("undated")
    else:
        times += [f"span {row['published'] // FRESH + more}" for more in (0, 1)]
    return times
