"""The Graph Store HTTP Protocol: whole graphs, at `/graph-store?graph=IRI` or at their own IRIs."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final
from urllib.parse import urljoin, urlsplit

from flask import Blueprint, Flask, Request, Response, abort, current_app, request
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse, serialize
from werkzeug.datastructures import FileStorage

from builder.loading import check_xml
from server import answers, authority
from server.messages import PIECE, Drop, Dump, Load
from server.negotiation import GRAPHS, choose, wish
from server.pages import nodes
from server.settings import Settings
from server.sparql import share

_METHODS: Final = ("GET", "PUT", "POST", "DELETE")

blueprint = Blueprint("graph_store", __name__)
blueprint.after_request(share)


@blueprint.route("/graph-store", methods=_METHODS)
def indirect() -> Response:
    """Do what a request says to the graph that it names."""
    graph = _named(request)
    if graph is None and request.method == "POST" and "default" not in request.args:
        return _create(request)
    return _do(request, graph)


@blueprint.route("/graph-store/<path:_>", methods=_METHODS)
def direct(_: str) -> Response:
    """Do what a request says to the graph whose IRI is the address of the request."""
    return _do(request, _iri(request.base_url))


def register_own(app: Flask, base: str) -> None:
    """Answer at the path of our own IRIs for what has them, graph or not, whatever host this server has."""
    parts = urlsplit(base)

    def own(_: str) -> Response:
        iri = _iri(f"{parts.scheme}://{parts.netloc}{urlsplit(request.base_url).path}")
        if request.method in ("GET", "HEAD"):
            return share(nodes.own(iri))
        return share(_do(request, iri))

    app.add_url_rule(f"{parts.path.rstrip('/')}/<path:_>", "graph_store.own", own, methods=_METHODS)


def _named(request: Request) -> str | None:
    """Read which graph is meant; None is the default graph, or a graph that has no name yet."""
    graphs = request.args.getlist("graph")
    is_default = "default" in request.args
    if len(graphs) + is_default > 1 or (not graphs and not is_default and request.method != "POST"):
        abort(400, "name one graph: ?graph=IRI, or ?default")
    return _iri(graphs[0], request.base_url) if graphs else None


def _iri(text: str, base: str = "") -> str:
    """Check an IRI; a relative one is resolved, an absolute one is left with every sign that it has."""
    with suppress(ValueError):
        return NamedNode(text).value
    try:
        return NamedNode(urljoin(base, text)).value
    except ValueError as error:
        abort(400, f"the graph has no IRI: {error}")


def _do(request: Request, graph: str | None) -> Response:
    if request.method in ("GET", "HEAD"):
        return _read(request, graph)
    authority.check_writing(request)
    if request.method == "DELETE":
        current_app.extensions["writer"].write(Drop(graph))
        return Response(status=204)
    return Response(status=201 if _load(request, graph) else 204)


def _read(request: Request, graph: str | None) -> Response:
    format_ = choose(wish(request), GRAPHS)
    if format_ is None:
        names = ", ".join(offer.names[0] for offer in GRAPHS)
        abort(406, f"a graph can be had as {names}")
    return answers.respond(request, Dump(graph, format_, is_head=request.method == "HEAD"))


def _create(request: Request) -> Response:
    """Make a graph of what was sent, under a name of our own."""
    authority.check_writing(request)
    settings: Settings = current_app.extensions["settings"]
    graph = f"{settings.base}graph/{uuid.uuid4()}"
    _load(request, graph)
    return Response(status=201, headers={"Location": graph})


def _load(request: Request, graph: str | None) -> bool:
    """Write what a request sends into a graph; say whether the graph is new."""
    with _content(request, graph or request.base_url) as (file, format_):
        load = Load(
            graph,
            file,
            format_.media_type,
            base=graph or request.base_url,
            is_replacing=request.method == "PUT",
        )
        return bool(current_app.extensions["writer"].write(load).is_new)


@contextmanager
def _content(request: Request, base: str) -> Iterator[tuple[Path, RdfFormat]]:
    """Put what a request sends into a file, which is there until the block ends."""
    with tempfile.NamedTemporaryFile(prefix="polemos-") as file:
        if request.mimetype == "multipart/form-data":
            format_ = _gather(_files(request), file, base)
        else:
            format_ = _format(request.mimetype)
            while piece := request.stream.read(PIECE):
                file.write(piece)
        file.flush()
        yield Path(file.name), format_


def _files(request: Request) -> list[FileStorage]:
    files = [file for _, file in request.files.items(multi=True)]
    if not files or request.form:
        abort(400, "each part of the form must be a file, with its name")
    return files


def _gather(parts: list[FileStorage], file: IO[bytes], base: str) -> RdfFormat:
    """Write all parts of a form into one file, so that all of them are loaded or none."""
    for part in parts:
        suffix = Path(part.filename or "").suffix.removeprefix(".")
        format_ = RdfFormat.from_extension(suffix) or _format(part.mimetype)
        try:
            serialize(
                _triples(part, format_, base),
                file,
                RdfFormat.N_TRIPLES,
            )
        except SyntaxError as error:
            abort(400, f"{part.filename}: {error.msg}")
    return RdfFormat.N_TRIPLES


def _triples(part: FileStorage, format_: RdfFormat, base: str) -> Iterator[Triple]:
    """Read a file of a form; its blank nodes are not those of another file that have the same names."""
    if format_ == RdfFormat.RDF_XML:
        check_xml(part.stream)
        part.stream.seek(0)
    for quad in parse(part.stream, format_, base_iri=base, rename_blank_nodes=True):
        if quad.graph_name != DefaultGraph():
            abort(400, f"{part.filename}: {quad.graph_name} is a graph of its own; all must be for one graph")
        yield quad.triple


def _format(media_type: str) -> RdfFormat:
    format_ = RdfFormat.from_media_type(media_type) if media_type else RdfFormat.TURTLE
    if format_ is None:
        abort(415, f"{media_type} is no format of RDF that is known here: send {_KNOWN}")
    return format_


_KNOWN: Final = ", ".join(offer.media_types[0] for offer in GRAPHS)
