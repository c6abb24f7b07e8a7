"""What our components write on a spaCy `Doc`, each under one extension named here.

All of it is frozen and speaks in token indices; `builder.report` turns it into spans of characters.
"""

from dataclasses import dataclass
from enum import StrEnum

from spacy.tokens import Doc

from builder.gazetteer import Entry
from builder.model import ActorKind, Basis, Damage, EventKind, Modality, Moment, Outcome, Role

PRONOUN = "pronoun"  # the `noun` of a mention that is a pronoun
DEMONYM = "demonym"  # the `noun` of a country that a demonym names


class Category(StrEnum):
    """Which class of node a mention of an entity becomes."""

    ACTOR = "actor"
    FACILITY = "facility"
    PLACE = "place"
    WEAPON = "weapon"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the text gives it: exact, or bounded on one side or both; `stated` is the number itself."""

    exact: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    stated: int | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: tokens `start` to `end`, its gazetteer entries and spaCy's entity label ("" if none)."""

    start: int
    end: int
    entries: tuple[Entry, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class EntityMention:
    """A noun phrase that stands for an actor, a facility, a place or a weapon.

    `noun` is the lexicon's head noun ("air base"), `name` the proper name in it, `country` the ISO code
    of the state or demonym that modifies it ("US embassy"), `titles` the ranks before a person's name.
    """

    start: int
    end: int
    root: int
    category: Category
    label: str
    kind: ActorKind | None = None
    type: str | None = None
    noun: str = ""
    name: Name | None = None
    country: str | None = None
    definite: bool = False
    plural: bool = False
    number: Quantity = Quantity()
    titles: tuple[str, ...] = ()

    @property
    def is_pronoun(self) -> bool:
        """Whether the mention is a pronoun, of a person, a body or a thing."""
        return self.noun == PRONOUN

    @property
    def entry(self) -> Entry | None:
        """The gazetteer's entry for the name, where there is exactly one."""
        return self.name.entries[0] if self.name is not None and len(self.name.entries) == 1 else None


@dataclass(frozen=True, slots=True)
class TimeMention:
    """An expression of time and what it resolves to against the published date.

    `relation` is how what is told stands to it: "at", "since", "by" or "as of"; `head` the trigger's token
    of what it dates, where that is not what stands above it.
    """

    start: int
    end: int
    moment: Moment | None
    until: Moment | None = None
    relation: str = "at"
    head: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word that tells of an event; `frame` names how its roles are found."""

    token: int
    kind: EventKind
    type: str | None
    frame: str
    lemma: str


@dataclass(frozen=True, slots=True)
class Toll:
    """One figure of casualties: token span, outcome, number and the root of the noun phrase counted."""

    start: int
    end: int
    outcome: Outcome
    number: Quantity
    victim: int | None = None
    speaker: int | None = None
    revises: bool = False
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class RoleFiller:
    """A mention (by the token of its root) in a role."""

    role: Role
    root: int


@dataclass(frozen=True, slots=True)
class EventMention:
    """One trigger with everything that its sentence says of it; components refine it by replacing it.

    `weapons` are roots of weapon mentions, `links` point to other event mentions by their trigger's token,
    `same` to triggers that tell of the same event.
    """

    trigger: Trigger
    roles: tuple[RoleFiller, ...] = ()
    weapons: tuple[int, ...] = ()
    links: tuple[tuple[Role, int], ...] = ()
    times: tuple[TimeMention, ...] = ()
    tolls: tuple[Toll, ...] = ()
    types: tuple[str, ...] = ()
    modality: Modality = Modality.ASSERTED
    damage: Damage | None = None
    cues: tuple[int, ...] = ()
    count: int | None = None
    minimum_distance: int | None = None
    deadline: TimeMention | None = None
    same: tuple[int, ...] = ()

    def fillers(self, role: Role) -> tuple[int, ...]:
        """The roots of the mentions in a role, in the order found."""
        return tuple(filler.root for filler in self.roles if filler.role is role)


@dataclass(frozen=True, slots=True)
class Incident:
    """Event mentions that tell of one event, and what they say together.

    Roles name mentions by the token of their head; `links` name other incidents by position.
    """

    members: tuple[EventMention, ...]
    modality: Modality
    types: tuple[str, ...]
    roles: tuple[RoleFiller, ...]
    links: tuple[tuple[Role, int], ...] = ()
    basis: Basis | None = None
    confidence: float | None = None

    @property
    def kind(self) -> EventKind:
        """The class of the event, which all members share."""
        return self.members[0].trigger.kind


# The first three are given with each document, the others are what components assign.
EXTENSIONS = (
    "article",  # the `Article` itself
    "published",  # its date, or None
    "title_end",  # the character after the headline that the text begins with; 0 where it begins with none
    "reading",  # what gives the trained model's scores, and the model
    "learned",  # `builder.components.reader.Learnings`, or None where no model was asked
    "names",  # tuple[Name, ...], in the order of the text
    "demonyms",  # dict[int, str]: ISO codes by token
    "persons",  # frozenset[str]: folded last names of the people whom the text names in full
    "mentions",  # dict[int, EntityMention], by the tokens of their heads
    "heads",  # dict[int, int]: for each token of a longer name the head of its mention
    "times",  # tuple[TimeMention, ...]
    "places",  # dict[int, PlaceLink], by the heads of mentions
    "surroundings",  # dict[int, PlaceLink | None]: the regions of what is told by a distance from these heads
    "triggers",  # dict[int, Trigger], by token
    "event_mentions",  # tuple[EventMention, ...]
    "entities",  # tuple[list[Chain], dict[int, Chain]]: all chains, and those of mentions by their heads
    "relations",  # tuple[Relation, ...]
    "incidents",  # tuple[Incident, ...]
)


def register_extensions() -> None:
    """Declare every extension once; a second call changes nothing."""
    for name in EXTENSIONS:
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)
