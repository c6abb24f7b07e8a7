"""Clients that cost little: prepared requests over connections that stay open, bodies that are only read.

Those that ask for a time run in processes of their own, so that no client waits for another's interpreter.
"""

import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnProcess
from typing import Final, Self
from urllib.parse import quote

# A body is read into the same memory again and again: large enough that few calls read a large one.
_BUFFER: Final = 1024 * 1024
# The slowest query takes seconds; a server that says nothing for so long, in seconds, is stuck.
_PATIENCE: Final = 120
# Seconds between giving clients their work and their start: enough to prepare requests and to connect.
_LEAD: Final = 0.3
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)\r\n")
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n")
_CLOSE: Final = re.compile(rb"\r\nconnection: *close\r\n")

JSON: Final = "application/sparql-results+json"
TSV: Final = "text/tab-separated-values"
N_TRIPLES: Final = "application/n-triples"


class BrokenAnswerError(Exception):
    """An answer that is no whole HTTP response with status 200."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query by name, and the media type in which it is asked for."""

    name: str
    text: str
    accept: str = JSON


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server answers queries."""

    host: str
    port: int
    path: str

    def request(self, query: Query, *, fresh: bool = True) -> bytes:
        """Prepare a request; a `fresh` answer is one that no cache may give."""
        head = (
            f"GET {self.path}?query={quote(query.text, safe='')} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"Accept: {query.accept}",
            *(("Cache-Control: no-cache",) if fresh else ()),
        )
        return "\r\n".join((*head, "", "")).encode()


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds from the request to the first byte of the body and to the last, and how many bytes it has."""

    first: float
    whole: float
    size: int


class Connection:
    """A connection that is kept for request after request; use as a context manager."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._at = self._end = 0
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._at, self._end = None, 0, 0

    def open(self) -> socket.socket:
        """Connect, unless there is a connection."""
        if self._socket is None:
            self._socket = socket.create_connection((self._endpoint.host, self._endpoint.port), _PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def ask(self, request: bytes, kept: list[bytes] | None = None) -> Timing:
        """Send a request and read the answer to its end; into `kept` go the pieces of the body.

        Raises `BrokenAnswerError`; the next request opens a new connection then.
        """
        try:
            return self._ask(request, kept)
        except (OSError, ValueError) as error:
            self.close()
            raise BrokenAnswerError(f"{type(error).__name__}: {error}") from error
        except BrokenAnswerError:
            self.close()
            raise

    def _ask(self, request: bytes, kept: list[bytes] | None) -> Timing:
        began = time.perf_counter()
        self.open().sendall(request)
        head = self._until(b"\r\n\r\n").lower()
        if head[9:12] != b"200":
            raise BrokenAnswerError(f"status {head[9:12].decode(errors='replace')}")
        if self._at == self._end:
            self._fill()
        first = time.perf_counter()
        size = self._body(head, kept)
        ended = time.perf_counter()
        if _CLOSE.search(head):
            self.close()
        return Timing(first - began, ended - began, size)

    def _body(self, head: bytes, kept: list[bytes] | None) -> int:
        length = _LENGTH.search(head)
        if length is not None:
            self._take(int(length[1]), kept)
            return int(length[1])
        if not _CHUNKED.search(head):
            raise BrokenAnswerError("neither a length nor chunks: nothing says where the answer ends")
        return sum(self._chunks(kept))

    def _chunks(self, kept: list[bytes] | None) -> Iterator[int]:
        """Read the chunks, and give their sizes."""
        while size := int(self._until(b"\r\n").partition(b";")[0], 16):
            self._take(size, kept)
            self._expect_line_end()
            yield size
        self._expect_line_end()

    def _expect_line_end(self) -> None:
        if self._until(b"\r\n") != b"\r\n":
            raise BrokenAnswerError("a chunk is not as long as it says, or trailers follow the last")

    def _until(self, mark: bytes) -> bytes:
        """Take what comes up to a mark and with it."""
        while (found := self._buffer.find(mark, self._at, self._end)) < 0:
            self._fill()
        taken = bytes(self._view[self._at : found + len(mark)])
        self._at = found + len(mark)
        return taken

    def _take(self, size: int, kept: list[bytes] | None) -> None:
        while size:
            if self._at == self._end:
                self._fill()
            step = min(size, self._end - self._at)
            if kept is not None:
                kept.append(bytes(self._view[self._at : self._at + step]))
            self._at += step
            size -= step

    def _fill(self) -> None:
        """Receive more, behind what is left."""
        rest = self._end - self._at
        if rest == _BUFFER:
            raise BrokenAnswerError("a head or a line without an end")
        self._view[:rest] = bytes(self._view[self._at : self._end])
        received = self.open().recv_into(self._view[rest:])
        if not received:
            raise BrokenAnswerError("the connection ended in the middle of an answer")
        self._at, self._end = 0, rest + received


@dataclass(frozen=True, slots=True)
class Load:
    """What one client asks for a time: requests in turn, and again from the first when all are asked."""

    endpoint: Endpoint
    requests: Sequence[bytes]


@dataclass(slots=True)
class Tally:
    """What clients saw: seconds of each answer, how long they asked, and what failed why.

    `processor` is how many seconds the processor worked for them: what the measuring itself costs.
    """

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0
    processor: float = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """Seconds that so many of a hundred answers took at most."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]

    def add(self, other: Self) -> None:
        """Take in what another client saw at the same time."""
        self.latencies.extend(other.latencies)
        self.seconds = max(self.seconds, other.seconds)
        self.processor += other.processor
        self.failures += other.failures


