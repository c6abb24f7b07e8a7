"""Who tells, and where: the speaker of what is said, and places that only tell where it was said."""

from spacy.tokens import Doc, Token

from builder.components.paragraphs import DATELINE
from builder.components.syntax import SUBJECTS, subject_of
from builder.patterns import load

SAYING = frozenset((*load("attribution")["say"], *load("telling")["saying"]))
PLACING = frozenset(("in", "at", "from"))


def speaker_above(pronoun: Token) -> Token | None:
    """Who says a clause of which a pronoun is the subject: "*the army* said that *it* had fired"."""
    clause = pronoun.head
    if pronoun.dep_ not in SUBJECTS | {"nsubjpass"} or clause.dep_ != "ccomp" or clause.i < pronoun.i:
        return None
    saying = clause.head
    told = saying.lemma_.lower() in SAYING and saying.i < pronoun.i
    return subject_of(saying) if told else None


def subject_beside(pronoun: Token) -> Token | None:
    """The subject of the clause that a pronoun's is hung on: "*troops* would shoot if *they* were hit"."""
    clause = pronoun.head
    if pronoun.dep_ not in SUBJECTS | {"nsubjpass"} or clause.dep_ != "advcl" or clause.head.i > pronoun.i:
        return None
    subject = next((child for child in clause.head.lefts if child.dep_ in SUBJECTS | {"nsubjpass"}), None)
    return subject if subject is not None and subject.tag_ in ("NNS", "NNPS") else None


def is_of_telling(doc: Doc, root: int) -> bool:
    """Whether a place only tells where it was said: "warned *in Geneva*", or stands in a dateline."""
    token = doc[root]
    if token.dep_ == "pobj" and token.head.lower_ in PLACING:
        above = token.head.head
        if above.pos_ == "VERB" and above.lemma_.lower() in SAYING:
            return True
    return any(match.start() <= token.idx < match.end() for match in DATELINE.finditer(doc.text))
