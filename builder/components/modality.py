"""Modality: how far the text commits itself to each event, with the words that decided it.

The words above a trigger ("appears to", "plans", "fears"), beside it ("reportedly", "attempted"), its
auxiliaries, conditions and negation each propose a modality; the strongest in the order of
patterns/modality.json is kept.
"""

from collections.abc import Iterator
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention, register_extensions
from builder.components.parse_labels import VERBAL
from builder.components.purposes import preparation, supposition
from builder.components.rumours import CHECKING, REPORTS, contested, discredited, doubts_of, report_above
from builder.components.syntax import (
    SAYING,
    belief_before,
    infinitive_before,
    is_earlier_clause,
    is_gapped,
    is_imperative,
    is_negated,
    is_noncommittal,
    undertaking_before,
)
from builder.model import EventKind, Modality
from builder.patterns import load

WORDS = load("modality")
ABOVE = {word: Modality(name) for name, words in WORDS["above"].items() for word in words}
BESIDE = {word: Modality(name) for name, words in WORDS["beside"].items() for word in words}
AUXILIARIES = {word: Modality(name) for name, words in WORDS["auxiliaries"].items() for word in words}
ATTEMPTS = frozenset(WORDS["attempts"])
FACING = frozenset(WORDS["facing"])
FACING_WITHIN = 5  # tokens from "or" to the attack: "or risk further deadly drone attacks"
PREVENTED = frozenset(WORDS["prevented"])  # told as done, what they govern was attempted
CONDITIONS = frozenset(WORDS["conditions"])
ANYBODY = frozenset(WORDS["anybody"])
# Verbs and adjectives that tell of what an infinitive under them says that it is to come, or will not.
BEFORE_INFINITIVE = {w: Modality(name) for name, words in WORDS["before_infinitive"].items() for w in words}
# Verbs that mean so with one particle or preposition: "*called for* attacks", "*ruled out* an attack".
PHRASES = {tuple(p.split()): Modality(name) for name, phrases in WORDS["phrases"].items() for p in phrases}
ORDER = tuple(Modality(name) for name in WORDS["order"])
QUANTIFIERS = frozenset(load("triggers")["quantifiers"])  # "a wave of strikes" is strikes
# Through these a governing word keeps what is below it in its scope; a relative clause or an adverbial
# clause tells its own facts.
SCOPE = frozenset(
    ("xcomp", "ccomp", "pcomp", "dobj", "pobj", "prep", "oprd", "attr", "acomp", "agent", "appos")
)
RAISING = frozenset(("nsubj", "nsubjpass"))
LENDING = RAISING | {"dobj", "attr"}

EXPOSED = frozenset(WORDS["exposed"])  # "will be *subject* to air strikes": the strikes are to come
NOBODY = frozenset(load("attribution")["nobody"])
NOTHING = frozenset(("no", "not", "neither"))
LASTED = frozenset((*load("triggers")["suffering_verbs"], *load("triggers")["preventing_verbs"]))
CARRYING = (frozenset(load("triggers")["support_verbs"]) - LASTED) | {"suffer", "plan", "want", "see", "be"}
BACKGROUND = frozenset(WORDS["background"])
HARM = frozenset(load("incidents")["effects"]) - {"damage"}  # that nobody was hurt denies no attack
# Kinds of which nobody's part says that nothing happened; of attacks it may be said of the harm alone.
BY_SOMEBODY = frozenset((EventKind.EVENT, EventKind.MOVEMENT))
PAST_OBJECTS = frozenset((*load("circumstances")["avenging"], *load("times")["back"]))
WARNED = frozenset((Modality.THREATENED, Modality.DEMANDED))

Proposal = tuple[Modality, Token]


