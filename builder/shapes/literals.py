"""What the text of a literal means: numbers, and whether it is a lexical form of its datatype."""

import re
from calendar import monthrange
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal

from builder.shapes.graph import Term

_YEAR = r"-?(?P<year>[1-9]\d{3,}|0\d{3})"
_MONTH = r"-(?P<month>0[1-9]|1[0-2])"
_DAY = r"-(?P<day>0[1-9]|[12]\d|3[01])"
_CLOCK = r"T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"

# Lexical forms after XML Schema 1.1 part 2, of the datatypes that the shapes name, by local name.
FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(form, re.ASCII | re.DOTALL)
    for name, form in {
        "string": ".*",
        "integer": r"[+-]?\d+",
        "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
        "gYear": _YEAR + _ZONE,
        "gYearMonth": _YEAR + _MONTH + _ZONE,
        "date": _YEAR + _MONTH + _DAY + _ZONE,
        "dateTime": _YEAR + _MONTH + _DAY + _CLOCK + _ZONE,
    }.items()
}


# Offsets, counts and dates recur from report to report: most are found here. The bound keeps it under 1 MB.
_remembered = lru_cache(maxsize=8192)


def number(term: Term | None) -> Decimal | None:
    """Give the number that a literal writes, or None where it writes none.

    >>> number(Literal(12)), number(Literal("twelve"))
    (Decimal('12'), None)
    """
    return _decimal(term.value) if isinstance(term, Literal) else None


@_remembered
def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if FORMS["decimal"].fullmatch(text) else None


@_remembered
def is_wellformed(text: str, datatype: str) -> bool:
    """Whether a text is a lexical form of the XML Schema datatype of that local name, one of `FORMS`.

    >>> is_wellformed("2024-02-29", "date"), is_wellformed("2023-02-29", "date")
    (True, False)
    """
    match = FORMS[datatype].fullmatch(text)
    if match is None or "day" not in match.groupdict():
        return match is not None
    # The Gregorian calendar repeats every 400 years; `calendar` knows no year before 1 or after 9999.
    _, days = monthrange(2000 + int(match["year"]) % 400, int(match["month"]))
    return int(match["day"]) <= days
