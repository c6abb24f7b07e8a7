"""Writes an index: rows and texts into SQLite, and as arrays of numbers what is counted and compared.

By event: `day` and `until`, its first and last day, UNDATED where there is no date; `exact`, 1 where the date
is one day; `point`, the number of the point where it was, -1 where none is known. By point: `longitude` and
`latitude` in degrees, and `precision`, the place in `PRECISIONS`. For each facet `FACET.event`, `FACET.code`:
pairs of an event and a value that it has, by event.
"""

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Final

import ontology
from builder.batching import batches
from builder.index.gathering import Gathering
from builder.index.model import (
    OF_NODES,
    PRECISIONS,
    Facet,
    IndexedEvent,
    IndexedNode,
    IndexedReport,
    Location,
)

UNDATED: Final = -(2**31)
# Characters of a sentence that a list shows; the page of the event has it whole.
_SHOWN: Final = 400
# Events that are written together: their texts are a megabyte or so.
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Columns:
    """Of each event, in their order, what is counted and compared, as numbers."""

    day: "array[int]" = field(default_factory=lambda: array("i"))
    until: "array[int]" = field(default_factory=lambda: array("i"))
    exact: "array[int]" = field(default_factory=lambda: array("b"))
    point: "array[int]" = field(default_factory=lambda: array("i"))
    points: dict[Location, int] = field(default_factory=dict)
    # Values of facets are numbered in the order in which they are met.
    codes: dict[Facet, dict[str, int]] = field(default_factory=lambda: {facet: {} for facet in Facet})
    having: dict[Facet, "array[int]"] = field(default_factory=lambda: {facet: array("i") for facet in Facet})
    had: dict[Facet, "array[int]"] = field(default_factory=lambda: {facet: array("i") for facet in Facet})

    def add(self, number: int, event: IndexedEvent) -> None:
        """Add the event of a number, which is one more than that of the one before."""
        self.day.append(event.days.first if event.days else UNDATED)
        self.until.append(event.days.last if event.days else UNDATED)
        self.exact.append(event.days is not None and event.days.is_exact)
        where = event.location
        self.point.append(-1 if where is None else self.points.setdefault(where, len(self.points)))
        for facet, values in event.facets.items():
            codes = self.codes[facet]
            self.having[facet].extend(number for _ in values)
            self.had[facet].extend(codes.setdefault(value, len(codes)) for value in values)

    def counted(self, facet: Facet) -> Mapping[str, int]:
        """Count the events of each value of a facet."""
        counts = Counter(self.had[facet])
        return {value: counts[code] for value, code in self.codes[facet].items()}

    def arrays(self) -> Iterator[tuple[str, "array[int] | array[float]"]]:
        """Give the arrays by their names in the index."""
        yield from {"day": self.day, "until": self.until, "exact": self.exact, "point": self.point}.items()
        yield "longitude", array("d", (point.longitude for point in self.points))
        yield "latitude", array("d", (point.latitude for point in self.points))
        yield "precision", array("b", (PRECISIONS.index(point.precision) for point in self.points))
        for facet in Facet:
            yield f"{facet}.event", self.having[facet]
            yield f"{facet}.code", self.had[facet]


def write(file: Path, gathering: Gathering) -> None:
    """Write an index into a new file. Raises `sqlite3.Error` where it cannot be written."""
    schema = (files("builder.index") / "schema.sql").read_text(encoding="utf-8")
    # Nobody reads the file before it has its name, so nothing has to be safe while it is written.
    with closing(sqlite3.connect(file)) as index:
        index.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {schema}")
        with index:
            columns = _write_events(index, gathering)
            _write_values(index, columns, gathering)
            _write_arrays(index, columns)
            _write_nodes(index, chain(gathering.nodes(), _types(columns)), columns)
            _write_reports(index, gathering.reports())
            index.executemany("INSERT INTO class VALUES (?, ?)", gathering.counts().items())
            for table in ("node_text", "event_text", "report_text"):
                index.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")
        index.execute("ANALYZE")


def _write_events(index: sqlite3.Connection, gathering: Gathering) -> Columns:
    columns = Columns()
    for batch in batches(enumerate(gathering.events()), _BATCH):
        for number, event in batch:
            columns.add(number, event)
        index.executemany(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(number, event) for number, event in batch),
        )
        index.executemany(
            "INSERT INTO event_text(rowid, label, names, sentences) VALUES (?, ?, ?, ?)",
            (
                (
                    number,
                    f"{event.label} {event.type}",
                    " ".join(map(gathering.label, event.facets[Facet.ABOUT])),
                    " ".join(event.sentences),
                )
                for number, event in batch
            ),
        )
    return columns


def _row(number: int, event: IndexedEvent) -> tuple[str | int | None, ...]:
    return (
        *(number, event.iri, event.kind, event.label, event.type, event.date, event.until, event.modality),
        *(event.who, event.whom, event.place, event.killed, event.reports),
        _cut(event.sentences[0]) if event.sentences else "",
    )


def _cut(text: str) -> str:
    """Cut a long sentence after a word."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rpartition(' ')[0]} …"


def _write_values(index: sqlite3.Connection, columns: Columns, gathering: Gathering) -> None:
    terms = ontology.labels()
    index.executemany(
        "INSERT INTO value VALUES (?, ?, ?, ?)",
        (
            (facet, code, value, (facet in OF_NODES and gathering.label(value)) or terms.get(value, value))
            for facet, codes in columns.codes.items()
            for value, code in codes.items()
        ),
    )


def _write_arrays(index: sqlite3.Connection, columns: Columns) -> None:
    index.executemany(
        "INSERT INTO array VALUES (?, ?, ?)",
        ((name, values.typecode, values.tobytes()) for name, values in columns.arrays()),
    )


def _types(columns: Columns) -> Iterator[IndexedNode]:
    """Give the types that some event has, under their own names."""
    labels = ontology.labels()
    for name in sorted(columns.codes[Facet.TYPE]):
        yield IndexedNode(ontology.NAMESPACE + name, "Type", labels.get(name, name), (), "")


def _write_nodes(index: sqlite3.Connection, nodes: Iterable[IndexedNode], columns: Columns) -> None:
    types = {ontology.NAMESPACE + name: count for name, count in columns.counted(Facet.TYPE).items()}
    counts = {**columns.counted(Facet.ABOUT), **types}
    for batch in batches(enumerate(nodes), _BATCH):
        index.executemany(
            "INSERT INTO node VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (number, each.iri, each.kind, each.label, each.type, counts.get(each.iri, 0), each.within)
                for number, each in batch
            ),
        )
        index.executemany(
            "INSERT INTO node_text(rowid, label, others) VALUES (?, ?, ?)",
            ((number, each.label, " ".join(each.others)) for number, each in batch),
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
