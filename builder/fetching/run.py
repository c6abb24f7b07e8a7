"""The run: what feeds tell of and lists name, fetched into a folder, one request at a time.

What was fetched, and what is still to be, is kept page by page, so that a run that is broken off goes on
where it stopped.
"""

import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Protocol

from builder.atomic import Lock
from builder.errors import FetchError, StoreError, UnreachableError
from builder.fetching import documents
from builder.fetching.addresses import address, site_of
from builder.fetching.client import Answer, Client
from builder.fetching.feeds import is_feed_type, read_feed
from builder.fetching.manners import FIRST_PAUSE, HOPS, LONGEST_REST, PATIENCE, TRIES, Manners
from builder.fetching.robots import Robots
from builder.fetching.state import Page, Standing, State, Validators
from builder.fetching.turns import Task, Turns

LOCK: Final = ".fetching.lock"
# Seconds between two looks at whether to stop, while a host is given its pause.
GLANCE: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The addresses of feeds, and those of pages; `again` says which of their pages to ask for once more."""

    feeds: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    again: frozenset[Standing] = frozenset()


@dataclass(frozen=True, slots=True)
class Summary:
    """What one run did: feeds read, pages that they told of anew, pages written, those still as they were.

    `left` pages wait for the next run, since their host wants to be left alone, or the run was stopped.
    """

    feeds: int
    new: int
    written: int
    unchanged: int
    left: int
    failures: tuple[str, ...]
    seconds: float
    stopped: bool


class Watcher(Protocol):
    """What a caller sees and decides while pages are fetched."""

    def progress(self, done: int, total: int) -> None:
        """Hear how many feeds and pages are done, of those that are known by now."""

    def failed(self, reason: str) -> None:
        """Hear of a feed or page that could not be fetched: one line that names it."""

    def noted(self, words: str) -> None:
        """Hear of something that fails nothing: a feed with a flaw, a site that wants to be left alone."""

    def should_stop(self) -> bool:
        """Say whether to ask for nothing more."""


class Unwatched:
    """Sees nothing and never stops."""

    def progress(self, done: int, total: int) -> None:
        """Leave it."""

    def failed(self, reason: str) -> None:
        """Leave it to the summary."""

    def noted(self, words: str) -> None:
        """Leave it."""

    def should_stop(self) -> bool:
        """Go on."""
        return False


def fetch(
    sources: Sources, folder: Path, *, manners: Manners | None = None, watcher: Watcher | None = None
) -> Summary:
    """Fetch what feeds tell of and what is listed, but has not been fetched, into a folder, made if need be.

    A page that cannot be fetched is named and never stops the rest; one that may be had another time is asked
    for again by the next run. Raises `StoreError` if another process fetches into the folder, or what is
    remembered there cannot be used, `OSError` if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    polite = manners or Manners()
    with _held(folder), State.open(folder) as state, Client(polite) as client:
        run = _Run(folder, state, client, Robots(client, state), polite, watcher or Unwatched())
        return run.go(sources)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    try:
        lock = Lock(folder / LOCK)
    except BlockingIOError as error:
        raise StoreError(
            f"{folder}: another process fetches into it ({error.strerror}); wait until it ends"
        ) from error
    try:
        yield
    finally:
        lock.release()


