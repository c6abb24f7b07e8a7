"""What an explanation is: plain values, that a command prints and others can take apart."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a report, where they stand (characters, end exclusive), and the sentence around them."""

    words: str
    sentence: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one component of the pipeline did to one property, and by what rule or score.

    `property` is a local name of the ontology or a prefixed name; what is `taken_back` was written by an
    earlier component and is gone.
    """

    component: str
    property: str
    value: str
    rule: str = ""
    quotes: tuple[Quote, ...] = ()
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a property: as in the graph, its label where it is a node, the words it was read from.

    Of a merged node: the members that have it, and why it was taken or left out.
    """

    value: str
    label: str = ""
    quotes: tuple[Quote, ...] = ()
    members: tuple[str, ...] = ()
    is_kept: bool = True
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its values and how they came about; without values, why it is empty."""

    name: str
    values: tuple[Value, ...] = ()
    steps: tuple[Step, ...] = ()
    why_empty: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The report that a node was read from."""

    iri: str
    title: str = ""
    publisher: str = ""
    issued: str = ""
    source: str = ""
    built_with: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A node of a report that a merged node stands for, and why it is one with the others."""

    iri: str
    report: Told
    quotes: tuple[Quote, ...] = ()
    score: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of why one node is as it is; `notes` say what could not be found out."""

    iri: str
    label: str
    classes: tuple[str, ...]
    report: Told | None = None
    members: tuple[Member, ...] = ()
    properties: tuple[Property, ...] = ()
    notes: tuple[str, ...] = ()
