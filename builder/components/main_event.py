"""What a short report is about: the type that the trained model gives to the whole, put on its event.

A dispatch of a few sentences has one main event. Rules know an event by its words, the model a text by all of
them: where both read one event of the same kind, the model says which; where the rules read none, it tells
of one, without roles.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import EventMention, Incident, Trigger, register_extensions
from builder.components.lexicon import ancestors
from builder.components.reader import Learnings
from builder.model import EventKind, Modality
from builder.patterns import load

WORDS = load("main_event")
# Tokens of a report that is about one event: fewer tell nothing, and the model was taught with no more.
SHORTEST: int = WORDS["shortest"]
LONGEST: int = WORDS["longest"]
# The model must be so sure: of thirty-one types, one of no event, each has three hundredths by chance.
SURE: float = WORDS["sure"]
TYPES: dict[str, tuple[str, str]] = {label: (kind, type_) for label, (kind, type_) in WORDS["types"].items()}
HAPPENED = (Modality.ASSERTED, Modality.ALLEGED, Modality.ATTEMPTED)


def with_main_event(doc: Doc) -> tuple[Incident, ...]:
    """The incidents of a document, the main one with the type and the probability that the model gives it."""
    learned: Learnings | None = doc._.learned
    incidents: tuple[Incident, ...] = doc._.incidents
    if learned is None or not SHORTEST <= len(doc) <= LONGEST:
        return incidents
    if learned.main.probability < SURE or learned.main.label not in TYPES:
        return incidents
    kind_name, concept = TYPES[learned.main.label]
    kind, probability = EventKind(kind_name), learned.main.probability
    place = _place_of(incidents, kind, concept)
    if place is None:
        # An attack that is threatened, planned or denied is told of, and did not happen.
        is_told = any(each.kind is kind for each in incidents)
        return incidents if is_told else (*incidents, *_new(doc, incidents, kind, concept))
    main = incidents[place]
    is_said = any(concept in ancestors(each) for each in main.types)
    typed = replace(main, types=main.types if is_said else (concept,), confidence=probability)
    return (*incidents[:place], typed, *incidents[place + 1 :])


def _place_of(incidents: Sequence[Incident], kind: EventKind, concept: str) -> int | None:
    """Which incident is the main one: the first of its type, else the first of its kind that happened."""
    alike = [k for k, each in enumerate(incidents) if each.kind is kind and each.modality in HAPPENED]
    same = (k for k in alike if any(concept in ancestors(one) for one in incidents[k].types))
    return next(same, next(iter(alike), None))


def _new(doc: Doc, incidents: Iterable[Incident], kind: EventKind, concept: str) -> Iterator[Incident]:
    """An incident that the rules do not read, told by its surest trigger; without one there is none."""
    learned: Learnings = doc._.learned
    taken = {member.trigger.token for incident in incidents for member in incident.members}
    free = (each for each in learned.triggers if each.start not in taken)
    surest = max(free, key=lambda each: each.probability, default=None)
    if surest is None:
        return
    token = surest.start
    trigger = Trigger(token, kind, concept, "main", doc[token].lemma_)
    mention = EventMention(trigger, types=(concept,))
    yield Incident((mention,), mention.modality, (concept,), (), confidence=learned.main.probability)


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
