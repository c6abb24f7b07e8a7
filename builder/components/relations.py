"""Relations: where a facility is, whose it is, whom it hosts; what a place lies in; what people belong to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, islice

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import DEMONYM, Category, EntityMention, register_extensions
from builder.components.complements import prepositional
from builder.components.lexicon import ancestors
from builder.components.modifiers import location_after
from builder.components.names import is_backer
from builder.components.stand_ins import stand_in
from builder.components.syntax import subject_of, tokens_with
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("relations")
HOSTING = frozenset(WORDS["hosting"])
STATIONING = frozenset(WORDS["stationing"])
BELONGING = frozenset(WORDS["belonging"])
OPERATING = frozenset(WORDS["operating"])
KEEPING = frozenset(WORDS["keeping"])
FORCES = frozenset(WORDS["keepers"])
TELLING = HOSTING | STATIONING | BELONGING | OPERATING | KEEPING
OWNED = frozenset(WORDS["owned_types"])  # a country before these is whose they are: "the US embassy"
SPOKESMEN = frozenset(load("attribution")["spokesmen"])
ASIDE = frozenset(("acl", "relcl"))
RELATIVE = frozenset(("which", "that"))
BODIES = frozenset((ActorKind.ORGANIZATION,))
SPOKEN_FOR = BODIES | {ActorKind.GROUP}  # "a spokesman for the *rebels*"
AROUND = frozenset(("country", "province", "district"))
# Tokens after "of" in which the head of a name is sought: "of the newly formed Third Army Brigade".
OWNER_WINDOW = 7
BODY_WINDOW = 5  # fewer: whom people belong to is said shorter, and a wrong body is worse than none

Mentions = Mapping[int, EntityMention]  # by the tokens of their heads


class RelationName(StrEnum):
    """What one entity is to another; each value is the name of a field of the model."""

    LOCATION = "location"
    OPERATOR = "operator"
    HOSTS = "hosts"
    WITHIN = "within"
    MEMBER_OF = "member_of"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between two mentions, by the tokens of their heads."""

    name: RelationName
    subject: int
    object: int


def relations(doc: Doc) -> tuple[Relation, ...]:
    """Every relation that the document tells: of noun phrases, then of verbs, in the order of the text."""
    mentions: Mentions = doc._.mentions
    found: list[Relation] = []
    for mention in mentions.values():
        match mention.category:
            case Category.FACILITY:
                found += _of_facility(doc, mention, mentions)
            case Category.PLACE:
                found += _of_place(doc, mention, mentions)
            case Category.ACTOR:
                found += _of_actor(doc, mention, mentions)
    for verb in tokens_with(doc, "POS", "VERB"):
        if verb.lemma_.lower() in TELLING:
            found += _of_verb(verb, mentions)
    return tuple(dict.fromkeys(found))


def spoken_for(doc: Doc, root: int) -> int:
    """Whom a spokesman speaks for: the body that his mention names, else himself."""
    mentions: Mentions = doc._.mentions
    apposed = (child.i for child in doc[root].rights if child.dep_ == "appos")
    called = [mentions[i] for i in (root, *apposed) if i in mentions]
    speaking = [each for each in called if not SPOKESMEN.isdisjoint((each.noun, *each.titles))]
    bodies = (relation.object for each in speaking for relation in _of_actor(doc, each, mentions))
    return next(bodies, root)


# What a noun phrase tells


def _of_facility(doc: Doc, mention: EntityMention, mentions: Mentions) -> Iterator[Relation]:
    nation = _nation_of(doc, mention, mentions)
    if nation is not None:
        yield Relation(RelationName.OPERATOR, mention.root, nation.root)
    after = location_after(doc, mention) if nation is None else None
    if after is not None:
        yield Relation(RelationName.LOCATION, mention.root, after)
    for inner in _modifying(mention, mentions, Category.PLACE):
        if is_backer(doc, inner.root + 1):
            continue  # "a *Liberian*-flagged tanker"
        if inner.type == "country":
            owned = mention.type in OWNED and doc[inner.root].dep_ != "poss"
            is_operator = owned or inner.noun == DEMONYM
            name = RelationName.OPERATOR if is_operator else RelationName.LOCATION
            yield Relation(name, mention.root, inner.root)
        elif inner.root in doc._.places and after is None:
            yield Relation(RelationName.LOCATION, mention.root, inner.root)
    cars = next(_after_of(doc, mention, mentions, OWNER_WINDOW), mention)  # "a convoy of *trucks* of the UN"
    whole = cars if mention.type == "Convoy" and cars.category is Category.FACILITY else mention
    mention = replace(mention, end=whole.end)
    after_of = _after_of(doc, mention, mentions, OWNER_WINDOW)
    named = (m for m in after_of if m.category is Category.ACTOR and m.start == mention.end + 1)
    for owner in (*_modifying(mention, mentions, Category.ACTOR), *islice(named, 1)):
        if owner.kind is ActorKind.ORGANIZATION:
            yield Relation(RelationName.OPERATOR, mention.root, owner.root)


