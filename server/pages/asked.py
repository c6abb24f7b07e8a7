"""Which events an address asks for, and addresses that ask for others."""

from flask import request, url_for

from server.pages import frame
from server.pages.frame import Twin
from server.selection import Selection, shown


def selected() -> Selection:
    """Read what a request asks for. Raises `BadRequest` for what cannot be meant."""
    return Selection.read(request.args, base=frame.settings().base)


def arguments(selection: Selection) -> list[tuple[str, str]]:
    """Give the parameters that ask for events."""
    return list(selection.arguments(base=frame.settings().base))


def address(endpoint: str, selection: Selection, page: int = 1) -> str:
    """Give the address of a route that asks for the same events."""
    pages = [("page", str(page))] if page > 1 else []
    return frame.page_url(url_for(endpoint), *arguments(selection), *pages)


def involving(iri: str, endpoint: str = "events.show") -> str:
    """Give the address of a route that asks for the events that involve a node."""
    return frame.page_url(url_for(endpoint), ("about", shown(iri, frame.settings().base)))


def twins(selection: Selection) -> list[Twin]:
    """Give the other formats of a list."""
    offers = {
        "GeoJSON": ("data.geojson", "application/geo+json"),
        "JSON": ("data.as_json", "application/json"),
        "CSV": ("data.as_csv", "text/csv"),
        "Turtle": ("data.as_turtle", "text/turtle"),
        "JSON-LD": ("data.as_jsonld", "application/ld+json"),
        "Atom": ("feed.atom", "application/atom+xml"),
    }
    return [Twin(name, address(endpoint, selection), kind) for name, (endpoint, kind) in offers.items()]
