"""Figures of what is served, each by a query of `server/queries`: limited, and kept, as any other answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from flask import current_app, request

from builder.store import Version
from server import tables
from server.answers import caller
from server.engine import Engine
from server.messages import Query
from server.pages.described import named_query

Row: TypeAlias = Mapping[str, str]
T = TypeVar("T")

# Named graphs that are listed, at 250 bytes each: who wants all 20,000 reports asks for them by a query.
LISTED: Final = 100
# Classes and properties that are listed: many times those of the ontology, and no more than a few pages.
_PARTS: Final = 1000
# How often figures are gathered that turn out to belong to two snapshots: twice is rare, and more in vain
# where a store is written without pause.
_TRIES: Final = 2
# Queries whose answer is one row of figures.
_COUNTS: Final = ("size", "entities", "subjects", "objects", "report_count", "geonames")


@dataclass(frozen=True, slots=True)
class Graphs:
    """The size of the default graph, how many named graphs there are, and the sizes of those listed."""

    triples: int
    count: int
    listed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted in the data: numbers by name, and a row for each class, property and example."""

    counts: Mapping[str, int]
    classes: tuple[Row, ...]
    properties: tuple[Row, ...]
    examples: tuple[Row, ...]

    def terms(self) -> frozenset[str]:
        """Give the classes and properties that the data uses."""
        classes = frozenset(row["class"] for row in self.classes)
        return classes | {row["property"] for row in self.properties}


def of_one_snapshot(gather: Callable[[], T]) -> tuple[Version, T]:
    """Gather figures, anew if a snapshot was published meanwhile. Raises `Failed` if they cannot be had."""
    for _ in range(_TRIES):
        version = _engine().version()
        figures = gather()
        if _engine().version() == version:
            break
    return version, figures


def count_graphs() -> Graphs:
    """Count the graphs and what is in them."""
    size = _count("size")
    names = sorted(row["graph"] for row in _rows("graphs", limit=LISTED))
    # Without a name the dataset would be the whole store.
    rows = _rows("graph_sizes", limit=LISTED, graphs=names) if names else ()
    sizes = {row["graph"]: int(row["triples"]) for row in rows}
    return Graphs(size["triples"], size["graphs"], {name: sizes.get(name, 0) for name in names})


def count_data() -> Figures:
    """Count what is in the merged layer, and the reports that it is made of."""
    return Figures(
        counts={name: value for query in _COUNTS for name, value in _count(query).items()},
        classes=_rows("classes", limit=_PARTS),
        properties=_rows("properties", limit=_PARTS),
        examples=_rows("examples", limit=_PARTS),
    )


def _engine() -> Engine:
    engine: Engine = current_app.extensions["engine"]
    return engine


def _count(name: str) -> Mapping[str, int]:
    (row,) = _rows(name, limit=1)
    return {name: int(value) for name, value in row.items()}


def _rows(name: str, *, limit: int, graphs: Sequence[str] = ()) -> tuple[Row, ...]:
    query = Query(named_query(name), named_graphs=tuple(graphs))
    return tuple(tables.run(_engine(), query, caller(request), limit=limit).records())
