"""SPARQLWrapper, the usual client in Python: it says its wish in `format`, `output`, `results`, `Accept`."""

from urllib.error import HTTPError

import pytest
from rdflib import Graph
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from .serving import ATTACK, LABEL, LABEL_OF

SELECT = f"SELECT ?label {{ <{ATTACK}> <{LABEL_OF}> ?label }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{ATTACK}> <{LABEL_OF}> ?label }}"
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


@pytest.fixture(params=WAYS, ids=["get", "form", "direct"])
def client(request: pytest.FixtureRequest, endpoint: str) -> SPARQLWrapper:
    """The client in each of the three ways to ask."""
    client = SPARQLWrapper(endpoint)
    method, body = request.param
    client.setMethod(method)
    client.setRequestMethod(body)
    return client


def ask(client: SPARQLWrapper, query: str, wish: str) -> object:
    client.setQuery(query)
    client.setReturnFormat(wish)
    return client.queryAndConvert()


def test_rows_as_json(client: SPARQLWrapper):
    answer = ask(client, SELECT, JSON)
    assert answer["results"]["bindings"] == [{"label": {"type": "literal", "value": LABEL}}]


def test_rows_as_xml(client: SPARQLWrapper):
    answer = ask(client, SELECT, XML)
    assert [node.firstChild.data for node in answer.getElementsByTagName("literal")] == [LABEL]


@pytest.mark.parametrize(
    ("wish", "table"), [(CSV, f"label\r\n{LABEL}\r\n"), (TSV, f'?label\n"{LABEL}"\n')], ids=[CSV, TSV]
)
def test_rows_as_a_table(client: SPARQLWrapper, wish: str, table: str):
    assert ask(client, SELECT, wish) == table.encode()


@pytest.mark.parametrize(("query", "truth"), [("ASK {}", True), ("ASK { FILTER(false) }", False)])
def test_a_truth(client: SPARQLWrapper, query: str, truth: bool):
    assert ask(client, query, JSON)["boolean"] is truth


# SPARQLWrapper 2.0.0 itself makes the graph in a class that rdflib is giving up.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("wish", [XML, RDFXML, TURTLE, JSONLD])
@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{ATTACK}>"], ids=["construct", "describe"])
def test_a_graph(client: SPARQLWrapper, query: str, wish: str):
    answer = ask(client, query, wish)
    graph = Graph().parse(answer) if isinstance(answer, bytes) else answer
    assert (ATTACK, LABEL_OF, LABEL) in {tuple(map(str, triple)) for triple in graph}


def test_a_named_graph_as_the_default_one(client: SPARQLWrapper):
    client.addDefaultGraph("https://example.org/report/1")
    answer = ask(client, "SELECT ?title { ?report <http://purl.org/dc/terms/title> ?title }", JSON)
    assert [row["title"]["value"] for row in answer["results"]["bindings"]] == ["Rockets hit base near Mosul"]


def test_a_query_in_any_alphabet(client: SPARQLWrapper):
    answer = ask(client, 'SELECT ("Мосул — الموصل 🚀" AS ?name) {}', JSON)
    assert answer["results"]["bindings"][0]["name"]["value"] == "Мосул — الموصل 🚀"


def test_a_query_that_is_malformed_is_said_to_be(client: SPARQLWrapper):
    # With declared prefixes only: the client itself parses enough to see that this is a SELECT.
    with pytest.raises(QueryBadFormed, match="is malformed"):
        ask(client, "SELECT ?label { ?thing ?p }", JSON)


def test_an_update_is_refused(client: SPARQLWrapper):
    client.setMethod(POST)  # the client sends an update in no other way
    client.setQuery("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    with pytest.raises(HTTPError) as caught:
        client.query()
    assert caught.value.code == 403
    caught.value.close()
