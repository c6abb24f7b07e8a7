"""`polemos export`: what a store has published, as RDF, as tables, as a map."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import click
from pyoxigraph import DefaultGraph, Store

from builder.commands import options
from builder.commands.output import opened
from builder.commands.progress import bar, say
from builder.exports import acled, bulk, geojson, ucdp
from builder.exports.bulk import targets
from builder.exports.dataset import Description, write_dataset
from builder.exports.reading import find_events, read_events
from builder.exports.records import EventRecord
from builder.exports.tables import write_table
from builder.rdf import FORMATS, write
from builder.store import VOCABULARY, newest_version, open_snapshot

NANOSECONDS: Final = 10**9
TITLE: Final = "Polemos: reports of armed conflict as a knowledge graph"


@click.command(
    epilog=options.examples(
        "polemos export --store store -o graph.nq",
        "polemos export --store store --format trig --vocabulary | gzip > graph.trig.gz",
        "polemos export --store store --format acled -o events.csv",
        "polemos export --store store --format geojson -o events.geojson",
        "polemos export --store store --for virtuoso -o bulk",
        "polemos export --store store --dataset dataset --license https://creativecommons.org/licenses/by/4.0/",
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
@options.target(
    "Write files for the bulk loader of another store into the folder -o, and print how to load them."
)
@click.option(
    "--dataset",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a folder to publish: graph, tables, map, description in DCAT and VoID, checksums.",
)
@click.option("--license", metavar="IRI", help="The licence of the dataset.")
@click.option("--title", default=TITLE, show_default=True, help="The title of the dataset.")
@click.option("--url", default="", metavar="URL", help="The address at which the dataset will be found.")
@click.option("--merged", is_flag=True, help="Of RDF, write the merged layer alone.")
@click.option("--vocabulary", is_flag=True, help="Write the graphs of the ontology and the gazetteer too.")
@options.BASE
def export(
    *,
    store: Path,
    format_: str,
    output: Path | None,
    target: str | None,
    dataset: Path | None,
    merged: bool,
    vocabulary: bool,
    **more: str,
) -> None:
    """Write all that a store has published: the merged layer, every report, and why nodes are one.

    Tables and maps hold the events that are told as having happened; docs/exports.md lists their columns.
    """
    if merged and vocabulary:
        raise click.UsageError("give either --merged or --vocabulary")
    if dataset is not None and (target is not None or output is not None):
        raise click.UsageError("--dataset writes a folder of its own; leave out --for and -o")
    snapshot = open_snapshot(store)
    if dataset is not None:
        _write_dataset(snapshot, dataset, newest_version(store).published, more)
        return
    if target is not None:
        _write_bulk(snapshot, target, output, more["base"])
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


def _write_dataset(snapshot: Store, folder: Path, published: int, given: Mapping[str, str]) -> None:
    if not given["license"]:
        raise click.UsageError(
            "--dataset needs --license IRI, such as https://creativecommons.org/licenses/by/4.0/"
        )
    issued = datetime.fromtimestamp(published // NANOSECONDS, UTC)
    about = Description(given["title"], given["license"], issued, given["url"], given["base"])
    written = write_dataset(
        snapshot, folder, about, watch=lambda events, total: bar(events, total=total, unit="events")
    )
    say(f"{len(written)} files in {folder}")


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
    reasons = {"acled": "of no type that ACLED records", "ucdp": "without a death, or no attacks"}
    more = f"; left out: {left_out} {reasons[format_]}" if left_out else ""
    say(f"events: {written}{more}")
