"""An index that is open: which events are asked for, how many of each kind, when and where.

Facets are counted over arrays of numbers: over 100,000 events in a few milliseconds, where SQLite needs a
tenth of a second and SPARQL some. Rows and texts come from SQLite. `builder/index` says what is in it.
"""

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from builder.index.model import PRECISIONS, Facet, days
from builder.index.writing import UNDATED
from builder.store import Version
from server.rows import Cell, Named, Point, Report, Row, Value
from server.selection import Box, Selection

Mask: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[Any]
_TYPES: Final[Mapping[str, np.dtype[Any]]] = {"i": np.dtype("<i4"), "b": np.dtype("i1"), "d": np.dtype("<f8")}
# Selections whose events are remembered: 100,000 events take 0.1 MB and their numbers 0.4 at most.
_REMEMBERED: Final = 64
# Searches that are made at once; each takes one processor.
_CONNECTIONS: Final = 4
# Words of a search that count; the index is asked for each.
_WORDS: Final = 12
_WEEK: Final = 7
_MONDAY: Final = 3  # days after a Monday was 1970-01-01
# Degrees of longitude that the world shows at zoom 0, where a cell is a quarter of a tile.
_WORLD: Final = 360.0
_CELLS: Final = 4


@dataclass(slots=True)
class Found:
    """The events of a selection: one mask for each thing that was asked, so that one can be left out."""

    masks: Mapping[str, Mask]
    size: int
    _ids: Numbers | None = field(default=None)

    def mask(self, *, without: str = "") -> Mask:
        """Say of each event whether it is one, leaving out what was asked of one facet."""
        kept = [mask for name, mask in self.masks.items() if name != without]
        return np.logical_and.reduce(kept) if kept else np.ones(self.size, dtype=bool)

    @property
    def ids(self) -> Numbers:
        """The numbers of the events, the latest first."""
        if self._ids is None:
            self._ids = np.flatnonzero(self.mask()).astype(np.int32)
        return self._ids

    def __len__(self) -> int:
        return len(self.ids)


def _open(file: Path) -> sqlite3.Connection:
    # Nothing changes the file, so it needs no locks.
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True, check_same_thread=False)


