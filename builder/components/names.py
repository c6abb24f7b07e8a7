"""Proper names: the gazetteer's, spaCy's named entities and demonyms, without overlap."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Span

from builder.components.annotations import Name, register_extensions
from builder.gazetteer import load_gazetteer, normalise_name, transliteration_key
from builder.patterns import load

PATTERNS = load("names")
LABELS = frozenset(PATTERNS["labels"])
ARTICLES = frozenset(PATTERNS["articles"])
BODIES = frozenset(noun for nouns in load("nouns")["Organization"].values() for noun in nouns)
TITLES = frozenset(PATTERNS["titles"])
CALENDAR = frozenset((*load("times")["weekdays"], *load("times")["months"]))
STANCES = frozenset(PATTERNS["stances"])


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """How many words the gazetteer's names have, longest first, by their first word."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in load_gazetteer().names:
        words = name.split()
        lengths[words[0]].add(len(words))
    return {word: tuple(sorted(sizes, reverse=True)) for word, sizes in lengths.items()}


def _starts_name(doc: Doc, i: int) -> bool:
    token = doc[i]
    if token.text[:1].isupper():
        return True
    return token.lower_ in ARTICLES and i + 1 < len(doc) and doc[i + 1].text == "-"


def _gazetteer_name(doc: Doc, whole: str, i: int) -> Name | None:
    """The longest name of the gazetteer that starts at token `i`."""
    first = normalise_name(doc[i].text).split(" ")[0]
    gazetteer = load_gazetteer()
    for size in _lengths().get(first, ()):
        # Hyphens and apostrophes are tokens of their own, so a name of n words has up to 2n of them.
        for end in range(min(len(doc), i + 2 * size), i, -1):
            text = whole[doc[i].idx : doc[end - 1].idx + len(doc[end - 1])]
            if "\n" in text or not doc[end - 1].text[-1:].isalnum() and doc[end - 1].text != "U.S.":
                continue
            entries = gazetteer.find(text)
            if " in " in text:  # "the US embassy in Baghdad" is a facility and its place
                entries = tuple(entry for entry in entries if entry.kind != "Facility")
            if entries:
                return Name(i, end, entries)
    return None


def gazetteer_names(doc: Doc) -> list[Name]:
    """Every name of the gazetteer in the text, leftmost and longest first, without overlap."""
    found: list[Name] = []
    whole = doc.text  # spaCy joins it anew at each access
    i = 0
    while i < len(doc):
        name = _gazetteer_name(doc, whole, i) if _starts_name(doc, i) else None
        if name is not None:
            found.append(name)
        i = i + 1 if name is None else name.end
    return found


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


def _joined(doc: Doc, start: int, end: int, *, entity_is_person: bool) -> tuple[int, int]:
    """A range widened over hyphens without blanks: of "Ahrar-ul-Hind" spaCy may see one end only."""
    while end + 1 < len(doc) and doc[end].text == "-" and not doc[end - 1].whitespace_ and not doc[end].whitespace_:
        end += 2
    while start > 1 and doc[start - 1].text == "-" and not doc[start - 1].whitespace_ and not doc[start - 2].whitespace_:
        start -= 2
    while start < end and doc[start].lower_ in STANCES:
        start += 2
    while entity_is_person and end < len(doc) and _goes_on(doc, end):
        end += 1
    return start, end


def _goes_on(doc: Doc, end: int) -> bool:
    """Whether a person's name that spaCy cut short goes on: "Amadou Ag" in "Amadou Ag Salem"."""
    following = doc[end]
    return following.pos_ == "PROPN" and following.text[:1].isupper() and doc[end - 1].head.i == end


def _is_place_only(name: Name) -> bool:
    return all(entry.kind in ("Place", "State") for entry in name.entries)


def _merge(doc: Doc, known: list[Name], demonyms: dict[int, str]) -> list[Name]:
    """The gazetteer's names, and the named entities that do not overlap them or that contain a mere place."""
    merged = list(known)
    for entity in doc.ents:
        if entity.label_ not in LABELS or entity.end - 1 in demonyms or entity.root.lower_ in CALENDAR:
            continue
        start, end = _joined(doc, *_trim(entity), entity_is_person=entity.label_ == "PERSON")
        while start < end and start in demonyms:
            start += 1
        inside = [name for name in merged if name.start < end and start < name.end]
        if start == end or doc[end - 1].text[0].islower():
            continue
        wider = all(_is_place_only(name) and name.end < end and start <= name.start for name in inside)
        if not inside or (wider and entity.label_ != "GPE"):
            merged = [name for name in merged if name not in inside]
            merged.append(Name(start, end, (), entity.label_))
    return sorted(merged, key=lambda name: name.start)


