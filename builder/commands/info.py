"""`polemos info`: what is in a store."""

from pathlib import Path
from typing import Final, cast

import click
from pyoxigraph import QuerySolutions, Store

from builder.commands import options
from builder.commands.query import table
from builder.store import current_snapshot, open_snapshot, run_query

# Over the merged layer, so each event counts once.
CLASSES: Final = """
SELECT ?class (COUNT(?node) AS ?nodes) WHERE { ?node a ?class FILTER(STRSTARTS(STR(?class), STR(plm:))) }
GROUP BY ?class ORDER BY DESC(?nodes) ?class"""
REPORTS: Final = "SELECT (COUNT(?report) AS ?reports) WHERE { GRAPH ?report { ?report a plm:Report } }"
COPIES: Final = "SELECT (COUNT(?copy) AS ?copies) WHERE { GRAPH ?copies { ?copy plm:copyOf ?first } }"
PUBLISHED: Final = """
SELECT (MIN(?day) AS ?first) (MAX(?day) AS ?last) WHERE {
  GRAPH ?report { ?report dcterms:issued ?date }
  BIND(SUBSTR(STR(?date), 1, 10) AS ?day)
}"""
EVENTS: Final = """
SELECT (MIN(STR(?date)) AS ?first) (MAX(STR(?date)) AS ?last) WHERE { ?event plm:startDate ?date }"""


@click.command(epilog=options.examples("polemos info --store store"))
@options.STORE
def info(*, store: Path) -> None:
    """Say what a store holds: reports, copies, nodes by class, the dates covered, size and snapshot."""
    snapshot = open_snapshot(store)
    for name, value in (
        ("store", store),
        ("snapshot", current_snapshot(store)),
        ("size", f"{_size(store) / 1e6:.1f} MB, {len(snapshot)} quads"),
        ("reports", _row(snapshot, REPORTS)[0]),
        ("copies", f"{_row(snapshot, COPIES)[0]} with the text of another report"),
        ("published", _between(_row(snapshot, PUBLISHED))),
        ("events", _between(_row(snapshot, EVENTS))),
    ):
        click.echo(f"{name:<10} {value}")
    click.echo(f"\n{table(cast('QuerySolutions', run_query(snapshot, CLASSES)))}", nl=False)


def _row(snapshot: Store, query: str) -> list[str]:
    """Give the values of a query's one row, empty where unbound."""
    row = next(cast("QuerySolutions", run_query(snapshot, query)))
    return ["" if value is None else value.value for value in row]


def _between(dates: list[str]) -> str:
    return f"{dates[0]} to {dates[1]}" if all(dates) else "no dates"


def _size(store: Path) -> int:
    """Add up the bytes on disk; snapshots share theirs with the data by hard links."""
    files = (file.stat() for file in store.rglob("*") if file.is_file())
    return sum({status.st_ino: status.st_size for status in files}.values())
