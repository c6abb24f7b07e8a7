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
AT_LEAST = tuple(NUMBERS["at_least"])
AT_MOST = tuple(NUMBERS["at_most"])
STRICT = tuple(NUMBERS["strict"])
NEGATED = tuple(NUMBERS["negated"])
JOINTS = frozenset(NUMBERS["joints"])
DECIMAL = re.compile(r"^\d+\.\d+$")
RANGE = re.compile(r"^(\d[\d,]*)\s*[-–]\s*(\d[\d,]*)$")
HUNDRED = 100  # the one scale that multiplies only the word before it
NAUTICAL = "nautical"
QUALIFIER_WINDOW = 3  # the longest qualifier, "not less than", has three words
# How people are taken, in the singular, where the parser sees one phrase: "took *300 people hostage*".
CAPTIVE = frozenset(("hostage", "captive", "prisoner"))


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
    holder = root.head if root.dep_ == "compound" and root.head.lower_ in CAPTIVE else root
    numerals = [child for child in holder.lefts if _counts(child)]
    if numerals:
        # The last: of "between 6 and 8" and "twenty-one" the parser may hang each part on the noun.
        return quantity_at(next((n for n in reversed(numerals) if n.dep_ == "nummod"), numerals[0]))
    named = [child for child in root.lefts if child.dep_ == "nmod"]
    if named and root.i > 0 and root.nbor(-1).text == ")":  # "four Abu Sayyaf Group (ASG) *terrorists*"
        return read_quantity(named[-1])
    above = root.head
    if above.lower_ == "of" and above.head.lower_ in PLURALS:
        return quantity_at(above.head)
    # "*dozens* were injured": who they are is not told
    return quantity_at(root) if root.lower_ in PLURALS else Quantity()


def _counts(token: Token) -> bool:
    """Whether a word before a noun is its numeral, and no part of a date: "the *May 5* attack"."""
    if token.dep_ not in ("nummod", "det", "amod") or token.ent_type_ in ("DATE", "TIME"):
        return False
    lower = token.lower_
    is_word = lower in WORDS and token.pos_ in ("NUM", "DET", "ADJ", "PRON")
    return is_word or lower in PLURALS or lower in SCALES or token.like_num


def bare_numeral(word: Token) -> Token | None:
    """The numeral that stands without a noun, "injuring *30*", or only with "more": "injuring *two* more"."""
    if word.lower_ == "more":
        return next((left for left in word.lefts if left.like_num), None)
    return word if word.like_num else None


def quantity_at(numeral: Token) -> Quantity:
    """The quantity that starts from one numeral token, with the words that qualify it."""
    upper = next((child for child in numeral.rights if child.dep_ == "conj" and child.like_num), None)
    if upper is not None and _partner(upper) is not None:
        return quantity_at(upper)  # "between 6 and 8": the parser hangs the noun on the first
    lower = numeral.lower_
    if lower in PLURALS:
        return Quantity(at_least=PLURALS[lower])
    span = RANGE.match(numeral.text)
    if span:
        return Quantity(at_least=parse_number(span[1]), at_most=parse_number(span[2]))
    number = parse_number(_whole_numeral(numeral))
    return Quantity() if number is None else _qualified(numeral, number)


def _qualified(numeral: Token, number: int) -> Quantity:
    """The quantity of a number with a lower end or words such as "at least" before it."""
    low = _partner(numeral)
    if low is not None:
        return Quantity(at_least=min(low, number), at_most=max(low, number))
    before = _words_before(numeral)
    at_least, at_most = _longest(AT_LEAST, before), _longest(AT_MOST, before)
    strict = before.endswith(STRICT) and not before.endswith(NEGATED)
    if at_least > at_most:
        return Quantity(at_least=number + strict, stated=number)
    if at_most > at_least:
        return Quantity(at_most=number - strict, stated=number)
    return Quantity(exact=number, stated=number)


def _longest(qualifiers: tuple[str, ...], before: str) -> int:
    """The length of the longest qualifier that ends some words: of "no more than", not of "more than"."""
    return max((len(qualifier) for qualifier in qualifiers if before.endswith(qualifier)), default=0)


def _words_before(numeral: Token) -> str:
    """The words where a qualifier may stand: those of the numeral's own phrase, and a few before them."""
    doc, i = numeral.doc, numeral.i
    start = min(child.i for child in numeral.subtree if child.i >= i - QUALIFIER_WINDOW)
    first = max(numeral.sent.start, min(start, i) - QUALIFIER_WINDOW)
    return " ".join(token.lower_ for token in doc[first:i])


def _partner(numeral: Token) -> int | None:
    """The lower end of "between 6 and 8" or "6 to 8", where the numeral is the upper one."""
    doc, i = numeral.doc, numeral.i
    if i < 2 or doc[i - 1].lower_ not in JOINTS or (doc[i - 1].text in "-–" and not doc[i].is_digit):
        return None
    between = i >= 3 and doc[i - 3].lower_ == "between"
    if (doc[i - 1].lower_ == "and" and not between) or (i >= 3 and doc[i - 3].lower_ == "from"):
        return None
    return parse_number(doc[i - 2].text) if doc[i - 2].like_num else None


def _whole_numeral(numeral: Token) -> str:
    """A numeral of several tokens ("twenty - one", "two hundred") as one text."""
    parts = [child.text for child in numeral.lefts if child.dep_ in ("compound", "nummod", "punct")]
    doc, i = numeral.doc, numeral.i
    after = [doc[i + 2].text] if i + 2 < len(doc) and doc[i + 1].text == "-" and doc[i + 2].like_num else []
    if i + 1 < len(doc) and doc[i + 1].lower_ in SCALES and numeral.lower_ not in SCALES:
        after = [doc[i + 1].text]  # "two *dozen* fighters", which the parser may hang on the noun
    joined = i >= 2 and doc[i - 1].text == "-" and not doc[i - 2].whitespace_  # not "Oct 17 - A missile"
    if not parts and joined and doc[i - 2].like_num:
        parts = [doc[i - 2].text]
    return " ".join(part for part in [*parts, numeral.text, *after] if part != "-")


def read_metres(numeral: Token) -> int | None:
    """The distance of a numeral with a unit of length after it, in whole metres."""
    unit = numeral.head
    measure = unit.lemma_.lower()
    nautical = f"{NAUTICAL} {measure}"
    at_sea = nautical in METRES and any(child.lower_ == NAUTICAL for child in unit.lefts)
    factor = METRES.get(nautical if at_sea else measure)
    text = _whole_numeral(numeral)
    number = float(text) if DECIMAL.match(text) else parse_number(text)
    return None if factor is None or number is None else round(number * factor)


def count_of_events(token: Token) -> int | None:
    """How many events a noun counts, or how often a verb was done: "13 attacks", "bombed it 9 times"."""
    if token.pos_ == "VERB":
        return _times(token)
    if token.tag_ != "NNS":
        return None
    first = token.doc[token.left_edge.i]  # "31 missile and drone attacks": the parser counts the missiles
    quantity = read_quantity(token)
    if quantity.stated is None and first.like_num and first.ent_type_ != "DATE":
        quantity = quantity_at(first)
    return quantity.stated


def _times(verb: Token) -> int | None:
    """How often something was done: "has bombed the pipeline *1,600 times*"."""
    often = (child for child in verb.rights if child.dep_ == "npadvmod" and child.lower_ == "times")
    counts = (quantity_at(one).stated for times in often for one in times.lefts if one.dep_ == "nummod")
    return next(counts, None)
