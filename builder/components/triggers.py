"""Triggers: the verbs and nouns that tell of attacks, movements, warnings, statements and other events."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, Trigger, register_extensions
from builder.components.complements import coordinated, prepositional
from builder.components.lexicon import ancestors
from builder.components.parse_labels import ANY_SUBJECT, SUBJECTS
from builder.components.senses import (
    is_accidental,
    is_answered,
    is_boast,
    is_criticism,
    is_figurative,
    is_habit,
    is_of_means,
    is_road_accident,
    is_staged,
    is_undone,
    throws_arms,
)
from builder.components.stand_ins import stand_in
from builder.components.syntax import RELATIVE, is_passive, is_verb_before_object, subject_of, tokens_with
from builder.model import ActorKind, EventKind
from builder.patterns import load

WORDS = load("triggers")
NOT_TRIGGERS = frozenset(WORDS["not_triggers"])
WEAPON_REQUIRED = frozenset(WORDS["weapon_required"])  # frames of verbs that need a weapon: "land", "fire"
WITHOUT_OBJECT = frozenset(WORDS["without_object"])  # "was shot at a checkpoint" is another pattern
WITHOUT_WEAPON = frozenset(WORDS["without_weapon"])  # "fire on" is another pattern where a weapon is fired
ON_PAPER = {noun: frozenset(verbs) for noun, verbs in WORDS["on_paper"].items()}
LEMMAS: dict[str, str] = WORDS["lemmas"]  # forms of which spaCy's lemma is wrong: of "raped" it is "rap"
REFERENCES = frozenset(WORDS["references"])
HAPPENING = frozenset(("occur", "happen", "take", "come"))
DONE = frozenset((EventKind.ATTACK, EventKind.MOVEMENT))
CRAFT = frozenset(("drone", "helicopter", "plane", "aircraft", "jet"))  # those who steer them land them
TREADING = frozenset(
    ("step", "tread", "drive", "jump")
)  # "stepped *on* a mine"; shells that "fell on" one did not
THROWING = frozenset(WORDS["throwing"])
SET_FREE = frozenset(("ChemicalAgent",))
BOOTY = frozenset(WORDS["booty"])  # what is no ground that is taken
LONGEST = 3  # words in the longest noun of patterns/triggers.json that is looked up
STATE_ACTORS = frozenset(WORDS["state_actors"])
SIGNS = {name: frozenset(words) for name, words in WORDS["signs"].items()}
JAILING = frozenset(WORDS["jailing"])
BY = {name: frozenset(types) for name, types in WORDS["by"].items()}
# A noun in these relations only says of what kind its head is: "an *attack* helicopter".
MODIFYING = frozenset(("compound", "nmod", "amod", "poss"))
# Where the other words of a verb of several words stand: "go *off*", "set *fire*", "claim the *lives* of".
COMPANIONS = frozenset(
    ("prt", "advmod", "dobj", "prep", "acomp", "oprd", "xcomp", "nsubjpass", "attr", "ccomp", "npadvmod")
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry of the lexicon of triggers; `rest` are the words that must stand by the verb.

    `object` is the class of entity, or the concept, that a verb of many senses must act on, and
    `by_no_state` says that no force of a state may be its subject: soldiers who capture people arrest them.
    `by` names the types of which alone somebody may be: tourists board ships as well. `signs` names the words
    of which the sentence must have one: the drowned are found dead too.
    """

    kind: EventKind
    type: str | None
    frame: str
    lemma: str
    rest: tuple[str, ...] = ()
    object: str | None = None
    by_no_state: bool = False
    by: str | None = None
    signs: str | None = None


@cache
def verb_patterns() -> dict[str, tuple[Pattern, ...]]:
    """The verbs by their lemma: those of most words first, then those that need a weapon."""
    found: dict[str, list[Pattern]] = defaultdict(list)
    for group in WORDS["groups"]:
        for verb in group["verbs"]:
            lemma, *rest = verb.split()
            found[lemma].append(_pattern(group, verb, tuple(rest)))
    return {lemma: tuple(sorted(patterns, key=_precedence)) for lemma, patterns in found.items()}


def _pattern(group: Mapping[str, Any], lemma: str, rest: tuple[str, ...] = ()) -> Pattern:
    """One word of a group of patterns/triggers.json with what the group says of it."""
    return Pattern(
        EventKind(group["kind"]),
        group["type"],
        group["frame"],
        lemma,
        rest,
        group.get("object"),
        by_no_state=group.get("by_no_state", False),
        by=group.get("by"),
        signs=group.get("signs"),
    )


def _precedence(pattern: Pattern) -> tuple[int, bool]:
    return -len(pattern.rest), pattern.frame not in WEAPON_REQUIRED and pattern.object is None