class Index:
    """The index of one snapshot, open to read; safe to use from several threads."""

    def __init__(self, file: Path, version: Version) -> None:
        self.version = version
        self._lock = threading.Lock()
        # Opened at once, since the file may be removed while this is used.
        self._connections: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for _ in range(_CONNECTIONS):
            self._connections.put(_open(file))
        self._arrays: Mapping[str, Numbers] = {
            name: np.frombuffer(data, _TYPES[kind]) for name, kind, data in self._rows("SELECT * FROM array")
        }
        self._found: LRUCache[Selection, Found] = LRUCache(_REMEMBERED)

    def close(self) -> None:
        """Close the file; nobody may use the index any more."""
        with suppress(Empty):
            while True:
                self._connections.get_nowait().close()

    def __del__(self) -> None:
        # The last request over a snapshot that is no more the newest lets go of its file.
        if hasattr(self, "_connections"):
            self.close()

    def _rows(self, text: str, *values: object) -> list[Any]:
        connection = self._connections.get()
        try:
            return connection.execute(text, values).fetchall()
        finally:
            self._connections.put(connection)

    @cached_property
    def size(self) -> int:
        """How many events there are."""
        return len(self._arrays["day"])

    def select(self, selection: Selection) -> Found:
        """Find the events that are asked for."""
        with self._lock:
            found = self._found.get(selection)
        if found is None:
            found = Found(dict(self._masks(selection)), self.size)
            with self._lock:
                self._found[selection] = found
        return found

    def _masks(self, selection: Selection) -> Iterator[tuple[str, Mask]]:
        for facet, values in selection.facets.items():
            yield facet, self._having(facet, values)
        if selection.start or selection.end:
            yield "period", self._during(selection.start, selection.end)
        if selection.box:
            yield "box", self._within(selection.box)
        if selection.words:
            yield "words", self._saying(selection.words)

    def _having(self, facet: Facet, values: Sequence[str]) -> Mask:
        marks = ", ".join("?" * len(values))
        rows = self._rows(f"SELECT code FROM value WHERE facet = ? AND value IN ({marks})", facet, *values)
        mask = np.zeros(self.size, dtype=bool)
        codes, events = self._arrays[f"{facet}.code"], self._arrays[f"{facet}.event"]
        for (code,) in rows:
            mask[events[codes == code]] = True
        return mask

    def _during(self, start: str, end: str) -> Mask:
        """Find what may have been in a period: one of which the month is known may be on its last day."""
        first, last = days(start), days(end)
        mask: Mask = self._arrays["day"] != UNDATED
        if first:
            mask &= self._arrays["until"] >= first.first
        if last:
            mask &= self._arrays["day"] <= last.last
        return mask

    def _within(self, box: Box) -> Mask:
        east, north = self._arrays["longitude"], self._arrays["latitude"]
        inside = (north >= box.south) & (north <= box.north)
        if box.west <= box.east:
            inside &= (east >= box.west) & (east <= box.east)
        else:
            inside &= (east >= box.west) | (east <= box.east)
        return self._at(inside)

    def _at(self, points: Mask) -> Mask:
        """Find the events at some of the points; the last place stands for no point at all."""
        mask: Mask = np.append(points, False)[self._arrays["point"]]
        return mask

    def _saying(self, words: str) -> Mask:
        mask = np.zeros(self.size, dtype=bool)
        query = matching(words)
        if query:
            rows = self._rows("SELECT rowid FROM event_text WHERE event_text MATCH ?", query)
            mask[[number for (number,) in rows]] = True
        return mask

    def rows(self, ids: Iterable[int]) -> list[Row]:
        """Give events as lists show them, in the order of their numbers."""
        numbers = [int(number) for number in ids]
        marks = ", ".join("?" * len(numbers))
        text = f"SELECT * FROM event WHERE id IN ({marks}) ORDER BY id"
        return [Row(*row) for row in self._rows(text, *numbers)]

    def row(self, iri: str) -> Row | None:
        """Give an event by its IRI."""
        return next((Row(*row) for row in self._rows("SELECT * FROM event WHERE iri = ?", iri)), None)

    def point(self, number: int) -> Point | None:
        """Say where an event is, if that is known."""
        at = self._arrays["point"][number]
        if at < 0:
            return None
        precision = PRECISIONS[self._arrays["precision"][at]]
        return Point(float(self._arrays["longitude"][at]), float(self._arrays["latitude"][at]), precision)

    def values(self, found: Found, facet: Facet, *, least: int = 1) -> list[Value]:
        """Count the values of a facet in what was found, leaving aside what was asked of this facet."""
        codes = self._arrays[f"{facet}.code"]
        counts = np.bincount(codes[found.mask(without=facet)[self._arrays[f"{facet}.event"]]])
        order = np.argsort(-counts, kind="stable")
        names = self._names[facet]
        return [
            Value(names[code][0], names[code][1], int(counts[code]))
            for code in order
            if counts[code] >= least
        ]

    @cached_property
    def _names(self) -> Mapping[Facet, list[tuple[str, str]]]:
        rows = self._rows("SELECT facet, value, label FROM value ORDER BY facet, code")
        found: dict[Facet, list[tuple[str, str]]] = {facet: [] for facet in Facet}
        for facet, value, label in rows:
            found[Facet(facet)].append((value, label))
        return found

    def label(self, facet: Facet, value: str) -> str:
        """Give what a value of a facet is called."""
        rows = self._rows("SELECT label FROM value WHERE facet = ? AND value = ?", facet, value)
        return rows[0][0] if rows else value

    def weeks(self, found: Found) -> list[tuple[int, int]]:
        """Count events by week, each by the number of its Monday; events without an exact day are in none."""
        mask = found.mask() & (self._arrays["exact"] == 1)
        mondays = self._arrays["day"][mask]
        mondays = mondays - (mondays + _MONDAY) % _WEEK
        if not len(mondays):
            return []
        first = int(mondays.min())
        counts = np.bincount((mondays - first) // _WEEK)
        return [(first + _WEEK * week, int(count)) for week, count in enumerate(counts) if count]

    def cells(self, found: Found, zoom: int) -> list[Cell]:
        """Count events by the cells of a grid, of which a tile of the map is four wide and four high."""
        mask = found.mask() & (self._arrays["point"] >= 0)
        points = self._arrays["point"][mask]
        kinds = self._kinds[mask]
        east, north = self._arrays["longitude"], self._arrays["latitude"]
        side = _WORLD / 2**zoom / _CELLS
        row, column = np.floor((north + 90) / side), np.floor((east + 180) / side)
        cells, inverse = np.unique(row * _WORLD * 2**20 + column, return_inverse=True)
        of_event = inverse[points]
        counts = np.bincount(of_event, minlength=len(cells))
        middle = [np.bincount(of_event, degrees[points], len(cells)) for degrees in (east, north)]
        by_kind = {
            kind: np.bincount(of_event[kinds == code], minlength=len(cells))
            for code, kind in enumerate(self._kind_names)
        }
        return [
            Cell(
                float(middle[0][cell] / counts[cell]),
                float(middle[1][cell] / counts[cell]),
                int(counts[cell]),
                {kind: int(found[cell]) for kind, found in by_kind.items() if found[cell]},
            )
            for cell in np.flatnonzero(counts)
        ]

    @cached_property
    def _kind_names(self) -> list[str]:
        return [kind for (kind,) in self._rows("SELECT DISTINCT kind FROM event ORDER BY kind")]

    @cached_property
    def _kinds(self) -> Numbers:
        codes = {kind: code for code, kind in enumerate(self._kind_names)}
        return np.array(
            [codes[kind] for (kind,) in self._rows("SELECT kind FROM event ORDER BY id")], np.int8
        )

    def located(self, found: Found, limit: int) -> list[tuple[Row, Point]]:
        """Give the first events that are somewhere, each with where."""
        ids = found.ids[self._arrays["point"][found.ids] >= 0][:limit]
        placed = ((row, self.point(row.id)) for row in self._every(ids))
        return [(row, point) for row, point in placed if point]

    def _every(self, ids: Numbers) -> Iterator[Row]:
        """Give many rows, so many at a time as SQLite takes values."""
        numbers = iter(ids)
        while batch := list(islice(numbers, 500)):
            yield from self.rows(batch)

    def every(self, found: Found, limit: int) -> Iterator[Row]:
        """Give the events that were found, up to a number, as they are read."""
        return self._every(found.ids[:limit])

    def counts(self) -> Mapping[str, int]:
        """Say how many nodes of each class there are, and how many reports."""
        reports = self._rows("SELECT COUNT(*) FROM report")[0][0]
        return {**dict(self._rows("SELECT name, nodes FROM class")), "Report": reports}

    def period(self) -> tuple[str, str]:
        """Give the first and the last date of events, or empty texts."""
        rows = self._rows("SELECT MIN(date), MAX(date) FROM event WHERE date <> ''")
        return rows[0][0] or "", rows[0][1] or ""

    def reports(self, limit: int) -> list[Report]:
        """Give the latest reports."""
        rows = self._rows(
            "SELECT iri, title, publisher, date, '' FROM report ORDER BY date DESC, publisher, iri LIMIT ?",
            limit,
        )
        return [Report(*row) for row in rows]

    def nodes(self, words: str, limit: int, *, is_begun: bool = False) -> list[Named]:
        """Find nodes by name, those of most events first; with `is_begun` the last word may go on."""
        query = matching(words, is_begun=is_begun)
        if not query:
            return []
        return self._named(
            "id IN (SELECT rowid FROM node_text WHERE node_text MATCH ?) "
            "ORDER BY events DESC, label, iri LIMIT ?",
            query,
            limit,
        )

    def _named(self, condition: str, *values: object) -> list[Named]:
        text = f"SELECT iri, kind, label, type, events FROM node WHERE {condition}"
        return [Named(*row) for row in self._rows(text, *values)]

    def inside(self, iri: str, limit: int) -> list[Named]:
        """Give the facilities and places that lie in one, those of most events first."""
        condition = "within = ? AND within <> '' ORDER BY events DESC LIMIT ?"
        return self._named(condition, iri, limit)

    def node(self, iri: str) -> Named | None:
        """Give a node by its IRI."""
        return next(iter(self._named("iri = ?", iri)), None)

    def said(self, words: str, limit: int) -> tuple[int, list[Report]]:
        """Find reports by words of title or text, the best first, with how many there are.

        The words that were found stand between U+0002 and U+0003, which no text of a report holds.
        """
        query = matching(words)
        if not query:
            return 0, []
        count = self._rows("SELECT COUNT(*) FROM report_text WHERE report_text MATCH ?", query)[0][0]
        rows = self._rows(
            "SELECT iri, report.title, publisher, date, "
            "snippet(report_text, 1, char(2), char(3), '…', 40) FROM report_text "
            "JOIN report ON report.id = report_text.rowid WHERE report_text MATCH ? "
            "ORDER BY bm25(report_text, 5.0, 1.0) LIMIT ?",  # a word in the title says what a report is about
            query,
            limit,
        )
        return count, [Report(*row) for row in rows]


def matching(words: str, *, is_begun: bool = False) -> str:
    """Write a search as SQLite's full-text search takes it: all words, "words in a row" as they stand.

    >>> matching('mosul "car bomb" (or)')
    '"mosul" "car bomb" "or"'
    >>> matching("kirk", is_begun=True)
    '"kirk"*'
    """
    phrases = (first or second for first, second in re.findall(r'"([^"]*)"|([^\s"]+)', words))
    cleaned = (" ".join(re.findall(r"\w+", phrase)) for phrase in phrases)
    parts = [f'"{phrase}"' for phrase in cleaned if phrase][:_WORDS]
    return " ".join(parts) + ("*" if parts and is_begun else "")
