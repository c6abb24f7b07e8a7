"""Sentence boundaries that the layout gives: after blank lines and datelines, and none inside brackets."""

import re
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc, Token

# "KABUL, Jan 4 (AFP) -- ", "SANAA/DUBAI — " at the start of a line.
DATELINE = re.compile(
    r"""
    ^(?=[A-Z]{3}) [A-Z][^\n—–]{0,60}?  # the city, in capitals, and the date: sixty characters hold both
    (?:[ ]\([A-Z][\w .]{1,20}\))?      # the agency
    [ ]?(?:—|–|--|[ ]-[ ])\s*
    """,
    re.MULTILINE | re.VERBOSE,
)
LONGEST_BRACKET = 40  # tokens; a longer one holds sentences of its own


@Language.component("polemos_paragraphs", assigns=["token.is_sent_start"])
def paragraphs(doc: Doc) -> Doc:
    """Start a sentence after each blank line and each dateline, and none inside brackets.

    The one component that runs before the parser, which keeps the boundaries it finds set and does the rest.
    """
    starts = {match.end() for match in DATELINE.finditer(doc.text)}
    tokens = list(doc)
    closing = -1
    for token, following in pairwise(tokens):
        text = token.text
        if (token.is_space and text.count("\n") > 1) or following.idx in starts:
            following.is_sent_start = True
        elif token.i < closing:
            following.is_sent_start = False
        elif text == "(":
            closing = _closing(tokens, token.i)
            following.is_sent_start = False
        elif text in "“‘" and token.i and tokens[token.i - 1].is_alpha:
            following.is_sent_start = False
        elif following.is_lower and not token.is_space:
            following.is_sent_start = False  # news begins sentences with capitals
    return doc


def _closing(tokens: list[Token], opening: int) -> int:
    """The bracket that closes one, or the opening itself where none does soon."""
    nearby = tokens[opening + 1 : opening + LONGEST_BRACKET]
    return next((token.i for token in nearby if token.text == ")"), opening)
