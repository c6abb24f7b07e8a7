"""How long `polemos build` takes from end to end, and where the time goes.

\b
    python benchmarks/build.py                        300 articles, a few minutes
    python benchmarks/build.py --articles 20000       as docs/builds.md has it; hours
    python benchmarks/build.py --workers 2            with two processes that read, and then with one
    python benchmarks/build.py --workers 2 --rounds 3 three times in turns, for the median
    python benchmarks/build.py --kind short           three to six sentences each

The articles are copies of the seeds under other names, or short ones, a file each. The build, the same build
again with nothing changed, and a bare spaCy model over some of the same texts run in processes of their own,
one after the other; ratios are of what was measured in this run. What several workers bring is told beside
what as many processes of the bare model do: two processors that others use too are not twice as fast as one.
Seconds are of the clock: let the machine do nothing else.
"""  # noqa: D301 (click leaves lines after this mark as they are)

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from inspect import isgeneratorfunction
from multiprocessing import get_context
from pathlib import Path
from pkgutil import resolve_name
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import click
from articles import ARCHIVE, write_copies, write_short
from throughput import RSS_PER_MB, Reading, apart, read_batched

# Articles that the bare model reads: a minute of its work, and its speed does not hang on their number.
REFERENCE: Final = 300
OTHER: Final = "the rest"
# The stages, each with the functions that are it; those of the last line hold others, which count as theirs.
STAGES: Final = {
    "reading files": ("builder.readers.read_changed",),
    "language": ("builder.extraction.extract", "builder.workers.Workers.read"),
    "graph": ("builder.extraction.to_quads",),
    "checks": ("builder.shapes.check",),
    "store": ("builder.store.Store.add_new", "builder.store.Store.replace", "builder.store.Store.holds"),
    "journal": ("builder.journal.Journal.met", "builder.journal.Journal.report_of"),
    "merge": ("builder.build.merge",),
    "compaction": ("builder.store.Store.compact",),
    "snapshot": ("builder.store.Store.publish",),
    "index": ("builder.build.make_index",),
}
WHOLE: Final = ("merge", "index")

T = TypeVar("T")


@dataclass(slots=True)
class Stopwatch:
    """Gives each moment to one stage: to the innermost that runs."""

    spent: Counter[str] = field(default_factory=Counter)
    running: list[str] = field(default_factory=lambda: [OTHER])
    since: float = field(default_factory=time.perf_counter)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Give the time of a block to a stage."""
        self._switch()
        self.running.append(self.running[-1] if self.running[-1] in WHOLE else name)
        try:
            yield
        finally:
            self._switch()
            self.running.pop()

    def _switch(self) -> None:
        now = time.perf_counter()
        self.spent[self.running[-1]] += now - self.since
        self.since = now

    def timed(self, name: str, call: Callable[..., T]) -> Callable[..., T | Iterator[T]]:
        """Make a function, or a generator's steps, count for a stage."""

        @wraps(call)
        def function(*given: object, **more: object) -> T:
            with self.stage(name):
                return call(*given, **more)

        @wraps(call)
        def generator(*given: object, **more: object) -> Iterator[T]:
            steps = iter(call(*given, **more))
            while True:
                with self.stage(name):
                    step = next(steps, steps)
                if step is steps:
                    return
                yield step

        return generator if isgeneratorfunction(call) else function

    def put_on(self) -> None:
        """Time the functions of every stage from now on."""
        for name, functions in STAGES.items():
            for path in functions:
                owner, _, attribute = path.rpartition(".")
                found = resolve_name(owner)
                setattr(found, attribute, self.timed(name, getattr(found, attribute)))


@dataclass(frozen=True, slots=True)
class Build:
    """What one build took: seconds by stage, and peaks of memory in MB as reading went on."""

    seconds: float
    stages: dict[str, float]
    articles: int
    built: int
    events: int
    memory: tuple[float, ...]
    processes: float


