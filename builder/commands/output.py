"""Where a command's result goes."""

import os
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
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # The reader, `head` for one, has enough; what is still buffered must not be tried again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    with replacing(path) as stream:
        yield stream
