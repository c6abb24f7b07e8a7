"""The graph store protocol: every method, each way to name a graph, every format, and all or nothing."""

import io
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Quad, RdfFormat
from werkzeug.test import TestResponse

from builder.errors import StoreError
from builder.store import BULK, Store, newest_version
from server import create_app
from server.access import Tokens, hash_of
from server.app import close
from server.settings import Settings

TOKEN = "open sesame"
TOKENS = Tokens((hash_of(TOKEN),))
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
REPORT = "https://example.org/report/1"
TURTLE = "text/turtle"
FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
}
# What formats write in different ways: blank nodes, a list, languages, types, signs of all kinds.
SAMPLE = """
@prefix : <https://example.org/sample#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:it a :Sample ; :label "Мосул"@ru, "الموصل"@ar, "plain", "a \\"quote\\" \\\\ and\\na line, a tab\\t<&>'" ;
    :size 12, 1.5, true, "2024-01-08T09:30:00Z"^^xsd:dateTime ;
    :part [ :of :it ; :next [ :of :it ] ] ;
    :list (1 "two" [ :three 3 ]) ;
    :names _:a .
_:a :knows _:b . _:b :knows _:a .
"""


@pytest.fixture(scope="module")
def shared(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server for tests that write to graphs of their own."""
    store = Path(shutil.copytree(made, tmp_path_factory.mktemp("shared") / "store"))
    settings = Settings(
        store,
        base="https://example.org/data/",
        workers=1,
        is_writable=True,
        tokens=TOKENS,
        max_body=8_000_000,
    )
    app = create_app(settings)
    app.testing = True
    yield app.test_client()
    close(app)


@pytest.fixture
def writable(folder: Path, serve: Callable[..., FlaskClient]) -> FlaskClient:
    """A server over the test's own store."""
    return serve(folder, workers=1, is_writable=True, tokens=TOKENS)


def send(client: FlaskClient, method: str, path: str, data: object = SAMPLE, **more: object) -> TestResponse:
    return client.open(
        path, method=method, headers=WITH_TOKEN, **{"content_type": TURTLE, "data": data, **more}
    )


def canonical(text: bytes | str, format_: RdfFormat, base: str | None = None) -> set[Quad]:
    """Read RDF, so that graphs that are the same but for the names of blank nodes are equal."""
    found = ox.Dataset(ox.parse(text, format=format_, base_iri=base))
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(found)


def graph(client: FlaskClient, path: str) -> set[Quad] | None:
    """Read what a server has at a path; None where there is no graph."""
    response = client.get(path, headers={"Accept": "application/n-triples"})
    if response.status_code == 404:
        return None
    assert response.status_code == 200
    return canonical(response.data, RdfFormat.N_TRIPLES)


def objects(client: FlaskClient, path: str) -> set[str]:
    return {quad.object.value for quad in graph(client, path) or ()}


def at(iri: str) -> str:
    return f"/graph-store?graph={iri.replace('#', '%23')}"


def one(value: object) -> str:
    """Write one triple, in what is Turtle as well as N-Triples, TriG and N-Quads."""
    return f'<urn:s> <urn:p> "{value}" .\n'


# The methods


def test_the_methods_one_after_another(shared: FlaskClient) -> None:
    path = at("urn:methods")
    assert shared.get(path).status_code == 404
    assert shared.head(path).status_code == 404
    assert send(shared, "DELETE", path).status_code == 404
    assert send(shared, "PUT", path, one("put")).status_code == 201
    assert objects(shared, path) == {"put"}
    assert send(shared, "POST", path, one("posted")).status_code == 204
    assert objects(shared, path) == {"put", "posted"}
    assert send(shared, "PUT", path, one("put again")).status_code == 204
    assert objects(shared, path) == {"put again"}
    deleted = send(shared, "DELETE", path)
    assert deleted.status_code == 204
    assert deleted.data == b""
    assert shared.get(path).status_code == 404
    assert send(shared, "POST", path, one("posted")).status_code == 201
    assert objects(shared, path) == {"posted"}


def test_head_is_the_head_of_get(shared: FlaskClient) -> None:
    for path in (at(REPORT), "/graph-store?default"):
        head, get = shared.head(path), shared.get(path)
        assert head.status_code == get.status_code == 200
        assert head.content_type == get.content_type == "text/turtle; charset=utf-8"
        assert head.headers["ETag"] == get.headers["ETag"]
        assert head.data == b""


def test_the_default_graph(writable: FlaskClient) -> None:
    path = "/graph-store?default"
    assert send(writable, "POST", path, one("posted")).status_code == 204
    assert "posted" in objects(writable, path)
    assert "Iraq" in objects(writable, path)
    assert send(writable, "PUT", path, one("put")).status_code == 204
    assert objects(writable, path) == {"put"}
    assert send(writable, "DELETE", path).status_code == 204
    assert graph(writable, path) == set(), "it is empty, but it is there"
    assert objects(writable, at(REPORT)), "the others are left alone"


def test_an_answer_has_a_tag_until_something_is_written(writable: FlaskClient) -> None:
    first = writable.get(at(REPORT))
    known = {"If-None-Match": first.headers["ETag"]}
    again = writable.get(at(REPORT), headers=known)
    assert again.status_code == 304
    assert again.data == b""
    assert writable.get(at(REPORT), headers={**known, "Accept": "application/n-triples"}).status_code == 200
    send(writable, "PUT", at("urn:other"))
    assert writable.get(at(REPORT), headers=known).status_code == 200


def test_a_graph_is_seen_by_the_next_query_and_by_who_opens_the_store(writable, folder: Path) -> None:
    send(writable, "PUT", at("urn:seen"), one("seen"))
    query = "ASK { GRAPH <urn:seen> { ?s ?p 'seen' } }"
    assert writable.get("/sparql", query_string={"query": query}).json["boolean"] is True
    assert not (folder / "unpublished").exists()
    close(writable.application)
    with Store.open(folder) as store:
        assert bool(store.query(query))


# The names of graphs


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (at("https://example.org/g"), "https://example.org/g"),
        (at("http://example.org/hash#"), "http://example.org/hash#"),
        (at("http://example.org/a/../b?"), "http://example.org/a/../b?"),
        ("/graph-store?graph=https://example.org/%C3%A4%3Fx=%2525", "https://example.org/ä?x=%25"),
        ("/graph-store?graph=relative", "http://localhost/relative"),
        ("/graph-store/direct", "http://localhost/graph-store/direct"),
        ("/graph-store/%C3%A4/1?unread=1", "http://localhost/graph-store/ä/1"),
        ("/data/own", "https://example.org/data/own"),
        ("/data/own:1/a%20b", "https://example.org/data/own:1/a%20b"),
    ],
)
def test_names(shared: FlaskClient, path: str, name: str) -> None:
    assert send(shared, "PUT", path, one(name)).status_code == 201
    assert objects(shared, path) == {name}
    query = f"SELECT ?g {{ GRAPH ?g {{ ?s ?p '{name}' }} }}"
    rows = shared.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [name]
    assert send(shared, "POST", path, one("more")).status_code == 204
    assert send(shared, "DELETE", path).status_code == 204
    assert shared.head(path).status_code == 404


