"""From documents to shards: what is read together, and what the processes of a pool do with it."""

import gzip
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from pathlib import Path
from socket import gethostname
from typing import BinaryIO, Final, cast

from pyoxigraph import Quad

from builder import mirrors, readers
from builder.batching import batches
from builder.committing import built_with
from builder.errors import InputError, SettingError, ShardError
from builder.extracted import Extracted
from builder.model import Article
from builder.rdf import report_iri, write
from builder.readers import Source
from builder.settings import Recipe
from builder.shards.folder import Folder
from builder.shards.model import DOCUMENTS, Manifest, Piece, Shard
from builder.workers import Workers, died, pipeline

# A third of the time that 9 takes, for a twenty-fifth more bytes, as in builder/exports/bulk.py.
COMPRESSION: Final = 6

Watch = Callable[[Iterator[Shard], int], Iterable[Shard]]


def plan(paths: Iterable[Path | str], *, documents: int = DOCUMENTS) -> tuple[list[Piece], list[InputError]]:
    """Say what is to be read together, and which paths stand for nothing.

    The same files give the same pieces. Raises `SettingError` for standard input: others cannot read it.
    """
    sources = readers.find_sources(paths, limits=readers.Limits())
    failures = [each for each in sources if isinstance(each, InputError)]
    found = [_resolved(each) for each in sources if isinstance(each, Source)]
    alone, home = [source for source in found if source.is_one_document], mirrors.home()
    pieces = [Piece(_stamped(*some), mirrors=home) for some in batches(alone, documents)]
    for source in found:
        if not source.is_one_document:
            count = readers.count_documents(source)
            starts = range(0, count, documents)
            file = _stamped(source)
            pieces += [Piece(file, start, min(start + documents, count), home) for start in starts]
    return pieces, failures


def _resolved(source: Source) -> Source:
    """Name files so that processes in other folders find them."""
    if source.path is None:
        raise SettingError("standard input cannot be read by several processes; name a file")
    return Source(source.path.resolve(), None if source.sidecar is None else source.sidecar.resolve())


def _stamped(*sources: Source) -> tuple[tuple[Source, str], ...]:
    return tuple((source, source.stamp()) for source in sources)


def write_shards(
    pieces: Sequence[Piece], folder: Folder, workers: Workers, *, watch: Watch | None = None
) -> Manifest:
    """Have each piece read into a shard, unless it is there already, and say which shards there are.

    A document that cannot be read is named in its shard, and so is one that ends the process that reads it.
    Raises `ShardError` if the folder cannot be written, or if not all machines see the same.
    """
    made = _made(pieces, folder, workers)
    shards = tuple(watch(made, sum(map(len, pieces))) if watch else made)
    manifest = Manifest(workers.version, workers.base, tuple(sorted(shards, key=lambda shard: shard.name)))
    folder.put_manifest(manifest)
    return manifest


def left_over(folder: Folder, manifest: Manifest) -> list[str]:
    """Name the shards that are in the folder, but not in the manifest."""
    named = {shard.name for shard in manifest.shards}
    there = {name.partition(".")[0] for name in folder.names() if name.startswith("reports-")}
    return sorted(there - named)


def _made(pieces: Sequence[Piece], folder: Folder, workers: Workers) -> Iterator[Shard]:
    for piece, shard in workers.spread(_write, pieces, folder, workers.version):
        yield shard if shard is not None else _empty(piece, folder, workers)


def _empty(piece: Piece, folder: Folder, workers: Workers) -> Shard:
    """Make the shard of a document that ends the process that reads it: there is its failure in it."""
    failures = [died(each) if isinstance(each, Article) else each for each in _read(piece)]
    return _put(folder, piece, failures, version=workers.version, base=workers.base)


# What follows runs in the processes.


def _write(piece: Piece, recipe: Recipe, base: str, with_text: bool, folder: Folder, version: str) -> Shard:
    """Read a piece into a shard, unless it is there."""
    known = folder.find(piece.name(version, base))
    if known is not None:
        return known
    reader = pipeline(recipe, base, with_text)
    if reader.version != version:
        raise ShardError(
            f"{gethostname()}: reads with {reader.version}, but others with {version}; install the same "
            "Polemos and the same model on every machine"
        )
    _bring(piece)
    if not any(source.stamp() for source, _ in piece.files):
        raise ShardError(
            f"{gethostname()}: {piece.files[0][0].path} is not there; all machines must share the folder"
        )
    failed: list[InputError] = []
    outcomes = reader.read(_articles(piece, failed))
    return _put(folder, piece, chain(outcomes, failed), version=version, base=base)


def _bring(piece: Piece) -> None:
    """Copy the files that this machine has no copies of, or others than were listed."""
    for source, stamp in piece.files:
        if piece.mirrors is not None and source.stamp() != stamp:
            for file in filter(None, (source.path, source.sidecar)):
                mirrors.bring(file, piece.mirrors)


def _read(piece: Piece) -> Iterator[Article | InputError]:
    for source, stamp in piece.files:
        if source.stamp() == stamp:
            yield from readers.read_part(source, piece.start, piece.stop)
        else:
            yield InputError("has changed since the run began", source.path, remedy="run it again")


def _articles(piece: Piece, failed: list[InputError]) -> Iterator[Article]:
    """Pass articles on, and keep the documents that are none."""
    for document in _read(piece):
        if isinstance(document, Article):
            yield document
        else:
            failed.append(document)


def _put(
    folder: Folder,
    piece: Piece,
    outcomes: Iterable[Extracted | InputError],
    *,
    version: str,
    base: str,
) -> Shard:
    """Write what came of a piece: graph after graph, so that one is held in memory."""
    began = time.process_time()
    graphs: dict[str, int] = {}
    failures: list[str] = []

    def each_graph() -> Iterator[Iterable[Quad]]:
        for outcome in outcomes:
            if isinstance(outcome, InputError):
                failures.append(str(outcome))
                continue
            report = report_iri(outcome.article, base=base)
            if report.value not in graphs:  # two documents may be the same article
                graphs[report.value] = len(outcome.quads) + 1
                yield outcome.quads
                yield (built_with(report, version, base=base),)

    packed = BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=COMPRESSION, fileobj=packed, mtime=0) as stream:
        write(each_graph(), cast("BinaryIO", stream))
    data = packed.getvalue()
    shard = Shard(
        piece.name(version, base),
        folder.digest(data),
        size=len(data),
        documents=len(piece),
        reports=len(graphs),
        quads=sum(graphs.values()),
        seconds=round(time.process_time() - began, 3),
        failures=tuple(failures),
    )
    folder.put(shard, data, list(graphs))
    return shard
