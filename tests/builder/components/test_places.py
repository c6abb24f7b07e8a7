"""Places: which place of GeoNames or the gazetteer a name means, and when it means none."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from builder.components.places import countries_of
from builder.components.toponyms import Evidence, Region, bearers, best_bearer
from builder.geonames import distance_km

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "a village that bears a city's name": (
        "Jets hit the village of <place country=HN>Las Vegas</place> in <place country=HN>Honduras</place>."
    ),
    "a village of which only a namesake is known": (
        "A man came to <place geonames=None>Kukawa</place> in the "
        "<place country=NG>Plateau state</place> of <place country=NG>Nigeria</place>."
    ),
    "a capital that is named": (
        "Fighting went on in <place country=SD>Sudan</place>. Bombs fell in the capital "
        "<place label=Kampala>Kampala</place>."
    ),
    "any capital": "Troops in <place country=SD>Sudan</place> told of the first raid on an African capital.",
    "country": "Troops entered <place country=SD precision=country>Sudan</place>.",
    "capital": "Shells fell in <place label=Khartoum country=SD precision=settlement>Khartoum</place>.",
    "large city": "Shells fell in <place label=Mosul country=IQ geonames=99072>Mosul</place>.",
    "country beside decides": (
        "A blast hit <place country=ES>Valencia</place>, <place country=ES>Spain</place>."
    ),
    "country beside decides between entries": (
        "A blast hit <place country=LB>Tripoli</place>, <place country=LB>Lebanon</place>."
    ),
    "country in a phrase decides": (
        "Shells hit <place country=LY>Tripoli</place> in <place country=LY>Libya</place>."
    ),
    "country elsewhere decides": (
        "<place country=GB precision=country>British</place> police said that a blast hit "
        "<place country=GB>Birmingham</place>."
    ),
    "another country elsewhere decides": (
        "<place country=US precision=country>US</place> police said that a blast hit "
        "<place country=US>Birmingham</place>."
    ),
    "province": "Rebels hold parts of <place country=AF precision=province>Helmand province</place>.",
    "the capital of a country": (
        "Shells hit the <place country=IQ label=Baghdad><place country=IQ precision=country>Iraqi</place> "
        "capital</place>."
    ),
    "a capital of another kind": (
        "Shells hit <place label=Khartoum>Khartoum</place>, <place label=Omdurman>Omdurman</place> and the "
        "financial capital of <place country=SD>Sudan</place>."
    ),
    "the capital of the country whose towns are named": (
        "<place country=US>US</place> troops left <place country=IQ>Mosul</place>, "
        "<place country=IQ>Basra</place> and the <place label=Baghdad>capital</place>."
    ),
    "unknown village": "Gunmen came to <place geonames=None point=None>Zzyqxville</place>.",
    "demonym": "<place country=TR precision=country>Turkish</place> jets returned.",
    "other spelling": "Shells fell in <place country=UA>Kyiv</place>.",
    "older spelling": "Shells fell in <place country=UA>Kiev</place>.",
    "province beside decides": (
        "A blast hit <place geonames=4717560>Paris</place>, <place precision=province>Texas</place>."
    ),
    "abbreviated province beside decides": (
        "A fire in <place geonames=6058560>London</place>, <place label=Ontario>Ont</place>. is out."
    ),
    "a namesake that comes later": (
        "Shells hit <place country=LY>Tripoli</place> and <place country=LY>Misrata</place>. "
        "His mother lives in <place country=LB>Tripoli</place>, <place country=LB>Lebanon</place>."
    ),
    "what stood beside once": (
        "A fire in <place country=US>London</place>, <place label=Kentucky>Ky.</place> is out. "
        "Police in <place country=US geonames=4298960>London</place> were called."
    ),
    "a list of countries": (
        "Troops came from <place country=JO precision=country>Jordan</place>, "
        "<place country=EG precision=country>Egypt</place> and <place country=US>the United States</place>."
    ),
    "state in the light of its city": (
        "Gunmen came to <place country=US>Atlanta</place>. "
        "They then left <place country=US precision=province>Georgia</place>."
    ),
    "country, where nothing speaks for the state": (
        "Shells fell in <place country=GE precision=country>Georgia</place>."
    ),
    "capital of the country beside": (
        "A bomb went off in <place country=CR geonames=3621849>San José</place>, <place>Costa Rica</place>."
    ),
    "city of the province that the text names": (
        "A bomb went off in <place country=US geonames=5392171>San José</place>. "
        "Police of <place country=US>California</place> came."
    ),
    "city of the people that the text names": (
        "Shells fell in <place country=LB>Tripoli</place>, the Lebanese army said."
    ),
    "city without a word of a country": "Shells fell in <place country=LY>Tripoli</place>.",
    "city in a country named before": (
        "<place country=CL precision=country>Chile</place> sent police to <place country=CL>Santiago</place>."
    ),
    "city of another country named before": (
        "<place country=CU precision=country>Cuba</place> sent police to <place country=CU>Santiago</place>."
    ),
    "country among its neighbours": (
        "<place country=RU>Russian</place> troops left <place country=GE precision=country>Georgia</place>."
    ),
    "state among its neighbours": (
        "Police in <place country=US>Georgia</place>, <place country=US>Alabama</place> and "
        "<place country=US>Florida</place> were called."
    ),
    "city by the spelling that news uses": (
        "Shells fell in <place country=IQ precision=settlement>Basra</place>."
    ),
    "another city by such a spelling": "Shells fell in <place country=SY precision=settlement>Raqqa</place>.",
    "town that spaCy takes for a body": (
        "<place country=SD>Sudanese</place> jets bombed <place country=SD>El Fasher</place>."
    ),
    "sea, and no province of its name": (
        "A ship sank in the <place country=None precision=None point=None>Red Sea</place>."
    ),
    "village that nothing knows, which is no person": (
        "A bomb went off in the village of <place geonames=None>Tel Zzyq</place>."
    ),
    "county": "Gunmen fled to <place country=US precision=district>Metcalfe County</place>.",
    "province without an entry": "Troops entered <place country=CN precision=province>Sichuan</place>.",
}


def found(doc: "Doc") -> Iterator[Found]:
    for root, link in doc._.places.items():
        values = {
            "label": link.label,
            "country": link.country,
            "precision": link.precision,
            "geonames": link.geonames,
            "point": link.point,
        }
        yield Found("place", doc[root].idx + len(doc[root]), values)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_places(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="places")))


@pytest.mark.parametrize("phrase", ["the area", "the village", "the district"])
def test_a_description_without_a_name_is_linked_to_nothing(phrase: str, annotate: Annotate) -> None:
    assert annotate(f"Gunmen left {phrase}.", until="places")._.places == {}


def test_every_point_is_on_the_globe_and_longitude_comes_first(annotate: Annotate) -> None:
    text = "Fighting spread from Khartoum, Sudan, to Goma, Kharkiv and Manila; Lima and Sydney sent aid."
    links = annotate(text, until="places")._.places.values()
    assert len(links) >= 6
    for link in links:
        if link.point is not None:
            longitude, latitude = link.point
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90
    sydney = next(link for link in links if link.label == "Sydney")
    assert sydney.point[0] > 150
    assert sydney.point[1] < 0


@pytest.mark.parametrize(
    ("name", "beside", "named", "country"),
    [
        ("Birmingham", None, {}, "GB"),
        ("Birmingham", None, {"US": 1}, "US"),
        ("Birmingham", "US", {"GB": 9}, "US"),
        ("Valencia", None, {}, "VE"),
        ("Valencia", None, {"ES": 1}, "ES"),
        ("Hyderabad", None, {"PK": 2}, "PK"),
        ("Hyderabad", None, {}, "IN"),
    ],
)
def test_context_outweighs_population(
    name: str, beside: str | None, named: dict[str, int], country: str
) -> None:
    region = None if beside is None else Region(beside)
    best, _ = best_bearer(bearers(name, ()), region, Evidence(Counter(named), Counter()))
    assert best is not None
    assert best.country == country


@pytest.mark.parametrize("name", ["Zzyqxville", "", "the"])
def test_what_nothing_knows_is_nowhere(name: str) -> None:
    assert best_bearer(bearers(name, ()), None, Evidence(Counter(), Counter())) == (None, False)


def test_a_namesake_near_what_the_document_names_is_meant() -> None:
    cairns = (145.77, -16.92)
    evidence = Evidence(Counter({"AU": 1, "CA": 1}), Counter({("AU", "04"): 1}), (cairns,))
    best, _ = best_bearer(bearers("Edmonton", ()), None, evidence)
    assert best is not None
    assert best.link.point is not None
    assert distance_km(best.link.point, cairns) < 50


@pytest.mark.parametrize("country", ["Iraq", "Mali", "Ukraine", "Colombia"])
def test_a_country_has_a_point_and_its_precision(country: str, annotate: Annotate) -> None:
    (link,) = annotate(f"Troops entered {country}.", until="places")._.places.values()
    assert link.point is not None
    assert link.precision == "country"


def test_a_province_of_the_gazetteer_has_the_point_and_identifier_of_geonames(annotate: Annotate) -> None:
    (link,) = annotate("Gunmen hold parts of Helmand province.", until="places")._.places.values()
    assert (link.label, link.geonames) == ("Helmand", 1140043)
    assert link.point == pytest.approx((64.2, 31.4), abs=1)


def test_countries_are_counted_by_name_and_demonym(annotate: Annotate) -> None:
    doc = annotate("Iraqi and Turkish troops met in Iraq.", until="places")
    assert countries_of(doc) == Counter({"IQ": 2, "TR": 1})
