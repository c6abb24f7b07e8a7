"""Builds that are killed, again and again, end in the store of one that was left alone.

The environment says how often a build is killed in each of two ways of reading, and how many articles
there are:

    POLEMOS_KILLED_BUILDS=100 POLEMOS_KILLED_ARTICLES=2000 pytest tests/builder/test_survival.py
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyoxigraph import Quad

from benchmarks.articles import short, write_lines
from builder.store import VOCABULARY, open_snapshot

KILLS = int(os.environ.get("POLEMOS_KILLED_BUILDS", "2"))
ARTICLES = int(os.environ.get("POLEMOS_KILLED_ARTICLES", "120"))
POLEMOS = Path(sys.executable).with_name("polemos")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Articles in two files, so that a build is killed within one and between the two."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for part in range(2):
        write_lines(folder / f"{part}.jsonl", short(ARTICLES // 2, seed=part))
    return folder


def command(archive: Path, store: Path, *more: str) -> list[str]:
    return [str(POLEMOS), "build", str(archive), "--store", str(store), "--trained-model", "none", *more]


def published(store: Path) -> set[Quad]:
    return {quad for quad in open_snapshot(store) if quad.graph_name not in VOCABULARY}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_build_that_is_killed_goes_on_where_it_stopped(archive: Path, tmp_path: Path, workers: str) -> None:
    undisturbed, store = tmp_path / "undisturbed", tmp_path / "store"
    begun = time.monotonic()
    subprocess.run(command(archive, undisturbed), check=True, capture_output=True)
    # From before it has begun to read, to a tenth of a long build: many kills fall into one.
    latest = max(4.0, (time.monotonic() - begun) / 10)
    chance = random.Random()
    for _ in range(KILLS):
        if not is_killed(command(archive, store, "--workers", workers), after=chance.uniform(0.5, latest)):
            assert published(store) == published(undisturbed)
            shutil.rmtree(store)
    done = subprocess.run(command(archive, store), check=True, capture_output=True, text=True)
    assert f"{ARTICLES} documents" in done.stdout
    assert published(store) == published(undisturbed)


def is_killed(command: list[str], *, after: float) -> bool:
    """Run a command and kill it after some seconds; say whether it had not ended by then."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as build:
        try:
            build.wait(after)
        except subprocess.TimeoutExpired:
            build.send_signal(signal.SIGKILL)
            return True
    assert build.returncode == 0
    return False
