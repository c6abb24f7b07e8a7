"""Coreference: which mentions are one actor, facility or place.

Names go together by gazetteer entry, by spelling (transliterations too) and by the aliases that brackets
introduce; definite descriptions and pronouns by the nearest mention that fits. Namesakes of another country
stay apart, and so do two facilities in two cities.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention, Quantity, register_extensions
from builder.components.lexicon import ancestors, nouns
from builder.components.places import PlaceLink, countries_of
from builder.gazetteer import Entry, transliteration_key
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("coreference")
BODY_NOUNS = frozenset(WORDS["body_nouns"])
ATTACKERS = frozenset(WORDS["attackers"])
PRONOUN_KINDS: dict[str, list[str]] = WORDS["pronoun_kinds"]
ARMED = frozenset((None, "StateForces", "ArmedGroup"))  # None: "commander", "chief", "leader"
TAKING_UP = frozenset(WORDS["taking_up"])
GENERIC_OF_TYPE = frozenset(WORDS["generic_of_type"])
GENERIC_FACILITIES = frozenset(WORDS["generic_facilities"])
STATE_BODIES = frozenset(("army", "police", "government", "military"))
POSSESSIVES = frozenset(("his", "her", "their", "its"))
INTRODUCING = frozenset(WORDS["introducing"])
NAMESAKES: tuple[str, ...] = tuple(WORDS["namesakes"])
OWNERS = {"his": "he", "her": "she", "their": "they"}
ALIAS_ADVERBS = frozenset(WORDS["alias_adverbs"])
JOINTS = frozenset(("al", "el", "of", "the", "de", "for", "ash", "s", "and"))
NAMESAKE_WINDOW = 8  # tokens from the start of the longest cue to the name
NAMESAKE_TITLES = 4  # an article, a nationality and a title between them
SAME_START = 4  # folded letters that two spellings of one first name share
LONGEST_ALIAS = 8  # tokens in the longest bracketed name that is taken for an alias


@dataclass(slots=True)
class Chain:
    """The mentions of one entity while they are collected, with what they have in common."""

    category: Category
    mentions: list[EntityMention] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    aliases: list[str] = field(default_factory=list)
    entry: Entry | None = None
    country: str | None = None
    place: PlaceLink | None = None
    location: int | None = None
    is_namesake: bool = False

    @property
    def first(self) -> EntityMention:
        """The mention that began the chain."""
        return self.mentions[0]

    @property
    def type(self) -> str | None:
        """The concept of the entry, else the most specific that a mention gives."""
        if self.entry is not None and self.entry.type is not None:
            return self.entry.type
        types = [m.type for m in self.mentions if m.type is not None]
        return max(types, key=lambda name: len(ancestors(name)), default=None)

    @property
    def kind(self) -> ActorKind | None:
        """The class of the actor: of the first mention with a name, else of the first."""
        return next((m.kind for m in self.mentions if m.name is not None and m.kind is not None), self.first.kind)


def compatible(one: str | None, other: str | None) -> bool:
    """Whether two types may be of one thing: the same, one broader than the other, or one unknown."""
    if one is None or other is None:
        return True
    return one in ancestors(other) or other in ancestors(one)


def entry_of(doc: Doc, mention: EntityMention) -> Entry | None:
    """The gazetteer's entry that a name means here; a namesake of another country is none."""
    if mention.name is None:
        return None
    entries = [e for e in mention.name.entries if e.kind not in ("Place", "State")]
    if mention.country is not None:
        entries = [e for e in entries if e.country in (None, mention.country)]
    if len(entries) > 1:
        counts = countries_of(doc)
        entries.sort(key=lambda e: -counts.get(e.country or "", 0))
    return entries[0] if entries else None


