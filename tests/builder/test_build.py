"""Tests of builder.build: documents in, a published store out, whatever single documents do."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import spacy
from pyoxigraph import NamedNode
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import ontology
from builder import committing, edition
from builder.build import Documents, Summary, Unwatched, _Run, build, failed_files
from builder.deferred import Deferred
from builder.edition import foretold
from builder.errors import InputError, ModelError
from builder.extracted import Extracted
from builder.extraction import Pipeline, builder_version, checked
from builder.journal import Journal
from builder.model import Place, Report
from builder.pipeline import DEFAULT_MODEL, load_pipeline
from builder.rdf import DEFAULT_BASE, report_iri, serialize, to_quads
from builder.settings import Recipe
from builder.store import VOCABULARY, Store, open_snapshot

# More than are read before the first report is there.
MANY = 100
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

    def documents(self, documents: Documents) -> Documents:
        for document in documents:
            self.seen += 1
            yield document

    def failed(self, reason: str) -> None:
        self.failures.append(reason)

    def should_stop(self) -> bool:
        return self.stop_after <= self.seen

    def counted(self, items, *, total, unit):
        return iter(items)


def test_good_documents_are_built_and_bad_ones_named(folder: Path, store: Store, nlp) -> None:
    watcher = Told()
    summary = build([folder], store, Pipeline(nlp), watcher=watcher)
    assert (summary.read, summary.built, summary.unchanged) == (3, 2, 0)
    assert [str(folder / "b.txt") in failure for failure in summary.failures] == [True]
    assert watcher.failures == list(summary.failures)
    assert summary.events >= 2
    assert summary.snapshot == "000001"
    assert not summary.stopped
    assert sum("/report/" in name for name in published(store)) == 2


def test_a_second_build_changes_nothing_and_reads_nothing(folder: Path, store: Store, nlp) -> None:
    build([folder], store, Pipeline(nlp))
    before = published(store)
    summary = build([folder, folder / "a.md"], store, Pipeline(nlp))
    assert (summary.built, summary.unchanged, summary.snapshot) == (0, 2, "000001")
    assert published(store) == before


def test_another_version_builds_anew(folder: Path, store: Store, nlp, monkeypatch) -> None:
    build([folder], store, Pipeline(nlp))
    before = published(store)
    monkeypatch.setattr(edition, "LIBRARIES", ("spacy",))
    summary = build([folder], store, Pipeline(nlp))
    assert (summary.built, summary.unchanged) == (2, 0)
    changed = {name for name, content in published(store).items() if content != before[name]}
    assert changed == {f"<{DEFAULT_BASE}graph/builds>"}


def test_the_version_names_the_model_and_depends_on_the_pipeline(nlp) -> None:
    version = builder_version(nlp)
    assert version == builder_version(nlp)
    assert version.startswith(f"polemos 0.1.0, en_{nlp.meta['name']} {nlp.meta['version']}, ")
    with nlp.select_pipes(disable=nlp.pipe_names[-1]):
        assert builder_version(nlp) != version
    assert builder_version(load_pipeline(rules=False)) != version
    assert builder_version(load_pipeline(trained_model="none")) != version


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(DEFAULT_MODEL),
        Recipe(DEFAULT_MODEL, "none"),
        Recipe(DEFAULT_MODEL, rules=False),
        Recipe(str(Path(spacy.util.get_package_path(DEFAULT_MODEL)) / f"{DEFAULT_MODEL}-3.8.0")),
    ],
    ids=["usual", "rules", "trained", "folder"],
)
def test_the_version_is_known_before_the_model_is_loaded(recipe: Recipe) -> None:
    edition = foretold(recipe)
    assert edition is not None
    assert edition.version() == builder_version(load_pipeline(**asdict(recipe)))


@pytest.mark.parametrize("recipe", [Recipe("no_such_model"), Recipe(DEFAULT_MODEL, "no/such/folder")])
def test_a_model_that_is_not_there_is_an_error_even_where_nothing_is_new(recipe: Recipe) -> None:
    with pytest.raises(ModelError):
        Deferred(lambda: Pipeline(load_pipeline(**asdict(recipe))), recipe, base=DEFAULT_BASE)


def test_the_model_is_loaded_for_the_first_new_document(folder: Path, store: Store, nlp) -> None:
    begun = []

    def begin() -> Pipeline:
        begun.append(Pipeline(nlp))
        return begun[-1]

    recipe = Recipe(DEFAULT_MODEL)
    assert build([folder], store, Deferred(begin, recipe, base=DEFAULT_BASE)).built == 2
    assert len(begun) == 1
    deferred = Deferred(begin, recipe, base=DEFAULT_BASE)
    assert counts(build([folder], store, deferred)) == (0, 2, 0, 1)
    assert len(begun) == 1
    for toll in ("13", "14"):
        (folder / "a.md").write_text(BOMB.replace("12", toll))
        assert build([folder], store, deferred).built == 1
    assert len(begun) == 2


def test_a_model_that_reads_by_another_version_is_refused(folder: Path, store: Store, nlp) -> None:
    deferred = Deferred(lambda: Pipeline(nlp), Recipe(DEFAULT_MODEL, rules=False), base=DEFAULT_BASE)
    with pytest.raises(ModelError, match="same Polemos on every machine"):
        build([folder], store, deferred)


def test_the_order_of_documents_does_not_matter(folder: Path, tmp_path: Path, store: Store, nlp) -> None:
    build([folder / "a.md", folder / "c.md"], store, Pipeline(nlp))
    with Store.open(tmp_path / "other", create=True) as other:
        build([folder / "c.md"], other, Pipeline(nlp))
        build([folder / "a.md"], other, Pipeline(nlp))
        assert published(other) == published(store)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    """How many documents were built, unchanged, retracted and failed."""
    return summary.built, summary.unchanged, summary.retracted, len(summary.failures)


def change(document: Path) -> None:
    document.write_text(document.read_text().replace("12", "14"))


def test_a_changed_document_takes_the_place_of_what_it_was(folder: Path, store: Store, nlp) -> None:
    build([folder], store, Pipeline(nlp))
    before = {name for name in published(store) if "/report/" in name}
    change(folder / "a.md")
    assert counts(build([folder], store, Pipeline(nlp))) == (1, 1, 1, 1)
    after = {name for name in published(store) if "/report/" in name}
    (old,), (new,) = before - after, after - before
    revision = f"{new} <http://www.w3.org/ns/prov#wasRevisionOf> {old} "
    assert revision in published(store)[f"<{DEFAULT_BASE}graph/builds>"].decode()
    assert counts(build([folder], store, Pipeline(nlp))) == (0, 2, 0, 1)


def test_what_changed_equals_what_was_always_so(folder: Path, tmp_path: Path, store: Store, nlp) -> None:
    build([folder], store, Pipeline(nlp))
    change(folder / "a.md")
    build([folder], store, Pipeline(nlp))
    with Store.open(tmp_path / "other", create=True) as other:
        build([folder], other, Pipeline(nlp))
        once, twice = published(other), published(store)
    builds = f"<{DEFAULT_BASE}graph/builds>"
    assert {**once, builds: b""} == {**twice, builds: b""}


def test_what_another_document_still_gives_is_not_retracted(folder: Path, store: Store, nlp) -> None:
    (folder / "copy.md").write_text((folder / "a.md").read_text())
    build([folder], store, Pipeline(nlp))
    change(folder / "a.md")
    assert counts(build([folder], store, Pipeline(nlp))) == (1, 2, 0, 1)
    assert sum("/report/" in name for name in published(store)) == 3
    change(folder / "copy.md")
    assert counts(build([folder], store, Pipeline(nlp))) == (0, 3, 1, 1)
    assert sum("/report/" in name for name in published(store)) == 2


def test_a_removed_document_is_retracted_when_asked_for(folder: Path, store: Store, nlp) -> None:
    other = folder.parent / "other.md"
    other.write_text((folder / "a.md").read_text().replace("12", "7"))
    build([folder, other], store, Pipeline(nlp))
    (folder / "a.md").unlink()
    other.unlink()
    assert counts(build([folder], store, Pipeline(nlp))) == (0, 1, 0, 1)
    assert counts(build([folder], store, Pipeline(nlp), prune=True)) == (0, 1, 1, 1)
    assert sum("/report/" in name for name in published(store)) == 2  # what lies elsewhere stays


def test_a_document_that_cannot_be_read_now_is_not_retracted(folder: Path, store: Store, nlp) -> None:
    build([folder], store, Pipeline(nlp))
    (folder / "a.md").write_text("")
    assert counts(build([folder], store, Pipeline(nlp), prune=True)) == (0, 1, 0, 2)
    assert sum("/report/" in name for name in published(store)) == 2


def test_articles_of_one_file_are_known_by_their_names(tmp_path: Path, store: Store, nlp) -> None:
    file = tmp_path / "news.jsonl"
    bomb, raid = ({"id": name, "text": text} for name, text in (("bomb", BOMB), ("raid", RAID)))
    file.write_text(f"{json.dumps(bomb)}\n{json.dumps(raid)}\n")
    assert counts(build([file], store, Pipeline(nlp))) == (2, 0, 0, 0)
    new = {"id": "new", "text": RAID.replace("three", "four")}
    changed = {**bomb, "text": BOMB.replace("12", "14")}
    file.write_text("".join(f"{json.dumps(each)}\n" for each in (new, changed, raid)))
    assert counts(build([file], store, Pipeline(nlp))) == (2, 1, 1, 0)
    file.write_text("".join(f"{json.dumps(each)}\n" for each in (changed, raid)))
    assert counts(build([file], store, Pipeline(nlp), prune=True)) == (0, 2, 1, 0)


@pytest.mark.parametrize("name", ["dump.parquet", "dump.jsonl.gz"])
def test_articles_of_a_dump_are_known_by_their_names(tmp_path: Path, store: Store, nlp, name: str) -> None:
    file = tmp_path / name

    def write(**texts: str | None) -> None:
        rows = [{"id": name, "text": text} for name, text in texts.items()]
        if file.suffix == ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), file)
        else:
            file.write_bytes(gzip.compress("".join(f"{json.dumps(row)}\n" for row in rows).encode()))

    write(first=BOMB, second=RAID, third=None)
    assert counts(build([file], store, Pipeline(nlp))) == (2, 0, 0, 1)
    assert failed_files(store) == (str(file),)
    write(second=RAID, first=f"Later. {BOMB}", third=f"Late. {RAID}")
    assert counts(build([file], store, Pipeline(nlp))) == (2, 1, 1, 0)
    assert failed_files(store) == ()
    write(second=RAID)
    assert counts(build([file], store, Pipeline(nlp), prune=True)) == (0, 1, 2, 0)


def test_pages_of_an_archive_are_known_by_their_addresses(tmp_path: Path, store: Store, nlp) -> None:
    file = tmp_path / "a.warc.gz"

    def write(**texts: str) -> None:
        with file.open("wb") as stream:
            writer = WARCWriter(stream)
            for name, text in texts.items():
                page = f"<html><body><article><p>{text}</p></article></body></html>".encode()
                headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], "HTTP/1.1")
                made = writer.create_warc_record(
                    f"https://a.example/{name}", "response", BytesIO(page), len(page), http_headers=headers
                )
                writer.write_record(made)

    write(first=BOMB, second=RAID)
    assert counts(build([file], store, Pipeline(nlp))) == (2, 0, 0, 0)
    write(second=RAID, first=f"Later. {BOMB}")
    assert counts(build([file], store, Pipeline(nlp))) == (1, 1, 1, 0)
    write(first=f"Later. {BOMB}")
    assert counts(build([file], store, Pipeline(nlp), prune=True)) == (0, 1, 1, 0)


def test_two_articles_of_one_name_are_two(tmp_path: Path, store: Store, nlp) -> None:
    file = tmp_path / "news.jsonl"
    file.write_text("".join(f"{json.dumps({'id': 'x', 'text': text})}\n" for text in (BOMB, RAID)))
    assert counts(build([file], store, Pipeline(nlp))) == (2, 0, 0, 0)
    assert counts(build([file], store, Pipeline(nlp), prune=True)) == (0, 2, 0, 0)


def test_failures_are_listed_until_they_are_read(folder: Path, store: Store, nlp) -> None:
    build([folder], store, Pipeline(nlp))
    (listed,) = (store.path / "failed.jsonl").read_text().splitlines()
    assert json.loads(listed)["path"] == str(folder / "b.txt")
    assert "has no text" in json.loads(listed)["reason"]
    assert failed_files(store) == (str(folder / "b.txt"),)
    (folder / "b.txt").write_text(RAID)
    assert counts(build(failed_files(store), store, Pipeline(nlp))) == (1, 0, 0, 0)
    assert not (store.path / "failed.jsonl").exists()
    assert failed_files(store) == ()


def test_without_its_journal_a_store_is_as_good(folder: Path, store: Store, nlp) -> None:
    build([folder], store, Pipeline(nlp))
    before = published(store)
    (store.path / "journal.sqlite").unlink()
    assert counts(build([folder], store, Pipeline(nlp))) == (0, 2, 0, 1)
    assert published(store) == before


def test_a_build_that_is_stopped_publishes_what_it_read(folder: Path, store: Store, nlp) -> None:
    summary = build([folder], store, Pipeline(nlp), watcher=Told(stop_after=1))
    assert (summary.read, summary.built, summary.stopped) == (1, 1, True)
    assert sum("/report/" in name for name in published(store)) == 1


def test_without_text_a_report_is_built_anew_without_it(folder: Path, store: Store, nlp) -> None:
    text = NamedNode(f"{ontology.NAMESPACE}text")
    build([folder], store, Pipeline(nlp))
    assert len(list(store.inner.quads_for_pattern(None, text, None))) == 2
    summary = build([folder], store, Pipeline(nlp, with_text=False))
    assert (summary.built, summary.unchanged) == (2, 0)
    assert list(store.inner.quads_for_pattern(None, text, None)) == []
    assert build([folder], store, Pipeline(nlp, with_text=False)).unchanged == 2


def test_the_base_is_that_of_every_graph(folder: Path, store: Store, nlp) -> None:
    build([folder], store, Pipeline(nlp, base="https://kb.example/"))
    assert {name.startswith("<https://kb.example/") for name in published(store)} == {True}


@pytest.fixture
def run(store: Store, nlp) -> Iterator[_Run]:
    with Journal.open(store.path / "journal.sqlite") as journal:
        yield _Run(store, journal, Told(), Pipeline(nlp))


def extracted(report: Report) -> Extracted:
    found = checked(report)
    assert isinstance(found, Extracted)
    return found


def test_a_report_that_breaks_a_shape_is_left_out_and_named(full_report: Report) -> None:
    failure = checked(replace(full_report, places=(*full_report.places, Place("p9", "Nowhere", ()))))
    assert isinstance(failure, InputError)
    assert str(failure).startswith("a.txt:1: is left out, for its graph breaks a shape; please report")
    assert "plm:evidence" in str(failure)


def test_what_is_committed_is_known_and_is_that_of_to_quads(run: _Run, full_report: Report) -> None:
    graph = report_iri(full_report.article)
    run.add(extracted(full_report))
    assert graph not in run.store
    run.commit()
    assert run.is_known(graph)
    assert set(run.store.inner.quads_for_pattern(None, None, None, graph)) == set(to_quads(full_report))


def test_batches_are_committed_as_they_fill(
    tmp_path: Path, store: Store, nlp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "FIRST", 1)  # the first report fills a batch, two or three the next
    monkeypatch.setattr(committing, "MOST", 2 * 600 * 100)  # two or three reports of some hundred quads
    lines = (json.dumps({"id": str(n), "text": f"Day {n}. {RAID}"}) for n in range(MANY))
    (tmp_path / "many.jsonl").write_text("\n".join(lines))
    held: list[int] = []

    class Counting(Told):
        def documents(self, documents: Documents) -> Documents:
            for document in documents:
                held.append(store.graph_count())
                yield document

    build([tmp_path / "many.jsonl"], store, Pipeline(nlp), watcher=Counting())
    assert len(held) == MANY
    assert held[0] < held[-1]
    assert store.graph_count() - held[0] >= MANY
