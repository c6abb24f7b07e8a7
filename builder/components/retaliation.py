"""Retaliation: which attacks are told as the answer to which others."""

from dataclasses import replace

from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention
from builder.components.complements import prepositional
from builder.components.slots import replying_verb
from builder.components.syntax import tokens_with
from builder.model import EventKind, Modality, Role
from builder.patterns import load

WORDS = load("circumstances")
ANSWERS = frozenset(WORDS["answers"])
AVENGING = frozenset(WORDS["avenging"])
SPANS = frozenset((*load("times")["units"], *load("triggers")["quantifiers"]))
SAYING = frozenset(load("times")["saying"])
AHEAD = frozenset((Modality.THREATENED, Modality.DEMANDED, Modality.PLANNED, Modality.FEARED))

Events = dict[int, EventMention]  # by the tokens of their triggers, in the order of the text


def link_retaliation(doc: Doc, events: Events) -> None:
    """Link each attack that is told as an answer to the attack that it answers."""
    for token, event in list(events.items()):
        word = _answering_word(doc[token]) if event.trigger.kind is EventKind.ATTACK else None
        answer = None if word is None else _answer(word, token, events)
        if answer is not None:
            _link_answer(events, answer, token)
        reply = replying_verb(doc[token]) if event.trigger.kind is EventKind.ATTACK else None
        before = None if reply is None else _told_before(reply, token, events)
        if before is not None:
            _link_answer(events, token, before)
    for word in tokens_with(doc, "LOWER", *ANSWERS):
        pair = _answered_before(word, events)
        if pair is not None:
            _link_answer(events, *pair)


def _told_before(reply: Token, answer: int, events: Events) -> int | None:
    """The attack that was told last before a verb of replying, unless the verb says what it replies to."""
    attacks = [i for i, event in events.items() if event.trigger.kind is EventKind.ATTACK and i != answer]
    told = [filler for slot, filler in prepositional(reply) if slot == "to"]
    told += [child for child in reply.rights if child.dep_ == "dobj"]
    if any(one.i in attacks for one in told):
        return None
    return next((i for i in reversed(attacks) if i < reply.i and events[i].modality not in AHEAD), None)


def _link_answer(events: Events, answer: int, cause: int) -> None:
    if events[cause].modality in AHEAD and events[answer].modality not in AHEAD:
        return  # nothing done answers what may come: "would respond to *any attack*"
    links = (*events[answer].links, (Role.IN_RETALIATION_FOR, cause))
    events[answer] = replace(events[answer], links=links)


def _answered_before(word: Token, events: Events) -> tuple[int, int] | None:
    """The attack that a bare "in response" tells of, and the one that it answers: the last before.

    "*In retaliation*, the air force bombed" says no more; "in retaliation *for* it" is read elsewhere.
    """
    bare = word.dep_ == "pobj" and word.head.lower_ == "in" and not any(word.children)
    if not bare or any(child.dep_ in ("prep", "advcl") for child in word.head.children):
        return None
    verb = word.head.head
    near = (verb.i, *(child.i for child in verb.rights if child.dep_ == "dobj"))
    attacks = [i for i, event in events.items() if event.trigger.kind is EventKind.ATTACK]
    answer = next((i for i in near if i in attacks and events[i].modality not in AHEAD), None)
    before = [i for i in attacks if i < word.sent.start and events[i].modality not in AHEAD]
    return None if answer is None or not before else (answer, before[-1])


def _answering_word(token: Token) -> Token | None:
    """The word that has a trigger as its object: "in *response* to the killing", "to *avenge* it"."""
    if token.dep_ == "relcl":  # "the answer to the drone that *struck* the base"
        token = token.head
    while token.dep_ == "pobj" and token.head.lower_ == "of" and token.head.head.lemma_.lower() in SPANS:
        token = token.head.head  # "a response to five years of *bombing*"
    above = token.head
    if token.dep_ == "dobj" and above.lemma_.lower() in AVENGING:
        return above
    # "was in *revenge* for": the parser may hang "for" higher
    beside = above.nbor(-1) if above.i > 0 else above
    word = beside if beside.lemma_.lower() in ANSWERS else above.head
    by_means = above.lower_ in ("with", "by")  # "responded *with a strike*"
    answers = token.dep_ == "pobj" and word.lemma_.lower() in ANSWERS | AVENGING and not by_means
    if any(child.lemma_.lower() in SAYING for child in word.rights):
        return None  # "responded to the raid, *stating* that"
    return word if answers else None


def _answer(word: Token, cause: int, events: Events) -> int | None:
    """The attack that answers: nearest above the word of answering, else the last before it in the text."""
    attacks = [i for i, event in events.items() if event.trigger.kind is EventKind.ATTACK and i != cause]
    reply = next((i for i in attacks if replying_verb(word.doc[i]) == word), None)
    above = reply or next((above.i for above in word.ancestors if above.i in attacks), None)
    before = (i for i in reversed(attacks) if i < word.i and events[i].modality not in AHEAD)
    return next(before, None) if above is None else above
