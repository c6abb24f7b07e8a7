"""The pages: what they show, that it is escaped, and that every link of theirs leads somewhere."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.store import Store
from ontology.questions import load_questions

from ..clients.questions import is_answered

QUESTIONS = load_questions()
EVIL = '<script>alert("1")</script>\'&'
VOID = {"meta", "link", "input", "br"}
PAGES = [
    "/",
    "/query",
    "/?question=timeline",
    "/query?query=ASK+{}",
    "/query?query=nonsense",
    "/?question=none",
]


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.open and "type" not in self.elements[-1][1]:
            self.inside.append((self.open[-1], data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def scripts(self) -> list[str]:
        """What stands in the page itself and would be run; what programs read of a page is none."""
        return [words for tag, words in self.inside if tag == "script"]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def scripts_of_others(page: Page) -> list[str | None]:
    sources = [
        script.get("src") for script in page.all("script") if script.get("type") != "application/ld+json"
    ]
    return [source for source in sources if not (source or "").startswith("/static/")]


def read(client: FlaskClient, address: str) -> Page:
    return Page(client.get(address, headers={"Accept": "text/html"}).text)


def test_home_says_what_is_in_the_graph(client: FlaskClient) -> None:
    text = read(client, "/").text
    assert "Attacks 4" in text
    assert "Reports 2" in text
    assert "Events from 2024-02-28 to 2024-03-05" in text
    assert "2024-03-06 Toll rises after base attack Plains Daily" in text
    assert "River Brigade → Qayyarah base" in text
    assert "Aircraft bombed the base again on Tuesday, in answer to the rockets." in text


def test_home_of_an_empty_store(tmp_path: Path, serve: Callable[..., FlaskClient]) -> None:
    with Store.open(tmp_path, create=True) as store:
        store.publish()
    client = serve(tmp_path)
    assert client.application.extensions["indexes"].wait(60)
    text = read(client, "/").text
    assert "Nothing yet" in text
    assert "No event has a date." in text


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.name for question in QUESTIONS])
def test_each_question_runs_from_the_page(client: FlaskClient, question) -> None:
    page = read(client, f"/?question={question.name}")
    assert question.title in page.text
    assert question.description in page.text
    assert page.all("td")
    assert ("Nothing matches" in page.text) is not is_answered(question.name)
    assert "".join(page.words).count(question.text.rstrip()) == 1


def test_questions_as_json(client: FlaskClient) -> None:
    listed = client.get("/questions").json
    assert [item["name"] for item in listed] == [question.name for question in QUESTIONS]
    assert set(listed[0]) == {"name", "title", "description", "text"}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK { ?a a plm:Attack }", "answer yes"),
        ("ASK { ?a a plm:Nothing }", "answer no"),
        ("SELECT * WHERE {}", "1 rows"),
        ("SELECT ?none WHERE {}", "none –"),
        ("SELECT ?none ?x WHERE { VALUES ?x { UNDEF 'a\\tb\\nc' } }", "– – – a b c"),
        ("SELECT ?x WHERE { VALUES ?x { 'ja'@de 1.5 true } }", "ja de 1.5 xsd:decimal true xsd:boolean"),
        ("SELECT ?x WHERE { ?x a plm:Nothing }", "Nothing matches."),
        ("CONSTRUCT { ?a rdfs:label 'it' } WHERE { ?a a plm:Movement }", "subject predicate object"),
        ("DESCRIBE <https://example.org/merged/iraq>", "rdfs:label Iraq"),
        ("SELECT ?a WHERE { ?a ?b ?c . ?d ?e ?f }", "First 500 rows"),
        ("SELECT ?x { BIND(BNODE() AS ?x) }", "_:"),
        ("SELEC", "Error 400: the query is malformed: error at 1:"),
        ("SELECT * { SERVICE <http://localhost/> {} }", "Error 422: SERVICE is refused"),
    ],
)
def test_any_query_runs_from_the_page(client: FlaskClient, query: str, shown: str) -> None:
    response = client.get("/query", query_string={"query": query})
    assert shown in Page(response.text).text
    assert response.status_code == (int(shown[6:9]) if shown.startswith("Error") else 200)


def test_downloads_hold_a_query_that_stands_alone(client: FlaskClient) -> None:
    page = Page(client.get("/query", query_string={"query": "SELECT ?a { ?a a plm:Attack }"}).text)
    downloads = [link["href"] for link in page.all("a") if "download" in link]
    assert len(downloads) == 4
    for address in downloads:
        assert client.get(address).status_code == 200


def test_describe_shows_both_directions_and_the_graph(client: FlaskClient) -> None:
    text = read(client, "/describe?iri=https://example.org/report/1/attack").text
    assert "plm:evidence https://example.org/report/1/m1 https://example.org/report/1" in text
    assert "https://example.org/merged/attack prov:wasDerivedFrom –" in text


@pytest.mark.parametrize("iri", ["", "x y", "no-scheme", "urn:a> ?p ?o }"])
def test_describe_refuses_what_is_no_iri(client: FlaskClient, iri: str) -> None:
    assert client.get("/describe", query_string={"iri": iri}).status_code == 400


@pytest.mark.parametrize("iri", ["javascript:alert(1)", "data:text/html,x"])
def test_an_iri_that_is_no_web_address_is_no_link(client: FlaskClient, iri: str) -> None:
    page = Page(client.get("/describe", query_string={"iri": iri}).text)
    assert iri in page.text
    assert all((link["href"] or "").startswith(("/", "#")) for link in page.all("a"))


def test_everything_is_escaped(folder: Path, serve: Callable[..., FlaskClient]) -> None:
    node = NamedNode("urn:evil")
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    with Store.open(folder) as store:
        store.replace_default([Quad(node, label, Literal(EVIL), DefaultGraph())])
        store.publish()
    client = serve(folder)
    for address in (
        "/describe?iri=urn:evil",
        "/query?query=SELECT+*+{<urn:evil>+?p+?o}",
        f"/query?query={EVIL}",
        f"/?question={EVIL}",
        f"/describe?iri={EVIL}",
        "/query?query=SELECT+*+{+%23</textarea><script>",
    ):
        page = read(client, address)
        assert "alert(" not in "".join(page.scripts)
        assert scripts_of_others(page) == []


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_whole_safe_and_accessible(client: FlaskClient, address: str) -> None:
    response = client.get(address, headers={"Accept": "text/html"})
    page = Page(response.text)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert page.scripts == page.all("style") == scripts_of_others(page) == []
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in page.elements)
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert [main["id"] for main in page.all("main")] == ["main"]
    assert len(page.all("h1")) == 1
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in page.all("label")}
    controls = [
        *page.all("textarea"),
        *(field for field in page.all("input") if field.get("type") != "hidden"),
    ]
    assert {control["id"] for control in controls} <= labelled
    assert all("scope" in head for head in page.all("th"))


def addresses(page: Page) -> Iterator[str]:
    for name, attributes in page.elements:
        address = attributes.get("src" if name == "img" else "href")
        if address and not address.startswith("#") and attributes.get("rel") != "noreferrer":
            yield address


def test_every_link_leads_somewhere(client: FlaskClient) -> None:
    found = {"/"}
    for start in PAGES[:4]:
        found |= set(addresses(read(client, start)))
    assert len(found) > 40
    for address in found:
        response = client.get(address)
        assert response.status_code == 200, address
        response.close()
