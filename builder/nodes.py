"""The actors, facilities and places of a report, made from the chains of mentions of a document.

`builder.report` asks for nodes by mention and role; what no event and no name speaks of is left out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc

from builder.components.annotations import DEMONYM, Category, EntityMention
from builder.components.chains import Chain
from builder.components.once import offsets, text_of
from builder.components.relations import RelationName
from builder.components.surroundings import distant_town
from builder.components.toponyms import COUNTRY, PRECISIONS, PlaceLink, from_entry, is_country
from builder.gazetteer import NAMESPACE, Country, Entry, load_gazetteer
from builder.model import Actor, ActorKind, Facility, Place, Precision, Role, Span

# In these roles the name of a country, or of its capital, stands for its government.
ACTING = frozenset(
    (Role.PERPETRATOR, Role.MOVER, Role.ISSUER, Role.ADDRESSEE, Role.SPEAKER, Role.ACCUSED),
)
ACTOR_KINDS = frozenset(ActorKind)
MODIFYING = frozenset(("amod", "compound", "nmod", "poss"))
NAMELESS = frozenset((DEMONYM, "capital", "country"))  # nouns of places that are called by no name of theirs


class Nodes:
    """Makes each node once, the first time that something needs it.

    `actors`, `facilities` and `places` hold by key what has been made so far.
    """

    def __init__(self, doc: Doc) -> None:
        self.actors: dict[str, Actor] = {}
        self.facilities: dict[str, Facility] = {}
        self.places: dict[str, Place] = {}
        self._doc = doc
        self._chains: list[Chain]
        self._chain_of: dict[int, Chain]
        self._chains, self._chain_of = doc._.entities
        self._objects: dict[tuple[int, RelationName], list[int]] = defaultdict(list)
        for relation in doc._.relations:
            chain = self._chain_of.get(relation.subject)
            if chain is not None:
                self._objects[id(chain), relation.name].append(relation.object)
        self._places_by_identity: dict[str, str] = {}
        self._keys: dict[int, str | None] = {}
        self._making: set[int] = set()
        self._heads: dict[int, int] = doc._.heads
        self._text = text_of(doc)
        self._starts, self._ends = offsets(doc)
        self._sentences: list[str] = []
        for sentence in doc.sents:
            self._sentences += [sentence.text.strip()] * len(sentence)

    def span(self, start: int, end: int) -> Span:
        """The characters of a stretch of tokens, with the sentence around them."""
        first, stop = self._starts[start], self._ends[end - 1]
        return Span(first, stop, self._text[first:stop], self._sentences[start])

    def key(self, root: int, role: Role | None = None) -> str | None:
        """The key of the node that a mention stands for in a role; None where it stands for nothing."""
        chain = self._chain_of.get(root)
        if chain is None or chain.category is Category.WEAPON or chain.first.number.exact == 0:
            return None  # "*No group* said that *it* was behind the attack"
        if chain.category is Category.PLACE:
            if role is Role.VICTIM:
                return None
            if role is Role.LOCATION and root in self._doc._.surroundings:
                return self._region(self._doc._.surroundings[root], chain)
            if role in ACTING or self._stands_for_state(root, role):
                return self._state(chain)
        return self._key_of(chain)

    def known_key(self, token: int) -> str | None:
        """The key of the node that a token stands for, of those made so far."""
        chain = self._chain_of.get(self._heads.get(token, token))
        return None if chain is None else self._keys.get(id(chain))

    def name_all(self) -> None:
        """Make the nodes of every named entity, whether an event speaks of it or not."""
        for chain in self._chains:
            if chain.is_named or chain.place is not None:
                self.key(chain.first.root)

    def _key_of(self, chain: Chain) -> str | None:
        if id(chain) not in self._keys:
            self._making.add(id(chain))
            self._keys[id(chain)] = self._make(chain)
            self._making.discard(id(chain))
        return self._keys[id(chain)]

    def _stands_for_state(self, root: int, role: Role | None) -> bool:
        """Whether a country's adjective is the target: "attacks on US interests" are on the state."""
        mention: EntityMention = self._doc._.mentions[root]
        return role is Role.TARGET and mention.type == "country" and self._doc[root].dep_ in MODIFYING

    def _make(self, chain: Chain) -> str | None:
        match chain.category:
            case Category.PLACE:
                return self._place(chain)
            case Category.FACILITY:
                return self._facility(chain)
            case _:
                return self._actor(chain)

    def _spans(self, chain: Chain) -> tuple[Span, ...]:
        return tuple(self.span(mention.start, mention.end) for mention in chain.mentions)

    def _new_key(self, prefix: str, chain: Chain) -> str:
        first = self.span(chain.first.start, chain.first.end)
        return f"{prefix}-{first.start}-{first.end}"

    def _related(self, chain: Chain, name: RelationName) -> list[int]:
        """The heads of the mentions that something is in a relation to, in the order of the text."""
        return self._objects.get((id(chain), name), [])

    def _related_keys(self, chain: Chain, name: RelationName, role: Role | None = None) -> Iterator[str]:
        keys = (self.key(root, role) for root in self._related(chain, name))
        return (key for key in keys if key is not None)

    # Places

    def _place(self, chain: Chain) -> str | None:
        if chain.place is None and not chain.aliases:
            return None
        link = chain.place or _unlinked(chain)
        key = self._new_key("place", chain)
        self.places[key] = Place(
            key=key,
            label=link.label,
            mentions=self._spans(chain),
            aliases=_aliases(link.label, [*_surface(self._doc, chain), *chain.aliases]),
            geonames=link.geonames,
            point=link.point,
            precision=link.precision,
            within=self._within(chain, link),
        )
        if link.entry is not None:
            self._places_by_identity[link.entry.iri] = key
        return key

    def _within(self, chain: Chain, link: PlaceLink) -> str | None:
        """What a place lies in: as the text says of an unknown one, else its province, else its country."""
        if link.geonames is None and link.entry is None:
            for root in self._related(chain, RelationName.WITHIN):
                if self._chain_of.get(root, chain) is not chain:
                    return self.key(root)
            town = next((town for m in chain.mentions if (town := distant_town(self._doc, m))), None)
            if town is not None:
                return self._region(self._doc._.surroundings[town], chain)
        around = _place_around(link.entry) or link.province
        if around is not None:
            return self._entry_place(around, chain)
        is_whole = link.precision is Precision.COUNTRY
        return None if is_whole or link.country is None else self._country(link.country, chain)

    def _country(self, iso: str, chain: Chain) -> str | None:
        entry = load_gazetteer().entries.get(f"{COUNTRY}{iso}")
        return None if entry is None else self._entry_place(entry, chain)

    def _region(self, link: PlaceLink | None, chain: Chain) -> str | None:
        """The node of a province or country that the text implies by a distance from a town."""
        if link is None or link.entry is not None:
            return None if link is None or link.entry is None else self._entry_place(link.entry, chain)
        key = f"place-geonames-{link.geonames}"
        self.places[key] = Place(
            key=key,
            label=link.label,
            mentions=self._spans(chain)[:1],
            geonames=link.geonames,
            point=link.point,
            precision=link.precision,
            within=None if link.country is None else self._country(link.country, chain),
        )
        return key

    def _entry_place(self, entry: Entry, chain: Chain) -> str:
        """The node of a gazetteer's place: its own chain's, else one of the mention that implies it."""
        own = next((c for c in self._chains if c.place is not None and _is_place_of(c.place, entry)), None)
        made = self._key_of(own) if own is not None and id(own) not in self._making else None
        return made or self._places_by_identity.get(entry.iri) or self._implied(entry, chain)

    def _implied(self, entry: Entry, chain: Chain) -> str:
        """A new node of a gazetteer's place that the text does not name; what lies in it is its evidence."""
        key = f"place-{entry.iri.removeprefix(NAMESPACE)}"
        self._places_by_identity[entry.iri] = key
        is_whole = is_country(entry)
        link = from_entry(entry)
        self.places[key] = Place(
            key=key,
            label=entry.label,
            mentions=self._spans(chain)[:1],
            geonames=link.geonames,
            point=link.point,
            precision=Precision.COUNTRY if is_whole else Precision(entry.type or "province"),
            within=None if is_whole or entry.country is None else self._country(entry.country, chain),
        )
        return key

    # Actors

    def _state(self, chain: Chain) -> str | None:
        """The state that a country's name, or its capital's, stands for."""
        link = chain.place
        country = None if link is None else load_gazetteer().countries.get(link.country or "")
        if link is None or country is None:
            return None
        is_named = link.precision is Precision.COUNTRY
        if not is_named and link.label != country.capital:
            return None
        key = f"state-{country.iso.lower()}"
        known = self.actors.get(key)
        spans = self._spans(chain)
        if known is None:
            self.actors[key] = self._new_state(key, country, chain, is_named=is_named)
        elif spans[0] not in known.mentions:
            self.actors[key] = replace(known, mentions=tuple(sorted({*known.mentions, *spans})))
        return key

    def _new_state(self, key: str, country: Country, chain: Chain, *, is_named: bool) -> Actor:
        """The node of a state; the names of a capital that stands for it are none of its own."""
        entry = load_gazetteer().entries.get(f"{NAMESPACE}state-{country.iso}")
        return Actor(
            key=key,
            kind=ActorKind.STATE,
            label=country.label,
            mentions=self._spans(chain),
            aliases=_aliases(country.label, _surface(self._doc, chain) if is_named else []),
            type="Government",
            gazetteer=None if entry is None else entry.iri,
            nationality=self._country(country.iso, chain),
        )

    def _actor(self, chain: Chain) -> str | None:
        if chain.first.is_pronoun:
            return None
        key = self._new_key("actor", chain)
        label, aliases = _actor_names(self._doc, chain)
        self.actors[key] = Actor(
            key=key,
            kind=_entry_kind(chain.entry) or chain.kind or ActorKind.ORGANIZATION,
            label=label,
            mentions=self._spans(chain),
            aliases=aliases,
            type=chain.type,
            gazetteer=None if chain.entry is None else chain.entry.iri,
            nationality=self._nationality(chain),
            member_of=self._member_of(chain, key),
            size=_size(chain),
        )
        return key

    def _nationality(self, chain: Chain) -> str | None:
        """The country of an actor, where the text names it."""
        iso = chain.country
        named = next((c for c in self._chains if iso is not None and _names_country(c, iso)), None)
        return None if named is None else self.key(named.first.root)

    def _member_of(self, chain: Chain, key: str) -> str | None:
        """The body that an actor belongs to; only an organisation has members."""
        for root in self._related(chain, RelationName.MEMBER_OF):
            if self._chain_of.get(root, chain) is chain:
                continue
            other = self.key(root)
            body = self.actors.get(other) if other is not None and other != key else None
            if body is not None and body.kind is ActorKind.ORGANIZATION:
                return other
        return None

    # Facilities

    def _facility(self, chain: Chain) -> str:
        key = self._new_key("facility", chain)
        self._keys[id(chain)] = key  # its location may be told as being in itself
        place = next(self._related_keys(chain, RelationName.LOCATION), None)
        label, aliases = _facility_names(chain)
        if not chain.is_named and place in self.places:
            label = f"{label} in {self.places[place].label}"
        hosts = self._related_keys(chain, RelationName.HOSTS, Role.PERPETRATOR)
        self.facilities[key] = Facility(
            key=key,
            label=label,
            mentions=self._spans(chain),
            aliases=aliases,
            type=chain.type,
            gazetteer=None if chain.entry is None else chain.entry.iri,
            hosts=tuple(dict.fromkeys(hosts)),
            operator=next(self._related_keys(chain, RelationName.OPERATOR, Role.PERPETRATOR), None),
            location=place or self._entry_location(chain),
        )
        return key

    def _entry_location(self, chain: Chain) -> str | None:
        """Where the gazetteer has a facility, if the text does not say it."""
        if chain.entry is None:
            return None
        around = _place_around(chain.entry)
        if around is not None:
            return self._entry_place(around, chain)
        return None if chain.entry.country is None else self._country(chain.entry.country, chain)


