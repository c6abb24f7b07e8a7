"""Roles of arguments: which piece plays which role for a trigger, judged from pairs of pieces."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from builder.models.decoding import Found, probabilities, whole_words
from builder.models.encoder import Labels, Reading, Scores

# Distances up to 255 pieces either way in classes that double; what is farther is as far.
_DOUBLINGS: Final = 8
DISTANCES: Final = 2 * _DOUBLINGS + 1
# Pieces to either side of a trigger in which its arguments are looked for: what is farther is never likely.
_REACH: Final = 48


def distance(trigger: int, length: int) -> NDArray[np.int64]:
    """Classes of how far each of so many pieces is from a trigger, and on which side.

    >>> distance(2, 8).tolist()
    [6, 7, 8, 9, 10, 10, 11, 11]
    """
    far = np.arange(length) - trigger
    doublings = np.minimum(np.ceil(np.log2(np.abs(far) + 1)), _DOUBLINGS).astype(np.int64)
    classes: NDArray[np.int64] = _DOUBLINGS + np.sign(far) * doublings
    return classes


class Pairs:
    """Judges pairs of a trigger and a piece, by the weights in `pairs.npz` (`builder.training.network`)."""

    def __init__(self, file: Path, labels: Labels) -> None:
        self._labels = labels
        with np.load(file) as weights:
            self._types = weights["types"]
            # of each piece within reach, the trigger in the middle
            self._near = weights["distances"][distance(_REACH, 2 * _REACH + 1)]
            self._roles, self._bias = weights["roles"], weights["bias"]

    def arguments(self, reading: Reading, trigger: Found, text: str, *, sure: float) -> Iterator[Found]:
        """Give for each role the word that most probably plays it for a trigger, if surer than `sure`.

        Several words may play one, but on a development set all others of a role were wrong more often than
        right.
        """
        begin = max(0, trigger.piece - _REACH)
        shares = probabilities(self._scores(reading, trigger, begin))
        sought = 1 - shares[:, 0]
        roles = shares[:, 1:].argmax(-1)
        for role in sorted(set(roles[sought > sure].tolist())):
            row = int(np.where(roles == role, sought, 0).argmax())
            span = whole_words(text, *reading.offsets[begin + row])
            yield Found(*span, self._labels.arguments[role], float(sought[row]), begin + row)

    def _scores(self, reading: Reading, trigger: Found, begin: int) -> Scores:
        arguments = reading.layers["argument_of"][begin : trigger.piece + _REACH + 1]
        told = reading.layers["trigger_of"][trigger.piece]
        told = told + self._types[self._labels.triggers.index(trigger.label)]
        first, width = _REACH - (trigger.piece - begin), told.size
        pairs = np.empty((len(arguments), 2 * width), np.float32)  # written in place: it is faster by a third
        sums, products = pairs[:, :width], pairs[:, width:]
        np.add(told, arguments, out=sums)
        sums += self._near[first : first + len(arguments)]
        np.maximum(sums, 0, out=sums)
        np.multiply(np.maximum(told, 0), arguments, out=products)
        scores: Scores = pairs @ self._roles.T + self._bias
        return scores
