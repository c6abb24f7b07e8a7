"""What is opened for speed annotates as spaCy's model does that it was made from."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from builder.errors import ModelError
from builder.pipeline import DEFAULT_MODEL, load_pipeline
from builder.spacy_model import attribute_rules, named_entities, open_model
from builder.spacy_model.attribute_rules import RememberingRuler
from builder.spacy_model.named_entities import BatchedRecogniser

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

ROOT = Path(__file__).parents[2]
ARTICLES = sorted((*ROOT.glob("seeds/*.md"), *ROOT.glob("tests/eval/*/*.txt")))
# Words that begin, continue and end entities, what may not, and spaces where spaCy makes tokens of them.
WORDS = (
    "Mosul",
    "the",
    "United",
    "Nations",
    "on",
    "Friday",
    "12",
    "Ali",
    "Hassan",
    "U.S.",
    "got",
    ".",
    "\n\n",
    " ",
)


@pytest.fixture(scope="module")
def bare() -> "Language":
    return spacy.load(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def opened() -> "Language":
    return open_model(DEFAULT_MODEL)


def annotations(doc: "Doc") -> list[tuple[object, ...]]:
    return [
        (
            t.text,
            t.tag_,
            t.pos_,
            str(t.morph),
            t.lemma_,
            t.dep_,
            t.head.i,
            t.is_sent_start,
            t.ent_iob_,
            t.ent_type_,
        )
        for t in doc
    ]


def entities(doc: "Doc") -> list[tuple[int, int, str]]:
    return [(entity.start, entity.end, entity.label_) for entity in doc.ents]


def before_entities(nlp: "Language", texts: Iterable[str]) -> "list[Doc]":
    with nlp.select_pipes(disable="ner"):
        return [*nlp.pipe(texts)]


def test_articles_are_annotated_as_by_the_bare_model(bare: "Language", opened: "Language") -> None:
    texts = [article.read_text("utf-8") for article in ARTICLES]
    assert len(texts) == 102
    theirs, ours = bare.pipe(texts), opened.pipe(texts, batch_size=5)
    differing = [
        (one, other)
        for their, our in zip(theirs, ours, strict=True)
        for one, other in zip(annotations(their), annotations(our), strict=True)
        if one != other
    ]
    assert differing == []


def test_the_parts_are_those_of_the_model_and_some_are_ours(bare: "Language", opened: "Language") -> None:
    assert opened.pipe_names == bare.pipe_names
    assert isinstance(opened.get_pipe("ner"), BatchedRecogniser)
    assert isinstance(opened.get_pipe("attribute_ruler"), RememberingRuler)


def test_numpy_multiplies_in_one_thread(opened: "Language") -> None:
    assert opened.get_pipe("tok2vec").model.ops.use_blis is False  # type: ignore[attr-defined]
    assert {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"} == {1}


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), min_size=1, max_size=5))
def test_entities_are_those_of_the_recogniser(opened: "Language", texts: list[str]) -> None:
    ours: Any = opened.get_pipe("ner")
    found = [entities(doc) for doc in ours.pipe(before_entities(opened, texts), batch_size=12)]
    assert found == [entities(ours.recogniser(doc)) for doc in before_entities(opened, texts)]


def test_entities_that_are_given_stay(opened: "Language") -> None:
    ours: Any = opened.get_pipe("ner")
    text = "Ali Hassan was in Mosul. Ali Hassan left Mosul."
    alone, given_one, expected = before_entities(opened, [text] * 3)
    for doc in (given_one, expected):
        doc.set_ents([doc.char_span(25, 35, "ORG")], default="missing")
    found = [entities(doc) for doc in ours.pipe([alone, given_one], batch_size=8)]
    assert found == [
        entities(ours.recogniser(before_entities(opened, [text])[0])),
        entities(ours.recogniser(expected)),
    ]
    assert (6, 8, "ORG") in found[1]


def test_rules_of_any_kind_are_followed() -> None:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": {"IN": ["left", "right"]}}]], {"POS": "NOUN"})
    ruler.add([[{"LOWER": {"REGEX": "^r"}}]], {"POS": "ADJ", "LEMMA": "r"})
    ruler.add([[{"LOWER": "was"}, {"LOWER": "left"}]], {"POS": "VERB"}, index=-1)
    ruler.add([[{"LOWER": {"NOT_IN": ["was"]}, "IS_SPACE": False}], [{"TEXT": "Was"}]], {"TAG": "X"})
    ruler.add([[{"LOWER": "left"}]], {"LEMMA": "leave"})
    ours = RememberingRuler()
    ours.follow(ruler)
    texts = ["He was left, right?", "Left was right \n was Left", "", "was Was"]
    for text in texts * 2:  # the second time by memory
        assert annotations(ours(nlp.make_doc(text))) == annotations(ruler(nlp.make_doc(text))), text
    assert [token.pos_ for token in ours(nlp.make_doc("was left right"))] == ["", "VERB", "ADJ"]


def test_what_is_not_as_usual_is_left_as_it_is(bare: "Language", tmp_path: Path) -> None:
    assert not named_entities.is_usual(bare.get_pipe("parser"))
    assert not attribute_rules.is_usual(bare.get_pipe("tagger"))
    beams = spacy.blank("en")
    beams.add_pipe("sentencizer")
    recogniser: Any = beams.add_pipe("beam_ner")
    recogniser.add_label("GPE")
    beams.initialize()
    beams.to_disk(tmp_path / "model")
    assert not isinstance(open_model(str(tmp_path / "model")).get_pipe("beam_ner"), BatchedRecogniser)
    with pytest.raises(ModelError, match="has no lemmatizer, ner, parser, tagger"):
        load_pipeline(spacy_model=str(tmp_path / "model"))
