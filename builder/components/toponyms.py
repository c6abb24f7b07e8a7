"""Which of the places that bear a name a text means.

The evidence is added up in powers of ten of population: what stands beside the name outweighs any city, what
the rest of the document names outweighs a much larger namesake, and population decides last.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log10

from builder.gazetteer import NAMESPACE, Entry, load_gazetteer, transliteration_key
from builder.geonames import Candidate, distance_km, open_index
from builder.model import Precision

COUNTRY = f"{NAMESPACE}country-"
PRECISIONS = frozenset(Precision)
NARROW = frozenset((Precision.SETTLEMENT, Precision.DISTRICT))
DIVISIONS = frozenset((Precision.PROVINCE, Precision.DISTRICT))
# The weights were chosen on development articles, coarsely.
BESIDE = 10.0  # what the text names beside it outweighs any city
IN_COUNTRY = 2.0  # its country is named in the document
IN_PROVINCE = 2.0  # and its province
NEAR = 1.5  # something else that the document names is near
PRIMARY_NAME = 1.0
BARE_CITY = 1.0  # "Aleppo" is the city unless the province has ten times its people
COUNTRY_PRIOR = 9.0  # nothing is as well known as a country,
REGION_PRIOR = 8.0  # and the regions of the gazetteer are there because reports name them
PROVINCE_PRIOR = 6.0  # one that GeoNames lacks is new and small: its city is better known
SURE = 1.0  # by so much the best outweighs its namesakes elsewhere if it is evidence for other names
NEAR_KM = 150.0
# Between the middle of a province and a namesake that is elsewhere: farther than the ends of most provinces.
ELSEWHERE_KM = 300.0
# Below these populations a settlement in a country that the document never names is noise: the name is more
# often that of a place too small for GeoNames' extract. Chosen on the development articles.
SMALLEST_ELSEWHERE = 50_000
SMALLEST_ALTERNATE = 500_000


@dataclass(frozen=True, slots=True)
class Region:
    """A country, or one of its first-level divisions by GeoNames' code."""

    country: str
    admin1: str | None = None

    def holds(self, bearer: "Bearer") -> bool:
        """Whether a place lies in the region."""
        return bearer.country == self.country and self.admin1 in (None, bearer.admin1)

    def excludes(self, bearer: "Bearer") -> bool:
        """Whether a place lies too far from a province to be told of as in it."""
        province = None if self.admin1 is None else open_index().province(self.country, self.admin1)
        if province is None or province.point is None or bearer.link.point is None or self.holds(bearer):
            return False
        return distance_km(province.point, bearer.link.point) > ELSEWHERE_KM


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """What a toponym was linked to. `province` is the gazetteer's entry around a settlement, if known."""

    label: str
    country: str | None
    precision: Precision | None
    geonames: int | None = None
    point: tuple[float, float] | None = None
    entry: Entry | None = None
    province: Entry | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """A place that bears a name, and how well known it is under that name without any evidence."""

    link: PlaceLink
    prior: float
    admin1: str | None = None
    population: int = 0
    is_primary: bool = True

    @property
    def country(self) -> str | None:
        """The ISO code of its country."""
        return self.link.country

    @property
    def region(self) -> tuple[str | None, str | None]:
        """What tells it from namesakes elsewhere."""
        return self.link.country, self.admin1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a document names: countries and provinces, how often, and the points of towns and districts."""

    countries: Counter[str]
    provinces: Counter[tuple[str | None, str | None]]
    points: tuple[tuple[float, float], ...] = ()


def is_country(entry: Entry) -> bool:
    """Whether an entry is of a country as a place, which is none of the state's."""
    return entry.iri.startswith(COUNTRY)


def from_entry(entry: Entry) -> PlaceLink:
    """The link to a country, province or district of the gazetteer; what it lacks, GeoNames knows."""
    precision = Precision.COUNTRY if is_country(entry) else None
    if entry.type in PRECISIONS:
        precision = Precision(entry.type)
    known = _known(entry)
    geonames, point = entry.geonames, entry.point
    if known is not None:
        geonames, point = geonames or known.geonames, point or known.point
    located = None if precision is None else point  # what is of no known size has no point
    return PlaceLink(entry.label, entry.country, precision, geonames, located, entry)


