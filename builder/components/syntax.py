"""Reading a dependency parse: subjects, prepositional phrases, coordination and clauses of content.

The labels are those of spaCy's English models (ClearNLP style). Control, relative clauses, participles and
coordination are followed, so that "gunmen stormed the base and killed" has gunmen for both verbs.
"""

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from builder.components.complements import glued_to_date, prepositional
from builder.components.once import once, tokens_by
from builder.components.parse_labels import ANY_SUBJECT, NOMINAL, SUBJECTS, VERBAL
from builder.components.relative_clauses import antecedent_of
from builder.patterns import load

WORDS = load("syntax")
OBJECT_CONTROL = frozenset(WORDS["object_control"])
UNDERTAKING = frozenset(WORDS["undertaking"])
HATCHING = frozenset(WORDS["hatching"])
DEADLY = frozenset(WORDS["deadly"])
FATES = frozenset(WORDS["fates"])
HARMING = frozenset(WORDS["harming"])
CLIPPED = frozenset(WORDS["clipped"])  # verbs that headlines and lists use as passives
TOLD = frozenset(WORDS["told"])  # of these verbs those who are told cannot be left out
BELIEVING = frozenset(WORDS["believing"])
CONFIRMING = frozenset(("confirm", "acknowledge", "verify"))
SUFFERED = frozenset(WORDS["suffered"])  # of these verbs the subject is who died
SAYING = frozenset(load("attribution")["say"])
SPEAKING = SAYING | set(WORDS["speaking"])
RELATIVE = frozenset(("who", "which", "that", "whom"))
PERFECT = frozenset(("had", "has", "have"))
UNITS = frozenset(WORDS["units"])  # of time: "*seconds* later"
STRAY = frozenset(
    ("conj", "ccomp", "xcomp", "advcl", "dep")
)  # how the parser hangs bare infinitives anywhere
BARE_OBJECTS = frozenset(WORDS["bare_objects"])  # verbs after which an infinitive is bare: "helped *repel*"
CLAUSE_WORDS = frozenset(("when", "as", "after", "while", "before", "because", "since"))
NON_FINITE = frozenset(("VBG", "VBN", "VB"))
# What may follow a verb without an object.
AFTER_CLIPPED = frozenset(("prep", "agent", "punct", "cc", "conj", "advmod", "npadvmod"))


def tokens_with(doc: Doc, attribute: str, *values: str) -> Iterator[Token]:
    """The tokens of which an attribute of spaCy ("POS", "LOWER") has one of some values, in their order.

    A `Token` costs more to make than to look at, so that the others are not made.
    """
    tokens = tokens_by(doc, attribute)
    wanted = {doc.vocab.strings[value] for value in values}
    return (doc[i] for i in sorted(i for value in wanted for i in tokens.get(value, ())))


def is_passive(verb: Token) -> bool:
    """Whether the verb's subject is what is acted on."""
    return _is_passive(verb.doc, verb.i)


@once
def _is_passive(doc: Doc, i: int) -> bool:
    verb = doc[i]
    relations = {child.dep_ for child in verb.children}
    if not relations.isdisjoint(("auxpass", "nsubjpass", "agent")):
        return True
    if _is_clipped(verb) or is_gapped(verb) or _is_of_some(verb):
        return True
    # "drones *launched* at the base": a clause on a noun is a participle, whatever the tagger says
    participle = verb.tag_ == "VBN" or (verb.tag_ == "VBD" and (verb.dep_ == "acl" or _is_ambiguous(verb)))
    if not participle or not relations.isdisjoint(("aux", "nsubj", "dobj")):
        return False
    calling = verb.lemma_ == "call" and any(child.lower_ == "on" for child in verb.rights)
    if calling:  # "the group, in a video, *called* on troops to leave": the parser's participle
        return False
    told = verb.dep_ in ("conj", "xcomp") and is_passive(verb.head)  # "were reported *killed*"
    return verb.dep_ in ("acl", "advcl", "relcl") or told


