"""Which nodes of which reports are one: a first layer of plain rules, each with its reason and a score.

Places come first, then named actors, facilities and events, and last what has no name of its own and is
known only by the event that it takes part in. Two nodes of one report are never united by likeness, since
the report told them apart. The outcome depends on the set of reports alone, not on their order.

Scores rank how much a reason says; they are set by hand and are no probabilities.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from pyoxigraph import NamedNode

from builder.keys import NAMED_ACTORS, Key, Node, actor_name, chain, distinctive_name, is_named, tail
from builder.rdf import GEONAMES, HASH_LENGTH

CERTAIN: Final = Decimal("1")
SAME_ENTRY: Final = Decimal("0.95")  # the link to the gazetteer can be wrong
SAME_NAME: Final = Decimal("0.8")  # namesakes exist
SAME_PARTICIPANT: Final = Decimal("0.7")  # "the soldiers" of one attack, in two reports
# What two reports of one event share, and how much each adds. Day, kind and one anchor are always shared.
EVENT_SCORES: Final[Mapping[str, Decimal]] = {
    "same day": Decimal("0.2"),
    "same kind": Decimal("0.1"),
    "same target": Decimal("0.4"),
    "same victim": Decimal("0.4"),
    "same location": Decimal("0.3"),
    "same toll": Decimal("0.2"),
    "same perpetrator": Decimal("0.1"),
}
OTHER_ANCHOR: Final = Decimal("0.3")
# By which roles an event of a class is known again; statements last, for they are about other events.
ANCHORS: Final[Mapping[str, tuple[str, ...]]] = {
    "Attack": ("target", "victim", "location"),
    "Movement": ("mover", "origin", "destination"),
    "Event": ("target", "victim", "location"),
    "Warning": ("addressee", "threatens", "demands"),
    "Statement": ("about",),
}
# Two events whose known fillers of such a role are all different are two.
DISTINGUISHING: Final = ("target", "mover", "issuer", "speaker")
# What one report tells as fact another calls alleged, and a third quotes a denial of; other modalities stay
# among their own.
REALISED: Final = ("Asserted", "Alleged", "Denied")
# A place this wide says nothing about two events being one.
WIDE: Final = ("province", "country")
# The folder of the merged IRIs of each class.
FOLDERS: Final[Mapping[str, str]] = {
    "Event": "event",
    "Actor": "actor",
    "Facility": "facility",
    "Place": "place",
    "Weapon": "weapon",
    "Casualties": "casualties",
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_GEONAMES = GEONAMES.partition("{")[0]


@dataclass(frozen=True, slots=True)
class Cluster:
    """The nodes that are one, the IRI of that one, and why."""

    iri: str
    members: tuple[Node, ...]
    score: Decimal = CERTAIN
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Two nodes that look like one."""

    first: str
    second: str
    score: Decimal
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Group:
    members: list[Node]
    score: Decimal = CERTAIN
    reasons: tuple[str, ...] = ()

    def absorb(self, other: "_Group", link: Link) -> None:
        self.members += other.members
        self.score = min(self.score, other.score, link.score)
        self.reasons = tuple(dict.fromkeys((*self.reasons, *other.reasons, *link.reasons)))


def identify(nodes: Iterable[Node], *, base: str) -> tuple[Cluster, ...]:
    """Put every node into one cluster; most have but one member.

    `base` is the IRI that the clusters' IRIs begin with. A cluster's IRI is made of the name by which its
    members are one, or else of the least of their IRIs, so that another report seldom changes it.
    """
    return _Identification(nodes, base).run()


