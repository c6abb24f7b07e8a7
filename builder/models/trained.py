"""A trained model in a folder: its encoders, and what judges pairs of pieces and short texts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TypeVar

from tokenizers import Tokenizer

from builder.models.arguments import Pairs
from builder.models.calibration import Calibration
from builder.models.encoder import (
    NEWS,
    REPORTS,
    SENTENCES,
    Encoder,
    Labels,
    Reading,
    Words,
    cut,
    open_tokenizer,
)
from builder.models.matrices import Matrices
from builder.models.short_texts import ShortTexts

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What reads a text, with the names of what it tells apart."""

    labels: Labels
    pairs: Pairs
    calibration: Calibration
    _tokenizer: Tokenizer
    _news: Encoder
    _reports: Callable[[], Encoder]
    _short_texts: Callable[[], ShortTexts]

    @classmethod
    def load(cls, folder: Path) -> "TrainedModel":
        """Load what `builder.training` wrote into a folder."""
        labels, words = Labels.load(folder / "labels.json"), Words.load(folder / "words.npz")
        published = Matrices.load(folder / "published.npz")

        def reports() -> Encoder:
            changed = words.changed(folder / "reports.npz")
            return Encoder(folder, changed, published.changed(folder / "reports-matrices.npz"), REPORTS)

        def short_texts() -> ShortTexts:
            return ShortTexts(folder / "types.npz", Encoder(folder, words, published, SENTENCES))

        return cls(
            labels,
            Pairs(folder / "pairs.npz", labels),
            Calibration.load(folder / "calibration.json"),
            open_tokenizer(folder / "tokenizer.json"),
            Encoder(folder, words, published.changed(folder / "news-matrices.npz"), NEWS),
            _once(reports),
            _once(short_texts),
        )

    def read(self, text: str, *, report: bool, short: bool) -> Reading:
        """Score a text.

        `report` says whether it is one of incidents in capitals, which has more layers, `short` whether it is
        so short that it has one type.
        """
        pieces = cut(self._tokenizer, text)
        layers = self._news.read(pieces.numbers)
        if report:
            layers |= self._reports().read(pieces.numbers)
        if short:
            layers["type"] = self._short_texts().scores(pieces.numbers)[None]
        return Reading(pieces.offsets, layers)


def _once(load: Callable[[], Loaded]) -> Callable[[], Loaded]:
    """Load with the first text that needs it: few are reports in capitals, and not all are short."""
    loading, loaded = Lock(), cache(load)  # several threads may ask for it at once

    def get() -> Loaded:
        with loading:
            return loaded()

    return get