@pytest.mark.parametrize("path", ["/report/1", "/report/2"])
def test_own_names_are_below_the_path_of_the_base(made: Path, serve, path: str) -> None:
    client = serve(made, workers=1, base="https://example.org/")
    assert graph(client, path) == graph(client, at(f"https://example.org{path}"))
    assert client.get("/health").json["status"] == "ok", "our own pages come first"
    assert client.get("/nothing/there").status_code == 404


def test_post_without_a_name_makes_a_graph(shared: FlaskClient) -> None:
    made = [send(shared, "POST", "/graph-store") for _ in range(2)]
    assert [response.status_code for response in made] == [201, 201]
    first, second = (response.headers["Location"] for response in made)
    assert first != second
    assert first.startswith("https://example.org/data/graph/")
    expected = canonical(SAMPLE, RdfFormat.TURTLE)
    assert graph(shared, at(first)) == graph(shared, at(second)) == expected
    assert graph(shared, first.removeprefix("https://example.org")) == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [(at("https://example.org/a/doc"), "https://example.org/a/"), ("/graph-store/a/doc", None)],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_relative_iris_are_those_of_the_graph(shared: FlaskClient, method, path, name) -> None:
    base = name or "http://localhost/graph-store/a/"
    send(shared, "DELETE", path)
    assert send(shared, method, path, "<> <p> <other> , <#part> .").status_code == 201
    assert objects(shared, path) == {f"{base}other", f"{base}doc#part"}


