"""`polemos export`: what a store has published, as RDF, as tables, as a map."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Final

import click
from pyoxigraph import DefaultGraph, Store

from builder.commands import options
from builder.commands.output import opened
from builder.commands.progress import bar, say
from builder.exports import acled, bulk, geojson, ucdp
from builder.exports.bulk import targets
from builder.exports.reading import find_events, read_events
from builder.exports.records import EventRecord
from builder.exports.tables import write_table
from builder.rdf import FORMATS, write
from builder.store import VOCABULARY, newest_version, open_snapshot

NANOSECONDS: Final = 10**9


@click.command(
    epilog=options.examples(
        "polemos export --store store -o graph.nq",
        "polemos export --store store --format trig --vocabulary | gzip > graph.trig.gz",
        "polemos export --store store --format acled -o events.csv",
        "polemos export --store store --format geojson -o events.geojson",
        "polemos export --store store --for virtuoso -o bulk",
    )
)
@options.STORE
@click.option(
    "--format",
    "format_",
    type=click.Choice((*FORMATS, "acled", "ucdp", "geojson")),
    default="nquads",
    show_default=True,
    help="A format of RDF; or the events of the merged layer as a table (acled, ucdp) or a map (geojson).",
)
@click.option(
    *("--output", "output", "-o"),
    type=click.Path(path_type=Path),
    help="The file to write, with --for the folder; standard output if absent.",
)
@click.option(
    "--for",
    "target",
    type=click.Choice(tuple(targets())),
    help="Write files for the bulk loader of another store into the folder -o, and print how to load them.",
)
@click.option("--merged", is_flag=True, help="Of RDF, write the merged layer alone.")
@click.option("--vocabulary", is_flag=True, help="Write the graphs of the ontology and the gazetteer too.")
@options.BASE
def export(
    *,
    store: Path,
    format_: str,
    output: Path | None,
    target: str | None,
    merged: bool,
    vocabulary: bool,
    base: str,
) -> None:
    """Write all that a store has published: the merged layer, every report, and why nodes are one.

    Tables and maps hold the events that are told as having happened; docs/exports.md lists their columns.
    """
    if merged and vocabulary:
        raise click.UsageError("give either --merged or --vocabulary")
    snapshot = open_snapshot(store)
    if target is not None:
        _write_bulk(snapshot, target, output, base)
        return
    with opened(output) as stream:
        if format_ in FORMATS:
            _write_graphs(snapshot, stream, format_, merged=merged, vocabulary=vocabulary)
        else:
            _write_events(snapshot, stream, format_, published=newest_version(store).published)


def _write_graphs(snapshot: Store, stream: BinaryIO, format_: str, *, merged: bool, vocabulary: bool) -> None:
    names = () if merged else sorted(snapshot.named_graphs(), key=str)
    chosen = [DefaultGraph(), *(name for name in names if vocabulary or name not in VOCABULARY)]
    write((snapshot.quads_for_pattern(None, None, None, name) for name in chosen), stream, format_)


def _write_bulk(snapshot: Store, name: str, folder: Path | None, base: str) -> None:
    if folder is None:
        raise click.UsageError(f"--for {name} writes several files: name their folder with -o DIR")
    target = targets()[name]
    written = bulk.write_files(snapshot, folder, target, base=base)
    say(f"{len(written)} files in {folder}; load them into {target.title} with")
    for command in bulk.commands(target, folder, written, base=base):
        click.echo(command)


def _write_events(snapshot: Store, stream: BinaryIO, format_: str, *, published: int) -> None:
    found = find_events(snapshot)
    events = bar(read_events(snapshot, found), total=len(found), unit="events")
    writers: dict[str, Callable[[Iterable[EventRecord]], int]] = {
        "acled": lambda events: write_table(
            acled.rows(events, timestamp=published // NANOSECONDS), acled.COLUMNS, stream
        ),
        "ucdp": lambda events: write_table(ucdp.rows(events), ucdp.COLUMNS, stream),
        "geojson": lambda events: geojson.write_map(events, stream),
    }
    written = writers[format_](events)
    left_out = len(found) - written
    reasons = {"acled": "are of no type of ACLED's", "ucdp": "are no attacks with a death"}
    more = f"; {left_out} others {reasons[format_]}" if left_out else ""
    say(f"{written} events{more}")
