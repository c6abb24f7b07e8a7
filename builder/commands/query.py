"""`polemos query`: a SPARQL query over the published snapshot."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

import ontology
from builder.commands import options
from builder.commands.output import opened
from builder.rdf import FORMATS
from builder.store import Results, open_snapshot, run_query

RESULT_FORMATS: Final = {
    "json": QueryResultsFormat.JSON,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
GRAPH_FORMATS: Final = {"ntriples": RdfFormat.N_TRIPLES, **FORMATS}
# Of literals. Wide enough for a quoted sentence's beginning, narrow enough that four columns fit a terminal.
WIDEST_CELL: Final = 60


@click.command(
    epilog=options.examples(
        "polemos query --store store -e 'SELECT (COUNT(*) AS ?n) { ?attack a plm:Attack }'",
        "polemos query --store store question.rq --format csv > answer.csv",
        "polemos query --store store -e 'DESCRIBE ?p { ?p a plm:Place }' --format turtle",
    )
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.STORE
@click.option("-e", "--expression", metavar="SPARQL", help="The query itself, in place of a file.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", *RESULT_FORMATS, *GRAPH_FORMATS)),
    help="Table, JSON, CSV, TSV or XML for rows; a format of RDF for graphs. [default: table or turtle]",
)
@options.OUTPUT
def query(
    file: Path | None, *, store: Path, expression: str | None, format_: str | None, output: Path | None
) -> None:
    """Answer a SPARQL 1.1 query from a store; prefixes such as plm:, rdfs: and geo: are declared.

    FILE holds the query. The default graph is the merged layer; GRAPH ?report { } is what each report says.
    """
    if (file is None) == (expression is None):
        raise click.UsageError("give either FILE or -e SPARQL")
    text = expression if file is None else file.read_text(encoding="utf-8")
    answer = _answered(run_query(open_snapshot(store), text or ""), format_)
    with opened(output) as stream:
        stream.write(answer)


def _answered(results: Results, format_: str | None) -> bytes:
    """Write a result in a format; a wrong choice of format is wrong usage."""
    if isinstance(results, QueryTriples):
        chosen = GRAPH_FORMATS.get(format_ or "turtle")
        if chosen is None:
            raise click.UsageError(f"--format {format_} is for rows; this query gives a graph: use turtle")
        return serialize(results, format=chosen, prefixes=dict(ontology.PREFIXES)) or b""
    if format_ in GRAPH_FORMATS:
        raise click.UsageError(f"--format {format_} is for graphs; this query gives rows: use table or csv")
    if format_ in RESULT_FORMATS:
        return results.serialize(format=RESULT_FORMATS[format_]) or b""
    return table(results).encode()


def table(results: QuerySolutions | QueryBoolean) -> str:
    """Lay out rows in columns for reading; IRIs are shortened by the ontology's prefixes."""
    if isinstance(results, QueryBoolean):
        return f"{'yes' if results else 'no'}\n"
    head = [variable.value for variable in results.variables]
    rows = [[_cell(value) for value in row] for row in results]
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = (_line(cells, widths) for cells in (head, rule, *rows))
    return "\n".join((*lines, f"({len(rows)} row{'' if len(rows) == 1 else 's'})", ""))


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cell(value: NamedNode | BlankNode | Literal | Triple | None) -> str:
    if value is None:
        return ""
    text = " ".join(value.value.split()) if isinstance(value, Literal) else str(value).strip("<>")
    for prefix, namespace in ontology.PREFIXES.items():
        if isinstance(value, NamedNode) and text.startswith(namespace):
            text = f"{prefix}:{text.removeprefix(namespace)}"
            break
    whole = isinstance(value, NamedNode) or len(text) <= WIDEST_CELL  # an IRI is to be copied from here
    return text if whole else f"{text[: WIDEST_CELL - 1]}…"
