"""Tables and maps: whole files against what lies in `expected/`, and the rules that make them.

Write the files anew, then read the difference before you commit it:

    POLEMOS_WRITE_EXPECTED=1 python -m pytest tests/builder/exports/test_tables.py
"""

import csv
import io
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.exports import acled, codes, geojson, tolls, ucdp
from builder.exports.dates import days
from builder.exports.records import EventRecord, Figure, Party, Site, Source
from builder.exports.tables import FORMULA, cell, joined, write_table

EXPECTED = Path(__file__).parent / "expected"
WRITE = "POLEMOS_WRITE_EXPECTED" in os.environ
TIMESTAMP = 1_709_800_000


def written(name: str, events: dict[str, EventRecord]) -> bytes:
    stream = io.BytesIO()
    match name:
        case "acled.csv":
            write_table(acled.rows(events.values(), timestamp=TIMESTAMP), acled.COLUMNS, stream)
        case "ucdp.csv":
            write_table(ucdp.rows(events.values()), ucdp.COLUMNS, stream)
        case "events.geojson":
            geojson.write_map(events.values(), stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["acled.csv", "ucdp.csv", "events.geojson"])
def test_the_file_is_as_it_was(name: str, events: dict[str, EventRecord]) -> None:
    file, content = EXPECTED / name, written(name, events)
    if WRITE:
        file.write_bytes(content)
    assert content == file.read_bytes()


def acled_rows(events: dict[str, EventRecord]) -> dict[str, dict[str, str]]:
    table = csv.DictReader(io.StringIO(written("acled.csv", events).decode(), newline=""))
    return {row["event_id_cnty"]: row for row in table}


def test_events_come_by_date_and_only_what_is_told_as_having_happened(events: dict[str, EventRecord]) -> None:
    assert list(events) == ["abduction", "strike", "bombing", "shooting", "talks"]
    assert list(acled_rows(events)) == ["abduction", "strike", "bombing", "shooting"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            "strike",
            {
                "event_date": "2024-03-04",
                "time_precision": "1",
                "disorder_type": "Political violence",
                "event_type": "Explosions/Remote violence",
                "sub_event_type": "Air/drone strike",
                "actor1": "Ardan air force",
                "inter1": "8",  # of Turkey, in Iraq
                "actor2": "fighters",
                "assoc_actor_2": "villagers; River Brigade",
                "inter2": "",  # rebels or a militia: nobody says
                "interaction": "",
                "civilian_targeting": "Civilian targeting",
                "iso": "368",
                "region": "Middle East",
                "country": "Iraq",
                "admin1": "Nineveh",
                "location": "Mosul",
                "latitude": "36.335",
                "geo_precision": "1",
                "direction": "actor1>actor2",
                "facility": "Hill 9",
                "weapon": "Drone",
            },
        ),
        (
            "abduction",
            {
                "event_date": "",
                "year": "2024",
                "time_precision": "3",
                "start_date": "2024-02",
                "latitude": "",  # the middle of a province is no place of an abduction
                "admin1": "Nineveh",
                "geo_precision": "3",
                "interaction": "70",
                "actor1": "",
                "direction": ">actor2",
                "modality": "Alleged",
                "fatalities": "",  # nobody says, which is not 0
                "notes": "Tigris Courier 2024-03-05: Doctors are said to have been abducted.",
            },
        ),
        (
            "bombing",
            {
                "event_date": "2024-03-05",
                "end_date": "2024-03-08",
                "event_type": "Explosions/Remote violence",
                "sub_event_type": "",
                "actor1": '\'-cell of the "Brigade"',
                "inter2": "1",
                "location": "Erbil; Mosul",
                "latitude": "",
                "admin1": "",
                "country": "Iraq",
                "source": "'+Ardan Wire",
                "injured_low": "5",
            },
        ),
        (
            "shooting",
            # What is called an attack is one on civilians in ACLED; police are armed.
            {
                "event_date": "",
                "event_type": "Battles",
                "sub_event_type": "Armed clash",
                "country": "",
                "inter2": "1",
            },
        ),
    ],
)
def test_a_row_of_acled(event: str, expected: dict[str, str], events: dict[str, EventRecord]) -> None:
    row = acled_rows(events)[event]
    assert {column: row[column] for column in expected} == expected


