"""Aftermath: courts, ceremonies and visits, whose days are not those of the attacks that they are about."""

from collections.abc import Iterable
from datetime import timedelta

from spacy.tokens import Doc, Token

from builder.components.annotations import TimeMention
from builder.patterns import load

WORDS = load("aftermath")
VERBS = frozenset(WORDS["verbs"])
RECENT = timedelta(
    days=31
)  # "sentenced for a killing *in 1992*" dates the killing, "*on Thursday*" the sentence


def is_aftermath(verb: Token) -> bool:
    """Whether a verb tells what came long after: "*marked* the anniversary of", "*sentenced* a man for"."""
    return verb.lemma_.lower() in VERBS


def dated_by(doc: Doc, time: TimeMention, verb: Token, events: Iterable[int]) -> int | None:
    """The event before a time that lies well before the day of publication; None for the day of the verb."""
    published = doc._.published
    old = published is not None and time.moment is not None
    old = old and str(time.moment) < (published - RECENT).isoformat()
    before = (i for i in events if verb.i < i < time.start)
    return max(before, default=None) if old else None
