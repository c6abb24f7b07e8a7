"""Connections as waitress has them, with bounds on what one client can hold and for how long.

Waitress closes a connection that is silent. One that says a byte a second, or takes one, it would keep for
ever: with it a thread, and the process of the query whose answer is not read.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from socket import socket
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge, RequestHeaderFieldsTooLarge

from server.errors import problem
from server.messages import Failure

# Connections of one client: a browser opens six, a crawler some dozens; four times as many may be open.
_SHARE: Final = 250
# Bytes of all header fields: what other servers allow for one or for all. Reading a header of lists takes
# the processor from everyone.
_FIELDS: Final = 16 * 1024
# Bytes of what stands between the chunks of a body: a size has eight digits, and nobody uses the rest.
_BETWEEN: Final = 1024
# A request may take so many seconds, and one more for each so many bytes: less than any line carries.
_PATIENCE: Final = 20
_SLOWEST: Final = 1000
# Where an operator looks and intervenes.
_OPERATION: Final = ("/health", "/metrics", "/running")
# What to say beside an error.
_HINTS: Final = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "Bearer"),
}


class _UnauthorizedError(Error):  # type: ignore[misc]  # waitress has no types
    code = HTTPStatus.UNAUTHORIZED.value
    reason = HTTPStatus.UNAUTHORIZED.phrase


@dataclass(frozen=True, slots=True)
class Bounds:
    """What connections may do.

    A body of more than `small` bytes is read only if `lets_in` takes the header `Authorization`. An answer
    is taken in so many `seconds` or cut. The proxy in front may have any number of connections, since it
    speaks for many.
    """

    small: int
    lets_in: Callable[[str | None], bool]
    seconds: float
    proxy: str | None = None


class _Request(HTTPRequestParser):  # type: ignore[misc]
    """A request that is being read; it is refused as soon as it is seen to be too much."""

    completed: bool

    def __init__(self, bounds: Bounds, adj: Any) -> None:  # noqa: ANN401 (waitress' own)
        super().__init__(adj)
        self._bounds = bounds
        self._is_let_in: bool | None = None
        self.began = monotonic()

    @property
    def patience(self) -> float:
        """Seconds that may pass until all of it is there."""
        return _PATIENCE + float(self.header_bytes_received + self.body_bytes_received) / _SLOWEST

    def received(self, data: bytes) -> int:
        """Take in what has come; say how much of it belongs to this request."""
        try:
            consumed = int(super().received(data))
        except ValueError:  # Python reads no number of more than 4,300 digits
            self.error, consumed = BadRequest("Content-Length is invalid"), len(data)
        if self.error is None and self.headers_finished:
            self.error = self._fault()
        self.completed = self.completed or self.error is not None
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first line, which may hold a query, and the fields, unless they are too long."""
        first = header_plus.find(b"\r\n")
        if 0 <= first < len(header_plus) - _FIELDS:
            said = f"the header fields have more than {_FIELDS:,} bytes"
            self.error = RequestHeaderFieldsTooLarge(said)
        else:
            super().parse_header(header_plus)
        has_both = self.chunked and "CONTENT_LENGTH" in self.headers
        is_unheeded = "TRANSFER_ENCODING" in self.headers  # waitress takes away what it heeds
        if has_both or is_unheeded:
            raise ParsingError("it is not clear where the body ends")

    def _fault(self) -> Error | None:
        body = self.body_rcv
        if isinstance(body, ChunkedReceiver) and max(len(body.control_line), len(body.trailer)) > _BETWEEN:
            return BadRequest("there is too much between the chunks")
        size = self.body_bytes_received + getattr(body, "chunk_remainder", 0)
        if size > self.adj.max_request_body_size:
            return RequestEntityTooLarge(f"a body may have {self.adj.max_request_body_size:,} bytes")
        if max(self.content_length, size) > self._bounds.small and not self._lets_in():
            return _UnauthorizedError("send a token with a body of this size: Authorization: Bearer TOKEN")
        return None

    def _lets_in(self) -> bool:
        if self._is_let_in is None:
            self._is_let_in = self._bounds.lets_in(self.headers.get("AUTHORIZATION"))
        return bool(self._is_let_in)


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers what is no proper request, in the shape of our errors."""

    def execute(self) -> None:
        error = self.request.error
        body = problem(Failure(error.code, error.body or error.reason))
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        if error.code in _HINTS:
            self.response_headers.append(_HINTS[error.code])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Asker(NamedTuple):
    client: str
    is_operator: bool


class Turns:
    """What waits for a thread: the clients in turn, each with its connections in the order of their coming.

    It has what waitress uses of the queue whose place it takes, and waitress' lock around it. One client has
    so many threads at once: many that want the one interpreter keep it from each other, and from everybody
    else. It has as many again to see how the server does and to end a query, or who has asked too much could
    not. `proxy` has as many as there are, since it speaks for many.
    """

    def __init__(self, share: int, proxy: str | None = None) -> None:
        self._share = share
        self._proxy = proxy
        self._waiting: dict[_Asker, deque[Channel]] = {}
        self._busy: Counter[_Asker] = Counter()
        self._lock = Lock()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __bool__(self) -> bool:
        return self._next() is not None

    def _next(self) -> _Asker | None:
        """Say whose turn it is."""
        for asker in self._waiting:
            if self._busy[asker] < self._share or asker.client == self._proxy:
                return asker
        return None

    def append(self, channel: "Channel") -> None:
        """Let a connection wait."""
        self._waiting.setdefault(channel.asker, deque()).append(channel)

    def popleft(self) -> "Channel":
        """Give the connection whose turn it is a thread; its client comes last then."""
        asker = self._next()
        if asker is None:
            raise IndexError("it is nobody's turn")
        channels = self._waiting.pop(asker)
        channel = channels.popleft()
        if channels:
            self._waiting[asker] = channels
        with self._lock:
            self._busy[asker] += 1
        return channel

    def give_back(self, asker: _Asker) -> None:
        """Take back a thread: it looks for whose turn it is next."""
        with self._lock:
            self._busy[asker] -= 1
            if not self._busy[asker]:
                del self._busy[asker]


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    error_task_class = _ErrorTask

    def __init__(
        self,
        bounds: Bounds,
        turns: Turns,
        server: BaseWSGIServer,
        line: socket,
        addr: tuple[str, int],
        *rest: object,
        **more: object,
    ) -> None:
        self._bounds = bounds
        self._turns = turns
        self._turned = monotonic()  # when an answer was begun, or was ended
        super().__init__(server, line, addr, *rest, **more)
        self._is_bounded = addr[0] != bounds.proxy
        held = sum(channel.addr[0] == addr[0] for channel in server.active_channels.values())
        self.will_close = held > _SHARE and self._is_bounded

    def parser_class(self, adj: Any) -> _Request:  # noqa: ANN401
        """Begin to read a request."""
        return _Request(self._bounds, adj)

    @property
    def asker(self) -> _Asker:
        """Whose the request is that comes next."""
        path = getattr(self.requests[0], "path", "") if self.requests else ""  # none in what is malformed
        return _Asker(self.addr[0], path.startswith(_OPERATION))

    def service(self) -> None:
        """Answer the request that came first."""
        self._turned, asker = monotonic(), self.asker
        try:
            super().service()
        finally:
            self._turned = monotonic()
            self._turns.give_back(asker)

    def close_if_late(self) -> None:
        """Close a connection whose answer is not taken in time, or whose request does not come."""
        if self.requests:
            is_late = self.total_outbufs_len and monotonic() - self._turned > self._bounds.seconds
        elif self.request is not None:
            is_late = monotonic() - max(self._turned, self.request.began) > self.request.patience
        else:
            return
        if is_late:
            self.handle_close()