# The formats


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_there_and_back(shared: FlaskClient, name: str) -> None:
    format_ = FORMATS[name]
    expected = canonical(SAMPLE, RdfFormat.TURTLE)
    send(shared, "PUT", at("urn:sample"))
    for path, headers in (
        (at("urn:sample"), {"Accept": format_.media_type}),
        (at("urn:sample") + f"&format={name}", {"Accept": "image/png"}),
    ):
        response = shared.get(path, headers=headers)
        assert response.content_type.partition(";")[0] == format_.media_type
        assert canonical(response.data, format_) == expected
    back = send(shared, "PUT", at(f"urn:{name}"), response.data, content_type=format_.media_type)
    assert back.status_code == 201
    assert graph(shared, at(f"urn:{name}")) == expected


@pytest.mark.parametrize("content_type", [None, "", "text/turtle; charset=utf-8", "TEXT/TURTLE", "text/n3"])
def test_types_that_are_taken_for_turtle(shared: FlaskClient, content_type: str | None) -> None:
    send(shared, "DELETE", at("urn:typed"))
    response = send(shared, "PUT", at("urn:typed"), SAMPLE, content_type=content_type)
    assert response.status_code == 201
    assert graph(shared, at("urn:typed")) == canonical(SAMPLE, RdfFormat.TURTLE)


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_payload(shared: FlaskClient, method: str, name: str) -> None:
    path = at(f"urn:empty:{name}")
    send(shared, "DELETE", path)
    response = send(shared, method, path, b"", content_type=FORMATS[name].media_type)
    if name in {"jsonld", "rdfxml"}:  # which are never empty
        assert response.status_code == 400
        assert graph(shared, path) is None
    else:
        assert response.status_code == 201
        assert graph(shared, path) == set()


def test_to_put_nothing_empties_a_graph(shared: FlaskClient) -> None:
    send(shared, "PUT", at("urn:emptied"))
    assert send(shared, "PUT", at("urn:emptied"), b"").status_code == 204
    assert graph(shared, at("urn:emptied")) == set()


def test_blank_nodes_of_two_payloads_are_two(shared: FlaskClient) -> None:
    send(shared, "PUT", at("urn:blank"), "_:a <urn:p> 1 .")
    send(shared, "POST", at("urn:blank"), "_:a <urn:p> 2 .")
    assert len({quad.subject for quad in graph(shared, at("urn:blank")) or ()}) == 2


# What is refused

BROKEN = {
    "turtle": f"{one(1)}<urn:s> <urn:p> .",
    "jsonld": '[{"@id": "urn:s", "urn:p": 1}, {"@id": ',
    "ntriples": f"{one(1)}<urn:s> <urn:p> .\n",
    "rdfxml": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:t="urn:">'
        '<rdf:Description rdf:about="urn:s"><t:p>1</t:p></rdf:Description>'
    ),
    "trig": f"{one(1)}<urn:s> <urn:p> .",
    "nquads": f"{one(1)}<urn:s> <urn:p> .\n",
}
OWN_GRAPHS = {
    "trig": "<urn:mine> { <urn:s> <urn:p> 1 }",
    "nquads": f"{one(1)}<urn:s> <urn:p> <urn:o> <urn:mine> .\n",
    "jsonld": '{"@id": "urn:mine", "@graph": {"@id": "urn:s", "urn:p": 1}}',
}


