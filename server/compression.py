"""Compressed answers, by what the client takes; streams are compressed piece by piece."""

from typing import Final

from flask import Flask, request
from flask_compress import Compress

from server.negotiation import GRAPHS, RESULTS

_PAGES: Final = ("text/html", "text/css", "text/plain", "application/json", "application/problem+json")
# Below, the headers cost more than is won.
_LEAST: Final = 500


def register(app: Flask) -> None:
    """Compress the answers of an application."""
    kinds = {kind for offer in (*RESULTS, *GRAPHS) for kind in offer.media_types}
    app.config.update(
        COMPRESS_MIMETYPES=sorted({*kinds, *_PAGES, "image/svg+xml"}),
        COMPRESS_MIN_SIZE=_LEAST,
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        # Brotli gathers 8 MB of a stream before it gives the first byte.
        COMPRESS_ALGORITHM_STREAMING=["zstd", "gzip"],
    )
    app.before_request(_forget_refusals)
    Compress(app)


def _forget_refusals() -> None:
    """Drop an `Accept-Encoding` that only says what is not taken: flask-compress reads it as a wish."""
    taken = request.accept_encodings
    if taken and not any(quality for _, quality in taken):
        del request.environ["HTTP_ACCEPT_ENCODING"]
        request.__dict__.pop("accept_encodings", None)
