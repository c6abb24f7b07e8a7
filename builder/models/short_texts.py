"""The type of a short text: a logistic regression over the vector of the whole and the pieces of its words.

The vector is that of a sentence encoder as it was published (all-MiniLM-L6-v2, the mean of its last states;
Reimers and Gurevych 2019), which knows more of what texts have in common than one that a few hundred texts
have taught. Pieces count by how often they stand there and how rare they are (TF-IDF, Salton and Buckley
1988).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from builder.models.encoder import Encoder, Scores


@dataclass(frozen=True, slots=True)
class Features:
    """What a short text is judged by: `rarity` is the weight of each of `pieces`, the numbers of pieces."""

    pieces: NDArray[np.int64]
    rarity: Scores

    def of(self, pieces: Sequence[int], vector: Scores) -> Scores:
        """The vector of a text and its weighed pieces, each part of length one, in a row.

        >>> features = Features(np.array([7, 9]), np.array([2.0, 1.0], np.float32))
        >>> features.of([9, 9, 5], np.array([3.0, 4.0], np.float32)).round(1).tolist()
        [0.6000000238418579, 0.800000011920929, 0.0, 1.0]
        """
        counts = np.bincount(np.asarray(pieces, np.int64), minlength=int(self.pieces.max(initial=0)) + 1)
        often = counts[self.pieces].astype(np.float32)
        weighed = np.where(often > 0, 1 + np.log(np.maximum(often, 1)), 0) * self.rarity
        found: Scores = np.concatenate((_unit(vector), _unit(weighed))).astype(np.float32)
        return found


def _unit(vector: Scores) -> Scores:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


class ShortTexts:
    """Scores the types of a short text, by the weights in `types.npz` (`builder.training.short_texts`)."""

    def __init__(self, file: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        with np.load(file) as stored:
            self._features = Features(stored["pieces"], stored["rarity"])
            self._weights, self._bias = stored["weights"].astype(np.float32), stored["bias"]

    def scores(self, pieces: Sequence[int]) -> Scores:
        """Score the types of a text in pieces."""
        found: Scores = (
            self._features.of(pieces, sentence_vector(self._encoder, pieces)) @ self._weights + self._bias
        )
        return found


def sentence_vector(encoder: Encoder, pieces: Sequence[int]) -> Scores:
    """The vector of a text; of one of several windows their mean."""
    found: Scores = encoder.read(pieces)["sentence"].mean(0)
    return found
