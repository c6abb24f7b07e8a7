"""The order of the work: names first, then events, what is said of them, and last what has no name.

A stage puts nodes of reports into items, and items into groups; each group is one merged node. A later stage
sees what the earlier ones made: events are compared by the places and actors that their reports were found to
share, statements by the events, and "the soldiers" are one only within one merged event.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from builder.linkage.items import Settled
from builder.linkage.names import read_names
from builder.linkage.nodes import Node, Reading
from builder.linkage.participants import read_figures, read_participants
from builder.linkage.records import Record, event_record

# From a report, the merged IRIs of its settled nodes, and the nodes that are to stand alone, to records.
Reader = Callable[[Reading, Mapping[str, Settled], Collection[str]], Iterator[tuple[str, Record]]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: its number in the order, its name, the kinds of nodes that it is for, and its reader.

    `model` weighs its pairs; without one, what shares a block is alike.
    """

    number: int
    name: str
    model: str | None
    kinds: tuple[str, ...]
    read: Reader


def read_events(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give attacks, movements and other events."""
    yield from _events(
        reading, settled, [e for e in reading.of("Event") if not e.is_a("Warning", "Statement")]
    )


def read_warnings(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give warnings, which are about events."""
    yield from _events(reading, settled, reading.of("Warning"))


def read_statements(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give statements, which are about events and warnings."""
    yield from _events(reading, settled, reading.of("Statement"))


def _events(
    reading: Reading, settled: Mapping[str, Settled], events: Iterable[Node]
) -> Iterator[tuple[str, Record]]:
    merged = {iri: node.cluster for iri, node in settled.items()}
    for event in events:
        yield event.iri, event_record(event, reading, merged)


NAMES: Final = Stage(
    0, "names", "names", ("Person", "Organization", "State", "Facility", "Place"), read_names
)
EVENTS: Final = Stage(1, "events", "events", ("Event",), read_events)
WARNINGS: Final = Stage(2, "warnings", "statements", ("Warning",), read_warnings)
STATEMENTS: Final = Stage(3, "statements", "statements", ("Statement",), read_statements)
PARTICIPANTS: Final = Stage(
    4,
    "participants",
    None,
    ("Person", "Organization", "State", "Actor", "Facility", "Place"),
    read_participants,
)
FIGURES: Final = Stage(5, "figures", None, ("Weapon", "Casualties"), read_figures)
EVENT_STAGES: Final = (EVENTS, WARNINGS, STATEMENTS)
STAGES: Final = (NAMES, *EVENT_STAGES, PARTICIPANTS, FIGURES)
