"""Roles: what each slot of a trigger means, as patterns/frames.json tells, and which triggers tell of one event."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import (
    Category,
    EntityMention,
    EventMention,
    RoleFiller,
    Trigger,
    register_extensions,
)
from builder.components.syntax import Slot, coordinated, is_passive, noun_slots, prepositional, subject_of, verb_slots
from builder.components.entities import GROUPINGS, facility_mention, mention_at, person_mention
from builder.components.lexicon import ancestors
from builder.components.quantities import quantity_at, read_quantity
from builder.model import ActorKind, EventKind, Role
from builder.patterns import load

FRAMES: dict[str, dict[str, dict[str, str]]] = load("frames")
WORDS = load("triggers")
SUPPORT = frozenset(WORDS["support_verbs"])
NOBODY = frozenset(load("attribution")["nobody"])
GUNNERS = frozenset(WORDS["gunners"])
AROUND = frozenset(("in", "at", "near", "outside", "inside"))
LISTING = frozenset((":", "including"))
SUFFERING = frozenset(WORDS["suffering_verbs"])
PREVENTING = frozenset(WORDS["preventing_verbs"])
SHAKING = frozenset(WORDS["shaking"])
SAME_SLOTS = frozenset(WORDS["same_event_slots"])
RAISING = frozenset(WORDS["raising_verbs"])
OCCURRENCE = frozenset(WORDS["occurrence_verbs"])
WEAPON_REQUIRED = frozenset(WORDS["weapon_required"])
ATTACK_TYPES: dict[str, str] = WORDS["weapon_attack_types"]
PARTITIVES = frozenset(load("entities")["partitives"])
GENERIC = frozenset(load("entities")["generic_heads"])
ROLES = {role.value: role for role in Role}
EFFECTS = frozenset(("kill", "die", "injure", "damage"))


def _is_country(mention: EntityMention) -> bool:
    return mention.category is Category.PLACE and mention.country is not None and mention.type == "country"


def _event_slots(token: Token, trigger: Trigger, triggers: dict[int, Trigger]) -> Iterator[Slot]:
    """The slots of a trigger, and, for an event noun, those that its support verb holds for it."""
    if token.pos_ == "VERB":
        yield from verb_slots(token)
        yield from _below_objects(token)
        return
    yield from noun_slots(token)
    for slot, filler in prepositional(token):
        if slot == "of":  # "the evacuation of residents *to* the city"
            yield from ((below, what) for below, what in prepositional(filler) if below in ("to", "from"))
        elif slot == "by":  # "an air strike by the army *near* the town"
            yield from ((below, what) for below, what in prepositional(filler) if below in AROUND)
    for verb in _supporting_verbs(token, triggers):
        kept = verb.lemma_.lower() in SUPPORT and token.dep_ not in ("nsubj",) or is_passive(verb)
        dropped = ("object",) if kept else ("subject", "object")
        yield from _held_slots(verb, dropped)
        if verb.lemma_.lower() in SHAKING and token.dep_ == "nsubj" and verb.i not in triggers:
            yield from (("in", filler) for slot, filler in verb_slots(verb) if slot == "object")


def _held_slots(verb: Token, dropped: tuple[str, ...]) -> Iterator[Slot]:
    """The slots of a support verb; who survives or repels an attack does not commit it."""
    lemma = verb.lemma_.lower()
    for slot, filler in verb_slots(verb):
        if slot == "subject" and lemma in SUFFERING:
            yield "on", filler
        elif slot not in dropped and not (slot in ("subject", "agent") and lemma in PREVENTING):
            yield slot, filler


def _below_objects(verb: Token) -> Iterator[Slot]:
    """Phrases that the parser hung on what is acted on: "increased its forces in the north"."""
    for child in verb.children:
        if child.dep_ in ("dobj", "nsubjpass") and child.lemma_.lower() not in WORDS["closed_objects"]:
            yield from ((slot, filler) for slot, filler in prepositional(child) if slot != "of")
        elif child.dep_ == "agent":
            for actor in child.children:
                yield from ((slot, filler) for slot, filler in prepositional(actor) if slot in AROUND)


def _supporting_verbs(noun: Token, triggers: dict[int, Trigger]) -> Iterator[Token]:
    """The verbs that carry an event noun: "launched an attack", "the attack appears to have been staged by"."""
    verb = noun.head
    if noun.dep_ in ("nsubj", "nsubjpass", "dobj") and verb.pos_ in ("VERB", "AUX"):
        raised = next((child for child in verb.rights if child.dep_ == "xcomp"), None)
        if raised is not None and verb.lemma_.lower() in RAISING:
            verb = raised
        lemma = verb.lemma_.lower()
        if lemma in SUPPORT or (lemma in OCCURRENCE and verb.i not in triggers):
            yield verb
    yield from (
        child for child in noun.rights if child.dep_ in ("acl", "relcl") and child.lemma_.lower() in SUPPORT
    )


def _modifier_role(mention: EntityMention, token: Token, roles: dict[str, str]) -> str | None:
    """A demonym, an acronym or a possessive acts; another place name before an event noun is where it was."""
    if mention.category is Category.PLACE and _is_country(mention):
        acts = mention.noun == "demonym" or token.dep_ == "poss" or mention.label.replace(".", "").isupper()
        return roles.get("actor") if acts else roles.get("place")
    return roles.get(mention.category.value)


def _role_of(slot: str, mention: EntityMention, token: Token, frame: str) -> str | None:
    roles = FRAMES[frame].get(slot)
    if roles is None:
        return None
    if slot == "modifier" and token.tag_ == "PRP$":
        return Role.VICTIM.value if frame in ("kill", "die", "harm") else None
    if slot == "modifier":
        return _modifier_role(mention, token, roles)
    if mention.category is Category.PLACE and mention.noun == "demonym" and token.dep_ == "amod":
        return roles.get("actor") if token.head.lemma_.lower() in GENERIC else None
    role = roles.get(mention.category.value)
    if mention.category is Category.PLACE and role in ("perpetrator", "mover", "issuer", "speaker", "accused"):
        return role if _is_country(mention) or mention.name is not None and slot == "subject" else None
    return role


def _mention_at(doc: Doc, token: Token) -> EntityMention | None:
    return mention_at(doc, token)


def _stand_in(doc: Doc, token: Token) -> Token:
    """The state's own token for "US interests" and "Israeli targets", which stand for the state."""
    grouping = token.lemma_.lower() in GROUPINGS and token.i not in doc._.mentions
    if (token.lemma_.lower() in PARTITIVES and token.is_lower) or grouping:
        return next((below for slot, below in prepositional(token) if slot == "of"), token)
    if token.i in doc._.mentions or token.lemma_.lower() not in GENERIC:
        return token
    owners = (child for child in token.lefts if child.i in doc._.mentions)
    return next((child for child in owners if _is_country(doc._.mentions[child.i])), token)


