"""What the parser takes apart in the news, put together: clauses without "were", verbs of headlines.

spaCy's models learned from whole sentences. Where a report shortens them, the same errors come again: "ten
were killed and *six wounded* in Ghazni", of which the second half becomes a clause on "six", and "Rebels
*ambush* convoy", which becomes a convoy of a kind. Corrected here, no later component needs to know of them.
"""

from collections.abc import Callable, Collection
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import register_extensions
from builder.components.once import forget
from builder.components.parse_labels import ANY_SUBJECT, NOMINAL, VERBAL
from builder.components.syntax import SAYING, tokens_with
from builder.patterns import load

WORDS = load("parse_repairs")
HARMED = frozenset(WORDS["harmed"])
HEADLINE_VERBS = frozenset(WORDS["headline_verbs"])
FORMS = (*HEADLINE_VERBS, *(f"{verb}s" for verb in HEADLINE_VERBS))
COLLECTIVE = frozenset(WORDS["collective"])
PAST_FORMS: dict[str, str] = WORDS["past_forms"]  # that spaCy may take for nouns, with the lemmas
CLAUSES = frozenset(("ROOT", "conj", "ccomp", "advcl"))
HARMING = frozenset(WORDS["harming"])
TELLING = frozenset(WORDS["telling"])
PARTICIPLES = frozenset(("VBN", "VBD"))
# How the parser calls what stands before the gapped participle, for want of its verb.
STRAY_SUBJECTS = frozenset(("conj", "npadvmod", "dobj", "appos", "dep", "nsubj", "attr"))
HELD = ("hostage", "captive", "prisoner")
HOLDING = frozenset(("take", "hold", "keep"))
# Prepositions that may also begin a clause.
MARKS = frozenset(("after", "before", "since", "until"))
ACTING = (*NOMINAL, "PRON")
ACTED_ON = (*NOMINAL, "ADJ", "NUM", "DET")
BEFORE_HEAD = frozenset(("compound", "nmod", "amod", "nsubj"))


def repair(doc: Doc) -> None:
    """Correct the heads, relations and tags of a document in place."""
    for attribute, values, mend in REPAIRS:
        for token in tokens_with(doc, attribute, *values):
            mend(token)
        forget(doc)


def _has_subject(verb: Token) -> bool:
    return any(child.dep_ in ANY_SUBJECT for child in verb.lefts)


def _acts(verb: Token) -> bool:
    return any(child.dep_ == "dobj" for child in verb.rights)


def _participle_on(noun: Token) -> Token | None:
    """The first clause on a noun that the tagger may have taken a finite verb for."""
    return next((child for child in noun.rights if child.dep_ == "acl" and child.tag_ in PARTICIPLES), None)


def _gerunds_on(noun: Token) -> list[Token]:
    return [child for child in noun.rights if child.dep_ == "acl" and child.tag_ == "VBG"]


def _first_of_gapped(verb: Token) -> Token | None:
    """The passive before a participle that shares its "were": "ten were *killed* and six *wounded*"."""
    own = {child.dep_ for child in verb.children}
    if verb.lemma_.lower() not in HARMED or not own.isdisjoint(("aux", "auxpass", "dobj", "nsubjpass")):
        return None
    subject = _gapped_subject(verb)
    if subject is None or not _is_joined(subject):
        return None
    above = subject.head if subject.head != verb else verb.head
    first = next((child for child in above.rights if _is_infinitive(child) and child.i < verb.i), above)
    told = first.tag_ in PARTICIPLES and first.i < subject.i and first.lemma_.lower() in HARMED
    return first if told and _is_told_passive(first) else None


def _gapped_subject(verb: Token) -> Token | None:
    """Of whom a participle is told: its own subject, or the stray word that it hangs on."""
    if verb.dep_ == "acl":
        return verb.head if verb.head.dep_ in STRAY_SUBJECTS and verb.head.i < verb.i else None
    if verb.dep_ not in ("conj", "ccomp", "advcl"):
        return None
    return next((child for child in verb.lefts if child.dep_ == "nsubj"), None)


