"""Tests of builder.store: what is committed stays, whatever happens; what is not ours is left alone."""

import itertools
import json
import multiprocessing
import shutil
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

import ontology
from builder.errors import PolemosError, QueryError, StoreError
from builder.folder import FORMAT
from builder.model import Report
from builder.rdf import report_iri, to_quads
from builder.store import (
    GAZETTEER_GRAPH,
    ONTOLOGY_GRAPH,
    SNAPSHOTS_KEPT,
    Store,
    current_snapshot,
    open_snapshot,
)

GRAPH = NamedNode("https://example.org/graph")
OTHER = NamedNode("https://example.org/other")


def quads(*labels: str, graph: NamedNode | DefaultGraph = GRAPH) -> list[Quad]:
    subject, predicate = NamedNode("https://example.org/s"), NamedNode("https://example.org/p")
    return [Quad(subject, predicate, Literal(label), graph) for label in labels]


def held(store: ox.Store, graph: NamedNode | DefaultGraph = GRAPH) -> set[str]:
    return {quad.object.value for quad in store.quads_for_pattern(None, None, None, graph)}


def test_a_new_store_holds_the_vocabulary(store: Store) -> None:
    for graph, count in ((ONTOLOGY_GRAPH, 1000), (GAZETTEER_GRAPH, 1000)):
        assert sum(1 for _ in store.inner.quads_for_pattern(None, None, None, graph)) > count


def test_the_vocabulary_is_loaded_anew_only_if_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Store.open(path, create=True) as store:
        store.publish()
    with Store.open(path) as store:
        assert store.publish() == "000001"
    marker = json.loads((path / "polemos.json").read_text())
    (path / "polemos.json").write_text(json.dumps(marker | {"vocabulary": "of last year"}))
    with Store.open(path) as store:
        assert store.publish() == "000002"
        assert json.loads((path / "polemos.json").read_text()) == marker


def test_replace_report_makes_the_graph_exactly_that(store: Store) -> None:
    assert store.replace_report(GRAPH, quads("a", "b")) is True
    assert store.replace_report(OTHER, quads("z", graph=OTHER)) is True
    assert store.replace_report(GRAPH, quads("b", 'c "\\ \n é \x7f')) is True
    assert held(store.inner) == {"b", 'c "\\ \n é \x7f'}
    assert held(store.inner, OTHER) == {"z"}


def test_replace_report_changes_nothing_the_second_time(store: Store, full_report: Report) -> None:
    graph = report_iri(full_report.article)
    assert store.replace_report(graph, to_quads(full_report)) is True
    store.publish()
    assert store.replace_report(graph, to_quads(full_report)) is False
    assert store.publish() == "000001"
    assert set(store.inner.quads_for_pattern(None, None, None, graph)) == set(to_quads(full_report))


@pytest.mark.parametrize(
    ("written", "datatype"),
    [("01", "integer"), ("0.80", "decimal"), ("2024-01-08T09:00:00+00:00", "dateTime"), ("1", "boolean")],
)
def test_a_lexical_form_that_the_store_does_not_keep_is_no_change(
    store: Store, written: str, datatype: str
) -> None:
    value = Literal(written, datatype=NamedNode(ontology.PREFIXES["xsd"] + datatype))
    quad = Quad(NamedNode("https://example.org/s"), NamedNode("https://example.org/p"), value, GRAPH)
    assert store.replace_report(GRAPH, [quad]) is True
    assert store.replace_report(GRAPH, [quad]) is False


def test_replace_default_leaves_named_graphs(store: Store) -> None:
    store.replace_report(GRAPH, quads("a"))
    assert store.replace_default(quads("m", graph=DefaultGraph())) is True
    assert store.replace_default(quads("n", graph=DefaultGraph())) is True
    assert held(store.inner, DefaultGraph()) == {"n"}
    assert held(store.inner) == {"a"}


def test_an_empty_graph_is_gone(store: Store) -> None:
    store.replace_report(GRAPH, quads("a"))
    assert GRAPH in store
    store.replace_report(GRAPH, [])
    assert held(store.inner) == set()


def test_a_fact_takes_the_place_of_the_one_before(store: Store) -> None:
    store.replace({}, facts=quads("version 1"))
    store.replace({OTHER: quads("z", graph=OTHER)}, facts=quads("version 2"))
    assert held(store.inner) == {"version 2"}
    assert store.holds(quads("version 2")[0])


def test_a_snapshot_stays_as_it_is(store: Store) -> None:
    store.replace_report(GRAPH, quads("a"))
    store.publish()
    before = open_snapshot(store.path)
    store.replace_report(GRAPH, quads("b"))
    assert held(open_snapshot(store.path)) == {"a"}
    store.publish()
    assert held(open_snapshot(store.path)) == {"b"}
    assert held(before) == {"a"}


def test_snapshots_are_counted_and_only_the_newest_kept(store: Store) -> None:
    for number in range(1, 5):
        store.replace_report(GRAPH, quads(str(number)))
        assert store.publish() == current_snapshot(store.path) == f"{number:06d}"
    kept = sorted(path.name for path in (store.path / "snapshots").iterdir())
    assert kept == ["000003", "000004"]
    assert len(kept) == SNAPSHOTS_KEPT


