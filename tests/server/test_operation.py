"""What operators see and do: health, metrics, running queries, the access log, compression, a clean stop."""

import gzip
import hashlib
import http.client
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import brotli
import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from builder.store import Store, newest_version, open_snapshot
from server.access import Tokens, add_token, hash_of
from server.messages import Failed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TOKEN = "open sesame"
TOKENS = Tokens((hash_of(TOKEN),))
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
MANY_ROWS = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SLOW_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
BIN = Path(sys.executable).parent


def ask(client: FlaskClient, query: str, **headers: str) -> TestResponse:
    return client.get("/sparql", query_string={"query": query, "format": "tsv"}, headers=headers)


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


@contextmanager
def asking(client: FlaskClient, query: str) -> Iterator[list[TestResponse]]:
    """Ask in a thread of its own; the response is there when the block has ended."""
    responses: list[TestResponse] = []
    other = client.application.test_client()
    thread = threading.Thread(target=lambda: responses.append(ask(other, query)))
    thread.start()
    wait_until(client.application.extensions["engine"].running)
    yield responses
    thread.join()


# Health and metrics


def test_health(client: FlaskClient, made: Path) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    snapshot = newest_version(made).snapshot
    assert response.json == {"status": "ok", "live": True, "ready": True, "snapshot": snapshot}


def test_health_where_the_store_is_gone(folder: Path, serve) -> None:
    client = serve(folder, workers=1)
    (folder / "current").unlink()
    response = client.get("/health")
    assert response.status_code == 503
    assert response.json == {"status": "not ready", "live": True, "ready": False}


def figures(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Read the metrics as Prometheus does: the value by the name and the labels' values."""
    response = client.get("/metrics")
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if not sample.name.endswith(("_created", "_bucket", "_sum"))
    }


def test_metrics_of_known_traffic(folder: Path, serve) -> None:
    client = serve(folder, workers=1, timeout=1.0, is_writable=True, tokens=TOKENS)
    for query in ("ASK {}", "ASK {}", "ASK {} #", "nonsense", SLOW_COUNT):
        ask(client, query)
    client.get("/sparql", query_string={"query": "ASK {}"}, headers={"Accept": "image/png"})
    for update in ("INSERT DATA { <urn:s> <urn:p> 1 }", "DROP GRAPH <urn:none>"):
        client.post("/sparql", data={"update": update}, headers=WITH_TOKEN)
    client.post("/sparql", data={"update": "CLEAR ALL"})
    client.open("/sparql", method="BREW")
    found = figures(client)
    assert 0 <= found.pop(("polemos_snapshot_age_seconds",)) < 20, "the update was published just now"
    assert found == {
        ("polemos_queries_total", "200"): 2,
        ("polemos_queries_total", "cached"): 1,
        ("polemos_queries_total", "400"): 1,
        ("polemos_queries_total", "406"): 1,
        ("polemos_queries_total", "504"): 1,
        ("polemos_query_seconds_count",): 6,
        ("polemos_query_kills_total", "time"): 1,
        ("polemos_writes_total", "200"): 1,
        ("polemos_writes_total", "422"): 1,
        ("polemos_requests_total", "GET", "200"): 3,
        ("polemos_requests_total", "GET", "400"): 1,
        ("polemos_requests_total", "GET", "406"): 1,
        ("polemos_requests_total", "GET", "504"): 1,
        ("polemos_requests_total", "POST", "204"): 1,
        ("polemos_requests_total", "POST", "401"): 1,
        ("polemos_requests_total", "POST", "422"): 1,
        ("polemos_requests_total", "other", "405"): 1,
        ("polemos_queries_running",): 0,
        ("polemos_queries_waiting",): 0,
        ("polemos_text_seconds_count",): 0,
    }


def test_a_query_that_is_tried_again_is_counted_once(folder: Path, serve) -> None:
    client = serve(folder, workers=1, timeout=1.0)
    with asking(client, SLOW_COUNT) as responses:
        (running,) = client.application.extensions["engine"].running()
        os.kill(running.process.number, signal.SIGKILL)
    assert responses[0].status_code == 504
    found = figures(client)
    queries = {labels[1]: value for labels, value in found.items() if labels[0] == "polemos_queries_total"}
    kills = {labels[1]: value for labels, value in found.items() if labels[0] == "polemos_query_kills_total"}
    assert queries == {"504": 1}
    assert kills == {"outside": 1, "time": 1}


