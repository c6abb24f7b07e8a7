"""Warnings: what is threatened, what is demanded, of whom, by whom."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from builder.model import EventKind, Modality, Role

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "of what the police expect": (
        "The <issuer>police</issuer> <Alert>warned</Alert> of an attack on a shopping mall."
    ),
    "of what others may do": (
        "The <issuer>envoy</issuer> <Alert>warned</Alert> that hundreds of people would be massacred."
    ),
    "told by nobody named": (
        "A guard was shot. <addressee>Residents</addressee> <Demand>told</Demand> to "
        "<demands modality=Demanded>stay</demands> in their homes."
    ),
    "of what others may plan": (
        "The <issuer>ministry</issuer> had <Alert>warned</Alert> that extremists might be planning attacks."
    ),
    "of what named others may do": (
        "The <issuer>president</issuer> <Alert>warned</Alert> that tanks would storm the palace."
    ),
    "of what the army would do": (
        "The <issuer>army</issuer> <Threat>warned</Threat> that the port would be "
        "<threatens modality=Threatened>bombed</threatens>."
    ),
    "otherwise": (
        "They have a week. <Threat>Otherwise</Threat> the <issuer>army</issuer> will "
        "<threatens modality=Threatened>raid</threatens> the camp."
    ),
    "failing which": (
        "<issuer>They</issuer> <Demand>gave</Demand> the <addressee>army</addressee> a week to "
        "<demands modality=Demanded>hand</demands> over the camp, <Threat>failing</Threat> which "
        "<issuer>they</issuer> would <threatens modality=Threatened>attack</threatens> the town."
    ),
    "those told in the passive": (
        "<addressee>Masters</addressee> are <Demand>advised</Demand> to "
        "<demands modality=Demanded>leave</demands> the port."
    ),
    "what the items of a list demand": (
        "The <issuer>union</issuer> <Demand>calls</Demand> on the <addressee>army</addressee> to:\n"
        "- <demands modality=Demanded>withdraw</demands> its troops from Goma and "
        "<demands modality=Demanded>release</demands> the captives;\n"
        "- <demands modality=Demanded>arrest</demands> the killers."
    ),
    "what is demanded that somebody do": (
        "The <issuer>rebels</issuer> <Demand>demanded</Demand> that the president "
        "<demands modality=Demanded>appear</demands> before a court."
    ),
    "people of a nation": (
        "The <issuer>embassy</issuer> <Demand>told</Demand> <addressee>Americans</addressee> to "
        "<demands modality=Demanded>leave</demands> Goma."
    ),
    "who is told beside a noun of no list": (
        "The sender, the Peasant <issuer>Front</issuer>, <Demand>warned</Demand> the "
        "<addressee>mayor</addressee> to <demands modality=Demanded>leave</demands> Goma."
    ),
    "what is told on a condition": (
        "A <issuer>caller</issuer> <Threat>told</Threat> the <addressee>coordinator</addressee> that she "
        "would be <threatens modality=Threatened>killed</threatens> if she did not "
        "<demands modality=Demanded>leave</demands> Goma."
    ),
    "if they do not": (
        "The <issuer>rebels</issuer> <Threat>threatened</Threat> to "
        "<threatens modality=Threatened>attack</threatens> the base if the army does not "
        "<demands modality=Demanded>withdraw</demands>."
    ),
    "what is to go on": (
        "The <issuer>rebels</issuer> <Threat>threatened</Threat> that such "
        "<threatens modality=Threatened>attacks</threatens> would continue."
    ),
    "what is wanted of others": (
        "The <issuer>group</issuer> <Demand>wants</Demand> Israel to "
        "<demands modality=Demanded>free</demands> the hostages."
    ),
    "threat": (
        "<issuer>Militants</issuer> <Threat>threatened</Threat> to "
        "<threatens modality=Threatened>attack</threatens> the base."
    ),
    "vow": (
        "The <issuer>militia</issuer> <Threat>vowed</Threat> to "
        "<threatens modality=Threatened>avenge</threatens> "
        "its leader."
    ),
    "demand": (
        "The <issuer>rebels</issuer> <Demand>ordered</Demand> <addressee>civilians</addressee> to "
        "<demands modality=Demanded>leave</demands> the city."
    ),
    "demanded and threatened": (
        "The <issuer>rebels</issuer> <Threat>demanded</Threat> that Russia "
        "<demands modality=Demanded>withdraw</demands> from the town and <Threat>threatened</Threat> to "
        "<threatens modality=Threatened>kill</threatens> two hostages."
    ),
    "a ransom": ("A <demands modality=Demanded>ransom</demands> of 50 million is <Demand>demanded</Demand>."),
    "comply or face": (
        "<issuer>NATO</issuer> <Threat>told</Threat> the <addressee>rebels</addressee> to "
        "<demands modality=Demanded>leave</demands> the town or risk an "
        "<threatens modality=Threatened>attack</threatens>."
    ),
    "what not to do": (
        "The <issuer>embassy</issuer> <Demand>told</Demand> its <addressee>citizens</addressee> not to "
        "<demands modality=Demanded>travel</demands>."
    ),
    "whither not to go": (
        "The <issuer>rebels</issuer> <Demand>demanded</Demand> that the army not "
        "<demands modality=Demanded>enter</demands> the town."
    ),
    "demand that": (
        "The <issuer>rebels</issuer> <Demand>demanded</Demand> that the army "
        "<demands modality=Demanded>withdraw</demands> from the town."
    ),
    "call on": (
        "The <issuer>president</issuer> <Demand>called</Demand> on the <addressee>rebels</addressee> to "
        "<demands modality=Demanded>withdraw</demands> from the town."
    ),
    "implied demand": (
        "The <issuer>army</issuer> <Demand>ordered</Demand> the <addressee>rebels</addressee> to "
        "<demands modality=Demanded>surrender</demands>."
    ),
    "unless": (
        "The <issuer>rebels</issuer> <Threat>threatened</Threat> to "
        "<threatens modality=Threatened>attack</threatens> "
        "the town unless the army <demands modality=Demanded>withdrew</demands> from the bridge."
    ),
    "warned to leave": (
        "The <issuer>army</issuer> <Demand>warned</Demand> <addressee>residents</addressee> to "
        "<demands modality=Demanded>leave</demands> the village."
    ),
    "threat: said it would": (
        "The <issuer>militia</issuer> <Threat>said</Threat> it would <threatens "
        "modality=Threatened>target</threatens> tourists."
    ),
    "threat: we will": (
        "“We will <threatens modality=Threatened>attack</threatens> the outpost,” the "
        "<issuer>rebels</issuer> <Threat>said</Threat>."
    ),
    "threat: warned that anyone": (
        "The <issuer>rebels</issuer> <Threat>warned</Threat> that they would <threatens "
        "modality=Threatened>kill</threatens> hostages."
    ),
    "threat: participle": (
        "<issuer>Russia</issuer> spoke of fighters in the gorge, <Threat>threatening</Threat> to "
        "<threatens modality=Threatened>bomb</threatens> the camp."
    ),
    "threat: noun": (
        "The <issuer>militia</issuer>’s <Threat>threat</Threat> to <threatens "
        "modality=Threatened>attack</threatens> the base was heard on Friday."
    ),
    "threat: if": (
        "The <issuer>rebels</issuer> <Threat>threatened</Threat> to <threatens "
        "modality=Threatened>storm</threatens> the prison if talks failed."
    ),
    "threat: vowed more": (
        "The <issuer>militia</issuer> <Threat>vowed</Threat> to <threatens "
        "modality=Threatened>attack</threatens> the port."
    ),
    "demand: subjunctive": (
        "The <issuer>militia</issuer> <Demand>demanded</Demand> that the army <demands "
        "modality=Demanded>leave</demands> the village."
    ),
    "demand: gave hours": (
        "The <issuer>rebels</issuer> <Demand>gave</Demand> the <addressee>army</addressee> 48 hours "
        "to <demands modality=Demanded>withdraw</demands> from the city."
    ),
    "demand: gave until": (
        "The <issuer>rebels</issuer> <Demand>gave</Demand> the <addressee>army</addressee> until "
        "Friday to <demands modality=Demanded>withdraw</demands> from the city."
    ),
    "demand: asked": (
        "The <issuer>army</issuer> <Demand>asked</Demand> <addressee>residents</addressee> to "
        "<demands modality=Demanded>evacuate</demands> the town."
    ),
    "an order giving them": (
        "The <issuer>army</issuer> issued an order <Demand>giving</Demand> <addressee>families</addressee> "
        "72 hours to <demands modality=Demanded>vacate</demands> the schools."
    ),
    "revenge after": (
        "The <issuer>president</issuer> <Threat>vowed</Threat> "
        "<threatens modality=Threatened>revenge</threatens> after the attack on the barracks."
    ),
    "told that they must": (
        "The <issuer>army</issuer> <Demand>told</Demand> <addressee>villagers</addressee> that they must "
        "<demands modality=Demanded>leave</demands> the town."
    ),
    "told that they had to": (
        "The <issuer>army</issuer> <Demand>told</Demand> <addressee>residents</addressee> of Goma they "
        "had to <demands modality=Demanded>leave</demands> the town by Friday."
    ),
    "demand: told": (
        "The <issuer>army</issuer> <Demand>told</Demand> <addressee>villagers</addressee> to "
        "<demands modality=Demanded>leave</demands> the valley."
    ),
    "demand: passive": (
        "<addressee>Villagers</addressee> were <Demand>told</Demand> by the <issuer>army</issuer> to "
        "<demands modality=Demanded>leave</demands> the valley."
    ),
    "demand: advised against nothing": (
        "The <issuer>embassy</issuer> <Demand>advised</Demand> its <addressee>nationals</addressee> "
        "to <demands modality=Demanded>leave</demands> the country."
    ),
    "demand: a text": (
        "<issuer>Rebel</issuer> leaflets <Demand>ordered</Demand> <addressee>mayors</addressee> to "
        "<demands modality=Demanded>resign</demands>."
    ),
    "demand: two things": (
        "The <issuer>army</issuer> <Demand>ordered</Demand> <addressee>residents</addressee> to "
        "<demands modality=Demanded>leave</demands> their homes and to <demands "
        "modality=Demanded>stay</demands> away from the river."
    ),
}


def found(doc: "Doc") -> Iterator[Found]:
    events = {event.trigger.token: event for event in doc._.event_mentions}
    for event in events.values():
        if event.trigger.kind != "Warning":
            continue
        yield from (Found(kind, end(doc, event.trigger.token), {}) for kind in event.types)
        yield from (Found(filler.role, end(doc, filler.root), {}) for filler in event.roles)
        for role, token in event.links:
            yield Found(role, end(doc, token), {"modality": events[token].modality})


def end(doc: "Doc", i: int) -> int:
    return doc[i].idx + len(doc[i])


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_warnings(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="attribution")))


@pytest.mark.parametrize(
    "text",
    [
        "The rebels told reporters about the harvest.",
        "He told reporters that the rebels want to leave the town.",
        "The president vowed to improve schools.",
        "The minister urged calm.",
        "The company ordered new computers.",
        "The minister said that he would strike a deal.",
        "“He used to listen to sermons,” a friend told reporters.",
        "Drones carried out a reconnaissance flight over the base, two officials told the agency.",
        "The army said it would investigate the attack on the base.",
    ],
)
def test_promises_and_orders_without_such_content_are_no_warnings(text: str, annotate: Annotate) -> None:
    events = annotate(text, until="warnings")._.event_mentions
    assert [event for event in events if event.trigger.kind == "Warning"] == []


@pytest.mark.parametrize("verb", ["travel", "withdraw"])
def test_what_is_not_to_be_done_has_no_type_and_its_name(verb: str, annotate: Annotate) -> None:
    doc = annotate(f"The ministry ordered its soldiers not to {verb} to Goma.", until="warnings")
    (demanded,) = (event for event in doc._.event_mentions if event.modality == "Demanded")
    assert (demanded.trigger.type, demanded.trigger.lemma) == (None, f"not {verb}")


def test_who_threatens_is_who_would_act(annotate: Annotate) -> None:
    doc = annotate("Militants threatened to attack the base.", until="warnings")
    attack = next(event for event in doc._.event_mentions if event.trigger.kind == "Attack")
    assert [doc[root].text for root in attack.fillers(Role.PERPETRATOR)] == ["Militants"]


@pytest.mark.parametrize("order", ["ordered civilians to leave", "told civilians that they must leave"])
def test_who_is_told_to_leave_is_who_would_move(order: str, annotate: Annotate) -> None:
    doc = annotate(f"The rebels {order} the city.", until="warnings")
    movement = next(event for event in doc._.event_mentions if event.trigger.kind == "Movement")
    assert [doc[root].text for root in movement.fillers(Role.MOVER)] == ["civilians"]


def test_what_the_police_warn_of_is_feared_and_not_theirs(annotate: Annotate) -> None:
    doc = annotate("The police warned of an attack on a shopping mall in Nairobi.", until="warnings")
    (attack,) = (event for event in doc._.event_mentions if event.trigger.kind is EventKind.ATTACK)
    assert (attack.modality, attack.fillers(Role.PERPETRATOR)) == (Modality.FEARED, ())


def test_what_averts_an_announced_attack_is_demanded(annotate: Annotate) -> None:
    doc = annotate(
        "The rebels said they would shoot the hostages unless the army withdrew from Gao by Friday.",
        until="attribution",
    )
    modalities = {event.trigger.lemma: event.modality for event in doc._.event_mentions}
    assert modalities["shoot"] is Modality.THREATENED
    assert modalities["withdraw"] is Modality.DEMANDED
    (threat,) = (event for event in doc._.event_mentions if event.trigger.kind is EventKind.WARNING)
    assert [role for role, _ in threat.links] == [Role.THREATENS, Role.DEMANDS]
