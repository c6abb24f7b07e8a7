"""What the processes that answer queries have in common: a question at a time, and answers in pieces."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, NoReturn, Self

from server.child import plain
from server.line import Line
from server.messages import PIECE, Ask, Chosen, Failed, Failure, Opening, Query, Reading

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


def answer_all(line: Line, answer: Callable[[Ask], None]) -> NoReturn:
    """Answer one question after the other until the line is cut; whatever goes wrong is an answer too."""
    while True:
        try:
            ask: Ask = line.receive()
        except EOFError:
            os._exit(0)
        try:
            answer(ask)
        except Stopped:
            pass  # the answer was cut, and its end sent
        except Failed as error:
            line.send(error.failure)
        except (SyntaxError, ValueError) as error:
            line.send(Failure(400, f"the query is malformed: {plain(error)}"))
        except RuntimeError as error:
            line.send(Failure(422, f"the query cannot be answered: {plain(error)}"))
        except MemoryError:
            line.send(Failure(503, "the query needs more memory than one may have here"))
        except OSError as error:
            line.send(Failure(502, f"the query cannot be answered: {plain(error)}"))


def fitting(query: Query, *, is_graph: bool) -> Chosen:
    """Choose the format of an answer. Raises `Failed` (406) where the client takes none that fits."""
    chosen = query.graphs if is_graph else query.results
    if chosen is None:
        raise Failed(Failure(406, _UNFIT[is_graph]))
    return chosen


def send_head(line: Line, chosen: Chosen) -> None:
    """Say how an answer would begin, to who asks for no more."""
    line.send(Opening(chosen.content_type, b"", is_whole=True))


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

    @classmethod
    def of(cls, reading: Reading, line: Line, chosen: Chosen, most: int) -> Self:
        """Begin an answer that may have so many rows at most, or is cut where the question says so."""
        rows = reading.first_rows if isinstance(reading, Query) else None
        return cls(line, chosen, most if rows is None else rows, rows is not None)
