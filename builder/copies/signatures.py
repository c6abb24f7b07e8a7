"""What tells that two texts are one, edited: MinHash signatures of the runs of words in them.

A text is taken as the set of its runs of `RUN` words, however it is punctuated (w-shingling). Two sets are
alike by how much of what either holds they share (Broder, "On the resemblance and containment of documents",
1997); MinHash, by datasketch, estimates that from `VALUES` numbers a text.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datasketch import MinHash

# Counts up when the same text would get another signature.
METHOD: Final = "1"
# Two journalists who tell of one event share names, quotes and stock phrases, but few runs of five words.
RUN: Final = 5
# The estimate is off by 1 / sqrt(128) = 0.09 at most, and by 0.04 where little is shared.
VALUES: Final = 128
# Texts with fewer runs than a sentence or two are alike by chance.
LEAST: Final = 20
# A band is the hash of so many values. Of two texts that share half of their runs some band of 42 is the same
# with a probability of 0.996, a third: 0.79, a hundredth, as unrelated texts do: 0.00004.
ROWS: Final = 3
BANDS: Final = VALUES // ROWS
# How much of the shorter text the longer one holds, and how much both share of what either holds. In
# `tests/eval/copies` edits of one dispatch hold 0.62 or more of one another, other texts on the same event
# 0.50 or less: they have a long quote or the background of their agency in common. Where less than a quarter
# is shared, the estimates say little.
HELD: Final = 0.55
ALIKE: Final = 0.25
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """How many runs of words a text has, and what stands for them."""

    size: int
    values: NDArray[np.uint32]

    def bands(self) -> list[int]:
        """Give hashes, of which texts that are alike share some, each a number of 64 bits with a sign."""
        return [_hash(band, self.values[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]

    def likeness(self, other: "Signature") -> float:
        """Estimate how much of what either text holds both do, from 0 to 1."""
        return float(np.mean(self.values == other.values))

    def held(self, other: "Signature") -> float:
        """Estimate how much of the shorter text the longer one holds, from 0 to 1."""
        likeness = self.likeness(other)
        shared = likeness * (self.size + other.size) / (1 + likeness)
        return min(1.0, shared / min(self.size, other.size))


def runs(text: str) -> set[str]:
    """Give the runs of words of a text.

    >>> sorted(runs("Six shells hit the port, police said."))
    ['hit the port police said', 'shells hit the port police', 'six shells hit the port']
    """
    words = _WORD.findall(text.casefold())
    return {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def sign(texts: Iterable[str]) -> Signature | None:
    """Sign what stands in some pieces of text; None if it is too short to tell."""
    found = {run for text in texts for run in runs(text)}
    if len(found) < LEAST:
        return None
    made = _empty().copy()
    made.update_batch([run.encode() for run in found])
    return Signature(len(found), made.hashvalues)


def is_copy(first: Signature, second: Signature) -> bool:
    """Say whether one text is the other, edited."""
    return first.likeness(second) >= ALIKE and first.held(second) >= HELD


def _hash(band: int, values: NDArray[np.uint32]) -> int:
    digest = hashlib.blake2b(band.to_bytes(1) + values.tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


@cache
def _empty() -> "MinHash":
    from datasketch import MinHash  # noqa: PLC0415 (half a second, and most builds add nothing)

    return MinHash(VALUES, seed=1, scheme="affine32")
