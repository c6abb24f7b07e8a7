"""Attribution: who says what of which event.

Verbs of saying with what they say below them, "according to", and quotations that run on over several
sentences give statements; so do claims, denials and accusations, whose event may be only implied ("no group
has claimed responsibility"). A statement links to its events by their triggers.
"""

from collections.abc import Iterator
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from builder.components.annotations import (
    Category,
    EntityMention,
    EventMention,
    RoleFiller,
    Trigger,
    register_extensions,
)
from builder.components.entities import mention_at, person_mention
from builder.components.syntax import is_passive, prepositional, subject_of
from builder.model import EventKind, Modality, Role
from builder.patterns import load

WORDS = load("attribution")
SAY = frozenset(WORDS["say"])
QUOTE = frozenset(WORDS["quote_with"])
INANIMATE = frozenset(WORDS["inanimate"])
NOBODY = frozenset(WORDS["nobody"])
RESPONSIBILITY = frozenset(WORDS["responsibility"])
TELLING = (EventKind.ATTACK, EventKind.MOVEMENT, EventKind.WARNING, EventKind.EVENT)
SPOKEN_FRAMES = ("claim", "deny", "accuse")


def can_speak(mention: EntityMention | None) -> bool:
    """Whether a mention is of somebody who can say something: an actor, or a place name that stands for one."""
    if mention is None or mention.number.exact == 0:
        return False
    return mention.category is Category.ACTOR or (mention.category is Category.PLACE and mention.name is not None)


def _speaker(doc: Doc, verb: Token) -> int | None:
    """The token of who speaks: whom "quoted" quotes, the agent of a passive, else the subject."""
    if verb.lemma_.lower() in QUOTE and not is_passive(verb):
        quoted = next((child for child in verb.rights if child.dep_ == "dobj"), None)
        if quoted is not None and can_speak(mention_at(doc, quoted)):
            return mention_at(doc, quoted).root  # type: ignore[union-attr]
    if is_passive(verb):
        agent = next((filler for slot, filler in prepositional(verb) if slot == "by"), None)
        spoken_by = None if agent is None else mention_at(doc, agent)
        return spoken_by.root if spoken_by is not None and can_speak(spoken_by) else None
    subject = subject_of(verb)
    if subject is None:
        return None
    # In "X, Y, the army said" the parser coordinates the places told of with the one who tells.
    apposed = [child for child in subject.rights if child.dep_ == "appos"]
    found = (mention_at(doc, token) for token in (subject, *subject.conjuncts, *apposed))
    able = [mention for mention in found if mention is not None and can_speak(mention)]
    actors = [mention for mention in able if mention.category is Category.ACTOR]
    best = actors[-1:] or [mention for mention in able if mention.type == "country"] or able[:1]
    return best[0].root if best else _unlisted(doc, subject)


def _unlisted(doc: Doc, subject: Token) -> int | None:
    """A speaker whom the lexicon lacks: a common noun that is no text."""
    unknown = subject.pos_ == "NOUN" and subject.i not in doc._.mentions and subject.i not in doc._.triggers
    if not unknown or subject.lemma_.lower() in INANIMATE:
        return None
    doc._.mentions[subject.i] = person_mention(subject)
    return subject.i


def _said(verb: Token) -> Iterator[Token]:
    """The heads of what a verb says: its clause, and an event noun that is its object."""
    for child in verb.children:
        if child.dep_ in ("ccomp", "xcomp", "parataxis", "dobj", "nsubjpass", "dep"):
            yield child
        elif child.dep_ in ("advcl",) and child.i < verb.i:
            yield child
        elif child.dep_ == "prep" and child.lower_ in ("of", "on", "about", "at", "as"):
            yield from (below for below in child.children if below.dep_ in ("pobj", "pcomp"))


def _below(head: Token, told: dict[int, EventMention]) -> list[int]:
    """The events whose triggers, or whose figures of casualties, are under a token."""
    inside = {token.i for token in head.subtree}
    counted = [i for i, e in told.items() if any(inside.issuperset(range(t.start, t.end)) for t in e.tolls)]
    return sorted({*(i for i in inside if i in told), *counted})


