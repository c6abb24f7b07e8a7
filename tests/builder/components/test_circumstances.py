"""Circumstances: when, by when, how far, in answer to what, with what damage."""

from typing import TYPE_CHECKING

import pytest

from builder.components.annotations import EventMention
from builder.model import Damage, Role

from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc


def by_word(doc: "Doc") -> dict[str, EventMention]:
    return {doc[event.trigger.token].text: event for event in doc._.event_mentions}


TIMES = {
    "A court acquitted him on Monday of having raided a bank in 2019.": {"raided": ["2019"]},
    "A court on Monday sentenced a man for the raid on a bank in 2019.": {"raid": ["2019"]},
    "The town marked on Friday the anniversary of the attack on the bank.": {"attack": []},
    "The town fell to the rebels on Monday; the mayor warned that Goma would be next.": {"warned": []},
    "Three nurses abducted from a clinic on Monday have been rescued, the army announced on Tuesday.": {
        "abducted": ["2024-01-29"],
        "rescued": [],
        "announced": ["2024-01-30"],
    },
    "Fear swept through Goma on Monday as police probed a blast at a bank.": {"blast": []},
    "The group claimed the bombing of a bank on 1 December.": {"claimed": [], "bombing": ["2023-12-01"]},
    "Rebels have attacked ships 45 times since January 4, when they seized a tanker.": {
        "attacked": ["2024-01-04"],
        "seized": ["2024-01-04"],
    },
    "Gunmen attacked the base on Friday.": {"attacked": ["2024-01-26"]},
    "On January 15 rebels raided a village.": {"raided": ["2024-01-15"]},
    "Rebels raided a village on Monday and withdrew from the town on Tuesday.": {
        "raided": ["2024-01-29"],
        "withdrew": ["2024-01-30"],
    },
    "The army said on Monday that rebels raided a village on Sunday.": {
        "said": ["2024-01-29"],
        "raided": ["2024-01-28"],
    },
    "Rebels raided a village.": {"raided": []},
    "b. Garissa County, 11 Jan: suspected rebels raided a village.": {"raided": ["2024-01-11"]},
    "3 Jan, 0200h, near Gwoza: Gunmen raided a village.": {"raided": ["2024-01-03"]},
    "31 January, Gwoza: Gunmen raided a village.": {"raided": []},
    "People remember November 2020, when rebels raided a village.": {"raided": ["2020-11"]},
    "The attack on Friday killed two soldiers.": {"attack": ["2024-01-26"], "killed": []},
    "Police arrested two men on Friday after a bomb exploded in a market.": {
        "arrested": ["2024-01-26"],
        "exploded": [],
    },
    "A communique issued on Friday said that rebels raided a village.": {"raided": []},
    "The president on Friday condemned the attack on the base.": {"attack": []},
    "The army planned an attack on the base for Friday.": {"attack": ["2024-02-02"]},
    "The army said on Tuesday its troops had raided a village.": {"said": ["2024-01-30"], "raided": []},
    "Sixty people were killed in Goma on Tuesday, health workers said.": {
        "killed": ["2024-01-30"],
        "said": [],
    },
    "Rebels raided a hotel on Friday before troops ended the siege on Saturday.": {
        "raided": ["2024-01-26"],
        "siege": [],
    },
    "Police identified the man who blew himself up in a market as a miner on Wednesday.": {"blew": []},
    "France on Friday marked the anniversary of the 2019 attack on the base.": {"attack": ["2019"]},
    "A court on Tuesday sentenced a man for the 2015 attack on the hotel.": {"attack": ["2015"]},
    "On Friday rebels tried to cross illegally. They shot at residents.": {"shot": ["2024-01-26"]},
    "On Friday gunmen entered the village of Boni and killed three people.": {
        "entered": ["2024-01-26"],
        "killed": ["2024-01-26"],
    },
    "Gunmen came to the village on Friday. They shot at residents.": {"shot": ["2024-01-26"]},
    "Tourists came to the village on Friday. Rebels shot at residents.": {"shot": []},
    "The death toll from the raid on the village rose to 30 on Friday.": {"raid": []},
    "The attack was the deadliest in Kirkuk since August 2022.": {"attack": []},
    "It was the first air strike on Sana'a since March 2023, residents said.": {"strike": [], "said": []},
    "Friday's bombing was the most serious attack in the capital since 2019.": {
        "bombing": ["2024-01-26"],
        "attack": [],
    },
    "At least 12 people have been killed in the town since January 3.": {"killed": ["2024-01-03"]},
    "As of Friday, rebels had raided a village.": {"raided": []},
    "Rebels raided a village, which has been empty since January 3.": {"raided": []},
    "In Goma, where rebels raided a hotel on January 3, relatives will meet on Friday.": {
        "raided": ["2024-01-03"],
    },
    "Rebels raided a village on Monday, two days after a bomb exploded in a market.": {
        "raided": ["2024-01-29"],
        "exploded": ["2024-01-27"],
    },
    "Troops shelled a village to avenge the January 8 killing of a nurse.": {
        "shelled": [],
        "killing": ["2024-01-08"],
    },
    "A car drove into a crowd in Nice on Monday, killing six people, police said on Tuesday.": {
        "killing": ["2024-01-29"],
        "said": ["2024-01-30"],
    },
    "Rebels overran the village of Bougui on Sunday, burning houses and killing a nurse.": {
        "overran": ["2024-01-28"],
        "burning": ["2024-01-28"],
        "killing": ["2024-01-28"],
    },
    "The strike, which came at dawn on Monday, hit a school.": {"strike": ["2024-01-29"], "hit": []},
    "An attack was reported near Goma on Friday.": {"attack": ["2024-01-26"]},
    "The anniversary on Friday of the raid on the base is near.": {"raid": []},
    "The riots of 1983, when mobs killed a priest, are not forgotten.": {"riots": [], "killed": ["1983"]},
    "Since the truce ended in May, there have been 97 attacks.": {"attacks": ["2023-05"], "truce": []},
    "The minister on Friday defended the deal after gunmen attacked the town.": {"attacked": []},
    "Residents gathered on Friday to remember those whom rebels had shot dead.": {"shot": []},
}


