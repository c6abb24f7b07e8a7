"""Mentions of actors, facilities, places and weapons: noun phrases whose head is in the lexicon or is a name."""

from collections.abc import Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, Name, register_extensions
from builder.components.lexicon import Noun, noun_ending_at
from builder.components.quantities import read_quantity
from builder.components.places import countries_of
from builder.gazetteer import load_gazetteer, transliteration_key
from builder.geonames import open_index
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("entities")
COLLECTIVES = frozenset(WORDS["collectives"])
UNNAMED_BODIES = frozenset(WORDS["unnamed_bodies"])
LEADING = frozenset(WORDS["leading"])
DEMONSTRATIVES = frozenset(WORDS["demonstratives"])
PLACE_PREPOSITIONS = frozenset(WORDS["place_prepositions"])
AFFILIATIONS = frozenset(WORDS["affiliations"])
STANCES = frozenset(load("names")["stances"])
DAMAGING = frozenset(WORDS["damaging_verbs"])
SITES: dict[str, str] = WORDS["sites"]
GROUPINGS = frozenset(WORDS["groupings"])
CONTEXTS: dict[str, dict[str, list[str]]] = WORDS["contexts"]
MOVING = frozenset(WORDS["moving_verbs"])
STRONG_PREPOSITIONS = frozenset(WORDS["strong_place_prepositions"])
PRONOUNS: dict[str, str] = WORDS["pronouns"]
PLAIN_KINDS: dict[str, str] = WORDS["plain_name_kinds"]
ENTRY_CATEGORIES = {"Facility": Category.FACILITY, "Place": Category.PLACE, "State": Category.PLACE}
LABEL_CATEGORIES = {"GPE": Category.PLACE, "LOC": Category.PLACE, "FAC": Category.FACILITY}


def _name_on(names: list[Name], token: int) -> Name | None:
    return next((name for name in names if name.start <= token < name.end), None)


def _bare_name(doc: Doc, start: int, root: int, inner: list[Name]) -> Name | None:
    """A run of capitalised proper nouns that ends with the head and that nothing else recognised."""
    first = root
    while first > start and (doc[first - 1].pos_ == "PROPN" or doc[first - 1].text == "-"):
        first -= 1
    if doc[root].pos_ != "PROPN" or not doc[root].text[:1].isupper() or doc[root].ent_type_ in ("DATE", "TIME"):
        return None
    while first < root and (not doc[first].text[0].isalnum() or noun_ending_at(doc, first, first) is not None):
        first += 1
    person = any(first <= name.start and name.label == "PERSON" for name in inner)
    return Name(first, root + 1, (), "PERSON" if person else "")


def _name_with_noun(doc: Doc, start: int, root: int, noun: Noun, inner: list[Name]) -> Name | None:
    """The name that a lexicon noun completes: "*Balad* air base", "the *Wagner* group", "*Idlib* province"."""
    if noun.kind not in (None, ActorKind.ORGANIZATION) or noun.category is Category.WEAPON:
        return None
    if noun.kind is not None and doc[root].tag_ == "NNS" and doc[root].text.islower() and noun.text in UNNAMED_BODIES:
        return None
    last = root - len(noun.text.replace("-", " ").split())
    before = _name_on(inner, last)
    if before is not None and before.entries and before.entries[0].kind == "Organization":
        return before if noun.kind is ActorKind.ORGANIZATION else None
    first = last + 1
    while first > start and (_is_proper(doc, first - 1, inner) or _is_ordinal(doc, first - 1)):
        first -= 1
    while first <= last and not doc[first].text[0].isalnum():
        first += 1
    return Name(first, root + 1) if first <= last else None


def _is_ordinal(doc: Doc, i: int) -> bool:
    """Whether a word numbers a unit: "the *Third* Infantry Brigade"."""
    return doc[i].text[:1].isupper() and doc[i].lower_.endswith(("th", "rd", "st", "nd")) and doc[i].like_num


