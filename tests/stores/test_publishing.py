"""`polemos publish` to real endpoints: Oxigraph's, Virtuoso's and our own; broken off, resumed, refused."""

import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import cli
from builder.endpoint import Address, Credentials
from builder.errors import RemoteError, SettingError
from builder.publishing import Dialect, Endpoint, Protocol, Survey, publish
from builder.publishing.plan import Request, differing, requests_for, survey
from builder.store import VOCABULARY, Store, open_snapshot

from .engines import BIN, DBA, Oxigraph, Virtuoso

GRAPHS = Path(__file__).parents[1] / "ontology" / "questions.trig"
REPORT = ox.NamedNode("https://example.org/report/1")
MERGED = ox.NamedNode("urn:test:merged")
# Without the vocabulary: sending that takes longest.
GRAPH_STORE, UPDATE = Dialect(vocabulary=False), Dialect(Protocol.UPDATE, vocabulary=False)


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Path:
    """A store that has published the graph of the questions."""
    path = tmp_path / "store"
    shutil.copytree(empty_store, path)
    graphs = defaultdict(list)
    for quad in ox.parse(path=str(GRAPHS)):
        graphs[quad.graph_name].append(quad)
    with Store.open(path) as opened:
        opened.replace(graphs)
        opened.publish()
    return path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Oxigraph]:
    with Oxigraph.started(tmp_path, writable=True) as started:
        yield started


def endpoint(server: Oxigraph, dialect: Dialect) -> Endpoint:
    route = "update" if dialect.protocol is Protocol.UPDATE else "store"
    return Endpoint(Address(f"http://127.0.0.1:{server.port}/{route}"))


def changed(path: Path) -> None:
    """Change one report, remove another, add one, and publish."""
    with Store.open(path) as opened:
        opened.update(f"INSERT DATA {{ GRAPH {REPORT} {{ <urn:a> <urn:b> 'é \\n \\\\' }} }}")
        opened.drop_graph(ox.NamedNode("https://example.org/report/2"))
        opened.update("INSERT DATA { <urn:a> <urn:b> 1 . GRAPH <urn:new> { <urn:a> <urn:b> [ <urn:c> 2 ] } }")
        opened.publish()


def same(held: bytes, path: Path) -> bool:
    """Whether an endpoint holds what a store has published: as graphs, whatever blank nodes are called."""
    theirs = ox.Dataset(ox.parse(held, format=ox.RdfFormat.N_QUADS))
    theirs.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return theirs == dataset(path)


def dataset(path: Path) -> ox.Dataset:
    """What a store has published, less the vocabulary, with blank nodes called as in any other like it."""
    found = ox.Dataset(quad for quad in open_snapshot(path) if quad.graph_name not in VOCABULARY)
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return found


each_protocol = pytest.mark.parametrize("dialect", [GRAPH_STORE, UPDATE], ids=["graph-store", "update"])


@each_protocol
def test_an_endpoint_comes_to_hold_what_is_published(server: Oxigraph, store: Path, dialect: Dialect) -> None:
    to = endpoint(server, dialect)
    first = publish(store, to, dialect)
    assert (first.survey.changed, first.survey.removed) == (0, 0)
    assert first.survey.quads_added == len(dataset(store))
    assert same(server.quads(), store)
    again = publish(store, to, dialect)
    assert again.survey.is_nothing
    assert again.sent == 0


@each_protocol
def test_only_what_changed_is_sent(server: Oxigraph, store: Path, dialect: Dialect) -> None:
    to = endpoint(server, dialect)
    publish(store, to, dialect)
    changed(store)
    done = publish(store, to, dialect)
    assert (done.survey.new, done.survey.changed, done.survey.removed) == (1, 2, 1)
    assert done.survey.quads_added == 4
    assert done.sent < 6
    assert same(server.quads(), store)


class BrokenOffError(Exception):
    """What the tests break a publication off with."""


def breaking_off_after(count: int) -> Callable[[Survey], Callable[[Iterator[Request]], Iterator[Request]]]:
    def watch(requests: Iterator[Request]) -> Iterator[Request]:
        for number, request in enumerate(requests):
            if number == count:
                raise BrokenOffError
            yield request

    return lambda _: watch


@each_protocol
def test_a_run_that_is_broken_off_goes_on_where_it_stopped(
    server: Oxigraph, store: Path, dialect: Dialect
) -> None:
    to, dialect = endpoint(server, dialect), replace(dialect, quads=20)
    with pytest.raises(BrokenOffError):
        publish(store, to, dialect, watch=breaking_off_after(3))
    assert not same(server.quads(), store)
    changed(store)  # a build in the meantime: what was begun is finished, then the difference sent
    sent: list[Request] = []
    done = publish(
        store, to, dialect, watch=lambda _: lambda requests: (sent.append(r) or r for r in requests)
    )
    assert done.resumed
    assert done.survey.removed == 1
    assert same(server.quads(), store)


