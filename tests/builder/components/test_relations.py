"""Relations: where a facility is, whose it is, whom it hosts; what a place lies in; who belongs where."""

from typing import TYPE_CHECKING

import pytest

from builder.components.relations import RelationName, spoken_for

from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

TEXTS = {
    "Rockets hit a base in Mosul.": ("location", "base", "Mosul"),
    "Rockets hit a base near Kirkuk.": ("location", "base", "Kirkuk"),
    "Rockets hit the airport of Goma.": ("location", "airport", "Goma"),
    "Rockets hit the Turkish embassy.": ("operator", "embassy", "Turkish"),
    "Rockets hit the home of the Japanese envoy in Lima.": ("location", "home", "Lima"),
    "Rockets hit the embassy of Turkey.": ("operator", "embassy", "Turkey"),
    "Soldiers, who have a base nearby, came.": ("operator", "base", "Soldiers"),
    "Rockets hit the headquarters of the army.": ("operator", "headquarters", "army"),
    "Rockets hit a base used by the army.": ("operator", "base", "army"),
    "Rockets hit a base which hosts soldiers.": ("hosts", "base", "soldiers"),
    "Rockets hit a base that shelters foreign troops.": ("hosts", "base", "troops"),
    "Rockets fell in Tikrit, Iraq.": ("within", "Tikrit", "Iraq"),
    "Rockets fell in Tikrit in Iraq.": ("within", "Tikrit", "Iraq"),
    "Rockets fell in Tikrit, in Salahuddin province.": ("within", "Tikrit", "province"),
    "A Taliban commander was killed.": ("member_of", "commander", "Taliban"),
    "Members of Boko Haram were killed.": ("member_of", "Members", "Haram"),
}


SPOKESMEN = {
    "Taliban spokesman Omar Diallo claimed the bombing.": ("Diallo", "Taliban"),
    "Omar Diallo, the spokesman for the Taliban, claimed the bombing.": ("Diallo", "Taliban"),
    "A spokesman for the rebels claimed the bombing.": ("spokesman", "rebels"),
    "Omar Diallo claimed the bombing.": ("Diallo", "Diallo"),
}


def told(doc: "Doc") -> list[tuple[str, str, str]]:
    return [
        (relation.name.value, doc[relation.subject].text, doc[relation.object].text)
        for relation in doc._.relations
    ]


@pytest.mark.parametrize(("text", "relation"), TEXTS.items(), ids=TEXTS)
def test_relations(text: str, relation: tuple[str, str, str], annotate: Annotate) -> None:
    assert told(annotate(text, until="relations")) == [relation]


MORE = {
    "Rockets hit a convoy of trucks of the Wagner Group.": ("operator", "convoy", "Group"),
    "The attackers, elements of Boko Haram, fled.": ("member_of", "attackers", "Haram"),
}


@pytest.mark.parametrize(("text", "relation"), MORE.items(), ids=MORE)
def test_relations_that_others_go_with(text: str, relation: tuple[str, str, str], annotate: Annotate) -> None:
    assert relation in told(annotate(text, until="relations"))


@pytest.mark.parametrize(
    "text", ["Rockets hit a base.", "The general used a phone.", "The army hosts a dinner in spring."]
)
def test_what_tells_of_no_relation(text: str, annotate: Annotate) -> None:
    assert told(annotate(text, until="relations")) == []


def test_every_relation_is_covered() -> None:
    assert {name for name, _, _ in TEXTS.values()} == {name.value for name in RelationName}


@pytest.mark.parametrize(("text", "pair"), SPOKESMEN.items(), ids=SPOKESMEN)
def test_whom_a_spokesman_speaks_for(text: str, pair: tuple[str, str], annotate: Annotate) -> None:
    doc = annotate(text, until="relations")
    speaker = next(token.i for token in doc if token.text == pair[0])
    assert doc[spoken_for(doc, speaker)].text == pair[1]
