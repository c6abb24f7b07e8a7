"""The types of short texts: what was written to teach them, and the regression that is taught."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.models import shipped
from builder.models.calibration import Calibration
from builder.models.encoder import SENTENCES, Encoder, Labels, Words
from builder.models.matrices import Matrices
from builder.models.short_texts import Features, ShortTexts
from builder.training.calibrate import curve
from builder.training.corpora import tab_separated
from builder.training.short_texts import (
    WRITTEN,
    Told,
    cross_fitted,
    features_of,
    fit,
    told,
    weighted_f1,
    written,
)

FOLDER = shipped() or Path()
TYPES = Labels.load(FOLDER / "labels.json").types


def test_there_are_texts_of_every_type_each_once() -> None:
    rows = tab_separated(WRITTEN)
    assert len(rows) == 886
    counts = Counter(row["label"] for row in rows)
    assert counts.keys() == {*TYPES}
    assert min(counts.values()) >= 21
    assert len({row["text"] for row in rows}) == len(rows)


def text(type_: int, pieces: list[int], number: int, fold: int = -1) -> Told:
    vector = np.array([1, number % 7], np.float32)
    return Told(pieces, vector, type_, 1.0, fold)


def test_a_piece_of_one_type_tells_it_and_one_of_all_does_not() -> None:
    texts = [text(k % 3, [5, 10 + k % 3], k) for k in range(30)]
    found = fit(texts, 3)
    assert found.scores(texts).argmax(1).tolist() == [each.type for each in texts]
    common = found.weights[2 + found.features.pieces.tolist().index(5)]
    assert np.ptp(common) < 0.1


def test_a_piece_of_one_text_says_nothing() -> None:
    texts = [text(0, [5, 6], 0), text(1, [5, 7], 1), text(1, [5, 7], 2)]
    assert features_of(texts).pieces.tolist() == [5, 7]


def test_each_text_with_a_fold_is_judged_by_a_fit_without_its_fold() -> None:
    """A type that is in one fold alone is known to no fit that judges it."""
    texts = [text(k % 2, [10 + k % 2, 30], k, k % 5) for k in range(20)]
    alone = [text(2, [12, 30], k, 3) for k in range(4)]
    outside = [text(0, [10, 30], k) for k in range(3)]
    measured, shares = cross_fitted([*texts, *alone, *outside], 3)
    assert len(measured) == len(texts) + len(alone)
    right = {t: [s for m, s in zip(measured, shares.argmax(1), strict=True) if m.type == t] for t in range(3)}
    assert set(right[0]) == {0}
    assert set(right[1]) == {1}
    assert 2 not in right[2]


def test_what_is_saved_scores_as_what_was_fitted(tmp_path: Path) -> None:
    published = Matrices.load(FOLDER / "published.npz")
    encoder = Encoder(FOLDER, Words.load(FOLDER / "words.npz"), published, SENTENCES)
    texts = told(FOLDER, written()[::30])
    fitted = fit(texts, len(TYPES))
    fitted.save(tmp_path / "types.npz")
    opened = ShortTexts(tmp_path / "types.npz", encoder)
    for each, scores in zip(texts, fitted.scores(texts), strict=True):
        assert opened.scores(each.pieces) == pytest.approx(scores, abs=0.01)


def test_a_text_without_known_pieces_has_features() -> None:
    features = Features(np.array([3, 4]), np.ones(2, np.float32))
    assert features.of([], np.zeros(2, np.float32)).tolist() == [0, 0, 0, 0]
    assert features.of([9], np.array([0, 2], np.float32)).tolist() == [0, 1, 0, 0]


def test_f1_is_weighed_by_what_is_right() -> None:
    assert weighted_f1(np.array([0, 1, 2]), np.array([0, 1, 2])) == 1
    assert weighted_f1(np.array([0, 0, 0, 1]), np.array([2, 2, 2, 1])) == 0.25


@given(st.floats(0.3, 2), st.floats(-1, 1))
def test_a_curve_is_found_again(slope: float, offset: float) -> None:
    """Judgements as often right as a curve says: of each share a thousand."""
    calibration = Calibration({"a": (slope, offset)})
    judgements = []
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        right = round(1000 * calibration.share("a", share))
        judgements += [(share, True)] * right + [(share, False)] * (1000 - right)
    assert curve(judgements) == pytest.approx((slope, offset), abs=0.02)


def test_matrices_are_what_was_published_and_what_teaching_added(tmp_path: Path) -> None:
    published = np.array([[1, -128], [127, 0]], np.int8)
    taught = np.array([[2, 127], [-128, 0]], np.int8)
    np.savez(tmp_path / "published.npz", matrix=published)
    np.savez(tmp_path / "changes.npz", matrix=taught - published)
    found = Matrices.load(tmp_path / "published.npz").changed(tmp_path / "changes.npz")
    assert np.array_equal(found.numbers["matrix"], taught)
