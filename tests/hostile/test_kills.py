"""Processes are killed at random moments: no answer is wrong, and no write is lost or there in part.

POLEMOS_KILLS says how often each test kills; the moments are drawn from POLEMOS_SEED.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from builder.store import Store

from . import build_alike
from .askers import Asker
from .figures import FIGURES, SEED
from .marks import LARGE, SMALL, Writer, check_graph, check_graphs, check_marks, rows
from .processes import below, is_soon
from .servers import Served, end, serving, start

KILLS = int(os.environ.get("POLEMOS_KILLS", "5"))
# Seconds in which a process that was killed has another in its place, on a machine that does much else.
BACK = 20
MODULE = Path(build_alike.__file__)
BUILT = """SELECT ?graph ?version (COUNT(*) AS ?n) {
  GRAPH ?graph { ?s <urn:built:is> ?version } } GROUP BY ?graph ?version"""


@pytest.fixture
def writer(token: str) -> Writer:
    return Writer(token)


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "store"))


@pytest.fixture
def moments(request: pytest.FixtureRequest) -> random.Random:
    """Gives the moments: other ones in each test, the same in each run."""
    return random.Random(f"{SEED} {request.node.name}")


def kill_one(served: Served, module: str, moments: random.Random) -> bool:
    """Kill a child that runs a module; say whether there was one."""
    found = [number for number in below(served.number) if module.encode() in _command(number)]
    if not found:
        return False
    try:
        os.kill(moments.choice(found), signal.SIGKILL)
    except ProcessLookupError:  # it has just ended
        return False
    return True


def _command(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def meanwhile(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let others work in threads until the block ends."""
    is_over = threading.Event()
    threads = [threading.Thread(target=work, args=(is_over,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join(BACK)
    assert not any(thread.is_alive() for thread in threads), "a client waits for ever"


def ask_for(served: Served, seconds: float) -> Counter[str]:
    """Ask for some time, and give what was seen."""
    asker = Asker(served, SEED)
    with meanwhile(asker.ask):
        time.sleep(seconds)
    return asker.seen


def test_query_processes(store: Path, moments: random.Random) -> None:
    with serving(store, "--access-log", "") as served:
        askers = [Asker(served, seed) for seed in range(3)]
        with meanwhile(*(asker.ask for asker in askers)):
            for _ in range(5 * KILLS):  # each costs nothing but the time until the next
                time.sleep(moments.uniform(0.01, 0.2))
                kill_one(served, "query_process", moments)
        seen = sum((asker.seen for asker in askers), Counter())
        FIGURES.append(f"query processes, {5 * KILLS} kills: clients saw {dict(seen)}")
        assert seen.keys() <= {"right", "503", "cut"}
        assert seen["right"] > seen["503"]
        is_soon(lambda: ask_for(served, 0.2).keys() == {"right"}, BACK)
        assert ask_for(served, 1.0).keys() == {"right"}
        assert served.surprises() == []


def test_the_server(store: Path, writable: tuple[str, ...], writer: Writer, moments: random.Random) -> None:
    """While one writes and others ask. Its children end by themselves, and it starts over what it left."""
    for _ in range(KILLS):
        served = start(store, *writable, "--access-log", "")
        try:
            check_marks(served, writer.known)
            askers = [Asker(served, seed) for seed in range(2)]
            marking = lambda is_over, served=served: writer.keep_marking(served, is_over)  # noqa: E731
            with meanwhile(marking, *(asker.ask for asker in askers)):
                time.sleep(moments.uniform(0.1, 0.8))
                served.kill()
        finally:
            end(served.process)
    with serving(store, *writable, "--access-log", "") as served:
        assert writer.mark(served) == 204
        check_marks(served, writer.known)
    FIGURES.append(f"the server, {KILLS} kills: {tell(writer)}")


def test_updates(store: Path, writable: tuple[str, ...], writer: Writer, moments: random.Random) -> None:
    with serving(store, *writable, "--access-log", "") as served:
        killed = 0
        for _ in range(KILLS):
            with meanwhile(lambda is_over: writer.keep_marking(served, is_over)):
                time.sleep(moments.uniform(0.2, 0.6))  # starting the process and opening the store takes 0.2
                killed += kill_one(served, "write_process", moments)
            assert is_soon(lambda: writer.mark(served) == 204, BACK)
            check_marks(served, writer.known)
        assert writer.known.statuses <= {204, 503}
        assert served.surprises() == []
    FIGURES.append(f"updates, {killed} kills: {tell(writer)}")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["in one transaction", "in bulk"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_graphs(
    store: Path, writable: tuple[str, ...], writer: Writer, moments: random.Random, size: int, method: str
) -> None:
    """PUT replaces one graph again and again, POST makes a new one each time."""
    graph = "urn:put" if method == "PUT" else "urn:post:{}"
    check = check_graph if method == "PUT" else check_graphs
    killed = 0
    with serving(store, *writable, "--access-log", "") as served:
        writer.put(served, graph, size, method)
        began = time.monotonic()
        assert writer.put(served, graph, size, method) < 300
        took = time.monotonic() - began
        for _ in range(KILLS):
            with meanwhile(lambda _: writer.put(served, graph, size, method) and None):
                time.sleep(moments.uniform(0, took))
                killed += kill_one(served, "write_process", moments)
            # Another write opens the store, and publishes what is there.
            assert is_soon(lambda: Writer(writer.token).mark(served) == 204, BACK)
            check(served, graph, size, writer.known)
        assert served.surprises() == []
    FIGURES.append(f"{method} of {size:,} triples in {took:.1f} s, {killed} kills: {tell(writer)}")


def test_a_build(store: Path, moments: random.Random) -> None:
    """A build is killed while the server reads: what it published is served, what it began is not."""
    version, published, killed_between = 0, -1, 0
    with serving(store, "--access-log", "") as served:
        for _ in range(KILLS):
            said = _build_and_kill(store, version, moments)
            published = max([published, *(number for word, number in said if word == "published")])
            replaced = max([published, *(number for word, number in said if word == "replaced")])
            killed_between += replaced > published
            served_now = {int(each) for _, each, _ in rows(served, BUILT)}
            # A build may be killed when readers see a version and before it says so.
            assert served_now <= {published, replaced}
            published = max([published, *served_now])
            with Store.open(store) as opened:
                held = _held(opened)
                assert set(held.values()) <= {build_alike.SIZE}, "a version is there in part"
                assert len({number for _, number in held}) <= 1, "two versions are mixed"
                assert len(held) in (0, len(build_alike.GRAPHS))
                assert max((number for _, number in held), default=-1) in (replaced, replaced + 1)
            version = replaced + 2
    FIGURES.append(f"builds, {KILLS} kills, {killed_between} between replacing and publishing")


def _held(store: Store) -> dict[tuple[str, int], int]:
    found = store.query(BUILT)
    assert isinstance(found, QuerySolutions)
    return {(graph.value, int(version.value)): int(count.value) for graph, version, count in found}


def _build_and_kill(store: Path, version: int, moments: random.Random) -> list[tuple[str, int]]:
    """Run a build until a random moment after its first version; give what it said."""
    command = [sys.executable, MODULE, str(store), str(version)]
    build = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert build.stdout is not None
    with build.stdout:
        said = [build.stdout.readline()]
        time.sleep(moments.uniform(0, 0.2))
        build.kill()
        said += build.stdout.readlines()
    build.wait()
    return [(word, int(number)) for word, number in (line.split() for line in said)]


def tell(writer: Writer) -> str:
    known = writer.known
    return f"{len(known.acknowledged)} of {len(known.sent)} acknowledged, none lost, none in part"
