"""From a spaCy document to a `Report`: with `builder.nodes`, the only reader of what the components wrote."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import (
    Category,
    EntityMention,
    EventMention,
    Incident,
    Quantity,
    TimeMention,
    Toll,
)
from builder.components.relations import spoken_for
from builder.event_labels import event_label, kind_label
from builder.mentions import share, typed_mentions
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
    Outcome,
    Report,
    Role,
    Span,
    Weapon,
)
from builder.nodes import Nodes

# Documents that pass through the pipeline together: enough to fill the matrices of a small model, few enough
# that memory stays flat and that progress shows.
BATCH: Final = 32
# The vectors of words are made of half of them at once: so what is computed stays in the processor's cache,
# which takes up to a fifth off. The parser is fastest with all.
CONFIGURED: Final[dict[str, dict[str, Any]]] = {"tok2vec": {"batch_size": BATCH // 2}}
WARNED: Final = frozenset((Modality.THREATENED, Modality.DEMANDED))  # what has a deadline
HAPPENED: Final = frozenset((Modality.ASSERTED, Modality.ALLEGED, Modality.ATTEMPTED))
WORST_FIRST: Final = (Damage.DESTROYED, Damage.DAMAGED, Damage.UNDAMAGED)


@dataclass(frozen=True, slots=True)
class ExtractionFailure:
    """An article that the pipeline could not read, and why."""

    article: Article
    reason: str


def extract(nlp: Language, articles: Iterable[Article]) -> Iterator[Report | ExtractionFailure]:
    """Read each article with the pipeline, in order; one that fails is a value, and the next is read."""
    failed: list[ExtractionFailure] = []

    def keep_failure(name: str, component: object, docs: list[Doc], error: Exception) -> None:
        failed.extend(ExtractionFailure(doc._.article, f"{name}: {error!r}") for doc in docs)

    # Not set_error_handler: it also sets an attribute that the compiled parser of spaCy 3.8 does not have.
    nlp.default_error_handler = keep_failure
    docs = (prepare(nlp, article) for article in articles)
    for doc in nlp.pipe(docs, batch_size=BATCH, component_cfg=CONFIGURED):
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
    events = _Events(doc, nodes).all()
    nodes.name_all()
    mentions = typed_mentions(doc, nodes)
    return Report(
        doc._.article,
        tuple(nodes.actors.values()),
        tuple(nodes.facilities.values()),
        tuple(nodes.places.values()),
        events,
        mentions,
    )


class _Events:
    """Makes the events of one document."""

    def __init__(self, doc: Doc, nodes: Nodes) -> None:
        self.doc = doc
        self.nodes = nodes
        self.mentions: dict[int, EntityMention] = doc._.mentions
        self.incidents: tuple[Incident, ...] = doc._.incidents
        self.keys = [self._key(incident) for incident in self.incidents]
        self.tolls = _Tolls(doc, nodes)

    def all(self) -> tuple[Event, ...]:
        """Every event, in the order of the text."""
        return tuple(self._event(k, incident) for k, incident in enumerate(self.incidents))

    def _key(self, incident: Incident) -> str:
        token = self.doc[min(member.trigger.token for member in incident.members)]
        return f"{incident.kind.value.lower()}-{token.idx}-{token.idx + len(token)}"

    def _event(self, k: int, incident: Incident) -> Event:
        members = incident.members
        arguments = self._arguments(incident)
        times = list(dict.fromkeys(time for member in members for time in member.times))
        start, end = _period(times)
        deadline = next((m.deadline.moment for m in members if m.deadline is not None), None)
        if start == deadline:
            start = None
        if not (incident.kind is EventKind.WARNING or incident.modality in WARNED):
            end, deadline = end or deadline, None  # what is planned by Friday ends by then
        distances = (m.minimum_distance for m in members)
        return Event(
            key=self.keys[k],
            kind=incident.kind,
            label=self._label(incident, arguments),
            mentions=tuple(self._word(member.trigger.token) for member in members),
            modality=incident.modality,
            types=incident.types,
            cues=tuple(sorted({self._word(i) for member in members for i in member.cues})),
            arguments=arguments,
            weapons=self._weapons(incident),
            casualties=self.tolls.of(incident),
            basis=self._basis(k, incident, arguments),
            damage=_worst({member.damage for member in members}),
            start=start,
            end=end,
            deadline=deadline,
            time_expressions=tuple(self.nodes.span(time.start, time.end) for time in times),
            count=next((m.count for m in members if m.count is not None and m.count > 0), None),
            confidence=None if incident.confidence is None else share(incident.confidence),
            minimum_distance=next((metres for metres in distances if metres is not None), None),
        )

    def _word(self, token: int) -> Span:
        return self.nodes.span(token, token + 1)

    def _arguments(self, incident: Incident) -> tuple[Argument, ...]:
        """The nodes in the roles of an event, each once a role, and the events that it is linked to."""
        found: dict[tuple[Role, str], Argument] = {}
        for filler in incident.roles:
            mention = self.mentions[filler.root]
            key = None if mention.number.exact == 0 else self.nodes.key(filler.root, filler.role)
            if key is not None and (filler.role, key) not in found:
                span = self.nodes.span(mention.start, mention.end)
                found[filler.role, key] = Argument(filler.role, key, span)
        trigger = self._word(incident.members[0].trigger.token)
        where = self._target_place(incident, found)
        implied = [] if where is None else [(Role.LOCATION, where)]
        for role, key in (*implied, *((role, self.keys[other]) for role, other in incident.links)):
            found.setdefault((role, key), Argument(role, key, trigger))
        return tuple(found.values())

    def _target_place(self, incident: Incident, found: Iterable[tuple[Role, str]]) -> str | None:
        """Where an attack was, if the text says it of its target alone: "the base *in Mosul* was hit"."""
        if incident.kind is not EventKind.ATTACK or any(role is Role.LOCATION for role, _ in found):
            return None
        facilities = self.nodes.facilities
        targets = (key for role, key in found if role is Role.TARGET and key in facilities)
        places = {facilities[key].location for key in targets} - {None}
        return places.pop() if len(places) == 1 else None

    def _weapons(self, incident: Incident) -> tuple[Weapon, ...]:
        """The weapons of an event; one without a number is left out where its type is counted elsewhere."""
        roots = dict.fromkeys(root for member in incident.members for root in member.weapons)
        mentions = (self.mentions[root] for root in roots)
        found = [self._weapon(mention) for mention in mentions if mention.category is Category.WEAPON]
        counted = {weapon.type for weapon in found if weapon.quantity is not None}
        return tuple(w for w in found if w.quantity is not None or w.type not in counted)

    def _weapon(self, mention: EntityMention) -> Weapon:
        span = self.nodes.span(mention.start, mention.end)
        key = f"weapon-{span.start}-{span.end}"
        return Weapon(key, mention.label, (span,), mention.type, mention.number.stated or None)

    def _basis(self, k: int, incident: Incident, arguments: Iterable[Argument]) -> Basis | None:
        """How the perpetrator is known, in MUC-4's order: denied, claimed or accused, in doubt, told."""
        perpetrators = {argument.filler for argument in arguments if argument.role is Role.PERPETRATOR}
        if incident.kind is not EventKind.ATTACK or not perpetrators:
            return None
        if not perpetrators.isdisjoint(self._denying(k)):
            return Basis.DENIED_BY_ACCUSED
        if incident.modality not in HAPPENED:
            return None
        if incident.basis is not None:
            return incident.basis
        return Basis.POSSIBLE if incident.modality is Modality.ALLEGED else Basis.REPORTED_AS_FACT

    def _denying(self, k: int) -> set[str | None]:
        """The keys of those who deny an event."""
        denials = (other for other in self.incidents if "DenialOfResponsibility" in other.types)
        speakers = (
            filler.root
            for denial in denials
            if (Role.ABOUT, k) in denial.links
            for filler in denial.roles
            if filler.role is Role.SPEAKER
        )
        return {self.nodes.key(spoken_for(self.doc, root), Role.SPEAKER) for root in speakers}

    def _label(self, incident: Incident, arguments: Iterable[Argument]) -> str:
        """A short title: the kind, and what it was against or where."""
        trigger = incident.members[0].trigger
        word = trigger.lemma if trigger.frame == "act" else self.doc[trigger.token].lemma_
        first = {argument.role: argument for argument in reversed([*arguments])}
        names = {role: self._name(argument.filler) for role, argument in first.items()}
        return event_label(kind_label(incident.types, trigger.frame, word), names)

    def _name(self, key: str) -> str:
        nodes = self.nodes
        node = nodes.actors.get(key) or nodes.facilities.get(key) or nodes.places.get(key)
        return "" if node is None else node.label


