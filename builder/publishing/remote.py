"""An endpoint elsewhere: requests sent, tried again where that may help, errors said in one line."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from requests.utils import get_environ_proxies
from urllib3.util import Retry

from builder.errors import RemoteError, SettingError
from builder.publishing.plan import Request

# Seconds between tries double from half of one: 0.5, 1, 2, 4, 8; an endpoint that restarts is back by then.
TRIES: Final = 6
FIRST_PAUSE: Final = 0.5
# Seconds without a byte; a large graph takes a store some time to index.
TIMEOUT: Final = (10, 300)
# Busy, restarting, or a proxy in front of what is.
PASSING: Final = (429, 502, 503, 504)
SHOWN: Final = 200  # characters of what an endpoint says of an error
AGAIN: Final = "run the same again, it goes on where it stopped"
WAYS_OUT: Final = {
    400: "the endpoint does not understand it: try the other --protocol, or fewer quads with --batch",
    401: "the endpoint wants other credentials: see --credentials",
    403: "the endpoint wants other credentials: see --credentials",
    404: "there is no such endpoint: check the address",
    405: "the endpoint does not speak this protocol: try the other --protocol",
    413: "the endpoint takes less at once: try fewer quads with --batch",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A scheme, basic, digest or bearer, and the secret: `user:password`, or a token."""

    scheme: str
    secret: str

    def auth(self) -> AuthBase:
        """Give what signs requests. Raises `SettingError` if the secret does not fit the scheme."""
        if self.scheme == "bearer":
            return _Bearer(self.secret)
        user, colon, password = self.secret.partition(":")
        if not colon:
            raise SettingError(f"the credentials for {self.scheme} must read user:password")
        return HTTPDigestAuth(user, password) if self.scheme == "digest" else HTTPBasicAuth(user, password)


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Endpoint:
    """An endpoint to write to. Redirects are not followed: they would carry data, and secrets, elsewhere.

    Raises `SettingError` for an address that is no http or https, and for a secret that would travel
    unencrypted to another machine, unless that is allowed.
    """

    def __init__(self, url: str, credentials: Credentials | None = None, *, plain: bool = False) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError(f"{url}: is no address of an endpoint; give one that begins with https://")
        if parts.username or parts.password:
            raise SettingError(
                "credentials stand in no address, where others can read them; use --credentials"
            )
        if credentials is not None and parts.scheme == "http" and not plain and not _is_here(parts.hostname):
            raise SettingError(
                f"{url}: would get the credentials unencrypted; use https, or --plain in a network you trust"
            )
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # no credentials of a .netrc that nobody asked for
        self._session.proxies = dict(get_environ_proxies(url))
        self._session.auth = None if credentials is None else credentials.auth()
        retry = Retry(
            total=TRIES - 1,
            backoff_factor=FIRST_PAUSE,
            status_forcelist=PASSING,
            allowed_methods=None,  # any: each request may be sent twice
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def send(self, request: Request) -> None:
        """Send one request. Raises `RemoteError` if it is refused, or the endpoint cannot be reached."""
        is_update = request.method == "UPDATE"
        graph = {"default": ""} if request.graph is None else {"graph": request.graph}
        media_type = "application/sparql-update" if is_update else "application/n-triples"
        try:
            answer = self._session.request(
                "POST" if is_update else request.method,
                self.url,
                params=None if is_update else graph,
                data=request.body,
                headers={"Content-Type": f"{media_type}; charset=utf-8" if is_update else media_type},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise RemoteError(f"{self.url}: cannot be reached: {_cause(error)}; {AGAIN}") from error
        self._check(answer, request)

    def _check(self, answer: requests.Response, request: Request) -> None:
        status = answer.status_code
        if status < 300 or (status == 404 and request.method == "DELETE"):  # gone already
            return
        if status < 400:
            where = answer.headers.get("Location", "elsewhere")
            raise RemoteError(f"{self.url}: leads to {where}; give the address itself")
        said = " ".join(answer.text[:SHOWN].split())
        raise RemoteError(f"{self.url}: answers {status} {said}; {WAYS_OUT.get(status, AGAIN)}")


def _is_here(host: str) -> bool:
    """Whether a host is this machine.

    >>> _is_here("localhost"), _is_here("127.0.0.1"), _is_here("::1"), _is_here("example.org")
    (True, True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _cause(error: BaseException) -> str:
    """Give the innermost reason: what requests says names objects of Python."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return " ".join(str(reason or error).split()).rpartition(": ")[2]
