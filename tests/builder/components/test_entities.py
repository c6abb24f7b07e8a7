"""Mentions: which noun phrases stand for actors, facilities, places and weapons, and what their words say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "people by their nation": (
        "<actor kind=Group number=2>Two Australians</actor> and a <actor kind=Person>Romanian</actor> fled."
    ),
    "after a picture's credit": (
        "An <actor>officer</actor> waits. (Omar Diallo/<actor>Reuters</actor>)\n   "
        "<actor label=Gunmen>Gunmen</actor> fled."
    ),
    "people of an age": (
        "A 30-year-old <actor label=man>man</actor> and a 9-month-old <actor label=baby>baby</actor> fled."
    ),
    "people with a prefix": (
        "Six <actor label=non-combatants>non-combatants</actor> and two "
        "<actor label=ex-soldiers>ex-soldiers</actor> fled."
    ),
    "a weapon with a hyphen": "There was a <weapon label=pipe-bomb>pipe-bomb</weapon> explosion.",
    "a resort that is a town": "<actor>They</actor> left the <place>resort</place> of <place>Sousse</place>.",
    "a vehicle that is a bomb": (
        "A <weapon type=CarBomb>lorry</weapon> packed with <weapon>explosives</weapon> stood there."
    ),
    "a vehicle that is called a bomb": "An explosives-laden <weapon type=CarBomb>truck</weapon> stood there.",
    "a vehicle with another load": "A <facility type=Vehicle>lorry</facility> packed with straw stood there.",
    "name with a number": '<actor>Troops</actor> left <facility label="Tower 22">Tower</facility> 22.',
    "after a dateline": (
        "Oct 17 - A <weapon type=Missile number=None>missile</weapon> hit <place>Goma</place>."
    ),
    "a laden vehicle": (
        "A <weapon type=CarBomb>car</weapon> laden with <weapon type=Explosive>explosives</weapon> fell."
    ),
    "a laden vehicle, told before": (
        "An <weapon type=CarBomb>explosives-laden truck</weapon> stopped near a <facility>truck</facility> "
        "laden with coal."
    ),
    "a town that begins like a body": (
        "A <actor>policewoman</actor> was shot in <place>Lashkar Gah</place>."
    ),
    "a stretch of road": (
        "A <facility>vehicle</facility> struck an <weapon type=IED>improvised explosive device</weapon> "
        "between <place>Amchidé</place> and <place>Limani</place>."
    ),
    "ship": "The <facility type=Ship>USS Carney</facility> sank.",
    "ship, letters with a stroke": "The <facility type=Ship>M/V Sky Lion</facility> sank.",
    "ship called after a town": "The <facility type=Ship>INS Kolkata</facility> turned back.",
    "unnamed people": "<actor kind=Group type=ArmedGroup plural=True>Gunmen</actor> fled.",
    "one unnamed person": "A <actor kind=Person type=StateForces>soldier</actor> fell.",
    "counted": "<actor kind=Group type=Police number=12>Twelve policemen</actor> were missing.",
    "bounded": "<actor kind=Group type=Civilians least=30>At least 30 civilians</actor> fled.",
    "facility": (
        "<actor noun=pronoun>They</actor> stormed the <facility type=PoliceStation definite=True>police "
        "station</facility>."
    ),
    "facility of two nouns": "The <facility type=AirBase>air base</facility> was quiet.",
    "facility with a name": (
        'The <facility type=Hospital label="Rosa hospital">Rosa hospital</facility> burned.'
    ),
    "airport": (
        "A <facility type=Aircraft>plane</facility> landed at the <facility type=Airport>airport</facility>."
    ),
    "weapon": "A <weapon type=CarBomb>car bomb</weapon> went off.",
    "weapons counted": "<weapon type=Rocket number=5>Five rockets</weapon> fell.",
    "demonym acts": (
        "<place country=IL noun=demonym>Israeli</place> <weapon type=Drone>drones</weapon> circled."
    ),
    "demonym of a facility": (
        "The <facility type=Embassy country=TR><place noun=demonym>Turkish</place> embassy</facility> closed."
    ),
    "country": "<place type=country country=KE>Kenya</place> sent <actor type=StateForces>troops</actor>.",
    "city": "<actor>Rebels</actor> reached <place>Goma</place>.",
    "province": "<actor>Rebels</actor> hold <place type=province>Helmand province</place>.",
    "person with a rank": '<actor kind=Person label="Peter Mwangi">General Peter Mwangi</actor> resigned.',
    "person": '<actor kind=Person label="Fatima Haddad">Fatima Haddad</actor> survived.',
    "known group": "<actor kind=Organization type=ArmedGroup>Boko Haram</actor> retreated.",
    "state body": (
        "The <actor kind=Organization type=StateForces country=SD><place noun=demonym>Sudanese</place> "
        "army</actor> advanced."
    ),
    "news agency": (
        "The <actor type=NewsAgency>news agency</actor> <actor>Reuters</actor> published the report."
    ),
    "acronym inside": (
        "<actor>Boko Haram</actor> (<actor>BH</actor>) <actor kind=Group plural=True>militants</actor> fled."
    ),
    "after a date": 'On 22 April <actor kind=Group label="gunmen">gunmen</actor> fled.',
    "crowd": "The <actor kind=Group type=Protesters>demonstrators</actor> marched.",
    "school and mosque": (
        "The <facility type=School>school</facility> and the <facility type=PlaceOfWorship>mosque</facility> "
        "stood."
    ),
    "bridge and road": (
        "The <facility type=Bridge>bridge</facility> on the <facility type=Road>highway</facility> fell."
    ),
    "pronoun": "<actor kind=Group noun=pronoun>They</actor> fled.",
}
NOTHING = {
    "abstract": "The decision brought hope and despair.",
    "time": "There was rain on Friday morning.",
}


LABELS = {
    "The “Islamic State” militant group attacked.": "Islamic State militant group",
    "More than two dozen pro-government fighters died.": "pro-government fighters",
}


def found(doc: "Doc") -> Iterator[Found]:
    for mention in doc._.mentions.values():
        root = doc[mention.root]
        values = {
            "kind": mention.kind,
            "type": mention.type,
            "label": mention.label,
            "noun": mention.noun,
            "country": mention.country,
            "plural": mention.plural,
            "definite": mention.definite,
            "number": mention.number.exact,
            "least": mention.number.at_least,
        }
        yield Found(mention.category, root.idx + len(root), values)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_mentions(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="entities")))


@pytest.mark.parametrize(("text", "label"), LABELS.items(), ids=LABELS)
def test_labels_are_words_without_marks_and_numbers(text: str, label: str, annotate: Annotate) -> None:
    mentions = annotate(text, until="entities")._.mentions
    assert label in [mention.label for mention in mentions.values()]


@pytest.mark.parametrize("sentence", NOTHING.values(), ids=NOTHING)
def test_what_is_no_entity_is_no_mention(sentence: str, annotate: Annotate) -> None:
    assert_found(parse(sentence, empty=True), found(annotate(sentence, until="entities")))


def test_mentions_lie_around_their_heads(annotate: Annotate) -> None:
    text = "At least 30 soldiers of the army left the Rosa hospital in Goma for General Hamid's base."
    mentions = annotate(text, until="entities")._.mentions
    assert len(mentions) >= 6
    for root, mention in mentions.items():
        assert root == mention.root
        assert mention.start <= root < mention.end


def test_a_headline_gives_no_mentions(annotate: Annotate) -> None:
    title = "Gunmen storm hospital"
    doc = annotate(f"{title}\n\nPolice were late.", until="entities", title=title)
    assert [doc[i].text for i in doc._.mentions] == ["Police"]


@pytest.mark.parametrize(
    ("phrase", "text", "concept"),
    [
        ("the old military base", "military base", "MilitaryBase"),
        ("the base", "base", "MilitaryBase"),
        ("two car bombs", "car bomb", "CarBomb"),
        ("some roadside bombs", "roadside bomb", "IED"),
        ("the presidential palace", "presidential palace", "Palace"),
        ("many armoured vehicles", "armoured vehicle", "Vehicle"),
        ("several gunmen", "gunman", "ArmedGroup"),
        ("the power station", "power station", "EnergyFacility"),
        ("the railway station", "railway station", "Station"),
        ("the police station", "police station", "PoliceStation"),
        ("the radio station", "radio station", "MediaOutlet"),
    ],
)
def test_the_longest_noun_decides(phrase: str, text: str, concept: str, annotate: Annotate) -> None:
    doc = annotate(f"They saw {phrase}.", until="entities")
    mention = doc._.mentions[len(doc) - 2]
    assert (mention.noun, mention.type) == (text, concept)
