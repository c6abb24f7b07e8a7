"""What a relative clause is about: the noun before it, or whom the phrases of that noun name."""

from collections.abc import Mapping

from spacy.tokens import Token

from builder.components.annotations import Category, EntityMention
from builder.components.lexicon import ORGANIZATIONS
from builder.components.parse_labels import NOMINAL

SEVERAL = frozenset(("were", "are", "have"))


def antecedent_of(verb: Token) -> Token | None:
    """The noun that a relative clause is about."""
    above = verb
    while above.dep_ == "conj":
        above = above.head
    noun = above.head
    if above.dep_ == "relcl" and _is_member_told(verb, noun):
        return noun.head.head
    if above.dep_ == "relcl" and noun.i in (noun.doc._.triggers or {}):
        return _one_told(verb, noun)
    captive = _whom_they_hold(noun) if above.dep_ == "relcl" and _is_of_several(verb, noun) else None
    if captive is not None:
        return captive
    if noun.dep_ == "conj" and _is_of_several(verb, noun):
        noun = noun.head
    return noun if above.dep_ in ("relcl", "acl", "advcl") and noun.pos_ in NOMINAL else None


def _one_told(verb: Token, event: Token) -> Token:
    """Who is meant by "who" after an event: "clashes with *gunmen* in Sulu who had beheaded a hostage"."""
    mentions: Mapping[int, EntityMention] = event.doc._.mentions
    if not any(child.lower_ == "who" for child in verb.lefts):
        return event
    between = (mentions[i] for i in range(verb.i - 1, event.i, -1) if i in mentions)
    who = next((mention for mention in between if mention.category is Category.ACTOR), None)
    return event if who is None else event.doc[who.root]


def _whom_they_hold(noun: Token) -> Token | None:
    """Whom a body acts on in a participle before a clause on several: "*hostages* held by the group, who"."""
    participle = noun.head.head
    agent = noun.dep_ == "pobj" and noun.head.dep_ == "agent" and participle.dep_ == "acl"
    return participle.head if agent and participle.head.tag_ in ("NNS", "NNPS") else None


def _is_of_several(verb: Token, noun: Token) -> bool:
    """Whether a clause on the last of a list is about all: "a worker and his *driver*, who *were* seized"."""
    plural = any(child.dep_ in ("aux", "auxpass") and child.lower_ in SEVERAL for child in verb.lefts)
    return plural and noun.tag_ in ("NN", "NNP")


def _is_member_told(verb: Token, noun: Token) -> bool:
    """Whether "who" means the person before a body's name: "a commander of the group *who* was killed"."""
    person = any(child.lower_ == "who" for child in verb.lefts)
    of_body = noun.lemma_.lower() in ORGANIZATIONS or _is_of_several(verb, noun)
    if noun.dep_ != "pobj" or not (person and of_body):
        return False
    return noun.head.lower_ == "of" and noun.head.head.pos_ in NOMINAL
