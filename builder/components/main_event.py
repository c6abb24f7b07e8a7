"""What a short report is about: the type that the trained model gives to the whole, put on its event.

A dispatch of a few sentences has one main event. Rules know an event by its words, the model a text by all of
them: where both read one event of the same kind, the model says which; where the rules read none, it tells
of one, without roles.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import EventMention, Incident, Trigger, register_extensions
from builder.components.lexicon import ancestors
from builder.components.reader import Learnings
from builder.components.senses import is_unmeant
from builder.model import EventKind, Modality
from builder.patterns import load

WORDS = load("main_event")
# The model must be so sure: of thirty-one types, one of no event, each has three hundredths by chance.
SURE: float = WORDS["sure"]
# To be told by a verb that is no trigger by itself, an event must be more likely than not.
LIKELY = 0.5
# Kinds and concepts; of several the rules must have read one, for the model does not tell them apart.
TYPES: dict[str, tuple[EventKind, tuple[str, ...]]] = {
    label: (EventKind(kind), tuple(concepts)) for label, (kind, *concepts) in WORDS["types"].items()
}
HAPPENED = (Modality.ASSERTED, Modality.ALLEGED, Modality.ATTEMPTED)


def with_main_event(doc: Doc) -> tuple[Incident, ...]:
    """The incidents of a document, the main one with the type and the probability that the model gives it."""
    learned: Learnings | None = doc._.learned
    incidents: tuple[Incident, ...] = doc._.incidents
    main = None if learned is None else learned.main
    if main is None or main.probability < SURE or main.label not in TYPES:
        return incidents
    kind, concepts = TYPES[main.label]
    place = _place_of(incidents, kind, concepts)
    if place is None:
        # An attack that is threatened, planned or denied is told of, and did not happen.
        is_told = any(each.kind is kind for each in incidents)
        return incidents if is_told else (*incidents, *_new(doc, incidents, kind, concepts))
    incident = incidents[place]
    typed = replace(incident, types=_those_of(incident, concepts) or concepts, confidence=main.probability)
    return (*incidents[:place], typed, *incidents[place + 1 :])


def _those_of(incident: Incident, concepts: Collection[str]) -> tuple[str, ...]:
    """The types of an incident that are among some concepts, or narrower than one."""
    return tuple(each for each in incident.types if not ancestors(each).isdisjoint(concepts))


def _place_of(incidents: Sequence[Incident], kind: EventKind, concepts: Collection[str]) -> int | None:
    """Which incident is the main one: the first of its type, else the first of its kind that happened."""
    alike = [k for k, each in enumerate(incidents) if each.kind is kind and each.modality in HAPPENED]
    same = (k for k in alike if _those_of(incidents[k], concepts))
    other = iter(alike if len(concepts) == 1 else ())
    return next(same, next(other, None))


def _new(
    doc: Doc, incidents: Iterable[Incident], kind: EventKind, concepts: tuple[str, ...]
) -> Iterator[Incident]:
    """An incident that the rules do not read, told by its surest trigger or the main verb."""
    learned: Learnings = doc._.learned
    assert learned.main is not None
    taken = {member.trigger.token for incident in incidents for member in incident.members}
    free = (each for each in learned.triggers if each.start not in taken)
    surest = max(free, key=lambda each: each.probability, default=None)
    verbs = _main_verbs(doc) if learned.main.probability > LIKELY else ()
    token = next((each for each in verbs if each not in taken), None) if surest is None else surest.start
    if token is None or len(concepts) > 1 or is_unmeant(doc[token]):
        return
    trigger = Trigger(token, kind, concepts[0], "main", doc[token].lemma_)
    mention = EventMention(trigger, types=concepts)
    yield Incident((mention,), mention.modality, concepts, (), confidence=learned.main.probability)


def _main_verbs(doc: Doc) -> Iterator[int]:
    """The verbs of main clauses, and of what is said there: "the army *said* that it *set up* a post"."""
    for sentence in doc.sents:
        clauses = (sentence.root, *(each for each in sentence.root.children if each.dep_ == "ccomp"))
        yield from (each.i for each in clauses if each.pos_ == "VERB")


@Language.factory(
    "polemos_main_event",
    requires=["doc._.incidents", "doc._.learned", "doc.sents"],
    assigns=["doc._.incidents"],
)
def create_main_event(nlp: Language, name: str) -> "MainEventTyper":
    """Make the component; it has no settings."""
    register_extensions()
    return MainEventTyper()


class MainEventTyper:
    """Writes `doc._.incidents` again, with what the model says of the main one."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.incidents = with_main_event(doc)
        return doc
