"""Writing what a command gives: whole or not at all to a file, as it comes to standard output."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast


@contextmanager
def opened(path: Path | None) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when it is complete; None is standard output.

    Raises `OSError` where the folder cannot be written; nothing is left behind then.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield cast("BinaryIO", stream)
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _umask() -> int:
    """Read the mask of new files, which only setting it tells."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
