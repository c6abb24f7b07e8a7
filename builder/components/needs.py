"""What a trigger needs beside it to tell of an event: a weapon, or the roles of its sense."""

from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention
from builder.components.quantities import bare_numeral
from builder.components.syntax import is_passive
from builder.components.triggers import WEAPON_REQUIRED
from builder.model import EventKind, Role
from builder.patterns import load

WORDS = load("roles")
NEEDED: dict[str, list[str]] = WORDS["needed"]  # roles of which a frame needs one; "a b" is a or b
BROAD = frozenset(WORDS["broad"])  # verbs of so many senses that they need all of these roles
DUES = frozenset(load("warnings")["dues"])
BEFALLING = frozenset(("die", "fall", "hurt"))  # frames whose subject is who is harmed


def is_armed(event: EventMention) -> bool:
    """Whether an event whose frame needs a weapon to be an attack has one."""
    needs = event.trigger.kind is EventKind.ATTACK and event.trigger.frame in WEAPON_REQUIRED
    return bool(event.weapons) or not needs


def is_idle(doc: Doc, event: EventMention) -> bool:
    """Whether a word of many senses ("increase", "leave", "hold") lacks the roles of its frame here."""
    needed = NEEDED.get(event.trigger.frame)
    if needed is None or _is_due(doc[event.trigger.token]):
        return False
    slots = ("dobj", "nsubjpass", "nsubj") if event.trigger.frame in BEFALLING else ("dobj", "nsubjpass")
    below = (child for child in doc[event.trigger.token].children if child.dep_ in slots)
    counted = any(bare_numeral(child) is not None for child in below)
    told = [names for names in needed if any(event.fillers(Role(name)) for name in names.split())]
    # "three were *captured*" is of people, and captures no place
    filled = told or (needed if counted and event.trigger.frame != "capture" else [])
    return len(filled) < len(needed) if event.trigger.lemma in BROAD else not filled


def _is_due(verb: Token) -> bool:
    """Whether a passive tells what is demanded without who demands it: "a *ransom* is demanded"."""
    return is_passive(verb) and any(child.lemma_.lower() in DUES for child in verb.lefts)