def _is_joined(subject: Token) -> bool:
    """Whether "and" or a comma stands right before a phrase."""
    first = subject.left_edge
    return first.i > first.sent.start and (first.nbor(-1).dep_ == "cc" or first.nbor(-1).text == ",")


def _is_infinitive(verb: Token) -> bool:
    return verb.dep_ == "xcomp" and any(child.dep_ == "auxpass" for child in verb.lefts)


def _is_told_passive(verb: Token) -> bool:
    """Whether a participle has its "were", or stands without it in a headline: "Four *killed*, six hurt"."""
    own = {child.dep_ for child in verb.children}
    return "auxpass" in own or (verb.dep_ in ("ROOT", "acl") and own.isdisjoint(("aux", "dobj")))


def _tie_gapped(verb: Token) -> None:
    first, subject = _first_of_gapped(verb), _gapped_subject(verb)
    if first is not None and subject is not None:
        verb.head, verb.dep_ = first, "conj"
        subject.head, subject.dep_ = verb, "nsubjpass"


def _tie_to_subject_before(verb: Token) -> None:
    """Give a verb its subject that was hung on "after": "a year after a massacre *left* 150 dead"."""
    if verb.dep_ not in ("conj", "advcl", "ccomp", "acl") or _has_subject(verb):
        return
    before = verb.nbor(-1) if verb.i > verb.sent.start else verb
    marks = (
        each for each in (before, *before.ancestors) if each.dep_ == "pobj" and each.head.lower_ in MARKS
    )
    subject = next((noun for noun in marks if noun.right_edge.i == before.i), None)
    if subject is None or verb in subject.subtree:
        return
    mark = subject.head
    verb.head, verb.dep_ = mark.head, "advcl"
    subject.head, subject.dep_ = verb, "nsubj"
    mark.head, mark.dep_ = verb, "mark"


def _part_two_subjects(saying: Token) -> None:
    """Give the first of two subjects the verb that was hung on it: "Rebels *killed* six, police said"."""
    subjects = [child for child in saying.lefts if child.dep_ == "nsubj"]
    if len(subjects) != 2 or subjects[1].left_edge.nbor(-1).text != ",":
        return
    first = subjects[0]
    hung = [each for each in first.subtree if each.dep_ == "acl" and each.tag_ in PARTICIPLES]
    told = next((each for each in reversed(hung) if each.tag_ == "VBD" or _acts(each)), None)
    # "a bomb planted in a car *detonated* in a market, police said"
    told = told or next(iter(hung[1:]), None)
    if told is None:
        return
    results = [child for child in _gerunds_on(first) if child.i > told.i]
    told.head, told.dep_ = saying, "ccomp"
    first.head, first.dep_ = told, "nsubj"
    for result in results:
        result.head, result.dep_ = told, "advcl"


def _find_speaker(saying: Token) -> None:
    """Give a verb of saying the subject that was taken for one of the dead: "six died, *police* said"."""
    if saying.lemma_.lower() not in SAYING or _has_subject(saying):
        return
    speaker = saying.nbor(-1) if saying.i > saying.sent.start else saying
    while speaker.dep_ in ("pobj", "prep", "compound", "conj") and speaker.nbor(-1).text != ",":
        speaker = speaker.head
    first = speaker.left_edge
    apart = (
        first.i > saying.sent.start and first.nbor(-1).text == "," and speaker.right_edge.i == saying.i - 1
    )
    if apart and speaker.dep_ in ("appos", "conj", "npadvmod", "dobj") and speaker.pos_ in NOMINAL:
        speaker.head, speaker.dep_ = saying, "nsubj"


