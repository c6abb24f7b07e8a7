"""Whatever text is sent, the answer is one of those that are documented, and the next query is answered.

POLEMOS_FUZZ says how many texts are sent in all; what they are is drawn from POLEMOS_SEED.
"""

import http.client
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, seed, settings
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.store import Store

from . import grammar
from .figures import FIGURES, SEED
from .servers import Served, serving

# As many as take ten seconds on two processors.
TEXTS = int(os.environ.get("POLEMOS_FUZZ", "2000"))
# An update that is done is made durable, which takes ten times as long as a query.
UPDATES = TEXTS // 5
# What docs/server.md lists, and what needs no explanation there.
DOCUMENTED = {200, 204, 303, 400, 403, 404, 405, 406, 413, 415, 422, 503, 504}
PROBLEM = "application/problem+json"
# Unlucky texts end soon; most take a millisecond.
LIMITS = ("--timeout", "2", "--write-timeout", "5", "--memory", "512", "--access-log", "")
# What no answer may hold: places in the file system, and words of the programs inside.
INSIDE = (
    "Traceback",
    ".py",
    "/tmp",
    "/work",
    "/home",
    "/usr",
    "site-packages",
    "pyoxigraph",
    "panicked",
    "0x7f",
)
# After so many updates the store is emptied: chance makes it grow.
SOME = 20


def fuzzed(times: int) -> settings:
    return settings(max_examples=times, deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Client:
    """A connection that is kept; it looks at every answer, and counts them by status."""

    def __init__(self, served: Served, token: str = "") -> None:
        self.seen: Counter[int] = Counter()
        self._connection = served.connect()
        self._authorization = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method: str, path: str, body: bytes, accept: str, type_: str = "") -> int:
        """Send a request; give the status of its answer."""
        headers = {"Accept": accept, "Content-Type": type_, **self._authorization}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        try:
            content = response.read().decode()
        except http.client.IncompleteRead:  # cut at the time limit, and seen to be
            self._connection.close()
            return response.status
        self.seen[response.status] += 1
        assert response.status in DOCUMENTED, content
        assert not [word for word in INSIDE if word in content], content
        if response.status >= 400 and accept != "text/html" and not path.startswith("/query"):
            assert response.headers["Content-Type"] == PROBLEM
            assert json.loads(content)["status"] == response.status
        return response.status

    def look(self) -> None:
        """See that a plain query is answered."""
        query = b"SELECT ?o { <urn:a> <urn:p> ?o } LIMIT 1"
        assert self.send("POST", "/sparql", query, "text/csv", "application/sparql-query") == 200

    def close(self) -> None:
        self._connection.close()

    def tell(self, what: str) -> None:
        seen = ", ".join(f"{count} times {status}" for status, count in sorted(self.seen.items()))
        FIGURES.append(f"{what}: {seen}")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with so little in it that all with all is few rows."""
    path = tmp_path_factory.mktemp("fuzz") / "store"
    nodes = [NamedNode(f"urn:{name}") for name in "abpq"]
    quads = [Quad(a, p, o, DefaultGraph()) for a in nodes for p in nodes[2:] for o in (*nodes, Literal(1))]
    with Store.open(path, create=True) as store:
        store.replace_default(quads)
        store.publish()
    return path


@pytest.fixture(scope="module")
def reading(store: Path) -> Iterator[Client]:
    with serving(store, *LIMITS) as served:
        client = Client(served)
        yield client
        client.look()
        client.close()
        client.tell("queries")
        assert served.surprises() == []


@pytest.fixture(scope="module")
def writing(store: Path, writable: tuple[str, ...], token: str) -> Iterator[Client]:
    own = Path(shutil.copytree(store, store.with_name("writable")))
    with serving(own, *LIMITS, *writable) as served:
        client = Client(served, token)
        yield client
        client.look()
        client.close()
        client.tell("updates")
        assert served.surprises() == []


@seed(SEED)
@fuzzed(TEXTS - UPDATES)
@given(grammar.queries, grammar.accepts, grammar.ways)
def test_queries(reading: Client, text: bytes, accept: str, way: str) -> None:
    if way == "body":
        reading.send("POST", "/sparql", text, accept, "application/sparql-query")
    elif way == "form":
        form = b"query=" + quote_from_bytes(text).encode()
        reading.send("POST", "/sparql", form, accept, "application/x-www-form-urlencoded")
    else:
        reading.send("GET", f"{way}?query={quote_from_bytes(text)}", b"", accept)
    if not sum(reading.seen.values()) % SOME:
        reading.look()


@seed(SEED)
@fuzzed(UPDATES)
@given(grammar.updates, grammar.accepts)
def test_updates(writing: Client, text: bytes, accept: str) -> None:
    writing.send("POST", "/sparql", text, accept, "application/sparql-update")
    if not sum(writing.seen.values()) % SOME:
        writing.send("POST", "/sparql", b"DROP ALL", accept, "application/sparql-update")
        writing.look()
