"""Shares of a toll: who were among the dead, "including three children", "two of them soldiers"."""

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, EventMention, Quantity, Toll
from builder.components.quantities import quantity_at
from builder.components.syntax import coordinated, tokens_with
from builder.model import Outcome
from builder.patterns import alternatives, load

WORDS = load("casualties")
OUTCOMES = {word: Outcome(name) for word, name in (WORDS["words"] | WORDS["harmed"]).items()}
COUNTED = frozenset((Outcome.KILLED, Outcome.INJURED))
NEAR = 5  # tokens between "among the dead were" and the head of who was: "three local aid workers"
# "Among the dead were", "five of the wounded were": who they were follows.
NAMED = re.compile(
    rf"\b(?P<share>among|of)[ ](?:the|those)[ ](?:[\w-]+[ ])?(?P<word>{alternatives(OUTCOMES)})"
    rf"(?:[ ]in[ ][^.,;\n]{{1,40}})?[ ](?:was|were|are|is)\b",
    re.IGNORECASE,
)

Share = tuple[int | None, Toll]  # the position of the event mention whose toll is shared, where that is told


def shares(doc: Doc, events: Sequence[EventMention]) -> Iterator[Share]:
    """Every share of a toll, with the event of the toll that it is a part of."""
    for cue, toll in (*_included(doc), *_of_them(doc)):
        host = _whole(doc, cue, toll, events)
        if host is not None:
            position, whole = host
            yield position, Toll(toll.start, toll.end, whole.outcome, toll.number, toll.victim)
    for toll in _named(doc):
        yield None, toll


def _included(doc: Doc) -> Iterator[tuple[int, Toll]]:
    """Those counted after "including" and "among them", each with the token of that word."""
    for cue in tokens_with(doc, "LOWER", "including", "them", "whom"):
        is_among = cue.lower_ != "including"
        if is_among and cue.head.lower_ != "among":
            continue
        head = cue.head.head if is_among else next((c for c in cue.children if c.dep_ == "pobj"), None)
        for item in coordinated(head) if head is not None else ():
            if item.i > cue.i and (toll := _counted(doc, item)) is not None:
                yield cue.i, toll


def _of_them(doc: Doc) -> Iterator[tuple[int, Toll]]:
    """Those counted before "of them": "nine *of them* children"."""
    for cue in tokens_with(doc, "LOWER", "them"):
        numeral = cue.head.head
        people = doc._.mentions.get(numeral.head.i)
        if cue.head.lower_ == "of" and numeral.like_num and people is not None and numeral.head.i > cue.i:
            yield cue.i, Toll(numeral.i, people.end, Outcome.KILLED, quantity_at(numeral), people.root)


def _named(doc: Doc) -> Iterator[Toll]:
    """Those who "among the dead were", and those whom five "of the dead were"."""
    for match in NAMED.finditer(doc.text):
        span = doc.char_span(*match.span(), alignment_mode="expand")
        following = range(span.end, min(span.end + NEAR, span.sent.end)) if span is not None else ()
        first = next((i for i in following if _is_of_people(doc, i)), None)
        if span is None or first is None:
            continue
        outcome = OUTCOMES[match["word"].lower()]
        before = doc[max(span.start - 1, span.sent.start)]
        if match["share"].lower() == "of" and before.like_num:
            yield Toll(before.i, first + 1, outcome, quantity_at(before), first)
        elif match["share"].lower() == "among":
            found = (_counted(doc, item) for item in coordinated(doc[first]))
            yield from (Toll(t.start, t.end, outcome, t.number, t.victim) for t in found if t is not None)


def _is_of_people(doc: Doc, token: int) -> bool:
    mention: EntityMention | None = doc._.mentions.get(token)
    return mention is not None and mention.category is Category.ACTOR


def _counted(doc: Doc, item: Token) -> Toll | None:
    """The toll of people who are counted, its outcome still to be told."""
    if not _is_of_people(doc, item.i):
        return None
    mention = doc._.mentions[item.i]
    known = mention.number != Quantity()
    return Toll(mention.start, mention.end, Outcome.KILLED, mention.number, item.i) if known else None


def _whole(doc: Doc, cue: int, share: Toll, events: Sequence[EventMention]) -> tuple[int, Toll] | None:
    """The toll told last before a cue in its sentence, if it is larger, with the position of its event."""
    first = doc[cue].sent.start
    before = [
        (position, toll)
        for position, event in enumerate(events)
        for toll in event.tolls
        if first <= toll.start < cue and toll.outcome in COUNTED and toll.victim != share.victim
    ]
    position, whole = max(before, key=lambda found: _stands_at(found[1]), default=(-1, share))
    larger = (whole.number.stated or 0) > (share.number.stated or 0)
    return (position, whole) if larger and position >= 0 else None


def _stands_at(toll: Toll) -> int:
    return toll.start if toll.victim is None else toll.victim
