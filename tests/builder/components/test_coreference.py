"""Coreference: one letter an entity; mentions marked alike are one, all others are apart."""

import re
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ontology
from builder.components.chains import compatible
from builder.components.lexicon import ancestors

from ..marked import Marked, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

TEXTS = {
    "they do it to others": "<a>Rebels</a> came. The <b>Front</b> promised to fight <a>them</a>.",
    "it is not several": "An <a>army</a> said 65 militants were killed; <a>it</a> denied that it was hit.",
    "those who say what was done to them": (
        "Soldiers met <a>survivors</a> who said that militiamen had attacked <a>them</a>."
    ),
    "he, of whom the clause is": (
        "The <b>minister</b> spoke as the veteran <a>Islamist</a> who says <a>he</a> ordered the raid fled."
    ),
    "one of them": (
        "The <b>airline</b> spoke. Diallo said five men had been among the <a>attackers</a> and that one "
        "of <a>them</a> had led the raid."
    ),
    "the provincial government": "The <a>government</a> fled. The provincial <b>government</b> stayed.",
    "he, the subject above": (
        "The <a>suspect</a> wrote to the <b>minister</b> Omar Diallo before <a>he</a> struck."
    ),
    "they, who would do something": (
        "A <b>radio</b> said so. Gen. Diallo said his <a>troops</a> would shoot if <a>they</a> were attacked."
    ),
    "it, whoever speaks": (
        "The radio blamed Hezbollah, but <a>Hamas</a> said in a statement that <a>it</a> had nothing to do "
        "with the blast."
    ),
    "the town, not where it was said": (
        "The envoy warned in <a>Geneva</a> that Kobani might fall. Jets struck near the <b>town</b>."
    ),
    "the town, not where it was written": (
        "GOMA, March 19 - Rebels shelled a garrison in the town of <a>Usulutan</a>. It was the worst raid on "
        "the <a>town</a> so far."
    ),
    "a pronoun quoted, of whom the report is about": (
        "<a>Gunmen</a> attacked a village. “<a>They</a> killed ten people,” a witness said."
    ),
    "a pronoun quoted, of whom the speaker named": (
        "Soldiers left. “Then the <a>rebels</a> came. <a>They</a> killed ten people,” a witness said."
    ),
    "a building that was bombed": (
        "Jets bombed a <a>headquarters</a> in Goma after an attack on the Rosa air <b>base</b>. The "
        "<a>building</a> was destroyed."
    ),
    "a pronoun quoted is not who speaks": "<a>Omar Diallo</a> said: “He shot at us.” <a>Diallo</a> fled.",
    "they are not who acts": (
        "The <a>army</a> repelled the <b>insurgents</b> and killed twelve of <b>them</b>."
    ),
    "last name": "<a>Omar Diallo</a> spoke. Later <a>Diallo</a> left.",
    "rank and last name": "General <a>Peter Mwangi</a> spoke. Gen. <a>Mwangi</a> left.",
    "two people": "<a>Omar Diallo</a> met <b>Fatima Haddad</b>. <b>Haddad</b> left.",
    "pronoun": "<a>Omar Diallo</a> was wounded. <a>He</a> survived.",
    "pronoun of a woman": "<a>Fatima Haddad</a> was wounded. <a>She</a> survived.",
    "the city where it happened": (
        "Rockets hit <a>Haifa</a>. The envoy in <b>Washington</b> spoke. "
        "Rebels deny having fired on the <a>city</a>."
    ),
    "the group, not where a base is": (
        "<a>Hezbollah</a> shelled a base at <b>Nahal Dov</b>. The <a>group</a> had warned of it."
    ),
    "a faction and the dissidents": (
        "The <a>Estado Mayor Central</a> denied it; <b>FARC dissidents</b> had threatened it."
    ),
    "it is a blast": "The <a>police</a> spoke of bombs. It was one of four attacks on the <b>bank</b>.",
    "they are not the officials who told of others": (
        "City <a>officials</a> say two <b>men</b> were building a bomb. Omar Diallo says <b>they</b> planned "
        "to set it off in Goma."
    ),
    "his group": (
        "<a>Hamas</a> claimed it. A spokesman for the <b>Fatah</b> told reporters that his <b>group</b> had "
        "nothing to do with it."
    ),
    "the leader of another": (
        "An army spokesman, Lieutenant <a>Omar Diallo</a>, blamed the Hamas faction. The faction's "
        "<b>leader</b> denied it."
    ),
    "the army, whose base it is": (
        "The <a>Sudanese army</a> left. Rebels stormed the <a>army</a>'s <b>base</b>. The <a>army</a> fled."
    ),
    "a ship and what it is": "Rockets hit the <a>MV Lila</a>, a <a>tanker</a>.",
    "people of no listed noun": "An <a>army spokesman</a> spoke. The ship’s <b>owner</b> denied it.",
    "pronoun of a group": "Two <a>gunmen</a> attacked a bank. <a>They</a> escaped.",
    "the rank of a name that is no phrase": (
        "The minister, General <b>Omar Diallo</b>, spoke. Gunmen fired at the car of the army commander, "
        "General <a>Peter Mwangi</a>, in Goma. The <a>general</a> was wounded."
    ),
    "no agency is a group": (
        "<a>Hamas</a> fired rockets, its <b>Shehab News Agency</b> said. The <a>group</a> has many fighters."
    ),
    "who says we": (
        "The <a>Rural League</a> condemns the raid on Goma. <a>We</a> demand that the army leave."
    ),
    "rank alone": "General <a>Peter Mwangi</a> was ambushed. The <a>general</a> survived.",
    "known group by another name": "<a>Islamic State</a> fired rockets. <a>ISIS</a> has many fighters.",
    "bracketed acronym": (
        "The <a>Tundra Liberation Movement</a> (TLM) attacked a base. The <a>TLM</a> withdrew."
    ),
    "called by its kind": "It was claimed by the separatist <a>organisation</a> <a>ETA</a>.",
    "the group": "<a>Boko Haram</a> attacked a village. The <a>group</a> withdrew.",
    "facility by its noun": "Rockets hit the <a>Rosa air base</a>. The <a>base</a> was damaged.",
    "two facilities in two cities": "Rockets hit a <a>hospital</a> in Mosul and a <b>hospital</b> in Kirkuk.",
    "two facilities of two kinds": "Rockets hit a <a>hospital</a>. The <b>bridge</b> was damaged.",
    "place": "Shells fell in <a>Mosul</a>. Residents left <a>Mosul</a>.",
    "spellings of a city": "Shells fell in <a>Kyiv</a>. Residents left <a>Kiev</a>.",
    "two cities": "Shells fell in <a>Mosul</a> and <b>Kirkuk</b>.",
    "two armies": "The <a>Chadian army</a> met the <b>Sudanese army</b>. The <b>Sudanese army</b> left.",
    "indefinite is new": "<a>Gunmen</a> attacked a bank. Elsewhere <b>gunmen</b> attacked a school.",
    "counted is new": "Two <a>soldiers</a> fled. Three <b>soldiers</b> died in a blast.",
    "transliteration": "<a>Qassem Soleimani</a> spoke. Later <a>Qasem Suleimani</a> left.",
}


