"""Incidents: one letter an event; triggers marked alike tell of one event, all others of others."""

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from builder.components.annotations import Incident
from builder.model import Basis, EventKind, Modality, Role

from ..marked import parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

TEXTS = {
    "in another town": (
        "In Idlib, jets <one>bombed</one> a market, and in Aleppo, rebel <two>shelling</two> "
        "<two>killed</two> three civilians."
    ),
    "what people had done before": (
        "The army said a soldier was <one>killed</one> in <one>clashes</one> with gunmen in Sulu who had "
        "<two>beheaded</two> a hostage in April."
    ),
    "after another left dead": (
        "Armed men <one>attacked</one> the village of Ogossagou in central Mali on Friday, "
        "<one>killing</one> 21 people, a year after a <two>massacre</two> there left more than 150 dead."
    ),
    "what an attack left": (
        "The rebels accused the army of <one>bombing</one> a market in Kabkabiya that <one>left</one> more "
        "than 100 dead."
    ),
    "a bomb planted and detonated": (
        "A device <one>planted</one> in a motorcycle <one>detonated</one> in a market in Azaz, "
        "<one>killing</one> eight people, police said."
    ),
    "before a semicolon": (
        "Three nurses were <a>abducted</a> by armed men in Goma; a kidnapper was <b>killed</b> by police."
    ),
    "an offensive": "A bomb <a>exploded</a> in Goma. The city was taken in the Goma <b>offensive</b>.",
    "what befell attackers": (
        "A bomb <a>exploded</a> at a camp. Soldiers <b>killed</b> all 16 terrorists who fled. A mosque "
        "nearby was <a>damaged</a>."
    ),
    "since another": "Gunmen <a>killed</a> a guard, the worst raid since a bomb <b>killed</b> three.",
    "those of a war": (
        "Rebels <a>bombed</a> a clinic. Three people were <a>killed</a>. They have <b>killed</b> 300 people "
        "since the war began."
    ),
    "camps destroyed": "Rebels <a>abducted</a> three nurses. Four camps were <b>burned</b> in Gao.",
    "effect of a verb": "Gunmen <a>attacked</a> a bank, <a>killing</a> two guards.",
    "killed in": "Two soldiers were <a>killed</a> in an <a>ambush</a> near Goma.",
    "killed when": "Two soldiers were <a>killed</a> when gunmen <a>attacked</a> a bank.",
    "the attack of a kind": (
        "Rebels <a>lobbed</a> a grenade at a bank. Gunmen <b>stormed</b> a school. "
        "They condemned the grenade <a>attack</a>."
    ),
    "the fight that an assault brought": (
        "Gunmen <a>opened</a> fire on a post. The exchange of <a>fire</a> <a>cost</a> the lives of two men."
    ),
    "who died, told late": (
        "Gunmen <a>stormed</a> a bank. The hall was full. It was noon. The doors were shut. Smoke rose. Two "
        "people <a>died</a>."
    ),
    "no group said that it did it": (
        "Rebels <a>ambushed</a> a convoy in Gao. Jets <b>bombed</b> a bridge. No group has said that it was "
        "behind the <a>ambush</a>."
    ),
    "who planted the bomb": (
        "A roadside bomb <a>killed</a> three soldiers. The Front said that it had <a>planted</a> the bomb."
    ),
    "another fight": (
        "Gunmen <a>opened</a> fire on a post in Gao. Soldiers and rebels <b>clashed</b> in Goma on Friday."
    ),
    "what an attack followed": (
        "Rebels <a>attacked</a> a bank in Goma. The <a>attack</a> followed the <b>killing</b> of two rebels."
    ),
    "that attack, told aside": (
        "Rebels <a>attacked</a> a mosque in Goma to avenge a commander, who died in a <b>bombing</b> in Gao "
        "in August. The army blamed that <b>attack</b> on smugglers."
    ),
    "the attack": "Gunmen <a>stormed</a> a bank. The <a>attack</a> lasted two hours.",
    "effect in the next sentence": "Gunmen <a>stormed</a> a bank. Two soldiers were <a>wounded</a>.",
    "same target": "Rockets <a>hit</a> the Rosa air base. The base was <a>damaged</a> by a rocket.",
    "a village in the district": (
        "Rebels <a>bombed</a> a bus in Bijapur district. The <a>blast</a> took place near Ambeli village."
    ),
    "what the blast damaged": (
        "A car bomb <a>exploded</a> in a market in Goma. The <a>blast</a> <a>destroyed</a> nine vehicles."
    ),
    "fended off": (
        "Gunmen <a>ambushed</a> a convoy near Gao. Soldiers <b>killed</b> three attackers. Two lorries were "
        "<a>destroyed</a>. Rebels claimed the <a>attack</a>."
    ),
    "a war of years": (
        "A bomber <a>blew</a> himself up at a bank in Goma. Al-Shabaab, which has <b>fought</b> the "
        "government since 2007, claimed the <a>attack</a>."
    ),
    "the building": (
        "Jets <a>bombed</a> a headquarters in Goma in retaliation for an <b>attack</b> on an air base. The "
        "building was <a>destroyed</a>."
    ),
    "the toll again": (
        "A <a>bombing</a> of a market in Goma killed 14 people. A court met. Doctors were heard. Lawyers "
        "were asked. A paper had reported that 14 people had been <a>killed</a>."
    ),
    "they took": (
        "Gunmen <a>stormed</a> a bank in Goma. They <a>killed</a> a guard, <a>set</a> the bank on fire and "
        "<a>took</a> a clerk hostage."
    ),
    "those who did the raid": (
        "Gunmen <a>stormed</a> a bank in Goma. Police suspect that rebels were behind the <a>raid</a> on "
        "the bank."
    ),
    "the bomb": "A car laden with explosives <a>blew</a> up in Goma. The bomb <a>went</a> off at nine.",
    "killed days after": (
        "Omar Diallo was <a>killed</a> by police three days after he <b>set</b> off two bombs in Goma."
    ),
    "two districts": (
        "Rebels <a>bombed</a> a bus in Bijapur district. The <b>blast</b> in Kupwara district hit a bank."
    ),
    "taken, then attacked": (
        "Rebels <a>abducted</a> ten men in Goma. The gunmen had come after an <b>attack</b> on a base, in "
        "which they <b>destroyed</b> two helicopters."
    ),
    "the incident": "Rebels <a>shelled</a> a bus in Goma. The <a>incident</a> occurred on Friday.",
    "as a result of": "As a result of the <a>strike</a> on Goma, two men <a>died</a>.",
    "another attack": "Gunmen <a>stormed</a> a bank in Goma. Another <b>attack</b> hit a school in Kirkuk.",
    "results of one attack": "Gunmen <a>stormed</a> a bank, <a>looting</a> it and <a>beating</a> two guards.",
    "the death of, in": (
        "The army announced the <a>death</a> of a commander in an <a>air strike</a> near Goma."
    ),
    "died when a man in disguise": (
        "A bomber <a>killed</a> 21 people on May 22, and a week later four people <b>died</b> when a man "
        "disguised as a guard <b>set</b> off a bomb in a mosque."
    ),
    "an unnamed place nearby": (
        "Rockets <a>hit</a> the base in Goma. A child was <a>injured</a> in a neighbouring village."
    ),
    "two days in one sentence": (
        "On 4 May a tanker was <a>burned</a> near Goma, and three drivers were <b>kidnapped</b> on 12 May."
    ),
    "denied, and done before": (
        "The army denied that jets had <a>bombed</a> the market. Rebels <b>shelled</b> the market on 4 May."
    ),
    "another day": "Gunmen <a>stormed</a> a bank on Friday. Gunmen <b>raided</b> a school on Monday.",
    "another kind": "Gunmen <a>kidnapped</a> two engineers in Goma. Rockets <b>hit</b> a port in Yemen.",
    "two places": "Shells <a>hit</a> a market in Goma. In Mosul, rebels <b>torched</b> a school.",
    "a day after": (
        "Shells <a>hit</a> a market in Goma on Monday, a day after six men <b>died</b> in a <b>bombing</b>."
    ),
    "the car bomb": (
        "They mourn the <a>bombing</a> of the Rosa supermarket. The car bomb <a>exploded</a> at noon."
    ),
    "defused": "Rebels tried to <a>bomb</a> a market. The bomb was <b>detonated</b> by soldiers.",
    "threatened and done": "Rebels <a>attacked</a> a base. They threatened to <b>attack</b> a port.",
}


