"""Tests of builder.build: documents in, a published store out, whatever single documents do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

import ontology
from builder import build as module
from builder.build import Unwatched, build, builder_version
from builder.errors import InputError
from builder.model import Article, Place, Report
from builder.rdf import DEFAULT_BASE, report_iri, serialize, to_quads
from builder.store import VOCABULARY, Store, open_snapshot

BOMB = "A car bomb killed 12 people at a market in Kirkuk on Tuesday, police said.\n"
RAID = "Gunmen attacked a police station in Mosul on Monday, wounding three officers.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents that can be read, and an empty one between them."""
    path = tmp_path / "news"
    path.mkdir()
    (path / "a.md").write_text(f"---\ntitle: Bomb\npublished: 2024-01-24\n---\n{BOMB}")
    (path / "b.txt").write_text("")
    (path / "c.md").write_text(f"---\ntitle: Raid\npublished: 2024-01-24\n---\n{RAID}")
    return path


def published(store: Store) -> dict[str, bytes]:
    """All that a store has published, by graph, but the vocabulary."""
    snapshot = open_snapshot(store.path)
    names = [name for name in snapshot.named_graphs() if name not in VOCABULARY]
    return {str(name): serialize(snapshot.quads_for_pattern(None, None, None, name)) for name in names}


class Told(Unwatched):
    """Keeps what it is told, and stops after a number of documents."""

    def __init__(self, stop_after: int = 1000) -> None:
        self.failures: list[str] = []
        self.seen = 0
        self.stop_after = stop_after

    def documents(self, documents: Iterator[Article | InputError]) -> Iterator[Article | InputError]:
        for document in documents:
            self.seen += 1
            yield document

    def failed(self, reason: str) -> None:
        self.failures.append(reason)

    def should_stop(self) -> bool:
        return self.stop_after <= self.seen


def test_good_documents_are_built_and_bad_ones_named(folder: Path, store: Store, nlp) -> None:
    watcher = Told()
    summary = build([folder], store, nlp, watcher=watcher)
    assert (summary.read, summary.built, summary.unchanged) == (3, 2, 0)
    assert [str(folder / "b.txt") in failure for failure in summary.failures] == [True]
    assert watcher.failures == list(summary.failures)
    assert summary.events >= 2
    assert summary.snapshot == "000001"
    assert not summary.stopped
    assert sum("/report/" in name for name in published(store)) == 2


def test_a_second_build_changes_nothing_and_reads_nothing(folder: Path, store: Store, nlp) -> None:
    build([folder], store, nlp)
    before = published(store)
    summary = build([folder, folder / "a.md"], store, nlp)
    assert (summary.built, summary.unchanged, summary.snapshot) == (0, 2, "000001")
    assert published(store) == before


def test_another_version_builds_anew(folder: Path, store: Store, nlp, monkeypatch) -> None:
    build([folder], store, nlp)
    before = published(store)
    monkeypatch.setattr(module, "LIBRARIES", ("spacy",))
    summary = build([folder], store, nlp)
    assert (summary.built, summary.unchanged) == (2, 0)
    changed = {name for name, content in published(store).items() if content != before[name]}
    assert changed == {f"<{DEFAULT_BASE}graph/builds>"}


def test_the_version_names_the_model_and_depends_on_the_pipeline(nlp) -> None:
    version = builder_version(nlp)
    assert version == builder_version(nlp)
    assert version.startswith(f"polemos 0.1.0, en_{nlp.meta['name']} {nlp.meta['version']}, ")
    with nlp.select_pipes(disable=nlp.pipe_names[-1]):
        assert builder_version(nlp) != version


def test_the_order_of_documents_does_not_matter(folder: Path, tmp_path: Path, store: Store, nlp) -> None:
    build([folder / "a.md", folder / "c.md"], store, nlp)
    with Store.open(tmp_path / "other", create=True) as other:
        build([folder / "c.md"], other, nlp)
        build([folder / "a.md"], other, nlp)
        assert published(other) == published(store)


def test_a_changed_document_is_another_report(folder: Path, store: Store, nlp) -> None:
    build([folder], store, nlp)
    (folder / "a.md").write_text((folder / "a.md").read_text().replace("12", "14"))
    summary = build([folder], store, nlp)
    assert (summary.built, summary.unchanged) == (1, 1)
    assert sum("/report/" in name for name in published(store)) == 3


def test_a_build_that_is_stopped_publishes_what_it_read(folder: Path, store: Store, nlp) -> None:
    summary = build([folder], store, nlp, watcher=Told(stop_after=1))
    assert (summary.read, summary.built, summary.stopped) == (1, 1, True)
    assert sum("/report/" in name for name in published(store)) == 1


def test_without_text_a_report_is_built_anew_without_it(folder: Path, store: Store, nlp) -> None:
    text = NamedNode(f"{ontology.NAMESPACE}text")
    build([folder], store, nlp)
    assert len(list(store.inner.quads_for_pattern(None, text, None))) == 2
    summary = build([folder], store, nlp, with_text=False)
    assert (summary.built, summary.unchanged) == (2, 0)
    assert list(store.inner.quads_for_pattern(None, text, None)) == []
    assert build([folder], store, nlp, with_text=False).unchanged == 2


def test_the_base_is_that_of_every_graph(folder: Path, store: Store, nlp) -> None:
    build([folder], store, nlp, base="https://kb.example/")
    assert {name.startswith("<https://kb.example/") for name in published(store)} == {True}


@pytest.fixture
def run(store: Store) -> module._Run:
    return module._Run(store, Told(), DEFAULT_BASE, "a version", with_text=True)


def test_a_report_that_breaks_a_shape_is_left_out_and_named(run: module._Run, full_report: Report) -> None:
    broken = replace(full_report, places=(*full_report.places, Place("p9", "Nowhere", ())))
    run.add(broken)
    run.commit()
    assert report_iri(broken.article) not in run.store
    (failure,) = run.failures
    assert failure.startswith("a.txt:1: is left out, for its graph breaks a shape; please report")
    assert "plm:evidence" in failure


def test_batches_are_committed_as_they_fill(run: module._Run, full_report: Report) -> None:
    articles = [replace(full_report.article, title=f"T{number}") for number in range(module.BATCH)]
    for article in articles[:-1]:
        run.add(replace(full_report, article=article))
    assert report_iri(articles[0]) not in run.store
    run.add(replace(full_report, article=articles[-1]))
    assert all(report_iri(article) in run.store for article in articles)
    assert all(run.is_known(report_iri(article)) for article in articles)


def test_the_graph_of_a_build_is_that_of_to_quads(run: module._Run, full_report: Report) -> None:
    run.add(full_report)
    run.commit()
    graph: NamedNode = report_iri(full_report.article)
    assert set(run.store.inner.quads_for_pattern(None, None, None, graph)) == set(to_quads(full_report))
