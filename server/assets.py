"""Where the pages find their styles, scripts and maps: addresses that change with the files.

What others wrote lies in `static/built` where `server.build_assets` could get it; a page asks `is_built`, and
does without. The policy says what a page may load: nothing of other hosts, but the tiles of a map that the
operator chose.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request, url_for

_STATIC: Final = Path(__file__).with_name("static")
# Seconds. A year is what caches take for "for ever"; the address changes when the file does.
_YEAR: Final = 365 * 24 * 3600
# The hash of the one style sheet that a script of YASGUI 4.6.2 writes itself: grips between columns.
_GRIPS: Final = "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"
# Characters of the hash in an address: 48 bits tell the few versions of one file apart.
_HASH: Final = 12


def register(app: Flask) -> None:
    """Let the templates of an application ask for assets, and browsers keep them."""
    app.jinja_env.globals.update(asset=address, is_built=is_built, settings=app.extensions["settings"])
    app.get_send_file_max_age = _seconds_to_keep  # type: ignore[method-assign, assignment]
    app.after_request(_close_file)


def address(name: str) -> str:
    """Give the address of a file of `static`, with a hash of what it holds; raises `KeyError` without it."""
    return url_for("static", filename=name, v=_hashes()[name])


def is_built(name: str) -> bool:
    """Say whether a file that npm brings is there.

    >>> is_built("not-a-library.js")
    False
    """
    return f"built/{name}" in _hashes()


def policy(tiles: str | None = None) -> str:
    """Give the Content-Security-Policy of every page; `tiles` is the pattern of addresses of map tiles.

    >>> policy("https://{s}.tiles.example.org/{z}/{x}/{y}.png").split("; ")[3]
    "img-src 'self' https://*.tiles.example.org"
    """
    images = f"'self' {_origin(tiles)}" if tiles else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' {_GRIPS}",
            f"img-src {images}",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _origin(tiles: str) -> str:
    parts = urlsplit(tiles.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"


@cache
def _hashes() -> Mapping[str, str]:
    """Give the hash of each file of `static`: what is built later is seen when the server starts anew."""
    return {
        file.relative_to(_STATIC).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()[:_HASH]
        for file in _STATIC.rglob("*")
        if file.is_file()
    }


def _seconds_to_keep(name: str | None) -> int | None:
    """Let a file be kept that is the one its address says: a page may be older than the server."""
    return _YEAR if request.args.get("v") == _hashes().get(name or "", "") else None


def _close_file(response: Response) -> Response:
    """Close the file of an asset with its answer, also where a compressed stream takes its place."""
    close = getattr(response.response, "close", None)
    if request.endpoint == "static" and close:
        response.call_on_close(close)
    return response
