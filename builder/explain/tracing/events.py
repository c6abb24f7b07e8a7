"""How the properties of events came about, and why some have no value."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from spacy.tokens import Span as TokenSpan

from builder.components.annotations import (
    Category,
    EntityMention,
    EventMention,
    Incident,
    RoleFiller,
    TimeMention,
    Toll,
    Trigger,
)
from builder.explain.explanation import Step
from builder.explain.tracing.history import Change, History
from builder.explain.tracing.rules import rule_of
from builder.model import Event, EventKind, Report, Role
from builder.report import HAPPENED

Absences = dict[str, str]
# A property, its value in words, and the tokens that it was read from, if it was read from some.
Described: TypeAlias = tuple[str, str, tuple[int, int] | None]
# Which kinds of things can fill a role, to say what was there to be taken.
ACTORS: Final = (Category.ACTOR,)
PLACES: Final = (Category.PLACE, Category.FACILITY)
CANDIDATES: Final[Mapping[str, tuple[Category, ...]]] = {
    "perpetrator": ACTORS,
    "victim": ACTORS,
    "target": (Category.FACILITY, Category.ACTOR),
    "location": PLACES,
    "mover": ACTORS,
    "origin": PLACES,
    "destination": PLACES,
    "issuer": ACTORS,
    "addressee": ACTORS,
    "speaker": ACTORS,
    "accused": ACTORS,
    "weapon": (Category.WEAPON,),
}
# What the words decide that a component notes as cues.
DECIDED_BY_CUES: Final = ("modality", "damage")
ROLES: Final[Mapping[EventKind, tuple[str, ...]]] = {
    EventKind.ATTACK: ("perpetrator", "target", "victim", "weapon"),
    EventKind.MOVEMENT: ("mover", "origin", "destination"),
    EventKind.WARNING: ("issuer", "addressee"),
    EventKind.STATEMENT: ("speaker", "accused"),
    EventKind.EVENT: (),
}


def trace_events(history: History, report: Report) -> dict[str, tuple[list[Step], Absences]]:
    """Give the steps and the absences of each event of a report, by key."""
    incidents: tuple[Incident, ...] = history.doc._.incidents
    traced = (_Event(history, *pair) for pair in zip(incidents, report.events, strict=True))
    return {each.event.key: (list(each.steps()), each.absences()) for each in traced}


class _Event:
    """One event, as the components see it and as the report tells it."""

    def __init__(self, history: History, incident: Incident, event: Event) -> None:
        self.history = history
        self.doc = history.doc
        self.event = event
        self.incident = incident
        self.triggers = {member.trigger.token: member.trigger for member in incident.members}
        self.tokens = self.triggers.keys()
        self.mentions: Mapping[int, EntityMention] = self.doc._.mentions

    def steps(self) -> Iterator[Step]:
        inherited = {value for member in self.incident.members for value in (*member.roles, *member.types)}
        for change in self.history.events:
            if change.token in self.tokens:
                yield from self.step(change)
        for change in self.history.incidents:
            if change.token in self.tokens and change.value not in inherited and not self.is_told(change):
                yield from self.step(change)

    def is_told(self, change: Change) -> bool:
        """Whether an incident only repeats what one of its members says."""
        return change.field == "modality" and any(m.modality == change.value for m in self.incident.members)

    def step(self, change: Change) -> Iterator[Step]:
        """Put a change into the words of the graph; one field can be several properties."""
        describe: Callable[[Change], Iterable[Described]] | None = {
            "trigger": self.of_trigger,
            "roles": self.of_role,
            "links": self.of_link,
            "weapons": self.of_weapon,
            "tolls": self.of_toll,
            "times": self.of_time,
            "deadline": self.of_deadline,
        }.get(change.field)
        found = self.of_scalar(change) if describe is None else describe(change)
        for name, value, words in found:
            cues = change.cues if change.field in DECIDED_BY_CUES else ()
            quotes = self.history.quotes(cues) if words is None else (self.history.quote(*words),)
            rule = rule_of(self.doc, change, self.triggers[change.token])
            yield Step(change.component, name, value, rule, quotes, change.is_removal)

    def of_trigger(self, change: Change) -> Iterator[Described]:
        trigger: Trigger = change.value
        yield "event", trigger.kind.value, (trigger.token, trigger.token + 1)

    def of_role(self, change: Change) -> Iterator[Described]:
        filler: RoleFiller = change.value
        mention = self.mentions.get(filler.root)
        if mention is not None:
            yield filler.role.value, mention.label, (mention.start, mention.end)

    def of_link(self, change: Change) -> Iterator[Described]:
        role, token = change.value
        yield role.value, self.doc[token].text, (token, token + 1)

    def of_weapon(self, change: Change) -> Iterator[Described]:
        mention = self.mentions.get(change.value)
        if mention is not None:
            yield "weapon", mention.label, (mention.start, mention.end)

    def of_toll(self, change: Change) -> Iterator[Described]:
        toll: Toll = change.value
        number = toll.number.exact if toll.number.exact is not None else toll.number.stated
        yield "casualties", f"{toll.outcome.value} {number}", (toll.start, toll.end)

    def of_time(self, change: Change) -> Iterator[Described]:
        time: TimeMention = change.value
        until = "" if time.until is None else f" to {time.until}"
        resolved = "no date" if time.moment is None else f"{time.moment}{until}"
        yield "startDate", resolved, (time.start, time.end)

    def of_deadline(self, change: Change) -> Iterator[Described]:
        time: TimeMention = change.value
        yield "deadline", str(time.moment or "no date"), (time.start, time.end)

    def of_scalar(self, change: Change) -> Iterator[Described]:
        names = {
            "types": "eventType",
            "modality": "modality",
            "damage": "damage",
            "count": "eventCount",
            "minimum_distance": "minimumDistance",
            "basis": "perpetratorBasis",
            "confidence": "confidence",
        }
        if change.field in names:
            yield names[change.field], f"{change.value}", None

    # What is not there

    def absences(self) -> Absences:
        """Say of each property without a value why there is none, as far as the components know."""
        filled = {argument.role.value for argument in self.event.arguments}
        filled |= {"weapon"} if self.event.weapons else set()
        expected = (*ROLES[self.event.kind], "location")
        found = {name: self.no_filler(name) for name in expected if name not in filled}
        found |= self.no_times() | self.no_tolls()
        if not self.event.types:
            words = ", ".join(f"“{self.doc[token].text}”" for token in sorted(self.tokens))
            found["eventType"] = f"{words} says no kind of event, and no weapon or other word does"
        if self.event.kind is EventKind.ATTACK:
            found |= self.no_basis()
            if self.event.damage is None:
                found["damage"] = "polemos_circumstances found no word of damage that belongs to it"
        return found

    def no_basis(self) -> Absences:
        if self.event.basis is not None:
            return {}
        if not any(argument.role is Role.PERPETRATOR for argument in self.event.arguments):
            return {"perpetratorBasis": "there is no perpetrator"}
        if self.event.modality not in HAPPENED:
            return {"perpetratorBasis": f"what is {self.event.modality.value.lower()} has none"}
        return {}

    def no_filler(self, name: str) -> str:
        """Say why a role is empty: taken back, standing for nobody, there but not tied to it, not there."""
        taken = [change for change in self.history.events if self.is_of(change, name)]
        for change in reversed(taken):
            mention = self.mentions.get(_root(change.value))
            if mention is None:
                continue
            words = f"“{self.text(mention)}”"
            if change.is_removal:
                return f"{words} was taken for it at first, and taken back by {change.component}"
            if mention.number.exact == 0:
                return f"{words} says that there was none"
            return f"{words} fills it, but stands for nothing that the text names"
        near = self.near(CANDIDATES[name])
        if near:
            listed = ", ".join(dict.fromkeys(f"“{self.text(mention)}”" for mention in near))
            return f"no component found one; its sentences name {listed}, in other roles or in none"
        kinds = " or ".join(category.value for category in CANDIDATES[name])
        return f"no mention found: its sentences name no {kinds}"

    def is_of(self, change: Change, name: str) -> bool:
        if change.token not in self.tokens:
            return False
        if name == "weapon":
            return change.field == "weapons"
        return change.field == "roles" and change.value.role.value == name

    def near(self, categories: tuple[Category, ...]) -> list[EntityMention]:
        spans = self.sentences()
        return [
            mention
            for mention in self.mentions.values()
            if mention.category in categories
            and not mention.is_pronoun
            and any(span.start <= mention.root < span.end for span in spans)
        ]

    def sentences(self) -> list[TokenSpan]:
        return [self.doc[token].sent for token in sorted(self.tokens)]

    def text(self, mention: EntityMention) -> str:
        return self.doc[mention.start : mention.end].text

    def no_times(self) -> Absences:
        """Say why there is no date: no words of time, words that resolve to none, words told of others."""
        found: Absences = {}
        if self.event.start is None:
            found["startDate"] = self.no_start()
        if self.event.end is None:
            found["endDate"] = "no words of time that belong to it say until when"
        if self.event.deadline is None and self.event.kind is EventKind.WARNING:
            found["deadline"] = "no words of time that belong to it say by when"
        return found

    def no_start(self) -> str:
        own = [time for member in self.incident.members for time in member.times]
        unresolved = [self.doc[time.start : time.end].text for time in own if time.moment is None]
        if unresolved:
            lacking = "" if self.doc._.published else ", and the report has no date to count from"
            return f"not resolvable: “{'”, “'.join(unresolved)}” gives no date{lacking}"
        if own:
            return "its only words of time say by when, not when"
        spans = self.sentences()
        near = [time for time in self.doc._.times if any(s.start <= time.start < s.end for s in spans)]
        if near:
            listed = "”, “".join(self.doc[time.start : time.end].text for time in near)
            return f"“{listed}” stands in its sentences, but belongs to another event or to none"
        return "no mention found: its sentences hold no words of time; the date of the report is not its date"

    def no_tolls(self) -> Absences:
        if self.event.casualties or self.event.kind is not EventKind.ATTACK:
            return {}
        events: tuple[EventMention, ...] = self.doc._.event_mentions
        spans = self.sentences()
        others = [
            self.doc[toll.start : toll.end].text
            for event in events
            for toll in event.tolls
            if event.trigger.token not in self.tokens and any(s.start <= toll.start < s.end for s in spans)
        ]
        if others:
            return {"casualties": f"“{'”, “'.join(others)}” is the toll of another event"}
        return {"casualties": "no mention found: its sentences give no number of people killed or hurt"}


def _root(value: Any) -> int:  # noqa: ANN401 (a filler of a role, or the token of a weapon)
    return value.root if isinstance(value, RoleFiller) else int(value)
