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

from dateutil.easter import easter
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
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
    "year": relativedelta(years=1),
}
AWAY = {"last": -1, "this": 0, "next": 1}
PAST = frozenset(("last", "this past", "the past"))  # weekdays before today
BESIDE = {"the previous": -1, "the following": 1}  # weekdays before or after the date told last
DAYS_IN_WEEK = 7
HOURS_IN_DAY = 24
HALF_A_DAY = 12
MONTHS_IN_YEAR = 12
LONGEST_SHIFT = 1000  # of any unit; more is no date of the news, and may be no date at all

Parts: TypeAlias = dict[str, str]
Period: TypeAlias = tuple[Moment | None, Moment | None]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an expression is resolved against.

    `previous` is the date told last before it; `ahead` says that its clause looks ahead, `strict` that the
    day of publication itself is too early, as it is for a deadline, `reverse` that `previous` is the later or
    earlier of the two dates: "came on Friday, *two days after* a bomb exploded".
    """

    published: date | None
    previous: Moment | None
    ahead: bool
    strict: bool
    reverse: bool = False


def resolve(match: re.Match[str], anchor: Anchor) -> Period:
    """The first and last moment of a match of `FORMS`; the last is None where the first is all of it.

    Both are None where the expression cannot be resolved: for lack of a date to count from, or as there is
    no such day.
    """
    form = form_of(match)
    parts = {name: text.lower() for name, text in parts_of(match).items()}
    if form in DATES:
        return DATES[form](parts, anchor), None
    if form in RANGES:
        return RANGES[form](parts, anchor)
    if anchor.published is None:
        return None, None
    return DEICTIC[form](parts, anchor.published, anchor)


def day(value: date) -> Moment:
    """The moment of a whole day."""
    return Moment(value.year, value.month, value.day)


def as_date(moment: Moment | None) -> date | None:
    """The date of a moment that is exact to the day."""
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
    return _day_in_year(MONTHS[parts["month"].rstrip(".")], int(parts["day"]), parts, anchor)


def _day_in_year(month: int, number: int, parts: Parts, anchor: Anchor) -> Moment | None:
    year = _told_year(parts, anchor) or _nearest_year(month, number, anchor)
    return None if year is None else _real_day(year, month, number)


def _told_year(parts: Parts, anchor: Anchor) -> int | None:
    """The year that an expression itself gives: "2019", "last year"."""
    if "year_away" in parts and anchor.published is not None:
        return anchor.published.year + AWAY[parts["year_away"]]
    return int(parts["year"]) if "year" in parts else None


def _month(parts: Parts, anchor: Anchor) -> Moment | None:
    month = MONTHS[parts["month"].rstrip(".")]
    year = _told_year(parts, anchor) or _year_of_month(month, parts.get("which"), anchor)
    return None if year is None else Moment(year, month)


def _year_of_month(month: int, which: str | None, anchor: Anchor) -> int | None:
    """The year of a month without one: "last January", told in January, is a year ago."""
    if anchor.published is None or which is None:
        return _nearest_year(month, 1, anchor)
    this = anchor.published.month
    if which == "last":
        return anchor.published.year - (month >= this)
    return anchor.published.year + (which == "next" and month <= this)


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


def _holiday(parts: Parts, anchor: Anchor) -> Moment | None:
    month, number = WORDS["holidays"][parts["words"]]
    return _day_in_year(month, number, parts, anchor)


def _easter(parts: Parts, anchor: Anchor) -> Moment | None:
    """A day that is counted from Easter, by the Western reckoning."""
    if anchor.published is None:
        return None
    away = timedelta(days=WORDS["easter"][parts["words"]])
    days = [easter(anchor.published.year + k) + away for k in (-1, 0, 1)]
    if anchor.ahead:
        return day(next(found for found in days if found >= anchor.published))
    return day(next(found for found in reversed(days) if found <= anchor.published))


def _named(parts: Parts, anchor: Anchor) -> Moment | None:
    moment = Moment(*WORDS["named_days"][parts["words"]])
    is_known = anchor.published is None or str(moment) <= anchor.published.isoformat()
    return moment if is_known else None


def _year(parts: Parts, anchor: Anchor) -> Moment | None:
    return Moment(int(parts["year"]))


def _unresolved(parts: Parts, anchor: Anchor) -> Moment | None:
    """Words that tell when and give no date: "in recent weeks"."""
    return None


def _days_of_month(parts: Parts, anchor: Anchor) -> Period:
    """A range of days in one month: "January 14-16"."""
    month = MONTHS[parts.get("month", parts.get("named", "")).rstrip(".")]
    first, last = int(parts.get("day", parts.get("first", ""))), int(parts["last_day"])
    ends = [_day_in_year(month, number, parts, anchor) for number in (first, last)]
    if first > last or None in ends:
        return None, None
    return ends[0], ends[1]


def _years(parts: Parts, anchor: Anchor) -> Period:
    first, last = int(parts["year"]), int(parts["last_year"])
    return (Moment(first), Moment(last)) if first <= last else (None, None)


def _ago(parts: Parts, anchor: Anchor) -> Moment | None:
    """Counted from the published date, or, for "earlier" and "later", from the date before it in the text."""
    way = parts["way"]
    base = anchor.published if way in ("ago", "from now") else as_date(anchor.previous)
    sign = 1 if (way in ("later", "after", "from now")) is not anchor.reverse else -1
    moved = None if base is None else _shifted(base, parts, sign)
    return moved if moved is None or "about" not in parts else _blurred(moved, parts["unit"])


def _blurred(moment: Moment, unit: str) -> Moment:
    """A date as exact as "about two weeks ago" is: to the month; "about two months ago" to the year."""
    if unit in ("hour", "day"):
        return moment
    return Moment(moment.year, None if unit in ("month", "year") else moment.month)


def _shifted(base: date, parts: Parts, sign: int) -> Moment | None:
    """A date moved by a number of units, to the precision of the unit; None where words give no number."""
    count = parse_number(parts["number"])
    if count is None or count > LONGEST_SHIFT:
        return None
    if parts["unit"] == "hour":  # of a day whose hour is not known: less than half a day stays in it
        return day(base + sign * relativedelta(days=(count + HALF_A_DAY) // HOURS_IN_DAY))
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
    base = as_date(anchor.previous)
    steps = WORDS["ordinals"].get(parts.get("step"), 0) * (-1 if anchor.reverse else 1)
    return None if base is None else day(base + timedelta(days=steps))


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
        weeks = AWAY[parts["of_week"]]
        return day(_monday(published) + timedelta(weeks=weeks, days=wanted)), None
    if which in BESIDE:
        base = as_date(anchor.previous)
        return (None if base is None else day(_beside(base, wanted, BESIDE[which]))), None
    back = (published.weekday() - wanted) % DAYS_IN_WEEK
    if (anchor.ahead and which not in PAST) or which == "next":
        forward = -back % DAYS_IN_WEEK
        is_later = anchor.strict or which == "next"
        return day(published + timedelta(days=forward or DAYS_IN_WEEK * is_later)), None
    return day(published - timedelta(days=back or DAYS_IN_WEEK * (which in PAST))), None


def _beside(base: date, wanted: int, sign: int) -> date:
    """The next such weekday after a date, or the last before it: "the following Friday"."""
    away = sign * (wanted - base.weekday()) % DAYS_IN_WEEK
    return base + timedelta(days=sign * (away or DAYS_IN_WEEK))


def _monday(published: date) -> date:
    """The first day of the week, by ISO 8601 a Monday."""
    return published - timedelta(days=published.weekday())


def _period(parts: Parts, published: date, anchor: Anchor) -> Period:
    """The last, current or next week, month or year; the current week as far as it has gone."""
    unit, offset = parts["unit"], WORDS["periods"][parts["which"]]
    if unit == "year":
        return Moment(published.year + offset), None
    if unit == "month":
        moved = published + offset * STEPS["month"]
        return Moment(moved.year, moved.month), None
    monday = _monday(published) + timedelta(weeks=offset)
    sunday = monday + timedelta(days=DAYS_IN_WEEK - 1)
    if anchor.ahead and not offset:
        return day(published), day(sunday)
    return day(monday), day(sunday if offset else published)


def _past(parts: Parts, published: date, anchor: Anchor) -> Period:
    """The days, weeks or months up to the day of publication: "in the past 24 hours"."""
    start = _shifted(published, {"number": "one", **parts}, -1)
    if start is None:
        return None, None
    return start, Moment(
        *(value for value in (published.year, published.month, published.day)[: _size(start)])
    )


def _size(moment: Moment) -> int:
    """How many of year, month and day a moment gives."""
    return sum(part is not None for part in (moment.year, moment.month, moment.day))


def _numbered_day(parts: Parts, published: date, anchor: Anchor) -> Period:
    """A day of the last, current or next month by its number."""
    moved = published + AWAY[parts["which"]] * STEPS["month"]
    return _real_day(moved.year, moved.month, int(parts["day"])), None


def _bare_day(parts: Parts, published: date, anchor: Anchor) -> Period:
    """A day by its number alone: of the month told last, or the next; else the last such day, or the next."""
    number = int(parts["day"])
    told = anchor.previous
    if told is not None and told.month is not None:
        month = date(told.year, told.month, 1)
        found = _in_month(month if told.day is None or number >= told.day else month + STEPS["month"], number)
        if found is not None and (anchor.ahead or str(found) <= published.isoformat()):
            return found, None
    away = (number < published.day) if anchor.ahead else -(number > published.day)
    return _in_month(published.replace(day=1) + away * STEPS["month"], number), None


def _in_month(month: date, number: int) -> Moment | None:
    return _real_day(month.year, month.month, number)


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
    "year_of": _year,
    "named": _named,
    "holiday": _holiday,
    "easter": _easter,
    "ago": _ago,
    "step": _step,
    "vague": _unresolved,
}
# The same, of a first and a last day or year.
RANGES: dict[str, Callable[[Parts, Anchor], Period]] = {
    "days_month": _days_of_month,
    "month_days": _days_of_month,
    "years": _years,
}
# Forms that mean nothing without the day on which they were written.
DEICTIC: dict[str, Callable[[Parts, date, Anchor], Period]] = {
    "deixis": _deixis,
    "overnight": _overnight,
    "ends": _ends,
    "period": _period,
    "past": _past,
    "day_of_month": _numbered_day,
    "numbered_day": _bare_day,
    "weekday": _weekday,
    **dict.fromkeys(DEADLINES, _within),
}
