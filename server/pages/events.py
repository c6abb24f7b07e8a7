"""Lists of events: whichever are asked for, with what else could be asked, 25 to a page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, abort, request, url_for

import ontology
from builder.index.model import Facet
from server.index import Found, Index
from server.pages import frame
from server.pages.asked import address, arguments, selected, twins
from server.pages.behind import query_behind
from server.pages.histogram import histogram
from server.rows import Value
from server.selection import Selection

# Events on a page: a screen or two, 60 KB with their facets.
SHOWN: Final = 25
# Values of a facet that a page lists; the others are found by searching for their names.
_VALUES: Final = 12
_NAMES: Final = {
    Facet.TYPE: "Type",
    Facet.COUNTRY: "Country",
    Facet.ACTOR: "Actor",
    Facet.TARGET: "Target",
    Facet.OUTCOME: "Outcome",
    Facet.MODALITY: "Certainty",
    Facet.SOURCE: "Source",
    Facet.ABOUT: "Involving",
}

blueprint = Blueprint("events", __name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet on a page: its place in its tree, and where choosing it leads."""

    label: str
    events: int
    url: str
    is_chosen: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class FacetShown:
    """A facet on a page; `more` values are not listed."""

    name: str
    choices: tuple[Choice, ...]
    more: int

    @property
    def is_used(self) -> bool:
        """Whether one of its values is chosen."""
        return any(choice.is_chosen for choice in self.choices)


@blueprint.get("/events")
def show() -> Response:
    """Show the events that are asked for, with what else could be asked."""
    return frame.kept(_page)


def _page() -> Response:
    index, selection = frame.index_if_any(), selected()
    if index is None:
        return _unindexed(selection)
    found, number = index.select(selection), _page_number()
    last = max(1, -(-len(found) // SHOWN))
    if number > last:
        abort(404, f"there are {last} pages of these events")
    events = index.rows(found.ids[(number - 1) * SHOWN : number * SHOWN])
    return frame.show(
        "events.html",
        selection=selection,
        count=len(found),
        events=events,
        facets=[_facet(index, found, selection, facet) for facet in Facet if facet != Facet.ABOUT],
        chips=list(chips(index, selection)),
        hidden=[pair for pair in arguments(selection) if pair[0] not in ("from", "to")],
        weeks=histogram(index.weeks(found)),
        places=index.values(found, Facet.COUNTRY)[:_VALUES],
        number=number,
        last=last,
        previous=address("events.show", selection, number - 1) if number > 1 else None,
        following=address("events.show", selection, number + 1) if number < last else None,
        geojson=address("data.geojson", selection),
        timeline_source=address("data.weeks", selection),
        query_behind=query_behind(selection, events),
        twins=twins(selection),
    )


def _unindexed(selection: Selection) -> Response:
    """Show how the events can be had that are not listed here."""
    query = None if selection.words or selection.box else query_behind(selection, ())
    response = frame.show("unindexed.html", query=query)
    response.status_code = 501
    return response


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 0 < len(text) < 9 or int(text) < 1:
        abort(400, "page is a number from 1")
    return int(text)


def _facet(index: Index, found: Found, selection: Selection, facet: Facet) -> FacetShown:
    values = index.values(found, facet)
    held = selection.facets.get(facet, ())
    kept = [value for at, value in enumerate(values) if at < _VALUES or value.value in held]
    kept = _as_tree(kept) if facet in (Facet.TYPE, Facet.TARGET) else kept
    choices = tuple(_choice(selection, facet, value, kept) for value in kept)
    return FacetShown(_NAMES[facet], choices, len(values) - len(kept))


def _choice(selection: Selection, facet: Facet, value: Value, kept: Iterable[Value]) -> Choice:
    listed = {each.value for each in kept}
    return Choice(
        value.label,
        value.events,
        address("events.show", selection.toggled(facet, value.value)),
        value.value in selection.facets.get(facet, ()),
        len([name for name in _above(value.value) if name in listed]),
    )


def _above(concept: str) -> tuple[str, ...]:
    return ontology.ancestors(concept)[1:]


def _as_tree(values: list[Value]) -> list[Value]:
    """Put each type after the one that it is a kind of."""
    counts = {value.value: value.events for value in values}

    def path(value: Value) -> list[tuple[int, str]]:
        names = [name for name in reversed(ontology.ancestors(value.value)) if name in counts]
        return [(-counts[name], name) for name in names]

    return sorted(values, key=path)


def chips(index: Index, selection: Selection) -> Iterator[tuple[str, str]]:
    """Give what was asked for, each with the address that leaves it out."""
    for facet, values in selection.facets.items():
        for value in values:
            without = address("events.show", selection.toggled(facet, value))
            yield f"{_NAMES[facet]}: {index.label(facet, value)}", without
    for name, value in arguments(selection):
        if name in ("from", "to", "q", "bbox"):
            rest = [pair for pair in arguments(selection) if pair[0] != name]
            said = {"q": f"“{value}”", "bbox": "part of the map"}.get(name, f"{name} {value}")
            yield said, frame.page_url(url_for("events.show"), *rest)
