"""The merged layer in the store: written portion by portion, as much as a merge has changed."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, groupby
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad

from builder.batching import Counted, batches, uncounted
from builder.layer import LINKS, Grounds, write_chains, write_link, write_node
from builder.linkage.advancing import Advance
from builder.linkage.clusters import Cluster
from builder.linkage.ledger import Ledger
from builder.linkage.stages import EVENT_STAGES, FIGURES, NAMES, STAGES
from builder.store import Store

# Members of merged nodes that are written at a time: some 50,000 quads, 50 MB of memory.
WRITTEN: Final = 5_000
# Quads of another layer that are looked through at a time.
REMOVED: Final = 20_000
# Stages of what is told of once or again: when it last was is known.
TOLD: Final = frozenset(stage.number for stage in (*EVENT_STAGES, FIGURES))


@dataclass(frozen=True, slots=True)
class LayerWriter:
    """Writes to a store what a ledger says; `graph` is that of identity links."""

    store: Store
    ledger: Ledger
    graph: NamedNode
    base: str
    counted: Counted = uncounted

    def write(self, advanced: Advance, vacated: Collection[str], lost: Collection[str]) -> bool:
        """Write the merged nodes that reports have to do with; say whether that changed anything.

        What is no longer one is removed: `vacated` are merged nodes that may be gone, as those that items
        left, and `lost` are nodes of reports that are gone.
        """
        emptied = advanced.left | set(vacated)
        still = self.ledger.clusters.existing(emptied)
        return self._write(advanced, still, (self._held(emptied - still, lost),))

    def write_whole(self, advanced: Advance) -> bool:
        """Write all merged nodes, and remove whatever else the layer holds: another merge wrote it."""
        return self._write(
            advanced, set(), batches(chain(self._strange_nodes(), self._strange_links()), REMOVED)
        )

    def _write(self, advanced: Advance, clusters: Iterable[str], removed: Iterable[Iterable[Quad]]) -> bool:
        """Write what touched reports have to do with, and some more merged nodes, after quads are removed."""
        ours = self.ledger.clusters
        portions = ours.portions(advanced.touched, clusters, members=WRITTEN)
        with self.store.several_steps() if len(portions) > 1 else nullcontext():
            changed = self.store.exchange((), (quad for quad in self._chains() if not self.store.holds(quad)))
            for quads in removed:
                changed |= self.store.exchange(quads, ())
            for some in self.counted(portions, total=len(portions), unit="parts of the layer"):
                for held, wanted in self._steps(ours.portion(*some), advanced.touched):
                    changed |= self.store.exchange(held, wanted)
        return changed

    def _chains(self) -> Iterable[Quad]:
        return write_chains() if self.ledger.reports.count() else ()

    def _steps(
        self, clusters: Collection[str], touched: Collection[int]
    ) -> Iterator[tuple[Iterable[Quad], list[Quad]]]:
        """Give what the layer holds of merged nodes and what it is to hold; links of touched reports only.

        This is one step, or several where one merged node has more links than are written at a time.
        """
        found = list(self.ledger.clusters.members(clusters))
        held: Iterable[Quad] = self._held(clusters, ())
        wanted = list(self._nodes(found))
        grounds = self._grounds(found)
        members = ((cluster, member) for cluster in found for member in cluster.members)
        linked = (pair for pair in members if pair[1].report in touched)
        for some in batches(linked, WRITTEN):
            held = chain(held, self._held((), (member.node.iri for _, member in some)))
            for cluster, member in some:
                if len(cluster.members) > 1:
                    wanted += write_link(cluster, member, grounds[member.item], self.graph, self.base)
            yield held, wanted
            held, wanted = (), []
        if wanted:
            yield held, wanted

    def _nodes(self, found: Iterable[Cluster]) -> Iterator[Quad]:
        """Write merged nodes; of events and figures it is known when a report last told of them."""
        values = (
            iri
            for cluster in found
            for member in cluster.members
            for terms in member.node.values.values()
            for iri in terms
        )
        mapped = self.ledger.clusters.of_nodes({iri for iri in values if isinstance(iri, str)})
        for cluster in found:
            newest = None
            if cluster.stage in TOLD:
                newest = self.ledger.reports.newest({member.report for member in cluster.members})
            yield from write_node(cluster, mapped, None if newest is None else date.fromordinal(newest))

    def _grounds(self, found: Iterable[Cluster]) -> dict[int, Grounds]:
        """Say why each item of merged nodes is one with the others."""
        grounds: dict[int, Grounds] = {}
        for number, some in groupby(sorted(found, key=lambda each: each.stage), key=lambda each: each.stage):
            group_of = {
                member.item: cluster.iri
                for cluster in some
                if len(cluster.members) > 1
                for member in cluster.members
            }
            best = self.ledger.pairs.strongest(STAGES[number].model, group_of)
            for item in group_of:
                link = best.get(item)
                said = () if link is None else tuple(str(reason) for reason in link.reasons)
                score = Decimal(1) if link is None else link.score
                if number == NAMES.number:
                    sure, why = self.ledger.items.name_grounds(item)
                    score, said = min(score, sure), (why, *said)
                grounds[item] = Grounds(score, said, link)
        return grounds

    def _held(self, clusters: Iterable[str], nodes: Iterable[str]) -> Iterator[Quad]:
        """Give what the layer holds of merged nodes, and the links of nodes."""
        pattern = self.store.inner.quads_for_pattern
        for iri in clusters:
            for subject in (iri, f"{iri}/geometry"):
                yield from pattern(NamedNode(subject), None, None, DefaultGraph())
        for node in nodes:
            for link in pattern(None, LINKS, NamedNode(node), self.graph):
                yield from pattern(link.subject, None, None, self.graph)

    def _strange_nodes(self) -> Iterator[Quad]:
        """Give what the layer holds of no merged node."""
        chains = frozenset(self._chains())
        for some in batches(self.store.inner.quads_for_pattern(None, None, None, DefaultGraph()), REMOVED):
            subjects = {quad: _iri(quad.subject).removesuffix("/geometry") for quad in some}
            ours = self.ledger.clusters.existing(set(subjects.values()))
            yield from (quad for quad, iri in subjects.items() if iri not in ours and quad not in chains)

    def _strange_links(self) -> Iterator[Quad]:
        """Give the links that the layer holds of no node."""
        pattern = self.store.inner.quads_for_pattern
        subjects = groupby(pattern(None, None, None, self.graph), key=lambda quad: quad.subject)
        for some in batches((list(quads) for _, quads in subjects), REMOVED // 10):
            ends = [[_iri(quad.object) for quad in link if quad.predicate == LINKS] for link in some]
            ours = self.ledger.reports.existing({iri for link in ends for iri in link})
            for link, iris in zip(some, ends, strict=True):
                if ours.isdisjoint(iris):
                    yield from link


def _iri(term: object) -> str:
    return str(getattr(term, "value", ""))
