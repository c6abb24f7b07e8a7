"""Who tells, and where: the speaker of what is said, and places that only tell where it was said."""

from collections.abc import Iterable

from spacy.tokens import Doc, Token

from builder.components.parse_labels import SUBJECTS
from builder.components.syntax import clause_of, is_passive, subject_of
from builder.patterns import load

SAYING = frozenset((*load("attribution")["say"], *load("telling")["saying"]))
HAPPENINGS = frozenset(load("telling")["happenings"])
SPOKEN_OF = SUBJECTS | {"nsubjpass"}
TOLD_WITHIN = 7  # tokens from an office to "said": the name of who has it, with its commas
PLACING = frozenset(("in", "at", "from"))


def speaker_above(pronoun: Token) -> Token | None:
    """Who says a clause of which a pronoun is the subject: "*the army* said that *it* had fired"."""
    clause = pronoun.head
    saying = clause.head
    if clause.dep_ != "ccomp" or saying.lemma_.lower() not in SAYING or saying.i > pronoun.i:
        return None
    speaker = subject_of(saying)
    if pronoun.dep_ == "dobj":  # "*survivors* said militiamen had attacked *them*"
        return speaker if speaker is not None and speaker.tag_ == "NNS" else None
    return speaker if pronoun.dep_ in SPOKEN_OF else None


def is_of_event(pronoun: Token) -> bool:
    """Whether "it" is an event that the clause speaks of: "*It* was one of four *blasts* that night"."""
    if pronoun.lower_ != "it" or pronoun.dep_ != "nsubj" or pronoun.head.lemma_ != "be":
        return False
    attributes = [child for child in pronoun.head.rights if child.dep_ == "attr"]
    below = (token for each in attributes for of in each.rights if of.lower_ == "of" for token in of.children)
    nouns = [*attributes, *below]
    return any(noun.lemma_.lower() in HAPPENINGS or noun.i in pronoun.doc._.triggers for noun in nouns)


def subject_beside(pronoun: Token) -> Token | None:
    """The subject of the clause that a pronoun's is hung on: "*troops* would shoot if *they* were hit"."""
    clause = pronoun.head
    if pronoun.dep_ not in SPOKEN_OF or clause.dep_ != "advcl" or clause.head.i > pronoun.i:
        return None
    subject = next((child for child in clause.head.lefts if child.dep_ in SPOKEN_OF), None)
    several = subject is not None and subject.tag_ in ("NNS", "NNPS")
    # "*the man* fled before *he* was seen": of one person only one is the subject
    return subject if several or pronoun.lower_ in ("he", "she") else None


def speaks_next(doc: Doc, start: int, end: int) -> bool:
    """Whether a noun phrase that the parser apposes is who says so: "by his rival, *an officer said*"."""
    before = doc[start - 1] if start else None
    said = end < len(doc) and doc[end].pos_ == "VERB" and doc[end].lemma_.lower() in SAYING
    return said and before is not None and before.text == ","


def is_teller(harmed: Token) -> bool:
    """Whether the parser took for harmed who says so: "killing 30, *the head* of the agency, X, *said*"."""
    doc, end = harmed.doc, harmed.right_edge.i + 1
    if harmed.left_edge.i == 0 or doc[harmed.left_edge.i - 1].text != ",":
        return False
    after = [token for token in doc[end : end + TOLD_WITHIN] if token.pos_ not in ("PROPN", "PUNCT")]
    return bool(after) and after[0].pos_ == "VERB" and after[0].lemma_.lower() in SAYING


def reflexive(pronoun: Token) -> tuple[Token, ...]:
    """Who does it to others than themselves: "*the army* repelled them and killed twelve of *them*"."""
    verb = clause_of(pronoun) if pronoun.dep_ in ("dobj", "pobj", "dative") else None
    subject = None if verb is None or verb.pos_ != "VERB" or is_passive(verb) else subject_of(verb)
    return () if subject is None else tuple(subject.subtree)


def is_of_telling(token: Token, datelines: Iterable[tuple[int, int]]) -> bool:
    """Whether a place only tells where it was said: "warned *in Geneva*", or stands in a dateline."""
    if token.dep_ == "pobj" and token.head.lower_ in PLACING:
        above = token.head.head
        if above.pos_ == "VERB" and above.lemma_.lower() in SAYING:
            return True
    return any(start <= token.idx < end for start, end in datelines)
