"""Tests of `polemos serve` and `polemos token` as commands: what they say, do, and refuse in one line."""

import http.client
import json
import re
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder import settings
from builder.store import Store

BIN = Path(sys.executable).parent
START = 60  # seconds; it starts in one, the rest is for a machine that does much else
PRINTED = re.compile(r"Polemos serves (.+) at (http://(\S+):(\d+)/) \(SPARQL at (\S+)\); Ctrl-C stops it\n")
ASK = "sparql?query=ASK%7B%7D&format=csv"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serve") / "store"
    with Store.open(path, create=True) as store:
        store.replace_default([Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("here"), DefaultGraph())])
        store.publish()
    return path


def ran(*arguments: str | Path) -> tuple[int, str, str]:
    """Run the command to its end: exit status, standard output, standard error."""
    command = [BIN / "polemos", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=START)
    return done.returncode, done.stdout, done.stderr


def error_of(*arguments: str | Path, status: int) -> str:
    """Run a command that fails and give its one line, without its beginning."""
    found, out, err = ran(*arguments)
    assert found == status, err
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("polemos: error: ")
    return line.removeprefix("polemos: error: ")


@pytest.fixture
def serve(published: Path, tmp_path: Path) -> Iterator[Callable[..., re.Match[str]]]:
    """Start the server; give what it prints."""
    started = []

    def start(*options: str | Path, store: Path | None = published) -> re.Match[str]:
        log = tmp_path / f"log-{len(started)}"
        given = ("--store", store) if store else ()
        command = [BIN / "polemos", "serve", *given, "--workers", "1", *options]
        with log.open("wb") as output:
            started.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and started[-1].poll() is None:
            printed = PRINTED.search(log.read_text())
            if printed:
                return printed
            time.sleep(0.02)
        raise AssertionError(log.read_text())

    yield start
    for process in started:
        process.terminate()
    assert [process.wait(timeout=20) for process in started] == [0] * len(started)


def fetched(host: str, port: str, path: str = ASK, method: str = "GET", **more: object) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(host.strip("[]"), int(port), timeout=30)) as connection:
        connection.request(method, f"/{path}", **more)
        response = connection.getresponse()
        return response.status, response.read()


# Help


@pytest.mark.parametrize("command", ["serve", "token"])
def test_help_says_what_and_gives_examples(command: str) -> None:
    status, out, err = ran(command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"Usage: polemos {command} ")
    examples = out.partition("Examples:\n")[2].strip().splitlines()
    assert examples
    assert all(line.strip().startswith(f"polemos {command} ") or " && " in line for line in examples)


def test_help_names_every_setting_of_the_server() -> None:
    out = " ".join(ran("serve", "--help")[1].split())
    elsewhere = {settings.SPACY_MODEL, settings.PLACES, settings.FORMAT, settings.OUTPUT}
    for setting in settings.SETTINGS:
        assert (f"{setting.option} " in out) is (setting not in elsewhere), setting.name


# Tokens


def test_token_prints_a_token_and_keeps_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    given = []
    for number in (1, 2):
        status, out, err = ran("token", file)
        assert (status, err) == (0, "")
        assert re.fullmatch(r"[\w-]{43}\n", out)
        given.append(out.strip())
        assert len(file.read_text().splitlines()) == number
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not set(given) & set(file.read_text().split("\n"))
    assert all(token not in file.read_text() for token in given)


