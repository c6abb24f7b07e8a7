"""A trained model in a folder: the vectors of pieces, two encoders, and what judges pairs of pieces."""

from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from builder.models.arguments import Pairs
from builder.models.calibration import Calibration
from builder.models.encoder import (
    CLS,
    NEWS,
    REPORTS,
    SEP,
    Encoder,
    Labels,
    Reading,
    Words,
    cut,
    open_tokenizer,
)


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What reads a text, with the names of what it tells apart."""

    labels: Labels
    pairs: Pairs
    calibration: Calibration
    _tokenizer: Tokenizer
    _words: Words
    _news: Encoder
    _reports: Encoder

    @classmethod
    def load(cls, folder: Path) -> "TrainedModel":
        """Load what `builder.training` wrote into a folder."""
        labels = Labels.load(folder / "labels.json")
        return cls(
            labels,
            Pairs(folder / "pairs.npz", labels),
            Calibration.load(folder / "calibration.json"),
            open_tokenizer(folder / "tokenizer.json"),
            Words(folder / "words.npz"),
            Encoder(folder / "news.onnx", NEWS),
            Encoder(folder / "reports.onnx", REPORTS),
        )

    def read(self, text: str, *, report: bool) -> Reading:
        """Score a text; `report` says whether it is one of incidents in capitals, which has more layers."""
        pieces = cut(self._tokenizer, text)
        vectors, marks = self._words.vectors(pieces.numbers), self._words.vectors([CLS, SEP])
        begin, end = marks[:1], marks[1:]
        layers = self._news.read(vectors, begin, end)
        if report:
            layers |= self._reports.read(vectors, begin, end)
        return Reading(pieces.offsets, layers)
