"""`polemos watch`: a store that follows folders and feeds."""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

import click

from builder import settings
from builder.commands import options
from builder.commands.build import Terminal, reading, told
from builder.commands.fetch import listed, watching
from builder.commands.fetch import told as fetched
from builder.commands.pools import pool_for
from builder.commands.progress import warn
from builder.commands.stopping import Stop, stopping_kindly
from builder.deferred import Deferred
from builder.errors import InputError, PolemosError, StoreHeldError
from builder.fetching.addresses import is_address
from builder.fetching.manners import Manners
from builder.settings import Recipe
from builder.store import Store

SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
# Seconds between two looks at whether to stop: Ctrl-C seems to be heard at once.
GLANCE: Final = 0.2


def _seconds(_context: click.Context, _option: click.Parameter, value: str) -> float:
    """Give the seconds of a time such as 90s, 10m or 2h."""
    found = re.fullmatch(r"(\d{1,9})([smh]?)", value)
    if found is None or int(found[1]) == 0:
        raise click.BadParameter(f"{value!r} is no time; write 90s, 10m or 2h")
    return float(int(found[1]) * SECONDS[found[2] or "s"])


@click.command(
    epilog=options.examples(
        "polemos watch news/ --store store",
        "polemos watch https://news.example.org/rss.xml --into articles --store store --every 10m",
        "polemos watch press/ --feeds feeds.txt --into articles --store store --contact desk@example.org",
    )
)
@click.argument("sources", nargs=-1, metavar="PATH|FEED...")
@options.STORE
@options.option(settings.EVERY, callback=_seconds, metavar="TIME")
@options.option(settings.INTO, type=click.Path(file_okay=False, path_type=Path))
@options.FEEDS
@options.manners
@options.recipe
@options.PLACES
@options.TEXT
@options.BASE
@options.option(settings.BUILD_WORKERS, "workers", type=click.IntRange(1))
@options.option(settings.PRUNE, is_flag=True)
@click.pass_context
def watch(  # noqa: PLR0913 (one parameter an option)
    context: click.Context,
    sources: tuple[str, ...],
    *,
    store: Path,
    every: float,
    into: Path | None,
    listed_feeds: TextIO | None,
    manners: Manners,
    recipe: Recipe,
    text: bool,
    base: str,
    workers: int | None,
    prune: bool,
) -> None:
    """Build a store again whenever documents are new or have changed, and fetch feeds in between.

    PATH is what build takes, FEED the address of an RSS or Atom feed, whose pages go into the folder of
    --into. In each round feeds are fetched, and what is new is read, merged and published; where nothing is
    new, a round takes next to no time. The model is loaded once, with the first new document. A round that
    fails is reported, and the next is tried. Others can write to the store between rounds. Ctrl-C ends it
    after the round.
    """
    feeds = (*(each for each in sources if is_address(each)), *listed(listed_feeds, []))
    paths = tuple(each for each in sources if not is_address(each))
    if feeds and into is None:
        raise click.UsageError("feeds need a folder for their pages: --into DIR")
    if not (feeds or paths):
        raise click.UsageError("Missing argument 'PATH|FEED...'.")
    with suppress(StoreHeldError), Store.open(store, create=True):
        pass  # what is wrong with the folder is said at once, and not once a round
    pool = pool_for(0, workers, None)  # a round has little to read, unless the user knows better
    with (
        stopping_kindly("this round is done") as stop,
        reading(recipe, pool, base=base, with_text=text, beside=workers is None) as extractor,
    ):
        rounds = Rounds(
            feeds=feeds, into=into, paths=paths, store=store, manners=manners, prune=prune, stop=stop
        )
        while not stop:
            begun = time.monotonic()
            rounds.go(extractor)
            _wait(begun + every, stop)
    context.exit(130)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Rounds of fetching and building over the same sources; of each document a failure is told once."""

    feeds: tuple[str, ...]
    into: Path | None
    paths: tuple[str, ...]
    store: Path
    manners: Manners
    prune: bool
    stop: Stop
    told: set[str] = field(default_factory=set)

    @property
    def documents(self) -> tuple[str, ...]:
        """What is built: also what was fetched."""
        return self.paths if self.into is None else (*self.paths, str(self.into))

    def go(self, extractor: Deferred) -> None:
        """Fetch and build once; what ends either is told, and the next round tries again."""
        with _survived():
            self._fetch()
        if not self.stop:
            with _survived():
                self._build(extractor)

    def _fetch(self) -> None:
        if not self.feeds or self.into is None:
            return
        from builder.fetching.run import Sources, fetch  # noqa: PLC0415 (feedparser is slow to load)

        with watching(self.stop) as watcher:
            summary = fetch(Sources(feeds=self.feeds), self.into, manners=self.manners, watcher=watcher)
        _say(fetched(summary))

    def _build(self, extractor: Deferred) -> None:
        from builder.build import build  # noqa: PLC0415 (HTML and YAML are slow to load)

        if self.prune:
            _check_there(self.documents)
        with Store.open(self.store, create=True) as opened:
            watcher = _Sparing(self.told, self.stop)
            summary = build(self.documents, opened, extractor, prune=self.prune, watcher=watcher)
        _say(told(summary))


class _Sparing(Terminal):
    """Shows a build on the terminal, and of each failure only the first time."""

    def __init__(self, told: set[str], stop: Stop) -> None:
        super().__init__(None, stop)
        self._told = told

    def failed(self, reason: str) -> None:
        """Say which document failed, and why, unless that was said."""
        if reason not in self._told:
            super().failed(reason)
        self._told.add(reason)


def _check_there(paths: Iterable[str]) -> None:
    """Raise `InputError` where a folder is away: a disk may be unmounted, and what it gave stays."""
    for path in map(Path, paths):
        if not path.exists():
            raise InputError("is not there, so that --prune does nothing", path, remedy="check the path")


@contextmanager
def _survived() -> Iterator[None]:
    try:
        yield
    except (PolemosError, OSError) as error:
        warn(f"{error}; the next round tries again")


def _say(line: str) -> None:
    click.echo(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}")


def _wait(until: float, stop: Stop) -> None:
    while not stop and (left := until - time.monotonic()) > 0:
        time.sleep(min(GLANCE, left))
