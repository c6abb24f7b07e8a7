"""Expressions of time, resolved against the published date to the precision that the words support.

A weekday or a date without a year looks back, unless the clause looks ahead (future tense, infinitive,
deadline). What cannot be resolved keeps its words and has no date: the published date never stands in.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import TimeMention, register_extensions
from builder.components.quantities import parse_number
from builder.model import Moment
from builder.patterns import load

WORDS = load("times")
MONTHS: dict[str, int] = WORDS["months"]
WEEKDAYS: dict[str, int] = WORDS["weekdays"]
UNITS: dict[str, str] = WORDS["units"]
AHEAD = frozenset(("will", "shall", "'ll", "’ll", "would"))
LOOKING_AHEAD = frozenset(WORDS["ahead"])
DAYS_IN_WEEK = 7
MONTHS_IN_YEAR = 12
LONGEST_SHIFT = 1000  # of any unit; more is no date of the news, and may be no date at all


def _any(words: object) -> str:
    return "|".join(sorted((re.escape(str(word)) for word in words), key=len, reverse=True))  # type: ignore[attr-defined]


_SHORT = [name for name in MONTHS if len(name) <= 4 and name not in ("may", "june", "july")]
_MONTH = rf"(?P<month>(?:{_any(_SHORT)})\.|{_any(MONTHS)})"
_NUMBER = r"(?P<number>\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|a few|\w+teen|twenty)"
_PART = rf"(?:(?P<part>{_any(WORDS['parts'])})[ -]?)?"
# In the order of trial: longer forms first, so that "27 October 2019" is not read as "October 2019".
FORMS = re.compile(
    "|".join(
        (
            r"(?P<iso>\b\d{4}-\d{2}-\d{2}\b)",
            rf"\b(?P<dmy>(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH},?(?: (?P<year>(?:19|20)\d\d))?)\b",
            rf"\b(?P<mdy>{_MONTH.replace('month', 'month2')} (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? (?P<year2>(?:19|20)\d\d))?)",
            rf"\b(?P<my>{_PART}{_MONTH.replace('month', 'month3')},?(?: (?P<year3>(?:19|20)\d\d))?)(?!\w)",
            rf"\b(?P<deixis>{_any(WORDS['days'])})\b",
            rf"\b(?P<overnight>{_any(WORDS['overnight'])})\b",
            rf"\b(?P<ends>{_any(WORDS['ends'])})\b",
            rf"\b(?P<period>{_any(WORDS['periods'])})\b",
            rf"\b(?P<weekday>(?:(?P<which>last|next|this|the previous|the following) )?(?P<name>{_any(WEEKDAYS)})(?: of (?P<ofweek>next|this|last) week)?(?: (?:{_any(WORDS['times_of_day'])}))?)\b",
            rf"\b(?P<ago>{_NUMBER} (?P<unit>{_any(UNITS)})s? (?P<way>ago|earlier|later|before|after|from now|previously))\b",
            rf"\b(?P<within>within(?: the next)? {_NUMBER.replace('number', 'number2')}[ -](?P<unit2>{_any(UNITS)})s?|(?:in )?the next {_NUMBER.replace('number', 'number3')} (?P<unit3>{_any(UNITS)})s?|{_NUMBER.replace('number', 'number4')}[ -](?P<unit4>hour|day)s? (?:deadline|ultimatum|to (?:leave|withdraw|surrender|comply|release|pull)))",
            rf"\bthe (?P<step>{_any(WORDS['ordinals'])})\b",
            rf"\b(?P<bareyear>(?P<part2>early |late |mid-)?(?P<year4>(?:19|20)\d\d))\b(?![,.]?\d|-\w)",
        )
    ),
    re.IGNORECASE,
)
NOT_MONTHS = re.compile(r"^(may|mar|march|dec|jan|sept?|oct|nov|apr|jun|jul|aug|feb)$", re.IGNORECASE)
YEAR_BEFORE = re.compile(r"\b(?:in|since|until|from|of|by|before|after|late|early|during)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an expression is resolved against."""

    published: date | None
    previous: Moment | None
    ahead: bool
    strict: bool


def day(value: date) -> Moment:
    """The moment of a whole day."""
    return Moment(value.year, value.month, value.day)


def _dated(year: str | None, month: int, number: int, anchor: Anchor) -> Moment | None:
    if year is None:
        chosen = _nearest_year(month, number, anchor)
        if chosen is None:
            return None
    else:
        chosen = int(year)
    if chosen < 1:
        return None
    if not 1 <= number <= monthrange(chosen, month)[1]:
        return None
    return Moment(chosen, month, number)


