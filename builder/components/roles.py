"""Roles: who and what fills the slots of each trigger, and which triggers tell of one event.

`builder.components.slots` finds the fillers, `builder.components.frames` says what they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

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
from builder.components.attackers import with_attackers
from builder.components.complements import coordinated, prepositional
from builder.components.entities import mention_at
from builder.components.frames import FRAMES, can_act, role_of
from builder.components.lexicon import ancestors
from builder.components.names import is_backer
from builder.components.needs import is_armed, is_idle
from builder.components.placing import placed
from builder.components.quantities import count_of_events
from builder.components.slots import event_slots, replying_verb
from builder.components.speakers import is_text, source_of, speaking_house
from builder.components.stand_ins import listed, stand_in
from builder.components.syntax import is_passive, subject_of
from builder.components.telling import is_teller
from builder.components.unlisted import as_facility, as_gunners, unlisted_mention
from builder.components.weapons import attack_type, borne_by, gapped_weapon, used_below
from builder.model import ActorKind, EventKind, Role
from builder.patterns import load

WORDS = load("roles")
SAME_SLOTS = frozenset(load("triggers")["same_event_slots"])
TITLES = frozenset(WORDS["titles"])
ORDERS = frozenset(WORDS["orders"])
ACTING_SLOTS = frozenset(("subject", "agent"))
EDGES = frozenset(WORDS["edges"])
STRIKING = frozenset(("strike", "damage", "kill"))
MOUNTS = frozenset(WORDS["mounts"])
CIVIL_CRAFT = frozenset(load("roles")["civil_craft"])
MEDIA = frozenset(load("roles")["media"])
OUTLETS = frozenset(("MediaOutlet", "NewsAgency"))
POSSESSIVES = frozenset(load("coreference")["possessives"])
ROLES = {role.value: role for role in Role}
SPEAKING = {
    "threaten": Role.ISSUER,
    "warn": Role.ISSUER,
    "demand": Role.ISSUER,
    "claim": Role.SPEAKER,
    "deny": Role.SPEAKER,
    "accuse": Role.SPEAKER,
}


@dataclass(slots=True)
class _Draft:
    """What has been found for one trigger so far; dictionaries to None are sets that keep their order."""

    doc: Doc
    trigger: Trigger
    mentions: dict[int, EntityMention]
    roles: dict[RoleFiller, None] = field(default_factory=dict)
    weapons: dict[int, None] = field(default_factory=dict)
    links: dict[tuple[Role, int], None] = field(default_factory=dict)
    same: dict[int, None] = field(default_factory=dict)

    def add(self, role: Role, root: int) -> None:
        """Put a mention in a role."""
        self.roles[RoleFiller(role, root)] = None

    def finished(self) -> EventMention:
        """The event mention that the draft has become."""
        found = (tuple(self.roles), tuple(self.weapons), tuple(self.links))
        return EventMention(self.trigger, *found, same=tuple(self.same))


def event_mentions(doc: Doc) -> tuple[EventMention, ...]:
    """Every event mention of the document, in the order of its triggers."""
    triggers: dict[int, Trigger] = doc._.triggers
    mentions: dict[int, EntityMention] = doc._.mentions
    drafts = [event for trigger in triggers.values() for event in _drafts(doc, trigger, triggers, mentions)]
    drafts.sort(key=lambda event: event.trigger.token)
    events = (_completed(doc, draft, triggers, mentions) for draft in drafts)
    told = [event for event in events if is_armed(event) and not is_idle(doc, event)]
    return placed(doc, with_attackers(doc, told))


def _drafts(
    doc: Doc, trigger: Trigger, triggers: Mapping[int, Trigger], mentions: dict[int, EntityMention]
) -> Iterator[EventMention]:
    """The event mention of a trigger, and that of a second clause which shares its verb."""
    gapped = gapped_weapon(doc, trigger)
    draft = _Draft(doc, trigger, mentions)
    for slot, head in event_slots(doc[trigger.token], triggers):
        for item, filler in _fillers(slot, head, mentions):
            if item.i != filler.i and item.i in triggers:
                _relate(draft, slot, triggers[item.i])
            for facility in listed(filler, mentions):
                draft.add(Role.TARGET, facility)
            if filler.i in triggers:
                _relate(draft, slot, triggers[filler.i])
            elif gapped is None or filler.i < gapped.start:
                _assign(draft, _own_slot(draft, slot, head, filler), filler)
    yield draft.finished()
    if gapped is not None:
        yield from _gapped_event(_Draft(doc, replace(trigger, token=gapped.root), mentions), gapped)


def _fillers(slot: str, head: Token, mentions: Mapping[int, EntityMention]) -> Iterator[tuple[Token, Token]]:
    """Each item of a list in a slot, with what it stands for: a barrage of *missiles and drones*."""
    if slot == "modifier":
        yield head, stand_in(head, mentions)
        return
    for item in coordinated(head):
        filler = stand_in(item, mentions)
        yield from ((item, other) for other in ((filler,) if filler.i == item.i else coordinated(filler)))


def _gapped_event(draft: _Draft, weapon: EntityMention) -> Iterator[EventMention]:
    """The event of a clause without a verb: its own weapon, and what follows it as the target."""
    draft.weapons[weapon.root] = None
    doc = draft.doc
    for i in range(weapon.end, doc[weapon.root].sent.end):
        mention = draft.mentions.get(i)
        if mention is not None and mention.category in (Category.FACILITY, Category.PLACE):
            before = doc[mention.start - 1].lower_
            _assign(draft, before if before in FRAMES[draft.trigger.frame] else "object", doc[i])
            yield draft.finished()
            return


def _own_slot(draft: _Draft, slot: str, head: Token, item: Token) -> str:
    """The slot of one item of a list: a facility coordinated with a place is an item of the object's list."""
    if slot == "on" and head.lemma_.lower() in EDGES:
        return "in"  # "*on the edge* of Goma"
    if slot == "of" and draft.trigger.frame == "accuse" and draft.doc[draft.trigger.token].pos_ == "NOUN":
        return "by"  # "the allegations *of the rebels* that the army shelled them"
    first, other = draft.mentions.get(head.i), draft.mentions.get(item.i)
    if first is None or other is None:
        return slot
    is_verb = draft.doc[draft.trigger.token].pos_ == "VERB"
    if item.i != head.i and first.category is Category.PLACE and other.category is Category.FACILITY:
        return "object" if is_verb else "on"
    return "in" if slot == "on" and is_verb and other.category is Category.PLACE else slot


