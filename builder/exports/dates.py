"""Dates as the tables want them: from the lexical forms of the graph to days, and how exact they are."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from builder.exports.records import EventRecord

_PARTS = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day that an event may have had; `is_day` if its own beginning is known to the day."""

    first: date
    last: date
    is_day: bool

    @property
    def days(self) -> int:
        """How many days it spans."""
        return (self.last - self.first).days + 1


def period(event: EventRecord) -> Period | None:
    """Give when an event was; None where no date is known."""
    start, end = days(event.start), days(event.end)
    if start is None:
        return None
    last = start[1] if end is None or end[1] < start[0] else end[1]
    return Period(start[0], last, start[0] == start[1])


def days(moment: str) -> tuple[date, date] | None:
    """Give the first and the last day of a date of any precision; None for what is none.

    >>> days("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    found = _PARTS.match(moment)
    if found is None:
        return None
    year, month, day = (None if part is None else int(part) for part in found.groups())
    first, last = (month or 1), (month or 12)
    try:
        end = day or monthrange(year or 0, last)[1]
        return date(year or 0, first, day or 1), date(year or 0, last, end)
    except ValueError:  # the year 0 and the 30th of February can stand in a graph that others wrote
        return None
