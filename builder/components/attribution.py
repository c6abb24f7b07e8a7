"""Attribution: who says what of which event.

Verbs of saying with what they say below them, "according to", and quotations that run on over several
sentences give statements; so do claims, denials and accusations, whose event may be only implied ("no group
has claimed responsibility"). A statement links to its events by their triggers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from builder.components.annotations import (
    Category,
    EventMention,
    RoleFiller,
    Trigger,
    register_extensions,
)
from builder.components.blame import find_blame, is_of_other
from builder.components.complements import prepositional
from builder.components.contents import is_condition
from builder.components.denials import (
    answers_other_charge,
    denies_aside,
    denies_other,
    disowned,
    is_by_nobody,
    says_nobody,
)
from builder.components.echoes import echoed
from builder.components.own_attacks import is_announced, is_own
from builder.components.parse_labels import SUBJECTS
from builder.components.quotations import sentences_in_quotations
from builder.components.said import Told, below, gives_toll, nearest_subject, own_words, said, told_before
from builder.components.speakers import able, gainsays, last_actor, source_of, unlisted
from builder.components.syntax import clause_of, is_passive, subject_of, tokens_with
from builder.components.telling import speaks_next
from builder.model import EventKind, Modality, Role
from builder.patterns import load

WORDS = load("attribution")
SAY = frozenset(WORDS["say"])
QUOTE = frozenset(WORDS["quote_with"])
CHARGE = frozenset(WORDS["charge"])
STATE = frozenset(load("triggers")["state_actors"])
OWN = frozenset(("its", "their", "our", "his", "her"))
TOPICS = frozenset(WORDS["topics"])  # prepositions that say first what a sentence is about
NOBODY = frozenset(WORDS["nobody"])
SPOKEN_FRAMES = frozenset(("claim", "deny", "accuse"))
TOLD_AS_DONE = frozenset((Modality.ASSERTED, Modality.ALLEGED))


def attribute(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions with every statement among them."""
    mentions: tuple[EventMention, ...] = doc._.event_mentions
    told = {event.trigger.token: event for event in mentions if event.trigger.kind is not EventKind.STATEMENT}
    made = (event for event in mentions if event.trigger.frame in SPOKEN_FRAMES)
    completed = [found for event in made if (found := _completed(doc, event, told)) is not None]
    spoken = [event for event in completed if not answers_other_charge(doc, event, completed)]
    spoken += _of_blame(doc, told)
    spoken += _of_verbs(doc, told, {event.trigger.token for event in mentions})
    spoken += _according_to(doc, told)
    spoken += [*echoed(doc, spoken), *_quoted(doc, told, spoken)]
    return tuple(sorted((*told.values(), *spoken), key=lambda event: event.trigger.token))


# What is said, and by whom


def _of_verbs(doc: Doc, told: Told, taken: set[int]) -> Iterator[EventMention]:
    """The statements of verbs of saying that are no triggers of their own."""
    for verb in tokens_with(doc, "POS", "VERB"):
        if not (verb.lemma_.lower() in SAY or gives_toll(verb)) or verb.i in taken or says_nobody(verb):
            continue
        speaker = _speaker(doc, verb)
        about = [event for head in said(verb) for event in below(head, told)] or told_before(verb, told)
        if speaker is not None and (clause := disowned(verb)) is not None and clause.i not in taken:
            denied = [i for i in about if told[i].trigger.kind is EventKind.ATTACK]
            if denied or (denied := _last_attack(told, verb.i)):
                yield _statement(verb.i, speaker, denied, "DenialOfResponsibility", "deny")
                continue
        if speaker is None or not about:
            continue
        own = [event for event in about if is_own(doc, told[event], verb, speaker)]
        untold = any(child.dep_ == "neg" for child in verb.lefts)  # "did *not* say where he would attack"
        announced = [event for event in own if is_announced(doc, told[event]) and not untold]
        if announced:  # "said it would target tourists", "“We will attack,” he said"
            told.update((event, _threatened(told[event], speaker)) for event in announced)
            averting = [i for event in announced for i in _averting(doc[event], told)]
            told.update((i, replace(told[i], modality=Modality.DEMANDED)) for i in averting)
            yield _threat(verb.i, speaker, announced, averting)
            continue
        admitted = [event for event in own if told[event].modality is Modality.ASSERTED]
        charged = [event for event in about if _is_charged(doc, told[event], verb, speaker)]
        if admitted:  # "said it was behind the attack"
            yield _statement(verb.i, speaker, admitted, "ClaimOfResponsibility", "claim")
        elif any(told[event].modality is Modality.DENIED for event in own):  # "said it had not fired"
            yield _statement(verb.i, speaker, own, "DenialOfResponsibility", "deny")
        elif charged:
            yield _accusation(verb.i, speaker, charged, told)
        else:
            yield _statement(verb.i, speaker, about, _kind(about, told, verb.sent), "say")


