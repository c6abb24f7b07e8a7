"""The order of the work: names first, then events, what is said of them, and last what has no name.

A stage puts nodes of reports into items, and items into groups; each group is one merged node. A later stage
sees what the earlier ones made: events are compared by the places and actors that their reports were found to
share, statements by the events, and "the soldiers" are one only within one merged event.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

import ontology
from builder.gazetteer import transliteration_key
from builder.linkage import model
from builder.linkage.batching import batches
from builder.linkage.grouping import components, group
from builder.linkage.keys import NAMED_ACTORS, Key, actor_name, distinctive_name, is_named, tail
from builder.linkage.ledger import BATCH, Item, Ledger, Settled
from builder.linkage.model import Link, Reason
from builder.linkage.nodes import Node, Reading
from builder.linkage.records import Record, Row, event_record
from builder.rdf import GEONAMES, HASH_LENGTH
from builder.unlinking import Unlinked

CERTAIN: Final = Decimal("1")
SAME_ENTRY: Final = Decimal("0.95")  # the link to the gazetteer can be wrong
SAME_NAME: Final = Decimal("0.8")  # namesakes exist
# "The soldiers" of one attack, in two reports: 1.2 bits, a probability of 0.7.
ALIKE: Final = (
    Decimal("1.2"),
    Decimal("0.7"),
    (Reason("likeness", "alike in the same event", Decimal("1.2")),),
)
# The folder of the merged IRIs of each class.
FOLDERS: Final[Mapping[str, str]] = {
    "Event": "event",
    "Actor": "actor",
    "Facility": "facility",
    "Place": "place",
    "Weapon": "weapon",
    "Casualties": "casualties",
}
_GEONAMES = GEONAMES.partition("{")[0]


# From a report, the merged IRIs of its settled nodes, and the nodes that are to stand alone, to records.
Reader = Callable[[Reading, Mapping[str, Settled], Collection[str]], Iterator[tuple[str, Record]]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: its name, the model that weighs pairs (none: what shares a block is alike), its reader."""

    name: str
    model: str | None
    read: Reader