def test_what_was_committed_but_not_published_is_published_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Store.open(path, create=True) as store:
        store.publish()
        store.replace_report(GRAPH, quads("a"))
    assert held(open_snapshot(path)) == set()
    with Store.open(path) as store:
        assert store.publish() == "000002"
    assert held(open_snapshot(path)) == {"a"}


def test_query_knows_the_prefixes_and_explains_itself(store: Store) -> None:
    assert bool(store.query("ASK { GRAPH ?g { plm:Attack rdfs:subClassOf plm:Event } }"))
    with pytest.raises(QueryError, match=r"the query cannot be answered: .*1:"):
        store.query("SELEKT ?x")


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_dataset_is_the_same_store_for_rdflib(store: Store) -> None:
    store.replace_report(GRAPH, quads("a"))
    rows = list(store.dataset().query("SELECT ?o { GRAPH <https://example.org/graph> { ?s ?p ?o } }"))
    assert [str(row[0]) for row in rows] == ["a"]


def make_file(path: Path) -> None:
    path.write_text("a file")


def make_others(path: Path) -> None:
    path.mkdir()
    (path / "thesis.doc").write_text("years of work")


def make_nothing(path: Path) -> None:
    pass


def make_store(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.replace_report(GRAPH, quads("a"))
        store.publish()


def make_newer(path: Path) -> None:
    make_store(path)
    (path / "polemos.json").write_text(json.dumps({"polemos": FORMAT + 1}))


def make_broken_marker(path: Path) -> None:
    make_store(path)
    (path / "polemos.json").write_text("{")


def make_damaged(path: Path) -> None:
    make_store(path)
    (manifest,) = (path / "data").glob("MANIFEST-*")
    manifest.unlink()
    manifest.write_bytes(b"zeros" * 10)


@pytest.mark.parametrize(
    ("make", "create", "says"),
    [
        (make_file, True, "is a file, not a folder; name a new or an empty folder"),
        (make_others, True, "holds files that Polemos did not make; name a new or an empty folder"),
        (make_others, False, "is no store that Polemos made; name the folder"),
        (make_nothing, False, "there is no store; make one: polemos build"),
        (
            make_newer,
            True,
            f"was made by a newer Polemos (format {FORMAT + 1}, not {FORMAT}); upgrade this one",
        ),
        (make_broken_marker, True, "is damaged; build the store anew"),
        (make_damaged, True, "is damaged; build it anew"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)[:20]),
)
def test_open_refuses_in_one_line(tmp_path: Path, make, create: bool, says: str) -> None:
    path = tmp_path / "store"
    make(path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StoreError) as error:
        Store.open(path, create=create)
    assert says in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, PolemosError)
    assert set(before) <= set(tmp_path.rglob("*"))


def test_open_snapshot_refuses_what_is_not_published(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "store", create=True) as store,
        pytest.raises(StoreError, match="nothing is pub"),
    ):
        open_snapshot(store.path)
    with pytest.raises(StoreError, match="there is no store"):
        open_snapshot(tmp_path / "elsewhere")


def hold(path: Path, ready, done) -> None:
    with Store.open(path):
        ready.set()
        done.wait(60)


def test_a_store_that_another_process_writes_is_refused_and_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "store"
    make_store(path)
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(path, ready, done))
    other.start()
    try:
        assert ready.wait(60)
        with pytest.raises(
            StoreError,
            match=r"is being written by process \d+ \(.+\) since [\d-]+ [\d:]+; wait until it ends",
        ):
            Store.open(path)
        assert held(open_snapshot(path)) == {"a"}
    finally:
        done.set()
        other.join()
    with Store.open(path) as store:
        assert held(store.inner) == {"a"}


def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store", create=True) as store:
        pass
    with pytest.raises(StoreError, match="is closed"):
        store.query("ASK {}")


def write_without_end(store: Store) -> None:
    for number in itertools.count():
        label = f"{number} " * 2000
        store.replace_report(OTHER, quads(*(f"{label}{each}" for each in range(20)), graph=OTHER))
        store.publish()


def test_a_full_disk_loses_nothing_that_was_there(small_disk: Path) -> None:
    path, filler = small_disk / "store", small_disk / "filler"
    make_store(path)
    with Store.open(path) as store:
        filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 2_000_000))
        with pytest.raises(StoreError, match="the disk is full; make room"):
            write_without_end(store)
        assert held(open_snapshot(path)) == {"a"}
        filler.unlink()
    with Store.open(path) as store:
        assert held(store.inner) == {"a"}
        assert len({label.split()[0] for label in held(store.inner, OTHER)}) <= 1
        store.replace_report(GRAPH, quads("a", "b"))
        store.publish()
    assert held(open_snapshot(path)) == {"a", "b"}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is a folder that nobody may write only on Linux")
def test_a_folder_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(StoreError, match="/proc/store: cannot be made there; name a folder that can be"):
        Store.open(Path("/proc/store"), create=True)