def proper_key(doc: Doc, mention: EntityMention) -> str:
    """The name without the lexicon's noun, folded so that transliterations agree; "" where there is none."""
    name = mention.name
    if name is None:
        return ""
    nouns = set(mention.noun.split())
    words = [
        doc[i].text
        for i in range(name.start, name.end)
        if doc[i].lower_ not in nouns and doc[i].lemma_.lower() not in nouns and doc[i].text not in "-'’"
        and doc[i].tag_ != "POS" and doc[i].dep_ != "poss"
    ]
    return transliteration_key(" ".join(words)) if words else ""


def _persons_agree(chain: Chain, key: str) -> bool:
    """Whether a person's name continues a chain: one name's words are the other's, last names alike."""
    words = key.split()
    for known in chain.keys:
        other = known.split()
        if words[-1:] == other[-1:] and "".join(words)[:SAME_START] == "".join(other)[:SAME_START]:
            return True  # "Sadr-ud-Din", "Sadruddin"
        within = set(words) <= set(other) or set(other) <= set(words)
        if within and (words[-1:] == other[-1:] or len(words) == 1 or len(other) == 1):
            return True
        # A second surname: "Jorge Molina", then "Molina Díaz".
        if len(other) > 1 and len(words) > 1 and (words[0] == other[-1] or other[0] == words[-1]):
            return True
    return False


def _countries_agree(chain: Chain, mention: EntityMention) -> bool:
    return chain.country is None or mention.country is None or chain.country == mention.country


def _same_name(doc: Doc, chain: Chain, mention: EntityMention, key: str, entry: Entry | None) -> bool:
    """Whether a named mention is of a chain."""
    if entry is not None and chain.entry is not None:
        return entry.iri == chain.entry.iri
    if not _countries_agree(chain, mention) or not key:
        return False
    if chain.kind is ActorKind.PERSON:
        # A last name alone is often taken for a body's or a place's name.
        is_person = mention.kind is ActorKind.PERSON or (entry is None and not mention.noun)
        return is_person and _persons_agree(chain, key)
    if mention.kind is ActorKind.PERSON:
        return False
    if not chain.keys and chain.location is not None and mention.category is Category.FACILITY:
        city = transliteration_key(doc[chain.location].text)
        return key == city and compatible(chain.type, mention.type)
    return key in chain.keys and compatible(chain.type, mention.type)


def _fits_description(chain: Chain, mention: EntityMention) -> bool:
    """Whether "the base", "the general", "the group" may mean a chain."""
    if not _countries_agree(chain, mention):
        return False
    if mention.category is Category.FACILITY:
        return _fits_facility(chain, mention)
    if mention.category is Category.PLACE:
        return _fits_place(chain, mention)
    if mention.kind is ActorKind.PERSON:
        return chain.kind is ActorKind.PERSON and _titles_agree(chain, mention)
    if mention.noun == chain.first.noun and chain.kind is mention.kind:
        return True
    state_body = mention.noun in STATE_BODIES and bool(chain.keys)
    if any(_last_word(m.label) == mention.noun for m in chain.mentions) and chain.kind is mention.kind:
        return not state_body
    is_bare = len(mention.label.split()) == len(mention.noun.split())
    if mention.noun in BODY_NOUNS and is_bare and chain.kind in (ActorKind.ORGANIZATION, ActorKind.GROUP):
        named = chain.entry is not None or bool(chain.keys)
        return named and compatible(chain.type, mention.type)
    both = is_bare and mention.noun in TAKING_UP and chain.first.noun in ATTACKERS
    return both and chain.first.category is Category.ACTOR


def _fits_facility(chain: Chain, mention: EntityMention) -> bool:
    """Whether "the substation" or "the base" may mean a facility: by its own noun, or by a generic one."""
    if chain.first.plural != mention.plural or not compatible(chain.type, mention.type):
        return False
    noun = _last_word(mention.noun)
    same_noun = any(_last_word(m.noun) == noun or _last_word(m.label) == noun for m in chain.mentions)
    vehicle = chain.type is not None and "Vehicle" in ancestors(chain.type)
    typed = chain.type is not None and mention.type is not None
    return same_noun or (noun in GENERIC_FACILITIES and not vehicle) or (noun in GENERIC_OF_TYPE and typed)