def _is_proper(doc: Doc, i: int, inner: list[Name]) -> bool:
    """Whether a token is part of a name: capitalised or a joint, and no demonym, country or possessor."""
    token = doc[i]
    if i in doc._.demonyms or token.tag_ == "POS" or token.dep_ == "poss" or token.text in AFFILIATIONS:
        return False
    if i >= 2 and doc[i - 1].text == "-" and doc[i - 2].lower_ in STANCES:
        return False
    name = _name_on(inner, i)
    if name is not None and name.entries and _own_country(name):
        return False
    if token.text == "-":
        return doc[i + 1].text[:1].isupper() and doc[i - 1].lower_ not in STANCES
    return name is not None or token.pos_ == "PROPN" or (token.text[:1].isupper() and token.pos_ == "NOUN")


def _category_of_name(doc: Doc, name: Name, noun: Noun | None) -> tuple[Category, ActorKind | None] | None:
    """What a proper name stands for, by gazetteer, then its last word, then spaCy's label, then the preposition."""
    if name.entries:
        kind = name.entries[0].kind
        category = ENTRY_CATEGORIES.get(kind, Category.ACTOR)
        return category, ActorKind(kind) if category is Category.ACTOR else None
    is_body = noun is not None and noun.kind is ActorKind.ORGANIZATION
    is_after = noun is not None and name.start > 0 and doc[name.start - 1].lower_ == noun.text.rpartition(" ")[2]
    if noun is not None and (name.label != "PERSON" or is_after or is_body):
        kind_of_noun = ActorKind.ORGANIZATION if noun.category is Category.ACTOR else None
        return noun.category, kind_of_noun
    if transliteration_key(doc[name.end - 1].text) in doc._.persons:
        return Category.ACTOR, ActorKind.PERSON
    apposed = _apposed_kind(doc, name)
    if apposed is not None:
        return Category.ACTOR, apposed
    if name.label in PLAIN_KINDS and not _is_known_place(doc, name):
        return Category.ACTOR, ActorKind(PLAIN_KINDS[name.label])
    if name.label in LABEL_CATEGORIES:
        return LABEL_CATEGORIES[name.label], None
    is_place = _after_place_preposition(doc, name) or doc[name.start : name.end].text in _capitals()
    return (Category.PLACE, None) if is_place else None


@cache
def _capitals() -> frozenset[str]:
    """The names of capital cities: as subjects they stand for states, where spaCy may see no name."""
    return frozenset(c.capital for c in load_gazetteer().countries.values() if c.capital is not None)


def _must_be_place(doc: Doc, name: Name) -> bool:
    """Whether no person or body stands here: "in X", "near X", "sent troops to X", "the outpost of X"."""
    before = doc[name.start - 1]
    if before.lower_ in STRONG_PREPOSITIONS or (before.lower_ == "of" and name.label != "ORG"):
        return True
    return before.lower_ in ("to", "from") and any(t.lemma_.lower() in MOVING for t in before.ancestors)


def _apposed_kind(doc: Doc, name: Name) -> ActorKind | None:
    """The class that the noun before an apposed name gives it: "the state company, *Ukrenergo*"."""
    head = doc[name.end - 1]
    if head.dep_ != "appos" or head.head.i >= name.start or name.label == "GPE":
        return None
    noun = noun_ending_at(doc, max(head.sent.start, head.head.i - 2), head.head.i)
    return noun.kind if noun is not None and noun.kind is ActorKind.ORGANIZATION else None


def _after_place_preposition(doc: Doc, name: Name) -> bool:
    if name.start < 2:
        return False
    before = doc[name.start - 1].lower_
    if before == "of":  # "the airport of Sévaré", "the town of Boni"
        noun = noun_ending_at(doc, max(0, name.start - 4), name.start - 2)
        return noun is not None and noun.category in (Category.FACILITY, Category.PLACE)
    return before in PLACE_PREPOSITIONS


