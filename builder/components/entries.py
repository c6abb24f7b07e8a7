"""Entries: movements by which those who attack came, told in one breath: "*entered* the village and killed".

When and where they came is when and where the attack was, unless its own words tell.
"""

from collections.abc import Mapping

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, EventMention
from builder.components.complements import prepositional
from builder.components.parse_labels import ANY_SUBJECT, VERBAL
from builder.model import EventKind, Modality, Role
from builder.patterns import load

COMING = frozenset(("deploy", "capture"))  # frames of movements whose end is where the movers then are
ARRIVING = frozenset(load("scenes")["arriving"])
INTO = frozenset(("into", "inside", "at"))
HAPPENED = frozenset((Modality.ASSERTED, Modality.ALLEGED))


def entry_of(doc: Doc, attack: EventMention, events: Mapping[int, EventMention]) -> EventMention | None:
    """The movement that an attack goes on from, if both happened."""
    if attack.trigger.kind is not EventKind.ATTACK or attack.modality not in HAPPENED:
        return None
    verb = doc[attack.trigger.token]
    while _goes_on(verb):
        verb = verb.head
        entry = events.get(verb.i)
        if entry is not None:
            came = entry.trigger.kind is EventKind.MOVEMENT and entry.trigger.frame in COMING
            return entry if came and entry.modality in HAPPENED else None
    return None


def _goes_on(verb: Token) -> bool:
    """Whether a verb tells what the subject of the verb above did next, or by that: "entered, *killing*"."""
    own = any(child.dep_ in ANY_SUBJECT for child in verb.lefts)
    if own or verb.pos_ != "VERB" or verb.head.pos_ not in VERBAL or verb.head.i > verb.i:
        return False
    return verb.dep_ == "conj" or (verb.dep_ == "advcl" and verb.tag_ == "VBG")


def place_come_to(doc: Doc, attack: EventMention) -> int | None:
    """The head of where those came who then attacked, by a verb of no event: "*walked into* a bank"."""
    verb = doc[attack.trigger.token]
    if attack.trigger.kind is not EventKind.ATTACK or not _goes_on(verb):
        return None
    mentions: Mapping[int, EntityMention] = doc._.mentions
    came = verb.head.lemma_.lower() in ARRIVING and verb.head.dep_ not in ("relcl", "ccomp")
    heads = [filler.i for slot, filler in prepositional(verb.head) if slot in INTO] if came else []
    places = (Category.FACILITY, Category.PLACE)
    return next((i for i in heads if i in mentions and mentions[i].category in places), None)


def place_entered(entry: EventMention) -> int | None:
    """The head of where the movement ended."""
    return next(iter((*entry.fillers(Role.DESTINATION), *entry.fillers(Role.LOCATION))), None)