def _nearest_year(month: int, number: int, anchor: Anchor) -> int | None:
    """The year of a date without one: the last such date, or the next where the clause looks ahead."""
    if anchor.published is None:
        return None
    this = (anchor.published.month, anchor.published.day)
    if anchor.ahead and (month, number) < this:
        return anchor.published.year + 1
    if not anchor.ahead and (month, number) > this:
        return anchor.published.year - 1
    return anchor.published.year


def _of_month(match: re.Match[str], anchor: Anchor) -> Moment | None:
    month = MONTHS[match["month3"].lower().rstrip(".")]
    if match["year3"]:
        return Moment(int(match["year3"]), month)
    year = _nearest_year(month, 1, anchor)
    return None if year is None else Moment(year, month)


def _weekday(match: re.Match[str], anchor: Anchor) -> Moment | None:
    """The nearest such day before the published one (itself included), or after it."""
    if anchor.published is None:
        return None
    wanted = WEEKDAYS[match["name"].lower()]
    which = (match["which"] or "").lower()
    if match["ofweek"]:
        weeks = {"last": -1, "this": 0, "next": 1}[match["ofweek"].lower()]
        monday = anchor.published - timedelta(days=anchor.published.weekday())
        return day(monday + timedelta(weeks=weeks, days=wanted))
    ahead = anchor.ahead or which in ("next", "the following")
    back = (anchor.published.weekday() - wanted) % DAYS_IN_WEEK
    if ahead:
        offset = (-back) % DAYS_IN_WEEK
        if offset == 0 and (anchor.strict or which == "next"):
            offset = DAYS_IN_WEEK
        return day(anchor.published + timedelta(days=offset))
    if back == 0 and which == "last":
        back = DAYS_IN_WEEK
    return day(anchor.published - timedelta(days=back))


def _shift(base: date, number: str, unit: str, sign: int) -> Moment | None:
    count = parse_number(number)
    if count is None or count > LONGEST_SHIFT:
        return None
    moved = base + relativedelta(**{UNITS[unit.lower()]: sign * count})  # type: ignore[arg-type]
    match unit.lower():
        case "year":
            return Moment(moved.year)
        case "month":
            return Moment(moved.year, moved.month)
        case _:
            return day(moved)


def _ago(match: re.Match[str], anchor: Anchor) -> Moment | None:
    """Counted from the published date, or, for "earlier" and "later", from the date before it in the text."""
    way = match["way"].lower()
    if way in ("ago", "from now"):
        base = anchor.published
    else:
        base = _as_date(anchor.previous)
    sign = 1 if way in ("later", "after", "from now") else -1
    return None if base is None else _shift(base, match["number"], match["unit"], sign)


def _as_date(moment: Moment | None) -> date | None:
    if moment is None or moment.month is None or moment.day is None:
        return None
    return date(moment.year, moment.month, moment.day)


def _within(match: re.Match[str], anchor: Anchor) -> Moment | None:
    if anchor.published is None:
        return None
    for suffix in ("2", "3", "4"):
        if match[f"number{suffix}"]:
            return _shift(anchor.published, match[f"number{suffix}"], match[f"unit{suffix}"], 1)
    return None


def _end_of(unit: str, published: date, *, ahead: bool) -> tuple[Moment, Moment | None]:
    """The last day of a week, month or year; of a weekend both days, the coming one if the clause looks ahead."""
    if unit == "month":
        return Moment(published.year, published.month, monthrange(published.year, published.month)[1]), None
    if unit == "new year":
        return Moment(published.year, 1), None
    if unit == "year":
        return Moment(published.year, 12, 31), None
    sunday = published + timedelta(days=DAYS_IN_WEEK - 1 - published.weekday())
    if unit == "week":
        return day(sunday), None
    if not ahead and published.weekday() < DAYS_IN_WEEK - 2:
        sunday -= timedelta(weeks=1)
    return day(sunday - timedelta(days=1)), day(sunday)


def _period(match: re.Match[str], anchor: Anchor) -> tuple[Moment | None, Moment | None]:
    if anchor.published is None:
        return None, None
    unit, offset = WORDS["periods"][match["period"].lower()]
    if unit == "year":
        return Moment(anchor.published.year + offset), None
    if unit == "month":
        moved = anchor.published + relativedelta(months=offset)
        return Moment(moved.year, moved.month), None
    monday = anchor.published - timedelta(days=anchor.published.weekday()) + timedelta(weeks=offset)
    last = anchor.published if offset == 0 else monday + timedelta(days=DAYS_IN_WEEK - 1)
    return day(monday), day(last)