def _nation_of(doc: Doc, mention: EntityMention, mentions: Mentions) -> EntityMention | None:
    """Whose embassy or consulate it is: "the embassy *of Chad*"."""
    if mention.type is None or "DiplomaticFacility" not in ancestors(mention.type):
        return None
    state = next(_after_of(doc, mention, mentions, OWNER_WINDOW), None)
    return state if state is not None and state.type == "country" else None


def _of_place(doc: Doc, mention: EntityMention, mentions: Mentions) -> Iterator[Relation]:
    """What a place lies in: "Qaim in Anbar province", "Qaim, Iraq"."""
    after = location_after(doc, mention)
    if after is None and mention.end + 1 < len(doc) and doc[mention.end].text == ",":
        following = mentions.get(mention.end + 1)
        if following is not None and following.category is Category.PLACE and following.type == "country":
            after = following.root
        elif doc[mention.end + 1].lower_ == "in" and mention.name is not None:  # "Qaim, in Anbar province"
            around = location_after(doc, replace(mention, end=mention.end + 1))
            after = around if around is not None and mentions[around].type in AROUND else None
    if after is not None and after in doc._.places:
        yield Relation(RelationName.WITHIN, mention.root, after)


def _of_actor(doc: Doc, mention: EntityMention, mentions: Mentions) -> Iterator[Relation]:
    """Membership: "a Taliban commander", "members of the Front"."""
    if mention.kind not in (ActorKind.PERSON, ActorKind.GROUP):
        return
    after_of = _after_of(doc, mention, mentions, BODY_WINDOW)
    near = (m for m in after_of if m.start <= mention.end + 2)  # past one word: "of *the* Front"
    bodies = chain(_modifying(mention, mentions, Category.ACTOR), near)
    kinds = BODIES
    if mention.noun in SPOKESMEN:
        bodies, kinds = chain(bodies, _spoken_of(doc, mention, mentions)), SPOKEN_FOR
    body = next((m for m in chain(bodies, _apposed_bodies(doc, mention, mentions)) if m.kind in kinds), None)
    if body is not None:
        yield Relation(RelationName.MEMBER_OF, mention.root, body.root)


def _apposed_bodies(doc: Doc, people: EntityMention, mentions: Mentions) -> Iterator[EntityMention]:
    """The bodies of which an apposition makes people a part: "the attackers, elements *of the Front*"."""
    for child in doc[people.root].rights:
        below = stand_in(child, mentions) if child.dep_ == "appos" and child.i not in mentions else child
        if below.i != child.i and below.i in mentions:
            yield mentions[below.i]
        elif child.dep_ == "appos" and child.i in mentions:
            yield from _after_of(doc, mentions[child.i], mentions, BODY_WINDOW)


def _spoken_of(doc: Doc, spokesman: EntityMention, mentions: Mentions) -> Iterator[EntityMention]:
    """The mention whose spokesman somebody is said to be: "the spokesperson *for the Taliban*"."""
    if spokesman.end < len(doc) and doc[spokesman.end].lower_ == "for":
        near = range(spokesman.end + 1, min(spokesman.end + 1 + BODY_WINDOW, len(doc)))
        yield from (mentions[i] for i in near if i in mentions and mentions[i].start <= spokesman.end + 1)


def _modifying(mention: EntityMention, mentions: Mentions, category: Category) -> Iterator[EntityMention]:
    """The mentions of a category inside another one, before its head."""
    inside = (mentions.get(i) for i in range(mention.start, mention.root))
    yield from (inner for inner in inside if inner is not None and inner.category is category)


