"""A made-up graph of conflict of any size, in our vocabulary and in our layout, as lines of N-Quads.

The merged layer is in the default graph, what each report tells in a graph of its own. A few actors and
places have most of the events, as in the news. The same number of events gives the same lines.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Final

from pyoxigraph import Literal

from builder.rdf import DEFAULT_BASE, HASH_LENGTH, point_literal, term

SEED: Final = 1
# How many nodes of a kind there are, as many as a gazetteer of a few wars has; each country has as many
# provinces as a province has settlements.
ACTORS: Final = 2_000
FACILITIES: Final = 3_000
COUNTRIES: Final = 50
PARTS: Final = 10
EVENTS_PER_REPORT: Final = 5
# Shares of the events: with a toll, told by a second report, movements (the others are attacks), and of
# dates that name a month only. With them an event comes to about twenty quads.
WITH_TOLL: Final = 0.4
TOLD_TWICE: Final = 0.2
MOVEMENTS: Final = 0.15
MONTHS_ONLY: Final = 0.1
FIRST_DAY: Final = date(2010, 1, 1)
DAYS: Final = 5_000

ATTACKS: Final = {
    "ArmedClash": "Armed clash",
    "ArmedAssault": "Shooting",
    "RemoteExplosive": "Roadside bombing",
    "SuicideBombing": "Suicide bombing",
    "RocketAttack": "Rocket attack",
    "AirStrike": "Air strike",
    "Abduction": "Abduction",
    "Arson": "Arson",
}
MOVES: Final = {"Evacuation": "Evacuation", "Withdrawal": "Withdrawal", "Deployment": "Deployment"}
SITES: Final = {
    "Bridge": "bridge",
    "Market": "market",
    "Hospital": "hospital",
    "School": "school",
    "Checkpoint": "checkpoint",
    "MilitaryBase": "base",
    "Embassy": "embassy",
    "Convoy": "convoy",
}
ACTOR_KINDS: Final = {
    "ArmedGroup": ("Organization", "Front"),
    "StateForces": ("Organization", "Army"),
    "Police": ("Organization", "Police"),
    "Civilians": ("Group", "villagers"),
    "Government": ("State", "government"),
}
MODALITIES: Final = ("Asserted", "Asserted", "Asserted", "Alleged", "Threatened", "Denied")
OUTCOMES: Final = ("Killed", "Killed", "Injured", "Captured")
PUBLISHERS: Final = ("Sahel Dispatch", "Harbour Gazette", "Border Wire", "The Plain Courier", "Delta News")
# Syllables of names: three give 1,000 names, enough for texts in which a word is rare or frequent.
SYLLABLES: Final = ("ka", "mor", "du", "shi", "ran", "tel", "bo", "gha", "li", "zem")


@dataclass(frozen=True, slots=True)
class Told:
    """One event: its number, and the numbers of what stands in each role; a toll is outcome and count."""

    number: int
    moves: bool
    type: str
    actor: int
    facility: int
    place: int
    day: date
    toll: tuple[str, int] | None
    reports: tuple[int, ...]


def event_iri(number: int) -> str:
    """Name a merged event."""
    return _iri("event", number)


def places() -> int:
    """Count the settlements, where events happen."""
    return COUNTRIES * PARTS * PARTS


def write_lines(events: int, *, with_texts: bool = False) -> Iterator[str]:
    """Write the graph, line by line; reports have texts, and mentions places in them, if asked."""
    texts: dict[int, str] = {}
    yield from _actors()
    yield from _places()
    yield from _facilities()
    for report in range(_reports(events)):
        yield from _report(report)
    for told in _happen(events, random.Random(SEED)):
        yield from _merged(told)
        for report in told.reports:
            yield from _as_told(told, report)
            if with_texts:
                text = texts.get(report, "")
                yield from _located(told, report, len(text))
                texts[report] = f"{text}{_sentence(told)} "
    for report, text in texts.items():
        yield _line(_node("report", report), "plm:text", _text(text), _node("report", report))


def _reports(events: int) -> int:
    return -(-events // EVENTS_PER_REPORT)


def _happen(events: int, chance: random.Random) -> Iterator[Told]:
    """Draw the events."""
    actors, facilities, settlements = map(_zipf, (ACTORS, FACILITIES, places()))
    for number in range(events):
        moves = chance.random() < MOVEMENTS
        reports = [number // EVENTS_PER_REPORT]
        if chance.random() < TOLD_TWICE:
            reports.append(chance.randrange(_reports(events)))
        yield Told(
            number,
            moves,
            type=chance.choice(list(MOVES if moves else ATTACKS)),
            actor=_draw(actors, chance),
            facility=_draw(facilities, chance),
            place=_draw(settlements, chance),
            day=FIRST_DAY + timedelta(chance.randrange(DAYS)),
            # tolls are skewed too: most are small; 500 bounds them
            toll=(chance.choice(OUTCOMES), min(500, int(chance.paretovariate(1.2))))
            if chance.random() < WITH_TOLL
            else None,
            reports=tuple(dict.fromkeys(reports)),
        )


@cache
def _zipf(count: int) -> Sequence[float]:
    """Sum up the weights of ranks: the second has half of the first, the third a third."""
    return tuple(accumulate(1 / rank for rank in range(1, count + 1)))


def _draw(weights: Sequence[float], chance: random.Random) -> int:
    return chance.choices(range(len(weights)), cum_weights=weights)[0]


def _merged(told: Told) -> Iterator[str]:
    """Write an event of the merged layer."""
    event = f"<{event_iri(told.number)}>"
    yield _line(event, "rdf:type", _name("plm:Movement" if told.moves else "plm:Attack"))
    yield _line(event, "rdf:type", _name("plm:Event"))
    yield _line(event, "rdfs:label", _text(_label(told)))
    yield _line(event, "plm:eventType", _name(f"plm:{told.type}"))
    yield _line(event, "plm:modality", _name(f"plm:{MODALITIES[told.number % len(MODALITIES)]}"))
    yield _line(event, "plm:mover" if told.moves else "plm:perpetrator", _node("actor", told.actor))
    if not told.moves:
        yield _line(event, "plm:target", _node("facility", told.facility))
    yield _line(event, "plm:location", _node("place", told.place))
    yield _line(event, "plm:startDate", _date(told))
    for report in told.reports:
        yield _line(event, "prov:wasDerivedFrom", _told_node(told, report))
    if told.toll is not None:
        outcome, count = told.toll
        toll = _node("casualties", told.number)
        yield _line(event, "plm:casualties", toll)
        yield _line(toll, "rdf:type", _name("plm:Casualties"))
        yield _line(toll, "plm:outcome", _name(f"plm:{outcome}"))
        yield _line(toll, "plm:count", str(Literal(count)))


def _as_told(told: Told, report: int) -> Iterator[str]:
    """Write an event as a report tells it, with the sentence; without selectors, to keep the graph small."""
    graph, node = _node("report", report), _told_node(told, report)
    mention = f"<{_iri('report', report)}/mention/{told.number}>"
    target = f"{mention[:-1]}/target>"
    yield _line(node, "rdf:type", _name("plm:Movement" if told.moves else "plm:Attack"), graph)
    yield _line(node, "rdfs:label", _text(_label(told)), graph)
    yield _line(node, "plm:evidence", mention, graph)
    yield _line(mention, "rdf:type", _name("plm:Mention"), graph)
    yield _line(mention, "plm:sentence", _text(_sentence(told)), graph)
    yield _line(mention, "oa:hasTarget", target, graph)
    yield _line(target, "oa:hasSource", graph, graph)


def _located(told: Told, report: int, start: int) -> Iterator[str]:
    """Write where a sentence stands in a report's text, and which words of it tell of the event."""
    graph = _node("report", report)
    mention = f"{graph[:-1]}/mention/{told.number}"
    target, quote, position = (f"<{mention[1:]}/{part}>" for part in ("target", "quote", "position"))
    words = _label(told).lower()
    at = start + _sentence(told).index(words)
    yield _line(target, "oa:hasSelector", quote, graph)
    yield _line(target, "oa:hasSelector", position, graph)
    yield _line(quote, "rdf:type", _name("oa:TextQuoteSelector"), graph)
    yield _line(quote, "oa:exact", _text(words), graph)
    yield _line(position, "rdf:type", _name("oa:TextPositionSelector"), graph)
    yield _line(position, "oa:start", str(Literal(at)), graph)
    yield _line(position, "oa:end", str(Literal(at + len(words))), graph)


