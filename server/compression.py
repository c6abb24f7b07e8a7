"""Compressed answers, by what the client takes; streams are compressed piece by piece."""

from typing import Final

from flask import Flask, request
from flask_compress import Compress

from server.negotiation import GRAPHS, RESULTS

_CODINGS: Final = ("zstd", "br", "gzip")  # the best first
_PAGES: Final = (
    *("text/html", "text/css", "text/javascript", "text/plain"),
    *("application/json", "application/geo+json", "application/problem+json", "application/atom+xml"),
)
# Below, the headers cost more than is won.
_LEAST: Final = 500


def register(app: Flask) -> None:
    """Compress the answers of an application."""
    kinds = {kind for offer in (*RESULTS, *GRAPHS) for kind in offer.media_types}
    app.config.update(
        COMPRESS_MIMETYPES=sorted({*kinds, *_PAGES, "image/svg+xml"}),
        COMPRESS_MIN_SIZE=_LEAST,
        COMPRESS_ALGORITHM=list(_CODINGS),
        # Brotli gathers 8 MB of a stream before it gives the first byte.
        COMPRESS_ALGORITHM_STREAMING=["zstd", "gzip"],
    )
    app.before_request(_leave_wishes)
    Compress(app)


def _leave_wishes() -> None:
    """Leave of `Accept-Encoding` what is taken: flask-compress reads what is refused as a wish, the last."""
    rated = {name.lower(): quality for name, quality in request.accept_encodings}
    if all(rated.values()):
        return
    others = {name: rated.get("*", 0) for name in _CODINGS}
    wishes = {name: quality for name, quality in {**others, **rated}.items() if quality and name != "*"}
    request.environ["HTTP_ACCEPT_ENCODING"] = ", ".join(f"{name};q={wishes[name]:g}" for name in wishes)
    request.__dict__.pop("accept_encodings", None)
