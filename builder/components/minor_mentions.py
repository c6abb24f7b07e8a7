"""Mentions that no noun phrase ends with: pronouns, demonyms and nouns that modify others."""

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc, Token

from builder.components.annotations import DEMONYM, PRONOUN, Category, EntityMention, Name, Quantity
from builder.components.lexicon import noun_ending_at
from builder.components.quantities import read_quantity
from builder.gazetteer import load_gazetteer
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("minor_mentions")
PRONOUNS = {word: ActorKind(kind) for word, kind in WORDS["pronouns"].items()}
HARMED = frozenset(WORDS["harmed"])  # "*the wounded* were flown to Ankara"
HEADS = frozenset(("nsubj", "nsubjpass", "dobj", "pobj"))
POSSESSIVES = frozenset(WORDS["possessives"])
DAMAGING = frozenset(WORDS["damaging_verbs"])
ACTED_ON = frozenset(("dobj", "nsubjpass", "dative"))
MODIFYING = frozenset(("amod", "compound", "nmod", "poss"))
LONGEST_MODIFIER = 2  # tokens before the last of a noun that modifies another: "car bomb attack"


def minor_mentions(doc: Doc, found: dict[int, EntityMention]) -> Iterator[EntityMention]:
    """Every mention besides those that were found at the heads of noun phrases, in the order of the text."""
    demonyms: dict[int, str] = doc._.demonyms
    known = {i for name in doc._.names if name.entries for i in range(name.start, name.end)}
    for token in doc:
        if token.i in found:
            continue
        lower = token.lower_
        if token.i in demonyms:
            yield _demonym(token, demonyms[token.i])
        elif lower in PRONOUNS and token.pos_ == "PRON" and not _is_weapon(token, found):
            yield _pronoun(token)
        elif lower in HARMED and _stands_for_people(token):
            yield _word(token, Category.ACTOR, ActorKind.GROUP, noun=lower)
        elif lower in POSSESSIVES and token.tag_ == "PRP$" and token.head.i not in found:
            yield _word(token, Category.ACTOR, ActorKind.PERSON, noun=PRONOUN)
        elif token.i not in known and _may_modify(token, found):
            yield from _modifier(token)


def _stands_for_people(adjective: Token) -> bool:
    return adjective.i > 0 and adjective.dep_ in HEADS and adjective.nbor(-1).lower_ == "the"


def _word(token: Token, category: Category, kind: ActorKind | None = None, *, noun: str) -> EntityMention:
    """A mention of one word, labelled by itself."""
    return EntityMention(token.i, token.i + 1, token.i, category, token.text, kind, noun=noun)


def _demonym(token: Token, code: str) -> EntityMention:
    """A demonym as a mention of its country, so that "Israeli air strike" has somebody who strikes."""
    country = load_gazetteer().countries[code]
    people = _people(token, code)
    if people is not None:
        return people
    states = tuple(entry for entry in load_gazetteer().find(country.label) if entry.country == code)
    return EntityMention(
        start=token.i,
        end=token.i + 1,
        root=token.i,
        category=Category.PLACE,
        label=country.label,
        type="country",
        noun=DEMONYM,
        name=Name(token.i, token.i + 1, states),
        country=code,
    )


def _people(token: Token, code: str) -> EntityMention | None:
    """People who are called by their nation: "*two Australians*", "a Romanian"."""
    if token.dep_ in MODIFYING or token.pos_ not in ("NOUN", "PROPN"):
        return None
    number = read_quantity(token)
    plural = token.tag_ in ("NNS", "NNPS")
    single = token.tag_ in ("NN", "NNP") and any(child.lower_ in ("a", "an") for child in token.lefts)
    # "warned *Americans*", but "attacked the Iranians"
    bare = plural and token.dep_ in ACTED_ON and not any(child.dep_ == "det" for child in token.lefts)
    if not (single or bare or (plural and number != Quantity())):
        return None
    kind = ActorKind.GROUP if plural else ActorKind.PERSON
    word = _word(token, Category.ACTOR, kind, noun="national")
    return replace(word, type="Civilians", country=code, plural=plural, number=number)


