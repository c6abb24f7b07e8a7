"""What ten million articles cost on a cluster: a model on paper, from what is measured here and now.

\b
    python benchmarks/scale.py                            100 copies of the seeds are read, a few minutes
    python benchmarks/scale.py --kind short --sample 300  three to six sentences each
    python benchmarks/scale.py --articles 1000000 --cores 64

Some articles are read into shards, loaded and merged by one process: a first half for all that is done once,
and a second half that is measured. The model multiplies; docs/scale.md says what it leaves out. Seconds are
those of a processor, so that they are about the same on a busy machine. The merge is that of the sample:
benchmarks/merge.py says what it costs where there is more to compare.
"""  # noqa: D301 (click leaves lines after this mark as they are)

import gzip
import time
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from typing import Final

import click
from articles import ARCHIVE, copies, short, write_lines
from throughput import RSS_PER_MB, apart, read_batched

from builder.journal import Document, Journal
from builder.merge import merge
from builder.rdf import DEFAULT_BASE
from builder.settings import SPACY_MODEL, Recipe
from builder.shards.folder import Folder
from builder.shards.loading import load_shards
from builder.shards.model import Manifest
from builder.shards.writing import plan, write_shards
from builder.store import Store
from builder.workers import Processes, Workers

HOUR: Final = 3600
GB: Final = 1e9


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, for each article unless said otherwise: seconds of a processor, bytes."""

    words: float
    bare: float
    read: float
    quads: float
    merged: float
    shard: float
    lines: float
    load: float
    merge: float
    store: float
    journal: float
    memory: float  # MB of one process that reads


def measure(file: Path, folder: Path, count: int) -> Measured:
    """Read the articles of a file into shards, load and merge them."""
    bare = apart(read_batched, file)
    shards = Folder(str(folder / "shards"))
    with Workers(Recipe(str(SPACY_MODEL.default)), Processes(1)) as workers:
        halves = [write_shards([piece], shards, workers) for piece in plan([file], documents=count // 2)[0]]
    memory = getrusage(RUSAGE_CHILDREN).ru_maxrss / RSS_PER_MB
    with Store.open(folder / "store", create=True) as store:
        _load(shards, halves[0], store)
        before, held = _size(store), len(store.inner)
        load, merge_ = _load(shards, halves[1], store)
        stored, added = _size(store) - before, len(store.inner) - held
    (shard,) = halves[1].shards
    half = shard.reports
    return Measured(
        words=len(file.read_text("utf-8").split()) / count,
        bare=bare.processor / count,
        read=shard.seconds / half,
        quads=shard.quads / half,
        merged=(added - shard.quads) / half,
        shard=shard.size / half,
        lines=len(gzip.decompress(shards.data(shard))) / half,
        load=load / half,
        merge=merge_ / half,
        store=stored / half,
        journal=_journal(folder / "journal", count) / count,
        memory=memory,
    )


def _load(shards: Folder, manifest: Manifest, store: Store) -> tuple[float, float]:
    """Load shards, merge, and sort the files anew; give the seconds of loading and of merging."""
    began = time.process_time()
    load_shards(shards, manifest, store)
    loaded = time.process_time()
    merge(store)
    merged = time.process_time()
    store.compact()
    return loaded - began, merged - loaded


def _size(store: Store) -> int:
    """Add up the tables of a database; its log is 25 MB for any number of articles."""
    return sum(each.stat().st_size for each in (store.path / "data").glob("*.sst"))


def _journal(file: Path, count: int) -> int:
    with Journal.open(file) as journal:
        journal.met(
            Document("/archive/part-0001.jsonl", str(number), "", f"{DEFAULT_BASE}report/{number:032x}")
            for number in range(count)
        )
    return file.stat().st_size


def model(each: Measured, *, articles: int, cores: int) -> list[tuple[str, str]]:
    """Multiply: what so many articles cost, with so many cores that read and one machine that merges."""
    reading = articles * each.read / HOUR
    return [
        ("words an article", f"{each.words:,.0f}"),
        ("processor seconds an article", f"{each.read:.3f}"),
        ("ratio to bare spaCy", f"{each.bare / each.read:.2f}"),
        ("quads an article", f"{each.quads:,.0f}"),
        ("quads that the merge adds, an article", f"{each.merged:,.0f}"),
        ("bytes an article, N-Quads", f"{each.lines:,.0f}"),
        ("bytes an article, shards", f"{each.shard:,.0f}"),
        ("bytes an article, store", f"{each.store:,.0f}"),
        ("bytes an article, journal", f"{each.journal:,.0f}"),
        ("quads loaded a processor second", f"{each.quads / each.load:,.0f}"),
        ("merging, ms an article", f"{1000 * each.merge:.1f}"),
        ("MB of memory, each process", f"{each.memory:,.0f}"),
        ("", f"for {articles:,} articles"),
        ("core-hours to read", f"{reading:,.0f}"),
        (f"hours on {cores} cores", f"{reading / cores:,.1f}"),
        (f"GB of memory on {cores} cores", f"{cores * each.memory / 1000:,.0f}"),
        ("quads", f"{articles * each.quads:,.0f}"),
        ("quads of the merged layer", f"{articles * each.merged:,.0f}"),
        ("GB of N-Quads", f"{articles * each.lines / GB:,.0f}"),
        ("GB of shards", f"{articles * each.shard / GB:,.0f}"),
        ("hours to load into one store, one core", f"{articles * each.load / HOUR:,.0f}"),
        ("hours to merge, one core", f"{articles * each.merge / HOUR:,.0f}"),
        ("GB of the store, merged", f"{articles * each.store / GB:,.0f}"),
        ("GB of the journal, if built without shards", f"{articles * each.journal / GB:,.1f}"),
    ]


@click.command(help=__doc__)
@click.option("--kind", default="copies", type=click.Choice(("copies", "short")), show_default=True)
@click.option("--sample", default=100, show_default=True, type=click.IntRange(10), help="How many are read.")
@click.option("--articles", default=10_000_000, show_default=True, help="How many the model is for.")
@click.option("--cores", default=100, show_default=True, help="Cores that read.")
def main(*, kind: str, sample: int, articles: int, cores: int) -> None:
    """Run the benchmark."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        long = ({**metadata, "text": text} for metadata, text in copies(sample, seed=1, weeks=ARCHIVE))
        file = write_lines(folder / "sample.jsonl", long if kind == "copies" else short(sample, seed=1))
        for what, value in model(measure(file, folder, sample), articles=articles, cores=cores):
            click.echo(f"{what:44}{value:>24}")


if __name__ == "__main__":
    main()
