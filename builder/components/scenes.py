"""Scenes: sentences that tell when and where the armed came, before the next one tells what they did.

"Gunmen *arrived* at the village of Boni on Friday. They shot at residents": the attack was there and then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from builder.components.annotations import Category, EntityMention, EventMention, TimeMention
from builder.components.complements import prepositional
from builder.components.lexicon import ancestors
from builder.components.paragraphs import paragraph_starts
from builder.components.parse_labels import ANY_SUBJECT
from builder.components.syntax import subject_of, tokens_with
from builder.model import EventKind
from builder.patterns import load

WORDS = load("scenes")
ARRIVING = frozenset(WORDS["arriving"])
WHERE = frozenset(WORDS["where"])
COMING = frozenset(WORDS["coming"])  # nouns of people who may come to attack, whom no noun calls armed


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence that only tells of an arrival, its verb, and the first attack of the next sentence."""

    sentence: Span
    verb: Token
    attack: int


def find_scenes(doc: Doc, events: Iterable[EventMention]) -> Iterator[Scene]:
    """Every scene of a document."""
    attacks = [event.trigger.token for event in events if event.trigger.kind is EventKind.ATTACK]
    begins = paragraph_starts(doc)
    for verb in tokens_with(doc, "POS", "VERB"):
        if verb.lemma_.lower() not in ARRIVING:
            continue
        sentence = verb.sent
        # The verb of a sentence, or what the parser coordinates with a participle: "*masked*, and arrived"
        # or what they tried: "they attempted to *cross* the border"
        is_main = sentence.root.i in (verb.i, verb.head.i) and verb.dep_ in ("ROOT", "conj", "xcomp")
        if not is_main or not _is_by_armed(verb):
            continue
        if sentence.end >= len(doc) or sentence.end in begins:
            continue
        following = doc[sentence.end].sent
        first = next((i for i in attacks if i in range(following.start, following.end)), None)
        if first is not None and not any(i in range(sentence.start, sentence.end) for i in attacks):
            yield Scene(sentence, verb, first)


def _is_by_armed(verb: Token) -> bool:
    mentions: dict[int, EntityMention] = verb.doc._.mentions
    own = next((child for child in verb.lefts if child.dep_ in ANY_SUBJECT), None)
    subject = subject_of(verb) if verb.dep_ == "xcomp" else own
    if subject is None:
        first = next((t for t in verb.sent if t.lemma_.lower() in COMING and t.i < verb.i), None)
        return first is not None  # the parser lost "between 25 and 30 *gunmen*"
    mention = mentions.get(subject.i)
    return subject.lemma_.lower() in COMING or (mention is not None and mention.type == "ArmedGroup")


def scene_of(time: TimeMention, scenes: Iterable[Scene]) -> int | None:
    """The attack that a date dates which only tells when the armed came."""
    found = (s.attack for s in scenes if s.sentence.start <= time.start < s.sentence.end)
    return next(found, None) if time.relation == "at" else None


def scene_place(scene: Scene) -> int | None:
    """The head of where the armed came: a place, else a facility."""
    mentions: dict[int, EntityMention] = scene.verb.doc._.mentions
    heads = [filler for slot, filler in prepositional(scene.verb) if slot in WHERE]
    heads += [child for child in scene.verb.rights if child.dep_ == "dobj"]
    heads += [filler for head in heads for slot, filler in prepositional(head) if slot in WHERE]
    # "in the sector *of Goma*"
    heads += [
        what for head in heads if head.i not in mentions for slot, what in prepositional(head) if slot == "of"
    ]
    found = [mentions[head.i] for head in heads if head.i in mentions]
    places = [m for m in found if m.category is Category.PLACE]
    return next((m.root for m in (*places, *found) if _is_where(m)), None)


def _is_where(mention: EntityMention) -> bool:
    """Whether one can come to it: it is no actor, and no vehicle that one comes in."""
    is_vehicle = mention.type is not None and "Vehicle" in ancestors(mention.type)
    return mention.category in (Category.PLACE, Category.FACILITY) and not is_vehicle
