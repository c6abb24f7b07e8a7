"""Names of bodies that an acronym in brackets ends: "the *Unité pour la paix en Centrafrique* (UPC)".

spaCy, which knows no foreign words and few bodies, sees half of such a name or none. Where it begins is told
by the letters of the acronym, found from the last backwards (Schwartz and Hearst, "A simple algorithm for
identifying abbreviation definitions in biomedical text", 2003), else by capitals and a noun that bodies are
called by: the acronym may be of the name in another language.
"""

from dataclasses import replace

from spacy.tokens import Doc, Token

from builder.components.annotations import Name
from builder.components.lexicon import ORGANIZATIONS
from builder.components.syntax import tokens_with
from builder.gazetteer import Entry, normalise_name
from builder.patterns import load

JOINTS = frozenset(load("aliases")["name_joints"])
LABEL = "ORG"
SHORTEST = 2  # letters of an acronym
LONGEST = 12  # tokens of a name
STEM = 5  # letters by which words of two languages are compared: "patriotique" and "Patriotic"
DASHES = frozenset("-–")


def with_expanded(doc: Doc, names: list[Name]) -> list[Name]:
    """The names, those that acronyms end instead of what else was seen in them."""
    for bracket in tokens_with(doc, "ORTH", "("):
        acronym = _acronym_after(bracket)
        start = None if acronym is None else _start(doc, bracket.i, acronym)
        if acronym is None or start is None:
            continue
        inside = [name for name in names if name.start < bracket.i and start < name.end]
        if any(_is_body(name) or name.start < start or name.end > bracket.i for name in inside):
            continue
        names = [name for name in names if name not in inside] + [Name(start, bracket.i, (), LABEL)]
        names = _of_another_removed(doc, names, acronym, doc[start : bracket.i].text)
    return names


def _acronym_after(bracket: Token) -> str | None:
    """What stands in brackets if it is an acronym: capitals, and digits after a hyphen as in "M-19"."""
    doc, first = bracket.doc, bracket.i + 1
    end = next((i for i in range(first, min(first + 4, len(doc))) if doc[i].text == ")"), None)
    if end is None:
        return None
    text = doc[first:end].text
    letters = [letter for letter in text if letter.isalnum()]
    plain = text.replace("-", "").isalnum() and text == text.upper() and text[0].isalpha()
    return text if plain and len(letters) >= SHORTEST else None


def _start(doc: Doc, end: int, acronym: str) -> int | None:
    """Where the name before a bracket begins; None where nothing tells."""
    first = max(doc[end].sent.start, end - LONGEST, 0)
    return _by_letters(doc, first, end, acronym) or _by_capitals(doc, first, end)


def _by_letters(doc: Doc, first: int, end: int, acronym: str) -> int | None:
    """The word that begins with the first letter, where each other letter begins a word after it in order."""
    wanted = [letter for letter in acronym.lower() if letter.isalpha()]
    if len(wanted) <= SHORTEST:
        return None  # two letters are found by chance
    for i in range(end - 1, first - 1, -1):
        if not doc[i].is_alpha and doc[i].text not in DASHES:
            return None
        if normalise_name(doc[i].text)[:1] != wanted[-1]:
            continue
        wanted.pop()
        if not wanted:
            return i if doc[i].text[0].isupper() and doc[end - 1].text[0].isupper() else None
    return None


def _by_capitals(doc: Doc, first: int, end: int) -> int | None:
    """Where a run of capitalised words and joints begins that a body's noun is in."""
    start = end
    while start > first and (_is_capitalised(doc[start - 1]) or doc[start - 1].lower_ in JOINTS):
        start -= 1
    while start < end and (not _is_capitalised(doc[start]) or _only_begins(doc, start, end)):
        start += 1
    words = [token.lower_ for token in doc[start:end] if _is_capitalised(token)]
    return start if len(words) > 1 and not ORGANIZATIONS.isdisjoint(words) else None


def _is_capitalised(token: Token) -> bool:
    """Whether a word has a capital, or is an ordinal: "the *19th* of April Movement"."""
    return token.text[0].isupper() or (
        token.like_num and token.text[0].isdigit() and not token.text.isdigit()
    )


def _only_begins(doc: Doc, i: int, end: int) -> bool:
    """Whether a word has its capital for the sentence's sake: "*Members* of the National Front"."""
    before_joint = i + 1 < end and doc[i + 1].lower_ in JOINTS
    return i == doc[i].sent.start and before_joint and doc[i].lower_ not in ORGANIZATIONS


def _is_body(name: Name) -> bool:
    return any(entry.kind not in ("Place", "State") for entry in name.entries)


def _of_another_removed(doc: Doc, names: list[Name], acronym: str, full: str) -> list[Name]:
    """The names, the acronym no more that of a known body whose names have no word of the one told."""
    found = _stems(full)

    def told(entry: Entry) -> bool:
        return any(not found.isdisjoint(_stems(name)) for name in entry.names)

    return [
        replace(name, entries=tuple(entry for entry in name.entries if told(entry)), label=LABEL)
        if doc[name.start : name.end].text == acronym
        else name
        for name in names
    ]


def _stems(name: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in normalise_name(name).split() if len(word) >= STEM)
