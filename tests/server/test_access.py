"""Who may write and operate, and how often each may ask."""

import http.client
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from builder.errors import SettingError
from server.access import Tokens, add_token, hash_of
from server.settings import Settings

from ..clients.serving import inside

TOKEN = "open sesame"
HASH = hash_of(TOKEN)
UPDATE = "INSERT DATA { <urn:s> <urn:p> 1 }"
ASK = "/sparql?query=ASK+%7B%7D"
HERE, OTHER = "127.0.0.1", "192.0.2.7"


# The file of tokens


def test_a_token_is_given_once_and_its_hash_kept(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    token = add_token(file)
    assert len(token) >= 43, "256 bits, six a character"
    assert file.read_text() == f"sha256:{hash_of(token)}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Tokens.read(file).lets_in(f"Bearer {token}")


def test_several_tokens_and_one_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    given = [add_token(file) for _ in range(3)]
    assert len(set(given)) == 3
    assert [Tokens.read(file).lets_in(f"Bearer {token}") for token in given] == [True, True, True]
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("# one was taken back\n\n" + lines[0] + lines[2])
    assert [Tokens.read(file).lets_in(f"Bearer {token}") for token in given] == [True, False, True]


def test_a_file_that_was_there_is_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"sha256:{HASH}")  # with no line end, as some editors leave it
    file.chmod(0o644)
    token = add_token(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    tokens = Tokens.read(file)
    assert tokens.lets_in(f"Bearer {TOKEN}")
    assert tokens.lets_in(f"Bearer {token}")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"sha256:{HASH}\n{TOKEN}\n".encode(), ":2: is not the hash of a token; make one: polemos token "),
        (f"\n# by hand\n\nsha256:{HASH.upper()}\n".encode(), ":4: is not the hash of a token"),
        (f"sha256:{HASH}0\n".encode(), ":1: is not the hash of a token"),
        (f"{HASH}\n".encode(), ":1: is not the hash of a token"),
        (f"md5:{HASH}\n".encode(), ":1: is not the hash of a token"),
        (b"", ": holds no token; make one: polemos token "),
        (b"# none yet\n\n", ": holds no token"),
        (b"\xff\xfe", ": cannot be read; make a token: polemos token "),
        (None, ": cannot be read"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "tokens"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        Tokens.read(file)
    assert str(caught.value).startswith(f"{file}{says}")
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value), "what stands in the file may be a token, written there by mistake"


# The header


