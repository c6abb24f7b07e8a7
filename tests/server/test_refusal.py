"""SERVICE and LOAD are refused however they are written, and nothing else is; nobody is called.

With a list of hosts, those on it may be called and nobody else.
"""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.refusal import listed, refusal

REFUSED = [
    "ASK { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { service SILENT <URL> { ?s ?p ?o } }",
    "ASK { ?a ?b ?c . SeRvIcE\n\t<URL>{ ?s ?p ?o } }",
    "PREFIX : <URL> ASK { SERVICE:a{ ?s ?p ?o } }",
    "PREFIX : <URL> ASK { SERVICESILENT:a{ ?s ?p ?o } }",
    "ASK { { SELECT * { OPTIONAL { SERVICE <URL> { ?s ?p ?o } } } } }",
    "ASK { ?s ?p 1SERVICE <URL> { ?s ?p ?o } }",
    "ASK { ?s ?p '#'. SERVICE <URL> { ?s ?p ?o } }",
    'ASK { ?s ?p """it\'s "" """. SERVICE <URL> { ?s ?p ?o } }',
    "ASK { ?s <http://a#> ?o . SERVICE <URL> { ?s ?p ?o } }",
    "SELECT ?service { SERVICE ?service { ?s ?p ?o } VALUES ?service { <URL> } }",
    "ASK { FILTER(1 < 2) SERVICE <URL> { ?s ?p ?o } FILTER(2 > 1) }",
    "ASK { ?s ?p ?o # a comment\r\nSERVICE <URL> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "PREFIX service: <URL> ASK { SERVICE service:a { ?s ?p ?o } }",
    "PREFIX svcqxzj: <a:> PREFIX : <URL> ASK { SERVICE:a { ?s ?p ?o } }",
    "ASK { SERVICE # where to\n <URL> { ?s ?p ?o } }",
    "ASK { SERVICE <\\u0068ttp://a/> { ?s ?p ?o } }",
]
ALLOWED = [
    "ASK { ?s ?p 'SERVICE <URL> { ?s ?p ?o }' }",
    "ASK { ?s ?p ?o } # SERVICE <URL> { ?s ?p ?o }",
    "ASK { <http://example.org/SERVICE> ?p ?o }",
    "PREFIX service: <http://example.org/> ASK { service:a ?p service:b }",
    "PREFIX service: <http://example.org/> ASK { GRAPH service:a { ?s ?p ?o } }",
    "PREFIX e: <http://example.org/> ASK { e:service ?p e:a.service }",
    "SELECT ?service WHERE { ?service ?p ?o }",
    "SELECT ?service ?SERVICE ?Service WHERE { ?service ?SERVICE ?Service }",
    "ASK { _:service ?p 'a'@en-service }",
    'ASK { ?s ?p """\nSERVICE <URL> {\n""" }',
    "SELECT (<urn:service>(1) AS ?x) {}",
    "PREFIX load: <http://example.org/> ASK { load:a ?load 'LOAD' }",
]
UPDATES_REFUSED = [
    "LOAD <URL>",
    "load silent <URL> into graph <http://example.org/>",
    "LOADSILENT<URL>INTOGRAPH<http://example.org/>",
    "PREFIX load: <URL> LOAD load:a",
    "PREFIX : <URL> LOAD:a",
    "INSERT DATA { <a:a> <a:b> 'LOAD' } ; LOAD <URL> ;",
    "CLEAR ALL; # LOAD\nLOAD # SILENT\n SILENT # INTO\n <URL> # GRAPH\n INTO GRAPH <http://example.org/>",
    "LOAD <file:///etc/hostname>",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } USING <a:b> WHERE { { SELECT * WHERE { SERVICE SILENT <URL> { ?s ?p ?o } } } }",
    "LOAD <URL> ; INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
]
UPDATES_ALLOWED = [
    "INSERT DATA { <a:load> <a:service> 'LOAD <URL>; SERVICE' }",
    "PREFIX load: <a:b> CLEAR SILENT GRAPH load:load # LOAD <URL>",
    "DELETE { ?load ?LOAD 1 } WHERE { ?load ?LOAD ?service }",
    "INSERT DATA { <a:a> <a:b> '''\nLOAD <URL>\n''' } ; DROP ALL",
]
TEXTS_REFUSED = [*((text, False) for text in REFUSED), *((text, True) for text in UPDATES_REFUSED)]
TEXTS_ALLOWED = [*((text, False) for text in ALLOWED), *((text, True) for text in UPDATES_ALLOWED)]


