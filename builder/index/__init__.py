"""The index of a snapshot: what lists, facets, maps and searches need, made once and read in no time.

    DIR/indexes/000007-18a5f0c2.1.sqlite    the index of that snapshot, in the first format

SPARQL over 100,000 events takes seconds to count the values of eight facets; the index keeps each event as
a row, its facet values as columns of numbers, and names and texts in SQLite's full-text tables. All of it is
read from the snapshot by the queries of `queries/`, so it can be thrown away at any time.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from builder.atomic import sync
from builder.folder import explained
from builder.index import writing
from builder.index.gathering import Gathering
from builder.store import SNAPSHOTS_KEPT, Version, newest_version, open_snapshot

# Counts up with each change of schema.sql or of what is written into it.
FORMAT: Final = 1


def index_file(store: Path, version: Version) -> Path:
    """Say where the index of a snapshot is, or would be."""
    return store / "indexes" / f"{version}.{FORMAT}.sqlite"


def make_index(store: Path, *, same: ox.Store | None = None) -> Path:
    """Make the index of a store's newest snapshot, unless it is there, and remove older ones; give its file.

    Who has the `same` open that was published spares the memory of opening it once more: 130 MB of caches.
    Raises `StoreError` if there is no snapshot, or the folder cannot be written.
    """
    version = newest_version(store)
    file = index_file(store, version)
    if file.is_file():
        return file
    gathering = Gathering(open_snapshot(store, version.snapshot) if same is None else same)
    with explained(store), closing(gathering):
        file.parent.mkdir(exist_ok=True)
        # By the process that makes it: two that make the same index do not write into one file.
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            writing.write(unfinished, gathering)
            unfinished.replace(file)
        except sqlite3.Error as error:
            raise OSError(f"the index cannot be written: {error}") from error
        finally:
            unfinished.unlink(missing_ok=True)
        sync(file.parent)
        _remove_old(file.parent)
    return file


def _remove_old(folder: Path) -> None:
    """Keep the indexes made last; a reader that has another open keeps it until it closes it."""
    made = sorted(folder.glob("*.sqlite"), key=lambda file: file.stat().st_mtime_ns)
    for old in made[:-SNAPSHOTS_KEPT]:
        old.unlink(missing_ok=True)
