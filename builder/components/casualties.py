"""Tolls: how many were killed, injured, missing or captured, each figure with its span and its bounds.

Figures come from the victims of verbs ("killed 12 soldiers"), from phrases without a verb ("12 dead", "no
loss of life") and from tolls that are spoken of ("the death toll rose to 14").
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from builder.components.annotations import (
    Category,
    EntityMention,
    EventMention,
    Quantity,
    Toll,
    register_extensions,
)
from builder.components.complements import coordinated, prepositional
from builder.components.once import text_of
from builder.components.parse_labels import NOMINAL
from builder.components.quantities import bare_numeral, parse_number, quantity_at
from builder.components.shares import is_repeated, shares
from builder.components.toll_forms import (
    AMONG,
    BROUGHT,
    CHANGED,
    CUE,
    DEAD,
    FIGURES,
    NOBODY,
    NOT,
    OUTCOMES,
    PARTED,
    PHRASE,
    PUT_AT,
    SPOKEN,
    SPOKEN_OF,
    SPOKEN_OUTCOMES,
    TO_COME,
    UP_FROM,
    YEAR,
    ZERO,
    ZERO_ONLY,
)
from builder.components.toll_parts import AMONG_WHOM, with_parts
from builder.components.totals import is_total
from builder.model import ActorKind, EventKind, Modality, Outcome, Role
from builder.patterns import load

WORDS = load("casualties")
FRAMES = {frame: Outcome(name) for frame, name in WORDS["frames"].items()}
TYPES = {concept: Outcome(name) for concept, name in WORDS["types"].items()}
# Nobody is hurt by what did not happen, or not yet.
UNDONE = frozenset(
    (Modality.THREATENED, Modality.PLANNED, Modality.FEARED, Modality.DEMANDED, Modality.ATTEMPTED)
)
UNITS = frozenset((*load("times")["units"], "minute"))
NEVER = UNDONE | {Modality.DENIED}
NOBODY_AT_ALL = Quantity(exact=0, stated=0)


def _matches(pattern: re.Pattern[str], doc: Doc, text: str) -> Iterator[tuple[re.Match[str], Span]]:
    """Every match in the text of a document, with the tokens that it touches."""
    for match in pattern.finditer(text):
        span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is not None:
            yield match, span


def _phrases(doc: Doc, text: str) -> Iterator[Toll]:
    """The figures of phrases that count people beside what befell them."""
    for match, span in _matches(PHRASE, doc, text):
        word = match["word"].lower()
        outcome = OUTCOMES.get(word, Outcome.KILLED)
        if match["number"].lower() in ZERO:
            yield Toll(span.start, span.end, outcome, NOBODY_AT_ALL)
        elif word not in ZERO_ONLY and _counts_people(doc, span) and quantity_at(span[0]) != Quantity():
            yield Toll(span.start, span.end, outcome, quantity_at(span[0]), _counted_head(doc, span))
    for match, span in _matches(PARTED, doc, text):
        if _counts_people(doc, span) and quantity_at(span[0]) != Quantity():
            outcome = OUTCOMES[match["word"].lower()]
            yield Toll(span.start, span.end, outcome, quantity_at(span[0]), _counted_head(doc, span))
    for match, span in _matches(NOBODY, doc, text):
        for found in filter(None, (match["word"] or "died", match["second"])):
            yield Toll(span.start, span.end, OUTCOMES.get(found.lower(), Outcome.KILLED), NOBODY_AT_ALL)


def _among(doc: Doc, text: str) -> Iterator[Toll]:
    """The figures of those who "were among the dead": each is a share of a toll."""
    for match, span in _matches(AMONG, doc, text):
        number = quantity_at(span[0]) if span[0].like_num else Quantity()
        if number != Quantity():
            yield Toll(
                span.start, span.end, AMONG_WHOM[match["word"].lower()], number, _counted_head(doc, span)
            )


def _counts_people(doc: Doc, span: Span) -> bool:
    """Whether a phrase begins with a number, and what it counts is no weapon: "five shells fallen"."""
    inside = (doc._.mentions[i] for i in range(span.start + 1, span.end) if i in doc._.mentions)
    counted = next(inside, None)
    if len(span) > 1 and span[1].lemma_.lower() in UNITS:
        return False  # "three *days* later fatally shot"
    return span[0].like_num and (counted is None or counted.category is not Category.WEAPON)


def _counted_head(doc: Doc, span: Span) -> int | None:
    """The people that a phrase counts: "12 *soldiers* dead"."""
    mentions: dict[int, EntityMention] = doc._.mentions
    inside = (mentions[i] for i in range(span.start + 1, span.end) if i in mentions)
    return next((mention.root for mention in inside if mention.category is Category.ACTOR), None)


def _spoken(doc: Doc, text: str) -> Iterator[Toll]:
    """The figures of tolls that are spoken of, the old one of "from 14 to 11" too."""
    changed = (found for found in _matches(CHANGED, doc, text) if DEAD.search(found[1].sent.text))
    loose = (*_matches(PUT_AT, doc, text), *_matches(SPOKEN_OF, doc, text))
    for match, span in (*_matches(SPOKEN, doc, text), *changed, *loose):
        parts = match.groupdict()
        counted = (parts.get("counted") or "").lower()
        noun = (parts.get("noun") or "").lower()
        word = counted or (parts.get("word") or "").lower()
        outcome = OUTCOMES.get(word) or SPOKEN_OUTCOMES.get(noun, Outcome.KILLED)
        before = parse_number(parts["before"]) if parts.get("before") else None
        old = doc.char_span(*match.span("before"), alignment_mode="expand") if before is not None else None
        if old is not None:
            yield Toll(old.start, old.end, outcome, Quantity(exact=before, stated=before))
        number = quantity_at(span[-1])
        if number != Quantity() and span[-1].like_num and not YEAR.fullmatch(span[-1].text):
            yield Toll(span.start, span.end, outcome, number)


def _brought(doc: Doc, text: str) -> Iterator[Toll]:
    """The figures that come before what they count: "brought *to nine* the number of soldiers killed"."""
    for match, span in _matches(BROUGHT, doc, text):
        numeral = doc.char_span(*match.span("number"), alignment_mode="expand")
        known = OUTCOMES.get((match["counted"] or "").lower())
        outcome = known or SPOKEN_OUTCOMES.get(match["noun"].lower(), Outcome.KILLED)
        if numeral is not None and quantity_at(numeral[-1]) != Quantity():
            yield Toll(span.start, span.end, outcome, quantity_at(numeral[-1]))


def _superseded(doc: Doc, text: str) -> Iterator[Toll]:
    """The old figure of a toll that has changed: "has climbed to 47, *up from 42*"."""
    for _, span in _matches(UP_FROM, doc, text):
        number = quantity_at(span[-1])
        if number != Quantity() and DEAD.search(span.sent.text):
            yield Toll(span.end - 1, span.end, Outcome.KILLED, number)


def _of_event(doc: Doc, event: EventMention) -> Iterator[Toll]:
    """The figures that a verb or noun gives, by its numbers and by its victims."""
    outcome = TYPES.get(event.trigger.type or "") or FRAMES.get(event.trigger.frame)
    if outcome is not None and event.modality not in UNDONE:
        yield from _of_numbers(doc, event, outcome)
        yield from _of_victims(doc, event, outcome)
        if event.trigger.kind is EventKind.EVENT:
            yield from _of_objects(doc, event, outcome)


def _of_numbers(doc: Doc, event: EventMention, outcome: Outcome) -> Iterator[Toll]:
    """The numbers without a noun: "injuring more than *30*", "killing *two* more"."""
    verb = doc[event.trigger.token]
    for child in _harmed(verb):
        if child.i in doc._.mentions:
            continue
        numeral = bare_numeral(child)
        number = Quantity() if numeral is None else quantity_at(numeral)
        if numeral is not None and number != Quantity():
            start, end = sorted((verb.i, numeral.i))
            yield Toll(start, end + 1, outcome, number)


def _harmed(trigger: Token) -> Iterator[Token]:
    """The heads of what a verb or noun says was harmed: "killed *a guard and two* of his aides"."""
    heads = [child for child in trigger.children if child.dep_ in ("dobj", "nsubjpass", "nsubj")]
    if trigger.pos_ in NOMINAL:
        heads += [filler for slot, filler in prepositional(trigger) if slot == "of"]  # "the killing of *two*"
    for head in heads:
        yield from coordinated(head)


def _of_objects(doc: Doc, event: EventMention, outcome: Outcome) -> Iterator[Toll]:
    """How many those are whom an event befalls that is no attack: "detained *two men*"."""
    verb = doc[event.trigger.token]
    for child in verb.children:
        mention: EntityMention | None = doc._.mentions.get(child.i)
        is_object = child.dep_ in ("dobj", "nsubjpass") and mention is not None
        if mention is not None and is_object and mention.number != Quantity():
            start, end = min(verb.i, mention.start), max(verb.i + 1, mention.end)
            yield Toll(start, end, outcome, mention.number, mention.root)


def _of_victims(doc: Doc, event: EventMention, outcome: Outcome) -> Iterator[Toll]:
    """The numbers of the victims; a person without one counts as one, unless the event is denied."""
    for root in event.fillers(Role.VICTIM):
        mention = doc._.mentions[root]
        number = mention.number
        if number == Quantity() and event.modality is Modality.DENIED:
            continue
        if number == Quantity() and mention.kind is ActorKind.PERSON and not mention.is_pronoun:
            number = Quantity(exact=1, stated=1)
        if number != Quantity() and not _fares_otherwise(doc[root], outcome):
            start = min(event.trigger.token, mention.start)
            end = max(event.trigger.token + 1, mention.end)
            yield Toll(start, end, outcome, number, root)


def _fares_otherwise(victim: Token, outcome: Outcome) -> bool:
    """Whether another thing befell one of several: "left one dead and *three people wounded*"."""
    words = (child.lower_ for child in victim.rights if child.dep_ in ("acl", "amod"))
    return any(OUTCOMES.get(word, outcome) is not outcome for word in words)


def _is_told(tolls: list[Toll], new: Toll) -> bool:
    """Whether a figure is told already: overlapping, or the same right beside it."""
    return any(
        toll.outcome is new.outcome
        and (toll.number == new.number or (toll.start < new.end and new.start < toll.end))
        and toll.start <= new.end
        and new.start <= toll.end
        for toll in tolls
    )


def _is_corrected(toll: Toll, event: EventMention, phrases: list[Toll]) -> bool:
    """Whether a number of its own stands at the verb: "six were killed and *24 were wounded*"."""
    trigger = event.trigger.token
    victims = event.fillers(Role.VICTIM)  # "two soldiers and *one officer were killed*": each is a figure
    own = [
        phrase
        for phrase in phrases
        if phrase.start < trigger < phrase.end
        and phrase.outcome is toll.outcome
        and not (phrase.victim in victims and toll.victim in victims)
    ]
    return any(phrase.number != toll.number and toll.start < phrase.start for phrase in own)


def _marked(doc: Doc, toll: Toll) -> Toll:
    """The toll, marked as a revision or as revised where its sentence says so: "lowered the toll to 11"."""
    if doc[max(0, toll.start - 1)].lower_ == "from":  # "rose *from 12* to 14", "up from 12"
        return replace(toll, superseded=True)
    if toll.number.exact == 0:
        return toll  # "there were no casualties" takes the place of no figure
    sentence = doc[toll.start].sent
    cues = [*CUE.finditer(sentence.text)] if FIGURES.search(sentence.text) else []
    cues = [cue for cue in cues if not TO_COME.search(sentence.text[: cue.start()])]
    if not cues:
        return toll
    start = doc[toll.end - 1].idx - doc[sentence.start].idx  # of the number, or near it
    before = [cue for cue in cues if cue.start() < start]
    nearest = before[-1] if before else cues[0]
    return replace(toll, revises=bool(nearest["updating"]), superseded=not nearest["updating"])


def _revised_host(toll: Toll, events: list[EventMention]) -> int | None:
    """The attack, told before, whose figure of the same outcome a loose toll revises or is revised by."""
    if not (toll.revises or toll.superseded):
        return None
    fitting = (
        k
        for k in reversed(range(len(events)))
        if any(t.outcome is toll.outcome and t.end <= toll.start and t.number.exact for t in events[k].tolls)
    )
    return next(fitting, None)


def _host(doc: Doc, toll: Toll, events: list[EventMention]) -> int | None:
    """Which event mention a loose toll belongs to: the nearest attack in its sentence, else the last one."""
    sentence = doc[toll.start].sent
    attacks = [k for k, event in enumerate(events) if event.trigger.kind is EventKind.ATTACK]
    here = [k for k in attacks if sentence.start <= events[k].trigger.token < sentence.end]
    if here:
        return min(here, key=lambda k: abs(events[k].trigger.token - toll.start))
    earlier = [k for k in attacks if events[k].trigger.token < sentence.start]
    if toll.number.exact != 0:  # nobody dies of what did not happen
        earlier = [k for k in earlier if events[k].modality not in NEVER]
    causes = {i for e in events for role, i in e.links if role is Role.IN_RETALIATION_FOR}
    told = [k for k in earlier if events[k].trigger.token not in causes]  # of two, the answer is the news
    # the toll may come before what brought it, as the news of a siege that has ended
    return next(iter((told or earlier)[-1:] or attacks[:1]), None)


def with_tolls(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions of a document with every figure of casualties on the event that it belongs to."""
    text = text_of(doc)
    phrases = list(_phrases(doc, text))
    events: list[EventMention] = [_with_own(doc, event, phrases) for event in doc._.event_mentions]
    told = [toll for event in events for toll in event.tolls]
    title_end = doc._.title_end or 0
    loose = (*_spoken(doc, text), *_brought(doc, text), *_superseded(doc, text), *phrases)
    for toll in (_marked(doc, figure) for figure in loose):
        known = _is_told(told, toll) and not toll.revises
        if known or doc[toll.start].idx < title_end or is_total(doc, toll):
            continue
        host = _revised_host(toll, events)
        host = _host(doc, toll, events) if host is None else host
        if host is not None:
            told.append(toll)
            events[host] = replace(events[host], tolls=(*events[host].tolls, toll))
    _take_up_corrections(doc, text, events)
    events = with_parts(doc, events)
    told = [toll for event in events for toll in event.tolls]
    for toll in (*shares(doc), *_among(doc, text)):
        host = _host(doc, toll, events)
        if host is not None and doc[toll.start].idx >= title_end and not is_repeated(told, toll):
            told.append(toll)
            events[host] = replace(events[host], tolls=(*events[host].tolls, toll))
    return tuple(events)