@cache
def noun_patterns() -> dict[str, Pattern]:
    """The nouns by their text."""
    return {noun: _pattern(group, noun) for group in WORDS["groups"] for noun in group["nouns"]}


@cache
def _last_words() -> frozenset[str]:
    """The words that a noun of the lexicon ends with: most tokens are ruled out by them."""
    return frozenset(noun.rpartition(" ")[2] for noun in noun_patterns())


def _companions(verb: Token) -> set[str]:
    """The lemmas that a verb of several words may be made with: particle, object, their complements."""
    found = set()
    for child in verb.children:
        if child.dep_ in COMPANIONS and not _is_of_time(child):
            found |= {child.lemma_.lower(), child.lower_}
            if child.dep_ in ("prep", "dobj"):
                below = [*child.children]
                # "into one of the *cars*"
                if child.dep_ == "prep":
                    below += [item for head in below for slot, item in prepositional(head) if slot == "of"]
                found |= {form for token in below for form in (token.lemma_.lower(), token.lower_)}
                numerals = (below for below in child.lefts if below.dep_ == "nummod")
                # "hand *over* 21 men": the parser's "more than 21"
                found |= {below.lower_ for numeral in numerals for below in numeral.lefts}
    if verb.dep_ == "relcl" or (verb.dep_ == "acl" and verb.tag_ == "VBN"):  # "the bombing, *claimed* by X"
        found.add(verb.head.lemma_.lower())
    return found


def _is_of_time(preposition: Token) -> bool:
    """Whether "on" or "at" tells when: "the council fired its chief *on Monday*" fires on nobody."""
    below = [child for child in preposition.children if child.dep_ == "pobj"]
    return preposition.lower_ in ("on", "at") and any(b.ent_type_ in ("DATE", "TIME") for b in below)


def _verb_trigger(token: Token) -> Pattern | None:
    patterns = verb_patterns().get(LEMMAS.get(token.lower_, token.lemma_.lower()))
    if patterns is None or (token.dep_ == "amod" and not is_verb_before_object(token)) or _is_left_so(token):
        return None
    companions = _companions(token) if patterns[0].rest else set()
    fitting = (pattern for pattern in patterns if companions.issuperset(pattern.rest))
    if _is_scene(token):
        fitting = (pattern for pattern in fitting if pattern.kind is not EventKind.MOVEMENT)
    return next((pattern for pattern in fitting if _fits(token, pattern)), None)


def _is_scene(clause: Token) -> bool:
    """Whether a clause says where the attacked were: "opened fire on people *leaving* a church"."""
    noun = clause.head
    if clause.dep_ != "acl" or clause.tag_ != "VBG" or noun.dep_ not in ("dobj", "pobj"):
        return False
    verb = noun.head.head if noun.dep_ == "pobj" else noun.head
    return any(pattern.kind is EventKind.ATTACK for pattern in verb_patterns().get(verb.lemma_.lower(), ()))


def _is_left_so(token: Token) -> bool:
    """Whether "leaving" tells what an attack did: "*leaving* two dead", "destroying it and *leaving* …"."""
    first = token.head if token.dep_ == "conj" and token.head.tag_ == "VBG" else token
    return token.lower_ == "leaving" and first.dep_ == "advcl"


def _fits(verb: Token, pattern: Pattern) -> bool:
    """Whether a verb of several senses has this one: a weapon near it, or somebody who sets the fire."""
    doer_fits = pattern.by is None or _is_by(verb, BY[pattern.by]) or _is_by_those_told(verb)
    if (
        is_figurative(verb)
        or _is_driving(verb, pattern)
        or is_road_accident(verb)
        or is_answered(verb)
        or not doer_fits
        or is_habit(verb)
        or (pattern.kind is EventKind.ATTACK and is_boast(verb))
        or (pattern.frame == "damage" and is_of_means(verb))
    ):
        return False
    if pattern.signs is not None:
        return any(token.lower_ in SIGNS[pattern.signs] for token in verb.sent)
    if pattern.lemma == "blame" and verb.dep_ == "xcomp" and verb.head.lemma_ == "be":
        return False  # "rebels *are to blame*": others say so of them
    if pattern.object is not None:
        return _acts_on(verb, pattern.object) and not (pattern.by_no_state and _is_arrest(verb))
    return _fits_lemma(verb, pattern)


