"""From a snapshot to records of events: the only code of the exports that asks SPARQL."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Final, cast

from pyoxigraph import NamedNode, QuerySolutions, Store

import ontology
from builder.exports.records import EventRecord, Figure, Party, Site, Source, Structure
from builder.rdf import term
from builder.store import run_query

# Events that are read together: a query costs about a millisecond however little it asks for, and the nodes
# of 200 events take less than a megabyte.
BATCH: Final = 200
# What a record is made of is at most so far from its event: event, facility, its place, district, province,
# country, its geometry, and two to spare.
DEPTH: Final = 9
# The properties by which one node of a record leads to another.
LINKS: Final = (
    *("plm:perpetrator", "plm:target", "plm:victim", "plm:mover", "plm:memberOf", "plm:nationality"),
    *("plm:location", "plm:operator", "plm:weapon", "plm:casualties", "plm:speaker"),
    *("geo:sfWithin", "geo:hasGeometry"),
)
UNDATED: Final = "~"  # sorts after every date
# The finest first.
PRECISIONS: Final = ("site", "settlement", "district", "province", "country", "")
_POINT = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+)\s*\)")
_EMPTY_VALUES = re.compile(r"(VALUES \?\w+ )\{\}")


@cache
def _query(name: str) -> str:
    return (files(__package__) / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def ask(snapshot: Store, name: str, iris: Iterable[str] = ()) -> QuerySolutions:
    """Ask a query of `queries/`, about these nodes if it is about some."""
    values = " ".join(str(NamedNode(iri)) for iri in iris)
    text = _EMPTY_VALUES.sub(lambda found: f"{found[1]}{{ {values} }}", _query(name))
    return cast("QuerySolutions", run_query(snapshot, text))


def find_events(snapshot: Store) -> list[str]:
    """List the events that are told as having happened, asserted or alleged, by date; the undated last."""
    starts: dict[str, str] = {}
    for event, start in ask(snapshot, "events"):
        starts[event.value] = min(starts.get(event.value, UNDATED), UNDATED if start is None else start.value)
    return sorted(starts, key=lambda iri: (starts[iri], iri))


def read_events(snapshot: Store, events: Iterable[str]) -> Iterator[EventRecord]:
    """Read events of the merged layer, in the order given; a few hundred are in memory at a time."""
    countries = {name.value: code.value for name, code in ask(snapshot, "countries")}
    waiting = iter(events)
    while portion := tuple(islice(waiting, BATCH)):
        nodes = _nodes(snapshot, portion)
        tolls = [iri for event in portion for iri in nodes.all(event, "plm:casualties")]
        sources = _sources(snapshot, (*portion, *tolls))
        yield from (_Maker(nodes, sources, countries).event(iri) for iri in portion)


class _Nodes:
    """What the merged layer says of the nodes of a few events."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, list[str]]] = {}

    def all(self, node: str, name: str) -> list[str]:
        """Give the values of a property in order; terms of the ontology by their local names."""
        found = self.values.get(node, {}).get(term(name).value, ())
        return sorted(value.removeprefix(ontology.NAMESPACE) for value in found)

    def one(self, node: str, name: str) -> str:
        return next(iter(self.all(node, name)), "")

    def is_a(self, node: str, name: str) -> bool:
        return name in self.all(node, "rdf:type")


def _nodes(snapshot: Store, events: Iterable[str]) -> _Nodes:
    """Read some events, what they refer to, what that refers to, and so on."""
    nodes, links = _Nodes(), {term(name).value for name in LINKS}
    wanted = set(events)
    for _ in range(DEPTH):
        if not wanted:
            break
        for iri in wanted:
            nodes.values[iri] = defaultdict(list)
        met: set[str] = set()
        for node, name, value in ask(snapshot, "nodes", wanted):
            nodes.values[node.value][name.value].append(value.value)
            if name.value in links:
                met.add(value.value)
        wanted = met - nodes.values.keys()
    return nodes


