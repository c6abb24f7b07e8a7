"""Which reports are copies of which: each of the earliest one that it is like and that is itself no copy.

So a text has one original, the first known print of it, and no chain of ever other texts becomes one. The
outcome follows from the set of reports alone: reports are decided in the order of their publication, and what
is decided of one depends only on those before it.
"""

import heapq
from collections.abc import Iterable
from typing import Final

from builder.copies.register import Entry, Register
from builder.copies.signatures import is_copy

# A weekly reprints a dispatch after so many days. What is alike after more, as the bulletins of one office or
# the report of an anniversary are, is another text.
DAYS: Final = 7
_SECONDS: Final = DAYS * 24 * 60 * 60


def decide(register: Register, undecided: Iterable[int]) -> None:
    """Decide what some reports are, new ones or copies of what is gone, and what follows of it for others."""
    new = set(undecided)
    waiting = [(*entry.order, entry.id) for number in new if (entry := register.entry(number))]
    heapq.heapify(waiting)
    met: set[int] = set()
    while waiting:
        *_, number = heapq.heappop(waiting)
        entry = register.entry(number)
        if entry is None or number in met:
            continue
        met.add(number)
        for other in _decide(register, entry, is_new=number in new):
            heapq.heappush(waiting, (*other.order, other.id))


def _decide(register: Register, entry: Entry, *, is_new: bool) -> list[Entry]:
    """Decide what a report is; give those after it of which something else may be true now."""
    firsts = [other for other in register.near(entry, leads=True) if _alike(entry, other)]
    before = (other for other in firsts if other.order < entry.order)
    original = min(before, key=_order, default=None)
    led = not is_new and entry.original is None
    if original is not None:
        if is_new or entry.original != original.id:
            register.decide(entry, original.id)
        return register.copies_of(entry.id) if led else []
    if led:
        return []
    register.decide(entry, None)
    copies = (other for other in register.near(entry, leads=False) if _alike(entry, other))
    return [other for other in (*firsts, *copies) if other.order > entry.order]


def _order(entry: Entry) -> tuple[float, str]:
    return entry.order


def _alike(first: Entry, second: Entry) -> bool:
    """Say whether two reports have one text, as far as their days allow."""
    apart = abs(first.moment - second.moment)  # not a number where neither is known
    return not _SECONDS < apart < float("inf") and is_copy(first.signature, second.signature)
