"""Search over names, events and the texts of reports, and what may be meant while somebody types."""

from typing import Final

from flask import Blueprint, Response, abort, jsonify, request, url_for
from markupsafe import Markup, escape

from builder.index.model import Facet
from server.pages import frame
from server.pages.asked import address
from server.rows import Named
from server.selection import WORDS, Selection

# Results of each kind on the page; lists of events go on by themselves.
_NODES: Final = 20
_EVENTS: Final = 10
_REPORTS: Final = 20
_SUGGESTED: Final = 10  # as many as are seen at once below a field

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
def show() -> Response:
    """Show what is found: nodes by name, events and reports by their words."""
    return frame.kept(_page)


def _page() -> Response:
    words, index = _words(), frame.index()
    selection = Selection(words=words)
    found = index.select(selection) if words else None
    count, reports = index.said(words, _REPORTS)
    return frame.show(
        "search.html",
        words=words,
        nodes=[(node, node_address(node)) for node in index.nodes(words, _NODES, is_begun=True)],
        count=len(found) if found else 0,
        events=index.rows(found.ids[:_EVENTS]) if found else [],
        all_events=address("events.show", selection),
        reports=[(report, marked(report.words)) for report in reports],
        report_count=count,
        site_words=words,
    )


def _words() -> str:
    text = " ".join(request.args.get("q", "").split())
    if len(text) > WORDS:
        abort(400, f"a search has {WORDS} characters at most")
    return text


def node_address(node: Named) -> str:
    """Give where a result leads: to its page, or for a type to the events that have it."""
    if node.kind == "Type":
        return frame.page_url(url_for("events.show"), (Facet.TYPE.value, node.iri.rpartition("#")[2]))
    return frame.node_url(node.iri)


def marked(text: str) -> Markup:
    r"""Mark the words that were found.

    >>> marked("a \x02bomb\x03 <b>")
    Markup('a <mark>bomb</mark> &lt;b&gt;')
    """
    safe = escape(text.strip())
    return Markup(safe.replace("\x02", Markup("<mark>")).replace("\x03", Markup("</mark>")))


@blueprint.get("/suggest")
def suggest() -> Response:
    """Say what may be meant by the beginning of a name."""
    return frame.kept(_suggestions)


def _suggestions() -> Response:
    nodes = frame.index().nodes(_words(), _SUGGESTED, is_begun=True)
    return jsonify(
        [
            {
                "label": node.label,
                "kind": (node.type or node.kind).lower(),
                "url": node_address(node),
                "events": node.events,
            }
            for node in nodes
        ]
    )
