"""The gazetteer: what every entry must have, and how names are found and compared."""

from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from time import process_time

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

import ontology
from builder.gazetteer import NAMESPACE, load_gazetteer, normalise_name, transliteration_key

FOLDER = Path(ontology.__file__).parent / "gazetteer"
PLM = "https://w3id.org/polemos/ontology#"
SOURCE = NamedNode("http://purl.org/dc/terms/source")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")

# Names that two entries of one kind, type and country truly share.
AMBIGUOUS: dict[str, set[str]] = {}

ONE_NAME = [
    ("Qassem Soleimani", "Qasim Suleimani"),
    ("Qasem Soleimani", "Qassim Suleimani"),
    ("al-Jadirya", "Jadriya"),
    ("Jadiriyah", "al-Jadriya"),
    ("Kadhimiya", "Kadhimiyah"),
    ("Muammar Qaddafi", "Muammar Gaddafi"),
    ("Kadhafi", "Qadhafi"),
    ("Zelensky", "Zelenskyy"),
    ("Zelenskiy", "Zelenskyi"),
    ("Mohammed", "Muhammad"),
    ("Mohamed", "Muhammed"),
    ("Ahmed", "Ahmad"),
    ("Hussein", "Hossein"),
    ("Husayn", "Hussain"),
    ("Huthi", "Houthi"),
    ("Nasrallah", "Nasrullah"),
    ("Abdullah", "Abdallah"),
    ("Haniyeh", "Haniya"),
    ("Sana'a", "Sanaa"),
    ("Kordofan", "Kurdufan"),
    ("Abdel Fattah al-Burhan", "Abd al-Fattah Burhan"),
    ("Osama bin Laden", "Osama ben Laden"),
    ("Deir ez-Zor", "Deir al-Zor"),
    ("Karbala", "Kerbala"),
    ("Tigray", "Tigrai"),
    ("Khamenei", "Khamene'i"),
    ("Yusuf", "Youssef"),
    ("Yunus", "Younis"),
]
TWO_NAMES = [
    ("Hassan", "Hussein"),
    ("Mosul", "Basel"),
    ("Ramadi", "Ramallah"),
    ("Kirkuk", "Karak"),
    ("Balad", "Balkh"),
    ("Hama", "Homs"),
    ("Hamas", "Hama"),
    ("Khamenei", "Khomeini"),
    ("Tikrit", "Tigray"),
    ("Mahmoud", "Mohammed"),
    ("Basra", "Bosra"),
    ("Amman", "Oman"),
    ("Kandahar", "Kunduz"),
    ("Taiz", "Taji"),
    ("Kadhimi", "Kadhimiya"),
    ("Sadr", "Sadiq"),
    ("Goma", "Gao"),
    ("Herat", "Harare"),
    ("Yusuf", "Yasif"),
    ("Mahmud", "Muhammad"),
]


@pytest.fixture(scope="module")
def gazetteer():
    return load_gazetteer()


def _organizations(gazetteer):
    return [entry for entry in gazetteer.entries.values() if entry.kind == "Organization"]


def triples():
    for file in sorted(FOLDER.glob("*.ttl")):
        yield from parse(file.read_bytes(), RdfFormat.TURTLE)


def test_there_are_as_many_entries_as_promised(gazetteer):
    kinds = Counter(entry.kind for entry in gazetteer.entries.values())
    assert kinds["Organization"] >= 2050
    assert kinds["Person"] >= 300
    assert kinds["Facility"] >= 300
    assert kinds["State"] >= 250
    assert kinds["Place"] >= 1200
    assert len(gazetteer.countries) >= 250
    assert len(gazetteer.provinces) >= 600
    assert len(gazetteer.demonyms) >= 550


def test_it_loads_fast():
    load_gazetteer.cache_clear()
    start = process_time()
    load_gazetteer()
    # 0.11 s on the slowest machine it was measured on; a command should start in less than a second
    assert process_time() - start < 0.5


def test_every_entry_has_a_source_that_is_a_web_page():
    sources = defaultdict(list)
    named = set()
    for triple in triples():
        if triple.predicate == SOURCE:
            sources[triple.subject].append(triple.object.value)
        if triple.predicate == LABEL:
            named.add(triple.subject)
    assert len(named) > 4300
    assert not named - sources.keys()
    assert all(source.startswith("https://") for found in sources.values() for source in found)


