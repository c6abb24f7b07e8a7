"""Mentions of actors, facilities, places and weapons: phrases whose head is in the lexicon or is a name."""

from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, Name, register_extensions
from builder.components.car_bombs import as_bomb
from builder.components.kinds import (
    Standing,
    in_context,
    noun_of_name,
    standing_of_name,
    standing_of_noun,
    type_in_context,
)
from builder.components.minor_mentions import minor_mentions
from builder.components.phrases import (
    NounPhrase,
    country_of,
    label,
    noun_phrases,
    own_country,
    read_phrase,
    titles,
)
from builder.components.quantities import read_quantity
from builder.components.report_incidents import with_fillers
from builder.model import ActorKind
from builder.patterns import load

NEWS = frozenset(("news", "press", "information", "telegraph", "telegraphic"))
GROUPINGS = frozenset(load("entities")["groupings"])
MEMBERS = frozenset(load("entities")["members"])
ARMED = frozenset(load("entities")["types_of_members"])
OF_BODY = 6  # tokens after "of" in which the head of a body's name is sought, as for whose a facility is
NAME_AFTER = 4  # tokens after a body in which the name that has its name ends: "the Assad Military Academy"


def _mention(phrase: NounPhrase) -> EntityMention | None:
    """The mention of a noun phrase, or None where neither lexicon nor names know its head."""
    if phrase.noun is not None and (noun := in_context(phrase, phrase.noun)) is not phrase.noun:
        phrase = replace(phrase, noun=noun)
    if _only_counts(phrase):
        return None
    plural = phrase.is_plural  # of the noun at the head, whatever noun says what its name is
    standing: Standing | None = None
    if (name := phrase.name) is not None:
        phrase = replace(phrase, noun=noun_of_name(phrase, name))
        standing = standing_of_name(phrase.doc, name, phrase.noun)
    elif phrase.noun is not None:
        standing = standing_of_noun(phrase.noun, plural=plural, modifiers=phrase.modifiers)
    return None if standing is None else _described(phrase, standing, plural=plural)


def _only_counts(phrase: NounPhrase) -> bool:
    """Whether a noun such as "group" only counts the people after "of": "a group of ten gunmen"."""
    doc, after = phrase.doc, phrase.root + 1
    before = doc[phrase.root - 1].lower_ if phrase.root else ""
    if phrase.noun is not None and phrase.noun.text == "front" and before == "in":
        return True  # "*in front* of the town hall"
    if phrase.noun is None or phrase.noun.text not in GROUPINGS or after >= len(doc):
        return False
    return doc[after].lower_ == "of" and any(child.tag_ == "NNS" for child in doc[after].children)


def _described(phrase: NounPhrase, standing: Standing, *, plural: bool) -> EntityMention:
    """The mention of a phrase that stands for something, with all that its words say."""
    category, kind = standing
    number = read_quantity(phrase.doc[phrase.root])
    if (
        kind is ActorKind.ORGANIZATION
        and phrase.name is None
        and number.stated
        and _type(phrase, category) == "Police"
    ):
        kind = ActorKind.GROUP  # "*600 police* will arrive"
    name = phrase.name if kind is ActorKind.PERSON else None
    return EntityMention(
        start=phrase.start,
        end=phrase.end,
        root=phrase.root,
        category=category,
        label=label(phrase, category, start=None if name is None else name.start),
        kind=kind,
        type=_type(phrase, category),
        noun=phrase.noun.text if phrase.noun is not None else "",
        name=phrase.name,
        country=country_of(phrase),
        definite=phrase.is_definite,
        plural=plural,
        number=number,
        titles=titles(phrase),
    )


def _type(phrase: NounPhrase, category: Category) -> str | None:
    """The concept by the gazetteer, else by the noun, else by the sentence; of places a precision."""
    if own_country(phrase.name) is not None:
        return "country"
    if phrase.name is not None and phrase.name.entries and phrase.name.entries[0].type is not None:
        return phrase.name.entries[0].type
    if phrase.noun is not None and phrase.noun.category is category and phrase.noun.type:
        if phrase.noun.text == "agency" and phrase.name is not None and not _is_of_news(phrase):
            return "Government"  # "the *Emergency Management Agency*"
        return phrase.noun.type
    return type_in_context(phrase)


def _is_of_news(phrase: NounPhrase) -> bool:
    """Whether an agency with a name is one of news: "Anatolia agency" but no "Space Agency"."""
    last = phrase.doc[phrase.root]
    words = {token.lower_ for token in phrase.doc[phrase.start : phrase.end]}
    return last.is_lower or not NEWS.isdisjoint(words)


