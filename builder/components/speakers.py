"""Speakers: who stands behind the words that are said to speak, an office, a report, an unlisted noun."""

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention
from builder.components.complements import prepositional
from builder.components.entities import mention_at, person_mention
from builder.components.syntax import is_passive, subject_of
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("attribution")
INANIMATE = frozenset(WORDS["inanimate"])
HOUSES = frozenset(WORDS["houses"])
CONTRARY = frozenset(("claim", "deny"))
SOURCES = frozenset(("by", "from", "of"))


def able(doc: Doc, token: Token | None) -> EntityMention | None:
    """The mention at a token, if it can say something: an actor, or a place's name that stands for one."""
    mention = None if token is None else (speaking_house(doc, token) or mention_at(doc, token))
    if mention is None or mention.number.exact == 0:
        return None
    named_place = mention.category is Category.PLACE and mention.name is not None
    return mention if mention.category is Category.ACTOR or named_place else None


def speaking_house(doc: Doc, token: Token) -> EntityMention | None:
    """The body that a house stands for where it speaks: "the governor’s *office* said"; now an actor."""
    mention = mention_at(doc, token)
    if mention is None or mention.category is not Category.FACILITY or mention.noun not in HOUSES:
        return None
    actor = replace(mention, category=Category.ACTOR, kind=ActorKind.ORGANIZATION, type=None)
    doc._.mentions[mention.root] = actor
    return actor


def is_text(token: Token) -> bool:
    """Whether a noun is of a text, which others speak in: "a *statement*"."""
    return token.lemma_.lower() in INANIMATE


def source_of(doc: Doc, text: Token) -> EntityMention | None:
    """Who speaks in a text that is said to speak: "an *army* statement", "a video from the *rebels*"."""
    if not is_text(text):
        return None
    before = [child for child in text.lefts if child.dep_ in ("compound", "poss", "nmod", "amod")]
    after = [filler for slot, filler in prepositional(text) if slot in SOURCES]
    sources = (*after, *before, *_givers(text))
    return next((found for token in sources if (found := able(doc, token)) is not None), None)


def gainsays(verb: Token) -> bool:
    """Whether a verb shares its subject with one that says the contrary: "denied it … *claimed* it".

    The parser gave it the subject of another clause.
    """
    triggers = verb.doc._.triggers
    frames = {triggers[token.i].frame for token in (verb, verb.head) if token.i in triggers}
    return verb.dep_ == "conj" and frames == CONTRARY


def last_actor(verb: Token) -> EntityMention | None:
    """Who is named last before a verb, after the verb that it is coordinated with."""
    mentions = verb.doc._.mentions
    between = (mentions[i] for i in range(verb.i - 1, verb.head.i, -1) if i in mentions)
    return next((m for m in between if m.category is Category.ACTOR and not m.is_pronoun), None)


def _givers(text: Token) -> Iterator[Token]:
    """Who gives a text, or whose leaders do: "the *army* issued a statement", "the *army* said in one"."""
    verb = text.head if text.dep_ == "dobj" else text.head.head
    subject = subject_of(verb) if text.dep_ in ("dobj", "pobj") and verb.pos_ == "VERB" else None
    if subject is not None and not is_passive(verb):
        yield subject
        yield from (filler for slot, filler in prepositional(subject) if slot == "of")


def unlisted(doc: Doc, subject: Token) -> EntityMention | None:
    """A speaker whom the lexicon lacks: a common noun that is no text."""
    unknown = subject.pos_ == "NOUN" and subject.i not in doc._.mentions and subject.i not in doc._.triggers
    if not unknown or is_text(subject):
        return None
    mention = person_mention(subject)
    doc._.mentions[subject.i] = mention
    return mention
