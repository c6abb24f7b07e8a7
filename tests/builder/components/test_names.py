"""Proper names: which words are one, and what the gazetteer knows of them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "a city that has the name of its state": "The <name label=GPE>Oklahoma City</name> bombing was told of.",
    "persons": (
        "<name label=PERSON>Omar Diallo</name> met <name label=PERSON>Fatima Haddad</name> on the road."
    ),
    "rank": "Colonel <name label=PERSON>Peter Mwangi</name> spoke to reporters.",
    "possessive": "<name label=PERSON>Omar Diallo</name>'s convoy was late.",
    "armed group": "Fighters of <name entry=org-boko-haram>Boko Haram</name> burned the village.",
    "alias": "<name entry=org-islamic-state>ISIS</name> said that it had sent them.",
    "a hyphen after a small letter": (
        "He spoke of the <name entry=org-anti-balaka>anti-balaka</name> as his friends."
    ),
    "hyphens": "The raid was led by <name entry=org-al-shabaab>al-Shabaab</name>.",
    "country": "Troops crossed into <name entry=country-SD>Sudan</name> at dawn.",
    "several entries of one name": "He left for <name entry=country-GE>Georgia</name>.",
    "capital": "The envoys flew to <name>Nairobi</name>.",
    "demonym": "<demonym code=IQ>Iraqi</demonym> soldiers held the bridge.",
    "demonym of two words": "<demonym>Saudi</demonym> <demonym>Arabian</demonym> jets took off.",
    "stance is no nationality": (
        "A pro-Iranian crowd gathered near the <demonym code=FR>French</demonym> embassy."
    ),
    "demonym before a name": (
        "The <demonym code=RU>Russian</demonym> envoy, <name label=PERSON>Ivan Sokolov</name>, left."
    ),
    "another man of a known last name": "<name label=PERSON>Rifaat al-Assad</name> left.",
    "a title is no first name": "Ayatollah <name entry=person-ali-khamenei>Khamenei</name> left.",
    "the adjective of a people": "Two Uyghur militants left <name entry=country-SY>Syria</name>.",
    "backers have the names of their countries": (
        "<demonym code=TR>Turkish</demonym>-backed gunmen left <name entry=country-SY>Syria</name>."
    ),
    "a village is told to be one": (
        "Gunmen raided the village of <name label=GPE>Anyidi</name>, 25 km east of <name>Bor</name>."
    ),
    "villages in a list": (
        "Two villages, <name label=GPE>Malek</name> and <name label=GPE>Pariak</name>, were attacked."
    ),
    "the ends of a road": (
        "A mine lay on the road between <name label=GPE>Ngouboua</name> and <name label=GPE>Baga Sola</name>."
    ),
    "whose inhabitants are told of": "The inhabitants of <name label=GPE>Kaiga</name> have left.",
    "fighters are no inhabitants": "Two villages of <name entry=org-hamas>Hamas</name> men were shelled.",
    "the ends of a road before a noun": (
        "On the road between <name label=GPE>Tessalit</name> and <name label=GPE>Aguelhok</name> a vehicle "
        "struck a mine."
    ),
    "a foreign name that its acronym tells": (
        "Men of the <name label=ORG>Rassemblement pour la paix en Casamance</name> (<name>RPC</name>) left."
    ),
    "an acronym of the name in another language": (
        "Members of the <name label=ORG>United Peasant Front of the Orinoco</name> (<name>FUCO</name>) left."
    ),
    "an acronym that is that of another body here": (
        'Men of the <name label=ORG>Unité pour la paix en Casamance</name> (<name entry="">UPC</name>) left.'
    ),
    "a village again": (
        "Men came from the village of <name label=GPE>Prilep</name>. Then the army shelled "
        "<name label=GPE>Prilep</name>."
    ),
    "what lies in a district": "They were killed at <name label=GPE>Sugnu</name>, Kupwara district.",
    "a city called after its country": "He left for <name label=GPE>Kuwait City</name>.",
    "a ship after a noun": "The product tanker <name label=SHIP>MERCER STREET</name> was attacked.",
    "a ship of two words": "Armed men boarded the tanker <name label=SHIP>Asphalt Princess</name> at noon.",
    "a ship in quotes": "The ferry “<name label=SHIP>Lomé</name>” was attacked.",
    "no ship": "The tanker <name>Sudan</name> had hired was lost.",
    "weekdays and months are no names": (
        "In March and on Friday <name label=PERSON>Omar Diallo</name> was away."
    ),
}


def found(doc: "Doc") -> Iterator[Found]:
    for name in doc._.names:
        entries = [entry.iri.rpartition("/")[2] for entry in name.entries]
        end = doc[name.end - 1].idx + len(doc[name.end - 1])
        yield Found("name", end, {"label": name.label, "entry": next(iter(entries), ""), "entries": entries})
    for i, code in doc._.demonyms.items():
        yield Found("demonym", doc[i].idx + len(doc[i]), {"code": code})


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_names(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="names")))


def names(doc: "Doc") -> list[str]:
    return [doc[name.start : name.end].text for name in doc._.names]


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "He praised the Islamic Republic of Iran.": ["Islamic Republic of Iran"],
        "Gunmen from Al-Qaeda in the Islamic Maghreb fired.": ["Al-Qaeda in the Islamic Maghreb"],
        "The Revolutionary Armed Forces of Colombia blew up the pipeline.": [
            "Revolutionary Armed Forces of Colombia"
        ],
    }.items(),
    ids=["Iran", "Maghreb", "Colombia"],
)
def test_the_longest_name_is_taken(text: str, expected: list[str], annotate: Annotate) -> None:
    assert names(annotate(text, until="names")) == expected


def test_an_acronym_in_brackets_is_a_name_from_then_on(annotate: Annotate) -> None:
    text = "The Tundra Liberation Movement (TLM) attacked a base. Later the TLM withdrew."
    assert names(annotate(text, until="names")).count("TLM") == 2


def test_names_are_in_order_and_never_overlap(annotate: Annotate) -> None:
    text = "Omar Diallo of the Red Cross flew from Khartoum, Sudan, to N'Djamena with Boko Haram's hostages."
    found = annotate(text, until="names")._.names
    assert len(found) >= 5
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_last_names_of_people_named_in_full_are_remembered(annotate: Annotate) -> None:
    doc = annotate("Omar Diallo spoke. Diallo then left.", until="names")
    assert len(doc._.persons) == 1
