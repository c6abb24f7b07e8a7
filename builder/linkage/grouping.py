"""From weighed pairs to groups: what is one, where not all pairs agree."""

from collections.abc import Callable, Collection, Iterable, Mapping

from builder.linkage.model import Link


def group(
    items: Iterable[str],
    links: Iterable[Link],
    *,
    may_be_one: Callable[[Collection[str], Collection[str]], bool],
) -> list[tuple[str, ...]]:
    """Follow links, the heaviest first, unless `may_be_one` says that two groups must stay apart.

    Every item is in one group; the outcome depends on the set of items and links alone, not on their order.

    >>> from decimal import Decimal
    >>> sure = Decimal("0.9")
    >>> pairs = [Link("a", "b", Decimal(5), sure, ()), Link("b", "c", Decimal(3), sure, ())]
    >>> group("abcd", pairs, may_be_one=lambda one, other: len(one) + len(other) < 3)
    [('a', 'b'), ('c',), ('d',)]
    """
    groups: dict[str, list[str]] = {item: [item] for item in items}
    for link in sorted(links, key=lambda link: (-link.weight, link.first, link.second)):
        first, second = groups[link.first], groups[link.second]
        if first is not second and may_be_one(first, second):
            first += second
            groups |= dict.fromkeys(second, first)
    return sorted(tuple(sorted(members)) for members in {id(each): each for each in groups.values()}.values())


def components(start: Iterable[str], neighbours: Callable[[Collection[str]], Iterable[str]]) -> set[str]:
    """Give all that can be reached from items by steps to neighbours."""
    found = set(start)
    edge = set(found)
    while edge:
        edge = set(neighbours(edge)) - found
        found |= edge
    return found


def strongest(links: Iterable[Link], groups: Mapping[str, str]) -> dict[str, Link]:
    """Give the heaviest link of each item to another of its group."""
    best: dict[str, Link] = {}
    for link in sorted(links, key=lambda link: (-link.weight, link.first, link.second)):
        if groups.get(link.first, link.first) == groups.get(link.second, link.second):
            best.setdefault(link.first, link)
            best.setdefault(link.second, link)
    return best