def incident_at(doc: "Doc", end: int) -> int | None:
    found = (
        k
        for k, incident in enumerate(doc._.incidents)
        for member in incident.members
        if doc[member.trigger.token].idx + len(doc[member.trigger.token]) == end
    )
    return next(found, None)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_one_event_is_one_and_what_is_two_is_two(text: str, annotate: Annotate) -> None:
    marked = parse(text)
    doc = annotate(marked.text, until="incidents")
    assert len(marked.marks) > 1
    for one, other in combinations(marked.marks, 2):
        words = f"{marked.word(one.end)} and {marked.word(other.end)}: {marked.text}"
        incidents = incident_at(doc, one.end), incident_at(doc, other.end)
        assert None not in incidents, words
        assert (incidents[0] == incidents[1]) is (one.tag == other.tag), words


def attacks(doc: "Doc") -> list[Incident]:
    return [incident for incident in doc._.incidents if incident.kind is EventKind.ATTACK]


BASIS = {
    "A bomb killed two. The minister said Boko Haram was behind it.": Basis.ACCUSED_BY_AUTHORITIES,
    "The minister said Boko Haram was behind the bombing.": Basis.ACCUSED_BY_AUTHORITIES,
    "Rebels attacked the base. The rebels claimed responsibility.": Basis.CLAIMED,
    "A bomb exploded in a market. The governor blamed the rebels.": Basis.ACCUSED_BY_AUTHORITIES,
    "A bomb exploded in a market. Boko Haram claimed responsibility.": Basis.CLAIMED,
    "A bomb exploded in a market. Residents blamed the rebels.": Basis.ACCUSED,
    "Suspected rebels attacked the base.": Basis.POSSIBLE,
    "Rebels are believed to have bombed the base, killing three. The bombing caused anger.": Basis.POSSIBLE,
    "Suspected rebels attacked the base. Boko Haram claimed responsibility.": Basis.CLAIMED,
    "Gunmen attacked the base. The governor blamed Boko Haram.": Basis.ACCUSED_BY_AUTHORITIES,
    "Rebels attacked the base.": None,
}


