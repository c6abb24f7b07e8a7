"""What must stay apart, however alike it is: what one report tells apart, and days and places that differ."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from builder.linkage.grouping import Edge
from builder.linkage.items import Item, Items
from builder.unlinking import Unlinked


class Told:
    """Says which groups of what reports tell may be one: of different reports and days that meet."""

    def __init__(self, items: Mapping[int, Item], unlinked: Unlinked) -> None:
        self._items = items
        numbers = {item.name: item.number for item in items.values()} if unlinked.pairs else {}
        self._apart: dict[int, set[int]] = defaultdict(set)
        for pair in unlinked.pairs:
            if numbers.keys() >= set(pair):
                first, second = (numbers[name] for name in pair)
                self._apart[first].add(second)
                self._apart[second].add(first)

    def allowed(self, pairs: Sequence[Edge]) -> Sequence[Edge]:
        """Give the pairs that may be followed."""
        return pairs

    def may_be_one(self, first: Collection[int], second: Collection[int]) -> bool:
        """Say whether no two of the items were told apart."""
        one, other = ([self._items[number] for number in numbers] for numbers in (first, second))
        if not {item.report for item in one}.isdisjoint(item.report for item in other):
            return False
        if any(not self._apart[number].isdisjoint(second) for number in first if number in self._apart):
            return False
        return days_meet([*one, *other])


def days_meet(items: Iterable[Item]) -> bool:
    """Say whether no two items are more than one day apart: a night has two."""
    latest = max((item.first_day for item in items if item.first_day is not None), default=None)
    earliest = min((item.last_day for item in items if item.last_day is not None), default=None)
    return latest is None or earliest is None or latest - earliest <= 1


class Namesakes:
    """Says which names may be one: none that a report tells apart, and none of two places."""

    def __init__(self, ledger: Items, pairs: Iterable[Edge]) -> None:
        self._ledger = ledger
        linked = {number for first, second, _ in pairs for number in (first, second)}
        records = {number: ledger.record(number) for number in linked}
        self._around = {
            number: record.row["around"] for number, record in records.items() if record is not None
        }

    def allowed(self, pairs: Sequence[Edge]) -> Sequence[Edge]:
        """Leave out the pairs of a name that may be either of two namesakes of different places."""
        arounds: dict[int, set[str | None]] = defaultdict(set)
        for first, second, _ in pairs:
            arounds[first].add(self._around[second])
            arounds[second].add(self._around[first])
        unclear = {
            name for name, found in arounds.items() if not self._around[name] and len(found - {None}) > 1
        }
        return [pair for pair in pairs if unclear.isdisjoint(pair[:2])]

    def may_be_one(self, first: Collection[int], second: Collection[int]) -> bool:
        """Say whether no report tells a name of the one from a name of the other."""
        arounds = {self._around[name] for name in (*first, *second)} - {None}
        return len(arounds) < 2 and not any(
            self._ledger.told_apart(one, other) for one in first for other in second
        )
