"""Circumstances: when, by when, how far, in answer to what, and with what damage."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention, TimeMention, register_extensions
from builder.components.quantities import METRES, read_metres
from builder.model import Damage, EventKind, Modality, Role
from builder.patterns import load

WORDS = load("circumstances")
DESTROYED = frozenset(WORDS["destroyed"])
ANSWERS = frozenset(WORDS["answers"])
AVENGING = frozenset(WORDS["avenging"])
HELD = ("dobj", "nsubj", "nsubjpass")
AHEAD = (Modality.THREATENED, Modality.DEMANDED, Modality.PLANNED, Modality.FEARED)
# Which event of a sentence a loose expression of time belongs to, in this order.
PREFERENCE = (EventKind.ATTACK, EventKind.MOVEMENT, EventKind.EVENT, EventKind.WARNING, EventKind.STATEMENT)


def _owner(doc: Doc, time: TimeMention, events: dict[int, EventMention]) -> int | None:
    """The trigger that an expression of time belongs to: the nearest above it, else the nearest in its sentence."""
    root = doc[time.start : time.end].root
    for above in root.ancestors:
        if above.i in events:
            return above.i
        held = [child.i for child in above.children if child.dep_ in HELD and _happens(child.i, events)]
        if above.pos_ == "VERB" and held:  # "carried out an *air strike* on Friday"
            return held[0]
    sentence = root.sent
    here = [i for i in events if sentence.start <= i < sentence.end]
    if not here:
        return None
    clause = {token.i for token in _clause(root).subtree}
    inside = [i for i in here if i in clause] or here
    best = min(PREFERENCE.index(events[i].trigger.kind) for i in inside)
    wanted = [i for i in inside if PREFERENCE.index(events[i].trigger.kind) == best]
    return min(wanted, key=lambda i: abs(i - root.i))


def _happens(token: int, events: dict[int, EventMention]) -> bool:
    return token in events and events[token].trigger.kind is not EventKind.STATEMENT


def _clause(token: Token) -> Token:
    return next((above for above in token.ancestors if above.pos_ in ("VERB", "AUX")), token)


def _timed(event: EventMention, times: list[TimeMention]) -> EventMention:
    """The event with its times: a deadline where a time to act by is given for what lies ahead."""
    is_ahead = event.modality in AHEAD or event.trigger.kind is EventKind.WARNING
    deadline = next((time for time in times if time.relation == "by" and is_ahead), None)
    return replace(event, times=event.times + tuple(times), deadline=deadline or event.deadline)


def attach_times(doc: Doc, events: dict[int, EventMention]) -> None:
    """Give each event mention the expressions of time that belong to it."""
    owned: dict[int, list[TimeMention]] = defaultdict(list)
    for time in doc._.times:
        owner = _owner(doc, time, events)
        if owner is not None:
            owned[owner].append(time)
    for token, times in owned.items():
        events[token] = _timed(events[token], times)


def share_deadlines(events: dict[int, EventMention]) -> None:
    """A deadline of what is demanded or threatened is the warning's too, and the other way round."""
    for token, warning in list(events.items()):
        linked = [i for role, i in warning.links if role in (Role.DEMANDS, Role.THREATENS) and i in events]
        if warning.trigger.kind is not EventKind.WARNING or not linked:
            continue
        deadline = next((d for d in (warning.deadline, *(events[i].deadline for i in linked)) if d), None)
        events[token] = replace(warning, deadline=deadline)
        later = tuple(time for time in warning.times if time.start > max(linked))
        for i in linked:
            events[i] = replace(events[i], times=events[i].times or later)
        for i in linked:
            events[i] = replace(events[i], deadline=events[i].deadline or deadline)


def measure_distance(doc: Doc, event: EventMention) -> EventMention:
    """The distance to keep or go, of a movement: "withdraw at least one kilometre from"."""
    if event.trigger.kind is not EventKind.MOVEMENT:
        return event
    units = (below for below in doc[event.trigger.token].subtree if below.lemma_.lower() in METRES)
    for unit in units:
        for numeral in unit.lefts:
            metres = read_metres(numeral) if numeral.like_num else None
            if metres is not None:
                return replace(event, minimum_distance=metres)
    return event


def assess_damage(doc: Doc, event: EventMention) -> EventMention:
    """Destroyed or damaged, where the trigger tells of damage."""
    if event.trigger.frame != "damage":
        return event
    if event.modality is Modality.DENIED:  # "was not damaged" tells of the attack that it was in vain
        return replace(event, damage=Damage.UNDAMAGED, modality=Modality.ASSERTED)
    lemma = doc[event.trigger.token].lemma_.lower()
    return replace(event, damage=Damage.DESTROYED if lemma in DESTROYED else Damage.DAMAGED)


def _answered(token: Token) -> Token | None:
    """The word of answering that has a trigger as its object: "in *response* to the killing", "to *avenge* it"."""
    above = token.head
    if token.dep_ == "dobj" and above.lemma_.lower() in AVENGING:
        return above
    if token.dep_ != "pobj":
        return None
    word = above.head
    return word if word.lemma_.lower() in ANSWERS | AVENGING else None


def _answering(doc: Doc, word: Token, cause: int, events: dict[int, EventMention]) -> int | None:
    """The attack that answers: nearest above the word of answering, else the nearest other in the sentence."""
    attacks = [i for i, event in events.items() if event.trigger.kind is EventKind.ATTACK and i != cause]
    for above in word.ancestors:
        if above.i in attacks:
            return above.i
    sentence = word.sent
    before = [i for i in attacks if i < word.i and events[i].modality not in AHEAD]
    here = [i for i in before if i >= sentence.start]
    return (here or before or [None])[-1]


def link_retaliation(doc: Doc, events: dict[int, EventMention]) -> None:
    """Link each attack that is told as an answer to the attack that it answers."""
    for token, event in list(events.items()):
        word = _answered(doc[token]) if event.trigger.kind is EventKind.ATTACK else None
        answer = None if word is None else _answering(doc, word, token, events)
        if answer is not None:
            links = (*events[answer].links, (Role.IN_RETALIATION_FOR, token))
            events[answer] = replace(events[answer], links=links)


def add_circumstances(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions with times, deadlines, distances, damage and retaliation."""
    events = _by_token(
        assess_damage(doc, measure_distance(doc, event)) for event in doc._.event_mentions
    )
    attach_times(doc, events)
    share_deadlines(events)
    link_retaliation(doc, events)
    return tuple(events.values())


def _by_token(mentions: Iterable[EventMention]) -> dict[int, EventMention]:
    return {event.trigger.token: event for event in mentions}


@Language.factory(
    "polemos_circumstances",
    requires=["doc._.event_mentions", "doc._.times", "token.dep"],
    assigns=["doc._.event_mentions"],
)
def create_circumstances(nlp: Language, name: str) -> "CircumstanceReader":
    """Make the component; it has no settings."""
    register_extensions()
    return CircumstanceReader()


class CircumstanceReader:
    """Adds times, deadlines, distances, damage and retaliation to the event mentions."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = add_circumstances(doc)
        return doc