def test_metrics_of_what_is_under_way(folder: Path, serve) -> None:
    client = serve(folder, workers=1, tokens=TOKENS)
    engine = client.application.extensions["engine"]
    with asking(client, SLOW_COUNT), asking(client, f"{SLOW_COUNT} # again"):
        wait_until(lambda: engine._pool.waiting)
        found = figures(client)
        assert found[("polemos_queries_running",)] == 1
        assert found[("polemos_queries_waiting",)] == 1
        (first,) = engine.running()
        engine.cancel(first.number)
        wait_until(lambda: engine.running() and engine.running()[0].number != first.number)
        engine.cancel(engine.running()[0].number)


# Queries that run


def test_the_operator_lists_and_cancels_queries(folder: Path, serve) -> None:
    client = serve(folder, workers=1, tokens=TOKENS)
    assert client.get("/running", headers=WITH_TOKEN).json == []
    with asking(client, SLOW_COUNT) as responses:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            assert client.get("/running", headers=headers).status_code == 401
            assert client.delete("/running/1", headers=headers).status_code == 401
        (running,) = client.get("/running", headers=WITH_TOKEN).json
        assert running["query"] == SLOW_COUNT
        assert running["client"] == "127.0.0.1"
        assert 0 <= running["seconds"] < 20
        assert client.delete(f"/running/{running['number'] + 1}", headers=WITH_TOKEN).status_code == 404
        cancelled = client.delete(f"/running/{running['number']}", headers=WITH_TOKEN)
        assert cancelled.status_code == 204
    assert responses[0].status_code == 503
    assert responses[0].json["detail"] == "the query was cancelled by the operator"
    response = client.delete(f"/running/{running['number']}", headers=WITH_TOKEN)
    assert response.status_code == 404
    assert response.json["detail"] == f"no query {running['number']} runs"
    assert client.get("/running", headers=WITH_TOKEN).json == []
    assert ask(client, "ASK {}").data == b"true"


def test_a_graph_that_is_read_is_listed_too(folder: Path, serve) -> None:
    client = serve(folder, workers=1, tokens=TOKENS)
    ontology = "https://w3id.org/polemos/ontology"
    response = client.get(f"/graph-store?graph={ontology}", headers={"Accept": "application/n-triples"})
    (running,) = client.get("/running", headers=WITH_TOKEN).json
    assert running["query"] == f"GRAPH <{ontology}>"
    response.close()


# The access log


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], dict]:
    """The last line of the access log."""
    caplog.set_level(logging.INFO, logger="polemos.access")

    def last() -> dict:
        lines = [record.getMessage() for record in caplog.records if record.name == "polemos.access"]
        assert "\n" not in lines[-1]
        return json.loads(lines[-1])

    return last


QUERY = "ASK {\n<urn:ж> ?p 'a' }"
UPDATE = "DROP SILENT GRAPH <urn:none>"


