"""What is indexed of a snapshot, read by SPARQL and put together: events with who, whom and where."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final, cast

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, QuerySolutions

import ontology
from builder.index.model import (
    PRECISIONS,
    Days,
    Facet,
    IndexedEvent,
    IndexedNode,
    IndexedReport,
    Location,
    days,
)
from builder.rdf import term
from builder.store import run_query

# The classes of what is listed, the narrowest that a node has; statements are shown with what they are about.
EVENT_KINDS: Final = ("Attack", "Movement", "Warning", "Event")
NODE_KINDS: Final = ("Actor", "Facility", "Place")
_WHO: Final = ("perpetrator", "mover", "issuer")
_WHOM: Final = ("target", "victim", "addressee")
_STRUCK: Final = ("target", "victim")
_WHERE: Final = ("location", "destination", "target", "origin")
# Names in one line of a list; whoever wants all opens the event.
_NAMES: Final = 3
_POINT: Final = "POINT("
# All that is read of the merged layer's nodes, but for their points.
_PROPERTIES: Final = (
    *("rdf:type", "rdfs:label", "skos:altLabel", "plm:eventType", "plm:modality", "plm:startDate"),
    *("plm:endDate", *(f"plm:{name}" for name in dict.fromkeys((*_WHO, *_WHOM, *_WHERE)))),
    *("plm:actorType", "plm:facilityType", "plm:casualties", "plm:outcome", "plm:count", "plm:atLeast"),
    *("plm:atMost", "geo:sfWithin", "plm:placePrecision", "prov:wasDerivedFrom"),
)
# Values of one property by node, of all that was asked for.
Values = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that is indexed; events come the latest first, and those without a date last."""

    events: Sequence[IndexedEvent]
    nodes: Sequence[IndexedNode]
    reports: Sequence[IndexedReport]
    counts: Mapping[str, int]  # of the merged nodes of each class


@dataclass(slots=True)
class Told:
    """What reports say of one event: which reports, and the sentences with where their words begin."""

    reports: set[str] = field(default_factory=set)
    sentences: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Graph:
    """The merged layer's nodes: the values of each property by node."""

    said: Mapping[str, Values]
    points: Mapping[str, tuple[float, float]]
    # What was found of places and facilities before: a few are where most events are.
    surroundings: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self, node: str, *properties: str) -> tuple[str, ...]:
        """Give the values of some properties of a node, each once, in order of the properties."""
        return tuple(dict.fromkeys(value for name in properties for value in self.said[name].get(node, ())))

    def one(self, node: str, name: str) -> str:
        """Give the least value of a property, or an empty text."""
        return min(self.said[name].get(node, ()), default="")

    def label(self, node: str) -> str:
        """Give the name of a node."""
        return self.one(node, "label") or _local(node)

    def is_a(self, node: str, kind: str) -> bool:
        """Say whether a node has a class of ours."""
        return kind in map(_local, self.said["type"].get(node, ()))

    def around(self, node: str) -> tuple[str, ...]:
        """Give a place or a facility with all that it lies in, the nearest first."""
        if node not in self.surroundings:
            self.surroundings[node] = self._around(node)
        return self.surroundings[node]

    def _around(self, node: str) -> tuple[str, ...]:
        found = {node: None}
        for each in (reached := [node]):
            for outer in self.all(each, "location", "sfWithin"):
                if outer not in found:
                    found[outer] = None
                    reached.append(outer)
        return tuple(found)

    def location(self, nodes: Iterable[str]) -> tuple[str, Location | None]:
        """Give the name of where something is, and the finest point that is known of it."""
        surroundings = [self.around(node) for node in nodes]
        places = [place for row in surroundings for place in row if self.is_a(place, "Place")]
        known = [place for place in places if place in self.points and self._rank(place) < len(PRECISIONS)]
        best = min(known, key=self._rank, default=None)
        name = self.label(best or places[0]) if places else ""
        return name, Location(*self.points[best], self.one(best, "placePrecision")) if best else None

    def _rank(self, place: str) -> int:
        precision = self.one(place, "placePrecision")
        return PRECISIONS.index(precision) if precision in PRECISIONS else len(PRECISIONS)


