"""Senses: words of violence that tell of none.

Figures of speech ("fired his minister"), plays and exercises ("a mock assault"), accidents and nature ("a bus
plunged into a ravine, killing 20"), and what somebody did not do ("instead of attacking").
"""

import re
from collections.abc import Collection, Iterator

from spacy.tokens import Span, Token

from builder.components.annotations import Category, EntityMention
from builder.components.complements import prepositional
from builder.components.lexicon import ancestors
from builder.components.syntax import is_passive, subject_of
from builder.patterns import load

WORDS = load("senses")
SHOOTING = frozenset(("shoot", "fire"))
HABITUAL = frozenset(WORDS["habitual"])
NOT_OBJECTS = {lemma: frozenset(objects) for lemma, objects in WORDS["not_objects"].items()}
ACCIDENTS = tuple(WORDS["accidents"])
DOUBTS = frozenset(WORDS["doubts"])
OF_NATURE = frozenset(WORDS["of_nature"])
DRIVEN = frozenset(WORDS["driven"])
RUNNING_OVER = frozenset(("hit", "strike"))
FALLING = frozenset(WORDS["falling"])
CRASHING = frozenset(WORDS["crashing"])
OF_FORCE = frozenset(WORDS["of_force"])  # beside one of these a crash may be no accident
MOCK = frozenset(WORDS["mock"])
REHEARSING = frozenset(WORDS["rehearsing"])
EXERCISES = frozenset(WORDS["exercises"])
PRACTICE_TARGETS = frozenset(WORDS["practice_targets"])
FICTION = frozenset(WORDS["fiction"])
TELLING = frozenset(WORDS["telling"])
TALKERS = frozenset(WORDS["talkers"])  # those who attack with words
TALKED = frozenset(WORDS["talked"])
MESSAGES = frozenset(WORDS["messages"])
SPORTING = frozenset(WORDS["sporting"])
DISPOSERS = frozenset(WORDS["disposers"])  # those who destroy bombs that were found
SCORE = re.compile(r"\b\d{1,3}[-–]\d{1,3}\b")
SCORED = (
    5  # tokens after a passive in which its score stands: "were beaten 1-0", of which three are the score
)
BLOWS = frozenset(WORDS["blows"])
UNSTOLEN = frozenset(WORDS["unstolen"])
GETTING_AWAY = frozenset(WORDS["getting_away"])
SPANS = frozenset(WORDS["spans"])
TESTS = frozenset(WORDS["tests"])
EXPLOSIONS = frozenset(("explosion", "blast", "detonation", "fire"))
CAUSAL = frozenset(("by", "in", "from", "of", "during", "with"))
WITHIN = frozenset(("in", "during", "at"))
DEADLY = frozenset(
    ("kill", "die", "injure", "hurt", "lose")
)  # frames of what may befall people without an attack
BY_NATURE = DEADLY | {"strike", "damage"}
OBJECTS = frozenset(("dobj", "nsubjpass"))


def is_unmeant(word: Token) -> bool:
    """Whether a word that a model takes for a trigger tells of no violence."""
    return is_staged(word) or is_figurative(word) or is_accidental(word, "strike")


def is_undone(trigger: Token) -> bool:
    """Whether somebody did not do it: "without *warning*", "instead of *attacking* the base"."""
    above = trigger.head
    if trigger.dep_ not in ("pcomp", "pobj"):
        return False
    return above.lower_ == "without" or (above.i > 0 and above.nbor(-1).lower_ == "instead")


# Figures of speech


def is_figurative(verb: Token) -> bool:
    """Whether those who act, or what is acted on, tell that no force is meant: "*struck* a deal"."""
    objects = [child for child in verb.children if child.dep_ in OBJECTS]
    lemma = verb.lemma_.lower()
    if lemma in NOT_OBJECTS:
        acted_on = [*objects, verb.head] if verb.dep_ == "acl" and verb.tag_ == "VBN" else objects
        if any(token.lemma_.lower() in NOT_OBJECTS[lemma] for token in acted_on):
            return True
    if lemma == "fire":  # one fires weapons: "*fired* his minister"
        aimed = any(
            child.lower_ in ("on", "upon", "at", "into") and not child.ent_type_ for child in verb.rights
        )
        return not aimed and any(_is_actor(token) for token in objects)
    return (
        _is_of_words(verb)
        or _is_criticism(verb)
        or _is_of_sport(verb)
        or _is_disposal(verb)
        or _is_survival(verb)
    )