def _make_relative(pronoun: Token) -> None:
    """Make a clause of what was taken for a noun's own: "the blast, *which officials blamed* on rebels"."""
    noun = pronoun.head
    if pronoun.dep_ != "det" or noun.i != pronoun.i + 1 or pronoun.i - 2 < pronoun.sent.start:
        return
    told = _participle_on(noun)
    before = pronoun.nbor(-2)
    if told is None or pronoun.nbor(-1).text != "," or before.pos_ not in NOMINAL:
        return
    told.head, told.dep_, told.tag_ = before, "relcl", "VBD"
    noun.head, noun.dep_ = told, "nsubj"
    pronoun.head, pronoun.dep_ = told, "dobj"


def _make_state(word: Token) -> None:
    """Make a noun of what was taken for a verb: "took hundreds of people *hostage* in a theatre"."""
    verb = word.head
    if word.pos_ != "VERB" or word.dep_ != "advcl" or verb.lemma_ not in HOLDING or word.i < verb.i:
        return
    for child in [child for child in word.rights if child.dep_ == "prep"]:
        child.head = verb
    word.pos_, word.tag_, word.dep_ = "NOUN", "NN", "oprd"


def _raise_result(result: Token) -> None:
    """Hang what came of an attack on it: "blew up a bus carrying police in Gao, *killing* 35"."""
    clause = result.head
    if result.dep_ != "advcl" or clause.dep_ != "acl" or result.lemma_.lower() not in HARMED:
        return
    noun = clause.head
    verb = noun.head.head if noun.dep_ == "pobj" else noun.head
    if noun.dep_ in ("dobj", "pobj") and verb.pos_ == "VERB" and result.nbor(-1).text == ",":
        result.head = verb


def _make_result(word: Token) -> None:
    """Make a verb of what was taken to describe a second object: "blew up a pipe, *halting* supplies"."""
    noun, verb = word.head, word.head.head
    if not word.lower_.endswith("ing") or word.i == word.sent.start:
        return
    objects = [child for child in verb.rights if child.dep_ == "dobj"]
    if word.nbor(-1).text == "," and noun.dep_ == "dobj" and noun in objects[1:]:
        word.pos_, word.tag_, word.dep_ = "VERB", "VBG", "advcl"
        word.head = verb
        noun.head = word


def _free_from_date(preposition: Token) -> None:
    """Give a verb the subject that the parser hung on a date: "*On 23 August the army* bombed Huambo"."""
    below = [child for child in preposition.rights if child.dep_ == "pobj"]
    if [noun.ent_type_ == "DATE" for noun in below] != [True, False]:
        return
    noun = below[1]
    verb = _participle_on(noun)
    if verb is None or not _acts(verb):
        return
    verb.head = verb if preposition.dep_ == "ROOT" else preposition.head
    verb.dep_ = preposition.dep_ if preposition.dep_ == "ROOT" else "conj"
    verb.tag_ = "VBD"
    noun.head, noun.dep_ = verb, "nsubj"
    preposition.head, preposition.dep_ = verb, "prep"


def _tie_to_deed(result: Token) -> None:
    """Hang what was done on the deed: "blamed rebels for a bomb that *hit* a bus, *killing* 9"."""
    telling = result.head
    if result.dep_ != "advcl" or telling.i > result.i or telling.lemma_.lower() not in TELLING:
        return
    if result.lemma_.lower() not in HARMING:
        return
    between = [verb for verb in telling.doc[telling.i + 1 : result.i] if telling.is_ancestor(verb)]
    deeds = [verb for verb in between if verb.dep_ == "relcl" and verb.tag_ == "VBD"]
    if deeds:
        result.head = deeds[-1]


def _make_past(token: Token) -> None:
    """Make a verb of a past form that has a subject: "a gunman *shot* and wounded the mayor"."""
    if token.tag_ == "NN" and token.dep_ in CLAUSES and _has_subject(token):
        token.pos_, token.tag_, token.lemma_ = "VERB", "VBD", PAST_FORMS[token.lower_]


