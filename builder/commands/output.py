"""Where a command's result goes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from builder.atomic import replacing


@contextmanager
def opened(path: Path | None) -> Iterator[BinaryIO]:
    """Open a file that appears only when it is complete, or standard output where `path` is None."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replacing(path) as stream:
        yield stream
