"""Files for the bulk loaders of other stores, and the commands that load them.

All of them read N-Quads, compressed with gzip, and several files at once. A graph is never split over two
files, for a blank node is one only within a file. Where a store takes all graphs together for its default
graph, the merged layer gets a name, so that it can be told from the reports.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

from builder.atomic import replacing
from builder.errors import SettingError
from builder.rdf import DEFAULT_BASE
from builder.store import VOCABULARY

# Quads of reports in one file: enough that each loader is busy for some seconds, few enough that several
# loaders share a build of a hundred thousand reports.
FILE_QUADS: Final = 2_000_000
# A third of the time that 9 takes, for a twenty-fifth more bytes, measured on the graphs of reports.
COMPRESSION: Final = 6
LINES: Final = 10_000  # written together

Name: TypeAlias = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class Target:
    """A store: whether the merged layer needs a name there, and how files are loaded."""

    title: str
    merged_graph: bool
    commands: tuple[str, ...]
    note: str


@cache
def targets() -> Mapping[str, Target]:
    """Read what is known of other stores, by name."""
    known = json.loads((files(__package__) / "stores.json").read_text(encoding="utf-8"))
    return {
        name: Target(each["title"], each["merged_graph"], tuple(each["commands"]), each["note"])
        for name, each in known.items()
        if name != "comment"
    }


def merged_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the merged layer where it cannot be the default graph."""
    return NamedNode(f"{base}graph/merged")


def write_files(snapshot: Store, folder: Path, target: Target, *, base: str = DEFAULT_BASE) -> list[Path]:
    """Write a snapshot as files of N-Quads into a new or empty folder; give them in order.

    Raises `SettingError` if the folder holds something, `OSError` if it cannot be written.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise SettingError(f"{folder}: holds files already; name a new or an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    merged = merged_graph(base) if target.merged_graph else DefaultGraph()
    written = [write_quads(folder / "merged.nq.gz", _renamed(snapshot, merged))]
    written += _write_reports(snapshot, folder)
    known = [name for name in VOCABULARY if snapshot.contains_named_graph(name)]
    if known:
        quads = (quad for name in known for quad in snapshot.quads_for_pattern(None, None, None, name))
        written.append(write_quads(folder / "vocabulary.nq.gz", quads))
    return written


def commands(target: Target, folder: Path, written: Iterable[Path], *, base: str = DEFAULT_BASE) -> list[str]:
    """Give the commands that load files that were written, and a note for who types them."""
    values = {
        "folder": str(folder.resolve()),
        "files": " ".join(quote(str(file)) for file in written),
        "merged": merged_graph(base).value,
    }
    return [*(command.format(**values) for command in target.commands), f"# {target.note.format(**values)}"]


def _renamed(snapshot: Store, name: NamedNode | DefaultGraph) -> Iterator[Quad]:
    quads = snapshot.quads_for_pattern(None, None, None, DefaultGraph())
    return (Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)


def _write_reports(snapshot: Store, folder: Path) -> Iterator[Path]:
    names = iter(sorted((name for name in snapshot.named_graphs() if name not in VOCABULARY), key=str))
    number = 0
    while (first := next(names, None)) is not None:
        number += 1
        quads = _some_graphs(snapshot, first, names)
        yield write_quads(folder / f"reports-{number:04d}.nq.gz", quads)


def _some_graphs(snapshot: Store, first: Name, names: Iterator[Name]) -> Iterator[Quad]:
    """Give graph after graph, until a file has enough; what is left of `names` is for the next."""
    count = 0
    name: Name | None = first
    while name is not None:
        for quad in snapshot.quads_for_pattern(None, None, None, name):
            count += 1
            yield quad
        name = next(names, None) if count < FILE_QUADS else None


def write_quads(file: Path, quads: Iterator[Quad]) -> Path:
    """Write quads as they come into a file of compressed N-Quads; the same quads give the same bytes."""
    with (
        replacing(file) as stream,
        gzip.GzipFile("", "wb", compresslevel=COMPRESSION, fileobj=stream, mtime=0) as packed,
    ):
        while lines := "".join(f"{quad} .\n" for quad in islice(quads, LINES)):
            packed.write(lines.encode())
    return file
