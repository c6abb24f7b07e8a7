"""What the kernel says of a process and of those below it: how many, how large, what they hold open."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
# Seconds between two looks at the memory: a query that eats it takes several times as long to fill its bound.
LOOK = 0.05


@dataclass(frozen=True)
class Counts:
    """What a server has: processes with itself, and of its own threads and open files."""

    processes: int
    threads: int
    descriptors: int

    def is_within(self, other: "Counts") -> bool:
        """Say whether there is no more of anything than in another count."""
        return (
            self.processes <= other.processes
            and self.threads <= other.threads
            and self.descriptors <= other.descriptors
        )


@dataclass
class Peak:
    """The largest that was seen, in bytes: the server, one of its children, and all of them together."""

    server: int = 0
    child: int = 0
    together: int = 0

    def look(self, number: int) -> None:
        own, children = resident(number), [resident(child) for child in below(number)]
        self.server = max(self.server, own)
        self.child = max(self.child, *children, 0)
        self.together = max(self.together, own + sum(children))


def below(number: int) -> Iterator[int]:
    """Give the children of a process, and theirs."""
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # the thread ended meanwhile
            continue
        for child in map(int, children):
            yield child
            yield from below(child)


def count(number: int) -> Counts:
    """Count what a process has."""
    here = Path(f"/proc/{number}")
    threads, descriptors = (len(list((here / what).iterdir())) for what in ("task", "fd"))
    return Counts(1 + len(list(below(number))), threads, descriptors)


def resident(number: int) -> int:
    """Read how much memory a process has, shared pages too; 0 for one that has ended."""
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def worked(*numbers: int) -> float:
    """Give the seconds that processors worked for processes and what was below them, and is or has ended."""
    everyone = {each for number in numbers for each in (number, *below(number))}
    return sum(map(_worked, everyone))


def _worked(number: int) -> float:
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS  # for itself, and for children that were waited for


def worked_by_all() -> float:
    """Give the seconds that all processors worked for whomever."""
    fields = Path("/proc/stat").read_text().split(maxsplit=4)  # of all: user, nice, system
    return sum(map(int, fields[1:4])) / TICKS


def is_running(number: int) -> bool:
    """Say whether there is such a process that is more than a name in the table."""
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"  # a zombie, or dead


def is_soon(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so, for so long at most; say whether it is."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)  # short beside what is waited for: a process that starts or ends
    return True


@contextmanager
def watched(number: int) -> Iterator[Peak]:
    """Look at the memory of a process and its children again and again until the block ends."""
    peak, is_over = Peak(), threading.Event()

    def watch() -> None:
        while not is_over.wait(LOOK):
            peak.look(number)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        is_over.set()
        watcher.join()
