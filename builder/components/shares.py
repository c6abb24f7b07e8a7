"""Shares of a toll by what befell them: "five *of the dead* were soldiers", "*the dead* included boys"."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from builder.components.annotations import DEMONYM, Category, EntityMention, Quantity, Toll
from builder.components.complements import coordinated
from builder.components.once import text_of
from builder.components.quantities import quantity_at
from builder.components.syntax import tokens_with
from builder.model import Outcome
from builder.patterns import alternatives, load

WORDS = load("casualties")
OUTCOMES = {word: Outcome(name) for word, name in (WORDS["words"] | WORDS["harmed"]).items()}
NEAR = 5  # tokens between "of the dead were" and the head of who was: "three local aid workers"
# "Five of the wounded were": who they were follows.
NAMED = re.compile(
    rf"\bof[ ](?:the|those)[ ](?:[\w-]+[ ])?(?P<word>{alternatives(OUTCOMES)})"
    rf"(?:[ ]in[ ][^.,;\n]{{1,40}})?[ ](?:was|were|are|is)\b",
    re.IGNORECASE,
)


def shares(doc: Doc) -> Iterator[Toll]:
    """Every share of a toll that is told by what befell them, the event still to be found."""
    yield from _named(doc)
    yield from _held(doc)


def _named(doc: Doc) -> Iterator[Toll]:
    """Those whom five "of the dead were"."""
    for match in NAMED.finditer(text_of(doc)):
        span = doc.char_span(*match.span(), alignment_mode="expand")
        following = range(span.end, min(span.end + NEAR, span.sent.end)) if span is not None else ()
        first = next((i for i in following if _is_of_people(doc, i)), None)
        if span is None or first is None:
            continue
        before = doc[max(span.start - 1, span.sent.start)]
        if before.like_num:
            outcome = OUTCOMES[match["word"].lower()]
            victim = (
                None if doc._.mentions[first].category is Category.PLACE else first
            )  # "nine were *Italians*"
            yield Toll(before.i, first + 1, outcome, quantity_at(before), victim)


def _held(doc: Doc) -> Iterator[Toll]:
    """Those whom "the dead *included*"."""
    for verb in tokens_with(doc, "LEMMA", "include"):
        outcome = next((OUTCOMES[child.lower_] for child in verb.lefts if child.lower_ in OUTCOMES), None)
        first = next((child for child in verb.rights if child.dep_ == "dobj"), None)
        if outcome is None or first is None:
            continue
        for item in coordinated(first):
            if _is_of_people(doc, item.i) and doc._.mentions[item.i].number != Quantity():
                mention = doc._.mentions[item.i]
                yield Toll(mention.start, mention.end, outcome, mention.number, item.i)


def _is_of_people(doc: Doc, token: int) -> bool:
    mention: EntityMention | None = doc._.mentions.get(token)
    is_nation = mention is not None and mention.noun == DEMONYM and doc[token].tag_ in ("NNPS", "NNS")
    return mention is not None and (is_nation or mention.category is Category.ACTOR)


def is_repeated(tolls: list[Toll], share: Toll) -> bool:
    """Whether a share of a toll is told already; it overlaps the toll that it is of."""
    return any(
        (toll.outcome, toll.number) == (share.outcome, share.number)
        and toll.start < share.end
        and share.start < toll.end
        for toll in tolls
    )
