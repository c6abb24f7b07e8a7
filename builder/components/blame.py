"""Blame: the clauses that say who was responsible for an attack told before, and who says so.

"The minister said the rebels *were behind it*", or that it *was the work of* rebels, names no attack of
its own; a doubt, a condition or a question above the clause makes it no accusation.
"""

from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc, Token

from builder.components.annotations import EntityMention
from builder.components.complements import prepositional
from builder.components.parse_labels import SUBJECTS, VERBAL
from builder.components.syntax import subject_of, tokens_with
from builder.model import EventKind
from builder.patterns import load

WORDS = load("attribution")
SAY = frozenset(WORDS["say"])
BLAMING = WORDS["blaming"]
ARMED = frozenset(WORDS["armed"])
IT = frozenset(("it", "this", "that"))
TAKING_UP = frozenset(WORDS["taking_up"])  # after "responsible for", "behind": the attack told before
DOING = frozenset(("do", "plant", "perpetrate", "stage", "commit"))  # "said its fighters had *planted* it"
SURE = frozenset(WORDS["sure"])  # words between a verb of saying and what is said: "there is *evidence* that"
DOUBTS = frozenset(WORDS["doubts"])
DOUBTFUL = frozenset(WORDS["doubtful"])


class Blame(NamedTuple):
    """The verb of saying and the head of those who are blamed; the attack is told from token `reach` on."""

    saying: Token
    blamed: Token
    reach: int = 0


def find_blame(doc: Doc) -> Iterator[Blame]:
    """Every clause that says who was responsible."""
    for word in tokens_with(doc, "LOWER", *BLAMING):
        verb = word.head
        subject = next((child for child in verb.lefts if child.dep_ in SUBJECTS), None)
        saying = None if subject is None else _saying_above(verb)
        if subject is not None and saying is not None and verb.lemma_ == "be" and _is_of_attack_told(word):
            yield Blame(saying, subject)
    for verb in tokens_with(doc, "POS", "VERB"):
        who = _culprit(verb) if verb.lemma_.lower() in SAY else None
        if who is not None and _may_attack(doc._.mentions.get(who.i)) and not _does_else(doc, who):
            # "it" is of this sentence or the one before
            yield Blame(verb, who, doc[max(0, verb.sent.start - 1)].sent.start)


def _culprit(saying: Token) -> Token | None:
    """Who is said to have done what was told: "it was *rebels*", "the work of *X*", "*X* had done it"."""
    for clause in (child for child in saying.rights if child.dep_ == "ccomp"):
        subject = subject_of(clause)
        if subject is None or any(child.dep_ == "neg" for child in clause.children):
            return None
        if clause.lemma_ in DOING and any(
            each.dep_ == "dobj" and each.lower_ in IT for each in clause.rights
        ):
            return subject
        if clause.lemma_ == "be" and subject.lower_ in IT:
            named = next((child for child in clause.rights if child.dep_ == "attr"), None)
            return _worker(named) if named is not None and named.lower_ == "work" else named
    return None


def _worker(work: Token) -> Token | None:
    return next((filler for slot, filler in prepositional(work) if slot == "of"), None)


def _may_attack(mention: EntityMention | None) -> bool:
    return mention is not None and (mention.type in ARMED or mention.is_pronoun)


def _does_else(doc: Doc, who: Token) -> bool:
    """Whether a clause tells what somebody did other than attack: "it was the army *that left*"."""
    told = (doc._.triggers.get(child.i) for child in who.rights if child.dep_ == "relcl")
    return any(trigger is None or trigger.kind is not EventKind.ATTACK for trigger in told)


def _is_of_attack_told(word: Token) -> bool:
    """Whether "responsible", "behind" or "to blame" has nothing of its own after it, or only "it"."""
    below = [child for child in word.children if child.dep_ in ("prep", "pobj", "pcomp")]
    named = [one for child in below for one in ((child,) if child.dep_ != "prep" else child.children)]
    return all(one.lower_ in TAKING_UP for one in named) and word.dep_ in ("acomp", "prep", "advmod", "xcomp")


def is_of_other(accusing: Token) -> bool:
    """Whether somebody is accused of what is no attack told: "of genocide", "suspect that it *has sent*"."""
    if any(child.dep_ == "ccomp" and child.pos_ in VERBAL for child in accusing.rights):
        return True
    # The parser may hang the charge on whom it is against.
    whom = [child for child in accusing.rights if child.dep_ == "dobj" and accusing.lemma_ == "accuse"]
    of = [filler for head in (accusing, *whom) for slot, filler in prepositional(head) if slot == "of"]
    charges = (filler for filler in of if filler.pos_ == "NOUN")
    return any(not any(child.dep_ == "det" for child in charge.lefts) for charge in charges)


def _saying_above(verb: Token) -> Token | None:
    """The verb of saying that a clause hangs on; None where the clause, or one above it, is in doubt."""
    for above in (verb, *verb.ancestors):
        if above.pos_ not in VERBAL:
            if not _is_sure(above):
                return None
        elif _is_in_doubt(above):
            return None
        elif above.lemma_.lower() in SAY:
            return above
    return None


def _is_sure(word: Token) -> bool:
    """Whether what hangs on a noun or adjective is meant: "has *no doubt* that", "is *evidence* that"."""
    lemma = word.lemma_.lower()
    none = any(child.dep_ == "det" and child.lower_ == "no" for child in word.lefts)
    return lemma in (DOUBTS if none else SURE)


def _is_in_doubt(verb: Token) -> bool:
    """Whether a clause is negated, conditional or a question."""
    return any(child.dep_ == "neg" or child.lower_ in DOUBTFUL for child in verb.lefts)
