"""Attackers: what a sentence tells of those who made the attack just told, without telling of an attack.

"A convoy was attacked. *The attackers*, elements of the Front, used *rifles*." So do the armed who are
told to have come: "Workers were shot. *20 men with rifles* had come out of the forest."
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Span, Token

from builder.components.annotations import Category, EntityMention, EventMention, Quantity, RoleFiller
from builder.components.paragraphs import paragraph_starts
from builder.components.parse_labels import ANY_SUBJECT
from builder.components.weapons import borne_by, wielded
from builder.model import EventKind, Role
from builder.patterns import load

ATTACKERS = frozenset(load("chains")["attackers"])
TAKING_UP = frozenset(load("chains")["taking_up"])
OWN = frozenset(("its", "their"))
ARRIVING = frozenset(load("scenes")["arriving"])
WINDOW: int = load("incidents")["window"]  # sentences between an attack and what is told of those who made it


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told of, the weapons that they bore, and the sentence."""

    sentence: Span
    actor: int
    weapons: tuple[int, ...]


def with_attackers(doc: Doc, events: list[EventMention]) -> list[EventMention]:
    """The event mentions, attacks with those who made them and their weapons as other sentences tell."""
    found = list(events)
    for telling in _tellings(doc, events):
        host = _attack_told(doc, telling, found)
        if host is not None:
            found[host] = _with(doc, found[host], telling)
    return found


def _with(doc: Doc, event: EventMention, telling: Telling) -> EventMention:
    known = [doc._.mentions[root] for root in event.fillers(Role.PERPETRATOR)]
    counted = doc._.mentions[telling.actor].number != Quantity()
    more = all(_is_bare(mention) for mention in known) if counted else not known
    roles = (RoleFiller(Role.PERPETRATOR, telling.actor),) if more else ()
    weapons = tuple(dict.fromkeys((*event.weapons, *telling.weapons)))
    return replace(event, roles=(*event.roles, *roles), weapons=weapons)


def _is_bare(actor: EntityMention) -> bool:
    """Whether nothing is said of those who attacked, so that later words may tell how many they were."""
    return actor.noun in ATTACKERS and actor.name is None and actor.number == Quantity()


def _tellings(doc: Doc, events: Iterable[EventMention]) -> Iterator[Telling]:
    """Every sentence without an attack whose subject are attackers, or the armed who came."""
    mentions: dict[int, EntityMention] = doc._.mentions
    attacks = {event.trigger.token for event in events if event.trigger.kind is EventKind.ATTACK}
    for root, mention in mentions.items():
        token = doc[root]
        sentence = token.sent
        if token.dep_ not in ANY_SUBJECT or mention.category is not Category.ACTOR:
            continue
        if not attacks.isdisjoint(range(sentence.start, sentence.end)):
            continue
        weapons = tuple(dict.fromkeys((*borne_by(token), *wielded(token.head))))
        if _takes_up(mention, doc) or (weapons and _arrives(token)):
            yield Telling(sentence, root, weapons)


def _takes_up(mention: EntityMention, doc: Doc) -> bool:
    """Whether words mean who attacked: "*the attackers*", "*its gunmen*"."""
    return mention.noun in TAKING_UP and (mention.definite or doc[mention.start].lower_ in OWN)


def _arrives(subject: Token) -> bool:
    return subject.head.lemma_.lower() in ARRIVING and subject.tag_ in ("NNS", "NN")


def _attack_told(doc: Doc, telling: Telling, events: list[EventMention]) -> int | None:
    """The attack last told before a sentence, in its paragraph and close to it."""
    begins = paragraph_starts(doc)
    first = telling.sentence
    for _ in range(WINDOW):
        if first.start in begins or first.start == 0:
            return None
        first = doc[first.start - 1].sent
        inside = range(first.start, telling.sentence.start)
        near = [
            k
            for k, event in enumerate(events)
            if event.trigger.kind is EventKind.ATTACK and event.trigger.token in inside
        ]
        if near:
            return near[0]
    return None
