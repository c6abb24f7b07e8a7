"""How fast `polemos extract` is against the bare spaCy model, on the same texts in the same run.

Each round makes new copies of the seeds, or takes texts that are given, and reads them several times, each
time in a process of its own, so that none profits from what another has cached: with the bare model, with
everything of ours from the files to the bytes of N-Quads, the same in two processes, and with the command.
"""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import click
from articles import write_copies

from builder import readers

# What the project aims at: to read as fast as the model alone, and that a laptop holds the process.
AIM_RATIO: Final = 1.0
AIM_MEMORY: Final = 1500
# ru_maxrss is in KiB on Linux, in bytes on macOS (getrusage(2) of each).
RSS_PER_MB: Final = 1e6 / 1024 if sys.platform == "linux" else 1e6


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the copies: seconds, those of them that the processor worked, and peak memory in MB."""

    start: float
    seconds: float
    processor: float
    memory: float
    tokens: int = 0

    @property
    def whole(self) -> float:
        """Seconds from the start of the process to its end."""
        return self.start + self.seconds


@dataclass(frozen=True, slots=True)
class Round:
    """The readings of one set of copies."""

    bare: Reading
    inside: Reading
    paired: Reading
    batched: Reading
    command: Reading


def read_bare(folder: Path, batch_size: int | None = None) -> Reading:
    """Read with the model alone, in batches of spaCy's default or of another size."""
    began = time.perf_counter()
    import spacy  # noqa: PLC0415 (its import is a part of the start)

    from builder.model import Article  # noqa: PLC0415
    from builder.readers import read  # noqa: PLC0415
    from builder.settings import SPACY_MODEL  # noqa: PLC0415

    nlp = spacy.load(str(SPACY_MODEL.default))
    nlp("All is quiet.")
    texts = [document.text for document in read((folder,)) if isinstance(document, Article)]
    ready = _now()
    tokens = sum(len(doc) for doc in nlp.pipe(texts, batch_size=batch_size))
    return _reading(began, ready, tokens)


def read_batched(folder: Path) -> Reading:
    """Read with the model alone, in batches as small as ours, which is faster than spaCy's default."""
    from builder.report import BATCH  # noqa: PLC0415

    return read_bare(folder, BATCH)


def read_inside(folder: Path) -> Reading:
    """Read with all that `polemos extract` does, from the files to the bytes, once the model is loaded."""
    began = time.perf_counter()
    from builder.model import Article, Report  # noqa: PLC0415
    from builder.pipeline import load_pipeline  # noqa: PLC0415
    from builder.rdf import to_quads, write  # noqa: PLC0415
    from builder.readers import read  # noqa: PLC0415
    from builder.report import extract  # noqa: PLC0415

    def write_all(articles: Iterable[Article]) -> None:
        reports = (outcome for outcome in extract(nlp, articles) if isinstance(outcome, Report))
        write((to_quads(report) for report in reports), BytesIO())

    nlp = load_pipeline()
    write_all((Article("All is quiet in Paris."),))
    ready = _now()
    write_all(document for document in read((folder,)) if isinstance(document, Article))
    return _reading(began, ready)


def read_in_two(folder: Path) -> Reading:
    """Read as a build with two workers does until it stores; processor's time and memory are of one."""
    began = time.perf_counter()
    from builder.model import Article  # noqa: PLC0415
    from builder.readers import read  # noqa: PLC0415
    from builder.settings import SPACY_MODEL, Recipe  # noqa: PLC0415
    from builder.workers import BATCH, Processes, Workers  # noqa: PLC0415

    with Workers(Recipe(str(SPACY_MODEL.default)), Processes(2)) as workers:
        quiet = [Article(f"All is quiet in Paris on day {day}.") for day in range(4 * BATCH)]
        sum(1 for _ in workers.read(quiet))
        ready = _now()
        sum(1 for _ in workers.read(each for each in read((folder,)) if isinstance(each, Article)))
        ended = _now()
    used = getrusage(RUSAGE_CHILDREN)
    return Reading(
        ready[0] - began,
        ended[0] - ready[0],
        (used.ru_utime + used.ru_stime) / 2,
        used.ru_maxrss / RSS_PER_MB,
    )


def read_by_command(folder: Path) -> Reading:
    """Run `polemos extract` on the folder."""
    with TemporaryDirectory() as scratch:
        output = Path(scratch, "graphs.nq")
        command = (Path(sys.executable).with_name("polemos"), "extract", folder, "-o", output)
        began = time.perf_counter()
        process = subprocess.Popen(command)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException(f"polemos extract ended with status {process.returncode}")
    return Reading(0, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / RSS_PER_MB)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _reading(began: float, ready: tuple[float, float], tokens: int = 0) -> Reading:
    ended, worked = _now()
    memory = getrusage(RUSAGE_SELF).ru_maxrss / RSS_PER_MB
    return Reading(ready[0] - began, ended - ready[0], worked - ready[1], memory, tokens)