class Listener:
    """A host that hangs up on whoever calls, and counts."""

    def __init__(self) -> None:
        self.calls = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._hang_up, daemon=True).start()

    def _hang_up(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._server.accept()
                self.calls += 1
                caller.close()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def closed() -> Iterator[str]:
    """A port of ours where nobody listens, so that a call to it ends at once."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def run(text: str, *, update: bool) -> None:
    store = ox.Store()
    with suppress(SyntaxError, ValueError, RuntimeError, OSError):
        if update:
            store.update(text)
        elif isinstance(found := store.query(text), ox.QuerySolutions | ox.QueryTriples):
            list(found)


@pytest.mark.parametrize("allowed", [frozenset[str](), frozenset({"192.0.2.1", "localhost:1"})])
@pytest.mark.parametrize(("text", "update"), TEXTS_REFUSED)
def test_refused_and_nobody_is_called(
    text: str, update: bool, allowed: frozenset[str], listener: Listener
) -> None:
    before = listener.calls
    said = refusal(text.replace("URL", f"http://{listener.place}/"), update=update, allowed=allowed)
    assert said is not None
    assert "is refused: " in said
    assert listener.calls == before


@pytest.mark.parametrize(("text", "update"), TEXTS_ALLOWED)
def test_the_words_elsewhere_are_allowed(text: str, update: bool) -> None:
    assert refusal(text.replace("URL", "http://127.0.0.1:1/"), update=update) is None


def test_without_a_list_the_sentence_says_which_word() -> None:
    why = "is refused: this endpoint sends no requests to others"
    assert refusal("ASK { SERVICE <a:b> {} }") == f"SERVICE {why}"
    assert refusal("LOAD <a:b>", update=True) == f"LOAD {why}"


@pytest.mark.parametrize(
    ("text", "update"),
    [
        ("ASK { SERVICE <URL> { ?s ?p ?o } }", False),
        ("PREFIX : <URL> ASK { SERVICESILENT:a{ ?s ?p ?o } }", False),
        ("PREFIX SERVICE: <a:> PREFIX : <URL> ASK { SERVICE:a { ?s ?p ?o } }", False),
        ("LOADSILENT<URL>INTOGRAPH<http://example.org/>", True),
        ("PREFIX : <URL> LOAD:a", True),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <URL> { ?s ?p ?o } }", True),
    ],
)
def test_without_the_refusal_oxigraph_calls(text: str, update: bool, listener: Listener) -> None:
    """Were this to fail, the refusal would have nothing to refuse, and the tests above would say nothing."""
    before = listener.calls
    run(text.replace("URL", f"http://{listener.place}/"), update=update)
    assert listener.calls > before


MALFORMED = [
    ("ASK { SERVICE <http://a> { }", False),
    ("SELECT ?service { LIMIT }", False),
    ("#service\nA", False),
    ("ASK { SERVICE <http://a> { } } \n }", False),
    ("LOAD", True),
    ("LOAD ?load", True),
    ("#load\nINSERT DATA { ?a <a:b> 1 }", True),
    ("LOAD <a:b>\n; INSERT DATA { ?a <a:b> 1 }", True),
    ("INSERT { } WHERE { SERVICE <a:b> { }", True),
    ("SELECT * { SERVICE <a:b> { } }", True),
]


@pytest.mark.parametrize("allowed", [frozenset[str](), frozenset({"a"})])
@pytest.mark.parametrize(("text", "update"), MALFORMED)
def test_malformed_text_is_a_syntax_error(text: str, update: bool, allowed: frozenset[str]) -> None:
    with pytest.raises(SyntaxError, match="error at"):
        refusal(text, update=update, allowed=allowed)


@pytest.mark.parametrize(
    ("text", "update"),
    [
        ("ASK { SERVICE SILENT <a:b> { } LIMIT }", False),
        ("INSERT { } WHERE { SERVICE <a:b> { } LIMIT }", True),
        ("#load\nINSERT DATA { ?a <a:b> 1 }", True),
        ("LOAD <a:b> ;\nINSERT DATA { ?a <a:b> 1 }", True),
        ("PREFIX a: <a:> LOAD SILENT a:load INTO GRAPH a:b ;\nCLEAR ALL ; ADD", True),
    ],
)
def test_an_error_is_where_oxigraph_finds_it(text: str, update: bool) -> None:
    with pytest.raises(SyntaxError) as raised:
        ox.Store().update(text) if update else ox.Store().query(text)
    place, _, _ = str(raised.value).partition(" expected")
    with pytest.raises(SyntaxError, match=place):
        refusal(text, update=update)


ROWS = " ".join(f"VALUES ?v{number} {{ {' '.join(map(str, range(100)))} }}" for number in range(6))


@pytest.mark.parametrize(
    ("text", "update"),
    [
        (f"SELECT (COUNT(*) AS ?service) {{ {ROWS} }}", False),
        (f"INSERT {{ <a:load> <a:b> ?v1 }} WHERE {{ {ROWS} }}", True),
        (f"# load\nPREFIX a: # <b>\n<a:b>VERSION '1.2'base<c:d>INSERT {{ }} WHERE {{ {ROWS} }}", True),
    ],
)
def test_judging_evaluates_nothing(text: str, update: bool) -> None:
    """Were the million million rows of this computed, the test would not end."""
    assert refusal(text, update=update) is None


# Ways to another host than the listed example.org and 127.0.0.1:80, or to no host.
TRICKS = [
    *["http://example.org@PLACE/", "http://a:b@example.org/", "http://example.org:80@PLACE/"],
    *["http://PLACE\\@example.org/", "http://PLACE%2f@example.org/", "http://example.org%40PLACE/"],
    *["http://PLACE#@example.org/", "http://PLACE?example.org/", "http://example.org.PLACE/"],
    *["http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/", "http://0/"],
    *["http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::7f00:1]/"],
    *["http://[127.0.0.1]/", "http://[::1%25lo]/", "http://127.0.0.1:81/", "https://127.0.0.1/"],
    *["http:///example.org/", "http:example.org/", "//example.org/", "example.org", "", "x", "http:///"],
    *["ftp://example.org/", "file:///etc/hostname", "file://example.org/etc/hostname"],
    *["http://ex%61mple.org/", "http://\\u0065xample.org/", "http://exämple.org/", "http://example．org/"],
    *["http://example.org:/", "http://example.org:999999/", "http://example.org./", "http://.example.org/"],
    *["http://example.org /", "http://localhost/", "http://127.0.0.1:80:81/", "http://127.0.0.1\t/"],
]
LISTED = frozenset({"example.org", "127.0.0.1:80"})


TOO_LONG = "a" * 64  # for a name, so that there is none


def fail_to_look_up(*_: object, **__: object) -> None:
    pytest.fail("a host that is not listed is looked up")


@pytest.mark.parametrize("clause", ["ASK { SERVICE TARGET { ?s ?p ?o } }", "LOAD SILENT TARGET"])
@pytest.mark.parametrize("trick", [*(f"<{each}>" for each in TRICKS), "?host", "p:x", ":"])
def test_who_is_not_listed_is_refused(
    trick: str, clause: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.refusal.socket.getaddrinfo", fail_to_look_up)
    prologue = "PREFIX p: <http://example.org/> PREFIX : <http://example.org/> "
    text = prologue + clause.replace("TARGET", trick.replace("PLACE", listener.place))
    base = "http://example.org/base"  # so that relative IRIs are well-formed
    with suppress(SyntaxError):  # not all of these are IRIs
        assert refusal(text, base=base, update="LOAD" in clause, allowed=LISTED) is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ASK { SERVICE ?where { } }", "prefixed names"),
        ("ASK { SERVICE <http://example.com/> { } }", "example.com is not on this endpoint's list"),
        (f"ASK {{ SERVICE <http://{TOO_LONG}/> {{ }} }}", f"the address of {TOO_LONG} cannot be found"),
        ("ASK { SERVICE <http://2130706433/> { } }", "2130706433 has an address that is not public"),
    ],
)
def test_the_sentence_says_why(text: str, says: str) -> None:
    assert says in str(refusal(text, allowed=frozenset({TOO_LONG, "2130706433"})))


PUBLIC = ["93.184.215.14", "2606:2800:220:1::1"]
NOT_PUBLIC = [
    *["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"],
    *["0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "240.0.0.1"],
    *["::1", "::", "fe80::1%eth0", "fe80::1", "fc00::1", "fec0::1", "ff0e::1", "2001:db8::1"],
    *["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "2002:7f00:1::", "2001:0:7f00:1::"],
    *["64:ff9b::7f00:1"],
]


def judged(monkeypatch: pytest.MonkeyPatch, addresses: list[str], *allowed: str) -> str | None:
    """What is said of a listed name that has these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]
    monkeypatch.setattr("server.refusal.socket.getaddrinfo", lambda *_, **__: found)
    text = "ASK { SERVICE <http://Example.org/sparql?a=b#c> { ?s ?p ?o } }"
    return refusal(text, allowed=frozenset({"example.ORG", *allowed}))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_listed_name_may_have_public_addresses(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(monkeypatch, [address]) is None


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_listed_name_may_have_no_other_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not public" in str(judged(monkeypatch, [*PUBLIC, address]))


@pytest.mark.parametrize(
    ("address", "listing", "allowed"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.1:80", True),
        ("10.0.0.1", "10.0.0.1:81", False),
        ("10.0.0.2", "10.0.0.1", False),
        ("fc00::1", "fc00:0::1", True),
        ("127.0.0.1", "localhost", True),
        ("::1", "localhost:80", True),
        ("::1", "localhost:81", False),
    ],
)
def test_unless_that_address_is_listed(
    address: str, listing: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (judged(monkeypatch, [address], listing) is None) == allowed


NO_HOSTS = ["", "http://example.org/", "example.org/", "a b", "[x]", "[1.2.3.4]", "1::2::3", "a:b", "*.org"]


@pytest.mark.parametrize("entry", NO_HOSTS)
def test_what_is_no_host_cannot_be_listed(entry: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        listed(frozenset({entry}))


class Peer(http.server.BaseHTTPRequestHandler):
    """Another endpoint: one row for every query, one triple for every LOAD; or a redirection."""

    redirection: str | None = None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        row = '{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"a:a"}}]}}'
        self._answer("application/sparql-results+json", row)

    def do_GET(self) -> None:
        self._answer("application/n-triples", f"<a:a> <a:b> <a:{self.path[1:]}> .\n")

    def _answer(self, content_type: str, body: str) -> None:
        self.send_response(302 if self.redirection else 200)
        if self.redirection:
            self.send_header("Location", self.redirection)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def peer() -> Iterator[int]:
    """The port of another endpoint."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:PORT", "localhost", "localhost:PORT"])
def test_who_is_listed_may_be_called(allowed: str, peer: int) -> None:
    hosts = frozenset({allowed.replace("PORT", str(peer)), "example.org"})
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{peer}/sparql> {{ ?s ?p 'SERVICE' }} }}"
    update = (
        f"LOAD <http://127.0.0.1:{peer}/a> INTO GRAPH <a:load> ; LOAD SILENT\n<http://127.0.0.1:{peer}/b>"
    )
    assert refusal(query, allowed=hosts) is None
    assert refusal(update, update=True, allowed=hosts) is None
    store = ox.Store()
    store.update(update)
    assert len(store) == 2
    assert len(list(store.query(query))) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "update"),
    [
        ("ASK { SERVICE <http://LISTED/> { SERVICE <http://OTHER/> { ?s ?p ?o } } }", False),
        ("ASK { SERVICE <http://LISTED/> { } SERVICE ?x { } VALUES ?x { <http://OTHER/> } }", False),
        ("PREFIX : <http://OTHER/> ASK { SERVICE <http://LISTED/> { } SERVICE:a { } }", False),
        ("ASK { SERVICE #\r<http://OTHER/> { } #\r SERVICE <http://LISTED/> { }\n }", False),
        ("ASK { ?s ?p 'SERVICE <http://LISTED/>' . SERVICE # '\n <http://OTHER/> { } }", False),
        ("LOAD <http://LISTED/> ; LOAD <http://OTHER/>", True),
        ("LOAD <http://LISTED/> INTO GRAPH <a:b> ; INSERT { } WHERE { SERVICE <http://OTHER/> { } }", True),
    ],
)
def test_one_listed_host_does_not_let_another_in(
    text: str, update: bool, listener: Listener, closed: str
) -> None:
    before = listener.calls
    text = text.replace("OTHER", listener.place).replace("LISTED", closed)
    assert refusal(text, update=update, allowed=frozenset({closed})) is not None
    assert listener.calls == before


@pytest.mark.parametrize("text", ["SERVICE:a { }", "SERVICE <http://LISTED/> { } SERVICE:a { }"])
@pytest.mark.parametrize("allowed", [True, False])
def test_a_clause_that_is_also_a_name_is_a_syntax_error(
    text: str, allowed: bool, listener: Listener, closed: str
) -> None:
    """Oxigraph calls the empty prefix there. The tokens see a name whose prefix is declared."""
    text = (
        f"PREFIX SERVICE: <a:> PREFIX : <http://{listener.place}/> ASK {{ {text.replace('LISTED', closed)} }}"
    )
    with pytest.raises(SyntaxError):
        refusal(text, allowed=frozenset({closed} if allowed else ()))


@pytest.mark.parametrize(
    ("text", "update"), [("SELECT * { SERVICE <URL> { ?s ?p ?o } }", False), ("LOAD <URL>", True)]
)
def test_oxigraph_follows_no_redirection(
    text: str, update: bool, peer: int, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a listed host cannot lead a request on to one that is not. The refusal relies on it."""
    monkeypatch.setattr(Peer, "redirection", f"http://{listener.place}/")
    before = listener.calls
    text = text.replace("URL", f"http://127.0.0.1:{peer}/")
    with pytest.raises(OSError, match="too many redirects"):
        ox.Store().update(text) if update else list(ox.Store().query(text))  # type: ignore[arg-type]
    assert listener.calls == before


# Whatever is made of these: what is let through calls nobody but the listed host.
WORDS = st.sampled_from(["SERVICE", "service", "SeRvIcE", "SERVICE SILENT", "LOAD", "load", "LoAd SILENT"])
HOSTS = st.sampled_from(["<http://OTHER/>", "<http://LISTED/>", "?service", ":a", "service:a", "load:"])
NOISE = st.sampled_from(
    [
        *["'", '"', '"""', "'''", "\\", "#", "\n", "\r", " ", "<", ">", ".", ";", "1", "@en", "_:", "?x"],
        *[
            "{",
            "}",
            "INTO",
            "INTO GRAPH <a:b>",
            "<a:b>",
            "'a'",
            "a:",
            "GRAPH",
            "WHERE",
            "UNION",
            "VALUES ?x {",
        ],
        *["PREFIX service: <http://OTHER/>", "PREFIX : <http://OTHER/>", "PREFIX load: <http://OTHER/>"],
    ]
)
PATTERNS = st.one_of(
    st.builds("{} {} {{ ?s ?p ?o }}".format, WORDS, HOSTS),
    st.builds("{}{}{{ ?s ?p ?o }}".format, WORDS, HOSTS),
    st.builds("{{ {} {} {{ }} }} UNION".format, WORDS, HOSTS),
    st.builds("# {} {}\n".format, WORDS, HOSTS),
    st.builds("#{}\r".format, NOISE),
    st.builds('FILTER(\'{} {} {{\' != """{}""")'.format, WORDS, HOSTS, NOISE),
    st.builds("FILTER(1<{})".format, HOSTS),
    st.sampled_from(["VALUES ?service { <http://OTHER/> }", "{ ?s ?p ?o }", "OPTIONAL {", "}", "?s ?p ?o ."]),
)
PROLOGUE = "PREFIX service: <http://OTHER/> PREFIX load: <http://OTHER/> PREFIX : <http://OTHER/> "
QUERIES = st.one_of(
    st.lists(st.one_of(WORDS, HOSTS, NOISE)).map(" ".join),
    st.lists(PATTERNS, max_size=6).map(lambda parts: f"{PROLOGUE} ASK {{ {' '.join(parts)} }}"),
    st.lists(st.one_of(PATTERNS, NOISE), max_size=8).map(
        lambda parts: f"{PROLOGUE} ASK {{ {''.join(parts)} }}"
    ),
)
OPERATIONS = st.one_of(
    st.builds("{} {}".format, WORDS, HOSTS),
    st.builds("{}{}".format, WORDS, HOSTS),
    st.builds("{} {} INTO GRAPH {}".format, WORDS, HOSTS, HOSTS),
    st.builds("{} {}INTO GRAPH {}".format, WORDS, HOSTS, WORDS),
    st.builds("INSERT {{ }} WHERE {{ {} }}".format, PATTERNS),
    st.builds("INSERT DATA {{ <a:a> <a:b> '{} {}' }}".format, WORDS, HOSTS),
    st.builds("# {} {}\n CLEAR ALL".format, WORDS, HOSTS),
    NOISE,
)
UPDATES = st.lists(OPERATIONS, max_size=5).map(lambda parts: f"{PROLOGUE} {' ; '.join(parts)}")


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.tuples(QUERIES, st.just(False)), st.tuples(UPDATES, st.just(True))), st.booleans())
def test_what_is_let_through_calls_nobody_else(
    listener: Listener, closed: str, drawn: tuple[str, bool], some: bool
) -> None:
    text = drawn[0].replace("OTHER", listener.place).replace("LISTED", closed)
    allowed = frozenset({closed}) if some else frozenset[str]()
    before = listener.calls
    with suppress(SyntaxError):
        if refusal(text, update=drawn[1], allowed=allowed) is None:
            run(text, update=drawn[1])
    assert listener.calls == before


def test_cases_are_many_enough() -> None:
    assert len(REFUSED) >= 15
    assert len(ALLOWED) >= 10
    assert len(UPDATES_REFUSED) >= 10
