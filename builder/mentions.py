"""What the trained model reads in words, as mentions of a report: `builder.report` asks for them."""

from decimal import Decimal

from spacy.tokens import Doc

from builder.components.reader import Learned, Learnings
from builder.model import MentionArgument, MentionKind, Span, TypedMention
from builder.nodes import Nodes
from builder.patterns import load

WORDS = load("mentions")
ENTITIES: dict[str, str] = WORDS["entities"]
EVENTS: dict[str, str] = WORDS["events"]
ROLES: dict[str, str] = WORDS["roles"]


def typed_mentions(doc: Doc, nodes: Nodes) -> tuple[TypedMention, ...]:
    """The mentions of entities and of events, each kind in the order of the text; none without a model."""
    learned: Learnings | None = doc._.learned
    if learned is None:
        return ()
    reading = _Mentions(doc, nodes)
    found = (
        *(reading.mention(each, MentionKind.ENTITY, ENTITIES) for each in learned.entities),
        *(reading.mention(each, MentionKind.EVENT, EVENTS) for each in learned.triggers),
    )
    # two stretches may be one in a word, or when cut off at the end of a sentence: the surer one stays
    surest = {(m.type, m.span): m for m in sorted(found, key=lambda m: m.confidence)}
    return tuple(m for m in found if surest[m.type, m.span] is m)


class _Mentions:
    """Makes the mentions of one document."""

    def __init__(self, doc: Doc, nodes: Nodes) -> None:
        self.doc = doc
        self.nodes = nodes
        self.stops = [stop for sentence in doc.sents for stop in [sentence.end] * len(sentence)]

    def mention(self, learned: Learned, kind: MentionKind, names: dict[str, str]) -> TypedMention:
        arguments = tuple(self._argument(each) for each in learned.arguments)
        span, confidence = self._span(learned), share(learned.probability)
        return TypedMention(kind, names[learned.label], span, confidence, arguments)

    def _argument(self, learned: Learned) -> MentionArgument:
        filler = self.nodes.known_key(learned.end - 1)
        return MentionArgument(ROLES[learned.label], self._span(learned), share(learned.probability), filler)

    def _span(self, learned: Learned) -> Span:
        """The words of a stretch that are in the sentence in which it begins."""
        end = min(learned.end, self.stops[learned.start])
        while end - 1 > learned.start and self.doc[end - 1].is_space:
            end -= 1
        return self.nodes.span(learned.start, end)


def share(probability: float) -> Decimal:
    """A probability as it is written: two places are as exact as it is.

    >>> share(0.876)
    Decimal('0.88')
    """
    return Decimal(f"{probability:.2f}")
