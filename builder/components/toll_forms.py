"""The forms in which tolls are told without a verb that tells them: "12 dead", "the toll rose to 14"."""

import re

from builder.components.quantities import PLURALS
from builder.components.quantities import WORDS as NUMBER_WORDS
from builder.components.toll_parts import AMONG_WHOM
from builder.model import Outcome
from builder.patterns import alternatives, load

WORDS = load("casualties")
OUTCOMES = {word: Outcome(name) for word, name in WORDS["words"].items()}
SPOKEN_OUTCOMES = {noun: Outcome(name) for noun, name in WORDS["spoken"].items()}
ZERO_ONLY = frozenset(WORDS["zero_only"])
ZERO = frozenset(WORDS["zero"])

_WORD = alternatives((*OUTCOMES, *ZERO_ONLY))
_NUMBER = alternatives((*NUMBER_WORDS, *PLURALS))
_AMONG_WHOM = alternatives(AMONG_WHOM)
_ANOTHER = alternatives(word for word in NUMBER_WORDS if word != "one")  # "no one was killed"
_MONTHS = alternatives(load("times")["months"])
_NUMERAL = rf"(?:\d+(?:,\d{{3}})*|(?:{_NUMBER})(?:-(?:{_NUMBER}))?)"
# What a phrase begins with: to see that a word does not is much cheaper than to try the phrase on it.
_INITIALS = "".join(sorted({word[0] for word in (*NUMBER_WORDS, *PLURALS, *ZERO)}))
# "12 people dead", "at least three others wounded", "no casualties", "without loss of life".
PHRASE = re.compile(
    rf"""
    \b(?=[\d{_INITIALS}])(?P<number>{alternatives(ZERO)}|{_NUMERAL})
    (?:[ ](?!(?:\d|(?:{_ANOTHER}|{alternatives(WORDS["breaking"])})\b))[\w'’-]+){{0,3}}?[ ]  # who is counted
    (?:(?:{alternatives(WORDS["copulas"])})[ ](?:still[ ]|also[ ]|later[ ])?)?      # "were", "are still"
    (?:(?:taken|held|made)[ ])?                                          # "taken hostage"
    (?P<word>{_WORD})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "nine others, two of them minors, were wounded": the parser may lose them behind what is inserted.
PARTED = re.compile(
    rf"""
    \b(?=[\d{_INITIALS}])(?P<number>{_NUMERAL})(?:[ ][\w'’-]+){{1,3}},[ ]
    [^.,;\n]{{3,60}},[ ]                              # "including a child from the village": 60 characters
    (?:{alternatives(WORDS["copulas"])})[ ](?P<word>{_WORD})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "no one was killed", "nobody was hurt", "none of them was injured", "nobody has died".
NOBODY = re.compile(
    rf"""
    \b(?:no[ ]one|no-one|nobody|none(?:[ ]of[ ](?:the|them)\b[\w ]{{0,20}}?)?)[ ]
    (?:(?:aboard|else|(?:in|inside|at|on)(?:[ ]\w+){{1,2}})[ ])?      # "nobody on board"
    (?:
        (?:was|were|had[ ]been|has[ ]been|is)[ ](?:reported[ ])?
        (?P<word>{_WORD})(?:[ ]or[ ](?P<second>{_WORD}))?
        |(?:has[ ]|had[ ])?died
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "the death toll rose from 12 to 14", "put the toll at 30", "a toll of nine", but no "14 per cent".
SPOKEN = re.compile(
    rf"""
    \b(?P<noun>{alternatives(SPOKEN_OUTCOMES)}|number[ ]of[ ](?:\w+[ ]){{0,5}}?(?P<counted>{_WORD}|died))\b
    [^.;\n]{{0,140}}?                                     # a clause may stand between: 140 characters hold it
    (?:\bfrom[ ](?P<before>{_NUMERAL})[ ])?\b
    (?:to|at|of|was|as|stands[ ]at|stood[ ]at)[ ]
    (?:(?:at[ ]least|more[ ]than|about|nearly)[ ])?
    (?P<number>{_NUMERAL})\b(?![ ]?(?:per|%|kilomet))
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "brought to nine the number of soldiers killed this year"
BROUGHT = re.compile(
    rf"""
    \b(?:bring|brings|bringing|brought|raises|raising|raised)[ ]to[ ]
    (?:(?:at[ ]least|more[ ]than|about|nearly)[ ])?(?P<number>{_NUMERAL})[ ]the[ ]
    (?P<noun>{alternatives(SPOKEN_OUTCOMES)}|number[ ]of[ ](?:\w+[ ]){{0,5}}?(?P<counted>{_WORD}|died))\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "five of its drivers were among the dead"
AMONG = re.compile(
    rf"""
    \b(?!(?:19|20)\d\d\b)(?=[\d{_INITIALS}])(?P<number>{_NUMERAL})      # no year: "the 2016 agreement"
    (?:[ ](?!and\b)[\w'’-]+){{0,6}}?[ ]                   # "seven signatories of the 2016 peace agreement"
    (?:were|was|are|is)[ ](?:also[ ])?among[ ](?:the|those)[ ](?:{_NUMERAL}[ ])?(?P<word>{_AMONG_WHOM})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "47 civilians died, not 35"
NOT = re.compile(rf",[ ](?:and[ ])?not[ ](?P<number>{_NUMERAL})\b(?![ ]?(?:per|%|kilomet))", re.IGNORECASE)
# "put the dead at 26, all civilians, and the injured at 46".
PUT_AT = re.compile(
    rf"\bthe[ ](?P<word>{_WORD})[ ](?:now[ ])?(?:at|to)[ ](?:(?:at[ ]least|more[ ]than|about|nearly)[ ])?"
    rf"(?P<number>{_NUMERAL})\b",
    re.IGNORECASE,
)
# "had spoken of five dead", "earlier it had spoken of eight"
SPOKEN_OF = re.compile(
    rf"\bspoken[ ]of[ ](?P<number>{_NUMERAL})(?=[.;,]|[ ](?:dead|deaths)\b)", re.IGNORECASE
)
# "has climbed to 47, up from 42"
# "up from 150 *in February*" compares
_OTHER_TIME = (
    rf"[ ](?:(?:in|during|for)[ ](?:the[ ])?(?:previous|same|first|last|past|year|month|\d{{4}}|{_MONTHS})"
    r"|(?:a|the)[ ](?:year|month|week|previous)|last[ ](?:year|month|week))\b"
)
UP_FROM = re.compile(
    rf"\b(?:up|down)[ ]from[ ](?P<number>{_NUMERAL})\b(?![ ]?(?:per|%|kilomet))(?!{_OTHER_TIME})",
    re.IGNORECASE,
)
# "lowered it to 14", where the figure is spoken of before.
CHANGED = re.compile(
    rf"""
    \b(?:raised|raising|lowered|lowering|revised|revising|reduced|cut|increased|corrected|updated)[ ]
    (?:it|this|that|the[ ](?:figure|number|count))[ ](?:(?:up|down)(?:ward|wards)?[ ])?
    (?:from[ ](?P<before>{_NUMERAL})[ ])?(?:to|at)[ ](?P<number>{_NUMERAL})\b(?![ ]?(?:per|%|kilomet))
    """,
    re.IGNORECASE | re.VERBOSE,
)
YEAR = re.compile(r"(?:19|20)\d\d")  # "the number of deaths in the first half of 2013"
DEAD = re.compile(r"\b(?:toll|dead|deaths?|died|killed|victims)\b", re.IGNORECASE)
# What tells that a figure takes the place of another, or that another took its place.
CUE = re.compile(
    rf"\b(?:(?P<updating>{alternatives(WORDS['updating'])})|{alternatives(WORDS['superseded'])})\b",
    re.IGNORECASE,
)
# "feared that the toll *would* rise"
TO_COME = re.compile(
    rf"\b(?:{alternatives(WORDS['to_come'])})[ ](?:yet[ ]|still[ ]|further[ ])?$", re.IGNORECASE
)
FIGURES = re.compile(rf"\b(?:{alternatives(WORDS['figures'])})\b", re.IGNORECASE)
