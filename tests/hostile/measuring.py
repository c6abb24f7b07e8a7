"""Look-ups while the server is quiet and under a load, and what the server took meanwhile."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .processes import Counts, Peak, count, is_soon, watched, worked, worked_by_all
from .servers import Served

LOOKUPS = Path(__file__).with_name("lookups.py")
ROOT = Path(__file__).parents[2]
# Seconds of look-ups that do not count: what the load before made the server start anew opens the store.
WARM = 0.2
# Seconds of look-ups on the quiet server: thirty answers.
QUIET = 0.6
# Seconds beyond the time of a load in which all of it is over, on a machine that does much else.
SPARE = 30
# Seconds in which a server is as it was before: killed processes are replaced in less than one.
CALM = 10


@dataclass
class Measured:
    """What a load did."""

    name: str
    quiet: list[float]
    loaded: list[float]
    failures: list[str]
    peak: Peak
    before: Counts
    others: float
    after: Counts | None = None

    def line(self) -> str:
        """Say it in one line, in milliseconds and megabytes."""
        figures = (percentile(self.quiet), percentile(self.loaded), max(self.loaded))
        sizes = (self.peak.server, self.peak.child, self.peak.together)
        times = "".join(f"{1000 * each:8.1f}" for each in figures)
        memory = "".join(f"{each / 1e6:8.0f}" for each in sizes)
        return f"{self.name:34}{times}{memory}{len(self.failures):6}{100 * self.others:7.0f} %"


HEAD = (
    f"{'load':34}{'quiet':>8}{'p95':>8}{'max':>8}{'server':>8}{'child':>8}{'all':>8}{'wrong':>6}{'others':>9}"
)


def percentile(seconds: list[float], percent: int = 95) -> float:
    """Give what so many of a hundred took at most."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def look_up(port: int, seconds: float) -> tuple[list[float], list[str]]:
    """Look up nodes for some time, by a program of its own."""
    command = [sys.executable, LOOKUPS, str(port), str(seconds)]
    found = subprocess.run(command, check=True, capture_output=True, timeout=seconds + SPARE)
    answer = json.loads(found.stdout)
    return answer["latencies"], answer["failures"]


@contextmanager
def attacked(port: int, name: str, seconds: float) -> Iterator[None]:
    """Attack while the block runs, for so long, by a program of its own."""
    command = [sys.executable, "-m", "tests.hostile.loads", name, str(port), str(seconds)]
    attacker = subprocess.Popen(command, cwd=ROOT, process_group=0)
    try:
        yield
        assert attacker.wait(seconds + SPARE) == 0, "the attack failed"
    finally:
        attacker.kill()
        attacker.wait()


@contextmanager
def sharing(*numbers: int) -> Iterator[list[float]]:
    """Find which part of the processors others took while the block ran, who are none of these processes."""
    found: list[float] = []
    began, all_before, ours_before = time.monotonic(), worked_by_all(), worked(*numbers)
    yield found
    by_others = worked_by_all() - all_before - (worked(*numbers) - ours_before)
    found.append(max(0.0, by_others) / (time.monotonic() - began) / (os.cpu_count() or 1))


def measure(served: Served, name: str, seconds: float) -> Measured:
    """Look up nodes before and during an attack, and see what the server took and what it kept."""
    look_up(served.port, WARM)
    quiet, wrong = look_up(served.port, QUIET)
    assert not wrong, wrong[:3]
    before = count(served.number)
    sharers = sharing(served.number, os.getpid())
    with watched(served.number) as peak, sharers as others, attacked(served.port, name, seconds):
        loaded, failures = look_up(served.port, seconds)
    measured = Measured(name, quiet, loaded, failures, peak, before, others[0])
    if served.is_up:
        is_soon(lambda: count(served.number).is_within(before), CALM)
        measured.after = count(served.number)
    return measured
