"""Dumps of GeoNames: what is taken of them, what is not, and what becomes of broken ones."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from builder import geonames
from builder.cli import polemos
from builder.errors import InputError, SettingError
from builder.geonames import PlaceIndex, open_file
from builder.geonames_dump import contents, import_dump, read_line
from builder.model import Precision


def line(
    identifier: object = 9_000_001,
    name: str = "Zzyqxville",
    *,
    others: str = "",
    point: tuple[object, object] = (-3.5, 16.7),
    feature: str = "P.PPL",
    country: str = "ML",
    admin1: str = "08",
    population: object = 40,
) -> str:
    """One line of a dump, in the columns of GeoNames; `point` is (longitude, latitude)."""
    kind, _, code = feature.partition(".")
    columns = [
        identifier,
        name,
        name,
        others,
        point[1],
        point[0],
        kind,
        code,
        country,
        "",
        admin1,
        "",
        "",
        "",
    ]
    return "\t".join(map(str, [*columns, population, "", 270, "Africa/Bamako", "2024-01-31"])) + "\n"


DUMP = (
    line(9_000_001, "Zzyqxville", others="Zzyqton,ZZQ,ززق"),
    line(9_000_002, "Quarter of Zzyq", feature="P.PPLX"),
    line(9_000_003, "Zzyq Region", feature="A.ADM1", admin1="88"),
    line(9_000_004, "Cercle de Zzyq", feature="A.ADM2"),
    line(9_000_005, "Mont Zzyq", feature="T.MT"),
    line(9_000_006, "Old Zzyq", feature="P.PPLH"),
    line(99_072, "Mosul", country="IQ", admin1="15", point=(43.1, 36.3), population=7),
)
BROKEN = (
    "9000010\tonly three\tcolumns\n",
    line("many"),
    line(9_000_011, population="few"),
    line(9_000_012, point=("east", 1)),
    line(9_000_013, point=(1, 91)),
    line(9_000_014, name=""),
    line(9_000_015, country=""),
)


@pytest.fixture
def few_cities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the extract and the divisions out: they take seconds, and other tests have them."""
    monkeypatch.setattr(geonames, "_cities", lambda: iter(()))
    monkeypatch.setattr(geonames, "_divisions", lambda: iter(()))


@pytest.fixture
def dump(tmp_path: Path, few_cities: None) -> Path:
    path = tmp_path / "ML.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no dump")
        archive.writestr("ML.txt", "".join(DUMP))
    return path


def index_of(lines: tuple[str, ...], folder: Path) -> PlaceIndex:
    text, index = folder / "dump.txt", folder / "index.sqlite"
    text.write_text("".join(lines), "utf-8")
    import_dump(text, index)
    return PlaceIndex(open_file(index))


def test_places_of_a_dump_are_found_by_every_name_in_latin_letters(dump: Path, tmp_path: Path) -> None:
    import_dump(dump, tmp_path / "index.sqlite")
    index = PlaceIndex(open_file(tmp_path / "index.sqlite"))
    (village,) = index.lookup("Zzyqxville")
    assert (village.geonames, village.country, village.admin1) == (9_000_001, "ML", "08")
    assert (village.point, village.population, village.precision) == ((-3.5, 16.7), 40, Precision.SETTLEMENT)
    (other,) = index.lookup("zzyqton")
    assert (other.geonames, other.primary) == (9_000_001, False)
    assert index.namesakes("ZZQ") == ()  # a code, which texts use for other things


def test_quarters_and_divisions_have_their_precision(dump: Path, tmp_path: Path) -> None:
    import_dump(dump, tmp_path / "index.sqlite")
    index = PlaceIndex(open_file(tmp_path / "index.sqlite"))
    assert [found.precision for found in index.namesakes("Quarter of Zzyq")] == [Precision.DISTRICT]
    assert [found.precision for found in index.namesakes("Cercle de Zzyq")] == [Precision.DISTRICT]
    region = index.province("ML", "88")
    assert region is not None
    assert region.name == "Zzyq Region"


@pytest.mark.parametrize("name", ["Mont Zzyq", "Old Zzyq"])
def test_what_is_no_place_of_today_is_left_out(name: str, dump: Path, tmp_path: Path) -> None:
    assert import_dump(dump, tmp_path / "index.sqlite").places == 5
    assert PlaceIndex(open_file(tmp_path / "index.sqlite")).namesakes(name) == ()


