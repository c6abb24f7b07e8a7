"""Coreference: which mentions are one actor, facility or place.

Names go together by gazetteer entry, by spelling (transliterations too) and by the aliases that brackets
introduce; definite descriptions and pronouns by the nearest mention that fits. Namesakes of another country
stay apart, and so do two facilities in two cities.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.aliases import Alias, find_aliases, is_namesake
from builder.components.annotations import (
    DEMONYM,
    Category,
    EntityMention,
    EventMention,
    register_extensions,
)
from builder.components.antecedents import attackers_among, is_called_otherwise, own_body
from builder.components.chains import (
    Chain,
    compatible,
    entry_of,
    fits_description,
    fits_name,
    is_same_place,
    proper_key,
)
from builder.components.modifiers import body_of, location_after, named_after
from builder.components.paragraphs import datelines
from builder.components.places import is_capital
from builder.components.quotations import quotations
from builder.components.telling import (
    is_of_event,
    is_of_telling,
    reflexive,
    speaker_above,
    speaks_next,
    subject_beside,
)
from builder.gazetteer import transliteration_key
from builder.model import ActorKind, EventKind
from builder.patterns import load

WORDS = load("coreference")
PRONOUN_KINDS: dict[str, list[str]] = WORDS["pronoun_kinds"]
OWNERS: dict[str, str] = WORDS["owners"]
POSSESSIVES = frozenset(WORDS["possessives"])
UNLIKELY = frozenset(WORDS["unlikely_antecedents"])
OPENING = 60  # tokens: a title, a line that says whose statement it is, and a first sentence
SUBJECTS = ("nsubj", "nsubjpass")
SAY = frozenset(load("attribution")["say"])
SPEAKING = frozenset(("i", "we", "me", "us", "my", "our"))  # pronouns for who speaks
SPOKEN = frozenset((EventKind.WARNING, EventKind.STATEMENT))


@dataclass(slots=True)
class Resolver:
    """The chains of one document while its mentions are read in order; `of` has them by head."""

    doc: Doc
    chains: list[Chain] = field(default_factory=list)
    of: dict[int, Chain] = field(default_factory=dict)
    told: frozenset[int] = frozenset()  # the mentions that have a role in an event
    quoted: tuple[range, ...] = ()

    def resolve(self, mention: EntityMention) -> None:
        """Add one mention to the chain that it continues, or begin one; a pronoun begins none."""
        found = self._antecedent(mention) if mention.is_pronoun else self._continued(mention)
        if found is not None:
            self.extend(found, mention)

    def _continued(self, mention: EntityMention) -> Chain:
        """The chain that a name or a description continues, or a new one."""
        apart = is_namesake(self.doc, mention)
        known = self._known(mention) if not apart or mention.category is Category.PLACE else None
        if known is not None:
            return known
        self.chains.append(Chain(mention.category, is_namesake=apart))
        return self.chains[-1]

    def _known(self, mention: EntityMention) -> Chain | None:
        """The chain of a place's link, else of a name, else of a description."""
        if mention.category is Category.PLACE:
            linked = self._same_place(mention)
            if linked is not None:
                return linked
        alike = [c for c in self.chains if c.category is mention.category]
        same = [c for c in alike if not c.is_namesake]
        key, entry = proper_key(self.doc, mention), entry_of(self.doc, mention)
        if key or entry is not None:
            fitting = [c for c in alike if fits_name(self.doc, c, mention, key, entry)]
            # a namesake is meant where its country is told, or where nothing else fits
            own = [c for c in fitting if c.is_namesake and c.country == mention.country is not None]
            plain = [c for c in fitting if not c.is_namesake]
            return next(reversed(own or plain or fitting), None)
        return None if mention.category is Category.WEAPON else self._described(mention, same)

    def _same_place(self, mention: EntityMention) -> Chain | None:
        link = self.doc._.places.get(mention.root)
        if link is None:
            return None
        return next((c for c in self.chains if c.place is not None and is_same_place(c.place, link)), None)

    def _described(self, mention: EntityMention, same: list[Chain]) -> Chain | None:
        """What a description without a name means: by country and noun, else, if definite, what fits."""
        owned = mention.country is not None and mention.number.exact in (None, 1)
        if owned and mention.kind in (None, ActorKind.ORGANIZATION):
            owners = [c for c in same if c.country == mention.country and _is_alike(c, mention)]
            if owners:
                return owners[-1]
        if is_called_otherwise(self.doc, mention):
            return None
        if (body := own_body(self.doc, mention)) is not None:
            return self.of.get(body)
        if not mention.definite or (mention.number.exact or 0) > 1 or self._is_anothers(mention):
            return None
        fitting = [c for c in self._in_one_city(mention, same) if fits_description(c, mention)]
        if mention.category is Category.PLACE:  # "the city" is one where something is told to happen
            fitting = self._not_of_telling(fitting)
            told = [c for c in fitting if any(m.root in self.told for m in c.mentions)]
            return max(told or fitting, key=lambda c: c.mentions[-1].root, default=None)
        same_noun = [c for c in fitting if any(m.noun == mention.noun for m in c.mentions)]
        exact = same_noun or [c for c in fitting if c.type == mention.type]
        return max(exact or fitting, key=lambda c: c.mentions[-1].root, default=None)

    def _not_of_telling(self, places: Iterable[Chain]) -> list[Chain]:
        """The places that are not only told as where something was said."""
        doc, heads = self.doc, datelines(self.doc)
        return [c for c in places if not all(is_of_telling(doc[m.root], heads) for m in c.mentions)]

    def _is_anothers(self, mention: EntityMention) -> bool:
        """Whether a facility or office has an owner, and so need not be the one told of: "*their* base"."""
        is_office = mention.kind is ActorKind.PERSON and mention.type == "Government"
        is_owned = self.doc[mention.start].lower_ in POSSESSIVES
        return is_owned and (is_office or mention.category is Category.FACILITY)

    def _in_one_city(self, mention: EntityMention, chains: list[Chain]) -> list[Chain]:
        """The chains that no two cities keep apart from a description of a facility."""
        here = location_after(self.doc, mention) if mention.category is Category.FACILITY else None
        if here is None:
            return chains
        city = self._place_name(here)
        return [c for c in chains if c.location is not None and self._place_name(c.location) == city]

    def _place_name(self, root: int) -> str:
        told = self.of.get(root)  # of "the city" the one that it takes up
        link = self.doc._.places.get(root) or (told.place if told is not None else None)
        return str((self.doc._.mentions[root] if link is None else link).label)

    def _antecedent(self, pronoun: EntityMention) -> Chain | None:
        """The nearest entity before a pronoun, subjects first, in its sentence or the one before."""
        doc = self.doc
        token = doc[pronoun.root]
        earliest = doc[max(0, token.sent.start - 1)].sent.start
        near = {root: chain for root, chain in self.of.items() if earliest <= root < pronoun.root}
        if pronoun.category is Category.FACILITY:
            things = [root for root, chain in near.items() if chain.category is Category.FACILITY]
            return near[max(things)] if things else None
        if token.lower_ == "we":
            return self._issuer(token)
        if is_of_event(token):
            return None
        fitting = attackers_among(doc, self.of, token, self._fitting(token, near))
        for nearby in (speaker_above(token), subject_beside(token)):
            if nearby is not None and nearby.i in fitting:
                return near[nearby.i]
        if token.lower_ == "them":
            fitting = self._of_them(pronoun, fitting)
        return self._foremost(fitting, near)

    def _of_them(self, pronoun: EntityMention, fitting: list[int]) -> list[int]:
        """Which of some heads "them" may mean: the last of the sentence of whom a part acts, or no things."""
        token = self.doc[pronoun.root]
        own = [root for root in fitting if root >= token.sent.start]
        if own and _acts_in_part(token):
            return [max(own)]
        return [] if self._is_of_things(pronoun, max(fitting, default=0)) else fitting

    def _foremost(self, fitting: list[int], near: dict[int, Chain]) -> Chain | None:
        """The last subject of a main clause among some heads, else the last subject, else the last."""
        doc = self.doc
        subjects = [root for root in fitting if doc[root].dep_ in SUBJECTS]
        main = [root for root in subjects if doc[root].head.dep_ == "ROOT"]
        nearest = max(main or subjects or fitting, default=None)
        return None if nearest is None else near[nearest]

    def _fitting(self, pronoun: Token, near: dict[int, Chain]) -> list[int]:
        """The heads of those near a pronoun whom it may mean by its kind and by who says it."""
        kinds = PRONOUN_KINDS[OWNERS.get(pronoun.lower_, pronoun.lower_)]
        heads = [self.doc[root] for root in near if not self._is_adjective(root)]
        heads = [h for h in heads if _kind_of(near[h.i], h) in kinds]
        # "the veteran *Islamist* who says *he* ordered it": the noun that the clause is about
        heads = [h for h in heads if h.dep_ not in UNLIKELY or _is_told_of(h, pronoun)]
        if pronoun.lower_ == "it":
            heads = [head for head in heads if not _is_several(near[head.i])]
        acting = [self.of[each.i] for each in reflexive(pronoun) if each.i in self.of]
        heads = [head for head in heads if all(near[head.i] is not chain for chain in acting)]
        quotation = next((each for each in self.quoted if pronoun.i in each), None)
        if quotation is not None:
            # Whoever speaks means by "they" whom they named, or else whom the report is about.
            heads = [head for head in heads if head.i in quotation or head.dep_ in SUBJECTS]
            if pronoun.lower_ not in SPEAKING:  # "“*He* shot at us,” she said": who speaks is nobody else
                heads = [head for head in heads if not _speaks(head, quotation)]
        return [head.i for head in heads]

    def _is_of_things(self, pronoun: EntityMention, last: int) -> bool:
        """Whether "them" may be things told since anybody was: "warplanes came and guns fired on *them*"."""
        between = range(max(last + 1, self.doc[pronoun.root].sent.start), pronoun.root)
        near = (self.doc._.mentions[root] for root in between if root in self.of)
        return any(mention.plural and mention.category is Category.FACILITY for mention in near)

    def _is_adjective(self, root: int) -> bool:
        """Whether a country is only told of what somebody is: "a *British*-born militant"."""
        return self.doc._.mentions[root].noun == DEMONYM and self.doc[root].dep_ not in SUBJECTS

    def _issuer(self, pronoun: Token) -> Chain | None:
        """Who says "we" outside quotes: the body that a statement opens with and that acts in it."""
        if any(pronoun.i in quotation for quotation in self.quoted):
            return None
        bodies = [chain for chain in self.chains if chain.kind is ActorKind.ORGANIZATION and chain.is_named]
        opening = (chain for chain in bodies if min(m.root for m in chain.mentions) < OPENING)
        acting = (c for c in opening if any(self.doc[m.root].dep_ in SUBJECTS for m in c.mentions))
        return next(acting, None)

    def extend(self, chain: Chain, mention: EntityMention) -> None:
        """Add a mention to a chain, with what it tells of the entity that the chain does not have yet."""
        chain.mentions.append(mention)
        self.of[mention.root] = chain
        if mention.is_pronoun:
            return
        key = proper_key(self.doc, mention)
        if key:
            chain.keys.add(key)
        if mention.category is chain.category:
            chain.entry = chain.entry or entry_of(self.doc, mention)
            chain.country = chain.country or mention.country or (chain.entry.country if chain.entry else None)
            chain.place = chain.place or self.doc._.places.get(mention.root)
            chain.location = chain.location or location_after(self.doc, mention)

    def appose(self, mention: EntityMention) -> bool:
        """Add an apposition to the chain that it continues; false where it is none.

        "the group's leader, X", "the main movement, the Front": one has a name, or one is an acronym.
        """
        token = self.doc[mention.root]
        apposed_to = self.of.get(token.head.i) if token.dep_ == "appos" else None
        chain = self._described_before(mention) or apposed_to
        if chain is None or not _is_same_sort(chain, mention):
            return False
        if speaks_next(self.doc, mention.start, mention.end):
            return False  # "… by his rival, a *police officer said*"
        first = chain.first.label
        is_acronym = mention.label.isupper() != first.isupper() and len(mention.label.split()) == 1
        if bool(chain.keys) == bool(proper_key(self.doc, mention)) and not is_acronym:
            return False
        self.extend(chain, mention)
        return True

    def _described_before(self, mention: EntityMention) -> Chain | None:
        """The body that the noun right before a name calls by its kind: "the rebel *organisation* ETA"."""
        before = self.of.get(mention.start - 1)
        if before is None or mention.name is None or before.first.name is not None:
            return None
        body = before.kind is mention.kind is ActorKind.ORGANIZATION
        return before if body and before.first.end == mention.start and not before.first.plural else None

    def merge(self, host: Chain, other: Chain) -> None:
        """Make two chains one."""
        if host is other:
            return
        for mention in other.mentions:
            self.of[mention.root] = host
        host.mentions = sorted([*host.mentions, *other.mentions], key=lambda m: m.root)
        host.keys |= other.keys
        host.aliases += other.aliases
        host.entry = host.entry or other.entry
        host.place = host.place or other.place
        self.chains.remove(other)


