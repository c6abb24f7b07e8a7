"""Files that appear under their name only when they are complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
        unfinished.replace(path)
    except OSError as error:
        error.filename = error.filename if error.filename != str(unfinished) else str(path)
        raise
    finally:
        unfinished.unlink(missing_ok=True)
