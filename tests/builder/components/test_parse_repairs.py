"""What is put right in the parse: gapped passives and the verbs of headlines."""

from typing import TYPE_CHECKING

import pytest

from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.language import Language

# The participle without "were", the participle before it, and of whom it is told.
GAPPED = {
    "a number alone": (
        "Fourteen people were killed and 46 wounded by a bomb at a market in Gyumri on Sunday.",
        ("wounded", "killed", "46"),
    ),
    "a noun": (
        "A chief was killed and several officers wounded in a blast in Herat.",
        ("wounded", "killed", "officers"),
    ),
    "below an infinitive": (
        "Twenty people were estimated to be killed and 90 others injured when a bomb went off.",
        ("injured", "killed", "others"),
    ),
    "in a headline": (
        "Four soldiers killed, six injured in Balochistan ambush",
        ("injured", "killed", "six"),
    ),
}
WHOLE = {
    "it has its own verb": "Ten soldiers were killed and the survivors were wounded in Herat.",
    "it acts": "A bomber was killed and the blast wounded ten people in Herat.",
    "the first acts": "Rebels killed ten soldiers, and six wounded men fled.",
}
# The verb, who acts and what is acted on.
HEADLINES = {
    "an object of two nouns": ("Rebels ambush army convoy in northern Mali", ("ambush", "Rebels", "convoy")),
    "before a participle": (
        "Gunmen attack mosque in Burkina Faso, killing 12",
        ("attack", "Gunmen", "mosque"),
    ),
    "a subject of two words": (
        "Suspected militants torch school in Waziristan",
        ("torch", "militants", "school"),
    ),
    "what is claimed": ("Houthis claim attack on tanker in Red Sea", ("claim", "Houthis", "attack")),
    "a subject of one": ("Army repels attack on Mocimboa da Praia", ("repels", "Army", "attack")),
    "before an adjective": (
        "Jihadists storm army base in Niger, 30 soldiers dead",
        ("storm", "Jihadists", "base"),
    ),
    "after another": (
        "Maoist rebels bomb power lines and attack army garrison in Nepal",
        ("attack", "rebels", "garrison"),
    ),
}
# The verb, how it hangs on which other, and its subject or object.
CLAUSES = {
    "after a year": (
        "Gunmen attacked Ogossagou, a year after a massacre there left 150 dead.",
        ("left", "advcl", "attacked", "massacre"),
    ),
    "before who says so": (
        "Suspected militants killed 37 people and burned homes in two villages in Borno state late on "
        "Sunday, residents and a local official said on Monday.",
        ("killed", "ccomp", "said", "militants"),
    ),
    "a speaker after the dead": (
        "Drones struck militias in eastern Syria, killing six fighters, the Syrian Observatory for Human "
        "Rights said.",
        ("said", "ROOT", "said", "Observatory"),
    ),
    "which somebody": (
        "Nobody has claimed the blast, which officials blamed on the Islamic State group.",
        ("blamed", "relcl", "blast", "which"),
    ),
    "what came of what was told last": (
        "A landmine blew up a bus carrying police in Gao, killing 35.",
        ("killing", "advcl", "blew", "35"),
    ),
    "held as": (
        "Fighters took hundreds of people hostage in a theatre in Moscow and demanded that troops leave.",
        ("took", "ROOT", "took", "Fighters"),
    ),
    "what came of it": (
        "Militants blew up a gas pipeline in Sinai on Monday, halting supplies to Jordan, sources said.",
        ("halting", "advcl", "blew", "supplies"),
    ),
}
NOUNS = {
    "another verb follows": "Israeli forces raid kills five in Jenin",
    "a phrase follows": "Police raid on mosque sparks protest",
    "the number is another": "Army attack kills 12 villagers in Darfur",
    "a whole sentence": "The rebels repelled the storm troops attack groups had sent.",
}


@pytest.mark.parametrize(("text", "expected"), GAPPED.values(), ids=GAPPED)
def test_a_gapped_passive_follows_the_passive_before_it(
    annotate: Annotate, text: str, expected: tuple[str, str, str]
) -> None:
    doc = annotate(text, until="parse_repairs")
    (verb,) = (token for token in doc if token.text == expected[0])
    subjects = [child.text for child in verb.children if child.dep_ == "nsubjpass"]
    assert (verb.text, verb.head.text, *subjects) == expected
    assert verb.dep_ == "conj"


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_a_whole_clause_stays(annotate: Annotate, nlp: "Language", text: str) -> None:
    doc = annotate(text, until="parse_repairs")
    parsed = nlp.make_doc(text)
    for name, component in nlp.pipeline:
        if name == "polemos_parse_repairs":
            break
        parsed = component(parsed)
    assert [(token.dep_, token.head.i) for token in doc] == [(token.dep_, token.head.i) for token in parsed]


@pytest.mark.parametrize(("text", "expected"), CLAUSES.values(), ids=CLAUSES)
def test_a_clause_hangs_on_what_it_is_told_of(
    annotate: Annotate, text: str, expected: tuple[str, str, str, str]
) -> None:
    doc = annotate(text, until="parse_repairs")
    (verb,) = (token for token in doc if token.text == expected[0])
    named = next(child.text for child in verb.children if child.dep_ in ("nsubj", "dobj"))
    assert (verb.text, verb.dep_, verb.head.text, named) == expected


@pytest.mark.parametrize(("text", "expected"), HEADLINES.values(), ids=HEADLINES)
def test_the_verb_of_a_headline_is_one(annotate: Annotate, text: str, expected: tuple[str, str, str]) -> None:
    doc = annotate(text, until="parse_repairs")
    (verb,) = (token for token in doc if token.text == expected[0])
    assert verb.pos_ == "VERB"
    subject = verb.head if verb.dep_ == "conj" else verb
    subjects = [child.text for child in subject.children if child.dep_ == "nsubj"]
    assert [*subjects, *(child.text for child in verb.children if child.dep_ == "dobj")] == list(expected[1:])
    assert len(list(doc.sents)) == 1


@pytest.mark.parametrize("text", NOUNS.values(), ids=NOUNS)
def test_a_noun_of_a_headline_stays_one(annotate: Annotate, text: str) -> None:
    doc = annotate(text, until="parse_repairs")
    told = [token.text for token in doc if token.text in ("raid", "attack", "storm") and token.pos_ == "VERB"]
    assert told == []
