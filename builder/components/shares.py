"""Shares of a toll by their number alone: "nine *of them* children", "five *of the dead* were soldiers"."""

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention, EventMention, Quantity, Toll
from builder.components.quantities import quantity_at
from builder.components.syntax import coordinated, tokens_with
from builder.model import Outcome
from builder.patterns import alternatives, load

WORDS = load("casualties")
OUTCOMES = {word: Outcome(name) for word, name in (WORDS["words"] | WORDS["harmed"]).items()}
COUNTED = frozenset((Outcome.KILLED, Outcome.INJURED))
NEAR = 5  # tokens between "of the dead were" and the head of who was: "three local aid workers"
# "Five of the wounded were": who they were follows.
NAMED = re.compile(
    rf"\bof[ ](?:the|those)[ ](?:[\w-]+[ ])?(?P<word>{alternatives(OUTCOMES)})"
    rf"(?:[ ]in[ ][^.,;\n]{{1,40}})?[ ](?:was|were|are|is)\b",
    re.IGNORECASE,
)

Share = tuple[int | None, Toll]  # the position of the event mention whose toll is shared, where that is told


def shares(doc: Doc, events: Sequence[EventMention]) -> Iterator[Share]:
    """Every share of a toll, with the event of the toll that it is a part of."""
    for cue, toll in _of_them(doc):
        host = _whole(doc, cue, toll, events)
        if host is not None:
            position, whole = host
            yield position, Toll(toll.start, toll.end, whole.outcome, toll.number, toll.victim)
    for toll in (*_named(doc), *_held(doc)):
        yield None, toll


def _of_them(doc: Doc) -> Iterator[tuple[int, Toll]]:
    """Those counted before "of them": "nine *of them* children"."""
    for cue in tokens_with(doc, "LOWER", "them"):
        numeral = cue.head.head
        people = doc._.mentions.get(numeral.head.i)
        if cue.head.lower_ == "of" and numeral.like_num and people is not None and numeral.head.i > cue.i:
            yield cue.i, Toll(numeral.i, people.end, Outcome.KILLED, quantity_at(numeral), people.root)


def _named(doc: Doc) -> Iterator[Toll]:
    """Those whom five "of the dead were"."""
    for match in NAMED.finditer(doc.text):
        span = doc.char_span(*match.span(), alignment_mode="expand")
        following = range(span.end, min(span.end + NEAR, span.sent.end)) if span is not None else ()
        first = next((i for i in following if _is_of_people(doc, i)), None)
        if span is None or first is None:
            continue
        before = doc[max(span.start - 1, span.sent.start)]
        if before.like_num:
            outcome = OUTCOMES[match["word"].lower()]
            yield Toll(before.i, first + 1, outcome, quantity_at(before), first)


def _held(doc: Doc) -> Iterator[Toll]:
    """Those whom "the dead *included*"."""
    for verb in tokens_with(doc, "LEMMA", "include"):
        subject = next((child for child in verb.lefts if child.lower_ in OUTCOMES), None)
        first = next((child for child in verb.rights if child.dep_ == "dobj"), None)
        for item in coordinated(first) if subject is not None and first is not None else ():
            if _is_of_people(doc, item.i) and doc._.mentions[item.i].number != Quantity():
                mention = doc._.mentions[item.i]
                outcome = OUTCOMES[subject.lower_] if subject is not None else Outcome.KILLED
                yield Toll(mention.start, mention.end, outcome, mention.number, item.i)


def _is_of_people(doc: Doc, token: int) -> bool:
    mention: EntityMention | None = doc._.mentions.get(token)
    return mention is not None and mention.category is Category.ACTOR


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