class _Identification:
    """The work in progress: the nodes by IRI, and the merged IRI of each node that is settled."""

    def __init__(self, nodes: Iterable[Node], base: str) -> None:
        self.base = base
        self.nodes = {node.iri: node for node in sorted(nodes, key=lambda node: node.iri)}
        self.merged: dict[str, str] = {}
        self.clusters: list[Cluster] = []
        self.nationalities: dict[str, set[str]] = defaultdict(set)

    def run(self) -> tuple[Cluster, ...]:
        self.unite_by_key(self.of("Place"), self.place_key)
        actors = self.of(*NAMED_ACTORS)
        for actor in actors:
            self.nationalities[actor_name(actor)] |= self.fillers(actor, "plm:nationality")
        self.unite_by_key(actors, self.actor_key)
        self.unite_by_key(self.of("Facility"), self.facility_key)
        for kind in ANCHORS:
            self.unite_events(kind)
        for classes in (("Actor", "Facility", "Place"), ("Weapon", "Casualties")):
            self.unite_participants(classes)
        self.settle_each(node for node in self.nodes.values() if node.iri not in self.merged)
        return tuple(self.clusters)

    def of(self, *classes: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.is_a(*classes) and node.iri not in self.merged]

    def settle(self, cluster: Cluster) -> None:
        self.clusters.append(cluster)
        self.merged |= {member.iri: cluster.iri for member in cluster.members}

    def settle_each(self, nodes: Iterable[Node]) -> None:
        for node in tuple(nodes):
            self.settle(Cluster(self.hashed((node,)), (node,)))

    def hashed(self, members: Iterable[Node]) -> str:
        """Make the IRI of a cluster without a name."""
        least = min(members, key=lambda node: node.iri)
        folder = next((FOLDERS[name] for name in FOLDERS if least.is_a(name)), "node")
        return f"{self.base}{folder}/{hashlib.sha256(least.iri.encode()).hexdigest()[:HASH_LENGTH]}"

    def fillers(self, node: Node, role: str) -> set[str]:
        """Give the merged IRIs of the settled nodes in a role."""
        return {self.merged[iri] for iri in node.texts(role) if iri in self.merged}

    def unite_by_key(self, nodes: Iterable[Node], key: Callable[[Node], Key | None]) -> None:
        """Unite the nodes that have the same key; those without one are left for later."""
        groups: dict[str, list[Node]] = defaultdict(list)
        keys: dict[str, Key] = {}
        for node in nodes:
            found = key(node)
            if found is not None:
                keys[found.path] = found
                groups[found.path].append(node)
        for path, members in groups.items():
            self.settle(Cluster(self.base + path, tuple(members), keys[path].score, (keys[path].reason,)))

    def place_key(self, node: Node) -> Key | None:
        known = [iri for iri in node.texts("owl:sameAs") if iri.startswith(_GEONAMES)]
        if known:
            number = known[0].removeprefix(_GEONAMES).strip("/")
            return Key(f"place/geonames-{number}", CERTAIN, "same GeoNames place")
        country = self.outermost(node)
        if country is node and node.text("plm:placePrecision") != "country":
            return None
        names = [node.name] if country is node else [node.name, country.name]
        return Key.named("place", *names, score=SAME_NAME, reason="same name and country")

    def outermost(self, place: Node) -> Node:
        """Climb from a place to what it lies in, as far as the report says."""
        seen = {place.iri}
        while (within := self.nodes.get(place.text("geo:sfWithin"))) is not None and within.iri not in seen:
            seen.add(within.iri)
            place = within
        return place

    def actor_key(self, node: Node) -> Key | None:
        entry = node.text("plm:gazetteerEntry")
        if entry:
            return Key.named("actor", tail(entry), score=SAME_ENTRY, reason="same gazetteer entry")
        if not is_named(node):
            return None
        names = [actor_name(node)]
        if len(self.nationalities[names[0]]) > 1:
            names += sorted(tail(iri) for iri in self.fillers(node, "plm:nationality"))
        return Key.named("actor", *names, score=SAME_NAME, reason="same name and kind")

    def facility_key(self, node: Node) -> Key | None:
        entry = node.text("plm:gazetteerEntry")
        if entry:
            return Key.named("facility", tail(entry), score=SAME_ENTRY, reason="same gazetteer entry")
        site = self.site(node)
        name = distinctive_name(node, site) if site is not None else ""
        if site is None or not name:
            return None
        kinds = sorted({chain(concept)[-1] for concept in node.texts("plm:facilityType")})
        place = tail(self.merged[site.iri])
        return Key.named("facility", name, *kinds, place, score=SAME_NAME, reason="same name and place")

    def site(self, facility: Node) -> Node | None:
        """Find the settled place that a facility is in, perhaps by way of another facility."""
        seen = {facility.iri}
        where = self.nodes.get(facility.text("plm:location"))
        while where is not None and not where.is_a("Place") and where.iri not in seen:
            seen.add(where.iri)
            where = self.nodes.get(where.text("plm:location"))
        return where if where is not None and where.iri in self.merged and where.is_a("Place") else None

    def unite_events(self, kind: str) -> None:
        """Unite the events of one class that share day, kind, an anchor and nothing that tells them apart."""
        plain = kind == "Event"
        events = [
            node
            for node in self.of(kind)
            if not (plain and node.is_a("Attack", "Movement", "Warning", "Statement"))
        ]
        self.unite_linked(events, self.event_links(events, kind))

    def event_links(self, events: Iterable[Node], kind: str) -> Iterator[Link]:
        blocks: dict[tuple[str, ...], list[Node]] = defaultdict(list)
        anchors = {event.iri: self.anchors(event, kind) for event in events}
        for event in events:
            day = _DAY.match(event.text("plm:startDate"))
            modality = event.text("plm:modality")
            if day is not None:
                told = REALISED[0] if modality in REALISED else modality
                for role, iri in anchors[event.iri]:
                    blocks[day[0], told, role, iri].append(event)
        pairs = {(a.iri, b.iri): (a, b) for block in blocks.values() for a, b in combinations(block, 2)}
        for first, second in pairs.values():
            if self.may_be_one(first, second):
                yield self.event_link(first, second, anchors[first.iri] & anchors[second.iri])

    def anchors(self, event: Node, kind: str) -> set[tuple[str, str]]:
        """Give by which role and merged node an event is known again; a target stands for its place too."""
        known = {(role, iri) for role in ANCHORS[kind] for iri in self.fillers(event, f"plm:{role}")}
        if "location" not in ANCHORS[kind]:
            return known
        fillers = [
            self.nodes.get(iri) for role in ("location", "target") for iri in event.texts(f"plm:{role}")
        ]
        places = [self.site(node) if node.is_a("Facility") else node for node in fillers if node is not None]
        narrow = [
            self.merged[place.iri]
            for place in places
            if place is not None
            and place.is_a("Place")
            and place.iri in self.merged
            and place.text("plm:placePrecision") not in WIDE
        ]
        known = {(role, iri) for role, iri in known if role != "location"}
        return known | {("location", iri) for iri in narrow}

    def may_be_one(self, first: Node, second: Node) -> bool:
        if first.report == second.report:
            return False
        kinds = [{chain(name)[-1] for name in event.texts("plm:eventType")} for event in (first, second)]
        if all(kinds) and kinds[0].isdisjoint(kinds[1]):
            return False
        known = [[self.fillers(event, f"plm:{role}") for event in (first, second)] for role in DISTINGUISHING]
        return not any(one and other and one.isdisjoint(other) for one, other in known)

    def event_link(self, first: Node, second: Node, shared: Iterable[tuple[str, str]]) -> Link:
        reasons = ["same day", "same kind", *sorted({f"same {role}" for role, _ in shared})]
        if self.tolls(first) & self.tolls(second):
            reasons.append("same toll")
        if self.fillers(first, "plm:perpetrator") & self.fillers(second, "plm:perpetrator"):
            reasons.append("same perpetrator")
        score = sum((EVENT_SCORES.get(reason, OTHER_ANCHOR) for reason in reasons), Decimal(0))
        return Link(first.iri, second.iri, min(score, CERTAIN), tuple(reasons))

    def tolls(self, event: Node) -> set[tuple[str, ...]]:
        return {
            self.figure(self.nodes[iri])[:4] for iri in event.texts("plm:casualties") if iri in self.nodes
        }

    def figure(self, toll: Node) -> tuple[str, ...]:
        """Give what a toll says and who says it, to compare."""
        numbers = (toll.text(f"plm:{name}") for name in ("outcome", "count", "atLeast", "atMost"))
        told = (sorted(self.fillers(toll, f"plm:{role}")) for role in ("victim", "speaker"))
        return (*numbers, *(" ".join(iris) for iris in told), toll.text("plm:statedOn"))

    def unite_participants(self, classes: Iterable[str]) -> None:
        """Unite what is alike in one merged event: "the soldiers", "a car bomb", "12 killed"."""
        alike: dict[tuple[str, ...], list[Node]] = defaultdict(list)
        rest = {node.iri: node for node in self.of(*classes)}
        for event in (node for node in self.nodes.values() if node.is_a("Event")):
            for iri in sorted(self.participants(event) & rest.keys()):
                alike[self.merged[event.iri], *self.likeness(rest[iri])].append(rest[iri])
        links = (
            Link(first.iri, second.iri, SAME_PARTICIPANT, ("alike in the same event",))
            for nodes in alike.values()
            for first, second in combinations(nodes, 2)
        )
        self.unite_linked(list(rest.values()), links)

    def participants(self, event: Node) -> set[str]:
        tolls = [self.nodes[iri] for iri in event.texts("plm:casualties") if iri in self.nodes]
        return {
            value.value
            for node in (event, *tolls)
            for values in node.values.values()
            for value in values
            if isinstance(value, NamedNode)
        }

    def likeness(self, node: Node) -> tuple[str, ...]:
        if node.is_a("Casualties"):
            return self.figure(node)
        if node.text("plm:facilityType"):
            return ("", *node.texts("plm:facilityType"))
        kinds = ("rdf:type", "plm:weaponType", "plm:quantity")
        return (node.name, *(" ".join(sorted(node.texts(kind))) for kind in kinds))

    def unite_linked(self, nodes: Iterable[Node], links: Iterable[Link]) -> None:
        """Follow links, the surest first, unless that would unite two nodes of one report."""
        groups = {node.iri: _Group([node]) for node in nodes}
        for link in sorted(links, key=lambda link: (-link.score, link.first, link.second)):
            first, second = groups[link.first], groups[link.second]
            reports = [{member.report for member in group.members} for group in (first, second)]
            if reports[0].isdisjoint(reports[1]):
                first.absorb(second, link)
                groups |= {member.iri: first for member in second.members}
        for group in {id(group): group for group in groups.values()}.values():
            members = tuple(sorted(group.members, key=lambda node: node.iri))
            self.settle(Cluster(self.hashed(members), members, group.score, group.reasons))
