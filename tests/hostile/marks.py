"""Writes that can be told apart and told whole: each is numbered and leaves a mark in several graphs."""

import csv
import http.client
import io
import threading
from dataclasses import dataclass, field
from urllib.parse import quote

from .servers import Served

# Graphs that each write writes to, beside the default graph.
GRAPHS = tuple(f"urn:mark:graph{number}" for number in range(3))
# Triples of a graph that is put as a whole. Oxigraph takes a file of up to a megabyte in one transaction and
# a larger one in bulk: these have half of that, and twice as much.
SMALL, LARGE = 10_000, 50_000
MARKS = f"""SELECT ?mark (COUNT(?graph) AS ?graphs) (SAMPLE(?held) AS ?last) {{
  {{ GRAPH ?graph {{ ?mark <urn:mark:is> ?n }} }}
  UNION {{ ?mark <urn:mark:is> ?n BIND(<urn:mark:default> AS ?graph) }}
  OPTIONAL {{ GRAPH <{GRAPHS[0]}> {{ <urn:mark:last> <urn:mark:holds> ?held }} }}
}} GROUP BY ?mark"""


@dataclass
class Known:
    """What a client that writes knows: the numbers that it sent, and those of which it heard a yes."""

    sent: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)

    @property
    def next(self) -> int:
        return len(self.sent)

    @property
    def unknown(self) -> set[int]:
        return self.sent - self.acknowledged


def update(number: int) -> str:
    """Write an update of several operations: a mark in each graph, and the last number in the first."""
    marks = [f"GRAPH <{graph}> {{ <urn:mark:{number}> <urn:mark:is> {number} }}" for graph in GRAPHS]
    return f"""INSERT DATA {{ <urn:mark:{number}> <urn:mark:is> {number} . {marks[0]} }} ;
        DELETE WHERE {{ GRAPH <{GRAPHS[0]}> {{ <urn:mark:last> <urn:mark:holds> ?n }} }} ;
        INSERT DATA {{ {marks[1]} GRAPH <{GRAPHS[0]}> {{ <urn:mark:last> <urn:mark:holds> {number} }} }} ;
        INSERT {{ {marks[2]} }} WHERE {{}}"""


def turtle(number: int, size: int) -> bytes:
    """Write a graph of so many triples, all with the same number."""
    return "".join(f"<urn:mark:s{each}> <urn:mark:is> {number} .\n" for each in range(size)).encode()


@dataclass
class Writer:
    """A client with a token. It remembers what was acknowledged, whatever becomes of the server."""

    token: str
    known: Known = field(default_factory=Known)

    def mark(self, served: Served) -> int:
        """Write the next mark by an update; give the status, 0 where there was none."""
        number = self.known.next
        return self._send(
            served, number, "POST", "/sparql", update(number).encode(), "application/sparql-update"
        )

    def put(self, served: Served, graph: str, size: int, method: str = "PUT") -> int:
        """Write the next number as a whole graph."""
        number = self.known.next
        path = f"/graph-store?graph={quote(graph.format(number), safe='')}"
        return self._send(served, number, method, path, turtle(number, size), "text/turtle")

    def _send(self, served: Served, number: int, method: str, path: str, body: bytes, type_: str) -> int:
        self.known.sent.add(number)
        connection = served.connect()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": type_}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
        self.known.statuses.add(response.status)
        if response.status < 300:
            self.known.acknowledged.add(number)
        return response.status

    def keep_marking(self, served: Served, is_over: threading.Event) -> None:
        """Write mark after mark; return when the server is gone or it is enough."""
        while not is_over.is_set() and self.mark(served):
            pass


def rows(served: Served, query: str) -> list[list[str]]:
    """Ask a query; give the rows of the answer."""
    connection = served.connect()
    try:
        connection.request("GET", f"/sparql?format=csv&query={quote(query)}")
        response = connection.getresponse()
        body = response.read().decode()
    finally:
        connection.close()
    assert response.status == 200, body
    return list(csv.reader(io.StringIO(body)))[1:]


def check_marks(served: Served, known: Known) -> None:
    """See that every acknowledged mark is there, and none in part."""
    found = rows(served, MARKS)
    graphs = {int(mark.removeprefix("urn:mark:")): int(count) for mark, count, _ in found}
    halves = {number: count for number, count in graphs.items() if count != len(GRAPHS) + 1}
    assert not halves, "writes are there in part"
    assert known.acknowledged <= graphs.keys() <= known.sent, "an acknowledged write is lost"
    if graphs:
        assert {int(last) for _, _, last in found} == {max(graphs)}, "the last write is not whole"


def check_graph(served: Served, graph: str, size: int, known: Known) -> None:
    """See that a graph that is put again and again holds the last that was acknowledged, or a later one."""
    found = rows(
        served, f"SELECT ?n (COUNT(*) AS ?c) {{ GRAPH <{graph}> {{ ?s <urn:mark:is> ?n }} }} GROUP BY ?n"
    )
    held = {int(number): int(count) for number, count in found}
    assert len(held) <= 1, "two writes are mixed"
    assert set(held.values()) <= {size}, "a write is there in part"
    assert held.keys() <= known.sent
    assert max(known.acknowledged, default=-1) <= max(held, default=-1), "an acknowledged write is lost"


def check_graphs(served: Served, graph: str, size: int, known: Known) -> None:
    """See that of graphs that are each put once all that were acknowledged are there, and none in part."""
    start = graph.format("")
    query = (
        "SELECT ?g (COUNT(*) AS ?c) "
        f"{{ GRAPH ?g {{ ?s <urn:mark:is> ?n }} FILTER(STRSTARTS(STR(?g), '{start}')) }} GROUP BY ?g"
    )
    held = {int(name.removeprefix(start)): int(count) for name, count in rows(served, query)}
    assert set(held.values()) <= {size}, "a write is there in part"
    assert known.acknowledged <= held.keys() <= known.sent, "an acknowledged write is lost"