def _last_word(label: str) -> str:
    return label.rpartition(" ")[2].lower()


def _titles_agree(chain: Chain, mention: EntityMention) -> bool:
    """Whether a rank or office fits a person: the same, or any of arms for "the general", "the commander"."""
    titles = {noun for m in chain.mentions for noun in (m.noun, *m.titles) if noun and noun != "pronoun"}
    if any(_ends_alike(title, mention.noun) for title in titles):
        return True
    ranks = {nouns()[title].type for title in titles if title in nouns()}
    return mention.type in ARMED and bool(ranks & ARMED) and bool(chain.keys)


def _fits_place(chain: Chain, mention: EntityMention) -> bool:
    precision = chain.place.precision if chain.place is not None else None
    return precision is not None and precision.value == mention.type and mention.type != "country"


def _ends_alike(one: str, other: str) -> bool:
    return bool(one) and (one.endswith(other) or other.endswith(one))


@dataclass(slots=True)
class _Resolver:
    """The chains of one document while its mentions are read in order."""

    doc: Doc
    chains: list[Chain] = field(default_factory=list)
    of: dict[int, Chain] = field(default_factory=dict)

    def resolve(self, mention: EntityMention) -> None:
        """Add one mention to the chain that it continues, or begin one."""
        found = self._find(mention)
        if found is None and mention.noun == "pronoun":
            return
        if found is None:
            found = Chain(mention.category, is_namesake=_is_namesake(self.doc, mention))
            self.chains.append(found)
        self._extend(found, mention)

    def _find(self, mention: EntityMention) -> Chain | None:
        if mention.noun == "pronoun":
            return self._antecedent(mention)
        if mention.category is not Category.PLACE and _is_namesake(self.doc, mention):
            return None
        if mention.category is Category.PLACE:
            linked = self._same_place(mention)
            if linked is not None:
                return linked
        same = [c for c in self.chains if c.category is mention.category and not c.is_namesake]
        key, entry = proper_key(self.doc, mention), entry_of(self.doc, mention)
        if key or entry is not None:
            return next((c for c in reversed(same) if _same_name(self.doc, c, mention, key, entry)), None)
        return self._described(mention, same)

    def _same_place(self, mention: EntityMention) -> Chain | None:
        link = self.doc._.places.get(mention.root)
        if link is None:
            return None
        for chain in self.chains:
            if chain.place is not None and _is_same_link(chain.place, link):
                return chain
        return None

    def _described(self, mention: EntityMention, same: list[Chain]) -> Chain | None:
        """What a description without a name means: by its country and noun, else, if definite, the nearest fit."""
        if mention.category is Category.WEAPON:
            return None
        owned = mention.country is not None and mention.number.exact in (None, 1)
        if owned and mention.kind in (None, ActorKind.ORGANIZATION):
            owner = [c for c in same if c.country == mention.country and _is_alike(c, mention)]
            if owner:
                return owner[-1]
        if not mention.definite or (mention.number.exact or 0) > 1:
            return None
        is_office = mention.kind is ActorKind.PERSON and mention.type == "Government"
        if (mention.category is Category.FACILITY or is_office) and self.doc[mention.start].lower_ in POSSESSIVES:
            return None
        fitting = [c for c in same if _fits_description(c, mention) and self._in_one_city(c, mention)]
        same_noun = [c for c in fitting if any(m.noun == mention.noun for m in c.mentions)]
        exact = same_noun or [c for c in fitting if c.type == mention.type]
        return max(exact or fitting, key=lambda c: c.mentions[-1].root, default=None)

    def _in_one_city(self, chain: Chain, mention: EntityMention) -> bool:
        """Whether no two cities keep a facility and a description apart."""
        here = location_after(self.doc, mention)
        if here is None or mention.category is not Category.FACILITY:
            return True
        if chain.location is None:
            return False
        return self._place_name(here) == self._place_name(chain.location)

    def _place_name(self, root: int) -> str:
        link = self.doc._.places.get(root)
        return self.doc._.mentions[root].label if link is None else str(link.label)

    def _antecedent(self, pronoun: EntityMention) -> Chain | None:
        """The nearest actor before a pronoun, subjects first, in its sentence or the one before."""
        token = self.doc[pronoun.root]
        earliest = self.doc[max(0, token.sent.start - 1)].sent.start
        if pronoun.category is Category.FACILITY:
            near = [r for r, c in self.of.items() if earliest <= r < pronoun.root and c.category is Category.FACILITY]
            return self.of[max(near)] if near else None
        kinds = PRONOUN_KINDS[OWNERS.get(token.lower_, token.lower_)]
        fitting = [
            root
            for root, chain in self.of.items()
            if earliest <= root < pronoun.root
            and _kind_of(chain) in kinds
            and self.doc[root].dep_ not in ("poss", "compound", "amod", "nmod", "appos")
        ]
        subjects = [r for r in fitting if self.doc[r].dep_ in ("nsubj", "nsubjpass")]
        main = [r for r in subjects if self.doc[r].head.dep_ == "ROOT"]
        nearest = max(main or subjects or fitting, default=None)
        return None if nearest is None else self.of[nearest]

    def _extend(self, chain: Chain, mention: EntityMention) -> None:
        chain.mentions.append(mention)
        self.of[mention.root] = chain
        if mention.noun == "pronoun":
            return
        key = proper_key(self.doc, mention)
        if key:
            chain.keys.add(key)
        if mention.category is chain.category:
            chain.entry = chain.entry or entry_of(self.doc, mention)
            chain.country = chain.country or mention.country or (chain.entry.country if chain.entry else None)
            chain.place = chain.place or self.doc._.places.get(mention.root)
            chain.location = chain.location or location_after(self.doc, mention)

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


