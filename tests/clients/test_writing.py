"""Clients that write: to the server with `--writable`, by update and by the graph store, with a token."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDFS, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, POSTDIRECTLY, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import Unauthorized

from .serving import BIN, make_store, served

THING = URIRef("urn:test:thing")
SAYS = (THING, RDFS.label, Literal("Мосул — الموصل"))
# The same two triples in each syntax that a file may come in.
FILES = {
    "text/turtle": "<urn:test:a> <urn:test:p> <urn:test:b>, 'ж' .",
    "application/n-triples": '<urn:test:a> <urn:test:p> <urn:test:b> .\n<urn:test:a> <urn:test:p> "ж" .\n',
    "application/rdf+xml": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:t="urn:test:">'
        '<rdf:Description rdf:about="urn:test:a"><t:p rdf:resource="urn:test:b"/><t:p>ж</t:p>'
        "</rdf:Description>"
        "</rdf:RDF>"
    ),
    "application/ld+json": '{"@id": "urn:test:a", "urn:test:p": [{"@id": "urn:test:b"}, "ж"]}',
}
OBJECTS = {"urn:test:b", "ж"}


@pytest.fixture(scope="module")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("token") / "tokens"


@pytest.fixture(scope="module")
def token(token_file: Path) -> str:
    made = subprocess.run([BIN / "polemos", "token", token_file], capture_output=True, check=True, text=True)
    return made.stdout.strip()


@pytest.fixture(scope="module")
def writable(token: str, token_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an endpoint that takes updates; each test writes to a graph of its own."""
    store = make_store(tmp_path_factory.mktemp("writing") / "store")
    with served(store, "--writable", "--token-file", str(token_file)) as address:
        yield address


@pytest.fixture
def updates(writable: str, token: str) -> SPARQLUpdateStore:
    return SPARQLUpdateStore(writable, writable, headers={"Authorization": f"Bearer {token}"})


def truth(endpoint: str, pattern: str) -> bool:
    """Ask by a client that has no token, as any reader would."""
    client = SPARQLWrapper(endpoint)
    client.setReturnFormat(JSON)
    client.setQuery(f"ASK {{ {pattern} }}")
    return client.queryAndConvert()["boolean"]


def test_rdflib_adds_and_removes(updates: SPARQLUpdateStore):
    graph = Graph(updates, identifier=URIRef("urn:test:rdflib"))
    graph.add(SAYS)
    assert list(graph) == [SAYS]
    graph.remove((THING, None, None))
    assert list(graph) == []


def test_rdflib_sends_an_update(updates: SPARQLUpdateStore, writable: str):
    Graph(updates, identifier=URIRef("urn:test:sent")).update(f"INSERT DATA {{ <{THING}> <urn:p> 1, 2 }}")
    assert truth(writable, f"GRAPH <urn:test:sent> {{ <{THING}> <urn:p> 1, 2 }}")


def test_rdflib_sends_what_it_gathered(writable: str, token: str):
    headers = {"Authorization": f"Bearer {token}"}
    store = SPARQLUpdateStore(writable, writable, autocommit=False, headers=headers)
    graph = Graph(store, identifier=URIRef("urn:test:gathered"))
    graph.add(SAYS)
    assert not truth(writable, f"GRAPH <urn:test:gathered> {{ <{THING}> ?p ?o }}")
    graph.commit()
    assert list(graph) == [SAYS]


def wrapper(endpoint: str, update: str, *, body: str = URLENCODED, token: str | None = None) -> SPARQLWrapper:
    client = SPARQLWrapper(endpoint)
    client.setMethod(POST)
    client.setRequestMethod(body)
    client.setQuery(update)
    if token is not None:
        client.addCustomHttpHeader("Authorization", f"Bearer {token}")
    return client


@pytest.mark.parametrize("body", [URLENCODED, POSTDIRECTLY])
def test_sparqlwrapper_updates(writable: str, token: str, body: str):
    graph = f"GRAPH <urn:test:{body}> {{ <{THING}> <urn:p> 'ж' }}"
    for update, there in ((f"INSERT DATA {{ {graph} }}", True), (f"DELETE DATA {{ {graph} }}", False)):
        wrapper(writable, update, body=body, token=token).query().response.close()
        assert truth(writable, graph) is there


