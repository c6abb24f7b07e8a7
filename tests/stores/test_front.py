"""Our server in front of other stores answers what it answers over a store of its own."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat

from builder.endpoint import Address
from builder.store import Store
from ontology.questions import Question, load_questions
from server import create_app
from server.app import close
from server.settings import Settings

from ..clients.questions import is_answered
from .engines import MERGED, Oxigraph, Row, Virtuoso, rows
from .test_loading import DIFFERENCES

QUESTIONS = load_questions()
HTML = {"Accept": "text/html"}
CLASSES = ("Attack", "Movement", "Warning", "Statement", "Actor", "Facility", "Place", "Report")
ONE_OF = """
PREFIX plm: <https://w3id.org/polemos/ontology#>
SELECT ?node WHERE {{ {{ ?node a plm:{name} }} UNION {{ GRAPH ?node {{ ?node a plm:{name} }} }} }}
ORDER BY ?node LIMIT 1"""


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[..., FlaskClient]]:
    made = []

    def start(**settings: object) -> FlaskClient:
        made.append(create_app(Settings(workers=2, **settings)))
        return made[-1].test_client()

    yield start
    for app in made:
        close(app)


@pytest.fixture(scope="module")
def embedded(started, seeds: Store) -> FlaskClient:
    return started(store=seeds.path)


@pytest.fixture(scope="module")
def before_oxigraph(started, oxigraph: Oxigraph) -> FlaskClient:
    return started(endpoint=Address(f"http://127.0.0.1:{oxigraph.port}/query"))


@pytest.fixture(scope="module")
def before_virtuoso(started, virtuoso: Virtuoso) -> FlaskClient:
    return started(endpoint=Address(f"http://127.0.0.1:{virtuoso.http}/sparql"), merged_graph=MERGED)


@pytest.fixture(params=["oxigraph", "virtuoso"])
def front(request: pytest.FixtureRequest) -> tuple[str, FlaskClient]:
    """Our server in front of each store, with the store's name."""
    return request.param, request.getfixturevalue(f"before_{request.param}")


def asked(client: FlaskClient, query: str) -> list[Row]:
    answer = client.post("/sparql", data={"query": query})
    assert answer.status_code == 200, answer.text
    return rows(answer.data)


def triples(client: FlaskClient, path: str) -> set[ox.Triple]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return {quad.triple for quad in ox.parse(answer.data, format=RdfFormat.N_TRIPLES)}


def path_of(client: FlaskClient, name: str) -> str:
    """Give the address of the page of a node of some class."""
    ((cell,),) = asked(client, ONE_OF.format(name=name))
    return urlsplit(cell[1][1]).path


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.name for question in QUESTIONS])
def test_a_question_has_the_same_answer(
    front: tuple[str, FlaskClient], embedded: FlaskClient, question: Question
) -> None:
    store, client = front
    if (store, question.name) in DIFFERENCES:
        pytest.skip(DIFFERENCES[store, question.name])
    found = asked(client, question.text)
    assert bool(found) is is_answered(question.name)
    assert found == asked(embedded, question.text)
    assert client.get(f"/?question={question.name}", headers=HTML).status_code == 200


@pytest.mark.parametrize("name", CLASSES)
def test_a_node_has_its_page_and_its_graph(
    front: tuple[str, FlaskClient], embedded: FlaskClient, name: str
) -> None:
    store, client = front
    path = path_of(embedded, name)
    page = client.get(path, headers=HTML)
    assert page.status_code == 200
    assert embedded.get(path, headers=HTML).text.partition("<h1")[2].partition("</h1>")[0] in page.text
    found, expected = (triples(each, f"{path}.nt") for each in (client, embedded))
    assert expected
    if store == "oxigraph":
        assert found == expected
    else:  # it writes numbers and dates in its own way
        assert {triple[:2] for triple in map(tuple, found)} == {triple[:2] for triple in map(tuple, expected)}


def test_whole_graphs_are_read(front: tuple[str, FlaskClient], embedded: FlaskClient) -> None:
    store, client = front
    report = f"https://w3id.org{path_of(embedded, 'Report')}"
    for which in ("default", f"graph={report}"):
        path = f"/graph-store?{which}&format=nt"
        found, expected = triples(client, path), triples(embedded, path)
        assert len(expected) > 100
        assert len(found) == len(expected)
        assert store == "virtuoso" or found == expected
    assert client.get("/graph-store?graph=urn:none").status_code == 404
    assert client.head(f"/graph-store?graph={report}").status_code == 200


@pytest.mark.parametrize(("pattern", "expected"), [("?s ?p ?o", "true"), ("?s <urn:none> ?o", "false")])
def test_yes_or_no(front: tuple[str, FlaskClient], pattern: str, expected: str) -> None:
    _, client = front
    answer = client.post("/sparql", data={"query": f"ASK {{ {pattern} }}", "format": "csv"})
    assert answer.text == expected


def test_what_there_is_is_described(front: tuple[str, FlaskClient], embedded: FlaskClient) -> None:
    _, client = front
    query = (
        "PREFIX void: <http://rdfs.org/ns/void#> "
        "SELECT ?p ?n { ?d ?p ?n FILTER (?p IN (void:triples, void:documents)) }"
    )
    found = [sorted(str(row) for row in described(each).query(query)) for each in (client, embedded)]
    assert found[0] == found[1]
    assert b"modified" not in client.get("/.well-known/void").data
    service = client.get("/sparql", headers={"Accept": "application/n-triples"})
    assert "SPARQL11Query" in service.text
    assert "geosparql" not in service.text


def described(client: FlaskClient) -> ox.Store:
    store = ox.Store()
    store.load(client.get("/.well-known/void?format=nt").data, format=RdfFormat.N_TRIPLES)
    return store
