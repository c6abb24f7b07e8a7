"""Files that appear under their name only when they are complete, and locks between processes."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write that takes its name when the block ends, and never if it raises.

    A link keeps pointing where it does, and a device or pipe is written as it is. Raises `OSError`, which
    names the file, where it cannot be written; what was there before stays.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError as error:
        error.filename = error.filename if error.filename != str(unfinished) else str(path)
        raise
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """Make a file beside `path` that takes its name when the block ends: readers see all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(dir=path.parent, suffix=".draft")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Write a value as a file of JSON for people to read; see `replacing`."""
    with replacing(path) as stream:
        stream.write(json.dumps(value, indent=2).encode())


def sync(folder: Path) -> None:
    """Make what was renamed or made in a folder outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until no other process is in such a block for the same file; a hidden file beside it says so."""
    with path.with_name(f".{path.name}.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


class Lock:
    """A file that one process holds at a time; the system lets go of it when the process ends.

    Raises `BlockingIOError` if another holds it, and says which.
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("a+", encoding="utf-8")  # not "w": it would empty what the holder wrote
        self._stream.seek(0)
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = self._stream.read().strip() or "another process"
            self._stream.close()
            raise BlockingIOError(error.errno, f"lock held by {holder}", str(path)) from error
        self._stream.truncate(0)
        command = " ".join((Path(sys.argv[0]).name, *sys.argv[1:2]))
        self._stream.write(f"process {os.getpid()} ({command}) since {datetime.now():%Y-%m-%d %H:%M:%S}\n")
        self._stream.flush()

    def release(self) -> None:
        """Let another process hold it."""
        self._stream.close()