def _is_alike(chain: Chain, mention: EntityMention) -> bool:
    return chain.first.noun == mention.noun and chain.kind is mention.kind and not chain.keys


def _is_same_sort(chain: Chain, mention: EntityMention) -> bool:
    """Whether a chain and a mention are both of one person, or both of one body."""
    if chain.category is mention.category is Category.FACILITY:
        return compatible(chain.type, mention.type) and not mention.plural
    if chain.category is not Category.ACTOR or mention.category is not Category.ACTOR:
        return False
    is_one = mention.number.exact in (None, 1)
    return is_one and (chain.kind is ActorKind.PERSON) == (mention.kind is ActorKind.PERSON)


def _is_several(chain: Chain) -> bool:
    """Whether a chain is of people whom "it" is not said of: "65 militants died; *it* denied"."""
    return chain.kind is ActorKind.GROUP and all(m.plural or m.is_pronoun for m in chain.mentions)


def _is_told_of(noun: Token, pronoun: Token) -> bool:
    """Whether a pronoun is a subject inside the clause on a noun."""
    return pronoun.dep_ in SUBJECTS and noun.is_ancestor(pronoun)


def _acts_in_part(pronoun: Token) -> bool:
    """Whether some of those meant do it: "among the attackers, and *one of them* had led it"."""
    return pronoun.head.lower_ == "of" and pronoun.head.head.dep_ in SUBJECTS


