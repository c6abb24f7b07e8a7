"""Keeps the index of the newest snapshot open: found where a build made it, or made in a process of its own.

No request waits for it. While a newer snapshot is indexed, lists are those of the one before.
"""

import logging
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from werkzeug.exceptions import ServiceUnavailable

from builder.errors import StoreError
from builder.index import index_file
from builder.store import Version, newest_version
from server.index import Index
from server.messages import Indexed, IndexStart
from server.processes import Process, ProcessDied
from server.snapshots import Newest

_LOG: Final = logging.getLogger("polemos.store")
# Seconds between looks for a newer snapshot where nobody asks for anything.
_LOOK: Final = 5.0
_SOON: Final = "the index of this store is being made; try again in a moment"
_NEVER: Final = "there is no index of this store, and none can be made; the operator's log says why"


class Indexes:
    """The newest index that there is; close it to end the thread and the process that make others."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._newest = Newest(store)
        self._index: Index | None = None
        self._failed: Version | None = None
        self._is_closed = False
        self._process: Process | None = None
        self._changed = threading.Condition()
        self._open_made()
        self._keeper = threading.Thread(target=self._keep, name="indexes", daemon=True)
        self._keeper.start()

    def newest(self) -> Index:
        """Give the index that is there, and have that of the newest snapshot made where it is another.

        Raises `ServiceUnavailable` (503) where there is none yet, `StoreError` where there is no snapshot.
        """
        index, version = self._index, self._newest.version()
        if index is None or index.version != version:
            with self._changed:
                self._changed.notify_all()
        if index is None:
            is_hopeless = self._failed == version
            raise ServiceUnavailable(_NEVER if is_hopeless else _SOON, retry_after=5)
        return index

    def wait(self, seconds: float) -> bool:
        """Wait until the newest snapshot is indexed, so many seconds at most; say whether it is."""
        with self._changed:
            self._changed.notify_all()
            return self._changed.wait_for(self._is_new, seconds)

    def close(self) -> None:
        """End what is under way."""
        with self._changed:
            self._is_closed = True
            if self._process is not None:
                self._process.kill()
            self._changed.notify_all()
        self._keeper.join()
        if self._index is not None:
            self._index.close()

    def _is_new(self) -> bool:
        return self._index is not None and self._index.version == newest_version(self._store)

    def _keep(self) -> None:
        while not self._is_closed:
            with suppress(StoreError):  # whoever asks for a page is told
                self._look(newest_version(self._store))
            with self._changed:
                if not self._is_closed:
                    self._changed.wait(_LOOK)

    def _look(self, version: Version) -> None:
        """Open the index of a snapshot, made first where it is not there."""
        if (self._index is not None and self._index.version == version) or self._failed == version:
            return
        if not index_file(self._store, version).is_file() and not self._make():
            self._failed = version
            _LOG.error("%s: the index of snapshot %s could not be made", self._store, version.snapshot)
            return
        self._open_made()

    def _make(self) -> bool:
        with self._changed:
            if self._is_closed:
                return True
            self._process = Process("server.index_process", IndexStart(self._store))
        try:
            return isinstance(self._process.receive(), Indexed)
        except ProcessDied:
            return self._is_closed
        finally:
            with self._changed:
                self._process.kill()
                self._process.bury()
                self._process = None

    def _open_made(self) -> None:
        """Open the index of the newest snapshot if it is there."""
        version = newest_version(self._store)
        file = index_file(self._store, version)
        if file.is_file():
            with self._changed:
                # The one before is let go of by the last request that reads it.
                self._index = Index(file, version)
                self._changed.notify_all()
