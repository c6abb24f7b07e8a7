"""Errors as answers: one shape in JSON, `{"error": …, "status": …}`, the same as text, or a page."""

from typing import Final

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from builder.errors import StoreError
from server.engine import QueryFailed

# In the order of preference for a client that has none, such as one that asked for Turtle.
_KINDS: Final = ("application/json", "text/plain", "text/html")


def register(app: Flask) -> None:
    """Make an application answer every error in the shape that the client takes."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(QueryFailed, _query)
    app.register_error_handler(StoreError, _store)


def _http(error: HTTPException) -> Response:
    response = _shaped(error.code or 500, error.description or error.name)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _query(error: QueryFailed) -> Response:
    return _shaped(error.failure.status, error.failure.message)


def _store(error: StoreError) -> Response:
    return _shaped(503, str(error))


def _shaped(status: int, message: str) -> Response:
    rates = {kind: request.accept_mimetypes.quality(kind) for kind in _KINDS}
    kind = max(_KINDS, key=lambda kind: rates[kind])
    if kind == "application/json":
        response = jsonify(error=message, status=status)
    elif kind == "text/plain":
        response = Response(f"{message}\n", mimetype=kind)
    else:
        response = Response(render_template("error.html", status=status, message=message))
    response.status_code = status
    return response
