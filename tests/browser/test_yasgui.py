"""YASGUI, the usual page to ask SPARQL from, in a browser, on a page of another origin than the server's."""

import pytest
from playwright.sync_api import Page, expect

from ..clients.serving import ATTACK, LABEL, LABEL_OF
from .conftest import Heard

PREFIX = f"PREFIX rdfs: <{LABEL_OF.removesuffix('label')}>"
PLACE = "https://w3id.org/polemos/ontology#Place"
PLACES = ["Baghdad", "Erbil", "Iraq", "Mosul"]


def ask(page: Page, query: str) -> None:
    """Put a query in the editor's place, as a person would, and press the button."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(query)
    page.locator(".yasqe_queryButton").click()


def cells(page: Page, column: int) -> list[str]:
    return page.locator(f".yasr_results tbody tr td:nth-child({column + 1})").all_inner_texts()


def test_rows_fill_the_table(page: Page):
    ask(page, f"{PREFIX}\nSELECT ?name {{ ?place a <{PLACE}> ; rdfs:label ?name }} ORDER BY ?name")
    expect(page.locator(".yasr_results")).to_contain_text("Showing 1 to 4 of 4 entries")
    assert cells(page, 1) == PLACES


def test_rows_in_any_alphabet(page: Page):
    ask(page, 'SELECT ("Мосул — الموصل 🚀" AS ?name) {}')
    expect(page.locator(".yasr_results tbody")).to_contain_text("Мосул — الموصل 🚀")


def test_many_rows_come_page_by_page(page: Page):
    ask(page, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 1000")
    expect(page.locator(".yasr_results")).to_contain_text("of 1,000 entries")


@pytest.mark.parametrize(("query", "shown"), [("ASK {}", "True"), ("ASK { FILTER(false) }", "False")])
def test_a_truth_is_shown(page: Page, query: str, shown: str):
    ask(page, query)
    expect(page.locator(".booleanResult")).to_have_text(shown)


def test_a_graph_fills_the_table(page: Page):
    where = f"{{ ?place a <{PLACE}> ; rdfs:label ?name }}"
    ask(page, f"{PREFIX}\nCONSTRUCT {{ ?place <urn:called> ?name }} WHERE {where}")
    expect(page.locator(".yasr_results")).to_contain_text("Showing 1 to 4 of 4 entries")
    assert sorted(name.split('"')[1] for name in cells(page, 3)) == PLACES  # each with its datatype


def test_the_keyboard_runs_a_query_too(page: Page):
    ask(page, "ASK {}")
    expect(page.locator(".booleanResult")).to_have_text("True")
    page.locator(".CodeMirror").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(f"SELECT ?label {{ <{ATTACK}> <{LABEL_OF}> ?label }}")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".yasr_results tbody")).to_contain_text(LABEL)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT ?place { ?place ?p }", "the query is malformed: error at 1:27"),
        ("SELECT ?place { ?place unknown:p ?o }", "no PREFIX line declares this prefix"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
    ],
    ids=["syntax", "prefix", "refused"],
)
def test_an_error_is_shown_in_the_server_s_words(page: Page, heard: Heard, query: str, message: str):
    with page.expect_console_message() as noted:
        ask(page, query)
    expect(page.locator(".errorResult")).to_contain_text(message)
    # Chromium itself notes every answer whose status is an error; nothing else is on the console.
    assert noted.value.text.startswith("Failed to load resource: the server responded with a status of 4")
    assert heard.complaints == [noted.value.text]
    heard.complaints.clear()


def test_a_script_of_another_origin_may_ask_directly(page: Page, endpoint: str):
    # This type of content makes the browser ask first, by OPTIONS, whether it may send it.
    answer = page.evaluate(
        """async (endpoint) => {
            const headers = { "Content-Type": "application/sparql-query", Accept: "text/csv" };
            const response = await fetch(endpoint, { method: "POST", headers, body: "ASK {}" });
            return await response.text();
        }""",
        endpoint,
    )
    assert answer == "true"
