"""An endpoint elsewhere: its address, as whom it is asked, and a session that sends requests nowhere else."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from requests.utils import get_environ_proxies
from urllib3.util import Retry

from builder.errors import SettingError

# How credentials are shown.
SCHEMES: Final = ("basic", "digest", "bearer")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A scheme, basic, digest or bearer, and the secret: `user:password`, or a token."""

    scheme: str
    secret: str = field(repr=False)

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


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint is, and as whom it is asked; with `plain` a secret may travel unencrypted.

    Raises `SettingError` for an address that is no http or https, for credentials that do not fit their
    scheme, and for those that would travel unencrypted to another machine unless that is allowed.

    >>> Address("http://localhost:7878/query").url
    'http://localhost:7878/query'
    """

    url: str
    credentials: Credentials | None = None
    plain: bool = False

    def __post_init__(self) -> None:
        parts = _parts(self.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError(
                f"{self.url}: is no address of an endpoint; give one that begins with https://"
            )
        if parts.username or parts.password:
            raise SettingError(
                "credentials stand in no address, where others can read them; use --credentials"
            )
        if self.credentials is None:
            return
        self.credentials.auth()
        if parts.scheme == "http" and not self.plain and not _is_here(parts.hostname):
            raise SettingError(
                f"{self.url}: would get the credentials unencrypted; "
                "use https, or --plain in a network you trust"
            )

    def session(self, retry: Retry) -> requests.Session:
        """Give what sends requests. Callers follow no redirects, which would carry secrets elsewhere."""
        session = requests.Session()
        session.trust_env = False  # no credentials of a .netrc that nobody asked for
        session.proxies = dict(get_environ_proxies(self.url))
        session.auth = None if self.credentials is None else self.credentials.auth()
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session


def _parts(url: str) -> SplitResult | None:
    """Cut an address into its parts; None where it has none.

    >>> _parts("http://[") is None, _parts("http://localhost:many/") is None
    (True, True)
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # read only here, and it may be no number
    except ValueError:
        return None
    return parts


def _is_here(host: str) -> bool:
    """Whether a host is this machine.

    >>> _is_here("localhost"), _is_here("127.0.0.1"), _is_here("::1"), _is_here("example.org")
    (True, True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def cause(error: BaseException) -> str:
    """Give the innermost reason of a request that failed: what requests says names objects of Python."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return " ".join(str(reason or error).split()).rpartition(": ")[2]
