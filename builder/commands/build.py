"""`polemos build`: from articles to a store."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from builder import settings
from builder.atomic import write_json
from builder.commands import options
from builder.commands.pools import make_pool, pool_for
from builder.commands.progress import bar, passing_bar, warn
from builder.commands.sharding import write_shards
from builder.commands.stopping import Stop, stopping_kindly
from builder.deferred import Deferred
from builder.extracted import Extractor
from builder.settings import Recipe
from builder.store import Store
from builder.workers import Pool, Workers

if TYPE_CHECKING:
    from builder.build import Documents, Summary

T = TypeVar("T")


@click.command(
    epilog=options.examples(
        "polemos build seeds --store store",
        "polemos build 'news/*.jsonl' press/ --store store --workers 4",
        "polemos build dump.parquet 'CC-NEWS-*.warc.gz' --store store",
        "polemos build archive/ --store store --prune --report last-build.json",
        "polemos build --retry --store store",
        "polemos build 'dump/*.jsonl' --store store --cluster ray://head:10001",
        "polemos build 's3://bucket/dump/*.jsonl.gz' --store store",
        "polemos build s3://bucket/dump --shards s3://bucket/shards --cluster ray://head:10001",
    )
)
@click.argument("paths", nargs=-1, metavar="PATH...")
@options.option(settings.STORE, type=click.Path(path_type=Path))
@options.option(settings.SHARDS, metavar="DIR")
@options.recipe
@options.PLACES
@options.TEXT
@options.BASE
@options.option(settings.BUILD_WORKERS, "workers", type=click.IntRange(1))
@options.option(settings.CLUSTER, metavar="ADDRESS")
@options.option(settings.PRUNE, is_flag=True)
@options.option(settings.RETRY, is_flag=True)
@options.option(settings.REPORT, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def build(  # noqa: PLR0913 (one parameter an option)
    context: click.Context,
    paths: tuple[str, ...],
    *,
    store: Path | None,
    shards: str | None,
    recipe: Recipe,
    text: bool,
    base: str,
    workers: int | None,
    cluster: str | None,
    prune: bool,
    retry: bool,
    report: Path | None,
) -> None:
    """Read articles into a store, merge what they say, and publish it.

    PATH is a file of text, Markdown, HTML or JSON lines, a table of Parquet, an archive of web
    pages (WARC), a folder, a quoted pattern, an address such as s3://BUCKET/PATH, or - for standard
    input. What is in the store stays; a report that is there already is not read again, and a document
    that has changed takes the place of what it was. One that cannot be read is named on standard error
    and in STORE/failed.jsonl, and the others are built.

    With --shards, the processes that read write too, each files of its own: for graphs beyond what one
    process can write. Run again after it was broken off, it goes on where it stopped.
    """
    if shards is not None:
        if store is not None or retry:
            raise click.UsageError("--shards takes the place of --store, and no --retry")
        here = _mirrored(paths)
        with Workers(recipe, make_pool(workers, cluster), base=base, with_text=text) as processes:
            made = write_shards(here, shards, processes, prune=prune)
        _keep(made, report)
        context.exit(1 if made["failures"] else 0)
    if store is None:
        raise click.UsageError("Missing option '--store'; or give --shards DIR.")
    from builder.build import build as build_store  # noqa: PLC0415 (HTML and YAML are slow to load)
    from builder.readers import count  # noqa: PLC0415

    here = _mirrored(paths)  # before anything is locked or made, and Ctrl-C still stops at once
    with Store.open(store, create=not retry) as opened, stopping_kindly("what is read is published") as stop:
        named = _named(here, retry=retry, prune=prune, store=opened)
        total = count(named)
        watcher, pool = Terminal(total, stop), pool_for(total, workers, cluster)
        with reading(recipe, pool, base=base, with_text=text, beside=workers is None) as extractor:
            summary = build_store(named, opened, extractor, prune=prune, watcher=watcher)
    click.echo(told(summary))
    if summary.failures:
        click.echo(_way_out(store))
    _keep(asdict(summary), report)
    context.exit(130 if summary.stopped else 1 if summary.failures else 0)


def _keep(summary: Mapping[str, object], report: Path | None) -> None:
    if report is not None:
        write_json(report, summary)


@contextmanager
def reading(
    recipe: Recipe, pool: Pool | None, *, base: str, with_text: bool, beside: bool = True
) -> Iterator[Deferred]:
    """Give what reads, in the processes of a pool or in this one; it is loaded for the first new document.

    In this process it may have a second processor, where the trained model reads `beside` spaCy.
    """
    with ExitStack() as ended:
        if pool is not None:
            ended.callback(pool.close)

        def begin() -> Extractor:
            if pool is not None:
                return Workers(recipe, pool, base=base, with_text=with_text)
            from builder.extraction import Pipeline  # noqa: PLC0415 (spaCy is slow to load)
            from builder.pipeline import load_pipeline  # noqa: PLC0415

            nlp = load_pipeline(**asdict(recipe), beside=beside)
            return Pipeline(nlp, base=base, with_text=with_text)

        yield Deferred(begin, recipe, base=base, with_text=with_text)


def _mirrored(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths to read: of what lies elsewhere, those of its copies, which are brought up to date."""
    from builder.mirrors import is_address, mirror  # noqa: PLC0415 (it loads what reads files)

    return tuple(mirror(path, counted=passing_bar) if is_address(path) else path for path in paths)


def _named(paths: tuple[str, ...], *, retry: bool, prune: bool, store: Store) -> tuple[str, ...]:
    """The paths to read: with --retry, also the files of which something could not be read before."""
    from builder.build import failed_files  # noqa: PLC0415 (HTML and YAML are slow to load)

    if prune and (bad := [path for path in paths if path == "-" or not Path(path).exists()]):
        raise click.UsageError(f"--prune needs files and folders that are there, not {bad[0]}")
    again = failed_files(store) if retry else ()
    if not paths and not again:
        raise click.UsageError("nothing to retry" if retry else "Missing argument 'PATH...'.")
    return (*paths, *again)


class Terminal:
    """Shows a build on the terminal: a bar, and a line for each document that fails."""

    def __init__(self, total: int | None, stop: Stop) -> None:
        self.total = total
        self.stop = stop

    def documents(self, documents: "Documents") -> "Documents":
        """Count documents on a bar."""
        return bar(documents, total=self.total, unit="documents")

    def failed(self, reason: str) -> None:
        """Say which document failed, and why."""
        warn(reason)

    def should_stop(self) -> bool:
        """Say whether Ctrl-C was pressed."""
        return bool(self.stop)

    def counted(self, items: Iterable[T], *, total: int | None, unit: str) -> Iterator[T]:
        """Count what the merge goes through, on a bar that goes when it is done."""
        return passing_bar(items, total=total, unit=unit)


def told(summary: "Summary") -> str:
    """Say in one line what was built."""
    counts = [f"built {summary.built}", f"unchanged {summary.unchanged}", f"failed {len(summary.failures)}"]
    if summary.retracted:
        counts.append(f"retracted {summary.retracted}")
    took = f"{summary.events} events in all; {summary.seconds:.1f} s"
    return f"{summary.read} documents: {', '.join(counts)}; {took}"


def _way_out(store: Path) -> str:
    from builder.build import FAILED  # noqa: PLC0415 (HTML and YAML are slow to load)

    return f"what failed is listed in {store / FAILED}; read it again with --retry"
