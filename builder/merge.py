"""The merged layer: one node an actor, place, facility and real-world event across all reports.

It is made of the reports' graphs and written to the default graph. Every value of every member stays, with
`prov:wasDerivedFrom` to the nodes of the reports; where a property can have one value only, the choice is
said beside it (`builder.layer`). Why nodes are one is in a graph of its own, as `plm:IdentityLink`s.
`builder.linkage` decides what is one; this brings its ledger and the store up to date.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from itertools import groupby
from typing import Final, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions

from builder import unlinking
from builder.copies import link_copies
from builder.layer import LINKS, Grounds, Merged, write_chains, write_links, write_node
from builder.linkage.batching import batches
from builder.linkage.grouping import strongest
from builder.linkage.ledger import Ledger
from builder.linkage.nodes import Node, read
from builder.linkage.stages import EVENT_STAGES, FIGURES, NAMES, advance
from builder.rdf import DEFAULT_BASE, serialize, term
from builder.store import Store

REPORTS: Final = """
SELECT ?report (MIN(STR(?version)) AS ?made) WHERE {
  GRAPH ?report { ?report a plm:Report }
  OPTIONAL { GRAPH ?builds { ?report plm:builtWith ?version } }
} GROUP BY ?report"""
# Counts up when the same reports would give another layer: ledgers of before are made anew then.
LAYOUT: Final = "1"
# Merged nodes that are written in one transaction: some 50,000 quads, 50 MB of memory.
WRITTEN: Final = 2_000


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """What there is after a merge: nodes of reports, merged nodes, how many of them are events, links.

    `touched` counts the reports whose nodes were looked at.
    """

    read: int
    merged: int
    events: int
    links: int
    touched: int
    changed: bool


def identity_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph of identity links."""
    return NamedNode(f"{base}graph/identity")


def builds_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph that says which version made each report's graph, and of what the layer was made."""
    return NamedNode(f"{base}graph/builds")


def merge(store: Store, *, base: str = DEFAULT_BASE, anew: bool = False) -> MergeSummary:
    """Bring the merged layer up to date with the reports in a store.

    Only what the reports that are new, others or gone have to do with is looked at, unless `anew`; the same
    reports give the same layer in any order and any number of steps. A report is another if `plm:builtWith`
    says so, or, where it has none, if its quads are others: after reports were edited by hand, merge anew.
    Raises `StoreError` if the layer cannot be written; the layer before stays then.
    """
    with Ledger(store.path) as ledger:
        return _Merge(store, ledger, base).run(anew=anew)


