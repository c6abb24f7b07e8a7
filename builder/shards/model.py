"""What is read together, and what came of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from builder.readers import Source

# Documents in a shard: a minute of work, which is what the loss of a machine costs at most, and 3 MB of
# compressed quads (docs/scale.md): few enough that a hundred processors share 20,000 documents.
DOCUMENTS: Final = 200
# Counts up when an older Polemos could no longer read what a newer one writes.
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """Documents that are read together: of each file those from number `start`, below `stop`, from 0.

    A file comes with its stamp, which says what it was like when the run was planned. Files below `mirrors`
    are copies of what lies elsewhere, which a machine that has none makes (`builder.mirrors`).
    """

    files: tuple[tuple[Source, str], ...]
    start: int = 0
    stop: int = 1
    mirrors: Path | None = None

    def __len__(self) -> int:
        return len(self.files) * (self.stop - self.start)

    def halves(self) -> "Sequence[Piece]":
        """Divide it in two; give nothing where it is one document."""
        files, middle = len(self.files) // 2, (self.start + self.stop) // 2
        if files:
            return replace(self, files=self.files[:files]), replace(self, files=self.files[files:])
        if middle > self.start:
            return replace(self, stop=middle), replace(self, start=middle)
        return ()

    def name(self, version: str, base: str) -> str:
        """Name the shard that these documents give, read by a version."""
        files = [(str(source.path), stamp) for source, stamp in self.files]
        told = repr((FORMAT, version, base, files, self.start, self.stop))
        return f"reports-{hashlib.sha256(told.encode()).hexdigest()[:16]}"  # 64 bits: millions do not collide


@dataclass(frozen=True, slots=True)
class Shard:
    """A file of graphs: its name without ending, checksum, size in bytes, and how much is in it.

    `seconds` are those that it took to make, of one processor. `failures` name documents that have no graph.
    """

    name: str
    sha256: str
    size: int
    documents: int
    reports: int
    quads: int
    seconds: float
    failures: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.name}.nq.gz"


@dataclass(frozen=True, slots=True)
class Manifest:
    """All shards of a folder, which version read them, and what their IRIs begin with."""

    version: str
    base: str
    shards: tuple[Shard, ...]
