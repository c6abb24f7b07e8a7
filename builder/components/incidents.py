"""Incidents: which event mentions tell of one event.

Within a sentence grammar decides ("a bomb exploded, killing", "died in the raid"). Across sentences an event
continues an earlier one if it is referred to ("the attack"), or shares a target, a named victim or a place,
and nothing speaks against it: another day, another kind, another perpetrator, "a second attack". An event
that singles out one target of a series is a part of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EventMention, Incident, RoleFiller, register_extensions
from builder.components.coreference import Chain, compatible
from builder.components.lexicon import ancestors
from builder.components.relations import spoken_for
from builder.model import ActorKind, Basis, EventKind, Modality, Moment, Role
from builder.patterns import load

WORDS = load("incidents")
ANEW = frozenset(WORDS["anew"])
EFFECTS = frozenset(WORDS["effects"])
HOSTED = frozenset(WORDS["hosted"])
EXPLOSIVE = frozenset(WORDS["explosive_types"])
STRONG = frozenset(Modality(name) for name in WORDS["strong"])
ORDER = [Modality(name) for name in WORDS["order"]]
# Sentences between a bare effect ("two were wounded") and the attack it belongs to.
AUTHORITIES = frozenset(load("attribution")["authorities"])
WINDOW: int = WORDS["window"]
ATTACK_ROLES = (Role.TARGET, Role.VICTIM, Role.LOCATION)
SUBORDINATE = frozenset(("advcl", "conj", "xcomp", "ccomp", "relcl", "acl", "pcomp", "dep", "parataxis"))


@dataclass(slots=True)
class _Cluster:
    """Event mentions of one event while they are collected."""

    members: list[EventMention]
    part_of: "_Cluster | None" = None

    @property
    def last(self) -> int:
        return max(member.trigger.token for member in self.members)

    @property
    def types(self) -> list[str]:
        return list(dict.fromkeys(name for member in self.members for name in member.types))

    @property
    def modality(self) -> Modality:
        causes = [member for member in self.members if member.trigger.frame not in EFFECTS]
        found = {member.modality for member in causes or self.members}
        return next(modality for modality in ORDER if modality in found)

    @property
    def moments(self) -> set[Moment]:
        return {time.moment for m in self.members for time in m.times if time.moment is not None}

    @property
    def count(self) -> int | None:
        return next((member.count for member in self.members if member.count is not None), None)


class _Grouper:
    """Groups the attacks of one document."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.chain_of: dict[int, Chain] = doc._.entities[1]
        self.answered = {
            token
            for mention in doc._.event_mentions
            for role, token in mention.links
            if role is Role.IN_RETALIATION_FOR
        }
        self.sentence_of = {token.i: k for k, sent in enumerate(doc.sents) for token in sent}

    def chains(self, cluster: _Cluster, *roles: Role) -> set[int]:
        """The chains that fill some roles of a cluster, by identity."""
        found = set()
        for member in cluster.members:
            for filler in member.roles:
                if filler.role in roles and filler.root in self.chain_of:
                    found.add(id(self.chain_of[filler.root]))
        return found

    def named_victims(self, cluster: _Cluster) -> set[int]:
        """The chains of the victims that are persons with a name."""
        chains = (
            self.chain_of.get(filler.root)
            for member in cluster.members
            for filler in member.roles
            if filler.role is Role.VICTIM
        )
        return {id(c) for c in chains if c is not None and c.kind is ActorKind.PERSON and c.keys}

    # Within a sentence

    def group_by_grammar(self, mentions: list[EventMention]) -> list[_Cluster]:
        """Clusters of the mentions that grammar ties together."""
        cluster_of: dict[int, _Cluster] = {}
        for mention in mentions:
            cluster_of[mention.trigger.token] = _Cluster([mention])
        for mention in mentions:
            for other in (*mention.same, *self._governing(mention, cluster_of), *self._co_victims(mention, mentions)):
                if other in cluster_of:
                    _unite(cluster_of, mention.trigger.token, other)
        return list({id(cluster): cluster for cluster in cluster_of.values()}.values())

    def _co_victims(self, mention: EventMention, mentions: list[EventMention]) -> list[int]:
        """The mentions of the sentence with the same words as victim: "the *death* of X, who was *killed* by"."""
        victims = set(mention.fillers(Role.VICTIM))
        here = self.sentence_of[mention.trigger.token]
        return [
            other.trigger.token
            for other in mentions
            if self.sentence_of[other.trigger.token] == here
            and victims & set(other.fillers(Role.VICTIM))
            and self._one_fate(mention, other)
        ]

    def _one_fate(self, one: EventMention, other: EventMention) -> bool:
        return (one.modality in STRONG) == (other.modality in STRONG) and "Abduction" not in (*one.types, *other.types)

    def _governing(self, mention: EventMention, cluster_of: dict[int, _Cluster]) -> list[int]:
        """The attack verb that an effect hangs on, or that hangs on it: "were killed when gunmen attacked"."""
        token = self.doc[mention.trigger.token]
        carrier = token.head if token.dep_ in ("acl", "relcl") else None
        if carrier is not None and carrier.head.i in cluster_of and carrier.i in self.doc._.mentions:
            if self.doc._.mentions[carrier.i].category is Category.WEAPON:
                return [carrier.head.i]  # "missiles *fired* by a drone hit"
        result = token.dep_ == "advcl" and token.tag_ == "VBG"  # "fired rockets, *hitting* a school"
        if (mention.trigger.frame not in (*EFFECTS, "suffer") and not result) or token.pos_ != "VERB":
            return []
        above = _nearest_above(token, cluster_of)
        below = [
            child.i
            for child in token.subtree
            if child.i in cluster_of and self._no_effect(cluster_of[child.i]) and _is_clause_of(child, token)
        ]
        if mention.trigger.frame == "suffer":  # "came under fire when shells landed"
            below = [i for i in cluster_of if token.i < i < token.sent.end]
        found = [above] if above is not None else below[:1]
        return [i for i in found if self._agree_on_modality(mention, cluster_of[i])]

    def _no_effect(self, cluster: _Cluster) -> bool:
        return any(member.trigger.frame not in EFFECTS for member in cluster.members)

    def _agree_on_modality(self, mention: EventMention, cluster: _Cluster) -> bool:
        return (mention.modality in STRONG) == (cluster.modality in STRONG)

    # Across sentences

    def group_by_discourse(self, clusters: list[_Cluster]) -> list[_Cluster]:
        """Clusters in the order of the text, each united with the earlier one that it continues."""
        done: list[_Cluster] = []
        for cluster in sorted(clusters, key=lambda c: min(m.trigger.token for m in c.members)):
            host = self._continued(cluster, done)
            if host is None:
                done.append(cluster)
            elif self._is_part(cluster, host):
                cluster.part_of = host
                done.append(cluster)
            else:
                host.members.extend(cluster.members)
        return done

    def _continued(self, cluster: _Cluster, done: list[_Cluster]) -> _Cluster | None:
        fitting = [host for host in reversed(done) if self._may_be_one(host, cluster)]
        fitting.sort(key=self._is_background)
        if cluster.modality is Modality.DENIED:
            fitting = [host for host in fitting if self._shares_target(host, cluster)]
        for sign in self._signs():
            host = next((host for host in fitting if sign(host, cluster)), None)
            if host is not None:
                return host
        return None

    def _signs(self) -> "tuple[Callable[[_Cluster, _Cluster], bool], ...]":
        return (
            self._shares_victim,
            self._shares_target,
            self._is_referred_to,
            self._is_near_effect,
            self._goes_on,
            self._spells_out,
        )

    def _is_background(self, cluster: _Cluster) -> bool:
        """Whether another attack is told as the answer to this one: later words mean the answer first."""
        return any(member.trigger.token in self.answered for member in cluster.members)

    def _goes_on(self, host: _Cluster, cluster: _Cluster) -> bool:
        """Whether the next sentence says what "they" did then."""
        distance = self.sentence_of[cluster.members[0].trigger.token] - self.sentence_of[host.last]
        actors = [f.root for m in cluster.members for f in m.roles if f.role is Role.PERPETRATOR]
        pronouns = [root for root in actors if self.doc._.mentions[root].noun == "pronoun"]
        same = self.chains(host, Role.PERPETRATOR) & self.chains(cluster, Role.PERPETRATOR)
        return distance == 1 and bool(pronouns) and bool(same) and not self._places_differ(host, cluster)

    def _spells_out(self, host: _Cluster, cluster: _Cluster) -> bool:
        """Whether the attacks just spoken of in general are now told: "The attacks … Four sites were hit"."""
        bare = not self.chains(host, *ATTACK_ROLES) and not any(m.weapons for m in host.members)
        distance = self.sentence_of[cluster.members[0].trigger.token] - self.sentence_of[host.last]
        return bare and 0 < distance <= WINDOW and self._is_series(host) and self._is_manifold(cluster)

    def _may_be_one(self, host: _Cluster, cluster: _Cluster) -> bool:
        """Whether nothing speaks against two clusters being one event."""
        if (host.modality in STRONG) != (cluster.modality in STRONG) or self._is_anew(cluster):
            return False
        if not _dates_agree(host.moments, cluster.moments):
            return False
        if host.count != cluster.count and host.count is not None and cluster.count is not None:
            return False
        return self._types_agree(host, cluster) and self._actors_agree(host, cluster)

    def _is_anew(self, cluster: _Cluster) -> bool:
        first = self.doc[cluster.members[0].trigger.token]
        return any(child.lower_ in ANEW for child in first.lefts)

    def _types_agree(self, host: _Cluster, cluster: _Cluster) -> bool:
        if not host.types or not cluster.types:
            return True
        explosive = EXPLOSIVE.issuperset([*host.types, *cluster.types])
        vague = any(m.trigger.frame == "explode" for m in (*host.members, *cluster.members))
        return (explosive and vague) or any(compatible(a, b) for a in host.types for b in cluster.types)

    def _actors_agree(self, host: _Cluster, cluster: _Cluster) -> bool:
        one, other = self.chains(host, Role.PERPETRATOR), self.chains(cluster, Role.PERPETRATOR)
        victims, others = self.named_victims(host), self.named_victims(cluster)
        return (not one or not other or bool(one & other)) and (not victims or not others or bool(victims & others))

    def _shares_victim(self, host: _Cluster, cluster: _Cluster) -> bool:
        return bool(self.named_victims(host) & self.named_victims(cluster))

    def _shares_target(self, host: _Cluster, cluster: _Cluster) -> bool:
        """Whether both name one target that is no country: a state is attacked many times over."""
        shared = self.chains(host, Role.TARGET) & self.chains(cluster, Role.TARGET)
        return any(self._is_particular(chain) for chain in self.chain_of.values() if id(chain) in shared)

    def _is_particular(self, chain: Chain) -> bool:
        return not (chain.place is not None and chain.first.type == "country")

    def _is_referred_to(self, host: _Cluster, cluster: _Cluster) -> bool:
        """Whether a definite event noun takes up the last event: "the attack", "these attacks", "the Kabul blast"."""
        if host.modality is Modality.DENIED:
            return False
        token = self.doc[cluster.members[0].trigger.token]
        if token.pos_ == "VERB" or not _is_definite(token) or len(cluster.members[0].roles) > 2:
            return False
        own = self.chains(cluster, Role.LOCATION, Role.TARGET, Role.VICTIM)
        known = self.chains(host, Role.LOCATION, Role.TARGET, Role.VICTIM)
        if own and known and not own & known and self._places_differ(host, cluster):
            return False
        whom = self.chains(cluster, Role.TARGET, Role.VICTIM)
        if whom - self.chains(host, Role.TARGET, Role.VICTIM):
            return False
        if cluster.members[0].trigger.frame in EFFECTS and not self.chains(host, Role.VICTIM):
            return False
        if set(cluster.types) - set(host.types) and "Abduction" in (*cluster.types, *host.types):
            return False
        return not _is_plural(token) or self._is_series(host) or self._is_manifold(host)

    def _is_manifold(self, cluster: _Cluster) -> bool:
        """Whether a plural may take up an event: it has several targets, or several weapons struck."""
        weapons = (self.doc._.mentions[w] for m in cluster.members for w in m.weapons)
        return len(self.chains(cluster, Role.TARGET)) > 1 or any(weapon.plural for weapon in weapons)

    def _places(self, cluster: _Cluster) -> set[int]:
        """The chains of where a cluster happened: its locations, and where its targets are."""
        found = self.chains(cluster, Role.LOCATION)
        targets = self.chains(cluster, Role.TARGET)
        for chain in self.chain_of.values():
            if id(chain) in targets and chain.location is not None and chain.location in self.chain_of:
                found.add(id(self.chain_of[chain.location]))
        return found

    def _places_differ(self, host: _Cluster, cluster: _Cluster) -> bool:
        one, other = self._places(host), self._places(cluster)
        return bool(one) and bool(other) and not one & other

    def _is_series(self, cluster: _Cluster) -> bool:
        tokens = [self.doc[m.trigger.token] for m in cluster.members]
        return (cluster.count or 1) > 1 or any(_is_plural(t) for t in tokens if t.pos_ != "VERB")

    def _is_near_effect(self, host: _Cluster, cluster: _Cluster) -> bool:
        """Whether a bare effect follows the attack at once: "Two soldiers were wounded."""
        verbs = all(self.doc[m.trigger.token].pos_ == "VERB" for m in cluster.members)
        if any(m.trigger.frame not in EFFECTS for m in cluster.members) or host.modality not in STRONG or not verbs:
            return False
        distance = self.sentence_of[cluster.members[0].trigger.token] - self.sentence_of[host.last]
        if not 0 <= distance <= WINDOW or self._places_differ(host, cluster):
            return False
        has_own_day = bool(cluster.moments) and not cluster.moments & host.moments
        return not has_own_day and not self.chains(cluster, Role.PERPETRATOR) - self.chains(host, Role.PERPETRATOR)

    def _is_part(self, cluster: _Cluster, host: _Cluster) -> bool:
        """Whether a cluster tells of one target among several, with a number of weapons of its own."""
        targets, all_targets = self.chains(cluster, Role.TARGET), self.chains(host, Role.TARGET)
        numbered = any(
            self.doc._.mentions[w].number.exact is not None for m in cluster.members for w in m.weapons
        )
        several = self._is_series(host) or len(all_targets) > 1
        one_of_series = several and not self._is_series(cluster) and bool(targets)
        return (numbered and targets < all_targets) or (one_of_series and bool(targets & all_targets))


