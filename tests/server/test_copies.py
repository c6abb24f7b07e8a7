"""Pages tell which reports are copies of one text, and lists count them once."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from builder.index import make_index
from builder.store import Store
from server import create_app
from server.app import close
from server.settings import Settings

GRAPHS = Path(__file__).parents[1] / "ontology"
REPORT = "https://example.org/report/{}"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The graph made by hand, with a paper's print of its second report."""
    path = tmp_path_factory.mktemp("copies") / "store"
    graphs = defaultdict(list)
    for name in ("questions.trig", "copies.trig"):
        for quad in ox.parse(path=str(GRAPHS / name)):
            graphs[quad.graph_name].append(quad)
    with Store.open(path, create=True) as store:
        store.replace(graphs)
        store.publish()
    make_index(path)
    app = create_app(Settings(path, base="https://example.org/merged/"))
    app.testing = True
    yield app.test_client()
    close(app)


def read(pages: FlaskClient, address: str, **asked: str) -> str:
    response = pages.get(address, query_string=asked, headers=HTML)
    assert response.status_code == 200, response.text
    return response.text


def test_a_list_counts_copies_once(pages: FlaskClient) -> None:
    counts = {event["label"]: event["reports"] for event in pages.get("/events.json").json["events"]}
    assert counts["rocket attack on base"] == 2  # of three


def test_the_page_of_an_event_says_which_report_is_a_copy(pages: FlaskClient) -> None:
    text = read(pages, "/merged/attack")
    first = REPORT.format(2).replace(":", "%3A").replace("/", "%2F")
    assert text.count("A copy of") == 1
    assert f'A copy of <a href="/describe?iri={first}">Toll rises after base attack</a>' in " ".join(
        text.split()
    )


def test_the_page_of_a_copy_leads_to_the_first_print_and_back(pages: FlaskClient) -> None:
    copy, first, other = (read(pages, "/describe", iri=REPORT.format(number)) for number in (3, 2, 1))
    assert "one text in several prints" in copy
    assert ">Toll rises after base attack</a>" in copy
    assert "Copies of this text" not in copy
    assert "Copies of this text" in first
    assert ">Base attack: more dead</a> <small>Harbour Post, 2024-03-07</small>" in first
    assert "one text in several prints" not in first
    assert "Copies of this text" not in other
    assert "one text in several prints" not in other
