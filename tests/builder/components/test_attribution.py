"""Attribution: who says what of which event, claims it, denies it or blames somebody."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "said": (
        "Rebels <about>attacked</about> the base, <speaker>police</speaker> "
        "<Announcement>said</Announcement>."
    ),
    "said that": (
        "The <speaker>army</speaker> <Announcement>said</Announcement> that rebels <about>attacked</about> "
        "the base."
    ),
    "announced": (
        "The <speaker>ministry</speaker> <Announcement>announced</Announcement> the "
        "<about>evacuation</about> of the town."
    ),
    "according to": (
        "Rebels <about>attacked</about> the base, <Announcement>according</Announcement> to the "
        "<speaker>army</speaker>."
    ),
    "a toll": (
        "Rebels <about>killed</about> 12 soldiers, <speaker>police</speaker> <TollReport>said</TollReport>."
    ),
    "claim": (
        "The <speaker>rebels</speaker> <ClaimOfResponsibility>claimed</ClaimOfResponsibility> responsibility "
        "for the "
        "<about>attack</about> on the base."
    ),
    "claim in the next sentence": (
        "A bomb <about>exploded</about> in a market. The <speaker>rebels</speaker> "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> responsibility."
    ),
    "denial": (
        "The <speaker>rebels</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> involvement "
        "in the "
        "<about>attack</about> on the base."
    ),
    "accusation": (
        "The <speaker>governor</speaker> <Accusation>blamed</Accusation> the <accused>rebels</accused> for "
        "the "
        "<about>attack</about> on the base."
    ),
    "accusation of a deed": (
        "The <speaker>governor</speaker> <Accusation>accused</Accusation> the <accused>rebels</accused> of "
        "<about>attacking</about> the base."
    ),
    "country": (
        "<speaker>Iran</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> the "
        "<about>attack</about> on the base."
    ),
    "named person": (
        "Rebels <about>attacked</about> the base, <speaker>Omar Diallo</speaker> "
        "<Announcement>said</Announcement>."
    ),
}
NOTHING = {
    "nobody": "Rebels attacked the base. No group has claimed responsibility.",
    "no one": "Rebels attacked the base. No one claimed responsibility.",
    "not claimed": "Rebels attacked the base. The militia has not claimed responsibility.",
    "no event": "The army said that the weather was fine.",
    "no speaker": "Rebels attacked the base in heavy rain.",
    "nothing to claim": "The militia claimed responsibility.",
}


def found(doc: "Doc") -> Iterator[Found]:
    for event in doc._.event_mentions:
        if event.trigger.kind != "Statement":
            continue
        yield from (Found(kind, end(doc, event.trigger.token), {}) for kind in event.types)
        yield from (Found(filler.role, end(doc, filler.root), {}) for filler in event.roles)
        yield from (Found(role, end(doc, token), {}) for role, token in event.links)


def end(doc: "Doc", i: int) -> int:
    return doc[i].idx + len(doc[i])


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_statements(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="attribution")))


@pytest.mark.parametrize("sentence", NOTHING.values(), ids=NOTHING)
def test_what_nobody_says_is_no_statement(sentence: str, annotate: Annotate) -> None:
    assert_found(parse(sentence, empty=True), found(annotate(sentence, until="attribution")))


def test_a_quotation_that_runs_on_keeps_its_speaker(annotate: Annotate) -> None:
    text = "“Rebels attacked the base,” General Peter Mwangi said. “They burned a school.”"
    doc = annotate(text, until="attribution")
    statements = [event for event in doc._.event_mentions if event.trigger.kind == "Statement"]
    assert [doc[root].text for event in statements for root in event.fillers("speaker")] or statements
    assert {doc[filler.root].text for event in statements for filler in event.roles} == {"Mwangi"}
    assert len(statements) == 2
