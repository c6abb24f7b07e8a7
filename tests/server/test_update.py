"""Updates at `/sparql`: who may, what is refused, all or nothing, and seen by whoever asks next."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode
from werkzeug.test import TestResponse

from builder.errors import StoreError
from builder.store import Store, newest_version, open_snapshot
from server import create_app
from server.access import Tokens, hash_of
from server.app import close
from server.settings import Settings

TOKEN = "open sesame"
TOKENS = Tokens((hash_of(TOKEN),))
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
DIRECT = "application/sparql-update"
INSERT = "INSERT DATA { <urn:s> <urn:p> 'inserted' }"
INSERTED = "ASK { <urn:s> <urn:p> 'inserted' }"
# Every quadruple of a few hundred statements: it would take weeks.
ENDLESS = (
    "INSERT { <urn:s> <urn:p> ?n } WHERE { "
    "{ SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } } }"
)


@pytest.fixture(scope="module")
def shared(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server that takes updates, for tests that leave the store as it was or write where no other looks."""
    store = Path(shutil.copytree(made, tmp_path_factory.mktemp("shared") / "store"))
    settings = Settings(
        store,
        base="https://example.org/merged/",
        workers=1,
        is_writable=True,
        tokens=TOKENS,
        max_body=1_300_000,  # a little more than what a query may have in a form
    )
    app = create_app(settings)
    app.testing = True
    yield app.test_client()
    close(app)


@pytest.fixture
def writable(folder: Path, serve: Callable[..., FlaskClient]) -> FlaskClient:
    """A server that takes updates, over the test's own store."""
    return serve(folder, workers=1, is_writable=True, tokens=TOKENS)


def update(client: FlaskClient, text: str, **fields: object) -> TestResponse:
    return client.post("/sparql", data={"update": text, **fields}, headers=WITH_TOKEN)


def ask(client: FlaskClient, text: str) -> bool:
    return bool(client.get("/sparql", query_string={"query": text}).json["boolean"])


def store_of(client: FlaskClient) -> Path:
    return client.application.extensions["settings"].store


