"""What proper names and nouns stand for: which class of node, and of actors which kind."""

from functools import cache
from typing import TypeAlias

from spacy.tokens import Doc

from builder.components.annotations import Category, Name
from builder.components.lexicon import Noun, noun_ending_at, nouns
from builder.components.names import BODY_WORDS
from builder.components.phrases import UNNAMED_BODIES, NounPhrase
from builder.components.places import countries_of
from builder.components.ship_names import LABEL as SHIP
from builder.gazetteer import load_gazetteer, normalise_name, transliteration_key
from builder.geonames import open_index
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("kinds")
COLLECTIVES = frozenset(WORDS["collectives"])
ARTICLES = frozenset(("a", "an", "the"))
PLACE_PREPOSITIONS = frozenset(WORDS["place_prepositions"])
STRONG_PREPOSITIONS = frozenset(WORDS["strong_place_prepositions"])
MOVING = frozenset(WORDS["moving_verbs"])
TOWNS_OF = frozenset(WORDS["towns_of"])
SITES: dict[str, str] = WORDS["sites"]
OCCASIONS = frozenset(WORDS["occasions"])
LIVES = frozenset(WORDS["lives"])  # "the *murder* of"
PLAIN_KINDS: dict[str, str] = WORDS["plain_name_kinds"]
CONTEXTS: dict[str, dict[str, list[str]]] = WORDS["contexts"]
ENTRY_CATEGORIES = {"Facility": Category.FACILITY, "Place": Category.PLACE, "State": Category.PLACE}
LABEL_CATEGORIES = {"GPE": Category.PLACE, "LOC": Category.PLACE, "FAC": Category.FACILITY}
# Inhabitants of the smallest settlement that a bare name is taken for: as in the extract of GeoNames that is
# shipped. In a whole dump every last name is some hamlet's.
SMALLEST_BY_NAME = 500
THINGS = frozenset((Category.WEAPON, Category.FACILITY))
LONGEST_TYPE_NOUN = 2  # tokens before a preposition or an apposed name that can say what the name is

# The class of node that a phrase becomes, and of an actor its kind.
Standing: TypeAlias = tuple[Category, ActorKind | None]


def standing_of_noun(noun: Noun, *, plural: bool, modifiers: tuple[Name, ...]) -> Standing:
    """What a phrase without a name stands for: a person or a group by number.

    A body without a name is a group, as the vocabulary has it.
    """
    match noun.kind:
        case ActorKind.GROUP if not plural and noun.text not in COLLECTIVES:
            return noun.category, ActorKind.PERSON
        case ActorKind.PERSON if plural:
            return noun.category, ActorKind.GROUP
        case ActorKind.ORGANIZATION if noun.text in UNNAMED_BODIES and not _name_a_body(modifiers):
            return noun.category, ActorKind.GROUP
        case kind:
            return noun.category, kind


def _name_a_body(modifiers: tuple[Name, ...]) -> bool:
    """Whether names that modify a noun make it a named body: "*Hezbollah* militia", not "*Iraqi* militia"."""
    return any(not name.entries or name.entries[0].kind in ("Organization", "Group") for name in modifiers)


def in_context(phrase: NounPhrase, noun: Noun) -> Noun:
    """A noun in the sense that a preposition before it gives: one is hit by a mine, and works *in* a mine."""
    if noun.text in TOWNS_OF and _is_called(phrase):
        return Noun(noun.text, Category.PLACE, None, "settlement")  # "the *resort* of Sousse"
    concept = SITES.get(noun.text)
    if concept is None or phrase.start == 0:
        return noun
    is_site = phrase.doc[phrase.start - 1].lower_ in PLACE_PREPOSITIONS
    return Noun(noun.text, Category.FACILITY, None, concept) if is_site else noun


def _is_called(phrase: NounPhrase) -> bool:
    """Whether a name follows after "of"."""
    after = phrase.doc[phrase.end : phrase.end + 2]
    return [token.lower_ for token in after[:1]] == ["of"] and after[-1].text[0].isupper()


def type_in_context(phrase: NounPhrase) -> str | None:
    """The type of a noun of two senses by the words of its sentence: soldiers or refugees live in a camp."""
    senses = CONTEXTS.get(phrase.noun.text) if phrase.noun is not None else None
    if senses is None:
        return None
    words = {token.lower_ for token in phrase.doc[phrase.root].sent}
    return next((concept for concept, signs in senses.items() if not words.isdisjoint(signs)), None)


