"""Reading a dependency parse: subjects, objects and prepositional phrases of a verb or a noun.

The labels are those of spaCy's English models (ClearNLP style). Control, relative clauses, participles and
coordination are followed, so that "gunmen stormed the base and killed" has gunmen for both verbs.
"""

from collections.abc import Iterator

from spacy.tokens import Token

from builder.patterns import load

WORDS = load("syntax")
OBJECT_CONTROL = frozenset(WORDS["object_control"])
BODIES = frozenset(noun for nouns in load("nouns")["Organization"].values() for noun in nouns)
DEADLY = frozenset(WORDS["deadly"])
RELATIVE = frozenset(("who", "which", "that", "whom"))
CLAUSE_WORDS = frozenset(("when", "as", "after", "while", "before", "because", "since"))
SUBJECTS = ("nsubj", "csubj")
PASSIVE_SUBJECTS = ("nsubjpass", "csubjpass")

Slot = tuple[str, Token]


def is_passive(verb: Token) -> bool:
    """Whether the verb's subject is what is acted on."""
    if any(child.dep_ in ("auxpass", "nsubjpass", "agent") for child in verb.children):
        return True
    if verb.tag_ != "VBN" or any(child.dep_ in ("aux", "nsubj", "dobj") for child in verb.children):
        return False
    if verb.dep_ in ("acl", "advcl", "relcl"):
        return True
    return verb.dep_ == "conj" and is_passive(verb.head)


def subject_of(verb: Token) -> Token | None:
    """The head of the verb's subject (of a passive: what is acted on), through control and coordination."""
    own = next((child for child in verb.children if child.dep_ in SUBJECTS + PASSIVE_SUBJECTS), None)
    if own is not None and own.dep_ == "csubj":  # "a bomber driving a lorry blew up": the participle's subject
        return subject_of(own)
    if own is not None:
        return _antecedent(verb) if own.lower_ in RELATIVE and _antecedent(verb) is not None else own
    match verb.dep_:
        case "acl":
            return verb.head
        case "xcomp" | "ccomp" | "advcl" if verb.head.pos_ in ("VERB", "AUX", "ADJ"):
            if verb.dep_ == "xcomp":
                return controller(verb.head)
            finite = any(child.dep_ in ("mark", "advmod") and child.lower_ in CLAUSE_WORDS for child in verb.lefts)
            return subject_of(verb.head) if verb.tag_ in ("VBG", "VBN", "VB") and not finite else None
        case "conj" if verb.head.pos_ in ("VERB", "AUX"):
            killed = verb.head.lemma_.lower() in DEADLY and is_passive(verb.head) and not is_passive(verb)
            return None if killed else subject_of(verb.head)
        case "pcomp":
            above = verb.head.head
            return (controller(above) if above.pos_ in ("VERB", "AUX") else None)
        case _:
            return None


def controller(verb: Token) -> Token | None:
    """Who does what an infinitive under the verb tells: its object for "ordered X to", else its subject."""
    if verb.lemma_.lower() in OBJECT_CONTROL and not is_passive(verb):
        addressed = next((child for child in verb.rights if child.dep_ in ("dobj", "dative")), None)
        if addressed is None:
            addressed = next((pobj for prep, pobj in prepositional(verb) if prep in ("on", "upon", "to")), None)
        if addressed is not None:
            return addressed
    return subject_of(verb)


def _antecedent(verb: Token) -> Token | None:
    """The noun that a relative clause is about."""
    above = verb
    while above.dep_ == "conj":
        above = above.head
    outer = above.head.head.head
    person = any(child.lower_ == "who" for child in verb.lefts) and above.head.lemma_.lower() in BODIES
    if above.dep_ == "relcl" and person and above.head.dep_ == "pobj" and outer.pos_ in ("NOUN", "PROPN"):
        return outer  # "a commander of the group *who* was killed"
    return above.head if above.dep_ in ("relcl", "acl", "advcl") and above.head.pos_ in ("NOUN", "PROPN") else None


def prepositional(head: Token) -> Iterator[Slot]:
    """The preposition and the head of the phrase under it, for each below a token ("out of X" counts as out)."""
    for child in head.children:
        if child.dep_ in ("prep", "agent", "dative", "advmod", "prt", "mark", "npadvmod") and child.pos_ in ("ADP", "SCONJ", "ADV", "VERB"):
            yield from _complements(child.lower_, child)
        elif child.dep_ == "acl" and child.pos_ == "PROPN" and any(below.lower_ == "to" for below in child.lefts):
            yield "to", child  # the parser's "to Kharkiv" as if Kharkiv were a verb


