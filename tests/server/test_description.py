"""What the server says of itself: the rules of each vocabulary, and figures counted a second way."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.store import Store, open_snapshot
from server import figures
from server.description import FUNCTIONS
from server.negotiation import GRAPHS, RESULTS
from server.statements import PREFIXES, term

Serve = Callable[..., FlaskClient]

SPARQL, VOID = "/sparql", "/.well-known/void"
DATA = NamedNode("http://localhost/.well-known/void#merged")
REPORTS = NamedNode("http://localhost/.well-known/void#reports")
SERVICE = NamedNode("http://localhost/sparql#service")
WKT = "^^<http://www.opengis.net/ont/geosparql#wktLiteral>"
POLYGON, POINT = f'"POLYGON((0 0,2 0,2 2,0 2,0 0))"{WKT}', f'"POINT(1 1)"{WKT}'
# The functions that take no polygon.
FIRST = {"distance": POINT, "length": f'"LINESTRING(0 0,1 1)"{WKT}'}
UNITS = "http://www.opengis.net/def/uom/OGC/1.0/"
# What follows the first argument, for functions that take more; those of two geometries take a polygon.
MORE = {
    "distance": (POINT, f"<{UNITS}metre>"),
    "length": (f"<{UNITS}metre>",),
    "perimeter": (f"<{UNITS}metre>",),
    "area": (f"<{UNITS}square_metre>",),
    "relate": (POLYGON, '"T********"'),
}
OF_ONE = re.compile("envelope|convexHull|centroid|is[A-Z].*|.*[dD]imension|asGeoJSON|getSRID")


class Graph:
    """The triples of a description, to look things up in."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples = list(triples)

    def values(self, subject: object, name: str) -> list:
        return [
            each.object for each in self.triples if (each.subject, each.predicate) == (subject, term(name))
        ]

    def value(self, subject: object, name: str) -> str:
        (value,) = self.values(subject, name)
        return value.value

    def subjects(self, name: str) -> set:
        """Give what has a property, or with `rdf:type` whatever has a class."""
        return {each.subject for each in self.triples if each.predicate == term(name)}

    def instances(self, name: str) -> set:
        of = [each for each in self.triples if each.predicate == term("rdf:type")]
        return {each.subject for each in of if each.object == term(name)}


def get(client: FlaskClient, path: str, **headers: str) -> Graph:
    response = client.get(path, headers={"Accept": "text/turtle", **headers})
    assert response.status_code == 200, response.data
    return Graph(quad.triple for quad in ox.parse(response.data, format=ox.RdfFormat.TURTLE))


@pytest.fixture(scope="module")
def service(client: FlaskClient) -> Graph:
    return get(client, SPARQL)


@pytest.fixture(scope="module")
def void(client: FlaskClient) -> Graph:
    return get(client, VOID)


@pytest.fixture(scope="module")
def merged(made: Path) -> list[Quad]:
    return list(open_snapshot(made).quads_for_pattern(None, None, None, DefaultGraph()))


@pytest.mark.parametrize("path", [SPARQL, VOID])
@pytest.mark.parametrize("offer", GRAPHS, ids=lambda offer: offer.names[0])
def test_each_format_says_the_same(client: FlaskClient, path: str, offer) -> None:
    def canonical(kind: str) -> ox.Dataset:
        response = client.get(path, headers={"Accept": kind})
        assert response.mimetype == kind
        dataset = ox.Dataset(ox.parse(response.data, format=ox.RdfFormat.from_media_type(kind)))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        return dataset

    assert canonical(offer.media_types[0]) == canonical("application/n-triples")
    assert client.get(path, query_string={"format": offer.names[0]}).mimetype == offer.media_types[0]
    assert client.head(path).data == b""