def judge(doc: Doc, event: EventMention) -> EventMention:
    """The event mention with its modality and the words that decided it."""
    if event.trigger.kind is EventKind.STATEMENT:
        return event
    found = _weighed(list(proposals(doc[event.trigger.token])))
    if event.trigger.kind is EventKind.MOVEMENT:
        found = [(_announced(modality, token), token) for modality, token in found]
    nobody = _nobody(doc[event.trigger.token])
    attacked = nobody is not None and nobody.dep_ == "nsubj" and _is_deniable(event)
    if nobody is not None and (event.trigger.kind in BY_SOMEBODY or attacked):
        return replace(event, modality=Modality.DENIED, cues=(*event.cues, nobody.i))
    nothing = _nothing(doc[event.trigger.token]) if _is_deniable(event) else None
    if nothing is not None:
        return replace(event, modality=Modality.DENIED, cues=(*event.cues, nothing.i))
    if event.trigger.kind is EventKind.WARNING:  # itself a threat or a demand, not threatened or demanded
        found = [one for one in found if one[0] not in WARNED]
    for modality in ORDER:
        cues = tuple(token.i for proposed, token in found if proposed is modality)
        if cues:
            return replace(event, modality=modality, cues=event.cues + cues)
    return event


def _nobody(verb: Token) -> Token | None:
    """The word that says that nobody did or suffered what a verb tells: "*no one* has been arrested"."""
    subjects = (child for child in verb.children if child.dep_ in RAISING)
    for subject in subjects:
        if subject.lower_ in NOBODY or any(child.lower_ in NOBODY for child in subject.lefts):
            return subject
    return None


def _announced(modality: Modality, token: Token) -> Modality:
    """A movement that somebody says would come is planned: "said that soldiers *would* be sent"."""
    clause = token.head
    told = token.lower_ == "would" and clause.dep_ == "ccomp" and clause.head.lemma_.lower() in SAYING
    return Modality.PLANNED if told else modality


def _is_deniable(event: EventMention) -> bool:
    return event.trigger.kind is EventKind.ATTACK and event.trigger.frame not in HARM


def _nothing(verb: Token) -> Token | None:
    """The word that says that nothing was fired or hit: "fired *no* rocket", "*not* a single rocket was"."""
    affected = (child for child in verb.children if child.dep_ in ("dobj", "nsubjpass"))
    return next((left for noun in affected for left in noun.lefts if left.lower_ in NOTHING), None)


def _weighed(found: list[Proposal]) -> list[Proposal]:
    """The proposals without the future tense of what is only feared: "*fear* that rebels *will* attack"."""
    feared = any(modality is Modality.FEARED for modality, _ in found)
    return [one for one in found if not (feared and one[1].dep_ == "aux" and one[0] is Modality.PLANNED)]


def proposals(token: Token) -> Iterator[Proposal]:
    """Every modality that the surroundings of a trigger propose, with the word that does."""
    yield from _beside(token)
    yield from _shared_tense(token)
    yield from _of_whole(token)
    if is_imperative(token):
        yield Modality.DEMANDED, token
    if (supposing := supposition(token)) is not None:
        yield Modality.FEARED, supposing
    if (untrue := discredited(token)) is not None:
        yield Modality.DENIED, untrue
    if (claim := contested(token)) is not None:
        yield Modality.ALLEGED, claim
    if token.lemma_.lower() in ATTEMPTS:
        yield (Modality.FEARED if _is_any(token) else Modality.ATTEMPTED), token
    for depth, above in enumerate(governors(token)):
        yield from ((modality, above) for modality in _from_above(above, token))
        if depth == 0 and _lends(above, token):
            yield from (each for each in _beside(above) if _may_lend(each[0], above, token))
        if above.lemma_.lower() in EXPOSED and above.head.pos_ in VERBAL:
            yield from _beside(above.head)


def _from_above(above: Token, token: Token) -> Iterator[Modality]:
    """What a word that has a trigger in its scope makes of it."""
    lemma = above.lemma_.lower()
    if lemma in REPORTS:
        yield from doubts_of(above)
    if (meant := _phrase(above, token) or _to_come(above, token)) is not None:
        yield meant
    if lemma in ABOVE and is_noncommittal(above):
        yield Modality.ALLEGED
    elif lemma in ABOVE and not is_negated(above) and not _is_only_possible(above):
        yield _governed(above)
    # "there would be a cost *if* their land was *used* for attacks"
    yield from (_of_condition(above, child) for child in above.lefts if _is_condition(child))