@pytest.mark.parametrize("given", [None, "", "wrong"])
def test_without_the_token_nothing_is_written(writable: str, given: str | None):
    with pytest.raises(Unauthorized):  # SPARQLWrapper's word for 401
        wrapper(writable, f"INSERT DATA {{ <{THING}> <urn:p> 0 }}", token=given).query()
    assert not truth(writable, f"<{THING}> <urn:p> 0")


def test_each_query_sees_the_update_before_it(writable: str, token: str):
    count = "GRAPH <urn:test:count> { <urn:test:it> <urn:test:is> ?n }"
    wrapper(writable, f"INSERT DATA {{ {count.replace('?n', '0')} }}", token=token).query().response.close()
    following = f"INSERT {{ {count.replace('?n', '?m')} }} WHERE {{ {count} BIND(?n + 1 AS ?m) }}"
    for number in range(1, 11):
        wrapper(writable, f"DELETE {{ {count} }} {following}", token=token).query().response.close()
        assert truth(writable, count.replace("?n", str(number)))


@pytest.fixture
def curl(writable: str, token: str, tmp_path: Path) -> Callable[..., tuple[int, bytes]]:
    """Ask the graph store about a graph; gives the status and the body."""
    address = f"{writable.removesuffix('/sparql')}/graph-store"

    def send(graph: str, *options: str, authorization: str = f"Bearer {token}") -> tuple[int, bytes]:
        body = tmp_path / "body"
        body.unlink(missing_ok=True)
        command = ["curl", "--silent", "--show-error", "--max-time", "30", "--output", body]
        command += ["--write-out", "%{http_code}", "--header", f"Authorization: {authorization}"]
        done = subprocess.run(
            [*command, *options, f"{address}?graph={graph}"], capture_output=True, check=True
        )
        return int(done.stdout), body.read_bytes() if body.exists() else b""

    return send


def objects(body: bytes) -> set[str]:
    return {quad.object.value for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize("media_type", FILES)
def test_curl_puts_gets_and_deletes_a_graph(curl, tmp_path: Path, media_type: str):
    graph = f"urn:test:{media_type.rpartition('/')[2].replace('+', '-')}"
    file = tmp_path / "graph"
    file.write_text(FILES[media_type], encoding="utf-8")
    # A large file goes up like this; with a header, a small one does too.
    upload = ("--upload-file", str(file), "--header", "Expect: 100-continue")
    download = ("--header", "Accept: application/n-triples")

    assert curl(graph, *upload, "--header", f"Content-Type: {media_type}")[0] == 201  # it is new
    status, body = curl(graph, *download)
    assert status == 200
    assert objects(body) == OBJECTS
    assert curl(graph, *upload, "--header", f"Content-Type: {media_type}")[0] in {200, 204}  # it was there
    assert curl(graph, "--request", "DELETE")[0] in {200, 204}
    assert curl(graph, *download)[0] == 404


def test_curl_adds_to_a_graph(curl):
    turtle = ("--header", "Content-Type: text/turtle")
    for number in (1, 2):
        status, _ = curl("urn:test:posted", *turtle, "--data-binary", f"<urn:a> <urn:b> <urn:{number}> .")
        assert status in {200, 201, 204}
    _, body = curl("urn:test:posted", "--header", "Accept: application/n-triples")
    assert objects(body) == {"urn:1", "urn:2"}


def test_a_graph_that_is_put_is_seen_by_the_next_query(curl, writable: str):
    for number in (1, 2):
        turtle = f"<urn:a> <urn:b> {number} ."
        curl(
            "urn:test:seen",
            *("--request", "PUT", "--header", "Content-Type: text/turtle", "--data-binary", turtle),
        )
        assert truth(writable, f"GRAPH <urn:test:seen> {{ <urn:a> <urn:b> {number} }}")
    assert not truth(writable, "GRAPH <urn:test:seen> { <urn:a> <urn:b> 1 }"), "PUT replaces"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_without_the_token_no_graph_is_touched(curl, writable: str, method: str):
    report = "https://example.org/report/1"
    data = ("--header", "Content-Type: text/turtle", "--data-binary", "<urn:a> <urn:b> <urn:wrong> .")
    status, body = curl(report, "--request", method, *data, authorization="Bearer wrong")
    assert status == 401
    assert json.loads(body)
    assert truth(writable, f"GRAPH <{report}> {{ <{report}> a ?type }}")
    assert not truth(writable, "GRAPH ?g { <urn:a> <urn:b> <urn:wrong> }")
