"""What is found once a document: the same as ever, until the document is changed."""

import spacy
from spacy.tokens import Doc

from builder.components.once import forget, offsets, once, text_of, tokens_by
from builder.components.syntax import tokens_with

WORDS = ["Rebels", "ambush", "convoy", ",", "rebels", "say"]


def written() -> Doc:
    return Doc(spacy.blank("en").vocab, words=WORDS, tags=["NNS", "NN", "NN", ",", "NNS", "VBP"])


def test_what_is_found_is_kept_by_what_is_asked() -> None:
    asked: list[str] = []

    @once
    def count(doc: Doc, word: str) -> int:
        asked.append(word)
        return sum(token.lower_ == word for token in doc)

    doc, other = written(), written()
    assert [count(doc, "rebels"), count(doc, "rebels"), count(doc, "say"), count(other, "say")] == [
        2,
        2,
        1,
        1,
    ]
    assert asked == ["rebels", "say", "say"]


def test_what_is_kept_is_forgotten_when_a_document_changes() -> None:
    doc = written()
    assert [token.i for token in tokens_with(doc, "TAG", "VBP")] == [5]
    doc[1].tag_ = "VBP"
    forget(doc)
    assert [token.i for token in tokens_with(doc, "TAG", "VBP")] == [1, 5]


def test_places_of_tokens_are_those_of_the_text() -> None:
    doc = written()
    starts, ends = offsets(doc)
    assert [text_of(doc)[start:end] for start, end in zip(starts, ends, strict=True)] == WORDS
    assert tokens_by(doc, "LOWER")[doc.vocab.strings["rebels"]] == [0, 4]


def test_words_that_are_asked_for_twice_come_once_and_in_order() -> None:
    found = tokens_with(written(), "LOWER", "say", "rebels", "say")
    assert [token.i for token in found] == [0, 4, 5]
