"""Runs queries: each in a thread of its own, its answer handed over in pieces.

Oxigraph pushes an answer into a file, a WSGI server pulls it from an iterable, and the results of a
query may only be touched by the thread that ran it. So a thread runs the query and writes the answer,
in any format, into a queue that the server's thread reads. What crosses the queue is plain data (the
content type, bytes, a failure), so that a process can take the thread's place.

A time limit ends the wait for an answer, and stops a query that yields rows as it runs. Oxigraph has no
way to stop one that computes before its first row, such as an aggregate: its thread runs on to its end.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from typing import Final, Self

import pyoxigraph as ox
from pyoxigraph import NamedNode, Variable

from builder.store import current_snapshot, open_snapshot
from server.formats import Chosen, Result, Wish, offers_for
from server.refusal import refusal

# Characters. The longest of our own questions has about 2,000; lists of a thousand IRIs still fit.
MAX_QUERY_LENGTH: Final = 100_000
# Oxigraph's parser and evaluator recurse, about 5 kB a level: 50,000 opened and closed brackets, the most
# that a query has room for, ran in 256 MiB, where the usual 8 MiB end the whole process. It is address
# space; memory is taken only as it is used.
_STACK: Final = 256 * 1024 * 1024
_PIECE: Final = 64 * 1024  # bytes: large enough for a queue to cost nothing beside the writing
_PIECES: Final = 8  # how far the writer may run ahead of the reader: half a MiB
_STACK_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Query:
    """A query and its dataset as the protocol gives them; `bindings` sets variables to IRIs.

    Where neither kind of graph is named, the dataset is the whole store, or what FROM says.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer: an HTTP status and a sentence."""

    status: int
    message: str


class QueryFailed(Exception):  # noqa: N818 (it says what happened; the error is in it)
    """A query that has no answer; once an answer has begun, an answer that does not end."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class Engine:
    """Answers queries over the newest snapshot of a store.

    `base` resolves relative IRIs; `timeout` is in seconds, None for no limit.
    Raises `StoreError` if there is no snapshot to read.
    """

    def __init__(self, path: Path, *, base: str | None = None, timeout: float | None = None) -> None:
        self._path = path
        self._base = base
        self._timeout = timeout
        self._lock = threading.Lock()
        self._name = ""
        self._store = self.store()

    def store(self) -> ox.Store:
        """Give the newest snapshot, opened once; those who still read an older one keep it."""
        with self._lock:
            name = current_snapshot(self._path)
            if name != self._name:
                self._name, self._store = name, open_snapshot(self._path)
            return self._store

    def answer(self, query: Query, wish: Wish) -> "Answer":
        """Run a query in a thread of its own; return when the first of its answer is there.

        Raises `QueryFailed` for a query that is refused, malformed, past the time limit, or whose answer
        cannot be written in a format that the client takes.
        """
        if len(query.text) > MAX_QUERY_LENGTH:
            raise QueryFailed(Failure(413, f"a query may have {MAX_QUERY_LENGTH:,} characters at most"))
        pipe = _Pipe(self._timeout)
        _start(
            threading.Thread(target=_work, args=(self.store(), query, self._base, wish, pipe), daemon=True)
        )
        return Answer(pipe)


class _Stopped(Exception):  # noqa: N818 (nothing went wrong)
    """Raised into Oxigraph's writing, the one way to stop it."""


