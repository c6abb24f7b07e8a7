"""Incidents of reports in capitals, as the trained model reads them from the whole text.

The parser and the names of the small model depend on capitals that mean something. Where a text has none but
capitals, as teleprinters wrote, the rules misread it; the trained model was taught on such texts, and leads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from builder.components.annotations import (
    Category,
    EntityMention,
    EventMention,
    Incident,
    Name,
    RoleFiller,
    TimeMention,
    Trigger,
    register_extensions,
)
from builder.components.reader import Learned, Learnings, is_in_capitals
from builder.model import ActorKind, EventKind, Modality, Role
from builder.patterns import load

WORDS = load("report_incidents")
TYPES: dict[str, str | None] = WORDS["types"]
ROLES = {label: Role(role) for label, role in WORDS["roles"].items()}
TRIGGERS = frozenset(WORDS["triggers"])
ARTICLES = frozenset(("the", "a", "an"))
NAMED = frozenset(("Organization", "Victim"))
# Together the occurrences of a filler must be so probable, each counted for nine tenths: they are not
# independent. Of 0.5 to 0.8 the best F1 on a development set.
SURE, WEIGHT = 0.65, 0.9


def fillers(doc: Doc, learned: Learnings) -> tuple[Learned, ...]:
    """What the model reads as taking part in incidents, of what it is sure."""
    named = [(_identity(doc, each), each) for each in learned.roles]
    doubt: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    for identity, each in named:
        doubt[identity] *= 1 - WEIGHT * each.probability
    return tuple(each for identity, each in named if 1 - doubt[identity] >= SURE)


def _identity(doc: Doc, learned: Learned) -> tuple[str, str]:
    words = (token.lower_ for token in doc[learned.start : learned.end] if token.is_alpha)
    return learned.label, " ".join(words)


def with_fillers(doc: Doc, rules: dict[int, EntityMention]) -> dict[int, EntityMention]:
    """The mentions of a text; of one in capitals what takes part in incidents, and the rules' places."""
    learned: Learnings | None = doc._.learned
    if learned is None or not learned.incidents or not is_in_capitals(doc):
        return rules
    found = {each.end - 1: _mention(doc, each) for each in fillers(doc, learned)}
    if not found:
        return rules
    taken = {i for mention in found.values() for i in range(mention.start, mention.end)}
    places = (each for each in rules.values() if each.category is Category.PLACE)
    free = {each.root: each for each in places if taken.isdisjoint(range(each.start, each.end))}
    return dict(sorted({**found, **free}.items()))


def _mention(doc: Doc, learned: Learned) -> EntityMention:
    start, end = _trimmed(doc, learned)
    last = doc[end - 1].lower_
    plural = last.endswith(("s", "men", "people")) or learned.label == "Victims"
    category, kind = Category.ACTOR, None
    match learned.label:
        case "Organization":
            kind = ActorKind.ORGANIZATION
        case "Victim":
            kind = ActorKind.PERSON
        case "Individual" | "Victims":
            kind = ActorKind.GROUP if plural else ActorKind.PERSON
        case "Target":
            category = Category.FACILITY
        case _:
            category = Category.WEAPON
    return EntityMention(
        start=start,
        end=end,
        root=learned.end - 1,
        category=category,
        label=doc[start:end].text,
        kind=kind,
        name=Name(start, end) if learned.label in NAMED else None,
        plural=plural,
    )


def _trimmed(doc: Doc, learned: Learned) -> tuple[int, int]:
    """A stretch without quotes, spaces and articles around it."""
    start, end = learned.start, learned.end
    while start < end - 1 and (doc[start].lower_ in ARTICLES or _is_around(doc[start])):
        start += 1
    while end - 1 > start and _is_around(doc[end - 1]):
        end -= 1
    return start, end


def _is_around(token: Token) -> bool:
    return token.is_punct or token.is_space


def with_report_incidents(doc: Doc) -> tuple[Incident, ...]:
    """The incidents of a document; in one in capitals the attacks are those that the model reads."""
    incidents: tuple[Incident, ...] = doc._.incidents
    learned: Learnings | None = doc._.learned
    if learned is None or not is_in_capitals(doc):
        return incidents
    place: dict[int, int] = {}
    kept: list[Incident] = []
    for k, each in enumerate(incidents):
        if each.kind is not EventKind.ATTACK:
            place[k] = len(kept)
            kept.append(each)
    linked = [
        replace(each, links=tuple((role, place[k]) for role, k in each.links if k in place)) for each in kept
    ]
    return (*linked, *_incidents(doc, learned))


def _incidents(doc: Doc, learned: Learnings) -> Iterator[Incident]:
    """One incident for each type that the report tells of, with what takes part in it."""
    free = [each.start for each in learned.triggers if each.label in TRIGGERS]
    found = fillers(doc, learned)
    for name, probability in learned.incidents.items():
        own = [each for each in found if _takes_part(each, name, learned.incidents)]
        if not own:
            continue
        token = _trigger(own, free)
        around = [doc[token].sent, *(doc[each.start].sent for each in own)]
        concept = TYPES[name]
        types = (concept,) if concept else ()
        roles = dict.fromkeys(
            (
                *(RoleFiller(ROLES[each.label], each.end - 1) for each in own if each.label in ROLES),
                *(RoleFiller(Role.LOCATION, place) for place in _place(doc, around)),
            )
        )
        weapons = tuple(each.end - 1 for each in own if each.label == "Weapon")
        trigger = Trigger(token, EventKind.ATTACK, concept, "report", doc[token].lemma_)
        mention = EventMention(trigger, tuple(roles), weapons, times=_time(doc, around), types=types)
        yield Incident((mention,), Modality.ASSERTED, types, tuple(roles), confidence=probability)


def _takes_part(learned: Learned, name: str, told: Mapping[str, float]) -> bool:
    """Whether a filler is of an incident of a type, of those that are told the most probable."""
    likely = [kind for kind in learned.kinds if kind in told] or [max(told, key=lambda kind: told[kind])]
    return name in likely


def _trigger(own: Iterable[Learned], free: list[int]) -> int:
    """The word that tells of an incident: the free trigger nearest to who takes part, else one of them."""
    places = [each.start for each in own]
    if not free:
        return places[0]
    nearest = min(free, key=lambda token: min(abs(token - place) for place in places))
    free.remove(nearest)
    return nearest


def _place(doc: Doc, sentences: Iterable[Span]) -> tuple[int, ...]:
    """The first place, by its head, that is named in the first of some sentences that name one."""
    places = [each.root for each in doc._.mentions.values() if each.category is Category.PLACE]
    found = (root for sentence in sentences for root in places if sentence.start <= root < sentence.end)
    return tuple(islice(found, 1))


def _time(doc: Doc, sentences: Iterable[Span]) -> tuple[TimeMention, ...]:
    """The first day that is told in the first of some sentences that tell one."""
    times: tuple[TimeMention, ...] = doc._.times
    found = (
        time
        for sentence in sentences
        for time in times
        if sentence.start <= time.start < sentence.end and time.moment is not None and time.moment.day
    )
    return tuple(islice(found, 1))


@Language.factory(
    "polemos_report_incidents",
    requires=["doc._.incidents", "doc._.learned", "doc._.mentions", "doc._.times", "doc.sents"],
    assigns=["doc._.incidents"],
)
def create_report_incidents(nlp: Language, name: str) -> "ReportIncidentReader":
    """Make the component; it has no settings."""
    register_extensions()
    return ReportIncidentReader()


class ReportIncidentReader:
    """Writes `doc._.incidents` again, for texts in capitals."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.incidents = with_report_incidents(doc)
        return doc
