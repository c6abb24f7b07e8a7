"""A trained encoder: it reads a text and scores, for each piece of a word, the labels of every layer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

SIZE: Final = 512  # pieces that the encoder takes at once, with one mark at each end
STEP: Final = 384  # pieces from one window to the next: each has 64 others on both sides in one of them
CLS, SEP = 101, 102  # the marks at the ends
# Layers with scores for each piece, and those with scores for each window.
_OF_PIECES: Final = ("roles", "kinds", "triggers", "entities")
_OF_WINDOWS: Final = ("report", "snippet")

Scores: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Labels:
    """The names of what the layers tell apart, in the order of their numbers."""

    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    triggers: tuple[str, ...]
    arguments: tuple[str, ...]
    entities: tuple[str, ...]
    types: tuple[str, ...]

    @classmethod
    def load(cls, file: Path) -> "Labels":
        """Read what `builder.training` wrote."""
        return cls(**{name: tuple(each) for name, each in json.loads(file.read_text("utf-8")).items()})


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text in pieces: their numbers, and the characters of each, end exclusive."""

    numbers: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Reading:
    """Scores before any function, pieces by labels, and windows by labels for `report` and `snippet`."""

    offsets: list[tuple[int, int]]
    layers: dict[str, Scores]


def open_tokenizer(file: Path) -> Tokenizer:
    """Open a tokenizer that cuts a text of any length."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def cut(tokenizer: Tokenizer, text: str) -> Pieces:
    """Cut a text into pieces of words."""
    encoded = tokenizer.encode(text, add_special_tokens=False)
    return Pieces(encoded.ids, encoded.offsets)


def window_starts(length: int) -> Iterator[int]:
    """Give where the windows of so many pieces begin; a short text has one.

    >>> [*window_starts(510)], [*window_starts(511)], [*window_starts(1000)]
    ([0], [0, 384], [0, 384, 768])
    """
    yield from range(0, max(1, length - (SIZE - 2) + STEP), STEP)


class Encoder:
    """The model of a folder: `model.onnx`, `labels.json` and `tokenizer.json`."""

    def __init__(self, folder: Path) -> None:
        self.labels = Labels.load(folder / "labels.json")
        self._tokenizer = open_tokenizer(folder / "tokenizer.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the other processors have the parser, or other documents
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def read(self, text: str) -> Reading:
        """Score a text; where windows overlap, a piece has the scores of the one it is deeper inside."""
        pieces = cut(self._tokenizer, text)
        length = len(pieces.numbers)
        layers: dict[str, Any] = {}
        depth = np.full(length, -1)
        windows: list[dict[str, Scores]] = []
        for start in window_starts(length):
            numbers = pieces.numbers[start : start + SIZE - 2]
            scores = self._run([CLS, *numbers, SEP])
            windows.append(scores)
            here = np.arange(start, start + len(numbers))
            inside = _depth(start, len(numbers), length)
            better = here[inside > depth[here]]
            for name in _OF_PIECES:
                found = scores[name][1:-1]
                whole = layers.setdefault(name, np.zeros((length, found.shape[1]), np.float32))
                whole[better] = found[better - start]
            depth[better] = inside[better - start]
        layers |= {name: np.stack([each[name] for each in windows]) for name in _OF_WINDOWS}
        return Reading(pieces.offsets, layers)

    def _run(self, numbers: list[int]) -> dict[str, Scores]:
        pieces = np.array([numbers], np.int64)
        names = [*_OF_PIECES, *_OF_WINDOWS]
        found = self._session.run(names, {"pieces": pieces, "mask": np.ones_like(pieces)})
        return {name: each[0] for name, each in zip(names, found, strict=True)}


def _depth(start: int, size: int, length: int) -> NDArray[np.int64]:
    """How far the pieces of a window are from its ends, but for ends of the text."""
    place = np.arange(size)
    before = place if start else np.full(size, SIZE)
    after = place[::-1] if start + size < length else np.full(size, SIZE)
    depth: NDArray[np.int64] = np.minimum(before, after)
    return depth
