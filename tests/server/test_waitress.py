"""The application behind the server that `polemos serve` runs: real sockets, long answers, broken lines."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import waitress

from server import create_app

MANY_ROWS = "SELECT+*+%7B?a+?b+?c+.+?d+?e+?f+.+?g+?h+?i%7D&format=tsv"
TIMEOUT = 0.5  # seconds: the rows take ten times as long


@pytest.fixture(scope="module")
def port(made: Path) -> Iterator[int]:
    web = waitress.create_server(create_app(made, query_timeout=TIMEOUT), host="127.0.0.1", port=0)
    thread = threading.Thread(target=web.run)
    thread.start()
    yield web.effective_port
    web.close()
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture
def connection(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    yield connection
    connection.close()


def test_short_answers_have_a_length_and_share_a_connection(connection: http.client.HTTPConnection) -> None:
    for _ in range(2):
        connection.request("GET", "/sparql?query=ASK+%7B%7D&format=csv")
        response = connection.getresponse()
        assert response.headers["Content-Length"] == "4"
        assert response.read() == b"true"


def test_an_empty_graph_is_an_empty_answer(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/sparql?query=CONSTRUCT+WHERE+%7B?s+%3Curn:none%3E+?o%7D&format=nt")
    response = connection.getresponse()
    assert response.status == 200
    assert response.read() == b""


def test_an_answer_that_is_cut_off_does_not_look_whole(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", f"/sparql?query={MANY_ROWS}")
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["Content-Length"] is None
    with pytest.raises(http.client.IncompleteRead):
        response.read()


def test_a_client_that_hangs_up_does_not_hold_the_server(port: int) -> None:
    for _ in range(8):  # more than waitress has threads
        gone = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        gone.request("GET", f"/sparql?query={MANY_ROWS}")
        gone.getresponse().close()
        gone.close()
    later = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    later.request("GET", "/health")
    assert later.getresponse().read() == b'{"status":"ok"}\n'
    later.close()