def _is_of_some(verb: Token) -> bool:
    """Whether a participle tells what befell some of those told before: "14 people, most of them *shot*"."""
    subjects = [child for child in verb.lefts if child.dep_ == "nsubj"]
    if not subjects or verb.lemma_.lower() not in HARMING or (verb.dep_ == "ROOT" and len(subjects) == 1):
        return False
    of_them = any(filler.lower_ == "them" for slot, filler in prepositional(subjects[-1]) if slot == "of")
    return of_them and not any(child.dep_ in ("aux", "dobj") for child in verb.children)


def is_gapped(verb: Token) -> bool:
    """Whether a second clause leaves out what makes it passive: "it *would be razed* and Lebanon *hit*"."""
    follows = verb.dep_ == "conj" and any(child.dep_ == "auxpass" for child in verb.head.children)
    modal = follows and any(child.dep_ == "aux" and child.tag_ == "MD" for child in verb.head.lefts)
    own = {child.dep_ for child in verb.children}
    return modal and verb.tag_ in ("VBN", "VBD") and "nsubj" in own and own.isdisjoint(("aux", "dobj"))


def _is_ambiguous(verb: Token) -> bool:
    """Whether a form that follows a passive may be one: "were taken from their homes and *shot*"."""
    follows = verb.dep_ == "conj" and any(child.dep_ == "auxpass" for child in verb.head.children)
    return follows and verb.lemma_.lower() in HARMING


def is_imperative(verb: Token) -> bool:
    """Whether a verb tells somebody what to do at the beginning of a quotation: "*Leave* the town"."""
    if verb.tag_ != "VB" or verb.i == 0 or not verb.nbor(-1).is_quote:
        return False
    return not any(child.dep_ in ("aux", *ANY_SUBJECT) for child in verb.lefts)


def is_negated(verb: Token) -> bool:
    """Whether a verb is told with "not" or "never"."""
    return any(child.dep_ == "neg" or child.lower_ == "never" for child in verb.children)


def is_noncommittal(verb: Token) -> bool:
    """Whether somebody neither denies nor confirms: "declined to confirm or *deny* the report"."""
    either = any(child.lower_ in ("or", "nor") for each in (verb, verb.head) for child in each.children)
    return either and any(other.lemma_.lower() in CONFIRMING for other in verb.conjuncts)


def is_verb_before_object(participle: Token) -> bool:
    """Whether what the parser takes for an adjective has a subject: "the air force *bombed* vehicles"."""
    return participle.dep_ == "amod" and any(child.dep_ in SUBJECTS for child in participle.lefts)


def _is_clipped(verb: Token) -> bool:
    """Whether a list or headline leaves out "were": "*37 civilians killed* in Irumu territory".

    The subject is counted, and nothing follows that could be acted on.
    """
    if verb.lemma_.lower() in SUFFERED and not any(child.dep_ == "dobj" for child in verb.rights):
        return True  # "the colonel *martyred* in the blast"
    if _is_told(verb):
        return True
    if verb.lemma_.lower() not in CLIPPED or verb.tag_ not in ("VBD", "VBN"):
        return False
    subjects = [child for child in verb.lefts if child.dep_ == "nsubj"]
    counted = any(one.like_num or any(left.like_num for left in one.lefts) for one in subjects)
    following = {child.dep_ for verb in (verb, *verb.conjuncts) for child in verb.rights}
    return counted and following <= AFTER_CLIPPED and not any(left.dep_ == "aux" for left in verb.lefts)


def _is_told(verb: Token) -> bool:
    """Whether somebody is told what to do by nobody named: "*citizens told* to stay at home"."""
    to_do = any(child.dep_ == "xcomp" and child.tag_ == "VB" for child in verb.rights)
    others = any(child.dep_ in ("dobj", "dative", "aux", "prep", "ccomp") for child in verb.children)
    return verb.lemma_.lower() in TOLD and verb.tag_ in ("VBD", "VBN") and to_do and not others


def _is_before_colon(noun: Token, verb: Token) -> bool:
    """Whether a colon parts a noun from a verb: "Calm has returned to the city: *60 men* were sent"."""
    return any(token.text in (":", ";") for token in verb.doc[noun.i + 1 : verb.i])


