"""The benchmark runs, and the copies that it reads are as long as the seeds and not alike."""

import subprocess
import sys
from pathlib import Path

import pytest

from builder.model import Article
from builder.readers import read

ROOT = Path(__file__).parents[2]
SEEDS = 13


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Copies of seed 1, the same again, and copies of seed 2."""
    made = [tmp_path_factory.mktemp("copies") for _ in range(3)]
    program = (
        "import sys; from pathlib import Path; from articles import write_copies\n"
        "for seed, name in zip((1, 1, 2), sys.argv[1:]):\n"
        f"    write_copies(Path(name), articles={2 * SEEDS}, seed=seed)"
    )
    subprocess.run((sys.executable, "-c", program, *made), cwd=ROOT / "benchmarks", check=True)
    return made


def articles(*paths: Path) -> list[Article]:
    return [document for document in read(paths) if isinstance(document, Article)]


def test_copies_are_as_long_as_the_seeds_and_no_two_alike(folders: list[Path]) -> None:
    copies = articles(folders[0], folders[2])
    originals = articles(*sorted((ROOT / "seeds").glob("[0-9]*.md")))
    assert len(originals) == SEEDS
    assert len({article.text for article in (*copies, *originals)}) == 5 * SEEDS
    for copy, original in zip(copies, originals * 4, strict=True):
        assert len(copy.text.split()) == len(original.text.split())
        assert copy.published == original.published


def test_the_same_seed_gives_the_same_copies(folders: list[Path]) -> None:
    first, again, other = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == again
    assert first.keys() == other.keys()
    assert not {name for name in first if first[name] == other[name]}


@pytest.mark.slow
def test_the_benchmark_prints_speeds_ratios_and_memory() -> None:
    command = (sys.executable, ROOT / "benchmarks" / "throughput.py", "--rounds", "1", "--articles", "13")
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert printed[0].startswith("13 articles, ")
    figures = [line.split() for line in printed if line.startswith(("model", "ours"))]
    assert len(figures) == 6
    assert all(float(number) > 0 for line in figures for number in line[-3:])
    assert sum(line.startswith("ratio ") for line in printed) == 6


def test_the_stages_of_a_build_are_functions_that_there_are() -> None:
    program = (
        "from pkgutil import resolve_name; from build import STAGES, Stopwatch\n"
        "watch = Stopwatch(); watch.put_on()\n"
        "print(all(callable(resolve_name(path)) for paths in STAGES.values() for path in paths))"
    )
    command = (sys.executable, "-c", program)
    done = subprocess.run(command, cwd=ROOT / "benchmarks", check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"
