"""Vehicles that are bombs: "a lorry packed with explosives", "a booby-trapped car"."""

from dataclasses import replace

from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention
from builder.components.lexicon import noun_ending_at
from builder.patterns import load

WORDS = load("weapons")
LOADED = frozenset(WORDS["loaded"])
RIGGED = frozenset(WORDS["rigged"])


def as_bomb(doc: Doc, mention: EntityMention) -> EntityMention:
    """A mention of a vehicle that is loaded with explosives as one of a car bomb; any other as it is."""
    if mention.type != "Vehicle":
        return mention
    if not _is_loaded(doc, mention) and not (mention.name is None and _is_called_bomb(doc, mention)):
        return mention
    return replace(mention, category=Category.WEAPON, kind=None, type="CarBomb")


def _is_loaded(doc: Doc, mention: EntityMention) -> bool:
    """Whether a participle after a vehicle says so: "packed *with explosives*", "rigged *with a bomb*"."""
    vehicle = doc[mention.root]
    after = [*vehicle.rights, *([vehicle.head] if vehicle.head.i == vehicle.i + 1 else [])]  # as if a verb
    for participle in (child for child in after if child.lower_ in LOADED):
        loads = (below for child in participle.rights if child.lower_ == "with" for below in child.subtree)
        nouns = (noun_ending_at(doc, token.i, token.i) for token in loads)
        if any(noun is not None and noun.category is Category.WEAPON for noun in nouns):
            return True
    return False


def _is_called_bomb(doc: Doc, mention: EntityMention) -> bool:
    """Whether words before the noun say so: "*explosives-laden* truck", "*booby-trapped* car"."""
    words = "".join(token.text_with_ws for token in doc[mention.start : mention.root]).lower()
    return any(word in words for word in RIGGED)
