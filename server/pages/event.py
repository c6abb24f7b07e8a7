"""The page of an event: what is told, who says so, in which words, and why reports of it are one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from flask import Response

from builder.index.model import Facet, days
from server.index import Index
from server.pages import frame, structured
from server.pages.article import Passage, Quote, Segment, passages, quotes, segments
from server.pages.described import Described, describe, local, query_of
from server.pages.facts import Fact, Link
from server.pages.twins import twins_of
from server.rows import Row
from server.selection import Selection

# Articles that a page quotes whole; of others it has the sentences, and links to them.
_ARTICLES: Final = 3
# Reports whose words a page shows, out of those of an event that everybody wrote of.
_REPORTS: Final = 20
# Days before and after an event in which others at its place have to do with it, maybe.
_AROUND: Final = 7
_RELATED: Final = 8
_EPOCH: Final = date(1970, 1, 1)
_ROLES: Final = (
    *("perpetrator", "target", "victim", "mover", "issuer", "addressee", "speaker", "accused"),
    *("location", "origin", "destination", "weapon"),
)
_LINKED: Final = ("partOf", "inRetaliationFor", "threatens", "demands", "about")
# What others say of how this event has to do with them.
_INVERSE: Final = {
    "partOf": "part of this",
    "inRetaliationFor": "in retaliation for this",
    "threatens": "threatens this",
    "demands": "demands this",
}
_DATES: Final = ("startDate", "endDate", "deadline")
_VALUES: Final = ("timeExpression", "eventCount", "minimumDistance", "confidence")
_UNITS: Final = {"minimumDistance": " m"}


@dataclass(frozen=True, slots=True)
class Source:
    """A report that tells of the event: its words, its text where it is kept, what it is a copy of."""

    report: Link
    publisher: str
    date: str
    passages: tuple[Passage, ...]
    article: tuple[Segment, ...]
    copy_of: Link | None = None


@dataclass(frozen=True, slots=True)
class TollRow:
    """Figures of one outcome by report; `disagrees` says that the highest of each are not the same."""

    outcome: str
    cells: tuple[tuple[str, ...], ...]
    disagrees: bool


@dataclass(frozen=True, slots=True)
class Tolls:
    """All figures side by side: a column a report."""

    columns: tuple[Source, ...]
    rows: tuple[TollRow, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says of the event."""

    type: str
    statement: Link
    speakers: tuple[Link, ...]
    accused: tuple[Link, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Why a node of a report was taken for this event."""

    report: Link
    score: str
    reasons: tuple[str, ...]


def show(iri: str) -> Response:
    """Show an event."""
    graph = describe(frame.engine(), "event", iri)
    index = frame.index_if_any()
    row = index.row(iri) if index else None
    point = index.point(row.id) if index and row else None
    sources = _sources(graph, iri)
    return frame.show(
        "event.html",
        iri=iri,
        label=graph.label(iri),
        kind=_kind(graph, iri),
        types=[frame.term_label(concept) for concept in graph.all(iri, "plm:eventType")],
        modality=local(graph.one(iri, "plm:modality")),
        facts=list(_facts(graph, iri)),
        tolls=_tolls(graph, iri, sources),
        claims=list(_claims(graph, iri)),
        sources=sources,
        others=max(0, len(graph.all(iri, "prov:wasDerivedFrom")) - len(sources)),
        merges=list(_merges(graph, iri)),
        linked=list(_linked(graph, iri)),
        nearby=_nearby(index, row, graph, iri) if index and row else [],
        point=point,
        radius=frame.RADIUS_KM,
        structured=structured.event(graph, iri, point),
        query_behind=query_of("event", iri),
        twins=twins_of(iri, is_located=row is not None),
    )


def _kind(graph: Described, iri: str) -> str:
    kinds = ("Attack", "Movement", "Warning", "Statement")
    return next((kind for kind in kinds if graph.is_a(iri, f"plm:{kind}")), "Event")


def link(graph: Described, iri: str) -> Link:
    """Give a node as a link."""
    kinds = graph.all(iri, "plm:actorType", "plm:facilityType", "plm:weaponType")
    quantity = graph.one(iri, "plm:quantity")
    note = ", ".join(filter(None, (quantity, *map(frame.term_label, kinds), _precision(graph, iri))))
    return Link(graph.label(iri), frame.node_url(iri), note)


def _precision(graph: Described, iri: str) -> str:
    """Say where a facility is, or how exactly a place is known."""
    around = graph.all(iri, "plm:location", "geo:sfWithin")
    return f"in {graph.label(around[0])}" if around else graph.one(iri, "plm:placePrecision")


def _facts(graph: Described, iri: str) -> Iterator[Fact]:
    for name in _ROLES:
        values = tuple(link(graph, node) for node in graph.all(iri, f"plm:{name}"))
        if values:
            yield Fact(frame.term_label(name), values)
    for name in ("perpetratorBasis", "damage"):
        values = tuple(Link(frame.term_label(node)) for node in graph.all(iri, f"plm:{name}"))
        if values:
            yield Fact(frame.term_label(name), values)
    for name in (*_DATES, *_VALUES):
        texts = sorted(graph.all(iri, f"plm:{name}"))
        if texts:
            unit = _UNITS.get(name, "")
            yield Fact(frame.term_label(name), tuple(Link(f"{text}{unit}") for text in texts))


def _sources(graph: Described, iri: str) -> tuple[Source, ...]:
    """Give the reports with their words, the earliest first."""
    found: dict[str, list[Quote]] = {}
    for told in graph.all(iri, "prov:wasDerivedFrom"):
        for quote in quotes(graph, told, iri):
            found.setdefault(quote.report, []).append(quote)
    ordered = sorted(found, key=lambda report: (graph.one(report, "dcterms:issued"), report))
    return tuple(
        _source(graph, report, found[report], with_article=number < _ARTICLES)
        for number, report in enumerate(ordered[:_REPORTS])
    )


def _source(graph: Described, report: str, found: Iterable[Quote], *, with_article: bool) -> Source:
    text = graph.one(report, "plm:text") if with_article else ""
    said = tuple(sorted(found))
    return Source(
        Link(_title(graph, report), frame.node_url(report)),
        graph.one(report, "dcterms:publisher"),
        graph.one(report, "dcterms:issued")[:10],
        tuple(passages(said)),
        tuple(segments(text, said)) if text else (),
        copied_from(graph, report),
    )


def copied_from(graph: Described, report: str) -> Link | None:
    """Give the first report with the text of a copy."""
    first = graph.one(report, "plm:copyOf")
    return Link(_title(graph, first), frame.node_url(first)) if first else None


def _title(graph: Described, report: str) -> str:
    return graph.one(report, "dcterms:title") or graph.label(report)


def _figure(graph: Described, toll: str) -> str:
    """Say a figure in words, of whom it is and who gives it."""
    said = (("", "count"), ("at least ", "atLeast"), ("at most ", "atMost"))
    found = ((words, graph.one(toll, f"plm:{name}")) for words, name in said)
    numbers = [f"{words}{number}" for words, number in found if number]
    speakers = ", ".join(map(graph.label, graph.all(toll, "plm:speaker")))
    victims = "".join(f" {graph.label(node)}" for node in graph.all(toll, "plm:victim"))
    revised = " (corrected)" if graph.one(toll, "prov:wasRevisionOf") else ""
    by = f", says {speakers}" if speakers else ""
    return f"{' and '.join(numbers or ['unknown'])}{victims}{revised}{by}"


def _tolls(graph: Described, iri: str, sources: tuple[Source, ...]) -> Tolls | None:
    tolls = graph.all(iri, "plm:casualties")
    if not tolls:
        return None
    told_by = {toll: _reports(graph, toll) for toll in tolls}
    columns = tuple(
        source for source in sources if any(source.report.url in urls for urls in told_by.values())
    )
    by_outcome: dict[str, list[str]] = {}
    for toll in sorted(tolls):
        by_outcome.setdefault(frame.term_label(graph.one(toll, "plm:outcome")), []).append(toll)
    rows = (_toll_row(graph, name, by_outcome[name], columns, told_by) for name in sorted(by_outcome))
    return Tolls(columns, tuple(rows))


def _reports(graph: Described, toll: str) -> set[str]:
    """Give the addresses of the reports that a figure is from."""
    told = graph.all(toll, "prov:wasDerivedFrom")
    return {frame.node_url(quote.report) for node in told for quote in quotes(graph, node)}


def _toll_row(
    graph: Described,
    outcome: str,
    tolls: list[str],
    columns: tuple[Source, ...],
    told_by: dict[str, set[str]],
) -> TollRow:
    told = [[toll for toll in tolls if column.report.url in told_by[toll]] for column in columns]
    # Where no report is known of a figure it stands by itself.
    told = told or [tolls]
    cells = (tuple(dict.fromkeys(_figure(graph, toll) for toll in cell)) for cell in told)
    # A part of the victims may have a figure of its own, which is below that of all.
    highest = {max(_numbers(graph, toll) for toll in cell) for cell in told if cell}
    return TollRow(outcome, tuple(cells), len(highest) > 1)


def _numbers(graph: Described, toll: str) -> int:
    """Give the highest number of a figure, 0 where it has none."""
    names = ("plm:count", "plm:atLeast", "plm:atMost")
    return max((int(number) for name in names for number in graph.all(toll, name)), default=0)


def _claims(graph: Described, iri: str) -> Iterator[Claim]:
    for statement in graph.of(iri, "plm:about"):
        told = graph.all(statement, "prov:wasDerivedFrom")
        types = graph.all(statement, "plm:eventType")
        yield Claim(
            ", ".join(map(frame.term_label, types)) or "statement",
            Link(graph.label(statement), frame.node_url(statement)),
            _names(graph, statement, "plm:speaker"),
            _names(graph, statement, "plm:accused"),
            tuple(passages(quote for node in told for quote in quotes(graph, node, statement))),
        )


def _names(graph: Described, node: str, name: str) -> tuple[Link, ...]:
    return tuple(Link(graph.label(each), frame.node_url(each)) for each in graph.all(node, name))


def _merges(graph: Described, iri: str) -> Iterator[Merge]:
    for identity in graph.of(iri, "plm:links"):
        for member in graph.all(identity, "plm:links"):
            report = next((quote.report for quote in quotes(graph, member)), "")
            if member != iri:
                title = _title(graph, report) if report else local(member)
                yield Merge(
                    Link(title, frame.node_url(report or member)),
                    graph.one(identity, "plm:score"),
                    tuple(sorted(graph.all(identity, "plm:reason"))),
                )


def _linked(graph: Described, iri: str) -> Iterator[tuple[str, Link]]:
    for name in _LINKED:
        for other in graph.all(iri, f"plm:{name}"):
            yield frame.term_label(name), _dated(graph, other)
    for name, words in _INVERSE.items():
        for other in graph.of(iri, f"plm:{name}"):
            yield words, _dated(graph, other)


def _dated(graph: Described, event: str) -> Link:
    return Link(graph.label(event), frame.node_url(event), graph.one(event, "plm:startDate")[:10])


def _nearby(index: Index, row: Row, graph: Described, iri: str) -> list[Row]:
    """Give events at the same place and about the same time."""
    period = days(row.date)
    where = graph.all(iri, "plm:location", "plm:target", "plm:destination")
    if period is None or not where:
        return []
    start, end = (
        (_EPOCH + timedelta(day)).isoformat() for day in (period.first - _AROUND, period.last + _AROUND)
    )
    chosen = Selection(MappingProxyType({Facet.ABOUT: tuple(where)}), start, end)
    rows = index.rows(index.select(chosen).ids[: _RELATED + 1])
    return [other for other in rows if other.iri != iri][:_RELATED]