def test_columns_are_those_of_the_codebooks() -> None:
    assert len(acled.ACLED_COLUMNS) == 31
    assert len(ucdp.COLUMNS) == 49
    assert len(set(acled.COLUMNS)) == len(acled.COLUMNS)


def test_every_notation_has_its_event_type_and_every_type_its_disorder_type() -> None:
    kinds = {codes._kind(name) for name in codes.ontology.notations("acledNotation")}
    assert len(kinds) >= 20
    assert all(kind is not None and kind.event_type and kind.disorder_type for kind in kinds)


def test_every_country_has_one_region_at_most() -> None:
    listed = " ".join(codes.tables()["acled_regions"].values()).split()
    assert len(listed) == len(set(listed)) > 200


# Tolls


def party(name: str, type_: str = "") -> Party:
    return Party(name, name, "Group", type_)


CIVILIANS, SOLDIERS, ATTACKERS = (
    party("civilians", "Civilians"),
    party("soldiers", "StateForces"),
    party("gunmen", "ArmedGroup"),
)
FIRST, SECOND = Source("r1", issued="2024-01-01"), Source("r2", issued="2024-01-02")


def killed(
    low: int,
    *victims: Party,
    high: int | None = -1,
    by: str = "",
    source: Source = FIRST,
    revised: bool = False,
) -> Figure:
    most = low if high == -1 else high
    return Figure("Killed", low, most, victims, (by,) if by else (), (source,), revised)


def attack(*figures: Figure) -> EventRecord:
    return EventRecord(
        "e",
        "e",
        ("Attack", "Event"),
        "Asserted",
        perpetrators=(ATTACKERS,),
        opponents=(SOLDIERS, CIVILIANS),
        figures=figures,
    )


@pytest.mark.parametrize(
    ("figures", "bounds", "sides"),
    [
        ([killed(12)], (12, 12, 12), (0, 0, 0, 12)),
        ([killed(12), killed(3, CIVILIANS)], (12, 12, 12), (0, 0, 3, 9)),
        ([killed(5, SOLDIERS), killed(7, CIVILIANS)], (12, 12, 12), (0, 5, 7, 0)),
        ([killed(5, SOLDIERS), killed(2, ATTACKERS)], (7, 7, 7), (2, 5, 0, 0)),
        ([killed(5, SOLDIERS, CIVILIANS)], (5, 5, 5), (0, 0, 0, 5)),
        ([killed(12), killed(14, source=SECOND)], (12, 14, 14), (0, 0, 0, 14)),
        ([killed(14), killed(12, source=SECOND)], (12, 12, 14), (0, 0, 0, 12)),
        ([killed(12, by="police"), killed(14, by="hospital")], (12, 12, 14), (0, 0, 0, 12)),
        ([killed(14, revised=True), killed(11)], (11, 11, 11), (0, 0, 0, 11)),
        ([killed(10, high=15)], (10, 10, 15), (0, 0, 0, 10)),
        ([killed(10, high=None)], (10, 10, 10), (0, 0, 0, 10)),
        ([killed(0)], (0, 0, 0), (0, 0, 0, 0)),
    ],
)
def test_a_toll(figures: list[Figure], bounds: tuple[int, ...], sides: tuple[int, ...]) -> None:
    found = tolls.toll(attack(*figures))
    assert found is not None
    assert (found.low, found.best, found.high) == bounds
    assert tuple(found.by_side.values()) == sides


def test_no_figure_is_no_toll() -> None:
    assert tolls.toll(attack()) is None
    assert tolls.toll(attack(killed(3)), "Injured") is None


numbers = st.integers(0, 500)
figures = st.builds(
    Figure,
    st.just("Killed"),
    numbers,
    st.none(),
    st.lists(st.sampled_from((CIVILIANS, SOLDIERS, ATTACKERS, party("people"))), max_size=2, unique=True).map(
        tuple
    ),
    st.sampled_from(((), ("police",), ("hospital",))),
    st.lists(st.sampled_from((FIRST, SECOND)), min_size=1, unique=True).map(tuple),
)


@given(st.lists(figures, min_size=1))
def test_best_lies_between_low_and_high_and_is_the_sum_of_the_sides(found: list[Figure]) -> None:
    toll = tolls.toll(attack(*found))
    assert toll is not None
    assert 0 <= toll.low <= toll.best <= toll.high
    assert sum(toll.by_side.values()) == toll.best
    assert all(number >= 0 for number in toll.by_side.values())
    assert toll == tolls.toll(attack(*reversed(found)))


