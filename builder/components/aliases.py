"""Further names that a text gives: in brackets or after "known as"; and names that it keeps apart."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention
from builder.components.once import once, text_of
from builder.components.syntax import tokens_with
from builder.model import ActorKind
from builder.patterns import load

WORDS = load("aliases")
INTRODUCING = frozenset(WORDS["introducing"])
LINKING = frozenset(WORDS["linking"])
CALLING = frozenset(WORDS["calling"])
REFLEXIVE = frozenset(WORDS["reflexive"])
ADVERBS = frozenset(WORDS["alias_adverbs"])
JOINTS = frozenset(WORDS["joints"])
NAMESAKES: tuple[str, ...] = tuple(WORDS["namesakes"])
QUOTES = "“”\"' "
NAMESAKE_WINDOW = 8  # tokens from the start of the longest cue to the name
NAMESAKE_TITLES = 4  # an article, a nationality and a title between them
LONGEST_ALIAS = 8  # tokens in the longest bracketed name that is taken for an alias


@dataclass(frozen=True, slots=True)
class Alias:
    """A further name, its tokens, and the head of the mention that it names."""

    host: int
    start: int
    end: int
    text: str


def find_aliases(doc: Doc) -> Iterator[Alias]:
    """Every further name of a text and whose it is: those in brackets first, then those introduced."""
    mentions: dict[int, EntityMention] = doc._.mentions
    for start, end in _bracketed(doc):
        text = doc[start:end].text.strip(QUOTES)
        before = next((m for m in mentions.values() if m.end == start - 1 and m.root < start), None)
        host = None if before is None else _host(doc, before, text)
        if host is not None:
            yield Alias(host.root, start, end, text)
    for before_end, start, end in _introduced(doc):
        named = next(
            (m for m in mentions.values() if m.end == before_end and m.category is not Category.WEAPON), None
        )
        if named is not None:
            yield Alias(_holder(doc, named).root, start, end, doc[start:end].text.strip(QUOTES))


def _bracketed(doc: Doc) -> Iterator[tuple[int, int]]:
    """The token ranges of bracketed names: capitalised words, quotes and joints only."""
    for bracket in tokens_with(doc, "ORTH", "("):
        i = bracket.i
        if not 0 < i < len(doc) - 2:
            continue
        start, latest = i + 1, min(i + 2 + LONGEST_ALIAS, len(doc))
        end = next((k for k in range(start, latest) if doc[k].text == ")"), start)
        words = [token for token in doc[start:end] if token.is_alpha and token.lower_ not in JOINTS]
        named = any(token.is_alpha and _is_capitalised(token) for token in doc[start:end])
        if named and all(_is_capitalised(token) for token in words):
            yield start, end


def _is_capitalised(token: Token) -> bool:
    return token.text[:1].isupper()


def _introduced(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """Names after a comma: ", also known as MINUSMA", ", called Ansar Allah".

    Where the phrase before ends, and the token range of the name.
    """
    for token in tokens_with(doc, "LOWER", *INTRODUCING, *CALLING):
        if token.lower_ not in INTRODUCING and not _calls_itself(token):
            continue
        before = token.i - (doc[token.i - 1].lower_ in ADVERBS)
        if doc[before - 1].text in (",", "("):
            before -= 1
        start, end = _name_after(doc, token.i + 1)
        if end > start:
            yield before, start, end


def _calls_itself(token: Token) -> bool:
    """Whether a participle says what somebody calls himself: "a group *calling* itself"."""
    following = token.i + 1
    return following < len(token.doc) and token.doc[following].lower_ in REFLEXIVE


def _name_after(doc: Doc, start: int) -> tuple[int, int]:
    """The capitalised words that follow "as", quotes and an article; an empty range where none do."""
    while start < len(doc) and doc[start].lower_ in LINKING | REFLEXIVE:
        start += 1
    while start < len(doc) and (doc[start].is_quote or doc[start].lower_ == "the"):
        start += 1
    end = start
    while end < len(doc) and _continues(doc[end]):
        end += 1
    while end > start and not _is_capitalised(doc[end - 1]):
        end -= 1
    return start, end


def _continues(token: Token) -> bool:
    """Whether a word may be in a name: one with a capital, or a joint."""
    return _is_capitalised(token) or token.text == "-" or token.lower_ in JOINTS


def _host(doc: Doc, before: EntityMention, alias: str) -> EntityMention | None:
    """What a bracketed name names: the phrase before it, or the unnamed phrase that this one belongs to."""
    is_body = before.category is Category.ACTOR
    if alias.isupper() or (is_body and before.kind is not ActorKind.PERSON):
        return before if is_body or before.category is Category.FACILITY else None
    outer = _unnamed_around(doc, before)
    if outer is not None:
        return outer
    return before if before.name is None or before.category is Category.FACILITY else None


def _unnamed_around(doc: Doc, inner: EntityMention) -> EntityMention | None:
    """The phrase without a name that another belongs to: "the *base* in Mali", "the *bridge* at Kerch"."""
    mentions: dict[int, EntityMention] = doc._.mentions
    preposition = doc[inner.root].head
    if preposition.pos_ in ("ADP", "SCONJ"):
        outer = mentions.get(preposition.head.i)
        if outer is not None and outer.name is None and outer.category in (Category.FACILITY, Category.PLACE):
            return outer
    adjacent = next((m for m in mentions.values() if m.end == inner.start - 1 and m.name is None), None)
    if adjacent is None or adjacent.category is not Category.FACILITY or inner.category is not Category.PLACE:
        return None
    return adjacent


def _holder(doc: Doc, named: EntityMention) -> EntityMention:
    """The phrase that an introduced name names: of "the mission in Mali, known as" the mission."""
    mentions: dict[int, EntityMention] = doc._.mentions
    holder = doc[named.root].head.head
    if named.category is Category.PLACE and holder.i < named.root:
        return mentions.get(holder.i, named)
    return named


def is_namesake(doc: Doc, mention: EntityMention) -> bool:
    """Whether the words before a name keep it apart: "not to be confused with", "no relation to"."""
    if mention.name is None or not _keeps_apart(doc):
        return False
    start = max(doc[mention.root].sent.start, mention.start - NAMESAKE_WINDOW)
    before = doc[start : mention.name.start].text.lower() if mention.name.start > start else ""
    between = next((before.rpartition(cue)[2].split() for cue in NAMESAKES if cue in before), None)
    return between is not None and len(between) <= NAMESAKE_TITLES and "of" not in between


@once
def _keeps_apart(doc: Doc) -> bool:
    """Whether a text says of any name that it is another's."""
    text = text_of(doc).lower()
    return any(cue in text for cue in NAMESAKES)
