"""Incidents: which event mentions tell of one event, and what they say together.

Attacks are grouped within a sentence by grammar and across sentences by what they share; movements, warnings
and statements, which are told more exactly, by being the same in type and roles.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import EventMention, Incident, register_extensions
from builder.components.clusters import EFFECTS, Cluster, Context, dates_agree, moments_of
from builder.components.event_coreference import group_by_discourse
from builder.components.lexicon import ancestors
from builder.components.responsibility import with_basis
from builder.components.sentence_clusters import group_by_grammar
from builder.components.syntax import is_passive
from builder.model import EventKind, Role
from builder.patterns import load

# Frames of what may be an accident: deaths, injuries and damage alone are no attack.
REFERENCES = frozenset(load("triggers")["references"])
HOSTED = frozenset(load("incidents")["hosted"])
RESPONSIBILITY = frozenset(("claim", "deny", "accuse"))  # frames of statements on who did it
TOLD_ROLES = (Role.TARGET, Role.VICTIM, Role.PERPETRATOR, Role.LOCATION)


def group(doc: Doc) -> tuple[Incident, ...]:
    """The incidents of a document, in the order of their first triggers."""
    mentions: tuple[EventMention, ...] = doc._.event_mentions
    context = Context(doc)
    statements = [m for m in mentions if m.trigger.kind is EventKind.STATEMENT]
    clusters = [*_attacks(context, mentions), *_others(context, mentions)]
    clusters += _statements(context, statements, clusters)
    clusters.sort(key=lambda cluster: min(cluster.tokens))
    return with_basis(doc, _incidents(clusters))


def _attacks(context: Context, mentions: Iterable[EventMention]) -> list[Cluster]:
    attacks = [m for m in mentions if m.trigger.kind is EventKind.ATTACK]
    told = group_by_discourse(context, group_by_grammar(context, attacks))
    return [cluster for cluster in told if _is_worth_telling(context, cluster)]


def _is_set_alight(context: Context, cluster: Cluster) -> bool:
    """Whether something "*was burned*", not "burned", on a day or in a place of its own."""
    burned = any(token.lemma_ == "burn" and is_passive(token) for token in context.triggers(cluster))
    return burned and bool(cluster.moments or cluster.filling(Role.LOCATION))


def _is_worth_telling(context: Context, cluster: Cluster) -> bool:
    """Whether an attack says who, whom, where or with what; deaths and damage alone may be accidents."""
    harmed_alone = cluster.frames <= HOSTED and not cluster.filling(Role.PERPETRATOR) and not cluster.weapons
    if harmed_alone and not _is_set_alight(context, cluster):
        return False
    if cluster.frames <= EFFECTS and _has_only_zero_tolls(cluster) and not cluster.weapons:
        return False
    if all(member.trigger.lemma in REFERENCES for member in cluster.members):
        return False  # "the incident" of which nothing else is told is no attack
    return bool(cluster.filling(*TOLD_ROLES) or cluster.weapons) or cluster.count is not None


def _has_only_zero_tolls(cluster: Cluster) -> bool:
    tolls = [toll for member in cluster.members for toll in member.tolls]
    return bool(tolls) and all(toll.number.exact == 0 for toll in tolls)


def _others(context: Context, mentions: Iterable[EventMention]) -> list[Cluster]:
    """Movements, warnings and events of other kinds."""
    told = (EventKind.ATTACK, EventKind.STATEMENT)
    return _group_same(context, [m for m in mentions if m.trigger.kind not in told])


def _statements(
    context: Context, statements: Iterable[EventMention], clusters: Sequence[Cluster]
) -> list[Cluster]:
    """Statements on events that are told; accusations also where what they are about is not."""
    known = {i: cluster.first.trigger.kind for cluster in clusters for i in cluster.tokens}
    heads = (context.doc[s.trigger.token] for s in statements)
    own = {token.head.i for token in heads if token.dep_ == "relcl"}
    alone = {s.trigger.token for s in statements if any(i in own - known.keys() for _, i in s.links)}
    heard = [replace(s, links=tuple(_known_links(s, known, own))) for s in statements]
    told = (s for s in heard if s.links or s.fillers(Role.ACCUSED) or s.trigger.token in alone)
    return _group_same(context, told)


def _known_links(
    statement: EventMention, known: Mapping[int, EventKind], own: Collection[int]
) -> list[tuple[Role, int]]:
    """The links to what is told; what says nothing of an attack but that there was one takes up the last.

    What a statement is a clause on, `own`, is no other: "a *killing* for which the group took credit".

    "Accused the rebels of an attack on the economy. They dismissed the charge."
    """
    links = [link for link in statement.links if link[1] in known]
    if links or not statement.links or statement.trigger.frame not in RESPONSIBILITY:
        return links
    if any(i in own for _, i in statement.links):
        return []
    attacks = [i for i, kind in known.items() if kind is EventKind.ATTACK and i < statement.trigger.token]
    return [(Role.ABOUT, max(attacks))] if attacks else []


def _group_same(context: Context, mentions: Iterable[EventMention]) -> list[Cluster]:
    clusters: list[Cluster] = []
    for mention in mentions:
        host = next((c for c in clusters if _is_same(context, c.first, mention)), None)
        cluster = context.cluster(mention)
        if host is None:
            clusters.append(cluster)
        else:
            host.absorb(cluster)
    return clusters


def _is_same(context: Context, one: EventMention, other: EventMention) -> bool:
    """Whether two mentions of a movement, warning or statement are one: same type, same who, same what."""
    if (one.types, one.trigger.kind, one.modality) != (other.types, other.trigger.kind, other.modality):
        return False
    mine, theirs = ({(f.role, context.chain_at.get(f.root)) for f in m.roles} for m in (one, other))
    if one.trigger.kind is EventKind.STATEMENT:
        return mine == theirs and not set(one.links).isdisjoint(other.links)
    shared = {role for role, _ in mine & theirs}
    return len(shared) > 1 and dates_agree(moments_of(one), moments_of(other))


def _incidents(clusters: Sequence[Cluster]) -> tuple[Incident, ...]:
    """The incidents that clusters have become, linked to one another by position."""
    position = {cluster: k for k, cluster in enumerate(clusters)}
    told_by = {i: k for k, cluster in enumerate(clusters) for i in cluster.tokens}
    return tuple(_incident(cluster, position, told_by) for cluster in clusters)


def _incident(cluster: Cluster, position: Mapping[Cluster, int], told_by: Mapping[int, int]) -> Incident:
    links = [
        (role, told_by[token])
        for member in cluster.members
        for role, token in member.links
        if token in told_by
    ]
    if cluster.part_of is not None and cluster.part_of in position:
        links.append((Role.PART_OF, position[cluster.part_of]))
    own = position[cluster]
    return Incident(
        tuple(cluster.members),
        cluster.modality,
        tuple(_most_specific(cluster.types)),
        tuple(dict.fromkeys(filler for member in cluster.members for filler in member.roles)),
        tuple(dict.fromkeys(link for link in links if link[1] != own)),
    )


def _most_specific(types: Sequence[str]) -> list[str]:
    """The types without those that another of them is a kind of."""
    return [one for one in types if not any(one != other and one in ancestors(other) for other in types)]


@Language.factory(
    "polemos_incidents",
    requires=["doc._.event_mentions", "doc._.entities", "doc._.mentions", "token.dep", "doc.sents"],
    assigns=["doc._.incidents"],
)
def create_incidents(nlp: Language, name: str) -> "IncidentGrouper":
    """Make the component; it has no settings."""
    register_extensions()
    return IncidentGrouper()


class IncidentGrouper:
    """Writes `doc._.incidents`, a tuple of `Incident` in the order of the text."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.incidents = group(doc)
        return doc