def _is_of_sport(verb: Token) -> bool:
    """Whether a score follows: "Spain *beat* the Netherlands 1-0", "were *beaten* 1-0"."""
    if verb.lemma_.lower() not in SPORTING:
        return False
    if verb.lemma_ == "beat" and any(_is_country(child) for child in verb.children if child.dep_ in OBJECTS):
        return True  # "Spain *beat* Chile": nobody beats a country with sticks
    after = verb.doc[verb.i + 1 : verb.sent.end if verb.tag_ != "VBN" else verb.i + SCORED].text
    return SCORE.search(after) is not None


def _is_country(token: Token) -> bool:
    mention = token.doc._.mentions.get(token.i)
    return mention is not None and mention.category is Category.PLACE and mention.type == "country"


def _is_disposal(verb: Token) -> bool:
    """Whether experts destroy a find: "a bag was *blown up by a robot*"."""
    by = [filler for slot, filler in prepositional(verb) if slot == "by"]
    subject = None if is_passive(verb) else subject_of(verb)
    doers = by if subject is None else [*by, subject]
    return any(token.lemma_.lower() in DISPOSERS for token in doers)


def _is_survival(verb: Token) -> bool:
    """Whether who got away took nothing of others: "escaped *with a wound*", "fled *with her children*"."""
    if verb.lemma_.lower() not in GETTING_AWAY:
        return False
    taken = [filler for slot, filler in prepositional(verb) if slot == "with"]
    return any(token.lemma_.lower() in UNSTOLEN or _is_actor(token) for token in taken)


def _is_actor(token: Token) -> bool:
    mention = token.doc._.mentions.get(token.i)
    return mention is not None and mention.category is Category.ACTOR


def _is_of_words(verb: Token) -> bool:
    """Whether somebody attacks with words: "the *senator attacked* the president", "*with complaints*"."""
    if verb.lemma_.lower() not in TALKED:
        return False
    passive = is_passive(verb)
    by = [filler for slot, filler in prepositional(verb) if slot == ("by" if passive else "with")]
    subject = None if passive else subject_of(verb)
    talked = subject is not None and subject.lemma_.lower() in TALKERS
    return talked or any(token.lemma_.lower() in (TALKERS if passive else MESSAGES) for token in by)


def _is_criticism(verb: Token) -> bool:
    """Whether "fire" and "attack" are words: "came under fire *for his remarks*", "*over* prices"."""
    under = [filler for slot, filler in prepositional(verb) if slot == "under"]
    blows = [filler for filler in under if filler.lemma_.lower() in BLOWS]
    phrases = [slot for token in (verb, *blows) for slot in prepositional(token)]
    return bool(blows) and any(_is_ground(slot, filler) for slot, filler in phrases)


def _is_ground(slot: str, filler: Token) -> bool:
    lemma = filler.lemma_.lower()
    return slot == "over" or (slot == "for" and lemma not in SPANS) or (slot == "from" and lemma in TALKERS)


# Plays and exercises


def is_criticism(noun: Token) -> bool:
    """Whether an attack is one of words: "launched an *attack* on his *budget*"."""
    objects = NOT_OBJECTS.get(noun.lemma_.lower(), frozenset())
    return any(
        slot in ("on", "against") and filler.lemma_.lower() in objects for slot, filler in prepositional(noun)
    )


def is_staged(trigger: Token) -> bool:
    """Whether what is told is only played: in an exercise, a film, a test of a weapon."""
    about = (trigger, *(child for child in trigger.children if child.dep_ in OBJECTS))
    if any(child.lower_ in MOCK for token in about for child in token.lefts):
        return True
    if trigger.i > 1 and trigger.nbor(-1).text == "-" and trigger.nbor(-2).lower_ in TESTS:
        return True  # "test-fired"
    return _is_rehearsed(trigger) or _is_in_play(trigger) or _is_part_of_play(trigger)


