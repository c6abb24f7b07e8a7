"""Noun phrases: where they are, what is at their head, and the words by which they are called."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from builder.components.annotations import Category, Name
from builder.components.lexicon import Noun, noun_ending_at
from builder.components.names import STANCES, TITLES, has_stance, is_backer
from builder.components.quantities import CAPTIVE
from builder.components.syntax import tokens_with
from builder.gazetteer import Entry
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("phrases")
CLOCK = re.compile(r"\d{1,2}[:.]\d\d$")  # at the head of an entry of a live page
LEADING = frozenset(WORDS["leading"])
DEFINITE = frozenset(WORDS["definite"])
AFFILIATIONS = frozenset(WORDS["affiliations"])
NUMBERLESS = frozenset(WORDS["numberless"])
UNNAMED_BODIES = frozenset(WORDS["unnamed_bodies"])
ORDINAL_ENDINGS = ("th", "rd", "st", "nd")
NEAR = 5  # tokens after "among them" in which the noun of its phrase stands: "three local aid workers"
MEASURES = frozenset(("DATE", "TIME", "QUANTITY", "MONEY", "PERCENT"))  # spaCy's entities that count nobody
SHORT = 2  # tokens of a name that cannot hold a phrase of its own


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """The tokens from `start` to `end` with their head.

    `names` are the proper names inside, `name` is the one at the head, `noun` the lexicon's noun there.
    """

    doc: Doc
    start: int
    end: int
    root: int
    names: tuple[Name, ...] = ()
    noun: Noun | None = None
    name: Name | None = None

    @property
    def is_plural(self) -> bool:
        """Whether the head is a plural, by its tag or its form."""
        head = self.doc[self.root]
        if head.tag_ in ("NNS", "NNPS") or head.lower_ in NUMBERLESS:
            return True
        # "Guerrillas" at the start of a sentence is tagged as a name, and the lexicon has the singular.
        return self.noun is not None and self.noun.text.rpartition(" ")[2] != head.lower_

    @property
    def is_definite(self) -> bool:
        """Whether the first word says that the reader knows what is meant: "the", "its"."""
        return self.doc[self.start].lower_ in DEFINITE

    @property
    def modifiers(self) -> tuple[Name, ...]:
        """The names before the noun, but for the one at the head."""
        first = self.root if self.noun is None else self.root - len(self.noun.text.split())
        return tuple(name for name in self.names if name is not self.name and name.end - 1 <= first)


def noun_phrases(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """Start, end and head of spaCy's noun chunks, and of the names that none of them ends with.

    A name with a phrase inside, "the Committee of the Red Cross", is one, and hides the chunks in it.
    """
    names: tuple[Name, ...] = doc._.names
    long_names: dict[Name, int] = {}
    for name in names:
        if name.end - name.start > SHORT:
            head = doc[name.start : name.end].root.i
            if head != name.end - 1:
                long_names[name] = head
    hidden = {i for name in long_names for i in range(name.start, name.end)}
    ends = set()
    beyond = {name.end - 2: name.end for name in names if doc[name.end - 1].like_num}
    places = [name for name in names if name.label == "GPE"]
    begun = {i: place.start for place in places for i in range(place.start + 1, place.end)}
    for chunk in doc.noun_chunks:
        if chunk.end - 1 not in hidden:
            after = _after_them(doc, chunk.end - 1)
            if after is not None:
                yield after
            end = beyond.get(chunk.end - 1, chunk.end)  # "Tower *22*" goes on after the chunk
            end -= _ends_with_captive(chunk)
            ends.add(end)
            start = begun.get(chunk.start, chunk.start)  # "to *Tell* Shihab", as if a verb
            root = min(end, chunk.end) - 1
            yield _after_credit(doc, start, root), end, root
    yield from _after_brackets(doc, ends)
    yield from _counted_aside(doc, ends)
    for name in names:
        if name in long_names:
            yield name.start, name.end, long_names[name]
        elif name.end not in ends:
            yield _first_title(doc, name), name.end, name.end - 1


def _ends_with_captive(chunk: Span) -> bool:
    """Whether the parser makes one phrase of whom somebody takes captive: "took *300 people* hostage"."""
    last = chunk[-1]
    return last.lower_ in CAPTIVE and last.i > chunk.start and last.nbor(-1).tag_ == "NNS"


def _first_title(doc: Doc, name: Name) -> int:
    """Where a name begins with the ranks before it: "the commander, *General* Rafael Samudio"."""
    start = name.start
    while start > 0 and doc[start - 1].lower_ in TITLES and doc[start - 1].head.i == name.end - 1:
        start -= 1
    return start


def _after_credit(doc: Doc, start: int, root: int) -> int:
    """Where a phrase begins that the parser lets begin in a picture's credit: "(J. Doe/Reuters) *Gunmen*"."""
    closed = (i for i in reversed(range(start, root)) if doc[i].text == ")")
    end = next(closed, None)
    if end is None or any(token.text == "(" for token in doc[start + 1 : end]):
        return start  # "the Front (FNL) fighters"
    return next((i for i in range(end + 1, root + 1) if not doc[i].is_space), start)


