"""What the server counts, for Prometheus."""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from server.messages import Failed
from server.processes import ProcessDied

# Seconds. From a look-up to the time limit; our own questions take between 1 ms and 1 s.
_BUCKETS: Final = (0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120)


class Metrics:
    """Counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._queries = Counter(
            "polemos_queries", "Queries by how they ended.", ["outcome"], registry=self.registry
        )
        self._seconds = Histogram(
            "polemos_query_seconds",
            "Time from taking a process to the end of the answer.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._kills = Counter(
            "polemos_query_kills", "Query processes that were ended.", ["cause"], registry=self.registry
        )
        self._texts = Counter(
            "polemos_texts", "Texts of visitors by how they ended.", ["outcome"], registry=self.registry
        )
        self._text_seconds = Histogram(
            "polemos_text_seconds",
            "Time from taking a text to its graph, with the wait for others.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._writes = Counter("polemos_writes", "Writes by status.", ["status"], registry=self.registry)
        self._requests = Counter(
            "polemos_requests", "Requests by method and status.", ["method", "status"], registry=self.registry
        )

    def watch(self, *, running: Callable[[], float], waiting: Callable[[], float]) -> None:
        """Say where to look for what is under way."""
        self.gauge("polemos_queries_running", "Queries that run.", running)
        self.gauge("polemos_queries_waiting", "Queries that wait for a process.", waiting)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Say where to look for a figure."""
        Gauge(name, text, registry=self.registry).set_function(value)

    def answered(self, outcome: str, seconds: float) -> None:
        """Count a query that ended, and how long it took."""
        self._queries.labels(outcome).inc()
        self._seconds.observe(seconds)

    def ended(self, error: BaseException | None, seconds: float, *, is_killed: bool) -> None:
        """Count a query that had a process; one that is tried again is counted when that ends."""
        if isinstance(error, ProcessDied):
            if is_killed:
                self.killed("outside")
            return
        status = error.failure.status if isinstance(error, Failed) else 200 if error is None else 500
        self.answered(str(status), seconds)
        if is_killed:
            self.killed(error.failure.cause if isinstance(error, Failed) else "other")

    def killed(self, cause: str) -> None:
        """Count a process that was ended."""
        self._kills.labels(cause).inc()

    def read(self, status: int, seconds: float) -> None:
        """Count a text of a visitor by the status that it was answered with, and how long that took."""
        self._texts.labels(str(status)).inc()
        self._text_seconds.observe(seconds)

    def written(self, status: int) -> None:
        """Count a write."""
        self._writes.labels(str(status)).inc()

    def requested(self, method: str, status: int) -> None:
        """Count a request; methods that nobody defined are one, so that nobody can fill the memory."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, str(status)).inc()

    def text(self) -> bytes:
        """Write all of it in Prometheus' text format."""
        return generate_latest(self.registry)


_METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"))
