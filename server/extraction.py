"""Texts of visitors as the server sees them: read in a process of their own, one at a time, and not kept."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from server.messages import Extraction, ExtractorStart, Failed, Failure, Text
from server.metrics import Metrics
from server.pool import TICK
from server.processes import Process, ProcessDied
from server.settings import Settings, Trying

# Seconds after which it may be worth to come back: usual texts are read in half a second each.
_RETRY: Final = 5
_FULL: Final = Failure(503, "too many texts wait already; try again later", _RETRY)
_LATE: Final = Failure(503, "other texts took the whole time limit; try again later", _RETRY)
_DIED: Final = Failure(
    503, "the process that read the text has died; it may have needed too much memory", _RETRY
)
_NONE: Final = Failure(503, "no process that reads texts can be started; the operator's log says why", _RETRY)


class Extractor:
    """Has texts read; the process begins with the first, and ends when none has come for a while.

    Without `Settings.trying` there is nothing to read with: callers look there first.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._metrics = metrics
        self._trying = settings.trying or Trying()
        self._start = ExtractorStart(settings.base, self._trying.memory, self._trying.characters)
        self._places = threading.BoundedSemaphore(1 + self._trying.queue)
        self._turn = threading.Lock()
        self._process: Process | None = None
        self._rest: threading.Timer | None = None
        self._is_closed = False

    @property
    def process(self) -> int | None:
        """The number of the process, where there is one."""
        process = self._process
        return None if process is None else process.number

    def read(self, text: Text, is_gone: Callable[[], bool]) -> Extraction:
        """Have a text read when it is its turn. Raises `Failed`, also where the client has gone meanwhile."""
        began = monotonic()
        answer = self._answer(text, is_gone)
        self._metrics.read(answer.status if isinstance(answer, Failure) else 200, monotonic() - began)
        if isinstance(answer, Failure):
            raise Failed(answer)
        return answer

    def _answer(self, text: Text, is_gone: Callable[[], bool]) -> Extraction | Failure:
        if not self._places.acquire(blocking=False):
            return _FULL
        try:
            return self._in_turn(text, is_gone)
        finally:
            self._places.release()

    def _in_turn(self, text: Text, is_gone: Callable[[], bool]) -> Extraction | Failure:
        deadline = monotonic() + self._trying.timeout
        while not self._turn.acquire(timeout=TICK):
            if monotonic() > deadline or is_gone():
                return _LATE
        try:
            return self._exchange(text)
        finally:
            self._turn.release()

    def _exchange(self, text: Text) -> Extraction | Failure:
        process = self._started()
        if process is None:
            return _NONE
        try:
            process.send(text)
            if process.is_heard(self._trying.timeout):
                answer: Extraction | Failure = process.receive()
                self._rest_later()
                return answer
            failure = Failure(
                504, f"the text took longer than {self._trying.timeout:g} seconds; try a part of it"
            )
        except ProcessDied:
            failure = _DIED
        self._end()
        return failure

    def _started(self) -> Process | None:
        """Give the process; one that died while it was idle is replaced."""
        if self._rest is not None:
            self._rest.cancel()
        if self._process is not None and self._process.is_heard(0):
            self._end()
        if self._process is None and not self._is_closed:
            try:
                self._process = Process("server.extraction_process", self._start)
            except (ProcessDied, OSError):  # too many files or processes, or no memory
                return None
            if not self._process.wait_until_ready():
                self._end()
        return self._process

    def _rest_later(self) -> None:
        self._rest = threading.Timer(self._trying.idle, self._end_idle)
        self._rest.daemon = True
        self._rest.start()

    def _end_idle(self) -> None:
        # Where it is somebody's turn, the process is needed, and rests later.
        if self._turn.acquire(blocking=False):
            self._end()
            self._turn.release()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.bury()
            self._process = None

    def close(self) -> None:
        """End the process, whatever it reads."""
        self._is_closed = True
        if self._rest is not None:
            self._rest.cancel()
        process = self._process
        if self._turn.acquire(blocking=False):
            self._end()
            self._turn.release()
        elif process is not None:
            process.kill()  # who waits for it, in another thread, buries it
