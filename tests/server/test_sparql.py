"""The protocol of `/sparql`: three ways to ask, the dataset, formats by wish, and every refusal."""

import json

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

SELECT = "SELECT ?label WHERE { <attack> <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
ASK = "ASK { <attack> ?p ?o }"
CONSTRUCT = "CONSTRUCT WHERE { <attack> <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
DESCRIBE = "DESCRIBE <attack>"
LABEL = "rocket attack on base"
OF_REPORT = "?r a <https://w3id.org/polemos/ontology#Report> ; <http://purl.org/dc/terms/title> ?t"
TITLES = f"SELECT ?t {{ {{ {OF_REPORT} }} UNION {{ GRAPH ?g {{ {OF_REPORT} }} }} }}"
ONE, TWO = "https://example.org/report/1", "https://example.org/report/2"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "GET", "query_string": {"query": SELECT}},
        {"method": "POST", "data": {"query": SELECT}},
        {"method": "POST", "data": SELECT, "content_type": "application/sparql-query"},
        {"method": "POST", "data": SELECT, "content_type": "application/sparql-query; charset=utf-8"},
    ],
    ids=["get", "form", "direct", "direct with charset"],
)
def test_three_ways_to_ask(client: FlaskClient, request_: dict) -> None:
    response = client.open("/sparql", **request_)
    assert response.status_code == 200
    assert response.content_type == "application/sparql-results+json"
    assert response.json["results"]["bindings"] == [{"label": {"type": "literal", "value": LABEL}}]


def test_head_has_the_type_and_no_body(client: FlaskClient) -> None:
    response = client.head("/sparql", query_string={"query": SELECT})
    assert response.status_code == 200
    assert response.content_type == "application/sparql-results+json"
    assert response.data == b""


@pytest.mark.parametrize(
    ("dataset", "titles"),
    [
        ({}, 2),
        ({"default-graph-uri": ONE}, 1),
        ({"named-graph-uri": TWO}, 1),
        ({"default-graph-uri": [ONE, TWO]}, 2),
        (
            {
                "default-graph-uri": ONE,
                "named-graph-uri": TWO,
            },
            2,
        ),
        ({"default-graph-uri": "https://example.org/report/none"}, 0),
    ],
)
@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_dataset(client: FlaskClient, how: str, dataset: dict, titles: int) -> None:
    if how == "get":
        response = client.get("/sparql", query_string={"query": TITLES, **dataset})
    elif how == "form":
        response = client.post("/sparql", data={"query": TITLES, **dataset})
    else:
        response = client.post(
            "/sparql", query_string=dataset, data=TITLES, content_type="application/sparql-query"
        )
    assert len(response.json["results"]["bindings"]) == titles


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, None, "application/sparql-results+json"),
        (SELECT, "application/json", "application/json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "text/*", "text/csv; charset=utf-8"),
        (SELECT, "text/csv;q=0.1, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        (SELECT, "application/sparql-results+json;q=0, */*;q=0.5", "application/json"),
        (SELECT, "text/html, */*;q=0.1", "application/sparql-results+json"),
        (SELECT, "TEXT/CSV", "text/csv; charset=utf-8"),
        (ASK, "text/csv", "text/csv; charset=utf-8"),
        (CONSTRUCT, None, "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/json", "application/json"),
        (DESCRIBE, "application/trig", "application/trig"),
        (DESCRIBE, "application/n-quads", "application/n-quads"),
    ],
)
def test_accept(client: FlaskClient, query: str, accept: str | None, content_type: str) -> None:
    headers = {"Accept": accept} if accept else {}
    response = client.get("/sparql", query_string={"query": query}, headers=headers)
    assert response.content_type == content_type
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("name", ["json", "xml", "tsv", "application/sparql-results+xml"])
def test_results_hold_the_answer_in_each_format(client: FlaskClient, name: str) -> None:
    wish = {"query": SELECT, "format": name}
    response = client.get("/sparql", query_string=wish, headers={"Accept": "image/png"})
    written = ox.QueryResultsFormat.from_media_type(response.content_type)
    solutions = ox.parse_query_results(response.data, format=written)
    assert [solution["label"].value for solution in solutions] == [LABEL]


