"""From shards to a store: loaded in bulk, merged, published."""

import gzip
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import IO, cast

from pyoxigraph import NamedNode, RdfFormat, parse

from builder.batching import batches
from builder.build import BATCH, finish
from builder.committing import built_with
from builder.merge import builds_graph
from builder.shards.folder import Folder
from builder.shards.model import Manifest, Shard
from builder.store import Graph, Store

Watch = Callable[[Sequence[Shard]], Iterable[Shard]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did: reports that were written, and that the store held already; events of all reports."""

    shards: int
    written: int
    unchanged: int
    events: int
    seconds: float
    snapshot: str


def load(folder: Folder, store: Store, *, watch: Watch | None = None) -> Loaded:
    """Load the shards of a folder into a store, merge what its reports say, publish a snapshot and its index.

    A shard whose reports the store holds, read by the same version, is passed over; one that has none of them
    in it is loaded in bulk; of others each graph takes the place of what is there. A shard is loaded whole or
    not at all. Raises `ShardError` if the folder is not complete or a shard is not what was written,
    `StoreError` if the store cannot be written.
    """
    began = time.monotonic()
    manifest = folder.manifest()
    written, unchanged = load_shards(folder, manifest, store, watch=watch)
    events, snapshot = finish(store, base=manifest.base, written=written)
    seconds = time.monotonic() - began
    return Loaded(len(manifest.shards), written, unchanged, events, seconds, snapshot)


def load_shards(
    folder: Folder, manifest: Manifest, store: Store, *, watch: Watch | None = None
) -> tuple[int, int]:
    """Load shards and merge nothing; say how many reports were written, and how many were there."""
    written = unchanged = 0
    for shard in watch(manifest.shards) if watch else manifest.shards:
        if _load(shard, folder, store, manifest):
            written += shard.reports
        else:
            unchanged += shard.reports
    return written, unchanged


def _load(shard: Shard, folder: Folder, store: Store, manifest: Manifest) -> bool:
    """Load a shard unless the store holds it; say whether it did."""
    graphs = [NamedNode(name) for name in folder.graphs(shard)]
    facts = (built_with(graph, manifest.version, base=manifest.base) for graph in graphs)
    if all(store.holds(fact) for fact in facts):
        return False
    data = folder.data(shard)
    if any(graph in store for graph in graphs):
        _replace(data, store, manifest)
    else:
        store.add_file(_unpacked(data))
    return True


def _replace(data: bytes, store: Store, manifest: Manifest) -> None:
    """Put the graphs of a shard in the place of those that another version read."""
    builds = builds_graph(manifest.base)
    quads = parse(_unpacked(data), format=RdfFormat.N_QUADS)
    # The fact by which a graph is known comes right after it.
    graphs = ((graph, tuple(some)) for graph, some in groupby(quads, lambda quad: quad.graph_name))
    with store.several_steps():
        for some in batches(graphs, 2 * BATCH):
            facts = [fact for graph, known in some if graph == builds for fact in known]
            wanted = {cast("Graph", graph): known for graph, known in some if graph != builds}
            store.replace(wanted, facts=facts)


def _unpacked(data: bytes) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(BytesIO(data)))
