"""Proper names: the gazetteer's, spaCy's named entities and demonyms, without overlap."""

from collections.abc import Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from builder.components.annotations import Name, register_extensions
from builder.components.expanded_names import with_expanded
from builder.components.lexicon import ORGANIZATIONS, noun_ending_at
from builder.components.once import text_of
from builder.components.place_names import (
    abbreviated_provinces,
    with_places_called,
    with_repeated_places,
    with_towns,
)
from builder.components.ship_names import with_ships
from builder.components.told_places import with_told_places
from builder.gazetteer import Entry, load_gazetteer, normalise_name, transliteration_key
from builder.geonames import open_index
from builder.patterns import load

WORDS = load("names")
LABELS = frozenset(WORDS["labels"])
ARTICLES = frozenset(WORDS["articles"])
TITLES = frozenset(WORDS["titles"])
MAKES = frozenset(WORDS["makes"])
CONTINENTS = frozenset(WORDS["continents"])
PARTS_OF_CONTINENT = frozenset(WORDS["parts_of_continent"])
STANCES = frozenset(WORDS["stances"])
JOINED = ARTICLES | STANCES
STANCES_AFTER = frozenset(WORDS["stances_after"])
PLACE_NOUNS = frozenset(noun for nouns in load("nouns")["Place"].values() for noun in nouns)
DIVISIONS = frozenset(load("nouns")["Place"]["province"])
PEOPLES = frozenset(WORDS["peoples"])
BODY_WORDS = frozenset(WORDS["body_words"])  # the first words of bodies' names in other languages
PLACE_PREPOSITIONS = frozenset(WORDS["place_prepositions"])
CALENDAR = frozenset((*load("times")["weekdays"], *load("times")["months"]))


@cache
def _lengths() -> dict[str, int]:
    """How many words the longest of the gazetteer's names has that begins with a word."""
    lengths: dict[str, int] = {}
    for name in load_gazetteer().names:
        first, *others = name.split()
        lengths[first] = max(lengths.get(first, 0), 1 + len(others))
    return lengths


def gazetteer_names(doc: Doc) -> list[Name]:
    """Every name of the gazetteer in the text, leftmost and longest first, without overlap."""
    found: list[Name] = []
    text = text_of(doc)
    tokens = list(doc)
    i = 0
    while i < len(tokens):
        name = _gazetteer_name(tokens, text, i) if _starts_name(tokens, i) else None
        if name is not None:
            found.append(name)
        i = i + 1 if name is None else name.end
    return found


def _with_abbreviations(doc: Doc, capitalised: list[Token], names: list[Name]) -> list[Name]:
    taken = _covered(names)
    return names + [name for name in abbreviated_provinces(doc, capitalised) if name.start not in taken]


def _is_capitalised(token: Token) -> bool:
    return token.text[:1].isupper()


def _starts_name(tokens: list[Token], i: int) -> bool:
    """Whether a token has a capital or is an article or stance with its hyphen: "al-Qaeda", "anti-balaka"."""
    token = tokens[i]
    if _is_capitalised(token):
        return True
    return token.lower_ in JOINED and i + 1 < len(tokens) and tokens[i + 1].text == "-"


def _gazetteer_name(tokens: list[Token], text: str, i: int) -> Name | None:
    """The longest name of the gazetteer that starts at token `i`."""
    start = tokens[i].idx
    length = _lengths().get(normalise_name(tokens[i].text).split(" ")[0], 0)
    # Hyphens and apostrophes are tokens of their own, so a name of n words has up to 2n of them.
    for end in range(min(len(tokens), i + 2 * length), i, -1):
        last = tokens[end - 1]
        if last.text[-1].isalnum() or last.text == "U.S.":
            words = text[start : last.idx + len(last)]
            # "the *anti-balaka*", whose name has a capital elsewhere
            entries = _entries(words.capitalize() if tokens[i].lower_ in STANCES else words)
            if entries:
                return Name(i, end, entries)
    return None