def test_an_endpoint_that_is_lost_is_named_with_the_way_out(store: Path, tmp_path: Path) -> None:
    with Oxigraph.started(tmp_path, writable=True) as server:
        to = endpoint(server, GRAPH_STORE)
    object.__setattr__(to, "_session", quick(to))
    with pytest.raises(RemoteError, match=r"cannot be reached: .*refused.*run the same again"):
        publish(store, to, GRAPH_STORE)
    assert (store / "published").is_dir()


def quick(to: Endpoint):
    """The session of an endpoint, less the pauses between its tries."""
    for adapter in to._session.adapters.values():
        adapter.max_retries = adapter.max_retries.new(backoff_factor=0)
    return to._session


@each_protocol
def test_virtuoso_comes_to_hold_it(virtuoso: Virtuoso, store: Path, dialect: Dialect) -> None:
    """By its own routes, with digest authentication; the merged layer has a name there."""
    route = "sparql-auth" if dialect.protocol is Protocol.UPDATE else "sparql-graph-crud-auth"
    to = Endpoint(Address(f"http://127.0.0.1:{virtuoso.http}/{route}", Credentials("digest", ":".join(DBA))))
    named = Dialect(dialect.protocol, ox.NamedNode(f"urn:test:{dialect.protocol}"), vocabulary=False)
    publish(store, to, named)
    changed(store)
    publish(store, to, named)
    snapshot = open_snapshot(store)
    for graph, name in ((ox.DefaultGraph(), named.merged), (REPORT, REPORT), (ox.NamedNode("urn:new"),) * 2):
        expected = sum(1 for _ in snapshot.quads_for_pattern(None, None, None, graph))
        (row,) = virtuoso_count(virtuoso, name)
        assert dict(row)["n"] == ("number", f"{expected}.0")


def virtuoso_count(server: Virtuoso, graph: ox.NamedNode) -> list:
    from .engines import ask  # noqa: PLC0415

    url = f"http://127.0.0.1:{server.http}/sparql"
    return ask(url, f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}")


@pytest.fixture
def ours(tmp_path: Path, empty_store: Path) -> Iterator[tuple[str, str, Path]]:
    """A server of ours that takes updates: its address, a token, and its store."""
    from tests.clients.serving import served  # noqa: PLC0415

    path = tmp_path / "theirs"
    shutil.copytree(empty_store, path)
    with Store.open(path) as opened:
        opened.publish()
    tokens = tmp_path / "tokens"
    made = subprocess.run([BIN / "polemos", "token", tokens], capture_output=True, check=True, text=True)
    with served(path, "--writable", "--token-file", str(tokens)) as address:
        yield address.removesuffix("/sparql"), made.stdout.strip(), path


def test_our_own_server_comes_to_hold_it(ours: tuple[str, str, Path], store: Path) -> None:
    address, token, theirs = ours
    to = Endpoint(Address(f"{address}/graph-store", Credentials("bearer", token)))
    publish(store, to, GRAPH_STORE)
    changed(store)
    publish(store, to, GRAPH_STORE)
    assert dataset(theirs) == dataset(store)


def test_a_wrong_token_is_said_to_be_wrong(ours: tuple[str, str, Path], store: Path) -> None:
    to = Endpoint(Address(f"{ours[0]}/graph-store", Credentials("bearer", "wrong")))
    with pytest.raises(RemoteError, match=r"answers 401 .*; the endpoint wants other credentials"):
        publish(store, to, GRAPH_STORE)


# What is sent is what makes one dataset of another: for any two


terms = st.sampled_from([ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("é\n\"'\\"), ox.Literal(1)])
subjects = st.sampled_from(
    [ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.BlankNode("x"), ox.BlankNode("y")]
)
graphs = st.sampled_from([ox.DefaultGraph(), ox.NamedNode("urn:g"), ox.NamedNode("urn:h")])
triples = st.tuples(subjects, terms | subjects)


def quad(subject, value, graph) -> ox.Quad:
    """A quad whose blank nodes are those of its graph alone: no request can say that two graphs share one."""
    own = [
        ox.BlankNode(f"{term.value}{hash(graph) % 10**6}") if isinstance(term, ox.BlankNode) else term
        for term in (subject, value)
    ]
    return ox.Quad(own[0], ox.NamedNode("urn:p"), own[1], graph)


