"""Numbers as the text gives them: exact, or bounded ("at least 12", "up to 30", "dozens of")."""

import re

from spacy.tokens import Token

from builder.components.annotations import Quantity
from builder.patterns import load

NUMBERS = load("numbers")
WORDS: dict[str, int] = NUMBERS["words"]
SCALES: dict[str, int] = NUMBERS["scales"]
PLURALS: dict[str, int] = NUMBERS["plurals"]
METRES: dict[str, float] = NUMBERS["metres"]
DECIMAL = re.compile(r"^\d+\.\d+$")
RANGE = re.compile(r"^(\d[\d,]*)\s*[-–]\s*(\d[\d,]*)$")
HUNDRED = 100  # the one scale that multiplies only the word before it
QUALIFIER_WINDOW = 3  # the longest qualifier, "not less than", has three words


def parse_number(text: str) -> int | None:
    """The whole number that a word or numeral stands for.

    >>> parse_number("1,200"), parse_number("twenty-one"), parse_number("Twelve"), parse_number("many")
    (1200, 21, 12, None)
    """
    plain = text.lower().replace(",", "")
    parts = plain.replace("-", " ").split()
    total = group = 0
    for part in parts:
        if part in SCALES and SCALES[part] > HUNDRED:
            total, group = total + max(group, 1) * SCALES[part], 0
        elif part in SCALES:
            group = max(group, 1) * SCALES[part]
        elif part in WORDS or part.isdecimal():
            group += WORDS[part] if part in WORDS else int(part)
        else:
            return None
    return total + group if parts else None


def read_quantity(root: Token) -> Quantity:
    """How many a noun phrase counts, read from the numeral before its head (or "dozens of" above it)."""
    numerals = [child for child in root.lefts if child.dep_ in ("nummod", "det", "amod") and child.ent_type_ not in ("DATE", "TIME") and _is_number(child)]
    if numerals:
        numeral = next((child for child in numerals if child.dep_ == "nummod"), numerals[0])
        return quantity_at(numeral)
    above = root.head
    if above.lower_ == "of" and above.head.lower_ in PLURALS:
        return quantity_at(above.head)
    return Quantity()


def quantity_at(numeral: Token) -> Quantity:
    """The quantity that starts from one numeral token, with the words that qualify it."""
    lower = numeral.lower_
    if lower in PLURALS:
        return Quantity(at_least=PLURALS[lower])
    span = RANGE.match(numeral.text)
    if span:
        return Quantity(at_least=parse_number(span[1]), at_most=parse_number(span[2]))
    number = parse_number(_whole_numeral(numeral))
    return Quantity() if number is None else _qualified(numeral, number)


def _qualified(numeral: Token, number: int) -> Quantity:
    start = min([numeral.i, *(child.i for child in numeral.subtree if child.i >= numeral.i - QUALIFIER_WINDOW)])
    first = max(numeral.sent.start, min(start, numeral.i) - QUALIFIER_WINDOW)
    before = " ".join(token.lower_ for token in numeral.doc[first : numeral.i])
    low = _partner(numeral)
    if low is not None:
        return Quantity(at_least=min(low, number), at_most=max(low, number))
    if before.endswith(tuple(NUMBERS["at_least"])):
        strict = before.endswith(("more than", "over", "upwards of"))
        return Quantity(at_least=number + strict, stated=number)
    if before.endswith(tuple(NUMBERS["at_most"])):
        strict = before.endswith(("fewer than", "less than", "under")) and not before.endswith(
            ("no fewer than", "no less than", "not less than")
        )
        return Quantity(at_most=number - strict, stated=number)
    return Quantity(exact=number, stated=number)


def _partner(numeral: Token) -> int | None:
    """The lower end of "between 6 and 8" or "6 to 8", where the numeral is the upper one."""
    doc, i = numeral.doc, numeral.i
    if i < 2 or doc[i - 1].lower_ not in ("to", "and", "-", "–", "or"):
        return None
    between = i >= 3 and doc[i - 3].lower_ == "between"
    if doc[i - 1].lower_ == "and" and not between or (i >= 3 and doc[i - 3].lower_ == "from"):
        return None
    return parse_number(doc[i - 2].text) if doc[i - 2].like_num else None


def _whole_numeral(numeral: Token) -> str:
    """A numeral of several tokens ("twenty - one", "two hundred") as one text."""
    parts = [child.text for child in numeral.lefts if child.dep_ in ("compound", "nummod", "punct")]
    doc, i = numeral.doc, numeral.i
    after = [doc[i + 2].text] if i + 2 < len(doc) and doc[i + 1].text == "-" and doc[i + 2].like_num else []
    return " ".join(part for part in [*parts, numeral.text, *after] if part != "-")


def _is_number(token: Token) -> bool:
    lower = token.lower_
    return token.like_num or lower in PLURALS or (lower in WORDS and token.pos_ in ("NUM", "DET", "ADJ", "PRON"))


def read_metres(numeral: Token) -> int | None:
    """The distance of a numeral with a unit of length after it, in whole metres."""
    unit = numeral.head
    factor = METRES.get(unit.lemma_.lower())
    text = _whole_numeral(numeral)
    number = float(text) if DECIMAL.match(text) else parse_number(text)
    return None if factor is None or number is None else round(number * factor)
