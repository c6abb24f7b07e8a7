"""Incidents of reports in capitals, as the trained model reads them from the whole text.

The parser and the names of the small model depend on capitals that mean something. Where a text has none but
capitals, as teleprinters wrote, the rules misread it; the trained model was taught on such texts, and leads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

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
EDGES = frozenset(WORDS["edges"])
HIT = frozenset(("Victim", "Victims", "Target"))
# Reports with more days are chronicles, in which a day is said of what follows it or of what is before it.
MOST_DAYS = 4
OPENING, CLOSING = frozenset("(["), frozenset(")]")
NAMED = frozenset(("Organization", "Victim"))
# Together the occurrences of a filler must be so probable, each counted for nine tenths: they are not
# independent. Of 0.5 to 0.8 the best F1 on a development set.
SURE, WEIGHT = 0.65, 0.9


def fillers(doc: Doc, learned: Learnings) -> tuple[Learned, ...]:
    """What the model reads as taking part in incidents, of what it is sure."""
    trimmed = (trim(doc, each) for each in learned.roles)
    named = [(_identity(doc, each), each) for each in trimmed if each.start < each.end]
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
    start, end = learned.start, learned.end
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
        root=end - 1,
        category=category,
        label=doc[start:end].text,
        kind=kind,
        name=Name(start, end) if learned.label in NAMED else None,
        plural=plural,
    )


def trim(doc: Doc, learned: Learned) -> Learned:
    """A stretch without what is no name around it: quotes, spaces, articles, half of a pair of brackets."""
    start, end = _without_edges(doc, learned.start, learned.end)
    halves = (i for i in range(start, end) if doc[i].text in OPENING and not _closes(doc[i:end]))
    start, end = _without_edges(doc, start, next(halves, end))
    return replace(learned, start=start, end=end)


def _closes(stretch: Span) -> bool:
    return any(token.text in CLOSING for token in stretch)


def _without_edges(doc: Doc, start: int, end: int) -> tuple[int, int]:
    while start < end and _is_around(doc[start]):
        start += 1
    while end > start and _is_around(doc[end - 1]):
        end -= 1
    return start, end


def _is_around(token: Token) -> bool:
    return token.is_punct or token.is_space or token.lower_ in EDGES


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
    """One incident for each type that the report tells of, and each of its days, with what takes part."""
    free = [each.start for each in learned.triggers if each.label in TRIGGERS]
    found = fillers(doc, learned)
    for name, probability in learned.incidents.items():
        own = [each for each in found if _takes_part(each, name, learned.incidents)]
        for part in _by_day(doc, own) if own else ():
            yield _incident(doc, TYPES[name], part, free, probability)


def _incident(
    doc: Doc, concept: str | None, own: Sequence[Learned], free: list[int], probability: float
) -> Incident:
    hit = [each for each in own if each.label in HIT] or own
    token = _trigger(hit, free)
    around = [doc[token].sent, *(doc[each.start].sent for each in hit)]
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
    return Incident((mention,), Modality.ASSERTED, types, tuple(roles), confidence=probability)


def _by_day(doc: Doc, own: Sequence[Learned]) -> list[list[Learned]]:
    """Who and what takes part in attacks of one type, apart for each day on which somebody else is hit.

    A day counts until the next that is told; perpetrators are of all days.
    """
    acting = [each for each in own if ROLES.get(each.label) is Role.PERPETRATOR]
    parts: list[list[Learned]] = []
    day: tuple[TimeMention, ...] = ()
    known: set[tuple[str, str]] = set()
    for each in sorted((each for each in own if each not in acting), key=lambda one: one.start):
        told = _time(doc, [doc[each.start].sent])
        is_new = each.label in HIT and _identity(doc, each) not in known
        if not parts or (is_new and day and told and told[0].moment != day[0].moment):
            parts.append([])
            day = told
        day = day or told
        known.add(_identity(doc, each))
        parts[-1].append(each)
    whole = not 1 < len(parts) <= MOST_DAYS
    return [list(own)] if whole else [part + acting for part in parts]


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
    """The first place, by its head, in the first of some sentences that name one, else the report's first.

    Only places of a country that is known: in capitals any word may be taken for a name. On a development set
    the country was right for 74 % of incidents, against 44 % with all places and none from elsewhere.
    """
    known = [root for root, link in sorted(doc._.places.items()) if link.country]
    near = (root for sentence in sentences for root in known if sentence.start <= root < sentence.end)
    return tuple(islice(chain(near, known), 1))


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
    requires=[
        "doc._.incidents",
        "doc._.learned",
        "doc._.mentions",
        "doc._.places",
        "doc._.times",
        "doc.sents",
    ],
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
