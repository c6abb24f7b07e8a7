"""The first page: how much there is, where and when, and what was told last."""

from typing import Final

from flask import url_for

from builder.index.model import Facet
from server.pages import frame
from server.pages.histogram import histogram
from server.selection import Selection

_EVENTS: Final = 10
_REPORTS: Final = 15
_VALUES: Final = 8
# Classes that are counted: what they are called, their name, and the type that lists them, if there is one.
_COUNTED: Final = (
    ("Attacks", "Attack", "Attack"),
    ("Movements", "Movement", "Movement"),
    ("Warnings", "Warning", "Warning"),
    ("Statements", "Statement", ""),
    ("Actors", "Actor", ""),
    ("Facilities", "Facility", ""),
    ("Places", "Place", ""),
    ("Reports", "Report", ""),
)


def content() -> dict[str, object]:
    """Gather what the page shows; nothing where there is no index."""
    index = frame.index_if_any()
    if index is None:
        return {}
    everything, counts = index.select(Selection()), index.counts()
    first, last = index.period()
    return {
        "counts": [
            (name, counts[kind], frame.page_url(url_for("events.show"), ("type", type_)) if type_ else None)
            for name, kind, type_ in _COUNTED
            if counts.get(kind)
        ],
        "first": first,
        "last": last,
        "events": index.rows(everything.ids[:_EVENTS]),
        "reports": index.reports(_REPORTS),
        "weeks": histogram(index.weeks(everything)),
        "types": index.values(everything, Facet.TYPE)[:_VALUES],
        "countries": index.values(everything, Facet.COUNTRY)[:_VALUES],
        "actors": index.values(everything, Facet.ACTOR)[:_VALUES],
    }