def filled(found: list[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.extend(found)
    return store


def applied(store: ox.Store, request: Request) -> None:
    """Do to a store what an endpoint does with a request."""
    if request.method == "UPDATE":
        store.update(request.body.decode())
        return
    graph = ox.DefaultGraph() if request.graph is None else ox.NamedNode(request.graph)
    if request.method in ("PUT", "DELETE"):
        store.remove_graph(graph)
    store.load(request.body, format=ox.RdfFormat.N_TRIPLES, to_graph=graph)


quads = st.builds(lambda triple, graph: quad(*triple, graph), triples, graphs)
datasets = st.lists(quads, max_size=12).map(filled)


@settings(deadline=None)
@given(st.none() | datasets, datasets, st.sampled_from(Protocol), st.integers(1, 4), st.booleans())
def test_requests_make_one_dataset_of_another(
    before: ox.Store | None, after: ox.Store, protocol: Protocol, size: int, twice: bool
) -> None:
    dialect = Dialect(protocol, quads=size)
    there = filled([] if before is None else list(before))
    names = differing(before, after, dialect)
    for request in requests_for(before, after, names, dialect):
        for _ in range(1 + twice):
            applied(there, request)
    found, expected = ox.Dataset(there), ox.Dataset(after)
    for each in (found, expected):
        each.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert found == expected
    assert survey(before, after, names).is_nothing == (not list(requests_for(before, after, names, dialect)))
    assert not differing(after, after, dialect)


# The address, and what stands in it


@pytest.mark.parametrize(
    ("url", "credentials", "words"),
    [
        ("ftp://example.org/", None, "is no address of an endpoint"),
        ("example.org", None, "is no address of an endpoint"),
        ("https://me:secret@example.org/", None, "stand in no address"),
        ("http://example.org/store", Credentials("basic", "a:b"), "would get the credentials unencrypted"),
        ("https://example.org/store", Credentials("basic", "ab"), "must read user:password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(
    url: str, credentials: Credentials | None, words: str
) -> None:
    with pytest.raises(SettingError, match=words) as caught:
        Address(url, credentials)
    assert "secret" not in str(caught.value)


def test_unencrypted_credentials_may_be_allowed() -> None:
    assert Address("http://example.org/store", Credentials("basic", "a:b"), plain=True).url


class Scripted(BaseHTTPRequestHandler):
    """Answers with the statuses of a script, and remembers what it was sent."""

    script: list[int]
    heard: list[tuple[str, str]]

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, self.headers.get("Authorization", "")))
        self.send_response(self.script.pop(0) if self.script else 204)
        self.send_header("Content-Length", "0")
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    do_POST = do_PUT  # noqa: N815 (named by the standard library)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def scripted() -> Iterator[tuple[type[Scripted], str]]:
    handler = type("Handler", (Scripted,), {"script": [], "heard": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_port}/store"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_that_is_busy_is_asked_again(scripted: tuple[type[Scripted], str]) -> None:
    handler, url = scripted
    handler.script += [503, 429, 204]
    to = Endpoint(Address(url, Credentials("basic", "me:secret")))
    quick(to)
    to.send(Request("PUT", b"<urn:a> <urn:b> <urn:c> .", 1, "urn:g?x&y"))
    assert [path for path, _ in handler.heard] == ["/store?graph=urn%3Ag%3Fx%26y"] * 3
    assert {authorization for _, authorization in handler.heard} == {"Basic bWU6c2VjcmV0"}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "check the address"),
        (413, "--batch"),
        (302, "leads to http://127.0.0.1:1/elsewhere"),
        (500, "run the same"),
    ],
)
def test_a_refusal_is_one_line_with_the_way_out(
    scripted: tuple[type[Scripted], str], status: int, words: str
) -> None:
    handler, url = scripted
    handler.script.append(status)
    with pytest.raises(RemoteError, match=words):
        Endpoint(Address(url)).send(Request("PUT", b"", 0))
    assert len(handler.heard) == 1


# The command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["polemos", "publish", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capfd.readouterr().err

    return run


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(run, server: Oxigraph, store: Path) -> None:
    url = f"http://127.0.0.1:{server.port}/update"
    status, said = run("--store", store, "--to", url, "--dry-run")
    assert status == 0
    assert said.startswith("by update, in parts of 500 quads: ")
    assert "nothing was sent" in said
    assert server.quads() == b""
    assert not (store / "published").exists()


def test_the_command_sends_and_takes_credentials_from_a_file_or_the_environment(
    run, scripted: tuple[type[Scripted], str], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, url = scripted
    (tmp_path / "token").write_text("t0ken\n")
    status, said = run(
        "--store",
        store,
        "--to",
        url,
        "--credentials",
        tmp_path / "token",
        "--auth",
        "bearer",
        "--no-vocabulary",
    )
    assert (status, said.startswith("snapshot 000001: ")) == (0, True)
    monkeypatch.setenv("POLEMOS_CREDENTIALS", "me:secret")
    assert run("--store", store, "--to", url, "--whole", "--no-vocabulary")[0] == 0
    assert {authorization for _, authorization in handler.heard} == {"Bearer t0ken", "Basic bWU6c2VjcmV0"}
