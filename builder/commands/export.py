"""`polemos export`: the published snapshot as a file of RDF."""

from pathlib import Path

import click
from pyoxigraph import DefaultGraph

from builder.commands import options
from builder.commands.output import opened
from builder.rdf import write
from builder.store import VOCABULARY, open_snapshot


@click.command(
    epilog=options.examples(
        "polemos export --store store -o graph.nq",
        "polemos export --store store --format trig --vocabulary | gzip > graph.trig.gz",
    )
)
@options.STORE
@options.FORMAT
@options.OUTPUT
@click.option("--vocabulary", is_flag=True, help="Write the graphs of the ontology and the gazetteer too.")
def export(*, store: Path, format_: str, output: Path | None, vocabulary: bool) -> None:
    """Write all that a store has published: the merged layer, every report, and why nodes are one."""
    snapshot = open_snapshot(store)
    names = sorted(snapshot.named_graphs(), key=str)
    chosen = [DefaultGraph(), *(name for name in names if vocabulary or name not in VOCABULARY)]
    with opened(output) as stream:
        write((snapshot.quads_for_pattern(None, None, None, name) for name in chosen), stream, format_)
