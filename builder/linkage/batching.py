"""Many things, some at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Cut values into tuples of a size.

    >>> list(batches("abc", 2))
    [('a', 'b'), ('c',)]
    """
    left = iter(values)
    while some := tuple(islice(left, size)):
        yield some
