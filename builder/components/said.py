"""What is said: the events that a verb of saying, or of giving a figure, has below it or before it."""

from collections.abc import Iterator

from spacy.tokens import Token

from builder.components.annotations import EventMention
from builder.components.parse_labels import SUBJECTS
from builder.components.syntax import is_earlier_clause, subject_of
from builder.patterns import load

WORDS = load("attribution")
SAY = frozenset(WORDS["say"])
TOLLS = frozenset(WORDS["tolls"])
CHARGE = frozenset(WORDS["charge"])
PUTTING = frozenset(WORDS["putting"])
# Where what is said hangs on a verb of saying.
SAID = frozenset(("ccomp", "xcomp", "parataxis", "dobj", "nsubjpass", "dep"))
SAID_OF = frozenset(("of", "on", "about", "at", "as"))

Told = dict[int, EventMention]  # the events that can be spoken of, by their triggers


def gives_toll(verb: Token) -> bool:
    """Whether a verb gives a figure: "*put* the death toll at", "*gave* a toll of"."""
    objects = (child.lemma_.lower() for child in verb.children if child.dep_ in ("dobj", "nsubjpass"))
    if verb.dep_ == "advcl":  # "said 12 had died, *raising* an earlier count": who said it
        return False
    return verb.lemma_.lower() in PUTTING and not TOLLS.isdisjoint(objects)


def said(verb: Token) -> Iterator[Token]:
    """The heads of what a verb says: its clause, and an event noun that is its object."""
    if gives_toll(verb):  # the figure may hang on the verb: "put the toll *at nine*"
        yield verb
    if verb.dep_ == "parataxis" and verb.head.i < verb.i:  # "the toll *rose* to 305, the prosecutor *said*"
        yield verb.head
    for child in verb.children:
        if is_earlier_clause(child):
            continue
        # "alleged the rebels and X *were* behind it": the parser's object and a second clause
        if verb.lemma_.lower() in CHARGE and child.dep_ == "conj" and child.lemma_ == "be":
            yield child
        before = child.dep_ == "advcl" and child.i < verb.i  # the parser's reading of what stands first
        if before or child.dep_ in SAID:
            yield child
        elif child.dep_ == "prep" and child.lower_ in SAID_OF:
            yield from (under for under in child.children if under.dep_ in ("pobj", "pcomp"))


def below(head: Token, told: Told) -> list[int]:
    """The events whose triggers, or whose figures of casualties, are under a token."""
    inside = {token.i for token in own_words(head)}
    counted = (i for i, e in told.items() if any(inside.issuperset(range(t.start, t.end)) for t in e.tolls))
    return sorted({*inside.intersection(told), *counted})


def own_words(head: Token) -> Iterator[Token]:
    """The words under a token without what else is said in a clause coordinated with it, or hung on it."""
    yield head
    for child in head.children:
        if is_earlier_clause(child):
            continue
        if child.dep_ not in ("conj", "advcl") or child.pos_ != "VERB" or child.lemma_.lower() not in SAY:
            yield from child.subtree


def nearest_subject(verb: Token) -> Token | None:
    """The subject; of several the last, which the parser gives it late: "gunmen …, *police* said"."""
    subjects = [child for child in verb.lefts if child.dep_ in SUBJECTS]
    return subjects[-1] if len(subjects) > 1 else subject_of(verb)


def told_before(verb: Token, told: Told) -> list[int]:
    """The events of a sentence that ends with who says so, where the parser hung it elsewhere.

    "A missile hit a market, killing nine, *the governor said*, as fighting went on."
    """
    subject = nearest_subject(verb)
    if subject is None or subject.left_edge.nbor(-1 if subject.left_edge.i else 0).text != ",":
        return []
    before = verb.doc[verb.sent.start : subject.left_edge.i]
    if any(token.lemma_.lower() in SAY and token.pos_ == "VERB" for token in before):
        return []
    return [i for i in told if before.start <= i < before.end]
