"""A set of numbers of items, in a byte each."""

from collections.abc import Iterable, Iterator


class Numbers:
    """A set of numbers that are close together, as those of items are; a set of Python takes 70 bytes each.

    >>> some = Numbers([3, 1])
    >>> some.add([5, 1])
    >>> some.remove([3, 7])
    >>> list(some), 5 in some, 9 in some
    ([1, 5], True, False)
    """

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._has = bytearray()
        self.add(numbers)

    def __contains__(self, number: int) -> bool:
        return number < len(self._has) and self._has[number] == 1

    def __iter__(self) -> Iterator[int]:
        number = self._has.find(1)
        while number >= 0:
            yield number
            number = self._has.find(1, number + 1)

    def add(self, numbers: Iterable[int]) -> None:
        """Add numbers."""
        for number in numbers:
            if number >= len(self._has):
                self._has.extend(bytes(number + 1 - len(self._has)))
            self._has[number] = 1

    def remove(self, numbers: Iterable[int]) -> None:
        """Take numbers out that may be there."""
        for number in numbers:
            if number in self:
                self._has[number] = 0