def _leading_noun(doc: Doc, name: Name) -> Noun | None:
    """The facility that a name begins with: "*Hotel* Camino Real", "*Camp* Bastion"."""
    if name.entries or name.end - name.start < 2:
        return None
    noun = noun_ending_at(doc, name.start, name.start)
    return noun if noun is not None and noun.category is Category.FACILITY else None


def _is_known_place(doc: Doc, name: Name) -> bool:
    """Whether a name that spaCy took for a person or a body stands where places stand and is a settlement's."""
    text = doc[name.start : name.end].text
    found = open_index().lookup(text)
    if _after_place_preposition(doc, name):
        return bool(found) or _must_be_place(doc, name)
    named = countries_of(doc)
    return name.end - name.start == 1 and any(c.primary and c.country in named for c in found)


def _kind_of_noun(noun: Noun, *, plural: bool, named: bool) -> ActorKind | None:
    """Person or Group by number; a body without a name is a Group, as the vocabulary has it."""
    match noun.kind:
        case ActorKind.GROUP if not plural and noun.text not in COLLECTIVES:
            return ActorKind.PERSON
        case ActorKind.PERSON if plural:
            return ActorKind.GROUP
        case ActorKind.ORGANIZATION if noun.text in UNNAMED_BODIES and not named:
            return ActorKind.GROUP
        case kind:
            return kind


def _label(
    doc: Doc, start: int, end: int, category: Category, noun: Noun | None, name: Name | None = None
) -> str:
    """The words of a mention without determiner, number and quotes; adjectives stay where they tell actors apart."""
    words = set(noun.text.split()) if noun is not None else set()
    first = start
    last = end - 1 if name is None else max(start, name.start)
    while first < last and (doc[first].lower_ in LEADING or doc[first].like_num or doc[first].is_quote):
        first += 1
    kept = [doc[i] for i in range(first, end) if not doc[i].is_quote and not doc[i].text.isspace()]
    if category is not Category.ACTOR:
        kept = [
            token
            for token in kept
            if token.pos_ not in ("ADJ", "ADV", "VERB")
            or token.text == "-"
            or token.lower_ in words
            or token.text[:1].isupper()
            or token.i == end - 1
        ]
    return "".join(token.text_with_ws for token in kept).strip().replace(" - ", "-").strip("-–, ")


def _country(doc: Doc, start: int, end: int, inner: list[Name]) -> str | None:
    """The ISO code of the demonym or country name among the modifiers."""
    for i in range(start, end):
        if i in doc._.demonyms:
            code: str = doc._.demonyms[i]
            return code
    for name in inner:
        if name.entries and name.entries[0].kind in ("State", "Place") and name.end < end:
            state = next((entry for entry in name.entries if entry.kind == "State"), None)
            stance = name.start >= start + 2 and doc[name.start - 1].text == "-"
            if state is not None and not stance:
                return state.country
    return None


