"""What somebody said is not one: remembered in a graph of its own, and kept by every later merge."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from typing import Final, cast

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions

from builder.errors import StoreError
from builder.rdf import DEFAULT_BASE, HASH_LENGTH, RDF_TYPE, term
from builder.store import Store, run_query

BLOCKED: Final = """
SELECT ?first ?second WHERE {{
  GRAPH <{graph}> {{ ?link a plm:BlockedLink ; plm:takesOut ?first ; plm:links ?second }}
  FILTER(?first != ?second)
}}"""


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Pairs of nodes of reports that must not be one; in each the first is taken out of what holds both.

    >>> str(Unlinked(frozenset({("b", "c"), ("a", "b")})))
    'a|b b|c'
    """

    pairs: frozenset[tuple[str, str]]

    @property
    def alone(self) -> frozenset[str]:
        """The nodes that are taken out, which no name unites with others."""
        return frozenset(first for first, _ in self.pairs)

    def __str__(self) -> str:
        return " ".join(sorted(f"{first}|{second}" for first, second in self.pairs))


def unlinked_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph of blocked links."""
    return NamedNode(f"{base}graph/unlinked")


def read(store: Store | ox.Store, *, base: str = DEFAULT_BASE) -> Unlinked:
    """Read which nodes must not be one, from a store or a snapshot."""
    text = BLOCKED.format(graph=unlinked_graph(base).value)
    found = store.query(text) if isinstance(store, Store) else run_query(store, text)
    return Unlinked(frozenset((first.value, second.value) for first, second in cast("QuerySolutions", found)))


def pairs_of(store: Store, first: str, second: str) -> tuple[tuple[str, str], ...]:
    """Give the pairs of nodes that two IRIs stand for: a merged node stands for all of its other members.

    Raises `StoreError`, with the way out, if there is nothing that could be parted.
    """
    members, merged = _members(store, second), _members(store, first)
    if merged and members:
        raise StoreError(f"{first} and {second} are two merged nodes already; name a node of a report first")
    if merged:
        return pairs_of(store, second, first)
    if not _is_merged(store, first):
        raise StoreError(
            f"{first} is no node of a report that was merged; polemos merge --explain shows some"
        )
    if not members and not _is_merged(store, second):
        raise StoreError(f"{second} is no node that was merged; name a node of a report, or a merged node")
    pairs = tuple((first, other) for other in members or (second,) if other != first)
    if not pairs:
        raise StoreError(f"{first} is one with no other node; there is no link to remove")
    return pairs


def _members(store: Store, merged: str) -> list[str]:
    found = store.inner.quads_for_pattern(_node(merged), term("prov:wasDerivedFrom"), None, DefaultGraph())
    return sorted(str(getattr(quad.object, "value", "")) for quad in found)


def _is_merged(store: Store, member: str) -> bool:
    found = store.inner.quads_for_pattern(None, term("prov:wasDerivedFrom"), _node(member), DefaultGraph())
    return any(True for _ in found)


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise StoreError(f"{iri} is no IRI: {error}") from error


def unlink(
    store: Store, pairs: Iterable[tuple[str, str]], *, reason: str | None = None, base: str = DEFAULT_BASE
) -> int:
    """Remember that nodes are not one; give how many pairs are new. The next merge parts them."""
    said = read(store, base=base).pairs
    new = [pair for pair in pairs if pair not in said]
    now = Literal(datetime.now(UTC).isoformat(timespec="seconds"), datatype=term("xsd:dateTime"))
    store.exchange((), (quad for pair in new for quad in _quads(pair, reason, now, unlinked_graph(base))))
    return len(new)


def undo(store: Store, first: str, second: str, *, base: str = DEFAULT_BASE) -> int:
    """Forget what was said of two nodes, whichever was named first; give how many pairs there were.

    The one may be a merged node: what was said of the other and its members is forgotten. Raises `StoreError`
    if nothing was said.
    """
    sides = [{iri, *_members(store, iri)} for iri in (first, second)]
    said = read(store, base=base).pairs
    meant = {
        pair
        for pair in said
        if any(pair[0] in one and pair[1] in other for one, other in permutations(sides))
    }
    if not meant:
        raise StoreError(f"{first} and {second} were not unlinked; there is nothing to take back")
    graph = unlinked_graph(base)
    links = [_iri(pair, base) for pair in meant]
    store.exchange(
        [quad for link in links for quad in store.inner.quads_for_pattern(link, None, None, graph)], ()
    )
    return len(meant)


def _iri(pair: tuple[str, str], base: str) -> NamedNode:
    name = hashlib.sha256(" ".join(pair).encode()).hexdigest()[:HASH_LENGTH]
    return NamedNode(f"{base}unlink/{name}")


def _quads(pair: tuple[str, str], reason: str | None, now: Literal, graph: NamedNode) -> Iterable[Quad]:
    link = _iri(pair, graph.value.removesuffix("graph/unlinked"))
    yield Quad(link, RDF_TYPE, term("plm:BlockedLink"), graph)
    yield Quad(link, term("plm:takesOut"), NamedNode(pair[0]), graph)
    for node in pair:
        yield Quad(link, term("plm:links"), NamedNode(node), graph)
    yield Quad(link, term("prov:generatedAtTime"), now, graph)
    if reason:
        yield Quad(link, term("plm:reason"), Literal(reason), graph)
