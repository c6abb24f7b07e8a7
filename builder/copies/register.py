"""What is remembered of texts beside the store, so that a new report is compared with few of the others.

A SQLite file: the signature of each report, the bands that texts which are alike share, and which report each
is a copy of. All of it follows from the reports, and is made anew from them where it is missing.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from builder.copies.signatures import METHOD, Signature
from builder.errors import StoreError

FILE: Final = "copies.sqlite"
# `moment` is when a report was published, in seconds, infinite where that is not known. `original` is the
# report that one is a copy of, NULL where it is none. Of bands, `leads` says whether a report is no copy: a
# text that thousands print is then compared with one of them.
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS report (
  id INTEGER PRIMARY KEY, iri TEXT UNIQUE NOT NULL, fingerprint TEXT NOT NULL, moment REAL NOT NULL,
  size INTEGER, signature BLOB, original INTEGER);
CREATE TABLE IF NOT EXISTS band (
  key INTEGER, leads INTEGER, report INTEGER, PRIMARY KEY (key, leads, report)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS report_original ON report (original) WHERE original IS NOT NULL;
"""
_COLUMNS: Final = "id, moment, iri, size, signature, original"


@dataclass(frozen=True, slots=True)
class Entry:
    """A report whose text is long enough to be compared; `original` is what it is a copy of, if it is one."""

    id: int
    moment: float
    iri: str
    signature: Signature
    original: int | None

    @property
    def order(self) -> tuple[float, str]:
        """By what reports are sorted: the earliest first, and of one moment by their IRIs."""
        return self.moment, self.iri


class Register:
    """The file, open; nothing is kept before `commit`. Raises `StoreError` if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        with self.explained():
            self._db = sqlite3.connect(self._path, isolation_level=None)
            # The file can be made anew at any time, so a loss of power may cost it.
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
            if self._method() != METHOD:
                self._db.executescript("DROP TABLE IF EXISTS report; DROP TABLE IF EXISTS band;")
                self._db.execute(f"PRAGMA user_version = {METHOD}")
            self._db.executescript(f"{SCHEMA} BEGIN;")

    def _method(self) -> str:
        return str(self._db.execute("PRAGMA user_version").fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; what was not kept is lost."""
        self._db.close()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what SQLite raises into a `StoreError` that says the way out."""
        try:
            yield
        except sqlite3.Error as error:
            way_out = "if the disk is not full, remove the file, which the next build makes anew"
            raise StoreError(f"{self._path}: cannot be used ({error}); {way_out}") from error

    def commit(self) -> None:
        """Keep what was written."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def clear(self) -> None:
        """Forget everything."""
        self._db.execute("DELETE FROM band")
        self._db.execute("DELETE FROM report")

    def fingerprints(self) -> dict[str, str]:
        """Give what each report was known by when it was added."""
        return dict(self._db.execute("SELECT iri, fingerprint FROM report"))

    def add(self, iri: str, fingerprint: str, moment: float, signature: Signature | None) -> int | None:
        """Remember a report; give its number if it is to be compared."""
        blob = None if signature is None else signature.values.astype("<u4").tobytes()
        size = None if signature is None else signature.size
        row = (iri, fingerprint, moment, size, blob)
        added = self._db.execute(
            "INSERT INTO report (iri, fingerprint, moment, size, signature) VALUES (?, ?, ?, ?, ?)", row
        )
        return None if signature is None else added.lastrowid

    def remove(self, iris: Iterable[str]) -> set[int]:
        """Forget reports; give the copies of them, which have to be compared anew."""
        left: set[int] = set()
        gone: set[int] = set()
        for iri in iris:
            (number,) = self._db.execute("SELECT id FROM report WHERE iri = ?", (iri,)).fetchone()
            entry = self.entry(number)
            if entry is not None:
                left.update(copy.id for copy in self.copies_of(number))
                self._drop_bands(number, entry.signature.bands())
            self._db.execute("DELETE FROM report WHERE id = ?", (number,))
            gone.add(number)
        return left - gone

    def entry(self, number: int) -> Entry | None:
        """Give a report that is to be compared."""
        return next(self._entries("id = ? AND signature IS NOT NULL", number), None)

    def copies_of(self, number: int) -> list[Entry]:
        """Give the copies of a report."""
        return list(self._entries("original = ?", number))

    def near(self, entry: Entry, *, leads: bool) -> list[Entry]:
        """Give other reports that share a band with one: those that are no copies, or those that are."""
        keys = entry.signature.bands()
        places = ", ".join("?" * len(keys))
        shared = f"SELECT report FROM band WHERE key IN ({places}) AND leads = ?"
        return list(self._entries(f"id IN ({shared}) AND id <> ?", *keys, leads, entry.id))

    def decide(self, entry: Entry, original: int | None) -> None:
        """Remember what a report is a copy of, or that it is none."""
        keys = entry.signature.bands()
        self._drop_bands(entry.id, keys)
        self._db.execute("UPDATE report SET original = ? WHERE id = ?", (original, entry.id))
        rows = ((key, original is None, entry.id) for key in keys)
        self._db.executemany("INSERT OR IGNORE INTO band VALUES (?, ?, ?)", rows)

    def copies(self) -> Iterator[tuple[str, str]]:
        """Give each copy with what it is a copy of."""
        yield from self._db.execute(
            "SELECT copy.iri, first.iri FROM report copy JOIN report first ON first.id = copy.original"
        )

    def _drop_bands(self, number: int, keys: Iterable[int]) -> None:
        rows = ((key, number) for key in keys)
        self._db.executemany("DELETE FROM band WHERE key = ? AND leads IN (0, 1) AND report = ?", rows)

    def _entries(self, condition: str, *values: Any) -> Iterator[Entry]:  # noqa: ANN401 (of any column)
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM report WHERE {condition}", values)
        for number, moment, iri, size, blob, original in rows:
            signature = Signature(size, np.frombuffer(blob, dtype="<u4"))
            yield Entry(number, moment, iri, signature, original)
