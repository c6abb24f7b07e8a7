"""Answers that were given, by snapshot and query: a snapshot never changes, so they stay right."""

import re
import threading
from dataclasses import dataclass, replace
from typing import Final

from cachetools import LRUCache

from builder.store import Version
from server.messages import Query, Reading

Key = tuple[Version, Reading]

# Functions whose answer is another each time, and the keyword that asks others. The words may also stand in
# a string or a name: then an answer is not kept that could have been.
_CHANGING: Final = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)
_OVERHEAD: Final = 1024  # bytes of the objects around an answer, roughly
_SHARE: Final = 32  # no answer takes more than this part of the room, so that one does not drive out all


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, whole, and the bytes that it takes here."""

    content_type: str
    content: bytes
    size: int = 0


def is_lasting(reading: Reading) -> bool:
    """Say whether the answer over the same snapshot is always the same.

    >>> is_lasting(Query("SELECT (NOW() AS ?now) {}"))
    False
    """
    return not (isinstance(reading, Query) and _CHANGING.search(reading.text))


class Cache:
    """The answers used last, as many as there is room for, in bytes; safe to use from several threads."""

    def __init__(self, room: int) -> None:
        self.largest = room // _SHARE
        self._answers: LRUCache[Key, Kept] = LRUCache(room, getsizeof=lambda kept: kept.size)
        self._lock = threading.Lock()

    def get(self, key: Key) -> Kept | None:
        """Give an answer, if it is kept."""
        with self._lock:
            return self._answers.get(key)

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer, unless it is too large."""
        size = len(kept.content) + len(getattr(key[1], "text", "")) + _OVERHEAD
        if size <= self.largest:
            with self._lock:
                self._answers[key] = replace(kept, size=size)
