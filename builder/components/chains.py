"""Chains of mentions of one entity, and the rules by which a mention agrees with one."""

from dataclasses import dataclass, field

from spacy.tokens import Doc

from builder.components.annotations import PRONOUN, Category, EntityMention
from builder.components.lexicon import ancestors, nouns
from builder.components.places import countries_of
from builder.components.toponyms import PlaceLink
from builder.gazetteer import Entry, load_gazetteer, transliteration_key
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("chains")
TIERS = frozenset(WORDS["tiers"])
TIERED = frozenset(("Government", "Police"))
BODY_NOUNS = frozenset(WORDS["body_nouns"])
STATE_BODIES = frozenset(WORDS["state_bodies"])
ATTACKERS = frozenset(WORDS["attackers"])
TAKING_UP = frozenset(WORDS["taking_up"])
GENERIC_FACILITIES = frozenset(WORDS["generic_facilities"])
# What a generic noun cannot mean: neither a road nor an air base is "the building".
UNFIT: dict[str, list[str]] = WORDS["unfit"]
GENERIC_OF_TYPE = frozenset(WORDS["generic_of_type"])
ARMED = frozenset((None, *WORDS["armed_types"]))  # None: "commander", "chief", "leader"
# Bodies that no text calls "the group".
OFFICIAL = frozenset(("NewsAgency", "Government", "Police", "StateForces", "InternationalForces"))
MOVEMENTS = frozenset(WORDS["movement_types"])  # "the movement", "the party" are said of armed ones too
SAME_START = 4  # folded letters that two spellings of one first name share


@dataclass(slots=True)
class Chain:
    """The mentions of one entity while they are collected, with what they have in common.

    `keys` are its folded names, `location` is the token of the place where a facility is.
    """

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
    def is_named(self) -> bool:
        """Whether a mention has a name."""
        return bool(self.keys) or self.entry is not None

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
        for mention in self.mentions:
            if mention.name is not None and mention.kind is not None:
                return mention.kind
        return self.first.kind


def compatible(one: str | None, other: str | None) -> bool:
    """Whether two types may be of one thing: the same, one broader than the other, or one unknown."""
    if one is None or other is None:
        return True
    return one in ancestors(other) or other in ancestors(one)


def entry_of(doc: Doc, mention: EntityMention) -> Entry | None:
    """The gazetteer's entry that a name means here; a namesake of another country is none."""
    if mention.name is None:
        return _national_body(mention)
    entries = [entry for entry in mention.name.entries if entry.kind not in ("Place", "State")]
    if mention.country is not None:
        entries = [entry for entry in entries if entry.country in (None, mention.country)]
    if len(entries) > 1:
        counts = countries_of(doc)
        return max(entries, key=lambda entry: counts[entry.country or ""])
    return entries[0] if entries else None


def _national_body(mention: EntityMention) -> Entry | None:
    """The entry of a country's body that is called by its noun: of "Israel's army" that of "Israeli army"."""
    country = load_gazetteer().countries.get(mention.country or "")
    if country is None or mention.kind is not ActorKind.ORGANIZATION:
        return None
    names = (f"{demonym} {mention.noun}" for demonym in country.demonyms)
    found = (entry for name in names for entry in load_gazetteer().find(name, kind="Organization"))
    return next((entry for entry in found if entry.country == country.iso), None)


def proper_key(doc: Doc, mention: EntityMention) -> str:
    """The name without the lexicon's noun, folded so that transliterations agree; "" where there is none."""
    if mention.name is None:
        return ""
    described = frozenset(mention.noun.split())
    words = [
        token.text
        for token in doc[mention.name.start : mention.name.end]
        if token.lower_ not in described and token.lemma_.lower() not in described
        if token.text not in "-'’" and token.tag_ != "POS" and token.dep_ != "poss"
    ]
    return transliteration_key(" ".join(words)) if words else ""


def fits_name(doc: Doc, chain: Chain, mention: EntityMention, key: str, entry: Entry | None) -> bool:
    """Whether a mention with a name is of a chain; `key` and `entry` are those of the mention."""
    if entry is not None and chain.entry is not None:
        return entry.iri == chain.entry.iri
    if not key or not _countries_agree(chain, mention):
        return False
    if chain.kind is ActorKind.PERSON:
        # A last name alone is often taken for a body's or a place's name.
        is_person = mention.kind is ActorKind.PERSON or (entry is None and not mention.noun)
        return is_person and _persons_agree(chain, key)
    if mention.kind is ActorKind.PERSON or not compatible(chain.type, mention.type):
        return False
    if not chain.keys and chain.location is not None and mention.category is Category.FACILITY:
        return key == transliteration_key(doc[chain.location].text)  # "the airport in Goma", "Goma airport"
    return key in chain.keys


def _countries_agree(chain: Chain, mention: EntityMention) -> bool:
    return chain.country is None or mention.country is None or chain.country == mention.country