def _is_namesake(doc: Doc, mention: EntityMention) -> bool:
    """Whether the words before a name keep it apart: "not to be confused with", "no relation to"."""
    if mention.name is None:
        return False
    start = max(doc[mention.root].sent.start, mention.start - NAMESAKE_WINDOW)
    before = doc[start : mention.name.start].text.lower() if mention.name.start > start else ""
    between = next((before.rpartition(cue)[2].split() for cue in NAMESAKES if cue in before), None)
    return between is not None and len(between) <= NAMESAKE_TITLES and "of" not in between


def _is_alike(chain: Chain, mention: EntityMention) -> bool:
    return chain.first.noun == mention.noun and chain.kind is mention.kind and not chain.keys


def _is_same_link(one: PlaceLink, other: PlaceLink) -> bool:
    if one.geonames is not None and other.geonames is not None:
        return one.geonames == other.geonames
    if one.entry is not None and other.entry is not None:
        return one.entry.iri == other.entry.iri
    unknown = one.geonames is None and other.geonames is None and one.entry is None and other.entry is None
    return unknown and transliteration_key(one.label) == transliteration_key(other.label)


def _kind_of(chain: Chain) -> str | None:
    if chain.category is Category.PLACE:
        return "State" if chain.first.type == "country" else None
    return None if chain.kind is None else chain.kind.value


def location_after(doc: Doc, mention: EntityMention) -> int | None:
    """The place that directly follows a mention: "the base in Mosul", "the camp near Goma"."""
    i = mention.end
    while i < len(doc) and doc[i].is_quote:
        i += 1
    if i + 1 < len(doc) and doc[i].lower_ == "of":  # "the headquarters of the Brigade *in Qaim*"
        owner = next((m for k in range(i + 1, min(i + 7, len(doc))) if (m := doc._.mentions.get(k))), None)
        if owner is not None and owner.category is Category.ACTOR and owner.start == i + 1:
            i = owner.end
    if i + 1 >= len(doc) or doc[i].lower_ not in ("in", "at", "near", "outside", "of", "on"):
        return None
    for k in range(i + 1, min(i + 6, len(doc))):
        follower = doc._.mentions.get(k)
        if follower is not None and follower.category is Category.PLACE and doc[k].dep_ == "pobj":
            near = follower.start <= i + 2 and doc[k].head.i == i
            return (named_after(doc, follower) or k) if near and _is_placed(doc, follower) else None
    return None


