"""The endpoint behind this server: questions sent to it, and what it answers, or why it does not.

Who asks is told in our words what went wrong, and no address; the operator's log has the address. The words
of the endpoint are passed on where they tell of the query.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pyoxigraph as ox
import requests
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from builder.endpoint import Address, cause
from server.forwarding import Question
from server.messages import PIECE, Failed, Failure

_LOG: Final = logging.getLogger("polemos.endpoint")
# Seconds to connect in, and between two bytes: for as long as the query may take, who waits ends the process.
_TIMEOUT: Final = (10.0, None)
# Formats that lose nothing, the ones first that all endpoints write well and streams are made of.
_ACCEPTED: Final = {
    False: "application/sparql-results+json, application/sparql-results+xml;q=0.8",
    True: "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5",
}
_SHOWN: Final = 300  # characters of what an endpoint says of an error
_RETRY: Final = 5  # seconds after which an endpoint that restarts may be back
_THE: Final = "the endpoint behind this server"
_UNREACHABLE: Final = Failure(502, f"{_THE} cannot be reached; try again later", _RETRY)
_BROKEN: Final = Failure(502, f"{_THE} broke its answer off; ask for less at once, or try again")
_NO_ANSWER: Final = Failure(502, f"{_THE} sends no results; tell the operator of this server")
_REFUSED: Final = Failure(502, f"{_THE} does not let it ask; tell the operator of this server")
_BUSY: Final = Failure(503, f"{_THE} has too much to do; try again later", _RETRY)
_LATE: Final = Failure(504, f"{_THE} gave up on the query; ask for less at once")
# By the status that it answers with. What is well-formed here and not there, it cannot do.
_FAILURES: Final = {
    400: Failure(422, f"{_THE} cannot answer the query"),
    401: _REFUSED,
    403: _REFUSED,
    407: _REFUSED,
    408: _LATE,
    413: Failure(413, f"{_THE} takes no query of this length"),
    414: Failure(413, f"{_THE} takes no query of this length"),
    422: Failure(422, f"{_THE} cannot answer the query"),
    429: _BUSY,
    500: Failure(502, f"{_THE} failed to answer the query"),
    503: _BUSY,
    504: _LATE,
}
# Virtuoso calls blank nodes by IRIs of a kind of its own. The mark stands nowhere else in JSON: inside a
# string each quote has a backslash before it.
_MARK: Final = b'"bnode", "value": "nodeID://'
_MENDED: Final = b'"bnode", "value": "'
_YES, _NO = (ox.parse_query_results(text, format=QueryResultsFormat.TSV) for text in (b"true", b"false"))
_TELLING: Final = (400, 422, 500)  # whose words tell of the query


class Body:
    """The body of an answer as a file; a read gives what has come, without waiting for more."""

    def __init__(self, raw: BaseHTTPResponse, *, is_json: bool = False) -> None:
        self._raw = raw
        self._is_json = is_json
        self._come = BytesIO()
        self._begun = b""  # what may be the beginning of a mark

    def read(self, size: int) -> bytes:
        """Give so many bytes at most, none at the end. Raises `Failed` where the answer breaks off."""
        piece = self._come.read(size)
        while not piece:
            come = self._receive()
            if not come:
                piece, self._begun = self._begun, b""
                break
            self._come = BytesIO(self._mended(come) if self._is_json else come)
            piece = self._come.read(size)
        return piece

    def _receive(self) -> bytes:
        try:
            return bytes(self._raw.read1(PIECE, decode_content=True))
        except (HTTPError, OSError) as error:
            raise Failed(_BROKEN) from error

    def _mended(self, come: bytes) -> bytes:
        """Write Virtuoso's blank nodes as others do; a mark may come in two pieces."""
        text = (self._begun + come).replace(_MARK, _MENDED)
        begun = next((size for size in range(len(_MARK) - 1, 0, -1) if text.endswith(_MARK[:size])), 0)
        self._begun = text[len(text) - begun :]
        return text[: len(text) - begun]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answers, to be read once; `SyntaxError` is raised where it is cut or malformed."""

    body: Body
    format: QueryResultsFormat | RdfFormat
    is_ask: bool = False

    def results(self) -> QuerySolutions | QueryBoolean:
        """Read rows, or whether it is so, as they come."""
        assert isinstance(self.format, QueryResultsFormat)
        found = ox.parse_query_results(self.body, format=self.format)  # type: ignore[arg-type]  # read is all
        if self.is_ask and isinstance(found, QuerySolutions):  # Virtuoso's yes is a row, its no is none
            return _YES if any(True for _ in found) else _NO
        return found

    def triples(self) -> Iterator[Triple]:
        """Read a graph as it comes."""
        assert isinstance(self.format, RdfFormat)
        quads = ox.parse(self.body, format=self.format)  # type: ignore[arg-type]
        return (quad.triple for quad in quads)


class Upstream:
    """An endpoint, asked over connections that are kept open; from one thread."""

    def __init__(self, address: Address, timeout: tuple[float, float | None] = _TIMEOUT) -> None:
        self._url = address.url
        self._timeout = timeout
        # Once more, for a connection that was kept and is closed there meanwhile: a query can be asked twice.
        again = Retry(total=None, connect=0, read=1, status=0, redirect=0, other=0, allowed_methods=None)
        self._session = address.session(again)

    @contextmanager
    def ask(self, question: Question) -> Iterator[Reply]:
        """Ask; the reply is there while the block lasts, and one that is not read to its end is broken off.

        Raises `Failed` where there is none.
        """
        fields = [("query", question.text)]
        fields += [("default-graph-uri", iri) for iri in question.default_graphs]
        fields += [("named-graph-uri", iri) for iri in question.named_graphs]
        headers = {"Accept": _ACCEPTED[question.is_graph], "Accept-Encoding": "identity"}
        try:
            response = self._session.post(
                self._url,
                data=fields,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,  # they would carry the query, and secrets, elsewhere
                stream=True,
            )
        except requests.RequestException as error:
            _LOG.error("%s: cannot be reached: %s", self._url, cause(error))
            raise Failed(_UNREACHABLE) from error
        with response:
            self._check(response)
            format_ = self._format(response, is_graph=question.is_graph)
            body = Body(response.raw, is_json=format_ == QueryResultsFormat.JSON)
            yield Reply(body, format_, question.is_ask)

    def _format(self, response: requests.Response, *, is_graph: bool) -> QueryResultsFormat | RdfFormat:
        kind = response.headers.get("Content-Type", "")
        media_type = kind.partition(";")[0].strip().lower()
        found: QueryResultsFormat | RdfFormat | None
        if is_graph:
            found = RdfFormat.from_media_type(media_type)
        else:
            found = QueryResultsFormat.from_media_type(media_type)
        if found is None or found == QueryResultsFormat.CSV:  # which does not tell IRIs from texts
            _LOG.error("%s: answers with %s", self._url, kind or "no Content-Type")
            raise Failed(_NO_ANSWER)
        return found

    def _check(self, response: requests.Response) -> None:
        status = response.status_code
        if status == requests.codes.ok:
            return
        said = self._said(response)
        where = response.headers.get("Location", "")
        _LOG.error("%s: answers %s %s", self._url, status, said or where)
        failure = _FAILURES.get(status, _NO_ANSWER)
        if said and status in _TELLING:
            failure = Failure(failure.status, f"{failure.message}: {said}")
        raise Failed(failure)

    def _said(self, response: requests.Response) -> str:
        """Give the beginning of what an endpoint says of an error, unless it is a page."""
        if "html" in response.headers.get("Content-Type", ""):
            return ""
        found = Body(response.raw).read(_SHOWN)
        return " ".join(found.decode("utf-8", "replace").split())
