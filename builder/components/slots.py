"""Slots: what fills which place of a trigger in the parse, before a frame says what that means.

A slot is "subject", "object", "agent" (of a passive), "modifier" (of a noun) or a preposition. An event noun
also has the slots of the verb that carries it: "the army *launched* an attack".
"""

from collections.abc import Iterator, Mapping

from spacy.tokens import Token

from builder.components.annotations import Category, EntityMention, Trigger
from builder.components.complements import Slot, coordinated, described, prepositional
from builder.components.parse_labels import ANY_SUBJECT, NOMINAL, SUBJECTS, VERBAL
from builder.components.syntax import RELATIVE, SAYING, is_passive, is_verb_before_object, subject_of
from builder.model import EventKind
from builder.patterns import load

WORDS = load("triggers")
SUPPORT = frozenset(WORDS["support_verbs"])
OCCURRENCE = frozenset(WORDS["occurrence_verbs"])
RAISING = frozenset(WORDS["raising_verbs"])
SUFFERING = frozenset(WORDS["suffering_verbs"])
PREVENTING = frozenset(WORDS["preventing_verbs"])
REPLYING = frozenset(load("circumstances")["replying"])
SHAKING = frozenset(WORDS["shaking"])
GUARDING = frozenset(WORDS["guarding"])  # what forces are sent to guard is where they are sent
DEPLORING = frozenset(("condemn", "denounce", "deplore", "mourn", "regret"))
LEAVING = frozenset(("from", "out", "to"))  # "was shot as he came *from* a mosque in Bannu"
CAUSING = frozenset(("in", "during", "by"))
MEANWHILE = frozenset(("as", "while", "when"))
CLOSED = frozenset(WORDS["closed_objects"])  # a phrase after these belongs to them: "the base in the north"
COMPARING = frozenset(WORDS["comparing"])
CONDEMNING = frozenset(WORDS["condemning"])
BLAMING = frozenset(("blame", "pin"))
DENYING = frozenset(("deny", "reject", "dismiss"))
HUNG_ON_ACTORS = frozenset(("in", "at", "near", "outside", "inside", "on", "against"))
FALLING = frozenset(WORDS["falling_verbs"])
REACHED = frozenset(load("roles")["reached"])
WHERETO = frozenset(("in", "at", "to", "into"))
WHITHER = frozenset(("toward", "towards"))
AROUND = frozenset(("in", "at", "near", "outside", "inside"))
KILLINGS = frozenset(("killing", "murder", "assassination", "death"))
HARMFUL = frozenset(("kill", "harm", "injure", "strike"))


def event_slots(token: Token, triggers: Mapping[int, Trigger]) -> Iterator[Slot]:
    """The slots of a trigger, and, for an event noun, those that its support verb holds for it."""
    if token.pos_ == "VERB":
        yield from _verb_slots(token)
        trigger = triggers.get(token.i)
        stays = trigger is not None and trigger.kind is EventKind.ATTACK and trigger.type != "Abduction"
        for slot, filler in _below_objects(token):
            if not (stays and slot == "from" and _is_from(filler)):
                yield slot, filler
        yield from _below_origins(token)
        yield from _around(token, triggers)
        yield from _scenes(token)
        return
    token = first_noun(token, triggers[token.i].lemma) if token.i in triggers else token
    yield from _fallen_into(token)
    yield from _noun_slots(token)
    yield from _below_complements(token)
    yield from _causes_below(token, triggers)
    for verb in _supporting_verbs(token, triggers):
        yield from _held_slots(verb, token)
        if verb.lemma_.lower() in SHAKING and token.dep_ == "nsubj" and verb.i not in triggers:
            yield from (("in", filler) for slot, filler in _verb_slots(verb) if slot == "object")


def _fallen_into(noun: Token) -> Iterator[Slot]:
    """Who fell into what somebody laid, and where: "a *patrol* fell into an ambush near *Gao*"."""
    verb = noun.head.head
    if noun.dep_ != "pobj" or noun.head.lower_ != "into" or verb.lemma_.lower() not in FALLING:
        return
    harmed = "object" if is_passive(verb) else "subject"
    for slot, filler in _verb_slots(verb):
        if slot != "into":
            yield ("on" if slot == harmed else slot), filler


