"""Trained encoders: they read a text and score, for each piece of a word, the labels of their layers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from builder.models.averaging import mean_of_each, mean_of_one
from builder.models.matrices import Matrices

SIZE: Final = 512  # pieces that the encoder takes at once, with one mark at each end
# What windows of several sizes say of a report is right more often than what those of one do: with three to
# six sizes, whichever they were, CEAF-REE on a development set was 51 in place of 48 %.
SIZES: Final = (SIZE, 384, 256, 192, 128)
# The sum and the norm after each layer as one step are 13 % slower than as two, on processors with AVX-512.
_SLOWER: Final = ["SkipLayerNormFusion"]
CLS, SEP = 101, 102  # the marks at the ends
# The layers whose labels do not exclude one another.
INDEPENDENT: Final = frozenset(("kinds", "report"))
Scores: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Branch:
    """One encoder: the layers that are asked of it, for each piece and for each window, and its corpora.

    `sizes` are those of the windows that it reads a text in, once for each.
    """

    name: str
    of_pieces: tuple[str, ...]
    of_windows: tuple[str, ...]
    corpora: tuple[str, ...]
    sizes: tuple[int, ...] = (SIZE,)


_TODAY: Final = ("wikievents", "re3d", "case2021")
NEWS: Final = Branch("news", ("triggers", "entities", "trigger_of", "argument_of"), ("snippet",), _TODAY)
# Its reports are of one kind, nearly all in capitals, so that all else is left to the other; what it learns
# of news helps it with them.
REPORTS: Final = Branch("reports", ("roles", "kinds"), ("report",), ("muc4", *_TODAY), SIZES)
# The encoder as it was published, which nothing here is taught.
SENTENCES: Final = Branch("sentences", (), ("sentence",), ())


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
    """Scores before any function: pieces by labels, or windows by labels, by the name of the layer."""

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


def window_starts(length: int, size: int = SIZE) -> Iterator[int]:
    """Give where the windows of so many pieces begin; a short text has one.

    A quarter of each is in the next too, so that in one of them a piece has an eighth on both sides.

    >>> [*window_starts(510)], [*window_starts(511)], [*window_starts(1000)], [*window_starts(400, 256)]
    ([0], [0, 384], [0, 384, 768], [0, 192])
    """
    step = size * 3 // 4
    yield from range(0, max(1, length - (size - 2) + step), step)


class Words:
    """The vector of each piece, which an encoder begins with: numbers of eight bits, and their units."""

    def __init__(self, numbers: NDArray[np.int8], units: Scores) -> None:
        self._numbers, self._units = numbers, units

    @classmethod
    def load(cls, file: Path) -> "Words":
        """Read all vectors."""
        with np.load(file) as stored:
            return cls(stored["numbers"], stored["units"])

    def changed(self, file: Path) -> "Words":
        """The same but for some pieces, of which a file has other vectors."""
        numbers, units = self._numbers.copy(), self._units.copy()
        with np.load(file) as stored:
            numbers[stored["pieces"]], units[stored["pieces"]] = stored["numbers"], stored["units"]
        return Words(numbers, units)

    def vectors(self, pieces: Sequence[int]) -> Scores:
        """Give pieces by the width of the encoders."""
        where = np.asarray(pieces, np.int64)
        found: Scores = self._numbers[where] * self._units[where, None]
        return found


class Encoder:
    """One branch as onnxruntime runs it."""

    def __init__(self, folder: Path, words: Words, matrices: Matrices, branch: Branch) -> None:
        self._words = words
        self._branch = branch
        options = onnxruntime.SessionOptions()
        matrices.lend(options)
        options.intra_op_num_threads = 1  # the other processors have the parser, or other documents
        self._session = onnxruntime.InferenceSession(
            str(folder / f"{branch.name}.onnx"),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=_SLOWER,
        )

    def read(self, pieces: Sequence[int]) -> dict[str, Scores]:
        """Score a text, once for each size of windows, and give the means."""
        readings = [self._read_in_windows(pieces, size) for size in self._branch.sizes]
        if len(readings) == 1:
            return readings[0]
        return {name: self._mean(name, [each[name] for each in readings]) for name in readings[0]}

    def _mean(self, name: str, scores: Sequence[Scores]) -> Scores:
        """The mean of one layer; of windows, which are more if they are small, the highest score counts."""
        if name in self._branch.of_windows:
            scores = [each.max(0, keepdims=True) for each in scores]
        return mean_of_each(scores) if name in INDEPENDENT else mean_of_one(scores)

    def _read_in_windows(self, pieces: Sequence[int], size: int) -> dict[str, Scores]:
        """Score a text; where windows overlap, a piece has the scores of the one it is deeper inside."""
        length = len(pieces)
        layers: dict[str, Scores] = {}
        depth = np.full(length, -1)
        windows: list[dict[str, Scores]] = []
        for start in window_starts(length, size):
            inner = pieces[start : start + size - 2]
            scores = self._run(self._words.vectors([CLS, *inner, SEP]))
            windows.append(scores)
            here = np.arange(start, start + len(inner))
            inside = _depth(start, len(inner), length)
            better = here[inside > depth[here]]
            for name in self._branch.of_pieces:
                found = scores[name][1:-1]
                whole = layers.setdefault(name, np.zeros((length, found.shape[1]), np.float32))
                whole[better] = found[better - start]
            depth[better] = inside[better - start]
        return layers | {name: np.stack([each[name] for each in windows]) for name in self._branch.of_windows}

    def _run(self, vectors: Scores) -> dict[str, Scores]:
        names = [*self._branch.of_pieces, *self._branch.of_windows]
        found = self._session.run(names, {"vectors": vectors[None]})
        return {name: each[0] for name, each in zip(names, found, strict=True)}


def _depth(start: int, size: int, length: int) -> NDArray[np.int64]:
    """How far the pieces of a window are from its ends, but for ends of the text."""
    place = np.arange(size)
    before = place if start else np.full(size, SIZE)
    after = place[::-1] if start + size < length else np.full(size, SIZE)
    depth: NDArray[np.int64] = np.minimum(before, after)
    return depth