def _is_clause_of(token: Token, verb: Token) -> bool:
    """Whether a verb below another tells how that came about: a clause on it, or one with "when" further below."""
    if token.head.i == verb.i:
        return token.dep_ in SUBORDINATE
    return any(child.lower_ in ("when", "as") for child in token.lefts)


def _nearest_above(token: Token, cluster_of: dict[int, _Cluster]) -> int | None:
    current = token
    while current.dep_ in SUBORDINATE:
        current = current.head
        if current.i in cluster_of:
            return current.i
    return None


def _unite(cluster_of: dict[int, _Cluster], one: int, other: int) -> None:
    host, guest = cluster_of[one], cluster_of[other]
    if host is guest:
        return
    host.members = sorted([*host.members, *guest.members], key=lambda m: m.trigger.token)
    for member in guest.members:
        cluster_of[member.trigger.token] = host


def _dates_agree(one: set[Moment], other: set[Moment]) -> bool:
    """Whether no day speaks against a day: a month agrees with each of its days."""
    if not one or not other:
        return True
    return any(str(a).startswith(str(b)) or str(b).startswith(str(a)) for a in one for b in other)


def _is_definite(token: Token) -> bool:
    lefts = [child.lower_ for child in token.lefts]
    return any(word in ("the", "this", "that", "these", "those", "such", "both") for word in lefts)