class _Merge:
    """One merge: the store, the ledger, and which nodes must not be one."""

    def __init__(self, store: Store, ledger: Ledger, base: str) -> None:
        self.store = store
        self.ledger = ledger
        self.base = base
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
        return {
            report.value: made.value if made is not None else self.content(report)
            for report, made in cast("QuerySolutions", self.store.query(REPORTS))
        }

    def content(self, report: NamedNode) -> str:
        quads = self.store.inner.quads_for_pattern(None, None, None, report)
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
        known = self.ledger.fingerprints()
        gone = known.keys() - found.keys()
        changed = {report for report, fingerprint in found.items() if known.get(report) != fingerprint}
        changed |= self.unlinked_since() & found.keys()
        clusters = self.ledger.clusters_of(changed | gone)
        former = self.ledger.former(changed | gone)
        nodes = self.ledger.nodes_of(changed | gone)
        for report in sorted(changed):
            self.ledger.add_report(read(self.store, report), found[report])
        self.ledger.remove_reports(gone)
        touched, left = advance(self.ledger, changed, former, self.unlinked, self.base)
        nodes -= self.ledger.nodes_of(changed)
        return self.write(touched, clusters | left, nodes, is_whole=is_whole), len(touched)

    def unlinked_since(self) -> set[str]:
        """Give the reports of nodes that were unlinked, or are no longer, since the last merge."""
        before = set(self.ledger.state("unlinked").split())
        pairs = before ^ set(str(self.unlinked).split())
        return self.ledger.reports_with({node for pair in pairs for node in pair.split("|")})

    def summary(self, touched: int, *, changed: bool) -> MergeSummary:
        counts = self.ledger.counts()
        return MergeSummary(
            read=counts["nodes"],
            merged=counts["clusters"],
            events=sum(counts.get(stage, 0) for stage in EVENT_STAGES),
            links=counts["linked"],
            touched=touched,
            changed=changed,
        )

    def write(
        self, touched: Collection[str], former: Collection[str], gone: Collection[str], *, is_whole: bool
    ) -> bool:
        """Write the merged nodes that reports have to do with, and remove what is no longer one.

        `former` are merged nodes that may be gone, `gone` nodes of reports that are.
        """
        still = self.ledger.existing(former)
        wanted = sorted(self.ledger.clusters_of(touched) | still)
        held = self.strange() if is_whole else self.held(set(former) - still, gone)
        nodes = self.ledger.nodes_of(touched)
        with self.store.several_steps() if len(wanted) > WRITTEN else nullcontext():
            changed = self.store.exchange(held, self.chains())
            for some in batches(wanted, WRITTEN):
                changed |= self.step(some, nodes)
        return changed

    def chains(self) -> Iterator[Quad]:
        return write_chains() if self.ledger.fingerprints() else iter(())

    def step(self, clusters: Collection[str], nodes: Collection[str]) -> bool:
        """Write some merged nodes, and the links of those of their members that are among `nodes`."""
        found = [
            self.merged(iri, stage, tuple((item, node) for *_, item, node in rows))
            for (iri, stage), rows in groupby(self.ledger.members(clusters), key=lambda row: row[:2])
        ]
        members = [node for merged in found for _, node in merged.members]
        spoken_of = {iri for node in members for terms in node.values.values() for iri in terms}
        mapped = self.ledger.merged({iri for iri in spoken_of if isinstance(iri, str)})
        wanted = [quad for merged in found for quad in write_node(merged, mapped)]
        grounds = self.grounds(found)
        for merged in found:
            wanted += write_links(merged, grounds, nodes, self.graph, self.base)
        held = self.held(clusters, (node.iri for node in members if node.iri in nodes))
        return self.store.exchange(held, wanted)

    def merged(self, iri: str, stage: str, members: tuple[tuple[str, Node], ...]) -> Merged:
        """Gather a merged node; of events and figures it is known when a report last told of them."""
        if stage not in (*EVENT_STAGES, FIGURES):
            return Merged(iri, stage, members)
        newest = self.ledger.newest({node.report for _, node in members})
        return Merged(iri, stage, members, None if newest is None else date.fromordinal(newest))

    def grounds(self, found: Iterable[Merged]) -> dict[str, Grounds]:
        """Say why each item of merged nodes is one with the others."""
        grounds: dict[str, Grounds] = {}
        for stage, some in groupby(sorted(found, key=lambda merged: merged.stage), key=lambda one: one.stage):
            group_of = {
                item: merged.iri for merged in some if len(merged.members) > 1 for item, _ in merged.members
            }
            best = strongest(self.ledger.links(stage, group_of), group_of)
            for item in group_of:
                link = best.get(item)
                said = () if link is None else tuple(str(reason) for reason in link.reasons)
                score = Decimal(1) if link is None else link.score
                if stage == NAMES:
                    sure, why = self.ledger.name_grounds(item)
                    score, said = min(score, sure), (why, *said)
                grounds[item] = Grounds(score, said, link)
        return grounds

    def held(self, clusters: Iterable[str], nodes: Iterable[str]) -> Iterator[Quad]:
        """Give what the layer holds of merged nodes, and the links of nodes."""
        pattern = self.store.inner.quads_for_pattern
        for iri in clusters:
            for subject in (iri, f"{iri}/geometry"):
                yield from pattern(NamedNode(subject), None, None, DefaultGraph())
        for node in nodes:
            for link in pattern(None, LINKS, NamedNode(node), self.graph):
                yield from pattern(link.subject, None, None, self.graph)

    def strange(self) -> Iterator[Quad]:
        """Give what the layer holds of no merged node, and links of no node: another merge wrote it."""
        ours = self.ledger.all_clusters()
        for quad in self.store.inner.quads_for_pattern(None, None, None, DefaultGraph()):
            if getattr(quad.subject, "value", "").removesuffix("/geometry") not in ours:
                yield quad
        nodes = self.ledger.all_nodes()
        pattern = self.store.inner.quads_for_pattern
        linked = {
            quad.subject
            for quad in pattern(None, LINKS, None, self.graph)
            if getattr(quad.object, "value", "") in nodes
        }
        yield from (q for q in pattern(None, None, None, self.graph) if q.subject not in linked)
