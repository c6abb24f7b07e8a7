"""`polemos build --shards`: from articles to files of graphs."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from builder.commands.progress import bar, say, warn
from builder.workers import Workers

if TYPE_CHECKING:
    from builder.shards.folder import Folder
    from builder.shards.model import Shard


def write_shards(paths: Sequence[str], address: str, workers: Workers, *, prune: bool) -> dict[str, Any]:
    """Write shards, and say what was done; give the same as values of JSON."""
    from builder.shards import writing  # noqa: PLC0415 (HTML and YAML are slow to load)
    from builder.shards.folder import Folder  # noqa: PLC0415

    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    began, folder = time.monotonic(), Folder(address)
    pieces, missing = writing.plan(paths)
    for each in missing:
        warn(each)
    manifest = writing.write_shards(pieces, folder, workers, watch=_watched)
    failures = [*map(str, missing), *(failure for shard in manifest.shards for failure in shard.failures)]
    done: dict[str, Any] = {
        "documents": sum(shard.documents for shard in manifest.shards) + len(missing),
        "reports": sum(shard.reports for shard in manifest.shards),
        "quads": sum(shard.quads for shard in manifest.shards),
        "shards": len(manifest.shards),
        "bytes": sum(shard.size for shard in manifest.shards),
        "failures": failures,
        "seconds": time.monotonic() - began,
    }
    counts = f"{done['reports']} reports, {done['quads']} quads, failed {len(failures)}"
    size = f"{done['shards']} shards, {done['bytes'] / 1e6:.1f} MB"
    click.echo(f"{done['documents']} documents: {counts}; {size}; {done['seconds']:.1f} s")
    _leave(writing.left_over(folder, manifest), folder, prune=prune)
    return done


def _watched(shards: "Iterator[Shard]", total: int) -> "Iterator[Shard]":
    """Show on a bar how many documents are read, and name those that failed."""
    for shard in bar(shards, total=total, unit="documents", size=lambda shard: shard.documents):
        for failure in shard.failures:
            warn(failure)
        yield shard


def _leave(others: Sequence[str], folder: "Folder", *, prune: bool) -> None:
    """Remove the shards that are of other documents, or say that they are there."""
    for name in others if prune else ():
        folder.drop(name)
    if others and not prune:
        say(f"{folder}: shards that are not of these documents: {len(others)}; --prune removes them")
