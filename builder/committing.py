"""What was read, written some at a time: to the store, and then to its journal.

Graphs first, then the facts by which they are known, then the journal: what a crash cuts off in between is
read again by the next build.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from pyoxigraph import Literal, NamedNode, Quad

from builder.errors import InputError
from builder.extracted import Extractor, Statements, parsed
from builder.journal import Document, Journal
from builder.merge import builds_graph
from builder.rdf import term
from builder.store import Graph, Store

# Bytes of N-Quads that are written at once. Each time Oxigraph adds a file to each of its indexes, and sorts
# every four into what it has: with 50 reports at a time that took a third of the time that reading took. A
# build begins with a few reports and doubles them, so that a short one commits too; the most, which are 150
# reports of 170 words, take 250 MB to write.
FIRST: Final = 8 * 1024 * 1024
MOST: Final = 64 * 1024 * 1024
# Bytes of a quad as an object of Python, with its terms.
OBJECT: Final = 600


@dataclass(slots=True)
class Batch:
    """What waits to be committed."""

    graphs: dict[NamedNode, Statements] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    failed: list[InputError] = field(default_factory=list)
    size: int = 0

    def add(self, report: NamedNode, graph: Statements) -> None:
        """Add the graph of a report."""
        self.graphs[report] = graph
        self.size += len(graph) if isinstance(graph, bytes) else OBJECT * len(graph)


def built_with(report: NamedNode, version: str, *, base: str) -> Quad:
    """Give the quad that says which version read a report; written last, it says that its graph is whole."""
    return Quad(report, term("plm:builtWith"), Literal(version), builds_graph(base))


class Committer:
    """Writes batches, one at a time; use as a context manager.

    Where other processes read, a batch is written in a thread beside who gathers the next one: writing leaves
    the interpreter to others. A crash loses both at most.
    """

    def __init__(self, store: Store, journal: Journal, extractor: Extractor) -> None:
        self._store = store
        self._journal = journal
        self._extractor = extractor
        self._thread = ThreadPoolExecutor(1, "polemos-store")
        self._writing: tuple[Batch, Future[None]] | None = None
        self._limit = FIRST

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def is_full(self, batch: Batch) -> bool:
        """Say whether a batch is to be committed."""
        return batch.size >= self._limit

    def commit(self, batch: Batch) -> None:
        """Have a batch written after the one before. Raises `StoreError` if either cannot be."""
        self.settle()
        self._limit = min(2 * self._limit, MOST)
        if self._extractor.is_elsewhere:
            self._writing = batch, self._thread.submit(self._write, batch)
        else:
            self._write(batch)
            self._note(batch)

    def settle(self) -> None:
        """Wait until all is written."""
        if self._writing is not None:
            (batch, future), self._writing = self._writing, None
            future.result()
            self._note(batch)

    def fact(self, graph: NamedNode) -> Quad:
        """Give the quad by which a graph is known as one that this version has read."""
        return built_with(graph, self._extractor.version, base=self._extractor.base)

    def _write(self, batch: Batch) -> None:
        new = {graph: held for graph, held in batch.graphs.items() if graph not in self._store}
        if new:
            self._store.add_new(new)
        others: dict[Graph, Iterable[Quad]] = {
            graph: parsed(held) for graph, held in batch.graphs.items() if graph not in new
        }
        self._store.replace(others, facts=map(self.fact, batch.graphs))

    def _note(self, batch: Batch) -> None:
        self._journal.met(batch.documents)
        self._journal.failed(batch.failed)
