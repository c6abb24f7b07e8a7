"""In front of another endpoint: what is sent there, what comes back, and what goes wrong on the way.

`tests/stores/test_front.py` has real stores behind; here is a server that does what those never should.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QueryResultsFormat, RdfFormat

from builder.endpoint import Address, Credentials
from builder.errors import SettingError
from server import create_app
from server.app import close
from server.engine import Caller, Engine
from server.forwarding import Question, of_query
from server.messages import Chosen, Failed, Query
from server.settings import Settings
from server.upstream import Body, Upstream

Respond = Callable[[BaseHTTPRequestHandler], None]
Front = Callable[..., FlaskClient]
HTML = {"Accept": "text/html"}
JSON = "application/sparql-results+json"
# Seconds. What is waited for comes at once; the rest is for a machine that does much else.
PATIENCE = 60
BOUND = ox.Store()
BOUND.update('INSERT DATA { <urn:s> <urn:p> 1, "a\\"b\\nc"@en, <urn:o>, _:b }')
ROWS: bytes = BOUND.query("SELECT * { ?s ?p ?o }").serialize(format=QueryResultsFormat.JSON)


def sends(body: bytes, media_type: str = JSON, status: int = 200, **headers: str) -> Respond:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return respond


class Elsewhere(ThreadingHTTPServer):
    """An endpoint that answers as it is told to, and remembers what it heard."""

    respond: Respond = staticmethod(sends(ROWS))
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.heard: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[object] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/query"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that tests break."""


