"""From scores to what they say: stretches of characters with labels, and the type of a whole text."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from builder.models.encoder import Reading, Scores

_LIKELY: Final = 0.5
# The type of a short text that tells of no event.
NO_EVENT: Final = "NONE"
# An incident also needs somebody who takes part, so that its type may be less likely: of 0.3 and 0.5 the
# better on a development set.
_TOLD: Final = 0.15


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of characters, end exclusive, with its label and how probable that is.

    `piece` is the first of its pieces. `kinds` are the types of the incidents that it takes part in, the most
    probable first.
    """

    start: int
    end: int
    label: str
    probability: float
    piece: int = 0
    kinds: tuple[str, ...] = ()


def probabilities(scores: Scores) -> Scores:
    """Turn scores into probabilities over the last axis (softmax).

    >>> probabilities(np.zeros((1, 4), np.float32)).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    grown = np.exp(scores - scores.max(-1, keepdims=True))
    shares: Scores = grown / grown.sum(-1, keepdims=True)
    return shares


def chances(scores: Scores) -> Scores:
    """Turn scores into probabilities that do not exclude one another (the logistic function)."""
    shares: Scores = np.float32(1) / (np.float32(1) + np.exp(-scores))
    return shares


def stretches(
    reading: Reading,
    layer: str,
    names: tuple[str, ...],
    text: str,
    *,
    outside: float,
    least: float = 0.0,
    kinds: tuple[str, ...] = (),
) -> list[Found]:
    """Read the outlines of a layer: label 0 is outside, odd ones begin a stretch, even ones go on with it.

    `outside` is what the probability of outside is multiplied by: below 1 more is found, and less surely, but
    nothing that is less probable than `least`.
    Stretches are widened to whole words. There are none of a layer that was not asked for.
    """
    if layer not in reading.layers:
        return []
    shares = probabilities(reading.layers[layer])
    weighed = shares.copy()
    weighed[:, 0] *= outside
    best = weighed.argmax(-1)
    told = shares[:, 1::2] + shares[:, 2::2]  # that a piece is of a label, whether it begins or goes on
    found: list[Found] = []
    last = -1
    for first in map(int, np.flatnonzero(best)):
        if first <= last:
            continue
        number = (int(best[first]) - 1) // 2
        last = _last(reading, best, first, number)
        start, end = whole_words(text, reading.offsets[first][0], reading.offsets[last][1])
        share = float(told[first : last + 1, number].mean())
        if share >= least and (not found or found[-1].end <= start):
            found.append(Found(start, end, names[number], share, first, _kinds(reading, kinds, first, last)))
    return found


def _last(reading: Reading, best: Scores, first: int, number: int) -> int:
    """The last piece of a stretch: those that go on with it, and the rest of a word that has begun."""
    last = first
    while last + 1 < len(best):
        is_same_word = reading.offsets[last + 1][0] == reading.offsets[last][1] and best[last + 1] != 0
        if best[last + 1] != 2 * number + 2 and not is_same_word:
            break
        last += 1
    return last


def _kinds(reading: Reading, names: tuple[str, ...], first: int, last: int) -> tuple[str, ...]:
    """The incident types of some pieces: the most probable, and all that are more probable than not."""
    if not names:
        return ()
    shares = chances(reading.layers["kinds"][first : last + 1]).mean(0)
    order = np.argsort(-shares)
    return tuple(names[k] for rank, k in enumerate(order) if rank == 0 or shares[k] > _LIKELY)


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch of characters to whole words.

    >>> whole_words("a roadblock", 4, 5)
    (2, 11)
    """
    while end < len(text) and text[end].isalnum():
        end += 1
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    return start, end


def main_type(reading: Reading, names: tuple[str, ...]) -> Found | None:
    """The type of what a short text reports, and how probable it is; None where it was not read as one."""
    if "type" not in reading.layers:
        return None
    shares = probabilities(reading.layers["type"][0])
    best = likeliest(shares, names)
    return Found(0, reading.offsets[-1][1] if reading.offsets else 0, names[best], float(shares[best]))


def likeliest(shares: Scores, names: tuple[str, ...]) -> int:
    """The number of the most probable type: one of an event, unless none is more probable than all together.

    >>> likeliest(np.array([0.3, 0.3, 0.4]), ("ATTACK", "ARREST", "NONE"))
    0
    """
    order = map(int, np.argsort(-shares, kind="stable"))
    return next(k for k in order if names[k] != NO_EVENT or shares[k] > _LIKELY)


def incident_types(reading: Reading, names: tuple[str, ...]) -> dict[str, float]:
    """The incident types that a report may well tell of, each with its probability.

    None where the text was not read as a report.
    """
    if "report" not in reading.layers:
        return {}
    shares = chances(reading.layers["report"]).max(0)
    return {name: float(share) for name, share in zip(names, shares, strict=True) if share > _TOLD}