def gather(snapshot: ox.Store) -> Gathered:
    """Read all that is indexed."""
    graph = Graph(_nodes(snapshot), _points(snapshot))
    reports = {report.iri: report for report in _reports(snapshot)}
    told = _told(snapshot, graph)
    firsts = _copies(snapshot)
    events = [_event(graph, iri, kind, told[iri], reports, firsts) for iri, kind in _event_kinds(graph)]
    events.sort(key=lambda event: (-event.days.first if event.days else sys.maxsize, event.iri))
    counts = Counter(_local(name) for classes in graph.said["type"].values() for name in set(classes))
    return Gathered(events, [*_named(graph), *_types(events)], list(reports.values()), counts)


def _rows(snapshot: ox.Store, name: str) -> QuerySolutions:
    text = (files("builder.index") / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    return cast("QuerySolutions", run_query(snapshot, text))


def _nodes(snapshot: ox.Store) -> Mapping[str, Values]:
    """Read the merged layer property by property, which takes a third of the time of one query for all."""
    said: dict[str, Values] = {}
    for name in _PROPERTIES:
        values: dict[str, list[str]] = defaultdict(list)
        for quad in snapshot.quads_for_pattern(None, term(name), None, ox.DefaultGraph()):
            node, value = quad.subject, quad.object
            if isinstance(node, NamedNode) and isinstance(value, NamedNode | Literal):
                values[sys.intern(node.value)].append(sys.intern(value.value))
        said[_local(name.replace(":", "/"))] = dict(values)
    return said


@cache
def _local(iri: str) -> str:
    """Give the last part of an IRI."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def _points(snapshot: ox.Store) -> Mapping[str, tuple[float, float]]:
    """Read points of WKT, longitude first; other geometries have no point."""
    found = {}
    for place, literal in _rows(snapshot, "points"):
        text = literal.value
        numbers = text.removeprefix(_POINT).removesuffix(")").split()
        if text.startswith(_POINT) and len(numbers) == 2:  # longitude, latitude
            found[place.value] = (float(numbers[0]), float(numbers[1]))
    return found


def _reports(snapshot: ox.Store) -> Iterator[IndexedReport]:
    for row in _rows(snapshot, "reports"):
        iri, title, publisher, issued, text = (value.value if value is not None else "" for value in row)
        yield IndexedReport(iri, title or _local(iri), publisher, issued[:10], text)


def _copies(snapshot: ox.Store) -> Mapping[str, str]:
    """Give the first report with the text of each copy."""
    return {
        quad.subject.value: quad.object.value
        for quad in snapshot.quads_for_pattern(None, term("plm:copyOf"), None, None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    }


def _told(snapshot: ox.Store, graph: Graph) -> Mapping[str, Told]:
    """Gather what reports say of each merged event."""
    merged = {told: node for node, derived in graph.said["wasDerivedFrom"].items() for told in derived}
    found: dict[str, Told] = defaultdict(Told)
    for node, report, sentence, start in _rows(snapshot, "told"):
        event = merged.get(node.value)
        if event is None:
            continue
        found[event].reports.add(report.value)
        if sentence is not None:
            at = int(start.value) if start is not None else 0
            held = found[event].sentences.get(sentence.value, at)
            found[event].sentences[sentence.value] = min(at, held)
    return found


def _event_kinds(graph: Graph) -> Iterator[tuple[str, str]]:
    for iri, classes in graph.said["type"].items():
        names = set(map(_local, classes))
        kind = next((kind for kind in EVENT_KINDS if kind in names), None)
        if kind is not None and "Statement" not in names:
            yield iri, kind


def _event(
    graph: Graph,
    iri: str,
    kind: str,
    told: Told,
    reports: Mapping[str, IndexedReport],
    firsts: Mapping[str, str],
) -> IndexedEvent:
    types = sorted(map(_local, graph.all(iri, "eventType")))
    labels = ontology.labels()
    start = graph.one(iri, "startDate")
    place, location = graph.location(graph.all(iri, *_WHERE))
    return IndexedEvent(
        iri=iri,
        kind=kind,
        label=graph.label(iri),
        type=", ".join(labels.get(name, name) for name in types or [kind]),
        date=start[:10],
        until=max(graph.all(iri, "endDate"), default="")[:10],
        days=_period(start, graph.all(iri, "endDate")),
        modality=_local(graph.one(iri, "modality")),
        who=_listed(graph, graph.all(iri, *_WHO)),
        whom=_listed(graph, graph.all(iri, *_WHOM)),
        place=place,
        location=location,
        killed=_killed(graph, iri),
        reports=len({firsts.get(report, report) for report in told.reports}),
        sentences=tuple(sorted(told.sentences, key=lambda text: (told.sentences[text], text))),
        facets=_facets(graph, iri, (*types, kind), [reports[each] for each in told.reports]),
    )


def _period(start: str, ends: Iterable[str]) -> Days | None:
    """Give the days from a start to the last of some ends, or to the end of what the start says."""
    first = days(start)
    last = max((found.last for end in ends if (found := days(end))), default=None)
    if first is None or last is None or last < first.first:
        return first
    return Days(first.first, last)


def _listed(graph: Graph, nodes: tuple[str, ...]) -> str:
    names = list(dict.fromkeys(map(graph.label, nodes)))
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def _killed(graph: Graph, event: str) -> int | None:
    """Give the highest figure of killed that anybody gives."""
    tolls = (toll for toll in graph.all(event, "casualties") if _outcome(graph, toll) == "Killed")
    figures = (figure for toll in tolls for figure in graph.all(toll, "count", "atLeast", "atMost"))
    return max(map(int, figures), default=None)


def _outcome(graph: Graph, toll: str) -> str:
    return _local(graph.one(toll, "outcome"))


def _facets(
    graph: Graph, event: str, types: Iterable[str], sources: Iterable[IndexedReport]
) -> dict[Facet, tuple[str, ...]]:
    where = [place for node in graph.all(event, *_WHERE) for place in graph.around(node)]
    involved = graph.all(event, *_WHO, *_WHOM, *_WHERE)
    values: dict[Facet, Iterable[str]] = {
        # Of what is no attack, movement or warning the class says nothing.
        Facet.TYPE: (name for each in types for name in ontology.ancestors(each) if name != "Event"),
        Facet.ACTOR: graph.all(event, *_WHO),
        Facet.TARGET: (kind for node in graph.all(event, *_STRUCK) for kind in _kinds(graph, node)),
        Facet.COUNTRY: (place for place in where if graph.one(place, "placePrecision") == "country"),
        Facet.MODALITY: map(_local, graph.all(event, "modality")),
        Facet.OUTCOME: (_outcome(graph, toll) for toll in graph.all(event, "casualties")),
        Facet.SOURCE: (source.publisher for source in sources),
        Facet.ABOUT: (*involved, *where),
    }
    return {facet: tuple(dict.fromkeys(filter(None, found))) for facet, found in values.items()}


def _kinds(graph: Graph, node: str) -> Iterator[str]:
    """Give what kind of facility or actor a node is, from the narrowest to its class."""
    for concept in graph.all(node, "facilityType", "actorType"):
        yield from ontology.ancestors(_local(concept))
    yield from (kind for kind in NODE_KINDS if graph.is_a(node, kind))


def _named(graph: Graph) -> Iterator[IndexedNode]:
    """Give the actors, facilities and places."""
    labels = ontology.labels()
    for iri, classes in graph.said["type"].items():
        kind = next((kind for kind in NODE_KINDS if kind in map(_local, classes)), None)
        if kind is not None:
            concept = _local(graph.one(iri, "actorType") or graph.one(iri, "facilityType"))
            note = labels.get(concept, concept) or graph.one(iri, "placePrecision")
            within = graph.one(iri, "location") or graph.one(iri, "sfWithin")
            yield IndexedNode(iri, kind, graph.label(iri), graph.all(iri, "altLabel"), note, within)


def _types(events: Iterable[IndexedEvent]) -> Iterator[IndexedNode]:
    """Give the types that some event has, under their own names."""
    labels = ontology.labels()
    for name in sorted({name for event in events for name in event.facets[Facet.TYPE]}):
        yield IndexedNode(ontology.NAMESPACE + name, "Type", labels.get(name, name), (), "")
