"""The trained model in the pipeline: what it reads in a text, in tokens, for the components after it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import register_extensions
from builder.models.decoding import Found, incident_types, main_type, stretches
from builder.models.encoder import Reading
from builder.models.trained import TrainedModel
from builder.patterns import load

# Less than 1, since more is lost by what nobody reads than by what is read twice: of 0.1 to 1, and of 0 to
# 0.4, the best F1 of arguments on a development set.
OUTSIDE_EVENTS, LEAST_EVENT = 0.4, 0.25
OUTSIDE_ROLES = 0.2
OUTSIDE_ENTITIES = 1.0  # what is read most probably as nothing is nothing
# Of 0.3 to 0.8 the best F1 of arguments on a development set.
SURE_ARGUMENT = 0.6
# Tokens: the model was taught whole reports, and of a line or two it thinks the worst.
SHORTEST: int = load("report_incidents")["shortest"]
# The part of the letters that are capitals in a text without case.
CAPITALS: float = load("report_incidents")["capitals"]


@dataclass(frozen=True, slots=True)
class Learned:
    """A stretch of tokens, end exclusive, with its label and how probable that is.

    `kinds` are types of incidents that it takes part in, `arguments` what plays a role for it as a trigger.
    """

    start: int
    end: int
    label: str
    probability: float
    kinds: tuple[str, ...] = ()
    arguments: tuple["Learned", ...] = ()


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


def is_in_capitals(doc: Doc) -> bool:
    """Whether a text is a report without a case that means anything."""
    if len(doc) < SHORTEST:
        return False
    letters = [character for character in doc.text if character.isalpha()]
    return sum(map(str.isupper, letters)) > CAPITALS * len(letters) > 0


def learnings(doc: Doc, reading: Reading, model: TrainedModel) -> Learnings:
    """Put what was read into the tokens of a document."""
    text, labels = doc.text, model.labels
    entities = stretches(reading, "entities", labels.entities, text, outside=OUTSIDE_ENTITIES)
    triggers = stretches(
        reading, "triggers", labels.triggers, text, outside=OUTSIDE_EVENTS, least=LEAST_EVENT
    )
    roles = stretches(reading, "roles", labels.roles, text, outside=OUTSIDE_ROLES, kinds=labels.kinds)
    main = main_type(reading, labels.types)
    share = model.calibration.share
    return Learnings(
        tuple(_in_tokens(doc, (calibrated(each, share("entities", each.probability)) for each in entities))),
        tuple(_events(doc, reading, model, triggers)),
        tuple(_in_tokens(doc, roles)),
        {name: share("report", each) for name, each in incident_types(reading, labels.kinds).items()},
        calibrated(main, share("snippet", main.probability)),
    )


def _events(doc: Doc, reading: Reading, model: TrainedModel, triggers: Iterable[Found]) -> Iterator[Learned]:
    share = model.calibration.share
    for trigger in triggers:
        found = model.pairs.arguments(reading, trigger, doc.text, sure=SURE_ARGUMENT)
        arguments = (calibrated(each, share("arguments", each.probability)) for each in found)
        told = calibrated(trigger, share("triggers", trigger.probability))
        for learned in _in_tokens(doc, (told,)):
            yield replace(learned, arguments=tuple(_in_tokens(doc, arguments)))


def calibrated(found: Found, share: float) -> Found:
    """What was found, with how often such a thing is right in place of what the network thinks."""
    return replace(found, probability=share)


def _in_tokens(doc: Doc, found: Iterable[Found]) -> Iterator[Learned]:
    for each in found:
        span = doc.char_span(each.start, each.end, alignment_mode="expand")
        if span is not None:
            yield Learned(span.start, span.end, each.label, each.probability, each.kinds)


@Language.factory("polemos_reader", default_config={"folder": None}, assigns=["doc._.reading"])
def create_reader(nlp: Language, name: str, folder: str | None) -> "TrainedReader":
    """Make the component; `folder` has the model, and without one nothing is read."""
    register_extensions()
    return TrainedReader(None if folder is None else TrainedModel.load(Path(folder)))


class TrainedReader:
    """Writes `doc._.reading`: a reading under way, with the model that reads, or None without a model.

    The model reads in a thread of its own, on another processor, while spaCy parses the same documents.
    """

    def __init__(self, model: TrainedModel | None) -> None:
        self.model = model
        self._thread = ThreadPoolExecutor(1, "polemos-reader")

    def __call__(self, doc: Doc) -> Doc:
        """Begin to read one document."""
        if self.model is not None:
            reading = self._thread.submit(self.model.read, doc.text, report=is_in_capitals(doc))
            doc._.reading = reading, self.model
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
            reading, model = doc._.reading
            doc._.learned = learnings(doc, reading.result(), model)
        return doc
