"""The types of short texts: the regression of `builder.models.short_texts`, fitted in seconds.

    python -m builder.training.short_texts DIR --model FOLDER [--fold K]

It is taught with annotated snippets, with passages that tell of no event, and with `written.tsv`: short texts
written for this project from what the types mean (ACLED's codebook of 2019; Haneczok and others 2021), since
of some types annotators have marked ten snippets and of one four.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import click
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from builder.models.decoding import NO_EVENT, likeliest, probabilities
from builder.models.encoder import SENTENCES, Encoder, Labels, Scores, Words, cut, open_tokenizer
from builder.models.matrices import Matrices
from builder.models.short_texts import Features, sentence_vector
from builder.training.calibrate import DATA, MODEL, Judgement, crossed, curve, expected_error, write_curves
from builder.training.corpora import Example, read_all, tab_separated
from builder.training.folds import FOLDS, fold_of

WRITTEN: Final = Path(__file__).with_name("written.tsv")
# What a passage counts beside other texts, so that all of them weigh as much as the texts of two types. More
# passages are known for what they are with 0.3, and more snippets are taken for one.
OF_PASSAGE: Final = 0.1
# How far weights may grow, as the C of scikit-learn; 5 and 25 are within chance of it.
BOUND: Final = 10.0
# Texts that a piece must stand in; what stands in one says more of it than of its type.
LEAST_TEXTS: Final = 2
STEPS: Final = 100  # of the fit, which moves no more after some sixty
Numbers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Told:
    """A text with its type by number: its pieces, its vector, what it counts, and its fold or -1."""

    pieces: list[int]
    vector: Scores
    type: int
    weight: float
    fold: int


@dataclass(frozen=True, slots=True)
class Regression:
    """What is fitted: scores are features by `weights`, and `bias`."""

    features: Features
    weights: Scores
    bias: Scores

    def scores(self, texts: Sequence[Told]) -> Scores:
        """Score texts, each by the types."""
        found: Scores = _rows(self.features, texts) @ self.weights + self.bias
        return found

    def save(self, file: Path) -> None:
        """Write what `builder.models.short_texts` loads, with weights of sixteen bits."""
        weights = self.weights.astype(np.float16)
        np.savez_compressed(
            file,
            pieces=self.features.pieces,
            rarity=self.features.rarity,
            weights=weights,
            bias=self.bias,
        )


def written() -> list[Example]:
    """Give the short texts that were written for this project, each with its type."""
    return [
        Example(f"written-{number}", "written", row["text"], labels=(row["label"],))
        for number, row in enumerate(tab_separated(WRITTEN))
    ]


def told(folder: Path, examples: Sequence[Example]) -> list[Told]:
    """Read short texts by the sentence encoder of a model."""
    labels, tokenizer = Labels.load(folder / "labels.json"), open_tokenizer(folder / "tokenizer.json")
    words, published = Words.load(folder / "words.npz"), Matrices.load(folder / "published.npz")
    encoder = Encoder(folder, words, published, SENTENCES)
    found = []
    for example in examples:
        pieces, (label,) = cut(tokenizer, example.text).numbers, example.labels
        vector = sentence_vector(encoder, pieces)
        found.append(Told(pieces, vector, labels.types.index(label), _weight(example), _fold(example)))
    return found


def _weight(example: Example) -> float:
    is_passage = example.labels == (NO_EVENT,) and example.corpus != "written"
    return OF_PASSAGE if is_passage else 1.0


def _fold(example: Example) -> int:
    """Passages and what was written is no part of what is measured."""
    return -1 if example.labels == (NO_EVENT,) else fold_of(example)


def features_of(texts: Sequence[Told]) -> Features:
    """Which pieces count, and how much: the inverse of the number of texts that they stand in."""
    held = np.bincount([piece for text in texts for piece in {*text.pieces}])
    pieces = np.flatnonzero(held >= LEAST_TEXTS)
    return Features(pieces, (np.log((1 + len(texts)) / (1 + held[pieces])) + 1).astype(np.float32))


def _rows(features: Features, texts: Sequence[Told]) -> Scores:
    return np.stack([features.of(text.pieces, text.vector) for text in texts])


def fit(texts: Sequence[Told], types: int) -> Regression:
    """Fit a multinomial logistic regression, its weights but not its bias drawn to 0 by their squares."""
    features = features_of(texts)
    rows = _rows(features, texts)
    counts = np.array([text.weight for text in texts], np.float32)[:, None]
    right = np.eye(types, dtype=np.float32)[[text.type for text in texts]]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        grid = flat.reshape(-1, types).astype(np.float32)
        shares = probabilities(rows @ grid[:-1] + grid[-1])
        off = counts * (shares - right)
        gradient = np.vstack((rows.T @ off + grid[:-1] / BOUND, off.sum(0)))
        missed = -float((counts * right * np.log(shares + np.finfo(np.float32).tiny)).sum())
        return missed + float((grid[:-1] ** 2).sum()) / (2 * BOUND), gradient.ravel().astype(np.float64)

    begin = np.zeros((rows.shape[1] + 1) * types)
    best = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    grid = best.reshape(-1, types).astype(np.float32)
    return Regression(features, grid[:-1], grid[-1])


def cross_fitted(texts: Sequence[Told], types: int) -> tuple[list[Told], Scores]:
    """The texts that have a fold, and the shares of their types by fits to the other folds."""
    measured, shares = [], []
    for fold in range(FOLDS):
        held = [text for text in texts if text.fold == fold]
        if held:
            measured += held
            found = fit([text for text in texts if text.fold != fold], types)
            shares.append(probabilities(found.scores(held)))
    return measured, np.concatenate(shares)


def weighted_f1(right: Numbers, said: Numbers) -> float:
    """The F1 of each type, weighed by how often it is right.

    >>> weighted_f1(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])).__round__(4)
    0.7333
    """
    total = 0.0
    for each in np.unique(right):
        hits = int(((right == each) & (said == each)).sum())
        total += int((right == each).sum()) * 2 * hits / int((right == each).sum() + (said == each).sum())
    return total / len(right)


@click.command()
@DATA
@MODEL
@click.option("--fold", type=click.IntRange(0, FOLDS - 1), help="A fifth of the snippets that is held out.")
def teach(data: Path, model: Path, fold: int | None) -> None:
    """Teach the MODEL the types of short texts from DATA: write its `types.npz` and a curve.

    Says how well fits to four fifths of the snippets do on the other fifth.
    """
    snippets = [each for each in read_all(data) if each.corpus == "case2021"]
    names = Labels.load(model / "labels.json").types
    texts = [each for each in told(model, [*snippets, *written()]) if fold is None or each.fold != fold]
    measured, shares = cross_fitted(texts, len(names))
    right = np.array([each.type for each in measured])
    said = np.array([likeliest(row, names) for row in shares])
    share = weighted_f1(right, said)
    sure = shares[np.arange(len(said)), said]
    judgements: list[Judgement] = [*zip(sure.tolist(), (right == said).tolist(), strict=True)]
    before, after = expected_error(judgements), expected_error(crossed("type", judgements))
    click.echo(f"types of {len(measured)} snippets: weighted F1 {share:.3f}, each by a fit without its fifth")
    click.echo(f"expected error {before:.3f}, calibrated {after:.3f}")
    fit(texts, len(names)).save(model / "types.npz")
    write_curves(model, {"type": curve(judgements)})


if __name__ == "__main__":
    teach()
