"""Totals: figures of a whole war or year, which are no toll of the attack told beside them."""

from datetime import timedelta
from itertools import pairwise

from spacy.tokens import Doc

from builder.components.annotations import TimeMention, Toll
from builder.patterns import load

WORDS = load("totals")
WARS = frozenset(WORDS["wars"])
YEARS = frozenset(tuple(phrase.split()) for phrase in WORDS["years"])
LASTING = frozenset(("year", "years", "decade", "decades", "old"))
NEAR = 8  # tokens from a figure to what it is counted from: "to 7,300 in the south of the country since 2004"
BEFORE = 6  # tokens from "contrary" to a figure: "contrary to first reports of two dead"
RECENT = timedelta(days=31)  # a toll "since Friday" may be that of one attack, one "since 2004" is not


def is_total(doc: Doc, toll: Toll) -> bool:
    """Whether a figure is no attack's: "the number of dead in the insurgency to 7,300 *since 2004*".

    Nor is one that the text calls wrong: "*contrary to* first reports of two dead".
    """
    sentence = doc[toll.start].sent
    end = min(toll.end + NEAR, sentence.end)
    words = [token.lower_ for token in doc[toll.start : end]]
    if any(pair in YEARS for pair in pairwise(words)):
        return True
    if not WARS.isdisjoint(words[: toll.end - toll.start]):
        return True
    if not WARS.isdisjoint(words) and not LASTING.isdisjoint(words):
        return True  # "27,000 have died in the *ten-year insurgency*"
    before = (token.lower_ for token in doc[max(sentence.start, toll.start - BEFORE) : toll.start])
    return "contrary" in before or _is_since_long(doc, range(toll.start, end))


def _is_since_long(doc: Doc, near: range) -> bool:
    """Whether a time from which is counted stands among some tokens, and is no recent day."""
    times: tuple[TimeMention, ...] = doc._.times
    since = [time for time in times if time.start in near and time.relation == "since" and time.moment]
    published = doc._.published
    return published is not None and any(str(t.moment) < (published - RECENT).isoformat() for t in since)