def _around(verb: Token, triggers: Mapping[int, Trigger]) -> Iterator[Slot]:
    """Where a verb's event was, told by the verb above it or by a clause on it."""
    above = verb.head
    if verb.dep_ == "xcomp" and above.lemma_.lower() in RAISING and is_passive(above):
        yield from (
            found for found in prepositional(above) if found[0] in AROUND
        )  # "*in Gao* are known to have"
    frame = triggers[verb.i].frame if verb.i in triggers else ""
    if frame == "move":
        yield from _reached(verb)
    for child in verb.rights:
        known = triggers.get(child.i)
        if child.dep_ not in ("advcl", "xcomp") or (known is not None and known.kind is EventKind.ATTACK):
            continue
        placed = any(slot in ("to", "in", "into") for slot, _ in prepositional(verb))
        if (
            frame == "deploy" and child.lemma_.lower() in GUARDING and not placed
        ):  # "sent to guard *the port*"
            yield from (("to", below) for below in child.rights if below.dep_ == "dobj")
        elif frame in HARMFUL and any(left.lower_ in MEANWHILE for left in child.lefts):
            yield from _places_below(child)  # "was killed as he left a rally *in Quito*"


def _scenes(verb: Token) -> Iterator[Slot]:
    """Where those were who are acted on: "opened fire on people *leaving a church in Katsina*"."""
    held = [child for child in verb.rights if child.dep_ == "dobj"]
    held += [filler for slot, filler in prepositional(verb) if slot in ("on", "at", "into")]
    clauses = (child for noun in held for child in noun.rights if child.dep_ == "acl" and child.tag_ == "VBG")
    mentions: Mapping[int, EntityMention] = verb.doc._.mentions
    for clause in clauses:
        yield from (found for found in _places_below(clause) if mentions[found[1].i].name is not None)


def _reached(flight: Token) -> Iterator[Slot]:
    """Where those came who fled, by the verb beside: "*arrived in Goma*, having fled from the fighting"."""
    near = [child for child in flight.rights if child.dep_ == "conj"]
    if flight.dep_ == "advcl" and flight.tag_ in ("VBN", "VBG"):
        near.append(flight.head)
    for verb in (each for each in near if each.lemma_.lower() in REACHED):
        yield from (("to", filler) for slot, filler in prepositional(verb) if slot in WHERETO)
        yield from (("to", child) for child in verb.rights if child.dep_ == "dobj")


def _places_below(clause: Token) -> Iterator[Slot]:
    """The places that a clause names after "in", "at" or "near"."""
    mentions: Mapping[int, EntityMention] = clause.doc._.mentions
    below = [child for child in clause.rights if child.dep_ == "dobj"]
    below += [filler for slot, filler in prepositional(clause) if slot in LEAVING or slot in AROUND]
    for head in (clause, *below):
        for slot, filler in prepositional(head):
            if slot in AROUND and filler.i in mentions and mentions[filler.i].category is Category.PLACE:
                yield slot, filler


def first_noun(token: Token, lemma: str) -> Token:
    """The noun that heads a trigger of several: the claim of a "*claim* of responsibility"."""
    above = token.head.head if token.dep_ == "pobj" else token
    return above if above.lemma_.lower() == lemma.partition(" ")[0] else token


def _verb_slots(verb: Token) -> Iterator[Slot]:
    """Every filler of a verb: subject, object, agent and each preposition."""
    subject = subject_of(verb)
    passive = is_passive(verb)
    if subject is not None:
        yield ("object" if passive else "subject"), subject
        yield from _where_weapon_was(subject)
        yield from (("object" if passive else "subject", other) for other in _other_subjects(verb, subject))
    yield from _objects(verb)
    yield from _one_of_several(verb)
    # "the base *that* gunmen attacked": the noun is the object, unless the verb has one of its own.
    relative = verb.dep_ == "relcl" and not passive and subject is not None and subject.i != verb.head.i
    if relative and not any(child.dep_ == "dobj" for child in verb.children):
        yield "object", verb.head
    if verb.dep_ == "relcl" and any(child.lower_ == "where" for child in verb.lefts):
        yield "in", verb.head  # "in Dublin, *where* its attacks killed 26"
    yield from _weapons_beside(verb)
    yield from _who_used(verb)
    for preposition, filler in prepositional(verb):
        if preposition == "in" and filler.lemma_.lower() == "direction":  # "fled *in the direction of* Goma"
            yield from (("to", below) for of, below in prepositional(filler) if of == "of")
            continue
        yield ("agent" if preposition == "by" and passive else preposition), filler
        yield from _weapons_hung_on(filler)
        if filler.ent_type_ in ("DATE", "TIME"):  # "were kidnapped on Monday night *in Machala*"
            yield from (found for found in prepositional(filler) if found[0] in AROUND)


