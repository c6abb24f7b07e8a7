"""From how probable a network thinks something to how often that is right, a curve for each layer.

Source: J. Platt, "Probabilistic outputs for support vector machines", in Advances in Large Margin Classifiers
(1999): a logistic function of the score, here of the logarithm of the odds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import Final

# Odds are not taken of certainties: a share is at least so far from none and from all.
_LEAST: Final = 1e-6


def log_odds(share: float) -> float:
    """The logarithm of the odds of a probability.

    >>> log_odds(0.5)
    0.0
    """
    kept = min(max(share, _LEAST), 1 - _LEAST)
    return log(kept / (1 - kept))


@dataclass(frozen=True, slots=True)
class Calibration:
    """For each layer by its name a slope and an offset, which `builder.training.calibrate` finds."""

    curves: Mapping[str, tuple[float, float]]

    @classmethod
    def load(cls, file: Path) -> "Calibration":
        """Read a file of JSON; where there is none, shares stay as they are."""
        if not file.is_file():
            return cls({})
        return cls({name: (slope, offset) for name, (slope, offset) in json.loads(file.read_text()).items()})

    def share(self, layer: str, probability: float) -> float:
        """How often what has such a probability is right.

        >>> Calibration({"triggers": (0.5, 0.0)}).share("triggers", 0.9)
        0.75
        """
        slope, offset = self.curves.get(layer, (1.0, 0.0))
        return round(1 / (1 + exp(-(slope * log_odds(probability) + offset))), 6)