def subject_of(verb: Token) -> Token | None:
    """The head of the verb's subject (of a passive: what is acted on), through control and coordination."""
    if is_imperative(verb):
        return None
    subjects = [child for child in verb.children if child.dep_ in ANY_SUBJECT]
    # "Sudan's *paramilitary* Rapid Support *Forces* shelled": two subjects for the parser
    subjects = [child for child in subjects if not _leads_in(child)] or subjects
    subjects = [child for child in subjects if not _is_before_colon(child, verb)] or subjects
    named = (child for child in subjects if child.pos_ != "ADJ" or not child.is_lower)
    own = next(named, next(iter(subjects), None))
    if own is not None and own.lemma_.lower() in UNITS:  # "*seconds* later a second bomb exploded"
        own = next((child for child in own.rights if child.dep_ == "appos"), own)
    if own is None:
        before = infinitive_before(verb)
        if before is not None:
            return subject_of(before)
        belief = belief_before(verb)
        if belief is not None:
            return belief.head
        return _misplaced_subject(verb) or _understood_subject(verb)
    if own.dep_ == "csubj":  # "a bomber driving a lorry blew up": the participle's subject
        return subject_of(own)
    antecedent = antecedent_of(verb) if own.lower_ in RELATIVE else None
    if antecedent is not None and own.lower_ != "who" and verb.lemma_.lower() in (*DEADLY, "leave"):
        antecedent = _deed(antecedent)
    return own if antecedent is None else antecedent


def belief_before(verb: Token) -> Token | None:
    """The verb of belief between a noun and what it is believed to do: "a man they *believe* fired"."""
    if verb.i < 2 or verb.tag_ not in ("VBD", "VBZ", "VBP"):
        return None
    before = verb.nbor(-1)
    believes = before.lemma_.lower() in BELIEVING and before.dep_ == "relcl" and before.head.i < before.i
    who = next((child for child in before.lefts if child.dep_ == "nsubj"), None)
    return before if believes and who is not None and who.lower_ not in RELATIVE else None


def _leads_in(subject: Token) -> bool:
    """Whether a word before a colon only says where: "*Bria*: armed men entered"."""
    return subject.i + 1 < len(subject.doc) and subject.nbor().text == ":"


def _deed(noun: Token) -> Token:
    """The attack told before what was attacked: "the *bombing* of the destroyer, which killed 17".

    So it is with a verb: "*bombed* a market in an attack that left ten dead".
    """
    deed = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ in ("of", "on", "against") else noun
    deed = noun.head if noun.dep_ == "dobj" else deed
    return deed if deed.i in (noun.doc._.triggers or {}) else noun


def _misplaced_subject(verb: Token) -> Token | None:
    """The subject of a verb that the parser hung on a noun, or on who reports what came of an attack."""
    above = verb.head
    dated = next((noun for child in verb.lefts if (noun := glued_to_date(child)) is not None), None)
    if dated is not None:
        return dated
    if _is_main(verb):
        return subject_of(above)
    if verb.dep_ in ("acl", "conj") and above.pos_ in NOMINAL and _is_finite_clause(verb):
        return _topmost(above)
    is_result = verb.dep_ == "advcl" and verb.tag_ == "VBG" and verb.lemma_.lower() not in SAYING
    told = told_before(above) if is_result and verb.i > above.i else None
    return None if told is None else subject_of(told)


def _understood_subject(verb: Token) -> Token | None:
    """The subject that a verb shares with the word it hangs on."""
    above = verb.head
    match verb.dep_:
        case "acl":
            return _told_of_noun(verb)
        case "xcomp" if above.pos_ in VERBAL or above.pos_ == "ADJ":
            return controller(above)
        case "ccomp" | "advcl" if above.pos_ in VERBAL or above.pos_ == "ADJ":
            return _subject_above(verb)
        case "conj" if above.pos_ in VERBAL:
            return _shared_subject(verb)
        case "pcomp" if above.head.pos_ in VERBAL:
            by_doing = above.lower_ == "by" and is_passive(above.head)  # "was killed by *shelling*"
            return None if by_doing else controller(above.head)
        case _:
            return None