def _who_used(clause: Token) -> Iterator[Slot]:
    """Who had the weapon that a clause is about: "*rebels* ended a truce with a *bomb* that killed two"."""
    weapon = clause.head
    mention: EntityMention | None = clause.doc._.mentions.get(weapon.i)
    armed = mention is not None and mention.category is Category.WEAPON
    if clause.dep_ != "relcl" or not armed or weapon.head.lower_ != "with":
        return
    verb = next((above for above in weapon.head.ancestors if above.pos_ == "VERB"), None)
    actor = None if verb is None else subject_of(verb)
    if actor is not None:
        yield "subject", actor


def _weapons_beside(verb: Token) -> Iterator[Slot]:
    """A weapon that the parser made a clause of, and what it hit: "with rifles and *grenades* on a van"."""
    mentions: Mapping[int, EntityMention] = verb.doc._.mentions
    clauses = (child for child in verb.rights if child.dep_ == "conj" and child.pos_ in NOMINAL)
    for clause in clauses:
        weapons = [below for below in clause.rights if below.dep_ == "dobj" and below.i in mentions]
        if any(mentions[weapon.i].category is Category.WEAPON for weapon in weapons):
            yield from (("with", weapon) for weapon in weapons)
            yield from prepositional(clause)


def _weapons_hung_on(filler: Token) -> Iterator[Slot]:
    """The weapons that the parser hung on the target: "opened fire on the wreck *with rifles*"."""
    mentions: Mapping[int, EntityMention] = filler.doc._.mentions
    for slot, what in prepositional(filler):
        if slot == "with" and what.i in mentions and mentions[what.i].category is Category.WEAPON:
            yield slot, what


def _other_subjects(verb: Token, first: Token) -> Iterator[Token]:
    """The subjects that an insertion parts from the first: "Israel and, since Sunday, *Britain* have"."""
    if any(child.dep_ == "cc" for child in first.rights):
        yield from (child for child in verb.lefts if child.dep_ in ANY_SUBJECT and child.i > first.i)


def _where_weapon_was(subject: Token) -> Iterator[Slot]:
    """Where the weapon was that did it: "a bomb *in a car park* killed two"."""
    mention: EntityMention | None = subject.doc._.mentions.get(subject.i)
    if mention is not None and mention.category is Category.WEAPON:
        yield from (found for found in prepositional(subject) if found[0] in AROUND)


def _one_of_several(verb: Token) -> Iterator[Slot]:
    """What is said to be among those acted on: "among the places *hit* were a *base* and a school"."""
    noun = verb.head
    if verb.dep_ != "acl" or noun.head.lower_ != "among" or noun.head.head.lemma_ != "be":
        return
    for child in noun.head.head.children:
        if child.dep_ in SUBJECTS or child.dep_ == "attr":
            yield "object", child


def _objects(verb: Token) -> Iterator[Slot]:
    if is_verb_before_object(verb):
        yield "object", verb.head
    acted_on = [child for child in verb.children if child.dep_ == "dobj" and child.lower_ not in RELATIVE]
    for child in verb.children:
        if child.dep_ == "dobj" and child.lower_ in RELATIVE and verb.dep_ == "relcl":
            if not acted_on:  # "the rumour *that* rebels burned the *school*" names it
                yield "object", verb.head  # "the rebels, *whom* he blamed"
        elif child.dep_ in ("dobj", "dative") and child.pos_ != "ADP":
            yield "object", child
        elif child.lemma_ == "responsible":  # "holds the group responsible for": a small clause
            yield from (("object", below) for below in child.children if below.dep_ in SUBJECTS)
            yield from prepositional(child)
        elif child.dep_ == "ccomp":
            named = described(child)
            if named is not None:
                yield "object", named
        elif child.dep_ == "conj" and child.pos_ in NOMINAL:
            yield "object", child  # an item of the object's list that the parser hung on the verb