def _demonyms(doc: Doc, known: list[Name]) -> dict[int, str]:
    """The ISO code of each demonym, but for stances: "pro-Iranian" is not Iranian."""
    table = load_gazetteer().demonyms
    taken = {i for name in known for i in range(name.start, name.end)}
    found: dict[int, str] = {}
    for token in doc:
        if not token.text[:1].isupper() or token.i in taken:
            continue
        pair = f"{token.lower_} {doc[token.i + 1].lower_}" if token.i + 1 < len(doc) else ""
        code = table.get(pair) or table.get(token.lower_)
        stance = token.i >= 2 and doc[token.i - 1].text == "-" and doc[token.i - 2].lower_ in STANCES
        if code is not None and not stance:
            found[token.i] = code
            if pair in table:
                found[token.i + 1] = code
    return found


def _last_names(doc: Doc, names: list[Name]) -> frozenset[str]:
    """The folded last names of the people whom the text names in full."""
    full = (
        name
        for name in names
        if name.label == "PERSON"
        and name.end - name.start > 1
        and doc[name.end - 1].lower_ not in BODIES
        and (name.start == 0 or doc[name.start - 1].lower_ not in ("in", "near", "at", "to", "from", "outside"))
    )
    known = (n for n in names if any(entry.kind == "Person" for entry in n.entries) and n.end - n.start > 1)
    return frozenset(transliteration_key(doc[name.end - 1].text) for name in (*full, *known))


def _repeated(doc: Doc, names: list[Name]) -> list[Name]:
    """The last names of people named in full, where spaCy sees no name."""
    taken = {i for name in names for i in range(name.start, name.end)}
    return [
        Name(t.i, t.i + 1, (), "PERSON")
        for t in doc
        if t.i not in taken and t.text[:1].isupper() and t.is_alpha and transliteration_key(t.text) in doc._.persons
    ]


def _titled(doc: Doc, names: list[Name]) -> Iterator[Name]:
    """Runs of capitalised words after a rank or an honorific: people that spaCy does not see."""
    taken = {i for name in names for i in range(name.start, name.end)}
    for token in doc[:-2]:
        if token.lower_ not in TITLES or not token.text[:1].isupper() or token.i + 1 in taken:
            continue
        end = token.i + 1
        while end < len(doc) and doc[end].pos_ == "PROPN" and doc[end].text[:1].isupper() and end not in taken:
            end += 1
        if end > token.i + 1:
            yield Name(token.i + 1, end, (), "PERSON")


def _introduced(doc: Doc, names: list[Name]) -> list[Name]:
    """Later uses of an acronym that the text introduces in brackets: "the Front (FLN) ... the FLN said"."""
    bracketed = {
        doc[i].text
        for i in range(1, len(doc) - 1)
        if doc[i - 1].text == "(" and doc[i + 1].text == ")" and doc[i].text.isupper() and len(doc[i]) > 1
    }
    taken = {i for name in names for i in range(name.start, name.end)}
    return [Name(t.i, t.i + 1, (), "ORG") for t in doc if t.text in bracketed and t.i not in taken]


@Language.factory("polemos_names", requires=["doc.ents"], assigns=["doc._.names", "doc._.demonyms", "doc._.persons"])
def create_names(nlp: Language, name: str) -> "NameFinder":
    """Make the component; it has no settings."""
    register_extensions()
    return NameFinder()


class NameFinder:
    """Writes `doc._.names` (a tuple of `Name`, in order) and `doc._.demonyms` (token to ISO code)."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        known = gazetteer_names(doc)
        demonyms = _demonyms(doc, known)
        doc._.demonyms = demonyms
        names = _merge(doc, known, demonyms)
        names += _titled(doc, names)
        doc._.persons = _last_names(doc, names)
        names += _introduced(doc, names)
        names += _repeated(doc, names)
        doc._.names = tuple(sorted(names, key=lambda one: one.start))
        return doc
