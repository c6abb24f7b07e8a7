"""What the server says of itself to programs: the service, the data that it serves, and its HTTP interface.

The service is described as SPARQL 1.1 Service Description has it, the data in VoID and DCAT, the interface
in OpenAPI.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.metadata import version as version_of
from importlib.resources import files
from typing import Any, Final

from flask import Blueprint, Request, Response, abort, current_app, request
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, serialize

from server.figures import Graphs, count_data, count_graphs, of_one_snapshot
from server.messages import Chosen, Failed
from server.negotiation import GRAPHS, RESULTS, choose, wish
from server.settings import Settings
from server.statements import PREFIXES, Node, data, english, formats, node, number, say, terms
from server.void import described

# The functions of GeoSPARQL that Oxigraph answers; a test calls each.
FUNCTIONS: Final = (
    *("sfEquals", "sfDisjoint", "sfIntersects", "sfTouches", "sfCrosses", "sfWithin", "sfContains"),
    *("sfOverlaps", "ehEquals", "ehDisjoint", "ehMeet", "ehOverlap", "ehCovers", "ehCoveredBy", "ehInside"),
    *("ehContains", "rcc8eq", "rcc8dc", "rcc8ec", "rcc8po", "rcc8tppi", "rcc8tpp", "rcc8ntpp", "rcc8ntppi"),
    *("relate", "distance", "length", "perimeter", "area", "envelope", "convexHull", "centroid"),
    *("intersection", "union", "difference", "symDifference", "isEmpty", "isSimple", "dimension"),
    *("coordinateDimension", "spatialDimension", "asGeoJSON", "getSRID"),
)
# Where `openapi.json` describes our own IRIs, whose path is a setting.
_OWN: Final = "/polemos/id/{rest}"

blueprint = Blueprint("description", __name__)


def service(request: Request) -> Response:
    """Describe the endpoint: what it speaks, which formats it takes and gives, and its dataset."""
    chosen, settings = _format(request), current_app.extensions["settings"]
    # What graphs an endpoint behind this server has is for it to say, and burdens it each time.
    dataset = [] if settings.endpoint else _counted()
    return _graph(request, chosen, [*_service(settings), *dataset])


def _counted() -> list[Triple]:
    """Describe the dataset; what the service can do is known also where counting takes too long."""
    try:
        _, graphs = of_one_snapshot(count_graphs)
        return [*_dataset(graphs)]
    except Failed:
        return []


@blueprint.get("/.well-known/void")
def void() -> Response:
    """Describe the data in VoID and DCAT."""
    chosen = _format(request)
    return _graph(request, chosen, [*described(*of_one_snapshot(count_data))])


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe the HTTP interface in OpenAPI, for this server: its version, its address, its own IRIs."""
    text = (files("server") / "openapi.json").read_text(encoding="utf-8")
    interface: dict[str, Any] = json.loads(text)
    interface["info"]["version"] = version_of("polemos")
    interface["servers"] = [{"url": request.url_root.rstrip("/")}]
    own = next(current_app.url_map.iter_rules("graph_store.own"))
    path, _, _ = own.rule.rpartition("/")
    interface["paths"][f"{path}/{{rest}}"] = interface["paths"].pop(_OWN)
    content = json.dumps(interface).encode()
    return _tagged(request, Response(content, content_type="application/json"), content)


def _format(request: Request) -> Chosen:
    chosen = choose(wish(request), GRAPHS)
    if chosen is None:
        abort(406, f"a description can be had as {', '.join(offer.names[0] for offer in GRAPHS)}")
    return chosen


def _graph(request: Request, chosen: Chosen, triples: Sequence[Triple]) -> Response:
    format_ = RdfFormat.from_media_type(chosen.writer)
    content = serialize(triples, format=format_, prefixes=dict(PREFIXES)) or b""
    response = Response(content, content_type=chosen.content_type)
    # Prefixes are written in another order each time, so the tag is made of what is said.
    return _tagged(request, response, f"{chosen.content_type} {triples}".encode())


def _tagged(request: Request, response: Response, said: bytes) -> Response:
    """Give a response a tag by what it says, or 304 in its place, and let any web page read it."""
    response.set_etag(hashlib.blake2b(said, digest_size=16).hexdigest(), weak=True)
    # Kept by who asked, and asked for again each time: a later snapshot is seen at once.
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.vary.update(("Accept", "Accept-Encoding"))
    response.make_conditional(request)
    return response


def _service(settings: Settings) -> Iterator[Triple]:
    updates = ("sd:SPARQL11Update",) if settings.is_writable else ()
    federation = ("sd:BasicFederatedQuery",) if settings.service_hosts else ()
    # What another endpoint can do beyond the standard, it says itself.
    is_ours = settings.endpoint is None
    functions = terms(*(f"geof:{name}" for name in FUNCTIONS)) if is_ours else ()
    yield from say(
        node("sparql.get", "service"),
        {
            "rdf:type": terms("sd:Service"),
            "sd:endpoint": [node("sparql.get")],
            "sd:supportedLanguage": terms("sd:SPARQL10Query", "sd:SPARQL11Query", *updates),
            "sd:feature": terms(*(("sd:EmptyGraphs",) if is_ours else ()), *federation),
            "sd:resultFormat": formats((*RESULTS, *GRAPHS)),
            "sd:inputFormat": formats(GRAPHS if settings.is_writable else ()),
            "sd:defaultEntailmentRegime": terms("ent:Simple"),
            "sd:extensionFunction": functions,
        },
    )
    for function in functions:
        yield from say(function, {"rdf:type": terms("sd:Function")})


def _dataset(graphs: Graphs) -> Iterator[Triple]:
    """Say what is asked where a query names no dataset: the merged layer, and the named graphs."""
    dataset = node("sparql.get", "dataset")
    names = {BlankNode(f"named{at}"): name for at, name in enumerate(graphs.listed)}
    yield from say(node("sparql.get", "service"), {"sd:defaultDataset": [dataset]})
    yield from say(
        dataset,
        {
            "rdf:type": terms("sd:Dataset", "void:Dataset"),
            "rdfs:comment": english(f"{len(names)} of {graphs.count} named graphs are listed."),
            "void:documents": number(graphs.count),
            "sd:defaultGraph": [data("merged")],
            "sd:namedGraph": names,
        },
    )
    yield from _sized(data("merged"), graphs.triples)
    for named, name in names.items():
        yield from _named(named, name, graphs.listed[name])


def _named(named: BlankNode, name: str, triples: int) -> Iterator[Triple]:
    graph = BlankNode(f"{named.value}graph")
    yield from say(
        named, {"rdf:type": terms("sd:NamedGraph"), "sd:name": [NamedNode(name)], "sd:graph": [graph]}
    )
    yield from _sized(graph, triples)


def _sized(graph: Node, triples: int) -> Iterator[Triple]:
    return say(graph, {"rdf:type": terms("sd:Graph", "void:Dataset"), "void:triples": number(triples)})
