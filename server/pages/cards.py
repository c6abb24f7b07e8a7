"""Events as cards: what a report says of each, every value beside the words that it was read from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Self, TypeAlias

from builder.model import Actor, Argument, Casualties, Event, Facility, Modality, Place, Report, Role, Span
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
    cards = _Cards.of(report)
    return tuple(map(cards.card, cards.events.values()))


def marked(report: Report) -> list[Segment]:
    """Cut the text of a report where the words of its events begin and end; each leads to its card."""
    cards = _Cards.of(report)
    found = [
        Quote(span.start, span.end, span.text, span.sentence, "", f"#event-{number}")
        for number, event in enumerate(cards.events.values(), start=1)
        for span in cards.spans(event)
    ]
    return list(_joined(segments(report.article.text, found)))


def _joined(parts: Iterable[Segment]) -> Iterator[Segment]:
    """Join neighbours that lead to the same cards: words within words are one link."""
    for (is_said, nodes), group in groupby(parts, key=lambda part: (part.is_said, part.nodes)):
        first, *others = group
        yield Segment(first.text + "".join(part.text for part in others), first.start, is_said, nodes)


@dataclass(frozen=True, slots=True)
class _Cards:
    nodes: dict[str, _Node]
    numbers: dict[str, int]
    events: dict[str, Event]

    @classmethod
    def of(cls, report: Report) -> Self:
        told: tuple[_Node, ...] = (*report.actors, *report.facilities, *report.places)
        events = sorted(report.events, key=lambda event: event.mentions[:1])
        numbers = {event.key: number for number, event in enumerate(events, start=1)}
        return cls({node.key: node for node in told}, numbers, {event.key: event for event in events})

    def spans(self, event: Event) -> Iterator[Span]:
        """Give every word that something of an event was read from."""
        yield from event.mentions
        for argument in event.arguments:
            yield from self._said(event, argument)
        yield from event.time_expressions
        for weapon in event.weapons:
            yield from weapon.mentions
        for toll in event.casualties:
            yield from toll.mentions

    def _said(self, event: Event, argument: Argument) -> tuple[Span, ...]:
        """Give the words of an argument, or of its node where it has only those that tell of the event."""
        if argument.span not in event.mentions:
            return (argument.span,)
        node = self.nodes.get(argument.filler)
        return () if node is None else node.mentions[:1]

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
            yield Line(
                frame.term_label(role.value),
                tuple(self._filler(each.filler, _words(self._said(event, each))) for each in told),
            )
        if event.basis is not None:
            basis = Value(frame.term_label(event.basis.value))
            yield Line(frame.term_label("perpetratorBasis"), (basis,))

    def _filler(self, key: str, words: tuple[str, ...]) -> Value:
        other = self.events.get(key)
        if other is not None:
            return Value(other.label, words, number=self.numbers[key])
        node = self.nodes[key]
        type_ = node.precision if isinstance(node, Place) else node.type
        size = node.size if isinstance(node, Actor) else None
        # A group that has no name is labelled by its type.
        is_named = type_ is None or frame.term_label(type_).lower() != node.label.lower()
        note = _noted(size, type_ if is_named else None)
        return Value(node.label, words, note)

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
