"""Warnings: what is threatened, what is demanded of whom, and by when.

The clauses below a trigger of warning tell the content. Violence that the issuer announces is threatened;
what the addressee is to do is demanded, with an event of its own even where no trigger names it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention, RoleFiller, Trigger, register_extensions
from builder.components.syntax import content_verbs, subject_of
from builder.model import EventKind, Modality, Role
from builder.patterns import load

WORDS = load("warnings")
PROMISES = frozenset(WORDS["promises"])
NOTICE_ONLY = frozenset(WORDS["needs_content"])
FUTURE = frozenset(("to", "will", "would", "’ll", "'ll", "shall", "could", "may", "might"))
UNLESS = frozenset(WORDS["unless"])
WITHDRAWALS = (EventKind.MOVEMENT, EventKind.EVENT)


@dataclass(frozen=True, slots=True)
class Content:
    """One event that a warning speaks of; `conditional` tells that it stands under "unless"."""

    token: Token
    conditional: bool = False


def _contents(token: Token) -> Iterator[Content]:
    """The clauses of a warning, through verbs such as "begin" and through coordination."""
    for verb in content_verbs(token):
        yield from _chain(verb)
    if token.lemma_.lower() == "give":  # "gave them until Sunday to leave"
        yield from (Content(below) for below in token.subtree if below.tag_ == "VB" and below.i > token.i)
    for child in token.children:
        marks = {below.lower_ for below in child.lefts if below.dep_ == "mark"}
        if child.dep_ == "advcl" and marks & UNLESS:
            yield Content(child, conditional=True)
        elif child.dep_ == "prep" and child.lower_ in ("of", "against", "with"):
            yield from (Content(below) for below in child.children if below.dep_ in ("pobj", "pcomp"))
        elif child.dep_ == "dobj":
            yield Content(child)


def _chain(verb: Token) -> Iterator[Content]:
    yield Content(verb)
    for child in verb.children:
        marks = {below.lower_ for below in child.lefts if below.dep_ == "mark"}
        if child.dep_ == "advcl" and marks & UNLESS:
            yield Content(child, conditional=True)
        elif child.dep_ in ("xcomp", "ccomp") or (child.dep_ == "conj" and child.pos_ == "VERB"):
            yield from _chain(child)
        elif child.dep_ == "dobj" and verb.pos_ == "VERB":
            yield Content(child)


def _implied_demand(content: Content) -> EventMention | None:
    """An event of no type for a demand whose verb is no trigger: "to lay down their arms"."""
    token = content.token
    infinitive = any(child.lower_ == "to" and child.dep_ == "aux" for child in token.lefts)
    if token.pos_ != "VERB" or not (infinitive or content.conditional):
        return None
    return EventMention(Trigger(token.i, EventKind.EVENT, None, "act", token.lemma_))


@dataclass(slots=True)
class _Reading:
    """One warning while its content is read."""

    warning: EventMention
    threatened: list[int]
    demanded: list[int]


def _issuer(warning: EventMention) -> tuple[int, ...]:
    return warning.fillers(Role.ISSUER)


def _acts(doc: Doc, event: EventMention, role: Role, warning: EventMention) -> bool:
    """Whether the issuer is who would act: named so, by pronoun, or by nobody else."""
    actors = event.fillers(role)
    own = set(_issuer(warning))
    return all(root in own or doc._.mentions[root].noun == "pronoun" for root in actors)


def _by_issuer(event: EventMention, warning: EventMention) -> EventMention:
    others = tuple(filler for filler in event.roles if filler.role is not Role.PERPETRATOR)
    issuers = tuple(RoleFiller(Role.PERPETRATOR, root) for root in _issuer(warning))
    return replace(event, roles=issuers + others)


def _by_addressee(doc: Doc, event: EventMention, warning: EventMention) -> EventMention:
    """A demanded movement whose mover is only implied is the addressee's."""
    movers = [root for root in event.fillers(Role.MOVER) if doc._.mentions[root].noun != "pronoun"]
    if event.trigger.kind is not EventKind.MOVEMENT or movers:
        return event
    addressees = tuple(RoleFiller(Role.MOVER, root) for root in warning.fillers(Role.ADDRESSEE))
    return replace(event, roles=event.roles + addressees)


def _read(doc: Doc, warning: EventMention, events: dict[int, EventMention]) -> EventMention | None:
    """One warning with its links; the events of its content get their modality in `events`."""
    reading = _Reading(warning, [], [])
    for content in _contents(doc[warning.trigger.token]):
        event = events.get(content.token.i)
        if event is None and warning.trigger.frame == "demand" and not reading.demanded:
            event = _implied_demand(content)
        if event is not None and event.trigger.token != warning.trigger.token:
            _take(doc, reading, content, event, events)
    return _concluded(reading)


