"""What an expression of time means, against the published date and the dates before it in the text.

A weekday or a date without a year looks back, unless the clause looks ahead. What cannot be resolved has no
date: the published date never stands in.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from dateutil.relativedelta import relativedelta

from builder.components.quantities import parse_number
from builder.components.time_forms import DEADLINES, MONTHS, WEEKDAYS, form_of, parts_of
from builder.model import Moment
from builder.patterns import load

WORDS = load("times")
STEPS = {
    "hour": relativedelta(hours=1),
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "year": relativedelta(years=1),
}
WEEKS_AWAY = {"last": -1, "this": 0, "next": 1}
DAYS_IN_WEEK = 7
MONTHS_IN_YEAR = 12
LONGEST_SHIFT = 1000  # of any unit; more is no date of the news, and may be no date at all

Parts: TypeAlias = dict[str, str]
Period: TypeAlias = tuple[Moment | None, Moment | None]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an expression is resolved against.

    `previous` is the date told last before it; `ahead` says that its clause looks ahead, `strict` that the
    day of publication itself is too early, as it is for a deadline.
    """

    published: date | None
    previous: Moment | None
    ahead: bool
    strict: bool


def resolve(match: re.Match[str], anchor: Anchor) -> Period:
    """The first and last moment of a match of `FORMS`; the last is None where the first is all of it.

    Both are None where the expression cannot be resolved: for lack of a date to count from, or as there is
    no such day.
    """
    form = form_of(match)
    parts = {name: text.lower() for name, text in parts_of(match).items()}
    if form in DATES:
        return DATES[form](parts, anchor), None
    if anchor.published is None:
        return None, None
    return DEICTIC[form](parts, anchor.published, anchor)


def day(value: date) -> Moment:
    """The moment of a whole day."""
    return Moment(value.year, value.month, value.day)


def _as_date(moment: Moment | None) -> date | None:
    if moment is None or moment.month is None or moment.day is None:
        return None
    return date(moment.year, moment.month, moment.day)


def _iso(parts: Parts, anchor: Anchor) -> Moment | None:
    month = int(parts["month"])
    return _real_day(int(parts["year"]), month, int(parts["day"])) if 1 <= month <= MONTHS_IN_YEAR else None


def _real_day(year: int, month: int, number: int) -> Moment | None:
    """A day, if there is such a day: none is the 31st of June."""
    is_real = year >= 1 and 1 <= number <= monthrange(year, month)[1]
    return Moment(year, month, number) if is_real else None


def _day_of_month(parts: Parts, anchor: Anchor) -> Moment | None:
    month, number = MONTHS[parts["month"].rstrip(".")], int(parts["day"])
    year = int(parts["year"]) if "year" in parts else _nearest_year(month, number, anchor)
    return None if year is None else _real_day(year, month, number)


def _month(parts: Parts, anchor: Anchor) -> Moment | None:
    month = MONTHS[parts["month"].rstrip(".")]
    year = int(parts["year"]) if "year" in parts else _nearest_year(month, 1, anchor)
    return None if year is None else Moment(year, month)


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


def _year(parts: Parts, anchor: Anchor) -> Moment | None:
    return Moment(int(parts["year"]))


def _ago(parts: Parts, anchor: Anchor) -> Moment | None:
    """Counted from the published date, or, for "earlier" and "later", from the date before it in the text."""
    way = parts["way"]
    base = anchor.published if way in ("ago", "from now") else _as_date(anchor.previous)
    sign = 1 if way in ("later", "after", "from now") else -1
    return None if base is None else _shifted(base, parts, sign)


def _shifted(base: date, parts: Parts, sign: int) -> Moment | None:
    """A date moved by a number of units, to the precision of the unit; None where words give no number."""
    count = parse_number(parts["number"])
    if count is None or count > LONGEST_SHIFT:
        return None
    moved = base + sign * count * STEPS[parts["unit"]]
    match parts["unit"]:
        case "year":
            return Moment(moved.year)
        case "month":
            return Moment(moved.year, moved.month)
        case _:
            return day(moved)


def _step(parts: Parts, anchor: Anchor) -> Moment | None:
    """The day before or after the date before it in the text: "the following day"."""
    base = _as_date(anchor.previous)
    return None if base is None else day(base + timedelta(days=WORDS["ordinals"][parts["step"]]))


def _deixis(parts: Parts, published: date, anchor: Anchor) -> Period:
    return day(published + timedelta(days=WORDS["days"][parts["words"]])), None


def _overnight(parts: Parts, published: date, anchor: Anchor) -> Period:
    return day(published - timedelta(days=1)), day(published)


def _within(parts: Parts, published: date, anchor: Anchor) -> Period:
    return _shifted(published, parts, 1), None


def _weekday(parts: Parts, published: date, anchor: Anchor) -> Period:
    """The nearest such day before the published one (itself included), or after it."""
    wanted, which = WEEKDAYS[parts["name"]], parts.get("which")
    if "of_week" in parts:
        weeks = WEEKS_AWAY[parts["of_week"]]
        return day(_monday(published) + timedelta(weeks=weeks, days=wanted)), None
    back = (published.weekday() - wanted) % DAYS_IN_WEEK
    if anchor.ahead or which in ("next", "the following"):
        forward = -back % DAYS_IN_WEEK
        is_later = anchor.strict or which == "next"
        return day(published + timedelta(days=forward or DAYS_IN_WEEK * is_later)), None
    return day(published - timedelta(days=back or DAYS_IN_WEEK * (which == "last"))), None


def _monday(published: date) -> date:
    """The first day of the week, by ISO 8601 a Monday."""
    return published - timedelta(days=published.weekday())


def _period(parts: Parts, published: date, anchor: Anchor) -> Period:
    """The last, current or next week, month or year; the current week as far as it has gone."""
    unit, offset = WORDS["periods"][parts["words"]]
    if unit == "year":
        return Moment(published.year + offset), None
    if unit == "month":
        moved = published + offset * STEPS["month"]
        return Moment(moved.year, moved.month), None
    monday = _monday(published) + timedelta(weeks=offset)
    return day(monday), day(monday + timedelta(days=DAYS_IN_WEEK - 1) if offset else published)


def _ends(parts: Parts, published: date, anchor: Anchor) -> Period:
    """The last day of a week, month or year, the first month of a year, or both days of a weekend."""
    sunday = _monday(published) + timedelta(days=DAYS_IN_WEEK - 1)
    match WORDS["ends"][parts["words"]]:
        case "month":
            last = monthrange(published.year, published.month)[1]
            return Moment(published.year, published.month, last), None
        case "year":
            return Moment(published.year, MONTHS_IN_YEAR, 31), None
        case "new year":
            return Moment(published.year, 1), None
        case "week":
            return day(sunday), None
        case _:
            is_weekend = published >= sunday - timedelta(days=1)
            if not anchor.ahead and not is_weekend:
                sunday -= timedelta(weeks=1)
            return day(sunday - timedelta(days=1)), day(sunday)


# Forms that give a date themselves or count from one in the text.
DATES: dict[str, Callable[[Parts, Anchor], Moment | None]] = {
    "iso": _iso,
    "day_month": _day_of_month,
    "month_day": _day_of_month,
    "month": _month,
    "year": _year,
    "ago": _ago,
    "step": _step,
}
# Forms that mean nothing without the day on which they were written.
DEICTIC: dict[str, Callable[[Parts, date, Anchor], Period]] = {
    "deixis": _deixis,
    "overnight": _overnight,
    "ends": _ends,
    "period": _period,
    "weekday": _weekday,
    **dict.fromkeys(DEADLINES, _within),
}
