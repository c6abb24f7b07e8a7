"""An endpoint elsewhere as a source: queries are handed on to it, and it is asked now and then how it is."""

import threading
import time
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Final

from builder.endpoint import Address
from builder.store import Version
from server.forwarding import Question
from server.messages import Failed, Failure, Limits, RemoteStart
from server.processes import Process
from server.source import Gauge
from server.upstream import Upstream

# Seconds for which answers are kept: nobody says when an endpoint changes, and pages are asked for by many.
FRESH: Final = 60
# Seconds for which it is known whether the endpoint answers: who asks for our health burdens nobody else.
_KNOWN: Final = 5.0
# Seconds in which it must answer then; machines that look at our health give up after ten, as a rule.
_PATIENCE: Final = (4.0, 4.0)
_ALIVE: Final = Question("ASK { ?s ?p ?o }", is_ask=True)


class Remote:
    """An endpoint; `merged_graph` names the merged layer, where its default graph is all graphs together."""

    def __init__(self, address: Address, merged_graph: str | None, limits: Limits) -> None:
        self._start = RemoteStart(address, merged_graph, limits)
        self._upstream = Upstream(address, _PATIENCE)
        self._lock = threading.Lock()
        self._failure: Failure | None = None
        self._known_until = 0.0

    def version(self) -> Version:
        """Give a version without a name, which is the newest for a minute."""
        return Version("", time.time_ns() // (FRESH * 10**9) * FRESH * 10**9)

    def launch(self) -> Process:
        """Start a process that hands queries on."""
        return Process("server.remote_process", self._start)

    def state(self) -> Mapping[str, str]:
        """Say that the endpoint answers. Raises `Failed` if it does not."""
        failure = self._looked()
        if failure is not None:
            raise Failed(failure)
        return {"endpoint": "answers"}

    def gauges(self) -> Iterable[Gauge]:
        """Say whether the endpoint answers."""
        text = "Whether the endpoint behind this server answers."
        yield Gauge("polemos_endpoint_up", text, lambda: float(self._looked() is None))

    def _looked(self) -> Failure | None:
        """Ask the endpoint a trifle, unless that is known; one asks, and others wait for what is found."""
        with self._lock:
            if monotonic() > self._known_until:
                self._failure = self._look()
                self._known_until = monotonic() + _KNOWN
            return self._failure

    def _look(self) -> Failure | None:
        try:
            with self._upstream.ask(_ALIVE) as reply:
                bool(reply.results())
        except Failed as error:
            return error.failure
        except (SyntaxError, ValueError):
            return Failure(502, "the endpoint behind this server answers what cannot be read")
        return None