def _mention(doc: Doc, start: int, end: int, root: int, names: list[Name]) -> EntityMention | None:
    """The mention of a noun phrase, or None where neither lexicon nor names know its head."""
    while start < root and (doc[start].is_punct or doc[start].is_space):
        start += 1
    inner = [name for name in names if start <= name.start and name.end <= end]
    name = _name_on(inner, root)
    noun = noun_ending_at(doc, max(start, name.start if name else start), root)
    if name is None:
        name = _bare_name(doc, start, root, inner) if noun is None else _name_with_noun(doc, start, root, noun, inner)
    covered = root - len(noun.text.split()) if noun is not None else root
    if noun is not None and noun.text in SITES and doc[start - 1].lower_ in PLACE_PREPOSITIONS:
        noun = Noun(noun.text, Category.FACILITY, None, SITES[noun.text])
    if noun is not None and noun.text in GROUPINGS and _counts_others(doc, root):
        return None
    modifiers = tuple(other for other in inner if other is not name and other.end - 1 <= covered)
    plural = doc[root].tag_ in ("NNS", "NNPS") or doc[root].lower_ in ("people", "police", "personnel")
    if noun is not None and noun.text.rpartition(" ")[2] != doc[root].lower_:
        plural = True  # "Guerrillas" at the start of a sentence is tagged as a name
    if name is not None:
        introducing = _introducing_noun(doc, start, name) or (_leading_noun(doc, name) if noun is None else None)
        noun = introducing or noun
        found = _category_of_name(doc, name, noun)
        if found is None:
            return None
        category, kind = found
    elif noun is not None:
        category = noun.category
        kind = _kind_of_noun(noun, plural=plural, named=_has_proper_modifier(modifiers)) if noun.kind else None
    else:
        return None
    return EntityMention(
        start=start,
        end=end,
        root=root,
        category=category,
        label=_label(doc, name.start if name and kind is ActorKind.PERSON else start, end, category, noun, name),
        kind=kind,
        type=_type(name, noun, category) or _type_in_context(doc, root, noun),
        noun=noun.text if noun is not None else "",
        name=name,
        country=_country(doc, start, end, inner) or _own_country(name),
        modifiers=modifiers,
        definite=doc[start].lower_ in DEMONSTRATIVES,
        plural=plural,
        number=read_quantity(doc[root]),
        titles=_titles(doc, start, name),
    )


def _own_country(name: Name | None) -> str | None:
    """The ISO code where the name itself is a country's."""
    entries = name.entries if name is not None else ()
    return next((entry.country for entry in entries if entry.kind == "State"), None)


def _introducing_noun(doc: Doc, start: int, name: Name) -> Noun | None:
    """The noun before a name that says what it is: "the state *company* Ukrenergo", "the *Hotel* Camino Real"."""
    if name.entries or name.start == start or name.label == "GPE":
        return None
    noun = noun_ending_at(doc, start, name.start - 1)
    if noun is None or noun.category not in (Category.FACILITY, Category.ACTOR):
        return None
    return noun if noun.kind in (None, ActorKind.ORGANIZATION) else None


def _counts_others(doc: Doc, root: int) -> bool:
    """Whether a noun such as "group" only counts the people after "of": "a group of ten gunmen"."""
    if root + 1 >= len(doc) or doc[root + 1].lower_ != "of":
        return False
    return any(child.tag_ == "NNS" for child in doc[root + 1].children)


def _has_proper_modifier(modifiers: tuple[Name, ...]) -> bool:
    return any(not name.entries or name.entries[0].kind in ("Organization", "Group") for name in modifiers)


def _type(name: Name | None, noun: Noun | None, category: Category) -> str | None:
    """The concept: of the gazetteer's entry, else of the noun (for places a precision, never of another class)."""
    if _own_country(name) is not None:
        return "country"
    if name is not None and name.entries and name.entries[0].type is not None:
        return name.entries[0].type
    if noun is None or noun.category is not category:
        return None
    return noun.type


def _type_in_context(doc: Doc, root: int, noun: Noun | None) -> str | None:
    """The type that the words of the sentence give a noun of two senses: soldiers or refugees live in a camp."""
    senses = CONTEXTS.get(noun.text, {}) if noun is not None else {}
    words = {token.lower_ for token in doc[root].sent} if senses else set()
    return next((concept for concept, signs in senses.items() if words & set(signs)), None)


def _titles(doc: Doc, start: int, name: Name | None) -> tuple[str, ...]:
    """The nouns of rank or office before a person's name: "Major General"."""
    if name is None or name.start == start:
        return ()
    found: list[str] = []
    end = name.start
    while end > start:
        noun = noun_ending_at(doc, start, end - 1)
        if noun is None or noun.category is not Category.ACTOR:
            break
        found.append(noun.text)
        end -= len(noun.text.split())
    return tuple(found)