def _of_blame(doc: Doc, told: Told) -> Iterator[EventMention]:
    """The statements that say of an attack told before who did it: "said the rebels *were responsible*"."""
    for saying, subject, reach in find_blame(doc):
        speaker, accused = _speaker(doc, saying), able(doc, subject)
        about = [i for i in _last_attack(told, subject.i) if i >= reach]
        if speaker is None or accused is None or not about:
            continue
        if accused.is_pronoun or any(token.lower_ in OWN for token in subject.lefts):
            yield _statement(saying.i, speaker, about, "ClaimOfResponsibility", "claim")
        else:
            statement = _statement(saying.i, speaker, about, "Accusation", "accuse")
            yield replace(statement, roles=(*statement.roles, RoleFiller(Role.ACCUSED, accused.root)))


def _speaker(doc: Doc, verb: Token) -> int | None:
    """The token of who speaks: whom "quoted" quotes, the agent of a passive, else the subject."""
    passive = is_passive(verb)
    if verb.lemma_.lower() in QUOTE and not passive:
        quoted = next((child for child in verb.rights if child.dep_ == "dobj"), None)
        source = able(doc, quoted)
        if source is not None:
            return source.root
    if passive:
        agent = able(doc, next((filler for slot, filler in prepositional(verb) if slot == "by"), None))
        return None if agent is None else agent.root
    subject = nearest_subject(verb)
    return None if subject is None else _speaking_subject(doc, subject)


def _speaking_subject(doc: Doc, subject: Token) -> int | None:
    """The token of who speaks in a subject: an actor, else a country, else another place."""
    # In "X, Y, the army said" the parser coordinates the places told of with the one who tells.
    # … but "Jundullah, *a splinter group*, said": what is told of the subject is no other speaker
    apposed = (child for child in subject.rights if child.dep_ == "appos" and not _is_described(doc, child))
    found = (able(doc, token) for token in (subject, *subject.conjuncts, *apposed))
    speaking = [mention for mention in found if mention is not None]
    actors = [mention for mention in speaking if mention.category is Category.ACTOR]
    best = actors[-1:] or [mention for mention in speaking if mention.type == "country"] or speaking
    speaker = best[0] if best else source_of(doc, subject) or unlisted(doc, subject)
    return None if speaker is None else speaker.root


def _is_described(doc: Doc, noun: Token) -> bool:
    described = any(child.lower_ in ("a", "an") for child in noun.lefts)
    return described and not speaks_next(doc, noun.left_edge.i, noun.i + 1)


def _threatened(event: EventMention, speaker: int) -> EventMention:
    known = event.fillers(Role.PERPETRATOR)
    actor = () if known else (RoleFiller(Role.PERPETRATOR, speaker),)
    return replace(event, roles=(*event.roles, *actor), modality=Modality.THREATENED)


def _averting(attack: Token, told: Mapping[int, EventMention]) -> Iterator[int]:
    """What is to be done to avert an attack: "would kill them unless the army *withdrew*"."""
    clauses = (child.i for child in attack.rights if is_condition(child) and child.i in told)
    return (i for i in clauses if told[i].trigger.kind in (EventKind.MOVEMENT, EventKind.EVENT))


def _threat(token: int, speaker: int, threatened: Sequence[int], demanded: Sequence[int]) -> EventMention:
    return EventMention(
        Trigger(token, EventKind.WARNING, "Threat", "threaten", "say"),
        roles=(RoleFiller(Role.ISSUER, speaker),),
        links=(
            *((Role.THREATENS, event) for event in threatened),
            *((Role.DEMANDS, event) for event in demanded),
        ),
        types=("Threat",),
    )


def _is_charged(doc: Doc, event: EventMention, verb: Token, speaker: int) -> bool:
    """Whether somebody else is charged with an attack: "*alleged* that", "said it was the *work of*"."""
    others = set(event.fillers(Role.PERPETRATOR)) - {speaker}
    if event.trigger.kind is not EventKind.ATTACK or not others or event.modality is Modality.DENIED:
        return False
    trigger = doc[event.trigger.token]
    predicate = trigger.dep_ in SUBJECTS and any(child.lower_ == "work" for child in trigger.head.rights)
    behind = trigger.head.lower_ == "behind" or trigger.head.head.lower_ in ("responsible", "blame")
    return verb.lemma_.lower() in CHARGE or predicate or behind


def _accusation(token: int, speaker: int, about: Sequence[int], told: Told) -> EventMention:
    """The statement of who charges others, told in what is said, with attacks."""
    statement = _statement(token, speaker, about, "Accusation", "accuse")
    return replace(statement, roles=(*statement.roles, *_accused(about, told)))