def _is_rehearsed(trigger: Token) -> bool:
    """Whether it is only practised, or told by a work of fiction: "the novel *tells* how gunmen storm"."""
    above = trigger.head
    if trigger.dep_ in ("dobj", "nsubjpass", "xcomp") and above.lemma_.lower() in REHEARSING:
        return True
    subject = subject_of(above) if trigger.dep_ in ("ccomp", "dobj") else None
    told = above.lemma_.lower() in TELLING and subject is not None
    return told and subject is not None and _is_fiction(subject)


def _is_fiction(noun: Token) -> bool:
    lemma = noun.lemma_.lower()
    return not FICTION.isdisjoint((lemma, *(f"{left.lower_} {lemma}" for left in noun.lefts)))


def _is_play(noun: Token) -> bool:
    return noun.lemma_.lower() in EXERCISES or _is_fiction(noun)


def _is_in_play(trigger: Token) -> bool:
    """Whether its clause is set in a play: "a *drill* in which gunmen stormed", "in the *game*, players"."""
    if trigger.dep_ == "relcl" and _is_play(trigger.head):
        inside = (child.lower_ for child in trigger.subtree if child.i < trigger.i)
        return not {"which", "where"}.isdisjoint(inside)
    if trigger.pos_ == "NOUN" and any(slot == "of" and _is_fiction(f) for slot, f in prepositional(trigger)):
        return True  # "the shooting of a film"
    if trigger.dep_ == "pobj" and trigger.head.lower_ in ("about", "on") and _is_fiction(trigger.head.head):
        return True  # "a thriller *about* the *abductions*"
    settings = [(slot, filler) for slot, filler in prepositional(trigger) if slot in WITHIN]
    aimed_at = {child.lemma_.lower() for child in trigger.children if child.dep_ in OBJECTS}
    practised = any(filler.lemma_.lower() in EXERCISES for _, filler in settings)
    told = any(slot == "in" and _is_fiction(filler) for slot, filler in settings)
    return told or (practised and not PRACTICE_TARGETS.isdisjoint(aimed_at))


def _is_part_of_play(trigger: Token) -> bool:
    """Whether it is told that it belonged to a play: "the blast was *part of the shooting of a film*"."""
    if trigger.dep_ != "nsubj" or trigger.head.lemma_ != "be":
        return False
    words = (
        below.lemma_.lower()
        for child in trigger.head.rights
        if child.dep_ == "attr"
        for below in child.subtree
    )
    return not (EXERCISES | FICTION).isdisjoint(words)


# Accidents and nature


def is_accidental(trigger: Token, frame: str) -> bool:
    """Whether nobody did it: "the *earthquake* killed twelve", "a *bus plunged* down, killing 20"."""
    if frame == "explode":
        return _is_accident(trigger.sent)
    if frame == "launch_weapon":  # "*accidentally* dropped a grenade"
        return any(child.lower_ == "accidentally" for child in trigger.children)
    if trigger.pos_ != "VERB" or frame not in BY_NATURE:
        return False
    if _is_of_nature(trigger, by_itself=frame == "strike"):
        return True
    return frame in DEADLY and (_is_of_fire(trigger) or _is_of_crash(trigger))


def is_road_accident(verb: Token) -> bool:
    """Whether a car, bus or train hit people, and nobody is told to have steered it: "*struck* by a bus"."""
    if verb.lemma_.lower() not in RUNNING_OVER:
        followed = verb.dep_ == "advcl" and verb.tag_ == "VBG"  # "a bus hit a man, *killing* him"
        return followed and verb.head.i != verb.i and is_road_accident(verb.head)
    objects = [child for child in verb.children if child.dep_ in OBJECTS]
    what = _causes(verb, ("by",))
    driven = any(token.lemma_.lower() in DRIVEN for token in what if token not in objects)
    return driven and all(_is_actor(token) or token.pos_ == "PRON" for token in objects)


def _is_accident(sentence: Span) -> bool:
    """Whether a sentence tells that what exploded did so by accident, and does not doubt it."""
    words = sentence.text.lower()
    return any(cue in words for cue in ACCIDENTS) and not any(token.lower_ in DOUBTS for token in sentence)