def _persons_agree(chain: Chain, key: str) -> bool:
    """Whether a name is one of a person: a last name agrees with many, so that full names go first."""
    words = key.split()
    names = [known.split() for known in chain.keys]
    full = [name for name in names if len(name) > 1 and len(words) > 1]
    return any(_one_person(words, name) for name in full or names)


def _one_person(words: list[str], other: list[str]) -> bool:
    """Whether two names of people are of one: the words of one are the other's, last names alike."""
    same_last = words[-1:] == other[-1:]
    if same_last and "".join(words)[:SAME_START] == "".join(other)[:SAME_START]:
        return True  # "Sadr-ud-Din", "Sadruddin"
    several = len(words) > 1 and len(other) > 1
    if (set(words) <= set(other) or set(other) <= set(words)) and (same_last or not several):
        return True
    # A second surname: "Jorge Molina", then "Molina Díaz".
    return several and (words[0] == other[-1] or other[0] == words[-1])


def fits_description(chain: Chain, mention: EntityMention) -> bool:
    """Whether "the base", "the general", "the group" may mean a chain."""
    if not _countries_agree(chain, mention) or _tier(chain.first) != _tier(mention):
        return False
    if mention.category is Category.FACILITY:
        return _fits_facility(chain, mention)
    if mention.category is Category.PLACE:
        return _fits_place(chain, mention)
    if mention.kind is ActorKind.PERSON:
        return chain.kind is ActorKind.PERSON and _titles_agree(chain, mention)
    return _fits_body(chain, mention)


def _tier(mention: EntityMention) -> str | None:
    """Of which part of a country a body is: "the *provincial* government" is not the government."""
    is_body = mention.type in TIERED and mention.name is None
    words = mention.label.lower().split() if is_body else ()
    return next((word for word in words if word in TIERS), None)


def _fits_facility(chain: Chain, mention: EntityMention) -> bool:
    """Whether "the substation" or "the base" may mean a facility: by its own noun, or by a generic one."""
    concept = chain.type
    if chain.first.plural != mention.plural or not compatible(concept, mention.type):
        return False
    noun = _last_word(mention.noun)
    if any(noun in (_last_word(m.noun), _last_word(m.label)) for m in chain.mentions):
        return True
    if noun in GENERIC_OF_TYPE and concept is not None and mention.type is not None:
        return True
    unfit = concept is not None and ("Vehicle" in ancestors(concept) or concept in UNFIT.get(noun, ()))
    return noun in GENERIC_FACILITIES and not unfit


def _fits_place(chain: Chain, mention: EntityMention) -> bool:
    precision = chain.place.precision if chain.place is not None else None
    return precision is not None and precision.value == mention.type and mention.type != "country"


def _titles_agree(chain: Chain, mention: EntityMention) -> bool:
    """Whether a rank or office fits a person: the same, or any of arms for "the general", "the commander"."""
    titles = {noun for m in chain.mentions for noun in (m.noun, *m.titles) if noun and noun != PRONOUN}
    if not mention.noun:
        return False  # "the ship's owner": a noun of no list, which no title can be held against
    if any(title.endswith(mention.noun) or mention.noun.endswith(title) for title in titles):
        return True
    ranks = {nouns()[title].type for title in titles if title in nouns()}
    return mention.type in ARMED and bool(ranks & ARMED) and bool(chain.keys)


def _fits_body(chain: Chain, mention: EntityMention) -> bool:
    """Whether "the militia", "the group", "the attackers" may mean a chain of people or a body."""
    same_kind = chain.kind is mention.kind
    if same_kind and mention.noun == chain.first.noun:
        return True
    if same_kind and any(_last_word(m.label) == mention.noun for m in chain.mentions):
        return mention.noun not in STATE_BODIES or not chain.keys
    if len(mention.label.split()) != len(mention.noun.split()):
        return False
    if mention.noun in BODY_NOUNS and chain.kind in (ActorKind.ORGANIZATION, ActorKind.GROUP):
        alike = compatible(chain.type, mention.type) or {chain.type, mention.type} <= MOVEMENTS
        return chain.is_named and alike and not (mention.noun == "group" and chain.type in OFFICIAL)
    takes_up = mention.noun in TAKING_UP and chain.first.noun in ATTACKERS
    return takes_up and chain.category is Category.ACTOR


def _last_word(label: str) -> str:
    return label.rpartition(" ")[2].lower()


def is_same_place(one: PlaceLink, other: PlaceLink) -> bool:
    """Whether two toponyms were linked to one place, or are one name of a place that is not known."""
    if one.geonames is not None and other.geonames is not None:
        return one.geonames == other.geonames
    if one.entry is not None and other.entry is not None:
        return one.entry.iri == other.entry.iri
    is_unknown = all(link.geonames is None and link.entry is None for link in (one, other))
    return is_unknown and transliteration_key(one.label) == transliteration_key(other.label)