class _Tolls:
    """Makes the figures of casualties of one document."""

    def __init__(self, doc: Doc, nodes: Nodes) -> None:
        self.doc = doc
        self.nodes = nodes
        self.mentions: dict[int, EntityMention] = doc._.mentions
        self.events: tuple[EventMention, ...] = doc._.event_mentions
        self.stated_on = _moment(doc._.published)
        self.speakers = self._speakers()

    def of(self, incident: Incident) -> tuple[Casualties, ...]:
        """The figures of an event, each once; one that is told as a correction points to what it revises."""
        found: dict[tuple[Outcome, Quantity, str | None, str | None], Casualties] = {}
        marks: dict[str, Toll] = {}
        for toll in (toll for member in incident.members for toll in member.tolls):
            figure = self._figure(toll)
            found.setdefault((toll.outcome, toll.number, figure.speaker, figure.victim), figure)
            marks[figure.key] = toll
        return _revised([*found.values()], marks)

    def _figure(self, toll: Toll) -> Casualties:
        number = toll.number
        span = self.nodes.span(toll.start, toll.end)
        return Casualties(
            key=_toll_key(span, toll),
            outcome=toll.outcome,
            mentions=(span,),
            count=number.exact,
            at_least=number.at_least,
            at_most=number.at_most,
            victim=self._victim(toll),
            speaker=self.speakers.get(toll),
            stated_on=self.stated_on,
        )

    def _victim(self, toll: Toll) -> str | None:
        """Whom a figure counts, unless they are nobody: "no soldier was hurt"."""
        mention = self.mentions.get(toll.victim) if toll.victim is not None else None
        if mention is None or mention.number.exact == 0:
            return None
        return self.nodes.key(mention.root, Role.VICTIM)

    def _speakers(self) -> dict[Toll, str]:
        """Who gives each figure: the speaker of a statement on its event in the same sentence."""
        speakers: dict[Toll, str] = {}
        for statement in self.events:
            spoken = statement.fillers(Role.SPEAKER)
            if statement.trigger.kind is EventKind.STATEMENT and spoken:
                for toll in self._told_by(statement):
                    speaker = self.nodes.key(spoken[0], Role.SPEAKER)
                    if speaker is not None:
                        speakers.setdefault(toll, speaker)
        return speakers

    def _told_by(self, statement: EventMention) -> Iterator[Toll]:
        """The figures of the events of a statement that stand in its sentence."""
        sentence = self.doc[statement.trigger.token].sent
        about = {token for role, token in statement.links if role is Role.ABOUT}
        tolls = (toll for event in self.events if event.trigger.token in about for toll in event.tolls)
        return (toll for toll in tolls if sentence.start <= toll.start < sentence.end)