def noun_of_name(phrase: NounPhrase, name: Name) -> Noun | None:
    """The noun that says what a name is, before it or as its first word, else the one at the head.

    "the state *company* Ukrenergo", "*Hotel* Camino Real".
    """
    if name.label == SHIP:
        return nouns()["ship"]
    introducing = _introducing_noun(phrase, name)
    if introducing is None and phrase.noun is None:
        return _leading_noun(phrase.doc, name)
    return introducing or phrase.noun


def _introducing_noun(phrase: NounPhrase, name: Name) -> Noun | None:
    """The noun before a name that says what it is: "the state *company* Ukrenergo"."""
    if name.entries or name.start == phrase.start or name.label == "GPE":
        return None
    noun = noun_ending_at(phrase.doc, phrase.start, name.start - 1)
    if noun is None or noun.category not in (Category.FACILITY, Category.ACTOR):
        return None
    return noun if noun.kind in (None, ActorKind.ORGANIZATION) else None


def _leading_noun(doc: Doc, name: Name) -> Noun | None:
    """The facility that a name begins with: "*Hotel* Camino Real", "*Camp* Bastion"."""
    if name.entries or name.end - name.start == 1:
        return None
    noun = noun_ending_at(doc, name.start, name.start)
    return noun if noun is not None and noun.category is Category.FACILITY else None


def standing_of_name(doc: Doc, name: Name, noun: Noun | None) -> Standing | None:
    """What a name stands for: by gazetteer, then by `noun`, then spaCy's label, then the word before it."""
    if name.entries:
        kind = name.entries[0].kind
        category = ENTRY_CATEGORIES.get(kind, Category.ACTOR)
        return category, ActorKind(kind) if category is Category.ACTOR else None
    if noun is not None and _is_told_by(doc, name, noun):
        return noun.category, ActorKind.ORGANIZATION if noun.category is Category.ACTOR else None
    in_place = doc[name.start - 1].lower_ in STRONG_PREPOSITIONS and _is_known_place(doc, name)
    if name.end - name.start > 1 and normalise_name(doc[name.start].text) in BODY_WORDS and not in_place:
        return Category.ACTOR, ActorKind.ORGANIZATION
    called_place = _is_called_place(doc, name)
    actor = None if called_place else _actor_kind(doc, name)
    if actor is not None:
        return Category.ACTOR, actor
    if name.label in LABEL_CATEGORIES and not called_place:
        return LABEL_CATEGORIES[name.label], None
    is_place = (
        called_place or _after_place_preposition(doc, name) or doc[name.start : name.end].text in _capitals()
    )
    is_place = is_place or (name.label == "ORG" and _is_known_place(doc, name))
    return (Category.PLACE, None) if is_place else None


def _is_mourned(doc: Doc, name: Name) -> bool:
    """Whether somebody of several names, whom no place is called by, died: "the *death of* Ma-ae Sulong"."""
    if name.start < 2 or name.end - name.start == 1 or doc[name.start - 1].lower_ != "of":
        return False
    of_life = doc[name.start - 2].lemma_.lower() in LIVES
    return of_life and name.label != "ORG" and not open_index().lookup(doc[name.start : name.end].text)


def _is_called_place(doc: Doc, name: Name) -> bool:
    """Whether an apposition says that a name is a place's: "at Dweir, *a village* near Nabatieh"."""
    if name.end + 2 >= len(doc) or doc[name.end].text != "," or doc[name.end + 1].lower_ not in ARTICLES:
        return False
    ends = range(name.end + 2, min(len(doc), name.end + 2 + LONGEST_TYPE_NOUN))
    nouns_after = (noun_ending_at(doc, name.end + 2, end) for end in ends)
    return any(noun is not None and noun.category is Category.PLACE for noun in nouns_after)


def _is_told_by(doc: Doc, name: Name, noun: Noun) -> bool:
    """Whether a noun says what a name is: of a person's name only that of a body, or one right before it."""
    several = noun.category is Category.WEAPON and doc[name.end - 1].lower_ != noun.text  # "*Kalashnikovs*"
    if name.label != "PERSON" or noun.kind is ActorKind.ORGANIZATION or several:
        return True
    return name.start > 0 and doc[name.start - 1].lower_ == noun.text.rpartition(" ")[2]


