"""The forms that expressions of time take, and which of their matches are times at all."""

import re
from collections.abc import Iterator
from itertools import chain

from builder.patterns import alternatives, load

WORDS = load("times")
MONTHS: dict[str, int] = WORDS["months"]
WEEKDAYS: dict[str, int] = WORDS["weekdays"]
# "Jan.", "Sept.": the short names that a full stop may follow.
ABBREVIATED = [name for name in MONTHS if len(name) <= 4 and name not in ("may", "june", "july")]


_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH = rf"(?P<month>(?:{alternatives(ABBREVIATED)})\.|{alternatives(MONTHS)})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NUMBER = rf"(?P<number>\d+|{alternatives(WORDS['numbers'])})"
_UNIT = rf"(?P<unit>{alternatives(WORDS['units'])})s?"

# What each form looks like, in the order of trial: longer forms first, so that "27 October 2019" is not read
# as "October 2019". Each begins at the start of a word.
SHAPES = {
    "iso": r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b",
    # "27 October 2019", "4th of January"
    "day_month": rf"{_DAY}(?: of)? {_MONTH},?(?: {_YEAR})?\b",
    # "October 27, 2019", "Jan. 4"
    "month_day": rf"{_MONTH} {_DAY}(?!\d)(?:,? {_YEAR})?",
    # "late November", "March 2014"
    "month": rf"(?:(?:{alternatives(WORDS['parts'])})[ -]?)?{_MONTH},?(?: {_YEAR})?(?!\w)",
    # "yesterday", "the day before yesterday"
    "deixis": rf"(?P<words>{alternatives(WORDS['days'])})\b",
    "overnight": rf"(?P<words>{alternatives(WORDS['overnight'])})\b",
    # "the end of the month", "next weekend"
    "ends": rf"(?P<words>{alternatives(WORDS['ends'])})\b",
    # "last week", "earlier this year"
    "period": rf"(?P<words>{alternatives(WORDS['periods'])})\b",
    # "Friday", "last Wednesday", "Monday of next week", "Sunday afternoon"
    "weekday": (
        rf"(?:(?P<which>last|next|this|the previous|the following) )?(?P<name>{alternatives(WEEKDAYS)})"
        rf"(?: of (?P<of_week>next|this|last) week)?(?: (?:{alternatives(WORDS['times_of_day'])}))?\b"
    ),
    # "three days ago", "two weeks later"
    "ago": rf"{_NUMBER} {_UNIT} (?P<way>ago|earlier|later|before|after|from now|previously)\b",
    # "within 48 hours", "in the next three days", "a 24-hour deadline"
    "within": rf"within(?: the next)? {_NUMBER}[ -]{_UNIT}",
    "coming": rf"(?:in )?the next {_NUMBER} {_UNIT}",
    "notice": rf"{_NUMBER}[ -](?P<unit>hour|day)s? (?:{alternatives(WORDS['notices'])})",
    # "the following day"
    "step": rf"the (?P<step>{alternatives(WORDS['ordinals'])})\b",
    "year": rf"(?:early |late |mid-)?{_YEAR}\b(?![,.]?\d|-\w)",
}
DEADLINES = frozenset(("within", "coming", "notice"))  # forms that set a time to act by


def _initials() -> str:
    """The characters that forms begin with: a test of one is much cheaper than a trial of all forms."""
    tables = ("months", "weekdays", "days", "overnight", "ends", "periods", "parts", "numbers")
    words = chain(("in", "last", "next", "the", "this", "within"), *(WORDS[table] for table in tables))
    return "".join(sorted({word[0] for word in words}))


def _unnamed(shape: str) -> str:
    """A shape without the names of its parts, which a pattern may bear only once."""
    return re.sub(r"\(\?P<\w+>", "(?:", shape)


# Any form; the name of the one group that matches is the form's.
_ANY = "|".join(f"(?P<{form}>{_unnamed(shape)})" for form, shape in SHAPES.items())
FORMS = re.compile(rf"\b(?=[\d{_initials()}])(?:{_ANY})", re.IGNORECASE)
PARTS = {form: re.compile(shape, re.IGNORECASE) for form, shape in SHAPES.items()}
# Bare numbers of four digits are years only after these words.
YEAR_BEFORE = re.compile(rf"\b(?:{alternatives(WORDS['before_years'])})\s*$", re.IGNORECASE)
MAY_BEFORE = tuple(f"{word} " for word in WORDS["before_may"])
LONGEST_BEFORE_MAY = max(len(word) for word in MAY_BEFORE)


def form_of(match: re.Match[str]) -> str:
    """Which form a match of `FORMS` has.

    >>> [form_of(match) for match in FORMS.finditer("on Friday, 4 May 2019 and two days later")]
    ['weekday', 'day_month', 'ago']
    """
    return match.lastgroup or ""


def parts_of(match: re.Match[str]) -> dict[str, str]:
    """The parts of a match of `FORMS` by name, of those that are there.

    >>> [parts_of(match) for match in FORMS.finditer("on Friday and 4 May 2019")]
    [{'name': 'Friday'}, {'day': '4', 'month': 'May', 'year': '2019'}]
    """
    parts = PARTS[form_of(match)].match(match.string, match.start())
    found = parts.groupdict() if parts is not None else {}
    return {name: text for name, text in found.items() if text is not None}


def find_forms(text: str) -> Iterator[re.Match[str]]:
    """Every match of `FORMS` in a text that is a time."""
    return (match for match in FORMS.finditer(text) if _is_time(match))


def _is_time(match: re.Match[str]) -> bool:
    """Whether a match is a time: a bare year needs a preposition before it, "may" and "march" a capital."""
    match form_of(match):
        case "year":
            return YEAR_BEFORE.search(match.string, 0, match.start()) is not None
        case "month":
            parts = parts_of(match)
            is_month = parts["month"] != "May" or "year" in parts or _is_dated_may(match)
            return is_month and not parts["month"][0].islower()
        case _:
            return True


def _is_dated_may(match: re.Match[str]) -> bool:
    """Whether the word before "May" tells that it is the month and not somebody's name."""
    before = match.string[max(0, match.start() - LONGEST_BEFORE_MAY) : match.start()]
    return before.lower().endswith(MAY_BEFORE)
