"""The actors, facilities and places of a report, made from the chains of mentions of a document.

`builder.report` asks for nodes by mention and role; what no event and no name speaks of is left out.
"""

from dataclasses import replace

from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention
from builder.components.chains import Chain
from builder.components.places import PlaceLink
from builder.components.relations import Relation, RelationName
from builder.gazetteer import Entry, load_gazetteer
from builder.model import Actor, ActorKind, Facility, Place, Precision, Role, Span

# In these roles the name of a country, or of its capital, stands for its government.
ACTING = frozenset(
    (
        Role.PERPETRATOR, Role.MOVER, Role.ISSUER, Role.ADDRESSEE, Role.SPEAKER, Role.ACCUSED,
    )
)  # fmt: skip


class Nodes:
    """Makes each node once, the first time that something needs it."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.chains: list[Chain]
        self.chains, self.chain_of = doc._.entities
        self.related: dict[int, list[Relation]] = {}
        for relation in doc._.relations:
            chain = self.chain_of.get(relation.subject)
            if chain is not None:
                self.related.setdefault(id(chain), []).append(relation)
        self.actors: dict[str, Actor] = {}
        self.facilities: dict[str, Facility] = {}
        self.places: dict[str, Place] = {}
        self._places_by_identity: dict[str, str] = {}
        self._keys: dict[int, str | None] = {}
        self._making: set[int] = set()
        self._text = doc.text  # spaCy joins it anew at each access
        self._sentences: list[str] = []
        for sentence in doc.sents:
            self._sentences += [sentence.text.strip()] * len(sentence)

    def span(self, start: int, end: int) -> Span:
        """The characters of a stretch of tokens, with the sentence around them."""
        first, last = self.doc[start], self.doc[end - 1]
        stop = last.idx + len(last)
        return Span(first.idx, stop, self._text[first.idx : stop], self._sentences[start])

    def key(self, root: int, role: Role | None = None) -> str | None:
        """The key of the node that a mention stands for in a role; None where it stands for nothing."""
        chain = self.chain_of.get(root)
        if chain is None or chain.category is Category.WEAPON:
            return None
        if chain.category is Category.PLACE and role in ACTING | {Role.VICTIM}:
            return self._state(chain) if role in ACTING else None
        if chain.category is Category.PLACE and self._stands_for_state(root, role):
            return self._state(chain)
        return self._key_of(chain)

    def _key_of(self, chain: Chain) -> str | None:
        if id(chain) not in self._keys:
            self._making.add(id(chain))
            self._keys[id(chain)] = self._make(chain)
            self._making.discard(id(chain))
        return self._keys[id(chain)]

    def name_all(self) -> None:
        """Make the nodes of every named entity, whether an event speaks of it or not."""
        for chain in self.chains:
            if chain.keys or chain.entry is not None or chain.place is not None:
                self.key(chain.first.root)

    def _stands_for_state(self, root: int, role: Role | None) -> bool:
        """Whether a country's adjective is the target: "attacks on US interests" are on the state."""
        mention: EntityMention = self.doc._.mentions[root]
        token = self.doc[root]
        modifies = token.dep_ in ("amod", "compound", "nmod", "poss")
        return role is Role.TARGET and mention.type == "country" and modifies

    def _make(self, chain: Chain) -> str | None:
        match chain.category:
            case Category.PLACE:
                return self._place(chain)
            case Category.FACILITY:
                return self._facility(chain)
            case _:
                return self._actor(chain)

    def _spans(self, chain: Chain) -> tuple[Span, ...]:
        return tuple(self.span(m.start, m.end) for m in chain.mentions)

    def _new_key(self, prefix: str, chain: Chain) -> str:
        first = self.span(chain.first.start, chain.first.end)
        return f"{prefix}-{first.start}-{first.end}"

    # Places

    def _place(self, chain: Chain) -> str | None:
        link = chain.place
        if link is None and not chain.aliases:
            return None
        key = self._new_key("place", chain)
        label = chain.aliases[0] if link is None else link.label
        within = self._within(chain, link, key)
        precision = link.precision if link is not None else None
        if link is None:
            precision = Precision(chain.type) if chain.type in {p.value for p in Precision} else None
        entry = link.entry if link is not None else None
        place = Place(
            key,
            label,
            self._spans(chain),
            _aliases(label, [*_surface(self.doc, chain), *chain.aliases]),
            link.geonames if link is not None else None,
            link.point if link is not None else None,
            precision,
            within,
        )
        self.places[key] = place
        if entry is not None:
            self._places_by_identity[entry.iri] = key
        return key

    def _within(self, chain: Chain, link: PlaceLink | None, key: str) -> str | None:
        """What a place lies in: as the text says, else its province, else its country."""
        own = id(chain)
        for relation in self.related.get(own, ()):
            around = self.chain_of.get(relation.object)
            if relation.name is RelationName.WITHIN and around is not None and around is not chain:
                if link is None or (link.geonames is None and link.entry is None):
                    return self.key(relation.object)
        if link is None:
            return None
        if link.entry is not None and link.entry.located_in is not None:
            around_entry = load_gazetteer().entries.get(link.entry.located_in)
            if around_entry is not None and around_entry.kind == "Place":
                return self._entry_place(around_entry, chain)
        if link.province is not None:
            return self._entry_place(link.province, chain)
        is_country = link.precision is Precision.COUNTRY
        return None if is_country or link.country is None else self._country(link.country, chain)

    def _country(self, iso: str, chain: Chain) -> str | None:
        entry = load_gazetteer().entries.get(f"https://w3id.org/polemos/gazetteer/country-{iso}")
        return None if entry is None else self._entry_place(entry, chain)

    def _entry_place(self, entry: Entry, chain: Chain) -> str:
        """The node of a gazetteer's place: its own chain's, else one read from the mention that implies it."""
        own = next((c for c in self.chains if c.place is not None and _is_place_of(c.place, entry)), None)
        if own is not None and id(own) not in self._making:
            made = self._key_of(own)
            if made is not None:
                return made
        known = self._places_by_identity.get(entry.iri)
        if known is not None:
            return known
        name = entry.iri.rpartition("/")[2]
        key = f"place-{name}"
        self._places_by_identity[entry.iri] = key
        is_country = name.startswith("country-")
        within = None if is_country or entry.country is None else self._country(entry.country, chain)
        precision = Precision.COUNTRY if is_country else Precision(entry.type or "province")
        spans = self._spans(chain)[:1]
        self.places[key] = Place(
            key, entry.label, spans, (), entry.geonames, entry.point, precision, within
        )
        return key

    # Actors

    def _state(self, chain: Chain) -> str | None:
        """The state that a country's name, or its capital's, stands for."""
        link = chain.place
        if link is None or link.country is None:
            return None
        country = load_gazetteer().countries.get(link.country)
        if country is None or not (link.precision is Precision.COUNTRY or link.label == country.capital):
            return None
        entry = load_gazetteer().entries.get(f"https://w3id.org/polemos/gazetteer/state-{link.country}")
        key = f"state-{link.country.lower()}"
        known = self.actors.get(key)
        if known is None:
            place = self._country(link.country, chain)
            names = _surface(self.doc, chain) if link.precision is Precision.COUNTRY else []
            self.actors[key] = Actor(
                key,
                ActorKind.STATE,
                country.label,
                self._spans(chain),
                _aliases(country.label, names),
                "Government",
                None if entry is None else entry.iri,
                place,
            )
        elif self._spans(chain)[0] not in known.mentions:
            spans = tuple(sorted({*known.mentions, *self._spans(chain)}))
            self.actors[key] = replace(known, mentions=spans)
        return key

    def _actor(self, chain: Chain) -> str | None:
        first = chain.first
        if first.noun == "pronoun":
            return None
        key = self._new_key("actor", chain)
        label, aliases = _actor_names(self.doc, chain)
        entry = chain.entry
        kind = ActorKind(entry.kind) if entry is not None and entry.kind in ActorKind.__members__.values() else None
        self.actors[key] = Actor(
            key,
            kind or chain.kind or ActorKind.ORGANIZATION,
            label,
            self._spans(chain),
            aliases,
            chain.type,
            None if entry is None else entry.iri,
            self._nationality(chain),
            self._member_of(chain, key),
            self._size(chain),
        )
        return key

    def _nationality(self, chain: Chain) -> str | None:
        iso = chain.country
        if iso is None:
            return None
        named = next(
            (c for c in self.chains if c.place is not None and c.place.country == iso and c.first.type == "country"),
            None,
        )
        return None if named is None else self.key(named.first.root)

    def _member_of(self, chain: Chain, key: str) -> str | None:
        for relation in self.related.get(id(chain), ()):
            body = self.chain_of.get(relation.object)
            if relation.name is RelationName.MEMBER_OF and body is not None and body is not chain:
                other = self.key(relation.object)
                if other != key and other in self.actors and self.actors[other].kind is ActorKind.ORGANIZATION:
                    return other
        return None

    def _size(self, chain: Chain) -> int | None:
        """How many a group is, where its first mention counts it."""
        if chain.kind is not ActorKind.GROUP:
            return None
        sizes = [m.number.stated for m in chain.mentions if m.number.stated is not None and m.plural]
        return sizes[0] if sizes and sizes[0] > 0 else None

    # Facilities

    def _facility(self, chain: Chain) -> str:
        key = self._new_key("facility", chain)
        self._keys[id(chain)] = key  # its location may be told as being in itself
        place = self._related_key(chain, RelationName.LOCATION)
        label, aliases = _facility_names(self.doc, chain)
        named = bool(chain.keys) or chain.entry is not None
        if not named and place in self.places:
            label = f"{label} in {self.places[place].label}"
        hosts = tuple(
            dict.fromkeys(
                host
                for relation in self.related.get(id(chain), ())
                if relation.name is RelationName.HOSTS
                and (host := self.key(relation.object, Role.PERPETRATOR)) is not None
            )
        )
        operator = self._operator(chain)
        self.facilities[key] = Facility(
            key,
            label,
            self._spans(chain),
            aliases,
            chain.type,
            None if chain.entry is None else chain.entry.iri,
            place or self._entry_location(chain),
            operator,
            hosts,
        )
        return key

    def _operator(self, chain: Chain) -> str | None:
        for relation in self.related.get(id(chain), ()):
            if relation.name is RelationName.OPERATOR:
                found = self.key(relation.object, Role.PERPETRATOR)
                if found is not None:
                    return found
        return None

    def _related_key(self, chain: Chain, name: RelationName) -> str | None:
        for relation in self.related.get(id(chain), ()):
            if relation.name is name:
                found = self.key(relation.object)
                if found is not None:
                    return found
        return None

    def _entry_location(self, chain: Chain) -> str | None:
        """Where the gazetteer has a facility, if the text does not say it."""
        if chain.entry is None:
            return None
        around = load_gazetteer().entries.get(chain.entry.located_in or "")
        if around is not None and around.kind == "Place":
            return self._entry_place(around, chain)
        return None if chain.entry.country is None else self._country(chain.entry.country, chain)


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
        if m.name is not None and m.noun not in ("demonym", "capital", "country")
    ]


