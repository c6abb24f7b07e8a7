"""Responsibility: what claims and accusations make of the perpetrators of the attacks they are about."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention, Incident, RoleFiller
from builder.components.chains import Chain
from builder.components.relations import spoken_for
from builder.components.syntax import is_negated
from builder.model import ActorKind, Basis, EventKind, Modality, Role
from builder.patterns import load

AUTHORITIES = frozenset(load("attribution")["authorities"])
SUSPECTED = frozenset(load("modality")["beside"]["Alleged"])
ATTACKERS = frozenset(load("chains")["attackers"])
CLEARING = frozenset(load("attribution")["clearing"])
ACCUSING = (Basis.ACCUSED, Basis.ACCUSED_BY_AUTHORITIES, Basis.POSSIBLE)
OPEN = (None, Basis.POSSIBLE)  # what a claim or an accusation tells more of
NAMING = {"claim": Role.SPEAKER, "accuse": Role.ACCUSED}  # who did it, by the statement's frame

Blame = tuple[
    int, Basis, tuple[RoleFiller, ...]
]  # the position of an incident, and who is said to have done it


def with_basis(doc: Doc, incidents: tuple[Incident, ...]) -> tuple[Incident, ...]:
    """The incidents with the perpetrators that claims and accusations give where the text names no other.

    A claim outweighs an accusation, as in MUC-4's confidence slot; "*suspected* rebels" are possible ones.
    """
    found = [_suspected(doc, incident) for incident in incidents]
    for position, basis, actors in sorted(_blamed(doc, incidents), key=_weight):
        incident = found[position]
        if incident.basis not in OPEN:
            continue
        if basis is Basis.CLAIMED or not _named_perpetrators(doc, incident):
            found[position] = replace(incident, roles=(*incident.roles, *actors), basis=basis)
        elif _named_perpetrators(doc, incident) <= {actor.root for actor in actors}:
            # "said that *rebels* were behind it": nobody but who says so names them
            found[position] = replace(incident, basis=basis)
    return tuple(_cleared(doc, incident) for incident in found)


def _cleared(doc: Doc, incident: Incident) -> Incident:
    """An attack of which only those are accused whom the text tells to be cleared of it."""
    chains: Mapping[int, Chain] = doc._.entities[1]
    if incident.basis not in ACCUSING or not _perpetrators(incident):
        return incident
    if all(_is_cleared(doc, chains[root]) for root in _perpetrators(incident) if root in chains):
        return replace(incident, basis=Basis.CLEARED)
    return incident


def _is_cleared(doc: Doc, chain: Chain) -> bool:
    """Whether somebody "was *cleared* of all charges", or a court "*acquitted*" them."""
    words = (doc[mention.root] for mention in chain.mentions)
    return any(
        word.head.lemma_.lower() in CLEARING
        and word.dep_ in ("nsubjpass", "dobj")
        and not is_negated(word.head)
        for word in words
    )


def _perpetrators(incident: Incident) -> set[int]:
    return {filler.root for filler in incident.roles if filler.role is Role.PERPETRATOR}


def _suspected(doc: Doc, incident: Incident) -> Incident:
    """An attack by people who are only suspected, with that basis."""
    actors = _perpetrators(incident)
    if incident.kind is not EventKind.ATTACK or not actors:
        return incident
    if not (any(_is_suspected(doc, root) for root in actors) or _is_only_alleged(doc, incident)):
        return incident
    return replace(incident, basis=Basis.POSSIBLE)


def _is_only_alleged(doc: Doc, incident: Incident) -> bool:
    """Whether only those who are alleged to have done it did what was done.

    "X is *believed* to have fired, killing three": that three died is a fact, who killed them is not.
    """
    naming = [member for member in incident.members if member.fillers(Role.PERPETRATOR)]
    alleged = [member for member in naming if member.modality is Modality.ALLEGED]
    sentences = {doc[member.trigger.token].sent.start for member in alleged}
    apart = [m for m in naming if m not in alleged and doc[m.trigger.token].sent.start not in sentences]
    return bool(alleged) and not apart and incident.modality is Modality.ASSERTED


def _is_suspected(doc: Doc, root: int) -> bool:
    mention: EntityMention = doc._.mentions[root]
    return any(doc[i].lower_ in SUSPECTED for i in range(min(mention.start, doc[root].left_edge.i), root))


def _named_perpetrators(doc: Doc, incident: Incident) -> set[int]:
    """The perpetrators of whom the text says more than "gunmen"."""
    return {root for root in _perpetrators(incident) if not _is_gunmen(doc._.mentions[root])}


def _is_gunmen(mention: EntityMention) -> bool:
    return mention.is_pronoun or (mention.kind is ActorKind.GROUP and mention.noun in ATTACKERS)


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
