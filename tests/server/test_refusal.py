"""SERVICE is refused however it is written, and nothing else is; nobody is called."""

import socket
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from server.refusal import refusal

REFUSED = [
    "ASK { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { service SILENT <URL> { ?s ?p ?o } }",
    "ASK { ?a ?b ?c . SeRvIcE\n\t<URL>{ ?s ?p ?o } }",
    "PREFIX : <URL> ASK { SERVICE:a{ ?s ?p ?o } }",
    "PREFIX : <URL> ASK { SERVICESILENT:a{ ?s ?p ?o } }",
    "ASK { { SELECT * { OPTIONAL { SERVICE <URL> { ?s ?p ?o } } } } }",
    "ASK { ?s ?p 1SERVICE <URL> { ?s ?p ?o } }",
    "ASK { ?s ?p '#'. SERVICE <URL> { ?s ?p ?o } }",
    'ASK { ?s ?p """it\'s "" """. SERVICE <URL> { ?s ?p ?o } }',
    "ASK { ?s <http://a#> ?o . SERVICE <URL> { ?s ?p ?o } }",
    "SELECT ?service { SERVICE ?service { ?s ?p ?o } VALUES ?service { <URL> } }",
    "ASK { FILTER(1 < 2) SERVICE <URL> { ?s ?p ?o } FILTER(2 > 1) }",
    "ASK { ?s ?p ?o # a comment\r\nSERVICE <URL> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
]
ALLOWED = [
    "ASK { ?s ?p 'SERVICE <URL> { ?s ?p ?o }' }",
    "ASK { ?s ?p ?o } # SERVICE <URL> { ?s ?p ?o }",
    "ASK { <http://example.org/SERVICE> ?p ?o }",
    "PREFIX service: <http://example.org/> ASK { service:a ?p service:b }",
    "PREFIX service: <http://example.org/> ASK { GRAPH service:a { ?s ?p ?o } }",
    "PREFIX e: <http://example.org/> ASK { e:service ?p e:a.service }",
    "SELECT ?service WHERE { ?service ?p ?o }",
    "ASK { _:service ?p 'a'@en-service }",
    'ASK { ?s ?p """\nSERVICE <URL> {\n""" }',
    "SELECT (<urn:service>(1) AS ?x) {}",
]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


def called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("text", REFUSED)
def test_refused_and_nobody_is_called(text: str, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert refusal(text.replace("URL", f"http://127.0.0.1:{port}/")) is not None
    assert not called(listener)


@pytest.mark.parametrize("text", ALLOWED)
def test_the_word_elsewhere_is_allowed(text: str) -> None:
    assert refusal(text.replace("URL", "http://127.0.0.1:1/")) is None


def test_without_the_refusal_oxigraph_calls(listener: socket.socket) -> None:
    """Were this to fail, the refusal would have nothing to refuse, and the tests above would say nothing."""
    listener.settimeout(5)
    port = listener.getsockname()[1]
    calls: list[bool] = []
    caller = threading.Thread(target=lambda: calls.append(called(listener)))
    caller.start()
    with pytest.raises(OSError, match=r"\w"):  # its words depend on how the line was cut
        ox.Store().query(f"ASK {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")
    caller.join()
    assert calls == [True]


@pytest.mark.parametrize("text", ["ASK { SERVICE <http://a> { }", "SELECT ?service { LIMIT }", "#service\nA"])
def test_malformed_text_is_a_syntax_error(text: str) -> None:
    with pytest.raises(SyntaxError, match="error at"):
        refusal(text)


def test_cases_are_many_enough() -> None:
    assert len(REFUSED) >= 15
    assert len(ALLOWED) >= 10