def _is_only_possible(above: Token) -> bool:
    """Whether an attempt itself is to come: "*might try* to blow up the dam"; what else is said decides."""
    beside = {child.lower_ for child in above.lefts if child.dep_ == "aux"}
    to_come = not beside.isdisjoint(AUXILIARIES) and "have" not in beside  # "may *have* tried"
    return ABOVE[above.lemma_.lower()] is Modality.ATTEMPTED and to_come


def _denies_more(child: Token, verb: Token) -> bool:
    """Whether a word opens a clause that says what was not done either: "*Nor* did troops enter the town"."""
    return child.lower_ == "nor" and child.i == child.sent.start and child.i < verb.i


def _is_condition(child: Token) -> bool:
    return child.dep_ == "mark" and child.lower_ in CONDITIONS


def _of_condition(clause: Token, mark: Token) -> Modality:
    """What is only feared, or, where it is looked into "*whether*" somebody did it, alleged."""
    checked = mark.lower_ == "whether" and clause.head.lemma_.lower() in CHECKING
    return Modality.ALLEGED if checked else Modality.FEARED


def _governed(above: Token) -> Modality:
    """What a word makes of what it governs; "*any attempt* to" and "*prevented* an attack" differ."""
    if _is_any(above):
        return Modality.FEARED
    done = above.lemma_.lower() in PREVENTED and above.tag_ in ("VBD", "VBN")
    return Modality.ATTEMPTED if done else ABOVE[above.lemma_.lower()]


def _is_any(noun: Token) -> bool:
    """Whether a noun stands for what may come: "*any* attack will be answered"."""
    return any(child.dep_ == "det" and child.lower_ == "any" for child in noun.lefts)


def _lends(above: Token, token: Token) -> bool:
    """Whether a governing verb's tense and negation are the trigger's too: "*no* attack *took* place"."""
    if token.dep_ == "xcomp":
        return True
    if any(child.lower_.startswith("un") for child in above.rights if child.dep_ == "acomp"):
        return False  # "the attack must *not* go *unpunished*"
    return token.pos_ != "VERB" and token.dep_ in LENDING and above.pos_ in VERBAL


def _may_lend(modality: Modality, verb: Token, token: Token) -> bool:
    """Whether a verb's modality may be a noun's too.

    Not so in "the attack *should* be studied", which asks for none, and "was *not the first*".
    """
    described = verb.lemma_ == "be" and any(child.dep_ == "attr" for child in verb.rights)
    if modality is Modality.DENIED:  # "did *not* claim the attack" denies none, "did *not* launch" one does
        unmeant = token.dep_ == "dobj" and verb.lemma_.lower() not in CARRYING
        return not (unmeant or (described and token.dep_ in RAISING))
    return modality is not Modality.DEMANDED or token.pos_ == "VERB"


def _of_whole(token: Token) -> Iterator[Proposal]:
    """What is proposed of the deed that a trigger is a part of: "*vowed* to win by *bombing* the port".

    So it is of an operation that is told by its purpose: "the operation to *retake* the town *will* begin".
    """
    above = token.head
    if token.dep_ == "pcomp" and above.lower_ == "by" and above.head.pos_ == "VERB":
        yield from proposals(above.head)
    if (
        token.dep_ in ("acl", "relcl")
        and token.tag_ == "VB"
        and above.dep_ in RAISING
        and above.head.pos_ in VERBAL
    ):
        yield from _beside(above.head)


def _phrase(above: Token, token: Token) -> Modality | None:
    """What a verb means with its particle, or with the preposition that leads to the trigger."""
    lemma = above.lemma_.lower()
    # "the bombing, which it *called revenge for* the killing": a verb with an object is another
    bare = not any(child.dep_ in ("dobj", "oprd") for child in above.children)
    rest = (c for c in above.children if c.dep_ == "prt" or (bare and c.is_ancestor(token)))
    return next((found for child in rest if (found := PHRASES.get((lemma, child.lower_)))), None)


