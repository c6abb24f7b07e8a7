"""Warnings: what is threatened, what is demanded of whom, and by when.

The clauses below a trigger of warning tell the content. Violence that the issuer announces is threatened;
what the addressee is to do is demanded, with an event of its own even where no trigger names it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import (
    EntityMention,
    EventMention,
    RoleFiller,
    Trigger,
    register_extensions,
)
from builder.components.contents import Content, contents_of, is_if_not, is_of_others
from builder.components.syntax import is_negated, subject_of
from builder.model import EventKind, Modality, Role
from builder.patterns import load

WORDS = load("warnings")
PROMISES = frozenset(WORDS["promises"])  # "vowed to continue" threatens nobody
NEEDS_CONTENT = frozenset(WORDS["needs_content"])
WISHING = frozenset(WORDS["wishing"])  # "*wants* them to leave", but not "wants to leave"
MESSENGERS = frozenset(WORDS["messengers"])  # those who warn of what others may do
BYSTANDERS = frozenset(WORDS["bystanders"])  # and the concepts of such actors
SUBJUNCTIVE = frozenset(WORDS["subjunctive"])  # "demanded *that he appear*"
DUES = frozenset(WORDS["dues"])  # what is demanded without a verb: "a *ransom* is demanded"
OTHERWISE = frozenset(WORDS["otherwise"])
FAILING, WHICH = "failing", frozenset(("which", "that", "this"))
NEAR = 6  # tokens from "failing" to the attack: "failing which its fighters would also attack"
FUTURE = frozenset(("to", "will", "would", "’ll", "'ll", "shall", "could", "may", "might"))
OBLIGING = frozenset(("to", "must", "should", "shall"))
ASKING = frozenset(("demand", "warn"))  # "ordered to surrender", "were warned to stay indoors"
ANNOUNCING = frozenset(("threaten", "warn"))  # frames whose issuer may tell what it will do
WITHDRAWALS = frozenset((EventKind.MOVEMENT, EventKind.EVENT))  # what one can demand of somebody
TO_COME = frozenset((Modality.THREATENED, Modality.PLANNED, Modality.FEARED))
# A second trigger in these relations to a first only spells it out.
SPELLING_OUT = frozenset(("acl", "relcl", "dobj", "xcomp", "advcl", "appos"))


@dataclass(slots=True)
class _Reading:
    """One warning while its content is read: the triggers of what it threatens and demands."""

    warning: EventMention
    threatened: list[int] = field(default_factory=list)
    demanded: list[int] = field(default_factory=list)


def read_warnings(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions with every warning linked to what it threatens and demands."""
    mentions: tuple[EventMention, ...] = doc._.event_mentions
    events = {event.trigger.token: event for event in mentions}
    warnings: list[EventMention] = []
    for event in mentions:
        if event.trigger.kind is EventKind.WARNING:
            del events[event.trigger.token]
            warning = _read(doc, event, events)
            warnings += [] if warning is None else [warning]
    warnings += _alternatives(doc, events)
    told = [warning for warning in _joined(doc, warnings) if warning.fillers(Role.ISSUER) or warning.links]
    kept = [event for event in events.values() if not _is_empty_talk(event)]
    return tuple(sorted((*kept, *told), key=lambda event: event.trigger.token))


def _alternatives(doc: Doc, events: dict[int, EventMention]) -> Iterator[EventMention]:
    """The threats of what else will be done: "*otherwise* it will raid their camps"."""
    for token, event in list(events.items()):
        otherwise = _otherwise(doc[token])
        actors = event.fillers(Role.PERPETRATOR)
        if otherwise is None or event.trigger.kind is not EventKind.ATTACK or not actors:
            continue
        if event.modality in TO_COME or otherwise.lower_ == FAILING:
            events[token] = replace(event, modality=Modality.THREATENED)
            yield EventMention(
                Trigger(otherwise.i, EventKind.WARNING, "Threat", "threaten", otherwise.lower_),
                roles=tuple(RoleFiller(Role.ISSUER, root) for root in actors),
                links=((Role.THREATENS, token),),
                types=("Threat",),
            )


