"""Answers queries, each in a process that can be killed: of what they are asked, a source says.

A query past its time limit is killed with its process, and so is one whose client has gone or that the
operator cancels; a fresh process takes its place. Before the first byte the failure is an answer with a
status; after it `Failed` is raised from the iteration, so that the connection breaks instead of ending as
if all had been said. A snapshot never changes, so an answer that was given once is right for as long as
the snapshot is the newest: small ones are kept.
"""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any, Final, Self

from builder.store import Version
from server.cache import Cache, Kept, is_lasting
from server.messages import Ask, Failed, Failure, Opening, Query, Reading, Stale
from server.metrics import Metrics
from server.pool import TICK, Pool, give_way
from server.processes import Process, ProcessDied
from server.settings import Settings
from server.source import Source

# Seconds after which a query gives way to others; our own questions take less over 100,000 events.
_LONG: Final = 1.0
# How often a query is tried again whose snapshot was removed, or whose process was killed from outside,
# before it began to answer.
_TRIES: Final = 3
_OF_MEMORY: Final = Failure(
    503, "the query needs more memory than one may have here; ask for less at once", cause="memory"
)
_CANCELLED: Final = Failure(503, "the query was cancelled by the operator", cause="cancelled")
_GONE: Final = Failure(
    499, "the client has gone", cause="gone"
)  # the status that nginx logs; nobody receives it


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an address, how to see that they have gone, and whether they want no kept answer."""

    client: str = ""
    is_gone: Callable[[], bool] = _never
    wants_fresh: bool = False


@dataclass(slots=True, eq=False)
class Running:
    """A query that runs, as the operator sees it; `began` is on the monotonic clock."""

    number: int
    reading: Reading
    caller: Caller
    process: Process
    deadline: float
    limit: float
    began: float = field(default_factory=monotonic)
    is_cancelled: bool = False
    is_long: bool = False

    def cancel(self) -> None:
        """Kill the query."""
        self.is_cancelled = True
        self.process.kill()

    def receive(self) -> Any:  # noqa: ANN401 (any message)
        """Wait for the next message. Raises `Failed` if the time is up or the client has gone."""
        while not self.process.is_heard(min(TICK, self.deadline - monotonic())):
            self._look_around()
        try:
            return self.process.receive()
        except ProcessDied:
            if self.is_cancelled:
                raise Failed(_CANCELLED) from None
            if self.process.died_of == signal.SIGKILL:
                raise
            raise Failed(_OF_MEMORY) from None

    def _look_around(self) -> None:
        now = monotonic()
        if now >= self.deadline:
            said = f"the query ran past the time limit of {self.limit:.3g} seconds"
            raise Failed(Failure(504, said, cause="time"))
        if self.caller.is_gone():
            raise Failed(_GONE)
        if not self.is_long and now - self.began > _LONG:
            self.is_long = True
            give_way(self.process)


class Answer:
    """The pieces of an answer, as they are written; close it if it is not read to the end."""

    def __init__(self, opening: Opening, version: Version, rest: "Rest | None" = None) -> None:
        self.content_type = opening.content_type
        self.version = version
        self.length = len(opening.piece) if opening.is_whole else None
        self._first = opening.piece
        self._rest = rest

    def __iter__(self) -> Iterator[bytes]:
        if self._first:  # an empty piece would end a chunked response
            yield self._first
        if self._rest:
            yield from self._rest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the query stop; nothing more comes."""
        if self._rest:
            self._rest.close()

    @property
    def failure(self) -> Failure | None:
        """Why the answer ended before it was whole, if it did."""
        return self._rest.failure if self._rest else None


class Rest:
    """The pieces after the first, from a query that still runs; `end` is told once how it ended."""

    def __init__(
        self, running: Running, opening: Opening, largest: int, end: Callable[[Exception | None, bytes], None]
    ) -> None:
        self._running = running
        self._gathered: bytearray | None = bytearray(opening.piece)
        self._largest = largest
        self.failure: Failure | None = None
        self._end: Callable[[Exception | None, bytes], None] | None = end

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._end is None:
            raise StopIteration
        try:
            piece = self._receive()
        except Failed as error:
            self._finish(error)
            raise
        if piece is None:
            self._finish(None)
            raise StopIteration
        self._gather(piece)
        return piece

    def _receive(self) -> bytes | None:
        try:
            message: bytes | Failure | None = self._running.receive()
        except ProcessDied as error:
            raise Failed(Failure(503, "the query process was killed")) from error
        if isinstance(message, Failure):
            raise Failed(message)
        return message

    def _gather(self, piece: bytes) -> None:
        """Gather the answer as long as it may be kept."""
        if self._gathered is not None:
            self._gathered += piece
            if len(self._gathered) > self._largest:
                self._gathered = None

    def _finish(self, error: Failed | None) -> None:
        end, self._end = self._end, None
        if end:
            self.failure = error.failure if error else None
            end(error, bytes(self._gathered or b""))

    def close(self) -> None:
        """End the query, unless it has ended."""
        self._finish(Failed(_GONE))