def _relate(draft: _Draft, slot: str, other: Trigger) -> None:
    """Link another trigger in a slot: what a statement is about, or the same attack: "killed in a *raid*"."""
    trigger = draft.trigger
    if other.token == trigger.token:
        return
    event_role = FRAMES[trigger.frame].get(slot, {}).get("event")
    if event_role is not None:
        draft.links[ROLES[event_role], other.token] = None
    elif replying_verb(draft.doc[other.token]) is not None:
        return  # "answered that attack with *raids*"
    elif trigger.kind is other.kind is EventKind.ATTACK and slot in SAME_SLOTS:
        draft.same[other.token] = None
    elif (
        trigger.kind is other.kind is EventKind.ATTACK
        and slot == "object"
        and trigger.frame == "launch_weapon"
    ):
        draft.same[other.token] = None  # "launched a *barrage* of missiles"


def _assign(draft: _Draft, slot: str, filler: Token) -> None:
    """Put what fills a slot where the trigger's frame says."""
    mention = _mention_in(draft, slot, filler)
    if mention is None:
        return
    match _told_role(draft, slot, mention, filler):
        case "weapon":
            draft.weapons[mention.root] = None
            if slot in ACTING_SLOTS:  # "an *Israeli* missile hit the port"
                _add_owners(draft, mention)
        case "vehicle":
            draft.weapons[mention.root] = None
            _add_owners(draft, mention)
        case "craft":
            _add_owners(draft, mention)
        case "struck":
            _turn_on_subject(draft, mention)
        case str(role) if role in ROLES:
            _add_in_role(draft, ROLES[role], slot, mention)
    if slot in ACTING_SLOTS:
        draft.weapons.update(dict.fromkeys(borne_by(filler)))


def _told_role(draft: _Draft, slot: str, mention: EntityMention, filler: Token) -> str | None:
    """The role by the frame; of "*rockets* fired at the base killed two" the subject is what is fired."""
    role = role_of(slot, mention, filler, draft.trigger.frame)
    if role == "vehicle" and slot == "object" and draft.weapons and draft.trigger.frame == "explode":
        return Role.TARGET.value  # "a car bomb rammed a *truck*"; who rams one into a gate comes first
    if role != "craft" or slot != "subject" or draft.trigger.frame != "launch_weapon":
        return role
    objects = any(child.dep_ == "dobj" for child in draft.doc[draft.trigger.token].children)
    return role if objects else "weapon"


def _add_in_role(draft: _Draft, role: Role, slot: str, mention: EntityMention) -> None:
    """Put a mention in a role of the model, unless it stands for something else there."""
    body = mention.kind is ActorKind.ORGANIZATION and role is Role.VICTIM and mention.noun != "police"
    if _is_no_place(draft, role, slot, mention):
        return
    if role is Role.VICTIM and slot == "object" and is_teller(draft.doc[mention.root]):
        return
    if body and (
        mention.number.stated or mention.number.at_least
    ):  # "twelve Civil Guards", "dozens of forces"
        draft.mentions[mention.root] = replace(mention, kind=ActorKind.GROUP)
        draft.add(role, mention.root)
    elif body:
        _add_as_person(draft, mention)
    elif role is Role.PERPETRATOR and slot == "subject" and _is_weapon_again(draft, mention):
        draft.weapons.update(dict.fromkeys(_last_weapon(draft, draft.doc[mention.root])))
    else:
        draft.add(role, mention.root)


