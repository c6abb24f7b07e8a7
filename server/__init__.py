"""The server: SPARQL over the newest snapshot of a store, and pages that show what is in it."""

from pathlib import Path
from typing import Final

from flask import Flask, Response

from server import browse, errors, sparql
from server.engine import MAX_QUERY_LENGTH, Engine

__all__ = ["create_app"]

# Nothing but our own style sheet, and forms that lead back here: the pages need no script and no frame.
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
# The longest query in a form: each character up to four bytes, each byte percent-encoded as three.
_MAX_BODY: Final = 12 * MAX_QUERY_LENGTH


def create_app(store: Path, *, base: str | None = None, query_timeout: float | None = None) -> Flask:
    """Make the application that serves a store, to read only.

    `store` is the folder that `polemos build` writes; a snapshot that it publishes later is served from
    the next request on. `base` is the IRI that relative IRIs of queries are resolved against.
    `query_timeout`, in seconds, bounds each query (see `server.engine`); None sets no bound.
    Raises `StoreError` if nothing can be read there.
    """
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=_MAX_BODY, MAX_FORM_MEMORY_SIZE=_MAX_BODY)
    # Block tags leave no blank lines behind in the pages.
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["engine"] = Engine(store, base=base, timeout=query_timeout)
    app.register_blueprint(sparql.blueprint)
    app.register_blueprint(browse.blueprint)
    errors.register(app)
    app.after_request(_secure)
    return app


def _secure(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