@dataclass(slots=True)
class _Draft:
    """What has been found for one trigger so far."""

    roles: dict[RoleFiller, None]
    weapons: dict[int, None]
    links: dict[tuple[Role, int], None]
    same: dict[int, None]


def _fill(doc: Doc, trigger: Trigger, triggers: dict[int, Trigger]) -> EventMention:
    """The event mention of one trigger: its roles, its weapons and the triggers that it is linked to."""
    draft = _Draft({}, {}, {}, {})
    gapped = _gapped(doc, trigger)
    for slot, head in _event_slots(doc[trigger.token], trigger, triggers):
        for item in coordinated(head) if slot != "modifier" else (head,):
            filler = _stand_in(doc, item)
            for listed in _listed(doc, filler):
                draft.roles[RoleFiller(Role.TARGET, listed)] = None
            if filler.i in triggers:
                _relate(trigger, slot, triggers[filler.i], draft)
            elif gapped is None or filler.i < gapped.start:
                _assign(doc, trigger, _own_slot(doc, slot, head, filler, trigger), filler, draft)
    return EventMention(trigger, tuple(draft.roles), tuple(draft.weapons), tuple(draft.links), same=tuple(draft.same))


def _listed(doc: Doc, filler: Token) -> Iterator[int]:
    """The facilities of a list after a colon that spells out a generic word: "four sites were targeted: a …"."""
    if filler.i in doc._.mentions or filler.lemma_.lower() not in GENERIC:
        return
    sentence = filler.sent
    colon = next((i for i in range(filler.i, sentence.end) if doc[i].lower_ in LISTING), sentence.end)
    for i in range(colon + 1, sentence.end):
        mention = doc._.mentions.get(i)
        if mention is not None and mention.category is Category.FACILITY:
            yield i


