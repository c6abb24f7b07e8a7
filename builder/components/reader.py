"""The trained model in the pipeline: what it reads in a text, in tokens, for the components after it."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import register_extensions
from builder.components.once import offsets, once, text_of
from builder.models.decoding import Found, incident_types, main_type, stretches
from builder.models.encoder import Reading
from builder.models.trained import TrainedModel
from builder.patterns import load

# Less than 1, since more is lost by what nobody reads than by what is read twice: of 0.1 to 1, and of 0 to
# 0.4, the best F1 of arguments on a development set.
OUTSIDE_EVENTS, LEAST_EVENT = 0.4, 0.25
OUTSIDE_ROLES = 0.2
# Of 0.3 to 0.8 the best F1 of arguments on a development set.
SURE_ARGUMENT = 0.6
# Tokens: the model was taught whole reports, and of a line or two it thinks the worst.
SHORTEST: int = load("report_incidents")["shortest"]
# One beside the parser, and one more while the parser's thread waits for what is read.
THREADS = 2
# Tokens of a short text, which is about one event: fewer tell nothing, and the model was taught with no more.
SHORT_TEXTS = load("main_event")
SHORTEST_TEXT: int = SHORT_TEXTS["shortest"]
LONGEST_TEXT: int = SHORT_TEXTS["longest"]
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

    `roles` take part in incidents of the types `incidents`, each with its probability; `main` is None where
    the text is not short.
    """

    entities: tuple[Learned, ...]
    triggers: tuple[Learned, ...]
    roles: tuple[Learned, ...]
    incidents: dict[str, float]
    main: Found | None


@once
def is_in_capitals(doc: Doc) -> bool:
    """Whether a text is a report without a case that means anything."""
    if len(doc) < SHORTEST:
        return False
    letters = [character for character in text_of(doc) if character.isalpha()]
    return sum(map(str.isupper, letters)) > CAPITALS * len(letters) > 0


def is_short(doc: Doc) -> bool:
    """Whether a text is so short that it is about one event."""
    return SHORTEST_TEXT <= len(doc) <= LONGEST_TEXT


def learnings(doc: Doc, reading: Reading, model: TrainedModel) -> Learnings:
    """Put what was read into the tokens of a document."""
    return _Decoding(doc, reading, model).learnings()


class _Decoding:
    """What a reading of one document says, in tokens, and how often such things are right."""

    def __init__(self, doc: Doc, reading: Reading, model: TrainedModel) -> None:
        self.reading = reading
        self.model = model
        self.text = text_of(doc)
        self.starts, self.ends = offsets(doc)

    def learnings(self) -> Learnings:
        """All of it."""
        labels, share = self.model.labels, self.model.calibration.share
        main = main_type(self.reading, labels.types)
        incidents = incident_types(self.reading, labels.kinds)
        return Learnings(
            entities=self._all("entities", labels.entities),
            triggers=tuple(self._events(labels.triggers)),
            roles=self._all("roles", labels.roles, outside=OUTSIDE_ROLES, kinds=labels.kinds),
            incidents={name: share("report", each) for name, each in incidents.items()},
            main=main and replace(main, probability=share("type", main.probability)),
        )

    def _all(
        self, layer: str, names: tuple[str, ...], *, outside: float = 1.0, kinds: tuple[str, ...] = ()
    ) -> tuple[Learned, ...]:
        found = stretches(self.reading, layer, names, self.text, outside=outside, kinds=kinds)
        return tuple(self._learned(each, layer) for each in found)

    def _events(self, names: tuple[str, ...]) -> Iterator[Learned]:
        reading, text = self.reading, self.text
        for trigger in stretches(reading, "triggers", names, text, outside=OUTSIDE_EVENTS, least=LEAST_EVENT):
            arguments = self.model.pairs.arguments(reading, trigger, text, sure=SURE_ARGUMENT)
            told = self._learned(trigger, "triggers")
            yield replace(told, arguments=tuple(self._learned(each, "arguments") for each in arguments))

    def _learned(self, found: Found, layer: str) -> Learned:
        """What was found, widened to whole tokens."""
        start, end = bisect_right(self.ends, found.start), bisect_left(self.starts, found.end)
        share = self.model.calibration.share(layer, found.probability)
        return Learned(start, end, found.label, share, found.kinds)


@Language.factory(
    "polemos_reader", default_config={"folder": None, "beside": True}, assigns=["doc._.reading"]
)
def create_reader(nlp: Language, name: str, folder: str | None, beside: bool) -> "TrainedReader":
    """Make the component; `folder` has the model, and without one nothing is read."""
    register_extensions()
    return TrainedReader(None if folder is None else TrainedModel.load(Path(folder)), beside=beside)


class TrainedReader:
    """Writes `doc._.reading`: what gives a reading, with the model that reads, or None without a model.

    The model reads in threads of its own, on other processors, while spaCy parses the same documents; unless
    it reads `beside`, it does so when it is asked, and one processor is kept busy.
    """

    def __init__(self, model: TrainedModel | None, *, beside: bool) -> None:
        self.model = model
        self._beside = beside
        self._threads = ThreadPoolExecutor(THREADS, "polemos-reader")

    def __call__(self, doc: Doc) -> Doc:
        """Begin to read one document."""
        if self.model is not None:
            read = partial(self.model.read, text_of(doc), report=is_in_capitals(doc), short=is_short(doc))
            doc._.reading = self._threads.submit(read).result if self._beside else read, self.model
        return doc

    def pipe(self, docs: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """Begin to read documents, a batch ahead of those that are handed on.

        So there is something to read while those before go through the components that come after.
        """
        begun: deque[Doc] = deque()
        for doc in docs:
            begun.append(self(doc))
            if len(begun) > batch_size:
                yield begun.popleft()
        yield from begun


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
            doc._.learned = learnings(doc, reading(), model)
        return doc
