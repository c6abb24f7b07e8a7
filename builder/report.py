"""From a spaCy document to a `Report`: with `builder.nodes`, the only reader of what our components wrote on it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import Category, EventMention, Incident, TimeMention, Toll
from builder.model import (
    Argument,
    Article,
    Basis,
    Casualties,
    Damage,
    Event,
    EventKind,
    Modality,
    Moment,
    Report,
    Role,
    Span,
    Weapon,
)
from builder.nodes import Nodes

# Documents that pass through the pipeline together: enough to fill the matrices of a small model, few enough
# that memory stays flat and that progress shows.
BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class ExtractionFailure:
    """An article that the pipeline could not read, and why."""

    article: Article
    reason: str


def extract(nlp: Language, articles: Iterable[Article]) -> Iterator[Report | ExtractionFailure]:
    """Read each article with the pipeline, in order; one that fails is a value, and the next is read."""
    failed: list[ExtractionFailure] = []

    def keep_failure(name: str, component: Any, docs: list[Doc], error: Exception) -> None:
        failed.extend(ExtractionFailure(doc._.article, f"{name}: {error!r}") for doc in docs)

    # Not set_error_handler: it also sets an attribute that the compiled parser of spaCy 3.8 does not have.
    nlp.default_error_handler = keep_failure
    for doc in nlp.pipe((prepare(nlp, article) for article in articles), batch_size=BATCH):
        yield from failed
        failed.clear()
        yield read_report(doc)
    yield from failed


def prepare(nlp: Language, article: Article) -> Doc:
    """The tokens of an article, with what the components need to know of it."""
    doc = nlp.make_doc(article.text)
    doc._.article = article
    published = article.published
    doc._.published = published.date() if isinstance(published, datetime) else published
    title = article.title or ""
    has_body = bool(article.text[len(title) :].strip())
    doc._.title_end = len(title) if title and article.text.startswith(title) and has_body else 0
    return doc


def read_report(doc: Doc) -> Report:
    """All that the components found, as one frozen value."""
    nodes = Nodes(doc)
    writer = _Events(doc, nodes)
    events = writer.all()
    nodes.name_all()
    return Report(
        doc._.article,
        tuple(nodes.actors.values()),
        tuple(nodes.facilities.values()),
        tuple(nodes.places.values()),
        events,
    )


def _moment(published: date | None) -> Moment | None:
    return None if published is None else Moment(published.year, published.month, published.day)


class _Events:
    """Makes the events of one document."""

    def __init__(self, doc: Doc, nodes: Nodes) -> None:
        self.doc = doc
        self.nodes = nodes
        self.incidents: tuple[Incident, ...] = doc._.incidents
        self.keys = [self._key(incident) for incident in self.incidents]
        self.speakers = self._toll_speakers()

    def all(self) -> tuple[Event, ...]:
        """Every event, in the order of the text, with revised tolls joined to the figures they revise."""
        return _with_revisions(tuple(self._event(k) for k in range(len(self.incidents))), self._revising())

    def _key(self, incident: Incident) -> str:
        token = self.doc[min(member.trigger.token for member in incident.members)]
        return f"{incident.kind.value.lower()}-{token.idx}-{token.idx + len(token)}"

    def _event(self, k: int) -> Event:
        incident = self.incidents[k]
        arguments = self._arguments(k)
        times = list(dict.fromkeys(time for member in incident.members for time in member.times))
        start, end = _period(times)
        deadline = next((m.deadline.moment for m in incident.members if m.deadline is not None), None)
        return Event(
            key=self.keys[k],
            kind=incident.kind,
            label=self._label(incident, arguments),
            mentions=tuple(self._trigger_span(member) for member in incident.members),
            modality=incident.modality,
            types=incident.types,
            cues=tuple(
                sorted({self.nodes.span(i, i + 1) for member in incident.members for i in member.cues})
            ),
            arguments=arguments,
            weapons=self._weapons(incident),
            casualties=self._casualties(incident),
            basis=self._basis(k, arguments),
            damage=_worst([member.damage for member in incident.members]),
            start=None if start is not None and start == deadline else start,
            end=end,
            deadline=deadline,
            time_expressions=tuple(self.nodes.span(time.start, time.end) for time in times),
            count=next((m.count for m in incident.members if m.count is not None and m.count > 0), None),
            minimum_distance=next(
                (m.minimum_distance for m in incident.members if m.minimum_distance is not None), None
            ),
        )

    def _trigger_span(self, member: EventMention) -> Any:
        token = member.trigger.token
        return self.nodes.span(token, token + 1)

    def _arguments(self, k: int) -> tuple[Argument, ...]:
        incident = self.incidents[k]
        found: dict[tuple[Role, str], Argument] = {}
        for filler in incident.roles:
            mention = self.doc._.mentions[filler.root]
            key = None if mention.number.exact == 0 else self.nodes.key(filler.root, filler.role)
            if key is not None:
                span = self.nodes.span(mention.start, mention.end)
                found.setdefault((filler.role, key), Argument(filler.role, key, span))
        trigger = self._trigger_span(incident.members[0])
        where = self._target_place(incident, found)
        if where is not None:
            found[Role.LOCATION, where] = Argument(Role.LOCATION, where, trigger)
        for role, other in incident.links:
            found.setdefault((role, self.keys[other]), Argument(role, self.keys[other], trigger))
        return tuple(found.values())

    def _target_place(self, incident: Incident, found: dict[tuple[Role, str], Argument]) -> str | None:
        """Where an attack was, if the text says it of its target alone: "the base *in Mosul* was hit"."""
        located = any(role is Role.LOCATION for role, _ in found)
        targets = [key for role, key in found if role is Role.TARGET and key in self.nodes.facilities]
        places = {self.nodes.facilities[key].location for key in targets} - {None}
        if incident.kind is not EventKind.ATTACK or located or len(places) != 1:
            return None
        return places.pop()

    def _weapons(self, incident: Incident) -> tuple[Weapon, ...]:
        found = []
        for root in dict.fromkeys(root for member in incident.members for root in member.weapons):
            mention = self.doc._.mentions[root]
            if mention.category is Category.WEAPON:
                span = self.nodes.span(mention.start, mention.end)
                key = f"weapon-{span.start}-{span.end}"
                quantity = mention.number.stated or None
                found.append(Weapon(key, mention.label, (span,), mention.type, quantity))
        counted = {weapon.type for weapon in found if weapon.quantity is not None}
        return tuple(w for w in found if w.quantity is not None or w.type not in counted)

    def _casualties(self, incident: Incident) -> tuple[Casualties, ...]:
        found: dict[object, Casualties] = {}
        published = _moment(self.doc._.published)
        for toll in (toll for member in incident.members for toll in member.tolls):
            span = self.nodes.span(toll.start, toll.end)
            number = toll.number
            mention = None if toll.victim is None else self.doc._.mentions.get(toll.victim)
            counts_people = mention is not None and mention.number.exact != 0
            victim = self.nodes.key(toll.victim, Role.VICTIM) if counts_people and toll.victim else None
            speaker = self.speakers.get(toll)
            figure = Casualties(
                _toll_key(span, toll),
                toll.outcome,
                (span,),
                number.exact,
                number.at_least,
                number.at_most,
                victim,
                speaker,
                published,
            )
            found.setdefault((toll.outcome, number, speaker, victim), figure)
        return tuple(found.values())

    def _toll_speakers(self) -> dict[Toll, str]:
        """Who gives each figure: the speaker of a statement on its event in the same sentence."""
        speakers: dict[Toll, str] = {}
        for statement in self.doc._.event_mentions:
            spoken = statement.fillers(Role.SPEAKER)
            if statement.trigger.kind is not EventKind.STATEMENT or not spoken:
                continue
            sentence = self.doc[statement.trigger.token].sent
            about = {token for role, token in statement.links if role is Role.ABOUT}
            for event in self.doc._.event_mentions:
                for toll in event.tolls if event.trigger.token in about else ():
                    speaker = self.nodes.key(spoken[0], Role.SPEAKER)
                    if sentence.start <= toll.start < sentence.end and speaker is not None:
                        speakers.setdefault(toll, speaker)
        return speakers

    def _revising(self) -> frozenset[str]:
        """The keys of the figures that the text gives as corrections of earlier ones."""
        tolls = (toll for event in self.doc._.event_mentions for toll in event.tolls if toll.revises)
        spans = ((self.nodes.span(toll.start, toll.end), toll) for toll in tolls)
        return frozenset(_toll_key(span, toll) for span, toll in spans)

    def _basis(self, k: int, arguments: tuple[Argument, ...]) -> Basis | None:
        """How the perpetrator is known, by MUC-4's order: said by itself, by an accuser, told with doubt, told."""
        incident = self.incidents[k]
        perpetrators = {argument.filler for argument in arguments if argument.role is Role.PERPETRATOR}
        happened = incident.modality in (Modality.ASSERTED, Modality.ALLEGED, Modality.ATTEMPTED)
        if incident.kind is not EventKind.ATTACK or not perpetrators or not happened:
            return None
        if self._denied_by(k) & perpetrators:
            return Basis.DENIED_BY_ACCUSED
        if incident.basis is not None:
            return incident.basis
        return Basis.POSSIBLE if incident.modality is Modality.ALLEGED else Basis.REPORTED_AS_FACT

    def _denied_by(self, k: int) -> set[str]:
        """The speakers who deny an event."""
        denials = [
            other
            for other in self.incidents
            if "DenialOfResponsibility" in other.types and (Role.ABOUT, k) in other.links
        ]
        keys = (
            self.nodes.key(filler.root, filler.role)
            for denial in denials
            for filler in denial.roles
            if filler.role is Role.SPEAKER
        )
        return {key for key in keys if key is not None}

    def _label(self, incident: Incident, arguments: tuple[Argument, ...]) -> str:
        """A short title: the type, and what it was against or where."""
        trigger = incident.members[0].trigger
        plain = trigger.lemma if trigger.lemma != "say" else self.doc[trigger.token].lemma_
        title = _spaced(incident.types[0]) if incident.types else plain.capitalize()
        for role, word in LABELLED:
            argument = next((a for a in arguments if a.role is role), None)
            if argument is not None:
                return f"{title} {word} {self._name(argument.filler)}"
        return title

    def _name(self, key: str) -> str:
        for table in (self.nodes.actors, self.nodes.facilities, self.nodes.places):
            if key in table:
                return table[key].label  # type: ignore[index,return-value]
        return ""