def run_build(store: Path, workers: int | None, folder: Path) -> Build:
    """Build in this process, which is a fresh one, as `polemos build` does with the same `--workers`."""
    from builder.build import Unwatched, build  # noqa: PLC0415 (only in that process)
    from builder.commands.build import reading  # noqa: PLC0415
    from builder.commands.pools import pool_for  # noqa: PLC0415
    from builder.rdf import DEFAULT_BASE  # noqa: PLC0415
    from builder.settings import SPACY_MODEL, Recipe  # noqa: PLC0415
    from builder.store import Store  # noqa: PLC0415

    watch = Stopwatch()
    watch.put_on()
    total, memory = sum(1 for _ in folder.iterdir()), []

    class Peaks(Unwatched):
        def documents(self, documents: Iterable[T]) -> Iterator[T]:
            for number, document in enumerate(documents, start=1):
                yield document
                if number % max(1, total // 10) == 0:
                    memory.append(_peak(RUSAGE_SELF))
                    print(f"{number} of {total} articles", file=sys.stderr)

    recipe = Recipe(str(SPACY_MODEL.default))
    pool = pool_for(total, workers, None)
    with (
        Store.open(store, create=True) as opened,
        reading(recipe, pool, base=DEFAULT_BASE, with_text=True, beside=workers is None) as ready,
    ):
        watch.spent.clear()
        watch.since = time.perf_counter()
        done = build((folder,), opened, ready, watcher=Peaks())
        with watch.stage(OTHER):
            pass
    stages = {name: watch.spent[name] for name in (*STAGES, OTHER)}
    peaks = (*memory[:1], *memory[-1:], _peak(RUSAGE_SELF))
    return Build(done.seconds, stages, done.read, done.built, done.events, peaks, _peak(RUSAGE_CHILDREN))


def _peak(whose: int) -> float:
    return getrusage(whose).ru_maxrss / RSS_PER_MB


def told(build: Build, rate: float) -> Iterator[str]:
    """Put what was measured in lines; `rate` is how many articles a second the bare model reads."""
    speed = build.built / build.seconds
    yield f"{build.articles} articles, {build.events} events: {build.seconds:.1f} s, {speed:.2f} a second"
    yield f"{'stage':16}{'seconds':>10}{'share':>8}{'ms each':>10}"
    for name, seconds in build.stages.items():
        each = 1000 * seconds / build.articles
        yield f"{name:16}{seconds:10.1f}{seconds / build.seconds:8.1%}{each:10.2f}"
    yield f"bare spaCy on the same texts: {rate:.2f} articles a second"
    yield f"ratio to bare spaCy {speed / rate:.2f}, up to the merge {_read_rate(build) / rate:.2f}"
    tenth, read, end = build.memory
    yield f"peak memory {tenth:.0f} MB after a tenth, {read:.0f} MB with all read: ratio {read / tenth:.2f}"
    yield f"peak memory at the end {end:.0f} MB"
    if build.processes:
        yield f"largest of the processes that read: {build.processes:.0f} MB"


def one_worker(store: Path, folder: Path) -> Build:
    """Build with one process that reads."""
    return apart(partial(run_build, store, 1), folder)


def compared(pairs: Sequence[tuple[Build, Build]]) -> str:
    """Say what several workers bring over one, by builds with several and with one in turns."""
    whole = [one.seconds / many.seconds for many, one in pairs]
    read = [_read_rate(many) / _read_rate(one) for many, one in pairs]
    return f"ratio of several workers to one {_bounds(whole)}, up to the merge {_bounds(read)}"


def _bounds(values: Sequence[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def gained(read: Callable[[Path], Reading], folder: Path, processes: int, one: Reading) -> float:
    """Say how many times as fast processes that read the same folder at once are, all together, as one."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        readings = pool.map(read, [folder] * processes)
        return processes * one.seconds / max(each.seconds for each in readings)


def _read_rate(build: Build) -> float:
    after = ("merge", "compaction", "snapshot", "index")
    return build.built / (build.seconds - sum(build.stages[name] for name in after))


WRITERS: Final = {"copies": partial(write_copies, weeks=ARCHIVE), "short": write_short}


@click.command(help=__doc__)
@click.option("--articles", default=300, show_default=True, type=click.IntRange(10), help="How many to read.")
@click.option("--kind", default="copies", type=click.Choice(tuple(WRITERS)), show_default=True)
@click.option("--workers", type=click.IntRange(1), help="Processes that read; as `polemos build` has it.")
@click.option("--rounds", default=1, show_default=True, type=click.IntRange(1), help="Builds to compare.")
@click.option("--seed", default=1, show_default=True, help="Another seed makes other articles.")
def main(*, articles: int, kind: str, workers: int | None, rounds: int, seed: int) -> None:
    """Run the benchmark."""
    with TemporaryDirectory() as name:
        folder, some, store = (Path(name, part) for part in ("articles", "some", "store"))
        for place, count in ((folder, articles), (some, min(articles, REFERENCE))):
            place.mkdir()
            WRITERS[kind](place, articles=count, seed=seed)
        bare = apart(read_batched, some)
        build = apart(partial(run_build, store, workers), folder)
        for line in told(build, min(articles, REFERENCE) / bare.seconds):
            click.echo(line)
        again = apart(partial(run_build, store, workers), folder)
        click.echo(f"the same again, nothing changed: {again.seconds:.1f} s ({again.built} built)")
        if workers is not None and workers > 1:
            pairs = [(build, one_worker(Path(name, "one"), folder))]
            for number in range(1, rounds):
                many = apart(partial(run_build, Path(name, f"many{number}"), workers), folder)
                pairs.append((many, one_worker(Path(name, f"one{number}"), folder)))
            click.echo(compared(pairs))
            most = gained(read_batched, some, workers, bare)
            click.echo(f"as many processes of the bare model, which share nothing, to one: {most:.2f}")


if __name__ == "__main__":
    main()
