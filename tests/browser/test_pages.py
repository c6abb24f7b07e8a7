"""The pages as people use them: search, filter, look at the map, read the sentence, take the data along."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect

from .axe import findings
from .conftest import Heard
from .kinds import KINDS, LOOKS, go_to

Visit = Callable[..., Page]


@pytest.fixture
def see(visit: Visit, heard: Heard) -> Callable[..., Page]:
    """Opens a kind of page."""

    def go(kind: str, **options: object) -> Page:
        page = visit(KINDS[kind].start, **options)
        go_to(page, kind)
        if kind == "error":
            # Chromium notes that a page is an error page; that is no complaint where one is asked for.
            note = "Failed to load resource: the server responded with a status of 404 (NOT FOUND)"
            assert heard.complaints == [note]
            heard.complaints.clear()
        return page

    return go


def count(page: Page) -> int:
    return int(re.match(r"[\d,]+", page.locator("h1").inner_text())[0].replace(",", ""))


def arguments(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def is_drawn(page: Page) -> None:
    page.locator(".map[data-state=shown]").first.wait_for()


def test_suggestions_lead_to_what_they_name(visit: Visit):
    page = visit("/")
    page.get_by_role("combobox", name="Search").press_sequentially("Ghazl", delay=30)
    expect(page.get_by_role("option").first).to_contain_text("Ghazlani")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Ghazlani")


def test_a_search_finds_an_event_and_its_sentence_is_marked(visit: Visit):
    page = visit("/")
    page.get_by_role("combobox", name="Search").fill("Katyusha rockets")
    page.keyboard.press("Enter")
    page.locator("section[aria-labelledby=events] h3 a").first.click()
    said = page.locator("#sources + article blockquote").first
    expect(said).to_contain_text("ocket")
    expect(said.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="in the article").first.click()
    marked = page.locator(".article mark:target")
    expect(marked).to_be_in_viewport()
    assert "rocket" in marked.locator("..").inner_text().lower()


def test_a_stretch_of_the_timeline_filters_list_and_map(visit: Visit):
    page = visit("/events")
    is_drawn(page)
    before = count(page)
    bars = page.locator(".timeline .bars").bounding_box()
    page.mouse.move(bars["x"] + 0.8 * bars["width"], bars["y"] + 20)
    page.mouse.down()
    page.mouse.move(bars["x"] + 0.99 * bars["width"], bars["y"] + 20, steps=4)
    with page.expect_response(re.compile(r"/events\.geojson\?")) as answer:
        page.mouse.up()
    page.wait_for_url("**from=*")
    chosen = arguments(page)
    assert 0 < count(page) < before
    dates = page.locator("section[aria-label=Events] time").evaluate_all(
        "times => times.map(time => time.dateTime)"
    )
    assert dates
    early, late = (chosen[name][0] for name in ("from", "to"))
    assert [date for date in dates if not early[: len(date)] <= date <= late] == []
    assert {**parse_qs(urlsplit(answer.value.url).query)}.items() >= chosen.items()
    assert json.loads(answer.value.text())["count"] == count(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text(re.compile(rf"^{before} events"))


def test_keys_move_the_timeline(visit: Visit):
    page = visit("/events")
    is_drawn(page)
    before = count(page)
    page.get_by_label("First week").focus()
    with page.expect_event("framenavigated"):
        page.keyboard.press("End")
    expect(page.get_by_label("First week")).to_have_attribute("aria-valuetext", re.compile(r"week of \d"))
    assert count(page) < before
    page.get_by_role("button", name="All dates").click()
    expect(page.locator("h1")).to_have_text(re.compile(rf"^{before} events"))


def test_facets_are_in_the_address(visit: Visit):
    page = visit("/events")
    before = count(page)
    page.locator(".facets a", has_text="attack").first.click()
    page.wait_for_url("**type=*")
    assert count(page) < before
    shared = visit(f"/events?{urlsplit(page.url).query}")
    assert count(shared) == count(page)
    page.locator(".chips a").first.click()
    assert count(page) == before


def test_the_map_leads_to_events(visit: Visit):
    page = visit("/events")
    is_drawn(page)
    for _ in range(6):  # each step comes nearer, until one event stands alone
        if page.locator(".map .event-icon").count():
            break
        page.locator(".map .cell").first.press("Enter")
        page.wait_for_timeout(600)  # as long as the map takes to move
    page.locator(".map .event-icon").first.press("Enter")
    card = page.locator(".map-card")
    expect(card).to_contain_text("The reports place it")
    page.wait_for_timeout(600)  # the map moves to make room for the card
    label = card.locator("a").inner_text()
    card.locator("a").click()
    expect(page.locator("h1")).to_have_text(label)


def test_a_place_that_is_not_known_well_is_an_area(visit: Visit):
    page = visit("/events")
    is_drawn(page)
    drawn = page.evaluate("fetch('/events.geojson').then(answer => answer.json())")
    assert all(feature["properties"]["radius_km"] > 0 for feature in drawn["features"])
    event = next(f["properties"] for f in drawn["features"] if f["properties"]["precision"] == "country")
    page.goto(page.evaluate("location.origin") + event["page"])
    is_drawn(page)
    expect(page.locator(".map path.event-area")).to_have_count(1)
    expect(page.locator(".map .event-icon.precision-country")).to_have_count(1)


def test_the_list_can_be_of_what_is_in_view(visit: Visit):
    page = visit("/events")
    is_drawn(page)
    before = count(page)
    page.locator(".map .cell").first.click()
    page.wait_for_timeout(600)
    page.get_by_role("button", name="List what is in view alone").click()
    page.wait_for_url("**bbox=*")
    assert 0 < count(page) < before
    page.get_by_role("button", name="Show events anywhere").click()
    expect(page.locator("h1")).to_have_text(re.compile(rf"^{before} events"))


@pytest.mark.parametrize("kind", ["events", "event", "actor", "report"])
def test_a_page_has_twins_for_programs(see: Visit, kind: str):
    page = see(kind)
    links = page.locator("link[rel=alternate]")
    assert links.count() >= 4
    for link in links.all():
        answer = page.request.get(urljoin(page.url, link.get_attribute("href")))
        assert answer.ok, link
        assert answer.headers["content-type"].partition(";")[0] == link.get_attribute("type")


def test_the_query_behind_a_page_is_shown_and_runs(visit: Visit):
    page = visit("/events?type=Attack")
    page.get_by_role("link", name="The query behind this page").click()
    expect(page.locator(".yasr_results tbody tr").first).to_be_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_can_be_read_without_scripts(see: Visit, kind: str):
    page = see(kind, java_script_enabled=False)
    assert len(page.locator("main").inner_text()) > 40
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_accessible_and_fits(see: Visit, kind: str, look: str):
    page = see(kind, **LOOKS[look])
    page.wait_for_load_state("networkidle")
    assert findings(page) == []
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_text_is_tried_and_its_words_lead_to_its_events(
    visit: Visit, tmp_path: Path, has_scripts: bool
) -> None:
    page = visit("/", java_script_enabled=has_scripts)
    page.get_by_role("link", name="Try it").click()
    page.get_by_label("Text", exact=True).fill("Rebels shelled Mosul on Friday, killing 3 civilians.")
    page.get_by_label("Published on").fill("2024-01-08")
    page.get_by_role("button", name="Read it").click()
    card = page.locator("article#event-1")
    for words in ("2024-01-05", "Rebels", "3 civilians"):
        expect(card).to_contain_text(words)
    page.locator(".article mark a", has_text="shelled").click()
    assert page.url.endswith("#event-1")
    report = tmp_path / "report.md"
    report.write_text("# Raid\n\nGunmen raided a police station in Kirkuk and abducted two officers.\n")
    page.get_by_label("Or a file").set_input_files(report)
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#read")).to_contain_text("in “Raid”")
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("Gunmen raided"))
    with page.expect_download() as download:
        page.get_by_role("button", name="As Turtle").click()
    assert download.value.suggested_filename == "report.ttl"
    assert "a plm:Attack" in download.value.path().read_text()
