"""A copy of the database to go back to, for writes that take more than one transaction.

    with kept(path, backup):   DIR/before appears, whole or not at all
        ...                    several steps
                               DIR/before is gone: the steps are done

Whoever opens a store and finds `DIR/before` puts it in the place of `DIR/data`: the steps were not done.
The copy is made of hard links, so it costs milliseconds and no space.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from builder.atomic import sync


@contextmanager
def kept(path: Path, backup: Callable[[str], None]) -> Iterator[None]:
    """Keep a copy of the database that `backup` writes, until the block ends well.

    Where it does not, the copy stays for `restore`, and the database must be closed before that.
    """
    unfinished, before = path / ".before.unfinished", path / "before"
    shutil.rmtree(unfinished, ignore_errors=True)
    backup(str(unfinished))
    unfinished.replace(before)
    sync(path)
    yield
    unfinished.mkdir()
    # Renamed before it is removed: half a copy must never be taken for a whole one.
    before.replace(unfinished)
    sync(path)
    shutil.rmtree(unfinished)


def restore(path: Path) -> None:
    """Put the kept copy, if there is one, in the place of the database; nobody may have it open."""
    before, data = path / "before", path / "data"
    if before.is_dir():
        shutil.rmtree(data, ignore_errors=True)
        before.replace(data)
        sync(path)
