"""The work of a merge: each stage brought up to date with the reports that changed."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from builder.batching import Counted, batches, uncounted
from builder.linkage import model
from builder.linkage.grouping import components, group
from builder.linkage.items import Item
from builder.linkage.judging import Namesakes, Told
from builder.linkage.keys import hashed
from builder.linkage.ledger import Ledger
from builder.linkage.model import ALIKE, TENTH, Pair
from builder.linkage.numbers import Numbers
from builder.linkage.records import Record, Row
from builder.linkage.stages import NAMES, STAGES, Stage
from builder.unlinking import Unlinked

# Reports that are read at a time: some 10 MB.
READ: Final = 500
# Items that are weighed at a time, and what shares blocks with them: some 100 MB. Splink takes half a second
# for each time, however few they are.
WEIGHED: Final = 5_000
# Items that are grouped at a time, with what they are linked to: some 1 KB each.
GROUPED: Final = 5_000


@dataclass(frozen=True, slots=True)
class Former:
    """What the nodes of reports were before these changed: items, the merged IRI and the size of each."""

    sizes: Mapping[int, int]
    clusters: Mapping[int, str | None]


def former(ledger: Ledger, reports: Collection[int]) -> dict[int, Former]:
    """Remember, by stage, what the nodes of reports are, before the reports change."""
    return {stage.number: _former(ledger, stage, reports) for stage in STAGES}


def _former(ledger: Ledger, stage: Stage, reports: Collection[int]) -> Former:
    if ledger.items.is_empty(stage.number):
        return Former({}, {})
    sizes = ledger.items.sizes(ledger.items.used_by(stage.number, reports))
    clusters = {item.number: item.cluster for item in ledger.items.named(sizes).values()}
    return Former(sizes, clusters)


@dataclass(frozen=True, slots=True)
class Advance:
    """What a merge has to write: `touched` reports by number, and merged IRIs that items have `left`."""

    touched: frozenset[int]
    left: frozenset[str]


@dataclass(frozen=True, slots=True)
class Linkage:
    """Brings a ledger up to date; `base` is that of merged IRIs, and `counted` shows how far it is."""

    ledger: Ledger
    unlinked: Unlinked
    base: str
    counted: Counted = uncounted

    def advance(
        self, changed: Collection[int], before: Mapping[int, Former], *, done: Callable[[], None]
    ) -> Advance:
        """Bring every stage up to date with reports that changed, and call `done` after each.

        `before` is what the nodes of these reports, and of those that are gone, were. The reports to write
        anew are the changed ones and those of which a node is part of another group now.
        """
        touched, left = set(changed), set[str]()
        for stage in STAGES:
            more, vacated = self._advance(stage, touched, before[stage.number])
            touched |= more
            left |= vacated
            done()
        return Advance(frozenset(touched), frozenset(left))

    def _advance(self, stage: Stage, dirty: Collection[int], former: Former) -> tuple[set[int], set[str]]:
        """Bring a stage up to date; give the reports whose nodes have another group, and merged IRIs left."""
        items = self.ledger.items
        known = _former(self.ledger, stage, dirty)
        before = {**known.sizes, **former.sizes}
        clusters = {**known.clusters, **former.clusters}
        start = Numbers(items.mates(before))
        if before:
            items.detach(stage.number, dirty)
        fresh = self._read(stage, dirty)
        dropped = items.drop(before)
        for near in batches(items.in_time(fresh), WEIGHED):
            self.ledger.pairs.add(self._weigh(stage, near))
        start.add(items.of_reports(stage.number, dirty))
        start.remove(dropped)
        lost = {clusters[item] for item in dropped if item in clusters}
        is_whole = len(dirty) == self.ledger.reports.count()
        touched, left = set[int](), set[str]()
        for moved, vacated in self._regroup(stage, start, fresh, lost):
            touched |= set() if is_whole else items.reports_of(moved)
            left |= vacated
        if not is_whole:
            touched |= items.reports_of(self._resized(stage, dirty, before) - dropped)
        return touched, left

    def _resized(self, stage: Stage, dirty: Collection[int], before: Mapping[int, int]) -> set[int]:
        """Give the items that were one node and are several now, or the other way round.

        A name that a second report uses gets links, and one that only one is left to use loses them.
        """
        now = self.ledger.items.used_by(stage.number, dirty)
        after = self.ledger.items.sizes(before.keys() | now.keys())
        was = {item: before.get(item, after[item] - now.get(item, 0)) for item in after}
        return {item for item in after if (was[item] < 2) != (after[item] < 2)}

    def _read(self, stage: Stage, dirty: Collection[int]) -> Numbers:
        """Put the nodes of reports into items; give those that are new or were others."""
        reports = self.counted(sorted(dirty), total=len(dirty), unit=f"reports, {stage.name}")
        fresh = Numbers()
        for some in batches(reports, READ):
            nodes: list[tuple[str, str]] = []
            records: dict[str, Record] = {}
            numbers: dict[str, int] = {}
            settled = self.ledger.items.settled(stage.number, some)
            for number, reading in self.ledger.reports.readings(some, stage.kinds):
                numbers[reading.report] = number
                for iri, record in stage.read(reading, settled.get(number, {}), self.unlinked.alone):
                    nodes.append((iri, record.item))
                    records[record.item] = record
            fresh.add(self.ledger.items.put(stage.number, records, numbers))
            self.ledger.items.attach(stage.number, nodes)
        return fresh

    def _weigh(self, stage: Stage, fresh: Collection[int]) -> Iterable[Pair]:
        """Weigh the pairs of which one is fresh; give those that may be one."""
        near = self.ledger.items.near(fresh)
        return _alike(near) if stage.model is None else model.weigh(model.load(stage.model), near)

    def _regroup(
        self, stage: Stage, start: Numbers, fresh: Numbers, lost: Collection[str | None]
    ) -> Iterator[tuple[set[int], set[str]]]:
        """Group what is linked to items anew, some items at a time, each with all that it is linked to.

        Give the items whose group changed, and merged IRIs left. `lost` are the merged IRIs of items that are
        no more: what has one of them has lost a mate.
        """
        met = Numbers()
        for some in batches(start, GROUPED):
            reach = components((item for item in some if item not in met), self.ledger.pairs.neighbours)
            met.add(reach)
            yield self._group(stage, reach, fresh, lost)
        self.ledger.items.settle()

    def _group(
        self, stage: Stage, reach: Collection[int], fresh: Numbers, lost: Collection[str | None]
    ) -> tuple[set[int], set[str]]:
        items = self.ledger.items.named(reach)
        pairs = self.ledger.pairs.among(reach)
        judge = Namesakes(self.ledger.items, pairs) if stage is NAMES else Told(items, self.unlinked)
        names = {number: item.name for number, item in items.items()}
        groups = group(names, judge.allowed(pairs), may_be_one=judge.may_be_one)
        sizes = self.ledger.items.group_sizes(
            stage.number, {item.cluster for item in items.values() if item.cluster}
        )
        moved: set[int] = set()
        assigned: list[tuple[int, str]] = []
        for members in groups:
            cluster = self.base + _path(stage, [items[member] for member in members])
            had = {items[member].cluster for member in members}
            if had != {cluster} or sizes[cluster] != len(members):
                assigned += ((member, cluster) for member in members)
                moved.update(members)
            elif cluster in lost or (len(members) > 1 and any(member in fresh for member in members)):
                moved.update(members)
        self.ledger.items.assign(assigned)
        return moved, {items[item].cluster or "" for item in moved} - {""}


def _alike(near: Iterable[Row]) -> Iterator[Pair]:
    blocks: dict[int, list[Row]] = defaultdict(list)
    for row in near:
        for block in row["blocks"]:
            blocks[block].append(row)
    for rows in blocks.values():
        for one, other in combinations(rows, 2):
            if one["report"] != other["report"] and (one["fresh"] or other["fresh"]):
                yield Pair(one["unique_id"], other["unique_id"], int(ALIKE[0] / TENTH), ())


def _path(stage: Stage, members: Collection[Item]) -> str:
    """Make the end of a merged IRI: the shortest name, or else a hash of the least of the members' IRIs."""
    if stage is NAMES:
        return min((item.name for item in members), key=lambda name: (len(name), name))
    least = min(members, key=lambda item: item.name)
    return f"{least.folder}/{hashed(least.name)}"
