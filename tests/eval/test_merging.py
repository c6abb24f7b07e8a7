"""The quality gate of the merge: incidents that several reports tell become one event each, and no two."""

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from . import merging

if TYPE_CHECKING:
    from spacy.language import Language

# What was reached less a little, since what is read from the texts moves with other parts: B-cubed F1, pairs
# of two incidents that were made one.
FLOORS = {"tune": (0.93, 2), "test": (0.90, 1)}


@pytest.mark.parametrize("half", merging.HALVES)
def test_incidents_are_merged(nlp: "Language", half: str) -> None:
    agreed, wrong, _ = merging.measure(nlp, half)
    least, most = FLOORS[half]
    assert agreed.f1 >= least, agreed
    assert len(wrong["wrongly one"]) <= most, wrong["wrongly one"]


@pytest.mark.parametrize(("half", "incidents", "reports"), [("tune", 26, 61), ("test", 23, 52)])
def test_the_halves_are_whole(half: str, incidents: int, reports: int) -> None:
    """Each incident is told by two to six reports."""
    chosen = merging.cases(half)
    told = Counter(incident for case in chosen for incident in case.events)
    assert (len(told), len(chosen)) == (incidents, reports)
    assert set(told.values()) <= set(range(2, 7))


def test_no_incident_is_in_both_halves() -> None:
    texts = [{case.article.text for case in merging.cases(half)} for half in merging.HALVES]
    names = [{name for case in merging.cases(half) for name in case.events} for half in merging.HALVES]
    assert not texts[0] & texts[1]
    assert not names[0] & names[1]


@pytest.mark.parametrize(
    ("found", "pairwise", "precision", "recall"),
    [
        ("aabb", 1, 1, 1),
        ("abcd", 0, 1, 0.5),
        ("aaaa", 0.5, 0.5, 1),
        ("abab", 0, 0.5, 0.5),
    ],
)
def test_agreement(found: str, pairwise: float, precision: float, recall: float) -> None:
    """Four mentions of two incidents, against figures worked out by hand."""
    told = [("r1", "x"), ("r2", "x"), ("r3", "y"), ("r4", "y")]
    agreed = merging.agreement({one: one[1] for one in told}, dict(zip(told, found, strict=True)))
    assert (agreed.pairwise, agreed.precision, agreed.recall) == pytest.approx((pairwise, precision, recall))
