"""The quality gate of copies: edits of one dispatch are found, independent reports are not taken for some."""

import pytest

from . import copying

# What was reached; one text of the held-out half is rewritten throughout, which runs of words cannot tell.
FLOORS = {"tune": (1.0, 1.0), "test": (1.0, 0.86)}


@pytest.mark.parametrize("half", copying.HALVES)
def test_copies_are_told_from_reports_of_the_same_event(half: str) -> None:
    score = copying.measure(half)
    precision, recall = FLOORS[half]
    assert score.precision >= precision, score.wrong
    assert score.recall >= recall, score.missed


@pytest.mark.parametrize(("half", "copies", "others"), [("tune", 115, 149), ("test", 46, 63)])
def test_the_halves_are_whole(half: str, copies: int, others: int) -> None:
    score = copying.measure(half)
    assert (score.copies, score.others) == (copies, others)