@pytest.mark.parametrize(
    "header",
    [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER {TOKEN}", f"bEaReR   {TOKEN}  "],
)
def test_headers_that_bear_the_token(header: str) -> None:
    assert Tokens((hash_of("another"), HASH)).lets_in(header)


BAD_HEADERS = [
    None,
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Bearer  ",
    TOKEN,
    f"Basic {TOKEN}",
    f"Token {TOKEN}",
    f"Bearer{TOKEN}",
    f"Bearer {TOKEN}x",
    f"Bearer {TOKEN[:-1]}",
    f"Bearer {TOKEN.upper()}",
    f"Bearer {HASH}",
    f"Bearer sha256:{HASH}",
    "Bearer ÿþ",
    "Bearer \udcff",
    f"Bearer {TOKEN}, Bearer {TOKEN}",
]


@pytest.mark.parametrize("header", BAD_HEADERS)
def test_headers_that_do_not(header: str | None) -> None:
    assert not Tokens((hash_of("another"), HASH)).lets_in(header)
    assert not Tokens().lets_in(header)


def test_the_hash_of_nothing_is_no_token(tmp_path: Path) -> None:
    """Who has no tokens lets nobody in, whatever is sent."""
    assert not Tokens().lets_in(f"Bearer {TOKEN}")
    assert not Tokens().lets_in("Bearer ")


# What needs a token


def guarded(path: str, method: str, **request_: object) -> Callable[[FlaskClient, dict], TestResponse]:
    return lambda client, headers: client.open(path, method=method, headers=headers, **request_)


GUARDED = {
    "update": guarded("/sparql", "POST", data={"update": UPDATE}),
    "put": guarded("/graph-store?graph=urn:g", "PUT", data="", content_type="text/turtle"),
    "post": guarded("/graph-store", "POST", data="", content_type="text/turtle"),
    "delete": guarded("/graph-store?default", "DELETE"),
    "list": guarded("/running", "GET"),
    "cancel": guarded("/running/1", "DELETE"),
}


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_token_that_is_let_in(folder: Path, serve, name: str) -> None:
    client = serve(folder, workers=1, is_writable=True, tokens=Tokens((HASH,)))
    for header in BAD_HEADERS:
        try:
            headers = {} if header is None else {"Authorization": header}
            response = GUARDED[name](client, headers)
        except UnicodeEncodeError:  # no client can send it
            continue
        assert response.status_code == 401, header
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.json["detail"] == "send a token: Authorization: Bearer TOKEN"
    assert GUARDED[name](client, {"Authorization": f"bearer {TOKEN}"}).status_code in {200, 201, 204, 404}


@pytest.mark.parametrize("name", ["list", "cancel"])
def test_where_there_are_no_tokens_nobody_operates(client: FlaskClient, name: str) -> None:
    for header in ("", "Bearer ", f"Bearer {TOKEN}"):
        assert GUARDED[name](client, {"Authorization": header}).status_code == 401


# How often


def ask(client: FlaskClient, address: str, path: str = ASK) -> TestResponse:
    return client.get(path, environ_base={"REMOTE_ADDR": address})


def test_a_client_that_asks_too_often(made: Path, serve) -> None:
    client = serve(made, workers=1, rate_limit=3)
    assert [ask(client, OTHER).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    response = ask(client, OTHER)
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert response.content_type == "application/problem+json"
    assert response.json == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "a client may make 3 requests a minute",
    }
    assert ask(client, "192.0.2.8").status_code == 200, "others are not stopped"


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_health_and_metrics_are_never_limited(made: Path, serve, path: str) -> None:
    client = serve(made, workers=1, rate_limit=1)
    assert {ask(client, OTHER, path).status_code for _ in range(20)} == {200}
    assert ask(client, OTHER).status_code == 200, "nor do they count"


@pytest.mark.parametrize(
    ("limit", "address", "allowed"),
    [
        (None, HERE, 700),
        (None, "127.3.2.1", 700),
        (None, "::1", 700),
        (None, OTHER, 600),
        (None, "2001:db8::1", 600),
        (0, OTHER, 700),
        (2, HERE, 2),
        (2, "::1", 2),
    ],
)
def test_how_often_is_usual(made: Path, serve, limit: int | None, address: str, allowed: int) -> None:
    client = serve(made, workers=1, rate_limit=limit)
    # What is not there costs nothing to answer and is counted as all else.
    statuses = [ask(client, address, "/nothing/there").status_code for _ in range(700)]
    assert set(statuses[:allowed]) == {404}
    # One or two more are let in where a minute begins meanwhile.
    assert set(statuses[allowed + 2 :]) <= {429}


def statuses(port: int, forwarded: list[str], path: str = ASK) -> list[int]:
    found = []
    for address in forwarded:
        connection = http.client.HTTPConnection(HERE, port, timeout=30)
        connection.request("GET", path, headers={"X-Forwarded-For": address})
        response = connection.getresponse()
        response.read()
        found.append(response.status)
        connection.close()
    return found


MANY = [f"192.0.2.{number}" for number in range(1, 5)]


def test_nobody_gives_himself_another_address(made: Path) -> None:
    with inside(Settings(made, workers=1, rate_limit=2)) as port:
        assert statuses(port, MANY) == [200, 200, 429, 429]
        assert statuses(port, MANY, "/health") == [200] * 4


def test_a_proxy_that_is_trusted_says_who_asks(made: Path) -> None:
    with inside(Settings(made, workers=1, rate_limit=2), trusted_proxy=HERE) as port:
        assert statuses(port, MANY) == [200] * 4
        # What the client said stands before what the proxy says, which is believed.
        assert statuses(port, [f"{other}, {OTHER}" for other in MANY]) == [200, 200, 429, 429]


def test_another_proxy_is_not_believed(made: Path) -> None:
    with inside(Settings(made, workers=1, rate_limit=2), trusted_proxy=OTHER) as port:
        assert statuses(port, MANY) == [200, 200, 429, 429]
