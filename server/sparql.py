"""The SPARQL 1.1 protocol at `/sparql`: queries by GET and both kinds of POST, nothing that writes.

Any web page may read the answers (CORS): they are the same to everyone, and nothing here can change them.
"""

from typing import Final

from flask import Blueprint, Request, Response, abort, current_app, request

from server.engine import Query
from server.formats import Wish

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_READ_ONLY: Final = "this endpoint is read-only: it takes queries, no updates"
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
}

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer the query of a request, in the format that it asks for, as a stream."""
    query = read_query(request)
    wish = Wish(request.values.get("format"), request.accept_mimetypes)
    answer = current_app.extensions["engine"].answer(query, wish)
    response = Response(answer, content_type=answer.content_type)
    if answer.length is not None:
        response.content_length = answer.length
    response.vary.add("Accept")
    return response


@blueprint.after_request
def _share(response: Response) -> Response:
    response.headers.update(_CORS)
    return response


def read_query(request: Request) -> Query:
    """Read the query of a request and its dataset.

    Aborts with 400 (no query, or several), 403 (an update) or 415 (another type of content).
    """
    if request.method != "POST":
        fields, texts = request.args, request.args.getlist("query")
    elif request.mimetype == _FORM:
        fields, texts = request.form, request.form.getlist("query")
    elif request.mimetype == _QUERY:
        fields, texts = request.args, [_body(request)]
    elif request.mimetype == _UPDATE:
        abort(403, _READ_ONLY)
    else:
        abort(415, f"send the query as {_FORM} or as {_QUERY}")
    if "update" in fields:
        abort(403, _READ_ONLY)
    if len(texts) != 1:
        abort(400, f"give one query in the parameter 'query'; there are {len(texts)}")
    return Query(
        texts[0],
        default_graphs=tuple(fields.getlist("default-graph-uri")),
        named_graphs=tuple(fields.getlist("named-graph-uri")),
    )


def _body(request: Request) -> str:
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        abort(400, "the query is not UTF-8")
