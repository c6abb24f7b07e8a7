"""A process that answers queries over one snapshot, one query at a time, until it is killed.

Oxigraph has no time limit and no way to stop a query, so each runs where it can be killed without harm to
others. Oxigraph pushes an answer into a file, and the pieces go out as they are written.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat, QueryTriples, RdfFormat, Variable

import ontology
from builder.errors import StoreError
from builder.store import current_snapshot, open_snapshot
from server.child import connect, plain, run_deep, without_path
from server.line import Line
from server.messages import (
    PIECE,
    Ask,
    Chosen,
    Dump,
    Failed,
    Failure,
    Opening,
    Query,
    ReaderStart,
    Reading,
    Ready,
    Stale,
)
from server.refusal import refusal
from server.sandbox import deny_network, limit_memory

# Seconds after which a piece that is not full is sent all the same, so that slow rows are seen.
_PATIENCE: Final = 0.1
# What each row, or each triple, has once in the formats that are not lines. It stands nowhere else: inside
# a string of JSON each quote has a backslash before it, and in XML each angle bracket is an entity.
_ROWS: Final = {
    "application/sparql-results+json": b'"}},{"',
    "application/sparql-results+xml": b"</result>",
    "application/ld+json": b'{"@',
}
_LINE: Final = b"\n"
# By whether the answer is a graph.
_UNFIT: Final = {
    False: "the answer to this query can be had as json, xml, csv, tsv",
    True: "the answer to this query can be had as turtle, jsonld, ntriples, rdfxml, trig, nquads",
}


class Stopped(Exception):  # noqa: N818 (nothing went wrong)
    """Raised into Oxigraph's writing, the one way to stop it."""


