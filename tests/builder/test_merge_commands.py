"""`polemos merge` and `polemos unlink`, as people call them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from builder.cli import polemos
from builder.errors import StoreError
from builder.linkage.ledger import FILE
from builder.model import Report
from builder.rdf import report_iri, to_quads
from builder.store import Store, open_snapshot, run_query

from .test_merge import DERIVED, told


def call(*arguments: object) -> str:
    """Run the command and give what it prints; errors are raised."""
    result = CliRunner().invoke(polemos, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def path(store: Store) -> Path:
    """A store of two reports of one attack, written by other means and merged by nobody."""
    reports: tuple[Report, ...] = (told("A"), told("B"))
    for report in reports:
        store.replace_report(report_iri(report.article), to_quads(report))
    store.publish()
    store.close()
    return store.path


def attacks(path: Path) -> list[tuple[str, str]]:
    """List merged attacks as published, each with a node that it is derived from."""
    rows = run_query(open_snapshot(path), f"SELECT ?member ?merged WHERE {{ {DERIVED} }} ORDER BY ?member")
    return [(row["member"].value, row["merged"].value) for row in rows]


def test_merge_explain_and_unlink(path: Path) -> None:
    assert call("merge", "--store", path).endswith("1 of them events; the merged layer is changed\n")
    (first, merged), (second, _) = attacks(path)
    said = call("merge", "--store", path, "--explain", first, second)
    assert "+8.0  day: same day" in said
    assert said.endswith("one: they are alike enough\n")

    assert call("unlink", first, merged, "--store", path, "--reason", "x") == "1 blocked link made\n"
    assert len({node for _, node in attacks(path)}) == 2
    assert "somebody unlinked them" in call("merge", "--store", path, "--explain", first, second)
    assert call("merge", "--store", path).endswith("the merged layer is as it was\n")

    assert call("unlink", second, first, "--undo", "--store", path) == "1 blocked link removed\n"
    assert len({node for _, node in attacks(path)}) == 1


def test_what_was_never_merged_cannot_be_explained(path: Path) -> None:
    assert not (path / FILE).exists()
    with pytest.raises(StoreError, match="run polemos merge --store"):
        call("merge", "--store", path, "--explain", "a", "b")


def test_notes_of_another_version_cannot_be_explained(path: Path) -> None:
    call("merge", "--store", path)
    with closing(sqlite3.connect(path / FILE)) as db:
        db.execute("PRAGMA user_version = 1")
    with pytest.raises(StoreError, match="run polemos merge --store"):
        call("merge", "--store", path, "--explain", *attacks(path)[0])


def test_what_is_no_node_cannot_be_unlinked(path: Path) -> None:
    call("merge", "--store", path)
    with pytest.raises(StoreError, match="is no node of a report"):
        call("unlink", "https://example.org/a", attacks(path)[0][0], "--store", path)
