"""What all pages have in common: the frame, addresses of nodes, twins in other formats, tags."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from cachetools import LRUCache
from flask import Flask, Response, abort, current_app, render_template, request, url_for

import ontology
from server import tables
from server.engine import Engine
from server.index import Index
from server.indexing import Indexes
from server.settings import Settings

# Kilometres around a point that stand for a place of which only this is known: the circle that is as large
# as the mean of its kind, with 148.9 million square kilometres of land, 250 countries, the 3,787 provinces of
# our gazetteer and about 47,000 second-level divisions. A town is taken as 5, a site as half a kilometre.
RADIUS_KM: Final = {"site": 0.5, "settlement": 5, "district": 32, "province": 112, "country": 435}

# Why there is no list.
UNINDEXED: Final = (
    "lists, maps and search are made of an index, and this server, which hands queries on to another, "
    "has none; ask by a query at /query"
)
# Of the room for answers, for pages: they are small, and answers of queries may be large.
_SHARE: Final = 4
_LARGEST: Final = 8  # no page takes more than this part of that room


@dataclass(frozen=True, slots=True)
class Twin:
    """The same as a page, in a format for programs."""

    name: str
    url: str
    media_type: str


def register(app: Flask) -> None:
    """Let templates use addresses of nodes and names of terms, and make room for pages."""
    app.jinja_env.globals.update(
        node_url=node_url, term_label=term_label, page_url=page_url, is_indexed=is_indexed
    )
    app.extensions["pages"] = KeptPages(app.extensions["settings"].cache // _SHARE)
    app.jinja_env.filters["number"] = lambda number: f"{number:,}"


def settings() -> Settings:
    """Give the server's settings."""
    found: Settings = current_app.extensions["settings"]
    return found


def engine() -> Engine:
    """Give what answers queries."""
    found: Engine = current_app.extensions["engine"]
    return found


def index_if_any() -> Index | None:
    """Give the newest index, or none where this server has none to give.

    Raises `ServiceUnavailable` (503) while it is being made.
    """
    indexes: Indexes | None = current_app.extensions["indexes"]
    return indexes.newest() if indexes else None


def index() -> Index:
    """Give the newest index. Raises as `index_if_any` does; `NotImplemented` (501) where there is none."""
    found = index_if_any()
    if found is None:
        abort(501, UNINDEXED)
    return found


def is_indexed() -> bool:
    """Say whether this server has lists, maps and search."""
    return current_app.extensions["indexes"] is not None


def node_url(iri: str, suffix: str = "") -> str:
    """Give the address at which this server tells of a node: the path of our own IRIs, or `/describe`."""
    base = settings().base
    if base.endswith("/") and iri.startswith(base) and len(iri) > len(base):
        return f"{urlsplit(base).path}{iri.removeprefix(base)}{suffix}"
    named = [("format", suffix.removeprefix("."))] if suffix else []
    return page_url(url_for("browse.describe"), ("iri", iri), *named)


def page_url(path: str, *arguments: tuple[str, str]) -> str:
    """Give an address with parameters."""
    return f"{path}?{urlencode(arguments)}" if arguments else path


def term_label(name: str) -> str:
    """Give the English name of a term of the ontology, by its IRI or its local name."""
    local = name.removeprefix(ontology.NAMESPACE)
    return ontology.labels().get(local, local)


def show(template: str, **content: Any) -> Response:  # noqa: ANN401 (what templates take)
    """Lay out a page."""
    with tables.LAYING_OUT:
        return Response(render_template(template, **content))


def kept(make: Callable[[], Response]) -> Response:
    """Give an answer as it was made before for the same snapshot and address, or 304 to who has it."""
    response = tagged(Response())
    response.make_conditional(request)
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    kept_pages: KeptPages = current_app.extensions["pages"]
    tag = response.get_etag()[0] or ""
    known = kept_pages.get(tag)
    if known is None:
        made = make()
        known = made.get_data(), made.content_type
        if made.status_code != HTTPStatus.OK:
            return tagged(made)
        kept_pages.put(tag, *known)
    content, content_type = known
    answer = tagged(Response(content, content_type=content_type))
    if answer.mimetype != "text/html":
        answer.headers["Access-Control-Allow-Origin"] = "*"  # for programs, which may run in any page
    return answer


class KeptPages:
    """The pages and files that were made last, as many as there is room for, in bytes."""

    def __init__(self, room: int) -> None:
        self._largest = room // _LARGEST
        self._pages: LRUCache[str, tuple[bytes, str]] = LRUCache(room, getsizeof=lambda kept: len(kept[0]))
        self._lock = threading.Lock()

    def get(self, tag: str) -> tuple[bytes, str] | None:
        """Give a page with its type, if it is kept."""
        with self._lock:
            return self._pages.get(tag)

    def put(self, tag: str, content: bytes, content_type: str) -> None:
        """Keep a page, unless it is so large that it would drive out all others."""
        if len(content) <= self._largest:
            with self._lock:
                self._pages[tag] = content, content_type


def tagged(response: Response) -> Response:
    """Say which snapshot a page is of, so that it is not sent twice."""
    # The host too, since pages hold whole addresses of this server, as the client names it.
    asked = f"{request.url_root} {request.full_path} {request.accept_mimetypes}"
    text = f"{engine().version()} {_indexed()} {asked}"
    response.set_etag(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest(), weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept", "Accept-Encoding"))
    return response


def _indexed() -> str:
    found = index_if_any()
    return str(found.version) if found else ""