@pytest.mark.parametrize(
    ("method", "padding"), [("PUT", 0), ("POST", 0), ("POST", BULK)], ids=["PUT", "POST", "large POST"]
)
@pytest.mark.parametrize("name", BROKEN)
def test_malformed_payloads_change_nothing(shared: FlaskClient, name: str, method: str, padding: int) -> None:
    text = f"{' ' * padding}{BROKEN[name]}"
    for path, before in ((at("urn:broken:new"), None), (at("urn:broken:old"), {"old"})):
        if before:
            send(shared, "PUT", path, one("old"))
        version = newest_version(shared.application.extensions["settings"].store)
        response = send(shared, method, path, text, content_type=FORMATS[name].media_type)
        assert response.status_code == 400
        assert "the RDF cannot be read: " in response.json["detail"]
        assert "/tmp" not in response.text
        assert "polemos-" not in response.text, "the file is our business"
        assert newest_version(shared.application.extensions["settings"].store) == version
        send(shared, "PUT", at("urn:unrelated"), one(time.monotonic()))  # publishes what was done
        assert (objects(shared, path) or None) == before


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("name", OWN_GRAPHS)
def test_a_payload_with_graphs_of_its_own(shared: FlaskClient, name: str, method: str) -> None:
    response = send(
        shared, method, at("urn:mine:not"), OWN_GRAPHS[name], content_type=FORMATS[name].media_type
    )
    assert response.status_code == 400
    assert "<urn:mine> is a graph of its own; all must be for <urn:mine:not>" in response.json["detail"]
    assert shared.get(at("urn:mine")).status_code == 404
    assert shared.get(at("urn:mine:not")).status_code == 404


def test_a_formula_of_n3_is_a_graph_of_its_own_too(shared: FlaskClient) -> None:
    response = send(shared, "POST", at("urn:n3"), "{ <urn:a> <urn:b> 1 } <urn:p> 2 .", content_type="text/n3")
    assert response.status_code == 400
    assert "graph of its own" in response.json["detail"]


GOOD = {"data": one("new"), "content_type": TURTLE, "headers": WITH_TOKEN}
REFUSALS = [
    (400, "name one graph", "GET", "/graph-store", {}),
    (400, "name one graph", "PUT", "/graph-store", GOOD),
    (400, "name one graph", "DELETE", "/graph-store", GOOD),
    (400, "name one graph", "GET", "/graph-store?graph=urn:a&graph=urn:b", {}),
    (400, "name one graph", "POST", "/graph-store?graph=urn:a&default", GOOD),
    (400, "no IRI", "PUT", "/graph-store?graph=http://a/b%20c", GOOD),
    (400, "no IRI", "GET", "/graph-store?graph=http://a/%3Cb%3E", {}),
    (401, "Bearer TOKEN", "PUT", at("urn:no"), GOOD | {"headers": {}}),
    (401, "Bearer TOKEN", "POST", "/graph-store", GOOD | {"headers": {"Authorization": "Bearer no"}}),
    (401, "Bearer TOKEN", "DELETE", at(REPORT), {}),
    (401, "Bearer TOKEN", "PUT", "/data/own", GOOD | {"headers": {}}),
    (401, "Bearer TOKEN", "PUT", "/graph-store/own", GOOD | {"headers": {}}),
    (404, "no graph <urn:none>", "GET", at("urn:none"), {}),
    (404, "no graph <urn:none>", "DELETE", at("urn:none"), {"headers": WITH_TOKEN}),
    (405, "method", "PATCH", at("urn:no"), GOOD),
    (406, "turtle, jsonld, ntriples", "GET", at(REPORT), {"headers": {"Accept": "image/png"}}),
    (406, "turtle, jsonld, ntriples", "GET", at(REPORT) + "&format=csv", {}),
    (413, "", "PUT", at("urn:no"), GOOD | {"data": b" " * 8_000_001}),
    (415, "send text/turtle", "PUT", at("urn:no"), GOOD | {"content_type": "text/html"}),
    (415, "send text/turtle", "POST", at("urn:no"), GOOD | {"content_type": "application/sparql-update"}),
]


