"""The forms that expressions of time take, and which of their matches are times at all."""

import re
from collections.abc import Iterator
from itertools import chain, groupby
from operator import itemgetter

from builder.patterns import alternatives, load

WORDS = load("times")
MONTHS: dict[str, int] = WORDS["months"]
WEEKDAYS: dict[str, int] = WORDS["weekdays"]
# "Jan.", "Sept.": the short names that a full stop may follow.
ABBREVIATED = [name for name in MONTHS if len(name) <= 4 and name not in ("may", "june", "july")]


_YEAR = r"(?P<year>(?:19|20)\d\d)"
# A year by its number or by its distance: "2019", "of last year".
_WHICH_YEAR = rf"(?:{_YEAR}|(?:of )?(?P<year_away>last|this|next) year)"
_MONTH = rf"(?P<month>(?:{alternatives(ABBREVIATED)})\.|{alternatives(MONTHS)})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_LAST_DAY = r"(?P<last_day>\d{1,2})(?:st|nd|rd|th)?"
_NUMBER = rf"(?P<number>\d+|{alternatives(WORDS['numbers'])})"
_UNIT = rf"(?P<unit>{alternatives(WORDS['units'])})s?"
_HOUR_OF_DAY = alternatives(WORDS["times_of_day"])
_DASH = "[-–—]"
_ABOUT = rf"(?P<about>(?:{alternatives(WORDS['approximate'])}) )?"

# What each form looks like, in the order of trial: longer forms first, so that "27 October 2019" is not read
# as "October 2019". Each begins at the start of a word.
SHAPES = {
    "iso": r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b",
    # "the September 11 attacks": a day that is known by its date without the year
    "named": rf"(?P<words>{alternatives(WORDS['named_days'])})\b",
    # "14 to 16 January 2024", "between 14 and 16 January", "the night of 9/10 July"
    "days_month": (
        rf"(?:(?:between|from) {_DAY}(?: (?:and|to|until|through) | ?{_DASH} ?)"
        rf"|(?P<first>\d{{1,2}})(?:st|nd|rd|th)?(?: to | through | and |/| ?{_DASH} ?)){_LAST_DAY}"
        rf"(?: of)? {_MONTH},?(?: {_WHICH_YEAR})?\b"
    ),
    # "January 14-16, 2024", "between January 14 and 16"
    "month_days": (
        rf"(?:(?:between|from) {_MONTH} {_DAY} (?:and|to|until|through) "
        rf"|(?P<named>{alternatives(ABBREVIATED)}\.|{alternatives(MONTHS)}) (?P<first>\d{{1,2}})"
        rf"(?:st|nd|rd|th)?(?: to | through | ?{_DASH} ?)){_LAST_DAY}(?!\d)(?:,? {_WHICH_YEAR})?"
    ),
    # "27 October 2019", "4th of January"
    "day_month": rf"{_DAY}(?: of)? {_MONTH},?(?: {_WHICH_YEAR})?\b",
    # "October 27, 2019", "Jan. 4"
    "month_day": rf"{_MONTH} {_DAY}(?!\d)(?:(?:,? |,){_WHICH_YEAR})?",
    # "late November", "March 2014", "July last year", "last October"
    "month": (
        rf"(?:(?:{alternatives(WORDS['parts'])})[ -]?)?(?:(?P<which>last|next|this) )?{_MONTH},?"
        rf"(?: {_WHICH_YEAR})?(?!\w)"
    ),
    # "yesterday", "the day before yesterday"
    "deixis": rf"(?P<words>{alternatives(WORDS['days'])})\b",
    # "New Year’s Eve"
    "holiday": rf"(?P<words>{alternatives(WORDS['holidays'])})(?:,? {_WHICH_YEAR})?\b",
    # "Good Friday", but not the agreement of that name
    "easter": rf"(?P<words>{alternatives(WORDS['easter'])})\b(?! (?:{alternatives(WORDS['no_holiday'])})\b)",
    "overnight": rf"(?P<words>{alternatives(WORDS['overnight'])})\b",
    # "the end of the month", "next weekend"
    "ends": rf"(?P<words>{alternatives(WORDS['ends'])})\b",
    # "Friday", "last Wednesday", "Monday of next week", "Sunday afternoon", "Thursday last week"
    "weekday": (
        rf"(?:(?P<which>last|next|this past|this|the past|the previous|the following) )?"
        rf"(?P<name>{alternatives(WEEKDAYS)})(?: (?:{_HOUR_OF_DAY}))?"
        rf"(?: (?:of )?(?P<of_week>next|this|last) week)?\b"
    ),
    # "the 25th of last month"
    "day_of_month": rf"the {_DAY} of (?P<which>last|this|next) month\b",
    # "kidnapped on the 12th", but not "the 12th brigade"
    "numbered_day": (
        rf"the (?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?! (?!(?:{alternatives(WORDS['after_days'])})\b)\w)"
    ),
    # "in the past 24 hours", "over the last two weeks"
    "past": rf"(?:the|this) (?:past|last)(?: {_NUMBER})? {_UNIT}\b(?! of\b)",
    # "last week", "earlier this year"
    "period": (
        rf"(?:(?:{alternatives(WORDS['sections'])})[ -]?|(?P<edge>the end|the start|the beginning) of )?"
        rf"(?P<which>{alternatives(WORDS['periods'])}) (?P<unit>week|month|year)\b"
    ),
    # "three days ago", "two weeks later"
    "ago": rf"{_ABOUT}{_NUMBER} {_UNIT} (?P<way>ago|earlier|later|before|after|from now|previously)\b",
    # "within 48 hours", "in the next three days", "a 24-hour deadline"
    "within": rf"within(?: the next)? {_NUMBER}[ -]{_UNIT}",
    "coming": rf"(?:in )?the next {_NUMBER} {_UNIT}",
    "notice": rf"{_NUMBER}[ -](?P<unit>hour|day|week|month)s?[’']? (?:{alternatives(WORDS['notices'])})",
    # "gave them ten days to leave"
    "granted": rf"{_NUMBER} {_UNIT}(?= (?:to|in which to) \w)",
    # "the following day", "that night"
    "step": (
        rf"(?:(?:the|that) (?P<step>{alternatives(WORDS['ordinals'])})|that (?:day|night|evening|morning))\b"
    ),
    # "between 2011 and 2014", "2011-2014"
    "years": rf"(?:between|from) {_YEAR} (?:and|to) (?P<last_year>(?:19|20)\d\d)\b",
    # "in the 1983 bombing"
    "year_of": (rf"the {_YEAR}(?= (?:[\w’'-]+ ){{0,3}}(?:{alternatives(WORDS['dated_nouns'])})s?\b)"),
    "year": rf"(?:early |late |mid-)?{_YEAR}\b(?![,.]?\d|-\w)",
    # "in recent weeks": when, but no date
    "vague": rf"(?P<words>{alternatives(WORDS['vague'])})\b",
}
DEADLINES = frozenset(("within", "coming", "granted", "notice"))  # forms that set a time to act by