def _entries(words: str) -> tuple[Entry, ...]:
    """The entries that bear a name: but for "the US embassy in Baghdad", a facility and its place."""
    if "\n" in words:
        return ()
    entries = load_gazetteer().find(words)
    return tuple(entry for entry in entries if entry.kind != "Facility") if " in " in words else entries


def _trim(entity: Span) -> tuple[int, int]:
    """The token range of a named entity without determiner, possessive, quotes and demonym before it."""
    start, end = entity.start, entity.end
    doc = entity.doc
    while start < end and (doc[start].dep_ == "det" or not doc[start].text[0].isalnum()):
        start += 1
    while end > start and (doc[end - 1].tag_ == "POS" or not doc[end - 1].text[-1].isalnum()):
        end -= 1
    for i in range(start, end):
        if doc[i].tag_ == "POS":
            start = i + 1
    return start, end


def _joined(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """A range widened over hyphens without blanks: of "Ahrar-ul-Hind" spaCy may see one end only."""
    while end + 1 < len(doc) and _joins(doc, end):
        end += 2
    while start > 1 and _joins(doc, start - 1):
        start -= 2
    while start < end and doc[start].lower_ in STANCES:
        start += 2
    return start, end


def _joins(doc: Doc, i: int) -> bool:
    """Whether a token is a hyphen without blanks around it."""
    return doc[i].text == "-" and not doc[i].whitespace_ and not doc[i - 1].whitespace_


def _goes_on(doc: Doc, end: int) -> bool:
    """Whether a person's name that spaCy cut short goes on: "Amadou Ag" in "Amadou Ag Salem"."""
    following = doc[end]
    return following.pos_ == "PROPN" and _is_capitalised(following) and doc[end - 1].head.i == end


def _merge(doc: Doc, known: list[Name], demonyms: dict[int, str]) -> list[Name]:
    """The gazetteer's names, and the named entities that do not overlap them or that contain a mere place."""
    merged = list(known)
    for entity in (part for whole in doc.ents for part in _ends_of_way(whole)):
        if entity.label_ not in LABELS or entity.end - 1 in demonyms or entity.root.lower_ in CALENDAR:
            continue
        start, end = _name_range(entity, demonyms)
        if start >= end or doc[end - 1].text[0].islower() or _is_people(entity, start, end):
            continue
        inside = [name for name in merged if name.start < end and start < name.end]
        wider = all(_is_place_only(name) and name.end < end and start <= name.start for name in inside)
        city = doc[end - 1].text == "City" and bool(open_index().lookup(doc[start:end].text))
        other = entity.label_ == "PERSON" and all(_is_last_name_of(doc, name, start, end) for name in inside)
        if not inside or (wider and (city or entity.label_ != "GPE")) or other:
            merged = [name for name in merged if name not in inside]
            merged.append(Name(start, end, (), entity.label_))
    return sorted(merged, key=lambda name: name.start)


def _ends_of_way(entity: Span) -> Iterator[Span]:
    """The two places that spaCy may take for one: "from *Goma* to *Entebbe*"; else the entity."""
    doc, start = entity.doc, entity.start
    to = next((token.i for token in entity if token.lower_ == "to"), None)
    if to is None or start == 0 or doc[start - 1].lower_ != "from" or to in (start, entity.end - 1):
        yield entity
        return
    yield Span(doc, start, to, label=entity.label_)
    yield Span(doc, to + 1, entity.end, label=entity.label_)


def _name_range(entity: Span, demonyms: dict[int, str]) -> tuple[int, int]:
    """The tokens of a named entity that are its name, neither cut short nor with a demonym before it."""
    doc = entity.doc
    start, end = _joined(doc, *_trim(entity))
    while entity.label_ == "PERSON" and end < len(doc) and _goes_on(doc, end):
        end += 1
    while start < end and start in demonyms:
        start += 1
    return start, end


def _is_people(entity: Span, start: int, end: int) -> bool:
    """Whether a word is the adjective of a people, which spaCy may take for a body: "*Uyghur* rebels"."""
    is_word = end - start == 1 and entity.label_ != "PERSON"
    return is_word and entity.doc[start].lower_ in PEOPLES


def _is_last_name_of(doc: Doc, name: Name, start: int, end: int) -> bool:
    """Whether a known person's last name ends the name of somebody else: "Rifaat *al-Assad*"."""
    is_person = bool(name.entries) and name.entries[0].kind == "Person"
    if not is_person or start >= name.start or name.end != end:
        return False
    is_last = sum(_is_capitalised(token) for token in doc[name.start : end]) == 1
    first = (doc[i] for i in range(start, name.start))
    return is_last and not any(t.lower_ in TITLES or noun_ending_at(doc, t.i, t.i) for t in first)


def _is_place_only(name: Name) -> bool:
    return all(entry.kind in ("Place", "State") for entry in name.entries)


def _covered(names: list[Name]) -> frozenset[int]:
    """The tokens that names cover."""
    return frozenset(i for name in names for i in range(name.start, name.end))


def _outside(tokens: list[Token], names: list[Name]) -> list[Token]:
    """Those of some tokens that no name covers."""
    taken = _covered(names)
    return [token for token in tokens if token.i not in taken]


def _demonyms(doc: Doc, capitalised: list[Token]) -> dict[int, str]:
    """The ISO code of each demonym, but for stances: "pro-Iranian" is not Iranian."""
    table = load_gazetteer().demonyms
    found: dict[int, str] = {}
    for token in capitalised:
        i = token.i
        pair = f"{token.lower_} {doc[i + 1].lower_}" if i + 1 < len(doc) else ""
        code = table.get(pair) or table.get(token.lower_)
        if (
            code is None
            or has_stance(doc, i)
            or _is_of_make(doc, i)
            or (pair not in table and _is_of_continent(doc, i))
        ):
            continue
        found[i] = code
        if pair in table:  # "South African"
            found[i + 1] = code
    return found


def _is_of_make(doc: Doc, i: int) -> bool:
    """Whether a country is only where something was made: "a rocket of *Russian* make"."""
    return i + 1 < len(doc) and doc[i + 1].lower_ in MAKES and i > 0 and doc[i - 1].lower_ == "of"


def _is_of_continent(doc: Doc, i: int) -> bool:
    """Whether a word names a continent with the one before it: "a *South American* capital"."""
    return i > 0 and doc[i].lower_.rstrip("s") in CONTINENTS and doc[i - 1].lower_ in PARTS_OF_CONTINENT


def _is_adjective(doc: Doc, name: Name) -> bool:
    """Whether a province's name is a demonym here: "*Somali* troops", but not "the Somali region"."""
    token = doc[name.start]
    if name.end - name.start > 1 or token.lower_ not in load_gazetteer().demonyms:
        return False
    is_province = all(entry.kind == "Place" for entry in name.entries)
    before_noun = token.dep_ in ("amod", "compound", "nmod") and token.head.is_lower
    return is_province and before_noun and token.head.lemma_.lower() not in DIVISIONS


def has_stance(doc: Doc, i: int) -> bool:
    """Whether a hyphen joins a token to a stance: "pro-*Iranian*", "anti-*US*"."""
    return i >= 2 and doc[i - 1].text == "-" and doc[i - 2].lower_ in STANCES


def is_backer(doc: Doc, end: int) -> bool:
    """Whether a participle follows a name, so that it is whose side others are on: "*US*-backed"."""
    return end + 1 < len(doc) and doc[end].text == "-" and doc[end + 1].lower_ in STANCES_AFTER


def _last_names(doc: Doc, names: list[Name]) -> frozenset[str]:
    """The folded last names of the people whom the text names in full."""
    full = [name for name in names if name.end - name.start > 1]
    people = (name for name in full if name.label == "PERSON" and _is_surely_person(doc, name))
    known = (name for name in full if any(entry.kind == "Person" for entry in name.entries))
    return frozenset(transliteration_key(doc[name.end - 1].text) for name in (*people, *known))


def _is_surely_person(doc: Doc, name: Name) -> bool:
    """Whether neither a body's noun nor a preposition of place makes what spaCy says of a name doubtful."""
    if doc[name.end - 1].lower_ in ORGANIZATIONS:
        return False
    before = doc[max(0, name.start - 2) : name.start].text.lower().split()
    is_called = len(before) > 1 and before[1] == "of" and before[0] in PLACE_NOUNS
    return not is_called and PLACE_PREPOSITIONS.isdisjoint(before[-1:])


def _repeated(capitalised: list[Token], persons: frozenset[str]) -> Iterator[Name]:
    """The last names of people named in full, where spaCy sees no name."""
    for token in capitalised:
        if token.is_alpha and transliteration_key(token.text) in persons:
            yield Name(token.i, token.i + 1, (), "PERSON")


def _titled(doc: Doc, capitalised: list[Token], names: list[Name]) -> Iterator[Name]:
    """Runs of capitalised words after a rank or an honorific: people that spaCy does not see."""
    taken = _covered(names)
    for token in capitalised:
        start = token.i + 1
        if token.lower_ not in TITLES or start in taken or start + 1 == len(doc):
            continue
        body = noun_ending_at(doc, token.i, start)
        if body is not None and " " in body.text:  # "the *General Staff*"
            continue
        end = start
        while end < len(doc) and end not in taken and doc[end].pos_ == "PROPN" and _is_capitalised(doc[end]):
            end += 1
        if end > start:
            yield Name(start, end, (), "PERSON")


def _introduced(doc: Doc, capitalised: list[Token], names: list[Name]) -> Iterator[Name]:
    """Later uses of an acronym that the text introduces in brackets: "the Front (FLN) ... the FLN said"."""
    acronyms = {token.text for token in capitalised if token.is_upper and _is_bracketed(doc, token.i)}
    for token in _outside(capitalised, names):
        if len(token) > 1 and token.text in acronyms:
            yield Name(token.i, token.i + 1, (), "ORG")


def _is_bracketed(doc: Doc, i: int) -> bool:
    return 0 < i < len(doc) - 1 and doc[i - 1].text == "(" and doc[i + 1].text == ")"


@Language.factory(
    "polemos_names",
    requires=["doc.ents", "token.tag", "token.pos", "token.dep"],
    assigns=["doc._.names", "doc._.demonyms", "doc._.persons"],
)
def create_names(nlp: Language, name: str) -> "NameFinder":
    """Make the component; it has no settings."""
    register_extensions()
    return NameFinder()


class NameFinder:
    """Writes `doc._.names`, `doc._.demonyms` and `doc._.persons`.

    They are a tuple of `Name` in the order of the text, the ISO code of each demonym by its token, and the
    folded last names of the people whom the text names in full.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        capitalised = [token for token in doc if _is_capitalised(token)]
        known = [name for name in gazetteer_names(doc) if not _is_adjective(doc, name)]
        known = _with_abbreviations(doc, capitalised, known)
        demonyms = _demonyms(doc, _outside(capitalised, known))
        names = with_towns(doc, _merge(doc, known, demonyms))
        names = with_expanded(doc, with_told_places(doc, with_places_called(doc, names)))
        names += _titled(doc, capitalised, names)
        persons = _last_names(doc, names)
        names += _introduced(doc, capitalised, names)
        names += _repeated(_outside(capitalised, names), persons)
        names = with_ships(doc, with_repeated_places(doc, names, persons))
        doc._.names = tuple(sorted(names, key=lambda one: one.start))
        doc._.demonyms = demonyms
        doc._.persons = persons
        return doc
