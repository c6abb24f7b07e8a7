"""`polemos validate`: every shape of the ontology, by pySHACL, over what was built."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pyoxigraph as ox
from pyoxigraph import DefaultGraph, Quad, RdfFormat

from builder.commands import options
from builder.commands.progress import bar
from builder.errors import InputError
from builder.store import VOCABULARY, open_snapshot
from builder.validation import violations


@click.command(
    epilog=options.examples("polemos validate --store store", "polemos validate article.trig other.nq")
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--store", type=click.Path(path_type=Path), help="The folder of the store.")
@click.pass_context
def validate(context: click.Context, files: tuple[Path, ...], *, store: Path | None) -> None:
    """Check a store's reports and merged layer, or FILEs of RDF, against the shapes of the ontology.

    Each graph is checked by itself, with the ontology at hand. Exits with 1 if any breaks a shape.
    """
    if (store is None) == (not files):
        raise click.UsageError("give either --store DIR or FILE...")
    graphs = list(_stored(store) if store is not None else _filed(files))
    broken = 0
    for name, quads in bar(graphs, total=len(graphs), unit="graphs"):
        for message in violations(quads):
            broken += 1
            click.echo(f"{name}: {message}")
    click.echo(f"{len(graphs)} graphs: {broken or 'no'} violation{'' if broken == 1 else 's'}")
    context.exit(1 if broken else 0)


def _stored(store: Path) -> Iterator[tuple[str, Iterable[Quad]]]:
    """Give each graph of a store by name, but those of the ontology and the gazetteer."""
    snapshot = open_snapshot(store)
    names = sorted((name for name in snapshot.named_graphs() if name not in VOCABULARY), key=str)
    for name in (DefaultGraph(), *names):
        yield _called(name), snapshot.quads_for_pattern(None, None, None, name)


def _filed(files: Iterable[Path]) -> Iterator[tuple[str, Iterable[Quad]]]:
    """Give each graph of each file by name."""
    for file in files:
        graphs: dict[str, list[Quad]] = defaultdict(list)
        for quad in _parsed(file):
            graphs[_called(quad.graph_name)].append(quad)
        for name, quads in graphs.items():
            yield f"{file} {name}", quads


def _parsed(file: Path) -> Iterator[Quad]:
    format_ = RdfFormat.from_extension(file.suffix.removeprefix("."))
    if format_ is None:
        remedy = "name it .nq, .trig, .ttl, .nt, .jsonld or .rdf"
        raise InputError("its name does not say which format of RDF it is", file, remedy=remedy)
    try:
        yield from ox.parse(path=str(file), format=format_)
    except SyntaxError as error:
        raise InputError(f"is not {format_.name}: {error.msg}", file, line=error.lineno) from error


def _called(graph: object) -> str:
    return "merged layer" if isinstance(graph, DefaultGraph) else str(graph)
