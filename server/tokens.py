"""Cuts SPARQL into tokens: queries and updates, 1.1 and 1.2, well-formed or not.

One regular expression knows every token, and no part of it goes back over what it took. Some tokens show
only late that they are none: a string that is never closed, a name without its colon. Where one fails, all
of its kind that begin within what it read fail too, so none is tried there again. That keeps every text
linear: a megabyte of quotes costs what a megabyte of query costs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Kind(StrEnum):
    """What a token is. A sign before a number is punctuation; a prefix alone, `a:`, is a name."""

    SPACE = "space"
    COMMENT = "comment"
    IRI = "iri"
    STRING = "string"
    NAME = "name"
    VARIABLE = "variable"
    BLANK = "blank"
    LANGUAGE = "language"
    NUMBER = "number"
    WORD = "word"
    PUNCTUATION = "punctuation"
    OTHER = "other"


# What a parser passes over.
SKIPPED: Final = frozenset({Kind.SPACE, Kind.COMMENT})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text, `text[start:end]`, and what it is."""

    kind: Kind
    text: str
    start: int
    end: int


# The characters of names, as the grammar has them: PN_CHARS_BASE, those of VARNAME, PN_CHARS.
_BASE: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_VARNAME: Final = f"{_BASE}_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS: Final = rf"{_VARNAME}\-"
_ESCAPE: Final = r"%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?#@%]"
# Dots stand within names, not at their end.
_PREFIX: Final = rf"[{_BASE}](?:[{_CHARS}]++|\.++(?=[{_CHARS}]))*+"
_LABEL: Final = rf"[{_BASE}_0-9](?:[{_CHARS}]++|\.++(?=[{_CHARS}]))*+"
_LOCAL: Final = rf"(?:[{_BASE}_:0-9]|{_ESCAPE})(?:[{_CHARS}:]++|{_ESCAPE}|\.++(?=[{_CHARS}:]|{_ESCAPE}))*+"
_IRI: Final = r'<(?:[^\x00-\x20<>"{}|^`\\]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>'
_WORD: Final = r"[A-Za-z][A-Za-z0-9_]*+"


@dataclass(frozen=True, slots=True)
class _Part:
    """A kind of token and its pattern; `begun` is what was read of one that in the end was none."""

    kind: Kind
    whole: str
    begun: str = ""


def _string(mark: str, body: str) -> _Part:
    """A backslash takes along whatever follows: if that is no escape the text is malformed all the same."""
    return _Part(Kind.STRING, f"{mark}{body}{mark}", f"{mark}{body}")


# In the order in which they are tried.
_PARTS: Final = (
    _Part(Kind.SPACE, r"[ \t\r\n]++"),
    _Part(Kind.COMMENT, r"#[^\r\n]*+"),
    _Part(Kind.IRI, _IRI),
    # Most words are no names at once; only where there is more to read is it worth remembering.
    _Part(Kind.NAME, f"(?:{_PREFIX})?+:(?:{_LOCAL})?+", f"(?!{_WORD}(?![{_CHARS}.])){_PREFIX}"),
    _Part(Kind.VARIABLE, f"[?$][{_VARNAME}]++"),
    _Part(Kind.BLANK, f"_:{_LABEL}"),
    _string('"""', r'(?:[^"\\]++|\\(?s:.)|"(?!""))*+'),
    _string("'''", r"(?:[^'\\]++|\\(?s:.)|'(?!''))*+"),
    _string('"', r'(?:[^"\\\r\n]++|\\[^\r\n])*+'),
    _string("'", r"(?:[^'\\\r\n]++|\\[^\r\n])*+"),
    _Part(Kind.LANGUAGE, "@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+"),
    _Part(Kind.NUMBER, r"(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)[eE][+-]?+[0-9]++|[0-9]*+\.[0-9]++|[0-9]++"),
    _Part(Kind.WORD, _WORD),
    # In `1<<urn:a>` a sign stands before an IRI: it is not the `<<` of a triple.
    _Part(Kind.PUNCTUATION, rf"<<(?!{_IRI[1:]})|>>|\^\^|\|\||&&|!=|<=|>=|\{{\||\|\}}"),
    _Part(Kind.PUNCTUATION, r"[][(){}.,;*/|^?!+\-=<>~@$&]"),
    _Part(Kind.OTHER, r"(?s:.)"),
)
# Every part is a group of the pattern, and so is what was read of one that failed, tried next.
_GROUPS: Final = {
    f"{part.kind}{number}{'' if whole else 'begun'}": (part, whole)
    for number, part in enumerate(_PARTS)
    for whole in (True, False)
    if whole or part.begun
}


def tokens(text: str) -> Iterator[Token]:
    """Give the tokens of a text in order, white space and comments too: together they are the text.

    Every text has tokens: a character that fits nothing is one of kind "other".

    >>> [token.text for token in tokens("ASK{?s :p 'a # b'@en}#c") if token.kind is not Kind.SPACE]
    ['ASK', '{', '?s', ':p', "'a # b'", '@en', '}', '#c']
    """
    position = 0
    none_before: dict[_Part, int] = {}
    while position < len(text):
        without = frozenset(part for part, end in none_before.items() if position < end)
        until = min((none_before[part] for part in without), default=len(text))
        for found in _pattern(without).finditer(text, position):
            part, whole = _GROUPS[str(found.lastgroup)]
            if not whole:
                none_before[part] = found.end()
                break
            position = found.end()
            yield Token(part.kind, found.group(), found.start(), position)
            if position >= until:
                break


@lru_cache
def _pattern(without: frozenset[_Part]) -> re.Pattern[str]:
    return re.compile(
        "|".join(
            f"(?P<{group}>{part.whole if whole else part.begun})"
            for group, (part, whole) in _GROUPS.items()
            if part not in without
        )
    )