@pytest.mark.parametrize("path", [SPARQL, VOID])
def test_a_description_is_in_rdf_or_not_at_all(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "turtle, jsonld" in response.json["detail"]


@pytest.mark.parametrize("path", [SPARQL, VOID, "/openapi.json"])
def test_a_description_is_kept_until_it_changes(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == response.headers["ETag"]


def test_another_snapshot_is_another_description(folder: Path, serve: Serve) -> None:
    client = serve(folder)
    before = {path: client.get(path).headers["ETag"] for path in (SPARQL, VOID)}
    with Store.open(folder) as store:
        store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
        store.publish()
    after = {path: client.get(path, headers={"If-None-Match": tag}) for path, tag in before.items()}
    assert [response.status_code for response in after.values()] == [200, 200]


def test_the_service_has_its_endpoint_and_what_it_speaks(service: Graph) -> None:
    assert service.instances("sd:Service") == {SERVICE}
    assert service.values(SERVICE, "sd:endpoint") == [NamedNode("http://localhost/sparql")]
    assert set(service.values(SERVICE, "sd:supportedLanguage")) == {
        term("sd:SPARQL10Query"),
        term("sd:SPARQL11Query"),
    }
    assert service.values(SERVICE, "sd:feature") == [term("sd:EmptyGraphs")]
    assert service.values(SERVICE, "sd:inputFormat") == []
    assert len(service.values(SERVICE, "sd:resultFormat")) == len(RESULTS) + len(GRAPHS)


def test_a_writable_service_that_may_ask_others_says_so(made: Path, serve: Serve) -> None:
    client = serve(made, is_writable=True, service_hosts=frozenset({"example.org"}))
    service = get(client, SPARQL)
    assert term("sd:SPARQL11Update") in service.values(SERVICE, "sd:supportedLanguage")
    assert term("sd:BasicFederatedQuery") in service.values(SERVICE, "sd:feature")
    assert len(service.values(SERVICE, "sd:inputFormat")) == len(GRAPHS)


def test_the_endpoint_is_the_address_as_asked(client: FlaskClient) -> None:
    service = get(client, SPARQL, Host="data.example.org:8443")
    node = NamedNode("http://data.example.org:8443/sparql#service")
    assert service.value(node, "sd:endpoint") == "http://data.example.org:8443/sparql"


def test_the_dataset_has_every_graph_once_with_its_size(made: Path, service: Graph) -> None:
    store = open_snapshot(made)
    (dataset,) = service.values(SERVICE, "sd:defaultDataset")
    (default,) = service.values(dataset, "sd:defaultGraph")
    named = service.values(dataset, "sd:namedGraph")
    assert default == DATA
    assert int(service.value(default, "void:triples")) == graph_size(store, DefaultGraph())
    assert set(named) == service.instances("sd:NamedGraph")
    sizes = {}
    for each in named:
        (graph,) = service.values(each, "sd:graph")
        sizes[service.value(each, "sd:name")] = int(service.value(graph, "void:triples"))
    assert sizes == {graph.value: graph_size(store, graph) for graph in store.named_graphs()}
    assert int(service.value(dataset, "void:documents")) == len(sizes)
    assert service.value(dataset, "rdfs:comment") == "4 of 4 named graphs are listed."


def graph_size(store: ox.Store, graph: NamedNode | DefaultGraph) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, None, None, graph))


def test_of_many_graphs_some_are_listed_and_those_of_the_vocabulary_first(
    made: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "LISTED", 2)
    service = get(serve(made), SPARQL)
    names = {service.value(each, "sd:name") for each in service.subjects("sd:name")}
    assert names == {"https://w3id.org/polemos/ontology", "https://w3id.org/polemos/gazetteer"}
    (dataset,) = service.subjects("sd:namedGraph")
    assert service.value(dataset, "rdfs:comment") == "2 of 4 named graphs are listed."


def test_an_empty_graph_is_listed_as_empty(folder: Path, serve: Serve) -> None:
    with Store.open(folder) as store:
        store.update("CREATE GRAPH <urn:empty>")
        store.publish()
    service = get(serve(folder), SPARQL)
    (named,) = [each for each in service.subjects("sd:name") if service.value(each, "sd:name") == "urn:empty"]
    assert service.value(service.values(named, "sd:graph")[0], "void:triples") == "0"


