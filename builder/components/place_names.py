"""Names of places that spaCy does not see or takes for other things.

Provinces by their abbreviations, the towns before a province ("London, Ky."), other uses of a place's name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from spacy.tokens import Doc, Token

from builder.components.annotations import Name
from builder.components.syntax import tokens_with
from builder.gazetteer import Entry, load_gazetteer, transliteration_key
from builder.geonames import open_index
from builder.model import Precision
from builder.patterns import load

# "an *Edmonton* resident": where a place fills no role, and spaCy often sees no name
MODIFYING = frozenset(("compound", "nmod", "poss", "amod"))
# Where a word that is called a place elsewhere is one, though nothing else tells: "shelled *Prilep*".
AGAIN = MODIFYING | {"dobj", "nsubjpass"}
IN = frozenset(load("kinds")["strong_place_prepositions"])
LONGEST_TOWN = 4  # tokens: "New York Mills", "Coeur d'Alene"


@cache
def _provinces() -> dict[str, Entry]:
    """The gazetteer's provinces by abbreviation; of a code of two countries ("WA") the first in the file."""
    found: dict[str, Entry] = {}
    for code, abbreviations in load("places")["abbreviations"].items():
        country, _, admin1 = code.partition(".")
        entry = load_gazetteer().provinces[country, admin1]
        for abbreviation in abbreviations:
            found.setdefault(abbreviation, entry)
    return found


def abbreviated_provinces(doc: Doc, capitalised: Iterable[Token]) -> Iterator[Name]:
    """Each abbreviation that stands after a name and a comma; one of initials, "B.C.", anywhere."""
    table = _provinces()
    for token in capitalised:
        i = token.i
        has_stop = i + 1 < len(doc) and doc[i + 1].text == "." and not token.whitespace_
        text = token.text if token.text in table or not has_stop else f"{token.text}."
        entry = table.get(text) or table.get(f"{text}.")
        if entry is not None and (text.count(".") > 1 or _follows_town(doc, i)):
            yield Name(i, i + 1, (entry,))


def _follows_town(doc: Doc, i: int) -> bool:
    """Whether a capitalised word and a comma precede a token, and no other name goes on with it."""
    if i < 2 or doc[i - 1].text != "," or not doc[i - 2].text[0].isupper():
        return False
    following = doc[i + 1] if i + 1 < len(doc) else None
    return following is None or doc[i].text.endswith(".") or not following.text[0].isupper()


def with_towns(doc: Doc, names: list[Name]) -> list[Name]:
    """The names, those before a province and a comma being places: "*Paris*, Texas", "*MEXICO*, Mo."."""
    towns = [town for name in names if (town := _town_before(doc, name)) is not None]
    covered = {i for town in towns for i in range(town.start, town.end)}
    return [name for name in names if covered.isdisjoint(range(name.start, name.end))] + towns


def _town_before(doc: Doc, name: Name) -> Name | None:
    """The longest name before a province and a comma that a settlement there bears."""
    entry = name.entries[0] if name.entries else None
    if entry is None or entry.type != Precision.PROVINCE or name.start < 2 or doc[name.start - 1].text != ",":
        return None
    end = name.start - 1
    for start in range(max(0, end - LONGEST_TOWN), end):
        words = doc[start:end].text
        if words[0].isupper() and "," not in words and _is_in(words, entry):
            return Name(start, end, (), "GPE")
    return None


def _is_in(words: str, province: Entry) -> bool:
    where = (province.country, province.admin1)
    return any((found.country, found.admin1) == where for found in open_index().lookup(words))


def with_places_called(doc: Doc, names: list[Name]) -> list[Name]:
    """The names; what spaCy takes for a person is a place where the text says "in" it, and one is known.

    "In the market of *Tak Bai* … a protest *in Tak Bai*": people are called by the names of towns too.
    """
    people = [name for name in names if name.label == "PERSON" and not name.entries]
    inside = {_folded(doc, name) for name in people if doc[name.start - 1 if name.start else 0].lower_ in IN}
    places = {text for text in inside if any(found.primary for found in open_index().lookup(text))}
    return [replace(n, label="GPE") if n in people and _folded(doc, n) in places else n for n in names]


def with_repeated_places(doc: Doc, names: list[Name], persons: frozenset[str]) -> list[Name]:
    """The names; what is called as a place is one too, unless it is a person's last name."""
    places = {_folded(doc, name) for name in names if name.label == "GPE" and not name.entries}
    places = {text for text in places if transliteration_key(text.rpartition(" ")[2]) not in persons}
    taken = {i for name in names for i in range(name.start, name.end)}
    words = tokens_with(doc, "LOWER", *places)
    again = (t.i for t in words if t.text[0].isupper() and t.dep_ in AGAIN)
    return [
        replace(name, label="GPE") if not name.entries and _folded(doc, name) in places else name
        for name in names
    ] + [Name(i, i + 1, (), "GPE") for i in again if i not in taken]


def _folded(doc: Doc, name: Name) -> str:
    """A name without its capitals, which a dateline writes throughout: "EDMONTON"."""
    return doc[name.start : name.end].text.lower()
