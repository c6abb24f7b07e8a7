"""The trained model in the pipeline: what it reads in a text, in tokens, for the components after it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import register_extensions
from builder.models.decoding import Found, incident_types, main_type, stretches
from builder.models.encoder import Encoder, Labels, Reading

# Less than 1: events that are read twice, by rules too, are one in the end; those that nobody reads are lost.
# Of 0.1 to 1 the best F1 on a development set.
OUTSIDE_EVENTS = 0.3
OUTSIDE_ROLES = 0.2


@dataclass(frozen=True, slots=True)
class Learned:
    """A stretch of tokens, end exclusive, with its label and how probable that is."""

    start: int
    end: int
    label: str
    probability: float
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Learnings:
    """What the model read, in the order of the text, and the type of the whole.

    `roles` take part in incidents of the types `incidents`, each with its probability.
    """

    entities: tuple[Learned, ...]
    triggers: tuple[Learned, ...]
    roles: tuple[Learned, ...]
    incidents: dict[str, float]
    main: Found


def learnings(doc: Doc, reading: Reading, labels: Labels) -> Learnings:
    """Put what was read into the tokens of a document."""
    text = doc.text
    entities = stretches(reading, "entities", labels.entities, text, outside=1.0)
    triggers = stretches(reading, "triggers", labels.triggers, text, outside=OUTSIDE_EVENTS)
    roles = stretches(reading, "roles", labels.roles, text, outside=OUTSIDE_ROLES, kinds=labels.kinds)
    return Learnings(
        tuple(_in_tokens(doc, entities)),
        tuple(_in_tokens(doc, triggers)),
        tuple(_in_tokens(doc, roles)),
        incident_types(reading, labels.kinds),
        main_type(reading, labels.types),
    )


def _in_tokens(doc: Doc, found: Iterable[Found]) -> Iterable[Learned]:
    for each in found:
        span = doc.char_span(each.start, each.end, alignment_mode="expand")
        if span is not None:
            yield Learned(span.start, span.end, each.label, each.probability, each.kinds)


@Language.factory("polemos_reader", default_config={"folder": None}, assigns=["doc._.reading"])
def create_reader(nlp: Language, name: str, folder: str | None) -> "TrainedReader":
    """Make the component; `folder` has the model, and without one nothing is read."""
    register_extensions()
    return TrainedReader(None if folder is None else Encoder(Path(folder)))


class TrainedReader:
    """Writes `doc._.reading`: a reading under way, with the labels of the model, or None without a model.

    The model reads in a thread of its own, on another processor, while spaCy parses the same documents.
    """

    def __init__(self, encoder: Encoder | None) -> None:
        self.encoder = encoder
        self._thread = ThreadPoolExecutor(1, "polemos-reader")

    def __call__(self, doc: Doc) -> Doc:
        """Begin to read one document."""
        if self.encoder is not None:
            doc._.reading = self._thread.submit(self.encoder.read, doc.text), self.encoder.labels
        return doc


@Language.factory("polemos_learnings", requires=["doc._.reading"], assigns=["doc._.learned"])
def create_learnings(nlp: Language, name: str) -> "LearningsTaker":
    """Make the component; it has no settings."""
    register_extensions()
    return LearningsTaker()


class LearningsTaker:
    """Writes `doc._.learned`, a `Learnings`, or None without a model; raises what the model raised."""

    def __call__(self, doc: Doc) -> Doc:
        """Wait for the reading of one document, and annotate it."""
        if doc._.reading is not None:
            reading, labels = doc._.reading
            doc._.learned = learnings(doc, reading.result(), labels)
        return doc
