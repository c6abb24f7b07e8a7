"""Frames: what each slot of a trigger means for each class of entity, as patterns/frames.json tells.

Besides the roles of the model a frame gives four: "weapon", used in the attack; "vehicle", a weapon whose
owner acts; "craft", a vehicle that only carries; "struck", a weapon that the subject ran into.
"""

from spacy.tokens import Token

from builder.components.annotations import DEMONYM, Category, EntityMention
from builder.model import Role
from builder.patterns import load

FRAMES: dict[str, dict[str, dict[str, str]]] = load("frames")
GENERIC = frozenset(load("entities")["generic_heads"])
# In these roles a place stands for the people of it, so that only some places fit.
ACTING = frozenset((Role.PERPETRATOR, Role.MOVER, Role.ISSUER, Role.SPEAKER, Role.ACCUSED))
GATHERINGS = frozenset(load("kinds")["gatherings"])
ALONG = frozenset(("on", "at", "along"))
PATHS = frozenset(("Road",))  # "an ambush *on* the road" is against whoever passes
LAYING_TO = frozenset(("attribute", "ascribe"))
LYING = frozenset(("Mine", "IED"))  # weapons that those who come by set off
HARMING = frozenset(("kill", "die", "harm"))  # frames whose noun's possessive is the victim: "*his* murder"


def role_of(slot: str, mention: EntityMention, token: Token, frame: str) -> str | None:
    """What a mention in a slot is to the event: the name of a role or of one of the four more, or None."""
    roles = FRAMES[frame].get(slot)
    on_air = slot == "on" and mention.type == "NewsAgency"  # "accused the rebels *on television*"
    # "attributes *it* to the rebels": what is blamed, not who
    is_deed = frame == "accuse" and slot == "object" and token.head.lemma_.lower() in LAYING_TO
    if roles is None or on_air or is_deed:
        return None
    if slot == "modifier":
        return _modifier_role(mention, token, roles, frame)
    is_place = mention.category is Category.PLACE
    if is_place and mention.noun == DEMONYM and token.dep_ == "amod":
        return roles.get("actor") if token.head.lemma_.lower() in GENERIC else None
    role = roles.get(mention.category.value)
    if role == Role.TARGET.value and slot in ALONG and mention.type in PATHS:
        return Role.LOCATION.value
    if is_place and role in ACTING and not is_country(mention):
        stands_for_state = slot == "subject" or (slot == "object" and role == Role.ACCUSED)
        return role if mention.name is not None and stands_for_state else None
    return Role.TARGET.value if slot == "subject" and _trips_mine(mention, token) else role


def _trips_mine(mention: EntityMention, subject: Token) -> bool:
    """Whether what sets off a weapon that lies in wait is hit by it: "a *minibus* set off a mine"."""
    found: dict[int, EntityMention] = subject.doc._.mentions
    held = (found[child.i] for child in subject.head.rights if child.dep_ == "dobj" and child.i in found)
    lying = subject.head.lemma_ == "set" and any(weapon.type in LYING for weapon in held)
    return lying and (mention.category is Category.FACILITY or mention.type == "Civilians")


def _modifier_role(mention: EntityMention, token: Token, roles: dict[str, str], frame: str) -> str | None:
    """A demonym, an acronym or a possessive acts; another place name before an event noun is where it was."""
    if token.tag_ == "PRP$":
        return Role.VICTIM.value if frame in HARMING else None
    if is_country(mention):
        acronym = mention.label.replace(".", "").isupper()
        acts = mention.noun == DEMONYM or token.dep_ == "poss" or acronym
        return roles.get("actor" if acts else "place")
    if mention.name is not None and mention.label.rpartition(" ")[2].lower() in GATHERINGS:
        return roles.get("facility")  # "the *marathon* bombing"
    return roles.get(mention.category.value)


def is_country(mention: EntityMention) -> bool:
    """Whether a mention is of a country, by its name or its demonym."""
    return mention.category is Category.PLACE and mention.country is not None and mention.type == "country"


def can_act(mention: EntityMention) -> bool:
    """Whether a mention can act: an actor, or a country that stands for its state."""
    return mention.category is Category.ACTOR or is_country(mention)
