"""curl, and with it any program that sends plain HTTP: every format, every way to send, old HTTP."""

import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

from .serving import ATTACK, LABEL, LABEL_OF

SELECT = f"SELECT ?label {{ <{ATTACK}> <{LABEL_OF}> ?label }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{ATTACK}> <{LABEL_OF}> ?label }}"
# 5,000 rows are some 500 kB: more than a server that gathers small answers would gather.
ROWS = 5_000
LONG = f"SELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {ROWS}"
RESULTS = [
    ("json", "application/sparql-results+json"),
    ("xml", "application/sparql-results+xml"),
    ("tsv", "text/tab-separated-values"),
]
GRAPHS = [
    ("turtle", "text/turtle"),
    ("jsonld", "application/ld+json"),
    ("ntriples", "application/n-triples"),
    ("rdfxml", "application/rdf+xml"),
    ("trig", "application/trig"),
    ("nquads", "application/n-quads"),
]


@pytest.fixture(scope="module")
def curl() -> str:
    found = shutil.which("curl")
    if found is None:
        pytest.skip("curl is not installed")
    return found


@pytest.fixture
def fetch(curl: str, endpoint: str):
    """Send a request, wait at most half a minute, and give what came; a status that is an error fails."""

    def send(*options: str) -> bytes:
        command = [curl, "--silent", "--show-error", "--fail-with-body", "--max-time", "30"]
        done = subprocess.run([*command, *options, endpoint], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return send


def get(query: str) -> tuple[str, ...]:
    return ("--get", "--data-urlencode", f"query={query}")


def wishes(name: str, media_type: str) -> list[tuple[str, ...]]:
    return [("--header", f"Accept: {media_type}"), ("--get", "--data-urlencode", f"format={name}")]


def labels(body: bytes, media_type: str) -> list[str]:
    """Read the labels from rows in any format but CSV, in which terms have no type."""
    solutions = ox.parse_query_results(body, format=ox.QueryResultsFormat.from_media_type(media_type))
    return [row["label"].value for row in solutions]


@pytest.mark.parametrize(("name", "media_type"), RESULTS, ids=[name for name, _ in RESULTS])
def test_rows_in_each_format(fetch, name: str, media_type: str):
    for wish in wishes(name, media_type):
        assert labels(fetch(*get(SELECT), *wish), media_type) == [LABEL]


@pytest.mark.parametrize("wish", wishes("csv", "text/csv"), ids=["accept", "format"])
def test_rows_as_csv(fetch, wish: tuple[str, ...]):
    assert fetch(*get(SELECT), *wish) == f"label\r\n{LABEL}\r\n".encode()


@pytest.mark.parametrize(("name", "media_type"), GRAPHS, ids=[name for name, _ in GRAPHS])
def test_a_graph_in_each_format(fetch, name: str, media_type: str):
    for wish in wishes(name, media_type):
        body = fetch(*get(CONSTRUCT), *wish)
        quads = list(ox.parse(body, format=ox.RdfFormat.from_media_type(media_type)))
        assert [(q.subject.value, q.predicate.value, q.object.value) for q in quads] == [
            (ATTACK, LABEL_OF, LABEL)
        ]


@pytest.mark.parametrize(
    "options",
    [
        ("--header", "Content-Type: application/sparql-query", "--data-binary", "@{file}"),
        ("--data-urlencode", "query@{file}"),
        ("--get", "--data-urlencode", "query@{file}"),
    ],
    ids=["direct", "form", "get"],
)
def test_a_query_from_a_file(fetch, tmp_path: Path, options: tuple[str, ...]):
    file = tmp_path / "question.rq"
    file.write_text(f"# Signs must arrive as they are: 1 + 1 & 2%\n{SELECT}\n", encoding="utf-8")
    body = fetch(*(option.format(file=file) for option in options))
    assert labels(body, "application/sparql-results+json") == [LABEL]


@pytest.mark.parametrize("encoding", [None, "gzip", "br", "zstd", "deflate", "identity", "gzip;q=0"])
def test_a_long_answer_compressed_is_the_same(fetch, encoding: str | None):
    wanted = () if encoding is None else ("--header", f"Accept-Encoding: {encoding}")
    plain = fetch(*get(LONG), "--header", "Accept: text/csv")
    assert fetch(*get(LONG), "--header", "Accept: text/csv", "--compressed", *wanted) == plain
    assert plain.count(b"\r\n") == ROWS + 1  # and the head


def test_an_encoding_that_is_refused_is_not_sent(fetch):
    # Without --compressed, curl hands over what came.
    body = fetch(*get(LONG), "--header", "Accept: text/csv", "--header", "Accept-Encoding: gzip;q=0")
    assert body.startswith(b"a,b,c,d,e,f\r\n")


def test_http_1_0_has_no_chunks(fetch):
    body = fetch(*get(LONG), "--http1.0", "--raw", "--header", "Accept: text/csv")
    assert body.count(b"\r\n") == ROWS + 1


@pytest.mark.parametrize(
    ("query", "media_type"),
    [(SELECT, "application/sparql-results+json"), (CONSTRUCT, "text/turtle; charset=utf-8")],
    ids=["select", "construct"],
)
def test_head_is_the_head_of_get(fetch, query: str, media_type: str):
    lines = fetch(*get(query), "--head").decode().splitlines()
    assert lines[0].endswith(" 200 OK")
    assert f"content-type: {media_type}" in [line.lower() for line in lines]
    assert lines[-1] == "", "a body follows the head"


def test_connections_are_kept(fetch, endpoint: str):
    body = fetch(*get("ASK {}"), "--write-out", " %{num_connects}", "--header", "Accept: text/csv", endpoint)
    assert body == b"true 1true 0"
