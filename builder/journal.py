"""The journal beside a store: which document gave which report, what is outdated, what could not be read.

The store alone decides what is in the graph: each report is committed in one transaction with the version
that read it. The journal knows what the graph should not tell, the files of this machine. It is written after
the store; what is missing in it after a crash, the next build adds.

    document  which report a document gave, and the stamp of its file then; `run`: the build that met it last
    outdated  reports that a document gave before it changed or went, with the report in their place
    failure   documents that could not be read, and why
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from builder.errors import InputError, StoreError
from builder.model import Article
from builder.readers import Source

FORMAT: Final = 1
STANDARD_INPUT: Final = "-"
_TABLES: Final = """
CREATE TABLE document (path TEXT, part TEXT, stamp TEXT, report TEXT NOT NULL, run INTEGER NOT NULL,
                       PRIMARY KEY (path, part)) WITHOUT ROWID;
CREATE INDEX document_report ON document (report);
CREATE TABLE outdated (report TEXT PRIMARY KEY, successor TEXT) WITHOUT ROWID;
CREATE TABLE failure (path TEXT, line INTEGER, reason TEXT NOT NULL, run INTEGER NOT NULL,
                      PRIMARY KEY (path, line)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: its file, which part of it, the file's stamp, and the report that it gave.

    `part` tells apart the articles of one file: an identifier, an address or a line; "" where there is one.
    """

    path: str
    part: str
    stamp: str
    report: str


@dataclass(frozen=True, slots=True)
class Outdated:
    """A report that no document gives any more, and the one that took its place, if any."""

    report: str
    successor: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be read: its file, its line or 0, and the reason."""

    path: str
    line: int
    reason: str


class Keys:
    """By what documents are known again from one build to the next; they are met file by file."""

    def __init__(self) -> None:
        self.stamp = ""
        self._file: Path | None = None
        self._path = ""
        self._parts: set[int] = set()

    def begin(self, source: Source) -> str:
        """Turn to a file of one document, keeping its stamp from before it is read; give its full path."""
        self._turn_to(source.path)
        self.stamp = source.stamp()
        return self._path

    def document(self, article: Article, report: str) -> Document | None:
        """Say which document an article is, or None if it was piped in."""
        if article.origin is None:
            return None
        if article.origin != self._file:
            self._turn_to(article.origin)
        if article.line is None:
            return Document(self._path, "", self.stamp, report)
        part = article.identifier or article.source or f"line {article.line}"
        if hash(part) in self._parts:  # two articles of one name in a file are two
            part = f"{part}, line {article.line}"
        self._parts.add(hash(part))
        return Document(self._path, part, "", report)

    def _turn_to(self, file: Path | None) -> None:
        self._file, self._path, self.stamp = file, str((file or Path()).resolve()), ""
        self._parts.clear()


class Journal:
    """An open journal; one process has it at a time, as it has the lock of the store.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / "j") as journal:
    ...     journal.met([Document("/a.txt", "", "1", "r1")])
    ...     journal.met([Document("/a.txt", "", "2", "r2")])
    ...     journal.outdated()
    (Outdated(report='r1', successor='r2'),)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Transactions are begun and ended by `with self._db`.
        self._db = sqlite3.connect(path)
        self._run = 0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the journal of a store, or begin one. Raises `StoreError` if it cannot be used."""
        journal = cls(path)
        with journal._explained(), journal._db:
            made: int = journal._one("PRAGMA user_version")
            if not made:
                journal._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
            elif made > FORMAT:
                raise StoreError(f"{path}: was made by a newer Polemos; upgrade this one")
            newest = "SELECT max(run) FROM (SELECT run FROM document UNION ALL SELECT run FROM failure)"
            journal._run = (journal._one(newest) or 0) + 1
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def report_of(self, path: str, stamp: str) -> str | None:
        """Say which report a file of one document gave, if its stamp is still the same."""
        query = "SELECT report FROM document WHERE path = ? AND part = '' AND stamp = ? AND stamp != ''"
        found: str | None = self._one(query, path, stamp)
        return found

    def met(self, documents: Iterable[Document]) -> None:
        """Keep which reports documents gave; a report that one gave before is outdated."""
        with self._explained(), self._db:
            for each in documents:
                known = "SELECT report FROM document WHERE path = ? AND part = ?"
                before = self._one(known, each.path, each.part)
                if before not in (None, each.report):
                    self._db.execute("REPLACE INTO outdated VALUES (?, ?)", (before, each.report))
                row = (each.path, each.part, each.stamp, each.report, self._run)
                self._db.execute("REPLACE INTO document VALUES (?, ?, ?, ?, ?)", row)

    def failed(self, failures: Iterable[InputError]) -> None:
        """Keep which documents could not be read, and why."""
        with self._explained(), self._db:
            rows = ((*_place(each), str(each), self._run) for each in failures)
            self._db.executemany("REPLACE INTO failure VALUES (?, ?, ?, ?)", rows)

    def close_run(self, *, gone_from: Iterable[Path] = ()) -> None:
        """Take note that a build has met all it was to meet.

        A file that it read has no failures but those of this build. Documents at or below `gone_from` that it
        did not meet are gone, unless their file could not be read: what they gave is outdated.
        """
        with self._explained(), self._db:
            met = "SELECT path FROM document WHERE run = :run UNION SELECT path FROM failure WHERE run = :run"
            self._db.execute(f"DELETE FROM failure WHERE run < :run AND path IN ({met})", {"run": self._run})
            for place in gone_from:
                self._prune(str(place.resolve()))

    def _prune(self, place: str) -> None:
        # Below a folder are the paths that begin with it and a slash; what comes after a slash is 0.
        unmet = "WHERE run < :run AND (path = :place OR path BETWEEN :place || '/' AND :place || '0')"
        gone = f"FROM document {unmet} AND path NOT IN (SELECT path FROM failure WHERE run = :run)"
        values = {"run": self._run, "place": place}
        self._db.execute(f"REPLACE INTO outdated SELECT report, NULL {gone}", values)
        self._db.execute(f"DELETE {gone}", values)
        self._db.execute(f"DELETE FROM failure {unmet}", values)

    def outdated(self) -> tuple[Outdated, ...]:
        """List the reports that documents gave once and no document gives now."""
        rows = self._rows("SELECT * FROM outdated WHERE report NOT IN (SELECT report FROM document)")
        return tuple(Outdated(*row) for row in rows)

    def retracted(self) -> None:
        """Forget what was outdated: the store does not hold it any more."""
        with self._explained(), self._db:
            self._db.execute("DELETE FROM outdated")

    def failures(self) -> tuple[Failure, ...]:
        """List the documents that could not be read when they were met last."""
        return tuple(Failure(*row) for row in self._rows("SELECT path, line, reason FROM failure"))

    def _one(self, query: str, *values: str) -> Any:  # noqa: ANN401 (a value of any column)
        row = self._db.execute(query, values).fetchone()
        return row[0] if row else None

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        with self._explained():
            yield from self._db.execute(f"{query} ORDER BY 1, 2")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._path}: cannot be used ({error}); if the disk is not full, remove this file: the "
                "next build makes it anew, and only forgets what files gave before"
            ) from error


def _place(failure: InputError) -> tuple[str, int]:
    return (str(failure.origin.resolve()) if failure.origin else STANDARD_INPUT, failure.line or 0)
