"""Aftermath: courts, ceremonies and visits, whose days are not those of the attacks that they are about."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention, TimeMention
from builder.patterns import load

WORDS = load("aftermath")
VERBS = frozenset(WORDS["verbs"])
WEEK = 7  # days: claims that papers tell of are no older
RECENT = timedelta(
    days=31
)  # "sentenced for a killing *in 1992*" dates the killing, "*on Thursday*" the sentence


def is_aftermath(verb: Token) -> bool:
    """Whether a verb tells what came long after: "*marked* the anniversary of", "*sentenced* a man for"."""
    return verb.lemma_.lower() in VERBS


def claimed_on(doc: Doc, time: TimeMention, claim: Token, events: Mapping[int, EventMention]) -> int | None:
    """The attack that a date after it is of, though the parser dates its claim by it, weeks ago.

    "The group claimed the *bombing* of the bank *on May 1*", told in June.
    """
    published = doc._.published
    if events[claim.i].trigger.frame != "claim" or published is None or time.moment is None:
        return None
    old = str(time.moment) < (published - timedelta(days=WEEK)).isoformat()
    claimed = (child.i for child in claim.rights if child.dep_ == "dobj" and child.i in events)
    return next((i for i in claimed if i < time.start), None) if old else None


def dated_by(doc: Doc, time: TimeMention, verb: Token, events: Iterable[int]) -> int | None:
    """The event before a time that lies well before the day of publication; None for the day of the verb."""
    published = doc._.published
    old = published is not None and time.moment is not None
    old = old and str(time.moment) < (published - RECENT).isoformat()
    before = (i for i in events if verb.i < i < time.start)
    return max(before, default=None) if old else None