def infinitive_before(verb: Token) -> Token | None:
    """The infinitive that a bare one goes on from, which the parser hung on another verb.

    "Planned to enter the hotel, *take* hostages and *bomb* the lobby": none of it was done.
    """
    bare = verb.tag_ == "VB" and not any(child.dep_ == "aux" for child in verb.lefts)
    above = verb.head
    if not bare or verb.dep_ not in STRAY or above.tag_ == "VB" or above.lemma_.lower() in BARE_OBJECTS:
        return None
    before = verb.doc[verb.sent.start : verb.i]
    joined = next((token for token in reversed(before) if token.pos_ != "ADV"), None)
    if joined is None or (joined.pos_ != "CCONJ" and joined.text != ","):
        return None
    first = max((child.i for child in verb.lefts if child.dep_ in ANY_SUBJECT), default=-1)
    marked = (t for t in reversed(before) if t.tag_ == "VB" and any(c.lower_ == "to" for c in t.lefts))
    return next((token for token in marked if token.i > first), None)


def _subject_above(clause: Token) -> Token | None:
    """Who does what a clause without a subject tells: whose plan it is, who is given time, who acts above."""
    above, undertaking = clause.head, undertaking_before(clause)
    if clause.dep_ == "advcl" and undertaking is not None:
        return _undertaker(undertaking)
    given = above.lemma_ == "give" and clause.tag_ == "VB"  # "gave them a day to leave"
    return None if _is_finite(clause) else controller(above) if given else subject_of(above)


def _is_main(verb: Token) -> bool:
    """Whether the verb above is the participle of its subject: "a van *packed* with explosives *blew* up"."""
    above = verb.head
    marked = any(child.dep_ in ("mark", "advmod", *ANY_SUBJECT) and child.i < verb.i for child in verb.lefts)
    subject = next((child for child in above.lefts if child.dep_ in ANY_SUBJECT), None)
    follows = subject is not None and subject.i + 1 == above.i < verb.i
    return (
        verb.dep_ == "advcl"
        and verb.tag_ == "VBD"
        and above.tag_ in ("VBD", "VBN")
        and follows
        and not marked
    )


def _told_of_noun(verb: Token) -> Token:
    """The subject of a clause on a noun: the noun, or whose attempt, phrase or fate it names."""
    noun = verb.head
    if noun.lemma_.lower() in UNDERTAKING and verb.tag_ == "VB":
        return _undertaker(noun)
    return _topmost(noun) if _is_finite_clause(verb) else _whose_fate(noun, verb)


def _shared_subject(verb: Token) -> Token | None:
    """The subject that a verb shares with the one before it, or with what that one only spells out."""
    above = verb.head
    if _goes_on_above(verb):
        return subject_of(above.head)
    # "was killed and wounded two": who was killed did not wound.
    killed = above.lemma_.lower() in DEADLY and is_passive(above) and not is_passive(verb)
    return None if killed else subject_of(above)


def _goes_on_above(verb: Token) -> bool:
    """Whether a verb goes on from the saying above what is said: "denied they *had* fired, and *accused*".

    So does "demanded that the army *withdraw* and *threatened*": the two differ in tense.
    """
    above = verb.head
    perfect = any(child.dep_ == "aux" and child.lower_ in PERFECT for child in above.lefts)
    plain = verb.tag_ in ("VBD", "VBZ") and not any(child.dep_ == "aux" for child in verb.lefts)
    parted = any(c.dep_ == "cc" and c.i > 0 and c.nbor(-1).text == "," for c in above.rights if c.i < verb.i)
    demanded = above.tag_ == "VB" and not any(child.dep_ == "aux" for child in above.lefts)
    speaks = verb.lemma_.lower() in SPEAKING and above.lemma_.lower() not in SPEAKING
    return above.dep_ == "ccomp" and plain and (demanded or ((perfect or speaks) and parted))