def _accused(about: Iterable[int], told: Told) -> Iterator[RoleFiller]:
    """Those who are told to have done what is said: "suspect that *rebels* were behind the raid"."""
    actors = dict.fromkeys(root for event in about for root in told[event].fillers(Role.PERPETRATOR))
    return (RoleFiller(Role.ACCUSED, root) for root in actors)


def _statement(token: int, speaker: int, about: Sequence[int], kind: str, frame: str) -> EventMention:
    return EventMention(
        Trigger(token, EventKind.STATEMENT, kind, frame, "say"),
        roles=(RoleFiller(Role.SPEAKER, speaker),),
        links=tuple((Role.ABOUT, event) for event in dict.fromkeys(about)),
        types=(kind,),
    )


def _kind(about: Sequence[int], told: Told, sentence: Span) -> str:
    """TollReport where a figure of casualties is among what a sentence says, else Announcement."""
    tolls = (toll for event in about for toll in told[event].tolls)
    counts = any(sentence.start <= toll.start < sentence.end for toll in tolls)
    return "TollReport" if counts else "Announcement"


def _according_to(doc: Doc, told: Told) -> Iterator[EventMention]:
    for token in tokens_with(doc, "LOWER", "according"):
        if token.head.i == token.i:
            continue
        source = next((filler for _, filler in prepositional(token)), None) or _object_of_to(token)
        speaker = able(doc, source) or (None if source is None else source_of(doc, source))
        own = {below.i for below in token.subtree}
        clause = clause_of(token) or token.sent.root
        about = [event for event in below(clause, told) if event not in own]
        if speaker is not None and about:
            yield _statement(token.i, speaker.root, about, _kind(about, told, token.sent), "say")


def _object_of_to(token: Token) -> Token | None:
    return next((below for child in token.rights for below in child.children if below.dep_ == "pobj"), None)


# Quotations


def _quoted(doc: Doc, told: Told, spoken: Sequence[EventMention]) -> Iterator[EventMention]:
    """Statements of quoted sentences that name no speaker: the last one goes on."""
    for sentence in sentences_in_quotations(doc):
        inside = range(sentence.start, sentence.end)
        if any(statement.trigger.token in inside for statement in spoken):
            continue
        about = [event for event in inside if event in told]
        before = (s for s in spoken if s.trigger.token < sentence.start and s.fillers(Role.SPEAKER))
        last = max(before, key=lambda statement: statement.trigger.token, default=None)
        if about and last is not None:
            token = next((i for i in inside if doc[i].is_alpha and i not in told), sentence.start)
            speaker = last.fillers(Role.SPEAKER)[0]
            yield _statement(token, speaker, about, _kind(about, told, sentence), "quote")


# Claims, denials and accusations


def _completed(doc: Doc, statement: EventMention, told: Told) -> EventMention | None:
    """A claim, denial or accusation with its events; None where nobody makes it or nothing is denied."""
    about = _implied(doc, statement, told)
    statement = _with_speaker(doc, statement)
    token = doc[statement.trigger.token]
    charges = token.pos_ == "VERB" or any(child.dep_ == "acl" for child in token.rights)
    if statement.trigger.frame == "accuse" and charges and not statement.fillers(Role.ACCUSED):
        statement = replace(statement, roles=(*statement.roles, *_accused(about, told)))
    named = [bool(statement.fillers(Role.SPEAKER)), bool(about)]
    if statement.trigger.frame == "accuse":  # "the army was blamed for", "accused the army of lies"
        named.append(bool(statement.fillers(Role.ACCUSED)))
    # Two of a statement's parts make it one; a claim or denial has no third.
    if sum(named) < 2 or is_by_nobody(doc, statement):
        return None
    if statement.trigger.frame == "deny":
        told.update((i, replace(told[i], modality=Modality.DENIED)) for i in _topics(doc, statement, told))
    return replace(statement, links=tuple((Role.ABOUT, event) for event in about))


def _topics(doc: Doc, denial: EventMention, told: Told) -> list[int]:
    """The attacks that a denial names first: "*As to* the *raid* on the camp, the army denies it"."""
    openings = (child for child in doc[denial.trigger.token].lefts if child.lower_ in TOPICS)
    inside = {below.i for opening in openings for below in opening.subtree}
    return [i for i in inside.intersection(told) if told[i].trigger.kind is EventKind.ATTACK]


def _last_attack(told: Told, before: int) -> list[int]:
    """The attack told last, as done, before a token: none or one."""
    attacks = (i for i, event in told.items() if event.trigger.kind is EventKind.ATTACK and i < before)
    return [i for i in attacks if told[i].modality in TOLD_AS_DONE][-1:]