def test_every_reference_is_to_an_entry(gazetteer):
    referred = {
        triple.object.value
        for triple in triples()
        if isinstance(triple.object, NamedNode)
        and triple.object.value.startswith(NAMESPACE)
        and not triple.object.value.startswith(f"{NAMESPACE}point-")
    }
    assert len(referred) > 300
    assert not referred - gazetteer.entries.keys()


def test_every_concept_and_property_is_one_of_the_ontology():
    known = {
        triple.subject.value
        for name in ontology.TERMS
        for triple in parse((FOLDER.parent / name).read_bytes(), RdfFormat.TURTLE)
        if isinstance(triple.subject, NamedNode)
    }
    used = {
        term.value
        for triple in triples()
        for term in (triple.predicate, triple.object)
        if isinstance(term, NamedNode) and term.value.startswith(PLM)
    }
    assert len(used) > 30
    assert not used - known


def test_no_two_entries_of_one_kind_and_country_share_a_name(gazetteer):
    shared = {
        name: {entry.iri.removeprefix(NAMESPACE) for entry in pair}
        for name, entries in gazetteer.names.items()
        for pair in combinations(entries, 2)
        if pair[0].kind == pair[1].kind
        and pair[0].country == pair[1].country
        and (pair[0].kind != "Place" or pair[0].type == pair[1].type)
    }
    assert len(gazetteer.names) > 8700
    assert shared == AMBIGUOUS


def test_names_are_trimmed_and_not_repeated(gazetteer):
    for entry in gazetteer.entries.values():
        assert all(name == name.strip() and name for name in entry.names), entry
        assert len(set(entry.names)) == len(entry.names), entry


def test_blocks_are_sorted():
    for file in sorted(FOLDER.glob("*.ttl")):
        subjects = [
            line.split(" a plm:")[0] for line in file.read_text("utf-8").splitlines() if " a plm:" in line
        ]
        key = subjects if file.name != "states.ttl" else [subject[-2:] for subject in subjects]
        assert len(subjects) > 300
        assert key == sorted(key), file.name


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Hashed al-Shaabi", "Popular Mobilization Forces"),
        ("People’s Mobilization Forces", "Popular Mobilization Forces"),
        ("Kataib Hezbollah", "Kata'ib Hezbollah"),
        ("al Shabab", "Al-Shabaab"),
        ("FARABUNDO MARTI NATIONAL LIBERATION FRONT", "Farabundo Martí National Liberation Front"),
        ("Sendero Luminoso", "Shining Path"),
        ("PKK", "Kurdistan Workers' Party"),
        ("AMNA", "Athens-Macedonian News Agency"),
        ("SANA", "Syrian Arab News Agency"),
        ("Rapid Support Forces", "Rapid Support Forces"),
        ("ISIS", "Islamic State"),
        ("ORPA", "Revolutionary Organization of People in Arms"),
        ("FRAPH", "Front for the Advancement and Progress of Haiti"),
        ("Gran Grif", "Gran Grif"),
        ("Fuerza Armada Nacional Bolivariana", "National Bolivarian Armed Forces of Venezuela"),
        ("People's Armed Forces for the Liberation of Angola", "FAPLA"),
        ("Forces armées centrafricaines", "Central African Armed Forces"),
        ("UFDD", "Union of Forces for Democracy and Development"),
        ("AFDL", "Alliance of Democratic Forces for the Liberation of Congo"),
        ("Macawiisley", "Macawisley"),
        ("UNOSOM", "UNOSOM II"),
        ("Suwayda Military Council", "Sweida Military Council"),
        ("NPU", "Nineveh Plain Protection Units"),
        ("Saiqa", "As-Sa'iqa"),
        ("COGAT", "Coordinator of Government Activities in the Territories"),
        ("Khuddam al-Mahdi Movement", "Khuddam al-Mahdi Movement"),
        ("Kaniyat", "Kaniyat"),
        ("Kastus Kalinouski Regiment", "Kastuś Kalinoŭski Regiment"),
        ("Beli Orlovi", "White Eagles"),
        ("UNPREDEP", "United Nations Preventive Deployment Force"),
        ("Hizb-i-Wahdat", "Hezbe Wahdat"),
        ("Brimob", "Mobile Brigade Corps"),
        ("INTERFET", "International Force East Timor"),
        ("Bundesnachrichtendienst", "Federal Intelligence Service"),
        ("Hawar News Agency", "Hawar News Agency"),
        ("Turkish Red Crescent", "Turkish Red Crescent"),
    ],
)
def test_organizations_are_found(gazetteer, text, label):
    assert [entry.label for entry in gazetteer.find(text, kind="Organization")] == [label]


