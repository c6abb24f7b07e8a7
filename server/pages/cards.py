"""Events as cards: what a report says of each, every value beside the words that it was read from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

from builder.model import Actor, Casualties, Event, Facility, Modality, Place, Report, Role, Span
from server.pages import frame
from server.pages.article import Quote, Segment, segments

# Who, whom, where, and then the events that it has to do with.
_ROLES: Final = (
    *(Role.PERPETRATOR, Role.ISSUER, Role.SPEAKER, Role.MOVER, Role.TARGET, Role.VICTIM, Role.ADDRESSEE),
    *(Role.ACCUSED, Role.LOCATION, Role.ORIGIN, Role.DESTINATION, Role.THREATENS, Role.DEMANDS, Role.ABOUT),
    *(Role.IN_RETALIATION_FOR, Role.PART_OF),
)

_Node: TypeAlias = Actor | Facility | Place


@dataclass(frozen=True, slots=True)
class Value:
    """A value and the words that it was read from; `number` is that of the card of an event."""

    label: str
    words: tuple[str, ...] = ()
    note: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A property and its values."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """An event as a report tells it; `words` are those that tell of it."""

    number: int
    label: str
    kind: str
    types: str
    modality: str
    words: tuple[str, ...]
    lines: tuple[Line, ...]


def of(report: Report) -> tuple[Card, ...]:
    """Make the cards of a report, in the order of its text."""
    told: tuple[_Node, ...] = (*report.actors, *report.facilities, *report.places)
    nodes = {node.key: node for node in told}
    events = sorted(report.events, key=lambda event: event.mentions[:1])
    numbers = {event.key: number for number, event in enumerate(events, start=1)}
    maker = _Cards(nodes, numbers, {event.key: event for event in events})
    return tuple(maker.card(event) for event in events)


def marked(report: Report) -> list[Segment]:
    """Cut the text of a report where the words of its events begin and end; each leads to its card."""
    events = sorted(report.events, key=lambda event: event.mentions[:1])
    found = [
        Quote(span.start, span.end, span.text, span.sentence, "", f"#event-{number}")
        for number, event in enumerate(events, start=1)
        for span in _spans(event)
    ]
    return list(_joined(segments(report.article.text, found)))


def _joined(parts: Iterable[Segment]) -> Iterator[Segment]:
    """Join neighbours that lead to the same cards: words within words are one link."""
    for (is_said, nodes), group in groupby(parts, key=lambda part: (part.is_said, part.nodes)):
        first, *others = group
        yield Segment(first.text + "".join(part.text for part in others), first.start, is_said, nodes)


def _spans(event: Event) -> Iterator[Span]:
    """Give every word that something of an event was read from."""
    yield from event.mentions
    yield from (argument.span for argument in event.arguments)
    yield from event.time_expressions
    for mentions in ([part.mentions for part in event.weapons], [part.mentions for part in event.casualties]):
        yield from (span for spans in mentions for span in spans)


@dataclass(frozen=True, slots=True)
class _Cards:
    nodes: dict[str, _Node]
    numbers: dict[str, int]
    events: dict[str, Event]

    def card(self, event: Event) -> Card:
        types = ", ".join(map(frame.term_label, event.types))
        words = _words(event.mentions)
        lines = (line for line in self._lines(event) if line.values)
        return Card(
            *(self.numbers[event.key], event.label, event.kind.value, types, event.modality.value, words),
            lines=tuple(lines),
        )

    def _lines(self, event: Event) -> Iterator[Line]:
        yield from self._roles(event)
        yield Line("when", tuple(_times(event)))
        yield Line(
            frame.term_label("weapon"),
            tuple(
                Value(weapon.label, _words(weapon.mentions), _noted(weapon.quantity, weapon.type))
                for weapon in event.weapons
            ),
        )
        by_outcome = sorted(event.casualties, key=lambda toll: toll.outcome.value)
        for outcome, tolls in groupby(by_outcome, key=lambda toll: toll.outcome.value):
            yield Line(frame.term_label(outcome), tuple(map(self._toll, tolls)))
        yield from _measures(event)

    def _roles(self, event: Event) -> Iterator[Line]:
        for role in _ROLES:
            told = (argument for argument in event.arguments if argument.role is role)
            values = tuple(self._filler(each.filler, each.span) for each in told)
            basis = frame.term_label(event.basis.value) if role is Role.PERPETRATOR and event.basis else ""
            yield Line(f"{frame.term_label(role.value)}{f' ({basis})' if basis else ''}", values)

    def _filler(self, key: str, span: Span) -> Value:
        other = self.events.get(key)
        if other is not None:
            return Value(other.label, (span.text,), number=self.numbers[key])
        node = self.nodes[key]
        type_ = node.precision if isinstance(node, Place) else node.type
        size = node.size if isinstance(node, Actor) else None
        # A group that has no name is labelled by its type.
        is_named = type_ is None or frame.term_label(type_).lower() != node.label.lower()
        return Value(node.label, (span.text,), _noted(size, type_ if is_named else None))

    def _toll(self, toll: Casualties) -> Value:
        bounds = (("", toll.count), ("at least ", toll.at_least), ("at most ", toll.at_most))
        figure = " and ".join(f"{said}{number}" for said, number in bounds if number is not None)
        victim = f" {self.nodes[toll.victim].label}" if toll.victim in self.nodes else ""
        speaker = f"says {self.nodes[toll.speaker].label}" if toll.speaker in self.nodes else ""
        revised = "corrected" if toll.revision_of else ""
        note = ", ".join(filter(None, (speaker, revised)))
        return Value(f"{figure or 'an unknown number'}{victim}", _words(toll.mentions), note)


def _times(event: Event) -> Iterator[Value]:
    words = _words(event.time_expressions)
    if event.start is not None:
        until = f" – {event.end}" if event.end not in (None, event.start) else ""
        yield Value(f"{event.start}{until}".replace("T", " "), words)
    elif words and event.deadline is None:
        yield Value("no date", words, "the words cannot be resolved without a date of publication, or at all")
    if event.deadline is not None:
        yield Value(f"by {event.deadline}".replace("T", " "), words)


def _measures(event: Event) -> Iterator[Line]:
    damage = event.damage and frame.term_label(event.damage.value)
    metres = None if event.minimum_distance is None else f"{event.minimum_distance:,} m"
    told = {
        "damage": damage,
        "eventCount": event.count,
        "minimumDistance": metres,
        "confidence": event.confidence,
    }
    for name, value in told.items():
        if value is not None:
            yield Line(frame.term_label(name), (Value(str(value)),))
    if event.modality is not Modality.ASSERTED:
        yield Line(frame.term_label("modality"), (Value(event.modality.value.lower(), _words(event.cues)),))


def _words(spans: Iterable[Span]) -> tuple[str, ...]:
    """Give the words of spans, each once."""
    return tuple(dict.fromkeys(span.text for span in spans))


def _noted(number: int | None, type_: str | None) -> str:
    """Say how many and of which type something is."""
    return ", ".join(
        [*([f"{number:,}"] if number is not None else []), *([frame.term_label(type_)] if type_ else [])]
    )