def chain_at(doc: "Doc", end: int) -> int | None:
    """Which chain the word that ends at a character heads a mention of."""
    _, chain_of = doc._.entities
    token = next(token for token in doc if token.idx + len(token) == end)
    chain = chain_of.get(token.i)
    return None if chain is None else id(chain)


def pairs(marked: Marked) -> list[tuple[str, str, int, int]]:
    return [(a.tag, b.tag, a.end, b.end) for a, b in combinations(marked.marks, 2)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_one_is_one_and_what_is_two_is_two(text: str, annotate: Annotate) -> None:
    marked = parse(text)
    doc = annotate(marked.text, until="coreference")
    assert len(marked.marks) > 1
    for one, other, first, second in pairs(marked):
        chains = chain_at(doc, first), chain_at(doc, second)
        words = f"{marked.word(first)} and {marked.word(second)}: {marked.text}"
        assert None not in chains, words
        assert (chains[0] == chains[1]) is (one == other), words


def test_a_pronoun_in_a_quotation_is_nobody_whom_the_report_mentions_in_passing(annotate: Annotate) -> None:
    text = "President Omar Diallo watched a parade of the National Guard. “They tried to kill me,” he said."
    marked = parse(text.replace("They", "<they>They</they>"), empty=False)
    (they,) = marked.marks
    assert chain_at(annotate(marked.text, until="coreference"), they.end) is None


def test_every_chain_has_its_mentions_in_order_and_knows_them(annotate: Annotate) -> None:
    text = re.sub(r"</?\w>", "", " ".join(TEXTS.values()))
    chains, chain_of = annotate(text, until="coreference")._.entities
    assert len(chains) > 20
    for chain in chains:
        roots = [mention.root for mention in chain.mentions]
        assert roots == sorted(set(roots))
        assert all(chain_of[root] is chain for root in roots)
    assert {id(chain) for chain in chain_of.values()} == {id(chain) for chain in chains}


CONCEPTS = st.sampled_from(sorted({*ontology.broader(), *ontology.broader().values()}))


@given(CONCEPTS)
def test_a_concept_is_its_own_ancestor_and_inherits_those_of_its_parent(concept: str) -> None:
    parent = ontology.broader().get(concept)
    assert concept in ancestors(concept)
    assert parent is None or ancestors(parent) < ancestors(concept)


@given(CONCEPTS, CONCEPTS)
def test_types_agree_where_one_is_a_kind_of_the_other(one: str, other: str) -> None:
    assert compatible(one, one)
    assert compatible(one, other) is compatible(other, one)
    assert compatible(one, other) is (one in ancestors(other) or other in ancestors(one))
    assert compatible(one, None)
    assert compatible(None, other)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("AirBase", "MilitaryBase", True),
        ("AirBase", "Palace", False),
        ("CarBomb", "Explosive", True),
        ("RocketAttack", "AirStrike", False),
    ],
)
def test_types_that_agree(one: str, other: str, agree: bool) -> None:
    assert compatible(one, other) is agree