@dataclass(slots=True)
class Pieces:
    """The file that Oxigraph writes an answer into: it sends the answer in pieces, and counts its rows."""

    line: Line
    chosen: Chosen
    max_rows: int
    is_cut: bool
    buffer: bytearray = field(default_factory=bytearray)
    end: bytes = b""  # of the piece before: a mark may have begun in it
    rows: int = 0
    is_open: bool = False
    sent_at: float = field(default_factory=monotonic)

    def write(self, data: bytes) -> int:
        """Take what Oxigraph has written; raises `Stopped` when that is enough."""
        self.buffer += data
        size = len(self.buffer)
        if size >= PIECE or (size and monotonic() - self.sent_at > _PATIENCE):
            self._count()
            self._send(is_last=False)
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is gathered is sent when there is enough of it."""

    def finish(self) -> None:
        """Send the rest and say that it was all."""
        self._count()
        self._send(is_last=True)

    def _count(self) -> None:
        mark = _ROWS.get(self.chosen.writer, _LINE)
        text = self.end + self.buffer
        self.rows += text.count(mark)
        self.end = text[max(0, len(text) - len(mark) + 1) :]
        if self.rows <= self.max_rows:
            return
        if self.is_cut:
            self._cut()
        raise Failed(Failure(422, f"the answer has more than {self.max_rows:,} rows: add LIMIT"))

    def _cut(self) -> None:
        """End the answer after the last line that is wanted; only formats with a line a row are cut."""
        lines = self.buffer.split(_LINE)
        surplus = self.rows - self.max_rows
        self.buffer = bytearray(_LINE.join(lines[: len(lines) - 1 - surplus]) + _LINE)
        self._send(is_last=True)
        raise Stopped

    def _send(self, *, is_last: bool) -> None:
        piece = bytes(self.buffer)
        if not self.is_open:
            self.line.send(Opening(self.chosen.content_type, piece, is_last))
            self.is_open = True
        else:
            if piece:
                self.line.send(piece)
            if is_last:
                self.line.send(None)
        self.buffer.clear()
        self.sent_at = monotonic()


@dataclass(slots=True)
class Reader:
    """Answers what is asked, from the snapshot that is named; it keeps the last one open."""

    start: ReaderStart
    line: Line
    snapshot: str = ""
    store: ox.Store | None = None

    def serve(self) -> None:
        """Answer until the line is cut, with the newest snapshot open before the first question."""
        with suppress(StoreError):  # the question will meet it too
            self._opened(current_snapshot(self.start.store))
        self.line.send(Ready())
        while True:
            try:
                ask: Ask = self.line.receive()
            except EOFError:
                os._exit(0)
            self.answer(ask)

    def answer(self, ask: Ask) -> None:
        """Answer one question; whatever goes wrong is an answer too."""
        try:
            self._answer(ask)
        except Stopped:
            pass  # the answer was cut, and its end sent
        except Failed as error:
            self.line.send(error.failure)
        except (SyntaxError, ValueError) as error:
            self.line.send(Failure(400, f"the query is malformed: {plain(error)}"))
        except RuntimeError as error:
            self.line.send(Failure(422, f"the query cannot be answered: {plain(error)}"))
        except MemoryError:
            self.line.send(Failure(503, "the query needs more memory than one may have here"))
        except StoreError as error:
            self.line.send(Failure(503, without_path(error, self.start.store)))
        except OSError as error:
            self.line.send(Failure(502, f"the query cannot be answered: {plain(error)}"))

    def _answer(self, ask: Ask) -> None:
        store = self._opened(ask.snapshot)
        if store is None:
            self.line.send(Stale())
        elif isinstance(ask.reading, Query):
            self._query(store, ask.reading)
        else:
            self._dump(store, ask.reading)

    def _opened(self, snapshot: str) -> ox.Store | None:
        """Open a snapshot, unless it is the one that is open; None if it is there no more."""
        if snapshot != self.snapshot:
            self.store, self.snapshot = None, ""
            try:
                self.store = open_snapshot(self.start.store, snapshot)
            except StoreError:
                if (self.start.store / "snapshots" / snapshot).is_dir():
                    raise
                return None
            self.snapshot = snapshot
        return self.store

    def _query(self, store: ox.Store, query: Query) -> None:
        refused = refusal(query.text, base=query.base, allowed=self.start.hosts)
        if refused:
            raise Failed(Failure(422, refused))
        result = evaluate(store, query)
        is_graph = isinstance(result, QueryTriples)
        chosen = query.graphs if is_graph else query.results
        if chosen is None:
            raise Failed(Failure(406, _UNFIT[is_graph]))
        if query.is_head:
            self.line.send(Opening(chosen.content_type, b"", is_whole=True))
            return
        pieces = self._pieces(query, chosen)
        if isinstance(result, QueryTriples):
            result.serialize(pieces, format=RdfFormat.from_media_type(chosen.writer))  # type: ignore[arg-type]
        else:
            result.serialize(pieces, format=QueryResultsFormat.from_media_type(chosen.writer))  # type: ignore[arg-type]
        pieces.finish()

    def _pieces(self, reading: Reading, chosen: Chosen) -> Pieces:
        rows = reading.first_rows if isinstance(reading, Query) else None
        return Pieces(self.line, chosen, self.start.max_rows if rows is None else rows, rows is not None)

    def _dump(self, store: ox.Store, dump: Dump) -> None:
        graph = DefaultGraph() if dump.graph is None else NamedNode(dump.graph)
        if isinstance(graph, NamedNode) and not store.contains_named_graph(graph):
            raise Failed(Failure(404, f"there is no graph <{graph.value}>"))
        if dump.is_head:
            self.line.send(Opening(dump.format.content_type, b"", is_whole=True))
            return
        pieces = self._pieces(dump, dump.format)
        format_ = RdfFormat.from_media_type(dump.format.writer)
        store.dump(pieces, format_, from_graph=graph, prefixes=dict(ontology.PREFIXES))  # type: ignore[arg-type]
        pieces.finish()


def evaluate(store: ox.Store, query: Query) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Run a query over a store. Raises what Oxigraph does."""
    dataset = {}
    if query.default_graphs or query.named_graphs:
        dataset = {
            "default_graph": [NamedNode(iri) for iri in query.default_graphs],
            "named_graphs": [NamedNode(iri) for iri in query.named_graphs],
        }
    bindings = {Variable(name): NamedNode(iri) for name, iri in query.bindings}
    return store.query(query.text, base_iri=query.base, substitutions=bindings, **dataset)  # type: ignore[arg-type]


def main() -> None:
    """Do what the parent says, within the bounds that it sets."""
    line = connect()
    start: ReaderStart = line.receive()
    if not start.hosts:
        deny_network()
    limit_memory(start.memory + start.stack)
    run_deep(start.stack, Reader(start, line).serve)


if __name__ == "__main__":
    main()
