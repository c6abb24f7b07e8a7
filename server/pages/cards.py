"""Events as cards: what a report says of each, every value beside the words that it was read from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Self, TypeAlias

from builder.model import Actor, Argument, Casualties, Event, Facility, Modality, Place, Report, Role, Span
from server.pages import frame
from server.pages.article import Quote, Segment, segments
from server.pages.facts import Fact, Link

# Who, whom, where, and then the events that it has to do with.
_ROLES: Final = (
    *(Role.PERPETRATOR, Role.ISSUER, Role.SPEAKER, Role.MOVER, Role.TARGET, Role.VICTIM, Role.ADDRESSEE),
    *(Role.ACCUSED, Role.LOCATION, Role.ORIGIN, Role.DESTINATION, Role.THREATENS, Role.DEMANDS, Role.ABOUT),
    *(Role.IN_RETALIATION_FOR, Role.PART_OF),
)

_Node: TypeAlias = Actor | Facility | Place


@dataclass(frozen=True, slots=True)
class Card:
    """An event as a report tells it; `words` are those that tell of it."""

    number: int
    label: str
    kind: str
    types: str
    modality: str
    words: tuple[str, ...]
    facts: tuple[Fact, ...]


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
        facts = (fact for fact in self._facts(event) if fact.values)
        return Card(
            *(self.numbers[event.key], event.label, event.kind.value, types, event.modality.value, words),
            facts=tuple(facts),
        )

    def _facts(self, event: Event) -> Iterator[Fact]:
        yield from self._roles(event)
        yield Fact("when", tuple(_times(event)))
        yield Fact(
            frame.term_label("weapon"),
            tuple(
                Link(weapon.label, None, _noted(weapon.quantity, weapon.type), _words(weapon.mentions))
                for weapon in event.weapons
            ),
        )
        by_outcome = sorted(event.casualties, key=lambda toll: toll.outcome.value)
        for outcome, tolls in groupby(by_outcome, key=lambda toll: toll.outcome.value):
            yield Fact(frame.term_label(outcome), tuple(map(self._toll, tolls)))
        yield from _measures(event)

    def _roles(self, event: Event) -> Iterator[Fact]:
        for role in _ROLES:
            told = (argument for argument in event.arguments if argument.role is role)
            yield Fact(
                frame.term_label(role.value),
                tuple(self._filler(each.filler, _words(self._said(event, each))) for each in told),
            )
        if event.basis is not None:
            basis = Link(frame.term_label(event.basis.value))
            yield Fact(frame.term_label("perpetratorBasis"), (basis,))

    def _filler(self, key: str, words: tuple[str, ...]) -> Link:
        other = self.events.get(key)
        if other is not None:
            number = self.numbers[key]
            return Link(f"{number}. {other.label}", f"#event-{number}", words=words)
        node = self.nodes[key]
        type_ = node.precision if isinstance(node, Place) else node.type
        size = node.size if isinstance(node, Actor) else None
        # A group that has no name is labelled by its type.
        is_named = type_ is None or frame.term_label(type_).lower() != node.label.lower()
        return Link(node.label, None, _noted(size, type_ if is_named else None), words)

    def _toll(self, toll: Casualties) -> Link:
        bounds = (("", toll.count), ("at least ", toll.at_least), ("at most ", toll.at_most))
        figure = " and ".join(f"{said}{number}" for said, number in bounds if number is not None)
        victim = f" {self.nodes[toll.victim].label}" if toll.victim in self.nodes else ""
        speaker = f"says {self.nodes[toll.speaker].label}" if toll.speaker in self.nodes else ""
        revised = "corrected" if toll.revision_of else ""
        note = ", ".join(filter(None, (speaker, revised)))
        return Link(f"{figure or 'an unknown number'}{victim}", None, note, _words(toll.mentions))


def _times(event: Event) -> Iterator[Link]:
    words = _words(event.time_expressions)
    if event.start is not None:
        until = f" – {event.end}" if event.end not in (None, event.start) else ""
        yield Link(f"{event.start}{until}".replace("T", " "), words=words)
    elif words and event.deadline is None:
        note = "the words cannot be resolved without a date of publication, or at all"
        yield Link("no date", None, note, words)
    if event.deadline is not None:
        yield Link(f"by {event.deadline}".replace("T", " "), words=words)


def _measures(event: Event) -> Iterator[Fact]:
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
            yield Fact(frame.term_label(name), (Link(str(value)),))
    if event.modality is not Modality.ASSERTED:
        modality = Link(event.modality.value.lower(), words=_words(event.cues))
        yield Fact(frame.term_label("modality"), (modality,))


def _words(spans: Iterable[Span]) -> tuple[str, ...]:
    """Give the words of spans, each once."""
    return tuple(dict.fromkeys(span.text for span in spans))


def _noted(number: int | None, type_: str | None) -> str:
    """Say how many and of which type something is."""
    return ", ".join(
        [*([f"{number:,}"] if number is not None else []), *([frame.term_label(type_)] if type_ else [])]
    )