def _after_them(doc: Doc, pronoun: int) -> tuple[int, int, int] | None:
    """The phrase that spaCy misses for a pronoun in it: "among them *two children*", "two of them *boys*"."""
    if doc[pronoun].lower_ not in ("them", "whom") or doc[pronoun].head.lower_ not in ("among", "of"):
        return None
    nouns = (above for above in doc[pronoun].ancestors if above.pos_ == "NOUN" and above.i > pronoun)
    noun = next((noun for noun in nouns if noun.i - pronoun <= NEAR), None)
    return None if noun is None else (pronoun + 1, noun.i + 1, noun.i)


def _after_brackets(doc: Doc, ends: set[int]) -> Iterator[tuple[int, int, int]]:
    """The phrases that spaCy misses for the acronym in them: "Kurdistan Workers’ Party (PKK) *militants*"."""
    for token in tokens_with(doc, "ORTH", ")"):
        head = doc[token.i + 1] if token.i + 1 < len(doc) else token
        if token.i < head.i and head.pos_ == "NOUN" and head.i + 1 not in ends:
            named = any(child.dep_ in ("nmod", "compound") and child.i < token.i for child in head.lefts)
            if named and head.left_edge.i < token.i:
                ends.add(head.i + 1)
                yield head.left_edge.i, head.i + 1, head.i


def _counted_aside(doc: Doc, ends: set[int]) -> Iterator[tuple[int, int, int]]:
    """The counted nouns that spaCy makes adverbs of: "rose to 305, among them *27 children*"."""
    for token in tokens_with(doc, "TAG", "NNS"):
        if token.dep_ not in ("npadvmod", "dep") or token.i + 1 in ends or token.ent_type_ in MEASURES:
            continue
        numeral = next((child for child in token.lefts if child.dep_ == "nummod"), None)
        if numeral is not None and numeral.ent_type_ not in MEASURES:
            ends.add(token.i + 1)
            yield numeral.i, token.i + 1, token.i


def read_phrase(doc: Doc, start: int, end: int, root: int, names: list[Name]) -> NounPhrase:
    """The noun phrase of a range of tokens, of whose `names` some may reach beyond it."""
    while start < root and (doc[start].is_punct or doc[start].is_space or _is_date(doc, start, root)):
        start += 1
    inner = tuple(name for name in names if start <= name.start and name.end <= end)
    name = _name_on(inner, root)
    noun = noun_ending_at(doc, name.start if name is not None else start, root)
    if name is None:
        bare = NounPhrase(doc, start, end, root, inner, noun)
        name = _bare_name(bare) if noun is None else _name_before(bare, noun)
    return NounPhrase(doc, start, end, root, inner, noun, name)


