"""What each component wrote on a `Doc`, found by comparing what is there before and after it."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from spacy.tokens import Doc

from builder.components.annotations import EventMention, Incident
from builder.components.toponyms import PlaceLink
from builder.explain.explanation import Quote

# An incident is made of the mentions of its members, so what they say already is no step of its own.
INCIDENT_FIELDS: Final = ("roles", "types", "modality", "basis", "confidence")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a component set or took back, in a field of what begins at a token.

    `cues` are the tokens that the component noted as the words that decided.
    """

    component: str
    token: int
    field: str
    value: Any
    is_removal: bool = False
    cues: tuple[int, ...] = ()


class History:
    """The changes to one document, in order."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.events: list[Change] = []
        self.incidents: list[Change] = []
        self.mentions: dict[int, str] = {}
        self.places: dict[int, str] = {}
        self.written: dict[str, str] = {}
        self._known: Mapping[int, EventMention] = {}
        self._told: Mapping[int, Incident] = {}

    def note(self, component: str) -> None:
        """Compare what is there with what was there before a component ran."""
        extensions = self.doc._
        for name in ("times", "entities", "relations", "demonyms", "learned"):
            if getattr(extensions, name) is not None:
                self.written.setdefault(name, component)
        for root in extensions.mentions or ():
            self.mentions.setdefault(root, component)
        for root in extensions.places or ():
            self.places.setdefault(root, component)
        mentions = {mention.trigger.token: mention for mention in extensions.event_mentions or ()}
        for token, mention in mentions.items():
            self.events += _changes(component, token, self._known.get(token), mention)
        self._known = mentions
        incidents = {incident.members[0].trigger.token: incident for incident in extensions.incidents or ()}
        for token, incident in incidents.items():
            self.incidents += _changes(component, token, self._told.get(token), incident)
        self._told = incidents

    def quote(self, start: int, end: int) -> Quote:
        """Give the words from one token to another."""
        span = self.doc[start:end]
        return Quote(span.text, span.sent.text.strip(), span.start_char, span.end_char)

    def quotes(self, tokens: tuple[int, ...]) -> tuple[Quote, ...]:
        """Give single words."""
        return tuple(self.quote(token, token + 1) for token in tokens)

    def link(self, root: int) -> PlaceLink | None:
        """Give what a mention of a place was linked to."""
        found: PlaceLink | None = (self.doc._.places or {}).get(root)
        return found


def _changes(component: str, token: int, before: object | None, after: object) -> Iterator[Change]:
    names = INCIDENT_FIELDS if isinstance(after, Incident) else [each.name for each in fields(EventMention)]
    new_cues: tuple[int, ...] = ()
    if isinstance(after, EventMention):
        known = before.cues if isinstance(before, EventMention) else ()
        new_cues = tuple(cue for cue in after.cues if cue not in known)
    for name in names:
        for value, is_removal in _differences(getattr(before, name, None), getattr(after, name)):
            yield Change(component, token, name, value, is_removal, new_cues)


def _differences(before: Any, after: Any) -> Iterator[tuple[Hashable, bool]]:  # noqa: ANN401 (fields of any type)
    """Give what was added and what was removed: of a tuple its elements, else the value itself."""
    if isinstance(after, tuple):
        known = before or ()
        yield from ((value, False) for value in after if value not in known)
        yield from ((value, True) for value in known if value not in after)
    elif after != before and after is not None:
        yield after, False
