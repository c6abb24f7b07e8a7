"""Where an event was: in the region around a town that only tells how far away it was, and in no other place
that its sentence names.
"""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.components.surroundings import Distance, away, region_around
from builder.geonames import distance_km
from builder.model import Article, Place, Report, Role

from .conftest import PUBLISHED, Annotate

if TYPE_CHECKING:
    from spacy.language import Language

# The label and the precision of the location of the attack; none where it is not known.
LOCATIONS = {
    "A mine killed two soldiers 20 miles south-west of Kandahar.": [("Kandahar", "province")],
    "The attack happened some 45 km (28 miles) east of Maiduguri.": [("Borno", "province")],
    "Gunmen attacked a post 12.5 km east of Diffa.": [("Diffa", "province")],
    "Gunmen attacked a post ten kilometres outside Gao.": [("Gao", "province")],
    "Air strikes hit a camp 10 km from the city of Idlib.": [("Idlib", "province")],
    # the provinces around differ
    "Gunmen attacked a convoy 80 kilometres north of Baghdad.": [("Iraq", "country")],
    "Gunmen killed five farmers in a village 60 kilometres south of the capital, Bamako.": [
        ("Mali", "country")
    ],
    # at sea; across a border, or not
    "Missiles hit a tanker 60 nautical miles southeast of Aden.": [],
    "Gunmen attacked a post 90 km from Goma.": [],
    # a place of its own is named
    "A bomb exploded in the village of Tel Zzyq, 30 km north of Mosul.": [("Tel Zzyq", "None")],
    "Gunmen attacked a bank in Sake, 25 km west of Goma.": [("Sake", "settlement")],
    # no distance
    "Gunmen attacked a bank in Goma.": [("Goma", "settlement")],
    "Gunmen attacked a bank near Goma.": [("Goma", "settlement")],
    # places where nothing happened
    "The minister flew from Paris after gunmen killed two people in Bamako.": [("Bamako", "settlement")],
    "Rebels killed ten people in Bunia, a spokesman said in Geneva.": [("Bunia", "settlement")],
    "The Paris-based group said that gunmen had killed three people in Mogadishu.": [
        ("Mogadishu", "settlement")
    ],
    "NAIROBI, Jan 31 (Reuters) - Gunmen killed three people in Garissa on Tuesday.": [
        ("Garissa", "settlement")
    ],
    "BEIRUT (AP) -- Gunmen killed three people in Aleppo.": [("Aleppo", "settlement")],
    "The warlord, born in Kisangani, killed three people in Bunia.": [("Bunia", "settlement")],
    "Gunmen from Syria killed three people in Mosul.": [("Mosul", "settlement")],
    "Gunmen killed three people in Bunia and fled to Goma.": [("Bunia", "settlement")],
    "The wounded were taken to Erbil after an attack in Sinjar.": [("Sinjār", "settlement")],
}


def report_of(text: str, nlp: "Language") -> Report:
    from builder.report import extract  # noqa: PLC0415 (spaCy is slow to load)

    (report,) = extract(nlp, [Article(text, published=PUBLISHED)])
    assert isinstance(report, Report)
    return report


def locations(report: Report) -> list[Place]:
    """The places where the attacks of a report were."""
    attacks = [event for event in report.events if event.kind == "Attack"]
    assert attacks
    keys = {a.filler for event in attacks for a in event.arguments if a.role is Role.LOCATION}
    return [place for place in report.places if place.key in keys]


@pytest.mark.parametrize(("text", "expected"), LOCATIONS.items(), ids=LOCATIONS)
def test_where_an_attack_was(text: str, expected: list[tuple[str, str]], nlp: "Language") -> None:
    found = [(place.label, str(place.precision)) for place in locations(report_of(text, nlp))]
    assert found == expected


def test_an_unknown_village_lies_in_the_region_that_its_distance_tells(nlp: "Language") -> None:
    report = report_of("A bomb exploded in the village of Tel Zzyq, 30 km north of Mosul.", nlp)
    (village,) = (place for place in report.places if place.label == "Tel Zzyq")
    (region,) = (place for place in report.places if place.key == village.within)
    assert (village.point, region.label, str(region.precision)) == (None, "Nineveh", "province")


def test_the_town_keeps_its_own_point(annotate: Annotate) -> None:
    doc = annotate("Gunmen attacked a convoy 80 kilometres north of Baghdad.", until="places")
    (root,) = doc._.surroundings
    assert doc._.places[root].label == "Baghdad"
    assert doc._.surroundings[root].label == "Iraq"


@pytest.mark.parametrize(
    "text",
    [
        "Gunmen attacked 80 villages north of Baghdad.",
        "Gunmen drove 80 kilometres. North of Baghdad they stopped.",
        "The army moved 30 km from the border with Syria.",
    ],
)
def test_what_tells_no_distance_from_a_town_has_no_surroundings(text: str, annotate: Annotate) -> None:
    assert annotate(text, until="places")._.surroundings == {}


POINTS = st.tuples(st.floats(-180, 180), st.floats(-80, 80))


@given(POINTS, st.floats(0, 500), st.floats(0, 360))
def test_a_point_away_is_as_far_as_was_said(
    point: tuple[float, float], kilometres: float, bearing: float
) -> None:
    assert distance_km(point, away(point, kilometres, bearing)) == pytest.approx(kilometres, abs=0.01)


def test_nowhere_is_in_no_region() -> None:
    assert region_around((-30.0, 0.0), Distance(20, 90)) is None
