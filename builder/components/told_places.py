"""Names that the words around them tell to be of places, whatever spaCy takes them for.

Of villages that no list holds it often makes people and bodies: "the village of *Anyidi*", "*Malek*, 25 km
east of Bor", "the road between Bor and *Mangalla*", "residents of *Kaiga*".
"""

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc, Token

from builder.components.annotations import Name
from builder.components.lead_ins import CALENDAR, find_lead_ins
from builder.components.parse_labels import NOMINAL
from builder.components.syntax import tokens_with
from builder.patterns import load

WORDS = load("places")
SETTLEMENTS = frozenset((*load("nouns")["Place"]["settlement"], *WORDS["parts_of_land"]))
LIVING = frozenset(WORDS["living"])
WAYS = frozenset(WORDS["ways"])
UNITS = frozenset(WORDS["units"])
BEARINGS = frozenset(WORDS["bearings"])
AWAY = frozenset(WORDS["away"])
ARTICLES = frozenset(load("names")["articles"])
DIVISIONS = frozenset(load("nouns")["Place"]["province"]) | {"district"}
PLACING = frozenset(load("names")["place_prepositions"])
LABEL = "GPE"
LONGEST = 4  # tokens: "Bir al-Abed" has four
REACH = 5  # tokens after a name that may tell how far it lies: ", some 25 km east of"

Range = tuple[int, int]


def with_told_places(doc: Doc, names: list[Name]) -> list[Name]:
    """The names, those that the text tells to be of places instead of what else was seen in them."""
    known = {i for name in names if name.entries for i in range(name.start, name.end)}
    told = [(start, end) for start, end in _told(doc) if known.isdisjoint(range(start, end))]
    told += [each for each in _again(doc, told) if known.isdisjoint(range(*each))]
    inside = {i for start, end in told for i in range(start, end)}
    kept = [name for name in names if inside.isdisjoint(range(name.start, name.end))]
    wider = [name for name in names if name not in kept and not _is_covered(name, told)]
    wider = [name for name in wider if all(token.text != "," for token in doc[name.start : name.end])]
    ranges = {each for each in told if not any(w.start <= each[0] and each[1] <= w.end for w in wider)}
    return kept + [replace(w, label=LABEL) for w in wider] + [Name(*each, (), LABEL) for each in ranges]


def _again(doc: Doc, told: list[Range]) -> Iterator[Range]:
    """Other uses of the names of several words among those told."""
    several = {tuple(token.text for token in doc[start:end]) for start, end in told if end - start > 1}
    for first in {words[0] for words in several}:
        for token in tokens_with(doc, "ORTH", first):
            ends = (token.i + len(words) for words in several if words[0] == first)
            yield from ((token.i, e) for e in ends if tuple(t.text for t in doc[token.i : e]) in several)


def _is_covered(name: Name, told: list[Range]) -> bool:
    return any(start <= name.start and name.end <= end for start, end in told)


def _told(doc: Doc) -> Iterator[Range]:
    for of in tokens_with(doc, "LOWER", "of"):
        noun = doc[max(0, of.i - 1)]
        if noun.lemma_.lower() in SETTLEMENTS | LIVING and noun.is_lower:
            yield from _list_from(doc, of.i + 1, several=noun.tag_ == "NNS")
        elif noun.lower_ in BEARINGS:
            yield from _list_from(doc, of.i + 1)
    for noun in tokens_with(doc, "TAG", "NNS"):
        if noun.lemma_.lower() in SETTLEMENTS and noun.i + 1 < len(doc) and doc[noun.i + 1].text in ",:":
            yield from _list_from(doc, noun.i + 2, several=True)
    for word in tokens_with(doc, "LOWER", "between", "to"):
        if word.i > 0 and doc[word.i - 1].lemma_.lower() in WAYS:
            yield from _list_from(doc, word.i + 1, several=word.lower_ == "between")
    yield from _measured(doc)
    yield from _led_in(doc)
    yield from _in_division(doc)


def _led_in(doc: Doc) -> Iterator[Range]:
    """The names in the lead-in of a line that says more than one thing: "3 Nov, 0200h, *Gwoza*: "."""
    for lead_in in find_lead_ins(doc):
        parts = [token.i for token in doc[lead_in.start : lead_in.end] if token.text == ","]
        lone = doc[lead_in.end].is_lower  # "*Bria*: on the night of", which only a town leads in
        for start in (lead_in.start, *(i + 1 for i in parts)) if parts or lone else ():
            first = next((t for t in doc[start : lead_in.end] if not t.is_lower and not t.is_space), None)
            if first is not None and first.is_alpha and first.lower_ not in CALENDAR:
                yield from _list_from(doc, first.i)


def _in_division(doc: Doc) -> Iterator[Range]:
    """The names of what lies in a district: "at *Sugnu*, Chandel district"."""
    for noun in tokens_with(doc, "LOWER", *DIVISIONS):
        start = noun.i
        while start > 0 and noun.i - start < LONGEST and _is_part(doc[start - 1]):
            start -= 1
        if start == noun.i or start < 2 or doc[start - 1].text != ",":
            continue
        first = start - 1
        while first > 0 and start - 1 - first < LONGEST and _is_part(doc[first - 1]):
            first -= 1
        if 0 < first < start - 1 and doc[first - 1].lower_ in PLACING:
            yield first, start - 1


def _measured(doc: Doc) -> Iterator[Range]:
    """The names of which the text says how far from a place they lie: "*Aykel*, 60 km west of Gondar"."""
    for away in tokens_with(doc, "LOWER", *AWAY):
        before = [token.lower_ for token in doc[max(0, away.i - REACH) : away.i]]
        if UNITS.isdisjoint(before) or "," not in before:
            continue
        comma = away.i - len(before) + before.index(",")
        start = comma
        while start > 0 and comma - start < LONGEST and _is_part(doc[start - 1]):
            start -= 1
        if start < comma and doc[start].text[0].isupper():
            yield start, comma


def _list_from(doc: Doc, start: int, *, several: bool = False) -> Iterator[Range]:
    """The name that begins at a token and, of several, those that follow it in a list."""
    end = start
    while end < len(doc) and end - start < LONGEST and _is_part(doc[end]):
        end += 1
    if (
        end == start
        or not any(token.text[0].isupper() for token in doc[start:end])
        or _modifies(doc[end - 1])
    ):
        return
    yield start, end
    following = doc[end] if several and end < len(doc) else None
    if following is not None and (following.text == "," or following.lower_ == "and"):
        more = end + 1 + (following.text == "," and end + 1 < len(doc) and doc[end + 1].lower_ == "and")
        yield from _list_from(doc, more, several=following.text == ",")


def _is_part(token: Token) -> bool:
    """Whether a token may be part of a name: a capitalised word, a hyphen inside it, an Arabic article."""
    if token.text == "-":
        return not token.whitespace_ and token.i > 0 and not token.nbor(-1).whitespace_
    article = token.lower_ in ARTICLES and not token.whitespace_
    return article or (token.is_alpha and token.text[0].isupper() and token.ent_type_ != "DATE")


def _modifies(last: Token) -> bool:
    """Whether the last word of what looks like a name only says of what kind a noun is: "of *Fatah* men"."""
    if last.dep_ not in ("compound", "amod", "nmod", "poss") or last.head.i <= last.i:
        return False
    between = last.doc[last.i + 1 : last.head.i]  # "between Tessalit and *Aguelhok* a vehicle struck a mine"
    return last.head.is_lower and last.head.pos_ in NOMINAL and all(t.pos_ != "DET" for t in between)