def _complements(preposition: str, token: Token) -> Iterator[Slot]:
    for child in token.children:
        if child.dep_ in ("pobj", "dobj"):
            yield preposition, child
        elif child.dep_ == "prep" and child.pos_ in ("ADP", "SCONJ"):
            # "out of X" and "away from X" are one preposition, "from X to Y" are two.
            whole = child.lower_ == "of" or token.lower_ in ("out", "away", "close", "next")
            yield from _complements(preposition if whole else child.lower_, child)


def coordinated(token: Token) -> Iterator[Token]:
    """A noun and the nouns coordinated with it; in a list, what the parser took for an apposition too."""
    yield token
    for child in token.rights:
        if child.dep_ == "conj" or (child.dep_ == "appos" and _in_list(child)):
            yield from coordinated(child)


def _in_list(appositive: Token) -> bool:
    """Whether an apposition is a further item: more items follow it, or it is inside a longer list."""
    doc = appositive.doc
    if appositive.i and doc[max(0, appositive.left_edge.i - 1)].text in ("(", "“", '"'):
        return False
    if any(child.dep_ in ("cc", "conj") for child in appositive.rights):
        return True
    return any(child.dep_ == "cc" and child.i > appositive.i for child in appositive.head.rights)


def verb_slots(verb: Token) -> Iterator[Slot]:
    """Every filler of a verb by slot: subject, object, agent and each preposition."""
    subject = subject_of(verb)
    passive = is_passive(verb)
    if subject is not None:
        yield ("object" if passive else "subject"), subject
    for child in verb.children:
        if child.dep_ in ("dobj", "dative") and child.pos_ != "ADP":
            yield "object", child
        elif child.lemma_ == "responsible":  # "holds the group responsible for": a small clause
            yield from (("object", below) for below in child.children if below.dep_ in SUBJECTS)
            yield from prepositional(child)
        elif child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN"):
            yield "object", child  # an item of the object's list that the parser hung on the verb
    if verb.dep_ == "relcl" and not passive and subject is not None and subject.i != verb.head.i:
        if not any(child.dep_ == "dobj" for child in verb.children):
            yield "object", verb.head
    for preposition, filler in prepositional(verb):
        yield ("agent" if preposition == "by" and passive else preposition), filler


def _work_of(verb: Token) -> Iterator[Slot]:
    """Whose work an attack is said to be: "the attacks appear to be the work of"."""
    for token in (verb, *(child for child in verb.rights if child.dep_ == "xcomp")):
        for child in token.rights:
            if child.dep_ == "attr" and child.lower_ == "work":
                yield from (("by", filler) for slot, filler in prepositional(child) if slot == "of")


def _is_denied(verb: Token) -> bool:
    """Whether a clause is negated, or what somebody denies."""
    negated = any(child.dep_ == "neg" for child in verb.children)
    return negated or verb.head.lemma_.lower() in ("deny", "reject", "dismiss")


def noun_slots(noun: Token) -> Iterator[Slot]:
    """Every filler of an event noun: modifiers, each preposition, and what "is among the targets"."""
    verb = noun.head.head if noun.head.lower_ == "among" else noun.head
    if verb.lemma_ == "be" and noun.lemma_.lower() == "target":
        for child in verb.lefts:
            if child.dep_ in SUBJECTS:
                yield "subject", child
    if noun.head.lower_ == "behind" and noun.head.head.lemma_ == "be" and not _is_denied(noun.head.head):
        yield from (("by", child) for child in noun.head.head.lefts if child.dep_ in SUBJECTS)
    if noun.dep_ in SUBJECTS:
        yield from _work_of(noun.head)
    for child in noun.lefts:
        if child.dep_ in ("compound", "nmod", "amod", "poss"):
            yield "modifier", child
            for below in child.children:
                if below.dep_ in ("compound", "nmod", "conj"):
                    yield "modifier", below
    yield from prepositional(noun)


def content_verbs(head: Token) -> Iterator[Token]:
    """The heads of the clauses that tell what is said, threatened or demanded."""
    for child in head.children:
        if child.dep_ in ("ccomp", "xcomp", "acl", "relcl") and child.pos_ in ("VERB", "AUX", "NOUN"):
            yield child
        elif child.dep_ in ("prep", "agent") or (child.dep_ == "dobj" and head.pos_ == "VERB"):
            yield from (below for below in child.children if below.dep_ in ("pcomp", "acl"))
