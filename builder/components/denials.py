"""Denials: statements that nobody makes, and those that deny something else than the attack told before."""

from collections.abc import Iterable, Iterator, Sequence

from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention
from builder.components.complements import prepositional
from builder.components.parse_labels import SUBJECTS
from builder.components.syntax import is_noncommittal, subject_of
from builder.model import Role
from builder.patterns import load

WORDS = load("attribution")
REFUSING = frozenset(WORDS["refusing"])  # "refused to accept responsibility"
NOBODY = frozenset(WORDS["nobody"])
DENIABLE = frozenset((*WORDS["involvement"], *WORDS["deniable"]))  # what stands for the attack told
TAKING_PART = frozenset(WORDS["taking_part"])
NO_ATTACKS = frozenset(WORDS["no_attacks"])
DISOWNED = frozenset(WORDS["disowned"])
OWN = frozenset(("it", "they", "we", "its", "their", "our", "he", "his"))
INVOLVEMENT = frozenset(WORDS["involvement"])


def says_nobody(verb: Token) -> bool:
    """Whether nobody says it: "*no one* has said that they planted the bomb"."""
    subjects = [child for child in verb.lefts if child.dep_ in SUBJECTS]
    return any(not NOBODY.isdisjoint((one.lower_, *(left.lower_ for left in one.lefts))) for one in subjects)


def is_by_nobody(doc: Doc, statement: EventMention) -> bool:
    """Whether the sentence says that nobody has claimed: "no group", "no immediate claim"."""
    token = doc[statement.trigger.token]
    if any(doc._.mentions[root].number.exact == 0 for root in statement.fillers(Role.SPEAKER)):
        return True
    subject = subject_of(token) if token.pos_ == "VERB" else token
    words = [] if subject is None else [subject.lower_, *(child.lower_ for child in subject.lefts)]
    above = token.head.children if token.dep_ == "conj" else ()  # "*neither* confirmed *nor* denied"
    negated = any(child.dep_ == "neg" or child.lower_ == "nor" for child in (*token.children, *above))
    refused = token.dep_ in ("xcomp", "pcomp") and token.head.lemma_.lower() in REFUSING
    return negated or refused or is_noncommittal(token) or not NOBODY.isdisjoint(words)


def disowned(saying: Token) -> Token | None:
    """The verb by which speakers say that they had no part: "said *none* of its men *had* any *role*"."""
    for clause in (child for child in saying.rights if child.dep_ == "ccomp" and child.lemma_ == "have"):
        subject = subject_of(clause)
        objects = [child for child in clause.rights if child.dep_ == "dobj"]
        shared = next((one for one in objects if one.lemma_.lower() in DISOWNED), None)
        if subject is None or shared is None or not _is_by_its_own(subject) or _is_in_other(shared):
            continue
        words = {child.lower_ for noun in (subject, shared, clause) for child in noun.lefts} | {
            subject.lower_
        }
        if not NOBODY.isdisjoint(words) or any(child.dep_ == "neg" for child in clause.lefts):
            return clause
    return None


def _is_by_its_own(subject: Token) -> bool:
    """Whether speakers tell of themselves: "*it*", "none of *its* fighters"."""
    return any(token.lower_ in OWN for token in subject.subtree)


def denies_other(verb: Token) -> bool:
    """Whether what is denied is no event of ours: "denies *sheltering* the rebels", "denied *failures*"."""
    objects = [child for child in verb.rights if child.dep_ == "dobj" and child.pos_ == "NOUN"]
    if any(child.lemma_.lower() not in DENIABLE or _is_in_other(child) for child in objects):
        return True
    content = [child for child in verb.rights if child.dep_ in ("xcomp", "ccomp") and child.pos_ == "VERB"]
    doing = (child for child in content if _is_gerund(child) and child.lemma_.lower() not in TAKING_PART)
    clauses = [child for child in verb.rights if child.dep_ == "ccomp"]
    if any(_is_of_others(clause) for clause in clauses):
        return True
    there = any(below.dep_ == "expl" for clause in clauses for below in clause.lefts)
    return there or any(doing)  # "denied that *there* had been any pact"


def _is_in_other(share: Token) -> bool:
    """Whether what is denied is a part in something else than an attack: "no part *in this war*"."""
    return any(slot == "in" and filler.lemma_.lower() in NO_ATTACKS for slot, filler in prepositional(share))


def _is_of_others(clause: Token) -> bool:
    """Whether what is denied is told of something else: "denied that *a drone had been seen*"."""
    subject = next((child for child in clause.lefts if child.dep_ in ("nsubj", "nsubjpass")), None)
    named = subject is not None and subject.pos_ in ("NOUN", "PROPN")
    anothers = (
        named and subject is not None and any(left.lower_ in ("a", "an", "any") for left in subject.lefts)
    )
    return anothers and clause.lemma_.lower() not in TAKING_PART


def _is_gerund(verb: Token) -> bool:
    """Whether a verb is one, alone or with its auxiliary: "*having received* a demand"."""
    return verb.tag_ == "VBG" or any(child.dep_ == "aux" and child.lower_ == "having" for child in verb.lefts)


def denies_aside(verb: Token) -> bool:
    """Whether what is denied is what the sentence has just told: "… arms them, *a charge* it *denies*"."""
    above = verb.head
    return (
        verb.dep_ == "relcl"
        and above.dep_ in ("appos", "npadvmod", "dobj")
        and above.lemma_.lower() in DENIABLE
    )


def answers_other_charge(doc: Doc, statement: EventMention, others: Sequence[EventMention]) -> bool:
    """Whether a denial answers an accusation, told in the text, of something that is no event of ours."""
    if statement.trigger.frame != "deny":
        return False
    denied = {child.lemma_.lower() for child in doc[statement.trigger.token].rights if child.dep_ == "dobj"}
    if not denied.isdisjoint(INVOLVEMENT):
        return False
    speakers = statement.fillers(Role.SPEAKER)
    denying = {*speakers, *_states(doc, speakers)}  # "accuses Iran of supplying them, which *Tehran* denies"
    charges = (other for other in others if other.trigger.frame == "accuse" and not other.links)
    accused = (charge.fillers(Role.ACCUSED) for charge in charges)
    return any(not denying.isdisjoint((*roots, *_states(doc, roots))) for roots in accused)


def _states(doc: Doc, roots: Iterable[int]) -> Iterator[str]:
    """The states that places stand for: a capital for its country."""
    links = (doc._.places[root] for root in roots if root in doc._.places)
    return (link.country for link in links if link.country is not None)
