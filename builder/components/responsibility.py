"""Responsibility: what claims and accusations make of the perpetrators of the attacks they are about."""

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention, Incident, RoleFiller
from builder.components.relations import spoken_for
from builder.model import Basis, EventKind, Role
from builder.patterns import load

AUTHORITIES = frozenset(load("attribution")["authorities"])
DOUBTING = frozenset(load("attribution")["doubting"])
NAMING = {"claim": Role.SPEAKER, "accuse": Role.ACCUSED}  # who did it, by the statement's frame

Blame = tuple[
    int, Basis, tuple[RoleFiller, ...]
]  # the position of an incident, and who is said to have done it


def with_basis(doc: Doc, incidents: tuple[Incident, ...]) -> tuple[Incident, ...]:
    """The incidents with the perpetrators that claims and accusations give where the text tells no other.

    A claim outweighs an accusation, as in MUC-4's confidence slot.
    """
    found = list(incidents)
    for position, basis, actors in sorted(_blamed(doc, incidents), key=_weight):
        incident = found[position]
        told = any(filler.role is Role.PERPETRATOR for filler in incident.roles)
        if incident.basis is None and (not told or basis is Basis.CLAIMED):
            found[position] = replace(incident, roles=(*incident.roles, *actors), basis=basis)
    return tuple(_as_possible(doc, incident) for incident in found)


def _as_possible(doc: Doc, incident: Incident) -> Incident:
    """An attack by those of whom it is only suspected: "*suspected* rebels raided a village"."""
    actors = [doc._.mentions[f.root] for f in incident.roles if f.role is Role.PERPETRATOR]
    doubted = bool(actors) and all(_is_doubted(doc, actor) for actor in actors)
    is_told = incident.kind is EventKind.ATTACK and incident.basis is None
    return replace(incident, basis=Basis.POSSIBLE) if doubted and is_told else incident


def _is_doubted(doc: Doc, actor: EntityMention) -> bool:
    return any(doc[i].lower_ in DOUBTING for i in range(actor.start, actor.root))


def _weight(blame: Blame) -> bool:
    return blame[1] is not Basis.CLAIMED


def _blamed(doc: Doc, incidents: tuple[Incident, ...]) -> Iterator[Blame]:
    """Every attack that a claim or an accusation is about, with those it names."""
    for incident in incidents:
        role = NAMING.get(incident.members[0].trigger.frame)
        named = (filler.root for filler in incident.roles if filler.role is role)
        actors = tuple(RoleFiller(Role.PERPETRATOR, spoken_for(doc, root)) for root in named)
        about = (other for link, other in incident.links if link is Role.ABOUT)
        for other in about if actors else ():
            if incidents[other].kind is EventKind.ATTACK:
                yield other, _basis(doc, incident), actors


def _basis(doc: Doc, statement: Incident) -> Basis:
    """How a perpetrator is known whom a statement names."""
    if statement.members[0].trigger.frame == "claim":
        return Basis.CLAIMED
    speakers = [doc._.mentions[filler.root] for filler in statement.roles if filler.role is Role.SPEAKER]
    official = any(m.category is Category.PLACE or m.type in AUTHORITIES for m in speakers)
    return Basis.ACCUSED_BY_AUTHORITIES if official else Basis.ACCUSED
