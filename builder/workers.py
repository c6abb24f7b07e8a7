"""Several pipelines in processes of their own, for the processors of one machine.

What is to be read goes out, and what came of it back, some pieces at a time, so that memory stays bounded. A
process that dies takes no document with it: what it had is read again, in the end one document at a time, and
only a document that ends a process by itself is given up.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeAlias, TypeVar, cast

import pyoxigraph as ox
from loky import ProcessPoolExecutor
from pyoxigraph import NamedNode, RdfFormat

from builder.batching import batches
from builder.errors import InputError
from builder.extracted import Extracted
from builder.model import Article
from builder.rdf import DEFAULT_BASE, report_iri
from builder.settings import Recipe

if TYPE_CHECKING:
    from builder.extraction import Pipeline

# Articles that go to a process at once: enough that sending them costs little, few enough that all processes
# end at about one time, and that a document which ends one is found soon.
BATCH: Final = 8
# Pieces of work that each process has or waits for: one to read, one to begin with at once after it.
AHEAD: Final = 2
# How often a piece of work is begun before it is divided: a process may have died of something else.
TRIES: Final = 2
DIED: Final = "ended the process that read it, for want of memory perhaps"

T = TypeVar("T")
# A report's IRI with its graph as N-Quads, which are written and read five times as fast as pickled quads.
Answer: TypeAlias = list[tuple[str, bytes] | InputError]


class Work(Protocol):
    """What goes to a process at once."""

    def halves(self) -> "Sequence[Self]":
        """Divide it in two; give nothing where it is one document."""


W = TypeVar("W", bound=Work)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some articles."""

    articles: tuple[Article, ...]

    def halves(self) -> "Sequence[Batch]":
        """Divide it in two; give nothing where it is one article."""
        middle = len(self.articles) // 2
        return (Batch(self.articles[:middle]), Batch(self.articles[middle:])) if middle else ()


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
    """Processes of this machine; in place of one that dies there is another.

    Each is a pool by itself: of a pool of several all end when one does, and nobody knows which it was.
    """

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)

    def __init__(self, size: int) -> None:
        self.size = size
        self._executors = [_executor() for _ in range(size)]
        self._sent: list[list[Future[Any]]] = [[] for _ in range(size)]

    def submit(self, call: Callable[..., T], *arguments: object) -> "Future[T]":
        """Have something called in the process that has least to do."""
        self._sent = [[each for each in sent if not each.done()] for sent in self._sent]
        number = min(range(self.size), key=lambda number: len(self._sent[number]))
        future: Future[T]
        try:
            future = self._executors[number].submit(call, *arguments)
        except BrokenProcessPool:
            self._executors[number] = _executor()
            future = self._executors[number].submit(call, *arguments)
        self._sent[number].append(future)
        return future

    def numbers(self) -> tuple[int, ...]:
        """The numbers by which the system knows the processes that have begun."""
        return tuple(number for executor in self._executors for number in executor._processes)

    def close(self) -> None:
        """End the processes."""
        for executor in self._executors:
            executor.shutdown(kill_workers=True)


def _executor() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, initializer=_begin, initargs=(os.getpid(),))


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
        # All processes load at once: what loads with its first document does so while others read.
        versions = [pool.submit(_version, *self._what) for _ in range(pool.size)]
        self.version: str = versions[0].result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    @property
    def is_elsewhere(self) -> bool:
        """Whether other processes read."""
        return True

    def read(self, articles: Iterable[Article]) -> Iterator[Extracted | InputError]:
        """Yield the graph of each article, or the reason why it has none; the order is about theirs."""
        for batch, answer in self.spread(_read, map(Batch, batches(articles, BATCH))):
            if answer is None:
                yield died(batch.articles[0])
            else:
                yield from _graphs(batch, answer, self.base)

    def spread(
        self, call: Callable[..., T], works: Iterable[W], *arguments: object
    ) -> Iterator[tuple[W, T | None]]:
        """Have something called for each piece of work, in whatever process is free; yield what it gave.

        It is called with the piece, the arguments of `pipeline`, and `arguments`. Pieces come as they are
        done. One that was lost with its process too often comes in halves, in the end as single documents
        with None. What the call raises is raised here.
        """
        rest, again = iter(works), deque[tuple[W, int]]()
        sent: dict[Future[T], tuple[W, int]] = {}
        while True:
            while len(sent) < self._pool.size * AHEAD and (next_ := _next(again, rest)):
                sent[self._pool.submit(call, next_[0], *self._what, *arguments)] = next_
            if not sent:
                return
            done, _ = wait(sent, return_when=FIRST_COMPLETED)
            for future in [each for each in sent if each in done]:
                work, tries = sent.pop(future)
                if not isinstance(future.exception(), self._pool.lost):
                    yield work, future.result()
                elif tries < TRIES:
                    again.append((work, tries + 1))
                elif halves := work.halves():
                    again.extend((half, 1) for half in halves)
                else:
                    yield work, None


def died(article: Article) -> InputError:
    """Say of an article that it ended the process that read it."""
    return InputError(DIED, article.origin, line=article.line, remedy="leave it out, or shorten it")


def _next(again: deque[tuple[W, int]], rest: Iterator[W]) -> tuple[W, int] | None:
    """Give what to do next and how often it will have been begun; what was lost goes before what is new."""
    return again.popleft() if again else next(((work, 1) for work in rest), None)


def _graphs(batch: Batch, answer: Answer, base: str) -> Iterator[Extracted | InputError]:
    articles = {report_iri(article, base=base).value: article for article in batch.articles}
    for each in answer:
        if isinstance(each, InputError):
            yield each
        else:
            iri, graph = each
            yield Extracted(articles[iri], graph)


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
def pipeline(recipe: Recipe, base: str, with_text: bool) -> "Pipeline":
    """Give the pipeline of this process, which is loaded once; there is a process for each processor."""
    from builder.extraction import Pipeline  # noqa: PLC0415 (spaCy is slow to load)
    from builder.pipeline import load_pipeline  # noqa: PLC0415

    return Pipeline(load_pipeline(**asdict(recipe), beside=False), base=base, with_text=with_text)


def _version(*what: Any) -> str:  # noqa: ANN401 (the arguments of `pipeline`)
    return pipeline(*what).version


def _read(batch: Batch, *what: Any) -> Answer:  # noqa: ANN401 (the arguments of `pipeline`)
    return [_packed(each) for each in pipeline(*what).read(batch.articles)]


def _packed(outcome: Extracted | InputError) -> tuple[str, bytes] | InputError:
    if isinstance(outcome, InputError):
        return outcome
    report = cast("NamedNode", outcome.quads[0].graph_name)
    return report.value, cast("bytes", ox.serialize(outcome.quads, format=RdfFormat.N_QUADS))