def _actor_kind(doc: Doc, name: Name) -> ActorKind | None:
    """The kind of actor that a name is: somebody's last name, apposed to a body, or as spaCy has it."""
    if transliteration_key(doc[name.end - 1].text) in doc._.persons or _is_mourned(doc, name):
        return ActorKind.PERSON
    apposed = _apposed_kind(doc, name)
    if apposed is not None:
        return apposed
    if name.label in PLAIN_KINDS and not _is_known_place(doc, name):
        return ActorKind(PLAIN_KINDS[name.label])
    return None


def _apposed_kind(doc: Doc, name: Name) -> ActorKind | None:
    """The kind that the noun before an apposed name gives it: "the state company, *Ukrenergo*"."""
    last = doc[name.end - 1]
    if last.dep_ != "appos" or last.head.i >= name.start or name.label == "GPE":
        return None
    start = max(last.sent.start, last.head.i - LONGEST_TYPE_NOUN)
    noun = noun_ending_at(doc, start, last.head.i)
    return noun.kind if noun is not None and noun.kind is ActorKind.ORGANIZATION else None


def _is_known_place(doc: Doc, name: Name) -> bool:
    """Whether what spaCy took for a person or a body stands where places stand and is a settlement's name."""
    found = open_index().lookup(doc[name.start : name.end].text)
    if _after_place_preposition(doc, name):
        return bool(found) or _must_be_place(doc, name)
    if not found or (name.end - name.start > 1 and name.label != "ORG"):
        return False  # people are called by the names of towns: "San Martín"
    named = countries_of(doc)
    large = (candidate for candidate in found if candidate.population >= SMALLEST_BY_NAME)
    return any(candidate.primary and candidate.country in named for candidate in large)


def _after_place_preposition(doc: Doc, name: Name) -> bool:
    """Whether the word before a name makes a place of it, as "of" does in "the airport of Sévaré"."""
    of = name.start - 1
    if of < 1 or OCCASIONS.intersection(token.lower_ for token in doc[name.start : name.end]):
        return False  # "in *World War* II"
    if _is_end_of_stretch(doc, name):
        return True
    if doc[of].lower_ != "of":
        return doc[of].lower_ in PLACE_PREPOSITIONS
    noun = noun_ending_at(doc, max(0, of - 1 - LONGEST_TYPE_NOUN), of - 1)
    return noun is not None and noun.category in (Category.FACILITY, Category.PLACE)


def _is_end_of_stretch(doc: Doc, name: Name) -> bool:
    """Whether a name is an end of where something was: "struck a mine *between* X and *Y*"."""
    root = doc[name.start : name.end].root
    between = (root.head if root.dep_ == "conj" else root).head
    if between.lower_ != "between" or root.head.i > root.i:
        return False
    noun = noun_ending_at(doc, between.head.i, between.head.i)
    return noun is not None and noun.category in THINGS


def _must_be_place(doc: Doc, name: Name) -> bool:
    """Whether no person or body stands here: "in X", "sent troops to X", "the outpost of X", "base at X"."""
    if _is_end_of_stretch(doc, name) or _is_site_at(doc, name):
        return True
    before = doc[name.start - 1]
    if before.lower_ in STRONG_PREPOSITIONS or (before.lower_ == "of" and name.label != "ORG"):
        return True
    return before.lower_ in ("to", "from") and any(t.lemma_.lower() in MOVING for t in before.ancestors)


def _is_site_at(doc: Doc, name: Name) -> bool:
    """Whether a name tells where a facility is: "a *base at* Glilot"."""
    at = name.start - 1
    noun = noun_ending_at(doc, max(0, at - 1 - LONGEST_TYPE_NOUN), at - 1) if doc[at].lower_ == "at" else None
    return noun is not None and noun.category is Category.FACILITY


@cache
def _capitals() -> frozenset[str]:
    """The names of capital cities: as subjects they stand for states, where spaCy may see no name."""
    return frozenset(c.capital for c in load_gazetteer().countries.values() if c.capital is not None)
