"""The nouns that stand for actors, facilities, places and weapons, looked up by their longest ending."""

from dataclasses import dataclass
from functools import cache, lru_cache

from spacy.tokens import Doc

import ontology
from builder.components.affixes import without_title_prefix
from builder.components.annotations import Category
from builder.model import ActorKind
from builder.patterns import load

KNOWN_WORDS = 20_000  # of which it is remembered what they end: most of a language's, at 200 bytes each
LONGEST = 3  # words in the longest noun of patterns/nouns.json: "improvised explosive device"
ORGANIZATIONS = frozenset(noun for nouns in load("nouns")["Organization"].values() for noun in nouns)
CATEGORIES = {"Facility": Category.FACILITY, "Place": Category.PLACE, "Weapon": Category.WEAPON}


@dataclass(frozen=True, slots=True)
class Noun:
    """One noun of the lexicon and what it stands for; `type` is a concept or, for places, a precision."""

    text: str
    category: Category
    kind: ActorKind | None
    type: str | None


PARTICIPLES = frozenset(("VBN", "VBD"))


@cache
def nouns() -> dict[str, Noun]:
    """Every noun of the lexicon by its text; the first class that lists a noun has it."""
    found: dict[str, Noun] = {}
    for group, types in load("nouns").items():
        category = CATEGORIES.get(group, Category.ACTOR)
        kind = ActorKind(group) if category is Category.ACTOR else None
        for concept, texts in types.items():
            for text in texts:
                for form in dict.fromkeys((text, text.replace("-", " "))):  # a hyphen is a token: "pick-up"
                    found.setdefault(form, Noun(form, category, kind, concept or None))
    return found


@cache
def _last_words() -> frozenset[str]:
    """The words that nouns of the lexicon end with: most words of a text are none of them."""
    return frozenset(text.rpartition(" ")[2] for text in nouns())


def _singular(word: str) -> str:
    """The singular of a plural whose lemma spaCy missed, as it does at the start of a sentence: "Gunmen"."""
    return f"{word[:-3]}man" if word.endswith("men") else word.removesuffix("s")


@lru_cache(KNOWN_WORDS)
def _endings(word: str, lemma: str) -> tuple[str, ...]:
    """The forms of a word that nouns of the lexicon end with."""
    bare = without_title_prefix(word)
    forms = dict.fromkeys((word, lemma, _singular(word), bare, _singular(bare)))
    return tuple(form for form in forms if form in _last_words())


def noun_ending_at(doc: Doc, start: int, root: int) -> Noun | None:
    """The longest noun of the lexicon that ends with token `root` and begins no earlier than `start`."""
    head = doc[root]
    lower = head.lower_
    # of "London-*based*" the lemma is "base"
    lemma = head.lemma_.lower() if head.tag_ not in PARTICIPLES else lower
    endings = _endings(lower, lemma)
    if not endings:
        return None
    # Hyphens are tokens of their own, so a noun of n words may have twice as many.
    before = [token.lower_ for token in doc[max(start, root - 2 * LONGEST) : root] if token.text != "-"]
    for size in range(min(LONGEST, len(before) + 1), 0, -1):
        prefix = before[len(before) - size + 1 :]
        for ending in endings:
            noun = nouns().get(" ".join([*prefix, ending]))
            if noun is not None:
                return noun
    return None


@cache
def ancestors(concept: str) -> frozenset[str]:
    """A concept and all broader ones."""
    return frozenset(ontology.ancestors(concept))
