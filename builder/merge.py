"""The merged layer: one node an actor, place, facility and real-world event across all reports.

It is made of the reports' graphs and written to the default graph. Every value of every member stays, with
`prov:wasDerivedFrom` to the nodes of the reports; where a property can have one value only, the choice is
said beside it (`builder.layer`). Why nodes are one is in a graph of its own, as `plm:IdentityLink`s.
`builder.linkage` decides what is one; this brings its ledger and the store up to date.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from builder import unlinking
from builder.batching import Counted, uncounted
from builder.copies import link_copies
from builder.layer_writing import LayerWriter
from builder.linkage.advancing import Advance, Former, Linkage, former
from builder.linkage.ledger import Ledger
from builder.linkage.nodes import read
from builder.linkage.records import FOLDER
from builder.memory import give_back
from builder.rdf import DEFAULT_BASE, RDF_TYPE, serialize, term
from builder.store import Store

# Counts up when the same reports would give another layer: ledgers of before are made anew then.
LAYOUT: Final = "1"


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """What there is after a merge: nodes of reports, merged nodes, how many of them are events.

    `touched` counts the reports whose nodes were looked at.
    """

    read: int
    merged: int
    events: int
    touched: int
    changed: bool


def identity_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph of identity links."""
    return NamedNode(f"{base}graph/identity")


def builds_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph that says which version made each report's graph, and of what the layer was made."""
    return NamedNode(f"{base}graph/builds")


def merge(
    store: Store, *, base: str = DEFAULT_BASE, anew: bool = False, counted: Counted = uncounted
) -> MergeSummary:
    """Bring the merged layer up to date with the reports in a store.

    Only what the reports that are new, others or gone have to do with is looked at, unless `anew`; the same
    reports give the same layer in any order and any number of steps. A report is another if `plm:builtWith`
    says so, or, where it has none, if its quads are others: after reports were edited by hand, merge anew.
    `counted` shows how far it is.
    Raises `StoreError` if the layer cannot be written; the layer before stays then.
    """
    with Ledger(store.path) as ledger:
        return _Merge(store, ledger, base, counted).run(anew=anew)


class _Merge:
    """One merge: the store, the ledger, and which nodes must not be one."""

    def __init__(self, store: Store, ledger: Ledger, base: str, counted: Counted) -> None:
        self.store = store
        self.ledger = ledger
        self.base = base
        self.counted = counted
        self.graph = identity_graph(base)
        self.unlinked = unlinking.read(store, base=base)

    def run(self, *, anew: bool) -> MergeSummary:
        found = self.fingerprints()
        copied = link_copies(self.store, found, base=self.base, anew=anew)
        digest = self.digest(found)
        if digest == self.ledger.state("digest") and self.fits() and not anew:
            return self.summary(0, changed=copied)
        is_whole = anew or not self.fits()
        if is_whole:
            self.ledger.clear()
        changed, touched = self.update(found, is_whole=is_whole)
        changed |= copied
        changed |= bool(self.store.exchange((), (), facts=(self.fact(digest),)))
        self.ledger.note("digest", digest)
        self.ledger.note("unlinked", str(self.unlinked))
        self.ledger.commit()
        return self.summary(touched, changed=changed)

    def fact(self, digest: str) -> Quad:
        return Quad(self.graph, term("plm:mergedFrom"), Literal(digest), builds_graph(self.base))

    def fits(self) -> bool:
        """Say whether the ledger is of the layer that the store holds."""
        return self.store.holds(self.fact(self.ledger.state("digest")))

    def fingerprints(self) -> dict[str, str]:
        """Give what tells whether a report is another: who made it, or else a hash of its quads."""
        pattern = self.store.inner.quads_for_pattern
        made: dict[str, str] = {}
        for quad in pattern(None, term("plm:builtWith"), None, None):
            report, by = _value(quad.subject), _value(quad.object)
            made[report] = min(by, made.get(report, by))
        reports = (
            quad.graph_name
            for quad in pattern(None, RDF_TYPE, term("plm:Report"), None)
            if quad.graph_name == quad.subject
        )
        return {iri: made.get(iri) or self.content(iri) for iri in map(_value, reports)}

    def content(self, report: str) -> str:
        quads = self.store.inner.quads_for_pattern(None, None, None, NamedNode(report))
        return hashlib.sha256(serialize(quads)).hexdigest()

    def digest(self, fingerprints: Mapping[str, str]) -> str:
        """Hash all that the merged layer follows from."""
        ours = (LAYOUT, version("polemos"), version("splink"), self.base, str(self.unlinked))
        digest = hashlib.sha256(" ".join(ours).encode())
        for report, fingerprint in sorted(fingerprints.items()):
            digest.update(f"{report} {fingerprint}\n".encode())
        return digest.hexdigest()

    def update(self, found: Mapping[str, str], *, is_whole: bool) -> tuple[bool, int]:
        """Bring ledger and layer up to date; say whether the layer changed, and how many reports it took."""
        reports = self.ledger.reports
        known = reports.fingerprints()
        gone = known.keys() - found.keys()
        changed = {report for report, fingerprint in found.items() if known.get(report) != fingerprint}
        changed |= self.unlinked_since() & found.keys()
        before = former(self.ledger, reports.numbers(changed | gone))
        lost = reports.remove(reports.numbers(gone))
        for report in self.counted(sorted(changed), total=len(changed), unit="reports read"):
            lost |= reports.put(read(self.store, report), found[report])
        advanced = self.advance(changed, before, is_whole=is_whole)
        give_back()
        writer = LayerWriter(self.store, self.ledger, self.graph, self.base, self.counted)
        if is_whole:
            return writer.write_whole(advanced), len(advanced.touched)
        vacated = {cluster for each in before.values() for cluster in each.clusters.values() if cluster}
        return writer.write(advanced, vacated, lost), len(advanced.touched)

    def advance(self, changed: Collection[str], before: Mapping[int, Former], *, is_whole: bool) -> Advance:
        def done() -> None:
            # What is made anew needs no way back, which would take as much space as all of it.
            if is_whole:
                self.ledger.commit()

        numbers = self.ledger.reports.numbers(changed)
        done()
        linkage = Linkage(self.ledger, self.unlinked, self.base, self.counted)
        return linkage.advance(numbers, before, done=done)

    def unlinked_since(self) -> set[str]:
        """Give the reports of nodes that were unlinked, or are no longer, since the last merge."""
        before = set(self.ledger.state("unlinked").split())
        pairs = before ^ set(str(self.unlinked).split())
        return self.ledger.reports.of({node for pair in pairs for node in pair.split("|")})

    def summary(self, touched: int, *, changed: bool) -> MergeSummary:
        clusters = self.ledger.clusters
        return MergeSummary(
            read=self.ledger.reports.node_count(),
            merged=clusters.count(),
            events=clusters.count(f"{self.base}{FOLDER}/"),
            touched=touched,
            changed=changed,
        )


def _value(found: object) -> str:
    return str(getattr(found, "value", ""))