def _otherwise(attack: Token) -> Token | None:
    """The word before an attack that says what averts it: "*otherwise*", "*failing* which they would"."""
    told = next((child for child in attack.lefts if child.lower_ in OTHERWISE), None)
    near = attack.doc[max(attack.sent.start, attack.i - NEAR) : attack.i]
    return told or next((t for t in near if t.lower_ == FAILING and t.nbor().lower_ in WHICH), None)


def _is_empty_talk(event: EventMention) -> bool:
    """Whether talk of revenge names neither who would act nor against whom, or tells of none to come."""
    named = event.fillers(Role.PERPETRATOR) or event.fillers(Role.TARGET)
    return event.trigger.frame == "retaliate" and not (named and event.modality in TO_COME)


def _is_told_on_condition(attack: Token) -> bool:
    """Whether somebody is told what will befall them if: "told her that she *would be killed if*"."""
    to_come = any(child.dep_ == "aux" and child.lower_ in ("would", "will") for child in attack.lefts)
    clauses = (child for child in attack.rights if child.dep_ == "advcl")
    on_condition = (any(below.lower_ in ("if", "unless") for below in clause.lefts) for clause in clauses)
    return attack.dep_ == "ccomp" and to_come and any(on_condition)


def _read(doc: Doc, warning: EventMention, events: dict[int, EventMention]) -> EventMention | None:
    """One warning with its links; the events of its content get their modality in `events`."""
    reading = _Reading(warning)
    for content in contents_of(doc[warning.trigger.token]):
        if warning.trigger.lemma in WISHING and not is_of_others(content.token):
            continue
        event = events.get(content.token.i)
        due = content.token.lemma_.lower() in DUES
        ahead = due or (
            content.token.i > warning.trigger.token
        )  # "“He used to listen,” he told the BBC" demands nothing
        if event is None and warning.trigger.frame in ASKING and ahead and not reading.demanded:
            event = _implied_demand(content, warning)
        if event is not None and event.trigger.token != warning.trigger.token:
            _take(doc, reading, content, event, events)
    return _concluded(reading)


def _implied_demand(content: Content, warning: EventMention) -> EventMention | None:
    """An event of no type for a demand whose verb is no trigger: "to lay down their arms"."""
    token = content.token
    if token.lemma_.lower() in DUES and content.verb is None:  # "demanded a *ransom*"
        return _act(token)
    infinitive = any(child.lower_ == "to" and child.dep_ == "aux" for child in token.lefts)
    wished = warning.trigger.lemma in SUBJUNCTIVE and _is_subjunctive(token)
    if token.pos_ != "VERB" or not (infinitive or content.conditional or wished):
        return None
    return _act(token)


def _is_subjunctive(verb: Token) -> bool:
    """Whether a clause tells what is wished, not what is: "demanded that the president *appear*"."""
    subject = next((child for child in verb.lefts if child.dep_ in ("nsubj", "nsubjpass")), None)
    singular = subject is not None and subject.tag_ in ("NN", "NNP")
    plain = verb.tag_ in ("VB", "VBP") and not any(child.dep_ == "aux" for child in verb.lefts)
    be = any(child.dep_ == "auxpass" and child.lower_ == "be" for child in verb.lefts)
    return verb.dep_ == "ccomp" and ((singular and plain) or be)


def _act(token: Token) -> EventMention:
    """An event of no type, called by its word."""
    lemma = f"not {token.lemma_}" if is_negated(token) and not is_if_not(token) else token.lemma_
    return EventMention(Trigger(token.i, EventKind.EVENT, None, "act", lemma))


