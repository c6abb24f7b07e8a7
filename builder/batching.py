"""Many things, some at a time, and counted for whoever waits."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

T = TypeVar("T")


class Counted(Protocol):
    """Passes items on and shows how many of the total there were, as `commands.progress.passing_bar` does."""

    def __call__(self, items: Iterable[T], *, total: int | None, unit: str) -> Iterator[T]:
        """Give the items; `unit` names them."""


def uncounted(items: Iterable[T], *, total: int | None, unit: str) -> Iterator[T]:
    """Pass items on and show nothing."""
    return iter(items)


def batches(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Cut values into tuples of a size.

    >>> list(batches("abc", 2))
    [('a', 'b'), ('c',)]
    """
    left = iter(values)
    while some := tuple(islice(left, size)):
        yield some
