"""Tests of builder.undo: whatever interrupts a write of several steps, all of it is done or nothing.

A process of its own takes the steps and dies, without a word, right before one of the system calls that
rename, make, remove or open something: before the first of them, before the second, and so on.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from builder import undo
from builder.errors import QueryError, StoreError
from builder.store import BULK, Store

GRAPH = NamedNode("urn:graph")
DIED = 9  # the exit status of who was interrupted
# What the process does before the steps: from the call with this number on that has the word in its path, it
# is gone. A folder opened to be synced is a step too.
INTERRUPT = f"""
import os, sys
EVENTS = {{"os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "open"}}
left = int(sys.argv[1])
def count(event, arguments):
    global left
    if event in EVENTS and sys.argv[2] in " ".join(map(str, arguments)):
        left -= 1
        if left < 0:
            os._exit({DIED})
"""
# The database of these steps is a folder with two files, which must stay of one kind.
FILES = """
import shutil
from pathlib import Path
from builder import undo
path = Path(sys.argv[3])
data = path / "data"
"""
WRITE = """
sys.addaudithook(count)
with undo.kept(path, lambda to: shutil.copytree(data, to)):
    for name in ("one", "two"):
        (data / name).unlink()
        (data / name).write_text("new")
"""
RESTORE = """
sys.addaudithook(count)
undo.restore(path)
"""
# The same with a real store, whose steps are those of a PUT.
PUT = """
from pathlib import Path
from pyoxigraph import NamedNode, RdfFormat
from builder.store import Store
with Store.open(Path(sys.argv[3])) as store:
    sys.addaudithook(count)
    store.load_graph(NamedNode("urn:graph"), Path(sys.argv[4]), RdfFormat.N_TRIPLES,
                     base="urn:graph", is_replacing=True)
"""


def is_interrupted(code: str, at: int, word: str, *arguments: Path) -> bool:
    """Run code in a process of its own, up to a step; say whether it died there and was not done."""
    command = [sys.executable, "-c", INTERRUPT + code, str(at), word, *map(str, arguments)]
    status = subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode
    assert status in {0, DIED}
    return status == DIED


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "work" / "data").mkdir(parents=True)
    for name in ("one", "two"):
        (tmp_path / "work" / "data" / name).write_text("old")
    return tmp_path / "work"


def held(path: Path) -> list[str]:
    return [(path / "data" / name).read_text() for name in ("one", "two")]


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def copy_of(path: Path) -> Callable[[str], None]:
    return lambda to: shutil.copytree(path / "data", to)


def test_interrupted_at_each_step(path: Path) -> None:
    found = []
    for step in range(100):
        trial = Path(shutil.copytree(path, path.with_name(f"trial-{step}")))
        was_interrupted = is_interrupted(FILES + WRITE, step, str(trial), trial)
        undo.restore(trial)
        found.append(held(trial))
        if not was_interrupted:
            break
    assert not was_interrupted, "it ends"
    assert len(found) > 10, "there are as many steps"
    old, new = ["old", "old"], ["new", "new"]
    done = found.index(new)
    assert found == [old] * done + [new] * (len(found) - done)
    assert 0 < done < len(found) - 1


def test_interrupted_while_it_is_undone(path: Path) -> None:
    copy_of(path)(str(path / "before"))
    (path / "data" / "one").write_text("half")
    for step in range(100):
        trial = Path(shutil.copytree(path, path.with_name(f"trial-{step}")))
        was_interrupted = is_interrupted(FILES + RESTORE, step, str(trial), trial)
        undo.restore(trial)
        assert held(trial) == ["old", "old"]
        assert not (trial / "before").exists()
        if not was_interrupted:
            break
    assert step > 2, "there are as many steps"


def test_steps_that_are_done_leave_nothing_behind(path: Path) -> None:
    with undo.kept(path, copy_of(path)):
        assert names(path) == ["before", "data"]
        (path / "data" / "one").write_text("new")
    assert names(path) == ["data"]
    undo.restore(path)
    assert held(path) == ["new", "old"]


def test_steps_that_raise_are_undone_by_who_opens(path: Path) -> None:
    def fail() -> None:
        with undo.kept(path, copy_of(path)):
            (path / "data" / "one").write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert held(path) == ["half", "old"]
    undo.restore(path)
    assert held(path) == ["old", "old"]


def test_what_an_unfinished_copy_left_does_not_disturb(path: Path) -> None:
    (path / ".before.unfinished" / "data").mkdir(parents=True)
    undo.restore(path)
    assert held(path) == ["old", "old"]
    with undo.kept(path, copy_of(path)):
        pass
    assert names(path) == ["data"]


def test_a_copy_that_fails_changes_nothing(path: Path) -> None:
    def fail(to: str) -> None:
        Path(to).mkdir()
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"), undo.kept(path, fail):
        pytest.fail("the steps were begun without a copy")
    undo.restore(path)
    assert held(path) == ["old", "old"]


# With the real store


def quads(*labels: str) -> list[Quad]:
    return [Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(label), GRAPH) for label in labels]


def labels(store: Store) -> set[str]:
    return {quad.object.value for quad in store.inner.quads_for_pattern(None, None, None, GRAPH)}


@pytest.fixture
def replacement(tmp_path: Path) -> Path:
    """A file that is large enough to be loaded in bulk."""
    file = tmp_path / "new.nt"
    text = "new " * 500
    file.write_text("".join(f'<urn:s> <urn:p> "{text}{number}" .\n' for number in range(600)))
    assert file.stat().st_size > BULK
    return file


def test_a_graph_whose_replacement_is_interrupted(store: Store, replacement: Path) -> None:
    store.replace_report(GRAPH, quads("old"))
    path = store.path
    store.close()
    found = []
    for step in range(100):
        trial = Path(shutil.copytree(path, path.with_name(f"trial-{step}")))
        # Only the calls of undo: each of the others would take as long again.
        was_interrupted = is_interrupted(PUT, step, "before", trial, replacement)
        with Store.open(trial) as opened:
            assert not (trial / "before").exists()
            found.append("old" if labels(opened) == {"old"} else len(labels(opened)))
        shutil.rmtree(trial)
        if not was_interrupted:
            break
    assert set(found) == {"old", 600}
    assert found.count("old") >= 4


def test_a_replacement_that_fails_midway_closes_the_store(store: Store, tmp_path: Path) -> None:
    """Were the store written on, all of that would be undone by who opens it next.

    The file is a pipe: who reads it through gets one thing, and who then loads it another.
    """
    store.replace_report(GRAPH, quads("old"))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        pipe.write_text('<urn:s> <urn:p> "new" .\n')
        while not (store.path / "before").exists():
            time.sleep(0.01)
        pipe.write_text("nonsense")

    thread = threading.Thread(target=write)
    thread.start()
    with pytest.raises(QueryError, match="the RDF cannot be read"):
        store.load_graph(GRAPH, pipe, RdfFormat.N_TRIPLES, base="urn:graph", is_replacing=True)
    thread.join()
    assert not store.is_open
    with pytest.raises(StoreError, match="is closed"):
        store.replace_report(GRAPH, quads("lost"))
    with Store.open(store.path) as opened:
        assert labels(opened) == {"old"}


def test_a_malformed_replacement_changes_nothing(store: Store, replacement: Path) -> None:
    store.replace_report(GRAPH, quads("old"))
    with replacement.open("a") as stream:
        stream.write("and then this")
    with pytest.raises(QueryError, match="the RDF cannot be read: Parser error at line 601"):
        store.load_graph(GRAPH, replacement, RdfFormat.N_TRIPLES, base="urn:graph", is_replacing=True)
    assert store.is_open
    assert labels(store) == {"old"}
