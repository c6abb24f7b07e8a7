"""Queries in threads: pieces as they come, time limits, early ends, and snapshots that change."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.errors import StoreError
from builder.store import Store
from server import create_app
from server.engine import Engine, Query, QueryFailed
from server.formats import Wish

# Every pair and triple of a few hundred statements: millions of rows, one by one or counted.
MANY_ROWS = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SLOW_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
TSV = Wish("tsv")
SUBJECT_AND_PREDICATE = (NamedNode("urn:s"), NamedNode("urn:p"))


def workers() -> int:
    return sum("_work" in thread.name for thread in threading.enumerate())


def wait_for_workers() -> None:
    deadline = time.monotonic() + 20
    while workers() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not workers()


def test_the_first_piece_comes_long_before_the_last(folder: Path) -> None:
    with Engine(folder).answer(Query(MANY_ROWS), TSV) as answer:
        pieces = iter(answer)
        assert next(pieces).startswith(b"?a\t?b")
        assert next(pieces)
    wait_for_workers()


def test_a_closed_answer_stops_its_query(folder: Path) -> None:
    answer = Engine(folder).answer(Query(MANY_ROWS), TSV)
    answer.close()
    wait_for_workers()


def test_many_answers_at_once(folder: Path) -> None:
    engine = Engine(folder)
    answers = [engine.answer(Query("SELECT * WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"), TSV) for _ in range(20)]
    assert len({b"".join(answer) for answer in answers}) == 1
    wait_for_workers()


def test_an_aggregate_past_the_time_limit_is_answered_with_503(folder: Path) -> None:
    began = time.monotonic()
    with pytest.raises(QueryFailed, match=r"time limit of 0\.05 seconds") as caught:
        Engine(folder, timeout=0.05).answer(Query(SLOW_COUNT), TSV)
    assert caught.value.failure.status == 503
    assert time.monotonic() - began < 5
    wait_for_workers()


def test_rows_past_the_time_limit_break_the_answer(folder: Path) -> None:
    answer = Engine(folder, timeout=0.3).answer(Query(MANY_ROWS), TSV)
    pieces = iter(answer)
    assert next(pieces)
    with pytest.raises(QueryFailed, match="time limit"):
        list(pieces)
    wait_for_workers()


def test_an_answer_within_the_time_limit_is_whole(folder: Path) -> None:
    with Engine(folder, timeout=60).answer(Query("ASK {}"), TSV) as answer:
        assert b"".join(answer) == b"true"


def test_an_empty_answer_has_no_empty_piece(folder: Path) -> None:
    """An empty piece would end a chunked response."""
    answer = Engine(folder).answer(
        Query("CONSTRUCT { ?s ?p ?o } WHERE { ?s <urn:none> ?o . ?s ?p ?o }"), Wish("nt")
    )
    assert list(answer) == []


def test_a_later_snapshot_is_served_and_an_older_one_read_to_its_end(folder: Path) -> None:
    engine = Engine(folder)
    query = Query("SELECT ?o WHERE { <urn:s> <urn:p> ?o }")
    with engine.answer(Query(MANY_ROWS), TSV) as old:
        pieces = iter(old)
        for text in ("one", "two", "three"):  # more than the store keeps
            with Store.open(folder) as store:
                store.replace_default(
                    [Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(text), DefaultGraph())]
                )
                store.publish()
            assert b"".join(engine.answer(query, TSV)) == f'?o\n"{text}"\n'.encode()
        assert next(pieces)
        assert next(pieces)
    wait_for_workers()


def test_bindings_set_variables_and_cannot_be_more_than_iris(folder: Path) -> None:
    engine = Engine(folder)
    text = "SELECT ?node ?label WHERE { ?node <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
    found = b"".join(engine.answer(Query(text, bindings={"node": "https://example.org/merged/iraq"}), TSV))
    assert found == b'?node\t?label\n<https://example.org/merged/iraq>\t"Iraq"\n'
    with pytest.raises(QueryFailed, match="IRI") as caught:
        engine.answer(Query(text, bindings={"node": "urn:a> ?p ?o } #"}), TSV)
    assert caught.value.failure.status == 400


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.touch()])
def test_what_is_no_store_is_refused_at_the_start(tmp_path: Path, make) -> None:
    path = tmp_path / "none"
    make(path)
    with pytest.raises(StoreError, match="none: "):
        create_app(path)


def test_a_store_that_vanishes_is_said_in_words(folder: Path) -> None:
    client = create_app(folder).test_client()
    (folder / "current").unlink()
    response = client.get("/health")
    assert response.status_code == 503
    assert "nothing is published" in response.json["error"]


def test_the_server_loads_no_language_model() -> None:
    code = "import sys, server; print(*sorted({'spacy', 'rdflib', 'pyshacl'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == ""