# Names


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
    path = key.path if alone is None else f"{key.path}-{_hash(alone)[:8]}"
    folder = key.path.partition("/")[0]
    spelling = transliteration_key(key.name) if key.name else None
    row: Row = {
        "unique_id": path,
        "report": path,
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


# Events


def read_events(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give attacks, movements and other events."""
    yield from _events(
        reading, settled, [e for e in reading.of("Event") if not e.is_a("Warning", "Statement")]
    )


def read_warnings(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give warnings, which are about events."""
    yield from _events(reading, settled, reading.of("Warning"))


def read_statements(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give statements, which are about events and warnings."""
    yield from _events(reading, settled, reading.of("Statement"))


def _events(
    reading: Reading, settled: Mapping[str, Settled], events: Iterable[Node]
) -> Iterator[tuple[str, Record]]:
    merged = {iri: node.cluster for iri, node in settled.items()}
    for event in events:
        yield event.iri, event_record(event, reading, merged)


# What has no name


def read_participants(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give actors, facilities and places without a name: alike if they are so in one merged event."""
    yield from _participants(reading, settled, ("Actor", "Facility", "Place"))


def read_figures(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give weapons and tolls."""
    yield from _participants(reading, settled, ("Weapon", "Casualties"))


def _participants(
    reading: Reading, settled: Mapping[str, Settled], classes: Iterable[str]
) -> Iterator[tuple[str, Record]]:
    told = defaultdict(set)
    for event in reading.of("Event"):
        if settled[event.iri].shared:
            for iri in _referred(event, reading):
                told[iri].add(settled[event.iri].cluster)
    for node in reading.of(*classes):
        if node.iri not in settled:
            likeness = " | ".join(_likeness(node, settled))
            blocks = tuple(sorted(f"{cluster} {likeness}" for cluster in told[node.iri]))
            folder = next(folder for name, folder in FOLDERS.items() if node.is_a(name))
            yield node.iri, Record(node.iri, folder, node.report, {}, blocks)


def _referred(event: Node, reading: Reading) -> set[str]:
    """List what an event, or one of its tolls, speaks of."""
    nodes = (event, *reading.linked(event, "plm:casualties"))
    return {
        value
        for node in nodes
        for values in node.values.values()
        for value in values
        if isinstance(value, str)
    } & reading.nodes.keys()


def _likeness(node: Node, settled: Mapping[str, Settled]) -> tuple[str, ...]:
    if node.is_a("Casualties"):
        roles = (
            " ".join(sorted(settled[iri].cluster for iri in node.texts(f"plm:{role}") if iri in settled))
            for role in ("victim", "speaker")
        )
        figures = ("outcome", "count", "atLeast", "atMost", "statedOn")
        return (*(node.text(f"plm:{name}") for name in figures), *roles)
    if node.text("plm:facilityType"):
        return ("", *node.texts("plm:facilityType"))
    kinds = ("rdf:type", "plm:weaponType", "plm:quantity")
    return (node.name, *(" ".join(sorted(node.texts(kind))) for kind in kinds))


NAMES: Final = "names"
FIGURES: Final = "figures"
EVENT_STAGES: Final = ("events", "warnings", "statements")
STAGES: Final = (
    Stage(NAMES, "names", read_names),
    Stage("events", "events", read_events),
    Stage("warnings", "statements", read_warnings),
    Stage("statements", "statements", read_statements),
    Stage("participants", None, read_participants),
    Stage(FIGURES, None, read_figures),
)


# The work


def advance(
    ledger: Ledger,
    changed: Collection[str],
    former: Mapping[str, Mapping[str, int]],
    unlinked: Unlinked,
    base: str,
) -> tuple[set[str], set[str]]:
    """Bring every stage up to date with reports that changed.

    `former` are the items that the nodes of these reports, and of those that are gone, were before. Gives the
    reports to write anew, the changed ones and those of which a node is part of another group now, and the
    merged IRIs that some items have no longer.
    """
    touched, left = set(changed), set[str]()
    for number, stage in enumerate(STAGES):
        earlier = [done.name for done in STAGES[:number]]
        more, vacated = _advance(ledger, stage, earlier, touched, former.get(stage.name, {}), unlinked, base)
        touched |= more
        left |= vacated
    return touched, left


def _advance(
    ledger: Ledger,
    stage: Stage,
    earlier: Collection[str],
    dirty: Collection[str],
    former: Mapping[str, int],
    unlinked: Unlinked,
    base: str,
) -> tuple[set[str], set[str]]:
    """Bring one stage up to date; give the reports whose nodes have another group, and merged IRIs left."""
    before = {**ledger.former(dirty).get(stage.name, {}), **former}
    mates = ledger.mates(stage.name, before)
    clusters = {item.item: item.cluster for item in ledger.items(stage.name, before).values()}
    ledger.detach(stage.name, dirty)
    fresh: set[str] = set()
    for some in batches(sorted(dirty), BATCH):
        fresh |= _read(ledger, stage, earlier, some, unlinked)
    dropped = ledger.drop_items(stage.name, before)
    ledger.add_pairs(stage.name, _weigh(ledger, stage, fresh))
    now = ledger.used_by(stage.name, dirty)
    lost = {clusters[item] for item in dropped if item in clusters}
    moved, left = _regroup(ledger, stage, (mates | now.keys()) - dropped, fresh, lost, unlinked, base)
    # A name that a second report uses gets links, and one that only one is left to use loses them.
    after = ledger.sizes(stage.name, before.keys() | now.keys())
    was = {item: before.get(item, after[item] - now.get(item, 0)) for item in after}
    resized = {item for item in after if (was[item] < 2) != (after[item] < 2)}
    return ledger.reports_of(stage.name, moved | (resized - dropped)), left


def _read(
    ledger: Ledger, stage: Stage, earlier: Collection[str], reports: Iterable[str], unlinked: Unlinked
) -> set[str]:
    """Put the nodes of reports into items; give those that are new or were others."""
    nodes: list[tuple[str, str]] = []
    records: dict[str, Record] = {}
    for report in reports:
        reading = ledger.reading(report)
        for iri, record in stage.read(reading, ledger.settled(report, earlier), unlinked.alone):
            nodes.append((iri, record.item))
            records[record.item] = record
    ledger.place(stage.name, nodes)
    return ledger.put(stage.name, records.values())


def _weigh(ledger: Ledger, stage: Stage, fresh: Collection[str]) -> Iterable[Link]:
    """Weigh the pairs of which one is fresh; give those that may be one."""
    near = ledger.near(stage.name, fresh)
    if stage.model is None:
        return _alike(near, fresh)
    chosen = model.load(stage.model)
    return (link for link in model.weigh(chosen, near, fresh) if link.weight >= chosen.threshold)


def _alike(near: Iterable[Record], fresh: Collection[str]) -> Iterator[Link]:
    blocks: dict[str, list[Record]] = defaultdict(list)
    for record in near:
        for block in record.blocks:
            blocks[block].append(record)
    pairs = {
        (min(one.item, other.item), max(one.item, other.item))
        for records in blocks.values()
        for one, other in combinations(records, 2)
        if one.report != other.report and not {one.item, other.item}.isdisjoint(fresh)
    }
    return (Link(first, second, *ALIKE) for first, second in sorted(pairs))


def _regroup(
    ledger: Ledger,
    stage: Stage,
    start: Collection[str],
    fresh: Collection[str],
    lost: Collection[str | None],
    unlinked: Unlinked,
    base: str,
) -> tuple[set[str], set[str]]:
    """Group what is linked to items anew; give the items whose group changed, and merged IRIs left.

    `lost` are the merged IRIs of items that are no more: what has one of them has lost a mate.
    """
    reach = components(start, lambda items: ledger.neighbours(stage.name, items))
    items = ledger.items(stage.name, reach)
    links = ledger.links(stage.name, reach)
    judge = _Names(ledger, stage.name, links) if stage.name == NAMES else _Told(items, unlinked)
    groups = group(items, judge.allowed(links), may_be_one=judge.may_be_one)
    old: dict[str | None, set[str]] = defaultdict(set)
    for item in items.values():
        old[item.cluster].add(item.item)
    moved: set[str] = set()
    assigned: list[tuple[str, str]] = []
    for members in groups:
        cluster = base + _path(stage, members, items)
        if old.get(cluster) != set(members):
            assigned += ((member, cluster) for member in members)
            moved.update(members)
        elif cluster in lost or (len(members) > 1 and any(member in fresh for member in members)):
            moved.update(members)
    ledger.assign(stage.name, assigned)
    return moved, {item.cluster for item in items.values() if item.cluster and item.item in moved}


def _path(stage: Stage, members: Collection[str], items: Mapping[str, Item]) -> str:
    """Make the end of a merged IRI: the shortest name, or else a hash of the least of the members' IRIs."""
    if stage.name == NAMES:
        return min(members, key=lambda path: (len(path), path))
    least = min(members)
    return f"{items[least].folder}/{_hash(least)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


class _Told:
    """Says which groups of what reports tell may be one: of different reports and days that meet."""

    def __init__(self, items: Mapping[str, Item], unlinked: Unlinked) -> None:
        self._items = items
        self._apart: dict[str, set[str]] = defaultdict(set)
        for first, second in unlinked.pairs:
            self._apart[first].add(second)
            self._apart[second].add(first)

    def allowed(self, links: Iterable[Link]) -> Iterable[Link]:
        """Give the links that may be followed."""
        return links

    def may_be_one(self, first: Collection[str], second: Collection[str]) -> bool:
        """Say whether no two of the items were told apart."""
        one, other = ([self._items[name] for name in names] for names in (first, second))
        if not {item.report for item in one}.isdisjoint(item.report for item in other):
            return False
        if any(not self._apart[name].isdisjoint(second) for name in first if name in self._apart):
            return False
        return days_meet([*one, *other])


def days_meet(items: Iterable[Item]) -> bool:
    """Say whether no two items are more than one day apart: a night has two."""
    latest = max((item.first_day for item in items if item.first_day is not None), default=None)
    earliest = min((item.last_day for item in items if item.last_day is not None), default=None)
    return latest is None or earliest is None or latest - earliest <= 1


class _Names:
    """Says which names may be one: none that a report tells apart, and none of two places."""

    def __init__(self, ledger: Ledger, stage: str, links: Iterable[Link]) -> None:
        self._ledger, self._stage = ledger, stage
        linked = {name for link in links for name in (link.first, link.second)}
        records = {name: ledger.record(stage, name) for name in linked}
        self._around = {name: record.row["around"] for name, record in records.items() if record is not None}

    def allowed(self, links: Iterable[Link]) -> Iterable[Link]:
        """Leave out the links of a name that may be either of two namesakes of different places."""
        listed = tuple(links)
        arounds: dict[str, set[str]] = defaultdict(set)
        for link in listed:
            arounds[link.first].add(self._around[link.second])
            arounds[link.second].add(self._around[link.first])
        unclear = {
            name for name, found in arounds.items() if not self._around[name] and len(found - {None}) > 1
        }
        return [link for link in listed if unclear.isdisjoint((link.first, link.second))]

    def may_be_one(self, first: Collection[str], second: Collection[str]) -> bool:
        """Say whether no report tells a name of the one from a name of the other."""
        arounds = {self._around[name] for name in (*first, *second)} - {None}
        return len(arounds) < 2 and not any(
            self._ledger.told_apart(self._stage, one, other) for one in first for other in second
        )