def from_candidate(candidate: Candidate, name: str = "") -> PlaceLink:
    """The link to a place of GeoNames, under the name that a text gives it if it is no main one."""
    settlement = candidate.precision is Precision.SETTLEMENT
    around = load_gazetteer().provinces.get((candidate.country, candidate.admin1 or ""))
    return PlaceLink(
        label=candidate.name if settlement or not name else name,
        country=candidate.country,
        precision=candidate.precision,
        geonames=candidate.geonames,
        point=candidate.point,
        province=around if candidate.precision is not Precision.PROVINCE else None,
    )


def _known(entry: Entry) -> Candidate | None:
    """What GeoNames knows of a province or a settlement of the gazetteer."""
    if entry.country and entry.admin1:
        return open_index().province(entry.country, entry.admin1)
    return open_index().get(entry.geonames) if entry.geonames is not None else None


def _entry_bearer(entry: Entry) -> Bearer:
    known = _known(entry)
    if known is not None:
        return replace(_candidate_bearer(known, entry.label), link=from_entry(entry))
    if is_country(entry):
        return Bearer(from_entry(entry), COUNTRY_PRIOR)
    return Bearer(from_entry(entry), PROVINCE_PRIOR if entry.type == Precision.PROVINCE else REGION_PRIOR)


def _candidate_bearer(candidate: Candidate, name: str) -> Bearer:
    is_town = candidate.precision is Precision.SETTLEMENT
    is_primary = candidate.primary or (is_town and _is_spelling_of(name, candidate.name))
    prior = log10(candidate.population + 1) + PRIMARY_NAME * is_primary + BARE_CITY * is_town
    return Bearer(from_candidate(candidate, name), prior, candidate.admin1, candidate.population, is_primary)


def _is_spelling_of(name: str, main: str) -> bool:
    """Whether two names are romanisations of one: "Basra" is what GeoNames calls "Basrah"."""
    return bool(name) and transliteration_key(name) == transliteration_key(main)


def bearers(name: str, entries: Iterable[Entry]) -> list[Bearer]:
    """Every place that bears a name: the gazetteer's `entries`, then those of GeoNames that are not there.

    >>> [str(bearer.link.precision) for bearer in bearers("Aleppo", ())]
    ['province', 'settlement']
    """
    known = [_entry_bearer(entry) for entry in entries]
    taken = {bearer.link.geonames for bearer in known}
    found = (candidate for candidate in open_index().namesakes(name) if candidate.geonames not in taken)
    return known + [_candidate_bearer(candidate, name) for candidate in found]


def weight(bearer: Bearer, beside: Region | None, evidence: Evidence) -> float:
    """How likely a name means one of its bearers, in powers of ten."""
    found = bearer.prior
    if beside is not None and beside.holds(bearer):
        found += BESIDE
    found += IN_COUNTRY * bool(evidence.countries[bearer.country or ""])
    found += IN_PROVINCE * bool(evidence.provinces[bearer.region])
    return found + NEAR * _is_near(bearer, evidence.points)


def _is_near(bearer: Bearer, others: tuple[tuple[float, float], ...]) -> bool:
    """Whether a settlement or district is near one of some points; the middle of a province tells nothing."""
    point = bearer.link.point
    if point is None or bearer.link.precision not in NARROW:
        return False
    # one degree of latitude is 111 km: most points need no trigonometry
    close = (other for other in others if abs(other[1] - point[1]) < NEAR_KM / 111 and other != point)
    return any(distance_km(point, other) < NEAR_KM for other in close)


def best_bearer(found: list[Bearer], beside: Region | None, evidence: Evidence) -> tuple[Bearer | None, bool]:
    """The place that a name most likely means, and whether that is sure; None if the evidence is too thin."""
    if not found:
        return None, False
    weights = [weight(bearer, beside, evidence) for bearer in found]
    most = max(weights)
    best = found[weights.index(most)]
    is_only_division = len(found) == 1 and best.link.precision in DIVISIONS
    if not (is_only_division or _is_known_enough(best, beside, evidence)):
        return None, False
    others = (each for bearer, each in zip(found, weights, strict=True) if bearer.region != best.region)
    return best, most - max(others, default=0.0) >= SURE


def _is_known_enough(bearer: Bearer, beside: Region | None, evidence: Evidence) -> bool:
    """Whether a place is one that the document speaks of, or large enough to be meant without that."""
    if bearer.link.entry is not None or bearer.country in evidence.countries:
        return True
    if beside is not None and beside.holds(bearer):
        return True
    if not bearer.is_primary:
        return bearer.population >= SMALLEST_ALTERNATE and not evidence.countries
    return bearer.population >= SMALLEST_ELSEWHERE
