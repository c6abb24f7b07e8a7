"""Events by week as a drawing: one path of SVG, which a page can hold for years of weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_EPOCH: Final = date(1970, 1, 1)
_WEEK: Final = 7
_HEIGHT: Final = 100
# Weeks that a drawing shows at least, so that one week is no wall.
_LEAST: Final = 26


@dataclass(frozen=True, slots=True)
class Histogram:
    """A drawing: its width in weeks, its bars as a path, the first and the last day, and the tallest bar."""

    width: int
    height: int
    path: str
    first: str
    last: str
    most: int


def histogram(weeks: Sequence[tuple[int, int]]) -> Histogram | None:
    """Draw counts by the number of each week's Monday; None where there are none.

    >>> histogram([(4, 2), (11, 1)]).path
    'M0 100v-100h.9v100zM1 100v-50h.9v50z'
    """
    if not weeks:
        return None
    first, last = weeks[0][0], weeks[-1][0]
    most = max(count for _, count in weeks)
    bars = ((monday - first) // _WEEK for monday, _ in weeks)
    heights = (max(1, round(count / most * _HEIGHT)) for _, count in weeks)
    path = "".join(f"M{at} {_HEIGHT}v-{tall}h.9v{tall}z" for at, tall in zip(bars, heights, strict=True))
    width = max(_LEAST, (last - first) // _WEEK + 1)
    return Histogram(width, _HEIGHT, path, _day(first), _day(last + _WEEK - 1), most)


def _day(number: int) -> str:
    return (_EPOCH + timedelta(number)).isoformat()
