"""The HTTP server in front of the application: waitress, with our errors and an end that waits."""

import logging
import resource
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from time import monotonic
from types import FrameType
from typing import Any, Final

from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from server.app import close
from server.connection import Bounds, Channel, Turns
from server.messages import Failed
from server.settings import Settings

# Connections that may be open: each that waits costs a few kilobytes.
_CONNECTIONS: Final = 1000
# Seconds without a byte after which a connection is closed.
_SILENCE: Final = 60
# Threads beside those that wait for queries: for pages, health and metrics.
_SPARE: Final = 8
# Bytes of an answer that wait for a slow client, for each connection; then the query waits too.
_AHEAD: Final = 1024 * 1024
_LATE: Final = 1.0  # seconds between looks at which connections are late, and how much later they are then
# Seconds that a thread keeps the others from running Python: a page takes fifty, and a look-up ten turns.
_TURN: Final = 0.001
_STEP: Final = 0.2  # seconds between looks at whether a stopped server has done its last request


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Leave out answers that were cut on purpose: the access log has them."""
    return not (record.exc_info and isinstance(record.exc_info[1], Failed))


class Web:
    """A server that listens as soon as it is made.

    `port` 0 takes any free one. Raises `OSError` if the address cannot be had.
    """

    def __init__(
        self, app: Flask, settings: Settings, *, host: str, port: int, trusted_proxy: str | None = None
    ) -> None:
        self._app = app
        _allow_files(4 * _CONNECTIONS)  # a large body, and a large answer, has a file
        proxy = {"trusted_proxy": trusted_proxy, "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto"}
        self._server: BaseWSGIServer = create_server(
            app,
            host=_first_address(host, port),
            port=port,
            threads=settings.workers + settings.queue + _SPARE,
            connection_limit=_CONNECTIONS,
            channel_timeout=_SILENCE,
            asyncore_use_poll=True,
            # One request is read ahead: that is how a client's going away is seen while its query runs.
            channel_request_lookahead=1,
            max_request_body_size=settings.largest_request,
            outbuf_high_watermark=_AHEAD,
            clear_untrusted_proxy_headers=True,
            ident="",
            **(proxy if trusted_proxy else {}),
        )
        bounds = Bounds(
            small=settings.largest_query,
            lets_in=settings.tokens.lets_in,
            seconds=settings.timeout + _LATE,
            proxy=trusted_proxy,
        )
        turns = Turns(settings.workers, trusted_proxy)
        self._server.task_dispatcher.queue = turns
        self._server.channel_class = partial(Channel, bounds, turns)
        self._looks_next = monotonic()
        logging.getLogger("waitress").addFilter(_is_worth_logging)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._server.effective_port)

    def run(self, *, grace: float) -> None:
        """Serve until the process is told to end; then finish what runs, in `grace` seconds at most."""
        sys.setswitchinterval(_TURN)
        try:
            self._loop(lambda: True)
        except (KeyboardInterrupt, SystemExit):
            self.stop(grace=grace)

    def _loop(self, is_wanted: Callable[[], bool]) -> None:
        while is_wanted():
            wasyncore.loop(timeout=_STEP, map=self._server._map, use_poll=True, count=1)
            if monotonic() > self._looks_next:
                self._looks_next = monotonic() + _LATE
                for channel in self._channels():
                    channel.close_if_late()

    def stop(self, *, grace: float) -> None:
        """Take no more connections, finish what runs in so many seconds at most, and end all processes."""
        deadline = monotonic() + grace
        self._server.accepting = False
        self._server.socket.close()
        self._loop(lambda: self._is_busy() and monotonic() < deadline)
        close(self._app, grace=max(0.0, deadline - monotonic()))
        self._server.task_dispatcher.shutdown(timeout=1)
        for channel in self._channels():
            channel.handle_close()
        self._server.trigger.close()

    def _is_busy(self) -> bool:
        return any(channel.requests or channel.total_outbufs_len for channel in self._channels())

    def _channels(self) -> tuple[Any, ...]:
        return tuple(self._server.active_channels.values())


def _first_address(host: str, port: int) -> str:
    """Give one address of a host. Raises `OSError` if it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return str(found[0][4][0])


def _allow_files(number: int) -> None:
    """Let this process have so many files and connections open, if it may."""
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if most == resource.RLIM_INFINITY else min(number, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(usual, wanted), most))


def end_on_signal() -> None:
    """Let SIGTERM end the server as Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
