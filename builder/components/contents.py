"""What a warning speaks of: the verbs and nouns below it, and the conditions that avert it."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from builder.components.complements import content_verbs
from builder.components.paragraphs import list_items
from builder.components.syntax import is_negated
from builder.patterns import load

WORDS = load("warnings")
MUST = frozenset(WORDS["must"])
LASTING = frozenset(WORDS["lasting"])  # verbs of which an event is the subject: "attacks will *continue*"
UNLESS = frozenset(WORDS["unless"])
AVENGING = frozenset(load("circumstances")["avenging"])


@dataclass(frozen=True, slots=True)
class Content:
    """One event that a warning speaks of; `conditional` tells that it stands under "unless".

    `verb` is the verb whose object a noun is: "carried out *a raid*" is done and "carry out *a raid*" is not.
    """

    token: Token
    conditional: bool = False
    verb: Token | None = None


def contents_of(token: Token) -> Iterator[Content]:
    """What a warning speaks of, through verbs such as "begin" and through coordination."""
    for verb in content_verbs(token):
        if not _only_reports(token, verb):
            yield from _chain(verb)
    if token.lemma_.lower() == "give":  # "gave them until Sunday to leave"
        under = (token, *token.ancestors)  # the parser hangs "to leave" on verbs further up
        found = {
            below
            for above in under[:3]
            for below in (above.children if above is not token else token.subtree)
        }
        yield from (
            Content(below)
            for below in sorted(found, key=lambda t: t.i)
            if below.tag_ == "VB" and below.i > token.i
        )
    for child in token.children:
        if is_condition(child):
            yield Content(child, conditional=True)
        elif child.dep_ == "advcl" and child.tag_ == "VB" and child.i > token.i:
            yield from _chain(child)  # "called on them *to leave*", which the parser takes for a purpose
        elif child.dep_ == "prep" and child.lower_ in ("of", "against", "with"):
            yield from (Content(below) for below in child.children if below.dep_ in ("pobj", "pcomp"))
        elif child.dep_ in ("dobj", "nsubjpass"):
            yield Content(child)
    for item in list_items(token.sent):  # "We demand that the parties: - *lift* the siege"
        yield from _chain(item)


def _only_reports(telling: Token, clause: Token) -> bool:
    """Whether somebody is told what is so, not what to do: "*told* reporters that rebels *want* to leave"."""
    if telling.lemma_.lower() != "tell" or clause.dep_ != "ccomp":
        return False
    obliges = clause.lower_ in MUST or any(child.lower_ in MUST for child in clause.lefts)
    return not obliges and not any(is_condition(child) for child in clause.children)


def _chain(verb: Token) -> Iterator[Content]:
    """A verb of the content and the verbs and objects below it."""
    yield Content(verb)
    for child in verb.children:
        if is_condition(child):
            yield Content(child, conditional=True)
        elif child.dep_ in ("xcomp", "ccomp") or (child.dep_ == "conj" and child.pos_ == "VERB"):
            yield from _chain(child)
        elif child.dep_ == "nsubj" and verb.lemma_.lower() in LASTING:
            yield Content(child, verb=verb)
        elif child.dep_ == "dobj" and verb.pos_ == "VERB" and verb.lemma_.lower() not in AVENGING:
            yield Content(child, verb=verb)  # what is avenged was done, and is not threatened


def is_of_others(verb: Token) -> bool:
    """Whether a clause has a subject of its own: "wants *Israel* to free them"."""
    return any(child.dep_ in ("nsubj", "nsubjpass") for child in verb.lefts)


def is_condition(clause: Token) -> bool:
    """Whether a clause tells what averts the threat: "*unless* the army leaves", "*if* it does *not*"."""
    marks = {below.lower_ for below in clause.lefts if below.dep_ == "mark"}
    averting = not UNLESS.isdisjoint(marks) or is_if_not(clause)
    return clause.dep_ == "advcl" and averting


def is_if_not(clause: Token) -> bool:
    """Whether a clause tells what must not fail to be done: "*if* the army does *not* leave"."""
    return is_negated(clause) and any(below.lower_ == "if" for below in clause.lefts)
