"""Blame: the clauses that say who was responsible for an attack told before, and who says so.

"The minister said the rebels *were behind it*" names no attack of its own; a doubt, a condition or a question
above the clause makes it no accusation.
"""

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from builder.components.syntax import SUBJECTS, VERBAL, tokens_with
from builder.patterns import load

WORDS = load("attribution")
SAY = frozenset(WORDS["say"])
BLAMING = WORDS["blaming"]
TAKING_UP = frozenset(WORDS["taking_up"])  # after "responsible for", "behind": the attack told before
SURE = frozenset(WORDS["sure"])  # words between a verb of saying and what is said: "there is *evidence* that"
DOUBTS = frozenset(WORDS["doubts"])
DOUBTFUL = frozenset(WORDS["doubtful"])


def find_blame(doc: Doc) -> Iterator[tuple[Token, Token]]:
    """The verb of saying, and the head of those who are said to be responsible, of each clause of blame."""
    for word in tokens_with(doc, "LOWER", *BLAMING):
        verb = word.head
        subject = next((child for child in verb.lefts if child.dep_ in SUBJECTS), None)
        saying = None if subject is None else _saying_above(verb)
        if subject is not None and saying is not None and verb.lemma_ == "be" and _is_of_attack_told(word):
            yield saying, subject


def _is_of_attack_told(word: Token) -> bool:
    """Whether "responsible" or "behind" has nothing of its own after it, or only "it"."""
    below = [child for child in word.children if child.dep_ in ("prep", "pobj", "pcomp")]
    named = [one for child in below for one in ((child,) if child.dep_ != "prep" else child.children)]
    return all(one.lower_ in TAKING_UP for one in named) and word.dep_ in ("acomp", "prep", "advmod")


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