class Engine:
    """Answers queries of a source; close it to end its processes."""

    def __init__(self, source: Source, settings: Settings, metrics: Metrics) -> None:
        self._source = source
        self._settings = settings
        self._metrics = metrics
        self._cache = Cache(settings.cache)
        self._numbers = count(1)
        self._running: dict[int, Running] = {}
        self._pool = Pool(source.launch, size=settings.workers, queue=settings.queue)
        metrics.watch(running=lambda: len(self._running), waiting=lambda: self._pool.waiting)
        for gauge in source.gauges():
            metrics.gauge(*gauge)

    def version(self) -> Version:
        """Say which version is the newest. Raises `StoreError` if there is none."""
        return self._source.version()

    def state(self) -> Mapping[str, str]:
        """Say how the source is. Raises `StoreError` or `Failed` if it cannot be asked now."""
        return self._source.state()

    def running(self) -> tuple[Running, ...]:
        """List the queries that run."""
        return tuple(self._running.values())

    def cancel(self, number: int) -> bool:
        """Kill a query by its number; say whether it ran."""
        running = self._running.get(number)
        if running is None:
            return False
        running.cancel()
        return True

    def close(self) -> None:
        """Kill what runs and end all processes."""
        for running in self.running():
            running.cancel()
        self._pool.close()

    def answer(self, reading: Reading, caller: Caller = Caller()) -> Answer:
        """Run a query; return when the first of its answer is there.

        Raises `Failed` for a query that is refused, malformed, past the time limit, or whose answer cannot
        be written in a format that the client takes; `StoreError` if there is no snapshot.
        """
        longest = self._settings.max_query
        if isinstance(reading, Query) and len(reading.text) > longest:
            raise Failed(Failure(413, f"a query may have {longest:,} characters at most"))
        began = monotonic()
        for _ in range(_TRIES):
            version = self.version()
            kept = None if caller.wants_fresh else self._cache.get((version, reading))
            if kept is not None:
                self._metrics.answered("cached", monotonic() - began)
                return Answer(Opening(kept.content_type, kept.content, is_whole=True), version)
            with suppress(ProcessDied):
                return self._run(reading, caller, version, began + self._settings.timeout)
        self._metrics.answered("503", monotonic() - began)
        raise Failed(Failure(503, "the query process was killed, again and again", retry_after=1))

    def _run(self, reading: Reading, caller: Caller, version: Version, deadline: float) -> Answer:
        """Begin a query over a version. Raises `ProcessDied` if it can be tried again."""
        process = self._pool.lend(caller.client, deadline=deadline, is_gone=caller.is_gone)
        if caller.is_gone():  # a query that is begun and killed costs a process
            self._pool.take_back(process, caller.client)
            raise Failed(_GONE)
        limit = self._settings.timeout
        running = Running(next(self._numbers), reading, caller, process, deadline, limit)
        self._running[running.number] = running
        try:
            process.send(Ask(reading, version.snapshot))
            message = running.receive()
        except BaseException as error:
            self._end(running, error)
            raise
        if isinstance(message, Opening) and not message.is_whole:
            return Answer(message, version, self._rest(running, version, message))
        failed: Exception | None = Failed(message) if isinstance(message, Failure) else None
        if isinstance(message, Stale):
            failed = ProcessDied()
        self._end(running, failed, is_answered=True)
        if failed:
            raise failed
        self._keep(running, version, message.content_type, message.piece)
        return Answer(message, version)

    def _rest(self, running: Running, version: Version, opening: Opening) -> Rest:
        def end(error: Exception | None, content: bytes) -> None:
            self._end(running, error, is_answered=error is None)
            if content and error is None:
                self._keep(running, version, opening.content_type, content)

        return Rest(running, opening, self._cache.largest, end)

    def _keep(self, running: Running, version: Version, content_type: str, content: bytes) -> None:
        if is_lasting(running.reading) and not running.caller.wants_fresh:
            self._cache.put((version, running.reading), Kept(content_type, content))

    def _end(self, running: Running, error: BaseException | None, *, is_answered: bool = False) -> None:
        """Let go of a query's process: it goes on to the next if it has answered and was not slowed down."""
        self._running.pop(running.number, None)
        client = running.caller.client
        if is_answered and not running.is_long and not running.is_cancelled:
            self._pool.take_back(running.process, client)
        else:
            self._pool.replace(running.process, client)
        self._metrics.ended(error, monotonic() - running.began, is_killed=not is_answered)
