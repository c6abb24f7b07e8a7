"""A trained model in a folder: two encoders, and what judges pairs of pieces."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from tokenizers import Tokenizer

from builder.models.arguments import Pairs
from builder.models.calibration import Calibration
from builder.models.encoder import NEWS, REPORTS, Encoder, Labels, Reading, Words, cut, open_tokenizer


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What reads a text, with the names of what it tells apart."""

    labels: Labels
    pairs: Pairs
    calibration: Calibration
    _tokenizer: Tokenizer
    _news: Encoder
    _reports: Callable[[], Encoder]

    @classmethod
    def load(cls, folder: Path) -> "TrainedModel":
        """Load what `builder.training` wrote into a folder."""
        labels, words = Labels.load(folder / "labels.json"), Words.load(folder / "words.npz")

        loading = Lock()  # several threads may ask for it at once

        # Few texts are reports in capitals: what reads them is loaded with the first.
        @cache
        def loaded() -> Encoder:
            return Encoder(folder / "reports.onnx", words.changed(folder / "reports.npz"), REPORTS)

        def reports() -> Encoder:
            with loading:
                return loaded()

        return cls(
            labels,
            Pairs(folder / "pairs.npz", labels),
            Calibration.load(folder / "calibration.json"),
            open_tokenizer(folder / "tokenizer.json"),
            Encoder(folder / "news.onnx", words, NEWS),
            reports,
        )

    def read(self, text: str, *, report: bool) -> Reading:
        """Score a text; `report` says whether it is one of incidents in capitals, which has more layers."""
        pieces = cut(self._tokenizer, text)
        layers = self._news.read(pieces.numbers)
        if report:
            layers |= self._reports().read(pieces.numbers)
        return Reading(pieces.offsets, layers)
