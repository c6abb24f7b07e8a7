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
from builder.model import EventKind, Modality
from builder.patterns import load

WORDS = load("modality")
ABOVE = {word: Modality(name) for name, words in WORDS["above"].items() for word in words}
BESIDE = {word: Modality(name) for name, words in WORDS["beside"].items() for word in words}
AUXILIARIES = {word: Modality(name) for name, words in WORDS["auxiliaries"].items() for word in words}
UNTRUE = frozenset(WORDS["untrue"])
REPORTS = frozenset(WORDS["reports"])
CONDITIONS = frozenset(WORDS["conditions"])
ORDER = [Modality(name) for name in WORDS["order"]]
# Through these a governing word keeps what is below it in its scope; a relative clause or an adverbial
# clause tells its own facts.
QUANTIFIERS = frozenset(load("triggers")["quantifiers"])  # "a wave of strikes" is strikes
SCOPE = frozenset(("xcomp", "ccomp", "pcomp", "dobj", "pobj", "prep", "oprd", "attr", "acomp", "agent"))
RAISING = frozenset(("nsubj", "nsubjpass"))

Proposal = tuple[Modality, Token]


def _is_negated(token: Token) -> bool:
    return any(child.dep_ == "neg" or child.lower_ == "never" for child in token.children)


def _beside(token: Token) -> Iterator[Proposal]:
    """What auxiliaries, adverbs, adjectives, conditions and negation beside a word propose."""
    for child in token.children:
        lower = child.lower_
        if child.dep_ == "neg" or (child.dep_ == "det" and lower == "no"):
            yield Modality.DENIED, child
        elif child.dep_ == "aux" and lower in AUXILIARIES:
            yield AUXILIARIES[lower], child
        elif child.dep_ in ("advmod", "amod") and lower in BESIDE:
            yield BESIDE[lower], child
        elif child.dep_ == "mark" and lower in CONDITIONS:
            yield Modality.FEARED, child


def governors(token: Token) -> Iterator[Token]:
    """The words that have a trigger in their scope, nearest first."""
    current = token
    while True:
        above = current.head
        if above.i == current.i:
            return
        if current.dep_ == "relcl" and above.lemma_.lower() in REPORTS:
            yield above
            return
        infinitive = current.dep_ == "acl" and any(child.lower_ in ("to", "that") for child in current.lefts)
        raised = current.dep_ in RAISING and current.i == token.i
        coordinated = current.dep_ == "conj" and above.pos_ == current.pos_ and current.i == token.i
        if not (current.dep_ in SCOPE or infinitive or raised or coordinated):
            return
        if not coordinated:
            yield above
        if above.dep_ == "prep" and above.pos_ != "VERB":
            yield above.head  # "fear of an attack"; what governs the fear is another matter
            if above.head.lemma_.lower() not in QUANTIFIERS:
                return
            current = above.head
            continue
        current = above


def proposals(token: Token) -> Iterator[Proposal]:
    """Every modality that the surroundings of a trigger propose, with the word that does."""
    yield from _beside(token)
    is_noun = token.pos_ != "VERB"
    for depth, above in enumerate(governors(token)):
        if above.lemma_.lower() in REPORTS and _is_untrue(above):
            yield Modality.DENIED, above
        cue = ABOVE.get(above.lemma_.lower())
        if cue is not None and not _is_negated(above):
            yield cue, above
        # The verb that holds an event noun lends it tense and negation: "no attack took place".
        if is_noun and depth == 0 and above.pos_ in ("VERB", "AUX") and token.dep_ in RAISING | {"dobj", "attr"}:
            yield from _beside(above)
        elif depth == 0 and token.dep_ == "xcomp":
            yield from _beside(above)


def _is_untrue(report: Token) -> bool:
    """Whether the text calls a report wrong: "an earlier report that ... was wrong"."""
    told = (below for below in report.head.subtree if below.dep_ in ("acomp", "attr", "oprd"))
    return any(below.lower_ in UNTRUE for below in told)


def judge(doc: Doc, event: EventMention) -> EventMention:
    """The event mention with its modality and the words that decided it."""
    if event.trigger.kind is EventKind.STATEMENT:
        return event
    found = list(proposals(doc[event.trigger.token]))
    for modality in ORDER:
        cues = tuple(token.i for proposed, token in found if proposed is modality)
        if cues:
            return replace(event, modality=modality, cues=event.cues + cues)
    return event


@Language.factory(
    "polemos_modality",
    requires=["doc._.event_mentions", "token.dep", "token.lemma"],
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
