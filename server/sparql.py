"""The SPARQL 1.1 protocol at `/sparql`: queries, updates by who may, and a description of the service.

Any web page may read the answers (CORS): they are the same to everyone.
"""

from typing import Final

from flask import Blueprint, Request, Response, abort, current_app, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from server import answers, authority, description
from server.messages import Query, Update
from server.negotiation import GRAPHS, RESULTS, choose, wish

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Expose-Headers": "ETag",
}

blueprint = Blueprint("sparql", __name__)


@blueprint.get("/sparql")
def get() -> Response:
    """Answer the query of a request, or describe the service where there is none."""
    if "update" in request.args:
        abort(400, "an update is sent by POST")
    if "query" in request.args:
        return _answer(request, request.args, request.args.getlist("query"))
    if request.accept_mimetypes.best == "text/html":
        return redirect(url_for("browse.query"), 303)  # type: ignore[return-value]
    return description.service(request)


@blueprint.post("/sparql")
def post() -> Response:
    """Answer the query of a request, or do its update."""
    authority.bound_body(request)
    if request.mimetype == _FORM:
        return _form(request)
    if request.mimetype == _QUERY:
        return _answer(request, request.args, [_body(request)])
    if request.mimetype == _UPDATE:
        authority.check_writing(request)
        return _update(request, request.args, [_body(request)])
    raise UnsupportedMediaType(f"send a query as {_FORM} or {_QUERY}, an update as {_FORM} or {_UPDATE}")


def _form(request: Request) -> Response:
    fields = request.form
    if "query" in fields and "update" in fields:
        abort(400, "give a query or an update; there are both")
    if "update" in fields:
        return _update(request, fields, fields.getlist("update"))
    return _answer(request, fields, fields.getlist("query"))


def _answer(request: Request, fields: MultiDict[str, str], texts: list[str]) -> Response:
    """Answer a query in the format that the client asks for, as a stream."""
    g.query = _one(texts, "query")
    wanted = wish(request)
    query = Query(
        g.query,
        results=choose(wanted, RESULTS),
        graphs=choose(wanted, GRAPHS),
        base=current_app.extensions["settings"].base,
        default_graphs=tuple(fields.getlist("default-graph-uri")),
        named_graphs=tuple(fields.getlist("named-graph-uri")),
        is_head=request.method == "HEAD",
    )
    return answers.respond(request, query)


def _update(request: Request, fields: MultiDict[str, str], texts: list[str]) -> Response:
    """Do an update; when the client hears of it, it is durable and seen by the next query."""
    authority.check_writing(request)
    g.update = _one(texts, "update")
    update = Update(
        g.update,
        base=current_app.extensions["settings"].base,
        default_graphs=tuple(fields.getlist("using-graph-uri")),
        named_graphs=tuple(fields.getlist("using-named-graph-uri")),
    )
    current_app.extensions["writer"].write(update)
    return Response(status=204)


def _one(texts: list[str], name: str) -> str:
    if len(texts) != 1:
        abort(400, f"give one {name} in the parameter '{name}'; there are {len(texts)}")
    return texts[0]


def _body(request: Request) -> str:
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        abort(400, "the body is not UTF-8")


@blueprint.after_request
def share(response: Response) -> Response:
    """Let any web page read an answer."""
    response.headers.update(_CORS)
    return response
