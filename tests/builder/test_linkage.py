"""Tests of builder.linkage and builder.layer_writing on many reports: in parts of any size, one outcome."""

import sqlite3
from itertools import islice

import pytest
from pyoxigraph import DefaultGraph

import builder.store
from benchmarks.incidents import incidents
from builder import layer_writing
from builder.batching import Counted
from builder.linkage import advancing
from builder.linkage.clusters import Clusters
from builder.linkage.ledger import FILE, Ledger
from builder.linkage.nodes import packed, read, unpacked
from builder.merge import merge
from builder.model import Report
from builder.rdf import report_iri, to_quads
from builder.store import Store

from .test_merge import layer, put, rows, told

REPORTS: tuple[Report, ...] = tuple(islice(incidents(), 40))


@pytest.fixture
def many(store: Store) -> Store:
    """A store of forty reports of some fifteen incidents, merged by nobody."""
    store.add_new({report_iri(report.article): to_quads(report) for report in REPORTS})
    return store


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read, weigh and write so little at a time that forty reports take many steps."""
    monkeypatch.setattr(advancing, "READ", 3)
    monkeypatch.setattr(advancing, "WEIGHED", 4)
    monkeypatch.setattr(advancing, "GROUPED", 3)
    monkeypatch.setattr(layer_writing, "WRITTEN", 7)
    monkeypatch.setattr(layer_writing, "REMOVED", 5)
    monkeypatch.setattr(builder.store, "MANY", 10)


def test_how_much_is_done_at_a_time_changes_nothing(many: Store, request: pytest.FixtureRequest) -> None:
    whole = merge(many)
    at_once = layer(many)
    request.getfixturevalue("in_small_parts")
    again = merge(many, anew=True)
    assert (again.merged, again.events, again.changed) == (whole.merged, whole.events, False)
    assert layer(many) == at_once
    many.exchange(list(many.inner.quads_for_pattern(None, None, None, DefaultGraph())), ())
    assert merge(many, anew=True).changed
    assert layer(many) == at_once


@pytest.mark.usefixtures("in_small_parts")
def test_a_name_of_more_members_than_are_written_at_a_time_is_written_in_steps(store: Store) -> None:
    """Each of eleven reports names Mosul; three more make the links of their own, and none of the others."""
    put(store, [told(f"R{number}") for number in range(11)])
    assert len(links_of_mosul(store)) == 11
    assert put(store, [told(f"S{number}") for number in range(3)]).touched == 14
    assert len(links_of_mosul(store)) == 14


def links_of_mosul(store: Store) -> list[tuple[str, ...]]:
    graph = "GRAPH ?g { ?link plm:links ?node, ?place FILTER(?node != ?place) }"
    return rows(store, f"?place rdfs:label 'Mosul' ; prov:wasDerivedFrom ?node . {graph}")


@pytest.mark.usefixtures("in_small_parts")
def test_a_write_of_many_parts_that_fails_leaves_the_layer_of_before(
    many: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(many, [])
    before = layer(many)
    many.add_new({report_iri(told(name).article): to_quads(told(name)) for name in "ABC"})
    full = Clusters.members

    def full_at_last(self: Clusters, clusters: list[str]) -> object:
        if any("place/" in cluster for cluster in clusters):
            raise sqlite3.OperationalError("database or disk is full")
        return full(self, clusters)

    monkeypatch.setattr(Clusters, "members", full_at_last)
    with pytest.raises(builder.store.StoreError, match="nothing is lost"):
        merge(many)
    monkeypatch.setattr(Clusters, "members", full)
    with Store.open(many.path) as again:
        assert layer(again) == before
        assert merge(again).changed
        assert merge(again, anew=True).changed is False


def test_the_summary_counts_what_the_layer_holds(many: Store) -> None:
    summary = merge(many)
    merged = {node for node, _ in rows(many, "?node prov:wasDerivedFrom ?of")}
    events = {node for (node,) in rows(many, "?node a plm:Event")}
    assert (summary.merged, summary.events) == (len(merged), len(events))
    assert summary.read == len(rows(many, "?node prov:wasDerivedFrom ?of"))
    assert summary.touched == len(REPORTS)


def test_the_reports_are_counted_for_whoever_waits(many: Store) -> None:
    shown: list[tuple[str, int | None]] = []

    def counted(items, *, total, unit):
        shown.append((unit, total))
        return iter(items)

    watch: Counted = counted
    merge(many, counted=watch)
    assert shown[0] == ("reports read", len(REPORTS))
    assert ("reports, statements", len(REPORTS)) in shown
    assert shown[-1] == ("parts of the layer", 1)


def test_a_ledger_of_another_version_is_made_anew(many: Store) -> None:
    merge(many)
    before = layer(many)
    with sqlite3.connect(many.path / FILE) as db:
        db.executescript("DROP TABLE item; CREATE TABLE item (x); PRAGMA user_version = 1")
    db.close()
    with Ledger(many.path) as ledger:
        assert ledger.reports.count() == 0
    assert merge(many).touched == len(REPORTS)
    assert layer(many) == before


def test_nodes_come_back_from_the_ledger_as_they_were(store: Store, full_report: Report) -> None:
    iri = report_iri(full_report.article)
    store.replace_report(iri, to_quads(full_report))
    reading = read(store, iri.value)
    assert len(reading.nodes) > 10
    for node in reading.nodes.values():
        assert unpacked(node.iri, node.report, packed(node)) == node


def test_only_reports_with_nodes_of_a_stage_are_read_for_it(many: Store) -> None:
    merge(many)
    with Ledger(many.path) as ledger:
        everyone = ledger.reports.numbers(report_iri(report.article).value for report in REPORTS)
        assert not list(ledger.reports.readings(everyone, ("Warning",)))
        assert len(list(ledger.reports.readings(everyone, ("Statement",)))) == len(REPORTS)
