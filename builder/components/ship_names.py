"""Names of ships: after the letters that ships' names begin with, after a noun, and wherever they come again.

spaCy, which was trained on few, takes them for people, bodies or the towns that they are called after.
"""

from collections.abc import Iterable, Iterator

from spacy.tokens import Doc

from builder.components.annotations import Name
from builder.components.syntax import tokens_with
from builder.patterns import load

WORDS = load("names")
PREFIXES = frozenset(WORDS["ship_prefixes"])
LAST_LETTERS = frozenset(prefix.rpartition("/")[2] for prefix in PREFIXES)
NOUNS = frozenset(noun.rpartition(" ")[2] for noun in load("nouns")["Facility"]["Ship"])
LABEL = "SHIP"  # beside spaCy's labels
LONGEST = 4  # tokens of a name after its prefix: "MSC Sky II", "Front Altair"


def with_ships(doc: Doc, names: list[Name]) -> list[Name]:
    """The names, those of ships in the place of what else was seen in them."""
    prefixed = [*_prefixed(doc)]
    taken = {i for first, ship in prefixed for i in range(first, ship.end)}
    ships = [ship for _, ship in prefixed]
    ships += (ship for ship in _called(doc) if taken.isdisjoint(range(ship.start, ship.end)))
    ships += _again(doc, {doc[ship.start : ship.end].text for ship in ships}, taken)
    taken.update(i for ship in ships for i in range(ship.start, ship.end))
    return [name for name in names if taken.isdisjoint(range(name.start, name.end))] + ships


def _prefixed(doc: Doc) -> Iterator[tuple[int, Name]]:
    """The capitalised words after "MV" or "M/V", which is three tokens; with the first of the letters."""
    for token in tokens_with(doc, "ORTH", *PREFIXES, *LAST_LETTERS):
        first = token.i - 2 if token.i > 1 and doc[token.i - 1].text == "/" else token.i
        if doc[first : token.i + 1].text not in PREFIXES or not token.whitespace_:
            continue
        start = token.i + 1
        end = _end_of_name(doc, start)
        if end > start:
            yield first, Name(start, end, (), LABEL)


def _called(doc: Doc) -> Iterator[Name]:
    """The names of several words, in capitals or quotes, after a noun: "the tanker *Mercer Street*"."""
    for token in tokens_with(doc, "LOWER", *NOUNS):
        quoted = token.i + 1 < len(doc) and doc[token.i + 1].is_quote
        start = token.i + 2 if quoted else token.i + 1
        end = _end_of_name(doc, start) if token.is_lower else start
        in_quotes = quoted and start < end < len(doc) and doc[end].is_quote
        if in_quotes or end > start + 1 or (end > start and doc[start].is_upper and len(doc[start]) > 1):
            yield Name(start, end, (), LABEL)


def _end_of_name(doc: Doc, start: int) -> int:
    """The token after the capitalised words that begin at a token."""
    end = start
    while end < min(len(doc), start + LONGEST) and doc[end].text[:1].isupper() and doc[end].is_alpha:
        end += 1
    return end


def _again(doc: Doc, texts: Iterable[str], taken: set[int]) -> Iterator[Name]:
    """Other uses of a ship's name of several words; a single word may mean a town or a person."""
    several = [words for words in (text.split() for text in texts) if len(words) > 1]
    for token in tokens_with(doc, "ORTH", *(words[0] for words in several)):
        if token.i in taken:
            continue
        for words in several:
            end = token.i + len(words)
            if [each.text for each in doc[token.i : end]] == words:
                yield Name(token.i, end, (), LABEL)