def _is_plural(token: Token) -> bool:
    return token.tag_ in ("NNS", "NNPS")


def _is_worth_telling(grouper: _Grouper, cluster: _Cluster) -> bool:
    """Whether an attack says who, whom, where or with what; deaths and damage alone may be accidents."""
    roles = grouper.chains(cluster, Role.TARGET, Role.VICTIM, Role.PERPETRATOR, Role.LOCATION)
    weapons = any(member.weapons for member in cluster.members)
    frames = {member.trigger.frame for member in cluster.members}
    if frames <= HOSTED and not grouper.chains(cluster, Role.PERPETRATOR) and not weapons:
        return False
    if frames <= EFFECTS and _only_zero_tolls(cluster):
        return False
    return bool(roles) or weapons or cluster.count is not None


def _only_zero_tolls(cluster: _Cluster) -> bool:
    tolls = [toll for member in cluster.members for toll in member.tolls]
    return bool(tolls) and all(toll.number.exact == 0 for toll in tolls)


def _same_speech(grouper: _Grouper, one: EventMention, other: EventMention) -> bool:
    """Whether two mentions of one movement, warning or statement are one: same type, same who, same what."""
    if one.types != other.types or one.trigger.kind is not other.trigger.kind or one.modality is not other.modality:
        return False
    mine, theirs = ({(f.role, id(grouper.chain_of.get(f.root))) for f in m.roles} for m in (one, other))
    if one.trigger.kind is EventKind.STATEMENT:
        return mine == theirs and set(one.links) & set(other.links) != set()
    shared = {role for role, _ in mine & theirs}
    return len(shared) > 1 and _dates_agree(_moments(one), _moments(other))


