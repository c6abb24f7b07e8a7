"""Sentence boundaries that the layout gives: after blank lines, datelines, lead-ins; none inside brackets."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from builder.components.lead_ins import lead_in_ends
from builder.components.once import once, text_of
from builder.patterns import load

_DATE = r"(?:[A-Z][a-z]{2,8}\.?[ ]\d{1,2}|\d{1,2}[ ][A-Z][a-z]{2,8}\.?)(?:,?[ ]\d{4})?"
_BRACKETED = r"[ ]\([A-Z][\w .]{1,20}\)"  # the agency, or the city
_DASH = r"[ ]?(?:—|–|--|[ ]-[ ])"
# At the start of a line: "KABUL, Jan 4 (AFP) -- ", "ADEN — ", "Srinagar, Nov 10: ", "May 14 (Yangon) - ",
# "(Reuters) - ". A date alone is no dateline: "January 4: Gunmen attacked" is a line of a chronology.
DATELINE = re.compile(
    rf"""
    ^(?:[-–•*][ ])?(?:
        (?=[A-Z]{{3}}) [A-Z][^\n—–]{{0,60}}?  # the city, in capitals, and the date: 60 characters hold both
        (?:{_BRACKETED})? {_DASH}
        |[A-Z][\w./ ]{{1,30}},[ ]{_DATE} (?:{_BRACKETED})? (?:{_DASH}|:)
        |{_DATE} {_BRACKETED} {_DASH}
        |\([A-Z][\w .]{{1,20}}\) (?:{_DASH}|(?=[ ]))
        |\d{{1,2}}[:.]\d\d (?:[ ](?:[AP]M|[ap]\.?m\.?|GMT|UTC))? {_DASH}  # an entry of a live page
    )\s*
    """,
    re.MULTILINE | re.VERBOSE,
)
RANKS = frozenset(load("names")["ranks"])
BEGINS, CONTINUES = 1, 2**64 - 1  # spaCy's values of SENT_START, the second its -1 without a sign
BULLETS = frozenset("-–—•·*")
LONGEST_WRAPPED = 120  # characters; a text with longer lines has one for each paragraph
LONGEST_BRACKET = 40  # tokens; a longer one holds sentences of its own


@Language.component("polemos_paragraphs", assigns=["token.is_sent_start"])
def paragraphs(doc: Doc) -> Doc:
    """Start a sentence with each paragraph and after each dateline or lead-in, and none inside brackets.

    The one component that runs before the parser, which keeps the boundaries it finds set and does the rest.
    """
    boundaries: Any = doc.to_array("SENT_START")  # an array of integers, which spaCy declares to be floats
    for i, begins in _boundaries(doc):
        boundaries[i] = BEGINS if begins else CONTINUES
    return doc.from_array(["SENT_START"], boundaries)  # thirty times as fast as to set each token's


@once
def datelines(doc: Doc) -> list[tuple[int, int]]:
    """Where each dateline of a text begins and ends, in characters."""
    return [match.span() for match in DATELINE.finditer(text_of(doc))]


def _boundaries(doc: Doc) -> Iterator[tuple[int, bool]]:
    """The tokens of which the layout tells that a sentence begins or goes on there."""
    text = text_of(doc)
    starts = {*(end for _, end in datelines(doc)), *lead_in_ends(text)}
    begins_paragraph = paragraph_starts(doc)
    tokens = list(doc)
    closing = begun = -1
    for token, following in pairwise(tokens):
        text = token.text
        is_bracket = text == "("
        after_x = text == "X." and token.i > 0 and tokens[token.i - 1].lower_ == "on" and following.is_title
        if text == ";" and token.i >= closing and _is_of_list(tokens, token.i):
            yield following.i, True
            continue
        if following.i in begins_paragraph or following.idx in starts or after_x:  # "wrote on X. Seven men"
            yield following.i, True
            begun = following.i
            continue
        if is_bracket and token.i >= closing:
            closing = _closing(tokens, token.i)
        is_quote = text in "“‘" and token.i > 0 and tokens[token.i - 1].is_alpha
        in_lower_case = following.is_lower and not token.is_space  # news begins sentences with capitals
        is_first = token.i == begun and (token.is_alpha or token.like_num) and following.is_alpha
        after_rank = (
            text == "." and token.i > 0 and tokens[token.i - 1].text in RANKS
        )  # "spokesman Maj. Diaz"
        if token.i < closing or is_bracket or is_quote or in_lower_case or is_first or after_rank:
            yield following.i, False


def _is_of_list(tokens: list[Token], i: int) -> bool:
    """Whether a semicolon is one of several in its sentence, each before what could stand alone."""
    full = next((k for k in range(i + 1, len(tokens)) if tokens[k].text in ".\n!?"), len(tokens))
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].text in ".!?" or tokens[k].is_space), -1)
    return sum(t.text == ";" for t in tokens[start + 1 : full]) > 1


@once
def paragraph_starts(doc: Doc) -> frozenset[int]:
    """The tokens that paragraphs begin with: after a blank line, or any line where lines are not wrapped.

    An item of a list is a paragraph too.
    """
    lines = text_of(doc).split("\n")
    wrapped = max(map(len, lines)) <= LONGEST_WRAPPED
    spaces = (token for token in doc[:-1] if token.is_space and "\n" in token.text)
    found = (s for s in spaces if s.text.count("\n") > 1 or not wrapped or is_bullet(s.nbor()))
    return frozenset(space.i + 1 for space in found)


def is_bullet(token: Token) -> bool:
    """Whether a token is what begins a line of a list."""
    return token.text in BULLETS and token.i > 0 and "\n" in token.nbor(-1).text


def list_items(sentence: Span) -> Iterator[Token]:
    """The first words of the items of a list that a sentence introduces with a colon at its end."""
    doc, i = sentence.doc, sentence.end
    last = next((token for token in reversed(sentence) if not token.is_space), None)
    while last is not None and last.text == ":" and i + 1 < len(doc) and is_bullet(doc[i]):
        yield doc[i + 2 if doc[i + 1].lower_ == "to" and i + 2 < len(doc) else i + 1]
        i = next((t.i + 1 for t in doc[i:] if t.is_space and "\n" in t.text), len(doc))


def _closing(tokens: list[Token], opening: int) -> int:
    """The bracket that closes one, or the opening itself where none does soon."""
    nearby = tokens[opening + 1 : opening + LONGEST_BRACKET]
    return next((token.i for token in nearby if token.text == ")"), opening)
