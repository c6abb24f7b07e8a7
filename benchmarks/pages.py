"""How fast the pages are over 100,000 made-up events with 8 clients, and how large.

Each kind of page is asked for in turn, each request for another event, actor, place or filter, so that only
the overview is asked for twice; `/health` is asked beside them, as what a request costs here at least. The
store is made once and kept for the next run.

    python benchmarks/pages.py            100,000 events, 8 clients, 200 requests of each kind
"""

import http.client
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Final
from urllib.parse import urlencode, urlsplit

import click
import pyoxigraph as ox
from events import SEED, write_lines
from servers import Server, serving_ours

from builder.index import index_file, make_index
from builder.rdf import DEFAULT_BASE
from builder.store import Store, newest_version

# What the project promises: milliseconds at the median and at the 95th percentile, and bytes of HTML.
MEDIAN: Final = 150
LATE: Final = 400
LARGEST: Final = 100_000
_PATIENCE: Final = 60  # seconds for one page: one that takes longer is broken


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of page: milliseconds of each request, and the size of the largest answer in bytes.

    `work` is how many milliseconds of processors a request takes, of all processes of the server; it says
    what times would be where nothing else runs.
    """

    name: str
    times: Sequence[float]
    largest: int
    work: float

    @property
    def late(self) -> float:
        """The 95th percentile."""
        return quantiles(self.times, n=20)[-1]


def made(folder: Path, events: int) -> Path:
    """Give a store with so many events and its index, made unless it is there."""
    path = folder / f"polemos-pages-{events}"
    if not (path / "current").is_file():
        click.echo(f"making {events:,} events in {path}; later runs find them there", err=True)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", suffix=".nq", dir=folder, encoding="utf-8") as lines:
            lines.writelines(write_lines(events, with_texts=True))
            lines.flush()
            with Store.open(path, create=True) as store:
                store.inner.bulk_load(path=lines.name, format=ox.RdfFormat.N_QUADS)
                store.inner.optimize()
                store.publish()
    began = time.perf_counter()
    if not index_file(path, newest_version(path)).is_file():
        make_index(path)
        click.echo(f"the index took {time.perf_counter() - began:.0f} s", err=True)
    return path


def addresses(store: Path) -> dict[str, Iterator[str]]:
    """Give addresses of each kind of page, each another."""
    with closing(sqlite3.connect(index_file(store, newest_version(store)))) as index:

        def all_of(text: str) -> list[str]:
            found = [value for (value,) in index.execute(text)]
            random.Random(SEED).shuffle(found)
            return found

        events, reports = all_of("SELECT iri FROM event"), all_of("SELECT iri FROM report")
        nodes = {
            kind: all_of(f"SELECT iri FROM node WHERE kind = '{kind}'")
            for kind in ("Actor", "Facility", "Place")
        }
        types = all_of("SELECT value FROM value WHERE facet = 'type'")
        labels = all_of("SELECT label FROM node WHERE kind = 'Place'")
    months = [f"20{year}-{month:02}" for year in range(10, 22) for month in range(1, 13)]
    starts = [f"{month}-{day:02}" for month in months for day in range(1, 29)]
    random.Random(SEED).shuffle(starts)
    asked = zip(starts, types * len(starts), strict=False)
    return {
        "overview": iter(["/"] * 100_000),
        "list": (f"/events?{urlencode({'from': start})}" for start in list(starts)),
        "list, filtered": (f"/events?{urlencode({'type': kind, 'from': start})}" for start, kind in asked),
        "list, words": (f"/events?{urlencode({'q': label})}" for label in labels),
        "event": map(_path, events),
        "report": map(_path, reports),
        "actor": map(_path, nodes["Actor"]),
        "facility": map(_path, nodes["Facility"]),
        "place": map(_path, nodes["Place"]),
        "search": (f"/search?{urlencode({'q': label})}" for label in reversed(labels)),
        "suggestions": (f"/suggest?{urlencode({'q': label[:4]})}" for label in labels),
        "map": (f"/events.geojson?{urlencode({'to': start, 'zoom': 4})}" for start in list(starts)),
        "timeline": (f"/events/weeks.json?{urlencode({'to': start})}" for start in list(starts)),
        "health": iter(["/health"] * 100_000),
    }


def _path(iri: str) -> str:
    return f"{urlsplit(DEFAULT_BASE).path}{iri.removeprefix(DEFAULT_BASE)}"


def measure(name: str, server: Server, paths: Sequence[str], clients: int) -> Measured:
    """Ask for pages, so many clients at a time, each for its next when it has one."""
    waiting, endpoint, worked = iter(paths), server.endpoint, server.processor_seconds()

    def client() -> list[tuple[float, int]]:
        connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=_PATIENCE)
        with closing(connection):
            return [_ask(connection, path) for path in waiting]

    with ThreadPoolExecutor(clients) as pool:
        asked: list[Callable[[], list[tuple[float, int]]]] = [client] * clients
        found = [pair for future in [pool.submit(each) for each in asked] for pair in future.result()]
    work = 1000 * (server.processor_seconds() - worked) / len(found)
    return Measured(name, [taken for taken, _ in found], max(size for _, size in found), work)


def _ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, int]:
    began = time.perf_counter()
    connection.request("GET", path, headers={"Accept": "text/html"})
    response = connection.getresponse()
    size = len(response.read())
    if response.status != 200:
        raise click.ClickException(f"{path}: status {response.status}")
    return 1000 * (time.perf_counter() - began), size


def shown(all_measured: Sequence[Measured]) -> Iterator[str]:
    """Lay out what was measured; ratios are to the cheapest request, measured in the same run."""
    least = median(next(each.times for each in all_measured if each.name == "health"))
    yield f"| page | median, ms (bar {MEDIAN}) | p95, ms (bar {LATE}) | of /health | work, ms | largest, KB |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in all_measured:
        middle, size = median(each.times), each.largest / 1000
        times = f"{middle:.0f} | {each.late:.0f} | {middle / least:.1f}"
        yield f"| {each.name} | {times} | {each.work:.1f} | {size:.0f} |"


@click.command()
@click.option("--events", default=100_000, show_default=True)
@click.option("--clients", default=8, show_default=True)
@click.option("--requests", default=200, show_default=True, help="Of each kind of page.")
@click.option("--folder", default=Path(tempfile.gettempdir()), type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(events: int, clients: int, requests: int, folder: Path, *, as_json: bool) -> None:
    """Measure every kind of page."""
    store = made(folder, events)
    found = []
    with (
        tempfile.TemporaryDirectory() as logs,
        serving_ours(store, ("--access-log", ""), Path(logs)) as server,
    ):
        for name, paths in addresses(store).items():
            found.append(measure(name, server, list(islice(paths, requests)), clients))
            click.echo(f"{name}: {median(found[-1].times):.0f} ms", err=True)
    if as_json:
        rows = {each.name: [median(each.times), each.late, each.largest] for each in found}
        click.echo(json.dumps(rows, indent=2))
    else:
        click.echo("\n".join(shown(found)))
    is_met = all(median(each.times) < MEDIAN and each.late < LATE for each in found)
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