def _is_weapon(pronoun: Token, found: dict[int, EntityMention]) -> bool:
    """Whether a clause goes on about a weapon: "the missile was intercepted before *it* crossed"."""
    above = pronoun.head.head
    if pronoun.lower_ != "it" or pronoun.dep_ not in HEADS or pronoun.head.dep_ != "advcl":
        return False
    subjects = (found.get(child.i) for child in above.lefts if child.dep_ in HEADS)
    return any(mention is not None and mention.category is Category.WEAPON for mention in subjects)


def _pronoun(token: Token) -> EntityMention:
    """A pronoun, of a facility where it is what is damaged, else of an actor."""
    is_damaged = token.dep_ in ("nsubjpass", "dobj") and token.head.lemma_.lower() in DAMAGING
    if token.lower_ == "it" and is_damaged:
        return _word(token, Category.FACILITY, noun=PRONOUN)
    return _word(token, Category.ACTOR, PRONOUNS[token.lower_], noun=PRONOUN)


def _may_modify(token: Token, found: dict[int, EntityMention]) -> bool:
    """Whether a noun is a mention of its own: before an event noun, or a body before a facility."""
    dependency = token.dep_
    if dependency not in ("amod", "compound", "nmod", "poss"):
        return False
    head = found.get(token.head.i)
    if dependency == "poss":  # "the *junta*'s jets", "the *army*'s headquarters"
        return head is not None and head.category is Category.FACILITY and _is_body_of(token, head)
    if dependency == "amod":  # "a *rebel* attack"
        noun = noun_ending_at(token.doc, token.i, token.i) if head is None else None
        return noun is not None and noun.category is Category.ACTOR
    if head is None:
        return token.pos_ == "NOUN"
    return token.pos_ in ("NOUN", "PROPN") and _is_body_of(token, head)


def _is_body_of(token: Token, head: EntityMention) -> bool:
    """Whether a word before a facility's noun is a body, and no part of that noun: "the *army* base"."""
    if head.category is not Category.FACILITY or token.i > head.root - len(head.noun.split()):
        return False
    body = noun_ending_at(token.doc, max(head.start, token.i - LONGEST_MODIFIER), token.i)
    return body is not None and body.kind is ActorKind.ORGANIZATION


def _start_of(doc: Doc, root: int, words: int) -> int:
    """Where a noun of more words begins: so many before its last, without hyphens: "*pipe-bomb* blast"."""
    start = root
    for _ in range(words):
        start -= 2 if start > 1 and doc[start - 1].text == "-" else 1
    return start


def _modifier(token: Token) -> Iterator[EntityMention]:
    """A noun before another that says who, with what or against what: "rebel attack", "car bomb attack"."""
    doc, root = token.doc, token.i
    noun = noun_ending_at(doc, max(token.sent.start, root - LONGEST_MODIFIER), root)
    following = noun_ending_at(doc, root, root + 1) if root + 1 < len(doc) else None
    is_part = following is not None and " " in following.text  # "*police* station"
    if noun is None or noun.category is Category.PLACE or is_part:
        return
    kind = noun.kind if noun.kind in (None, ActorKind.ORGANIZATION) else ActorKind.GROUP
    start = _start_of(doc, root, noun.text.count(" "))
    is_owner = token.dep_ == "poss"  # "*the army*'s guns" are of the army told of
    yield EntityMention(
        start=start,
        end=root + 1,
        root=root,
        category=noun.category,
        label=doc[start : root + 1].text,
        kind=kind,
        type=noun.type,
        noun=noun.text,
        definite=is_owner and any(left.lower_ == "the" for left in token.lefts),
        plural=not is_owner or token.tag_ in ("NNS", "NNPS"),
    )
