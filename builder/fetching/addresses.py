"""Addresses: which may be asked for, and connections that lead to public hosts alone."""

import re
import socket
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final
from urllib.parse import SplitResult, quote, urldefrag, urljoin, urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from builder.errors import FetchError

LONGEST: Final = 2_000  # characters: what browsers and servers have long agreed to take
PUBLIC_IPV6: Final = IPv6Network("2000::/3")  # all of IPv6 that is given out (IANA)
IS_PRIVATE: Final = "leads to this machine or its network"
WRITE: Final = "give one that begins with https://"
ALLOW: Final = "if that is meant, allow it with --allow-private"

# Names as DNS is used, underscores included, and IPv6.
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


def is_address(text: str) -> bool:
    """Say whether a text is a web address, and not a path.

    >>> is_address("https://example.org/feed"), is_address("news/feed.xml")
    (True, False)
    """
    return text.lower().startswith(("http://", "https://"))


def address(text: str, *, base: str = "") -> str:
    """Give a web address in the form in which it is asked for and remembered, without its fragment.

    Raises `FetchError` for anything else.

    >>> address("/café#top", base="https://Example.org/news")
    'https://example.org/caf%C3%A9'
    """
    try:
        parts = urlsplit(urldefrag(urljoin(base, text.strip())).url)
        written = _written(parts, parts.port)
    except ValueError as error:  # of which those of encodings are some
        raise FetchError(text, "is no web address", remedy=WRITE) from error
    if parts.scheme not in ("http", "https") or len(written) > LONGEST:
        raise FetchError(text, "is no web address", remedy=WRITE)
    if parts.username is not None or parts.password is not None:
        raise FetchError(parts.hostname or "", "credentials stand in no address, where others can read them")
    return written


def _written(parts: SplitResult, port: int | None) -> str:
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii").lower()
    if not _HOST.fullmatch(host):
        raise ValueError("no name of a host")
    named = f"[{host}]" if ":" in host else host
    # What is encoded already stays so: the percent sign is safe.
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    return f"{parts.scheme}://{named}{'' if port is None else f':{port}'}{path}{query and f'?{query}'}"


def host_of(url: str) -> str:
    """Give the host of an address, which is asked at its own pace."""
    return urlsplit(url).hostname or ""


def site_of(url: str) -> str:
    """Give scheme, host and port of an address, for which one robots.txt speaks (RFC 9309)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_public(text: str) -> bool:
    """Say whether an IP address is one of the internet's; those that hold another within are not.

    >>> [is_public(each) for each in ("93.184.215.14", "127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1")]
    [True, False, False, False, False]
    """
    found = ip_address(text.partition("%")[0])
    if isinstance(found, IPv6Address) and (
        found not in PUBLIC_IPV6 or found.sixtofour is not None or found.teredo is not None
    ):
        return False
    return found.is_global and not found.is_multicast


def check_public(host: str, port: int | None) -> None:
    """Raise `FetchError` if a name leads to an address that is not public; one that leads nowhere passes."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # whoever connects says so
        return
    if not all(is_public(str(each[0])) for *_, each in found):
        raise FetchError(host, IS_PRIVATE, remedy=ALLOW)


class _Public(HTTPConnection):
    """A connection to a public host, or none.

    The name is looked up before, so that nothing private hears of us, and the host that answered is looked
    at afterwards, since whoever owns the name may have it lead elsewhere in between.
    """

    def _new_conn(self) -> socket.socket:
        check_public(self.host, self.port)
        connected = super()._new_conn()
        if is_public(connected.getpeername()[0]):
            return connected
        connected.close()
        raise FetchError(self.host, IS_PRIVATE, remedy=ALLOW)


class _PublicTLS(_Public, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Public


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicTLS


class PublicAdapter(HTTPAdapter):
    """Sends requests of `requests` to public hosts alone."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (requests' own)
        """Make the pools of connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
