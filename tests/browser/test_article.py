"""A newspaper's page, saved as HTML, from the file to the map: built, found, placed, its sentence marked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import pages_over

ARTICLE = Path(__file__).with_name("article.html")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of our pages, over this article alone."""
    with pages_over(ARTICLE, tmp_path_factory.mktemp("article")) as address:
        yield address


def test_a_saved_page_is_found_placed_and_marked(visit: Callable[..., Page]):
    page = visit("/")
    page.get_by_role("combobox", name="Search").fill("vegetable market")
    page.keyboard.press("Enter")
    page.locator("section[aria-labelledby=events] h3 a").first.click()
    expect(page.locator("main")).to_contain_text("mortar shells struck a vegetable market in Kassala")
    expect(page.locator(".map[data-state=shown] .event-icon")).to_have_count(1)
    page.locator(".map .event-icon").press("Enter")
    expect(page.locator(".map-card")).to_contain_text("The reports place it")
    page.get_by_role("link", name="in the article").first.click()
    expect(page.locator("h1")).to_have_text("Shelling hits market in Kassala, three dead")
    expect(page.locator(".article mark:target")).to_be_in_viewport()
    text = page.locator(".article").inner_text()
    assert "four shells landed within ten minutes" in text
    assert "okra" not in text
    assert "privacy" not in text
