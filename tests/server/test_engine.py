"""Queries in processes: pieces as they come, limits, cancelling, kept answers, snapshots that change."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.errors import StoreError
from builder.store import Store
from server.engine import Answer, Caller, Engine
from server.messages import Chosen, Failed, Query
from server.metrics import Metrics
from server.settings import Settings
from server.snapshots import Snapshots

TSV = Chosen("text/tab-separated-values", "text/tab-separated-values")
JSON = Chosen("application/sparql-results+json", "application/sparql-results+json")
XML = Chosen("application/sparql-results+xml", "application/sparql-results+xml")
CSV = Chosen("text/csv", "text/csv")
N_TRIPLES = Chosen("application/n-triples", "application/n-triples")


def query(text: str, **more: object) -> Query:
    return Query(text, **{"results": TSV, "graphs": N_TRIPLES, **more})


# Every pair and triple of a few hundred statements: millions of rows, one by one or counted.
MANY_ROWS = query("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
SLOW_COUNT = query("SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
MUCH_MEMORY = query("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d")
ASK = query("ASK {}")
SUBJECT, PREDICATE = NamedNode("urn:s"), NamedNode("urn:p")


@pytest.fixture
def engine() -> Iterator[Callable[..., Engine]]:
    made = []

    def start(store: Path, **settings: object) -> Engine:
        given = Settings(store, **{"workers": 2, **settings})
        made.append(Engine(Snapshots(store, given.limits), given, Metrics()))
        return made[-1]

    yield start
    for each in made:
        each.close()


def read(answer: Answer) -> bytes:
    with answer:
        return b"".join(answer)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_the_first_piece_comes_long_before_the_last(folder: Path, engine) -> None:
    with engine(folder).answer(MANY_ROWS) as answer:
        pieces = iter(answer)
        assert next(pieces).startswith(b"?a\t?b")
        assert next(pieces)


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_closed_answer_ends_its_query(folder: Path, engine, is_begun: bool) -> None:
    served = engine(folder, workers=1)
    answer = served.answer(MANY_ROWS)
    if is_begun:
        next(iter(answer))
    assert len(served.running()) == 1
    answer.close()
    assert served.running() == ()
    assert read(served.answer(ASK)) == b"true"


def test_many_answers_at_once(folder: Path, engine) -> None:
    served = engine(folder)
    found = set()

    def ask() -> None:
        caller = Caller(wants_fresh=True)
        found.add(read(served.answer(query("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"), caller)))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


def test_an_aggregate_past_the_time_limit_is_killed(folder: Path, engine) -> None:
    served = engine(folder, timeout=0.5, workers=1)
    began = time.monotonic()
    with pytest.raises(Failed, match=r"time limit of 0\.5 seconds") as caught:
        served.answer(SLOW_COUNT)
    assert caught.value.failure.status == 504
    assert time.monotonic() - began < 5
    wait_until(lambda: read(served.answer(ASK)) == b"true")


def test_rows_past_the_time_limit_break_the_answer(folder: Path, engine) -> None:
    served = engine(folder, timeout=0.5)
    answer = served.answer(MANY_ROWS)
    pieces = iter(answer)
    assert next(pieces)
    with pytest.raises(Failed, match="time limit"):
        list(pieces)
    assert answer.failure is not None
    assert list(answer) == [answer._first], "nothing more comes"


def test_a_query_that_eats_memory_dies_alone(folder: Path, engine) -> None:
    served = engine(folder, memory=256 * 1024 * 1024)
    with pytest.raises(Failed, match="memory") as caught:
        read(served.answer(MUCH_MEMORY))
    assert caught.value.failure.status == 503
    assert read(served.answer(ASK)) == b"true"


def test_the_operator_cancels_a_query(folder: Path, engine) -> None:
    served = engine(folder)
    caught = []

    def ask() -> None:
        try:
            served.answer(SLOW_COUNT)
        except Failed as error:
            caught.append(error.failure)

    thread = threading.Thread(target=ask)
    thread.start()
    wait_until(lambda: bool(served.running()))
    (running,) = served.running()
    assert running.reading is SLOW_COUNT
    assert served.cancel(running.number)
    thread.join()
    assert caught[0].message == "the query was cancelled by the operator"
    assert not served.cancel(running.number)


def test_a_client_that_goes_away_cancels_its_query(folder: Path, engine) -> None:
    gone = threading.Event()
    threading.Timer(0.5, gone.set).start()
    began = time.monotonic()
    with pytest.raises(Failed, match="the client has gone"):
        engine(folder).answer(SLOW_COUNT, Caller(is_gone=gone.is_set))
    assert time.monotonic() - began < 5


def test_more_than_may_wait_are_turned_away(folder: Path, engine) -> None:
    served = engine(folder, workers=1, queue=0)
    with served.answer(MANY_ROWS), pytest.raises(Failed, match="too many") as caught:
        served.answer(ASK)
    assert caught.value.failure.retry_after


def test_a_query_that_ran_long_is_replaced(folder: Path, engine) -> None:
    """It was made to give way to others, and must not slow down the next one."""
    served = engine(folder, workers=1, timeout=60)
    with served.answer(MANY_ROWS) as answer:
        (running,) = served.running()
        began = time.monotonic()
        for _ in answer:
            if time.monotonic() - began > 1.5:
                break
    assert read(served.answer(ASK)) == b"true"
    with served.answer(MANY_ROWS):
        (later,) = served.running()
        assert later.process.number != running.process.number


def test_a_process_killed_from_outside_is_not_seen(folder: Path, engine) -> None:
    served = engine(folder, workers=1)
    fresh = Caller(wants_fresh=True)
    for _ in range(5):
        with served.answer(MANY_ROWS):
            (running,) = served.running()
        os.kill(running.process.number, signal.SIGKILL)
        assert read(served.answer(ASK, fresh)) == b"true"


def test_a_kept_answer_is_given_again_until_the_snapshot_changes(folder: Path, engine) -> None:
    served = engine(folder)
    asked = query("SELECT ?o WHERE { <urn:s> <urn:p> ?o }")
    assert read(served.answer(asked)) == read(served.answer(asked)) == b"?o\n"
    assert b'polemos_queries_total{outcome="cached"} 1.0' in served._metrics.text()
    publish(folder, "one")
    assert read(served.answer(asked)) == b'?o\n"one"\n'


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()"])
def test_what_is_another_each_time_is_not_kept(folder: Path, engine, call: str) -> None:
    served = engine(folder)
    asked = query(f"SELECT ({call} AS ?x) {{}}")
    assert read(served.answer(asked)) != read(served.answer(asked))


def publish(folder: Path, text: str) -> None:
    with Store.open(folder) as store:
        store.replace_default([Quad(SUBJECT, PREDICATE, Literal(text), DefaultGraph())])
        store.publish()


def test_a_later_snapshot_is_served_and_an_older_one_read_to_its_end(folder: Path, engine) -> None:
    served = engine(folder, workers=3)
    asked = query("SELECT ?o WHERE { <urn:s> <urn:p> ?o }")
    with served.answer(MANY_ROWS) as old:
        pieces = iter(old)
        for text in ("one", "two", "three"):  # more than the store keeps
            publish(folder, text)
            assert read(served.answer(asked)) == f'?o\n"{text}"\n'.encode()
        assert next(pieces)
        assert next(pieces)


def test_an_empty_answer_has_no_empty_piece(folder: Path, engine) -> None:
    """An empty piece would end a chunked response."""
    asked = query("CONSTRUCT { ?s ?p ?o } WHERE { ?s <urn:none> ?o . ?s ?p ?o }")
    assert list(engine(folder).answer(asked)) == []


@pytest.mark.parametrize("results", [TSV, CSV, JSON, XML], ids=lambda chosen: chosen.writer)
def test_more_rows_than_may_be_are_refused_or_cut(folder: Path, engine, results: Chosen) -> None:
    served = engine(folder, max_rows=10)
    few, more = (query(f"SELECT ?s {{ ?s ?p ?o }} LIMIT {n}", results=results) for n in (9, 12))
    assert read(served.answer(few))
    with pytest.raises(Failed, match="rows: add LIMIT"):
        served.answer(more)
    with pytest.raises(Failed, match="rows: add LIMIT"):
        read(engine(folder, max_rows=100_000).answer(replace(MANY_ROWS, results=results)))


def test_the_first_rows_of_an_answer(folder: Path, engine) -> None:
    served = engine(folder, workers=1)
    assert len(read(served.answer(replace(MANY_ROWS, first_rows=5))).splitlines()) == 5
    assert len(read(served.answer(replace(MANY_ROWS, first_rows=5000))).splitlines()) == 5000
    assert len(read(served.answer(query("SELECT * { ?s ?p ?o } LIMIT 3", first_rows=5))).splitlines()) == 4


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.touch()])
def test_what_is_no_store_is_refused_at_the_start(tmp_path: Path, engine, make) -> None:
    path = tmp_path / "none"
    make(path)
    with pytest.raises(StoreError, match="none: "):
        engine(path)


def test_a_store_that_vanishes_is_said_in_words_and_without_a_path(folder: Path, serve) -> None:
    client: FlaskClient = serve(folder)
    (folder / "current").unlink()
    assert client.get("/health").status_code == 503
    response = client.get("/sparql?query=ASK+{}")
    assert response.status_code == 503
    assert str(folder) not in response.text


def test_processes_end_with_the_engine(folder: Path, engine) -> None:
    served = engine(folder)
    with served.answer(MANY_ROWS):
        (running,) = served.running()
        served.close()
        running.process.bury()


@pytest.mark.parametrize("module", ["server", "server.query_process", "server.write_process"])
def test_nothing_slow_is_loaded(module: str) -> None:
    slow = "{'spacy', 'rdflib', 'pyshacl', 'flask', 'werkzeug'}"
    code = f"import sys, {module}; print(*sorted({slow} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == ""
