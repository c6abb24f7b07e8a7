"""Copies of one text: what an agency wrote and several outlets printed is one source, not several.

`link_copies` brings the graph `{base}graph/copies` up to date with the reports in a store: it says
`COPY plm:copyOf FIRST` of each report whose text is that of an earlier one, edited.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from builder.copies.deciding import decide
from builder.copies.register import Register
from builder.copies.signatures import Signature, sign
from builder.rdf import DEFAULT_BASE, term
from builder.store import Store

COPY_OF: Final = term("plm:copyOf")


def copies_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph that says which reports are copies."""
    return NamedNode(f"{base}graph/copies")


def link_copies(
    store: Store, fingerprints: Mapping[str, str], *, base: str = DEFAULT_BASE, anew: bool = False
) -> bool:
    """Say in the store which reports are copies of which; give whether anything changed.

    `fingerprints` gives for each report what tells whether it is another than before: only those that are
    new, others or gone are looked at, unless `anew`. Raises `StoreError` if that cannot be written.
    """
    with Register(store.path) as register, register.explained():
        if anew:
            register.clear()
        decide(register, _renewed(store, register, fingerprints))
        graph = copies_graph(base)
        held = store.inner.quads_for_pattern(None, None, None, graph)
        changed = store.exchange(held, _quads(register, graph))
        register.commit()
    return changed


def _renewed(store: Store, register: Register, fingerprints: Mapping[str, str]) -> set[int]:
    """Remember what reports there are now; give those that have to be compared."""
    known = register.fingerprints()
    undecided = register.remove(iri for iri, found in known.items() if fingerprints.get(iri) != found)
    for iri in sorted(fingerprints):
        if known.get(iri) != fingerprints[iri]:
            moment, signature = _published(store, iri), _signature(store, iri)
            number = register.add(iri, fingerprints[iri], moment, signature)
            undecided |= set() if number is None else {number}
    return undecided


def _quads(register: Register, graph: NamedNode) -> Iterator[Quad]:
    for copy, first in register.copies():
        yield Quad(NamedNode(copy), COPY_OF, NamedNode(first), graph)


def _signature(store: Store, report: str) -> Signature | None:
    """Sign the text of a report or, where it was not kept, the sentences around mentions."""
    texts = _values(store, None, "plm:text", report) or _values(store, None, "plm:sentence", report)
    return sign(texts)


def _published(store: Store, report: str) -> float:
    """Say when a report was published: seconds, a day as its first moment, infinite if it is not known."""
    found = _values(store, NamedNode(report), "dcterms:issued", report)
    return min(map(_seconds, found), default=float("inf"))


def _seconds(issued: str) -> float:
    with suppress(ValueError):  # graphs that others wrote may have anything there
        moment = datetime.fromisoformat(issued)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return float("inf")


def _values(store: Store, subject: NamedNode | None, name: str, report: str) -> set[str]:
    found = store.inner.quads_for_pattern(subject, term(name), None, NamedNode(report))
    return {quad.object.value for quad in found if isinstance(quad.object, Literal)}