def _fits_lemma(verb: Token, pattern: Pattern) -> bool:
    """Whether a verb that may act on anything stands as its sense needs it."""
    if pattern.frame in WEAPON_REQUIRED or pattern.lemma in WITHOUT_WEAPON:
        thrown = verb.lemma_.lower() in THROWING and throws_arms(verb)
        return not thrown and _has_weapon(verb) is (pattern.lemma not in WITHOUT_WEAPON)
    if pattern.lemma in WITHOUT_OBJECT:
        return not is_passive(verb) and not any(child.dep_ == "dobj" for child in verb.rights)
    if pattern.frame == "damage" and pattern.lemma.startswith("burn"):
        return not _is_by_somebody(verb)  # who burns a house sets it on fire
    if pattern.type == "TerritoryCapture":  # "seized *tonnes* of chemicals at the compound"
        return not any(child.dep_ == "dobj" and child.lemma_.lower() in BOOTY for child in verb.rights)
    if pattern.type == "Arson" and not pattern.rest:
        return any(child.dep_ in ("dobj", "nsubjpass", "agent") for child in verb.children)
    return True


def _is_driving(verb: Token, pattern: Pattern) -> bool:
    """Whether a vehicle is only steered or leaves its way: "went *off the road*", "he *landed a drone*"."""
    if pattern.lemma == "land":
        return any(child.dep_ == "dobj" and child.lemma_ in CRAFT for child in verb.rights)
    return pattern.rest == ("off",) and any(c.lower_ == "off" and _has_object(c) for c in verb.rights)


def _has_object(preposition: Token) -> bool:
    """Whether a particle is a preposition with a thing after it, and no day: "off *the road*"."""
    below = [child for child in preposition.children if child.dep_ == "pobj"]
    return any(not child.ent_type_ for child in below)


def _acts_on(verb: Token, wanted: str) -> bool:
    """Whether what a verb acts on is of a class or concept: object, passive's subject, noun of its clause."""
    found: dict[int, EntityMention] = verb.doc._.mentions
    heads = [child for child in verb.children if child.dep_ in ("dobj", "nsubjpass")]
    if verb.dep_ == "relcl":  # "a soldier *whom* it had captured"
        heads = [head for head in heads if head.lower_ not in RELATIVE]
    acting = any(child.dep_ == "nsubj" and child.tag_ in ("WP", "WDT") for child in verb.lefts)
    if not heads and verb.dep_ in ("relcl", "acl") and not acting:  # not so "the envoy, *who flew* in"
        heads = [verb.head]
    elif not heads and wanted in SET_FREE:  # "*sarin released* from a truck killed", for the parser a clause
        heads = [child for child in verb.lefts if child.dep_ in SUBJECTS]
    # "flew in a team of *soldiers*", "held a rabbi and *his family*"
    heads = [stand_in(item, found) for head in heads for item in coordinated(head)]
    mentions = [found[head.i] for head in heads if head.i in found]
    # A name that is no person's may be that of a place which the gazetteer lacks: "captured El Fuerte".
    told = (
        m
        for m in mentions
        if m.category is not Category.ACTOR or m.name is None or m.kind is ActorKind.PERSON
    )
    return any(wanted == m.category or wanted in ancestors(m.type or "") for m in told)


def _is_by(verb: Token, types: frozenset[str]) -> bool:
    """Whether somebody of some types does what a verb tells; a state is one of its forces."""
    found: dict[int, EntityMention] = verb.doc._.mentions
    mentions = [found[token.i] for token in _doers(verb) if token.i in found]
    state = types is STATE_ACTORS
    return any(m.type in types or (state and m.category is Category.PLACE) for m in mentions)


def _is_by_somebody(verb: Token) -> bool:
    found: dict[int, EntityMention] = verb.doc._.mentions
    mentions = (found.get(token.i) for token in _doers(verb))
    return any(mention is not None and mention.category is Category.ACTOR for mention in mentions)


def _doers(verb: Token) -> list[Token]:
    if is_passive(verb):
        return [filler for slot, filler in prepositional(verb) if slot == "by"]
    subject = subject_of(verb)
    if subject is None:
        return []
    return [subject, *(filler for slot, filler in prepositional(subject) if slot == "of")]  # "98 of our men"


def _is_arrest(verb: Token) -> bool:
    """Whether a state does it, or its courts go on with whom it befell: "was *captured and imprisoned*"."""
    joined = (verb.head, *verb.rights) if is_passive(verb) else ()
    jailed = any(token.dep_ == "conj" or token is verb.head for token in joined) and any(
        token.lemma_.lower() in JAILING for token in joined
    )
    return jailed or _is_by(verb, STATE_ACTORS) or _is_by_those_told(verb, STATE_ACTORS)


def _is_by_those_told(verb: Token, types: frozenset[str] = BY["armed"]) -> bool:
    """Whether "they" do it who are the subject, of some types, of the sentence before."""
    if not any(token.lower_ == "they" for token in _doers(verb)) or verb.sent.start == 0:
        return False
    found: dict[int, EntityMention] = verb.doc._.mentions
    before = verb.doc[verb.sent.start - 1].sent
    subjects = [found[token.i] for token in before if token.dep_ in ANY_SUBJECT and token.i in found]
    return bool(subjects) and subjects[0].type in types