@pytest.mark.parametrize(("status", "says", "method", "path", "request_"), REFUSALS)
def test_refusals(shared: FlaskClient, status: int, says: str, method: str, path: str, request_) -> None:
    version = newest_version(shared.application.extensions["settings"].store)
    response = shared.open(path, method=method, **request_)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.json["status"] == status
    assert says in response.json["detail"]
    assert newest_version(shared.application.extensions["settings"].store) == version


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("path", [at(REPORT), "/graph-store?default", "/graph-store/x", "/polemos/id/x"])
def test_a_server_that_only_reads_writes_no_graph(client: FlaskClient, method: str, path: str) -> None:
    path = path.replace("/polemos/id/", "/merged/")
    response = send(client, method, path)
    assert response.status_code == 403
    assert "read-only" in response.json["detail"]
    assert client.get(at(REPORT)).status_code == 200


def test_a_graph_with_more_triples_than_may_be(made: Path, serve) -> None:
    client = serve(made, workers=1, max_rows=10)
    response = client.get("/graph-store?default")
    assert response.status_code == 422
    assert "more than 10 rows" in response.json["detail"]


def test_while_another_writes(writable: FlaskClient, folder: Path) -> None:
    with Store.open(folder):
        for method in ("PUT", "POST", "DELETE"):
            response = send(writable, method, at(REPORT), one("new"))
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
            assert str(folder) not in response.text
        assert graph(writable, at(REPORT))
    assert send(writable, "PUT", at(REPORT), one("new")).status_code == 204


# Forms with several files


def files(*parts: tuple[str, str] | tuple[str, str, str], name: str = "file") -> dict:
    return {
        "data": {name: [(io.BytesIO(text.encode()), *rest) for text, *rest in parts]},
        "content_type": "multipart/form-data",
    }


def test_a_form_with_files_of_several_formats(shared: FlaskClient) -> None:
    rdfxml = BROKEN["rdfxml"] + "</rdf:RDF>"
    parts = files(
        ("<> <urn:p> 'turtle' .", "a.ttl"),
        (one("ntriples"), "b.nt"),
        (rdfxml, "c.rdf"),
        ('{"@id": "urn:s", "urn:p": "jsonld"}', "d", "application/ld+json"),
    )
    assert send(shared, "PUT", at("urn:form"), **parts).status_code == 201
    assert objects(shared, at("urn:form")) == {"turtle", "ntriples", "1", "jsonld"}
    assert send(shared, "POST", at("urn:form"), **files((one("more"), "e.ttl"))).status_code == 204
    assert objects(shared, at("urn:form")) == {"turtle", "ntriples", "1", "jsonld", "more"}
    assert send(shared, "PUT", at("urn:form"), **files((one("less"), "e.ttl"))).status_code == 204
    assert objects(shared, at("urn:form")) == {"less"}


def test_a_form_makes_a_graph(shared: FlaskClient) -> None:
    response = send(shared, "POST", "/graph-store", **files((one("made"), "a.ttl")))
    assert response.status_code == 201
    assert objects(shared, at(response.headers["Location"])) == {"made"}


def test_blank_nodes_of_two_files_are_two(shared: FlaskClient) -> None:
    parts = files(("_:a <urn:p> 1 . _:a <urn:p> 2 .", "a.ttl"), ("_:a <urn:p> 3 .", "b.ttl"))
    assert send(shared, "PUT", at("urn:form:blank"), **parts).status_code == 201
    assert len({quad.subject for quad in graph(shared, at("urn:form:blank")) or ()}) == 2


