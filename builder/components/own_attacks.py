"""Whose attack a speaker tells of: one of their own, which is a claim, a denial or a threat, or another's."""

from spacy.tokens import Doc, Token

from builder.components.annotations import EntityMention, EventMention
from builder.components.relations import spoken_for
from builder.components.syntax import is_passive, subject_of
from builder.model import ActorKind, EventKind, Modality, Role
from builder.patterns import load

WORDS = load("attribution")
WE = frozenset(WORDS["we"])
OWN = frozenset(("its", "their", "our", "his", "her"))
OWN_BODIES = frozenset(WORDS["own_bodies"])
PROMISING = frozenset(WORDS["promising"])
ADMIT = frozenset(WORDS["admit"])
CARRYING_OUT = frozenset(WORDS["carrying_out"])
SUFFERING = frozenset(("suffer", "targeted", "die", "fall", "lose"))  # frames: the subject did nothing


def is_own(doc: Doc, event: EventMention, verb: Token, speaker: int) -> bool:
    """Whether speakers tell of an attack of their own.

    Who did it is the pronoun after the verb of saying, or whoever admits it: "admitted *killing* a teacher".
    """
    if event.trigger.kind is not EventKind.ATTACK:
        return False
    trigger = doc[event.trigger.token]
    subject = subject_of(trigger.head if _is_carried_out(trigger) else trigger)
    if subject is not None and subject.lower_ in WE:
        return not _befell(doc, event, subject)
    actors = event.fillers(Role.PERPETRATOR)
    if verb.lemma_.lower() in ADMIT and speaker in actors:
        return True
    body = doc._.mentions[spoken_for(doc, speaker)]
    admits = verb.lemma_.lower() in ADMIT or body.type == "ArmedGroup"
    admits = admits or is_announced(doc, event)  # "said *his gunners would* shoot"
    if body.kind is ActorKind.PERSON:  # "*Maduro* says *it* is out to destroy socialism"
        actors = tuple(i for i in actors if doc[i].lower_ != "it") or (speaker,)
    # "says the car *they had stolen* ran out of petrol", "that gunmen fired before *they fled*"
    aside = trigger.dep_ in ("relcl", "advcl")
    return bool(actors) and not aside and all(i > verb.i and _is_ours(doc, i, admits) for i in actors)


def _is_carried_out(trigger: Token) -> bool:
    """Whether an attack is a noun that a verb is said of by those who did it: "carried out the *attack*"."""
    return trigger.dep_ == "dobj" and trigger.head.lemma_.lower() in CARRYING_OUT


def _befell(doc: Doc, event: EventMention, subject: Token) -> bool:
    """Whether the subject of an attack suffered it: "*we* were attacked", "*we* came under fire"."""
    roles = {filler.role for filler in event.roles if filler.root == subject.i}
    suffered = event.trigger.frame in SUFFERING or is_passive(doc[event.trigger.token])
    return Role.PERPETRATOR not in roles and (bool(roles) or suffered)


def _is_ours(doc: Doc, actor: int, admits: bool) -> bool:
    """Whether an actor told of by a speaker is the speaker, or, where they admit it, "*its* members"."""
    mention: EntityMention = doc._.mentions[actor]
    is_body = mention.name is None and mention.definite and mention.noun in OWN_BODIES  # "the *group* had"
    owned = any(token.lower_ in OWN for token in doc[actor].lefts)
    # "said that *one of them* had led it" is of others
    is_self = mention.is_pronoun and doc[actor].head.lower_ != "of"
    return is_self or (admits and (owned or is_body))


def is_announced(doc: Doc, event: EventMention) -> bool:
    """Whether an attack of the speaker's own is told as to come: "*will* attack"."""
    trigger = doc[event.trigger.token]
    promised = any(child.dep_ == "aux" and child.lower_ in PROMISING for child in trigger.lefts)
    return promised and event.modality in (Modality.PLANNED, Modality.FEARED)