def test_the_dump_goes_before_the_extract_which_fills_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cities = [city for city in geonames._cities() if city["geonameid"] in (99_072, 98_182)]
    monkeypatch.setattr(geonames, "_cities", lambda: iter(cities))
    index = index_of(DUMP, tmp_path)
    assert [found.population for found in index.lookup("Mosul")] == [7]
    assert [found.geonames for found in index.lookup("Baghdad")] == [98_182]
    nineveh = index.province("IQ", "15")
    assert nineveh is not None
    assert nineveh.geonames == 92_877


def test_broken_lines_are_counted_and_the_first_named(tmp_path: Path, few_cities: None) -> None:
    path = tmp_path / "dump.txt"
    path.write_bytes("".join((*DUMP[:1], *BROKEN)).encode() + b"\xff\n")
    done = import_dump(path, tmp_path / "index.sqlite")
    assert (done.places, done.unread) == (1, len(BROKEN) + 1)
    assert [error.line for error in done.first] == [2, 3, 4, 5, 6]
    assert str(done.first[0]) == f"{path}:2: has 3 columns where GeoNames has 19"


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_line_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match="has "):
        read_line(text)


@given(st.text())
def test_any_line_is_read_or_refused(text: str) -> None:
    try:
        found = read_line(text)
    except ValueError:
        return
    assert found is None or found[0].name


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no dump at all\n"])
def test_what_is_no_dump_changes_nothing(content: bytes, dump: Path, tmp_path: Path) -> None:
    index = tmp_path / "index.sqlite"
    import_dump(dump, index)
    before = index.read_bytes()
    (tmp_path / "other.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"other\.zip"):
        import_dump(tmp_path / "other.zip", index)
    assert index.read_bytes() == before
    assert {path.suffix for path in tmp_path.iterdir()} == {".zip", ".sqlite"}


def test_an_archive_of_several_texts_is_refused(tmp_path: Path, few_cities: None) -> None:
    with ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("a.txt", "b.txt"):
            archive.writestr(name, DUMP[0])
    with pytest.raises(InputError, match="holds 2 texts"):
        import_dump(tmp_path / "two.zip", tmp_path / "index.sqlite")


def test_an_import_that_is_stopped_leaves_nothing(dump: Path, tmp_path: Path) -> None:
    def stop(lines: object, size: int) -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_dump(dump, tmp_path / "index.sqlite", stop)
    assert [path.name for path in tmp_path.iterdir()] == ["ML.zip"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLEMOS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(geonames.CHOSEN, raising=False)
    return tmp_path / "cache"


def test_the_command_imports_tells_and_removes(dump: Path, cache: Path) -> None:
    run = CliRunner().invoke
    assert "no import" in run(polemos, ["places", "status"]).output
    done = run(polemos, ["places", "import", str(dump)])
    assert (done.exit_code, done.output) == (
        0,
        f"{cache / 'places.sqlite'}: 5 places of ML.zip; 0 lines could not be read\n",
    )
    told = run(polemos, ["places", "status"]).output
    assert "ML.zip: 5 places" in told
    assert "3 of precision district" not in told
    assert "2 of precision district" in told
    assert geonames.open_index.__wrapped__().lookup("Zzyqxville") != ()
    assert "removed" in run(polemos, ["places", "remove"]).output
    assert "there is no import" in run(polemos, ["places", "remove"]).output


def test_the_command_names_lines_that_it_cannot_read(dump: Path, tmp_path: Path, cache: Path) -> None:
    text = tmp_path / "dump.txt"
    text.write_text(DUMP[0] + BROKEN[0])
    done = CliRunner().invoke(polemos, ["places", "import", str(text), "--index", str(tmp_path / "i.sqlite")])
    assert done.exit_code == 1
    assert "dump.txt:2: has 3 columns" in done.output
    assert contents(tmp_path / "i.sqlite").dumps[0][:3] == ("dump.txt", 1, 1)


def test_an_index_is_chosen_by_the_environment(
    dump: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "elsewhere.sqlite"
    import_dump(dump, index)
    monkeypatch.setenv(geonames.CHOSEN, str(index))
    assert geonames.open_index.__wrapped__().lookup("Zzyqxville") != ()


@pytest.mark.parametrize("content", [b"no database", b""])
def test_a_file_that_is_no_index_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other.sqlite").write_bytes(content)
    with pytest.raises(SettingError, match="polemos places import"):
        open_file(tmp_path / "other.sqlite")