def _to_come(above: Token, token: Token) -> Modality | None:
    """What the word before an infinitive makes of it: "*is* to arrive", "*refused* to withdraw"."""
    infinitive = token.tag_ == "VB" and any(child.lower_ == "to" for child in token.lefts)
    held = token.dep_ in ("xcomp", "advcl") and token.head.i == above.i and token.i > above.i
    if above.lemma_ == "be" and any(child.dep_ == "attr" and child.i < token.i for child in above.rights):
        return None  # "was *one of four* blasts to hit the town", which did
    return BEFORE_INFINITIVE.get(above.lemma_.lower()) if infinitive and held else None


def _beside(token: Token) -> Iterator[Proposal]:
    """What auxiliaries, adverbs, adjectives, conditions and negation beside a word propose."""
    if (aim := preparation(token)) is not None:
        yield Modality.PLANNED, aim
    if _is_alternative(token):
        yield Modality.THREATENED, token
    if _is_any(token):
        yield Modality.FEARED, token
    if _is_inverted(token) or _is_by_whoever(token):
        yield Modality.FEARED, token
    for child in token.children:
        lower = child.lower_
        if child.dep_ == "neg" or (child.dep_ == "det" and lower == "no") or _denies_more(child, token):
            yield Modality.DENIED, child
        elif child.dep_ == "aux" and lower in AUXILIARIES:
            yield _by_auxiliary(token, child), child
        elif child.dep_ in ("advmod", "amod") and lower in BESIDE:
            yield BESIDE[lower], child
        elif _is_condition(child):
            yield _of_condition(token, child), child


def _by_auxiliary(verb: Token, auxiliary: Token) -> Modality:
    """What an auxiliary makes of its verb; "*must have* fired" supposes, and demands nothing."""
    if _is_intended(verb, auxiliary):
        return Modality.PLANNED
    modality = AUXILIARIES[auxiliary.lower_]
    perfect = any(child.dep_ == "aux" and child.lower_ == "have" for child in verb.lefts)
    return Modality.ALLEGED if perfect and modality is Modality.DEMANDED else modality


def _is_by_whoever(verb: Token) -> bool:
    """Whether nobody is said to do it yet: "*whoever attacks* us will pay", "anyone who *attacks* us"."""
    subject = next((child for child in verb.lefts if child.dep_ == "nsubj"), None)
    if subject is None or verb.tag_ not in ("VBZ", "VBP"):
        return False
    return subject.lower_ in ANYBODY or (verb.dep_ == "relcl" and verb.head.lower_ in ANYBODY)


def _is_inverted(verb: Token) -> bool:
    """Whether the order of words makes a condition: "*had* the bomb *exploded*, hundreds would have died"."""
    first = next((child for child in verb.lefts if child.dep_ == "aux"), None)
    subject = next((child for child in verb.lefts if child.dep_ in RAISING), None)
    before = first is not None and subject is not None and first.i < subject.i
    return before and verb.dep_ == "advcl" and first is not None and first.lower_ in ("had", "should", "were")


def _shared_tense(verb: Token) -> Iterator[Proposal]:
    """What the auxiliary proposes that a verb shares with the one before it: "*will* raid and *strike*"."""
    above = verb.head
    bare = verb.tag_ == "VB" and not any(child.dep_ in ("aux", *RAISING) for child in verb.lefts)
    bare = bare or is_gapped(verb)
    if verb.dep_ == "conj" and above.pos_ in VERBAL and bare:
        shared = (child for child in above.lefts if child.dep_ == "aux" and child.lower_ in AUXILIARIES)
        yield from ((AUXILIARIES[child.lower_], child) for child in shared)
        yield from _shared_tense(above)