def _with_speaker(doc: Doc, statement: EventMention) -> EventMention:
    """A claim, denial or accusation with its speaker where only a text or an unlisted noun makes it."""
    verb = doc[statement.trigger.token]
    if gainsays(verb):
        others = tuple(filler for filler in statement.roles if filler.role is not Role.SPEAKER)
        actor = last_actor(verb)
        own = () if actor is None else (RoleFiller(Role.SPEAKER, actor.root),)
        return replace(statement, roles=(*own, *others))
    if statement.fillers(Role.SPEAKER) or verb.pos_ != "VERB" or is_passive(verb):
        return statement
    subject = subject_of(verb)
    speaker = None if subject is None else source_of(doc, subject) or unlisted(doc, subject)
    if speaker is None:
        return statement
    return replace(statement, roles=(RoleFiller(Role.SPEAKER, speaker.root), *statement.roles))


def _implied(doc: Doc, statement: EventMention, told: Told) -> list[int]:
    """The events of a claim, denial or accusation: under its trigger, else the last attack told before it."""
    token = doc[statement.trigger.token]
    attacks = [i for i, event in told.items() if event.trigger.kind is EventKind.ATTACK]
    who = {below.i for child in token.lefts if child.dep_ in SUBJECTS for below in child.subtree}
    who |= {i for root in statement.fillers(Role.ACCUSED) for i in _told_aside(doc[root])}
    below = [below.i for below in own_words(token) if below.i in attacks and below.i not in who]
    linked = [event for role, event in statement.links if role is Role.ABOUT and event in told]
    if token.dep_ == "relcl" and token.head.i in attacks:  # "a *killing* for which the group took credit"
        linked, below = [token.head.i], []
    if linked or below:
        return list(dict.fromkeys(linked + below))
    others = [below.i for below in own_words(token) if below.i in told and below.i not in who]
    if statement.trigger.frame == "deny" and others:
        return others  # "denied rumours that it would withdraw its staff": that, and no attack
    if statement.trigger.frame == "deny" and denies_aside(token):
        return [i for i in _last_attack(told, token.i) if i >= token.sent.start]
    if _is_of_other_thing(statement, token):
        return []
    above = [token, *(child for child in token.rights if child.dep_ == "dobj")]
    if any(child.dep_ == "pcomp" for word in above for prep in word.children for child in prep.children):
        return []  # "accuses it of arming rebels": of something that is no event of ours
    claimed = statement.trigger.frame == "claim" and not _is_of_state(doc, statement.fillers(Role.SPEAKER))
    # Nobody is blamed for what befell the attackers: "a bomber was shot. Police blamed the rebels".
    blamed = statement.trigger.frame == "accuse"
    fitting = {
        i: event
        for i, event in told.items()
        if not ((claimed and _is_on_the_armed(doc, event)) or (blamed and _harms_the_armed(doc, event)))
    }
    return _last_attack(fitting, token.i) or _last_attack({} if blamed else told, token.i)


def _is_of_other_thing(statement: EventMention, token: Token) -> bool:
    """Whether a denial or an accusation is of what is no attack."""
    frame = statement.trigger.frame
    return (frame == "deny" and denies_other(token)) or (frame == "accuse" and is_of_other(token))


def _is_of_state(doc: Doc, roots: Iterable[int]) -> bool:
    return any(doc._.mentions[root].type in STATE for root in roots)


def _is_on_the_armed(doc: Doc, event: EventMention) -> bool:
    """Whether the armed were the victims: "*four attackers were shot*. The Taliban claimed it"."""
    return (
        _harms_the_armed(doc, event)
        or _is_of_state(doc, event.fillers(Role.PERPETRATOR))
        or event.trigger.frame == "clash"
    )


def _harms_the_armed(doc: Doc, event: EventMention) -> bool:
    harmed = [doc._.mentions[root].type for root in event.fillers(Role.VICTIM) + event.fillers(Role.TARGET)]
    return bool(harmed) and all(each == "ArmedGroup" for each in harmed)


def _told_aside(accused: Token) -> Iterator[int]:
    """The words that only say who is accused: "suspect the group, *which has killed hundreds since 2013*"."""
    asides = (child for child in accused.rights if child.dep_ in ("relcl", "appos"))
    return (below.i for aside in asides for below in aside.subtree)


@Language.factory(
    "polemos_attribution",
    requires=[
        *("doc._.event_mentions", "doc._.mentions", "doc._.heads", "doc._.places", "doc._.triggers"),
        *("token.dep", "token.pos", "token.lemma", "doc.sents"),
    ],
    assigns=["doc._.event_mentions"],
)
def create_attribution(nlp: Language, name: str) -> "Attributor":
    """Make the component; it has no settings."""
    register_extensions()
    return Attributor()


class Attributor:
    """Adds statements to the event mentions; a speaker that the lexicon lacks becomes a mention."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = attribute(doc)
        return doc