@pytest.mark.parametrize(
    ("file", "status", "says"),
    [
        ("/nowhere/tokens", 1, "/nowhere/tokens: No such file or directory"),
        ("/proc/tokens", 1, "/proc/tokens: No such file or directory"),
        ("/tmp", 2, "is a directory"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="/proc is a folder that nobody may write only on Linux")
def test_token_says_where_it_cannot_write(file: str, status: int, says: str) -> None:
    assert says in error_of("token", file, status=status)


# What is refused


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--writable"], 2, "--writable needs --token-file: make one with polemos token FILE"),
        (
            ["--token-file", "{tmp}/none"],
            1,
            "{tmp}/none: cannot be read; make a token: polemos token {tmp}/n",
        ),
        (["--writable", "--token-file", "{tmp}"], 2, "is a directory"),
        (["--token-file", "{tmp}/empty"], 1, "{tmp}/empty: holds no token; make one: polemos token"),
        (["--token-file", "{tmp}/bad"], 1, "{tmp}/bad:2: is not the hash of a token"),
        (["--port", "65536"], 2, "--port"),
        (["--port", "http"], 2, "--port"),
        (["--timeout", "0"], 2, "--timeout"),
        (["--workers", "0"], 2, "--workers"),
        (["--max-rows", "0"], 2, "--max-rows"),
        (["--grace", "-1"], 2, "--grace"),
        (["--access-log", "{tmp}/none/log"], 1, "{tmp}/none/log: No such file or directory"),
        (["--host", "host.invalid"], 1, "cannot listen on host.invalid, port 8000: "),
        (["--host", "192.0.2.1", "--port", "0"], 1, "cannot listen on 192.0.2.1, port 0: "),
    ],
)
def test_wrong_usage_is_one_line(published: Path, tmp_path: Path, options: list[str], status, says) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "bad").write_text("# my tokens\nopen sesame\n")
    given = [option.replace("{tmp}", str(tmp_path)) for option in options]
    error = error_of("serve", "--store", published, *given, status=status)
    assert says.replace("{tmp}", str(tmp_path)) in error
    assert "open sesame" not in error


def test_a_port_that_is_taken_is_one_line_with_the_way_out(published: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = error_of("serve", "--store", published, "--port", str(port), status=1)
    assert error == (
        f"cannot listen on 127.0.0.1, port {port}: Address already in use; "
        "choose others with --host and --port, of which 0 takes any free one"
    )


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "there is no store; make one: polemos build PATH --store"),
        (lambda path: path.mkdir(), "is no store that Polemos made"),
        (lambda path: path.touch(), "is no store that Polemos made"),
        (lambda path: Store.open(path, create=True).close(), "nothing is published there yet"),
    ],
    ids=["nothing", "folder", "file", "unpublished"],
)
def test_what_is_no_store_is_one_line(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    path = tmp_path / "store"
    make(path)
    assert says in error_of("serve", "--store", path, "--port", "0", status=1)


SECRET = "https://me:s3cret@kb.example.org/"


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        ([], 2, "there is nothing to serve: give --store DIR or --endpoint URL"),
        (["--endpoint", "kb.example.org"], 1, "kb.example.org: is no address of an endpoint"),
        (["--endpoint", SECRET], 1, "credentials stand in no address"),
        (
            ["--endpoint", "http://kb.example.org/", "--credentials", "{file}"],
            1,
            "the credentials unencrypted",
        ),
        (["--endpoint", "https://kb.example.org/", "--writable"], 2, "write to it with polemos publish"),
        (["--endpoint", "https://kb.example.org/", "--store", "/nowhere"], 1, "/nowhere: there is no store"),
        (["--endpoint", "https://kb.example.org/", "--merged-graph", "no iri"], 2, "--merged-graph"),
    ],
)
def test_an_endpoint_that_cannot_be_meant_is_one_line(tmp_path: Path, options, status, says) -> None:
    (tmp_path / "secret").write_text("me:s3cret")
    error = error_of("serve", *(each.format(file=tmp_path / "secret") for each in options), status=status)
    assert says in error
    assert "s3cret" not in error


# What is served


