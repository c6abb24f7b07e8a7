"""What is indexed of a snapshot: events with who, whom and where, one after the other.

Of all events nothing is held in memory, and what orders them on disk: of 100,000 everything would take a
gigabyte.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final, cast

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions

import ontology
from builder.index.model import Days, Facet, IndexedEvent, IndexedNode, IndexedReport, days
from builder.index.nodes import Nodes, local
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
_EVIDENCE, _SENTENCE = term("plm:evidence"), term("plm:sentence")
_HAS_TARGET, _HAS_SELECTOR, _START = term("oa:hasTarget"), term("oa:hasSelector"), term("oa:start")


@dataclass(frozen=True, slots=True)
class Told:
    """What reports say of one event: which reports, and the sentences with where their words begin."""

    reports: set[str] = field(default_factory=set)
    sentences: dict[str, int] = field(default_factory=dict)


class Gathering:
    """All that is indexed of a snapshot."""

    def __init__(self, snapshot: ox.Store) -> None:
        self._snapshot = snapshot
        self._nodes = Nodes(snapshot)
        self._publishers = _publishers(snapshot)
        self._firsts = _copies(snapshot)

    def close(self) -> None:
        """Let go of the snapshot, so that whoever closes its store frees its lock."""
        self._nodes.close()

    def reports(self) -> Iterator[IndexedReport]:
        """Read the reports."""
        text = (files("builder.index") / "queries" / "reports.rq").read_text(encoding="utf-8")
        for row in cast("QuerySolutions", run_query(self._snapshot, text)):
            iri, title, publisher, issued, text = (value.value if value is not None else "" for value in row)
            yield IndexedReport(iri, title or local(iri), publisher, issued[:10], text)

    def counts(self) -> Mapping[str, int]:
        """Count the merged nodes of each class."""
        return Counter(local(kind) for _, kind in self._nodes.pairs("rdf:type"))

    def nodes(self) -> Iterator[IndexedNode]:
        """Read the actors, facilities and places."""
        for iri, kind in self._kinds(NODE_KINDS).items():
            yield self._node(iri, kind)

    def label(self, iri: str) -> str:
        """Give the name of an actor, a facility or a place; nothing of anything else."""
        nodes = self._nodes
        return nodes.label(iri) if any(nodes.is_a(iri, kind) for kind in NODE_KINDS) else ""

    def events(self) -> Iterator[IndexedEvent]:
        """Read the events, the latest first; those without a date come last."""
        with closing(sqlite3.connect("")) as events:  # a file of its own, which goes when it is closed
            events.execute("CREATE TABLE event (iri TEXT PRIMARY KEY, kind TEXT, day INTEGER) WITHOUT ROWID")
            for kind in ("Statement", *EVENT_KINDS):
                rows = ((iri, kind) for iri in self._of_kind(kind))
                events.executemany("INSERT OR IGNORE INTO event (iri, kind) VALUES (?, ?)", rows)
            events.executemany(
                "UPDATE event SET day = ?1 WHERE iri = ?2 AND (day IS NULL OR day > ?1)", self._starts()
            )
            for iri, kind in events.execute(
                "SELECT iri, kind FROM event WHERE kind <> 'Statement' ORDER BY day IS NULL, day DESC, iri"
            ):
                yield self._event(iri, kind)

    def _starts(self) -> Iterator[tuple[int, str]]:
        """Give the first days that nodes began on, which may be several of one."""
        for iri, start in self._nodes.pairs("plm:startDate"):
            if found := days(start):
                yield found.first, iri

    def _kinds(self, kinds: tuple[str, ...]) -> dict[str, str]:
        """Give the nodes of some classes, each with the first of these that it has."""
        found: dict[str, str] = {}
        for kind in kinds:
            for iri in self._of_kind(kind):
                found.setdefault(iri, kind)
        return found

    def _of_kind(self, kind: str) -> Iterator[str]:
        """Give the nodes of a class."""
        for quad in self._snapshot.quads_for_pattern(
            None, term("rdf:type"), term(f"plm:{kind}"), ox.DefaultGraph()
        ):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject.value

    def _node(self, iri: str, kind: str) -> IndexedNode:
        nodes, labels = self._nodes, ontology.labels()
        concept = local(nodes.one(iri, "actorType") or nodes.one(iri, "facilityType"))
        note = labels.get(concept, concept) or nodes.one(iri, "placePrecision")
        within = nodes.one(iri, "location") or nodes.one(iri, "sfWithin")
        return IndexedNode(iri, kind, nodes.label(iri), nodes.all(iri, "altLabel"), note, within)

    def _event(self, iri: str, kind: str) -> IndexedEvent:
        nodes, labels, told = self._nodes, ontology.labels(), self._told(iri)
        types = sorted(map(local, nodes.all(iri, "eventType")))
        start, ends = nodes.one(iri, "startDate"), nodes.all(iri, "endDate")
        place, location = nodes.location(nodes.linked(iri, *_WHERE))
        return IndexedEvent(
            iri=iri,
            kind=kind,
            label=nodes.label(iri),
            type=", ".join(labels.get(name, name) for name in types or [kind]),
            date=start[:10],
            until=max(ends, default="")[:10],
            days=_period(start, ends),
            modality=local(nodes.one(iri, "modality")),
            who=_listed(nodes, nodes.linked(iri, *_WHO)),
            whom=_listed(nodes, nodes.linked(iri, *_WHOM)),
            place=place,
            location=location,
            killed=_killed(nodes, iri),
            reports=len({self._firsts.get(report, report) for report in told.reports}),
            sentences=tuple(sorted(told.sentences, key=lambda text: (told.sentences[text], text))),
            facets=_facets(
                nodes, iri, (*types, kind), map(self._publishers.__getitem__, sorted(told.reports))
            ),
        )

    def _told(self, event: str) -> Told:
        """Read what reports say of a merged event."""
        told = Told()
        for node in self._nodes.linked(event, "wasDerivedFrom"):
            for quad in self._snapshot.quads_for_pattern(NamedNode(node), _EVIDENCE, None, None):
                report, mention = quad.graph_name, quad.object
                if isinstance(report, NamedNode) and report.value in self._publishers:
                    told.reports.add(report.value)
                    starts = self._values(mention, report, _HAS_TARGET, _HAS_SELECTOR, _START)
                    at = min((int(start.value) for start in starts if isinstance(start, Literal)), default=0)
                    for sentence in self._values(mention, report, _SENTENCE):
                        if isinstance(sentence, Literal):
                            told.sentences[sentence.value] = min(at, told.sentences.get(sentence.value, at))
        return told

    def _values(self, node: object, report: NamedNode, *path: NamedNode) -> list[object]:
        """Follow properties from a node of a report."""
        reached = [node]
        for name in path:
            reached = [
                quad.object
                for each in reached
                if isinstance(each, NamedNode | BlankNode)
                for quad in self._snapshot.quads_for_pattern(each, name, None, report)
            ]
        return reached


def _publishers(snapshot: ox.Store) -> Mapping[str, str]:
    """Give the publisher of each report, or an empty text."""
    pattern = snapshot.quads_for_pattern
    typed = (quad for quad in pattern(None, term("rdf:type"), term("plm:Report"), None))
    found = {_value(quad.subject): "" for quad in typed if quad.graph_name == quad.subject}
    for quad in pattern(None, term("dcterms:publisher"), None, None):
        if quad.graph_name == quad.subject and _value(quad.subject) in found:
            found[_value(quad.subject)] = _value(quad.object)
    return found


def _value(node: object) -> str:
    return str(getattr(node, "value", ""))


def _copies(snapshot: ox.Store) -> Mapping[str, str]:
    """Give the first report with the text of each copy."""
    return {
        quad.subject.value: quad.object.value
        for quad in snapshot.quads_for_pattern(None, term("plm:copyOf"), None, None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    }


def _period(start: str, ends: Iterable[str]) -> Days | None:
    """Give the days from a start to the last of some ends, or to the end of what the start says."""
    first = days(start)
    last = max((found.last for end in ends if (found := days(end))), default=None)
    if first is None or last is None or last < first.first:
        return first
    return Days(first.first, last)


def _listed(nodes: Nodes, listed: tuple[str, ...]) -> str:
    names = list(dict.fromkeys(map(nodes.label, listed)))
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def _killed(nodes: Nodes, event: str) -> int | None:
    """Give the highest figure of killed that anybody gives."""
    tolls = (toll for toll in nodes.linked(event, "casualties") if _outcome(nodes, toll) == "Killed")
    figures = (figure for toll in tolls for figure in nodes.all(toll, "count", "atLeast", "atMost"))
    return max(map(int, figures), default=None)


def _outcome(nodes: Nodes, toll: str) -> str:
    return local(nodes.one(toll, "outcome"))


def _facets(
    nodes: Nodes, event: str, types: Iterable[str], publishers: Iterable[str]
) -> dict[Facet, tuple[str, ...]]:
    where = [place for node in nodes.linked(event, *_WHERE) for place in nodes.around(node)]
    involved = nodes.linked(event, *_WHO, *_WHOM, *_WHERE)
    values: dict[Facet, Iterable[str]] = {
        # Of what is no attack, movement or warning the class says nothing.
        Facet.TYPE: (name for each in types for name in ontology.ancestors(each) if name != "Event"),
        Facet.ACTOR: nodes.linked(event, *_WHO),
        Facet.TARGET: (kind for node in nodes.linked(event, *_STRUCK) for kind in _kinds(nodes, node)),
        Facet.COUNTRY: (place for place in where if nodes.one(place, "placePrecision") == "country"),
        Facet.MODALITY: map(local, nodes.all(event, "modality")),
        Facet.OUTCOME: (_outcome(nodes, toll) for toll in nodes.linked(event, "casualties")),
        Facet.SOURCE: publishers,
        Facet.ABOUT: (*involved, *where),
    }
    return {facet: tuple(dict.fromkeys(filter(None, found))) for facet, found in values.items()}


def _kinds(nodes: Nodes, node: str) -> Iterator[str]:
    """Give what kind of facility or actor a node is, from the narrowest to its class."""
    for concept in nodes.all(node, "facilityType", "actorType"):
        yield from ontology.ancestors(local(concept))
    yield from (kind for kind in NODE_KINDS if nodes.is_a(node, kind))