def _is_date(doc: Doc, i: int, root: int) -> bool:
    """Whether a phrase begins with a date that the parser took for a part: "on *22 April* gunmen shot"."""
    return doc[i].ent_type_ == "DATE" and doc[root].ent_type_ != "DATE" and doc[root].tag_ in ("NNS", "NNPS")


def _name_on(names: tuple[Name, ...], token: int) -> Name | None:
    return next((name for name in names if name.start <= token < name.end), None)


def _bare_name(phrase: NounPhrase) -> Name | None:
    """A run of capitalised proper nouns that ends with the head and that nothing else recognised."""
    doc, root = phrase.doc, phrase.root
    head = doc[root]
    if head.pos_ != "PROPN" or not head.text[:1].isupper() or head.ent_type_ in ("DATE", "TIME"):
        return None
    first = root
    while first > phrase.start and (doc[first - 1].pos_ == "PROPN" or doc[first - 1].text == "-"):
        first -= 1
    while first < root and (
        not doc[first].text[0].isalnum() or noun_ending_at(doc, first, first) is not None
    ):
        first += 1
    is_person = any(first <= name.start and name.label == "PERSON" for name in phrase.names)
    return Name(first, root + 1, (), "PERSON" if is_person else "")


def _name_before(phrase: NounPhrase, noun: Noun) -> Name | None:
    """The name that a noun completes: "*Balad* air base", "the *Wagner* group", "*Idlib* province"."""
    if not _completes_names(phrase, noun):
        return None
    last = phrase.root - len(noun.text.replace("-", " ").split())
    before = _name_on(phrase.names, last)
    if before is not None and before.entries and before.entries[0].kind == "Organization":
        return before if noun.kind is ActorKind.ORGANIZATION else None
    first = last + 1
    while first > phrase.start and (_is_proper(phrase, first - 1) or _is_ordinal(phrase.doc, first - 1)):
        first -= 1
    while first <= last and not phrase.doc[first].text[0].isalnum():
        first += 1
    return Name(first, phrase.root + 1) if first <= last else None


def _completes_names(phrase: NounPhrase, noun: Noun) -> bool:
    """Whether a noun may be part of a name: of a facility, a place or a body, but not "*Shiite* militias"."""
    if noun.category is Category.WEAPON or noun.kind not in (None, ActorKind.ORGANIZATION):
        return False
    head = phrase.doc[phrase.root]
    several = head.tag_ == "NNS" and head.text.islower()
    return noun.kind is None or not several or noun.text not in UNNAMED_BODIES


def _is_ordinal(doc: Doc, i: int) -> bool:
    """Whether a word numbers a unit: "the *Third* Infantry Brigade"."""
    return doc[i].text[:1].isupper() and doc[i].lower_.endswith(ORDINAL_ENDINGS) and doc[i].like_num


def _is_proper(phrase: NounPhrase, i: int) -> bool:
    """Whether a token is part of a name: capitalised or a joint, and no demonym, country or possessor."""
    doc = phrase.doc
    token = doc[i]
    if i in doc._.demonyms or token.tag_ == "POS" or token.dep_ == "poss" or token.text in AFFILIATIONS:
        return False
    name = _name_on(phrase.names, i)
    if has_stance(doc, i) or own_country(name):
        return False
    if token.text == "-":
        return doc[i + 1].text[:1].isupper() and doc[i - 1].lower_ not in STANCES
    return name is not None or token.pos_ == "PROPN" or (token.text[:1].isupper() and token.pos_ == "NOUN")


def own_country(name: Name | None) -> str | None:
    """The ISO code where a name itself is a country's."""
    state = _state(name)
    return None if state is None else state.country


def _state(name: Name | None) -> Entry | None:
    entries = name.entries if name is not None else ()
    return next((entry for entry in entries if entry.kind == "State"), None)


