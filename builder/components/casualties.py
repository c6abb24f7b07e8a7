"""Tolls: how many were killed, injured, missing or captured, each figure with its span and its bounds.

Figures come from the victims of verbs ("killed 12 soldiers"), from phrases without a verb ("12 dead", "no
loss of life") and from tolls that are spoken of ("the death toll rose to 14").
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Span

from builder.components.annotations import EventMention, Quantity, Toll, register_extensions
from builder.components.quantities import PLURALS, parse_number, quantity_at
from builder.components.quantities import WORDS as NUMBER_WORDS
from builder.model import ActorKind, EventKind, Modality, Outcome, Role
from builder.patterns import load

WORDS = load("casualties")
FRAMES = {frame: Outcome(name) for frame, name in WORDS["frames"].items()}
OUTCOMES = {word: Outcome(name) for word, name in WORDS["words"].items()}
ZERO_ONLY = frozenset(WORDS["zero_only"])
SPOKEN_OUTCOMES = {noun: Outcome(name) for noun, name in WORDS["spoken"].items()}
_WORD = "|".join(sorted((re.escape(word) for word in (*OUTCOMES, *ZERO_ONLY)), key=len, reverse=True))
_WORDS = "|".join(sorted((*NUMBER_WORDS, *PLURALS), key=len, reverse=True))
_NUMERAL = rf"(?:\d[\d,]*|(?:(?:{_WORDS})(?:-(?:{_WORDS}))?))"
# "12 people dead", "at least three others wounded", "no casualties", "without loss of life".
PHRASE = re.compile(
    rf"\b(?P<number>no|without(?: any)?|zero|{_NUMERAL})(?P<between>(?: (?!or\b|the\b|with\b|in\b|at\b|by\b|on\b|to\b|of\b|was\b|were\b|had\b|has\b)[\w'’-]+){{0,3}}?) (?:(?:were|was|are|is|have been|had been|left|reported|feared) )?(?:taken |held |made )?(?P<word>{_WORD})\b",
    re.IGNORECASE,
)
# "no one was killed", "nobody was hurt", "none of them was injured".
NOBODY = re.compile(
    rf"\b(?:no one|no-one|nobody|none(?: of (?:the|them)\b[\w ]{{0,20}}?)?) (?:(?:was|were|had been|has been|is) (?:reported )?(?P<word>{_WORD})(?: or (?P<second>{_WORD}))?|(?:has |had )?died)\b",
    re.IGNORECASE,
)
_TOLL = "|".join(sorted((re.escape(noun) for noun in SPOKEN_OUTCOMES), key=len, reverse=True))
# "the death toll rose from 12 to 14", "put the toll at 30", "a toll of nine".
SPOKEN = re.compile(
    rf"\b(?P<noun>{_TOLL}|number of (?:\w+ ){{0,2}}?(?P<counted>{_WORD}))\b(?P<between>[^.;\n]{{0,140}}?(?:\bfrom (?P<before>{_NUMERAL}) )?)\b(?:to|at|of|was|stands at|stood at) (?:(?:at least|more than|about|nearly) )?(?P<number>{_NUMERAL})\b(?! ?(?:per|%|kilomet))",
    re.IGNORECASE,
)
REVISION = re.compile(rf"\b(?:{'|'.join(WORDS['revision_cues'])})\b", re.IGNORECASE)
ZERO = ("no", "without", "without any", "zero")


def _span(doc: Doc, start: int, end: int) -> Span | None:
    return doc.char_span(start, end, alignment_mode="expand")


def _phrases(doc: Doc) -> Iterator[Toll]:
    for match in PHRASE.finditer(doc.text):
        lower = match["number"].lower()
        word = match["word"].lower()
        outcome = OUTCOMES.get(word, Outcome.KILLED)
        span = _span(doc, match.start(), match.end())
        if span is None:
            continue
        if lower in ZERO:
            yield Toll(span.start, span.end, outcome, Quantity(exact=0, stated=0))
            continue
        number = quantity_at(span[0])
        if word not in ZERO_ONLY and span[0].like_num and number != Quantity():
            yield Toll(span.start, span.end, outcome, number, _counted_head(doc, span))
    for match in NOBODY.finditer(doc.text):
        span = _span(doc, match.start(), match.end())
        for word in filter(None, (match["word"] or "died", match["second"])):
            if span is not None:
                yield Toll(span.start, span.end, OUTCOMES.get(word.lower(), Outcome.KILLED), Quantity(exact=0, stated=0))


def _counted_head(doc: Doc, span: Span) -> int | None:
    """The people that a phrase counts: "12 *soldiers* dead"."""
    return next((i for i in range(span.start + 1, span.end) if i in doc._.mentions), None)


def _spoken(doc: Doc) -> Iterator[Toll]:
    for match in SPOKEN.finditer(doc.text):
        span = _span(doc, match.start(), match.end())
        if span is None:
            continue
        counted = (match["counted"] or "").lower()
        outcome = OUTCOMES.get(counted) or SPOKEN_OUTCOMES.get(match["noun"].lower(), Outcome.KILLED)
        before = parse_number(match["before"]) if match["before"] else None
        if before is not None:  # "from 14 to 11" tells the old figure too
            old = _span(doc, *match.span("before"))
            if old is not None:
                yield Toll(old.start, old.end, outcome, Quantity(exact=before, stated=before))
        number = quantity_at(span[len(span) - 1])
        if number != Quantity() and span[len(span) - 1].like_num:
            yield Toll(span.start, span.end, outcome, number)


def _of_verb(doc: Doc, event: EventMention) -> Iterator[Toll]:
    """The figures that the victims of a verb or noun give: a named or single person counts as one."""
    outcome = FRAMES.get(event.trigger.frame)
    if event.trigger.type == "Abduction":
        outcome = Outcome(WORDS["abduction"])
    if outcome is None:
        return
    token = doc[event.trigger.token]
    for child in token.children:  # "injuring more than 30": a number without a noun
        if child.dep_ in ("dobj", "nsubjpass", "nsubj") and child.like_num and child.i not in doc._.mentions:
            start, end = sorted((token.i, child.i))
            yield Toll(start, end + 1, outcome, quantity_at(child))
    for root in event.fillers(Role.VICTIM):
        mention = doc._.mentions[root]
        number = mention.number
        if number == Quantity() and mention.kind is ActorKind.PERSON and mention.noun != "pronoun":
            number = Quantity(exact=1, stated=1)
        if event.modality is Modality.DENIED and number.exact != 0 and mention.number == Quantity():
            continue
        if number != Quantity():
            start, end = sorted((event.trigger.token, root))
            yield Toll(min(start, mention.start), max(end, mention.end - 1) + 1, outcome, number, root)


def _is_told(tolls: list[Toll], new: Toll) -> bool:
    return any(
        toll.outcome is new.outcome
        and (toll.number == new.number or (toll.start < new.end and new.start < toll.end))
        and toll.start < new.end + 1
        and new.start < toll.end + 1
        for toll in tolls
    )


def _is_corrected(toll: Toll, event: EventMention, phrases: list[Toll]) -> bool:
    """Whether a number of its own stands at the verb: "six were killed and *24 were wounded*"."""
    trigger = event.trigger.token
    own = [p for p in phrases if p.start < trigger < p.end and p.outcome is toll.outcome]
    return any(phrase.number != toll.number and toll.start < phrase.start for phrase in own)


def _marked(doc: Doc, toll: Toll) -> Toll:
    """The toll, marked as a revision where its sentence says so: "revised the toll down to 11"."""
    sentence = doc[toll.start].sent.text
    revises = REVISION.search(sentence) is not None and ("toll" in sentence.lower() or "revis" in sentence.lower())
    return replace(toll, revises=revises)


def _host(doc: Doc, toll: Toll, events: list[EventMention]) -> int | None:
    """The position of the event mention that a loose toll belongs to: the nearest in its sentence, else the last."""
    sentence = doc[toll.start].sent
    attacks = [k for k, e in enumerate(events) if e.trigger.kind is EventKind.ATTACK]
    here = [k for k in attacks if sentence.start <= events[k].trigger.token < sentence.end]
    if here:
        return min(here, key=lambda k: abs(events[k].trigger.token - toll.start))
    earlier = [k for k in attacks if events[k].trigger.token < sentence.start]
    return earlier[-1] if earlier else None


def with_tolls(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions of a document with every figure of casualties on the event that it belongs to."""
    phrases = list(_phrases(doc))
    events: list[EventMention] = [
        replace(event, tolls=tuple(_marked(doc, t) for t in _of_verb(doc, event) if not _is_corrected(t, event, phrases)))
        for event in doc._.event_mentions
    ]
    told = [toll for event in events for toll in event.tolls]
    title_end = doc._.title_end or 0
    for toll in [*_spoken(doc), *phrases]:
        toll = _marked(doc, toll)
        if doc[toll.start].idx < title_end or (_is_told(told, toll) and not toll.revises):
            continue
        host = _host(doc, toll, events)
        if host is not None:
            told.append(toll)
            events[host] = replace(events[host], tolls=(*events[host].tolls, toll))
    return tuple(events)


@Language.factory(
    "polemos_casualties",
    requires=["doc._.event_mentions", "doc._.mentions"],
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