class Asked(BaseHTTPRequestHandler):
    server: Elsewhere
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(parse_qs(body.decode(), keep_blank_values=True))
        self.server.headers.append(dict(self.headers))
        self.server.connections.add(self.client_address)
        self.server.respond(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def running() -> Iterator[Elsewhere]:
    server = Elsewhere()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def elsewhere(running: Elsewhere) -> Elsewhere:
    """The endpoint as if nobody had asked it anything."""
    running.heard, running.headers, running.respond = [], [], sends(ROWS)
    return running


@pytest.fixture(scope="module")
def shared(running: Elsewhere) -> Iterator[FlaskClient]:
    app = create_app(Settings(endpoint=Address(running.url), workers=2, cache=0, max_query=200))
    app.testing = True
    yield app.test_client()
    close(app)


@pytest.fixture
def client(shared: FlaskClient, elsewhere: Elsewhere) -> FlaskClient:
    """A server in front of the endpoint that keeps no answers."""
    return shared


@pytest.fixture
def front(elsewhere: Elsewhere, serve: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    """Put servers of the test's own in front of the endpoint; for them it is always the same minute."""
    monkeypatch.setattr("server.remote.time.time_ns", lambda: 10**18)
    endpoint = Address(elsewhere.url)
    return lambda store=None, **settings: serve(store, **{"endpoint": endpoint, **settings})


def engine(client: FlaskClient) -> Engine:
    return client.application.extensions["engine"]


def ask(client: FlaskClient, text: str = "SELECT * { ?s ?p ?o }", **fields: object):
    return client.post("/sparql", data={"query": text, **fields})


# What is sent


def test_a_query_is_handed_on_with_its_dataset(elsewhere: Elsewhere, client: FlaskClient) -> None:
    graphs = {"default-graph-uri": ["urn:a", "urn:b"], "named-graph-uri": "urn:c"}
    answer = ask(client, **graphs)
    assert (answer.status_code, answer.mimetype) == (200, JSON)
    (heard,) = elsewhere.heard
    assert heard["query"] == ["BASE <https://w3id.org/polemos/id/>\nSELECT * { ?s ?p ?o }"]
    assert heard["default-graph-uri"] == ["urn:a", "urn:b"]
    assert heard["named-graph-uri"] == ["urn:c"]
    assert "Authorization" not in elsewhere.headers[0]


def test_credentials_go_with_it_and_nowhere_else(
    elsewhere: Elsewhere, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    address = Address(elsewhere.url, Credentials("bearer", "s3cret"))
    client = front(endpoint=address)
    assert ask(client).status_code == 200
    assert elsewhere.headers[0]["Authorization"] == "Bearer s3cret"
    elsewhere.respond = sends(b"who are you?", "text/plain", 401)
    answer = ask(client, "ASK {}")
    assert answer.status_code == 502
    assert client.get("/health").status_code == 503
    assert caplog.text
    assert "s3cret" not in f"{answer.text} {caplog.text} {address} {Settings(endpoint=address)}"


@pytest.mark.parametrize(
    ("text", "fields", "status"),
    [
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", {}, 422),
        ("DROP ALL", {}, 400),
        ("INSERT DATA { <urn:s> <urn:p> 1 }", {}, 400),
        ("ASK {", {}, 400),
        ("ASK {}", {"default-graph-uri": "no iri"}, 400),
        ("ASK {}", {"format": "turtle"}, 406),
        ("CONSTRUCT WHERE { ?s ?p ?o }", {"format": "csv"}, 406),
        ("ASK {}" + " " * 200, {}, 413),
    ],
)
def test_what_is_refused_is_not_sent(
    elsewhere: Elsewhere, client: FlaskClient, text: str, fields: dict[str, str], status: int
) -> None:
    assert ask(client, text, **fields).status_code == status
    assert elsewhere.heard == []


def test_nothing_is_written(elsewhere: Elsewhere, client: FlaskClient) -> None:
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 403
    assert client.put("/graph-store?default", data="").status_code == 403
    assert client.delete("/graph-store?graph=urn:g").status_code == 403
    assert elsewhere.heard == []


@pytest.mark.parametrize(
    ("text", "is_graph", "is_ask"),
    [
        ("PREFIX ask: <urn:a> SELECT ?construct { ?construct ask:ask 'DESCRIBE' } # ASK", False, False),
        ("BASE<urn:x>ASK{}", False, True),
        ("ASKFROM<urn:g>{}", False, True),
        ("prefixselect:<urn:a>constructwhere{?s?p?o}", True, False),
        ("describe<urn:x>", True, False),
    ],
)
def test_what_a_query_asks_for(text: str, is_graph: bool, is_ask: bool) -> None:
    question = of_query(Query(text), None)
    assert (question.is_graph, question.is_ask) == (is_graph, is_ask)
    kind = {(True, False): ox.QueryTriples, (False, True): ox.QueryBoolean}.get((is_graph, is_ask))
    assert isinstance(ox.Store().query(text), kind or ox.QuerySolutions)


@pytest.mark.parametrize(
    ("query", "default", "named"),
    [
        (Query("ASK { GRAPH <urn:g> {} GRAPH <x> {} GRAPH ?g {} }"), ("urn:m",), ("urn:g",)),
        (Query("ASK FROM <urn:f> {}"), (), ()),
        (Query("ASK {}", default_graphs=("urn:d",)), ("urn:d",), ()),
        (Query("ASK {}", named_graphs=("urn:n",)), (), ("urn:n",)),
    ],
)
def test_a_merged_layer_with_a_name_is_the_default_graph(query: Query, default, named) -> None:
    question = of_query(query, "urn:m")
    assert (question.default_graphs, question.named_graphs) == (default, named)
    assert of_query(query, None).default_graphs == query.default_graphs


# What comes back


@pytest.mark.parametrize("sent", [QueryResultsFormat.JSON, QueryResultsFormat.XML, QueryResultsFormat.TSV])
@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_rows_come_in_the_format_that_is_asked_for(
    elsewhere: Elsewhere, client: FlaskClient, sent: QueryResultsFormat, name: str
) -> None:
    elsewhere.respond = sends(
        ox.parse_query_results(ROWS, format=QueryResultsFormat.JSON).serialize(format=sent),
        f"{sent.media_type.partition(';')[0]}; charset=utf-8",
    )
    format_ = QueryResultsFormat.from_extension({"json": "srj", "xml": "srx"}.get(name, name))
    answer = ask(client, format=name)
    expected = ox.parse_query_results(ROWS, format=QueryResultsFormat.JSON).serialize(format=format_)
    assert answer.data == expected


@pytest.mark.parametrize("sent", [RdfFormat.N_TRIPLES, RdfFormat.TURTLE, RdfFormat.RDF_XML])
@pytest.mark.parametrize(
    "wanted", [RdfFormat.TURTLE, RdfFormat.JSON_LD, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML, RdfFormat.TRIG]
)
def test_graphs_come_in_the_format_that_is_asked_for(
    elsewhere: Elsewhere, client: FlaskClient, sent: RdfFormat, wanted: RdfFormat
) -> None:
    triples = [quad.triple for quad in BOUND if isinstance(quad.object, ox.NamedNode | ox.Literal)]
    elsewhere.respond = sends(ox.serialize(triples, format=sent), sent.media_type)
    answer = client.get(
        "/sparql?query=CONSTRUCT+WHERE+{?s?p?o}", headers={"Accept": wanted.media_type.partition(";")[0]}
    )
    assert {quad.triple for quad in ox.parse(answer.data, format=wanted)} == set(triples)


def test_a_row_is_seen_before_the_next_comes(elsewhere: Elsewhere, client: FlaskClient) -> None:
    go_on = threading.Event()

    def slowly(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/tab-separated-values")
        request.end_headers()
        request.wfile.write(b"?a\n1\n" + b"2\n" * 100_000)
        go_on.wait(PATIENCE)
        request.wfile.write(b"3\n")
        request.close_connection = True

    elsewhere.respond = slowly
    query = Query("SELECT * { ?s ?p ?a }", results=Chosen("text/csv", "text/csv"))
    with engine(client).answer(query) as answer:
        pieces = iter(answer)
        first = next(pieces)
        assert first.startswith(b"a\r\n1\r\n2\r\n")
        go_on.set()
        assert b"".join(pieces).endswith(b"2\r\n3\r\n")


@given(st.lists(st.integers(1, 40)), st.integers(1, 300))
def test_blank_nodes_of_virtuoso_are_mended_however_they_come(cuts: list[int], size: int) -> None:
    cell = '{ "type": "bnode", "value": "nodeID://b1" }'
    text = rf'[{cell}, "\"bnode\", \"value\": \"nodeID://b2", "bnode", {cell}, "bnode'.encode()
    body = Body(InPieces(text, cuts), is_json=True)  # type: ignore[arg-type]
    found = b"".join(iter(lambda: body.read(size), b""))
    assert found == text.replace(b'"value": "nodeID://', b'"value": "')


class InPieces:
    """A body that comes in pieces of some lengths, and then the rest."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self._content = BytesIO(content)
        self._sizes = iter(sizes)

    def read1(self, size: int, *, decode_content: bool) -> bytes:
        return self._content.read(next(self._sizes, size))


@pytest.mark.parametrize(
    ("rows", "expected"), [("", "false"), ('{"a":{"type":"literal","value":"1"}}', "true")]
)
def test_rows_may_say_yes_or_no(elsewhere: Elsewhere, client: FlaskClient, rows: str, expected: str) -> None:
    body = f'{{"head":{{"vars":["a"]}},"results":{{"bindings":[{rows}]}}}}'
    elsewhere.respond = sends(body.encode())
    assert ask(client, "ASK { ?s ?p ?o }", format="csv").text == expected


def test_more_rows_than_may_be_are_refused(elsewhere: Elsewhere, front: Front) -> None:
    elsewhere.respond = sends(b"?a\n" + b"1\n" * 1000, "text/tab-separated-values")
    answer = ask(front(max_rows=10))
    assert answer.status_code == 422
    assert "more than 10 rows" in answer.json["detail"]


def test_an_answer_is_kept_for_a_minute(elsewhere: Elsewhere, front: Front) -> None:
    client = front()
    answers = [ask(client) for _ in range(3)]
    assert len({answer.data for answer in answers}) == 1
    assert len(elsewhere.heard) == 1
    again = client.post(
        "/sparql", data={"query": "SELECT * { ?s ?p ?o }"}, headers={"Cache-Control": "no-cache"}
    )
    assert again.data == answers[0].data
    assert len(elsewhere.heard) == 2


@pytest.mark.parametrize("is_graph", [False, True])
def test_a_connection_is_used_again(elsewhere: Elsewhere, is_graph: bool) -> None:
    if is_graph:
        elsewhere.respond = sends(b"<urn:s> <urn:p> <urn:o> .\n", "application/n-triples")
    upstream = Upstream(Address(elsewhere.url))
    elsewhere.connections.clear()
    for _ in range(3):
        with upstream.ask(Question("", is_graph)) as reply:
            assert list(reply.triples() if is_graph else reply.results())  # type: ignore[arg-type]
    assert len(elsewhere.connections) == 1


# What goes wrong


@pytest.mark.parametrize(
    ("status", "ours", "words"),
    [
        (400, 422, "cannot answer the query: no such function"),
        (401, 502, "does not let it ask"),
        (403, 502, "does not let it ask"),
        (404, 502, "sends no results"),
        (301, 502, "sends no results"),
        (307, 502, "sends no results"),
        (204, 502, "sends no results"),
        (429, 503, "too much to do"),
        (500, 502, "failed to answer the query: no such function"),
        (503, 503, "too much to do"),
        (504, 504, "ask for less at once"),
    ],
)
def test_errors_of_the_endpoint_are_said_in_our_words(
    elsewhere: Elsewhere,
    client: FlaskClient,
    status: int,
    ours: int,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # A body after 204 would be taken for what answers the next request on that connection.
    body = b"" if status == 204 else b"no such\nfunction"
    elsewhere.respond = sends(body, "text/plain", status, Location=elsewhere.url)
    answer = ask(client)
    assert (answer.status_code, answer.mimetype) == (ours, "application/problem+json")
    assert words in answer.json["detail"]
    assert ("Retry-After" in answer.headers) is (ours == 503)
    assert str(elsewhere.server_port) not in answer.text
    assert len(elsewhere.heard) == 1, "redirects are not followed, and nothing is asked twice"


@pytest.mark.parametrize("status", [200, 500])
def test_a_page_is_no_answer(elsewhere: Elsewhere, client: FlaskClient, status: int) -> None:
    elsewhere.respond = sends(b"<html>Welcome to nginx</html>", "text/html", status)
    answer = ask(client)
    assert answer.status_code == 502
    assert "nginx" not in answer.text


@pytest.mark.parametrize("body", [b"", b'{"head":', ROWS[:-20], b"<html>", b"[" * 1_000_000])
def test_what_cannot_be_read_is_no_answer(elsewhere: Elsewhere, client: FlaskClient, body: bytes) -> None:
    elsewhere.respond = sends(body)
    answer = ask(client)
    assert answer.status_code == 502
    assert "cannot be read, or was cut there" in answer.json["detail"]


def cut(request: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent."""
    request.send_response(200)
    request.send_header("Content-Type", "text/tab-separated-values")
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    request.wfile.write(b"?a\n" + b'"row"\n' * request.server.rows)  # type: ignore[attr-defined]
    request.close_connection = True


def test_an_answer_that_is_cut_there_is_cut_here(elsewhere: Elsewhere, client: FlaskClient) -> None:
    elsewhere.respond = cut
    elsewhere.rows = 10  # type: ignore[attr-defined]
    assert ask(client).status_code == 502
    elsewhere.rows = 100_000  # type: ignore[attr-defined]
    with engine(client).answer(Query("SELECT * {}", results=Chosen(JSON, JSON))) as answer:
        with pytest.raises(Failed, match="broke its answer off"):
            list(answer)
        assert answer.failure is not None


def test_an_endpoint_that_is_down(front: Front) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        client = front(endpoint=Address(f"http://127.0.0.1:{nobody.getsockname()[1]}/"))
        answer = ask(client)
        assert (answer.status_code, answer.headers["Retry-After"]) == (502, "5")
        assert answer.json["detail"] == "the endpoint behind this server cannot be reached; try again later"
        health = client.get("/health")
        assert health.status_code == 503
        assert health.json == {
            "status": "not ready",
            "live": True,
            "ready": False,
            "reason": "the endpoint behind this server cannot be reached; try again later",
        }
        assert "polemos_endpoint_up 0.0" in client.get("/metrics").text
        assert client.get("/", headers=HTML).status_code == 200
        assert client.get("/?question=movements", headers=HTML).status_code == 502


class Silent:
    """Never answers; `is_left` is set when who asked has gone."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()
        self.is_left = threading.Event()

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        self.is_asked.set()
        if request.connection.recv(1) == b"":
            self.is_left.set()
        request.close_connection = True


def test_an_endpoint_that_never_answers(elsewhere: Elsewhere, front: Front) -> None:
    elsewhere.respond = silent = Silent()
    answer = ask(front(timeout=5.0))
    assert answer.status_code == 504
    assert "time limit of 5 seconds" in answer.json["detail"]
    assert silent.is_left.wait(PATIENCE)


@pytest.mark.parametrize("who", ["the client", "the operator"])
def test_who_goes_or_cancels_ends_the_query_there_too(
    elsewhere: Elsewhere, client: FlaskClient, who: str
) -> None:
    elsewhere.respond = silent = Silent()
    served = engine(client)

    def cancel() -> None:
        silent.is_asked.wait(PATIENCE)
        for running in served.running():
            served.cancel(running.number)

    if who == "the operator":
        threading.Thread(target=cancel).start()
    gone = silent.is_asked.is_set if who == "the client" else lambda: False
    with pytest.raises(Failed, match=who):
        served.answer(Query("ASK {}", results=Chosen(JSON, JSON)), Caller(is_gone=gone))
    assert silent.is_left.wait(PATIENCE)


# What operators and readers see


def test_health_asks_the_endpoint_now_and_then(elsewhere: Elsewhere, front: Front) -> None:
    elsewhere.respond = sends(b'{"head":{},"boolean":true}')
    client = front()
    for _ in range(10):
        health = client.get("/health")
        assert "polemos_endpoint_up 1.0" in client.get("/metrics").text
    assert health.json == {"status": "ok", "live": True, "ready": True, "endpoint": "answers"}
    assert [heard["query"] for heard in elsewhere.heard] == [["ASK { ?s ?p ?o }"]]


def test_what_goes_wrong_is_counted(elsewhere: Elsewhere, front: Front) -> None:
    client = front()
    ask(client)
    elsewhere.respond = sends(b"", "text/plain", 500)
    ask(client, "ASK {}")
    text = client.get("/metrics").text
    assert 'polemos_queries_total{outcome="200"} 1.0' in text
    assert 'polemos_queries_total{outcome="502"} 1.0' in text
    assert "polemos_snapshot_age_seconds" not in text


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/events.json",
            "/events.csv",
            "/events.geojson",
            "/events/weeks.json",
            "/events.ttl",
            "/feed.atom",
        ),
        *("/search?q=a", "/suggest?q=a"),
    ],
)
def test_what_needs_an_index_says_so(elsewhere: Elsewhere, client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 501
    assert "has none; ask by a query at /query" in answer.json["detail"]


def test_pages_offer_no_lists_where_there_is_no_index(elsewhere: Elsewhere, client: FlaskClient) -> None:
    home = client.get("/", headers=HTML)
    assert home.status_code == 200
    assert "has no index" in home.text
    assert "?question=movements" in home.text
    assert 'role="search"' not in home.text
    events = client.get("/events?type=AirStrike&from=2024", headers=HTML)
    assert events.status_code == 501
    assert "/query?query=PREFIX" in events.text
    words = client.get("/events?q=bomb", headers=HTML)
    assert (words.status_code, "/query?query=PREFIX" in words.text) == (501, False)
    assert elsewhere.heard == []


def test_a_store_beside_it_gives_the_lists(elsewhere: Elsewhere, front: Front, made: Path) -> None:
    client = front(store=made, base="https://example.org/merged/")
    home = client.get("/", headers=HTML)
    assert 'role="search"' in home.text
    assert "rocket attack on base" in home.text
    assert client.get("/events.json").json["count"] > 0
    assert elsewhere.heard == []
    assert json.loads(ask(client).data) == json.loads(ROWS)
    assert len(elsewhere.heard) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "nothing to serve"),
        ({"endpoint": Address("http://localhost/"), "is_writable": True}, "polemos publish"),
        ({"store": Path("store"), "merged_graph": "urn:m"}, "only an endpoint"),
    ],
)
def test_settings_that_cannot_be_meant(settings: dict[str, object], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        Settings(**settings)