def _take(
    doc: Doc, reading: _Reading, content: Content, event: EventMention, events: dict[int, EventMention]
) -> None:
    """Take one event of the content as threatened, demanded or feared, or leave it as it is.

    What somebody is told *not* to do is an event without a type, which would say the contrary.
    """
    warning = reading.warning
    frame = warning.trigger.frame
    token = doc[event.trigger.token]
    is_attack = event.trigger.kind is EventKind.ATTACK
    told = is_attack and event.modality is Modality.ASSERTED
    told = told and (token.pos_ == "VERB" or _is_warned_of(token, doc[warning.trigger.token]))
    demanding = content.conditional or (frame == "demand" and _is_directive(content.verb or token))
    announcing = frame in ANNOUNCING and not demanding and _is_to_come(content.verb or token)
    if is_attack and announcing and _is_own(doc, event, warning, content.verb or token):
        events[token.i] = replace(_by_issuer(event, warning), modality=Modality.THREATENED)
        reading.threatened.append(token.i)
    elif is_attack and frame == "demand" and event.modality is Modality.THREATENED:
        events[token.i] = _by_issuer(event, warning)  # "to leave *or be attacked*"
        reading.threatened.append(token.i)
    elif is_attack and frame == "demand" and _is_told_on_condition(token):
        events[token.i] = replace(_by_issuer(event, warning), modality=Modality.THREATENED)
        reading.threatened.append(token.i)
    elif event.trigger.kind in WITHDRAWALS and demanding and is_negated(token) and not is_if_not(token):
        events[token.i] = replace(_act(token), modality=Modality.DEMANDED)
        reading.demanded.append(token.i)
    elif event.trigger.kind in WITHDRAWALS and (demanding or _is_asked(token, warning)):
        events[token.i] = replace(_by_addressee(doc, event, warning), modality=Modality.DEMANDED)
        reading.demanded.append(token.i)
    elif told and (demanding or frame != "demand"):
        events[token.i] = replace(event, modality=Modality.DEMANDED if demanding else Modality.FEARED)


def _is_warned_of(attack: Token, warning: Token) -> bool:
    """Whether a noun is what somebody warns of: "police warned *of an attack* on a mall"."""
    of = attack.head
    return attack.dep_ == "pobj" and of.lower_ in ("of", "about", "against") and of.head.i == warning.i


def _is_own(doc: Doc, event: EventMention, warning: EventMention, verb: Token) -> bool:
    """Whether the issuer is who would act: named so, by pronoun, or by nobody else.

    "The *envoy* warned that hundreds would be killed", "that *tanks* would storm the palace": others would.
    `verb` is the attack's own, or the one that has it as its object: "that *rebels* might plan an attack".
    """
    mentions: dict[int, EntityMention] = doc._.mentions
    issuers = warning.fillers(Role.ISSUER)
    actors = event.fillers(Role.PERPETRATOR)
    if not actors and warning.trigger.frame == "warn":
        return not (_is_by_other(verb) or any(_only_tells(mentions[i]) for i in issuers))
    return all(root in issuers or mentions[root].is_pronoun for root in actors)


def _is_by_other(verb: Token) -> bool:
    """Whether a verb has a subject of its own that acts: "*tanks* would storm the palace"."""
    subjects = (child for child in verb.lefts if child.dep_ == "nsubj")
    return verb.pos_ == "VERB" and any(child.pos_ != "PRON" for child in subjects)


def _only_tells(issuer: EntityMention) -> bool:
    return issuer.type in BYSTANDERS or not MESSENGERS.isdisjoint((issuer.noun, issuer.label.lower()))


def _by_issuer(event: EventMention, warning: EventMention) -> EventMention:
    others = (filler for filler in event.roles if filler.role is not Role.PERPETRATOR)
    issuers = (RoleFiller(Role.PERPETRATOR, root) for root in warning.fillers(Role.ISSUER))
    return replace(event, roles=(*issuers, *others))


def _by_addressee(doc: Doc, event: EventMention, warning: EventMention) -> EventMention:
    """A demanded movement whose mover is only implied is the addressee's."""
    issuers = warning.fillers(Role.ISSUER)  # who demands it is not who is to move
    roles = tuple(f for f in event.roles if f.role is not Role.MOVER or f.root not in issuers)
    given = warning.trigger.lemma == "give"  # "*gave* them a day to leave": the parser may hang it anywhere
    named = any(f.role is Role.MOVER and not doc._.mentions[f.root].is_pronoun for f in roles)
    if event.trigger.kind is not EventKind.MOVEMENT or (named and not given):
        return replace(event, roles=roles)
    addressees = tuple(RoleFiller(Role.MOVER, root) for root in warning.fillers(Role.ADDRESSEE))
    if addressees:  # "told residents that *they* must leave"
        roles = tuple(f for f in roles if f.role is not Role.MOVER)
    return replace(event, roles=(*roles, *addressees))


