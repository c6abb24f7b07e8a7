"""The folder of a store: what says that it is one of ours, and what is wrong where it cannot be used."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from builder.atomic import write_json
from builder.errors import StoreError, StoreHeldError

# Counts up when an older Polemos could no longer read what a newer one writes.
FORMAT: Final = 1
# What RocksDB and the operating system say, and what it means to who reads it.
_CAUSES: Final = {
    "lock (hold|held)|lock:|no locks available": "is being written by another process; wait until it ends",
    "no space left|quota exceeded": "the disk is full; make room and run the same again, nothing is lost",
    "permission denied|read-only file system|not permitted": "cannot be written; name another folder",
}
_DAMAGED: Final = "is damaged; build it anew in another folder"
_UNMADE: Final = "cannot be made there; name a folder that can be"


def make_folder(path: Path) -> None:
    """Make an empty store in a new or empty folder; leave one that is there as it is."""
    if path.is_dir() and not (path / "polemos.json").is_file() and any(path.iterdir()):
        raise StoreError(f"{path}: holds files that Polemos did not make; name a new or an empty folder")
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path}: is a file, not a folder; name a new or an empty folder")
    if (path / "polemos.json").is_file():
        return
    with explained(path, missing=_UNMADE):
        (path / "snapshots").mkdir(parents=True, exist_ok=True)
        write_marker(path, vocabulary=None)


def write_marker(path: Path, *, vocabulary: str | None) -> None:
    """Say that a folder is a store, and which vocabulary is in it."""
    write_json(path / "polemos.json", {"polemos": FORMAT, "vocabulary": vocabulary})


def read_marker(path: Path) -> Mapping[str, Any]:
    """Read what says that a folder is a store of ours; raise `StoreError` where it is not."""
    file = path / "polemos.json"
    if not path.exists():
        raise StoreError(f"{path}: there is no store; make one: polemos build PATH --store {path}")
    if not file.is_file():
        raise StoreError(f"{path}: is no store that Polemos made; name the folder given to polemos build")
    try:
        marker = json.loads(file.read_text(encoding="utf-8"))
        made = int(marker["polemos"])
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{file}: is damaged; build the store anew in another folder") from error
    if made > FORMAT:
        raise StoreError(
            f"{path}: was made by a newer Polemos (format {made}, not {FORMAT}); upgrade this one"
        )
    return dict(marker)


@contextmanager
def explained(path: Path, missing: str = _DAMAGED) -> Iterator[None]:
    """Turn what the database and the system raise into a `StoreError` that says the way out.

    `missing` is what to say if a file is not where it must be.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        said = str(error)
        held = re.search(r"lock held by (process \d+ .+? since [\d-]+ [\d:]+\d)", said)
        if held:
            raise StoreHeldError(f"{path}: is being written by {held[1]}; wait until it ends") from error
        causes = {**_CAUSES, "corrupt": _DAMAGED, "no such file|not a directory": missing}
        ways = (way for signs, way in causes.items() if re.search(signs, said, re.IGNORECASE))
        raise StoreError(f"{path}: {next(ways, said)}") from error
