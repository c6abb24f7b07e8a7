"""Why two nodes are one or are not: what was compared, what it weighs, and what forbids it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final

from builder.errors import StoreError
from builder.linkage import model
from builder.linkage.clusters import Place
from builder.linkage.judging import days_meet
from builder.linkage.ledger import Ledger
from builder.linkage.model import Link
from builder.linkage.records import Record
from builder.linkage.stages import NAMES, STAGES
from builder.unlinking import Unlinked

# Members of a merged node that are compared with those of another: the heaviest pair speaks for both.
MEMBERS: Final = 50


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `explain` found of a pair of nodes of reports.

    `link` has the comparisons and their sum, None where there is nothing to compare; `threshold` is the
    weight from which a pair may be one; `blocks` are what both are looked up by; `verdict` says it in words.
    """

    first: Place
    second: Place
    link: Link | None
    prior: Decimal
    threshold: Decimal
    blocks: tuple[str, ...]
    verdict: str

    @property
    def is_one(self) -> bool:
        """Whether both are one merged node."""
        return self.first.cluster == self.second.cluster

    def lines(self) -> Iterator[str]:
        """Say it for people, line by line."""
        for place in (self.first, self.second):
            yield f"{place.node}\n    is {place.cluster}"
        if self.link is not None:
            yield f"{self.prior:+6}  before anything is compared"
            for reason in sorted(self.link.reasons, key=lambda reason: -reason.weight):
                yield f"{reason.weight:+6}  {reason.comparison}: {reason.says}"
            yield f"{self.link.weight:+6}  in all, probably {self.link.score}; {self.threshold} is enough"
        yield f"blocks in common: {'; '.join(self.blocks) or 'none, and what shares none is never compared'}"
        yield f"{'one' if self.is_one else 'not one'}: {self.verdict}"


def explain(ledger: Ledger, first: str, second: str, unlinked: Unlinked) -> Explanation:
    """Say why two nodes are one or are not; a merged node stands for its members.

    Raises `StoreError` if one of the IRIs is no node that was merged.
    """
    one, other = (_places(ledger, iri) for iri in (first, second))
    pairs = [pair for pair in product(one, other) if pair[0].node != pair[1].node]
    if not pairs:
        raise StoreError(f"{first} and {second} are the same node; name two")
    found = [_explained(ledger, *pair, unlinked) for pair in _nearest(pairs)]
    return max(found, key=lambda each: (each.link is not None, each.link.weight if each.link else 0))


def _places(ledger: Ledger, iri: str) -> list[Place]:
    places = ledger.clusters.places(iri)
    if not places:
        raise StoreError(f"{iri}: no such node was merged; name a node of a report, or a merged node")
    return places[:MEMBERS]


def _nearest(pairs: list[tuple[Place, Place]]) -> list[tuple[Place, Place]]:
    """Of the members of two merged nodes take a few pairs: those of one stage first."""
    return sorted(pairs, key=lambda pair: pair[0].stage != pair[1].stage)[:MEMBERS]


def _explained(ledger: Ledger, first: Place, second: Place, unlinked: Unlinked) -> Explanation:
    records = [ledger.items.record(place.item) for place in (first, second)]
    stage = STAGES[first.stage]
    one, other = records
    link: Link | None = None
    blocks: tuple[str, ...] = ()
    threshold = prior = Decimal(0)
    if one is not None and other is not None and first.stage == second.stage and first.item != second.item:
        blocks = tuple(sorted(set(one.blocks) & set(other.blocks)))
        if stage.model is not None and _comparable(one) and _comparable(other):
            chosen = model.load(stage.model)
            link, prior, threshold = model.compare(chosen, one, other), chosen.prior, chosen.threshold
    verdict = _verdict(ledger, first, second, link, threshold, blocks, unlinked)
    return Explanation(first, second, link, prior, threshold, blocks, verdict)


def _comparable(record: Record) -> bool:
    return bool(record.row) and record.row.get("name", "") is not None


def _verdict(
    ledger: Ledger,
    first: Place,
    second: Place,
    link: Link | None,
    threshold: Decimal,
    blocks: tuple[str, ...],
    unlinked: Unlinked,
) -> str:
    """Say what decided, the strongest first."""
    if {(first.node, second.node), (second.node, first.node)} & unlinked.pairs:
        return "somebody unlinked them; polemos unlink --undo takes that back"
    if first.stage != second.stage:
        return f"one is among the {STAGES[first.stage].name}, the other among the {STAGES[second.stage].name}"
    if first.item == second.item:
        is_name = first.stage == NAMES.number
        score, why = ledger.items.name_grounds(first.item) if is_name else (Decimal(1), "same node")
        return f"{why} ({score})"
    if first.report == second.report:
        return "one report tells them apart" if first.cluster != second.cluster else "by way of other reports"
    if first.cluster == second.cluster:
        direct = (link is not None and link.weight >= threshold) or (link is None and blocks)
        return "they are alike enough" if direct else "by way of others that are like both"
    return _apart(ledger, first, second, link, threshold, blocks)


def _apart(
    ledger: Ledger,
    first: Place,
    second: Place,
    link: Link | None,
    threshold: Decimal,
    blocks: tuple[str, ...],
) -> str:
    if link is None:
        return "alike in one event, but each is nearer to others" if blocks else "nothing says that they are"
    if link.weight < threshold:
        return f"they are not alike enough: {threshold - link.weight} bits are missing"
    if not blocks:
        return "they share no block; what a block needs is a day, or nearness in time, and a name"
    members = ledger.items.named(ledger.items.mates((first.item, second.item))).values()
    if not days_meet(members):
        return "their groups are of days that do not meet"
    return "a report tells apart two that would be one with them, or each is nearer to others"