def _is_no_place(draft: _Draft, role: Role, slot: str, mention: EntityMention) -> bool:
    """Whether a thing acts or is moved itself: "moved *30 tanks*", "*radars* destroyed drones"."""
    moved = role in (Role.ORIGIN, Role.DESTINATION) and slot == "object" and _is_vehicle(mention)
    if slot in ("on", "via") and mention.label.lower() in MEDIA:  # "claimed the attack *on Telegram*"
        return True
    if role is Role.LOCATION and draft.trigger.frame == "die" and mention.type == "Hospital":
        return True  # "three more *died in hospital*"
    if role is Role.LOCATION and mention.noun in MOUNTS:  # "shot by gunmen *on a motorcycle*"
        return True
    own = role is Role.TARGET and slot == "on" and mention.type in OUTLETS
    if own and draft.doc[mention.start].lower_ in POSSESSIVES:  # "claimed the attack *on its radio station*"
        return True
    return moved or (role is Role.TARGET and slot == "subject" and _acts_on_something(draft))


def _mention_in(draft: _Draft, slot: str, filler: Token) -> EntityMention | None:
    """The mention that fills a slot; a house that speaks is its body, and a word of a date is nobody."""
    if any(time.start <= filler.i < time.end for time in draft.doc._.times):
        return None  # "the *May* 22 bombing"
    speaks = draft.trigger.frame in SPEAKING and slot in ("subject", "agent")
    house = speaking_house(draft.doc, filler) if speaks else None
    retold = as_facility(draft.trigger, slot, filler) or as_gunners(draft.trigger, slot, filler)
    mention = house or retold or mention_at(draft.doc, filler)
    mention = mention or unlisted_mention(draft.trigger, slot, filler)
    if mention is None or slot != "modifier":
        return mention
    is_word = _is_carrier(mention, draft.trigger) or is_backer(draft.doc, mention.end)
    return None if is_word else mention


def _is_carrier(mention: EntityMention, trigger: Trigger) -> bool:
    """Whether a modifier is part of the trigger's own words, or a title: a "*truck* bombing"."""
    if mention.name is None and mention.noun in TITLES:
        return True
    return mention.noun in trigger.lemma.split() and mention.category is not Category.WEAPON


def _is_weapon_again(draft: _Draft, mention: EntityMention) -> bool:
    """Whether a pronoun stands for a weapon told before: "a bomb was left in a car; *it went off*"."""
    is_it = mention.is_pronoun and mention.label.lower() == "it" and draft.trigger.frame == "explode"
    pronoun = draft.doc[mention.root]
    one_of = pronoun.lower_ == "them" and pronoun.head.lower_ == "of" and draft.trigger.frame in STRIKING
    weapons = _last_weapon(draft, pronoun) if is_it or one_of else []
    # "two missiles came; *one of them* hit a bus"
    flew = all("Projectile" in ancestors(draft.mentions[root].type or "") for root in weapons)
    return bool(weapons) and (is_it or flew)


def _last_weapon(draft: _Draft, pronoun: Token) -> list[int]:
    """The weapon told last before a pronoun, in its sentence or in the one before; none or one."""
    sentence = pronoun.sent
    first = draft.doc[max(0, sentence.start - 1)].sent.start
    before = (draft.mentions[i] for i in range(pronoun.i - 1, first - 1, -1) if i in draft.mentions)
    return [mention.root for mention in before if mention.category is Category.WEAPON][:1]


def _acts_on_something(draft: _Draft) -> bool:
    """Whether a verb of damage has an object, so that its subject did the damage."""
    verb = draft.doc[draft.trigger.token]
    return draft.trigger.frame == "damage" and any(child.dep_ == "dobj" for child in verb.rights)


def _is_vehicle(mention: EntityMention) -> bool:
    return mention.type is not None and "Vehicle" in ancestors(mention.type)


def _add_owners(draft: _Draft, craft: EntityMention) -> None:
    """Whose aircraft or ship it is: the state that its name says, as mover or perpetrator."""
    role = Role.MOVER if draft.trigger.kind is EventKind.MOVEMENT else Role.PERPETRATOR
    if role is Role.PERPETRATOR and craft.noun in CIVIL_CRAFT:
        return  # "the Russian *airliner* that broke apart, killing 224"
    for i in range(craft.start, craft.end):
        is_owner = i != craft.root and i in draft.mentions and can_act(draft.mentions[i])
        if is_owner and not is_backer(draft.doc, draft.mentions[i].end):  # "an *Iranian*-made drone"
            draft.add(role, i)
    for slot, filler in prepositional(draft.doc[craft.root]):  # "two jets *of the Myanmar military*"
        if slot == "of" and filler.i in draft.mentions and can_act(draft.mentions[filler.i]):
            draft.add(role, filler.i)


