"""Triggers: the words that tell of an event, of which kind and type; and the words that only look like it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from builder.components.triggers import noun_patterns, verb_patterns

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "left dead": "A car bomb <attack frame=kill>left</attack> twelve people dead.",
    "ambush": "Rebels <attack type=ArmedAssault>ambushed</attack> a convoy.",
    "clash": "Soldiers <attack type=ArmedClash>clashed</attack> with rebels.",
    "explosion": "A bomb <attack type=Bombing frame=explode>exploded</attack> in a market.",
    "phrasal verb": "A car bomb <attack frame=explode>went</attack> off near a mosque.",
    "object of the verb": "Militants <attack type=Arson>set</attack> fire to a school.",
    "abduction": "Gunmen <attack type=Abduction>kidnapped</attack> two engineers.",
    "taken hostage": "Gunmen <attack type=Abduction>took</attack> four nurses hostage.",
    "noun": "The <attack type=AirStrike>air strike</attack> came at dawn.",
    "noun of three words": "The <attack type=RemoteExplosive>car bomb attack</attack> came at dawn.",
    "verb that needs a weapon": "Militants <attack frame=launch_weapon>fired</attack> rockets at the port.",
    "murder": "Robbers <attack>murdered</attack> a shopkeeper.",
    "assassination": "The <attack type=Assassination>assassination</attack> shocked the town.",
    "evacuation": "The army <movement type=Evacuation>evacuated</movement> the town.",
    "withdrawal": "Troops <movement type=Withdrawal>withdrew</movement> from the border.",
    "deployment": "Chad <movement type=Deployment>deployed</movement> soldiers along the river.",
    "capture": "Rebels <movement type=TerritoryCapture>captured</movement> the town.",
    "threat": "The militia <warning type=Threat>threatened</warning> the mayor.",
    "demand": "The rebels <warning type=Demand>demanded</warning> a ransom.",
    "claim": "The group <statement type=ClaimOfResponsibility>claimed</statement> responsibility.",
    "denial": "The rebels <statement type=DenialOfResponsibility>denied</statement> it.",
    "accusation": "The mayor <statement type=Accusation>blamed</statement> the rebels.",
    "arrest": "Police <event type=Arrest>arrested</event> three men.",
    "protest": "Thousands <event type=PeacefulProtest>marched</event> through the city.",
    "a form that the lemmatiser misreads": "The women were <attack type=SexualViolence>raped</attack>.",
    "release": "The hostages were <event type=Release>freed</event>.",
    "custody": "Police <event type=Arrest>took</event> three men into custody.",
    "from home": "Gunmen <attack type=Abduction>took</attack> three men from their homes.",
    "hostage": "Gunmen are <attack type=Abduction>holding</attack> three men hostage.",
    "cleared": "Police <movement type=Evacuation>cleared</movement> residents from the town.",
    "neutralised": "Troops <attack frame=kill>neutralised</attack> four militants.",
    "cost lives": "A <attack>raid</attack> <attack frame=kill>cost</attack> the lives of four soldiers.",
    "hand over": "The rebels must <event type=TerritoryTransfer>hand</event> over 21 commanders.",
    "swept into": "Rebels <attack frame=strike>swept</attack> into the town.",
    "reduced to rubble": "The school was <attack frame=damage>reduced</attack> to rubble.",
    "taken with them": "Gunmen came. They <attack type=Abduction>took</attack> two girls with them.",
    "boarded": "Pirates <attack type=ArmedAssault>boarded</attack> a tanker.",
    "injuries": "Three men <attack frame=hurt>sustained</attack> splinter injuries.",
    "found with wounds": "He was <attack frame=found>found</attack> dead, blindfolded and bound.",
    "what a body shows": "The bullet-riddled <attack frame=kill>body</attack> of a farmer lay there.",
    "captured and tried": "The bomber was <movement frame=capture>captured</movement> and convicted.",
    "escaped with loot": "The thieves <attack type=Robbery>escaped</attack> with the takings of the bank.",
    "made off": "They tied up the guards and <attack type=Robbery>made</attack> off with a car.",
    "into a car": "The men <attack type=Abduction>forced</attack> two girls into one of the cars.",
    "hostages rescued": "The men who had been taken <event type=Release>rescued</event> two hostages.",
    "burned by somebody": "Rebels <attack type=Arson>burned</attack> down a school.",
    "a gas set free": "The attackers <attack type=ChemicalAttack>released</attack> sarin in the hall.",
    "took a town": "The rebels <movement type=TerritoryCapture>took</movement> Huambo in March.",
    "boasted": (
        "The group <statement type=ClaimOfResponsibility>boasted</statement> of the <attack>attack</attack>."
    ),
    "taken alive": "Troops <attack>killed</attack> 9 rebels and <event type=Arrest>took</event> three alive.",
    "a noun that is a verb": (
        "A gunman <attack frame=harm>shot</attack> and seriously <attack>wounded</attack> the mayor."
    ),
    "a march": "Students held a peaceful <event type=PeacefulProtest>march</event>.",
    "burned alive": "Twelve men were <attack frame=kill>burned</attack> alive.",
    "whom they captured": (
        "The rebels <event>released</event> a soldier whom they had <attack type=Abduction>captured</attack>."
    ),
    "burned by a fire": "A fire <attack frame=damage>burned</attack> down a school.",
    "ceasefire": "The <event type=Agreement>ceasefire</event> held.",
}
NOTHING = {
    "escaped with a wound": "The driver escaped with a flesh wound in the arm.",
    "an envoy who flew in": "The envoy, who flew in from Geneva, was tired.",
    "off the road": "His car went off the road near Goma.",
    "landed a drone": "He admitted that he landed a drone in the park.",
    "targets prices": "The plan is to target the rise in prices.",
    "beaten by a score": "Their team were beaten 1-0 by France in Rennes.",
    "a country beaten": "Pakistan beat Bangladesh last week.",
    "a thriller about": "The director of a thriller about the Nepal abductions was pleased.",
    "fled with others": "The mayor fled with his children at night.",
    "found dead of no violence": "He was found dead in his bed.",
    "rescued from no captors": "The crew rescued two swimmers.",
    "a score": "Spain beat the Netherlands 1-0 in the final.",
    "by a robot": "A bag was blown up by a robot.",
    "brought down": "Such marches brought down the Shah and his government; they brought down prices.",
    "a crash before a semicolon": "A plane crashed, killing 176; Iran dismissed talk of a missile.",
    "an attack of words": "The party launched an attack on his budget.",
    "burned flags": "Mourners burned American flags.",
    "by accident": "A soldier accidentally dropped a grenade.",
    "overpowered": "A policeman overpowered the man.",
    "dismissed": "The council fired its chief on Monday.",
    "with words": "A senator attacked the president over the budget.",
    "by words": "The president was attacked by lawmakers.",
    "with messages": "Readers bombarded the newspaper with complaints.",
    "criticised": "The minister came under fire for his remarks.",
    "mock": "Troops staged a mock assault on a beach.",
    "mock targets": "Jets struck mock targets near Goma.",
    "rehearsed": "Officers simulated an attack on an airport.",
    "exercise": "In the exercise, jets bombed targets near Goma.",
    "drill": "Pupils took part in a drill in which gunmen stormed a classroom.",
    "novel": "The novel describes how gunmen storm an embassy.",
    "in a novel": "In the novel, gunmen storm an embassy.",
    "part of a film": "The explosion was part of the shooting of a film.",
    "tested": "The navy test-fired a missile.",
    "a gas explosion": "A gas explosion killed three people.",
    "a fire": "A fire in a factory killed nine workers.",
    "a bus": "A bus plunged into a ravine, killing 20.",
    "a hurricane": "The hurricane struck the coast.",
    "an animal": "A crocodile attacked a fisherman.",
    "instead of": "Instead of attacking the base, the rebels slept.",
    "what they never do": "Its fighters do not attack civilians.",
    "a crash": "The crash killed twelve people.",
    "a road accident": "Twelve people were killed in a road accident.",
    "press release": "The press release was long.",
    "taken by their own": "Villagers came. They took two girls with them.",
    "passengers": "Tourists boarded a ferry.",
    "execute a warrant": "Officers executed a search warrant at the house.",
    "heart attack": "The mayor had a heart attack.",
    "death toll": "The death toll is unknown.",
    "hunger strike": "Prisoners began a hunger strike.",
    "fired without a weapon": "The minister fired his deputy.",
    "launched no weapon": "The ministry launched a website.",
    "fell without a weapon": "Prices fell in the market.",
    "target of a plan": "Growth targets are a matter of debate.",
    "an accident": "The sounds came from the explosion of a depot, caused by a short circuit.",
    "an order to a letter": "The ministry recalls that the law is clear.",
    "a tree": "A woman was killed when a tree fell on a wedding party.",
    "a road accident, passive": "A trooper was struck by a runaway car.",
    "a road accident, active": "A bus hit two soldiers.",
    "how it is left": "The storm broke windows, cutting cables and leaving the town without water.",
    "others arrive": "The minister arrived in Goma.",
    "without doing it": "They drove off without warning the guard.",
    "infiltrated ranks": "He had infiltrated the ranks of the party.",
    "shot back": "The soldiers shot back.",
    "what they usually do": "The rebels usually boast of their deeds.",
    "seized things": "They seized tonnes of chemicals at the compound.",
    "took a view": "The rebels took a hard line.",
    "a gun thrown away": "A boy threw a gun through the window.",
    "rammed by police": "Two police officers rammed the car.",
    "no event at all": "The minister opened a new library.",
}


def found(doc: "Doc") -> Iterator[Found]:
    for i, trigger in doc._.triggers.items():
        values = {"type": trigger.type, "frame": trigger.frame, "lemma": trigger.lemma}
        yield Found(trigger.kind.lower(), doc[i].idx + len(doc[i]), values)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_triggers(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="triggers")))


@pytest.mark.parametrize("sentence", NOTHING.values(), ids=NOTHING)
def test_what_only_looks_like_a_trigger_is_none(sentence: str, annotate: Annotate) -> None:
    assert_found(parse(sentence, empty=True), found(annotate(sentence, until="triggers")))


def test_a_headline_has_no_triggers(annotate: Annotate) -> None:
    title = "Gunmen storm hospital"
    doc = annotate(f"{title}\n\nPolice arrested two men.", until="triggers", title=title)
    assert [doc[i].text for i in doc._.triggers] == ["arrested"]


def test_a_name_is_no_trigger(annotate: Annotate) -> None:
    assert not annotate("The Rally for Congolese Democracy met in Goma.", until="triggers")._.triggers


def test_verbs_of_more_words_are_tried_first() -> None:
    assert len(verb_patterns()) > 100
    for patterns in verb_patterns().values():
        sizes = [len(pattern.rest) for pattern in patterns]
        assert sizes == sorted(sizes, reverse=True)


def test_nouns_are_as_they_are_looked_up() -> None:
    assert len(noun_patterns()) > 100
    assert [
        noun for noun in noun_patterns() if noun != noun.lower().strip() or "-" in f" {noun} ".split()
    ] == []


def test_where_people_met_may_be_a_noun_that_no_lexicon_has(annotate: Annotate) -> None:
    doc = annotate("They met in a meadow seized by villagers.", until="triggers")
    assert [trigger.lemma for trigger in doc._.triggers.values()] == ["seize"]
