"""The query page: questions run, terms are completed, rows seen in several ways; the address is the query."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from .axe import findings

Visit = Callable[..., Page]
PLACES = """PREFIX plm: <https://w3id.org/polemos/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
SELECT ?place ?name ?where { ?place a plm:Place ; rdfs:label ?name ; geo:hasGeometry/geo:asWKT ?where }
ORDER BY ?name"""


def path(query: str) -> str:
    return f"/query?{urlencode({'query': query})}"


def editor(page: Page) -> str:
    return page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")


def empty(page: Page) -> None:
    page.locator(".CodeMirror").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")


def test_a_question_runs_and_its_address_gives_the_same(visit: Visit):
    page = visit("/?question=timeline")
    expect(page.locator("h1")).to_have_text("Timeline by day")
    expect(page.locator(".yasr_results tbody tr").first).to_be_visible()
    page.locator(".yasqe_queryButton").click()
    page.wait_for_url("**/query?query=*")
    assert "COUNT(DISTINCT ?attack)" in parse_qs(urlsplit(page.url).query)["query"][0]
    shown = page.locator(".yasr_results tbody").inner_text()
    shared = visit(page.url.removeprefix(page.evaluate("location.origin")))
    expect(shared.locator(".yasr_results tbody")).to_have_text(shown, use_inner_text=True)


def test_the_share_button_gives_the_address(visit: Visit):
    page = visit(path(PLACES))
    page.get_by_role("button", name="Share query").click()
    link = page.locator(".yasqe_sharePopup input").input_value()
    assert parse_qs(urlsplit(link).query) == {"query": [PLACES]}


def test_terms_and_prefixes_are_completed(visit: Visit):
    page = visit("/query")
    empty(page)
    page.keyboard.type("SELECT ?label WHERE { ?event a plm:Atta", delay=20)
    hint = page.locator(".CodeMirror-hint", has_text="plm:Attack")
    expect(hint.first).to_contain_text("Violence by an actor against a target")
    page.keyboard.press("Enter")
    page.keyboard.type(" ; plm:eventT", delay=20)
    expect(page.locator(".CodeMirror-hint").first).to_contain_text("plm:eventType")
    page.keyboard.press("Enter")
    page.keyboard.type(" plm:AirS", delay=20)
    expect(page.locator(".CodeMirror-hint").first).to_contain_text("plm:AirStrike")
    page.keyboard.press("Enter")
    assert editor(page).startswith("PREFIX plm: <https://w3id.org/polemos/ontology#>\n")
    assert "?event a plm:Attack ; plm:eventType plm:AirStrike" in editor(page)


def test_rows_with_points_are_seen_on_a_map(visit: Visit):
    page = visit(path(PLACES))
    page.get_by_role("button", name="Map").click()
    expect(page.locator(".yasr_results .leaflet-container path.land").first).to_be_attached()
    marks = page.locator(".yasr_results .cell, .yasr_results .event-icon")
    expect(marks.first).to_be_visible()


def test_rows_with_numbers_are_seen_as_bars(visit: Visit):
    page = visit("/?question=reports-by-publisher")
    page.get_by_role("button", name="Chart").click()
    bars = page.locator(".chart tbody tr")
    expect(bars.first).to_be_visible()
    assert bars.count() > 1
    widths = page.eval_on_selector_all(".chart .bar", "bars => bars.map(bar => bar.offsetWidth)")
    assert max(widths) > 100


def test_an_answer_that_is_a_graph_is_drawn(visit: Visit):
    page = visit(path("CONSTRUCT WHERE { ?attack a plm:Attack ; plm:location ?where }"))
    page.get_by_role("button", name="Graph").click()
    drawing = page.locator("svg.graph")
    expect(drawing.locator("circle").nth(2)).to_be_visible()
    expect(drawing.locator("text.edge", has_text="location").first).to_be_attached()


def test_our_iris_lead_to_our_pages(visit: Visit):
    page = visit(path(PLACES))
    with page.context.expect_page() as opened:
        page.locator(".yasr_results a.iri").first.click()
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(page.evaluate("location.origin"))
    expect(opened.value.locator("h1")).to_be_visible()


def test_the_whole_answer_can_be_downloaded(visit: Visit):
    page = visit(path("CONSTRUCT { ?s a ?type } WHERE { ?s a ?type } LIMIT 3"))
    link = page.locator(".downloads a", has_text="ntriples")
    with page.expect_download() as downloaded:
        link.click()
    assert len(downloaded.value.path().read_text(encoding="utf-8").splitlines()) == 3


def test_without_scripts_the_form_asks(visit: Visit):
    page = visit("/query", java_script_enabled=False)
    page.get_by_label("SPARQL query").fill(
        "SELECT ?name { ?place a plm:Place ; rdfs:label ?name } ORDER BY ?name"
    )
    page.get_by_role("button", name="Run").click()
    assert page.locator("tbody tr").count() > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/query", "/?question=timeline"])
def test_the_page_is_accessible(visit: Visit, address: str, scheme: str):
    page = visit(address, color_scheme=scheme)
    page.wait_for_load_state("networkidle")
    assert findings(page) == []