def _has_weapon(verb: Token) -> bool:
    """Whether a weapon takes part: what "land", "fire" and "send" need to tell of an attack."""
    found: dict[int, EntityMention] = verb.doc._.mentions
    near = [*_participants(verb)]
    counted = (child for head in near for child in head.children if child.lower_ == "of")
    near += [below for of in counted for below in of.children]  # "a salvo of *rockets*"
    mentions = (found.get(token.i) for token in near)
    return any(mention is not None and mention.category is Category.WEAPON for mention in mentions)


def _participants(verb: Token) -> Iterator[Token]:
    """The subjects and objects of a verb, also those that it shares, and what is "with" it."""
    for child in verb.children:
        if child.dep_ in ("nsubj", "nsubjpass", "dobj", "conj"):
            yield child
        if child.lower_ in ("with", "over", "onto") or (child.lower_ == "on" and verb.lemma_ in TREADING):
            yield from child.children
    if verb.dep_ in ("acl", "relcl"):
        yield verb.head
    if verb.dep_ == "conj":
        yield from (child for child in verb.head.children if child.dep_ in ("nsubj", "nsubjpass"))


def _is_among_targets(token: Token) -> bool:
    """Whether the text says of something that it was "among the targets" or "the target"."""
    above = token.head
    if token.dep_ == "pobj" and above.lower_ == "among":
        above = above.head
    elif token.dep_ != "attr":
        return False
    return above.lemma_.lower() == "be"


def _refers(token: Token) -> bool:
    """Whether a noun takes up what was told, to say when or where: "*the incident* occurred at dawn"."""
    definite = any(child.lower_ in ("the", "this") for child in token.lefts)
    return definite and token.dep_ == "nsubj" and token.head.lemma_.lower() in HAPPENING


def _noun_trigger(token: Token) -> Pattern | None:
    lemma = token.lemma_.lower()
    endings = (token.lower_, lemma)
    if _last_words().isdisjoint(endings) or token.dep_ in MODIFYING:
        return None
    if token.dep_ == "dobj" and token.head.lemma_.lower() in ON_PAPER.get(lemma, ()):
        return None
    if (lemma == "target" and not _is_among_targets(token)) or (lemma in REFERENCES and not _refers(token)):
        return None
    # Twice as many tokens as words: a hyphen is a token of its own.
    before = [left.lower_ for left in token.doc[max(0, token.i - 2 * LONGEST) : token.i] if left.text != "-"]
    for size in range(min(LONGEST, len(before) + 1), 0, -1):
        prefix = before[len(before) - size + 1 :]
        for ending in endings:
            text = " ".join((*prefix, ending))
            if text in NOT_TRIGGERS:
                return None
            if text in noun_patterns():
                return noun_patterns()[text]
    return None


def find_trigger(token: Token) -> Trigger | None:
    """The trigger that a token is, or None."""
    match token.pos_:
        case "VERB":
            pattern = _verb_trigger(token) or (_noun_trigger(token) if token.tag_ == "VBG" else None)
        case "NOUN" | "PROPN":
            pattern = _noun_trigger(token)
        case _:
            return None
    if token.pos_ != "VERB" and is_criticism(token):
        return None
    if pattern is None or is_undone(token) or (pattern.kind in DONE and is_staged(token)):
        return None
    if pattern.kind is EventKind.ATTACK and is_accidental(token, pattern.frame):
        return None
    return Trigger(token.i, pattern.kind, pattern.type, pattern.frame, pattern.lemma)


@Language.factory(
    "polemos_triggers",
    requires=["token.pos", "token.tag", "token.lemma", "token.dep", "doc._.mentions", "doc._.title_end"],
    assigns=["doc._.triggers"],
    default_config={"rules": True},
)
def create_triggers(nlp: Language, name: str, *, rules: bool) -> "TriggerFinder":
    """Make the component; without `rules` it finds nothing."""
    register_extensions()
    return TriggerFinder(rules=rules)


class TriggerFinder:
    """Writes `doc._.triggers`, a `Trigger` by its token.

    A headline is left out: its clipped grammar misleads the parser. So are heads of entities and the
    words of their names.
    """

    def __init__(self, *, rules: bool) -> None:
        self.rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        title_end: int = doc._.title_end or 0
        mentions: dict[int, EntityMention] = doc._.mentions
        names = (mention.name for mention in mentions.values() if mention.name is not None)
        taken = {*mentions, *(i for name in names for i in range(name.start, name.end))}
        words = tokens_with(doc, "POS", "VERB", "NOUN", "PROPN") if self.rules else ()
        found = (find_trigger(word) for word in words if word.idx >= title_end and word.i not in taken)
        doc._.triggers = {trigger.token: trigger for trigger in found if trigger is not None}
        return doc
