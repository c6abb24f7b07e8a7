"""Which events are asked for: the index finds what the query behind the list finds."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from builder.index import make_index
from builder.index.model import Facet
from builder.store import Store, newest_version, open_snapshot, run_query
from server.index import Index, matching
from server.pages.behind import query_behind
from server.selection import Box, Selection

BASE = "https://w3id.org/polemos/id/"
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.fixture(scope="module")
def index(seeds: Store) -> Iterator[Index]:
    opened = Index(make_index(seeds.path), newest_version(seeds.path))
    yield opened
    opened.close()


def read(query: str) -> Selection:
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    return Selection.read(MultiDict(pairs), base=BASE)


QUERIES = [
    "",
    "type=Bombing",
    "type=Attack&type=Threat",
    "type=RocketAttack&modality=Asserted",
    "country=place/geonames-99237",
    "actor=actor/organization-rafidain-brigade",
    "target=MilitaryFacility",
    "target=Actor",
    "outcome=Killed&outcome=Injured",
    "source=Levant Wire",
    "about=place/geonames-99072",
    "about=facility/facility-al-asad-air-base&type=Attack",
    "from=2024-01-15",
    "to=2024-01",
    "from=2024-01&to=2024-01",
    "modality=Threatened&modality=Planned",
    "type=Nothing",
    "country=place/nowhere",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_and_the_query_behind_find_the_same(index: Index, seeds: Store, query: str) -> None:
    selection = read(query)
    found = {row.iri for row in index.every(index.select(selection), 1000)}
    text = query_behind(selection, [])
    asked = {row["event"].value for row in run_query(open_snapshot(seeds.path), text)}
    assert found == asked
    assert bool(found) != ("Nothing" in query or "nowhere" in query)


@pytest.mark.parametrize("query", [*QUERIES, "q=mosul base", "bbox=40,30,50,40&zoom=3"])
def test_counts_agree_with_what_choosing_them_gives(index: Index, query: str) -> None:
    selection = read(query)
    found = index.select(selection)
    for facet in Facet:
        for value in index.values(found, facet)[:5]:
            if not selection.facets.get(facet):
                assert len(index.select(selection.toggled(facet, value.value))) == value.events


def test_weeks_cells_and_points_add_up(index: Index) -> None:
    found = index.select(Selection())
    exact = index.select(read("from=1000&to=3000"))
    assert 0 < sum(count for _, count in index.weeks(found)) <= len(exact) <= len(found)
    assert all((monday + 3) % 7 == 0 for monday, _ in index.weeks(found))
    placed = index.located(found, 1000)
    for zoom in (0, 5, 18):
        cells = index.cells(found, zoom)
        assert sum(cell.events for cell in cells) == len(placed)
        assert all(sum(cell.kinds.values()) == cell.events for cell in cells)
    assert len(index.cells(found, 0)) < len(index.cells(found, 18))


def test_a_box_holds_what_is_in_it(index: Index) -> None:
    box = Box(40, 30, 50, 40)
    inside = {row.iri for row in index.every(index.select(Selection(box=box)), 1000)}
    expected = {
        row.iri
        for row, point in index.located(index.select(Selection()), 1000)
        if box.west <= point.longitude <= box.east and box.south <= point.latitude <= box.north
    }
    assert inside == expected
    assert expected


def test_a_box_over_the_date_line_is_the_rest_of_the_globe(index: Index) -> None:
    count = {
        text: len(index.select(Selection(box=Box.read(text)))) for text in ("40,-90,50,90", "50,-90,40,90")
    }
    assert sum(count.values()) == len(index.located(index.select(Selection()), 1000))


def test_words_find_events_by_name_and_sentence(index: Index) -> None:
    labels = [row.label for row in index.rows(index.select(read("q=kirkuk market")).ids)]
    assert labels
    assert any("market" in label for label in labels)
    assert len(index.select(read('q="market kirkuk"'))) < len(labels)


def test_names_are_suggested_as_they_begin(index: Index) -> None:
    assert "Mosul" in [node.label for node in index.nodes("mos", 10, is_begun=True)]
    assert index.nodes("mos", 10) == []
    assert index.nodes("", 10, is_begun=True) == []


def test_texts_are_found_with_their_words_marked(index: Index) -> None:
    count, reports = index.said("drones", 5)
    assert count == len(reports) > 0
    assert all("\x02" in report.words or "rones" in report.title for report in reports)


@pytest.mark.parametrize(
    "query",
    [
        *("from=yesterday", "to=2024-13", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=nan,0,1,1"),
        *(f"q={'x' * 201}", f"type={'x' * 501}"),
        "&".join(f"type=A{number}" for number in range(60)),
    ],
)
def test_what_cannot_be_meant_is_refused(query: str) -> None:
    pairs = [pair.partition("=")[::2] for pair in query.split("&")]
    with pytest.raises(BadRequest):
        Selection.read(MultiDict(pairs), base=BASE)


@given(st.dictionaries(st.sampled_from(list(Facet)), st.lists(WORDS, max_size=3)), WORDS)
def test_addresses_say_what_was_asked(facets: dict[Facet, list[str]], words: str) -> None:
    pairs = [(facet.value, value) for facet, values in facets.items() for value in values]
    selection = Selection.read(MultiDict([*pairs, ("q", words)]), base=BASE)
    again = Selection.read(MultiDict(list(selection.arguments(base=BASE))), base=BASE)
    assert again == selection
    assert hash(again) == hash(selection)


@settings(deadline=None)
@given(words=st.text(max_size=40))
def test_any_words_can_be_looked_for(index: Index, words: str) -> None:
    assert matching(words).count('"') % 2 == 0
    index.nodes(words, 3, is_begun=True)
    index.said(words, 3)
    len(index.select(Selection(words=words)))


@settings(deadline=None)  # a query takes longer while other processes run
@given(value=st.text(max_size=30), facet=st.sampled_from(list(Facet)))
def test_any_value_gives_a_query_that_can_be_asked(seeds: Store, value: str, facet: Facet) -> None:
    snapshot = open_snapshot(seeds.path)
    assert list(run_query(snapshot, query_behind(Selection({facet: (value,)}), []))) == []