def _take(
    doc: Doc, reading: _Reading, content: Content, event: EventMention, events: dict[int, EventMention]
) -> None:
    warning = reading.warning
    token = event.trigger.token
    kind = event.trigger.kind
    demanding = content.conditional or (warning.trigger.frame == "demand" and _is_directive(doc[token]))
    announces = warning.trigger.frame in ("threaten", "warn") and _is_to_come(doc[token])
    if kind is EventKind.ATTACK and not demanding and announces and _acts(doc, event, Role.PERPETRATOR, warning):
        events[token] = replace(_by_issuer(event, warning), modality=Modality.THREATENED)
        reading.threatened.append(token)
    elif kind in WITHDRAWALS and (demanding or _is_asked(doc, event, warning)):
        events[token] = replace(_by_addressee(doc, event, warning), modality=Modality.DEMANDED)
        reading.demanded.append(token)
    elif kind is EventKind.ATTACK and event.modality is Modality.ASSERTED and doc[token].pos_ == "VERB":
        if demanding or warning.trigger.frame != "demand":
            events[token] = replace(event, modality=Modality.DEMANDED if demanding else Modality.FEARED)


def _is_to_come(token: Token) -> bool:
    """Whether a clause tells of what is to come: a noun, an infinitive, a gerund, a future tense."""
    if token.pos_ != "VERB" or token.tag_ in ("VB", "VBG"):
        return True
    return any(child.dep_ == "aux" and child.lower_ in FUTURE for child in token.children)


def _is_directive(token: Token) -> bool:
    """Whether a clause tells what to do, not what was done: "told them to leave", "that they must leave"."""
    if token.pos_ != "VERB" or token.tag_ == "VB":
        return True
    return any(child.dep_ == "aux" and child.lower_ in ("to", "must", "should", "shall") for child in token.children)


def _is_asked(doc: Doc, event: EventMention, warning: EventMention) -> bool:
    """Whether "warned X to leave" asks it of the addressee."""
    subject = subject_of(doc[event.trigger.token])
    return subject is not None and subject.i in warning.fillers(Role.ADDRESSEE)


def _concluded(reading: _Reading) -> EventMention | None:
    """The warning with its type by its content; a promise without a threat is no warning."""
    warning = reading.warning
    if warning.trigger.lemma in PROMISES and not reading.threatened:
        return None
    if warning.trigger.lemma in NOTICE_ONLY and not (reading.demanded or reading.threatened):
        return None
    if warning.trigger.frame == "demand" and not (reading.demanded or warning.fillers(Role.ADDRESSEE)):
        return None
    links = [(Role.THREATENS, token) for token in reading.threatened]
    links += [(Role.DEMANDS, token) for token in reading.demanded]
    kind = "Threat" if reading.threatened else "Demand" if reading.demanded else warning.trigger.type
    return replace(warning, links=tuple(links), types=(kind,) if kind else ())


def _joined(doc: Doc, warnings: list[EventMention]) -> list[EventMention]:
    """Two triggers of one warning made one: "a *warning* from the group *calling on* the army to leave"."""
    joined: list[EventMention] = []
    for warning in warnings:
        token = doc[warning.trigger.token]
        host = next((w for w in joined if _holds(doc[w.trigger.token], token)), None)
        if host is None:
            joined.append(warning)
            continue
        roles = tuple(dict.fromkeys([*host.roles, *_addressed(warning)]))
        links = tuple(dict.fromkeys([*host.links, *warning.links]))
        joined[joined.index(host)] = _retyped(replace(host, roles=roles, links=links))
    return joined


def _addressed(warning: EventMention) -> list[RoleFiller]:
    return [filler for filler in warning.roles if filler.role is Role.ADDRESSEE]


def _retyped(warning: EventMention) -> EventMention:
    roles = [role for role, _ in warning.links]
    kind = "Threat" if Role.THREATENS in roles else "Demand" if Role.DEMANDS in roles else warning.types[0]
    return replace(warning, types=(kind,))


def _holds(first: Token, second: Token) -> bool:
    """Whether a second trigger only spells out the first: a clause on the noun, or the noun it issues."""
    if second.head.i == first.i and second.dep_ in ("acl", "relcl", "dobj", "xcomp", "advcl", "appos"):
        return True
    return second.dep_ == "acl" and first.i < second.i and second.head.head.i == first.i


def read_warnings(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions with every warning linked to what it threatens and demands."""
    events = {event.trigger.token: event for event in doc._.event_mentions}
    warnings: list[EventMention] = []
    for event in list(events.values()):
        if event.trigger.kind is not EventKind.WARNING:
            continue
        del events[event.trigger.token]
        warning = _read(doc, event, events)
        if warning is not None:
            warnings.append(warning)
    warnings = [warning for warning in _joined(doc, warnings) if _issuer(warning) or warning.links]
    kept = [event for event in events.values() if not _is_unsupported(event)]
    return tuple(sorted([*kept, *warnings], key=lambda event: event.trigger.token))


def _is_unsupported(event: EventMention) -> bool:
    """Whether talk of revenge names neither who would act nor against whom."""
    acting = event.fillers(Role.PERPETRATOR) or event.fillers(Role.TARGET)
    told = event.modality in (Modality.THREATENED, Modality.PLANNED, Modality.FEARED)
    return event.trigger.frame == "retaliate" and not (acting and told)


@Language.factory(
    "polemos_warnings",
    requires=["doc._.event_mentions", "doc._.mentions", "token.dep"],
    assigns=["doc._.event_mentions"],
)
def create_warnings(nlp: Language, name: str) -> "WarningReader":
    """Make the component; it has no settings."""
    register_extensions()
    return WarningReader()


class WarningReader:
    """Links each warning to the events it threatens and demands, and sets their modality."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = read_warnings(doc)
        return doc