def _turn_on_subject(draft: _Draft, weapon: EntityMention) -> None:
    """Make what ran into a weapon the target: "the *convoy* struck a mine"."""
    draft.weapons[weapon.root] = None
    draft.roles = {_as_target(filler): None for filler in draft.roles}
    subject = subject_of(draft.doc[draft.trigger.token])
    mention = None if subject is None else draft.mentions.get(subject.i)
    if mention is not None and mention.category in (Category.FACILITY, Category.ACTOR):
        draft.add(Role.TARGET, mention.root)


def _as_target(filler: RoleFiller) -> RoleFiller:
    return RoleFiller(Role.TARGET, filler.root) if filler.role is Role.PERPETRATOR else filler


def _add_as_person(draft: _Draft, victim: EntityMention) -> None:
    """Take a name that was read as a body's for a person's: people are killed, known bodies are not."""
    if not victim.noun and victim.entry is None:
        draft.mentions[victim.root] = replace(victim, kind=ActorKind.PERSON)
        draft.add(Role.VICTIM, victim.root)


def _completed(
    doc: Doc, event: EventMention, triggers: Mapping[int, Trigger], mentions: Mapping[int, EntityMention]
) -> EventMention:
    """The event mention with its speaker, the weapons of clauses below it, its types and its count."""
    token = doc[event.trigger.token]
    # "men *armed* with rifles were *seen* crossing the river": only an attack has weapons
    is_attack = event.trigger.kind is EventKind.ATTACK
    weapons = tuple(dict.fromkeys((*event.weapons, *used_below(token)))) if is_attack else ()
    told = replace(_spoken_by_first(event, token, mentions), weapons=weapons)
    concept = attack_type(told, mentions) if is_attack else event.trigger.type
    count = count_of_events(token) if token.i in triggers else None
    return replace(told, types=(concept,) if concept else (), count=count)


def _spoken_by_first(
    event: EventMention, token: Token, mentions: Mapping[int, EntityMention]
) -> EventMention:
    """Give a warning or claim whose subject the parser lost in a long sentence the sentence's first actor."""
    role = SPEAKING.get(event.trigger.frame)
    # "…, *threatening* to bomb the area", "issued an order *giving* them a day to leave"
    participle = token.tag_ == "VBG" and (token.dep_ == "advcl" or _is_of_order(token))
    stands_free = (token.dep_ in ("ROOT", "ccomp", "conj") and token.pos_ == "VERB") or participle
    if role is None or not stands_free or is_passive(token):
        return event
    roles = tuple(f for f in event.roles if f.role is not role or not _is_bracketed(f.root, token))
    subjects = (child for child in token.children if child.dep_ in ("nsubj", "expl") and not is_text(child))
    if any(f.role is role for f in roles) or any(not _is_bracketed(one.i, token) for one in subjects):
        return replace(event, roles=roles)
    subject = subject_of(token)
    behind = None if subject is None else source_of(token.doc, subject)
    before = (mentions[i] for i in range(token.sent.start, token.i) if i in mentions)
    first = behind or next((mention for mention in before if can_act(mention)), None)
    found = () if first is None else (RoleFiller(role, first.root),)
    return replace(event, roles=(*found, *roles))


def _is_of_order(participle: Token) -> bool:
    """Whether a participle says what a text orders that somebody gave out."""
    noun = participle.head
    return participle.dep_ == "acl" and noun.dep_ == "dobj" and noun.lemma_.lower() in ORDERS


def _is_bracketed(inner: int, verb: Token) -> bool:
    """Whether a token before a verb stands in brackets that the verb does not: no subject of it."""
    between = [token.text for token in verb.doc[inner : max(inner, verb.i)]]
    return between.count(")") > between.count("(")


@Language.factory(
    "polemos_roles",
    requires=[
        "doc._.mentions",
        "doc._.heads",
        "doc._.times",
        "doc._.triggers",
        "token.dep",
        "token.tag",
        "token.lemma",
    ],
    assigns=["doc._.event_mentions"],
)
def create_roles(nlp: Language, name: str) -> "RoleFinder":
    """Make the component; it has no settings."""
    register_extensions()
    return RoleFinder()


class RoleFinder:
    """Writes `doc._.event_mentions`, a tuple of `EventMention` in the order of the text.

    A noun that the lexicon lacks becomes a mention where only people or things stand: `doc._.mentions` grows.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = event_mentions(doc)
        return doc
