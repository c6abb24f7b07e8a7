"""Dumps of GeoNames, `allCountries.zip` or the file of one country, made into an index of places.

The form of a dump: https://download.geonames.org/export/dump/readme.txt. Populated places and the first two
orders of divisions are taken; mountains, rivers and buildings are not, nor what is gone.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import SEEK_END
from pathlib import Path
from typing import IO, Final, TypeAlias
from zipfile import BadZipFile, ZipFile, is_zipfile

from builder.atomic import drafted
from builder.errors import InputError, StoreError
from builder.geonames import Candidate, Named, fill, names_of, open_file
from builder.model import Precision

COLUMNS: Final = 19
POPULATED: Final = "P"
GONE: Final = frozenset(("PPLH", "PPLCH"))  # historical: reports of today mean another place
# A quarter is in its city as a district is in its province.
PRECISIONS: Final = {"PPLX": Precision.DISTRICT, "ADM1": Precision.PROVINCE, "ADM2": Precision.DISTRICT}
NO_DIVISION: Final = ("", "00")  # "00" is GeoNames' code where a place lies in no first-level division
TOLD: Final = 5  # lines that cannot be read and are named; of all others only the number is told
REMEDY: Final = "take allCountries.zip, or a country's, from https://download.geonames.org/export/dump/"

# Passes lines on and shows how far they are; it is told the bytes of all of them.
Watch: TypeAlias = Callable[[Iterator[bytes], int], Iterator[bytes]]


@dataclass(slots=True)
class Imported:
    """How many places were taken from a dump and how many lines could not be read, the first few with why."""

    places: int = 0
    unread: int = 0
    first: list[InputError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an index holds: places by precision, names, and each dump in it.

    Of a dump the file's name, the places taken, the lines not read and the day of the import.
    """

    places: Counter[str]
    names: int
    dumps: tuple[tuple[str, int, int, str], ...]


def import_dump(path: Path, index: Path, watch: Watch = lambda lines, _: lines) -> Imported:
    """Make an index of a dump and of the extract that is shipped, in place of the one at `index`.

    Raises `InputError` for a file that is no dump, `StoreError` where the index cannot be written; whatever
    goes wrong, what was at `index` stays.
    """
    try:
        return _imported(path, index, watch)
    except sqlite3.OperationalError as error:
        raise StoreError(f"{index}: cannot be written: {error}; is the disk full?") from error


def _imported(path: Path, index: Path, watch: Watch) -> Imported:
    done = Imported()
    with drafted(index) as draft, closing(sqlite3.connect(draft)) as connection:
        with _opened(path) as (stream, size):
            fill(connection, _places(watch(iter(stream), size), path, done))
        if not done.places:
            raise InputError("holds no place in the form of a dump of GeoNames", path, remedy=REMEDY)
        today = date.today().isoformat()  # as the user has it
        row = (path.name, done.places, done.unread, today)
        connection.execute("INSERT INTO source VALUES (?, ?, ?, ?)", row)
        connection.commit()
    return done


def contents(index: Path) -> Contents:
    """Count what is in an index. Raises `SettingError` for a file that is none."""
    with closing(open_file(index)) as connection:
        places = Counter(dict(connection.execute("SELECT precision, count(*) FROM place GROUP BY precision")))
        (names,) = connection.execute("SELECT count(*) FROM name").fetchone()
        return Contents(places, names, tuple(connection.execute("SELECT * FROM source")))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The text of a dump and its bytes: the file itself, or the one in an archive that is no readme."""
    with path.open("rb") as plain:
        if not is_zipfile(plain):
            size = plain.seek(0, SEEK_END)
            plain.seek(0)
            yield plain, size
            return
    try:
        with ZipFile(path) as archive:
            texts = [file for file in archive.infolist() if _is_dump(file.filename)]
            if len(texts) != 1:
                raise InputError(f"holds {len(texts)} texts where a dump has one", path, remedy=REMEDY)
            with archive.open(texts[0]) as stream:
                yield stream, texts[0].file_size
    except BadZipFile as error:
        raise InputError(f"is a broken archive: {error}", path, remedy="fetch it anew") from error


def _is_dump(name: str) -> bool:
    return name.endswith(".txt") and not name.lower().endswith("readme.txt")


def _places(lines: Iterator[bytes], path: Path, done: Imported) -> Iterator[Named]:
    """The places of a dump; what cannot be read is counted and left out."""
    for number, line in enumerate(lines, 1):
        try:
            found = read_line(line.decode("utf-8"))
        except ValueError as error:
            done.unread += 1
            if len(done.first) < TOLD:
                done.first.append(InputError(str(error), path, line=number))
            continue
        if found is not None:
            done.places += 1
            yield found


def read_line(line: str) -> Named | None:
    """Read one line of a dump; None where it is of a feature that is left out.

    Raises `ValueError` for a line of another form.
    """
    columns = line.rstrip("\r\n").split("\t")
    if len(columns) != COLUMNS:
        raise ValueError(f"has {len(columns)} columns where GeoNames has {COLUMNS}")
    geonames, name, plain, others, latitude, longitude, feature, code, country = columns[:9]
    if code in GONE or not (feature == POPULATED or code in PRECISIONS):
        return None
    admin1, population = columns[10], columns[14]
    if not name or not country:
        raise ValueError("has no name or no country")
    division = None if admin1 in NO_DIVISION else admin1
    precision = PRECISIONS.get(code, Precision.SETTLEMENT)
    try:
        identifier, people = int(geonames), int(population or 0)
        point = float(longitude), float(latitude)
    except ValueError as error:
        raise ValueError(f"has a word where a number belongs ({error})") from error
    if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise ValueError(f"has a point that is not on the globe: {latitude}, {longitude}")
    place = Candidate(identifier, name, country, division, point, people, precision=precision)
    return place, names_of(name, [plain, *others.split(",")])