LABELLED: Final = (
    (Role.TARGET, "on"),
    (Role.VICTIM, "of"),
    (Role.SPEAKER, "by"),
    (Role.ISSUER, "by"),
    (Role.MOVER, "by"),
    (Role.LOCATION, "in"),
    (Role.PERPETRATOR, "by"),
)


def _toll_key(span: Span, toll: Toll) -> str:
    """The key of a figure: its place, what it counts and the number, for one phrase may give two."""
    number = toll.number
    bounds = (number.exact, number.at_least, number.at_most)
    figure = "-".join("x" if bound is None else str(bound) for bound in bounds)
    return f"toll-{span.start}-{span.end}-{toll.outcome.value.lower()}-{figure}"


def _spaced(concept: str) -> str:
    """A concept's name as words.

    >>> _spaced("RemoteExplosive")
    'Remote explosive'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", concept).capitalize()


def _worst(damages: list[Damage | None]) -> Damage | None:
    return next((d for d in (Damage.DESTROYED, Damage.DAMAGED, Damage.UNDAMAGED) if d in damages), None)


def _period(times: list[TimeMention]) -> tuple[Moment | None, Moment | None]:
    """First and last moment: of the first expression that is no deadline and could be resolved."""
    for time in times:
        if time.moment is not None and time.relation != "by":
            return time.moment, time.until
    return None, None


def _with_revisions(events: tuple[Event, ...], revising: frozenset[str]) -> tuple[Event, ...]:
    """The events, each revising figure pointing to the last earlier one of its outcome in the same event."""
    return tuple(replace(event, casualties=_revised(event.casualties, revising)) for event in events)


def _revised(tolls: tuple[Casualties, ...], revising: frozenset[str]) -> tuple[Casualties, ...]:
    done: list[Casualties] = []
    for toll in tolls:
        earlier = [other for other in done if other.outcome is toll.outcome]
        is_new = toll.key in revising and earlier and earlier[-1].count != toll.count
        done.append(replace(toll, revision_of=earlier[-1].key) if is_new else toll)
    return tuple(done)
