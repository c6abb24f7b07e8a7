"""Mentions that only their place in a sentence tells: of nouns and names that no lexicon has.

Only people are killed, only things are blown up, and who is blamed is somebody. Each becomes a mention of
its document.
"""

from dataclasses import replace

from spacy.tokens import Token

from builder.components.annotations import Category, EntityMention, Name, Trigger
from builder.components.entities import facility_mention, person_mention
from builder.components.frames import FRAMES, GENERIC
from builder.components.syntax import is_passive
from builder.geonames import open_index
from builder.model import ActorKind, Role
from builder.patterns import load

NO_PEOPLE = frozenset((*load("attribution")["nobody"], *load("roles")["no_people"]))
WRECKING = frozenset(("Bombing", "Arson", "Sabotage", "PropertyDestruction"))  # types of attacks on things
SUFFERING = frozenset(("object", "subject", "of"))  # slots of nothing but those who are harmed
COUNTING = frozenset(("DATE", "TIME", "CARDINAL"))  # spaCy's entities that are no people and no things
COUNTED = frozenset(load("attribution")["tolls"])
CREWED = frozenset(load("roles")["crewed"])  # nouns of guns that also mean those who serve them
TELLING = frozenset(("tell", "warn"))
ASKING = frozenset(("demand", "warn"))  # frames of who is told to do something


def unlisted_mention(trigger: Trigger, slot: str, filler: Token) -> EntityMention | None:
    """The new mention of what fills a slot of a trigger; None where nothing tells what it is."""
    named = _named_person(trigger, slot, filler)
    return named or _harmed(trigger, slot, filler) or _blamed(trigger, slot, filler)


def as_gunners(trigger: Trigger, slot: str, filler: Token) -> EntityMention | None:
    """Guns of which nobody is told as those who fire them: "*the artillery* shelled the hills"."""
    mentions: dict[int, EntityMention] = filler.doc._.mentions
    guns = mentions.get(filler.i)
    if guns is None or guns.noun not in CREWED or not guns.definite or trigger.frame != "strike":
        return None
    if slot not in ("subject", "agent") or any(i in mentions for i in range(guns.start, guns.root)):
        return None
    mentions[filler.i] = replace(guns, category=Category.ACTOR, kind=ActorKind.GROUP, type="StateForces")
    return mentions[filler.i]


def as_facility(trigger: Trigger, slot: str, filler: Token) -> EntityMention | None:
    """A name that was read as a body's as that of a facility, where it is damaged: "the Corn Exchange"."""
    mentions: dict[int, EntityMention] = filler.doc._.mentions
    mention = mentions.get(filler.i)
    named = mention is not None and mention.kind is ActorKind.ORGANIZATION and mention.name is not None
    if mention is None or not named or mention.entry is not None or mention.noun:
        return None
    if trigger.frame != "damage" or slot != "object":
        return None
    mentions[filler.i] = replace(mention, category=Category.FACILITY, kind=None, type=None)
    return mentions[filler.i]


def _harmed(trigger: Trigger, slot: str, filler: Token) -> EntityMention | None:
    """A mention for a noun that the lexicon lacks, where only people, or only things, are harmed."""
    mentions: dict[int, EntityMention] = filler.doc._.mentions
    word = filler.doc[trigger.token]
    if not any(letter.isalpha() for letter in filler.text) or filler.lemma_.lower() in COUNTED:
        return None  # "== Victims ==", "the death *toll*"
    if (
        filler.pos_ != "NOUN"
        or filler.ent_type_ in COUNTING
        or not NO_PEOPLE.isdisjoint((filler.lower_, filler.lemma_))
    ):
        return None
    if filler.lower_ in trigger.lemma.split():  # "set *fire*"
        return None
    if slot == "of" and word.pos_ == "VERB":
        return None  # "died of his *wounds*"
    is_told = slot == "object" and trigger.frame in ASKING and _is_told_to(word)
    suffers = slot in SUFFERING and FRAMES[trigger.frame].get(slot, {}).get("actor") == Role.VICTIM.value
    if is_told or suffers:
        mentions[filler.i] = person_mention(filler)
    elif _is_wrecked(trigger, slot) and filler.lemma_.lower() not in GENERIC:
        mentions[filler.i] = facility_mention(filler)
    return mentions.get(filler.i)


def _named_person(trigger: Trigger, slot: str, filler: Token) -> EntityMention | None:
    """A mention for a name of several words that nothing knows, where only people are harmed."""
    suffers = FRAMES[trigger.frame].get(slot, {}).get("actor") == Role.VICTIM.value
    if filler.pos_ != "PROPN" or slot not in ("object", "subject") or not suffers:
        return None
    start = filler.i
    while start > filler.sent.start and filler.nbor(start - 1 - filler.i).dep_ == "compound":
        start -= 1
    capitalised = all(token.is_title and token.is_alpha for token in filler.doc[start : filler.i + 1])
    if start == filler.i or not capitalised or open_index().lookup(filler.doc[start : filler.i + 1].text):
        return None
    name = Name(start, filler.i + 1, (), "PERSON")
    mentions: dict[int, EntityMention] = filler.doc._.mentions
    mentions[filler.i] = replace(person_mention(filler), kind=ActorKind.PERSON, name=name, plural=False)
    return mentions[filler.i]


def _blamed(trigger: Trigger, slot: str, filler: Token) -> EntityMention | None:
    """A mention for a name that nothing knows, of those who are blamed: "blamed *Los Tlacos* for it"."""
    if trigger.frame != "accuse" or slot not in ("object", "on") or filler.pos_ != "PROPN":
        return None
    mentions: dict[int, EntityMention] = filler.doc._.mentions
    mentions[filler.i] = replace(person_mention(filler), kind=ActorKind.ORGANIZATION)
    return mentions[filler.i]


def _is_told_to(verb: Token) -> bool:
    """Whether a verb has an infinitive, so that its object is who is asked: "*masters* are advised to"."""
    contents = [child for child in verb.rights if child.dep_ in ("xcomp", "ccomp", "advcl")]
    if not is_passive(verb):  # "told the *coordinator* that she would"
        return verb.lemma_.lower() in TELLING and any(child.dep_ == "ccomp" for child in contents)
    return any(child.tag_ == "VB" for child in contents)


def _is_wrecked(trigger: Trigger, slot: str) -> bool:
    """Whether a slot is of what is damaged, blown up, set on fire: of things, whatever they are."""
    if slot == "object" and trigger.frame == "strike" and trigger.type in WRECKING:
        return True
    if trigger.frame == "explode" and slot in ("outside", "inside"):
        return True
    return trigger.frame == "damage" and slot in ("object", "subject")
