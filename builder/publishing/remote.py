"""Requests sent to an endpoint, tried again where that may help, errors said in one line."""

from typing import Final

import requests
from urllib3.util import Retry

from builder.endpoint import Address, cause
from builder.errors import RemoteError
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


class Endpoint:
    """An endpoint to write to. Redirects are not followed: they would carry data, and secrets, elsewhere."""

    def __init__(self, address: Address) -> None:
        self.url = address.url
        self._session = address.session(
            Retry(
                total=TRIES - 1,
                backoff_factor=FIRST_PAUSE,
                status_forcelist=PASSING,
                allowed_methods=None,  # any: each request may be sent twice
                raise_on_status=False,
            )
        )

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
            raise RemoteError(f"{self.url}: cannot be reached: {cause(error)}; {AGAIN}") from error
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