@pytest.mark.parametrize(
    "words",
    [
        *("Militia", "Dawn", "Vanguard", "Justice", "Resistance", "The order", "The base", "The independent"),
        *(
            "Civil guard",
            "National police",
            "Federal police",
            "Breaking the silence",
            "National action",
            "Army",
        ),
        *("Civil defense patrols", "Movement for change", "Self-defense groups", "The guard", "Care"),
    ],
)
def test_ordinary_words_that_begin_a_sentence_name_no_organization(gazetteer, words):
    assert gazetteer.find(words, kind="Organization") == ()


def test_organizations_are_of_every_region_of_conflict(gazetteer):
    of = Counter(entry.country for entry in _organizations(gazetteer))
    wars = "CO GT HT ML NG CD SO SD SS ET SY IQ LB PS LY YE RU UA AF PK IN MM PH"
    few = {iso: of[iso] for iso in wars.split() if of[iso] < 8}
    assert few == {}


def test_a_wing_knows_its_body_and_its_country(gazetteer):
    (quds,) = gazetteer.find("Quds Force")
    assert gazetteer.entries[quds.member_of].label == "Islamic Revolutionary Guard Corps"
    assert (quds.type, quds.country) == ("StateForces", "IR")


def test_a_facility_knows_its_settlement(gazetteer):
    (base,) = gazetteer.find("Balad Airbase")
    balad = gazetteer.entries[base.located_in]
    assert (base.kind, base.type, base.country) == ("Facility", "AirBase", "IQ")
    assert (balad.kind, balad.type, balad.label) == ("Place", "settlement", "Balad")
    assert balad.point is not None


def test_provinces_are_known_by_the_codes_of_settlements(gazetteer):
    assert gazetteer.provinces["IQ", "15"].label == "Nineveh"
    assert gazetteer.provinces["SY", "09"].label == "Aleppo"


@pytest.mark.parametrize("text", ["us", "is", "who", "an", "turkey", "iraq", "the base", "dawn", ""])
def test_ordinary_words_are_no_names(gazetteer, text):
    assert gazetteer.find(text) == ()
    assert gazetteer.nation_of(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Iraqi", "IQ"),
        ("Americans", "US"),
        ("British", "GB"),
        ("Briton", "GB"),
        ("Afghans", "AF"),
        ("Malian", "ML"),
        ("Nigerien", "NE"),
        ("Nigerian", "NG"),
        ("South Sudanese", "SS"),
        ("Sudanese", "SD"),
        ("Salvadoran", "SV"),
        ("US", "US"),
        ("U.S.", "US"),
        ("Türkiye", "TR"),
        ("DRC", "CD"),
        ("Burma", "MM"),
        ("Soviet", "SU"),
        ("Kosovar", "XK"),
        ("Palestinians", "PS"),
        ("Taiwanese", "TW"),
        ("IRAQI", "IQ"),
        ("polish", None),
    ],
)
def test_nations(gazetteer, text, iso):
    assert gazetteer.nation_of(text) == iso


def test_every_demonym_means_one_country(gazetteer):
    bearers = Counter(
        demonym.lower() for country in gazetteer.countries.values() for demonym in country.demonyms
    )
    assert [demonym for demonym, count in bearers.items() if count > 1] == []


@pytest.mark.parametrize(("one", "other"), ONE_NAME)
def test_spellings_of_one_name_have_one_key(one, other):
    assert transliteration_key(one) == transliteration_key(other)


@pytest.mark.parametrize(("one", "other"), TWO_NAMES)
def test_two_names_have_two_keys(one, other):
    assert transliteration_key(one) != transliteration_key(other)


def test_leaders_of_the_gazetteer_keep_apart(gazetteer):
    keys = defaultdict(set)
    for entry in gazetteer.entries.values():
        if entry.kind == "Person":
            keys[transliteration_key(entry.label)].add(entry.label)
    assert len(keys) >= 300
    assert [labels for labels in keys.values() if len(labels) > 1] == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  al-Qa’ida ", "al qaida"),
        ("Şırnak", "sirnak"),
        ("Kata'ib Hezbollah", "kataib hezbollah"),
        ("U.S.", "us"),
        ("Côte d’Ivoire", "cote divoire"),
        ("Multi-National Force – Iraq", "multi national force iraq"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_normalised_names(text, key):
    assert normalise_name(text) == key
    assert normalise_name(key) == key