def _below_objects(verb: Token) -> Iterator[Slot]:
    """Phrases that the parser hung on what is acted on: "increased its forces in the north"."""
    for child in verb.children:
        if child.dep_ in ("dobj", "nsubjpass") and child.lemma_.lower() not in CLOSED:
            yield from _around_others(child)
            held = child.lower_ == "control"  # "took control *of Mekelle*"
            yield from ((slot, filler) for slot, filler in prepositional(child) if slot != "of" or held)
            # "left two *dead in Goma*"
            for left in (below for below in child.rights if below.dep_ == "amod"):
                yield from (found for found in prepositional(left) if found[0] in AROUND)
        elif child.dep_ == "agent":
            for actor in child.children:
                yield from ((slot, filler) for slot, filler in prepositional(actor) if slot in AROUND)


def _around_others(first: Token) -> Iterator[Slot]:
    """Where the others of a list were acted on: "killed a governor and two guards *in Baidoa*"."""
    for item in coordinated(first):
        counted = [filler for slot, filler in prepositional(item) if slot == "of" and item.pos_ == "NUM"]
        for head in (*counted, *(() if item.i == first.i else (item,))):
            yield from (found for found in prepositional(head) if found[0] in AROUND)


def _is_from(filler: Token) -> bool:
    """Whether "from" tells whence people are, not where they were: "a peacekeeper *from Chad* was killed"."""
    return _is_actor(filler.head.head)


def _is_actor(token: Token) -> bool:
    mention: EntityMention | None = token.doc._.mentions.get(token.i)
    return mention is not None and mention.category is Category.ACTOR


def _below_origins(verb: Token) -> Iterator[Slot]:
    """Whither, hung on whence: "launched a missile from an area of Yemen *toward* the ship"."""
    for slot, origin in prepositional(verb):
        if slot == "from":
            for token in origin.subtree:
                yield from (found for found in prepositional(token) if found[0] in WHITHER)


def _only_describes(modifier: Token) -> bool:
    """Whether a word says what an attack was like, not whose or where: "*criminal*", "Boston-*style*"."""
    condemns = modifier.dep_ == "amod" and modifier.lower_ in CONDEMNING
    return condemns or modifier.lower_ in COMPARING


def _noun_slots(noun: Token) -> Iterator[Slot]:
    """Every filler of an event noun: modifiers, each preposition, and what a verb "be" says of it."""
    yield from _predicated(noun)
    if noun.dep_ in SUBJECTS:
        yield from _work_of(noun.head)
    for child in noun.lefts:
        if child.dep_ in ("compound", "nmod", "amod", "poss") and not _only_describes(child):
            yield "modifier", child
            for below in child.children:
                if below.dep_ in ("compound", "nmod", "conj"):
                    yield "modifier", below
    # "blames the *attacks* on rebels": on whom they are blamed, not against whom they were
    blamed = noun.dep_ == "dobj" and noun.head.lemma_.lower() in BLAMING
    whence = noun.lemma_.lower() in KILLINGS  # "the killing of two peacekeepers, *from Tanzania*"
    for slot, filler in prepositional(noun):
        if not (blamed and slot == "on") and not (whence and slot == "from"):
            yield slot, filler


def _predicated(noun: Token) -> Iterator[Slot]:
    """What is said to be a target, or to be behind an attack: "the port was *among the targets*"."""
    verb = noun.head.head if noun.head.lower_ == "among" else noun.head
    if verb.lemma_ == "be" and noun.lemma_.lower() == "target":
        yield from (("subject", child) for child in verb.lefts if child.dep_ in SUBJECTS)
    verb = noun.head.head
    # "it was *responsible* for the", "they were to *blame* for the"
    if noun.head.head.lemma_ in ("responsible", "blame") and noun.head.lower_ == "for":
        verb = verb.head
    elif noun.head.lower_ != "behind":
        return
    if verb.lemma_ == "be" and not _is_denied(verb):
        yield from (("by", child) for child in verb.lefts if child.dep_ in SUBJECTS)