def _unlinked(chain: Chain) -> PlaceLink:
    """What is known of a place by its alias alone."""
    return PlaceLink(chain.aliases[0], None, Precision(chain.type) if chain.type in PRECISIONS else None)


def _place_around(entry: Entry | None) -> Entry | None:
    """The place in which the gazetteer has an entry."""
    around = None if entry is None else load_gazetteer().entries.get(entry.located_in or "")
    return around if around is not None and around.kind == "Place" else None


def _names_country(chain: Chain, iso: str) -> bool:
    return chain.first.type == "country" and chain.place is not None and chain.place.country == iso


def _is_place_of(link: PlaceLink, entry: Entry) -> bool:
    """Whether a toponym was linked to a gazetteer's place, by entry or by GeoNames identifier."""
    if link.entry is not None:
        return link.entry.iri == entry.iri
    return link.geonames is not None and link.geonames == entry.geonames


def _surface(doc: Doc, chain: Chain) -> list[str]:
    """The names under which a chain is met; demonyms and descriptions are none."""
    return [
        doc[m.name.start : m.name.end].text
        for m in chain.mentions
        if m.name is not None and m.noun not in NAMELESS
    ]


def _aliases(label: str, names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name != label))


def _entry_kind(entry: Entry | None) -> ActorKind | None:
    return ActorKind(entry.kind) if entry is not None and entry.kind in ACTOR_KINDS else None


