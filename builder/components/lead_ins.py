"""Lead-ins: the words before a colon at the start of a line that say when and where what follows happened.

Advisories, chronologies and live pages tell incidents so: "29 July, off Duqm, Oman: A tanker was attacked",
"1 Nov, 0200h, Gwoza: Gunmen raided a camp". A bare label, "Background:", opens a sentence as well.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from builder.components.annotations import DEMONYM, Category, EntityMention, TimeMention
from builder.components.once import once, text_of
from builder.geonames import open_index
from builder.patterns import alternatives, load

WORDS = load("lead_ins")
CALENDAR = frozenset(
    (*load("times")["weekdays"], *load("times")["months"], *(zone.lower() for zone in WORDS["zones"]))
)
LONGEST = 14  # words of a lead-in: "3 August, 1730 UTC, 60 nm east of Fujairah, UAE" has ten
OPENING = frozenset(WORDS["opening"])  # words that a date begins with
LONGEST_OPENING = 12  # characters: "overnight" and a blank
_WORD = rf"(?:{alternatives(WORDS['small'])}|\d{{1,2}}[:.]\d\d|[A-Z0-9][\w’'./-]*)"
# Behind the bullet, letter or number of a list item; before lower case there must be more than a word.
LEAD_IN = re.compile(
    rf"^[ \t]*(?:[-•*–][ ]|\(?\w{{1,2}}[.)][ ])?(?P<words>{_WORD}(?:,?[ ]{_WORD}){{0,{LONGEST}}}):[ ](?=\S)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class LeadIn:
    """The tokens of a lead-in, and those of the sentence that it leads in."""

    start: int
    end: int
    until: int


def lead_in_ends(text: str) -> Iterator[int]:
    """Where in a text a sentence begins after a lead-in; a date alone is part of the sentence."""
    for match in LEAD_IN.finditer(text):
        words = re.findall(r"[\w’'-]+", match["words"])
        named = [word for word in words if word[0].isupper() and word.lower() not in CALENDAR]
        lone = len(words) == 1 and not _is_dated_place(words[0], text, match.end())
        if named and (match.end() == len(text) or not text[match.end()].islower() or not lone):
            yield match.end()


def _is_dated_place(word: str, text: str, end: int) -> bool:
    """Whether a single word before lower case is a town's, and a date follows: "*Bria*: on the night of"."""
    follows = text[end : end + LONGEST_OPENING].partition(" ")[0]
    return follows in OPENING and any(found.primary for found in open_index().lookup(word))


@once
def find_lead_ins(doc: Doc) -> tuple[LeadIn, ...]:
    """Every lead-in of a document that is a sentence of its own."""
    starts = {sentence.start_char: sentence.start for sentence in doc.sents}
    firsts = (starts.get(end, 0) for end in lead_in_ends(text_of(doc)))
    return tuple(LeadIn(doc[i - 1].sent.start, i, doc[i].sent.end) for i in firsts if i > 0)


def led_place(doc: Doc, lead_in: LeadIn) -> int | None:
    """The head of the first place that a lead-in names, of a country only if it names no other."""
    mentions: dict[int, EntityMention] = doc._.mentions
    inside = (mentions[i] for i in range(lead_in.start, lead_in.end) if i in mentions)
    places = [m for m in inside if m.category is Category.PLACE and m.name and m.noun != DEMONYM]
    narrow = [mention for mention in places if mention.type != "country"]
    return next((mention.root for mention in (*narrow, *places)), None)


def lead_in_of(doc: Doc, time: TimeMention, lead_ins: Iterable[LeadIn]) -> LeadIn | None:
    """The lead-in that a date stands in, unless it is the day of publication, as datelines have it."""
    if time.moment is None or doc._.published is None or str(time.moment) == doc._.published.isoformat():
        return None
    return next((one for one in lead_ins if one.start <= time.start < one.end), None)
