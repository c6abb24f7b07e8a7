"""Query processes and who has them: so many at a time, fairly shared, and replaced when they are killed."""

import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final

from builder.errors import SettingError
from server.messages import Failed, Failure
from server.processes import Process

_LOG: Final = logging.getLogger("polemos.pool")
# Seconds between tries to start a process where starting fails.
_PAUSE: Final = 1.0
# How often, in seconds, one who waits looks whether the client is still there.
TICK: Final = 0.25
# Seconds after which it may be worth to come back when all processes are taken.
_RETRY: Final = 5
# Query processes leave the processor to the server, which must hear and answer everyone; one whose query has
# run for a while gives way to short ones: it has a tenth of the weight that they have.
_BEHIND: Final = 10
_GIVING_WAY: Final = 19


@dataclass(slots=True, eq=False)
class _Waiter:
    client: str
    given: "SimpleQueue[Process | None]" = field(default_factory=SimpleQueue)  # None: turned away


class Pool:
    """So many processes, each lent to one query at a time.

    One client never has all of them, so that others get their turn: one whose query was killed has that
    process until there is another in its place. At most `queue` requests wait; where more come, those are
    turned away whose client has the most.
    Raises `SettingError` if processes do not start.
    """

    def __init__(self, launch: Callable[[], Process], *, size: int, queue: int) -> None:
        self._launch = launch
        self._size = size
        self._share = max(1, size - 1)
        self._queue = queue
        self._lock = threading.Lock()
        self._idle: list[Process] = []
        self._lent: Counter[str] = Counter()
        self._waiting: deque[_Waiter] = deque()
        self._errands: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._is_closed = False
        self._is_started = threading.Event()
        for _ in range(size):
            self._errands.put(self._start)
        self._keeper = threading.Thread(target=self._keep, name="pool", daemon=True)
        self._keeper.start()
        self._is_started.wait()
        if not self._idle:
            self.close()
            raise SettingError("no query process can be started; is --memory too small?")

    @property
    def waiting(self) -> int:
        """How many requests wait for a process."""
        return len(self._waiting)

    def lend(self, client: str, *, deadline: float, is_gone: Callable[[], bool]) -> Process:
        """Give a process to a client as soon as there is one.

        Raises `Failed` if too many wait already, the deadline comes first, or the client has gone.
        """
        with self._lock:
            # Those who wait while there is an idle process have their share already.
            if self._idle and self._lent[client] < self._share:
                self._lent[client] += 1
                return self._idle.pop()
            waiter = _Waiter(client)
            self._waiting.append(waiter)
            if len(self._waiting) > self._queue:
                self._turn_away()
        return self._wait(waiter, deadline, is_gone)

    def _turn_away(self) -> None:
        """Send off the last to come of the client that has most who wait; to be called with the lock."""
        waits = Counter(waiter.client for waiter in self._waiting)
        last = max(reversed(self._waiting), key=lambda waiter: waits[waiter.client])
        self._waiting.remove(last)
        last.given.put(None)

    def _wait(self, waiter: _Waiter, deadline: float, is_gone: Callable[[], bool]) -> Process:
        while True:
            try:
                process = waiter.given.get(timeout=TICK)
            except Empty:
                late = monotonic() > deadline
                if not late and not is_gone():
                    continue
            else:
                if process is None:
                    raise Failed(Failure(503, "too many queries wait already; try again later", _RETRY))
                return process
            with self._lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                    raise Failed(Failure(503, "no process was free within the time limit", _RETRY))

    def _serve(self) -> None:
        """Give idle processes to those whose clients have the fewest; to be called with the lock."""
        while self._idle and self._waiting:
            waiter = min(self._waiting, key=lambda waiter: self._lent[waiter.client])
            if self._lent[waiter.client] >= self._share:
                return
            self._waiting.remove(waiter)
            self._lent[waiter.client] += 1
            waiter.given.put(self._idle.pop())

    def take_back(self, process: Process, client: str) -> None:
        """Take back a process that has answered and can answer again."""
        with self._lock:
            self._return(client)
            self._idle.append(process)
            self._serve()

    def replace(self, process: Process, client: str) -> None:
        """Kill a process, whatever it does, and start another; until then it counts as the client's."""
        process.kill()
        with self._lock:
            if not self._is_closed:
                self._errands.put(lambda: self._replace(process, client))
                return
        process.bury()

    def _return(self, client: str) -> None:
        self._lent[client] -= 1
        if not self._lent[client]:
            del self._lent[client]

    def _replace(self, process: Process, client: str) -> None:
        process.bury()
        self._start(client)

    def _start(self, client: str | None = None) -> None:
        """Start a process, in the place of one that a client has."""
        if self._is_closed:
            return
        try:
            process = self._launch()
        except OSError as error:  # too many files or processes, or no memory
            self._start_later(client, error)
            return
        _put(process, _BEHIND)
        if not process.wait_until_ready():
            process.kill()
            self._start_later(client, f"exit status {process.bury()}")
            return
        with self._lock:
            if client is not None:
                self._return(client)
            self._idle.append(process)
            self._serve()
        self._is_started.set()

    def _start_later(self, client: str | None, why: object) -> None:
        _LOG.error("a query process could not be started: %s", why)
        self._is_started.set()
        time.sleep(_PAUSE)
        self._errands.put(lambda: self._start(client))

    def _keep(self) -> None:
        """Start and bury processes, one at a time, in a thread of its own."""
        while (errand := self._errands.get()) is not None:
            errand()

    def close(self) -> None:
        """Kill the processes that nobody has; nothing is lent any more."""
        with self._lock:
            self._is_closed = True
            self._errands.put(None)
        self._keeper.join()
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()
            process.bury()


def give_way(process: Process) -> None:
    """Let a process have the processor only when shorter queries leave it; that cannot be taken back."""
    _put(process, _GIVING_WAY)


def _put(process: Process, behind: int) -> None:
    """Set the priority of all threads of a process: each process is a group of its own."""
    with suppress(OSError):  # it has just died, or the system does not allow it
        os.setpriority(os.PRIO_PGRP, process.number, behind)
