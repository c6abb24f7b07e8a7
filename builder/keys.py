"""Nodes of reports as the merge sees them, and the names by which they are known again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

import ontology
from builder.gazetteer import normalise_name
from builder.rdf import term

NAMED_ACTORS: Final = ("Person", "Organization", "State")
_ARTICLE = re.compile(r"^(the|an?)\s", re.IGNORECASE)
# What joins the name of a facility to that of its place: "the market in Kirkuk".
_JOINTS: Final = frozenset(("in", "at", "of", "near", "the"))


@dataclass(frozen=True, slots=True)
class Node:
    """One node of one report: its properties, each with its values in order."""

    iri: str
    report: str
    values: Mapping[NamedNode, tuple[NamedNode | Literal, ...]]

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the values of a property as strings; terms of the ontology by their local names."""
        values = self.values.get(term(name), ())
        return tuple(value.value.removeprefix(ontology.NAMESPACE) for value in values)

    def text(self, name: str) -> str:
        """Give the first value of a property, or the empty string."""
        return next(iter(self.texts(name)), "")

    @property
    def name(self) -> str:
        """The label without its article, made comparable."""
        return normalise_name(_ARTICLE.sub("", self.text("rdfs:label")))

    def is_a(self, *classes: str) -> bool:
        """Say whether the node has one of the classes."""
        return not set(classes).isdisjoint(self.texts("rdf:type"))


@dataclass(frozen=True, slots=True)
class Key:
    """The end of a merged IRI that all nodes with one identity have in common, and why they have it."""

    path: str
    score: Decimal
    reason: str

    @classmethod
    def named(cls, folder: str, *names: str, score: Decimal, reason: str) -> "Key | None":
        """Make the key of what goes by these names; None if nothing of them can stand in an IRI."""
        slug = "-".join(re.sub(r"[\W_]+", "-", normalise_name(name)).strip("-") for name in names).strip("-")
        return cls(f"{folder}/{quote(slug, safe='')}", score, reason) if slug else None


def tail(iri: str) -> str:
    """Give the last part of an IRI.

    >>> tail("https://example.org/place/geonames-99072/")
    'geonames-99072'
    """
    return re.split("[/#]", iri.rstrip("/"))[-1]


def chain(concept: str) -> tuple[str, ...]:
    """List a concept and all above it, by local name.

    >>> chain("AirBase")
    ('AirBase', 'MilitaryBase', 'MilitaryFacility')
    """
    parent = ontology.broader().get(concept)
    return (concept,) if parent is None else (concept, *chain(parent))


def actor_name(actor: Node) -> str:
    """Give the class and the name of an actor that is no group."""
    kind = next(name for name in NAMED_ACTORS if actor.is_a(name))
    return f"{kind.lower()} {actor.name}"


def is_named(actor: Node) -> bool:
    """Say whether an actor's label names it: a person by two names, the last of them capitalised."""
    label = _ARTICLE.sub("", actor.text("rdfs:label"))
    if not actor.is_a("Person"):
        return actor.is_a("State") or _has_capital(label)
    words = label.split()
    return len(words) > 1 and _has_capital(words[-1])


def distinctive_name(facility: Node, place: Node) -> str:
    """Give what a facility's label says beside its type and its place, if that is a proper name.

    "Ghazlani base" and "the Ghazlani military base" leave "Ghazlani"; "a market in Kirkuk" leaves nothing.
    """
    types = [name for concept in facility.texts("plm:facilityType") for name in chain(concept)]
    known = {word for name in types for word in ontology.labels().get(name, "").split()}
    known |= {*_JOINTS, *place.name.split()}
    label = _ARTICLE.sub("", facility.text("rdfs:label"))
    words = [word for word in label.split() if not known.issuperset(normalise_name(word).split())]
    return " ".join(words) if _has_capital("".join(words)) else ""


def _has_capital(text: str) -> bool:
    return any(letter.isupper() for letter in text)