def _moments(mention: EventMention) -> set[Moment]:
    return {time.moment for time in mention.times if time.moment is not None}


def _group_others(grouper: _Grouper, mentions: list[EventMention]) -> list[_Cluster]:
    clusters: list[_Cluster] = []
    for mention in mentions:
        host = next((c for c in clusters if _same_speech(grouper, c.members[0], mention)), None)
        if host is None:
            clusters.append(_Cluster([mention]))
        else:
            host.members.append(mention)
    return clusters


def _incident(cluster: _Cluster, position: dict[int, int], parts: dict[int, int]) -> Incident:
    links = [
        (role, position[token])
        for member in cluster.members
        for role, token in member.links
        if token in position
    ]
    if cluster.part_of is not None and id(cluster.part_of) in parts:
        links.append((Role.PART_OF, parts[id(cluster.part_of)]))
    own = parts[id(cluster)]
    roles = tuple(dict.fromkeys(filler for member in cluster.members for filler in member.roles))
    return Incident(
        tuple(cluster.members),
        cluster.modality,
        tuple(_most_specific(cluster.types)),
        roles,
        tuple(dict.fromkeys(link for link in links if link[1] != own)),
    )


def _most_specific(types: list[str]) -> list[str]:
    """The types without those that another of them is a kind of."""
    return [a for a in types if not any(a != b and compatible(a, b) and _is_broader(a, b) for b in types)]