def _report(report: int) -> Iterator[str]:
    node = _node("report", report)
    issued = FIRST_DAY + timedelta(report % DAYS)
    yield _line(node, "rdf:type", _name("plm:Report"), node)
    yield _line(node, "dcterms:title", _text(f"Report {report}"), node)
    yield _line(node, "dcterms:publisher", _text(PUBLISHERS[report % len(PUBLISHERS)]), node)
    yield _line(node, "dcterms:language", _text("en"), node)
    yield _line(node, "dcterms:issued", f'"{issued}"^^{_name("xsd:date")}', node)


def _actors() -> Iterator[str]:
    for number in range(ACTORS):
        node, (type_, (kind, _)) = _node("actor", number), _actor_kind(number)
        yield _line(node, "rdf:type", _name(f"plm:{kind}"))
        yield _line(node, "rdf:type", _name("plm:Actor"))
        yield _line(node, "rdfs:label", _text(_actor_label(number)))
        yield _line(node, "plm:actorType", _name(f"plm:{type_}"))


def _actor_kind(number: int) -> tuple[str, tuple[str, str]]:
    return list(ACTOR_KINDS.items())[number % len(ACTOR_KINDS)]


def _facilities() -> Iterator[str]:
    for number in range(FACILITIES):
        node, (type_, word) = _node("facility", number), _site(number)
        place = number % places()
        yield _line(node, "rdf:type", _name("plm:Facility"))
        yield _line(node, "rdfs:label", _text(f"{_place_label('place', place)} {word}"))
        yield _line(node, "plm:facilityType", _name(f"plm:{type_}"))
        yield _line(node, "plm:location", _node("place", place))


