"""Answers of the engine as HTTP responses: streamed, with a version, and whole or visibly cut."""

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from flask import Request, Response, current_app, g

from builder.store import Version
from server.cache import is_lasting
from server.engine import Answer, Caller, Engine
from server.messages import PIECE, Reading

# An answer of more bytes than this is gathered on disk, where it must be gathered.
_IN_MEMORY: Final = 1024 * 1024


def caller(request: Request) -> Caller:
    """Say who makes a request."""
    is_gone: Callable[[], bool] | None = request.environ.get("waitress.client_disconnected")
    client, fresh = request.remote_addr or "", "no-cache" in request.headers.get("Cache-Control", "")
    return Caller(client, is_gone, fresh) if is_gone else Caller(client, wants_fresh=fresh)


def respond(request: Request, reading: Reading) -> Response:
    """Answer a request with what a reading gives, or with 304 if the client has that already."""
    engine: Engine = current_app.extensions["engine"]
    is_kept = is_lasting(reading)
    if is_kept and request.if_none_match and request.method in ("GET", "HEAD"):
        tag = _tag(engine.version(), reading)
        if request.if_none_match.contains_weak(tag):
            return _with_headers(Response(status=304), tag)
    answer = engine.answer(reading, caller(request))
    g.answer = answer
    response = _whole(answer) if request.environ["SERVER_PROTOCOL"] == "HTTP/1.0" else _streamed(answer)
    return _with_headers(response, _tag(answer.version, reading) if is_kept else None)


def _with_headers(response: Response, tag: str | None) -> Response:
    """Say how an answer may be kept: by who asked, and asked for again, so that a later snapshot is seen."""
    if tag:
        # Weak: the same answer in another encoding has the same tag.
        response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache" if tag else "no-store"
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


def _tag(version: Version, reading: Reading) -> str:
    # HEAD has the tag of GET.
    text = f"{version} {replace(reading, is_head=False)}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _streamed(answer: Answer) -> Response:
    if answer.length is not None:
        return Response(b"".join(answer), content_type=answer.content_type)
    response = Response(answer, content_type=answer.content_type)
    # Whatever stands between, such as the compression, the query ends with the response.
    response.call_on_close(answer.close)
    return response


def _whole(answer: Answer) -> Response:
    """Gather an answer before it is sent: HTTP/1.0 ends it by closing the connection, cut or not."""
    with ExitStack() as unless_whole, answer:
        gathered = unless_whole.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        for piece in answer:
            gathered.write(piece)
        unless_whole.pop_all()
    length = gathered.tell()
    gathered.seek(0)
    response = Response(iter(lambda: gathered.read(PIECE), b""), content_type=answer.content_type)
    response.content_length = length
    response.call_on_close(gathered.close)
    return response