def _statement(token: int, speaker: int, about: list[int], kind: str, frame: str) -> EventMention:
    return EventMention(
        Trigger(token, EventKind.STATEMENT, kind, frame, "say"),
        roles=(RoleFiller(Role.SPEAKER, speaker),),
        links=tuple((Role.ABOUT, event) for event in dict.fromkeys(about)),
        types=(kind,),
    )


def _kind(about: list[int], told: dict[int, EventMention], first: int, last: int) -> str:
    """TollReport where a figure of casualties is among what is said, else Announcement."""
    tolls = (toll for event in about for toll in told[event].tolls)
    return "TollReport" if any(first <= toll.start < last for toll in tolls) else "Announcement"


def _of_verbs(doc: Doc, told: dict[int, EventMention], taken: set[int]) -> Iterator[EventMention]:
    for token in doc:
        if token.pos_ != "VERB" or token.lemma_.lower() not in SAY or token.i in taken:
            continue
        speaker = _speaker(doc, token)
        about = [event for head in _said(token) for event in _below(head, told)]
        if speaker is not None and about:
            sentence = token.sent
            admitted = [event for event in about if _is_own(doc, told[event], token)]
            if admitted:  # "said it was behind the attack"
                yield _statement(token.i, speaker, admitted, "ClaimOfResponsibility", "claim")
                continue
            kind = _kind(about, told, sentence.start, sentence.end)
            yield _statement(token.i, speaker, about, kind, "say")


def _is_own(doc: Doc, event: EventMention, verb: Token) -> bool:
    """Whether speakers tell of an attack of their own: its perpetrator is the pronoun below the verb of saying."""
    done = event.trigger.kind is EventKind.ATTACK and event.modality is Modality.ASSERTED
    actors = [doc._.mentions[root] for root in event.fillers(Role.PERPETRATOR)]
    return done and bool(actors) and all(a.noun == "pronoun" and a.root > verb.i for a in actors)


def _according_to(doc: Doc, told: dict[int, EventMention]) -> Iterator[EventMention]:
    for token in doc:
        if token.lower_ != "according" or token.head.i == token.i:
            continue
        source = next((filler for _, filler in prepositional(token)), None) or _object_of_to(token)
        speaker = None if source is None else mention_at(doc, source)
        if speaker is None or not can_speak(speaker):
            continue
        own = {below.i for below in token.subtree}
        about = [event for event in _below(_clause(token), told) if event not in own]
        if about:
            yield _statement(token.i, speaker.root, about, _kind(about, told, token.sent.start, token.sent.end), "say")


def _clause(token: Token) -> Token:
    """The verb of the clause that a phrase belongs to."""
    above = token.head
    while above.pos_ not in ("VERB", "AUX") and above.head.i != above.i:
        above = above.head
    return above


def _object_of_to(token: Token) -> Token | None:
    return next((below for child in token.rights for below in child.children if below.dep_ == "pobj"), None)


def _sentences_in_quotes(doc: Doc) -> Iterator[Span]:
    """Sentences that begin inside a quotation: opened there or running on from before."""
    inside = False
    for sentence in doc.sents:
        first = next((token for token in sentence if not token.is_space), None)
        if first is not None and (inside or first.text in ("“", '"', "«")):
            yield sentence
        for token in sentence:
            if token.text == '"':
                inside = not inside
            elif token.is_quote and token.text in "“”«»":
                inside = token.text in "“«"
        if "\n\n" in sentence.text and not inside:
            inside = False


def _quoted(doc: Doc, told: dict[int, EventMention], spoken: list[EventMention]) -> Iterator[EventMention]:
    """Statements of quoted sentences that name no speaker: the last one goes on."""
    for sentence in _sentences_in_quotes(doc):
        inside = range(sentence.start, sentence.end)
        if any(statement.trigger.token in inside for statement in spoken):
            continue
        about = [event for event in inside if event in told]
        before = [s for s in spoken if s.trigger.token < sentence.start and s.fillers(Role.SPEAKER)]
        if about and before:
            last = max(before, key=lambda statement: statement.trigger.token)
            kind = _kind(about, told, sentence.start, sentence.end)
            token = next((i for i in inside if doc[i].is_alpha and i not in told), sentence.start)
            yield _statement(token, last.fillers(Role.SPEAKER)[0], about, kind, "quote")


