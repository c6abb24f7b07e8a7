"""What the trained model reads in words, as mentions of a report: `builder.report` asks for them."""

from collections.abc import Iterator
from decimal import Decimal

from spacy.tokens import Doc

from builder.components.reader import Learned, Learnings
from builder.model import MentionArgument, MentionKind, TypedMention
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
    return (
        *(_mention(each, nodes, MentionKind.ENTITY, ENTITIES) for each in learned.entities),
        *(_mention(each, nodes, MentionKind.EVENT, EVENTS) for each in learned.triggers),
    )


def _mention(learned: Learned, nodes: Nodes, kind: MentionKind, names: dict[str, str]) -> TypedMention:
    return TypedMention(
        kind,
        names[learned.label],
        nodes.span(learned.start, learned.end),
        share(learned.probability),
        tuple(_arguments(learned, nodes)),
    )


def _arguments(learned: Learned, nodes: Nodes) -> Iterator[MentionArgument]:
    for each in learned.arguments:
        span = nodes.span(each.start, each.end)
        yield MentionArgument(ROLES[each.label], span, share(each.probability), nodes.known_key(each.end - 1))


def share(probability: float) -> Decimal:
    """A probability as it is written: two places are as exact as it is.

    >>> share(0.876)
    Decimal('0.88')
    """
    return Decimal(f"{probability:.2f}")
