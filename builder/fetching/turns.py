"""Whose turn it is: one request at a time to each host, with a pause after it, while others have theirs."""

from collections import deque
from dataclasses import dataclass, field

from builder.fetching.addresses import host_of
from builder.fetching.manners import PATIENCE


@dataclass(frozen=True, slots=True)
class Task:
    """A request to make: for what, since when redirected from `start`, and how often it was made before."""

    url: str
    start: str
    is_feed: bool
    hops: int = 0
    tries: int = 0


@dataclass(slots=True)
class Turns:
    """Requests that wait, by host; times are in seconds, of any one clock.

    >>> turns = Turns()
    >>> for page in ("https://a.org/1", "https://a.org/2", "https://b.org/1"):
    ...     turns.add(Task(page, page, is_feed=False))
    >>> for now in (0, 0, 1):
    ...     task, wait = turns.next(now)
    ...     turns.rest(task.url, until=now + 5)
    ...     print(task.url, wait)
    https://a.org/1 0
    https://b.org/1 0
    https://a.org/2 4
    """

    _waiting: dict[str, deque[Task]] = field(default_factory=dict)
    _ready: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, task: Task, *, first: bool = False) -> None:
        """Have a request wait for its host, behind the others or before them."""
        queue = self._waiting.setdefault(host_of(task.url), deque())
        if first:
            queue.appendleft(task)
        else:
            queue.append(task)

    def next(self, now: float) -> tuple[Task, float] | None:
        """Take the request whose turn comes first, and say in how many seconds that is.

        None if nothing waits, or only what has longer to wait than we have patience.
        """
        host = min(self._waiting, key=lambda each: self._ready.get(each, 0), default=None)
        if host is None or (wait := max(0, self._ready.get(host, 0) - now)) > PATIENCE:
            return None
        task = self._waiting[host].popleft()
        if not self._waiting[host]:
            del self._waiting[host]
        return task, wait

    def rest(self, url: str, *, until: float) -> None:
        """Ask the host of an address nothing before that time."""
        host = host_of(url)
        self._ready[host] = max(until, self._ready.get(host, 0))