def told_before(saying: Token) -> Token | None:
    """The clause before a verb of saying that it ends with: "jets *struck* a base, media *reported*"."""
    if saying.lemma_.lower() not in SAYING:
        return None
    return next((child for child in saying.lefts if child.dep_ == "ccomp" and child.pos_ in VERBAL), None)


def _is_finite_clause(verb: Token) -> bool:
    """Whether what the parser hangs on a noun acts itself: "militants on motorcycles *killed* 14 men"."""
    acts = any(child.dep_ == "dobj" for child in verb.rights)
    return acts and verb.tag_ in ("VBD", "VBN") and not any(child.dep_ in ANY_SUBJECT for child in verb.lefts)


def _topmost(noun: Token) -> Token:
    """The noun that a phrase with "on", "in" or "from" is about: the *militants* on motorcycles."""
    while noun.dep_ == "pobj" and noun.head.dep_ == "prep":
        above = noun.head.head  # "a man disguised *as a woman* set off a bomb"
        above = above.head if above.dep_ == "acl" else above
        if above.pos_ not in NOMINAL:
            return noun
        noun = above
    return noun


def undertaking_before(verb: Token) -> Token | None:
    """The attempt or plan that an infinitive hung on a verb tells of: "foiled a *plot* to *kill*"."""
    if verb.tag_ != "VB" or not any(child.lower_ == "to" for child in verb.lefts):
        return None
    held = (child for child in verb.head.rights if child.dep_ in ("dobj", "nsubjpass") and child.i < verb.i)
    return next((noun for noun in held if noun.lemma_.lower() in UNDERTAKING), None)


def _undertaker(noun: Token) -> Token:
    """Whose attempt or plan it is: "an attempt *of the rebels* to", "*their* plan", "*he* made a plan to"."""
    owner = next((child for child in noun.lefts if child.dep_ == "poss"), None)
    of = (filler for slot, filler in prepositional(noun) if slot in ("of", "by"))
    told = owner or next(of, None)
    if told is None and noun.dep_ == "dobj" and noun.head.lemma_.lower() in HATCHING:
        told = subject_of(noun.head)
    return told or noun


def _whose_fate(noun: Token, verb: Token) -> Token:
    """Of whom there is news: "no news of the *reporter* abducted on Friday"; else the noun."""
    told = noun.lemma_.lower() in FATES and verb.tag_ in ("VBN", "VBD")
    of = (filler for slot, filler in prepositional(noun) if slot == "of" and filler.i < verb.i)
    return next(of, noun) if told else noun


def _is_finite(verb: Token) -> bool:
    """Whether a clause has a tense of its own, so that a missing subject is not that of the clause above."""
    if verb.tag_ not in NON_FINITE or any(c.dep_ == "aux" and c.lower_ in PERFECT for c in verb.lefts):
        return True
    return any(child.dep_ in ("mark", "advmod") and child.lower_ in CLAUSE_WORDS for child in verb.lefts)


def controller(verb: Token) -> Token | None:
    """Who does what an infinitive under the verb tells: its object for "ordered X to", else its subject."""
    if verb.lemma_.lower() in OBJECT_CONTROL and not is_passive(verb):
        addressed = next((child for child in verb.rights if child.dep_ in ("dobj", "dative")), None)
        if addressed is None:
            phrases = prepositional(verb)
            addressed = next((filler for slot, filler in phrases if slot in ("on", "upon", "to")), None)
        if addressed is not None:
            return addressed
    return subject_of(verb)


def is_earlier_clause(clause: Token) -> bool:
    """Whether a clause ends with a semicolon, so that the next does not tell it: "six died; it denied"."""
    end = clause.right_edge.i + 1
    before = clause.dep_ == "ccomp" and clause.i < clause.head.i
    return before and end < len(clause.doc) and clause.doc[end].text == ";"


def clause_of(token: Token) -> Token | None:
    """The verb of the clause that a token stands in; None where no verb is above it."""
    return next((above for above in token.ancestors if above.pos_ in VERBAL), None)