def body_of(doc: Doc, mention: EntityMention) -> int | None:
    """The armed group that its people stand for: "Houthi fighters", "guerrillas of the Front", uncounted."""
    uncounted = mention.number == Quantity() and mention.plural
    if mention.kind is not ActorKind.GROUP or mention.type != "ArmedGroup" or not uncounted:
        return None
    inside = range(mention.start, mention.root)
    last = mention.end + 1
    if mention.end < len(doc) and doc[mention.end].lower_ == "of":
        inside = range(last, min(last + 8, len(doc)))
    for i in inside:
        body = doc._.mentions.get(i)
        if body is not None and body.kind is ActorKind.ORGANIZATION and body.name is not None:
            return i if body.start <= last + 1 else None
    return None


def _is_placed(doc: Doc, mention: EntityMention) -> bool:
    return mention.name is not None or mention.root in doc._.places or named_after(doc, mention) is not None


def named_after(doc: Doc, mention: EntityMention) -> int | None:
    """The named place that a noun only introduces: "the village *of Boni*", "the outskirts of Kharkiv"."""
    if mention.category is not Category.PLACE or mention.name is not None or mention.end + 1 >= len(doc):
        return None
    if doc[mention.end].lower_ != "of":
        return None
    for k in range(mention.end + 1, min(mention.end + 5, len(doc))):
        follower = doc._.mentions.get(k)
        if follower is not None and follower.category is Category.PLACE and follower.name is not None:
            return k if follower.start == mention.end + 1 and follower.noun != "demonym" else None
    return None


def bracketed(doc: Doc) -> Iterator[tuple[int, int]]:
    """The token ranges of bracketed names: capitalised words, quotes and joints only."""
    for i in range(1, len(doc) - 2):
        if doc[i].text != "(":
            continue
        end = next((k for k in range(i + 1, min(i + 2 + LONGEST_ALIAS, len(doc))) if doc[k].text == ")"), None)
        if end is None or end == i + 1:
            continue
        inside = [doc[k] for k in range(i + 1, end)]
        if all(t.text[:1].isupper() or not t.is_alpha or t.lower_ in JOINTS for t in inside):
            if any(t.text[:1].isupper() and t.is_alpha for t in inside):
                yield i + 1, end