def _sources(snapshot: Store, nodes: Sequence[str]) -> Mapping[str, tuple[Source, ...]]:
    """Give the reports that tell of each node, the earliest first, with the first sentence of each."""
    told = [tuple(value.value for value in row) for row in ask(snapshot, "sources", nodes)]
    reports = _reports(snapshot, {report for _, _, report in told})
    first: dict[str, tuple[int, str]] = {}
    for node, offset, sentence in ask(snapshot, "sentences", {node for _, node, _ in told}):
        found = (int(offset.value), sentence.value)
        first[node.value] = min(first.get(node.value, found), found)
    sources: dict[str, dict[str, Source]] = defaultdict(dict)
    for merged, node, report in sorted(told, key=lambda row: first.get(row[1], (0, "")), reverse=True):
        sources[merged][report] = replace(reports[report], sentence=first.get(node, (0, ""))[1])
    return {
        merged: tuple(sorted(found.values(), key=lambda source: (source.issued, source.report)))
        for merged, found in sources.items()
    }


def _reports(snapshot: Store, iris: Iterable[str]) -> Mapping[str, Source]:
    found = {iri: Source(iri) for iri in iris}
    for report, *values in ask(snapshot, "reports", found):
        found[report.value] = Source(report.value, *("" if each is None else each.value for each in values))
    return found


