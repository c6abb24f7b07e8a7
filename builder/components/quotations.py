"""Quotations: which words a text gives as said by others."""

from collections.abc import Iterator

from spacy.tokens import Doc, Span

from builder.components.once import once
from builder.components.paragraphs import paragraph_starts
from builder.components.syntax import tokens_with

OPENING = frozenset(("“", '"', "«"))
CLOSING = frozenset(("”", '"', "»"))


@once
def quotations(doc: Doc) -> tuple[range, ...]:
    """The tokens of each quotation, from the mark that opens it to the one that closes it.

    A paragraph that goes on with a quotation opens it again, so one that is not closed ends with its own.
    """
    return tuple(_quotations(doc))


def _quotations(doc: Doc) -> Iterator[range]:
    marks = list(tokens_with(doc, "ORTH", *OPENING, *CLOSING))
    breaks = sorted(paragraph_starts(doc)) if marks else []
    opened: int | None = None
    for mark in marks:
        end = None if opened is None else next((i for i in breaks if opened < i <= mark.i), None)
        if opened is not None and end is not None:
            yield range(opened, end)
            opened = None
        if opened is None:
            opened = mark.i if mark.text in OPENING else None
        elif mark.text in CLOSING:
            yield range(opened, mark.i + 1)
            opened = None
    if opened is not None:
        yield range(opened, next((i for i in breaks if i > opened), len(doc)))


def sentences_in_quotations(doc: Doc) -> Iterator[Span]:
    """The sentences that begin inside a quotation: opened there or running on from before."""
    quoted = {i for quotation in quotations(doc) for i in quotation}
    for sentence in doc.sents:
        first = next((token for token in sentence if not token.is_space), None)
        if first is not None and first.i in quoted:
            yield sentence
