"""Quotations: which sentences begin inside one."""

from collections.abc import Iterator

from spacy.tokens import Doc, Span

from builder.components.paragraphs import paragraph_starts
from builder.components.syntax import tokens_with

OPENING = frozenset(("“", '"', "«"))
CLOSING = frozenset(("”", '"', "»"))


def sentences_in_quotes(doc: Doc) -> Iterator[Span]:
    """Sentences that begin inside a quotation: opened there or running on from before."""
    marks = {token.i: token.text for token in tokens_with(doc, "ORTH", *OPENING, *CLOSING)}
    inside = False
    breaks = paragraph_starts(doc)
    for sentence in doc.sents:
        first = next((token for token in sentence if not token.is_space), None)
        if sentence.start in breaks:  # a paragraph that goes on with a quotation opens it again
            inside = False
        if first is not None and (inside or first.text in OPENING):
            yield sentence
        for mark in (marks[i] for i in range(sentence.start, sentence.end) if i in marks):
            inside = not inside if mark == '"' else mark in OPENING
