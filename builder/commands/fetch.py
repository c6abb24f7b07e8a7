"""`polemos fetch`: feeds and pages of the web into a folder."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import click
from tqdm import tqdm

from builder import settings
from builder.atomic import write_json
from builder.commands import options
from builder.commands.progress import say, shown, warn
from builder.commands.stopping import Stop, stopping_kindly
from builder.errors import FetchError, InputError
from builder.fetching.addresses import address
from builder.fetching.manners import Manners

if TYPE_CHECKING:
    from builder.fetching.run import Summary

# What click and Python call it.
STANDARD_INPUT: Final = "<stdin>"


@click.command(
    epilog=options.examples(
        "polemos fetch https://news.example.org/rss.xml --into articles --contact desk@example.org",
        "polemos fetch --feeds feeds.txt --into articles && polemos build articles --store store",
        "polemos fetch --pages addresses.txt --into articles --delay 10",
        "polemos fetch --pages addresses.txt --into articles --refresh",
    )
)
@click.argument("feeds", nargs=-1, metavar="FEED...")
@options.option(settings.INTO, required=True, type=click.Path(file_okay=False, path_type=Path))
@options.FEEDS
@options.option(settings.PAGES, type=click.File(encoding="utf-8", lazy=False), metavar="FILE")
@options.manners
@options.option(settings.REFRESH, is_flag=True)
@options.option(settings.REFETCH, is_flag=True)
@options.option(settings.FETCH_REPORT, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def fetch(  # noqa: PLR0913 (one parameter an option)
    context: click.Context,
    feeds: tuple[str, ...],
    *,
    into: Path,
    listed_feeds: TextIO | None,
    pages: TextIO | None,
    manners: Manners,
    refresh: bool,
    retry: bool,
    report: Path | None,
) -> None:
    """Fetch the pages that feeds tell of, and those of a list, into a folder that a build reads.

    FEED is the address of an RSS or Atom feed. Each page is asked for once: a second run fetches what is new,
    what changed says its feed, and what could not be had before. What robots.txt forbids is not fetched,
    a host is asked one thing at a time with a pause after it, and links into this machine or its network are
    refused. A feed or page that cannot be fetched is named, and the others are fetched.
    """
    from builder.fetching.run import Sources  # noqa: PLC0415 (feedparser is slow to load)
    from builder.fetching.run import fetch as fetch_sources  # noqa: PLC0415
    from builder.fetching.state import Standing  # noqa: PLC0415

    problems: list[str] = []
    named = (*feeds, *listed(listed_feeds, problems))
    sources = Sources(
        feeds=named,
        pages=tuple(listed(pages, problems)),
        again=frozenset(
            standing for standing, asked in ((Standing.HELD, refresh), (Standing.REFUSED, retry)) if asked
        ),
    )
    if not (sources.feeds or sources.pages or problems):
        raise click.UsageError("Missing argument 'FEED...'; or name a file with --feeds or --pages.")
    with stopping_kindly("the page that is being fetched is there") as stop, watching(stop) as watcher:
        summary = fetch_sources(sources, into, manners=manners, watcher=watcher)
    click.echo(told(summary))
    if report is not None:
        write_json(report, asdict(summary))
    is_done = not (summary.failures or summary.left or problems)
    context.exit(130 if summary.stopped else 0 if is_done else 1)


def told(summary: "Summary") -> str:
    """Say in one line what was fetched."""
    counts = [f"written {summary.written}", f"unchanged {summary.unchanged}"]
    counts.append(f"failed {len(summary.failures)}")
    if summary.left:
        counts.append(f"left for the next run {summary.left}")
    found = f"{_counted(summary.feeds, 'feed')}, {_counted(summary.new, 'new page')}"
    return f"{found}: {', '.join(counts)}; {summary.seconds:.1f} s"


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def listed(stream: TextIO | None, problems: list[str]) -> Iterator[str]:
    """Read addresses, one a line; blank lines and those that begin with # are passed over."""
    for number, line in enumerate(stream or (), start=1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        try:
            yield address(words)
        except FetchError as error:
            name = getattr(stream, "name", STANDARD_INPUT)
            origin = None if name == STANDARD_INPUT else Path(name)
            problem = str(InputError(f"{words!r} {error.reason}", origin, line=number, remedy=error.remedy))
            problems.append(problem)
            warn(problem)


@contextmanager
def watching(stop: Stop) -> Iterator["Terminal"]:
    """Show on the terminal what is fetched: a bar, and a line for each failure."""
    with tqdm(unit=" pages", disable=not sys.stderr.isatty()) as bar:
        yield Terminal(bar, stop)


class Terminal:
    """What a person at a terminal sees of fetching."""

    def __init__(self, bar: "tqdm[Any]", stop: Stop) -> None:
        self._bar = bar
        self._stop = stop

    def progress(self, done: int, total: int) -> None:
        """Move the bar."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def failed(self, reason: str) -> None:
        """Say what could not be fetched, and why."""
        warn(reason)

    def noted(self, words: str) -> None:
        """Say it."""
        say(f"polemos: {shown(words)}")

    def should_stop(self) -> bool:
        """Say whether Ctrl-C was pressed."""
        return bool(self._stop)
