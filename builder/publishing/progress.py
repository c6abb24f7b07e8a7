"""What an endpoint has, as far as this store has sent it: kept beside the store, as hard links.

DIR/published/KEY/endpoint     the address
DIR/published/KEY/snapshot/    what it has, whole
DIR/published/KEY/pending/     what is being sent
DIR/published/KEY/done         how many requests of it have been answered, and how they were made
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import Store

from builder.atomic import Lock, replacing, sync
from builder.errors import StoreError
from builder.folder import explained, read_marker
from builder.publishing.plan import Dialect


class Progress:
    """What was sent to one endpoint."""

    def __init__(self, store: Path, url: str, dialect: Dialect) -> None:
        read_marker(store)  # says what is wrong with the folder
        self._store = store
        self._url = url
        self._dialect = dialect
        key = hashlib.sha256(f"{url} {dialect.merged}".encode()).hexdigest()
        self._folder = store / "published" / key[:16]

    @contextmanager
    def held(self) -> Iterator["Progress"]:
        """Let no other process publish to the same endpoint meanwhile. Raises `StoreError` if one does."""
        with explained(self._store):
            self._folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = Lock(self._folder / "lock")
        except BlockingIOError as error:
            raise StoreError(
                f"{self._url}: is being published to by another process; wait until it ends"
            ) from error
        try:
            with replacing(self._folder / "endpoint") as stream:
                stream.write(f"{self._url}\n".encode())
            yield self
        finally:
            lock.release()

    def published(self) -> Store | None:
        """Open what the endpoint has; None if nothing was sent to it, or not all of it."""
        return self._open("snapshot")

    def pending(self) -> Store:
        """Open what is being sent. Raises `StoreError` if nothing is."""
        found = self._open("pending")
        if found is None:
            raise StoreError(f"{self._folder}: nothing is being published; run polemos publish again")
        return found

    def _open(self, name: str) -> Store | None:
        with explained(self._store):
            return Store.read_only(str(self._folder / name)) if (self._folder / name).is_dir() else None

    def is_under_way(self) -> bool:
        """Say whether an earlier run was broken off."""
        return (self._folder / "pending").is_dir()

    def begin(self, snapshot: Path) -> None:
        """Keep a snapshot as what is being sent; later builds do not take it away."""
        unfinished = self._folder / ".pending.unfinished"
        with explained(self._store):
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(snapshot, unfinished, copy_function=os.link)
            (self._folder / "done").unlink(missing_ok=True)
            unfinished.replace(self._folder / "pending")
            sync(self._folder)

    def done(self) -> int:
        """Say how many requests have been answered; none if they were made in another way."""
        file = self._folder / "done"
        if not file.is_file():
            return 0
        count, _, dialect = file.read_text(encoding="utf-8").strip().partition(" ")
        return int(count) if dialect == str(self._dialect) else 0

    def note(self, count: int) -> None:
        """Remember that so many requests have been answered; at worst the last is sent once more."""
        unfinished = self._folder / ".done.unfinished"
        unfinished.write_text(f"{count} {self._dialect}\n", encoding="utf-8")
        unfinished.replace(self._folder / "done")

    def finish(self) -> None:
        """Remember that the endpoint has what was being sent."""
        old = self._folder / ".old"
        with explained(self._store):
            shutil.rmtree(old, ignore_errors=True)
            if (self._folder / "snapshot").is_dir():
                (self._folder / "snapshot").replace(old)
            (self._folder / "pending").replace(self._folder / "snapshot")
            (self._folder / "done").unlink(missing_ok=True)
            sync(self._folder)
            shutil.rmtree(old, ignore_errors=True)

    def forget(self) -> None:
        """Take it that the endpoint has nothing, or something else."""
        for name in ("pending", "snapshot"):
            shutil.rmtree(self._folder / name, ignore_errors=True)
        (self._folder / "done").unlink(missing_ok=True)
