"""Checks of requests: may this client write, may it operate, does it ask too often."""

import time
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from flask import Request, abort, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests, Unauthorized

from server.settings import Settings

# Requests a minute of one client that is not this machine: ten a second is more than a person's pages make.
_USUAL_RATE: Final = 600
# Fields of a query string and a form: as many as werkzeug allows for parts of a form.
_FIELDS: Final = 1000
# Health is asked for by machines that must not be turned away.
_UNLIMITED: Final = frozenset(("operation.health", "operation.metrics"))


def check_writing(request: Request) -> None:
    """Abort with 403 if this server only reads, with 401 if the request bears no token."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.is_writable:
        abort(403, "this endpoint is read-only: it takes queries, no updates")
    check_token(request)


def bound_body(request: Request) -> None:
    """Let the body of a request be no larger than a query's, unless its client may write."""
    settings: Settings = current_app.extensions["settings"]
    if not (settings.is_writable and settings.tokens.lets_in(request.headers.get("Authorization"))):
        request.max_content_length = settings.largest_query


def check_token(request: Request) -> None:
    """Abort with 401 if a request bears no token that is let in."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.tokens.lets_in(request.headers.get("Authorization")):
        raise Unauthorized(
            "send a token: Authorization: Bearer TOKEN", www_authenticate=WWWAuthenticate("bearer")
        )


def check_fields(request: Request) -> None:
    """Raise 413 if a request has many fields: reading them keeps all other requests from running."""
    fields = request.query_string.count(b"&")
    if request.mimetype == "application/x-www-form-urlencoded":
        bound_body(request)
        fields += request.get_data().count(b"&")
    if fields > _FIELDS:
        raise RequestEntityTooLarge(f"a request may have {_FIELDS:,} fields")


class Rate:
    """How often each client may ask, counted in a window that slides over a minute."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._item = RateLimitItemPerMinute(_USUAL_RATE if limit is None else max(1, limit))

    def check(self, request: Request) -> None:
        """Raise 429 if a client asks too often."""
        client = request.remote_addr or ""
        if self._limit == 0 or request.endpoint in _UNLIMITED or (self._limit is None and _is_here(client)):
            return
        if not self._limiter.hit(self._item, client):
            reset = self._limiter.get_window_stats(self._item, client).reset_time
            raise TooManyRequests(
                f"a client may make {self._item.amount} requests a minute",
                retry_after=max(1, round(reset - time.time())),
            )


@lru_cache(maxsize=1024)  # the same clients come again
def _is_here(client: str) -> bool:
    try:
        return ip_address(client).is_loopback
    except ValueError:  # no address: a test client, or a socket of this machine
        return True
