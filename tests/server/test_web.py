"""The application behind the HTTP server of `polemos serve`: real sockets, long answers, broken lines."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server import create_app
from server.settings import Settings
from server.web import Web

MANY_ROWS = "SELECT+*+%7B?a+?b+?c+.+?d+?e+?f+.+?g+?h+?i%7D&format=tsv"
SLOW_COUNT = "SELECT+(COUNT(*)+AS+?n)+%7B?a+?b+?c+.+?d+?e+?f+.+?g+?h+?i+.+?j+?k+?l%7D"
TIMEOUT = 1.0  # seconds: the rows take ten times as long
WORKERS = 3


@pytest.fixture(scope="module")
def port(made: Path) -> Iterator[int]:
    settings = Settings(made, timeout=TIMEOUT, workers=WORKERS)
    app = create_app(settings)
    web = Web(app, settings, host="127.0.0.1", port=0)
    is_wanted = threading.Event()
    thread = threading.Thread(target=lambda: web._loop(lambda: not is_wanted.is_set()))
    thread.start()
    yield web.port
    is_wanted.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    web.stop(grace=5)


@pytest.fixture
def connect(port: int) -> Iterator[Callable[[], http.client.HTTPConnection]]:
    made = []

    def connection() -> http.client.HTTPConnection:
        made.append(http.client.HTTPConnection("127.0.0.1", port, timeout=30))
        return made[-1]

    yield connection
    for each in made:
        each.close()


def get(connection: http.client.HTTPConnection, path: str, **headers: str) -> http.client.HTTPResponse:
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def say(port: int, text: bytes) -> bytes:
    """Send bytes as they are and give all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(text)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_short_answers_have_a_length_and_share_a_connection(connect) -> None:
    connection = connect()
    for _ in range(2):
        response = get(connection, "/sparql?query=ASK+%7B%7D&format=csv")
        assert response.headers["Content-Length"] == "4"
        assert response.read() == b"true"


def test_an_empty_graph_is_an_empty_answer(connect) -> None:
    response = get(connect(), "/sparql?query=CONSTRUCT+WHERE+%7B?s+%3Curn:none%3E+?o%7D&format=nt")
    assert response.status == 200
    assert response.read() == b""


def test_past_the_time_limit_before_the_first_byte(connect) -> None:
    response = get(connect(), f"/sparql?query={SLOW_COUNT}")
    assert response.status == 504
    assert json.loads(response.read())["detail"] == "the query ran past the time limit of 1 seconds"


def test_an_answer_that_is_cut_off_does_not_look_whole(connect) -> None:
    response = get(connect(), f"/sparql?query={MANY_ROWS}")
    assert response.status == 200
    assert response.headers["Content-Length"] is None
    with pytest.raises(http.client.IncompleteRead):
        response.read()


def test_http_1_0_gets_a_whole_answer_or_an_error(port: int) -> None:
    """It has no chunks, so an answer that is cut would look whole: none is begun before it is all there."""
    whole = say(port, b"GET /sparql?query=ASK+%7B%7D&format=csv HTTP/1.0\r\n\r\n")
    assert whole.endswith(b"Content-Length: 4\r\n") or b"Content-Length: 4\r\n" in whole
    assert whole.endswith(b"\r\n\r\ntrue")
    cut = say(port, f"GET /sparql?query={MANY_ROWS} HTTP/1.0\r\n\r\n".encode())
    assert cut.startswith(b"HTTP/1.0 504 ")


@pytest.mark.parametrize("rows", [MANY_ROWS, SLOW_COUNT])
def test_clients_that_hang_up_give_their_processes_back(port: int, connect, rows: str) -> None:
    for _ in range(2 * WORKERS):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(f"GET /sparql?query={rows} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            time.sleep(0.05)  # long enough for the query to begin
    began = time.monotonic()
    assert get(connect(), "/sparql?query=ASK+%7B%7D&format=csv").read() == b"true"
    assert time.monotonic() - began < TIMEOUT


def test_one_client_leaves_a_process_to_others(port: int, connect) -> None:
    greedy = [connect() for _ in range(2 * WORKERS)]
    for connection in greedy:
        connection.request("GET", f"/sparql?query={SLOW_COUNT}")
    time.sleep(0.1)
    other = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=("127.0.0.2", 0))
    began = time.monotonic()
    assert get(other, "/sparql?query=ASK+%7B%7D&format=csv").read() == b"true"
    assert time.monotonic() - began < TIMEOUT / 2
    other.close()
    statuses = {connection.getresponse().status for connection in greedy}
    assert statuses <= {503, 504}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 262_200 + b"\r\n\r\n", 431),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n", 413),
    ],
)
def test_what_is_no_proper_request_gets_problem_details(port: int, request_: bytes, status: int) -> None:
    head, _, body = say(port, request_).partition(b"\r\n\r\n")
    assert f" {status} ".encode() in head.partition(b"\r\n")[0]
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_a_header_cannot_be_put_into_an_answer(port: int) -> None:
    answer = say(port, b"GET /?question=a%0d%0aX-Evil:1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    head = answer.partition(b"\r\n\r\n")[0]
    assert b"\r\nX-Evil" not in head
