"""Hands writes to the one process that writes, one at a time, each with a time limit."""

import threading
from pathlib import Path
from time import monotonic

from server.messages import Failed, Failure, WriterStart, Writing, Written
from server.metrics import Metrics
from server.processes import Process, ProcessDied
from server.settings import Settings

# Seconds that the process keeps the store after a write: long enough for a series of writes to open it once,
# short enough for a build to come between.
_IDLE = 1.0
# It is done in whole or not at all: the process may have been ended between doing it and saying so.
_LOOK = "look whether it was done before you try again"
_DIED = Failure(503, f"the write process died; {_LOOK}")


class Writer:
    """Does writes in a process of their own, which is started at the first and after each that fails hard."""

    def __init__(self, store: Path, settings: Settings, metrics: Metrics) -> None:
        self._start = WriterStart(store, settings.stack, settings.service_hosts, _IDLE)
        self._timeout = settings.write_timeout
        self._metrics = metrics
        self._process: Process | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    def write(self, writing: Writing) -> Written:
        """Do a write; when this returns it is durable and the next query sees it.

        Raises `Failed` if it cannot be done: then nothing of it is, but where the process was ended
        between doing it and saying so.
        """
        deadline = monotonic() + self._timeout
        if not self._lock.acquire(timeout=self._timeout):
            raise Failed(Failure(503, "other writes took the whole time limit; try again", retry_after=1))
        try:
            answer = self._exchange(writing, deadline)
        finally:
            self._lock.release()
        self._metrics.written(answer.status if isinstance(answer, Failure) else 200)
        if isinstance(answer, Failure):
            raise Failed(answer)
        return answer

    def _exchange(self, writing: Writing, deadline: float) -> Written | Failure:
        try:
            process = self._started()
            process.send(writing)
            if process.is_heard(deadline - monotonic()):
                answer: Written | Failure = process.receive()
                return answer
            failure = Failure(504, f"the write ran past the time limit of {self._timeout:g} seconds; {_LOOK}")
        except (ProcessDied, OSError):  # the latter where none can be started
            failure = _DIED
        self._end()
        return failure

    def _started(self) -> Process:
        """Give the process; one that died while it was idle is replaced."""
        if self._is_closed:
            raise ProcessDied
        if self._process is not None and self._process.is_heard(0):
            self._end()
        if self._process is None:
            self._process = Process("server.write_process", self._start)
            if not self._process.wait_until_ready():
                raise ProcessDied
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.bury()
            self._process = None

    def close(self, grace: float) -> None:
        """Wait so many seconds at most for the write under way, and end the process."""
        is_free = self._lock.acquire(timeout=grace)
        self._is_closed = True
        process = self._process
        if is_free:
            self._end()
            self._lock.release()
        elif process is not None:
            process.kill()  # who waits for it, in another thread, buries it
