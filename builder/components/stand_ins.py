"""Stand-ins: what a word in a slot stands for, where it is not itself what fills the slot."""

from collections.abc import Iterator, Mapping

from spacy.tokens import Token

from builder.components.annotations import Category, EntityMention
from builder.components.complements import prepositional
from builder.components.entities import GROUPINGS
from builder.components.frames import GENERIC, can_act, is_country
from builder.components.quantities import CAPTIVE
from builder.components.slots import AROUND
from builder.patterns import load

PARTITIVES = frozenset(load("entities")["partitives"])
LEADERS = frozenset(load("entities")["leaders"])
LISTING = frozenset((":", "including"))


def stand_in(token: Token, mentions: Mapping[int, EntityMention]) -> Token:
    """What a token stands for: "dozens *of soldiers*", and the state in "*US* interests"."""
    lemma = token.lemma_.lower()
    grouping = lemma in GROUPINGS and token.i not in mentions
    counted = token.pos_ == "NUM" and token.like_num  # "*633* of its soldiers"
    partitive = lemma in PARTITIVES and (token.is_lower or token.is_sent_start)
    if partitive or counted or grouping:
        of = (below for slot, below in prepositional(token) if slot == "of")
        return next((below for below in of if below.i in mentions or token.i not in mentions), token)
    if token.i in mentions:
        return token
    return _told_beside(token, mentions) or _state_of(token, mentions)


def _told_beside(token: Token, mentions: Mapping[int, EntityMention]) -> Token | None:
    """Whom or what the words around a noun of no list tell it to be."""
    found: Iterator[Token] = iter(())
    if token.lower_ in CAPTIVE:  # "took 300 *people* hostage", as if one phrase
        found = (child for child in token.lefts if child.i in mentions)
    elif token.lemma_.lower() in LEADERS:  # "the *Hamas* leadership", "the leadership of *Hamas*"
        led = (*(below for slot, below in prepositional(token) if slot == "of"), *token.lefts)
        found = (below for below in led if below.i in mentions and can_act(mentions[below.i]))
    elif token.pos_ == "NOUN":  # "the sender, the Revolutionary *Front*, warned"
        apposed = (child for child in token.rights if child.dep_ == "appos" and child.i in mentions)
        found = (child for child in apposed if mentions[child.i].category is Category.ACTOR)
    around = token.dep_ == "pobj" and token.head.lower_ in AROUND
    return next(found, None) or (_place_named_after(token, mentions) if around else None)


def _state_of(token: Token, mentions: Mapping[int, EntityMention]) -> Token:
    """The state that a generic noun is of: "*US* interests"; else the noun."""
    if token.lemma_.lower() not in GENERIC or (token.dep_ == "pobj" and token.head.lower_ in AROUND):
        return token
    owners = (child for child in token.lefts if child.i in mentions)
    return next((child for child in owners if is_country(mentions[child.i])), token)


def _place_named_after(token: Token, mentions: Mapping[int, EntityMention]) -> Token | None:
    """The place that tells where an unlisted noun is: "in a meadow near *Pahalgam*"."""
    if token.pos_ != "NOUN" or token.i in (token.doc._.triggers or ()):  # which are sought yet, perhaps
        return None
    below = (filler for slot, filler in prepositional(token) if slot in AROUND and filler.i in mentions)
    return next((filler for filler in below if mentions[filler.i].category is Category.PLACE), None)


def listed(filler: Token, mentions: Mapping[int, EntityMention]) -> Iterator[int]:
    """The facilities of a list that spells out a generic word: "four sites were targeted: a …"."""
    if filler.i in mentions or filler.lemma_.lower() not in GENERIC:
        return
    end = filler.sent.end
    colon = next((i for i in range(filler.i, end) if filler.doc[i].lower_ in LISTING), end)
    for i in range(colon + 1, end):
        if i in mentions and mentions[i].category is Category.FACILITY:
            yield i
