"""The snapshots of a store as a source: processes read the newest, and a later one is seen at once."""

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from builder.store import Version, newest_version
from server.messages import Limits, ReaderStart
from server.processes import Process
from server.source import Gauge


class Newest:
    """Which snapshot of a store is the newest. Raises `StoreError` if there is none."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._pointer = str(store / "current")
        self._seen: tuple[tuple[int, int] | None, Version] = (None, newest_version(store))

    def version(self) -> Version:
        """Say which it is. Raises `StoreError` if there is none any more."""
        stamp = _stamp(self._pointer)
        if stamp is None or stamp != self._seen[0]:
            self._seen = stamp, newest_version(self._store)
        return self._seen[1]


def _stamp(file: str) -> tuple[int, int] | None:
    """Give what changes with a file: asked at each request, it is a tenth of reading the file."""
    with suppress(OSError):
        found = os.stat(file)  # noqa: PTH116 (half of what it costs with a path)
        return found.st_ino, found.st_mtime_ns
    return None


class Snapshots:
    """A store. Raises `StoreError` if there is no snapshot to read."""

    def __init__(self, store: Path, limits: Limits) -> None:
        self._newest = Newest(store)
        self._start = ReaderStart(store, limits)

    def version(self) -> Version:
        """Say which snapshot is the newest. Raises `StoreError` if there is none."""
        return self._newest.version()

    def launch(self) -> Process:
        """Start a process that reads snapshots."""
        return Process("server.query_process", self._start)

    def state(self) -> Mapping[str, str]:
        """Name the newest snapshot. Raises `StoreError` if there is none."""
        return {"snapshot": self.version().snapshot}

    def gauges(self) -> Iterable[Gauge]:
        """Give the age of the newest snapshot."""
        text = "Time since the newest snapshot was published."
        yield Gauge("polemos_snapshot_age_seconds", text, self._age)

    def _age(self) -> float:
        return time.time() - self.version().published / 1e9
