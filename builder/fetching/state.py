"""What was fetched into a folder, and what is still to be: a small database in it, hidden from readers.

Its tables:

    feed  a feed that was read, and by what its server knows that it is as it was
    page  a page that a feed or a list names, and what became of it: see `Standing`
    site  the robots.txt of a site, and until when the site wants to be left alone
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from builder.errors import StoreError
from builder.fetching.feeds import Entry

FILE: Final = ".fetched.sqlite"
FORMAT: Final = 1
# By what a page is listed that no feed told of.
NO_FEED: Final = ""
_TABLES: Final = """
CREATE TABLE feed (url TEXT PRIMARY KEY, etag TEXT, modified TEXT) WITHOUT ROWID;
CREATE TABLE page (url TEXT PRIMARY KEY, feed TEXT NOT NULL, standing TEXT NOT NULL, entry TEXT NOT NULL,
                   file TEXT, etag TEXT, modified TEXT, reason TEXT) WITHOUT ROWID;
CREATE INDEX page_feed ON page (feed, standing);
CREATE TABLE site (url TEXT PRIMARY KEY, robots TEXT, asked REAL, rests_until REAL) WITHOUT ROWID;
"""

_WAITING: Final = "SELECT url FROM page WHERE standing = 'waiting'"


class Standing(StrEnum):
    """What became of a page."""

    WAITING = "waiting"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a server knows a version of a page again (RFC 9110, 8.8)."""

    etag: str | None = None
    modified: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Take them from an answer."""
        return cls(headers.get("etag"), headers.get("last-modified"))

    def conditions(self) -> dict[str, str]:
        """Give the headers that ask for another version only.

        >>> Validators('"1"').conditions()
        {'If-None-Match': '"1"'}
        """
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was told of: what its feed says of it, and the file that holds it, if one does."""

    entry: Entry
    file: str | None = None
    validators: Validators = Validators()


class State:
    """The open database of a folder; one process has it at a time. Each change is kept before the next.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, State.open(Path(folder)) as state:
    ...     state.list_pages(["https://example.org/a"])
    ...     state.waiting_of(["https://example.org/a", "https://example.org/b"])
    ('https://example.org/a',)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the database of a folder, or begin one. Raises `StoreError` if it cannot be used."""
        with _explained(folder / FILE):
            state = cls(folder / FILE)
            with state._db:
                (made,) = state._db.execute("PRAGMA user_version").fetchone()
                if not made:
                    state._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
                elif made > FORMAT:
                    raise StoreError(f"{folder / FILE}: was made by a newer Polemos; upgrade this one")
        return state

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def feed(self, url: str) -> Validators:
        """Give by what a feed is known that was read before."""
        row = self._row("SELECT etag, modified FROM feed WHERE url = ?", url)
        return Validators(*row) if row else Validators()

    def read_feed(self, url: str, validators: Validators, entries: Iterable[Entry]) -> int:
        """Note what a feed tells of, all or nothing, and count what is new in it.

        A page that is held waits again if the feed has another date of change for it.
        """
        with self._changing():
            told = [self._tell(url, entry) for entry in entries]
            self._db.execute(
                "REPLACE INTO feed VALUES (?, ?, ?)", (url, validators.etag, validators.modified)
            )
        return sum(told)

    def list_pages(self, urls: Iterable[str]) -> None:
        """Note pages that no feed tells of."""
        with self._changing():
            for url in urls:
                self._insert(NO_FEED, Entry(url))

    def ask_again(self, standing: Standing, feeds: Iterable[str], pages: Iterable[str]) -> None:
        """Have the pages of that standing wait again, if one of the feeds told of them or they are listed."""
        change = "UPDATE page SET standing = 'waiting' WHERE standing = ?"
        with self._changing():
            self._db.executemany(f"{change} AND feed = ?", [(standing, feed) for feed in feeds])
            self._db.executemany(f"{change} AND url = ?", [(standing, url) for url in pages])

    def waiting(self, feed: str) -> tuple[str, ...]:
        """List the pages of a feed that are still to be fetched."""
        return tuple(url for (url,) in self._rows(f"{_WAITING} AND feed = ?", feed))

    def waiting_of(self, urls: Iterable[str]) -> tuple[str, ...]:
        """List those pages of some that are still to be fetched."""
        return tuple(url for url in urls if self._row(f"{_WAITING} AND url = ?", url))

    def page(self, url: str) -> Page:
        """Give what is known of a page that was told of."""
        row = self._row("SELECT * FROM page WHERE url = ?", url)
        return Page(Entry(url)) if row is None else _page(row)

    def hold(self, url: str, file: str, validators: Validators) -> None:
        """Note that a file holds a page as it is now."""
        values = (file, validators.etag, validators.modified, url)
        with self._changing():
            self._db.execute(
                "UPDATE page SET standing = 'held', file = ?, etag = ?, modified = ?, reason = NULL "
                "WHERE url = ?",
                values,
            )

    def refuse(self, url: str, reason: str) -> None:
        """Note that a page is not to be had."""
        with self._changing():
            self._db.execute("UPDATE page SET standing = 'refused', reason = ? WHERE url = ?", (reason, url))

    def robots(self, site: str, *, since: float) -> str | None:
        """Give the robots.txt of a site, if it was asked for since that time."""
        row = self._row("SELECT robots FROM site WHERE url = ? AND asked >= ?", site, since)
        return None if row is None else row[0]

    def keep_robots(self, site: str, robots: str, *, asked: float) -> None:
        """Keep the robots.txt of a site."""
        change = "ON CONFLICT DO UPDATE SET robots = excluded.robots, asked = excluded.asked"
        with self._changing():
            self._db.execute(
                f"INSERT INTO site (url, robots, asked) VALUES (?, ?, ?) {change}", (site, robots, asked)
            )

    def rests_until(self, site: str) -> float:
        """Say until when a site wants to be left alone, in seconds since 1970; 0 if it never said."""
        row = self._row("SELECT rests_until FROM site WHERE url = ?", site)
        return (row[0] if row else None) or 0

    def rest(self, site: str, *, until: float) -> None:
        """Keep until when a site wants to be left alone."""
        change = "ON CONFLICT DO UPDATE SET rests_until = excluded.rests_until"
        with self._changing():
            self._db.execute(f"INSERT INTO site (url, rests_until) VALUES (?, ?) {change}", (site, until))

    def _tell(self, feed: str, entry: Entry) -> bool:
        row = self._row("SELECT * FROM page WHERE url = ?", entry.url)
        if row is None:
            self._insert(feed, entry)
            return True
        has_changed = _page(row).entry.updated != entry.updated and row[2] == Standing.HELD
        standing = Standing.WAITING if has_changed else row[2]
        self._db.execute(
            "UPDATE page SET feed = ?, standing = ?, entry = ? WHERE url = ?",
            (feed, standing, json.dumps(asdict(entry)), entry.url),
        )
        return has_changed

    def _insert(self, feed: str, entry: Entry) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO page (url, feed, standing, entry) VALUES (?, ?, 'waiting', ?)",
            (entry.url, feed, json.dumps(asdict(entry))),
        )

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        return next(self._rows(query, *values), None)

    def _rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        with _explained(self._path):
            yield from self._db.execute(query, values)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with _explained(self._path), self._db:
            yield


def _page(row: tuple[Any, ...]) -> Page:
    _, _, _, entry, file, etag, modified, _ = row
    return Page(Entry(**json.loads(entry)), file, Validators(etag, modified))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"{path}: cannot be used ({error}); if the disk is not full, remove this file: the next run "
            "makes it anew, and fetches again what feeds and lists name"
        ) from error