def _take_up_corrections(doc: Doc, text: str, events: list[EventMention]) -> None:
    """Give "47 civilians died, not 35" to the attack of which 35 was told: one figure revises the other."""
    for match, span in _matches(NOT, doc, text):
        old = parse_number(match["number"])
        for event in (e for e in events if span.sent.start <= e.trigger.token < span.start):
            host = next((k for k, e in enumerate(events) if e is not event and _tells(e, old, event)), None)
            if host is not None:
                new = tuple(replace(toll, revises=True) for toll in event.tolls)
                events[host] = replace(events[host], tolls=(*events[host].tolls, *new))


def _tells(event: EventMention, count: int | None, later: EventMention) -> bool:
    """Whether an event gives a number for an outcome of which a later one gives another."""
    outcomes = {toll.outcome for toll in later.tolls}
    before = event.trigger.token < later.trigger.token
    return before and any(toll.outcome in outcomes and toll.number.exact == count for toll in event.tolls)


def _with_own(doc: Doc, event: EventMention, phrases: list[Toll]) -> EventMention:
    """An event mention with the figures that its own words give, but for those that a phrase corrects."""
    own = (toll for toll in _of_event(doc, event) if not _is_corrected(toll, event, phrases))
    return replace(event, tolls=tuple(_marked(doc, toll) for toll in own))


@Language.factory(
    "polemos_casualties",
    requires=["doc._.event_mentions", "doc._.mentions", "doc._.times"],
    assigns=["doc._.event_mentions"],
)
def create_casualties(nlp: Language, name: str) -> "CasualtyReader":
    """Make the component; it has no settings."""
    register_extensions()
    return CasualtyReader()


class CasualtyReader:
    """Adds tolls to the event mentions."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = with_tolls(doc)
        return doc