def _is_headline_verb(token: Token) -> bool:
    """Whether what the parser took for a noun stands as a verb does: "Rebels *ambush* convoy".

    Before it stands who acts, and agrees with it, or another such verb: "bomb depot and *attack* base".
    """
    sentence = token.sent
    if token.i in (sentence.start, sentence.end - 1) or not (
        token.pos_ in NOMINAL or token.dep_ == "compound"
    ):
        return False
    before, after = token.nbor(-1), token.nbor()
    if not (after.pos_ in ACTED_ON or after.dep_ in ("compound", "ROOT")):
        return False
    root = sentence.root
    if root.pos_ in VERBAL and _has_subject(root):
        return before.dep_ == "cc" and root.lower_ in FORMS
    return before.pos_ in ACTING and before.dep_ in BEFORE_HEAD and _agrees(before, token)


def _agrees(subject: Token, verb: Token) -> bool:
    """Whether a word is the subject of a verb in the present by number: "rebels *raid*", "army *raids*"."""
    if subject.lower_ in COLLECTIVE:
        return True
    is_plural = subject.tag_ in ("NNS", "NNPS") or subject.lower_.endswith(("s", "men"))
    return is_plural is (verb.lower_ in HEADLINE_VERBS)


def _make_verb(verb: Token) -> None:
    """Make a headline's verb of a noun, with its object and its subject or the verb before it."""
    if not _is_headline_verb(verb):
        return
    root, before = verb.sent.root, verb.nbor(-1)
    target = verb
    while target.dep_ in ("compound", "nmod", "amod") and target.head.i > verb.i:
        target = target.head
    is_bare = verb.lower_ in HEADLINE_VERBS
    verb.pos_, verb.tag_ = "VERB", "VBP" if is_bare else "VBZ"
    verb.lemma_ = verb.lower_ if is_bare else verb.lower_.removesuffix("s")
    if before.dep_ == "cc":
        verb.head, verb.dep_ = root, "conj"
    else:
        _make_root(verb, root, before)
    if target.i != verb.i:
        target.head, target.dep_ = verb, "dobj"
        for clause in _gerunds_on(target):
            clause.head, clause.dep_ = verb, "advcl"  # "Gunmen attack mosque, *killing* 12"


def _make_root(verb: Token, root: Token, subject: Token) -> None:
    """Put a verb above its subject, what describes that, and what the parser took for the root."""
    described = [token for token in verb.doc[verb.sent.start : subject.i] if token.head.i >= verb.i]
    verb.head, verb.dep_ = verb, "ROOT"
    subject.head, subject.dep_ = verb, "nsubj"
    for token in described:
        token.head = subject
    if root.i not in (verb.i, subject.i):
        root.head, root.dep_ = verb, "advcl"


# Tokens that have an attribute of spaCy with one of some values, and what mends them, in this order.
REPAIRS: Final[tuple[tuple[str, Collection[str], Callable[[Token], None]], ...]] = (
    ("TAG", PARTICIPLES, _tie_gapped),
    ("TAG", ("VBD",), _tie_to_subject_before),
    ("TAG", ("VBD",), _part_two_subjects),
    ("TAG", ("VBD",), _find_speaker),
    ("LOWER", HELD, _make_state),
    ("TAG", ("VBG",), _raise_result),
    ("TAG", ("WDT",), _make_relative),
    ("DEP", ("amod",), _make_result),
    ("LOWER", ("on", "in"), _free_from_date),
    ("TAG", ("VBG",), _tie_to_deed),
    ("LOWER", tuple(PAST_FORMS), _make_past),
    ("LOWER", FORMS, _make_verb),
)


@Language.factory(
    "polemos_parse_repairs",
    requires=["token.dep", "token.tag", "token.lemma"],
    assigns=["token.dep", "token.tag", "token.lemma"],
)
def create_parse_repairs(nlp: Language, name: str) -> "ParseRepairer":
    """Make the component; it has no settings."""
    register_extensions()
    return ParseRepairer()


class ParseRepairer:
    """Corrects what spaCy's parser and tagger wrote."""

    def __call__(self, doc: Doc) -> Doc:
        """Correct one document."""
        repair(doc)
        return doc
