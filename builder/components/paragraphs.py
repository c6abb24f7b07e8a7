"""Sentence boundaries that the layout gives: after blank lines and datelines, and none inside brackets."""

import re

from spacy.language import Language
from spacy.tokens import Doc

# "KABUL, Jan 4 (AFP) -- ", "SANAA/DUBAI — ": capitals, at most sixty characters, then a dash, at a line's start.
DATELINE = re.compile(
    r"^(?=[A-Z]{3})[A-Z][^\n—–]{0,60}?(?: \([A-Z][\w .]{1,20}\))? ?(?:—|–|--| - )\s*", re.MULTILINE
)
LONGEST_BRACKET = 40  # tokens; a longer one holds sentences of its own


def _after_datelines(doc: Doc) -> set[int]:
    """The characters at which the text after a dateline begins."""
    return {match.end() for match in DATELINE.finditer(doc.text)}


@Language.component("polemos_paragraphs", assigns=["token.is_sent_start"])
def paragraphs(doc: Doc) -> Doc:
    """Start a sentence after each blank line and each dateline, and none inside brackets; the parser does the rest.

    The one component that runs before the parser, which keeps the boundaries it finds set.
    """
    starts = _after_datelines(doc)
    closing = -1
    for token in doc[:-1]:
        following = doc[token.i + 1]
        if token.is_space and token.text.count("\n") > 1 or following.idx in starts:
            following.is_sent_start = True
        elif token.i < closing:
            following.is_sent_start = False
        elif token.text == "(":
            closing = _closing(doc, token.i)
            following.is_sent_start = False
        elif token.text in "“‘" and token.i and doc[token.i - 1].is_alpha:
            following.is_sent_start = False
        elif following.is_lower and not token.is_space:
            following.is_sent_start = False  # news begins sentences with capitals
    return doc


def _closing(doc: Doc, opening: int) -> int:
    """The bracket that closes one, or the opening itself where none does soon."""
    last = min(len(doc), opening + LONGEST_BRACKET)
    return next((i for i in range(opening + 1, last) if doc[i].text == ")"), opening)
