"""Relations between entities: where a facility is, whose it is, whom it hosts; what a place lies in; who belongs where."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, register_extensions
from builder.components.coreference import location_after
from builder.components.syntax import prepositional
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("relations")
HOSTING = frozenset(WORDS["hosting"])
OPERATING = frozenset(WORDS["operating"])
BELONGING = frozenset(WORDS["belonging"])
SPOKESMEN = frozenset(load("attribution")["spokesmen"])
STATIONING = frozenset(WORDS["stationing"])
OWNED = frozenset(WORDS["owned_types"])
TELLING = HOSTING | OPERATING | BELONGING | STATIONING
RELATIVE = frozenset(("which", "that"))


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


def _modifying(doc: Doc, mention: EntityMention, category: Category) -> Iterator[EntityMention]:
    """The mentions of a category inside another one, before its head."""
    for i in range(mention.start, mention.root):
        inner = doc._.mentions.get(i)
        if inner is not None and inner.category is category:
            yield inner


def _of_facility(doc: Doc, mention: EntityMention) -> Iterator[Relation]:
    after = location_after(doc, mention)
    if after is not None and doc[after].i in doc._.places:
        yield Relation(RelationName.LOCATION, mention.root, after)
    for inner in _modifying(doc, mention, Category.PLACE):
        if inner.type == "country":
            owned = mention.type in OWNED and doc[inner.root].dep_ != "poss" or inner.noun == "demonym"
            name = RelationName.OPERATOR if owned else RelationName.LOCATION
            yield Relation(name, mention.root, inner.root)
        elif inner.root in doc._.places and after is None:
            yield Relation(RelationName.LOCATION, mention.root, inner.root)
    owners = [*_modifying(doc, mention, Category.ACTOR), *_owner_after(doc, mention)]
    for inner in owners:
        if inner.kind is ActorKind.ORGANIZATION:
            yield Relation(RelationName.OPERATOR, mention.root, inner.root)


def _owner_after(doc: Doc, mention: EntityMention) -> Iterator[EntityMention]:
    """The body after "of": "the garrison *of the Third Brigade*"."""
    if mention.end + 1 < len(doc) and doc[mention.end].lower_ == "of":
        for k in range(mention.end + 1, min(mention.end + 8, len(doc))):
            follower = doc._.mentions.get(k)
            if follower is not None and follower.category is Category.ACTOR and follower.start == mention.end + 1:
                yield follower
                return


def _of_place(doc: Doc, mention: EntityMention) -> Iterator[Relation]:
    after = location_after(doc, mention)
    if after is None and mention.end + 1 < len(doc) and doc[mention.end].text == ",":
        following = doc._.mentions.get(mention.end + 1)
        if following is not None and following.category is Category.PLACE and following.type == "country":
            after = following.root
    if after is not None and after in doc._.places:
        yield Relation(RelationName.WITHIN, mention.root, after)


def _of_actor(doc: Doc, mention: EntityMention) -> Iterator[Relation]:
    """Membership: "a Taliban commander", "members of the Front"."""
    bodies = [m for m in _modifying(doc, mention, Category.ACTOR) if m.kind is ActorKind.ORGANIZATION]
    if mention.kind in (ActorKind.PERSON, ActorKind.GROUP):
        for body in bodies[:1]:
            yield Relation(RelationName.MEMBER_OF, mention.root, body.root)
        if not bodies and mention.end + 1 < len(doc) and doc[mention.end].lower_ == "of":
            for k in range(mention.end + 1, min(mention.end + 6, len(doc))):
                inner = doc._.mentions.get(k)
                if inner is not None and inner.kind is ActorKind.ORGANIZATION and inner.start <= mention.end + 2:
                    yield Relation(RelationName.MEMBER_OF, mention.root, k)
                    return


def spoken_for(doc: Doc, root: int) -> int:
    """Whom a spokesman speaks for: the body that his mention names, else himself."""
    mention: EntityMention = doc._.mentions[root]
    if mention.noun not in SPOKESMEN:
        return root
    return next((relation.object for relation in _of_actor(doc, mention)), root)


def _nearest_facility(doc: Doc, token: Token) -> int | None:
    """The last facility before a relative pronoun in its sentence: "the palace in the city, *which* hosts"."""
    for i in range(token.i - 1, token.sent.start - 1, -1):
        mention = doc._.mentions.get(i)
        if mention is not None and mention.category is Category.FACILITY:
            return i
    return None


def _of_verb(doc: Doc, verb: Token) -> Iterator[Relation]:
    """What "which hosts US forces" and "run by the army" tell of a facility."""
    lemma = verb.lemma_.lower()
    subject = next((child for child in verb.lefts if child.dep_ == "nsubj"), None)
    if lemma in HOSTING and (subject is not None or verb.dep_ == "acl"):
        inside = subject is None or subject.lower_ in RELATIVE
        facility = _nearest_facility(doc, verb) if inside or subject is None else subject.i
        for child in verb.rights:
            if child.dep_ == "dobj" and facility in doc._.mentions:
                yield from _actors(doc, RelationName.HOSTS, facility, child)
    elif lemma in STATIONING and any(child.lower_ == "where" for child in verb.lefts):
        facility = _nearest_facility(doc, verb)
        for child in verb.lefts:
            if child.dep_ in ("nsubj", "nsubjpass"):
                yield from _actors(doc, RelationName.HOSTS, facility, child)
    elif lemma in BELONGING:
        for slot, filler in prepositional(verb):
            if slot == "to":
                facility = _nearest_facility(doc, verb)
                yield from _actors(doc, RelationName.OPERATOR, facility, filler)
    elif lemma in OPERATING and verb.tag_ == "VBN":
        facility = _nearest_facility(doc, verb)
        agents = (below for child in verb.rights if child.dep_ == "agent" for below in child.children)
        for agent in agents:
            if facility is not None and verb.dep_ in ("acl", "relcl"):
                yield from _actors(doc, RelationName.OPERATOR, facility, agent)


def _actors(doc: Doc, name: RelationName, facility: int | None, head: Token) -> Iterator[Relation]:
    for token in (head, *head.conjuncts):
        mention = doc._.mentions.get(token.i)
        actor = mention is not None and (mention.category is Category.ACTOR or mention.type == "country")
        if actor and facility is not None and mention is not None and mention.noun != "pronoun":
            yield Relation(name, facility, token.i)


def relations(doc: Doc) -> tuple[Relation, ...]:
    """Every relation that the document tells, in the order of the text."""
    found: list[Relation] = []
    for mention in doc._.mentions.values():
        match mention.category:
            case Category.FACILITY:
                found += _of_facility(doc, mention)
            case Category.PLACE:
                found += _of_place(doc, mention)
            case Category.ACTOR:
                found += _of_actor(doc, mention)
    for token in doc:
        if token.pos_ == "VERB" and token.lemma_.lower() in TELLING:
            found += _of_verb(doc, token)
    return tuple(dict.fromkeys(found))


@Language.factory(
    "polemos_relations",
    requires=["doc._.mentions", "doc._.places", "token.dep"],
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