def _is_to_come(token: Token) -> bool:
    """Whether a clause tells of what is to come: a noun, an infinitive, a gerund, a future tense."""
    return token.pos_ != "VERB" or token.tag_ in ("VB", "VBG") or _has_auxiliary(token, FUTURE)


def _is_directive(token: Token) -> bool:
    """Whether a clause tells what to do, not what was done: "told them to leave", "that they must leave"."""
    subjunctive = token.tag_ in ("VB", "VBP")  # the parser's tags of "demanded that they *leave*"
    return token.pos_ != "VERB" or subjunctive or _has_auxiliary(token, OBLIGING)


def _has_auxiliary(verb: Token, words: frozenset[str]) -> bool:
    return any(child.dep_ == "aux" and child.lower_ in words for child in verb.children)


def _is_asked(token: Token, warning: EventMention) -> bool:
    """Whether "warned X to leave" asks it of the addressee."""
    subject = subject_of(token)
    return subject is not None and subject.i in warning.fillers(Role.ADDRESSEE)


def _concluded(reading: _Reading) -> EventMention | None:
    """The warning with its links and its type by its content; None where it has too little of it."""
    warning = reading.warning
    links = [(Role.THREATENS, token) for token in reading.threatened]
    links += [(Role.DEMANDS, token) for token in reading.demanded]
    if warning.trigger.lemma in PROMISES and not reading.threatened:
        return None
    if warning.trigger.lemma in NEEDS_CONTENT and not links:
        return None
    if warning.trigger.frame == "demand" and not (reading.demanded or warning.fillers(Role.ADDRESSEE)):
        return None
    return _linked(warning, tuple(links), warning.trigger.type)


def _linked(warning: EventMention, links: tuple[tuple[Role, int], ...], plain: str | None) -> EventMention:
    """The warning with its links, of the type that they make it; `plain` where it has none."""
    roles = [role for role, _ in links]
    concept = "Threat" if Role.THREATENS in roles else "Demand" if Role.DEMANDS in roles else plain
    return replace(warning, links=links, types=(concept,) if concept else ())


def _joined(doc: Doc, warnings: list[EventMention]) -> list[EventMention]:
    """Two triggers of one warning made one: "a *warning* from the group *calling on* the army to leave"."""
    joined: list[EventMention] = []
    for warning in warnings:
        token = doc[warning.trigger.token]
        at = next((k for k, host in enumerate(joined) if _holds(doc[host.trigger.token], token)), None)
        if at is None:
            joined.append(warning)
        else:
            joined[at] = _merged(joined[at], warning)
    return joined


def _merged(host: EventMention, warning: EventMention) -> EventMention:
    addressed = (filler for filler in warning.roles if filler.role is Role.ADDRESSEE)
    roles = tuple(dict.fromkeys((*host.roles, *addressed)))
    links = tuple(dict.fromkeys((*host.links, *warning.links)))
    return _linked(replace(host, roles=roles), links, host.types[0])


def _holds(first: Token, second: Token) -> bool:
    """Whether a second trigger only spells out the first: a clause on the noun, or the noun it issues."""
    if second.head.i == first.i and second.dep_ in SPELLING_OUT:
        return True
    above = second.head.head
    if second.dep_ == "advcl" and first.dep_ == "dobj" and second.head.i == first.head.i:
        return True  # "issued a *warning*, *threatening* to"
    return second.dep_ == "acl" and first.i < second.i and first.i in (above.i, above.head.i)


@Language.factory(
    "polemos_warnings",
    requires=["doc._.event_mentions", "doc._.mentions", "token.dep", "token.tag", "token.lemma"],
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