def _causes(verb: Token, slots: Collection[str] = CAUSAL) -> Iterator[Token]:
    """What a verb's harm came from: its subject, and what it was "by", "in" or "from"."""
    yield from (filler for slot, filler in prepositional(verb) if slot in slots)
    subject = None if is_passive(verb) else subject_of(verb)
    if subject is not None:
        yield subject


def _is_of_nature(verb: Token, *, by_itself: bool) -> bool:
    """Whether nature or an accident did it; troops may strike "*in* a storm", but not "by" one."""
    causes = {token.lemma_.lower() for token in _causes(verb, ("by",) if by_itself else CAUSAL)}
    return bool(causes & OF_NATURE) or (bool(causes & EXPLOSIONS) and _is_accident(verb.sent))


def _is_of_fire(verb: Token) -> bool:
    """Whether a fire did it that is told first, and no gunfire: "*a fire* in a factory killed nine"."""
    fires = [token for token in _causes(verb) if token.lower_ in ("fire", "blaze")]
    return any([left.lower_ for left in fire.lefts] == ["a"] for fire in fires)


def _crashes(verb: Token) -> bool:
    """Whether a verb tells of a crash, or of something that falls by itself: "when a *tree fell* on them"."""
    subject = subject_of(verb)
    fell = subject is not None and subject.lemma_.lower() in FALLING
    return verb.lemma_.lower() in CRASHING or (fell and verb.lemma_.lower() in ("fall", "topple"))


def _is_of_crash(verb: Token) -> bool:
    """Whether a crash did it that nobody caused: "*plunged* into a ravine, killing 20"."""
    near = (verb.head, *(child for child in verb.children if child.dep_ == "advcl"))
    if not any(token.pos_ == "VERB" and _crashes(token) for token in near):
        return False
    # "crashed, killing nine; the army denied that a missile hit it": another clause tells of something else
    parts = [t.i for t in verb.sent if t.text == ";"]
    start = max((i for i in parts if i < verb.i), default=verb.sent.start)
    end = min((i for i in parts if i > verb.i), default=verb.sent.end)
    return OF_FORCE.isdisjoint(token.lemma_.lower() for token in verb.doc[start:end])


def is_habit(verb: Token) -> bool:
    """Whether somebody says what they never do: "its fighters *do not* target civilians"."""
    if any(child.lower_ in HABITUAL for child in verb.lefts):  # "who *usually* boast of their attacks"
        return True
    never = any(child.dep_ == "neg" for child in verb.lefts)
    never = never and not any(child.lower_ == "if" for child in verb.lefts)  # "*if* the army does not leave"
    return never and any(child.dep_ == "aux" and child.lower_ in ("do", "does") for child in verb.lefts)


def throws_arms(verb: Token) -> bool:
    """Whether what is thrown or laid down is a firearm: "*threw* the *gun* through a window" hits nobody."""
    found: dict[int, EntityMention] = verb.doc._.mentions
    things = (child.i for child in verb.children if child.dep_ in ("dobj", "nsubjpass"))
    return any("Firearm" in ancestors(found[i].type or "") for i in things if i in found)


def is_boast(verb: Token) -> bool:
    """Whether it is told what somebody does at all times: "*we fight* them", "who *fight* for a state"."""
    ours = any(child.lower_ == "we" and child.dep_ == "nsubj" for child in verb.lefts)
    theirs = verb.dep_ == "relcl" and any(child.lower_ == "who" for child in verb.lefts)
    bare = verb.tag_ == "VBP" and not any(child.dep_ == "aux" for child in verb.lefts)
    return (ours or theirs) and bare


def is_of_means(clause: Token) -> bool:
    """Whether a clause tells what became of the attackers' own: "with 20 boats, two of which were *sunk*"."""
    noun = clause.head
    return clause.dep_ == "relcl" and noun.dep_ == "pobj" and noun.head.lower_ == "with"


def is_answered(verb: Token) -> bool:
    """Whether those who are attacked shoot: "the soldiers *shot back*" tells of no attack of their own."""
    return verb.lemma_.lower() in SHOOTING and any(child.lower_ == "back" for child in verb.rights)
