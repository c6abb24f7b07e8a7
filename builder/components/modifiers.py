"""What the phrases around a noun say of it: where it is, which place it introduces, of which body it is."""

from collections.abc import Iterable, Iterator

from spacy.tokens import Doc

from builder.components.annotations import DEMONYM, Category, EntityMention, Quantity
from builder.components.names import is_backer
from builder.model import ActorKind
from builder.patterns import load

PARTS = frozenset(load("modifiers")["parts"])
TAKING_UP = frozenset(load("modifiers")["taking_up"])
PLACING = frozenset(load("modifiers")["placing"])
# Tokens after a preposition in which the head of its phrase is looked for: a phrase of a place is short, that
# of a body longer by its adjectives and the hyphens of its name.
LONGEST_PLACE = 5
LONGEST_OWNER = 6
LONGEST_NAMED = 4
LONGEST_BODY = 8


def _mentions(doc: Doc, tokens: Iterable[int]) -> Iterator[EntityMention]:
    """The mentions whose heads are among some tokens."""
    mentions: dict[int, EntityMention] = doc._.mentions
    return (mentions[i] for i in tokens if i in mentions)


def location_after(doc: Doc, mention: EntityMention) -> int | None:
    """The head of the place that directly follows a mention: "the base in Mosul", "the camp near Goma"."""
    whole = _facility_of(doc, mention)
    if whole is not None:
        return location_after(doc, whole)
    i = _after_part(doc, _after_owner(doc, _after_quotes(doc, mention.end)))
    if i + 1 >= len(doc) or doc[i].lower_ not in PLACING:
        return None
    nearby = _mentions(doc, range(i + 1, min(i + 1 + LONGEST_PLACE, len(doc))))
    place = next((m for m in nearby if m.category is Category.PLACE and doc[m.root].dep_ == "pobj"), None)
    if place is None or place.start > i + 2 or doc[place.root].head.i != i:
        return None
    named = named_after(doc, place)
    is_placed = place.name is not None or place.root in doc._.places or place.noun in TAKING_UP
    return named or (place.root if is_placed else None)


def _facility_of(doc: Doc, mention: EntityMention) -> EntityMention | None:
    """The facility that another is part of: "the car park *of a mosque* in Dammam"."""
    of = mention.end
    if mention.category is not Category.FACILITY or of + 1 >= len(doc) or doc[of].lower_ != "of":
        return None
    whole = next(_mentions(doc, range(of + 1, min(of + 1 + LONGEST_OWNER, len(doc)))), None)
    is_next = whole is not None and whole.category is Category.FACILITY and whole.start <= of + 2
    return whole if is_next else None


def _after_quotes(doc: Doc, i: int) -> int:
    while i < len(doc) and doc[i].is_quote:
        i += 1
    return i


def _after_part(doc: Doc, i: int) -> int:
    """The token "of" where a part of a place stands between: "in the east *of* the city"."""
    if (
        i + 3 < len(doc)
        and doc[i].lower_ == "in"
        and doc[i + 2].lower_ in PARTS
        and doc[i + 3].lower_ == "of"
    ):
        return i + 3
    return i


def _after_owner(doc: Doc, of: int) -> int:
    """The token after an owner that "of" introduces: "the headquarters of the Brigade *in* Qaim"."""
    if of + 1 >= len(doc) or doc[of].lower_ != "of":
        return of
    near = _mentions(doc, range(of + 1, min(of + 1 + LONGEST_OWNER, len(doc))))
    # "the residence of the *Japanese* ambassador in Lima": the demonym is a mention of its own
    owner = next((m for m in near if m.noun != DEMONYM), None)
    if owner is None or owner.category is not Category.ACTOR or owner.start != of + 1:
        return of
    return owner.end


def named_after(doc: Doc, mention: EntityMention) -> int | None:
    """The head of the place that a noun only introduces: "the village *of Boni*", "the outskirts of Kyiv"."""
    of = mention.end
    if mention.category is not Category.PLACE or mention.name is not None or of + 1 >= len(doc):
        return None
    if doc[of].lower_ != "of":
        return None
    described = _apposed(doc, of)
    if described is not None:
        return described
    nearby = _mentions(doc, range(of + 1, min(of + 1 + LONGEST_NAMED, len(doc))))
    place = next((m for m in nearby if m.category is Category.PLACE and m.name is not None), None)
    if place is None or place.start != of + 1 or place.noun == DEMONYM:
        return None
    return place.root


def _apposed(doc: Doc, of: int) -> int | None:
    """The head of the town that a noun after "of" introduces: "a district of the second city, *Ganja*"."""
    mentions: dict[int, EntityMention] = doc._.mentions
    noun = next((child for child in doc[of].children if child.dep_ == "pobj"), None)
    if noun is None or noun.i not in mentions or mentions[noun.i].type != "settlement":
        return None
    apposed = (mentions[child.i] for child in noun.rights if child.dep_ == "appos" and child.i in mentions)
    town = next((m for m in apposed if m.category is Category.PLACE and m.name is not None), None)
    return None if town is None else town.root


def body_of(doc: Doc, mention: EntityMention) -> int | None:
    """The head of the armed group that its people stand for: "Houthi fighters", "guerrillas of the Front".

    People who are counted are some of it, and stand for themselves.
    """
    is_uncounted = mention.number == Quantity() and mention.plural
    if mention.kind is not ActorKind.GROUP or mention.type != "ArmedGroup" or not is_uncounted:
        return None
    latest = mention.end + 1
    inside = range(mention.start, mention.root)
    if mention.end < len(doc) and doc[mention.end].lower_ == "of":
        inside = range(latest, min(latest + LONGEST_BODY, len(doc)))
    bodies = (m for m in _mentions(doc, inside) if m.kind is ActorKind.ORGANIZATION and m.name is not None)
    body = next((each for each in bodies if not is_backer(doc, each.end)), None)
    return body.root if body is not None and body.start <= latest + 1 else None