@pytest.mark.parametrize(("text", "basis"), BASIS.items(), ids=BASIS)
def test_claims_and_accusations_name_the_perpetrator(
    text: str, basis: Basis | None, annotate: Annotate
) -> None:
    (attack,) = attacks(annotate(text, until="incidents"))
    assert attack.basis is basis
    assert any(filler.role is Role.PERPETRATOR for filler in attack.roles)


def test_who_was_acquitted_is_cleared(annotate: Annotate) -> None:
    doc = annotate(
        "Police accused three men of the bombing of a station in Bologna. A court in Rome acquitted the men.",
        until="incidents",
    )
    (attack,) = attacks(doc)
    assert attack.basis is Basis.CLEARED


def test_a_claim_is_about_the_attack(annotate: Annotate) -> None:
    doc = annotate("A bomb exploded in a market. Boko Haram claimed responsibility.", until="incidents")
    assert [incident.kind for incident in doc._.incidents] == [EventKind.ATTACK, EventKind.STATEMENT]
    assert doc._.incidents[1].links == ((Role.ABOUT, 0),)


def test_a_threat_and_what_it_threatens_are_two(annotate: Annotate) -> None:
    doc = annotate("Militants threatened to attack the base.", until="incidents")
    assert [(incident.kind, incident.modality) for incident in doc._.incidents] == [
        (EventKind.WARNING, Modality.ASSERTED),
        (EventKind.ATTACK, Modality.THREATENED),
    ]
    assert doc._.incidents[0].links == ((Role.THREATENS, 1),)


def test_the_most_specific_type_is_kept(annotate: Annotate) -> None:
    doc = annotate("A car bomb exploded in a market. The bombing lasted seconds.", until="incidents")
    (attack,) = attacks(doc)
    assert attack.types == ("RemoteExplosive",)


def test_an_incident_of_which_nothing_else_is_told_is_no_attack(annotate: Annotate) -> None:
    assert attacks(annotate("The incident occurred on Friday in Goma.", until="incidents")) == []


def test_deaths_without_violence_are_no_attack(annotate: Annotate) -> None:
    assert attacks(annotate("Six miners died in Goma.", until="incidents")) == []


@pytest.mark.parametrize(
    ("text", "basis"),
    [("Suspected rebels raided a village.", Basis.POSSIBLE), ("Rebels raided a village.", None)],
)
def test_those_who_are_only_suspected_are_possible(
    text: str, basis: Basis | None, annotate: Annotate
) -> None:
    (attack,) = attacks(annotate(text, until="incidents"))
    assert attack.basis is basis


def test_those_who_die_after_others_were_hurt_are_of_no_attack_told_long_before(annotate: Annotate) -> None:
    text = "Gunmen stormed a bank, wounding six. The hall was full. It was noon. Smoke rose. Two people died."
    (attack,) = attacks(annotate(text, until="incidents"))
    assert [toll.number.exact for member in attack.members for toll in member.tolls] == [6]


def test_a_building_destroyed_by_a_rocket_is_told_though_nobody_was_hurt(annotate: Annotate) -> None:
    text = "A school was destroyed by a rocket; there were no casualties."
    assert len(attacks(annotate(text, until="incidents"))) == 1


def test_one_of_several_targets_is_a_part(annotate: Annotate) -> None:
    text = "Rockets hit the Rosa air base and the Lima barracks. Two rockets struck the Rosa air base."
    doc = annotate(text, until="incidents")
    whole, part = attacks(doc)
    assert (Role.PART_OF, doc._.incidents.index(whole)) in part.links


def test_incidents_are_in_order_link_to_others_and_share_no_trigger(annotate: Annotate) -> None:
    text = " ".join(parse(text).text for text in TEXTS.values())
    incidents = annotate(text, until="incidents")._.incidents
    assert len(incidents) > len(TEXTS)
    firsts = [min(member.trigger.token for member in incident.members) for incident in incidents]
    assert firsts == sorted(firsts)
    triggers = [member.trigger.token for incident in incidents for member in incident.members]
    assert len(triggers) == len(set(triggers))
    for k, incident in enumerate(incidents):
        assert all(0 <= other < len(incidents) and other != k for _, other in incident.links)
        assert {member.trigger.kind for member in incident.members} == {incident.kind}