def test_a_store_without_named_graphs_is_described(folder: Path, serve: Serve) -> None:
    with Store.open(folder) as store:
        store.update("DROP ALL")
        store.publish()
    client = serve(folder)
    assert get(client, SPARQL).instances("sd:NamedGraph") == set()
    assert get(client, VOID).value(DATA, "void:triples") == "0"


def test_the_service_is_described_where_counting_takes_too_long(made: Path, serve: Serve) -> None:
    client = serve(made, timeout=1e-6)
    service = get(client, SPARQL)
    assert service.value(SERVICE, "sd:endpoint") == "http://localhost/sparql"
    assert service.values(SERVICE, "sd:defaultDataset") == []
    assert client.get(VOID).status_code in (503, 504)


def test_the_functions_are_those_that_are_described(service: Graph) -> None:
    described = service.values(SERVICE, "sd:extensionFunction")
    assert [node.value for node in described] == [PREFIXES["geof"] + name for name in FUNCTIONS]
    assert set(described) == service.instances("sd:Function")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_gives_a_value(client: FlaskClient, name: str) -> None:
    arguments = (FIRST.get(name, POLYGON), *MORE.get(name, () if OF_ONE.fullmatch(name) else (POLYGON,)))
    text = f"SELECT (<{PREFIXES['geof']}{name}>({', '.join(arguments)}) AS ?value) {{}}"
    (row,) = client.get(SPARQL, query_string={"query": text}).json["results"]["bindings"]
    assert "value" in row


def test_the_sizes_of_the_data_are_what_is_counted(void: Graph, merged: list[Quad]) -> None:
    typed = {quad.subject for quad in merged if quad.predicate == term("rdf:type")}
    expected = {
        "void:triples": len(merged),
        "void:entities": len(typed),
        "void:distinctSubjects": len({quad.subject for quad in merged}),
        "void:distinctObjects": len({quad.object for quad in merged}),
    }
    assert {name: int(void.value(DATA, name)) for name in expected} == expected
    assert int(void.value(REPORTS, "void:documents")) == 2


def test_the_parts_of_the_data_are_what_is_counted(void: Graph, merged: list[Quad]) -> None:
    classes = Counter(quad.object for quad in merged if quad.predicate == term("rdf:type"))
    properties = Counter(quad.predicate for quad in merged)
    assert parts(void, "class", "entities") == classes
    assert parts(void, "property", "triples") == properties


def parts(void: Graph, kind: str, counted: str) -> dict:
    found = void.values(DATA, f"void:{kind}Partition")
    return {
        NamedNode(void.value(part, f"void:{kind}")): int(void.value(part, f"void:{counted}"))
        for part in found
    }


def test_the_vocabularies_are_those_of_the_terms(void: Graph, merged: list[Quad]) -> None:
    used = {quad.predicate.value for quad in merged}
    used |= {quad.object.value for quad in merged if quad.predicate == term("rdf:type")}
    names = {node.value for node in void.values(DATA, "void:vocabulary")}
    assert "https://w3id.org/polemos/ontology" in names
    assert PREFIXES["sem"] not in names
    assert all(any(iri.startswith(name) for name in names) for iri in used)


def test_the_examples_are_in_the_data(void: Graph, merged: list[Quad], made: Path) -> None:
    examples = void.values(DATA, "void:exampleResource")
    assert len(examples) == 7
    assert set(examples) <= {quad.subject for quad in merged}
    (report,) = void.values(REPORTS, "void:exampleResource")
    assert report in set(open_snapshot(made).named_graphs())


def test_the_data_was_modified_when_it_was_published(void: Graph, made: Path) -> None:
    (modified,) = void.values(DATA, "dcterms:modified")
    assert modified.datatype == term("xsd:dateTime")
    published = int((made / "current").stat().st_mtime)
    assert datetime.fromisoformat(modified.value) == datetime.fromtimestamp(published, UTC)


