"""rdflib's SPARQLStore: a remote graph that is used as if it were here."""

import pytest
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from .serving import ATTACK, LABEL

PLM = "https://w3id.org/polemos/ontology#"
TITLES = f"SELECT ?title {{ ?report a <{PLM}Report> ; <http://purl.org/dc/terms/title> ?title }}"
LABELS = "SELECT ?label { ?thing rdfs:label ?label }"
REPORT = "https://example.org/report/1"


@pytest.fixture(params=["GET", "POST", "POST_FORM"])
def store(request: pytest.FixtureRequest, endpoint: str) -> SPARQLStore:
    return SPARQLStore(endpoint, method=request.param)


@pytest.fixture
def graph(store: SPARQLStore) -> Graph:
    """The default graph, which holds the merged layer."""
    return Graph(store)


@pytest.mark.parametrize(
    "pattern",
    [
        (URIRef(ATTACK), RDFS.label, None),
        (None, None, Literal(LABEL)),
        (URIRef(ATTACK), RDFS.label, Literal(LABEL)),
    ],
    ids=["object", "subject", "whole"],
)
def test_triples(graph: Graph, pattern: tuple):
    assert list(graph.triples(pattern)) == [(URIRef(ATTACK), RDFS.label, Literal(LABEL))]


def test_navigation(graph: Graph):
    assert graph.value(URIRef(ATTACK), RDFS.label) == Literal(LABEL)
    assert (URIRef(ATTACK), RDF.type, URIRef(f"{PLM}Attack")) in graph
    assert (URIRef(ATTACK), RDF.type, URIRef(f"{PLM}Movement")) not in graph


def test_the_length_is_the_number_of_triples(graph: Graph):
    assert len(graph) == len(list(graph)) > 100


def test_a_value_keeps_its_datatype(graph: Graph):
    (count,) = graph.objects(URIRef("https://example.org/merged/toll1"), URIRef(f"{PLM}count"))
    assert count.toPython() == 12


def test_a_query_with_a_variable_bound(graph: Graph):
    rows = graph.query(LABELS, initNs={"rdfs": RDFS}, initBindings={"thing": URIRef(ATTACK)})
    assert [row.label for row in rows] == [Literal(LABEL)]


@pytest.mark.parametrize(("query", "truth"), [("ASK { ?s ?p ?o }", True), ("ASK { ?s ?s ?s }", False)])
def test_a_truth(graph: Graph, query: str, truth: bool):
    assert graph.query(query).askAnswer is truth


def test_a_graph_of_the_answer(graph: Graph):
    answer = graph.query("CONSTRUCT WHERE { ?place a plm:Place }", initNs={"plm": PLM}).graph
    assert {str(place).rsplit("/", 1)[1] for place in answer.subjects()} == {
        "iraq",
        "mosul",
        "erbil",
        "baghdad",
    }


def test_a_named_graph_is_a_context(store: SPARQLStore):
    report = Graph(store, identifier=URIRef(REPORT))
    assert [str(title) for (title,) in report.query(TITLES)] == ["Rockets hit base near Mosul"]
    assert (URIRef(REPORT), RDF.type, URIRef(f"{PLM}Report")) in report
    assert (URIRef(ATTACK), RDFS.label, None) not in report


def test_the_graphs_that_hold_something(store: SPARQLStore):
    reports = (None, RDF.type, URIRef(f"{PLM}Report"))
    assert {str(graph) for graph in store.contexts(reports)} == {REPORT, "https://example.org/report/2"}
    assert {str(graph) for graph in store.contexts()} > {REPORT}
