"""What comes of reading: an article with the graph of its report, as one process has it or sends it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import pyoxigraph as ox
from pyoxigraph import Quad, RdfFormat

from builder.errors import InputError
from builder.model import Article

# A graph: quads where they were made, elsewhere N-Quads, which a store loads without quads between.
Statements: TypeAlias = tuple[Quad, ...] | bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article and the graph of its report, which keeps every shape."""

    article: Article
    graph: Statements

    @property
    def quads(self) -> tuple[Quad, ...]:
        """The graph as quads, parsed if another process made it."""
        return parsed(self.graph)


class Extractor(Protocol):
    """What reads articles: the pipeline in this process, or several of it in others."""

    base: str
    version: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether other processes read, and this one has time to write."""

    def read(self, articles: Iterable[Article]) -> Iterator[Extracted | InputError]:
        """Yield the graph of each article, or the reason why it has none."""


def parsed(graph: Statements) -> tuple[Quad, ...]:
    """Give a graph as quads."""
    if isinstance(graph, bytes):
        return tuple(ox.parse(graph, format=RdfFormat.N_QUADS))
    return graph