@pytest.mark.parametrize(
    ("host", "printed"),
    [(None, "127.0.0.1"), ("localhost", "localhost"), ("::1", "[::1]"), ("0.0.0.0", "0.0.0.0")],
)
def test_the_address_that_is_printed_answers(serve, published: Path, host: str | None, printed: str) -> None:
    if host == "::1" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    found = serve("--port", "0", *(("--host", host) if host else ()))
    store, address, named, port, endpoint = found.groups()
    assert (store, named) == (str(published), printed)
    assert endpoint == f"{address}sparql"
    assert fetched(named, port) == (200, b"true")
    assert fetched(named, port, "health")[0] == 200


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_a_port_may_be_chosen_and_is_free_again_at_once(serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    assert serve("--port", port)[4] == port


def test_it_only_reads_until_it_is_told_otherwise(serve) -> None:
    port = serve("--port", "0")[4]
    update = {"body": b"CLEAR ALL", "headers": {"Content-Type": "application/sparql-update"}}
    assert fetched("127.0.0.1", port, "sparql", "POST", **update)[0] == 403


def test_options_reach_the_server_and_the_log_its_file(serve, published: Path, tmp_path: Path) -> None:
    log, tokens = tmp_path / "access", tmp_path / "tokens"
    token = ran("token", tokens)[1].strip()
    options = ("--max-query", "30", "--max-rows", "1", "--timeout", "2", "--rate-limit", "5")
    port = serve("--port", "0", "--access-log", log, "--token-file", tokens, *options)[4]

    def asked(query: str) -> int:
        return fetched("127.0.0.1", port, f"sparql?query={query}")[0]

    assert asked("SELECT*%7B%7D") == 200
    assert asked("SELECT*%7BVALUES?x%7B1+2+3%7D%7D") == 422
    assert asked("ASK%7B%7D" + "+" * 30) == 413
    headers = {"Authorization": f"Bearer {token}"}
    assert fetched("127.0.0.1", port, "running", headers=headers) == (200, b"[]\n")
    assert fetched("127.0.0.1", port, "running")[0] == 401
    assert asked("ASK%7B%7D") == 429
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    # A line is written when the answer has been sent: another may be before it.
    assert sorted(line["status"] for line in lines)[:5] == [200, 200, 401, 413, 422]
    assert {line["client"] for line in lines} == {"127.0.0.1"}


def test_it_stands_in_front_of_another(serve, published: Path) -> None:
    behind = serve("--port", "0")
    port = serve("--port", "0", "--endpoint", behind[5], store=None)
    assert port[1] == behind[5]
    asked = "sparql?query=SELECT+%3Fs+%3Fp+%3Fo+%7B%3Fs+%3Fp+%3Fo%7D&format=csv"
    assert fetched("127.0.0.1", port[4], asked) == (200, b"s,p,o\r\nurn:s,urn:p,here\r\n")
    assert json.loads(fetched("127.0.0.1", port[4], "health")[1])["endpoint"] == "answers"


def test_it_starts_before_the_other(serve, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/sparql"
        port = serve("--port", "0", "--endpoint", url, store=None)[4]
        assert fetched("127.0.0.1", port)[0] == 502
    said = (tmp_path / "log-0").read_text()
    assert f"{url}: cannot be reached: Connection refused" in said.replace("[Errno 111] ", "")
    assert f"polemos: error: {url}: does not answer as it should" in said


NEWS = (
    "---\ntitle: Bomb\npublished: 2024-01-24\n---\n"
    "A car bomb killed 12 people in Kirkuk on Tuesday, police said.\n"
)


def test_a_build_while_it_serves_and_writes(serve, tmp_path: Path) -> None:
    """An update, a build into the same store, an update: each is seen at once, and none is lost."""
    store, tokens, news = tmp_path / "store", tmp_path / "tokens", tmp_path / "news.md"
    with Store.open(store, create=True) as opened:
        opened.publish()
    news.write_text(NEWS)
    headers = {
        "Authorization": f"Bearer {ran('token', tokens)[1].strip()}",
        "Content-Type": "application/sparql-update",
    }
    port = serve("--port", "0", "--writable", "--token-file", tokens, store=store)[4]

    def update(value: int) -> int:
        body = f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:s> <urn:p> {value} }} }}".encode()
        return fetched("127.0.0.1", port, "sparql", "POST", body=body, headers=headers)[0]

    def is_true(pattern: str) -> bool:
        body = f"PREFIX plm: <https://w3id.org/polemos/ontology#> ASK {{ {pattern} }}".encode()
        typed = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
        return fetched("127.0.0.1", port, "sparql", "POST", body=body, headers=typed) == (200, b"true")

    assert update(1) == 204
    time.sleep(1.5)  # the server keeps a store for a second, then others have their turn
    assert not is_true("?attack a plm:Attack")
    status, _, err = ran("build", news, "--store", store)
    assert status == 0, err
    assert is_true("?attack a plm:Attack")
    assert update(2) == 204
    assert is_true("?attack a plm:Attack . GRAPH <urn:g> { <urn:s> <urn:p> 1, 2 }")
