"""What a report says, as frozen values: the one type that crosses from language to graph.

Nothing here knows spaCy or RDF. Every node has the spans of text that it was read from, and a
`key` that is unique within its report; nodes refer to one another by key. Enumerations carry the
local names of the ontology, so that no table translates between the two.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path


class Modality(StrEnum):
    """How far the text commits itself to an event (`plm:modality`)."""

    ASSERTED = "Asserted"
    ALLEGED = "Alleged"
    THREATENED = "Threatened"
    PLANNED = "Planned"
    DEMANDED = "Demanded"
    FEARED = "Feared"
    ATTEMPTED = "Attempted"
    DENIED = "Denied"


class Basis(StrEnum):
    """How the perpetrator of an attack is known (`plm:perpetratorBasis`, after MUC-4's confidence slot)."""

    REPORTED_AS_FACT = "ReportedAsFact"
    CLAIMED = "Claimed"
    ACCUSED = "Accused"
    ACCUSED_BY_AUTHORITIES = "AccusedByAuthorities"
    POSSIBLE = "Possible"
    DENIED_BY_ACCUSED = "DeniedByAccused"
    CLEARED = "Cleared"


class Damage(StrEnum):
    """What happened to the target (`plm:damage`, after MUC-4's effect on physical targets)."""

    DESTROYED = "Destroyed"
    DAMAGED = "Damaged"
    UNDAMAGED = "Undamaged"


class Outcome(StrEnum):
    """What a toll counts (`plm:outcome`)."""

    KILLED = "Killed"
    INJURED = "Injured"
    MISSING = "Missing"
    CAPTURED = "Captured"


class Precision(StrEnum):
    """How exactly a place's point stands for it (`plm:placePrecision`)."""

    SITE = "site"
    SETTLEMENT = "settlement"
    DISTRICT = "district"
    PROVINCE = "province"
    COUNTRY = "country"
    CONTINENT = "continent"


class EventKind(StrEnum):
    """The class of an event in the ontology."""

    EVENT = "Event"
    ATTACK = "Attack"
    MOVEMENT = "Movement"
    WARNING = "Warning"
    STATEMENT = "Statement"


class MentionKind(StrEnum):
    """The class of what a trained model reads in words."""

    ENTITY = "EntityMention"
    EVENT = "EventMention"


class ActorKind(StrEnum):
    """The class of an actor in the ontology."""

    PERSON = "Person"
    GROUP = "Group"
    ORGANIZATION = "Organization"
    STATE = "State"


class Role(StrEnum):
    """What a node is to an event: each value is the name of a property of the ontology."""

    PERPETRATOR = "perpetrator"
    TARGET = "target"
    VICTIM = "victim"
    LOCATION = "location"
    MOVER = "mover"
    ORIGIN = "origin"
    DESTINATION = "destination"
    ISSUER = "issuer"
    ADDRESSEE = "addressee"
    THREATENS = "threatens"
    DEMANDS = "demands"
    SPEAKER = "speaker"
    ABOUT = "about"
    ACCUSED = "accused"
    IN_RETALIATION_FOR = "inRetaliationFor"
    PART_OF = "partOf"


@dataclass(frozen=True, slots=True)
class Article:
    """A text and its metadata, as a reader found them.

    `origin` and `line` say where it was read, for error messages; they are no part of its identity.
    """

    text: str
    title: str | None = None
    published: date | datetime | None = None
    publisher: str | None = None
    source: str | None = None
    language: str = "en"
    identifier: str | None = None
    origin: Path | None = field(default=None, compare=False)
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the article's text: characters, 0-based, end exclusive, and the sentence around it."""

    start: int
    end: int
    text: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date to the precision that the text supports.

    >>> Moment(2019, 10).datatype
    'gYearMonth'
    >>> str(Moment(2020, 1, 4))
    '2020-01-04'
    """

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None

    @property
    def datatype(self) -> str:
        """The local name of the XML Schema datatype that has this precision."""
        if self.hour is not None:
            return "dateTime"
        if self.day is not None:
            return "date"
        return "gYear" if self.month is None else "gYearMonth"

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        clock = "" if self.hour is None else f"T{self.hour:02d}:{self.minute or 0:02d}:00"
        return "-".join(parts) + clock


@dataclass(frozen=True, slots=True)
class Place:
    """A geographic feature. `point` is (longitude, latitude) in degrees, CRS84, or None where unknown."""

    key: str
    label: str
    mentions: tuple[Span, ...]
    aliases: tuple[str, ...] = ()
    geonames: int | None = None
    point: tuple[float, float] | None = None
    precision: Precision | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts or is acted on. `gazetteer` is the IRI of its entry, if any; `size` counts a group."""

    key: str
    kind: ActorKind
    label: str
    mentions: tuple[Span, ...]
    aliases: tuple[str, ...] = ()
    type: str | None = None
    gazetteer: str | None = None
    nationality: str | None = None
    member_of: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Facility:
    """A thing, built or bounded, to attack, hold or leave; `location` is the key of a Place or Facility."""

    key: str
    label: str
    mentions: tuple[Span, ...]
    aliases: tuple[str, ...] = ()
    type: str | None = None
    gazetteer: str | None = None
    location: str | None = None
    operator: str | None = None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weapon:
    """The weapon of one event, with its number where the text gives one."""

    key: str
    label: str
    mentions: tuple[Span, ...]
    type: str | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Casualties:
    """One figure of one toll: exact, or bounded. `victim` and `speaker` are keys of actors."""

    key: str
    outcome: Outcome
    mentions: tuple[Span, ...]
    count: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    victim: str | None = None
    speaker: str | None = None
    stated_on: Moment | None = None
    revision_of: str | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """One node in one role of an event, and the span that it was read from there."""

    role: Role
    filler: str
    span: Span


@dataclass(frozen=True, slots=True)
class Event:
    """Something reported to happen, to have happened or to be going to happen.

    `mentions` are the triggers; `cues` are the words that decided modality, basis and the like.
    `types` are local names of concepts of the ontology. `minimum_distance` is in metres.
    """

    key: str
    kind: EventKind
    label: str
    mentions: tuple[Span, ...]
    modality: Modality = Modality.ASSERTED
    types: tuple[str, ...] = ()
    cues: tuple[Span, ...] = ()
    arguments: tuple[Argument, ...] = ()
    weapons: tuple[Weapon, ...] = ()
    casualties: tuple[Casualties, ...] = ()
    basis: Basis | None = None
    damage: Damage | None = None
    start: Moment | None = None
    end: Moment | None = None
    deadline: Moment | None = None
    time_expressions: tuple[Span, ...] = ()
    count: int | None = None
    minimum_distance: int | None = None
    confidence: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MentionArgument:
    """Words that play a role for an event mention; `filler` is the key of the node that they stand for."""

    role: str
    span: Span
    confidence: Decimal
    filler: str | None = None


@dataclass(frozen=True, slots=True)
class TypedMention:
    """Words that a trained model takes for something of a type: `type` and the roles are local names."""

    kind: MentionKind
    type: str
    span: Span
    confidence: Decimal
    arguments: tuple[MentionArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that was read from one article, as it was read."""

    article: Article
    actors: tuple[Actor, ...] = ()
    facilities: tuple[Facility, ...] = ()
    places: tuple[Place, ...] = ()
    events: tuple[Event, ...] = ()
    mentions: tuple[TypedMention, ...] = ()