def _own_slot(doc: Doc, slot: str, head: Token, item: Token, trigger: Trigger) -> str:
    """The slot of one item of a list: a facility coordinated with a place is an item of the object's list."""
    first, other = doc._.mentions.get(head.i), doc._.mentions.get(item.i)
    is_verb = doc[trigger.token].pos_ == "VERB"
    if first is None or other is None:
        return slot
    if item.i != head.i and first.category is Category.PLACE and other.category is Category.FACILITY:
        return "object" if is_verb else "on"
    return "in" if slot == "on" and is_verb and other.category is Category.PLACE else slot


def _relate(trigger: Trigger, slot: str, other: Trigger, draft: _Draft) -> None:
    """What another trigger in a slot is: what a statement is about, or the same attack ("killed in a *raid*")."""
    if other.token == trigger.token:
        return
    event_role = FRAMES[trigger.frame].get(slot, {}).get("event")
    if event_role is not None:
        draft.links[ROLES[event_role], other.token] = None
    elif trigger.kind is other.kind is EventKind.ATTACK and slot in SAME_SLOTS:
        draft.same[other.token] = None


def _assign(doc: Doc, trigger: Trigger, slot: str, filler: Token, draft: _Draft) -> None:
    mention = _mention_at(doc, filler) or _harmed(doc, trigger, slot, filler)
    if mention is None:
        return
    role = _role_of(slot, mention, filler, trigger.frame)
    if slot == "object" and role in ("origin", "destination") and _is_vehicle(mention):
        return  # "moved 30 tanks": they go, nobody goes to them
    if role == "weapon":
        draft.weapons[mention.root] = None
    elif role in ("vehicle", "craft"):
        if role == "vehicle":
            draft.weapons[mention.root] = None
        draft.roles.update(_owner(doc, mention, trigger))
    elif role == "struck":
        draft.weapons[filler.i] = None
        draft.roles = {_as_target(role_filler): None for role_filler in draft.roles}
        draft.roles.update(_moving_target(doc, trigger))
    elif role == Role.VICTIM.value and mention.kind is ActorKind.ORGANIZATION and mention.noun != "police":
        if not mention.noun and mention.entry is None:  # people are killed, bodies are not
            doc._.mentions[mention.root] = replace(mention, kind=ActorKind.PERSON)
            draft.roles[RoleFiller(Role.VICTIM, mention.root)] = None
    elif role in ROLES:
        draft.roles[RoleFiller(ROLES[role], mention.root)] = None
    if slot in ("subject", "agent"):
        draft.weapons.update(dict.fromkeys(_instruments(doc, filler)))


def _is_vehicle(mention: EntityMention) -> bool:
    return mention.type is not None and "Vehicle" in ancestors(mention.type)


def _harmed(doc: Doc, trigger: Trigger, slot: str, filler: Token) -> EntityMention | None:
    """A mention for a noun that the lexicon lacks, where only people, or only things, are harmed."""
    wanted = FRAMES[trigger.frame].get(slot, {})
    if filler.pos_ != "NOUN" or filler.ent_type_ in ("DATE", "TIME", "CARDINAL") or filler.lower_ in NOBODY:
        return None
    if wanted.get("actor") == Role.VICTIM.value:
        doc._.mentions[filler.i] = person_mention(filler)
    elif trigger.frame == "damage" and slot in ("object", "subject") and filler.lemma_.lower() not in GENERIC:
        doc._.mentions[filler.i] = facility_mention(filler)
    return doc._.mentions.get(filler.i)


def _as_target(filler: RoleFiller) -> RoleFiller:
    return RoleFiller(Role.TARGET, filler.root) if filler.role is Role.PERPETRATOR else filler


def _moving_target(doc: Doc, trigger: Trigger) -> dict[RoleFiller, None]:
    """What ran into a weapon: "the *convoy* struck a mine"."""
    subject = subject_of(doc[trigger.token])
    mention = None if subject is None else doc._.mentions.get(subject.i)
    if mention is None or mention.category not in (Category.FACILITY, Category.ACTOR):
        return {}
    return {RoleFiller(Role.TARGET, mention.root): None}


def _gapped(doc: Doc, trigger: Trigger) -> EntityMention | None:
    """The weapon of a second clause without a verb: "two missiles hit the port and *three rockets* the bridge"."""
    if trigger.frame not in ("land", "strike", "explode") or doc[trigger.token].pos_ != "VERB":
        return None
    sentence_end = doc[trigger.token].sent.end
    for i in range(trigger.token + 1, sentence_end):
        mention = doc._.mentions.get(i)
        if mention is None or mention.category is not Category.WEAPON or doc[i].dep_ != "conj":
            continue
        above = doc._.mentions.get(doc[i].head.i)
        if above is not None and above.category is not Category.WEAPON:
            return _mention_at(doc, doc[i])
    return None