def apart(read: Callable[[Path], Reading], folder: Path) -> Reading:
    """Read in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(read, folder).result()


@contextmanager
def copies(articles: int, seed: int) -> Iterator[Path]:
    """Give a folder of copies for as long as they are read."""
    with TemporaryDirectory() as name:
        folder = Path(name, "copies")
        folder.mkdir()
        write_copies(folder, articles=articles, seed=seed)
        yield folder


def one_round(folder: Path) -> Round:
    """Read a folder in each way."""
    return Round(
        apart(read_bare, folder),
        apart(read_inside, folder),
        apart(read_in_two, folder),
        apart(read_batched, folder),
        read_by_command(folder),
    )


def ratios(rounds: Sequence[Round]) -> Iterator[tuple[str, list[float]]]:
    """Give the ratios of speeds, one a round."""
    yield "once started", [r.bare.seconds / r.inside.seconds for r in rounds]
    yield "once started, processor seconds ", [r.bare.processor / r.inside.processor for r in rounds]
    yield "once started, model in small batches", [r.batched.seconds / r.inside.seconds for r in rounds]
    yield "once started, ours in two processes", [r.bare.seconds / r.paired.seconds for r in rounds]
    yield "with start-up", [r.bare.whole / r.command.whole for r in rounds]
    yield "with start-up, against model without", [r.bare.seconds / r.command.whole for r in rounds]


def speeds(rounds: Sequence[Round]) -> Iterator[tuple[str, list[float], float]]:
    """Give the seconds of each way of reading, one a round, and its highest peak of memory."""
    bare = [each.bare for each in rounds]
    yield "model, once started", [each.seconds for each in bare], _peak(bare)
    yield "model, with start-up", [each.whole for each in bare], _peak(bare)
    batched = [each.batched for each in rounds]
    yield "model in small batches, once started", [each.seconds for each in batched], _peak(batched)
    inside = [each.inside for each in rounds]
    yield "ours, once started", [each.seconds for each in inside], _peak(inside)
    paired = [each.paired for each in rounds]
    yield "ours in two processes, once started", [each.seconds for each in paired], _peak(paired)
    command = [each.command for each in rounds]
    yield "ours (polemos extract), with start-up", [each.whole for each in command], _peak(command)


def _peak(readings: Sequence[Reading]) -> float:
    return max(each.memory for each in readings)


def table(rounds: Sequence[Round], *, articles: int) -> Iterator[str]:
    """Put what was measured in lines: medians over the rounds, and between which bounds they lie."""
    tokens = median(each.bare.tokens for each in rounds)
    yield f"{articles} articles, {tokens:.0f} tokens, {len(rounds)} rounds; medians (least to most)"
    yield f"{'':38}{'articles/s':>12}{'tokens/s':>10}{'peak MB':>9}"
    for name, seconds, peak in speeds(rounds):
        took = median(seconds)
        yield f"{name:38}{articles / took:12.1f}{tokens / took:10.0f}{peak:9.0f}"
    for name, values in ratios(rounds):
        yield f"ratio {name:38}{median(values):6.2f} ({min(values):.2f} to {max(values):.2f})"
    yield f"aims: ratio {AIM_RATIO} or better, once started; peak memory under {AIM_MEMORY} MB"


@click.command(
    epilog="\b\nExamples:\n  python benchmarks/throughput.py\n"
    "  python benchmarks/throughput.py --rounds 5 --articles 1000\n"
    "  python benchmarks/throughput.py --texts news/"
)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="How often to measure.")
@click.option("--articles", default=200, show_default=True, type=click.IntRange(1), help="Copies a round.")
@click.option("--seed", default=1, show_default=True, help="Of the first round; each makes its own names.")
@click.option(
    "--texts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of articles to read in place of copies.",
)
def main(*, rounds: int, articles: int, seed: int, texts: Path | None) -> None:
    """Measure articles a second of `polemos extract` against the bare spaCy model.

    Run it on a machine that does nothing else: a ratio is of readings that follow one another.
    """
    measured = []
    for number in range(rounds):
        with copies(articles, seed + number) if texts is None else nullcontext(texts) as folder:
            measured.append(one_round(folder))
        click.echo(f"round {number + 1} of {rounds}: {next(ratios(measured[-1:]))[1][0]:.2f}", err=True)
    count = articles if texts is None else readers.count((texts,)) or 0
    for line in table(measured, articles=count):
        click.echo(line)


if __name__ == "__main__":
    main()