def _moment(published: date | None) -> Moment | None:
    return None if published is None else Moment(published.year, published.month, published.day)


def _toll_key(span: Span, toll: Toll) -> str:
    """The key of a figure: its place, what it counts and the number, for one phrase may give two."""
    number = toll.number
    bounds = (number.exact, number.at_least, number.at_most)
    figure = "-".join("x" if bound is None else str(bound) for bound in bounds)
    return f"toll-{span.start}-{span.end}-{toll.outcome.value.lower()}-{figure}"


def _revised(tolls: Sequence[Casualties], marks: Mapping[str, Toll]) -> tuple[Casualties, ...]:
    """The figures, those that take the place of another pointing to it.

    A figure that is told as a revision revises the last earlier one of its outcome; one that is told as a
    first report is revised by the last other figure.
    """
    revised: dict[str, str] = {}
    for k, toll in enumerate(tolls):
        others = [other for other in tolls if other.outcome is toll.outcome and other.count != toll.count]
        if marks[toll.key].superseded:
            current = [other for other in others if not marks[other.key].superseded]
            if current:
                revised[current[-1].key] = toll.key
        elif marks[toll.key].revises:
            earlier = [other for other in others if other in tolls[:k]]
            if earlier:
                revised.setdefault(toll.key, earlier[-1].key)
    return tuple(replace(toll, revision_of=revised.get(toll.key)) for toll in tolls)


def _worst(damages: Collection[Damage | None]) -> Damage | None:
    return next((damage for damage in WORST_FIRST if damage in damages), None)


def _period(times: Iterable[TimeMention]) -> tuple[Moment | None, Moment | None]:
    """First and last moment: of the expressions that are no deadline, the first that is as fine as any.

    "For the second time this month … on Monday": Monday says more.
    """
    told = [(time.moment, time.until) for time in times if time.moment is not None and time.relation != "by"]
    return max(told, key=lambda period: len(str(period[0])), default=(None, None))