def _is_broader(one: str, other: str) -> bool:
    return one in ancestors(other)


def group(doc: Doc) -> tuple[Incident, ...]:
    """The incidents of a document, in the order of their first triggers."""
    grouper = _Grouper(doc)
    mentions = list(doc._.event_mentions)
    attacks = [m for m in mentions if m.trigger.kind is EventKind.ATTACK]
    others = [m for m in mentions if m.trigger.kind not in (EventKind.ATTACK, EventKind.STATEMENT)]
    statements = [m for m in mentions if m.trigger.kind is EventKind.STATEMENT]
    told = grouper.group_by_discourse(grouper.group_by_grammar(attacks))
    clusters = [cluster for cluster in told if _is_worth_telling(grouper, cluster)]
    clusters += _group_others(grouper, others)
    known = {m.trigger.token for cluster in clusters for m in cluster.members}
    heard = [replace(s, links=tuple(link for link in s.links if link[1] in known)) for s in statements]
    clusters += _group_others(grouper, [s for s in heard if s.links or s.fillers(Role.ACCUSED)])
    clusters.sort(key=lambda cluster: min(m.trigger.token for m in cluster.members))
    position = {m.trigger.token: k for k, cluster in enumerate(clusters) for m in cluster.members}
    parts = {id(cluster): k for k, cluster in enumerate(clusters)}
    incidents = tuple(_incident(cluster, position, parts) for cluster in clusters)
    return with_basis(doc, incidents)


def _blamed(doc: Doc, incidents: tuple[Incident, ...]) -> Iterator[tuple[int, Basis, tuple[RoleFiller, ...]]]:
    """What claims and accusations make of the perpetrators of the incidents that they are about."""
    for incident in incidents:
        frame = incident.members[0].trigger.frame
        if frame not in ("claim", "accuse"):
            continue
        wanted = Role.SPEAKER if frame == "claim" else Role.ACCUSED
        named = (f.root for f in incident.roles if f.role is wanted)
        actors = tuple(RoleFiller(Role.PERPETRATOR, spoken_for(doc, root)) for root in named)
        speakers = [doc._.mentions[f.root] for f in incident.roles if f.role is Role.SPEAKER]
        official = any(m.category is Category.PLACE or m.type in AUTHORITIES for m in speakers)
        accused = Basis.ACCUSED_BY_AUTHORITIES if official else Basis.ACCUSED
        for role, other in incident.links:
            if role is Role.ABOUT and incidents[other].kind is EventKind.ATTACK and actors:
                yield other, Basis.CLAIMED if frame == "claim" else accused, actors


def with_basis(doc: Doc, incidents: tuple[Incident, ...]) -> tuple[Incident, ...]:
    """The incidents with the perpetrators that claims and accusations give where the text tells no other.

    A claim outweighs an accusation, as in MUC-4's confidence slot.
    """
    found = list(incidents)
    for position, basis, actors in sorted(_blamed(doc, incidents), key=lambda blame: blame[1] is not Basis.CLAIMED):
        incident = found[position]
        told = [filler for filler in incident.roles if filler.role is Role.PERPETRATOR]
        if incident.basis is None and (not told or basis is Basis.CLAIMED):
            found[position] = replace(incident, roles=(*incident.roles, *actors), basis=basis)
    return tuple(found)


@Language.factory(
    "polemos_incidents",
    requires=["doc._.event_mentions", "doc._.entities"],
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


