"""Where an attack was whose own phrases name no place: deeper in its clause, beside it, or "there"."""

from collections import deque
from collections.abc import Iterator, Mapping

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention, Trigger
from builder.components.modifiers import named_after
from builder.components.parse_labels import SUBJECTS
from builder.model import EventKind
from builder.patterns import load

WORDS = load("whereabouts")
PLACING = frozenset(WORDS["placing"])
ELSEWHERE = frozenset(WORDS["elsewhere"])  # "a soldier *based* in Gao", "a man *born* in Gao"
ASIDE = frozenset(WORDS["aside"])  # relations under which other things are told than where an attack was
SAYING = frozenset(load("times")["saying"])
TAKING = "capture"  # the frame of "overran the village, killing six"
MEANWHILE = frozenset(("as", "while"))
WIDE = frozenset(("country", "province", "district"))  # a town told before is rather meant by "there"
RECENT = 2  # sentences in which the place was told that "there" takes up


def place_told(token: Token, triggers: Mapping[int, Trigger]) -> int | None:
    """The head of the place that tells where the attack of a trigger was; None where none does."""
    ways = (_below(token, triggers), _of_main_clause(token, triggers), _there(token))
    return next((found for found in ways if found is not None), None)


def starts_attack(triggers: Mapping[int, Trigger], token: int) -> bool:
    """Whether a token is the trigger of an attack."""
    return token in triggers and triggers[token].kind is EventKind.ATTACK


def _below(token: Token, triggers: Mapping[int, Trigger]) -> int | None:
    """The place nearest below a trigger: "fell on people queueing in the suburb of *Dobrinja*"."""
    mentions: Mapping[int, EntityMention] = token.doc._.mentions
    queue = deque(_following(token, token, triggers))
    while queue:
        current = queue.popleft()
        mention = mentions.get(current.i)
        if mention is not None and current.head.lower_ in PLACING and mention.category is Category.PLACE:
            named = named_after(token.doc, mention)
            if named is not None or mention.name is not None:
                return current.i if named is None else named
        queue.extend(_following(current, token, triggers))
    return None


def _of_main_clause(token: Token, triggers: Mapping[int, Trigger]) -> int | None:
    """The place of the verb that a participle goes on from: "drove into a crowd in *Nice*, killing six"."""
    first = token.head if token.dep_ == "conj" else token
    verb = first.head
    if first.dep_ != "advcl" or first.tag_ != "VBG" or starts_attack(triggers, verb.i):
        return None
    taken = triggers[verb.i].frame == TAKING if verb.i in triggers else False
    for child in verb.rights if taken else ():
        mention: EntityMention | None = token.doc._.mentions.get(child.i)
        if mention is not None and child.dep_ == "dobj" and mention.category is Category.PLACE:
            return named_after(token.doc, mention) or mention.root
    return _below(verb, triggers)


def _following(above: Token, trigger: Token, triggers: Mapping[int, Trigger]) -> Iterator[Token]:
    """The words below one that still tell of where a trigger was, not of other events or from where."""
    for child in above.children:
        aside = child.dep_ in ASIDE or (child.dep_ in SUBJECTS and above.i == trigger.i)
        aside = (aside and not _is_on_the_way(child)) or _is_said(child)
        other = child.i in triggers or child.lemma_.lower() in ELSEWHERE
        if not aside and not other:
            yield child


def _is_said(clause: Token) -> bool:
    """Whether a clause tells where it was said: "as a doctor told an agency *in Nairobi*"."""
    return clause.dep_ == "advcl" and clause.lemma_.lower() in SAYING


def _is_on_the_way(clause: Token) -> bool:
    """Whether a clause tells what somebody was doing: "*as he drove* home", "on her way *to work*"."""
    words = {left.lower_ for left in clause.lefts}
    if clause.dep_ == "advcl" and clause.i < clause.head.i and "while" in words:  # what others did meanwhile
        return any(left.dep_ in SUBJECTS and left.pos_ == "PRON" for left in clause.lefts)
    return clause.dep_ == "advcl" and (not MEANWHILE.isdisjoint(words) or clause.lower_ == "work")


def _there(token: Token) -> int | None:
    """The place named last before "there": "three civilians had been wounded *there*"."""
    there = next((child for child in token.children if _is_there(child)), None)
    if there is None:
        return None
    doc = token.doc
    first = token.sent
    for _ in range(RECENT):
        first = doc[max(0, first.start - 1)].sent
    places = [m for i in range(there.i - 1, first.start - 1, -1) if (m := _named_place(doc, i)) is not None]
    towns = (place for place in places if place.type not in WIDE)
    return next((place.root for place in (*towns, *places)), None)


def _is_there(token: Token) -> bool:
    return token.lower_ == "there" and token.dep_ == "advmod"


def _named_place(doc: Doc, token: int) -> EntityMention | None:
    mention: EntityMention | None = doc._.mentions.get(token)
    is_place = mention is not None and mention.category is Category.PLACE and mention.name is not None
    return mention if is_place else None