def _gapped_event(doc: Doc, trigger: Trigger) -> EventMention | None:
    """The event of that second clause: its own weapon, and what follows it as the target."""
    weapon = _gapped(doc, trigger)
    if weapon is None:
        return None
    second = replace(trigger, token=weapon.root)
    draft = _Draft({}, {weapon.root: None}, {}, {})
    for i in range(weapon.end, doc[trigger.token].sent.end):
        mention = doc._.mentions.get(i)
        if mention is not None and mention.category in (Category.FACILITY, Category.PLACE):
            before = doc[mention.start - 1].lower_
            slot = before if before in FRAMES[trigger.frame] else "object"
            _assign(doc, second, slot, doc[i], draft)
            return EventMention(second, tuple(draft.roles), tuple(draft.weapons))
    return None


def _owner(doc: Doc, mention: EntityMention | None, trigger: Trigger) -> dict[RoleFiller, None]:
    """Whose aircraft or ship it is: the state that its name says, as mover or perpetrator."""
    if mention is None:
        return {}
    role = Role.MOVER if trigger.kind is EventKind.MOVEMENT else Role.PERPETRATOR
    owners = [i for i in range(mention.start, mention.end) if i != mention.root and i in doc._.mentions]
    return {RoleFiller(role, i): None for i in owners if perpetrator_like(doc._.mentions[i])}


def _instruments(doc: Doc, filler: Token) -> list[int]:
    """Weapons that an actor is said to use: "gunmen with rifles", "armed with machetes"."""
    found = []
    for child in filler.rights:
        if child.lower_ in ("with", "using", "wielding", "carrying", "armed", "packed", "laden", "loaded", "rigged", "filled", "wearing", "strapped"):
            found += [below.i for below in child.subtree if _is_weapon(_mention_at(doc, below))]
    return found


def _is_weapon(mention: EntityMention | None) -> bool:
    return mention is not None and mention.category is Category.WEAPON


def _used_weapons(doc: Doc, event: EventMention) -> EventMention:
    """The weapons of "using rockets", "armed with rifles" under the trigger, and of a weapon's own count."""
    token = doc[event.trigger.token]
    extra = []
    for child in token.children:
        if child.dep_ == "advcl" and child.lemma_.lower() in ("use", "fire", "throw", "detonate", "wield", "drop"):
            extra += [below.i for below in child.children if below.dep_ == "dobj" and _is_weapon(_mention_at(doc, below))]
    if not extra:
        return event
    return replace(event, weapons=tuple(dict.fromkeys([*event.weapons, *extra])))


def _typed(doc: Doc, event: EventMention) -> EventMention:
    """The event's types: the trigger's own, else what its weapons make of it, sharpened by suicide and aircraft."""
    if event.trigger.kind is not EventKind.ATTACK:
        return replace(event, types=(event.trigger.type,) if event.trigger.type else ())
    weapons = [doc._.mentions[root] for root in event.weapons]
    from_weapons = [ATTACK_TYPES[w.type] for w in weapons if w.type in ATTACK_TYPES]
    if any(w.category is Category.FACILITY and w.type == "Aircraft" for w in weapons):
        from_weapons.append("AirStrike")
    trigger_type = event.trigger.type
    vague = trigger_type is None or trigger_type in ("Bombing", "Bombardment")
    chosen = from_weapons[:1] if vague and from_weapons else [trigger_type] if trigger_type else []
    if chosen == ["ArmedAssault"] and event.fillers(Role.TARGET):
        chosen = _crowd_control(doc, event) or chosen
    perpetrators = [doc._.mentions[i] for i in event.fillers(Role.PERPETRATOR)]
    if not chosen and event.trigger.frame == "strike" and any(m.noun in GUNNERS for m in perpetrators):
        chosen = ["ArmedAssault"]
    if _is_suicide(doc, event):
        chosen = ["SuicideBombing"]
    return replace(event, types=tuple(chosen))


def _crowd_control(doc: Doc, event: EventMention) -> list[str]:
    against_protest = any(doc._.mentions[i].type == "Protesters" for i in event.fillers(Role.TARGET))
    return ["ExcessiveForce"] if against_protest else []


def _is_suicide(doc: Doc, event: EventMention) -> bool:
    actors = [doc._.mentions[i] for i in event.fillers(Role.PERPETRATOR)]
    bombing = event.trigger.frame in ("explode", "strike", "kill")
    return bombing and any("suicide" in actor.label.lower() and "bomb" in actor.label.lower() for actor in actors)


