"""The store that is attacked: the graph of the questions, nodes to look up, and a dense little graph."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.index import make_index
from builder.store import Store

from ..clients.serving import make_store
from .lookups import NODES, value

# Nodes of which each has an edge of two kinds to each: 12 are enough for paths that never end.
DENSE = 12


def make(path: Path) -> Path:
    """Make the store."""
    make_store(path)
    with Store.open(path) as store:
        store.inner.extend([*_numbered(), *_dense()])
        (path / "unpublished").touch()
        store.publish()
    # So that no process makes it while others are counted.
    make_index(path)
    return path


def _numbered() -> Iterator[Quad]:
    for number in range(NODES):
        yield _quad(str(number), "value", Literal(value(number)))


def _dense() -> Iterator[Quad]:
    nodes = [f"dense{number}" for number in range(DENSE)]
    for subject, object_ in permutations(nodes, 2):
        for predicate in ("p", "q"):
            yield _quad(subject, predicate, NamedNode(f"urn:hostile:{object_}"))


def _quad(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(
        NamedNode(f"urn:hostile:{subject}"), NamedNode(f"urn:hostile:{predicate}"), value, DefaultGraph()
    )
