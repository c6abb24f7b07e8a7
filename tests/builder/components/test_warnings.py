"""Warnings: what is threatened, what is demanded, of whom, by whom."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from builder.model import Role

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
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
    assert_found(marked, found(annotate(marked.text, until="warnings")))


@pytest.mark.parametrize(
    "text",
    [
        "The rebels told reporters about the harvest.",
        "The president vowed to improve schools.",
        "The minister urged calm.",
        "The company ordered new computers.",
    ],
)
def test_promises_and_orders_without_such_content_are_no_warnings(text: str, annotate: Annotate) -> None:
    events = annotate(text, until="warnings")._.event_mentions
    assert [event for event in events if event.trigger.kind == "Warning"] == []


def test_who_threatens_is_who_would_act(annotate: Annotate) -> None:
    doc = annotate("Militants threatened to attack the base.", until="warnings")
    attack = next(event for event in doc._.event_mentions if event.trigger.kind == "Attack")
    assert [doc[root].text for root in attack.fillers(Role.PERPETRATOR)] == ["Militants"]


def test_who_is_told_to_leave_is_who_would_move(annotate: Annotate) -> None:
    doc = annotate("The rebels ordered civilians to leave the city.", until="warnings")
    movement = next(event for event in doc._.event_mentions if event.trigger.kind == "Movement")
    assert [doc[root].text for root in movement.fillers(Role.MOVER)] == ["civilians"]
