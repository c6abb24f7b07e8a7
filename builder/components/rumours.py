"""Rumours: reports that the text calls wrong, refuted, open or a hoax, and what they tell of."""

from collections.abc import Iterator

from spacy.tokens import Token

from builder.components.complements import prepositional
from builder.components.parse_labels import VERBAL
from builder.components.syntax import CONFIRMING, SAYING, is_noncommittal, is_passive, tokens_with
from builder.model import Modality
from builder.patterns import load

WORDS = load("modality")
CHECKING = frozenset(WORDS["checking"])
UNTRUE = frozenset(WORDS["untrue"])
TRUTH = frozenset(WORDS["truth"])
NOBODY = frozenset(load("attribution")["nobody"])
UNCONFIRMED = frozenset(WORDS["unconfirmed"])
HOAXES = frozenset(WORDS["hoaxes"])
NEWS = frozenset(WORDS["news"])  # what can be false: "the *alarm* about an attack was false"
REPORTS = frozenset(WORDS["reports"])
DENYING = frozenset(WORDS["above"]["Denied"])
ASIDE = frozenset(("relcl", "acl"))
HELD = frozenset(("nsubj", "nsubjpass", "dobj"))


def doubts_of(report: Token) -> Iterator[Modality]:
    """What the text makes of what a report says: that it is denied, or that it is open."""
    if _is_untrue(report) or _is_refuted(report):
        yield Modality.DENIED
    if _is_unconfirmed(report):
        yield Modality.ALLEGED


def discredited(token: Token) -> Token | None:
    """The word that says that what tells of an event is none: "the *call* about a bomb was a *hoax*"."""
    for below in (token, *token.ancestors):
        verb = below.head
        if below.dep_ in HELD and verb.pos_ in VERBAL:
            return next((word for word in _predicates(verb) if _says_untrue(word, below, token)), None)
        told = below.dep_ in ("acl", "relcl") and below.lemma_.lower() not in SAYING
        if told or below.dep_ in ("advcl", "conj", "ROOT"):
            return None
    return None


def contested(token: Token) -> Token | None:
    """The word that calls what was said a claim, and one that others reject: "*a claim* the army denied"."""
    if not any(above.lemma_.lower() in SAYING for above in token.ancestors):
        return None
    after = token.doc[token.i + 1 : token.sent.end]
    claims = (noun for noun in after if noun.lemma_.lower() in REPORTS and noun.i > 1)
    apposed = (n for n in claims if n.nbor(-1).lower_ in ("a", "an") and n.nbor(-2).text == ",")
    return next((noun for noun in apposed if _is_rejected(noun)), None)


def _is_rejected(claim: Token) -> bool:
    words = {below.lemma_.lower() for child in claim.rights if child.dep_ in ASIDE for below in child.subtree}
    return not words.isdisjoint((*DENYING, *UNTRUE))


def _predicates(verb: Token) -> Iterator[Token]:
    """What a verb says that something is: "*was* a hoax", "dismissed as a *hoax*", "proved *false*"."""
    for child in verb.rights:
        if child.dep_ in ("acomp", "attr", "oprd"):
            yield child
        elif child.dep_ == "prep" and child.lower_ == "as":
            yield from (below for below in child.rights if below.dep_ == "pobj")


def _says_untrue(word: Token, told: Token, trigger: Token) -> bool:
    is_news = told.i != trigger.i and told.lemma_.lower() in NEWS and word.lemma_.lower() in UNTRUE
    negated = any(child.dep_ == "neg" for child in word.head.children)
    return (is_news or word.lemma_.lower() in HOAXES) and not negated


def report_above(clause: Token) -> Token | None:
    """The report that a clause spells out: "a *report* by the newspaper that the airport had been hit"."""
    if clause.dep_ == "relcl" and clause.head.lemma_.lower() in REPORTS:
        return clause.head
    if (which := _according_to_which(clause)) is not None:
        before = clause.doc[clause.sent.start : which]
        return next((token for token in reversed(before) if token.lemma_.lower() in REPORTS), None)
    spelled_out = any(child.lower_ == "that" and child.dep_ == "mark" for child in clause.lefts)
    if not spelled_out or clause.dep_ not in ("acl", "ccomp", "relcl") or clause.head.pos_ == "VERB":
        return None
    # "… is open, *contrary to reports* that it was shelled": the parser hangs the clause on "contrary"
    aside = (token for token in clause.head.subtree if token.i < clause.left_edge.i)
    nouns = (clause.head, *clause.head.ancestors, *clause.head.lefts, *aside)
    return next((noun for noun in nouns if noun.pos_ == "NOUN" and noun.lemma_.lower() in REPORTS), None)


def _according_to_which(clause: Token) -> int | None:
    """The word before a clause in "the report, according to *which* jets bombed the town".

    The parser hangs such clauses anywhere.
    """
    words = (t for t in tokens_with(clause.doc, "LOWER", "which") if 1 < t.i < clause.i)
    told = [t.i for t in words if (t.nbor(-2).lower_, t.nbor(-1).lower_) == ("according", "to")]
    if not told:
        return None
    before = clause.doc[clause.sent.start : clause.i]
    verbs = (token.i for token in reversed(before) if token.pos_ == "VERB" and token.lower_ != "according")
    last = next(verbs, before.start)
    return next((i for i in told if i > last), None)


def _is_untrue(report: Token) -> bool:
    """Whether the text calls a report wrong: "an earlier report that ... was wrong"."""
    told = (below for below in report.sent if below.dep_ in ("acomp", "attr", "oprd"))
    without = (slot for slot in prepositional(report.head) if slot[0] == "without")
    return any(below.lower_ in UNTRUE for below in told) or any(noun.lower_ in TRUTH for _, noun in without)


def _is_refuted(report: Token) -> bool:
    """Whether somebody denies what a report says: "*denied rumours* that troops would withdraw"."""
    noun = report.head.head  # "*contrary* to reports that", "no *truth* in reports that"
    told = (
        noun,
        *(child for child in noun.rights if child.dep_ == "attr"),
    )  # "there *was no truth* in rumours"
    if report.dep_ == "pobj" and (noun.lower_ == "contrary" or any(map(_is_nothing, told))):
        return True
    acted_on = report.dep_ == "nsubjpass" if is_passive(report.head) else report.dep_ == "dobj"
    denied = acted_on and report.head.lemma_.lower() in DENYING
    return denied and not is_noncommittal(report.head)


def _is_nothing(noun: Token) -> bool:
    return noun.lower_ in TRUTH and any(child.lower_ in NOBODY for child in noun.lefts)


def _is_unconfirmed(report: Token) -> bool:
    """Whether a report is checked, or called open: "*unconfirmed* reports that jets had bombed"."""
    checked = report.head.lemma_.lower() in CHECKING or _is_not_confirmed(report)
    return checked or any(child.lower_ in UNCONFIRMED for child in report.lefts)


def _is_not_confirmed(report: Token) -> bool:
    """Whether nobody could confirm it: "a report that … *could not be verified*"."""
    verb = report.head
    told = report.dep_ == "nsubjpass" and verb.lemma_.lower() in CONFIRMING
    return told and any(child.dep_ == "neg" for child in verb.children)