def _after_of(doc: Doc, mention: EntityMention, mentions: Mentions, window: int) -> Iterator[EntityMention]:
    """The mentions whose heads stand soon after "of": "the garrison *of* the *Third Brigade*"."""
    if mention.end + 1 < len(doc) and doc[mention.end].lower_ == "of":
        inside = range(mention.end + 1, mention.end + 1 + window)
        yield from (mentions[i] for i in inside if i in mentions)


# What a verb tells


def _of_verb(verb: Token, mentions: Mentions) -> Iterator[Relation]:
    """What "which hosts US forces" and "run by the army" tell of a facility."""
    lemma = verb.lemma_.lower()
    subject = next((child for child in verb.lefts if child.dep_ == "nsubj"), None)
    if lemma in HOSTING and (subject is not None or verb.dep_ == "acl"):
        yield from _hosted(verb, subject, mentions)
    elif lemma in STATIONING and any(child.lower_ == "where" for child in verb.lefts):
        stationed = (child for child in verb.lefts if child.dep_ in ("nsubj", "nsubjpass"))
        yield from _actors(RelationName.HOSTS, _facility_before(verb, mentions), stationed, mentions)
    elif lemma in KEEPING and subject is not None:
        yield from _kept(verb, mentions)
    elif lemma in BELONGING:
        owners = (filler for slot, filler in prepositional(verb) if slot == "to")
        yield from _actors(RelationName.OPERATOR, _facility_before(verb, mentions), owners, mentions)
    elif lemma in OPERATING and verb.tag_ == "VBN":
        agents = (below for child in verb.rights if child.dep_ == "agent" for below in child.children)
        told = subject_of(verb)  # "the tanker *is owned* by A and *managed* by B"
        own = told.i if told is not None and told.i in mentions and verb.dep_ not in ASIDE else None
        facility = _facility_before(verb, mentions) if verb.dep_ in ASIDE else own
        if facility is not None and mentions[facility].category is Category.FACILITY:
            yield from _actors(RelationName.OPERATOR, facility, agents, mentions)


def _kept(verb: Token, mentions: Mentions) -> Iterator[Relation]:
    """Whose a facility is that they "have": "soldiers, *who have a post* at the bridge"."""
    keeper = subject_of(verb)
    owner = None if keeper is None else mentions.get(keeper.i)
    if owner is None or owner.type not in FORCES or owner.is_pronoun:
        return
    for child in verb.rights:
        mention = mentions.get(child.i)
        if child.dep_ == "dobj" and mention is not None and mention.category is Category.FACILITY:
            yield Relation(RelationName.OPERATOR, child.i, owner.root)


def _hosted(verb: Token, subject: Token | None, mentions: Mentions) -> Iterator[Relation]:
    """Whom a facility hosts: its own subject, or what a relative clause or a participle is about."""
    about_noun = subject is None or subject.lower_ in RELATIVE
    facility = _facility_before(verb, mentions) if about_noun or subject is None else subject.i
    if facility in mentions:
        guests = (child for child in verb.rights if child.dep_ == "dobj")
        yield from _actors(RelationName.HOSTS, facility, guests, mentions)


def _facility_before(verb: Token, mentions: Mentions) -> int | None:
    """The last facility before a verb in its sentence: "the palace in the city, which *hosts*"."""
    before = (i for i in range(verb.i - 1, verb.sent.start - 1, -1) if i in mentions)
    return next((i for i in before if mentions[i].category is Category.FACILITY), None)


def _actors(
    name: RelationName, facility: int | None, heads: Iterator[Token], mentions: Mentions
) -> Iterator[Relation]:
    """The relation of a facility to each actor or state among some nouns and their conjuncts."""
    if facility is None:
        return
    roots = (token.i for head in heads for token in (head, *head.conjuncts) if token.i in mentions)
    for root in roots:
        mention = mentions[root]
        acts = mention.category is Category.ACTOR or mention.type == "country"
        if acts and not mention.is_pronoun:
            yield Relation(name, facility, root)


@Language.factory(
    "polemos_relations",
    requires=["doc._.mentions", "doc._.places", "token.dep", "token.pos", "token.tag", "token.lemma"],
    assigns=["doc._.relations"],
)
def create_relations(nlp: Language, name: str) -> "RelationReader":
    """Make the component; it has no settings."""
    register_extensions()
    return RelationReader()


class RelationReader:
    """Writes `doc._.relations`, a tuple of `Relation`."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.relations = relations(doc)
        return doc
