"""`polemos publish`: what a store has published, sent to an endpoint elsewhere."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
from pyoxigraph import NamedNode
from tqdm import tqdm

from builder.commands import options
from builder.commands.progress import say
from builder.endpoint import Address
from builder.errors import SettingError
from builder.publishing import Dialect, Endpoint, Protocol, Survey, Watcher, plan_publication, publish
from builder.publishing.plan import Request

# The last part of addresses that take updates: Fuseki and Oxigraph, Virtuoso, GraphDB and RDF4J.
UPDATING: Final = ("update", "sparql", "sparql-auth", "statements")


@click.command(
    "publish",
    epilog=options.examples(
        "polemos publish --store store --to http://localhost:7878/store",
        "polemos publish --store store --to https://kb.example.org/update --credentials token --auth bearer",
        "polemos publish --store store --to http://localhost:8890/sparql-graph-crud-auth "
        "--merged-graph https://w3id.org/polemos/id/graph/merged --auth digest --credentials virtuoso.txt",
    ),
)
@options.STORE
@options.address("--to", required=True, help="The endpoint, http or https.")
@click.option(
    "--protocol",
    type=click.Choice([each.value for each in Protocol]),
    help="Graph store (whole graphs that differ) or update (the difference alone). "
    "[default: update if the address ends in update, sparql, sparql-auth or statements]",
)
@click.option(
    "--merged-graph",
    metavar="IRI",
    help="Name the merged layer so: for endpoints whose default graph is the union of all graphs.",
)
@click.option("--vocabulary/--no-vocabulary", default=True, help="Send the ontology and the gazetteer too.")
@click.option("--whole", is_flag=True, help="Send everything, whatever was sent before.")
@click.option("--batch", type=click.IntRange(min=1), metavar="N", help="Quads in a request.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
def publish_command(
    *,
    store: Path,
    address: Address,
    dry_run: bool,
    whole: bool,
    **given: Any,  # noqa: ANN401 (what says how to speak)
) -> None:
    """Send what a store has published to a SPARQL 1.1 endpoint: all of it once, then what changed.

    A run that was broken off goes on where it stopped. What an endpoint has is remembered beside the store.
    """
    endpoint = Endpoint(address)
    dialect = Dialect(
        Protocol(given["protocol"]) if given["protocol"] else _protocol(endpoint.url),
        _graph(given["merged_graph"]),
        given["vocabulary"],
        given["batch"],
    )
    if dry_run:
        found = plan_publication(store, endpoint.url, dialect, whole=whole)
        say(f"by {dialect.protocol}, in parts of {dialect.limit} quads: {_told(found)}; nothing was sent")
        return
    done = publish(store, endpoint, dialect, whole=whole, watch=_watcher)
    finished = "a publication that was broken off is finished; " if done.resumed else ""
    say(f"{finished}snapshot {done.snapshot}: {_told(done.survey)}; {done.sent} requests")


def _protocol(url: str) -> Protocol:
    """Guess from an address how it is written to."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return Protocol.UPDATE if last in UPDATING else Protocol.GRAPH_STORE


def _graph(name: str | None) -> NamedNode | None:
    try:
        return None if name is None else NamedNode(name)
    except ValueError as error:
        raise SettingError(f"--merged-graph {name}: is no IRI; give an absolute one") from error


def _told(found: Survey) -> str:
    if found.is_nothing:
        return "nothing has changed"
    return (
        f"{found.new} graphs new, {found.changed} changed, {found.removed} removed; "
        f"{found.quads_added} quads more, {found.quads_removed} fewer"
    )


def _watcher(found: Survey) -> Watcher:
    """Show the quads of the requests on standard error, if that is a terminal."""
    # Graphs that are replaced send more than what differs, so a total would be wrong.
    count = tqdm(unit=" quads", disable=not sys.stderr.isatty())

    def watch(requests: Iterator[Request]) -> Iterator[Request]:
        with count:
            for request in requests:
                yield request
                count.update(request.quads)

    return watch