def _is_by_nobody(doc: Doc, statement: EventMention) -> bool:
    """Whether the sentence says that nobody has claimed: "no group", "no immediate claim"."""
    token = doc[statement.trigger.token]
    speakers = statement.fillers(Role.SPEAKER)
    if any(doc._.mentions[i].number.exact == 0 for i in speakers):
        return True
    subject = subject_of(token) if token.pos_ == "VERB" else token
    words = [] if subject is None else [subject.lower_, *(child.lower_ for child in subject.lefts)]
    negated = any(child.dep_ == "neg" for child in token.children)
    return negated or bool(NOBODY.intersection(words))


def _implied(doc: Doc, statement: EventMention, told: dict[int, EventMention]) -> list[int]:
    """The events of a claim, denial or accusation: under its trigger, else the last attack told before it."""
    token = doc[statement.trigger.token]
    attacks = [i for i, event in told.items() if event.trigger.kind is EventKind.ATTACK]
    below = [token.i for token in token.subtree if token.i in told and token.i in attacks]
    linked = [event for role, event in statement.links if role is Role.ABOUT and event in told]
    if linked or below:
        return list(dict.fromkeys(linked + below))
    if any(child.dep_ == "pcomp" for prep in token.children for child in prep.children):
        return []  # "accuses it of arming rebels": of something that is no event of ours
    before = [i for i in attacks if i < statement.trigger.token and _is_told_as_done(told[i])]
    return before[-1:]


def _is_told_as_done(event: EventMention) -> bool:
    return event.modality in (Modality.ASSERTED, Modality.ALLEGED)


def _completed(doc: Doc, statement: EventMention, told: dict[int, EventMention]) -> EventMention | None:
    """A claim, denial or accusation with its events; None where nobody makes it or nothing is denied."""
    about = _implied(doc, statement, told)
    unsaid = statement.trigger.frame == "accuse" and bool(about) and bool(statement.fillers(Role.ACCUSED))
    if _is_by_nobody(doc, statement) or not (statement.fillers(Role.SPEAKER) or unsaid):
        return None
    if statement.trigger.frame == "accuse" and not (about or statement.fillers(Role.ACCUSED)):
        return None
    if statement.trigger.frame != "accuse" and not about:
        return None
    return replace(statement, links=tuple((Role.ABOUT, event) for event in about))


def _answers_other_charge(statement: EventMention, others: list[EventMention]) -> bool:
    """Whether a denial answers an accusation, told just before, of something that is no event of ours."""
    if statement.trigger.frame != "deny":
        return False
    accused = set(statement.fillers(Role.SPEAKER))
    return any(o.trigger.frame == "accuse" and not o.links and accused & set(o.fillers(Role.ACCUSED)) for o in others)


def attribute(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions with every statement among them."""
    mentions: tuple[EventMention, ...] = doc._.event_mentions
    told = {event.trigger.token: event for event in mentions if event.trigger.kind in TELLING}
    made = [event for event in mentions if event.trigger.frame in SPOKEN_FRAMES]
    completed = [found for event in made if (found := _completed(doc, event, told)) is not None]
    completed = [event for event in completed if not _answers_other_charge(event, completed)]
    spoken = [*completed, *_of_verbs(doc, told, {event.trigger.token for event in mentions}), *_according_to(doc, told)]
    spoken += list(_quoted(doc, told, spoken))
    return tuple(sorted([*told.values(), *spoken], key=lambda event: event.trigger.token))


@Language.factory(
    "polemos_attribution",
    requires=["doc._.event_mentions", "doc._.mentions", "doc._.triggers", "token.dep"],
    assigns=["doc._.event_mentions"],
)
def create_attribution(nlp: Language, name: str) -> "Attributor":
    """Make the component; it has no settings."""
    register_extensions()
    return Attributor()


class Attributor:
    """Adds statements to the event mentions."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = attribute(doc)
        return doc