def person_mention(token: Token) -> EntityMention:
    """A noun that the lexicon lacks, in a place where only people stand: "a night *watchman* was killed"."""
    mention = _unknown(token, Category.ACTOR)
    country = country_of(NounPhrase(token.doc, mention.start, mention.end, mention.root))
    kind = ActorKind.GROUP if mention.plural else ActorKind.PERSON
    return replace(mention, kind=kind, country=country)


def facility_mention(token: Token) -> EntityMention:
    """A noun that the lexicon lacks, where only things stand that can be damaged: "destroying a *silo*"."""
    return replace(_unknown(token, Category.FACILITY), noun=token.lemma_.lower())


def _unknown(token: Token, category: Category) -> EntityMention:
    """A mention of a class that only its place in the sentence tells, from its first word to its head."""
    doc = token.doc
    start = next((i for i in range(token.left_edge.i, token.i) if not doc[i].is_punct), token.i)
    phrase = NounPhrase(doc, start, token.i + 1, token.i)
    return EntityMention(
        start=start,
        end=token.i + 1,
        root=token.i,
        category=category,
        label=label(phrase, category),
        definite=phrase.is_definite,
        plural=token.tag_ in ("NNS", "NNPS"),
        number=read_quantity(token),
    )


def _is_inside_name(mention: EntityMention, found: dict[int, EntityMention]) -> bool:
    """Whether a person or body only lends its name: "the *Assad* Military Academy"."""
    if mention.category is not Category.ACTOR:
        return False
    following = (found[i] for i in range(mention.end, mention.end + NAME_AFTER) if i in found)
    return any(other.name is not None and other.name.start <= mention.root for other in following)


def mention_at(doc: Doc, token: Token) -> EntityMention | None:
    """The mention whose head a token is, or whose name it is part of."""
    found: dict[int, EntityMention] = doc._.mentions
    return found.get(token.i) or found.get(doc._.heads.get(token.i, -1))


def find_mentions(doc: Doc) -> dict[int, EntityMention]:
    """Every mention of the text by its head, in order; of a headline none.

    A headline's clipped grammar misleads the parser, and the text says it again.
    """
    names: dict[int, list[Name]] = {}
    for name in doc._.names:
        names.setdefault(name.start, []).append(name)
    title_end = doc._.title_end or 0
    found: dict[int, EntityMention] = {}
    for start, end, root in noun_phrases(doc):
        if doc[start].idx < title_end:
            continue
        inner = [name for i in range(start, end) for name in names.get(i, ())]
        mention = _mention(read_phrase(doc, start, end, root, inner))
        if mention is not None and not _is_inside_name(mention, found):
            found[mention.root] = mention
    found |= {mention.root: mention for mention in minor_mentions(doc, found)}
    return {root: as_bomb(doc, _as_member(doc, mention, found)) for root, mention in sorted(found.items())}


def _as_member(doc: Doc, mention: EntityMention, found: dict[int, EntityMention]) -> EntityMention:
    """Somebody told as a member of a body of arms, with its type: "a *member* of the Taliban"."""
    if mention.noun not in MEMBERS:
        return mention
    is_of = mention.end + 1 < len(doc) and doc[mention.end].lower_ == "of"
    after = mention.end + 1
    near = [*range(mention.start, mention.root), *(range(after, after + OF_BODY) if is_of else ())]
    bodies = (found[i] for i in near if i in found and found[i].kind is ActorKind.ORGANIZATION)
    body = next((body for body in bodies if body.type in ARMED and body.start <= after + 1), None)
    return mention if body is None else replace(mention, type=body.type)


@Language.factory(
    "polemos_entities",
    requires=[
        *("doc.ents", "token.dep", "token.tag", "token.pos", "token.lemma"),
        *("doc._.names", "doc._.demonyms", "doc._.persons", "doc._.learned"),
    ],
    assigns=["doc._.mentions", "doc._.heads"],
)
def create_entities(nlp: Language, name: str) -> "EntityFinder":
    """Make the component; it has no settings."""
    register_extensions()
    return EntityFinder()


class EntityFinder:
    """Writes `doc._.mentions`, each by its head, and `doc._.heads`, the head for each token of its name."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.mentions = with_fillers(doc, find_mentions(doc))
        doc._.heads = {
            i: mention.root
            for mention in doc._.mentions.values()
            if mention.name is not None and mention.name.end - mention.name.start > 1
            for i in range(mention.name.start, mention.name.end)
        }
        return doc