def ask_for(load: Load, begin: float, end: float) -> Tally:
    """Ask one request after the other between two times of the clock; the last is read to its end."""
    tally = Tally()
    with Connection(load.endpoint) as connection:
        with suppress(OSError):  # the first request will fail for the same reason, and is counted
            connection.open()
        time.sleep(max(0.0, begin - time.perf_counter()))
        began, worked = time.perf_counter(), time.process_time()
        for request in cycle(load.requests):
            try:
                tally.latencies.append(connection.ask(request).whole)
            except BrokenAnswerError as error:
                tally.failures[str(error)] += 1
            if time.perf_counter() >= end:
                break
        tally.seconds, tally.processor = time.perf_counter() - began, time.process_time() - worked
    return tally


def _work(pipe: Pipe) -> None:
    """Be a client: for each load that comes, give back a tally."""
    with suppress(EOFError, BrokenPipeError):  # nobody wants more
        while True:
            pipe.send(ask_for(*pipe.recv()))


def _start() -> tuple[SpawnProcess, Pipe]:
    context = get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that the end of the process is seen as the end of the pipe
    return process, pipe


class Clients:
    """Processes that wait to be clients; use as a context manager, which ends them.

    Each has a pipe of its own: those of a `multiprocessing.Pool` share locks, and where one is killed with
    such a lock the others, and who would end them, wait forever.
    """

    def __init__(self, count: int) -> None:
        # Ctrl-C is for the process that starts them, and ends them: they ignore it, as they inherit.
        usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._clients = [_start() for _ in range(count)]
        signal.signal(signal.SIGINT, usual)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process, pipe in self._clients:
            process.kill()
            process.join()
            pipe.close()

    def ask(self, loads: Iterable[Load], seconds: float) -> list[Tally]:
        """Let a client for each load ask, all at the same time."""
        # The clock of perf_counter is the system's: the same in all processes.
        begin = time.perf_counter() + _LEAD
        pipes = (pipe for _, pipe in self._clients)
        asked = list(zip(pipes, loads, strict=False))
        for pipe, load in asked:
            pipe.send((load, begin, begin + seconds))
        return [pipe.recv() for pipe, _ in asked]