def introduced(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """Further names after a comma: ", also known as MINUSMA", ", called Ansar Allah". Where the phrase before
    ends, and the token range of the name."""
    for token in doc:
        verb = token.lower_
        if verb not in INTRODUCING:
            continue
        first = token.i + 1
        while first < len(doc) and doc[first].lower_ in ("as", "to"):
            first += 1
        before = token.i - (doc[token.i - 1].lower_ in ALIAS_ADVERBS)
        end_of_host = before - 1 if doc[before - 1].text in (",", "(") else before
        while first < len(doc) and (doc[first].is_quote or doc[first].lower_ == "the"):
            first += 1
        last = first
        while last < len(doc) and (doc[last].text[:1].isupper() or doc[last].text == "-" or doc[last].lower_ in JOINTS):
            last += 1
        while last > first and not doc[last - 1].text[:1].isupper():
            last -= 1
        if last > first:
            yield end_of_host, first, last


def _host(doc: Doc, start: int, mentions: dict[int, EntityMention], alias: str) -> EntityMention | None:
    """What a bracketed name is an alias of: the phrase before it, or the unnamed phrase that holds that one."""
    before = next((m for m in mentions.values() if m.end == start - 1 and m.root < start), None)
    if before is None:
        return None
    is_body = before.category is Category.ACTOR
    if alias.isupper() or (is_body and before.kind is not ActorKind.PERSON):
        return before if is_body or before.category is Category.FACILITY else None
    holder = doc[before.root].head
    if holder.pos_ in ("ADP", "SCONJ") and holder.head.i in mentions:
        outer = mentions[holder.head.i]
        if outer.name is None and outer.category in (Category.FACILITY, Category.PLACE):
            return outer
    adjacent = next((m for m in mentions.values() if m.end == before.start - 1 and m.name is None), None)
    if adjacent is not None and before.category is Category.PLACE and adjacent.category is Category.FACILITY:
        return adjacent
    return before if before.name is None or before.category is Category.FACILITY else None


def _add_aliases(resolver: _Resolver, mentions: dict[int, EntityMention]) -> dict[int, int]:
    """For each bracketed name, the root of its host by the roots of the mentions inside the brackets."""
    doc = resolver.doc
    hosts: dict[int, int] = {}
    for start, end in bracketed(doc):
        alias = doc[start:end].text.strip("“”\"'’ ")
        host = _host(doc, start, mentions, alias)
        if host is not None:
            hosts.update({root: host.root for root in mentions if start <= root < end})
            hosts.setdefault(-start, host.root)
    for before, start, end in introduced(doc):
        named = next((m for m in mentions.values() if m.end == before and m.category is not Category.WEAPON), None)
        if named is not None:
            holder = doc[named.root].head.head
            if named.category is Category.PLACE and holder.i in mentions and holder.i < named.root:
                named = mentions[holder.i]  # "the mission in Mali, known as"
            hosts.update({root: named.root for root in mentions if start <= root < end})
            hosts.setdefault(-start, named.root)
    return hosts


def chains_of(doc: Doc) -> tuple[list[Chain], dict[int, Chain]]:
    """Every chain of a document, and the chain of each mention by the token of its head."""
    resolver = _Resolver(doc)
    mentions: dict[int, EntityMention] = doc._.mentions
    hosts = _add_aliases(resolver, mentions)
    ranges = [*bracketed(doc), *((start, end) for _, start, end in introduced(doc))]
    aliases = {
        hosts[-start]: doc[start:end].text.strip("“”\"' ") for start, end in ranges if -start in hosts
    }
    for mention in sorted(mentions.values(), key=lambda m: (m.root, m.start)):
        if mention.root in hosts and hosts[mention.root] in resolver.of:
            chain = resolver.of[hosts[mention.root]]
            resolver.of[mention.root] = chain
            chain.entry = chain.entry or entry_of(doc, mention)
        elif named_after(doc, mention) is None and _apposed(doc, mention, resolver) is None:
            resolver.resolve(mention)
        if mention.root in aliases and mention.root in resolver.of:
            chain = resolver.of[mention.root]
            chain.aliases.append(aliases[mention.root])
            chain.keys.add(transliteration_key(aliases[mention.root]))
    for mention in mentions.values():
        body = body_of(doc, mention)
        alone = mention.root in resolver.of and resolver.of[mention.root].first is mention
        if body in resolver.of and alone:
            resolver.merge(resolver.of[body], resolver.of[mention.root])
        named = named_after(doc, mention)
        if named in resolver.of:
            resolver.of[mention.root] = resolver.of[named]
    return resolver.chains, resolver.of


def _apposed(doc: Doc, mention: EntityMention, resolver: _Resolver) -> Chain | None:
    """The chain that an apposition continues: "the group's leader, X", "the main movement, the Front"."""
    token = doc[mention.root]
    chain = resolver.of.get(token.head.i) if token.dep_ == "appos" else None
    if chain is None or chain.category is not Category.ACTOR or mention.category is not Category.ACTOR:
        return None
    if (chain.kind is ActorKind.PERSON) != (mention.kind is ActorKind.PERSON) or mention.number.exact not in (None, 1):
        return None
    one_is_acronym = mention.label.isupper() != chain.first.label.isupper() and len(mention.label.split()) == 1
    if bool(chain.keys) == bool(proper_key(doc, mention)) and not one_is_acronym:
        return None
    resolver._extend(chain, mention)
    return chain


@Language.factory(
    "polemos_coreference",
    requires=["doc._.mentions", "doc._.places", "token.dep"],
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
