"""Parts of tolls: of whom among the dead or wounded a text says more.

"Killed 12 people, *including three children*", "27 were hurt, *among them two nurses*", "*twelve guards and a
girl were among the dead*": each is a figure of its own for the event of the whole, and a victim of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from builder.components.annotations import (
    EntityMention,
    EventMention,
    Quantity,
    RoleFiller,
    Toll,
)
from builder.components.complements import coordinated
from builder.components.parse_labels import SUBJECTS
from builder.components.quantities import quantity_at
from builder.components.syntax import tokens_with
from builder.model import ActorKind, EventKind, Outcome, Role
from builder.patterns import load

WORDS = load("casualties")
# What befell those "among the dead"; the victims of an attack are its dead.
AMONG_WHOM = {word: Outcome(name) for word, name in WORDS["words"].items()} | {"victims": Outcome.KILLED}
WHOLES = frozenset(WORDS["wholes"])  # "among *them*"
NEAR = 12  # tokens between the figure of a whole and "including": "killed 12 in a raid on X, including"
AHEAD = 8  # tokens between "among them" and the noun: "among them were at least two elderly women"
PEOPLE = frozenset((ActorKind.PERSON, ActorKind.GROUP))
MODIFYING = frozenset(("amod", "compound", "nmod", "poss"))
HARMED = frozenset((Outcome.KILLED, Outcome.INJURED))

Part = tuple[int, Outcome, EntityMention]  # the position of the event, what befell them, who


def with_parts(doc: Doc, events: Sequence[EventMention]) -> list[EventMention]:
    """The event mentions with the figures of the parts of their tolls, and with those counted as victims."""
    found = list(events)
    for host, toll in _counted_of(doc, events):
        found[host] = replace(found[host], tolls=(*found[host].tolls, toll))
    for host, outcome, mention in (*_parts(doc, events), *_members(doc, events)):
        found[host] = _with_part(found[host], outcome, mention)
    return found


def _with_part(event: EventMention, outcome: Outcome, mention: EntityMention) -> EventMention:
    """An event mention with one part of its toll, unless its words gave it already."""
    is_victim = outcome in HARMED and mention.root not in event.fillers(Role.VICTIM)
    roles = (RoleFiller(Role.VICTIM, mention.root),) if is_victim else ()
    told = any(toll.victim == mention.root for toll in event.tolls)
    uncounted = mention.number == Quantity() or mention.number.exact == 0
    toll = Toll(mention.start, mention.end, outcome, mention.number, mention.root)
    tolls = () if told or uncounted else (toll,)
    return replace(event, roles=(*event.roles, *roles), tolls=(*event.tolls, *tolls))


def _parts(doc: Doc, events: Sequence[EventMention]) -> Iterator[Part]:
    """Those after "including" and "among them", by the figure that stands before."""
    for cue in tokens_with(doc, "LOWER", "including", "among"):
        if cue.lower_ == "among" and doc[min(cue.i + 1, len(doc) - 1)].lower_ not in WHOLES:
            continue
        whole = _whole_before(doc, cue, events)
        first = None if whole is None else _first_person(doc, cue)
        if whole is not None and first is not None:
            yield from ((*whole, mention) for mention in _people(doc, first))


def _counted_of(doc: Doc, events: Sequence[EventMention]) -> Iterator[tuple[int, Toll]]:
    """The figures of parts that only a numeral tells: "38 tourists, *30 of them* Britons"."""
    for of in tokens_with(doc, "LOWER", "of"):
        numeral = doc[max(0, of.i - 1)]
        taken_up = of.i + 2 < len(doc) and doc[of.i + 1].lower_ in ("them", "whom")
        taken_up = taken_up and doc[of.i + 2].pos_ != "ADV"  # "one of them *seriously*" tells of no others
        number = quantity_at(numeral) if taken_up and numeral.like_num else Quantity()
        whole = None if number == Quantity() else _whole_before(doc, numeral, events)
        people = doc._.mentions.get(numeral.head.i) if numeral.head.i > of.i + 1 else None
        end, root = (of.i + 2, None) if people is None else (people.end, people.root)
        if whole is not None:
            yield whole[0], Toll(numeral.i, end, whole[1], number, root)


def _whole_before(doc: Doc, cue: Token, events: Sequence[EventMention]) -> tuple[int, Outcome] | None:
    """The event and the outcome of the figure told last before a token, in its sentence or the one before."""
    opens = all(not token.is_alpha for token in doc[cue.sent.start : cue.i])
    first = doc[max(0, cue.sent.start - 1)].sent.start if opens else max(cue.sent.start, cue.i - NEAR)
    before = [
        (_told_at(toll), k, toll.outcome)
        for k, event in enumerate(events)
        for toll in event.tolls
        if first < _told_at(toll) <= cue.i and toll.number.exact != 0
    ]
    return max(before)[1:] if before else None


def _told_at(toll: Toll) -> int:
    """Where those of a toll are told: "*seven men*, including two nurses, *lost their lives*"."""
    return toll.end if toll.victim is None else toll.victim + 1


def _first_person(doc: Doc, cue: Token) -> Token | None:
    """The first people told of after a token, before anything else that is named."""
    mentions: dict[int, EntityMention] = doc._.mentions
    following = range(cue.i + 1, min(cue.i + AHEAD, cue.sent.end))
    first = next((i for i in following if i in mentions and _is_told_of(doc[i], mentions[i])), None)
    return None if first is None or mentions[first].kind not in PEOPLE else doc[first]


def _is_told_of(token: Token, mention: EntityMention) -> bool:
    return not mention.is_pronoun and token.dep_ not in MODIFYING


def _members(doc: Doc, events: Sequence[EventMention]) -> Iterator[Part]:
    """Those who "were among the dead", and those of whom it is said that "among the dead were" they."""
    for among in tokens_with(doc, "LOWER", "among"):
        verb = among.head
        words = [token.lower_ for token in doc[among.i + 1 : among.i + 3]]
        outcome = AMONG_WHOM.get(words[-1]) if words[:1] in (["the"], ["those"]) else None
        host = None if outcome is None or verb.lemma_ != "be" else _attack_near(doc, among, events)
        if outcome is None or host is None:
            continue
        for subject in (child for child in verb.children if child.dep_ in SUBJECTS | {"attr"}):
            yield from ((host, outcome, mention) for mention in _people(doc, subject))


def _attack_near(doc: Doc, token: Token, events: Sequence[EventMention]) -> int | None:
    """The attack told last before the end of a sentence."""
    attacks = (k for k, event in enumerate(events) if event.trigger.kind is EventKind.ATTACK)
    before = [k for k in attacks if events[k].trigger.token < token.sent.end]
    return before[-1] if before else None


def _people(doc: Doc, first: Token) -> Iterator[EntityMention]:
    """The people of a list that begins at a token; no pronouns, for whom the list itself tells."""
    mentions: dict[int, EntityMention] = doc._.mentions
    for token in coordinated(first):
        mention = mentions.get(token.i)
        if mention is not None and mention.kind in PEOPLE and not mention.is_pronoun:
            yield mention