def _speaks(noun: Token, quotation: range) -> bool:
    """Whether somebody outside a quotation is told to say something: who is quoted, as a rule."""
    return noun.i not in quotation and noun.dep_ in SUBJECTS and noun.head.lemma_.lower() in SAY


def _kind_of(chain: Chain, head: Token) -> str | None:
    """The class of actor that a chain may be taken up as: a country, or a capital that acts, as the state."""
    if chain.category is Category.PLACE:
        acts = head.dep_ in SUBJECTS and is_capital(chain.place)
        return "State" if acts or chain.first.type == "country" else None
    return None if chain.kind is None else chain.kind.value


def chains_of(doc: Doc) -> tuple[list[Chain], dict[int, Chain]]:
    """Every chain of a document, and the chain of each mention by the token of its head."""
    events: tuple[EventMention, ...] = doc._.event_mentions or ()
    happened = (event for event in events if event.trigger.kind not in SPOKEN)
    told = frozenset(filler.root for event in happened for filler in event.roles)
    resolver = Resolver(doc, told=told, quoted=quotations(doc))
    _read_in_order(resolver)
    for mention in doc._.mentions.values():
        _join_with_modifier(resolver, mention)
    return resolver.chains, resolver.of


def _read_in_order(resolver: Resolver) -> None:
    """Give each mention its chain; what stands in the brackets of an alias is of the chain that it names."""
    doc, of = resolver.doc, resolver.of
    mentions: dict[int, EntityMention] = doc._.mentions
    aliases = list(find_aliases(doc))
    inside = {alias: [root for root in mentions if alias.start <= root < alias.end] for alias in aliases}
    aliases = [
        alias for alias in aliases if all(_may_name(doc, alias, mentions[root]) for root in inside[alias])
    ]
    hosts = {root: alias.host for alias in aliases for root in inside[alias]}
    names = {alias.host: alias.text for alias in aliases}
    for root, mention in sorted(mentions.items()):
        if hosts.get(root) in of:
            of[root] = of[hosts[root]]
            of[root].entry = of[root].entry or entry_of(doc, mention)
            of[root].keys |= {key for key in (proper_key(doc, mention),) if key}
        elif named_after(doc, mention) is None and not resolver.appose(mention):
            resolver.resolve(mention)
        if root in names and root in of:
            of[root].aliases.append(names[root])
            of[root].keys.add(transliteration_key(names[root]))
            _join_by_alias(resolver, of[root], transliteration_key(names[root]))