def test_csv_holds_the_answer(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": SELECT, "format": "csv"})
    assert response.text.splitlines() == ["label", LABEL]


GRAPH_FORMATS = ["turtle", "ttl", "jsonld", "json-ld", "json", "ntriples", "nt", "rdfxml", "xml"]
DATASET_FORMATS = ["trig", "nquads", "nq"]


@pytest.mark.parametrize("name", GRAPH_FORMATS + DATASET_FORMATS)
def test_graphs_hold_the_answer_in_each_format(client: FlaskClient, name: str) -> None:
    response = client.get("/sparql", query_string={"query": CONSTRUCT, "format": name})
    media_type = response.content_type.partition(";")[0]
    (quad,) = ox.parse(response.data, format=ox.RdfFormat.from_media_type(media_type))
    assert quad.object == ox.Literal(LABEL)


def get(**fields: object) -> dict:
    return {"method": "GET", "query_string": fields}


def form(**fields: object) -> dict:
    return {"method": "POST", "data": fields}


def post(text: object, content_type: str) -> dict:
    return {"method": "POST", "data": text, "content_type": content_type}


IMAGE = {"headers": {"Accept": "image/png"}}
CALL = "ASK { SERVICE <http://localhost/> {} }"
REFUSALS = [
    (400, "there are 0", form(format="json")),
    (400, "there are 2", get(query=[ASK, ASK])),
    (400, "error at 1:10: ", get(query="ASK WHERE")),
    (400, "no PREFIX line declares", get(query="ASK { ?s no:such ?o }")),
    (422, "not supported", get(query="SELECT (<urn:f>(1) AS ?x) {}")),
    (400, "IRI", get(query=ASK, **{"default-graph-uri": "not an iri"})),
    (400, "expected", form(query="DELETE WHERE { ?s ?p ?o }")),
    (400, "UTF-8", post(b"ASK {\xff}", "application/sparql-query")),
    (403, "read-only", form(update="CLEAR ALL")),
    (400, "POST", get(update="CLEAR ALL")),
    (400, "both", form(query=ASK, update="CLEAR ALL")),
    (403, "read-only", post("CLEAR ALL", "application/sparql-update")),
    (422, "SERVICE", get(query=CALL)),
    (405, "method", {"method": "PUT", "data": "x"}),
    (405, "method", {"method": "DELETE"}),
    (406, "turtle, jsonld, ntriples", get(query=CONSTRUCT, format="csv")),
    (406, "json, xml, csv, tsv", get(query=ASK) | IMAGE),
    (413, "100,000", form(query=ASK + " " * 100_000)),
    (413, "", form(query="x" * 2_000_000)),
    (415, FORM, post(ASK, "text/plain")),
    (415, FORM, post({"query": ASK}, "multipart/form-data")),
]


@pytest.mark.parametrize(("status", "says", "request_"), REFUSALS)
def test_refusals(client: FlaskClient, status: int, says: str, request_: dict) -> None:
    response = client.open("/sparql", **request_)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert set(response.json) == {"type", "title", "status", "detail"}
    assert response.json["status"] == status
    assert says in response.json["detail"]


def test_405_names_the_methods(client: FlaskClient) -> None:
    assert client.put("/sparql").headers["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("text/turtle", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
    ],
)
def test_errors_come_as_the_client_takes_them(client: FlaskClient, accept: str, content_type: str) -> None:
    response = client.get("/sparql", query_string={"query": "<script>"}, headers={"Accept": accept})
    assert response.status_code == 400
    assert response.content_type == content_type
    assert "<script>" not in response.text


def test_any_page_may_read_answers_and_errors(client: FlaskClient) -> None:
    for response in (
        client.get("/sparql", query_string={"query": ASK}),
        client.get("/sparql", query_string={"query": "nonsense"}),
        client.options("/sparql"),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_brackets_as_deep_as_a_query_has_room_for(client: FlaskClient) -> None:
    depth = 49_990  # two characters each: just under the longest query
    response = client.post("/sparql", data={"query": "ASK {" + "{" * depth + "}" * depth + "}"})
    assert json.loads(response.data)["boolean"] is True
