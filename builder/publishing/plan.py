"""What to send so that an endpoint holds another snapshot than before: requests, in a fixed order.

The graph store protocol replaces whole graphs that differ. Updates send the difference alone, quad by quad,
but for graphs with blank nodes, which cannot be named in one: those are replaced as well. A blank node that
two graphs share becomes two: no request can say that they are one.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BufferedWriter, RawIOBase
from itertools import chain, islice
from typing import Any, Final, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from builder.store import VOCABULARY

# Virtuoso refuses updates of more than about 10,000 lines of its own code, some ten a quad.
UPDATE_QUADS: Final = 500
# A megabyte or two in a body: small beside any limit, large beside the cost of a request.
GRAPH_QUADS: Final = 10_000

Name: TypeAlias = NamedNode | BlankNode | DefaultGraph


class Protocol(StrEnum):
    """How an endpoint is written to: https://www.w3.org/TR/sparql11-http-rdf-update/ or …-update/."""

    GRAPH_STORE = "graph-store"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to speak to an endpoint: `merged` names the merged layer where it is not the default graph."""

    protocol: Protocol = Protocol.GRAPH_STORE
    merged: NamedNode | None = None
    vocabulary: bool = True
    quads: int | None = None

    @property
    def limit(self) -> int:
        """How many quads go in one request."""
        usual = UPDATE_QUADS if self.protocol is Protocol.UPDATE else GRAPH_QUADS
        return usual if self.quads is None else self.quads


@dataclass(frozen=True, slots=True)
class Request:
    """One request: an update, or a graph to put, add to or delete; None is the default graph.

    `quads` counts what it adds and removes.
    """

    method: str
    body: bytes
    quads: int
    graph: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """How two snapshots differ: graphs by what becomes of them, quads to add and to remove."""

    new: int
    changed: int
    removed: int
    quads_added: int
    quads_removed: int

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to send."""
        return not (self.new or self.changed or self.removed)


def differing(before: Store | None, after: Store, dialect: Dialect) -> list[Name]:
    """List the graphs that differ: the default graph first, the others in order."""
    names = _names(before, after, dialect)
    return [name for name in names if before is None or _digest(before, name) != _digest(after, name)]


def survey(before: Store | None, after: Store, names: Iterable[Name]) -> Survey:
    """Count the differences, in some graphs, between what an endpoint has and what it is to have."""
    new = changed = removed = added = gone = 0
    for name in names:
        more, less = _count(_difference(before, after, name)), _count(_difference(after, before, name))
        added, gone = added + more, gone + less
        if more or less:
            new += before is None or not _holds(before, name)
            removed += not _holds(after, name)
            changed += before is not None and _holds(before, name) and _holds(after, name)
    return Survey(new, changed, removed, added, gone)


def requests_for(
    before: Store | None, after: Store, names: Iterable[Name], dialect: Dialect
) -> Iterator[Request]:
    """Make the requests for graphs that differ; the same snapshots always give the same requests."""
    if dialect.protocol is Protocol.GRAPH_STORE:
        return chain.from_iterable(_replacement(after, name, dialect) for name in names)
    return _updates(before, after, names, dialect)


def _names(before: Store | None, after: Store, dialect: Dialect) -> list[Name]:
    """List the graphs of both; one that is empty in both is none."""
    stores = [store for store in (before, after) if store is not None]
    named = {name for store in stores for name in store.named_graphs()}
    wanted = (name for name in named if dialect.vocabulary or name not in VOCABULARY)
    names = [DefaultGraph(), *sorted(wanted, key=str)]
    return [name for name in names if any(_holds(store, name) for store in stores)]


