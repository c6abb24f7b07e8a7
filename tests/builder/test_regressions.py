"""What was once read wrongly, each in the sentence that showed it."""

from collections import Counter
from datetime import date

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from builder import shapes
from builder.components.quantities import read_quantity
from builder.model import Article, EventKind, Modality, Report, Role
from builder.patterns import load
from builder.rdf import to_quads
from builder.report import extract, prepare

PUBLISHED = date(2024, 1, 31)
# Nouns of two classes: the first that lists them has them, the other says what else they mean.
TWO_SENSES = {"authorities", "border guard", "municipality", "township"}


def read(nlp: Language, text: str) -> Doc:
    doc = prepare(nlp, Article(text, published=PUBLISHED))
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


def fillers(doc: Doc, role: Role) -> set[str]:
    return {doc[root].text for event in doc._.event_mentions for root in event.fillers(role)}


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("no more than 12 soldiers", (None, None, 12)),
        ("no fewer than 12 soldiers", (None, 12, None)),
        ("between 6 and 8 soldiers", (None, 6, 8)),
        ("twenty-one soldiers", (21, None, None)),
    ],
)
def test_quantities(nlp: Language, phrase: str, expected: tuple[int | None, ...]) -> None:
    quantity = read_quantity(read(nlp, f"The rebels killed {phrase}.")[-2])
    assert (quantity.exact, quantity.at_least, quantity.at_most) == expected


@pytest.mark.parametrize("noun", ["bombing", "attack", "blast"])
def test_the_attack_that_is_spoken_of_is_the_one_just_told(nlp: Language, noun: str) -> None:
    doc = read(nlp, f"A car bomb exploded in a market. The {noun} killed two soldiers.")
    assert len([incident for incident in doc._.incidents if incident.kind is EventKind.ATTACK]) == 1


@pytest.mark.parametrize(
    ("text", "role", "word"),
    [
        ("The rebel attack lasted hours.", Role.PERPETRATOR, "rebel"),
        ("Gunmen stormed the hotel and shot a guard.", Role.VICTIM, "guard"),
        ("The attack by rebels on the barracks lasted hours.", Role.TARGET, "barracks"),
    ],
)
def test_roles(nlp: Language, text: str, role: Role, word: str) -> None:
    assert word in fillers(read(nlp, text), role)


@pytest.mark.parametrize(
    "text",
    [
        "A warning from the rebels calling on the army to leave the base was ignored.",
        "The rebels issued a warning, threatening to attack the base.",
    ],
)
def test_two_words_of_one_warning_give_one(nlp: Language, text: str) -> None:
    events = read(nlp, text)._.event_mentions
    assert sum(event.trigger.kind is EventKind.WARNING for event in events) == 1


def test_what_is_avenged_is_not_threatened(nlp: Language) -> None:
    doc = read(nlp, "The militia vowed to avenge the killing of its leader.")
    (killing,) = (e for e in doc._.event_mentions if doc[e.trigger.token].text == "killing")
    assert killing.modality is Modality.ASSERTED
    assert not killing.fillers(Role.PERPETRATOR)


@pytest.mark.parametrize("noun", ["commander", "leader"])
def test_a_commander_is_no_civilian(nlp: Language, noun: str) -> None:
    assert read(nlp, f"The {noun} spoke.")._.mentions[1].type is None


def test_who_neither_confirms_nor_denies_makes_no_denial(nlp: Language) -> None:
    doc = read(nlp, "Drones hit a depot in Belgorod. Ukraine neither confirmed nor denied involvement.")
    assert not [i for i in doc._.incidents if "DenialOfResponsibility" in i.types]


@pytest.mark.parametrize(
    "text",
    [
        "Gunmen attacked a house (TTP).",
        "house (TTP),",
        "lawyers (Yangon) strike,",
        "al-Qassam kidnapped 1.5",
        "Gunmen from Asia attacked an army base in Europe.",
        "four church twin Journalists wounded, clash (elsewhere:",
    ],
)
def test_odd_text_gives_a_sound_graph(nlp: Language, text: str) -> None:
    (report,) = extract(nlp, [Article(text, published=PUBLISHED)])
    assert isinstance(report, Report), report
    assert shapes.check(to_quads(report)) == ()


def test_no_noun_is_listed_twice() -> None:
    listed = [noun for types in load("nouns").values() for nouns in types.values() for noun in nouns]
    assert len(listed) > 1000
    assert {noun for noun, count in Counter(listed).items() if count > 1} <= TWO_SENSES


def test_no_trigger_is_in_two_groups_of_one_frame() -> None:
    groups = load("triggers")["groups"]
    verbs = Counter(
        (verb, group["frame"], group.get("object")) for group in groups for verb in group["verbs"]
    )
    nouns = Counter(noun for group in groups for noun in group["nouns"])
    assert [verb for verb, count in verbs.items() if count > 1] == []
    assert [noun for noun, count in nouns.items() if count > 1] == []