def _is_denied(verb: Token) -> bool:
    """Whether a clause is negated, or what somebody denies."""
    negated = any(child.dep_ == "neg" for child in verb.children)
    return negated or verb.head.lemma_.lower() in DENYING


def _work_of(verb: Token) -> Iterator[Slot]:
    """Whose work an attack is said to be: "the attacks appear to be the work of"."""
    for token in (verb, *(child for child in verb.rights if child.dep_ == "xcomp")):
        for child in token.rights:
            if child.dep_ == "attr" and child.lower_ == "work":
                yield from (("by", filler) for slot, filler in prepositional(child) if slot == "of")


def _below_complements(noun: Token) -> Iterator[Slot]:
    """Phrases of an event noun that the parser hung on another of its phrases."""
    for slot, filler in prepositional(noun):
        if slot == "of":  # "the evacuation of residents *to* the city"
            yield from ((below, what) for below, what in prepositional(filler) if below in ("to", "from"))
        elif slot == "by":  # "an air strike by the army *near* the town", "an attack by rebels *on* the base"
            yield from ((below, what) for below, what in prepositional(filler) if below in HUNG_ON_ACTORS)
        elif slot in ("on", "against", "between") and _is_actor(filler):  # "an ambush on a patrol *near Gao*"
            yield from (found for found in prepositional(filler) if found[0] in AROUND)


def _causes_below(noun: Token, triggers: Mapping[int, Trigger]) -> Iterator[Slot]:
    """What killed, hung on who says so or who died: "announced the *death* of a leader *in a raid*"."""
    said = noun.head.lemma_.lower() in DEPLORING or noun.head.lemma_.lower() in SAYING
    if noun.dep_ != "dobj" or not said or noun.i not in triggers:
        return
    for above in (noun.head, *(filler for slot, filler in prepositional(noun) if slot == "of")):
        own = (found for found in prepositional(above) if found[0] in CAUSING and found[1].i > noun.i)
        yield from (found for found in own if found[1].i in triggers)


def _supporting_verbs(noun: Token, triggers: Mapping[int, Trigger]) -> Iterator[Token]:
    """The verbs that carry an event noun: "*launched* an attack", "the attack appears to be *staged* by"."""
    verb = noun.head
    if noun.dep_ in ("nsubj", "nsubjpass", "dobj") and verb.pos_ in VERBAL:
        raised = next((child for child in verb.rights if child.dep_ == "xcomp"), None)
        if raised is not None and verb.lemma_.lower() in RAISING:
            verb = raised
        lemma = verb.lemma_.lower()
        if lemma in SUPPORT or (lemma in OCCURRENCE and verb.i not in triggers):
            yield verb
    reply = replying_verb(noun)
    if reply is not None:
        yield reply
    participles = (child for child in noun.rights if child.dep_ in ("acl", "relcl"))
    yield from (child for child in participles if child.lemma_.lower() in SUPPORT)


def replying_verb(token: Token) -> Token | None:
    """The verb of which an attack is the answer: "*responded* with a raid", "*replied* by firing rockets"."""
    by = token.head
    if token.dep_ not in ("pobj", "pcomp") or by.lower_ not in ("with", "by"):
        return None
    verb = by.head.head if by.head.dep_ == "dobj" else by.head  # "answered that attack *with* raids"
    return verb if verb.lemma_.lower() in REPLYING and verb.pos_ in VERBAL else None


def _held_slots(verb: Token, noun: Token) -> Iterator[Slot]:
    """The slots of a support verb that are the noun's; who survives or repels an attack commits none."""
    lemma = verb.lemma_.lower()
    acts = (lemma in SUPPORT | REPLYING and noun.dep_ != "nsubj") or is_passive(verb)
    for slot, filler in _verb_slots(verb):
        if slot == "subject" and lemma in SUFFERING:
            yield "on", filler
        elif slot == "object" or (slot == "subject" and not acts):
            continue
        elif slot not in ("subject", "agent") or lemma not in PREVENTING:
            yield slot, filler