def event_mentions(doc: Doc) -> tuple[EventMention, ...]:
    """Every event mention of the document, in the order of its triggers."""
    triggers: dict[int, Trigger] = doc._.triggers
    found = []
    drafts = [_fill(doc, trigger, triggers) for trigger in triggers.values()]
    drafts += [second for trigger in triggers.values() if (second := _gapped_event(doc, trigger)) is not None]
    for draft in sorted(drafts, key=lambda event: event.trigger.token):
        event = _counted(doc, _typed(doc, _used_weapons(doc, _spoken_by_first(doc, draft))))
        trigger = event.trigger
        if trigger.kind is EventKind.ATTACK and trigger.frame in WEAPON_REQUIRED and not event.weapons:
            continue
        if not _is_idle(doc, event):
            found.append(event)
    return tuple(found)


def _counted(doc: Doc, event: EventMention) -> EventMention:
    """How many events a noun counts: "13 rocket attacks"."""
    token = doc[event.trigger.token]
    if token.tag_ != "NNS" or event.trigger.token not in doc._.triggers:
        return event
    first = doc[token.left_edge.i]  # "31 missile and drone attacks": the parser counts the missiles
    quantity = read_quantity(token)
    if quantity.stated is None and first.like_num:
        quantity = quantity_at(first)
    return replace(event, count=quantity.stated)


SPEAKING = {"threaten": Role.ISSUER, "warn": Role.ISSUER, "demand": Role.ISSUER, "claim": Role.SPEAKER,
            "deny": Role.SPEAKER, "accuse": Role.SPEAKER}  # fmt: skip


def _spoken_by_first(doc: Doc, event: EventMention) -> EventMention:
    """A warning or claim whose subject the parser lost in a long sentence is by the sentence's first actor."""
    role = SPEAKING.get(event.trigger.frame)
    token = doc[event.trigger.token]
    if role is None or token.dep_ not in ("ROOT", "ccomp", "conj") or is_passive(token) or token.pos_ != "VERB":
        return event
    roles = tuple(f for f in event.roles if f.role is not role or not _only_in_brackets(doc, f.root, token.i))
    has_subject = any(
        child.dep_ in ("nsubj", "expl") and not _only_in_brackets(doc, child.i, token.i) for child in token.children
    )
    if any(f.role is role for f in roles) or has_subject:
        return replace(event, roles=roles)
    before = (doc._.mentions.get(i) for i in range(token.sent.start, token.i))
    first = next((m for m in before if m is not None and m.category is Category.ACTOR), None)
    found = () if first is None else (RoleFiller(role, first.root),)
    return replace(event, roles=(*found, *roles))


def _only_in_brackets(doc: Doc, inner: int, outer: int) -> bool:
    """Whether one token stands in brackets that another does not: no subject of a verb outside."""
    between = [doc[i].text for i in range(min(inner, outer), max(inner, outer))]
    return between.count(")") > between.count("(") if inner < outer else False


def _is_idle(doc: Doc, event: EventMention) -> bool:
    """Whether a word of many senses ("fight", "increase", "leave", "hold") lacks any role of its frame here."""
    needed = NEEDED.get(event.trigger.frame)
    if needed is None:
        return False
    counted = any(c.like_num and c.dep_ in ("dobj", "nsubjpass") for c in doc[event.trigger.token].children)
    filled = [name for name in needed if event.fillers(Role(name))] or [*needed] * counted
    return len(filled) < len(needed) if event.trigger.lemma in BROAD else not filled


NEEDED: dict[str, list[str]] = load("roles")["needed"]
BROAD: frozenset[str] = frozenset(load("roles")["broad"])


@Language.factory(
    "polemos_roles",
    requires=["doc._.mentions", "doc._.triggers", "token.dep"],
    assigns=["doc._.event_mentions"],
)
def create_roles(nlp: Language, name: str) -> "RoleFinder":
    """Make the component; it has no settings."""
    register_extensions()
    return RoleFinder()


class RoleFinder:
    """Writes `doc._.event_mentions`, a tuple of `EventMention` in the order of the text."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = event_mentions(doc)
        return doc


def perpetrator_like(mention: EntityMention) -> bool:
    """Whether a mention can act: an actor, or a country that stands for its state."""
    return mention.category is Category.ACTOR or _is_country(mention)