def test_the_data_says_where_it_is(void: Graph, client: FlaskClient) -> None:
    assert void.value(DATA, "void:sparqlEndpoint") == "http://localhost/sparql"
    assert void.value(DATA, "void:uriSpace") == "https://example.org/merged/"
    assert void.instances("void:Dataset") >= {DATA, REPORTS}
    assert void.instances("dcat:DataService") == {SERVICE, NamedNode("http://localhost/graph-store#service")}
    files = void.subjects("dcat:downloadURL")
    assert len(files) == len(GRAPHS)
    for file in files:
        response = client.get(void.value(file, "dcat:downloadURL"))
        assert response.status_code == 200
        assert void.value(file, "dcat:mediaType").endswith(response.mimetype)


def test_no_licence_is_made_up(void: Graph) -> None:
    assert void.subjects("dcterms:license") == set()


def test_the_licence_that_the_operator_names(made: Path, serve) -> None:
    licence = "https://creativecommons.org/licenses/by/4.0/"
    client = serve(made, license=licence)
    text = client.get("/.well-known/void", headers={"Accept": "application/n-triples"}).text
    assert (
        text.count("<http://purl.org/dc/terms/license> <https://creativecommons.org/licenses/by/4.0/>") == 2
    )


def test_links_to_geonames_are_counted(folder: Path, serve: Serve, void: Graph) -> None:
    assert void.instances("void:Linkset") == set()
    with Store.open(folder) as store:
        same = "<urn:a> owl:sameAs <https://sws.geonames.org/99072/> . <urn:a> owl:sameAs <urn:b>"
        store.update(f"PREFIX owl: <{PREFIXES['owl']}> INSERT DATA {{ {same} }}")
        store.publish()
    linked = get(serve(folder), VOID)
    (linkset,) = linked.instances("void:Linkset")
    assert linked.values(DATA, "void:subset") == [linkset]
    assert linked.values(linkset, "void:triples") == [Literal(1)]
    (other,) = linked.values(linkset, "void:objectsTarget")
    assert linked.value(other, "void:uriSpace") == "https://sws.geonames.org/"


def test_every_route_is_described_and_nothing_else(client: FlaskClient) -> None:
    described = {
        (re.sub(r"{\w+}", "{}", path), method)
        for path, item in client.get("/openapi.json").json["paths"].items()
        for method in item
        if method != "parameters"
    }
    rules = client.application.url_map.iter_rules()
    # HEAD and OPTIONS follow from the others, as the description says.
    assert described == {
        (re.sub(r"<[\w:]+>", "{}", rule.rule), method.lower())
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_the_interface_is_valid_and_of_this_server(made: Path, serve: Serve) -> None:
    client = serve(made, base="https://example.org/elsewhere/#")
    interface = client.get("/openapi.json", headers={"Host": "data.example.org"}).json
    validate(interface)
    assert interface["servers"] == [{"url": "http://data.example.org"}]
    assert interface["info"]["version"] == version("polemos")
    assert "/elsewhere/{rest}" in interface["paths"]


def test_whatever_needs_a_token_says_so(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]
    for path, item in paths.items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            refuses = "401" in operation["responses"]
            assert ({"token": []} in operation.get("security", [])) == refuses, (path, method)
            is_open = path in ("/try", "/extract")  # these write nothing
            is_guarded = method in ("put", "post", "delete") or path == "/running"
            assert refuses == (is_guarded and not is_open), (path, method)


def test_errors_are_problems_as_described(client: FlaskClient) -> None:
    interface = client.get("/openapi.json").json
    required = interface["components"]["schemas"]["Problem"]["required"]
    assert sorted(client.get("/?question=none").json) == sorted(required)
    for name, response in interface["components"]["responses"].items():
        content = response.get("content", {})
        assert ("application/problem+json" in content) == (name in PROBLEMS), name
    json.dumps(interface)


PROBLEMS = (
    *("BadRequest", "NoToken", "ReadOnly", "NotFound", "NotAcceptable", "TooLarge", "UnknownType"),
    *("Refused", "TooOften", "NoIndex", "BadGateway", "Unavailable", "TimeUp"),
)