class _Hashing(RawIOBase):
    """A file that keeps only the hash of what is written to it."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 (any buffer)
        self.hash.update(data)
        return len(data)


def _digest(store: Store, name: Name) -> bytes:
    """Hash a graph: Oxigraph gives the same quads in the same order, so hashes tell whether two differ."""
    hashing = _Hashing()
    with BufferedWriter(hashing) as stream:
        store.dump(stream, RdfFormat.N_TRIPLES, from_graph=name)
    return hashing.hash.digest()


def _holds(store: Store, name: Name) -> bool:
    return next(_quads(store, name), None) is not None


def _quads(store: Store, name: Name) -> Iterator[Quad]:
    return iter(store.quads_for_pattern(None, None, None, name))


def _difference(one: Store | None, other: Store | None, name: Name) -> Iterator[Quad]:
    """Give the quads of a graph that the other store has and the one has not."""
    quads = iter(()) if other is None else _quads(other, name)
    return (quad for quad in quads if one is None or quad not in one)


def _count(quads: Iterable[Quad]) -> int:
    return sum(1 for _ in quads)


# By the graph store protocol


def _replacement(store: Store, name: Name, dialect: Dialect) -> Iterator[Request]:
    """Put the first part of a graph in its place and add the others; delete it if nothing is left."""
    target, quads = _target(name, dialect), _quads(store, name)
    limit = None if _has_blank_nodes(store, name) else dialect.limit  # a blank node is one within a body
    method = "PUT"
    while part := list(islice(quads, limit)):
        body = "".join(f"{quad.triple} .\n" for quad in part).encode()
        yield Request(method, body, len(part), target)
        method = "POST"
    if method == "PUT":
        yield Request("DELETE", b"", 0, target)


def _target(name: Name, dialect: Dialect) -> str | None:
    if isinstance(name, DefaultGraph):
        return None if dialect.merged is None else dialect.merged.value
    return name.value


def _has_blank_nodes(store: Store, name: Name) -> bool:
    return any(_is_blank(quad) for quad in _quads(store, name))


def _is_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


# By update


@dataclass(frozen=True, slots=True)
class _Operation:
    """Part of an update, and how many quads it adds or removes.

    One with blank nodes stands `alone`: in an update, two operations may not have one in common.
    """

    text: str
    quads: int
    alone: bool = False


def _updates(
    before: Store | None, after: Store, names: Iterable[Name], dialect: Dialect
) -> Iterator[Request]:
    """Gather the operations of several graphs into updates of about the wanted size."""
    waiting: list[_Operation] = []
    for operation in chain.from_iterable(_operations(before, after, name, dialect) for name in names):
        is_full = sum(each.quads for each in waiting) + operation.quads > dialect.limit
        if waiting and (is_full or operation.alone or waiting[-1].alone):
            yield _update(waiting)
            waiting = []
        waiting.append(operation)
    if waiting:
        yield _update(waiting)


def _update(operations: list[_Operation]) -> Request:
    body = " ;\n".join(operation.text for operation in operations)
    return Request("UPDATE", body.encode(), sum(operation.quads for operation in operations))


def _operations(before: Store | None, after: Store, name: Name, dialect: Dialect) -> Iterator[_Operation]:
    """Give the operations for one graph: the whole of it anew, or the difference."""
    target = _target(name, dialect)
    clear = f"CLEAR SILENT {'DEFAULT' if target is None else f'GRAPH <{target}>'}"
    if any(_has_blank_nodes(store, name) for store in (before, after) if store is not None):
        # A template in place of INSERT DATA, in which Virtuoso takes no blank nodes.
        inserted = f"INSERT {{\n{_inside(_quads(after, name), target)}\n}} WHERE {{}}"
        whole = f"{clear} ;\n{inserted}" if _holds(after, name) else clear
        yield _Operation(whole, _count(_quads(after, name)), alone=True)
    elif before is None or not _holds(after, name):
        yield _Operation(clear, 0)
        yield from _data("INSERT", _quads(after, name), target, dialect.limit)
    else:
        yield from _data("DELETE", _difference(after, before, name), target, dialect.limit)
        yield from _data("INSERT", _difference(before, after, name), target, dialect.limit)


def _data(verb: str, quads: Iterator[Quad], target: str | None, limit: int | None) -> Iterator[_Operation]:
    while part := list(islice(quads, limit)):
        yield _Operation(f"{verb} DATA {{\n{_inside(part, target)}\n}}", len(part))


def _inside(quads: Iterable[Quad], target: str | None) -> str:
    triples = "\n".join(f"{quad.triple} ." for quad in quads)
    return triples if target is None else f"GRAPH <{target}> {{\n{triples}\n}}"
