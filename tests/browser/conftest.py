"""A browser; our pages over the seeds; and a page of others that holds YASGUI, on an address of its own."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from server import build_assets

from ..clients.serving import BIN, make_store, served
from . import prepare
from .kinds import is_ready

PAGE = Path(__file__).with_name("page.html")
SEEDS = Path(__file__).parents[2] / "seeds"
# Milliseconds. What is waited for comes within one second; the rest is for a machine that does much else.
PATIENCE = 30_000
LOOPBACK = "127.0.0.1"


@dataclass
class Heard:
    """What a page said to its console or could not do, and the hosts that it asked."""

    complaints: list[str] = field(default_factory=list)
    hosts: set[str | None] = field(default_factory=set)

    def listen(self, page: Page) -> None:
        page.on("console", self.message)
        page.on("pageerror", self.error)
        page.on("request", self.request)

    def message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def error(self, error: object) -> None:
        self.complaints.append(str(error))

    def request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):  # these are in the page itself
            self.hosts.add(urlsplit(request.url).hostname)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(make_store(tmp_path_factory.mktemp("browser") / "store")) as address:
        yield address


@pytest.fixture(scope="session", autouse=True)
def prepared() -> None:
    lacking = prepare.lacking() if prepare.is_fetched() else ["the packages of package-lock.json"]
    if lacking:
        pytest.skip(f"not found: {', '.join(lacking)}; `make browser` installs it, or says what to install")


@contextmanager
def pages_over(documents: Path, folder: Path) -> Iterator[str]:
    """Build a store of some documents in a folder, and give the address of our pages over it."""
    store = folder / "store"
    subprocess.run([BIN / "polemos", "build", documents, "--store", store], check=True, capture_output=True)
    with served(store) as endpoint:
        address = endpoint.removesuffix("/sparql")
        is_ready(address)
        yield address


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of our pages, over what is read from the seeds."""
    with pages_over(SEEDS, tmp_path_factory.mktemp("seeds")) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, seeds: str, heard: Heard) -> Iterator[Callable[..., Page]]:
    """Opens our pages, each in a browser that has seen nothing before; afterwards, nothing went wrong."""
    with ExitStack() as stack:

        def go(path: str, **options: object) -> Page:
            context = stack.enter_context(browser.new_context(**options))
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            heard.listen(page)
            page.goto(seeds + path)
            return page

        yield go
    assert heard.complaints == []
    assert heard.hosts == {LOOPBACK}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with YASGUI: another origin than the endpoint's, for its port is another."""
    folder = tmp_path_factory.mktemp("site")
    for file in (PAGE, *(build_assets.BUILT / f"yasgui.{kind}" for kind in ("js", "css"))):
        shutil.copy(file, folder)
    with ThreadingHTTPServer((LOOPBACK, 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://{LOOPBACK}:{server.server_port}/{PAGE.name}"
        server.shutdown()


@pytest.fixture(scope="module")  # not longer: while Playwright runs, no other test can use asyncio
def browser() -> Iterator[Browser]:
    """Chromium, without its sandbox: that does not start for root, and what is shown is our own."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=prepare.chromium(), chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def page(browser: Browser, site: str, endpoint: str, heard: Heard) -> Iterator[Page]:
    """YASGUI over the endpoint, in a browser that has seen nothing before; afterwards, nothing went wrong."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        heard.listen(page)
        page.goto(f"{site}?{urlencode({'endpoint': endpoint})}")
        yield page
    assert heard.complaints == []
    assert heard.hosts == {LOOPBACK}
