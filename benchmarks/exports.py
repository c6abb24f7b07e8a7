"""How fast a store is exported, against Oxigraph's own dump of the same snapshot in the same run.

Each reading is a process of its own: time to its end, and its peak memory. The graph is made up: see
`events.py`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import click
import pyoxigraph as ox
from events import write_lines

from builder.store import Store, open_snapshot

# ru_maxrss is in KiB on Linux, in bytes on macOS (getrusage(2) of each).
RSS_PER_MB: Final = 1e6 / 1024 if sys.platform == "linux" else 1e6
DUMP: Final = (
    "import sys; from pathlib import Path; from pyoxigraph import RdfFormat; "
    "from builder.store import open_snapshot; "
    "open_snapshot(Path(sys.argv[1])).dump(sys.argv[2], RdfFormat.N_QUADS)"
)
WAYS: Final = {
    "nquads": ("--format", "nquads"),
    "trig": ("--format", "trig"),
    "acled": ("--format", "acled"),
    "ucdp": ("--format", "ucdp"),
    "geojson": ("--format", "geojson"),
    "for virtuoso": ("--for", "virtuoso"),
    "dataset": ("--license", "https://creativecommons.org/licenses/by/4.0/"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One run: seconds, those of them that the processor worked, peak memory in MB, bytes written."""

    seconds: float
    processor: float
    memory: float
    size: int


def measured(command: Sequence[str | Path], out: Path) -> Reading:
    """Run a command that writes a file or a folder."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status != 0:
        raise click.ClickException(process.stderr.read().decode() if process.stderr else "failed")
    files = [out] if out.is_file() else list(out.iterdir())
    worked = usage.ru_utime + usage.ru_stime
    return Reading(seconds, worked, usage.ru_maxrss / RSS_PER_MB, sum(file.stat().st_size for file in files))


def make_store(path: Path, events: int) -> int:
    """Publish a made-up graph; give its quads."""
    lines = BytesIO("".join(write_lines(events)).encode())
    with Store.open(path, create=True) as store:
        store.inner.bulk_load(lines, format=ox.RdfFormat.N_QUADS)
        store.publish()
    return len(open_snapshot(path))


def readings(store: Path, folder: Path) -> Iterator[tuple[str, Reading]]:
    """Dump once, and export in each way."""
    yield "Oxigraph's dump", measured([sys.executable, "-c", DUMP, store, folder / "dump"], folder / "dump")
    polemos = Path(sys.executable).with_name("polemos")
    for name, options in WAYS.items():
        out = folder / name.replace(" ", "-")
        where = "--dataset" if name == "dataset" else "-o"
        yield name, measured([polemos, "export", "--store", store, *options, where, out], out)


@click.command()
@click.option(
    "--events", default=20_000, show_default=True, help="Events in the graph, about twenty quads each."
)
@click.option("--rounds", default=3, show_default=True)
def main(*, events: int, rounds: int) -> None:
    """Print seconds, memory, bytes, and processor seconds in times of the dump's: medians over the rounds."""
    with TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        # In a process of its own: the peak memory of a child begins at that of its parent.
        with ProcessPoolExecutor(1) as apart:
            quads = apart.submit(make_store, store, events).result()
        print(f"{events} events, {quads} quads, {rounds} rounds")
        found: dict[str, list[Reading]] = {}
        for number in range(rounds):
            out = Path(folder) / str(number)
            out.mkdir()
            for name, reading in readings(store, out):
                found.setdefault(name, []).append(reading)
        head = f"{'':<18}{'seconds':>9}{'processor':>11}{'events/s':>10}{'peak MB':>9}{'MB':>8}"
        print(f"{head}{'times the dump':>16}")
        dump = median(each.processor for each in found["Oxigraph's dump"])
        for name, each in found.items():
            seconds = median(one.seconds for one in each)
            worked = median(one.processor for one in each)
            memory, size = max(one.memory for one in each), each[0].size / 1e6
            figures = f"{seconds:>9.2f}{worked:>11.2f}{events / worked:>10.0f}{memory:>9.0f}{size:>8.1f}"
            print(f"{name:<18}{figures}{worked / dump:>16.1f}")


if __name__ == "__main__":
    main()
