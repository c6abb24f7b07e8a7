"""Where something is that is told by its distance from a town: "80 kilometres north of Baghdad".

It is not in the town, and no point is made up for it. It is in the province, else in the country, in which
the settlements that are nearest to where the words lead all lie; where they differ or are far, it is unknown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, atan2, cos, degrees, radians, sin

from spacy.tokens import Doc

from builder.components.annotations import EntityMention
from builder.components.quantities import parse_number
from builder.components.toponyms import COUNTRY, PlaceLink, from_candidate, from_entry
from builder.gazetteer import load_gazetteer
from builder.geonames import EARTH_RADIUS_KM, open_index
from builder.patterns import load

WORDS = load("places")
BEARINGS: dict[str, int] = WORDS["bearings"]
UNITS: dict[str, float] = WORDS["units"]  # in kilometres
# A word of the compass stands for all that is nearer to it than to the next of the eight.
SECTOR = (-22.5, 0.0, 22.5)
ROUND = tuple(range(0, 360, 45))
LONGEST = 100  # characters before a name in which its distance is told
# Tokens after a place in which the name of the town stands: "(28 miles) east of the city of".
LONGEST_AFTER = 16
# Further from any settlement of 500 inhabitants it is at sea or in the desert, and may be across a border.
FARTHEST_KM = 60.0


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_DISTANCE = re.compile(
    rf"(?P<number>[\w.,]+)[ -](?P<unit>{_any(UNITS)})\b(?: ?\([^)]*\))?"
    rf"(?: to the| due)?(?: (?P<bearing>{_any(BEARINGS)}))?(?: away)? (?:{_any(WORDS['away'])})"
    rf"(?: the)?(?: (?:{_any(WORDS['introducing'])})(?: of|,)?)*$"
)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far from a place: kilometres, and degrees from north where the text says which way."""

    kilometres: float
    bearing: float | None = None


def region_around(point: tuple[float, float], distance: Distance) -> PlaceLink | None:
    """The province or country of what is at a distance from a point; None where that is unknown.

    >>> link = region_around((44.4, 33.34), Distance(20, 0))
    >>> link.label if link else None
    'Baghdad'
    """
    bearings = ROUND if distance.bearing is None else [distance.bearing + turn for turn in SECTOR]
    points = [away(point, distance.kilometres, bearing) for bearing in bearings]
    nearest = [open_index().nearest(each, within=FARTHEST_KM) for each in points]
    regions = {None if found is None else (found.country, found.admin1) for found in nearest}
    countries = {None if region is None else region[0] for region in regions}
    if len(countries) > 1 or (country := countries.pop()) is None:
        return None
    region = regions.pop()
    return _region(country, None if regions or region is None else region[1])


def distance_before(doc: Doc, mention: EntityMention) -> Distance | None:
    """The distance that stands before a name: "80 kilometres north of *Baghdad*"."""
    match = _DISTANCE.search(_words_before(doc, _name_start(mention)))
    if match is None:
        return None
    number = parse_number(match["number"].replace(",", ""))
    if number is None and re.fullmatch(r"\d+\.\d+", match["number"]):
        number = round(float(match["number"]))
    if number is None:
        return None
    return Distance(number * UNITS[match["unit"]], BEARINGS.get(match["bearing"] or ""))


def _words_before(doc: Doc, start: int) -> str:
    """What stands before a token in its sentence, as far as a distance can reach."""
    first, earliest = doc[start], doc[start].idx - LONGEST
    while first.i and not first.is_sent_start and (before := doc[first.i - 1]).idx >= earliest:
        first = before
    return " ".join(doc[first.i : start].text.split()).lower()


def distant_town(doc: Doc, mention: EntityMention) -> int | None:
    """The head of the town whose distance is told right after a place: "Zzyq, 30 km north of *Mosul*"."""
    towns = (i for i in doc._.surroundings if mention.end < i <= mention.end + LONGEST_AFTER)
    town = next(towns, None)
    if town is None:
        return None
    between = doc[mention.end : _name_start(doc._.mentions[town])].text.lower().lstrip(",( ").strip()
    match = _DISTANCE.search(between)
    return town if match is not None and len(between[: match.start()].split()) <= 1 else None


def _name_start(mention: EntityMention) -> int:
    return mention.start if mention.name is None else mention.name.start


def away(point: tuple[float, float], kilometres: float, bearing: float) -> tuple[float, float]:
    """The point (longitude, latitude in degrees) at a distance and a bearing, degrees from north, of another.

    Along a great circle of a sphere: E. Williams, "Aviation Formulary", "Lat/lon given radial and distance".

    >>> longitude, latitude = away((44.4, 33.34), 80, 0)
    >>> round(longitude, 2), round(latitude, 2)
    (44.4, 34.06)
    """
    x, y = (radians(degree) for degree in point)
    arc, course = kilometres / EARTH_RADIUS_KM, radians(bearing)
    latitude = asin(sin(y) * cos(arc) + cos(y) * sin(arc) * cos(course))
    turned = atan2(sin(course) * sin(arc) * cos(y), cos(arc) - sin(y) * sin(latitude))
    return (degrees(x + turned) + 540) % 360 - 180, degrees(latitude)


def _region(country: str, admin1: str | None) -> PlaceLink | None:
    """The link to a province by its codes, else to the country."""
    gazetteer = load_gazetteer()
    entry = gazetteer.provinces.get((country, admin1 or ""))
    province = open_index().province(country, admin1) if admin1 is not None and entry is None else None
    if province is not None:
        return from_candidate(province)
    entry = entry or gazetteer.entries.get(f"{COUNTRY}{country}")
    return None if entry is None else from_entry(entry)