def write_process(client: FlaskClient) -> int:
    return client.application.extensions["writer"]._process.number


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def wait_for_store(path: Path) -> Store:
    """Open a store as soon as the write process lets go of it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return Store.open(path)
        except StoreError:
            time.sleep(0.05)
    raise AssertionError("the store is never free")


# Sent in three ways, seen at once


@pytest.mark.parametrize(
    "request_",
    [
        {"data": {"update": INSERT}},
        {"data": INSERT, "content_type": DIRECT},
        {"data": INSERT, "content_type": f"{DIRECT}; charset=utf-8"},
    ],
    ids=["form", "direct", "direct with charset"],
)
def test_an_update_is_seen_by_the_next_query(shared: FlaskClient, request_: dict) -> None:
    assert not ask(shared, INSERTED)
    response = shared.post("/sparql", headers=WITH_TOKEN, **request_)
    assert response.status_code == 204
    assert response.data == b""
    assert ask(shared, INSERTED)
    assert update(shared, INSERT.replace("INSERT", "DELETE")).status_code == 204
    assert not ask(shared, INSERTED)


def test_an_update_is_durable_when_it_is_answered(writable: FlaskClient, folder: Path) -> None:
    assert update(writable, INSERT).status_code == 204
    os.kill(write_process(writable), signal.SIGKILL)
    assert bool(open_snapshot(folder).query(INSERTED))
    with wait_for_store(folder) as store:
        assert bool(store.query(INSERTED))
        assert store.publish() == newest_version(folder).snapshot, "nothing was left to publish"


def test_an_answer_has_another_tag_after_an_update(writable: FlaskClient) -> None:
    first = writable.get("/sparql", query_string={"query": INSERTED})
    again = writable.get(
        "/sparql", query_string={"query": INSERTED}, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    update(writable, INSERT)
    later = writable.get(
        "/sparql", query_string={"query": INSERTED}, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert later.status_code == 200
    assert later.headers["ETag"] != first.headers["ETag"]


def test_relative_iris_are_below_the_base(shared: FlaskClient) -> None:
    assert update(shared, "INSERT DATA { <new> <urn:p> 1 }").status_code == 204
    assert ask(shared, "ASK { <https://example.org/merged/new> <urn:p> 1 }")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("INSERT DATA { GRAPH <urn:ops> { <urn:b> <urn:p> 2 } }", {"1", "2"}),
        ("DELETE DATA { GRAPH <urn:ops> { <urn:a> <urn:p> 1 } }", set()),
        ("DELETE WHERE { GRAPH <urn:ops> { ?s ?p ?o } }", set()),
        (
            "WITH <urn:ops> DELETE { ?s ?p ?o } INSERT { ?s ?p ?n } WHERE { ?s ?p ?o BIND(?o + 1 AS ?n) }",
            {"2"},
        ),
        ("CLEAR GRAPH <urn:ops>", set()),
        ("DROP GRAPH <urn:ops> ; DROP SILENT GRAPH <urn:ops>", set()),
        ("COPY <urn:ops> TO <urn:other> ; MOVE <urn:other> TO <urn:ops>", {"1"}),
        ("# nothing", {"1"}),
        ("", {"1"}),
    ],
)
def test_operations(shared: FlaskClient, text: str, left: set[str]) -> None:
    update(shared, "DROP SILENT GRAPH <urn:ops> ; INSERT DATA { GRAPH <urn:ops> { <urn:a> <urn:p> 1 } }")
    assert update(shared, text).status_code == 204
    rows = shared.get("/sparql", query_string={"query": "SELECT ?o { GRAPH <urn:ops> { ?s ?p ?o } }"})
    assert {row["o"]["value"] for row in rows.json["results"]["bindings"]} == left


# The dataset that the protocol gives

DATASETS = [
    ({"using-graph-uri": "urn:one"}, "?s ?p ?o", {"1"}),
    ({"using-graph-uri": ["urn:one", "urn:two"]}, "?s ?p ?o", {"1", "2"}),
    ({"using-named-graph-uri": "urn:two"}, "GRAPH ?g { ?s ?p ?o }", {"2"}),
    ({"using-named-graph-uri": ["urn:one", "urn:two"]}, "GRAPH ?g { ?s ?p ?o }", {"1", "2"}),
    ({"using-graph-uri": "urn:one"}, "GRAPH ?g { ?s ?p ?o }", set()),
    ({"using-named-graph-uri": "urn:two"}, "?s ?p ?o", set()),
    (
        {"using-graph-uri": "urn:one", "using-named-graph-uri": "urn:two"},
        "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }",
        {"1", "2"},
    ),
]


@pytest.mark.parametrize(("dataset", "pattern", "found"), DATASETS)
@pytest.mark.parametrize("how", ["form", "direct"])
def test_the_dataset(shared: FlaskClient, how: str, dataset: dict, pattern: str, found: set[str]) -> None:
    update(
        shared,
        "DROP SILENT GRAPH <urn:out> ; INSERT DATA { "
        "GRAPH <urn:one> { <urn:a> <urn:p> 1 } GRAPH <urn:two> { <urn:a> <urn:p> 2 } }",
    )
    text = f"INSERT {{ GRAPH <urn:out> {{ ?s ?p ?o }} }} WHERE {{ {pattern} }}"
    if how == "form":
        response = update(shared, text, **dataset)
    else:
        response = shared.post(
            "/sparql", data=text, content_type=DIRECT, query_string=dataset, headers=WITH_TOKEN
        )
    assert response.status_code == 204
    rows = shared.get("/sparql", query_string={"query": "SELECT ?o { GRAPH <urn:out> { ?s ?p ?o } }"})
    assert {row["o"]["value"] for row in rows.json["results"]["bindings"]} == found


# What is refused


def form(**fields: object) -> dict:
    return {"data": fields, "headers": WITH_TOKEN}


def post(text: object, content_type: str = DIRECT, headers: dict = WITH_TOKEN) -> dict:
    return {"data": text, "content_type": content_type, "headers": headers}


USING = INSERT.replace("DATA", "").replace("}", "} USING <urn:one> WHERE {}")
REFUSALS = [
    (401, "Bearer TOKEN", {"data": {"update": INSERT}}),
    (401, "Bearer TOKEN", post(INSERT, headers={})),
    (401, "Bearer TOKEN", post(INSERT, headers={"Authorization": "Bearer wrong"})),
    (401, "Bearer TOKEN", post(INSERT, headers={"Authorization": f"Basic {TOKEN}"})),
    (401, "Bearer TOKEN", post("x" * 1_250_000, headers={})),
    (400, "there are 0", form(format="json")),
    (400, "there are 2", form(update=[INSERT, INSERT])),
    (400, "both", form(update=INSERT, query=INSERTED)),
    (400, "1:12: expected DATA", form(update="INSERT INTO it")),
    (400, "no PREFIX line declares", form(update="INSERT DATA { <urn:s> no:such 1 }")),
    (400, "UTF-8", post(b"INSERT DATA {\xff}")),
    (400, "POST", {"method": "GET", "query_string": {"update": INSERT}, "headers": WITH_TOKEN}),
    (400, "names its graphs itself", form(update=USING, **{"using-graph-uri": "urn:two"})),
    (400, "is no absolute IRI", form(update=INSERT, **{"using-graph-uri": "two"})),
    (413, "", post("x" * 1_400_000)),
    (413, "", {"data": {"update": "x" * 1_250_000}}),
    (413, "", post("x" * 1_250_000, "application/sparql-query", headers={})),
    (415, DIRECT, post(INSERT, "text/plain")),
    (415, DIRECT, post({"update": INSERT}, "multipart/form-data")),
    (422, "LOAD", form(update="LOAD <http://localhost/>")),
    (422, "SERVICE", form(update="INSERT { ?s ?p 1 } WHERE { SERVICE <http://localhost/> { ?s ?p 2 } }")),
    (422, "does not exist", form(update="DROP GRAPH <urn:none>")),
]


@pytest.mark.parametrize(("status", "says", "request_"), REFUSALS)
def test_refusals(shared: FlaskClient, status: int, says: str, request_: dict) -> None:
    version = newest_version(store_of(shared))
    response = shared.open("/sparql", **{"method": "POST", **request_})
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert set(response.json) == {"type", "title", "status", "detail"}
    assert response.json["status"] == status
    assert says in response.json["detail"]
    assert (response.headers.get("WWW-Authenticate") == "Bearer") is (status == 401)
    assert str(store_of(shared)) not in response.text
    assert newest_version(store_of(shared)) == version


def test_a_server_that_only_reads_takes_no_update_from_anybody(made: Path, serve) -> None:
    client = serve(made, workers=1, tokens=TOKENS)
    for request_ in (form(update=INSERT), post(INSERT), {"data": {"update": INSERT}}):
        response = client.post("/sparql", **request_)
        assert response.status_code == 403
        assert "read-only" in response.json["detail"]


def test_who_may_write_may_send_more_than_a_query_has(shared: FlaskClient) -> None:
    text = f"INSERT DATA {{ <urn:s> <urn:long> '{'x' * 1_210_000}' }}"
    assert update(shared, text).status_code == 204
    assert ask(shared, "ASK { <urn:s> <urn:long> ?x FILTER(STRLEN(?x) = 1210000) }")


# All or nothing


@pytest.mark.parametrize(
    "last",
    [
        "DROP GRAPH <urn:none>",
        "CLEAR GRAPH <urn:none>",
        "CREATE GRAPH <urn:new> ; CREATE GRAPH <urn:new>",
        "LOAD <http://localhost/>",
        "INSERT DATA { <urn:s> }",
    ],
)
def test_where_the_last_operation_fails_nothing_is_done(shared: FlaskClient, last: str) -> None:
    update(shared, "INSERT DATA { GRAPH <urn:kept> { <urn:a> <urn:p> 1 } }")
    response = update(shared, f"{INSERT} ; DROP GRAPH <urn:kept> ; CLEAR DEFAULT ; {last}")
    assert response.status_code in {400, 422}
    # Published by the next update, what was done would be seen now.
    assert update(shared, "INSERT DATA { <urn:t> <urn:p> 1 }").status_code == 204
    assert not ask(shared, INSERTED)
    assert ask(shared, "ASK { GRAPH <urn:kept> { <urn:a> <urn:p> 1 } }")
    assert ask(shared, "ASK { <https://example.org/merged/attack> ?p ?o }")


def test_updates_at_once_are_done_one_after_another(writable: FlaskClient) -> None:
    update(writable, "INSERT DATA { <urn:count> <urn:is> 0 }")
    more = "DELETE { ?c <urn:is> ?n } INSERT { ?c <urn:is> ?m } WHERE { ?c <urn:is> ?n BIND(?n + 1 AS ?m) }"
    statuses = []

    def count() -> None:
        statuses.append(update(writable.application.test_client(), more).status_code)

    threads = [threading.Thread(target=count) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [204] * 20
    assert ask(writable, "ASK { <urn:count> <urn:is> 20 }")


def test_an_update_past_its_time_limit(folder: Path, serve) -> None:
    # Three seconds: a machine that does much else takes one to start the process and open the store.
    client = serve(folder, workers=1, is_writable=True, tokens=TOKENS, write_timeout=3.0)
    version = newest_version(folder)
    began = time.monotonic()
    response = update(client, f"{INSERT} ; {ENDLESS}")
    assert response.status_code == 504
    assert response.json["detail"].startswith("the write ran past the time limit of 3 seconds; look whether")
    assert 2.5 < time.monotonic() - began < 10
    assert newest_version(folder) == version
    assert update(client, "INSERT DATA { <urn:t> <urn:p> 1 }").status_code == 204
    assert ask(client, "ASK { <urn:t> <urn:p> 1 }")
    assert not ask(client, "ASK { <urn:s> <urn:p> ?o }")


def test_an_update_whose_process_is_killed(writable: FlaskClient, folder: Path) -> None:
    kept = "GRAPH <urn:kept> { <urn:a> <urn:p> 1 }"
    update(writable, f"INSERT DATA {{ {kept} }}")
    responses = []
    thread = threading.Thread(
        target=lambda: responses.append(
            update(writable.application.test_client(), f"DROP GRAPH <urn:kept> ; {ENDLESS}")
        )
    )
    thread.start()
    wait_until((folder / "unpublished").exists)
    os.kill(write_process(writable), signal.SIGKILL)
    thread.join()
    assert responses[0].status_code == 503
    assert "look whether it was done" in responses[0].json["detail"]
    assert update(writable, INSERT).status_code == 204
    assert ask(writable, f"ASK {{ {kept} }}")


def test_a_process_that_died_while_it_was_idle_is_not_missed(writable: FlaskClient) -> None:
    for number in range(3):
        assert update(writable, f"INSERT DATA {{ <urn:s> <urn:p> {number} }}").status_code == 204
        os.kill(write_process(writable), signal.SIGKILL)
        wait_until(lambda: writable.application.extensions["writer"]._process.is_heard(0))
    assert ask(writable, "ASK { <urn:s> <urn:p> 0, 1, 2 }")


def test_brackets_without_end_do_not_bring_the_server_down(writable: FlaskClient) -> None:
    depth = 500_000
    response = update(writable, f"INSERT {{}} WHERE {{ {'{' * depth}{'}' * depth} }}")
    assert response.status_code in {400, 422, 503}
    assert update(writable, INSERT).status_code == 204


# Beside others who write


def test_while_another_holds_the_store(writable: FlaskClient, folder: Path) -> None:
    with Store.open(folder):
        response = update(writable, INSERT)
        assert response.status_code == 503
        assert response.json["detail"] == "the store: is being written by another process; wait until it ends"
        assert int(response.headers["Retry-After"]) > 0
        assert ask(writable, "ASK { ?s ?p ?o }"), "it can be read"
    assert update(writable, INSERT).status_code == 204
    assert ask(writable, INSERTED)


def test_the_store_is_free_when_there_is_nothing_to_write(writable: FlaskClient, folder: Path) -> None:
    assert update(writable, INSERT).status_code == 204
    with wait_for_store(folder) as store:
        assert bool(store.query(INSERTED))
        graph = NamedNode("urn:built")
        store.update("INSERT DATA { GRAPH <urn:built> { <urn:a> <urn:p> 1 } }")
        assert graph in store
        store.publish()
    assert ask(writable, "ASK { GRAPH <urn:built> { <urn:a> <urn:p> 1 } }")
    assert update(writable, "MOVE <urn:built> TO <urn:moved>").status_code == 204
    assert ask(writable, "ASK { GRAPH <urn:moved> { <urn:a> <urn:p> 1 } }")


def test_a_store_that_is_damaged_is_said_without_its_path(writable: FlaskClient, folder: Path) -> None:
    (folder / "polemos.json").write_text("{")
    response = update(writable, INSERT)
    assert response.status_code == 503
    assert "the store" in response.json["detail"]
    assert str(folder.parent) not in response.text


def test_nothing_is_written_once_the_server_is_closed(writable: FlaskClient, folder: Path) -> None:
    close(writable.application)
    assert update(writable, INSERT).status_code == 503
    assert not bool(open_snapshot(folder).query(INSERTED))
