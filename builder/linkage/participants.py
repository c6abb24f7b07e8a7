"""What has no name: alike in two reports if it is so in one merged event."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from builder.linkage.items import Settled
from builder.linkage.nodes import Node, Reading
from builder.linkage.records import Record

# The folder of the merged IRIs of each class.
FOLDERS: Final[Mapping[str, str]] = {
    "Actor": "actor",
    "Facility": "facility",
    "Place": "place",
    "Weapon": "weapon",
    "Casualties": "casualties",
}


def read_participants(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give actors, facilities and places without a name: alike if they are so in one merged event."""
    yield from _participants(reading, settled, ("Actor", "Facility", "Place"))


def read_figures(
    reading: Reading, settled: Mapping[str, Settled], alone: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Give weapons and tolls."""
    yield from _participants(reading, settled, ("Weapon", "Casualties"))


def _participants(
    reading: Reading, settled: Mapping[str, Settled], classes: Iterable[str]
) -> Iterator[tuple[str, Record]]:
    told = defaultdict(set)
    for event in reading.of("Event"):
        if settled[event.iri].shared:
            for iri in _referred(event, reading):
                told[iri].add(settled[event.iri].cluster)
    for node in reading.of(*classes):
        if node.iri not in settled:
            likeness = " | ".join(_likeness(node, settled))
            blocks = tuple(sorted(f"{cluster} {likeness}" for cluster in told[node.iri]))
            folder = next(folder for name, folder in FOLDERS.items() if node.is_a(name))
            yield node.iri, Record(node.iri, folder, node.report, {}, blocks)


def _referred(event: Node, reading: Reading) -> set[str]:
    """List what an event, or one of its tolls, speaks of."""
    nodes = (event, *reading.linked(event, "plm:casualties"))
    return {
        value
        for node in nodes
        for values in node.values.values()
        for value in values
        if isinstance(value, str)
    } & reading.nodes.keys()


def _likeness(node: Node, settled: Mapping[str, Settled]) -> tuple[str, ...]:
    if node.is_a("Casualties"):
        roles = (
            " ".join(sorted(settled[iri].cluster for iri in node.texts(f"plm:{role}") if iri in settled))
            for role in ("victim", "speaker")
        )
        figures = ("outcome", "count", "atLeast", "atMost", "statedOn")
        return (*(node.text(f"plm:{name}") for name in figures), *roles)
    if node.text("plm:facilityType"):
        return ("", *node.texts("plm:facilityType"))
    kinds = ("rdf:type", "plm:weaponType", "plm:quantity")
    return (node.name, *(" ".join(sorted(node.texts(kind))) for kind in kinds))