class _Pipe:
    """A file to the thread that writes an answer, a queue of messages to the one that reads it."""

    def __init__(self, timeout: float | None) -> None:
        self._queue: Queue[Chosen | bytes | Failure | None] = Queue(_PIECES)
        self._buffer = bytearray()
        self._closed = False
        self._timeout = timeout
        self._deadline = None if timeout is None else monotonic() + timeout

    def write(self, data: bytes) -> int:
        if self._closed:
            raise _Stopped
        if self._deadline is not None and monotonic() > self._deadline:
            raise QueryFailed(self._too_late())
        self._buffer += data
        if len(self._buffer) >= _PIECE:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Send what is gathered; never an empty piece, which ends a chunked response."""
        if self._buffer:
            self.put(bytes(self._buffer))
            self._buffer.clear()

    def put(self, message: Chosen | bytes | Failure | None) -> None:
        self._queue.put(message)

    def get(self) -> Chosen | bytes | Failure | None:
        """Wait for the next message; a failure where the time limit comes first."""
        remaining = None if self._deadline is None else max(0.0, self._deadline - monotonic())
        try:
            return self._queue.get(timeout=remaining)
        except Empty:
            self.close()
            return self._too_late()

    def _too_late(self) -> Failure:
        return Failure(503, f"the query ran past the time limit of {self._timeout:g} seconds")

    def close(self) -> None:
        """Stop the writer at its next piece. It may wait for room, so room is made."""
        self._closed = True
        while not self._queue.empty():
            self._queue.get_nowait()


class Answer:
    """The pieces of an answer, as they are written; close it if it is not read to the end.

    A failure in the middle raises `QueryFailed` from the iteration, so that the connection breaks instead
    of ending as if all had been said.
    """

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe = pipe
        head = self._next()
        if not isinstance(head, Chosen):
            raise QueryFailed(Failure(500, "the query ended without an answer"))
        self.content_type = head.content_type
        # Status and headers are sent with the first piece, so wait for it: what fails before has a status.
        self._first = self._next()

    @property
    def length(self) -> int | None:
        """How many bytes the answer has, where that is known: no piece but the last is a short one."""
        size = len(self._first) if isinstance(self._first, bytes) else 0
        return size if size < _PIECE else None

    def _next(self) -> Chosen | bytes | None:
        message = self._pipe.get()
        if isinstance(message, Failure):
            raise QueryFailed(message)
        return message

    def __iter__(self) -> Iterator[bytes]:
        piece = self._first
        while isinstance(piece, bytes):
            yield piece
            piece = self._next()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the query stop; nothing more comes."""
        self._pipe.close()


def _start(thread: threading.Thread) -> None:
    """Start a thread with the deep stack; the setting is the process's, so it is put back."""
    with _STACK_LOCK:
        usual = threading.stack_size(_STACK)
        thread.start()
        threading.stack_size(usual)


def _work(store: ox.Store, query: Query, base: str | None, wish: Wish, pipe: _Pipe) -> None:
    """Run a query and write its answer. Nothing of Oxigraph's, nor an exception, leaves this thread."""
    try:
        _write(store, query, base, wish, pipe)
    except _Stopped:
        pass  # nobody reads any more
    except QueryFailed as error:
        pipe.put(error.failure)
    except (SyntaxError, ValueError, RuntimeError) as error:
        pipe.put(Failure(400, f"the query cannot be answered: {_plain(error)}"))
    except OSError as error:
        pipe.put(Failure(500, f"the store cannot be read: {error}"))
    finally:
        pipe.put(None)


def _write(store: ox.Store, query: Query, base: str | None, wish: Wish, pipe: _Pipe) -> None:
    refused = refusal(query.text, base=base)
    if refused:
        raise QueryFailed(Failure(403, refused))
    result = _evaluate(store, query, base)
    chosen = wish.choose(result)
    if chosen is None:
        names = ", ".join(offer.names[0] for offer in offers_for(result))
        raise QueryFailed(Failure(406, f"the answer to this query can be had as {names}"))
    pipe.put(chosen)
    result.serialize(pipe, format=chosen.writer)  # type: ignore[arg-type]
    pipe.flush()


def _evaluate(store: ox.Store, query: Query, base: str | None) -> Result:
    dataset = {}
    if query.default_graphs or query.named_graphs:
        dataset = {
            "default_graph": [NamedNode(iri) for iri in query.default_graphs],
            "named_graphs": [NamedNode(iri) for iri in query.named_graphs],
        }
    bindings = {Variable(name): NamedNode(iri) for name, iri in query.bindings.items()}
    return store.query(query.text, base_iri=base, substitutions=bindings, **dataset)  # type: ignore[arg-type]


def _plain(error: Exception) -> str:
    """Say what the parser says, but for an unknown prefix, which it hides in a list of characters."""
    said = " ".join(str(error).split())
    where, found, _ = said.partition("expected one of Prefix not found")
    return f"{where}no PREFIX line declares this prefix" if found else said
