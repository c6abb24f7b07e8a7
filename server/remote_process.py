"""A process that hands queries on to an endpoint, one at a time, until it is killed.

That is how a query is cancelled: the connection ends with the process. Answers are read and written anew, so
that they are in the format that was asked for, and one that was cut there is not taken for a whole one here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import pyoxigraph as ox
from pyoxigraph import QueryResultsFormat, RdfFormat

import ontology
from server.child import connect, plain, run_deep
from server.forwarding import of_dump, of_existence, of_query
from server.line import Line
from server.messages import Ask, Dump, Failed, Failure, Query, Ready, RemoteStart
from server.reader import Pieces, answer_all, fitting, send_head
from server.refusal import check_query, refusal
from server.sandbox import limit_memory
from server.upstream import Reply, Upstream

T = TypeVar("T")

_CUT: Final = "the answer of the endpoint behind this server cannot be read, or was cut there"


@dataclass(slots=True)
class Forwarder:
    """Hands on what is asked."""

    start: RemoteStart
    line: Line
    upstream: Upstream

    def serve(self) -> None:
        """Hand on until the line is cut."""
        self.line.send(Ready())
        answer_all(self.line, self.answer)

    def answer(self, ask: Ask) -> None:
        """Hand one question on. Raises what goes wrong."""
        if isinstance(ask.reading, Query):
            self._query(ask.reading)
        else:
            self._dump(ask.reading)

    def _query(self, query: Query) -> None:
        refused = refusal(query.text, base=query.base, allowed=self.start.limits.hosts)
        if refused:
            raise Failed(Failure(422, refused))
        # Some endpoints do an update that comes as a query: what is none for us is none.
        check_query(query.text, base=query.base)
        question = of_query(query, self.start.merged_graph)
        chosen = fitting(query, is_graph=question.is_graph)
        with self.upstream.ask(question) as reply:
            if query.is_head:
                send_head(self.line, chosen)
            else:
                _copy(reply, Pieces.of(query, self.line, chosen, self.start.limits.max_rows))

    def _dump(self, dump: Dump) -> None:
        if dump.graph is not None and not self._has(dump.graph):
            raise Failed(Failure(404, f"there is no graph <{dump.graph}>"))
        if dump.is_head:
            send_head(self.line, dump.format)
            return
        pieces = Pieces.of(dump, self.line, dump.format, self.start.limits.max_rows)
        with self.upstream.ask(of_dump(dump, self.start.merged_graph)) as reply:
            _copy(reply, pieces, dict(ontology.PREFIXES))

    def _has(self, graph: str) -> bool:
        with self.upstream.ask(of_existence(graph, self.start.merged_graph)) as reply:
            return bool(_read(reply.results))


def _copy(reply: Reply, pieces: Pieces, prefixes: dict[str, str] | None = None) -> None:
    """Write an answer anew, as it comes."""
    if isinstance(reply.format, RdfFormat):
        triples = reply.triples()
        format_ = RdfFormat.from_media_type(pieces.chosen.writer)
        _read(lambda: ox.serialize(triples, pieces, format_, prefixes=prefixes))  # type: ignore[arg-type]  # write is all
    else:
        written = QueryResultsFormat.from_media_type(pieces.chosen.writer)
        _read(lambda: reply.results().serialize(pieces, format=written))  # type: ignore[arg-type]
    pieces.finish()


def _read(read: Callable[[], T]) -> T:
    """Read an answer. Raises `Failed` where the endpoint wrote what it should not."""
    try:
        return read()
    except (SyntaxError, ValueError) as error:
        raise Failed(Failure(502, f"{_CUT}: {plain(error)}")) from error


def main() -> None:
    """Do what the parent says, within the bounds that it sets."""
    line = connect()
    start: RemoteStart = line.receive()
    limit_memory(start.limits.memory + start.limits.stack)
    run_deep(start.limits.stack, Forwarder(start, line, Upstream(start.address)).serve)


if __name__ == "__main__":
    main()
