"""A process that answers queries over one snapshot, one query at a time, until it is killed.

Oxigraph has no time limit and no way to stop a query, so each runs where it can be killed without harm to
others. Oxigraph pushes an answer into a file, and the pieces go out as they are written.
"""

from contextlib import suppress
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat, QueryTriples, RdfFormat

import ontology
from builder.errors import StoreError
from builder.store import current_snapshot, open_snapshot
from server.child import connect, run_deep, without_path
from server.line import Line
from server.messages import Ask, Dump, Failed, Failure, Query, ReaderStart, Ready, Stale
from server.reader import Pieces, answer_all, fitting, send_head
from server.refusal import refusal
from server.sandbox import deny_network, limit_memory


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
        answer_all(self.line, self.answer)

    def answer(self, ask: Ask) -> None:
        """Answer one question. Raises what goes wrong."""
        try:
            self._answer(ask)
        except StoreError as error:
            raise Failed(Failure(503, without_path(error, self.start.store))) from error

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
        refused = refusal(query.text, base=query.base, allowed=self.start.limits.hosts)
        if refused:
            raise Failed(Failure(422, refused))
        result = evaluate(store, query)
        chosen = fitting(query, is_graph=isinstance(result, QueryTriples))
        if query.is_head:
            send_head(self.line, chosen)
            return
        pieces = Pieces.of(query, self.line, chosen, self.start.limits.max_rows)
        if isinstance(result, QueryTriples):
            result.serialize(pieces, format=RdfFormat.from_media_type(chosen.writer))  # type: ignore[arg-type]
        else:
            result.serialize(pieces, format=QueryResultsFormat.from_media_type(chosen.writer))  # type: ignore[arg-type]
        pieces.finish()

    def _dump(self, store: ox.Store, dump: Dump) -> None:
        graph = DefaultGraph() if dump.graph is None else NamedNode(dump.graph)
        if isinstance(graph, NamedNode) and not store.contains_named_graph(graph):
            raise Failed(Failure(404, f"there is no graph <{graph.value}>"))
        if dump.is_head:
            send_head(self.line, dump.format)
            return
        pieces = Pieces.of(dump, self.line, dump.format, self.start.limits.max_rows)
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
    return store.query(query.text, base_iri=query.base, **dataset)  # type: ignore[arg-type]


def main() -> None:
    """Do what the parent says, within the bounds that it sets."""
    line = connect()
    start: ReaderStart = line.receive()
    if not start.limits.hosts:
        deny_network()
    limit_memory(start.limits.memory + start.limits.stack)
    run_deep(start.limits.stack, Reader(start, line).serve)


if __name__ == "__main__":
    main()