def _size(chain: Chain) -> int | None:
    """How many a group is, where a mention counts it: by the first that does."""
    if chain.kind is not ActorKind.GROUP:
        return None
    size = next((m.number.stated for m in chain.mentions if m.plural and m.number.stated is not None), 0)
    return size if size > 0 else None


def _actor_names(doc: Doc, chain: Chain) -> tuple[str, tuple[str, ...]]:
    """The best name of an actor and the others.

    Of a person it is the longest, of others the first, of descriptions the one that tells the country. The
    gazetteer's label is only an alias, so that quotes agree with labels.
    """
    labels = [m.label for m in chain.mentions if not m.is_pronoun and m.label]
    named = [m.label for m in chain.mentions if m.name is not None and m.label]
    of_country = [m.label for m in chain.mentions if m.country is not None and m.label]
    if named:
        best = max(named, key=len) if chain.kind is ActorKind.PERSON else named[0]
    else:
        best = next(iter((*of_country, *labels)), doc[chain.first.root].text)
    return best, _aliases(best, [*(named or labels), *chain.aliases, *_entry_labels(chain)])


def _facility_names(chain: Chain) -> tuple[str, tuple[str, ...]]:
    """The first name of a facility, else its first description, and the others."""
    described = [m.label for m in chain.mentions if " " in m.label]
    named = [m.label for m in chain.mentions if m.name is not None]
    best = named[0] if named else chain.first.label
    return best, _aliases(best, [*named, *described, *chain.aliases, *_entry_labels(chain)])


def _entry_labels(chain: Chain) -> list[str]:
    return [] if chain.entry is None else [chain.entry.label]
