"""What operators ask for: health, metrics, the queries that run, and the access log."""

import hashlib
import json
import logging
import time
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request

from builder.errors import StoreError
from server import authority
from server.engine import Answer, Engine, Running
from server.messages import Failed, Query
from server.metrics import Metrics

ACCESS: Final = logging.getLogger("polemos.access")
# Characters of a hash that tell queries apart in a log: one chance in 10^9 that two of 100,000 share them.
_HASH: Final = 16

blueprint = Blueprint("operation", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Say that the server lives, and whether it is ready: 503 where there is nothing that can be asked."""
    try:
        state = _engine().state()
    except StoreError:
        return jsonify(status="not ready", live=True, ready=False), 503  # type: ignore[return-value]
    except Failed as error:
        reason = error.failure.message
        return jsonify(status="not ready", live=True, ready=False, reason=reason), 503  # type: ignore[return-value]
    return jsonify(status="ok", live=True, ready=True, **state)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give the counters in Prometheus' text format."""
    found: Metrics = current_app.extensions["metrics"]
    return Response(found.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/running")
def running() -> Response:
    """List the queries that run, to the operator."""
    authority.check_token(request)
    return jsonify([_shown(each) for each in _engine().running()])


@blueprint.delete("/running/<int:number>")
def cancel(number: int) -> Response:
    """Cancel a query, for the operator."""
    authority.check_token(request)
    if not _engine().cancel(number):
        abort(404, f"no query {number} runs")
    return Response(status=204)


def _engine() -> Engine:
    engine: Engine = current_app.extensions["engine"]
    return engine


def _shown(running: Running) -> dict[str, object]:
    reading = running.reading
    return {
        "number": running.number,
        "client": running.caller.client,
        "seconds": round(monotonic() - running.began, 3),
        "query": reading.text if isinstance(reading, Query) else f"GRAPH <{reading.graph or 'default'}>",
    }


def register_log(app: Flask, metrics: Metrics) -> None:
    """Count each request and write a line of JSON for it when it ends, if somebody reads the log."""

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        metrics.requested(request.method, response.status_code)
        if ACCESS.isEnabledFor(logging.INFO):
            line = _line(response)
            began, answer = g.get("began", time.perf_counter()), g.get("answer")
            response.call_on_close(lambda: ACCESS.info(_finished(line, began, answer)))
        return response

    app.before_request(begin)
    app.after_request(end)


def _line(response: Response) -> dict[str, object]:
    line: dict[str, object] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "client": request.remote_addr,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
    }
    for name in ("query", "update"):
        text = g.get(name) or request.args.get(name)
        if text:
            line[name] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return line


def _finished(line: dict[str, object], began: float, answer: Answer | None) -> str:
    """Complete a line: how long all took, and how the answer ended if it did not end well."""
    line["seconds"] = round(time.perf_counter() - began, 6)
    if answer is not None and answer.failure is not None:
        line["cut"] = answer.failure.message
    return json.dumps(line)
