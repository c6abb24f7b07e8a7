"""Errors as answers: problem details (RFC 9457), or the same as text or as a page."""

import json
import logging
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from builder.errors import StoreError
from server.messages import Failed, Failure

_LOG: Final = logging.getLogger("polemos.store")
_PROBLEM: Final = "application/problem+json"
# In the order of preference for a client that has none, such as one that asked for Turtle.
_KINDS: Final = (_PROBLEM, "application/json", "text/plain", "text/html")


def register(app: Flask) -> None:
    """Make an application answer every error in the shape that the client takes."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Failed, _failed)
    app.register_error_handler(StoreError, _store)


def problem(failure: Failure) -> bytes:
    """Write a failure as problem details.

    >>> problem(Failure(404, "no such graph"))
    b'{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no such graph"}'
    """
    return json.dumps(
        {
            "type": "about:blank",
            "title": _title(failure.status),
            "status": failure.status,
            "detail": failure.message,
        }
    ).encode()


def _title(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"


def _http(error: HTTPException) -> Response:
    # An error of ours in the code: what went wrong is in the log, and nobody else's business.
    said = error.description if error.code != HTTPStatus.INTERNAL_SERVER_ERROR else "an error of the server"
    response = _shaped(Failure(error.code or 500, said or error.name))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    for name, value in error.get_headers():
        if name in ("Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _failed(error: Failed) -> Response:
    return _shaped(error.failure)


def _store(error: StoreError) -> Response:
    """Say that the store fails; where it lies is in the log, and nobody else's business."""
    _LOG.error("%s", error)
    return _shaped(Failure(503, "the store cannot be read; the operator's log says why", retry_after=5))


def _shaped(failure: Failure) -> Response:
    rates = {kind: request.accept_mimetypes.quality(kind) for kind in _KINDS}
    kind = max(_KINDS, key=lambda kind: rates[kind])
    if kind == "text/plain":
        response = Response(f"{failure.message}\n", mimetype=kind)
    elif kind == "text/html":
        page = render_template("error.html", status=failure.status, message=failure.message)
        response = Response(page)
    else:
        response = Response(problem(failure), content_type=_PROBLEM)
    response.status_code = failure.status
    if failure.retry_after is not None:
        response.headers["Retry-After"] = str(failure.retry_after)
    return response
