"""`polemos build`: from articles to a store."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.commands import options
from builder.commands.progress import bar, warn
from builder.errors import InputError
from builder.model import Article
from builder.store import Store

if TYPE_CHECKING:
    from builder.build import Summary


@click.command(
    epilog=options.examples(
        "polemos build seeds --store store",
        "polemos build 'news/*.jsonl' press/ --store store",
        "polemos build reports.jsonl --store store --spacy-model en_core_web_trf",
    )
)
@options.PATHS
@options.STORE
@options.MODEL
@options.TRAINED
@options.RULES
@options.TEXT
@options.BASE
@click.pass_context
def build(  # noqa: PLR0913 (one parameter an option)
    context: click.Context,
    paths: tuple[str, ...],
    *,
    store: Path,
    spacy_model: str,
    trained_model: str | None,
    rules: bool,
    text: bool,
    base: str,
) -> None:
    """Read articles into a store, merge what they say, and publish it.

    PATH is a file of text, Markdown, HTML or JSON lines, a folder, a quoted pattern, or - for
    standard input. What is in the store stays; a report that is there already is not read again. A
    document that cannot be read is named on standard error, and the others are built.
    """
    from builder.build import build as build_store  # noqa: PLC0415 (HTML and YAML are slow to load)
    from builder.pipeline import load_pipeline  # noqa: PLC0415 (spaCy is slow to load)
    from builder.readers import count  # noqa: PLC0415

    with Store.open(store, create=True) as opened, stopping_kindly() as stop:
        watcher = Terminal(count(paths), stop)
        nlp = load_pipeline(spacy_model=spacy_model, trained_model=trained_model, rules=rules)
        summary = build_store(paths, opened, nlp, base=base, with_text=text, watcher=watcher)
    click.echo(_told(summary))
    context.exit(130 if summary.stopped else 1 if summary.failures else 0)


class Stop:
    """Whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.asked = False

    def __bool__(self) -> bool:
        return self.asked


@contextmanager
def stopping_kindly() -> Iterator[Stop]:
    """Take the first Ctrl-C as the wish to finish what is begun; the second ends at once."""
    stop = Stop()

    def ask(_signal: int, _frame: object) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        click.echo("polemos: stopping when what is read is published; once more stops at once", err=True)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class Terminal:
    """Shows a build on the terminal: a bar, and a line for each document that fails."""

    def __init__(self, total: int | None, stop: Stop) -> None:
        self.total = total
        self.stop = stop

    def documents(self, documents: Iterator[Article | InputError]) -> Iterator[Article | InputError]:
        """Count documents on a bar."""
        return bar(documents, total=self.total, unit="documents")

    def failed(self, reason: str) -> None:
        """Say which document failed, and why."""
        warn(reason)

    def should_stop(self) -> bool:
        """Say whether Ctrl-C was pressed."""
        return bool(self.stop)


def _told(summary: "Summary") -> str:
    counts = f"built {summary.built}, unchanged {summary.unchanged}, failed {len(summary.failures)}"
    return f"{summary.read} documents: {counts}; {summary.events} events in all; {summary.seconds:.1f} s"
