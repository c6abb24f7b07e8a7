"""The pages over the seeds: what they show, every format of every node, limits, and what is not there."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

import ontology
from builder.index import index_file, make_index
from builder.store import Store, newest_version, open_snapshot
from server import create_app
from server.app import close
from server.settings import Settings
from tests.server.test_browse import Page, scripts_of_others

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
REPORTS = "SELECT ?iri { GRAPH ?iri { ?iri a <https://w3id.org/polemos/ontology#Report> } } ORDER BY ?iri"
EVIL = '<script>alert("1")</script>\'&'


class Buffered(FlaskClient):
    """Reads each answer to its end: one that is left open holds one of the two processes."""

    def open(self, *args, **options):
        return super().open(*args, **{"buffered": True, **options})


@pytest.fixture(scope="module")
def pages(seeds: Store) -> Iterator[FlaskClient]:
    make_index(seeds.path)
    app = create_app(Settings(seeds.path, workers=2))
    app.testing = True
    app.test_client_class = Buffered
    yield app.test_client()
    close(app)


def read(client: FlaskClient, address: str) -> Page:
    response = client.get(address, headers=HTML)
    assert response.status_code == 200, response.text
    return Page(response.text)


@pytest.fixture(scope="module")
def merged(pages: FlaskClient) -> str:
    """The address of an event that two reports tell of."""
    events = pages.get("/events.json").json["events"]
    iri = next(event["iri"] for event in events if event["reports"] > 1)
    return iri.removeprefix("https://w3id.org")


def test_overview_counts_and_links(pages: FlaskClient) -> None:
    page = read(pages, "/")
    assert "Reports 13" in page.text
    assert page.all("path")
    assert {"/events?type=Attack", "/feed.atom"} <= {link["href"] for link in page.all("a")}


def test_a_list_says_what_was_asked_and_lets_it_be_left_out(pages: FlaskClient) -> None:
    page = read(pages, "/events?type=Bombing&from=2024-01&q=market")
    for words in ("Type: bombing", "from 2024-01", "“market”"):
        assert words in page.text
    assert "/events?type=Bombing&from=2024-01" in {link["href"] for link in page.all("a")}
    assert "/events?from=2024-01&q=market" in {link["href"] for link in page.all("a")}


def test_facets_count_and_are_toggled(pages: FlaskClient) -> None:
    whole, part = (pages.get(f"/events.json{query}").json["count"] for query in ("", "?modality=Asserted"))
    page = read(pages, "/events?modality=Asserted")
    assert 0 < part < whole
    assert f"{part} events" in page.text
    chosen = [link for link in page.all("a") if link.get("aria-current") == "true"]
    assert [link["href"] for link in chosen] == ["/events"]


def test_pages_of_a_list_hold_every_event_once(pages: FlaskClient) -> None:
    count = pages.get("/events.json").json["count"]
    seen = []
    address = "/events"
    while address:
        page = read(pages, address)
        seen += [link["href"] for link in page.all("a") if link["href"].startswith("/polemos/id/event/")]
        address = next((link["href"] for link in page.all("a") if link.get("rel") == "next"), None)
    assert len(seen) == len(set(seen)) == count
    assert pages.get("/events?page=99").status_code == 404


def test_an_event_shows_who_says_what_in_which_words(pages: FlaskClient, merged: str) -> None:
    page = read(pages, merged)
    assert "Why these reports are taken for one event" in page.text
    assert "score" in page.text
    assert len([mark for mark in page.all("mark") if mark.get("class") == "words"]) >= 2
    assert page.all("script")[0] == {"type": "application/ld+json"}
    assert page.scripts == scripts_of_others(page) == []


def test_tolls_stand_side_by_side_and_disagree(pages: FlaskClient) -> None:
    events = pages.get("/events.json?type=Bombing&q=kirkuk").json["events"]
    iri = next(event["iri"] for event in events if event["reports"] == 3)
    text = read(pages, iri.removeprefix("https://w3id.org")).text
    table = text[text.index("Outcome") : text.index("Who claims")]
    for words in (
        "Tigris News Agency",
        "12 people, says police",
        "14 people",
        "(corrected)",
        "sources disagree",
    ):
        assert words in table


def test_a_report_marks_the_words_it_was_read_in(pages: FlaskClient, seeds: Store) -> None:
    iri = next(iter(open_snapshot(seeds.path).query(REPORTS)))["iri"].value
    response = pages.get(iri.removeprefix("https://w3id.org"), headers=HTML)
    page = Page(response.text)
    words = [mark for mark in page.all("mark") if mark.get("class") == "words"]
    assert words
    assert all(mark["id"].startswith("c") for mark in words)
    title = next(iter(page.all("title")), None)
    assert title is not None


@pytest.mark.parametrize("kind", ["Actor", "Facility", "Place"])
def test_a_node_lists_its_events(pages: FlaskClient, kind: str) -> None:
    kinds = {"Actor": "rafidain", "Facility": "asad", "Place": "mosul"}
    found = pages.get(f"/suggest?q={kinds[kind]}").json[0]
    page = read(pages, found["url"])
    assert found["label"] in page.text
    assert f"{found['events']} event" in page.text


def test_suggestions_are_ten_at_most_and_lead_somewhere(pages: FlaskClient) -> None:
    found = pages.get("/suggest?q=a").json
    assert len(found) == 10
    assert all(pages.get(each["url"], headers=HTML).status_code == 200 for each in found)


def test_search_finds_names_events_and_texts(pages: FlaskClient) -> None:
    found = {heading["id"] for heading in read(pages, "/search?q=kirkuk").all("h2")}
    assert found == {"names", "events", "reports"}
    assert "Nothing was found" in read(pages, "/search?q=zzzz").text


FORMATS = {
    ".ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    ".jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    ".nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    ".rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("kind", ["event", "actor", "place", "facility", "report"])
def test_every_node_in_every_format(pages: FlaskClient, merged: str, kind: str, suffix: str) -> None:
    """By suffix and by `Accept` it is the same graph, and it is of the node."""
    links = {link["href"] for link in read(pages, merged).all("a")}
    address = min(
        link for link in links | {merged} if link.startswith(f"/polemos/id/{kind}/") and "#" not in link
    )
    media_type, format_ = FORMATS[suffix]
    graphs = []
    for path, accept in ((address + suffix, "*/*"), (address, media_type)):
        response = pages.get(path, headers={"Accept": accept})
        assert response.mimetype == media_type
        graphs.append({quad.triple for quad in ox.parse(response.data, format=format_)})
    assert graphs[0] == graphs[1]
    assert f"https://w3id.org{address}" in {triple.subject.value for triple in graphs[0]}


def test_a_browser_gets_a_page_and_curl_a_graph(pages: FlaskClient, merged: str) -> None:
    assert pages.get(merged, headers=HTML).mimetype == "text/html"
    assert pages.get(merged, headers={"Accept": "*/*"}).mimetype == "text/turtle"
    assert pages.get(f"/describe?iri=https://w3id.org{merged}").mimetype == "text/html"
    assert "Accept" in pages.get(merged).headers["Vary"]


def test_alternate_links_lead_to_what_they_say(pages: FlaskClient, merged: str) -> None:
    for address in ("/events?type=Bombing", merged, "/polemos/ontology"):
        twins = [link for link in read(pages, address).all("link") if link.get("rel") == "alternate"]
        assert len(twins) >= 2
        for twin in twins:
            response = pages.get(twin["href"])
            assert response.status_code == 200
            # JSON-LD is JSON too.
            assert response.mimetype in (twin["type"], "application/ld+json")


@pytest.mark.parametrize(
    "address", ["/polemos/id/event/none", "/polemos/id/nothing.ttl", "/describe?iri=urn:none"]
)
def test_what_is_not_there_is_not_found(pages: FlaskClient, address: str) -> None:
    assert pages.get(address).status_code == 404
    assert pages.get(address, headers=HTML).status_code == 404


def test_lists_as_files(pages: FlaskClient) -> None:
    count = pages.get("/events.json?type=Attack").json["count"]
    rows = list(csv.DictReader(pages.get("/events.csv?type=Attack").text.splitlines()))
    assert len(rows) == count
    assert {row["kind"] for row in rows} == {"Attack"}
    features = pages.get("/events.geojson?type=Attack").json["features"]
    assert 0 < len(features) <= count
    assert {"iri", "page", "label", "type", "date", "precision", "radius_km", "killed"} <= set(
        features[0]["properties"]
    )
    turtle = pages.get("/events.ttl?type=Attack").data
    assert len({quad.subject for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}) == count


def test_weeks_begin_on_mondays(pages: FlaskClient) -> None:
    weeks = pages.get("/events/weeks.json").json
    assert weeks["unit"] == "week"
    assert weeks["from"] == weeks["counts"][0][0]
    assert (
        sum(count for _, count in weeks["counts"]) + weeks["without_day"]
        == pages.get("/events.json").json["count"]
    )


def test_a_feed_is_atom(pages: FlaskClient) -> None:
    feed = ET.fromstring(pages.get("/feed.atom?type=Bombing").data)
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{atom}feed"
    for name in ("id", "title", "updated", "author"):
        assert feed.find(atom + name) is not None
    entries = feed.findall(f"{atom}entry")
    assert len(entries) == pages.get("/events.json?type=Bombing").json["count"]
    assert all(entry.find(f"{atom}link").get("href").startswith("http") for entry in entries)


def test_structured_data_is_schema_org(pages: FlaskClient, merged: str) -> None:
    text = pages.get(merged, headers=HTML).text
    said = json.loads(text.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert said["@type"] == "Event"
    assert {article["@type"] for article in said["subjectOf"]} == {"NewsArticle"}


def test_the_vocabulary_defines_every_term_at_its_fragment(pages: FlaskClient) -> None:
    page = read(pages, "/polemos/ontology")
    ids = {term.get("id") for term in page.all("dt")}
    assert {"Attack", "perpetrator", "text", "AirStrike", "Embassy"} <= ids
    graph = ox.parse(pages.get("/polemos/ontology.ttl").data, format=ox.RdfFormat.TURTLE)
    assert sum(1 for _ in graph) > 1000


def test_the_query_behind_a_page_runs(pages: FlaskClient, merged: str) -> None:
    for address in ("/events?type=Attack&from=2024-01", merged, "/events?q=mosul"):
        link = next(link for link in read(pages, address).all("a") if "data-query" in link)
        assert "Nothing matches" not in read(pages, link["href"]).text


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999",
        "from=x",
        "bbox=1",
        "q=" + "x" * 300,
        "type=" + "x" * 600,
    ],
)
def test_what_cannot_be_meant_is_refused(pages: FlaskClient, query: str) -> None:
    assert pages.get(f"/events?{query}").status_code == 400


def test_zooms_are_bounded(pages: FlaskClient) -> None:
    assert pages.get("/events.geojson?zoom=99").status_code == 200
    assert pages.get("/search?q=" + "x" * 300).status_code == 400


def test_evil_is_escaped(pages: FlaskClient) -> None:
    for address in (
        "/events?q={}",
        "/events?type={}",
        "/events?source={}",
        "/search?q={}",
        "/events?about={}",
    ):
        page = read(pages, address.format(quote(EVIL)))
        assert page.scripts == scripts_of_others(page) == []


@pytest.mark.parametrize("address", ["/", "/events", "/search?q=mosul", "/polemos/ontology"])
def test_pages_that_were_sent_are_not_sent_again(pages: FlaskClient, address: str) -> None:
    first = pages.get(address, headers=HTML)
    if "ETag" in first.headers:
        again = pages.get(address, headers={**HTML, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert pages.head(address, headers=HTML).data == b""
    assert pages.post(address).status_code in (403, 405)


def test_pages_of_another_host_are_not_kept_for_this_one(pages: FlaskClient, merged: str) -> None:
    """A page holds addresses of this server as its client names it, so that is part of what it is kept by."""
    for address in (merged, "/", "/feed.atom"):
        strange = pages.get(address, headers={**HTML, "Host": "evil.example"})
        assert "evil.example" in strange.text
        assert "evil.example" not in pages.get(address, headers=HTML).text


@pytest.mark.parametrize("address", ["/events.geojson", "/events.csv", "/events/weeks.json", "/feed.atom"])
def test_any_page_may_read_what_is_for_programs(pages: FlaskClient, address: str) -> None:
    for _ in range(2):  # made, and kept
        response = pages.get(address)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    again = pages.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_without_an_index_pages_say_so_and_questions_go_on(
    tmp_path: Path,
) -> None:
    with Store.open(tmp_path / "store", create=True) as store:
        store.publish()
    (tmp_path / "store" / "indexes").write_text("in the way")
    app = create_app(Settings(tmp_path / "store", workers=1))
    client = app.test_client()
    response = client.get("/events")
    assert response.status_code == 503
    assert "index" in response.json["detail"]
    assert int(response.headers["Retry-After"]) > 0
    assert client.get("/query").status_code == 200
    close(app)


def test_a_snapshot_that_is_published_later_is_indexed(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Store.open(path, create=True) as store:
        store.publish()
    app = create_app(Settings(path, workers=1))
    indexes = app.extensions["indexes"]
    assert indexes.wait(60)
    with Store.open(path) as store:
        said = f"<urn:e> a plm:Attack, plm:Event ; <{ontology.PREFIXES['rdfs']}label> 'a raid'"
        store.update(f"PREFIX plm: <{ontology.NAMESPACE}> INSERT DATA {{ {said} }}")
        store.publish()
    assert indexes.wait(60)
    assert "a raid" in app.test_client().get("/events", headers=HTML).text
    assert index_file(path, newest_version(path)).is_file()
    close(app)
