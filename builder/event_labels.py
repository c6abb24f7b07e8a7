"""Short titles of events: what kind, and against whom or what, or else by whom or where."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from builder.model import Role
from builder.patterns import load

WORDS = load("event_labels")
TYPES: Final[Mapping[str, str]] = WORDS["types"]
FRAMES: Final[Mapping[str, str]] = WORDS["frames"]
AGAINST: Final[Mapping[str, str]] = WORDS["prepositions"]
HARMED: Final = (Role.TARGET, Role.VICTIM)
# What a title names after the kind: the first of these roles that is filled, with its preposition.
NAMED: Final = (
    *((role, None) for role in HARMED),
    (Role.SPEAKER, "by"),
    (Role.ISSUER, "by"),
    (Role.MOVER, "by"),
    (Role.LOCATION, "in"),
    (Role.PERPETRATOR, "by"),
)


def kind_label(types: Iterable[str], frame: str, word: str) -> str:
    """What kind of event it is: by its first type, else by the frame or the word of its trigger.

    >>> kind_label(["ArmedAssault"], "strike", "raid"), kind_label([], "kill", "shoot")
    ('Armed assault', 'Killing')
    """
    first = next(iter(types), None)
    if first is None:
        return FRAMES.get(frame) or word.capitalize()
    return TYPES.get(first) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", first).capitalize()


def event_label(kind: str, names: Mapping[Role, str]) -> str:
    """The title of an event of a kind, given the label of the first filler of each of its roles.

    >>> event_label("Bombing", {Role.VICTIM: "civilians", Role.LOCATION: "Goma"})
    'Bombing of civilians'
    >>> event_label("Armed clash", {Role.TARGET: "army"}), event_label("Rocket attack", {Role.TARGET: "base"})
    ('Armed clash with army', 'Rocket attack on base')
    """
    role, preposition = next(((role, word) for role, word in NAMED if names.get(role)), (None, None))
    if role is None:
        return kind
    against = AGAINST.get(kind.rpartition(" ")[2].lower(), "on")
    return f"{kind} {preposition or against} {names[role]}"
