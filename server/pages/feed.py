"""Lists of events as Atom feeds (RFC 4287), for whoever wants to hear of new ones."""

from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request

from server.pages import frame
from server.pages.asked import address, selected
from server.pages.events import chips
from server.rows import Row

_ENTRIES: Final = 50  # more than anybody publishes between two looks of a reader
_ATOM: Final = "http://www.w3.org/2005/Atom"

blueprint = Blueprint("feed", __name__)


@blueprint.get("/feed.atom")
def atom() -> Response:
    """Give the latest of the events as an Atom feed (RFC 4287)."""
    return frame.kept(_feed)


def _feed() -> Response:
    index, selection = frame.index(), selected()
    events = index.rows(index.select(selection).ids[:_ENTRIES])
    published = datetime.fromtimestamp(index.version.published / 1e9, UTC).isoformat(timespec="seconds")
    root = ET.Element("feed", xmlns=_ATOM)
    _add(root, "id", request.url)
    asked = ", ".join(said for said, _ in chips(index, selection))
    _add(root, "title", f"Polemos: {asked or 'all events'}")
    _add(root, "updated", published)
    _add(root, "author").append(_named("name", "Polemos"))
    page = _absolute(address("events.show", selection))
    _add(root, "link", rel="self", href=request.url)
    _add(root, "link", rel="alternate", href=page)
    for event in events:
        root.append(_entry(event, published))
    text = ET.tostring(root, encoding="unicode", xml_declaration=False)
    head = '<?xml version="1.0" encoding="utf-8"?>'
    return Response(f"{head}\n{text}", content_type="application/atom+xml")


def _entry(event: Row, published: str) -> ET.Element:
    entry = ET.Element("entry")
    _add(entry, "id", event.iri)
    _add(entry, "title", f"{event.date} {event.label}".strip())
    _add(entry, "updated", published)
    _add(entry, "link", rel="alternate", href=_absolute(frame.node_url(event.iri)))
    _add(entry, "category", term=event.type)
    _add(entry, "summary", event.sentence or event.label)
    return entry


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = _named(tag, text, **attributes)
    parent.append(child)
    return child


def _named(tag: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.Element(tag, attributes)
    element.text = text or None
    return element


def _absolute(path: str) -> str:
    return request.url_root.rstrip("/") + path