# Violence by UCDP's types


@pytest.mark.parametrize(
    ("attackers", "attacked", "expected"),
    [
        ("StateForces", "ArmedGroup", 1),
        ("ArmedGroup", "Police", 1),
        ("ArmedGroup", "ArmedGroup", 2),
        ("ArmedGroup", "Civilians", 3),
        ("StateForces", "Civilians", 3),
        ("", "Civilians", None),
        ("ArmedGroup", "", None),
        ("Criminals", "StateForces", None),
    ],
)
def test_type_of_violence(attackers: str, attacked: str, expected: int | None) -> None:
    event = EventRecord(
        "e",
        "e",
        ("Attack",),
        "Asserted",
        perpetrators=(party("a", attackers),),
        opponents=(party("b", attacked),),
    )
    assert ucdp.type_of_violence(event) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-03-04", "", 1),
        ("2024-03-04", "2024-03-05", 2),
        ("2024-03-04", "2024-03-10", 3),
        ("2024-03", "", 4),
        ("2024", "", 5),
    ],
)
def test_date_precision(start: str, end: str, expected: int) -> None:
    event = attack(killed(1))
    (row,) = ucdp.rows(
        [EventRecord("e", "e", event.classes, "Asserted", start=start, end=end, figures=event.figures)]
    )
    assert row["date_prec"] == expected


# Dates, cells, features


@given(st.dates())
def test_a_day_is_itself(day) -> None:
    assert days(day.isoformat()) == (day, day)
    first, last = days(f"{day:%Y-%m}".rjust(7, "0")) or (day, day)
    assert first <= day <= last
    assert last.month == day.month
    assert last.year == 9999 or (last + timedelta(days=1)).month != day.month


@given(st.from_regex(r"\d{4}(-\d\d(-\d\d)?)?", fullmatch=True) | st.text())
def test_what_is_no_date_is_none(text: str) -> None:
    found = days(text)
    assert found is None or found[0] <= found[1]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=3, max_size=3)))
def test_a_table_is_read_again_as_it_was_and_holds_no_formula(rows: list[list[str]]) -> None:
    columns, stream = ("a", "b", "c"), io.BytesIO()
    write_table((dict(zip(columns, row, strict=True)) for row in rows), columns, stream)
    head, *body = csv.reader(io.StringIO(stream.getvalue().decode(), newline=""), strict=True)
    assert head == ["a", "b", "c"]
    assert [[text.removeprefix("'") for text in row] for row in body] == [
        [text.removeprefix("'") for text in row] for row in rows
    ]
    assert not any(text.startswith(FORMULA) for row in body for text in row)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert joined(["a", text]) == f"a; {text}"


sites = st.builds(
    Site,
    st.text(min_size=1),
    st.text(),
    st.sampled_from(("site", "settlement", "district", "province", "country", "")),
    st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
)
records = st.builds(
    EventRecord,
    st.text(min_size=1),
    st.text(),
    st.just(("Event",)),
    st.just("Asserted"),
    sites=st.lists(sites, max_size=3).map(tuple),
)


@given(records)
def test_a_feature_has_a_point_only_where_one_is_known(event: EventRecord) -> None:
    made = json.loads(json.dumps(geojson.feature(event), allow_nan=False))
    assert made.keys() == {"type", "id", "geometry", "properties"}
    narrow = {
        site.point for site in event.sites if site.point and site.precision not in ("province", "country")
    }
    match made["geometry"]:
        case None:
            assert not narrow
        case {"type": "Point", "coordinates": point}:
            assert {tuple(point)} == narrow
        case {"type": "MultiPoint", "coordinates": points}:
            assert {tuple(point) for point in points} == narrow
            assert len(points) > 1


def test_the_map_is_one_collection(events: dict[str, EventRecord]) -> None:
    made = json.loads(written("events.geojson", events))
    shapes = {
        feature["id"].rpartition("/")[2]: (feature["geometry"] or {}).get("type")
        for feature in made["features"]
    }
    assert shapes == {
        "strike": "Point",
        "bombing": "MultiPoint",
        "abduction": None,
        "shooting": None,
        "talks": None,
    }
    assert json.loads(written("events.geojson", {})) == {"type": "FeatureCollection", "features": []}
