"""The index of settlements: what it finds, where it is kept, and that it stays small and fast."""

import subprocess
import sys
from itertools import pairwise
from time import process_time

import pytest

from builder import geonames
from builder.geonames import distance_km, open_index
from builder.model import Precision


@pytest.fixture(scope="module")
def index():
    return open_index()


def test_divisions_are_found_by_name_and_by_code(index):
    nineveh = index.province("IQ", "15")
    assert (nineveh.geonames, nineveh.precision) == (92877, Precision.PROVINCE)
    assert nineveh in index.namesakes(nineveh.name)
    assert index.lookup("Metcalfe County") == ()
    (county,) = index.namesakes("Metcalfe County")
    assert (county.country, county.admin1, county.precision) == ("US", "KY", Precision.DISTRICT)


def test_an_unknown_code_is_no_province(index):
    assert index.province("IQ", "99") is None


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Mosul", 99072),
        ("Al Mawşil", 99072),
        ("Aleppo", 170063),
        ("Haleb", 170063),
        ("Baghdad", 98182),
        ("Kyiv", 703448),
        ("Kiev", 703448),
        ("Sana'a", 71137),
    ],
)
def test_settlements_are_found_by_any_name(index, name, identifier):
    assert index.lookup(name)[0].geonames == identifier


@pytest.mark.parametrize(
    ("with_article", "without"),
    [("al-Qamishli", "Qamishli"), ("ar-Raqqah", "Raqqa"), ("al-Hasakah", "Hasakah")],
)
def test_the_arabic_article_may_be_left_out(index, with_article, without):
    assert index.lookup(with_article)[0].geonames == index.lookup(without)[0].geonames


def test_a_candidate_is_whole(index):
    (mosul,) = index.lookup("Mosul")
    assert (mosul.name, mosul.country, mosul.admin1) == ("Mosul", "IQ", "15")
    assert mosul.point == pytest.approx((43.11889, 36.335))
    assert mosul.population > 1_000_000
    assert mosul.primary
    assert mosul.precision is Precision.SETTLEMENT
    assert index.get(99072) == mosul


def test_namesakes_come_most_populous_first(index):
    found = index.lookup("San Salvador")
    assert len(found) > 5
    assert all(larger.population >= smaller.population for larger, smaller in pairwise(found))
    assert found[0].country == "SV"


@pytest.mark.parametrize("name", ["", "Nowhere in particular", "mwsl", "OSM", "'; DROP TABLE place; --"])
def test_what_is_no_name_finds_nothing(index, name):
    assert index.lookup(name) == ()


def test_an_unknown_identifier_finds_nothing(index):
    assert index.get(-1) is None


def test_lookups_are_fast(index):
    names = [name for (name,) in index._connection.execute("SELECT name FROM name LIMIT 5000")]
    assert len(names) == 5000
    start = process_time()
    for name in names:
        index.lookup(name)
    # 15 µs where it was measured; a report asks for some dozens of names
    assert (process_time() - start) / len(names) < 200e-6


@pytest.mark.parametrize(
    ("a", "b", "kilometres"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (180, 0), 20015),
        ((44.4009, 33.3406), (43.1189, 36.335), 353),
        ((-179.5, 0), (179.5, 0), 111),
    ],
)
def test_distance(a, b, kilometres):
    assert distance_km(a, b) == pytest.approx(kilometres, rel=0.01)
    assert distance_km(b, a) == pytest.approx(distance_km(a, b))


@pytest.fixture
def few_cities(monkeypatch):
    """Build from the first hundred cities: what is tested is where the file goes, not what is in it."""
    cities = [city for city, _ in zip(geonames._cities(), range(100), strict=False)]
    monkeypatch.setattr(geonames, "_cities", lambda: iter(cities))
    monkeypatch.setattr(geonames, "_divisions", lambda: iter(()))
    return cities


def test_the_index_is_built_once_and_whole(tmp_path, monkeypatch, few_cities):
    monkeypatch.setenv("POLEMOS_CACHE", str(tmp_path / "new"))
    name = few_cities[0]["name"]
    built = open_index.__wrapped__().lookup(name)
    monkeypatch.setattr(geonames, "_cities", lambda: pytest.fail("built twice"))
    assert open_index.__wrapped__().lookup(name) == built != ()
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".sqlite"]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch, few_cities):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("POLEMOS_CACHE", str(blocked))
    assert open_index.__wrapped__().lookup(few_cities[0]["name"])
    assert blocked.read_text() == "not a folder"


def test_a_process_that_looks_up_stays_small(index):
    program = (
        "import resource; from builder.geonames import open_index;"
        "import builder.gazetteer;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "[open_index().lookup(name) for name in ('Mosul', 'Aleppo', 'Goma', 'Kyiv')];"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40_000  # kilobytes; the JSON takes 600,000
