"""What the merge remembers beside the store, so that a new report touches only its own blocks.

A SQLite file of four parts: the reports with their nodes, the items that these are (a name that many reports
use, or the node itself) with their blocks, the weighed pairs of items, and the merged nodes that items make.
All of it follows from the reports, and is made anew from them where it is missing or does not fit the store.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from builder.errors import StoreError
from builder.linkage.clusters import Clusters
from builder.linkage.items import Items
from builder.linkage.pairs import Pairs
from builder.linkage.reports import Reports

FILE: Final = "linkage.sqlite"
# Counts up with the schema; a file of another is emptied, and filled by the next merge.
VERSION: Final = 2
# Items and reports go by numbers, which are short and quick to compare, within this file only: no outcome may
# depend on them.
SCHEMA: Final = f"""
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE report (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, fingerprint TEXT, published INTEGER);
CREATE TABLE node (
  id INTEGER PRIMARY KEY, iri TEXT UNIQUE, report INTEGER, item INTEGER, kind TEXT, content TEXT);
CREATE TABLE item (
  id INTEGER PRIMARY KEY, stage INTEGER, name TEXT, folder TEXT, report INTEGER, first_day INTEGER,
  last_day INTEGER, record TEXT, blocks TEXT, cluster TEXT, UNIQUE (stage, name));
CREATE TABLE block (key INTEGER, item INTEGER, PRIMARY KEY (key, item)) WITHOUT ROWID;
CREATE TABLE pair (
  first INTEGER, second INTEGER, weight INTEGER, levels TEXT, PRIMARY KEY (first, second)) WITHOUT ROWID;
CREATE INDEX node_of_report ON node (report);
CREATE INDEX node_of_item ON node (item, report);
CREATE INDEX item_of_cluster ON item (cluster);
CREATE INDEX block_of_item ON block (item);
CREATE INDEX pair_of_second ON pair (second);
PRAGMA user_version = {VERSION};
"""
# The file can be made anew at any time, so a loss of power may cost it. Its indexes are written in no order:
# 32 MB of them in memory, instead of SQLite's 2, are those of some 25,000 reports.
SETTINGS: Final = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;
CREATE TEMP TABLE assigned (item INTEGER PRIMARY KEY, cluster TEXT);
CREATE TEMP TABLE portioned (cluster TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Ledger:
    """The file, open; nothing is kept before `commit`. Raises `StoreError` if it cannot be used.

    Joins are written as SQLite is to do them (`CROSS JOIN`), since it knows nothing of how many values are
    asked for, and would go through all of a table.
    """

    def __init__(self, path: Path) -> None:
        self._path = path / FILE
        with self._explained():
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.executescript(SETTINGS)
            if self._db.execute("PRAGMA user_version").fetchone() != (VERSION,):
                self._empty()
            self._db.execute("BEGIN")
        self.reports = Reports(self._db)
        self.items = Items(self._db)
        self.pairs = Pairs(self._db)
        self.clusters = Clusters(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self._db.close()
        if isinstance(error, sqlite3.Error):
            with self._explained():
                raise error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite raises into a `StoreError` that says the way out."""
        try:
            yield
        except sqlite3.Error as error:
            if "full" in str(error):
                why = "the disk is full; make room and run the same again, nothing is lost"
            elif "locked" in str(error):
                why = "is being written by another process; wait until it ends"
            else:
                why = f"{error}; remove the file, which the next merge makes anew"
            raise StoreError(f"{self._path}: {why}") from error

    def commit(self) -> None:
        """Keep what was written."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def clear(self) -> None:
        """Forget everything, and keep that."""
        self._db.execute("COMMIT")
        self._empty()
        self._db.execute("BEGIN")

    def _empty(self) -> None:
        tables = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        drops = "".join(f"DROP TABLE {name};" for (name,) in tables)
        self._db.executescript(drops + SCHEMA)

    def state(self, name: str) -> str:
        """Read a note; empty where there is none."""
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def note(self, name: str, value: str) -> None:
        """Write a note."""
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))
