"""How soon a reader sees the map over 100,000 made-up events, in Chromium, and what scripts the page loads.

Each view is in a browser that has kept nothing: from asking for the page to the land and the first mark on
it. Beside it stands the same page with scripts off, until it is whole: what of the time is not the map's.

    python benchmarks/map.py            100,000 events, 7 views
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

import click
from pages import made
from playwright.sync_api import Browser, Page, sync_playwright
from servers import serving_ours

# What the project promises for the first view of the map: seconds at the median.
BAR: Final = 1.5
# Sizes as they are sent: compressed.
_SCRIPTS: Final = """performance.getEntriesByType("resource")
    .filter((file) => file.initiatorType === "script").reduce((sum, file) => sum + file.encodedBodySize, 0)"""
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def view(
    browser: Browser, address: str, wait: Callable[[Page], object], *, scripts: bool
) -> tuple[float, int]:
    """Open a page and wait; gives the seconds, and the bytes of scripts."""
    with browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(address, wait_until="commit")
        wait(page)
        seconds = time.perf_counter() - began
        return seconds, page.evaluate(_SCRIPTS) if scripts else 0


def is_drawn(page: Page) -> None:
    """Wait for the land and the first mark on it."""
    page.locator(".map .cell, .map .event-icon").first.wait_for()
    page.locator(".map path.land").first.wait_for(state="attached")


def is_whole(page: Page) -> None:
    """Wait for all that a page loads."""
    page.wait_for_load_state("load")


@click.command()
@click.option("--events", default=100_000, show_default=True, help="How many events there are.")
@click.option("--views", default=7, show_default=True, help="How often each page is seen.")
@click.option(
    "--folder",
    default=tempfile.gettempdir(),
    type=click.Path(path_type=Path),
    help="Where the store is kept.",
)
def main(events: int, views: int, folder: Path) -> None:
    """Measure the first view of the map."""
    store = made(folder, events)
    with (
        tempfile.TemporaryDirectory() as logs,
        serving_ours(store, ("--access-log", ""), Path(logs)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=_chromium(), chromium_sandbox=False)
        for path in ("/", "/events"):
            address = f"http://{server.endpoint.host}:{server.endpoint.port}{path}"
            with_map = [view(browser, address, is_drawn, scripts=True) for _ in range(views)]
            without = median(view(browser, address, is_whole, scripts=False)[0] for _ in range(views))
            times = [seconds for seconds, _ in with_map]
            verdict = "met" if median(times) < BAR else "MISSED"
            click.echo(
                f"{path:8} map {median(times):.2f} s (most {max(times):.2f}; bar {BAR} {verdict}), "
                f"{median(times) / without:.1f} times the page alone ({without:.2f} s); "
                f"scripts {max(size for _, size in with_map) / 1000:.0f} kB"
            )
        browser.close()


def _chromium() -> str:
    """Find the browser that the tests use. Raises `ClickException` without it."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        raise click.ClickException("Chromium is not found; make browser gets it")
    return found


if __name__ == "__main__":
    main()
