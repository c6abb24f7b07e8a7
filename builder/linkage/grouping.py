"""From weighed pairs to groups: what is one, where not all pairs agree."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

# Two items by number, and what the pair weighs.
Edge: TypeAlias = tuple[int, int, int]


def group(
    names: Mapping[int, str],
    edges: Iterable[Edge],
    *,
    may_be_one: Callable[[Collection[int], Collection[int]], bool],
) -> list[tuple[int, ...]]:
    """Follow edges, the heaviest first, unless `may_be_one` says that two groups must stay apart.

    Every item is in one group; the outcome depends on the names of items and on edges alone, not on the order
    of either nor on the numbers that items have.

    >>> edges = [(1, 2, 50), (2, 3, 30)]
    >>> group({1: "a", 2: "b", 3: "c"}, edges, may_be_one=lambda one, other: len(one) + len(other) < 3)
    [(1, 2), (3,)]
    """

    def rank(edge: Edge) -> tuple[int, str, str]:
        one, other = names[edge[0]], names[edge[1]]
        return (-edge[2], one, other) if one < other else (-edge[2], other, one)

    groups: dict[int, list[int]] = {item: [item] for item in names}
    for one, other, _ in sorted(edges, key=rank):
        first, second = groups[one], groups[other]
        if first is not second and may_be_one(first, second):
            first += second
            groups |= dict.fromkeys(second, first)
    return [tuple(members) for members in {id(each): each for each in groups.values()}.values()]


def components(start: Iterable[int], neighbours: Callable[[Collection[int]], Iterable[int]]) -> set[int]:
    """Give all that can be reached from items by steps to neighbours."""
    found = set(start)
    edge = set(found)
    while edge:
        edge = set(neighbours(edge)) - found
        found |= edge
    return found
