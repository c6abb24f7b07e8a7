"""Tests of `polemos build --shards` and `polemos load`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.articles import short, write_lines
from builder.cli import polemos
from builder.store import open_snapshot

ARTICLES = 6


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(polemos, [*map(str, arguments)])


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards of a few articles, and of a file that cannot be read."""
    folder = tmp_path_factory.mktemp("made")
    write_lines(folder / "news.jsonl", short(ARTICLES, seed=1))
    (folder / "empty.txt").touch()
    news = (folder / "news.jsonl", folder / "empty.txt", folder / "none.txt")
    rest = ("--shards", folder / "shards", "--trained-model", "none", "--report", folder / "report.json")
    done = run("build", *news, *rest)
    assert done.exit_code == 1
    assert f"{ARTICLES + 2} documents: {ARTICLES} reports, " in done.stdout
    assert "failed 2; 2 shards, " in done.stdout
    assert [line.rpartition("/")[2] for line in done.stderr.splitlines()] == [
        "none.txt: is not there; check the path",
        "empty.txt: has no text; leave it out, or give it a text",
    ]
    report = json.loads((folder / "report.json").read_text())
    assert (report["documents"], report["reports"], len(report["failures"])) == (ARTICLES + 2, ARTICLES, 2)
    return folder / "shards"


def test_shards_are_loaded_merged_and_published(shards: Path, tmp_path: Path) -> None:
    done = run("load", shards, "--store", tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    assert f"2 shards: loaded {ARTICLES}, unchanged 0 reports; " in done.stdout
    assert any(True for _ in open_snapshot(tmp_path / "store").quads_for_pattern(None, None, None))
    again = run("load", shards, "--store", tmp_path / "store")
    assert f"loaded 0, unchanged {ARTICLES} reports; " in again.stdout


@pytest.mark.parametrize(("store", "begins"), [("virtuoso", "isql-vt"), ("jena", "tdb2.tdbloader")])
def test_the_commands_of_other_stores_are_printed(shards: Path, store: str, begins: str) -> None:
    done = run("load", shards, "--for", store)
    assert done.exit_code == 0
    assert done.stdout.startswith(begins)
    assert str(shards.resolve()) in done.stdout


def test_shards_of_other_documents_are_left_until_they_are_pruned(shards: Path, tmp_path: Path) -> None:
    write_lines(tmp_path / "other.jsonl", short(1, seed=2))
    command = ("build", tmp_path / "other.jsonl", "--trained-model", "none", "--shards", tmp_path / "shards")
    (tmp_path / "shards").mkdir()
    for file in shards.glob("reports-*"):
        (tmp_path / "shards" / file.name).write_bytes(file.read_bytes())
    assert "shards that are not of these documents: 2; --prune removes them" in run(*command).stderr
    assert run(*command, "--prune").exit_code == 0
    assert len([*(tmp_path / "shards").glob("reports-*.nq.gz")]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "seeds"), "Missing option '--store'; or give --shards DIR"),
        (("build", "seeds", "--store", "a", "--shards", "b"), "--shards takes the place of --store"),
        (("load", "shards"), "give either --store DIR or --for STORE"),
        (("load", "shards", "--store", "a", "--for", "jena"), "give either --store DIR or --for STORE"),
        (("load", "memory://x", "--store", "none"), "memory://x: has no whole manifest.json"),
    ],
)
def test_what_cannot_be_asked_is_said(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert said in done.stderr + str(done.exception)
    assert done.exit_code != 0
    assert not [*tmp_path.iterdir()]
