"""What queries are asked of: the snapshots of a store here, or an endpoint elsewhere."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from builder.store import Version
from server.processes import Process


class Gauge(NamedTuple):
    """A figure of a source as it is now, for Prometheus: its name, its sentence, and where to look."""

    name: str
    text: str
    value: Callable[[], float]


class Source(Protocol):
    """What queries are asked of, and nothing but the engine knows which."""

    def version(self) -> Version:
        """Say which version is the newest: over the same one, a query has the same answer.

        Raises `StoreError` if there is none.
        """
        ...

    def launch(self) -> Process:
        """Start a process that answers one query at a time."""
        ...

    def state(self) -> Mapping[str, str]:
        """Say in a few words how it is. Raises `StoreError` or `Failed` if it cannot be asked now."""
        ...

    def gauges(self) -> Iterable[Gauge]:
        """Give what is to be watched."""
        ...
