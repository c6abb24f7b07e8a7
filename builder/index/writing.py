"""Writes an index: rows and texts into SQLite, and as arrays of numbers what is counted and compared.

By event: `day` and `until`, its first and last day, UNDATED where there is no date; `exact`, 1 where the date
is one day; `point`, the number of the point where it was, -1 where none is known. By point: `longitude` and
`latitude` in degrees, and `precision`, the place in `PRECISIONS`. For each facet `FACET.event`, `FACET.code`:
pairs of an event and a value that it has, by event.
"""

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Final

import ontology
from builder.index.gathering import Gathered
from builder.index.model import PRECISIONS, Facet, IndexedEvent, IndexedNode, IndexedReport, Location

UNDATED: Final = -(2**31)
# Characters of a sentence that a list shows; the page of the event has it whole.
_SHOWN: Final = 400


def write(file: Path, gathered: Gathered) -> None:
    """Write an index into a new file. Raises `sqlite3.Error` where it cannot be written."""
    schema = (files("builder.index") / "schema.sql").read_text(encoding="utf-8")
    # Nobody reads the file before it has its name, so nothing has to be safe while it is written.
    with closing(sqlite3.connect(file)) as index:
        index.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {schema}")
        with index:
            events, nodes = gathered.events, gathered.nodes
            names = {node.iri: node.label for node in nodes}
            codes = {facet: _codes(facet, events) for facet in Facet}
            _write_events(index, events, names)
            _write_values(index, codes, names)
            _write_arrays(index, events, codes)
            _write_nodes(index, nodes, _mentions(events))
            _write_reports(index, gathered.reports)
            index.executemany("INSERT INTO class VALUES (?, ?)", gathered.counts.items())
            for table in ("node_text", "event_text", "report_text"):
                index.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")
        index.execute("ANALYZE")


def _codes(facet: Facet, events: Iterable[IndexedEvent]) -> dict[str, int]:
    """Number the values of a facet in the order in which they are met."""
    return {value: code for code, value in enumerate(_distinct(facet, events))}


def _distinct(facet: Facet, events: Iterable[IndexedEvent]) -> dict[str, None]:
    return dict.fromkeys(value for event in events for value in event.facets[facet])


def _write_events(index: sqlite3.Connection, events: Iterable[IndexedEvent], names: dict[str, str]) -> None:
    index.executemany(
        "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(number, each.iri, each.kind, each.label, each.type, each.date, each.until, each.modality),
                *(each.who, each.whom, each.place, each.killed, each.reports),
                _cut(each.sentences[0]) if each.sentences else "",
            )
            for number, each in enumerate(events)
        ),
    )
    index.executemany(
        "INSERT INTO event_text(rowid, label, names, sentences) VALUES (?, ?, ?, ?)",
        (
            (
                number,
                f"{each.label} {each.type}",
                " ".join(names.get(iri, "") for iri in each.facets[Facet.ABOUT]),
                " ".join(each.sentences),
            )
            for number, each in enumerate(events)
        ),
    )


def _cut(text: str) -> str:
    """Cut a long sentence after a word."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rpartition(' ')[0]} …"


def _write_values(
    index: sqlite3.Connection, codes: dict[Facet, dict[str, int]], names: dict[str, str]
) -> None:
    terms = ontology.labels()
    index.executemany(
        "INSERT INTO value VALUES (?, ?, ?, ?)",
        (
            (facet, code, value, names.get(value) or terms.get(value, value))
            for facet, values in codes.items()
            for value, code in values.items()
        ),
    )


def _write_arrays(
    index: sqlite3.Connection, events: Sequence[IndexedEvent], codes: dict[Facet, dict[str, int]]
) -> None:
    arrays = _times(events) | _points(events)
    for facet in Facet:
        pairs = [
            (number, codes[facet][value])
            for number, event in enumerate(events)
            for value in event.facets[facet]
        ]
        arrays[f"{facet}.event"] = array("i", (number for number, _ in pairs))
        arrays[f"{facet}.code"] = array("i", (code for _, code in pairs))
    index.executemany(
        "INSERT INTO array VALUES (?, ?, ?)",
        ((name, values.typecode, values.tobytes()) for name, values in arrays.items()),
    )


def _times(events: Iterable[IndexedEvent]) -> dict[str, "array[int] | array[float]"]:
    periods = [event.days for event in events]
    return {
        "day": array("i", (period.first if period else UNDATED for period in periods)),
        "until": array("i", (period.last if period else UNDATED for period in periods)),
        "exact": array("b", (period is not None and period.is_exact for period in periods)),
    }


def _points(events: Iterable[IndexedEvent]) -> dict[str, "array[int] | array[float]"]:
    """Write where events are: the number of a point by event, and the points."""
    points: dict[Location, int] = {}
    numbers = array(
        "i", (points.setdefault(event.location, len(points)) if event.location else -1 for event in events)
    )
    return {
        "point": numbers,
        "longitude": array("d", (point.longitude for point in points)),
        "latitude": array("d", (point.latitude for point in points)),
        "precision": array("b", (PRECISIONS.index(point.precision) for point in points)),
    }


def _mentions(events: Iterable[IndexedEvent]) -> dict[str, int]:
    """Count the events of each node and each type."""
    counts: dict[str, int] = {}
    for event in events:
        named = (ontology.NAMESPACE + name for name in event.facets[Facet.TYPE])
        for iri in (*event.facets[Facet.ABOUT], *named):
            counts[iri] = counts.get(iri, 0) + 1
    return counts


def _write_nodes(index: sqlite3.Connection, nodes: Sequence[IndexedNode], counts: dict[str, int]) -> None:
    index.executemany(
        "INSERT INTO node VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (number, each.iri, each.kind, each.label, each.type, counts.get(each.iri, 0), each.within)
            for number, each in enumerate(nodes)
        ),
    )
    index.executemany(
        "INSERT INTO node_text(rowid, label, others) VALUES (?, ?, ?)",
        ((number, each.label, " ".join(each.others)) for number, each in enumerate(nodes)),
    )


def _write_reports(index: sqlite3.Connection, reports: Iterable[IndexedReport]) -> None:
    index.executemany(
        "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?)",
        (
            (number, each.iri, each.title, each.publisher, each.date, each.text)
            for number, each in enumerate(reports)
        ),
    )
    index.execute("INSERT INTO report_text(report_text) VALUES ('rebuild')")
