"""Placing: where an attack was that its own clause does not place.

Its sentence may tell how far from a town it was, the lead-in of its line where all of it happened, or the
sentence before where the armed came.
"""

from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Doc

from builder.components.annotations import (
    Category,
    EntityMention,
    EventMention,
    RoleFiller,
    Trigger,
)
from builder.components.entries import entry_of, place_come_to, place_entered
from builder.components.lead_ins import find_lead_ins, led_place
from builder.components.modifiers import location_after, named_after
from builder.components.scenes import find_scenes, scene_place
from builder.components.whereabouts import place_told, starts_attack
from builder.model import EventKind, Role


def placed(doc: Doc, events: Sequence[EventMention]) -> tuple[EventMention, ...]:
    """The event mentions, attacks that nothing places with what else tells of where they were."""
    led = {scene.attack: scene_place(scene) for scene in find_scenes(doc, events)} | _led(doc, events)
    told = {event.trigger.token: event for event in events}
    entries = ((event, entry_of(doc, event, told)) for event in events)
    entered = {event.trigger.token: place_come_to(doc, event) for event in events}
    entered |= {e.trigger.token: place_entered(entry) for e, entry in entries if entry is not None}
    return tuple(
        _placed(doc, event, led.get(event.trigger.token) or entered.get(event.trigger.token))
        for event in events
    )


def _placed(doc: Doc, event: EventMention, led: int | None) -> EventMention:
    """An event mention with the place that its sentence or clause tells, or else `led`."""
    if event.trigger.kind is not EventKind.ATTACK:
        return event
    if _is_placed(doc, event):  # "12 May, Acapulco: A shop in the Costa Azul area was hit": both tell
        around = None if _is_on_map(doc, event) else _around(doc, event) or led
        if around is None:
            return event
        return replace(event, roles=(*event.roles, RoleFiller(Role.LOCATION, around)))
    token = event.trigger.token
    inner = (_around(doc, event), _town_at_distance(doc, token), place_told(doc[token], doc._.triggers))
    root = next((found for found in (*inner, led) if found is not None), None)
    return event if root is None else replace(event, roles=(*event.roles, RoleFiller(Role.LOCATION, root)))


def _around(doc: Doc, event: EventMention) -> int | None:
    """The place in which an unnamed place is told to be: "on a beach *in Sousse*", "a village *in Niger*".

    So it is with what stands in such a place: "burned homes in two villages *in Niger*".
    """
    mentions: dict[int, EntityMention] = doc._.mentions
    fillers = [mentions[root] for role in (Role.LOCATION, Role.TARGET) for root in event.fillers(role)]
    standing = (location_after(doc, m) for m in fillers if m.category is Category.FACILITY)
    below = (mentions[root] for root in standing if root is not None)
    places = (*(m for m in fillers if m.category is Category.PLACE), *(m for m in below if m.name is None))
    around = (_location_of(doc, m) for m in places)
    known = {*event.fillers(Role.LOCATION), *event.fillers(Role.TARGET)}
    return next((root for root in around if root is not None and root not in known), None)


def _location_of(doc: Doc, place: EntityMention) -> int | None:
    """Where a place is told to be, past a comma too: "the settlement of Sirte, *in the district of* Kala"."""
    named = named_after(doc, place)
    place = place if named is None else doc._.mentions[named]
    after = location_after(doc, place)
    if after is None and place.name is not None and doc[min(place.end, len(doc) - 1)].text == ",":
        after = location_after(doc, replace(place, end=place.end + 1))
    return after


def _town_at_distance(doc: Doc, token: int) -> int | None:
    triggers: dict[int, Trigger] = doc._.triggers
    surroundings: dict[int, object] = doc._.surroundings
    town = next((root for root in surroundings if token < root < doc[token].sent.end), None)
    if town is None or any(starts_attack(triggers, i) for i in range(token + 1, town)):
        return None
    return town


def _led(doc: Doc, events: Sequence[EventMention]) -> dict[int, int]:
    """The place of the lead-in, by the first attack of the sentence that it leads in."""
    found = {}
    for lead_in in find_lead_ins(doc):
        inside = range(lead_in.end, lead_in.until)
        attacks = (event.trigger for event in events if event.trigger.kind is EventKind.ATTACK)
        first = next((trigger.token for trigger in attacks if trigger.token in inside), None)
        place = led_place(doc, lead_in)
        if first is not None and place is not None:
            found[first] = place
    return found


def _is_on_map(doc: Doc, event: EventMention) -> bool:
    """Whether a place of an attack, or of its target, is one that GeoNames knows."""
    mentions: dict[int, EntityMention] = doc._.mentions
    roots = [*event.fillers(Role.LOCATION), *event.fillers(Role.TARGET)]
    standing = [mentions[root] for root in roots if mentions[root].category is Category.FACILITY]
    roots += [after for facility in standing if (after := location_after(doc, facility)) is not None]
    links = (doc._.places.get(root) for root in roots)
    return any(link is not None and link.geonames is not None for link in links)


def _is_placed(doc: Doc, event: EventMention) -> bool:
    """Whether a known location, or the target, says where an attack was: a place, or what is in one."""
    mentions: dict[int, EntityMention] = doc._.mentions
    places = [mentions[root] for root in event.fillers(Role.LOCATION)]
    if any(m.root in doc._.places or m.name or named_after(doc, m) for m in places):
        return True
    targets = [mentions[root] for root in event.fillers(Role.TARGET)]
    return any(_is_located(doc, target) for target in targets)


def _is_located(doc: Doc, target: EntityMention) -> bool:
    """Whether a target tells where it is: "*Goma*", "a bank *in Goma*", but not "a *village* in Niger"."""
    if target.category is Category.PLACE:
        return target.root in doc._.places or bool(target.name) or named_after(doc, target) is not None
    return location_after(doc, target) is not None
