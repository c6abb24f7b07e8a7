"""How long a merge takes, and what it needs of memory: reports of made-up incidents, from few to many.

\b
    python benchmarks/merge.py                     1,000 and 10,000 reports, two minutes in all
    python benchmarks/merge.py 1000 10000 100000   as docs/merging.md has it; half an hour

The reports are those of `incidents.py`, written by `to_quads` as a build writes them, and never read from
text. For each number of reports it prints the seconds and the peak memory of a merge of all, per report and
against n log n, and the seconds for one more report.
"""  # noqa: D301 (click leaves lines after this mark as they are)

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from math import log2
from pathlib import Path
from typing import Final

import click
from incidents import incidents
from pyoxigraph import Literal, Quad

from builder.batching import batches
from builder.merge import builds_graph, merge
from builder.model import Report
from builder.rdf import report_iri, term, to_quads
from builder.store import Store

COMMITTED: Final = 2_000  # reports that are written at a time


def put(store: Store, reports: Iterator[Report]) -> None:
    """Write reports as a build does."""
    for some in batches(reports, COMMITTED):
        graphs = {report_iri(report.article): tuple(to_quads(report)) for report in some}
        facts = [Quad(graph, term("plm:builtWith"), Literal("benchmark"), builds_graph()) for graph in graphs]
        store.add_new(graphs)
        store.exchange((), facts)


@click.command(help=__doc__)
@click.argument("sizes", nargs=-1, type=click.IntRange(min=10))
def main(sizes: tuple[int, ...]) -> None:
    """Run the benchmark."""
    made = incidents()
    with tempfile.TemporaryDirectory() as folder:
        path, there = Path(folder) / "store", 0
        base: float | None = None
        for size in sizes or (1_000, 10_000):
            with Store.open(path, create=True) as store:
                put(store, islice(made, size - there))
                store.compact()
            there = size
            seconds, cpu = _whole(path)
            base = base or cpu / (size * log2(size))
            click.echo(
                f"{size:>7} reports: {seconds:7.1f} s, {cpu:7.1f} s of processor, {1e3 * cpu / size:5.2f} ms "
                f"each, {cpu / (size * log2(size)) / base:4.2f} of n log n, peak {_peak():,.0f} MB"
            )
            with Store.open(path) as store:
                put(store, islice(made, 1))
                there += 1
                began, before = time.perf_counter(), time.process_time()
                summary = merge(store)
                took, cpu = time.perf_counter() - began, time.process_time() - before
                click.echo(
                    f"        one more: {took:7.2f} s, {cpu:7.2f} s of processor, "
                    f"{summary.touched} reports looked at"
                )


def _whole(path: Path) -> tuple[float, float]:
    """Merge all anew in a process of its own; give its seconds, by the clock and of the processor."""
    program = "from builder.cli import main; main()"
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run((sys.executable, "-c", program, "merge", "--store", str(path)), check=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _peak() -> float:
    """Give the most memory that one of the processes had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    main()
