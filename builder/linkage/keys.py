"""The names by which nodes of reports are known again."""

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import quote

import ontology
from builder.gazetteer import normalise_name
from builder.linkage.nodes import ARTICLE, Node
from builder.rdf import HASH_LENGTH

NAMED_ACTORS: Final = ("Person", "Organization", "State")
# What joins the name of a facility to that of its place: "the market in Kirkuk".
_JOINTS: Final = frozenset(("in", "at", "of", "near", "the"))
_POSSESSIVE = re.compile(r"['’]s\b")


@dataclass(frozen=True, slots=True)
class Key:
    """The end of a merged IRI that all nodes with one identity have in common, and why they have it."""

    path: str
    score: Decimal
    reason: str
    name: str = ""
    kind: str = ""
    around: str = ""

    @classmethod
    def named(
        cls, folder: str, name: str, *, kind: str = "", around: str = "", score: Decimal, reason: str
    ) -> "Key | None":
        """Make the key of what goes by a name; None if nothing of it can stand in an IRI.

        `kind` and `around`, a country or a place, tell namesakes apart.
        """
        slug = "-".join(part for part in map(_slug, (kind, name, around)) if part)
        return (
            cls(f"{folder}/{quote(slug, safe='')}", score, reason, name, kind, around)
            if _slug(name)
            else None
        )

    @classmethod
    def entry(cls, folder: str, iri: str, *, score: Decimal) -> "Key":
        """Make the key of an entry of the gazetteer; it goes by no name, so that no other name joins it."""
        return cls(f"{folder}/{quote(_slug(tail(iri)), safe='')}", score, "same gazetteer entry")


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", normalise_name(text)).strip("-")


def hashed(text: str) -> str:
    """Make the end of an IRI of a text of any length."""
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def tail(iri: str) -> str:
    """Give the last part of an IRI.

    >>> tail("https://example.org/place/geonames-99072/")
    'geonames-99072'
    """
    return re.split("[/#]", iri.rstrip("/"))[-1]


def actor_name(actor: Node) -> str:
    """Give the class and the name of an actor that is no group."""
    kind = next(name for name in NAMED_ACTORS if actor.is_a(name))
    return f"{kind.lower()} {actor.name}"


def is_named(actor: Node) -> bool:
    """Say whether an actor's label names it: a person by two names, the last of them capitalised."""
    label = ARTICLE.sub("", actor.text("rdfs:label"))
    if not actor.is_a("Person"):
        return actor.is_a("State") or _has_capital(label)
    words = label.split()
    return len(words) > 1 and _has_capital(words[-1])


def distinctive_name(facility: Node, place: Node | None) -> str:
    """Give what a facility's label says beside its type and its place, if that is a proper name.

    "Ghazlani base" and "the Ghazlani military base" leave "Ghazlani"; "a market in Kirkuk" leaves nothing.
    """
    types = [name for concept in facility.texts("plm:facilityType") for name in ontology.ancestors(concept)]
    known = {word for name in types for word in ontology.labels().get(name, "").split()}
    known |= {*_JOINTS, *(place.name.split() if place is not None else ())}
    label = _POSSESSIVE.sub("", ARTICLE.sub("", facility.text("rdfs:label")))
    words = [word for word in label.split() if not known.issuperset(normalise_name(word).split())]
    return " ".join(words) if _has_capital("".join(words)) else ""


def _has_capital(text: str) -> bool:
    return any(letter.isupper() for letter in text)
