"""Several pipelines in processes of their own, for the processors of one machine.

Articles go out and graphs come back some batches at a time, so that memory stays bounded. A process that dies
takes no document with it: what it had is read again, in the end one document at a time, and only a document
that ends a process by itself is given up.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeAlias, TypeVar, cast

import pyoxigraph as ox
from loky import ProcessPoolExecutor
from pyoxigraph import NamedNode, RdfFormat

from builder.errors import InputError
from builder.model import Article
from builder.rdf import DEFAULT_BASE, report_iri
from builder.settings import Recipe

if TYPE_CHECKING:
    from builder.extraction import Extracted, Pipeline

# Articles that go to a process at once: enough that sending them costs little, few enough that all processes
# end at about one time, and that a document which ends one is found soon.
BATCH: Final = 8
# Batches that each process has or waits for: one to read, one to begin with at once after it.
AHEAD: Final = 2
DIED: Final = "ended the process that read it, for want of memory perhaps"

T = TypeVar("T")
Batch: TypeAlias = tuple[Article, ...]
# A report's IRI with its graph as N-Quads, which are written and read five times as fast as pickled quads.
Answer: TypeAlias = list[tuple[str, bytes] | InputError]


class Pool(Protocol):
    """Where articles are read: calls go to whatever process is free."""

    lost: tuple[type[BaseException], ...]

    @property
    def size(self) -> int:
        """How many calls run at once."""

    def submit(self, call: Callable[..., T], *arguments: object) -> "Future[T]":
        """Have something called in one of the processes; the future has one of `lost` if that died."""

    def close(self) -> None:
        """End the processes."""


class Processes:
    """Processes of this machine; in place of one that dies there is another."""

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)

    def __init__(self, size: int) -> None:
        self.size = size
        self._executor = self._begun()

    def submit(self, call: Callable[..., T], *arguments: object) -> "Future[T]":
        """Have something called in one of the processes."""
        future: Future[T]
        try:
            future = self._executor.submit(call, *arguments)
        except BrokenProcessPool:  # all of them end when one does
            self._executor = self._begun()
            future = self._executor.submit(call, *arguments)
        return future

    def numbers(self) -> tuple[int, ...]:
        """The numbers by which the system knows the processes that have begun."""
        return tuple(self._executor._processes)

    def close(self) -> None:
        """End the processes."""
        self._executor.shutdown(kill_workers=True)

    def _begun(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.size, initializer=_begin, initargs=(os.getpid(),))


class Workers:
    """Reads articles in the processes of a pool; use as a context manager, so that they end.

    Raises `ModelError` if the pipeline cannot be loaded.
    """

    def __init__(
        self, recipe: Recipe, pool: Pool, *, base: str = DEFAULT_BASE, with_text: bool = True
    ) -> None:
        self.base = base
        self._what = (recipe, base, with_text)
        self._pool = pool
        self.version: str = pool.submit(_version, *self._what).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def read(self, articles: Iterable[Article]) -> "Iterator[Extracted | InputError]":
        """Yield the graph of each article, or the reason why it has none; the order is about theirs."""
        rest = iter(articles)
        sent: deque[tuple[Batch, Future[Answer]]] = deque()
        while True:
            while len(sent) < self._pool.size * AHEAD and (batch := tuple(islice(rest, BATCH))):
                sent.append((batch, self._submit(batch)))
            if not sent:
                return
            batch, future = sent.popleft()
            answer = self._read_again(batch) if self._is_lost(future) else future.result()
            yield from _graphs(batch, answer, self.base)

    def _read_again(self, batch: Batch) -> Answer:
        """Read a batch after a process died, in halves down to the document that ends a process."""
        future = self._submit(batch)
        if not self._is_lost(future):
            return future.result()
        if len(batch) == 1:
            remedy = "leave it out, or shorten it"
            return [InputError(DIED, batch[0].origin, line=batch[0].line, remedy=remedy)]
        middle = len(batch) // 2
        return self._read_again(batch[:middle]) + self._read_again(batch[middle:])

    def _submit(self, batch: Batch) -> "Future[Answer]":
        return self._pool.submit(_read, batch, *self._what)

    def _is_lost(self, future: "Future[Answer]") -> bool:
        """Wait for an answer; say whether it will never come, since a process died."""
        return isinstance(future.exception(), self._pool.lost)


def _graphs(batch: Batch, answer: Answer, base: str) -> "Iterator[Extracted | InputError]":
    from builder.extraction import Extracted  # noqa: PLC0415 (spaCy is slow to load)

    articles = {report_iri(article, base=base).value: article for article in batch}
    for each in answer:
        if isinstance(each, InputError):
            yield each
        else:
            iri, graph = each
            yield Extracted(articles[iri], tuple(ox.parse(graph, format=RdfFormat.N_QUADS)))


# What follows runs in the processes.


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the one that asks decides
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End soon after the process that began this one has: if it is killed, it tells nobody."""
    while os.getppid() == parent:
        time.sleep(1)  # what is left over a second longer does no harm
    os._exit(1)


@cache
def _pipeline(recipe: Recipe, base: str, with_text: bool) -> "Pipeline":
    from builder.extraction import Pipeline  # noqa: PLC0415 (spaCy is slow to load)
    from builder.pipeline import load_pipeline  # noqa: PLC0415

    return Pipeline(load_pipeline(**asdict(recipe)), base=base, with_text=with_text)


def _version(*what: Any) -> str:  # noqa: ANN401 (the arguments of _pipeline)
    return _pipeline(*what).version


def _read(batch: Batch, *what: Any) -> Answer:  # noqa: ANN401 (the arguments of _pipeline)
    return [_packed(each) for each in _pipeline(*what).read(batch)]


def _packed(outcome: "Extracted | InputError") -> tuple[str, bytes] | InputError:
    if isinstance(outcome, InputError):
        return outcome
    report = cast("NamedNode", outcome.quads[0].graph_name)
    return report.value, cast("bytes", ox.serialize(outcome.quads, format=RdfFormat.N_QUADS))