def country_of(phrase: NounPhrase) -> str | None:
    """The ISO code of the demonym or country name among the modifiers, else of the name itself."""
    demonyms: dict[int, str] = phrase.doc._.demonyms
    for i in range(phrase.start, phrase.end):
        if i in demonyms and not is_backer(phrase.doc, i + 1):
            return demonyms[i]
    for name in phrase.names:
        state = _state(name)
        if state is None or name.entries[0].kind not in ("State", "Place") or name.end >= phrase.end:
            continue
        if is_backer(phrase.doc, name.end):
            continue
        is_joined = name.start >= phrase.start + 2 and phrase.doc[name.start - 1].text == "-"
        if not is_joined:
            return state.country
    return own_country(phrase.name) or _country_after(phrase)


def _country_after(phrase: NounPhrase) -> str | None:
    """The ISO code where "of" gives a body its country: "Hezbollah *of Iraq*", "the army *of Mali*"."""
    doc, of = phrase.doc, phrase.end
    entries = phrase.name.entries if phrase.name is not None else ()
    is_named = any(entry.kind == "Organization" for entry in entries)
    is_body = phrase.noun is not None and phrase.noun.kind is ActorKind.ORGANIZATION
    if of + 1 >= len(doc) or doc[of].lower_ != "of" or not (is_named or is_body):
        return None
    start = of + 1 + (doc[of + 1].lower_ == "the")
    return own_country(next((name for name in doc._.names if name.start == start), None))


def titles(phrase: NounPhrase) -> tuple[str, ...]:
    """The nouns of rank or office before a person's name, the nearest first: "Major General"."""
    end = phrase.start if phrase.name is None else phrase.name.start
    found: list[str] = []
    while end > phrase.start:
        noun = noun_ending_at(phrase.doc, phrase.start, end - 1)
        if noun is None or noun.category is not Category.ACTOR:
            break
        found.append(noun.text)
        end -= len(noun.text.split())
    return tuple(found)


AGE = (frozenset(("year", "month", "week", "day")), frozenset(("old",)))


def label(phrase: NounPhrase, category: Category, *, start: int | None = None) -> str:
    """The words of a phrase, from `start` if given, without determiner, number and quotes.

    Adjectives tell actors apart and stay; of things they are description and go.
    """
    doc, end = phrase.doc, phrase.end
    first = phrase.start if start is None else start
    last = end - 1 if phrase.name is None else max(first, phrase.name.start)
    while first < last and (
        doc[first].lower_ in LEADING
        or doc[first].like_num
        or doc[first].is_quote
        or CLOCK.match(doc[first].text)
    ):
        first += 1
    first = _after_age(doc, first, last)
    while first < last and doc[first].lower_ == "of":  # "24 *of* 30 drones"
        first += 1
        while first < last and doc[first].like_num:
            first += 1
    kept = [token for token in doc[first:end] if not token.is_quote and not token.is_space]
    if category is not Category.ACTOR:
        words = frozenset(phrase.noun.text.split()) if phrase.noun is not None else frozenset()
        kept = [token for token in kept if token.i == end - 1 or _names_thing(token, words)]
    text = "".join(f"{token.text}{_space_after(token)}" for token in kept)
    return text.strip().replace(" - ", "-").strip("-–, ")


def _after_age(doc: Doc, first: int, last: int) -> int:
    """The token after an age whose number was left out, else the first: "a 30-*year-old* man"."""
    words = [token for token in doc[first:last] if token.text != "-"][:2]
    is_age = len(words) == len(AGE) and all(
        word.lower_ in part for word, part in zip(words, AGE, strict=True)
    )
    return words[1].i + 1 if is_age else first


def _space_after(token: Token) -> str:
    """The space after a word, or after the quotation mark that closes behind it."""
    following = token.nbor() if token.i + 1 < len(token.doc) else token
    return token.whitespace_ or (following.whitespace_ if following.is_quote else "")


def _names_thing(token: Token, words: frozenset[str]) -> bool:
    """Whether a word is more than description; `words` are the noun's: "*improvised* explosive device"."""
    if token.pos_ not in ("ADJ", "ADV", "VERB") or token.text == "-":
        return True
    return token.lower_ in words or token.text[:1].isupper()
