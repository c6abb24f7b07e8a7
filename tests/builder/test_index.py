"""The index of a snapshot: made once, thrown away at will, the same as what the graph says."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.errors import StoreError
from builder.index import index_file, make_index
from builder.index.model import Days, days
from builder.rdf import RDF_TYPE, RDFS_LABEL, report_iri, term, to_quads
from builder.store import Store, newest_version

EVENT = NamedNode("https://example.org/event")


def publish(store: Store, quads: list[Quad]) -> Path:
    store.replace_default(quads)
    store.publish()
    return make_index(store.path)


def event(iri: NamedNode = EVENT, date: str = "2024-03") -> list[Quad]:
    said = {
        RDF_TYPE: term("plm:Event"),
        RDFS_LABEL: Literal("a quiet day"),
        term("plm:startDate"): Literal(date, datatype=term("xsd:gYearMonth")),
    }
    return [Quad(iri, name, value, DefaultGraph()) for name, value in said.items()]


def rows(file: Path, text: str) -> list[tuple]:
    with closing(sqlite3.connect(file)) as index:
        return index.execute(text).fetchall()


def test_an_index_is_made_once_for_a_snapshot(store: Store) -> None:
    file = publish(store, event())
    made = file.stat().st_mtime_ns
    assert file == index_file(store.path, newest_version(store.path))
    assert make_index(store.path).stat().st_mtime_ns == made
    assert rows(file, "SELECT iri, kind, label, date FROM event") == [
        (EVENT.value, "Event", "a quiet day", "2024-03")
    ]


def test_old_indexes_go_and_nothing_else_is_left(store: Store) -> None:
    for number in range(4):
        newest = publish(store, event(NamedNode(f"https://example.org/{number}")))
    left = sorted(newest.parent.iterdir())
    assert len(left) == 2
    assert newest in left


def test_an_index_that_cannot_be_written_is_an_error_of_the_store(store: Store) -> None:
    store.replace_default(event())
    store.publish()
    (store.path / "indexes").write_text("no folder")
    with pytest.raises(StoreError, match=r"cannot be|exists"):
        make_index(store.path)


def test_values_that_no_page_foresaw_do_no_harm(store: Store) -> None:
    odd = {
        term("plm:startDate"): Literal("in spring"),
        term("plm:casualties"): NamedNode("https://example.org/toll"),
        term("plm:location"): NamedNode("https://example.org/nowhere"),
        term("plm:modality"): Literal("perhaps"),
        RDFS_LABEL: Literal("x" * 10_000),
    }
    quads = [Quad(EVENT, name, value, DefaultGraph()) for name, value in odd.items()]
    file = publish(store, [Quad(EVENT, RDF_TYPE, term("plm:Attack"), DefaultGraph()), *quads])
    assert rows(file, "SELECT kind, date, place FROM event") == [("Attack", "in spring", "")]


def test_places_that_lie_in_each_other_end(store: Store) -> None:
    one, other = NamedNode("https://example.org/1"), NamedNode("https://example.org/2")
    within = [Quad(one, term("geo:sfWithin"), other), Quad(other, term("geo:sfWithin"), one)]
    classes = [Quad(each, RDF_TYPE, term("plm:Place")) for each in (one, other)]
    where = Quad(EVENT, term("plm:location"), one)
    file = publish(store, [*event(), *within, *classes, where])
    assert {value for (value,) in rows(file, "SELECT value FROM value WHERE facet = 'about'")} == {
        one.value,
        other.value,
    }


def test_texts_are_found_by_other_forms_of_a_word(store: Store, full_report) -> None:
    store.replace_report(report_iri(full_report.article), to_quads(full_report))
    file = publish(store, event())
    for word in ("threatening", "bomb", "Karrada"):
        assert len(rows(file, f"SELECT rowid FROM report_text('{word}')")) == 1
    assert rows(file, "SELECT rowid FROM report_text('peace')") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01", Days(0, 0)),
        ("1969-12", Days(-31, -1)),
        ("1972", Days(730, 1095)),
        ("1970-01-02T23:00:00Z", Days(1, 1)),
        ("2024-02-30", None),
        ("9999", Days(2932532, 2932532)),
        ("", None),
        ("spring", None),
        ("-44-03", None),
    ],
)
def test_days_of_dates(text: str, expected: Days | None) -> None:
    assert days(text) == expected