@pytest.mark.parametrize(("text", "expected"), TIMES.items(), ids=TIMES)
def test_times_belong_to_the_nearest_event(
    text: str, expected: dict[str, list[str]], annotate: Annotate
) -> None:
    events = by_word(annotate(text, until="circumstances"))
    assert {word: [str(time.moment) for time in event.times] for word, event in events.items()} == expected


DEADLINES = {
    "The rebels ordered civilians to leave the city by Friday.": {
        "ordered": "2024-02-02",
        "leave": "2024-02-02",
    },
    "The rebels gave the army until February 10 to leave the base.": {"leave": "2024-02-10"},
    "The troops will withdraw from the base by Friday.": {"withdraw": "2024-02-02"},
    "The troops withdrew from the base by Friday.": {"withdrew": None},
    "The rebels ordered civilians to leave the city.": {"ordered": None, "leave": None},
}


@pytest.mark.parametrize(("text", "expected"), DEADLINES.items(), ids=DEADLINES)
def test_deadlines_are_of_what_lies_ahead(
    text: str, expected: dict[str, str | None], annotate: Annotate
) -> None:
    events = by_word(annotate(text, until="circumstances"))
    deadlines = {
        word: None if event.deadline is None else str(event.deadline.moment) for word, event in events.items()
    }
    assert expected.items() <= deadlines.items()


DISTANCES = {
    "The rebels ordered troops to withdraw at least one kilometre from the border.": 1000,
    "Troops withdrew 500 metres from the bridge.": 500,
    "Masters are advised to keep at least 12 nautical miles from the coast.": 22_224,
    "Troops pulled back 30 km from the border.": 30_000,
    "Troops withdrew from the bridge.": None,
    "Troops withdrew 12 tanks from the bridge.": None,
}


@pytest.mark.parametrize(("text", "metres"), DISTANCES.items(), ids=DISTANCES)
def test_distances_are_of_movements(text: str, metres: int | None, annotate: Annotate) -> None:
    events = by_word(annotate(text, until="circumstances")).values()
    assert [event.minimum_distance for event in events if event.trigger.kind == "Movement"] == [metres]


DAMAGE = {
    "The shelling destroyed a school.": ("destroyed", Damage.DESTROYED),
    "The school was razed by rebels.": ("razed", Damage.DESTROYED),
    "A rocket damaged the school.": ("damaged", Damage.DAMAGED),
    "The bridge was slightly damaged in the attack.": ("damaged", Damage.DAMAGED),
    "The rocket did not damage the school.": ("damage", Damage.UNDAMAGED),
    "Gunmen attacked the school.": ("attacked", None),
}


@pytest.mark.parametrize(("text", "expected"), DAMAGE.items(), ids=DAMAGE)
def test_damage(text: str, expected: tuple[str, Damage | None], annotate: Annotate) -> None:
    word, damage = expected
    assert by_word(annotate(text, until="circumstances"))[word].damage is damage


RETALIATION = {
    "Rebels raided a village. They said they would respond to any attack on the base.": None,
    "Rebels raided a village on Friday. The army responded with an air strike on their camp.": (
        "strike",
        "raided",
    ),
    "Rebels raided a village. Jets answered that attack with strikes on two depots.": ("strikes", "attack"),
    "The army shelled the town in response to the killing of two soldiers.": ("shelled", "killing"),
    "The army shelled the town in retaliation for the attack on the base.": ("shelled", "attack"),
    "The army shelled the town to avenge the ambush on its convoy.": ("shelled", "ambush"),
    "A bomb hit the base. The attack was punishment for the killing of two nurses.": ("attack", "killing"),
    "The army shelled the town in response to five years of bombing by rebels.": ("shelled", "bombing"),
    "The raids were the answer to the drone that struck the base.": ("raids", "struck"),
    "The army shelled the town after the attack on the base.": None,
    "A bomb hit the base. In response, the army shelled the town.": ("shelled", "hit"),
    "A bomb hit the base. In retaliation the army launched a strike on the town.": ("strike", "hit"),
    "A bomb hit the base. In response, the army closed the road.": None,
}


@pytest.mark.parametrize(("text", "expected"), RETALIATION.items(), ids=RETALIATION)
def test_answers_are_linked_to_what_they_answer(
    text: str, expected: tuple[str, str] | None, annotate: Annotate
) -> None:
    doc = annotate(text, until="circumstances")
    links = [
        (word, doc[token].text)
        for word, event in by_word(doc).items()
        for role, token in event.links
        if role is Role.IN_RETALIATION_FOR
    ]
    assert links == ([] if expected is None else [expected])


def test_whoever_answers_in_words_does_not_retaliate(annotate: Annotate) -> None:
    text = (
        "Rebels bombed a base. Gunmen killed a guard. The mayor responded to the bombing, stating his grief."
    )
    doc = annotate(text, until="circumstances")
    assert [link for event in doc._.event_mentions for link in event.links] == []


def test_a_distance_tells_how_near_one_may_come(annotate: Annotate) -> None:
    text = "People are warned not to approach closer than two kilometres to the border."
    events = annotate(text, until="circumstances")._.event_mentions
    assert [event.minimum_distance for event in events if event.minimum_distance] == [2000]
