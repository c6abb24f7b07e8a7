"""One request at a time, within limits of time and size; redirects are given back, not followed."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from threading import Thread
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies, select_proxy

from builder.errors import FetchError, UnreachableError
from builder.fetching.addresses import PublicAdapter, check_public
from builder.fetching.manners import Manners
from builder.readers import Limits

# Seconds to connect, and without a byte; then those that a page may take in all, however slowly it comes.
TIMEOUT: Final = (10, 30)
LONGEST: Final = 120
CHUNK: Final = 64 * 1024  # bytes, unpacked: a small answer that unpacks without end is left at the limit
LARGEST: Final = Limits().max_bytes  # what readers take of a document
# Names a file of certificates to trust in place of the usual, as it does for all that stands on requests.
AUTHORITIES: Final = "REQUESTS_CA_BUNDLE"
REDIRECTS: Final = (301, 302, 303, 307, 308)

T = TypeVar("T")
Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered to one request; the body of a redirect or an error is left unread."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def location(self) -> str | None:
        """Where a redirect leads, as it is written; None where the answer is none."""
        return self.headers.get("location") if self.status in REDIRECTS else None

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters; "" where none is told."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Client:
    """Asks hosts for feeds and pages, and keeps no cookies; use as a context manager."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._session = _session(manners)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(
        self,
        url: str,
        wanted: Wanted,
        *,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST,
        is_cut: bool = False,
    ) -> Answer:
        """Ask for an address; the body is read if its media type is `wanted`.

        What is larger than `largest` bytes, unpacked, is refused, or cut there. Raises `FetchError`, and of
        those `UnreachableError` if the host cannot be reached, or takes too long in all.
        """
        ask = partial(self._ask, self._session, url, dict(headers or {}))
        try:
            return _within(LONGEST, lambda: _received(ask, url, wanted, largest=largest, is_cut=is_cut))
        except TimeoutError as error:
            self._session = _session(self._manners)  # the other one is not done
            raise UnreachableError(url, f"takes longer than {LONGEST} seconds") from error

    def _ask(self, session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
        proxies = dict(get_environ_proxies(url))
        if not self._manners.allow_private and select_proxy(url, proxies):
            # It is the proxy that connects, so where the name leads is looked up here.
            check_public(urlsplit(url).hostname or "", urlsplit(url).port)
        return session.get(
            url, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True, proxies=proxies
        )


def _session(manners: Manners) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no credentials of a .netrc that nobody asked for
    session.verify = os.environ.get(AUTHORITIES) or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers.update({"User-Agent": manners.user_agent, "Accept-Encoding": "gzip, deflate"})
    if not manners.allow_private:
        session.mount("http://", PublicAdapter())
        session.mount("https://", PublicAdapter())
    return session


def _within(seconds: float, call: Callable[[], T]) -> T:
    """Call in a thread that is left to itself where it takes longer: nothing ends a server that trickles.

    Raises `TimeoutError` then.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future.result(seconds)


def _received(
    ask: Callable[[], requests.Response], url: str, wanted: Wanted, *, largest: int, is_cut: bool
) -> Answer:
    with _explained(url), ask() as response:
        answer = Answer(url, response.status_code, response.headers)
        if answer.status != 200:
            return answer
        if not wanted(answer.media_type):
            raise FetchError(url, f"is {answer.media_type}, which is not read")
        return replace(answer, body=_body(response, largest, is_cut=is_cut))


def _body(response: requests.Response, largest: int, *, is_cut: bool) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > largest:
            if is_cut:
                return bytes(body[:largest])
            raise FetchError(response.url, f"is larger than {largest:,} bytes")
    return bytes(body)


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Turn what requests raises into errors that name the address and say whether it is worth another try."""
    try:
        yield
    except (requests.exceptions.ReadTimeout, requests.exceptions.ChunkedEncodingError) as error:
        raise FetchError(url, "broke off", is_passing=True) from error
    except requests.exceptions.ContentDecodingError as error:
        raise FetchError(url, "cannot be unpacked") from error
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        raise UnreachableError(url, f"cannot be reached ({_cause(error)})") from error
    except (requests.RequestException, ValueError) as error:
        raise FetchError(url, f"cannot be asked for ({_cause(error)})") from error


def _cause(error: BaseException) -> str:
    """Give the innermost reason: what requests says names objects of Python."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    words = " ".join(str(reason or error).split()).rpartition(": ")[2]
    return words.partition(" (_ssl.c")[0]  # where in Python's own code
