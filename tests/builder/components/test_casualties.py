"""Tolls: how many were killed, injured, missing or captured."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "of one and some of others": (
        "A bomb <Killed exact=2><Killed exact=1>killed a governor</Killed> and two</Killed> of his guards."
    ),
    "of whom a noun tells": "They condemned the <Killed exact=2>killing of two</Killed> of its peacekeepers.",
    "behind what is inserted": (
        "Gunmen attacked a bank; "
        "<Injured exact=9>nine others, <Injured exact=2>two of them</Injured> minors, were wounded</Injured>."
    ),
    "taken, as if one phrase": "Rebels <Captured exact=300>took some 300 persons</Captured> hostage.",
    "bodies before the attack": (
        "<Killed exact=90>90 bodies</Killed> were taken from the ruins. Rebels had bombed the bank."
    ),
    "of what was done": (
        "Rebels raided Goma. The army denied that it had bombed a market. "
        "<Killed exact=10>Ten bodies</Killed> were found."
    ),
    "since Friday": "Rebels raided Goma. The <Killed exact=14>death toll since Friday rose to 14</Killed>.",
    "among the dead": "A bomb exploded; <Killed exact=5>five of its drivers were among the dead</Killed>.",
    "number of those who": (
        "Rebels raided a town. The <Killed exact=276>number of people known to have died has risen to "
        "276</Killed>."
    ),
    "of its soldiers": "<Killed exact=633>633 of its soldiers have been killed</Killed> in raids.",
    "two more": (
        "A bomb hit a bus, <Killed exact=3>killing three</Killed> and <Injured exact=2>injuring two"
        "</Injured> more."
    ),
    "the dead included": (
        "A bomb exploded. The dead included <Killed exact=4>four children</Killed> and "
        "<Killed exact=2>two nurses</Killed>."
    ),
    "a year": "A bomb <Killed exact=3>killed three men</Killed>. The number of deaths in 2013 fell.",
    "still missing": "After the raid <Missing exact=70>70 were still missing</Missing>.",
    "arrested": "Police <Captured exact=2>detained two men</Captured>.",
    "including two kinds": (
        "The blast <Killed exact=12>killed 12 people</Killed> in Goma, including <Killed exact=3>three "
        "children</Killed> and <Killed exact=2>two nurses</Killed>."
    ),
    "including, of the injured": (
        "The blast <Killed exact=2>killed two people</Killed> and <Injured exact=9>injured nine people"
        "</Injured>, including <Injured exact=3>three children</Injured>."
    ),
    "some dead, others wounded": (
        "The attack <Killed exact=1>left one officer</Killed> dead and <Injured exact=3>three people "
        "wounded</Injured>."
    ),
    "among the dead, of a year": (
        "A bomb exploded; <Killed exact=7>seven signers of the 2016 accord were among the dead</Killed>."
    ),
    "among them two kinds": (
        "<Killed exact=10>Ten people were killed</Killed> in the raid, among them <Killed exact=2>two "
        "soldiers</Killed> and <Killed exact=1>a girl</Killed>."
    ),
    "of them": (
        "Gunmen <Killed exact=17>killed 17 people</Killed> in Goma, <Killed exact=9>nine of them children"
        "</Killed>."
    ),
    "among the dead were": (
        "Gunmen raided a town. Among the dead were <Killed exact=3>three women</Killed> and "
        "<Killed exact=1>a policeman</Killed>."
    ),
    "of the dead": "A bomb exploded. <Killed exact=5>Five of the dead were soldiers</Killed>.",
    "including, not of a toll": (
        "Rebels <Killed exact=2>killed two guards</Killed>. Five groups, including two of rebels, met."
    ),
    "of the dead, by their nation": (
        "A bomb <Killed exact=19>killed 19 people</Killed>. <Killed exact=9>Nine of the dead were Italians"
        "</Killed>."
    ),
    "brought to a number": (
        "The attack <Killed exact=23>brought to 23 the number of policemen killed</Killed> since Friday."
    ),
    "dozens, whoever they are": (
        "In the blast a guard was shot and <Injured least=24>dozens were injured</Injured>."
    ),
    "abbreviated": (
        "A bomb exploded: <Killed exact=2>two officers KIA</Killed>, <Injured exact=4>four WIA</Injured>."
    ),
    "verb": "Gunmen <Killed exact=12>killed 12 soldiers</Killed>.",
    "passive": "<Killed exact=12>Twelve soldiers were killed</Killed> in the raid.",
    "two outcomes": (
        "The blast <Killed exact=3>killed three people</Killed> and <Injured exact=9>wounded nine</Injured>."
    ),
    "participle": "A bomb hit a bus, <Injured exact=2>wounding two officers</Injured>.",
    "died": "<Killed exact=6>Six miners died</Killed> in the attack.",
    "at least": "Rebels <Killed least=30>killed at least 30 villagers</Killed>.",
    "up to": "Rebels <Killed most=30>killed up to 30 villagers</Killed>.",
    "dozens": "The shelling <Injured least=24>wounded dozens of villagers</Injured>.",
    "one person": "A sniper <Killed exact=1>killed a policeman</Killed>.",
    "named person": "Gunmen <Killed exact=1>assassinated Omar Diallo</Killed>.",
    "captured": "Gunmen <Captured exact=4>kidnapped four nurses</Captured>.",
    "noun": "The attack left <Killed exact=12>12 people</Killed> dead.",
    "nobody": "The rocket missed and <Killed exact=0>no one was killed</Killed>.",
    "no casualties": "The attack caused <Killed exact=0>no casualties</Killed>.",
    "missing": "After the raid <Missing exact=5>five sailors were missing</Missing>.",
    "toll": "The death toll of the bombing rose to <Killed exact=14>14</Killed>.",
    "toll from and to": (
        "The death toll of the bombing rose from <Killed exact=12>12</Killed> to "
        "<Killed exact=14>14</Killed>."
    ),
    "board": "The plane was hit, but <Killed exact=0>nobody on board was killed</Killed>.",
    "lost men": "The army <Killed exact=12>lost 12 soldiers</Killed> in the attack.",
    "two dozen": "Rebels <Killed exact=24>killed two dozen villagers</Killed>.",
    "lowered it": (
        "A bomb hit a bus. Police had first put the <Killed exact=32>number of dead at 32</Killed> "
        "and then lowered <Killed exact=14>it to 14</Killed>."
    ),
    "put at": (
        "A bomb hit a bus. The army puts <Killed exact=26>the dead at 26</Killed>, all civilians, and "
        "<Injured exact=46>the injured at 46</Injured>."
    ),
    "spoken of": "A bomb hit a bus. Earlier it had <Killed exact=8>spoken of eight</Killed>.",
    "killed in action": "Rebels ambushed a convoy. <Killed exact=5>Five soldiers KIA</Killed>.",
    "a toll that may rise": (
        "Gunmen <Killed exact=4>killed four people</Killed>, and residents feared the toll would rise."
    ),
    "among the victims": (
        "Gunmen stormed a hotel. <Killed exact=6>Six Canadians</Killed> were among the victims."
    ),
    "of them, Britons": (
        "A gunman <Killed exact=38>killed 38 tourists</Killed>, <Killed exact=30>30 of them</Killed> Britons."
    ),
    "up from": (
        "The death toll of the bombing has climbed to <Killed exact=47>47</Killed>, up from "
        "<Killed exact=42>42</Killed>."
    ),
    "including": (
        "A bomb <Killed exact=12>killed 12 people</Killed>, including <Killed exact=3>three girls</Killed>."
    ),
    "among them": (
        "The death toll of the bombing rose to <Killed exact=40>40</Killed>, among them "
        "<Killed exact=7>seven children</Killed>, police said."
    ),
    "a list among the dead": (
        "A bomb exploded. <Killed exact=3>Three soldiers</Killed> and "
        "<Killed exact=2>two boys</Killed> were among the dead."
    ),
    "among them, in a sentence of its own": (
        "Gunmen <Injured exact=9>wounded nine people</Injured>. Among them were <Injured exact=2>two "
        "nurses</Injured>."
    ),
    "fallen and wounded": (
        "Rebels attacked the camp; we deplore <Killed exact=8>eight fallen</Killed> and "
        "<Injured exact=21>21 wounded</Injured>."
    ),
    "seized": "Rebels <Captured exact=6>captured six soldiers</Captured>.",
}
NOTHING = {
    "of a whole war": (
        "Gunmen shot at a bus on Friday, bringing the number of dead in the insurgency to 7,300 since 2004."
    ),
    "contrary to reports": "A bomb exploded, but it hurt few, contrary to first reports of two dead.",
    "places among others": "Rebels attacked several towns, including three villages near Gao.",
    "causes of death": "The attack was that of which the guards had died of two burns.",
    "shells that fell": "Rebels attacked. There were five shells fallen in the yard.",
    "brought to a number since long": (
        "The attack brought to 230 the number of dead in the insurgency since 2004."
    ),
    "a threat": "Rebels threatened to kill 12 hostages.",
    "a plan": "Rebels planned to kill 12 villagers.",
    "an attempt": "Police foiled an assassination attempt on a minister.",
    "uncounted": "Gunmen killed soldiers.",
    "no people": "Rebels destroyed 12 tanks.",
    "a year": "The attack was like that of 1983, when mobs were dead set on war.",
    "age": "The attack was witnessed by a man, 45.",
    "no event": "The hospital has 12 beds.",
}


def found(doc: "Doc") -> Iterator[Found]:
    for event in doc._.event_mentions:
        for toll in event.tolls:
            number = toll.number
            values = {"exact": number.exact, "least": number.at_least, "most": number.at_most}
            last = doc[toll.end - 1]
            yield Found(toll.outcome, last.idx + len(last), values)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_tolls(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="casualties")))


@pytest.mark.parametrize("sentence", NOTHING.values(), ids=NOTHING)
def test_what_counts_no_people_is_no_toll(sentence: str, annotate: Annotate) -> None:
    assert_found(parse(sentence, empty=True), found(annotate(sentence, until="casualties")))


@pytest.mark.parametrize(
    ("text", "revises"),
    {
        "A bomb hit a bus. Police revised the death toll to 11.": True,
        "A bomb hit a bus. The death toll rose to 11.": True,
        "A bomb hit a bus. Police put the death toll at 11.": False,
        "A bomb killed 11 people on a bus.": False,
    }.items(),
    ids=["revised", "rose", "put", "killed"],
)
def test_a_revision_is_told_as_one(text: str, revises: bool, annotate: Annotate) -> None:
    tolls = [t for event in annotate(text, until="casualties")._.event_mentions for t in event.tolls]
    assert [toll.number.exact for toll in tolls] == [11]
    assert tolls[0].revises is revises


@pytest.mark.parametrize(
    ("text", "figures"),
    {
        "A bomb killed 12 people on a bus. Police had earlier given a toll of seven dead.": (7, 12),
        "A bomb hit a bus. The death toll rose from 12 to 14.": (12, 14),
        "Shells killed 35 civilians. The ministry had spoken of 20 dead.": (20, 35),
        "A bomb killed 12 people on a bus. Police initially said four people had been killed.": (4, 12),
        "A bomb hit a bus. Police, who first put the number of dead at 32, lowered it to 14.": (32, 14),
    }.items(),
)
def test_an_earlier_figure_is_superseded(text: str, figures: tuple[int, int], annotate: Annotate) -> None:
    tolls = [t for event in annotate(text, until="casualties")._.event_mentions for t in event.tolls]
    assert {toll.number.exact: toll.superseded for toll in tolls} == {figures[0]: True, figures[1]: False}


def test_a_corrected_figure_revises_the_one_that_it_denies(annotate: Annotate) -> None:
    text = "Shells killed 35 civilians. Police now say 47 civilians died, not 35."
    (shelling, *_) = annotate(text, until="casualties")._.event_mentions
    assert {toll.number.exact: toll.revises for toll in shelling.tolls} == {35: False, 47: True}


def test_each_kind_of_victim_has_its_figure(annotate: Annotate) -> None:
    text = "Eight insurgents and one soldier were killed in the attack."
    tolls = [t for event in annotate(text, until="casualties")._.event_mentions for t in event.tolls]
    assert {toll.number.exact for toll in tolls} == {8, 1}


def test_a_toll_in_the_next_sentence_is_of_the_attack_before(annotate: Annotate) -> None:
    doc = annotate(
        "Rebels raided a village. The attack left 12 people dead. Police came.", until="casualties"
    )
    with_tolls = [event for event in doc._.event_mentions if event.tolls]
    assert len(with_tolls) == 1
    assert doc[with_tolls[0].trigger.token].text in ("attack", "left")


def test_the_people_counted_are_the_victims(annotate: Annotate) -> None:
    doc = annotate("Gunmen killed 12 soldiers.", until="casualties")
    ((toll,),) = [event.tolls for event in doc._.event_mentions]
    assert toll.victim is not None
    assert doc[toll.victim].text == "soldiers"


def test_a_share_and_its_whole_may_end_with_one_word(annotate: Annotate) -> None:
    doc = annotate("A bomb exploded. Two children were among the 13 dead.", until="casualties")
    figures = {toll.number.exact for event in doc._.event_mentions for toll in event.tolls}
    assert figures == {2, 13}


def test_days_are_no_dead(annotate: Annotate) -> None:
    text = "Rebels planted a bomb and three days later fatally shot an officer in Goma."
    doc = annotate(text, until="casualties")
    figures = {toll.number.exact for event in doc._.event_mentions for toll in event.tolls}
    assert 3 not in figures