def noun_phrases(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """Start, end and head of spaCy's noun chunks, and of the names that none of them ends with.

    A name with a phrase inside, "the Committee of the Red Cross", is one, and hides the chunks in it.
    """
    long_names = {}
    for name in doc._.names:
        if name.end - name.start > 2:
            head = doc[name.start : name.end].root.i
            if head != name.end - 1:
                long_names[name] = head
    hidden = {i for name in long_names for i in range(name.start, name.end)}
    ends = set()
    for chunk in doc.noun_chunks:
        if chunk.end - 1 not in hidden:
            ends.add(chunk.end)
            yield chunk.start, chunk.end, chunk.end - 1
    for name in doc._.names:
        if name in long_names:
            yield name.start, name.end, long_names[name]
        elif name.end not in ends:
            yield name.start, name.end, name.end - 1


def _pronoun(token: Token) -> EntityMention:
    """A pronoun, of a facility where it is what is damaged, else of an actor."""
    damaged = token.dep_ in ("nsubjpass", "dobj") and token.head.lemma_.lower() in DAMAGING
    if token.lower_ == "it" and damaged:
        return EntityMention(token.i, token.i + 1, token.i, Category.FACILITY, token.text, noun="pronoun")
    kind = ActorKind(PRONOUNS[token.lower_])
    return EntityMention(token.i, token.i + 1, token.i, Category.ACTOR, token.text, kind, noun="pronoun")


def person_mention(token: Token) -> EntityMention:
    """A noun that the lexicon lacks, in a place where only people stand: "a night *watchman* was killed"."""
    doc = token.doc
    start = next((k for k in range(token.left_edge.i, token.i) if not doc[k].is_punct), token.i)
    plural = token.tag_ in ("NNS", "NNPS")
    return EntityMention(
        start=start,
        end=token.i + 1,
        root=token.i,
        category=Category.ACTOR,
        label=_label(doc, start, token.i + 1, Category.ACTOR, None),
        kind=ActorKind.GROUP if plural else ActorKind.PERSON,
        country=_country(doc, start, token.i + 1, []),
        definite=doc[start].lower_ in DEMONSTRATIVES,
        plural=plural,
        number=read_quantity(token),
    )


def facility_mention(token: Token) -> EntityMention:
    """A noun that the lexicon lacks, where only things stand that can be damaged: "destroying a *transformer*"."""
    doc = token.doc
    start = next((k for k in range(token.left_edge.i, token.i) if not doc[k].is_punct), token.i)
    label = _label(doc, start, token.i + 1, Category.FACILITY, None)
    plural = token.tag_ in ("NNS", "NNPS")
    return EntityMention(
        start,
        token.i + 1,
        token.i,
        Category.FACILITY,
        label,
        noun=token.lemma_.lower(),
        definite=doc[start].lower_ in DEMONSTRATIVES,
        plural=plural,
        number=read_quantity(token),
    )


def _demonym(doc: Doc, i: int, code: str) -> EntityMention:
    """A demonym as a mention of its country, so that "Israeli air strike" has somebody who strikes."""
    country = load_gazetteer().countries[code]
    states = tuple(entry for entry in load_gazetteer().find(country.label) if entry.country == code)
    name = Name(i, i + 1, states)
    return EntityMention(
        i, i + 1, i, Category.PLACE, country.label, None, "country", noun="demonym", name=name, country=code
    )


def _modifier(doc: Doc, token: Token) -> EntityMention | None:
    """A noun before another that says who, with what or against what: "rebel attack", "car bomb attack"."""
    noun = noun_ending_at(doc, max(token.sent.start, token.i - 2), token.i)
    following = noun_ending_at(doc, token.i, token.i + 1) if token.i + 1 < len(doc) else None
    if noun is None or noun.category is Category.PLACE or (following and " " in following.text):
        return None
    kind = ActorKind.GROUP if noun.kind is not None else None
    if noun.kind is ActorKind.ORGANIZATION:
        kind = ActorKind.ORGANIZATION
    start = token.i - noun.text.count(" ")
    label = doc[start : token.i + 1].text
    return EntityMention(
        start, token.i + 1, token.i, noun.category, label, kind, noun.type, noun=noun.text, plural=True
    )


def _may_modify(token: Token, found: dict[int, EntityMention]) -> bool:
    """Whether a noun before a head is a mention of its own: before an event noun, or a body before a facility."""
    if token.dep_ not in ("compound", "nmod") or token.pos_ not in ("NOUN", "PROPN"):
        return False
    head = found.get(token.head.i)
    if head is None:
        return token.pos_ == "NOUN"
    body = noun_ending_at(token.doc, max(head.start, token.i - 2), token.i)
    in_head = token.i > head.root - len(head.noun.split())
    return head.category is Category.FACILITY and not in_head and body is not None and body.kind is ActorKind.ORGANIZATION


def _minor_mentions(doc: Doc, found: dict[int, EntityMention]) -> Iterator[EntityMention]:
    """Pronouns, demonyms and modifying nouns: mentions that no noun phrase ends with."""
    for token in doc:
        if token.i in found:
            continue
        if token.i in doc._.demonyms:
            yield _demonym(doc, token.i, doc._.demonyms[token.i])
        elif token.pos_ == "PRON" and token.lower_ in PRONOUNS:
            yield _pronoun(token)
        elif token.tag_ == "PRP$" and token.lower_ in ("his", "her", "their") and token.head.i not in found:
            yield EntityMention(
                token.i, token.i + 1, token.i, Category.ACTOR, token.text, ActorKind.PERSON, noun="pronoun"
            )
        elif _may_modify(token, found):
            modifier = _modifier(doc, token)
            if modifier is not None:
                yield modifier


def _is_inside_name(mention: EntityMention, found: dict[int, EntityMention]) -> bool:
    """Whether a person or body only lends its name: "the *Assad* Military Academy"."""
    if mention.category is not Category.ACTOR:
        return False
    following = (found[i] for i in range(mention.end, mention.end + 4) if i in found)
    return any(other.name is not None and other.name.start <= mention.root for other in following)


def mention_at(doc: Doc, token: Token) -> EntityMention | None:
    """The mention whose head a token is, or whose name it is part of."""
    found: dict[int, EntityMention] = doc._.mentions
    return found.get(token.i) or found.get(doc._.heads.get(token.i, -1))


@Language.factory(
    "polemos_entities",
    requires=["doc.ents", "token.dep", "token.lemma", "doc._.names", "doc._.demonyms"],
    assigns=["doc._.mentions", "doc._.heads"],
)
def create_entities(nlp: Language, name: str) -> "EntityFinder":
    """Make the component; it has no settings."""
    register_extensions()
    return EntityFinder()


class EntityFinder:
    """Writes `doc._.mentions`: every mention of an entity by the index of its head token."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        found: dict[int, EntityMention] = {}
        names_by_end: dict[int, list[Name]] = {}
        for name in doc._.names:
            names_by_end.setdefault(name.start, []).append(name)
        title_end = doc._.title_end or 0
        for start, end, root in noun_phrases(doc):
            if doc[start].idx < title_end:
                continue  # a headline's clipped grammar misleads the parser, and the text says it again
            inner = [name for i in range(start, end) for name in names_by_end.get(i, ())]
            mention = _mention(doc, start, end, root, inner)
            if mention is not None and not _is_inside_name(mention, found):
                found[mention.root] = mention
        found |= {mention.root: mention for mention in _minor_mentions(doc, found)}
        doc._.mentions = dict(sorted(found.items()))
        doc._.heads = {
            i: mention.root
            for mention in found.values()
            if mention.name is not None and mention.name.end - mention.name.start > 1
            for i in range(mention.name.start, mention.name.end)
        }
        return doc