class _Maker:
    """Makes records from the nodes of one portion."""

    def __init__(
        self, nodes: _Nodes, sources: Mapping[str, tuple[Source, ...]], countries: Mapping[str, str]
    ) -> None:
        self.nodes = nodes
        self.sources = sources
        self.countries = countries

    def event(self, iri: str) -> EventRecord:
        nodes = self.nodes
        targets = nodes.all(iri, "plm:target")
        facilities = [target for target in targets if nodes.is_a(target, "Facility")]
        actors = [target for target in targets if nodes.is_a(target, "Actor")]
        count = nodes.one(iri, "plm:eventCount")
        return EventRecord(
            iri,
            nodes.one(iri, "rdfs:label"),
            tuple(nodes.all(iri, "rdf:type")),
            nodes.one(iri, "plm:modality"),
            types=tuple(nodes.all(iri, "plm:eventType")),
            start=nodes.one(iri, "plm:startDate"),
            end=next(reversed(nodes.all(iri, "plm:endDate")), ""),
            count=int(count) if count else None,
            confidence=nodes.one(iri, "plm:confidence"),
            basis=nodes.one(iri, "plm:perpetratorBasis"),
            damage=nodes.one(iri, "plm:damage"),
            perpetrators=self.parties(nodes.all(iri, "plm:perpetrator") or nodes.all(iri, "plm:mover")),
            opponents=self.parties(dict.fromkeys((*actors, *nodes.all(iri, "plm:victim")))),
            facilities=tuple(self.structure(facility) for facility in facilities),
            sites=self.sites(iri, facilities, targets),
            weapons=tuple(self.weapons(iri)),
            figures=self.figures(iri),
            sources=self.sources.get(iri, ()),
        )

    def parties(self, iris: Iterable[str]) -> tuple[Party, ...]:
        """Give actors, bodies with a name before groups without."""
        ranks = {kind: rank for rank, kind in enumerate(("Organization", "State", "Person", "Group", ""))}
        found = [self.party(iri) for iri in iris]
        return tuple(sorted(found, key=lambda party: (ranks[party.kind], party.label, party.iri)))

    def party(self, iri: str) -> Party:
        kinds = [kind for kind in ("Organization", "State", "Person", "Group") if self.nodes.is_a(iri, kind)]
        return Party(
            iri,
            self.nodes.one(iri, "rdfs:label"),
            kinds[0] if kinds else "",
            type=self.nodes.one(iri, "plm:actorType") or ("Government" if "State" in kinds else ""),
            country=self.country(self.nodes.one(iri, "plm:nationality")),
            bodies=tuple(self.nodes.one(body, "rdfs:label") for body in self.nodes.all(iri, "plm:memberOf")),
        )

    def country(self, place: str) -> str:
        codes = (self.countries.get(same) for same in self.nodes.all(place, "owl:sameAs"))
        return next((code for code in codes if code), "")

    def structure(self, iri: str) -> Structure:
        return Structure(
            self.nodes.one(iri, "rdfs:label"),
            self.nodes.one(iri, "plm:facilityType"),
            self.parties(self.nodes.all(iri, "plm:operator")),
        )

    def weapons(self, event: str) -> list[str]:
        found = self.nodes.all(event, "plm:weapon")
        return sorted({self.nodes.one(weapon, "plm:weaponType") for weapon in found} - {""})

    def sites(self, event: str, facilities: Sequence[str], targets: Sequence[str]) -> tuple[Site, ...]:
        """Give the finest places where an event was, as its report says, else those of what it hit."""
        places = self.places(self.nodes.all(event, "plm:location"))
        if not places:
            places = self.places((*facilities, *(iri for iri in targets if self.nodes.is_a(iri, "Place"))))
        sites = [self.site(iri) for iri in places]
        around = {pair for site in sites for pair in site.within}
        inner = [site for site in sites if (site.precision, site.label) not in around]
        rank = min((PRECISIONS.index(site.precision) for site in inner), default=0)
        return tuple(site for site in inner if PRECISIONS.index(site.precision) == rank)

    def places(self, iris: Iterable[str]) -> list[str]:
        """Follow facilities to the places that they are in, directly or by way of other facilities."""
        found: dict[str, None] = {}
        met: set[str] = set()
        waiting = list(iris)
        while waiting:
            where = waiting.pop(0)
            if self.nodes.is_a(where, "Place"):
                found[where] = None
            elif where not in met:
                met.add(where)
                waiting += self.nodes.all(where, "plm:location")
        return list(found)

    def site(self, iri: str) -> Site:
        chain = self.around(iri)
        country = next((code for place in (iri, *chain) if (code := self.country(place))), "")
        within = ((self.precision(place), self.nodes.one(place, "rdfs:label")) for place in chain)
        return Site(
            iri,
            self.nodes.one(iri, "rdfs:label"),
            self.precision(iri),
            self.point(iri),
            tuple(sorted(pair for pair in within if pair[0])),
            country,
        )

    def around(self, place: str) -> list[str]:
        """Climb from a place through all that it lies in, as far as every report agrees on one."""
        chain: list[str] = []
        while len(wider := self.wider(place)) == 1 and wider[0] not in chain:
            place = wider[0]
            chain.append(place)
        return chain

    def wider(self, place: str) -> list[str]:
        """Give what a place lies in directly: one report says the province, another only the country."""
        found = self.nodes.all(place, "geo:sfWithin")
        rank = min((PRECISIONS.index(self.precision(iri)) for iri in found), default=0)
        return [iri for iri in found if PRECISIONS.index(self.precision(iri)) == rank]

    def precision(self, place: str) -> str:
        found = self.nodes.one(place, "plm:placePrecision")
        return found if found in PRECISIONS else ""

    def point(self, place: str) -> tuple[float, float] | None:
        geometry = self.nodes.one(place, "geo:hasGeometry")
        found = _POINT.search(self.nodes.one(geometry, "geo:asWKT"))
        return None if found is None else (float(found[1]), float(found[2]))

    def figures(self, event: str) -> tuple[Figure, ...]:
        tolls = self.nodes.all(event, "plm:casualties")
        revised = {old for toll in tolls for old in self.nodes.all(toll, "prov:wasRevisionOf")}
        found = (self.figure(toll, is_revised=toll in revised) for toll in tolls)
        return tuple(figure for figure in found if figure is not None)

    def figure(self, toll: str, *, is_revised: bool) -> Figure | None:
        exact, least, most = (self.nodes.one(toll, f"plm:{name}") for name in ("count", "atLeast", "atMost"))
        if not (exact or least or most):
            return None
        speakers = self.nodes.all(toll, "plm:speaker")
        return Figure(
            self.nodes.one(toll, "plm:outcome"),
            int(exact or least or 0),
            int(exact or most) if exact or most else None,
            self.parties(self.nodes.all(toll, "plm:victim")),
            tuple(self.nodes.one(speaker, "rdfs:label") for speaker in speakers),
            self.sources.get(toll, ()),
            is_revised,
        )
