"""Weapons: which ones an event mention used, and what kind of attack they make of it."""

from collections.abc import Iterable, Iterator, Mapping

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, EventMention, Trigger
from builder.components.complements import coordinated
from builder.components.entities import mention_at
from builder.model import Role
from builder.patterns import load

WORDS = load("triggers")
ATTACK_TYPES: dict[str, str] = WORDS["weapon_attack_types"]
GUNNERS = frozenset(WORDS["gunners"])
VAGUE = frozenset((None, "Bombing", "Bombardment"))  # types of a trigger that a weapon makes more exact
AIR_FORCES = tuple(WORDS["air_forces"])
GAPPING = frozenset(("land", "strike", "explode"))  # frames whose second clause may lack its verb
SUICIDAL = frozenset(("explode", "strike", "kill"))
BEARING = frozenset(load("weapons")["bearing"])  # said of people: "armed with", and of vehicles: "laden with"
USING = frozenset(load("weapons")["using"])


def _weapons_at(tokens: Iterable[Token]) -> Iterator[int]:
    """The roots of the weapons among some tokens."""
    for token in tokens:
        mention = mention_at(token.doc, token)
        if mention is not None and mention.category is Category.WEAPON:
            yield mention.root


def borne_by(actor: Token) -> Iterator[int]:
    """The weapons that an actor is said to bear: "gunmen with rifles", "a lorry packed with explosives"."""
    for child in actor.rights:
        # "dressed in black and *carrying* two rifles"
        clause = (word for word in child.subtree if child.dep_ == "acl" and word.tag_ == "VBG")
        for word in (child, *clause):
            if word.lower_ in BEARING:
                yield from _weapons_at(word.subtree)


def used_below(verb: Token) -> Iterator[int]:
    """The weapons of a clause below a trigger: "attacked the post, *using rockets*"."""
    for child in verb.children:
        if child.dep_ == "advcl" and child.lemma_.lower() in USING:
            yield from _weapons_at(below for below in child.children if below.dep_ == "dobj")


def wielded(verb: Token) -> Iterator[int]:
    """The weapons that a clause says its subject had: "*used* rifles", "were *armed with* rifles"."""
    if verb.lemma_.lower() in USING:
        held = (item for child in verb.rights if child.dep_ == "dobj" for item in coordinated(child))
        yield from _weapons_at(held)
    for word in (verb, *verb.rights):
        if word.lower_ in BEARING and word.pos_ in ("VERB", "ADJ"):
            yield from _weapons_at(word.subtree)


def gapped_weapon(doc: Doc, trigger: Trigger) -> EntityMention | None:
    """The weapon of a second clause without a verb: "a missile hit the port and *two rockets* the bridge"."""
    token = doc[trigger.token]
    if trigger.frame not in GAPPING or token.pos_ != "VERB":
        return None
    mentions: Mapping[int, EntityMention] = doc._.mentions
    for i in range(token.i + 1, token.sent.end):
        weapon = mentions.get(i)
        if weapon is None or weapon.category is not Category.WEAPON or doc[i].dep_ != "conj":
            continue
        above = mentions.get(doc[i].head.i)
        if above is not None and above.category is not Category.WEAPON:
            return weapon
    return None


def attack_type(event: EventMention, mentions: Mapping[int, EntityMention]) -> str | None:
    """The concept of an attack: its trigger's, or what weapons, targets and perpetrators make of it."""
    actors = [mentions[root] for root in event.fillers(Role.PERPETRATOR)]
    if event.trigger.frame in SUICIDAL and any(_is_suicide_bomber(actor) for actor in actors):
        return "SuicideBombing"
    told = event.trigger.type
    found = (_type_by_weapons(event, mentions) if told in VAGUE else None) or told
    targets = (mentions[root] for root in event.fillers(Role.TARGET))
    if found == "ArmedAssault" and any(target.type == "Protesters" for target in targets):
        return "ExcessiveForce"
    flying = any(actor.label.lower().endswith(AIR_FORCES) for actor in actors)
    if found in VAGUE and event.trigger.frame == "strike" and flying:
        return "AirStrike"
    if found is None and event.trigger.frame == "strike" and any(actor.noun in GUNNERS for actor in actors):
        return "ArmedAssault"
    return found


def _type_by_weapons(event: EventMention, mentions: Mapping[int, EntityMention]) -> str | None:
    weapons = [mentions[root] for root in event.weapons]
    known = (ATTACK_TYPES[weapon.type] for weapon in weapons if weapon.type in ATTACK_TYPES)
    by_aircraft = any(w.category is Category.FACILITY and w.type == "Aircraft" for w in weapons)
    return "AirStrike" if by_aircraft else next(known, None)


def _is_suicide_bomber(actor: EntityMention) -> bool:
    label = actor.label.lower()
    return "suicide" in label and "bomb" in label