def _site(number: int) -> tuple[str, str]:
    return list(SITES.items())[number % len(SITES)]


def _places() -> Iterator[str]:
    """Write settlements, the provinces that they are in, and the countries that those are in."""
    for number in range(COUNTRIES):
        yield from _place("country", number, None)
    for number in range(COUNTRIES * PARTS):
        yield from _place("province", number, _node("country", number % COUNTRIES))
    for number in range(places()):
        yield from _place("place", number, _node("province", number % (COUNTRIES * PARTS)))


def _place(kind: str, number: int, within: str | None) -> Iterator[str]:
    node, geometry = _node(kind, number), f"<{_iri(kind, number)}/geometry>"
    # Steps that have no common divisor with the degrees of the globe, so that few points coincide.
    point = point_literal(number * 37 % 360 - 180, number * 17 % 170 - 85)
    yield _line(node, "rdf:type", _name("plm:Place"))
    yield _line(node, "rdfs:label", _text(_place_label(kind, number)))
    yield _line(node, "plm:placePrecision", _text("settlement" if kind == "place" else kind))
    yield _line(node, "geo:hasGeometry", geometry)
    yield _line(geometry, "rdf:type", _name("geo:Geometry"))
    yield _line(geometry, "geo:asWKT", str(point))
    if within is not None:
        yield _line(node, "geo:sfWithin", within)


def country_iri(number: int) -> str:
    """Name a country; the first has the most events, about an eighth."""
    return _iri("country", number)


def _label(told: Told) -> str:
    kind = (MOVES if told.moves else ATTACKS)[told.type]
    return f"{kind} on the {_site(told.facility)[1]} in {_place_label('place', told.place)}"


def _sentence(told: Told) -> str:
    toll = f", and {told.toll[1]} people were {told.toll[0].lower()}" if told.toll else ""
    return f"On {told.day:%d %B %Y} the {_actor_label(told.actor)} was there: {_label(told).lower()}{toll}."


@cache
def _actor_label(number: int) -> str:
    return f"{_called(number).title()} {_actor_kind(number)[1][1]}"


@cache
def _place_label(kind: str, number: int) -> str:
    return _called(number).title() + {"country": "stan", "province": " Province", "place": ""}[kind]


def _called(number: int) -> str:
    """Make a name of syllables; after a thousand they come again, as names of places do."""
    return "".join(SYLLABLES[number // 10**digit % 10] for digit in range(3))


def _date(told: Told) -> str:
    # Every tenth: nothing else hangs on the last digit alone.
    if told.number % round(1 / MONTHS_ONLY) == 0:
        return f'"{told.day:%Y-%m}"^^{_name("xsd:gYearMonth")}'
    return f'"{told.day}"^^{_name("xsd:date")}'


def _told_node(told: Told, report: int) -> str:
    return f"<{_iri('report', report)}/event-{told.number}>"


def _node(kind: str, number: int) -> str:
    return f"<{_iri(kind, number)}>"


def _iri(kind: str, number: int) -> str:
    """Name a node as ours are named: by a hash, so that neighbours in time are none in the database."""
    return f"{DEFAULT_BASE}{kind}/{hashlib.sha256(f'{kind} {number}'.encode()).hexdigest()[:HASH_LENGTH]}"


@cache
def _name(name: str) -> str:
    return str(term(name))


def _text(text: str) -> str:
    """Quote a text; none of ours holds what would have to be escaped."""
    return f'"{text}"'


def _line(subject: str, predicate: str, value: str, graph: str = "") -> str:
    return f"{subject} {_name(predicate)} {value} {graph} .\n"