def _beginnings() -> str:
    """What forms begin with, up to three characters: a test of it is much cheaper than a trial of all forms.

    Letters are told in both cases, and the first once for all that it begins: so the test is quick.
    """
    tables = (
        *("months", "weekdays", "days", "overnight", "ends", "periods", "parts", "numbers", "sections"),
        *("holidays", "easter", "named_days", "vague", "approximate"),
    )
    words = chain(("between", "from", "in", "the", "that", "within"), *(WORDS[table] for table in tables))
    found = sorted({word[:3].lower() for word in words})
    rest = {
        first: [_in_either_case(start[1:]) for start in group]
        for first, group in groupby(found, itemgetter(0))
    }
    return "|".join(f"{_in_either_case(first)}(?:{'|'.join(ends)})" for first, ends in rest.items())


def _in_either_case(text: str) -> str:
    return "".join(f"[{re.escape(each)}{re.escape(each.upper())}]" for each in text)


def _unnamed(shape: str) -> str:
    """A shape without the names of its parts, which a pattern may bear only once."""
    return re.sub(r"\(\?P<\w+>", "(?:", shape)


# Any form; the name of the one group that matches is the form's.
_ANY = "|".join(f"(?P<{form}>{_unnamed(shape)})" for form, shape in SHAPES.items())
FORMS = re.compile(rf"\b(?=\d|{_beginnings()})(?:{_ANY})", re.IGNORECASE)
PARTS = {form: re.compile(shape, re.IGNORECASE) for form, shape in SHAPES.items()}
# Bare numbers of four digits are years only after these words.
YEAR_BEFORE = re.compile(rf"\b(?:{alternatives(WORDS['before_years'])})\s*$", re.IGNORECASE)
DAY_BEFORE = re.compile(rf"\b(?:{alternatives(WORDS['before_days'])})\s$", re.IGNORECASE)
GIVEN_BEFORE = re.compile(rf"\b(?:{alternatives(WORDS['giving'])})\b[^.:;\n]*$", re.IGNORECASE)
LONGEST_GIVEN = (
    60  # characters from the verb to the time: "gave the Government of National Unity a further ten"
)
NO_WEEKDAY_BEFORE = re.compile(rf"\b(?:{alternatives(WORDS['before_no_weekday'])})\s$", re.IGNORECASE)
MAY_BEFORE = tuple(f"{word} " for word in WORDS["before_may"])
# Characters: the longest of the words that are looked for before a form, and the spaces around it.
LONGEST_BEFORE = 2 + max(
    len(word) for key in ("before_may", "before_no_weekday", "before_years") for word in WORDS[key]
)


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
    before = max(0, match.start() - LONGEST_BEFORE)
    match form_of(match):
        case "year":
            return YEAR_BEFORE.search(match.string, before, match.start()) is not None
        case "numbered_day":
            return DAY_BEFORE.search(match.string, before, match.start()) is not None
        case "granted":
            start = max(0, match.start() - LONGEST_GIVEN)
            return GIVEN_BEFORE.search(match.string, start, match.start()) is not None
        case "month":
            parts = parts_of(match)
            told = not {"year", "year_away", "which"}.isdisjoint(parts)
            is_month = parts["month"] != "May" or told or _is_dated_may(match)
            return is_month and not parts["month"][0].islower()
        case "weekday":  # "Good Friday", "Bloody Sunday"
            return NO_WEEKDAY_BEFORE.search(match.string, before, match.start()) is None
        case _:
            return True


def _is_dated_may(match: re.Match[str]) -> bool:
    """Whether the word before "May" tells that it is the month and not somebody's name."""
    before = match.string[max(0, match.start() - LONGEST_BEFORE) : match.start()]
    return before.lower().endswith(MAY_BEFORE)
