"""What stands below a word: prepositional phrases, items of a list, clauses of content."""

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from builder.components.once import once
from builder.components.parse_labels import ANY_SUBJECT, NOMINAL, VERBAL

# Relations and parts of speech under which the parser puts prepositions, real and supposed.
PREPOSITIONS = frozenset(("prep", "agent", "dative", "advmod", "prt", "mark", "npadvmod"))
PREPOSITION_POS = frozenset(("ADP", "SCONJ", "ADV", "VERB"))
COMPOUND_FIRST = frozenset(("out", "away", "close", "next"))  # "away from X" is one preposition
OPENING = frozenset(("(", "“", '"'))  # an apposition in brackets or quotes is another name, no further item
DATING = frozenset(("on", "in", "since"))
Slot = tuple[str, Token]


def prepositional(head: Token) -> Iterator[Slot]:
    """Each preposition below a token with the head of the phrase under it; "out of X" counts as "out"."""
    doc = head.doc
    return ((slot, doc[i]) for slot, i in _prepositional(doc, head.i))


@once
def _prepositional(doc: Doc, head: int) -> tuple[tuple[str, int], ...]:
    return tuple((slot, filler.i) for slot, filler in _prepositions(doc[head]))


def _prepositions(head: Token) -> Iterator[Slot]:
    for child in head.children:
        if head.pos_ == "VERB" and glued_to_date(child) is not None and not _has_subject(head):
            continue
        # "fired at a base that it knew, *and at* a port"
        joined = child.dep_ == "conj" and child.pos_ == "ADP"
        if (child.dep_ in PREPOSITIONS or joined) and child.pos_ in PREPOSITION_POS:
            yield from _complements(child.lower_, child)
        elif child.dep_ in ("acl", "advcl", "xcomp") and _is_name(child) and _is_after_to(child):
            yield "to", child  # the parser's "to Kharkiv" as if Kharkiv were a verb


def _is_name(token: Token) -> bool:
    return token.pos_ == "PROPN" or (token.is_title and token.ent_type_ != "" and not token.is_sent_start)


def _is_after_to(token: Token) -> bool:
    return token.i > 0 and token.nbor(-1).lower_ == "to"


def glued_to_date(preposition: Token) -> Token | None:
    """The subject that the parser takes for a part of a date: "on 23 October *guerrillas* fired"."""
    if preposition.dep_ != "prep" or preposition.lower_ not in DATING:
        return None
    noun = next((child for child in preposition.rights if child.dep_ == "pobj"), None)
    if noun is None or noun.tag_ != "NNS" or noun.ent_type_ == "DATE" or noun.left_edge.ent_type_ != "DATE":
        return None
    return noun if noun.left_edge.i == preposition.i + 1 else None


def _has_subject(verb: Token) -> bool:
    return any(child.dep_ in ANY_SUBJECT for child in verb.lefts)


def described(clause: Token) -> Token | None:
    """What a free relative clause names: "what the army called a *base*", "what it said was a *base*"."""
    is_free = any(child.lower_ == "what" for child in clause.subtree)
    for verb in (clause, *(child for child in clause.rights if child.dep_ == "ccomp")) if is_free else ():
        for child in verb.rights:
            if child.dep_ in ("attr", "oprd") and child.pos_ in NOMINAL:
                return child
            if child.dep_ == "prep" and child.lower_ == "as":
                return next((below for below in child.children if below.dep_ == "pobj"), None)
    return None


def _complements(preposition: str, token: Token) -> Iterator[Slot]:
    for child in token.children:
        if child.dep_ in ("pobj", "dobj"):
            yield preposition, child
        elif child.dep_ == "pcomp":
            named = described(child)
            if named is not None or child.tag_ == "VBG":
                yield preposition, child if named is None else named
        elif child.dep_ == "conj" and child.pos_ == "ADP":  # "at the airfield and *at* a workshop"
            yield from _complements(child.lower_, child)
        elif child.dep_ == "prep" and child.pos_ in ("ADP", "SCONJ"):
            # "out of X" and "away from X" are one preposition, "from X to Y" are two.
            whole = child.lower_ == "of" or token.lower_ in COMPOUND_FIRST
            yield from _complements(preposition if whole else child.lower_, child)


def coordinated(token: Token) -> Iterator[Token]:
    """A noun and the nouns coordinated with it; in a list, what the parser took for an apposition too."""
    yield token
    for child in token.rights:
        if child.dep_ == "conj" or (child.dep_ == "appos" and _in_list(child)):
            yield from coordinated(child)


def _in_list(appositive: Token) -> bool:
    """Whether an apposition is a further item: more items follow it, or it is inside a longer list."""
    if appositive.doc[max(0, appositive.left_edge.i - 1)].text in OPENING:
        return False
    if any(child.dep_ in ("cc", "conj") for child in appositive.rights):
        return True
    return any(child.dep_ == "cc" and child.i > appositive.i for child in appositive.head.rights)


def content_verbs(head: Token) -> Iterator[Token]:
    """The heads of the clauses that tell what is said, threatened or demanded."""
    for child in head.children:
        if child.dep_ in ("ccomp", "xcomp", "acl", "relcl") and child.pos_ in VERBAL | {"NOUN"}:
            yield child
        elif child.dep_ in ("prep", "agent") or (child.dep_ == "dobj" and head.pos_ == "VERB"):
            yield from (below for below in child.children if below.dep_ in ("pcomp", "acl"))
