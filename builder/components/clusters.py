"""Clusters: event mentions of one event while they are collected, and what they say together."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from builder.components.annotations import EntityMention, EventMention
from builder.components.chains import Chain
from builder.components.syntax import tokens_with
from builder.model import ActorKind, Modality, Moment, Role
from builder.patterns import load

WORDS = load("incidents")
WIDE = frozenset(("country", "province", "district"))
EFFECTS = frozenset(WORDS["effects"])  # frames that tell what an attack did: "two were wounded"
STRONG = frozenset(Modality(name) for name in WORDS["strong"])  # told as having happened, or as denied
ORDER = tuple(Modality(name) for name in WORDS["order"])


@dataclass(slots=True, eq=False)
class Cluster:
    """Event mentions of one event; `chains` are those of its entities by role, each by its identity."""

    members: list[EventMention]
    chains: dict[Role, set[int]] = field(default_factory=lambda: defaultdict(set))
    part_of: "Cluster | None" = None

    @property
    def first(self) -> EventMention:
        """The member that opened the cluster."""
        return self.members[0]

    @property
    def tokens(self) -> list[int]:
        """The triggers of the members."""
        return [member.trigger.token for member in self.members]

    @property
    def frames(self) -> set[str]:
        """The frames of the members."""
        return {member.trigger.frame for member in self.members}

    @property
    def types(self) -> list[str]:
        """The concepts of the members, in their order."""
        return list(dict.fromkeys(name for member in self.members for name in member.types))

    @property
    def modality(self) -> Modality:
        """The surest modality of the members: of the causes, if any, for an effect may be in doubt alone."""
        causes = [member for member in self.members if member.trigger.frame not in EFFECTS]
        found = {member.modality for member in causes or self.members}
        return next(modality for modality in ORDER if modality in found)

    @property
    def is_strong(self) -> bool:
        """Whether the event is told as something that happened or was denied, not as what may come."""
        return self.modality in STRONG

    @property
    def moments(self) -> set[Moment]:
        """When the members say that it was."""
        return {moment for member in self.members for moment in moments_of(member)}

    @property
    def count(self) -> int | None:
        """How many events the first member that counts them counts."""
        return next((member.count for member in self.members if member.count is not None), None)

    @property
    def weapons(self) -> list[int]:
        """The roots of the weapons of the members."""
        return [root for member in self.members for root in member.weapons]

    def filling(self, *roles: Role) -> set[int]:
        """The chains that fill some roles, by identity."""
        return set().union(*(self.chains[role] for role in roles if role in self.chains))

    def absorb(self, other: "Cluster") -> None:
        """Take over the members of another cluster."""
        self.members.extend(other.members)
        for role, chains in other.chains.items():
            self.chains[role] |= chains


class Context:
    """What a document knows of the entities of its clusters, looked up once for all of them."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.mentions: dict[int, EntityMention] = doc._.mentions
        chain_of: dict[int, Chain] = doc._.entities[1]
        self.chain_at = {root: id(chain) for root, chain in chain_of.items()}
        chains = {id(chain): chain for chain in chain_of.values()}
        self.named_people = {
            key for key, chain in chains.items() if chain.kind is ActorKind.PERSON and chain.keys
        }
        self.countries = {
            key for key, chain in chains.items() if chain.place is not None and chain.first.type == "country"
        }
        self._chains = chains
        self._place_of = {
            key: self.chain_at[chain.location]
            for key, chain in chains.items()
            if chain.location is not None and chain.location in self.chain_at
        }
        # "*no group* has said that *it* did it" tells of nobody
        self._nobody = {key for key, chain in chains.items() if chain.first.number.exact == 0}
        self._named = {key for key, chain in chains.items() if chain.is_named}
        self._sentence_starts = [sentence.start for sentence in doc.sents]

    def cluster(self, mention: EventMention) -> Cluster:
        """A cluster of one mention."""
        cluster = Cluster([mention])
        for filler in mention.roles:
            chain = self.chain_at.get(filler.root)
            nobody = filler.role is Role.PERPETRATOR and chain in self._nobody
            if chain is not None and not nobody:
                cluster.chains[filler.role].add(chain)
        return cluster

    def triggers(self, cluster: Cluster) -> Iterator[Token]:
        """The tokens of a cluster's triggers."""
        return (self.doc[i] for i in cluster.tokens)

    def sentence(self, token: int) -> int:
        """Which sentence of the document a token is in."""
        return bisect_right(self._sentence_starts, token)

    def distance(self, host: Cluster, cluster: Cluster) -> int:
        """How many sentences after the last word of one cluster another begins."""
        return self.sentence(cluster.first.trigger.token) - self.sentence(max(host.tokens))

    def named_victims(self, cluster: Cluster) -> set[int]:
        """The chains of the victims that are persons with a name."""
        return cluster.filling(Role.VICTIM) & self.named_people

    def places_differ(self, one: Cluster, other: Cluster) -> bool:
        """Whether two clusters say of their locations and targets that they are in different places."""
        here, there = self._places(one), self._places(other)
        return bool(here) and bool(there) and here.isdisjoint(there)

    def lie_apart(self, one: Cluster, other: Cluster) -> bool:
        """Whether two clusters are in different places of which neither may hold the other.

        "In *Bijapur district* … the blast took place near *Ambeli village*" may be one place.
        """
        here = self._places(one)
        may_hold = (any(self._may_hold(a, b) for a in here) for b in self._places(other))
        return self.places_differ(one, other) and not all(may_hold)

    def _may_hold(self, one: int, other: int) -> bool:
        """Whether one of two places is a region and nothing tells that the other lies elsewhere."""
        a, b = self._chains[one], self._chains[other]
        wide = [chain for chain in (a, b) if chain.type in WIDE]
        links = [chain.place for chain in (a, b) if chain.place is not None]
        countries = {link.country for link in links if link.country is not None}
        provinces = {link.province.label for link in links if link.province is not None}
        provinces |= {link.label for link in links if link.precision == "province"}
        return len(wide) == 1 and len(countries) < 2 and len(provinces) < 2

    def _places(self, cluster: Cluster) -> set[int]:
        """The chains of where a cluster happened: its locations, and where its targets are.

        "A neighbouring village" is no other place than the base beside it.
        """
        sites = {self._place_of[key] for key in cluster.filling(Role.TARGET) if key in self._place_of}
        return {key for key in cluster.filling(Role.LOCATION) if key in self._named} | sites

    def is_series(self, cluster: Cluster) -> bool:
        """Whether several events are told as one: they are counted, or a noun is in the plural."""
        return (cluster.count or 1) > 1 or any(is_plural(token) for token in self.triggers(cluster))

    def is_manifold(self, cluster: Cluster) -> bool:
        """Whether a plural may take up an event: it has several targets, or several weapons struck."""
        several_weapons = any(self.mentions[root].plural for root in cluster.weapons)
        return len(cluster.filling(Role.TARGET)) > 1 or several_weapons


def is_parted(doc: Doc, one: int, other: int) -> bool:
    """Whether of two words of a sentence one came after the other: "the worst *since* a bomb killed 40"."""
    first, last = sorted((one, other))
    same = last < doc[first].sent.end
    return same and any(first <= token.i <= last for token in tokens_with(doc, "LOWER", "since"))


def moments_of(mention: EventMention) -> set[Moment]:
    """The dates that one mention gives."""
    return {time.moment for time in mention.times if time.moment is not None}


def dates_agree(one: set[Moment], other: set[Moment]) -> bool:
    """Whether no day speaks against a day: a month agrees with each of its days."""
    if not one or not other:
        return True
    pairs = ((str(a), str(b)) for a in one for b in other)
    return any(a.startswith(b) or b.startswith(a) for a, b in pairs)


def is_plural(token: Token) -> bool:
    """Whether a token is a noun in the plural."""
    return token.tag_ in ("NNS", "NNPS")
