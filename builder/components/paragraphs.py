"""Sentence boundaries that the layout gives: a blank line always ends a sentence, headlines included."""

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("polemos_paragraphs", assigns=["token.is_sent_start"])
def paragraphs(doc: Doc) -> Doc:
    """Start a sentence after each blank line; the parser decides the rest.

    The one component that runs before the parser, which keeps the boundaries it finds set.
    """
    for token in doc[:-1]:
        if token.is_space and token.text.count("\n") > 1:
            doc[token.i + 1].is_sent_start = True
    return doc