@pytest.mark.parametrize(
    ("request_", "status", "names", "text"),
    [
        ({"query_string": {"query": QUERY}}, 200, "query", QUERY),
        ({"method": "POST", "data": {"query": QUERY}}, 200, "query", QUERY),
        ({"method": "POST", "data": QUERY, "content_type": "application/sparql-query"}, 200, "query", QUERY),
        ({"query_string": {"query": "ASK"}}, 400, "query", "ASK"),
        ({"method": "POST", "data": {"update": UPDATE}, "headers": WITH_TOKEN}, 204, "update", UPDATE),
        (
            {
                "method": "POST",
                "data": UPDATE,
                "content_type": "application/sparql-update",
                "headers": WITH_TOKEN,
            },
            204,
            "update",
            UPDATE,
        ),
    ],
    ids=["get", "form", "direct", "malformed", "update", "direct update"],
)
def test_a_line_for_each_request(folder: Path, serve, log, request_, status, names, text) -> None:
    client = serve(folder, workers=1, is_writable=True, tokens=TOKENS)
    client.open("/sparql", **request_).close()
    line = log()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert 0 < line.pop("seconds") < 20
    assert line == {
        "client": "127.0.0.1",
        "method": request_.get("method", "GET"),
        "path": "/sparql",
        "status": status,
        names: hashlib.sha256(text.encode()).hexdigest()[:16],
    }


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"path": "/health"}, 200),
        ({"path": "/nothing"}, 404),
        ({"path": "/sparql", "method": "PUT"}, 405),
        ({"path": "/sparql", "method": "POST", "data": {"query": "x" * 2_000_000}}, 413),
        ({"path": "/sparql", "method": "POST", "data": b"x", "content_type": "text/plain"}, 415),
        ({"path": "/graph-store?default", "method": "PUT", "data": {"a": "b"}}, 403),
    ],
)
def test_a_line_where_there_is_no_query(client: FlaskClient, log, request_: dict, status: int) -> None:
    client.open(**request_).close()
    line = log()
    assert line["status"] == status
    assert not {"query", "update", "cut"} & set(line)


def test_a_line_for_an_answer_that_is_cut(folder: Path, serve, log) -> None:
    client = serve(folder, workers=1, timeout=0.5)
    response = ask(client, MANY_ROWS)
    with pytest.raises(Failed):
        _ = response.data
    response.close()
    line = log()
    assert line["status"] == 200, "it was sent before"
    assert line["cut"] == "the query ran past the time limit of 0.5 seconds"
    assert line["seconds"] > 0.4


def test_a_line_for_a_client_that_goes_away(folder: Path, serve, log) -> None:
    client = serve(folder, workers=1)
    response = ask(client, MANY_ROWS)
    response.close()
    assert log()["cut"] == "the client has gone"


def test_what_is_asked_of_an_answer_that_was_kept(folder: Path, serve, log) -> None:
    client = serve(folder, workers=1)
    tag = ask(client, "ASK {}").headers["ETag"]
    ask(client, "ASK {}", **{"If-None-Match": tag}).close()
    assert log()["status"] == 304
    assert log()["query"] == hashlib.sha256(b"ASK {}").hexdigest()[:16]


# Compression

DECODERS: dict[str | None, Callable[[bytes], bytes]] = {
    None: lambda content: content,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}
# A table that is whole at once, one that comes in pieces, a graph, a page, and a list.
TABLE = "/sparql?format=csv&query=" + quote("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o")
STREAM = "/sparql?format=tsv&query=" + quote(f"{MANY_ROWS} LIMIT 3000")
GRAPH = "/graph-store?format=nt&graph=https://w3id.org/polemos/ontology"
PATHS = [TABLE, STREAM, GRAPH, "/", "/questions"]
STREAMED = {STREAM, GRAPH}
FRESH = {"Cache-Control": "no-cache"}  # an answer that is kept does not come in pieces


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_compressed_answers_are_the_same(client: FlaskClient, path: str, encoding: str) -> None:
    plain = client.get(path, headers=FRESH)
    assert "Content-Encoding" not in plain.headers
    response = client.get(path, headers={**FRESH, "Accept-Encoding": encoding})
    # Brotli gives nothing of a stream before it has all of it.
    sent = None if path in STREAMED and encoding == "br" else encoding
    assert response.headers.get("Content-Encoding") == sent
    assert "Accept-Encoding" in response.headers["Vary"]
    assert DECODERS[sent](response.data) == plain.data
    assert sent is None or len(response.data) < len(plain.data) / 2
    if path.startswith("/sparql"):
        assert response.headers["ETag"] == plain.headers["ETag"]
        again = client.get(
            path, headers={"Accept-Encoding": encoding, "If-None-Match": response.headers["ETag"]}
        )
        assert again.status_code == 304