@pytest.mark.parametrize(
    ("parts", "status", "says"),
    [
        (files((one(1), "a.ttl"), ("<urn:a> <urn:b> .", "b.ttl")), 400, "b.ttl: Parser error at line 1"),
        (files((one(1), "a.ttl"), (BROKEN["rdfxml"], "b.rdf")), 400, "b.rdf: no element found"),
        (files((one(1), "a.ttl"), (OWN_GRAPHS["trig"], "b.trig")), 400, "b.trig: <urn:mine> is a graph"),
        (files((one(1), "a.ttl"), ("<p>", "b.html", "text/html")), 415, "text/html"),
        ({"data": {}, "content_type": "multipart/form-data; boundary=x"}, 400, "must be a file"),
        ({"data": {"file": one(1)}, "content_type": "multipart/form-data"}, 400, "must be a file"),
    ],
    ids=["malformed", "half", "graph", "type", "empty", "no file"],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_of_a_form_all_is_loaded_or_nothing(shared: FlaskClient, method, parts, status, says) -> None:
    send(shared, "PUT", at("urn:form:whole"), one("old"))
    # The streams of the parts are read once.
    data = {
        key: [(io.BytesIO(part[0].getvalue()), *part[1:]) for part in value]
        if isinstance(value, list)
        else value
        for key, value in parts["data"].items()
    }
    response = send(shared, method, at("urn:form:whole"), data, content_type=parts["content_type"])
    assert response.status_code == status
    assert says in response.json["detail"]
    assert objects(shared, at("urn:form:whole")) == {"old"}


# Large graphs


def many(label: str, count: int = 10_000) -> str:
    """Write so many triples, with names long enough for the file to be large."""
    name = f"urn:{'s' * 100}"
    text = "".join(f'<{name}{number}> <urn:p> "{label}" .\n' for number in range(count))
    assert len(text) > BULK
    return text


@pytest.mark.parametrize("content_type", ["application/n-triples", TURTLE, "application/n-quads"])
def test_large_graphs(shared: FlaskClient, content_type: str) -> None:
    path = at("urn:large")
    send(shared, "DELETE", path)
    assert send(shared, "POST", path, many("large"), content_type=content_type).status_code == 201
    assert shared.get(path, headers={"Accept": "application/n-triples"}).data.count(b'"large"') == 10_000
    assert send(shared, "POST", path, many("more"), content_type=content_type).status_code == 204
    assert send(shared, "PUT", path, many("other"), content_type=content_type).status_code == 204
    body = shared.get(path, headers={"Accept": "application/n-triples"}).data
    assert body.count(b"\n") == body.count(b'"other"') == 10_000


def wait_for_store(path: Path) -> Store:
    """Open a store as soon as the write process lets go of it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return Store.open(path)
        except StoreError:
            time.sleep(0.05)
    raise AssertionError("the store is never free")


def count(path: Path, name: str) -> int | None:
    """Say how many triples the database has in a graph, published or not; None where there is none."""
    with wait_for_store(path) as store:
        if NamedNode(name) not in store:
            return None
        return sum(1 for _ in store.inner.quads_for_pattern(None, None, None, NamedNode(name)))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)


# Seconds from the first sign of the write to the end of its process: a whole one takes a quarter of one.
MOMENTS = {"PUT": (0.0, 0.01, 0.03, 0.06, 0.1, 0.2), "POST": (0.0, 0.02, 0.05, 0.1), "DELETE": (0.0, 0.02)}
SIZE = 20_000


@pytest.mark.parametrize(
    ("method", "sign", "before"),
    [("PUT", "before", 1), ("POST", "unpublished", None), ("DELETE", "unpublished", SIZE)],
)
def test_a_write_whose_process_is_killed(writable: FlaskClient, folder: Path, method, sign, before) -> None:
    text, after = many("new", SIZE), None if method == "DELETE" else SIZE
    found = set()
    for number, moment in enumerate(MOMENTS[method]):
        # The process is there, and what was left of the one before is published.
        send(writable, "PUT", at("urn:unrelated"), one(number))
        name = f"urn:killed:{number}"
        if before:
            send(writable, "PUT", at(name), one("old") if before == 1 else text)
        status = killed(writable, folder / sign, moment, method, at(name), text)
        held = count(folder, name)
        assert held in {before, after}
        assert status == 503 or held == after, "what was answered is there"
        found.add(held)
    assert before in found, "at least the first was killed in time"


def killed(client: FlaskClient, sign: Path, moment: float, *request_: str) -> int:
    """Send a request and kill the write process so many seconds after a file is there; give the status."""
    statuses: list[int] = []
    other = client.application.test_client()
    thread = threading.Thread(target=lambda: statuses.append(send(other, *request_).status_code))
    process = client.application.extensions["writer"]._process
    thread.start()
    wait_until(lambda: sign.exists() or bool(statuses))
    time.sleep(moment)
    os.kill(process.number, signal.SIGKILL)
    thread.join()
    return statuses[0]