def _join_by_alias(resolver: Resolver, chain: Chain, key: str) -> None:
    """Join a person with the one whom the text called by the same further name: "nicknamed the Scorpion"."""
    if chain.kind is not ActorKind.PERSON:
        return
    others = (c for c in resolver.chains if c is not chain and c.kind is ActorKind.PERSON)
    other = next((c for c in others if key in map(transliteration_key, c.aliases)), None)
    if other is not None:
        resolver.merge(other, chain)


def _may_name(doc: Doc, alias: Alias, mention: EntityMention) -> bool:
    """Whether what stands in an alias may be its host: nothing that is known to be of another class."""
    host: EntityMention = doc._.mentions[alias.host]
    known = entry_of(doc, mention) is not None or mention.root in doc._.places
    return mention.category is host.category or not known


def _join_with_modifier(resolver: Resolver, mention: EntityMention) -> None:
    """Join people with the body that they stand for, and a noun with the name that it introduces."""
    doc, of, root = resolver.doc, resolver.of, mention.root
    body, named = body_of(doc, mention), named_after(doc, mention)
    if body in of and root in of and of[root].first is mention:
        resolver.merge(of[body], of[root])
    if named in of:
        of[root] = of[named]


@Language.factory(
    "polemos_coreference",
    requires=[
        *("doc._.mentions", "doc._.places", "doc._.names", "doc._.demonyms", "doc._.event_mentions"),
        "token.dep",
    ],
    assigns=["doc._.entities"],
)
def create_coreference(nlp: Language, name: str) -> "CoreferenceResolver":
    """Make the component; it has no settings."""
    register_extensions()
    return CoreferenceResolver()


class CoreferenceResolver:
    """Writes `doc._.entities`: the chains, and the chain of each mention by the token of its head."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.entities = chains_of(doc)
        return doc