@dataclass(slots=True)
class _Run:
    """One run as it goes on: its counts, and the requests that are still to be made."""

    folder: Path
    state: State
    client: Client
    robots: Robots
    manners: Manners
    watcher: Watcher
    turns: Turns = field(default_factory=Turns)
    begun: float = field(default_factory=time.monotonic)
    met: set[tuple[str, bool]] = field(default_factory=set)
    feeds: int = 0
    new: int = 0
    written: int = 0
    unchanged: int = 0
    failures: list[str] = field(default_factory=list)

    def go(self, sources: Sources) -> Summary:
        self.begin(sources)
        while not self.watcher.should_stop() and (turn := self.turns.next(time.time())):
            task, wait = turn
            if not self.pause(wait):
                self.turns.add(task)
                break
            self.ask(task)
            self.watcher.progress(len(self.met) - len(self.turns), len(self.met))
        return Summary(
            feeds=self.feeds,
            new=self.new,
            written=self.written,
            unchanged=self.unchanged,
            left=len(self.turns),
            failures=tuple(self.failures),
            seconds=time.monotonic() - self.begun,
            stopped=self.watcher.should_stop(),
        )

    def begin(self, sources: Sources) -> None:
        """Have wait what is asked for: feeds first, then pages of theirs that earlier runs have left."""
        feeds = self.valid(sources.feeds)
        pages = self.valid(sources.pages)
        self.state.list_pages(pages)
        for standing in sources.again:
            self.state.ask_again(standing, feeds, pages)
        for feed in feeds:
            self.add(Task(feed, feed, is_feed=True))
        for feed in feeds:
            self.add_pages(feed)
        for page in self.state.waiting_of(pages):
            self.add(Task(page, page, is_feed=False))

    def valid(self, urls: tuple[str, ...]) -> list[str]:
        found = []
        for url in urls:
            try:
                found.append(address(url))
            except FetchError as error:
                self.fail(str(error))
        return list(dict.fromkeys(found))

    def add_pages(self, feed: str) -> None:
        for page in self.state.waiting(feed):
            self.add(Task(page, page, is_feed=False))

    def add(self, task: Task) -> None:
        if (task.start, task.is_feed) in self.met:
            return
        self.met.add((task.start, task.is_feed))
        self.wait(task)

    def wait(self, task: Task, *, first: bool = False) -> None:
        """Have a request wait for its host, and that for as long as it wanted to be left alone."""
        self.turns.add(task, first=first)
        self.turns.rest(task.url, until=self.state.rests_until(site_of(task.url)))

    def pause(self, seconds: float) -> bool:
        """Wait for a host's turn; say whether to go on then."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.watcher.should_stop():
                return False
            time.sleep(min(GLANCE, left))
        return True

    def ask(self, task: Task) -> None:
        """Make one request, and take what is answered."""
        delay = self.manners.delay
        try:
            self.robots.check(task.url)
            delay = max(delay, self.robots.delay(task.url))
            known = self.state.feed(task.start) if task.is_feed else self.known(task.start)
            wanted = is_feed_type if task.is_feed else documents.is_document_type
            answer = self.client.get(task.url, wanted, headers=known.conditions())
            self.take(task, answer)
        except UnreachableError as error:
            self.turns.rest(task.url, until=math.inf)  # in this run; the next tries it
            self.give_up(task, error)
        except FetchError as error:
            self.give_up(task, error)
        finally:
            self.rest(task.url, until=time.time() + delay)

    def rest(self, url: str, *, until: float) -> None:
        """Leave a host alone, for a day at most; in the next run too, if this one does not wait so long."""
        until = min(until, time.time() + LONGEST_REST)
        self.turns.rest(url, until=until)
        if until - time.time() > PATIENCE:
            self.state.rest(site_of(url), until=until)

    def known(self, url: str) -> Validators:
        """Say by what a page is known that is still there."""
        page = self.state.page(url)
        is_there = page.file is not None and (self.folder / page.file).is_file()
        return page.validators if is_there else Validators()

    def take(self, task: Task, answer: Answer) -> None:
        if answer.location is not None:
            self.follow(task, answer.location)
        elif answer.status in (429, 503) and "retry-after" in answer.headers:
            self.come_back(task, answer)
        elif answer.status >= 500:
            self.try_again(task, answer)
        elif answer.status == 429:
            raise UnreachableError(task.url, "wants to be asked less often; try again later, or more slowly")
        elif answer.status == 304:
            self.leave(task)
        elif answer.status != 200:
            raise FetchError(task.url, f"answers {answer.status}")
        elif task.is_feed:
            self.read(task, answer)
        else:
            self.keep(task, answer)

    def follow(self, task: Task, location: str) -> None:
        if task.hops == HOPS:
            raise FetchError(task.start, f"is redirected more than {HOPS} times")
        url = address(location, base=task.url)
        self.wait(replace(task, url=url, hops=task.hops + 1), first=True)

    def come_back(self, task: Task, answer: Answer) -> None:
        """Leave a site alone for as long as it wants; this page then comes first."""
        until = min(_again_at(answer.headers["retry-after"]), time.time() + LONGEST_REST)
        self.rest(task.url, until=until)
        if until - time.time() > PATIENCE:
            said = datetime.fromtimestamp(until).astimezone().isoformat(" ", "minutes")
            self.watcher.noted(f"{site_of(task.url)}: wants to be left alone until {said}; run it again then")
        self.repeat(task, answer)

    def try_again(self, task: Task, answer: Answer) -> None:
        self.turns.rest(task.url, until=time.time() + FIRST_PAUSE * 2**task.tries)
        self.repeat(task, answer)

    def repeat(self, task: Task, answer: Answer) -> None:
        if task.tries + 1 == TRIES:
            raise FetchError(task.url, f"answers {answer.status}, {TRIES} times", is_passing=True)
        self.turns.add(replace(task, tries=task.tries + 1), first=True)

    def leave(self, task: Task) -> None:
        """Take it that what was asked for is as it was."""
        if task.is_feed:
            self.feeds += 1
            return
        page = self.state.page(task.start)
        self.unchanged += 1
        if page.file is not None:
            self.state.hold(task.start, page.file, page.validators)

    def read(self, task: Task, answer: Answer) -> None:
        feed = read_feed(answer)
        self.feeds += 1
        # One that broke off in the middle is asked for again, and not only if it has changed.
        validators = Validators.of(answer.headers) if feed.is_whole else Validators()
        self.new += self.state.read_feed(task.start, validators, feed.entries)
        for problem in feed.problems:
            self.watcher.noted(f"{task.start}: {problem}")
        self.add_pages(task.start)

    def keep(self, task: Task, answer: Answer) -> None:
        page = self.state.page(task.start)
        name, has_changed = documents.write(self.folder, page.entry, answer)
        self.remove_former(page, name)
        self.state.hold(task.start, name, Validators.of(answer.headers))
        self.written += has_changed
        self.unchanged += not has_changed

    def remove_former(self, page: Page, name: str) -> None:
        """Remove the file that held a page which comes in another format now."""
        if page.file is not None and page.file != name:
            (self.folder / page.file).unlink(missing_ok=True)

    def give_up(self, task: Task, error: FetchError) -> None:
        """Name what cannot be fetched; what another time may be had waits for the next run."""
        if not task.is_feed and not error.is_passing:
            self.state.refuse(task.start, str(error))
        shown = str(error) if task.start in str(error) else f"{task.start}: {error}"
        self.fail(shown)

    def fail(self, reason: str) -> None:
        self.failures.append(reason)
        self.watcher.failed(reason)


def _again_at(retry_after: str) -> float:
    """Give the time, in seconds since 1970, of a Retry-After (RFC 9110, 10.2.3); now if it means none.

    >>> _again_at("Thu, 01 Jan 1970 00:01:00 GMT")
    60.0
    """
    now = datetime.now(UTC).timestamp()
    seconds = re.fullmatch(r"\s*([0-9]{1,9})\s*", retry_after)
    if seconds:
        return now + int(seconds[1])
    try:
        return parsedate_to_datetime(retry_after).timestamp()
    except (ValueError, OverflowError):
        return now