def _is_intended(verb: Token, auxiliary: Token) -> bool:
    """Whether "would" tells what speakers say that they will do: "said *it would* move a company"."""
    said = verb.dep_ == "ccomp" and verb.head.lemma_.lower() in SAYING and auxiliary.lower_ == "would"
    return said and any(child.dep_ == "nsubj" and child.pos_ == "PRON" for child in verb.lefts)


def _is_alternative(verb: Token) -> bool:
    """Whether a verb tells what befalls those who do not comply: "must pay *or be attacked*"."""
    if verb.pos_ != "VERB":  # "must stop or *face* attacks"
        before = verb.doc[max(verb.sent.start, verb.i - FACING_WITHIN) : verb.i]
        return any(t.lower_ in FACING and t.nbor(-1).lower_ == "or" for t in before)
    bare = any(child.dep_ == "auxpass" and child.lower_ == "be" for child in verb.lefts)
    modal = any(child.dep_ == "aux" for child in verb.lefts)
    joined = verb.dep_ == "conj" and any(child.lower_ == "or" for child in verb.head.rights)
    return bare and joined and not modal


def governors(token: Token) -> Iterator[Token]:
    """The words that have a trigger in their scope, nearest first."""
    current = token
    undertaking = undertaking_before(token) if token.dep_ == "advcl" else None
    if undertaking is not None:
        yield undertaking
        current = undertaking
    current = infinitive_before(current) or current
    while current.head.i != current.i:
        above = current.head
        report = report_above(current)
        if report is not None:
            yield report
            return
        yield from filter(None, (belief_before(current),))
        is_first = current.i == token.i
        if current.dep_ == "dobj" and above.lemma_.lower() in PAST_OBJECTS:
            return  # "vowed to avenge the *killing*": it was done
        bare = current.tag_ in ("VB", "VBP") and not any(child.dep_ == "nsubj" for child in current.lefts)
        coordinated = (is_first or bare) and current.dep_ == "conj" and above.pos_ == current.pos_
        raised = is_first and current.dep_ in RAISING
        if not (coordinated or raised or _is_in_scope(current)):
            return
        if not coordinated:
            yield above
            # "it is *possible* that rebels attacked"
            yield from (child for child in above.rights if child.dep_ == "acomp" and above.lemma_ == "be")
        if above.dep_ == "prep" and above.pos_ != "VERB":
            if above.lower_ in BACKGROUND:
                return  # "vowed revenge *after* the attack": it was done
            suffered = above.lower_ == "under"  # "rumours that the airport had come *under attack*"
            above = above.head
            yield above  # "fear of an attack"; what governs the fear is another matter
            yield from _above_object(current, above)
            if above.lemma_.lower() not in QUANTIFIERS and not suffered:
                return
        current = infinitive_before(above) or above


def _above_object(clause: Token, noun: Token) -> Iterator[Token]:
    """The verb that tells a clause of its object: "*accused* aircraft of bombing the camp"."""
    return iter((noun.head,) if clause.dep_ == "pcomp" and noun.dep_ == "dobj" else ())


def _is_in_scope(token: Token) -> bool:
    """Whether the word above a token has it in its scope: as complement, or as "plans *to* attack"."""
    before = token.dep_ == "ccomp" and token.i < token.head.i
    if is_earlier_clause(token):
        return False
    if before and any(child.dep_ == "dobj" for child in token.head.rights):
        return False  # "he was abducted; the group *denied* involvement"
    if token.dep_ == "acl":
        return any(child.lower_ in ("to", "that") for child in token.lefts)
    return token.dep_ in SCOPE


@Language.factory(
    "polemos_modality",
    requires=["doc._.event_mentions", "token.dep", "token.pos", "token.lemma"],
    assigns=["doc._.event_mentions"],
)
def create_modality(nlp: Language, name: str) -> "ModalityJudge":
    """Make the component; it has no settings."""
    register_extensions()
    return ModalityJudge()


class ModalityJudge:
    """Sets the modality of each event mention."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = tuple(judge(doc, event) for event in doc._.event_mentions)
        return doc