def resolve(match: re.Match[str], anchor: Anchor) -> tuple[Moment | None, Moment | None]:
    """The first and last moment of one expression; None where it cannot be resolved."""
    published = anchor.published
    match match.lastgroup and next(form for form in RESOLVED if match[form]):
        case "iso":
            year, month, number = (int(part) for part in match["iso"].split("-"))
            return (_dated(str(year), month, number, anchor) if 1 <= month <= MONTHS_IN_YEAR else None), None
        case "dmy":
            return _dated(match["year"], MONTHS[match["month"].lower().rstrip(".")], int(match["day"]), anchor), None
        case "mdy":
            return _dated(match["year2"], MONTHS[match["month2"].lower().rstrip(".")], int(match["day2"]), anchor), None
        case "my":
            return _of_month(match, anchor), None
        case "weekday":
            return _weekday(match, anchor), None
        case "ago":
            return _ago(match, anchor), None
        case "within":
            return _within(match, anchor), None
        case "bareyear":
            return Moment(int(match["year4"])), None
        case "period":
            return _period(match, anchor)
        case "ends" if published is not None:
            return _end_of(WORDS["ends"][match["ends"].lower()], published, ahead=anchor.ahead)
        case "step":
            base = _as_date(anchor.previous)
            offset = timedelta(days=WORDS["ordinals"][match["step"].lower()])
            return (None if base is None else day(base + offset)), None
        case "deixis" if published is not None:
            return day(published + timedelta(days=WORDS["days"][match["deixis"].lower()])), None
        case "overnight" if published is not None:
            return day(published - timedelta(days=1)), day(published)
        case _:
            return None, None


RESOLVED = ("ends", "iso", "dmy", "mdy", "my", "deixis", "overnight", "period", "weekday", "ago", "within", "step", "bareyear")


def _relation(doc: Doc, start: int) -> str:
    before = [doc[i].lower_ for i in range(max(0, start - 3), start)]
    if before and before[-1] in ("the", "of", "end", "on"):
        before = before[:-1]
    text = " ".join(before)
    if text.endswith(tuple(WORDS["deadline"])) and not text.endswith("hit by"):
        return "by"
    return "since" if text.endswith(("since", "starting", "beginning", "from")) else "at"


def _looks_ahead(token: Token) -> bool:
    """Whether the verb above the expression is future or an infinitive, as in "told to leave on Sunday"."""
    verb = next((above for above in (token, *token.ancestors) if above.pos_ in ("VERB", "AUX")), None)
    before = next((t for t in reversed(token.doc[token.sent.start : token.i]) if t.pos_ == "VERB"), None)
    return any(_is_ahead(found) for found in (verb, before) if found is not None)


def _is_ahead(verb: Token) -> bool:
    if verb.lemma_.lower() in LOOKING_AHEAD:
        return True
    for child in verb.lefts:
        if child.lower_ in AHEAD:
            return True
        if child.dep_ == "aux" and child.lower_ == "to":
            return not any(other.lower_ == "have" for other in verb.lefts)
    return verb.dep_ in ("xcomp", "conj", "pcomp") and verb.tag_ in ("VB", "VBG") and _is_ahead(verb.head)


def find_times(doc: Doc, published: date | None) -> tuple[TimeMention, ...]:
    """Every expression of time in the text, in order."""
    found: list[TimeMention] = []
    previous: Moment | None = None
    for match in FORMS.finditer(doc.text):
        if not _plausible(match):
            continue
        span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is None:
            continue
        relation = "by" if match["within"] else _relation(doc, span.start)
        ahead = relation == "by" or _looks_ahead(span.root)
        anchor = Anchor(published, previous, ahead, strict=relation == "by")
        moment, until = resolve(match, anchor)
        if moment is not None:
            previous = until or moment
        found.append(TimeMention(span.start, span.end, moment, until, relation))
    return tuple(found)


def _plausible(match: re.Match[str]) -> bool:
    """Whether a match is a time: "may" and "march" need a capital, a bare year a preposition before it."""
    if match["bareyear"]:
        return YEAR_BEFORE.search(match.string, 0, match.start()) is not None
    month = match["month3"]
    return not (month and month[0].islower()) and not (match["my"] and month == "May" and not _dated_may(match))


def _dated_may(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 6) : match.start()].lower()
    return bool(match["year3"]) or before.endswith(("in ", "since ", "of ", "last ", "until "))


@Language.factory("polemos_times", requires=["token.dep", "token.pos"], assigns=["doc._.times"])
def create_times(nlp: Language, name: str) -> "TimeFinder":
    """Make the component; the published date comes with each document, in `doc._.published`."""
    register_extensions()
    return TimeFinder()


class TimeFinder:
    """Writes `doc._.times`, a tuple of `TimeMention` in the order of the text."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.times = find_times(doc, doc._.published)
        return doc