@pytest.mark.parametrize(
    ("accepted", "table", "stream"),
    [
        ("gzip;q=0", None, None),
        ("gzip;q=0, br;q=0, zstd;q=0", None, None),
        ("identity", None, None),
        ("deflate", None, None),
        ("*;q=0", None, None),
        ("gzip;q=0, br", "br", None),
        ("zstd;q=0, *", "br", "gzip"),
        ("zstd;q=0, br;q=0, *;q=0.1", "gzip", "gzip"),
        ("gzip, *;q=0", "gzip", "gzip"),
        ("gzip;q=0.5, br;q=1", "br", "gzip"),
        ("gzip;q=1, zstd;q=0.1", "gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd", "zstd"),
        ("GZIP", "gzip", "gzip"),
        ("*", "zstd", "zstd"),
    ],
)
def test_encodings_are_negotiated(client: FlaskClient, accepted: str, table: str | None, stream) -> None:
    for path, encoding in ((TABLE, table), (STREAM, stream)):
        response = client.get(path, headers={**FRESH, "Accept-Encoding": accepted})
        assert response.headers.get("Content-Encoding") == encoding
        assert DECODERS[encoding](response.data) == client.get(path).data


def test_a_compressed_answer_that_is_cut_does_not_end(folder: Path, serve) -> None:
    client = serve(folder, workers=1, timeout=0.5)
    response = ask(client, MANY_ROWS, **{"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    pieces = []
    with pytest.raises(Failed):
        pieces.extend(response.iter_encoded())
    with pytest.raises(EOFError):
        gzip.decompress(b"".join(pieces))


def test_short_answers_are_not_compressed(client: FlaskClient) -> None:
    assert "Content-Encoding" not in ask(client, "ASK {}", **{"Accept-Encoding": "gzip"}).headers


# The end of `polemos serve`


@dataclass(frozen=True, slots=True)
class Server:
    """`polemos serve` in a process of its own."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    token: str
    connections: list[http.client.HTTPConnection] = field(default_factory=list)

    def request(self, query: str = "", update: str = "") -> http.client.HTTPConnection:
        """Send a query or an update."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.connections.append(connection)
        if query:
            connection.request("GET", f"/sparql?format=tsv&query={quote(query)}")
        else:
            headers = {
                "Content-Type": "application/sparql-update",
                "Authorization": f"Bearer {self.token}",
            }
            connection.request("POST", "/sparql", body=update.encode(), headers=headers)
        return connection

    def children(self) -> list[int]:
        """List the processes that this one has started."""
        return [number for number, (parent, _) in processes().items() if parent == self.process.pid]

    def ended(self, seconds: float) -> int:
        """Wait for the end and give the exit status; all that it started has ended, in good order."""
        children = self.children()
        status = self.process.wait(timeout=seconds)
        wait_until(lambda: not [number for number in children if processes().get(number, (0, "Z"))[1] != "Z"])
        log = self.log.read_text()
        assert "Traceback" not in log, log
        assert "polemos: error" not in log, log
        return status


def processes() -> dict[int, tuple[int, str]]:
    """List all processes: the parent of each, and its state; Z is one that has ended."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(") ")[2].split()[:2]
        except OSError:  # it has just ended
            continue
        found[int(folder.name)] = (int(parent), state)
    return found


@pytest.fixture
def serving(folder: Path) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def serve(*options: str) -> Server:
        token = add_token(folder.parent / "tokens")
        log = folder.parent / "log"
        command = [BIN / "polemos", "serve", "--store", folder, "--port", "0", "--workers", "2", *options]
        command += ["--writable", "--token-file", folder.parent / "tokens"]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        wait_until(lambda: b"sparql)" in log.read_bytes() or process.poll() is not None)
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text())[1])
        started.append(Server(process, port, log, token))
        return started[-1]

    yield serve
    for each in started:
        each.process.kill()
        each.process.wait()
        for connection in each.connections:
            connection.close()


def begin_counting(server: Server) -> http.client.HTTPConnection:
    """Begin a query that would take weeks."""
    connection = server.request(SLOW_COUNT)
    time.sleep(0.3)
    return connection


def is_answered(connection: http.client.HTTPConnection) -> bool:
    try:
        with connection.getresponse() as response:
            return response.status < 300
    except (http.client.HTTPException, OSError):
        return False


linux = pytest.mark.skipif(sys.platform != "linux", reason="what a process started is seen in /proc")


@linux
def test_a_stream_ends_whole_before_the_server_does(serving) -> None:
    rows = 120_000  # 16 MB: many times what waits in buffers
    server = serving("--grace", "30")
    connection = server.request(f"{MANY_ROWS} LIMIT {rows}")
    response = connection.getresponse()
    body = response.read(1000)
    server.process.terminate()
    time.sleep(0.5)
    assert server.process.poll() is None
    with pytest.raises(OSError, match="refused"):
        server.request("ASK {}")
    body += response.read()
    assert body.count(b"\n") == rows + 1
    assert server.ended(10) == 0


@linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_query_that_does_not_end_is_cut_at_the_grace_period(serving, number: int) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("these tests run in the background, where Ctrl-C is nothing to a shell's children")
    server = serving("--grace", "0.7")
    connection = begin_counting(server)
    assert len(server.children()) >= 2
    began = time.monotonic()
    server.process.send_signal(number)
    assert server.ended(10) == 0
    assert 0.7 < time.monotonic() - began < 6
    assert not is_answered(connection)


@linux
def test_a_server_with_nothing_to_do_ends_at_once(serving) -> None:
    server = serving("--grace", "30")
    kept = server.request("ASK {}")
    assert kept.getresponse().read() == b"true"
    began = time.monotonic()
    server.process.terminate()
    assert server.ended(10) == 0
    assert time.monotonic() - began < 5


@linux
def test_a_second_signal_ends_the_server_at_once(serving) -> None:
    server = serving("--grace", "60")
    begin_counting(server)
    server.process.terminate()
    time.sleep(0.5)
    assert server.process.poll() is None
    began = time.monotonic()
    server.process.terminate()
    assert server.ended(10) == 0
    assert time.monotonic() - began < 5


# Of so many rows that it takes a second, which are but a few hundred statements.
LONG_UPDATE = (
    "INSERT { GRAPH <urn:kept> { ?a ?b ?c } } "
    "WHERE { SELECT ?a ?b ?c { ?d ?e ?f . ?g ?h ?i . ?a ?b ?c } LIMIT 40000 }"
)
ENDLESS_UPDATE = (
    "DROP GRAPH <https://example.org/report/1> ; "
    f"INSERT {{ <urn:s> <urn:p> ?n }} WHERE {{ {{ {SLOW_COUNT} }} }}"
)


@linux
def test_an_update_is_answered_and_kept(serving, folder: Path) -> None:
    server = serving("--grace", "30")
    connection = server.request(update=LONG_UPDATE)
    wait_until((folder / "unpublished").exists)
    server.process.terminate()
    assert connection.getresponse().status == 204
    assert server.ended(10) == 0
    assert bool(open_snapshot(folder).query("ASK { GRAPH <urn:kept> { ?s ?p ?o } }"))
    assert not (folder / "unpublished").exists()


@linux
def test_an_update_that_does_not_end_is_not_done(serving, folder: Path) -> None:
    server = serving("--grace", "0.5")
    connection = server.request(update=ENDLESS_UPDATE)
    wait_until((folder / "unpublished").exists)
    server.process.terminate()
    assert server.ended(10) == 0
    assert not is_answered(connection)
    with Store.open(folder) as store:
        assert not bool(store.query("ASK { <urn:s> ?p ?o }"))
        assert bool(store.query("ASK { GRAPH <https://example.org/report/1> { ?s ?p ?o } }"))


@linux
def test_a_server_that_is_killed_leaves_no_process(serving, folder: Path) -> None:
    server = serving()
    connection = server.request(update="INSERT DATA { <urn:s> <urn:p> 1 }")
    assert connection.getresponse().status == 204
    begin_counting(server)
    assert len(server.children()) >= 3
    server.process.kill()
    assert server.ended(10) == -signal.SIGKILL
    with Store.open(Path(shutil.copytree(folder, folder.with_name("copy")))) as store:
        assert bool(store.query("ASK { <urn:s> <urn:p> 1 }"))