def _aliases(label: str, names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name != label))


def _actor_names(doc: Doc, chain: Chain) -> tuple[str, tuple[str, ...]]:
    """The best name of an actor and the others: the gazetteer's label only as an alias, so that quotes agree."""
    labels = [m.label for m in chain.mentions if m.noun != "pronoun" and m.label]
    named = [m.label for m in chain.mentions if m.name is not None and m.label]
    best = max(named or labels[:1], key=len, default=doc[chain.first.root].text)
    if chain.kind is not ActorKind.PERSON and named:
        best = named[0]
    if not named:
        best = next((m.label for m in chain.mentions if m.country is not None and m.label), best)
    entry = [chain.entry.label] if chain.entry is not None else []
    others = named if named else labels
    return best, _aliases(best, [*others, *chain.aliases, *entry])


def _facility_names(doc: Doc, chain: Chain) -> tuple[str, tuple[str, ...]]:
    """The first name of a facility, else its first description; other names and full descriptions are aliases."""
    described = [m.label for m in chain.mentions if " " in m.label]
    named = [m.label for m in chain.mentions if m.name is not None]
    entry = [chain.entry.label] if chain.entry is not None else []
    if named:
        return named[0], _aliases(named[0], [*named, *described, *chain.aliases, *entry])
    best = chain.first.label
    return best, _aliases(best, [*described, *chain.aliases, *entry])
