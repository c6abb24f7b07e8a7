"""The application: every route, over one engine, one writer and one set of settings."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, request

from server import (
    assets,
    authority,
    browse,
    compression,
    description,
    errors,
    graph_store,
    operation,
    sparql,
    terms,
)
from server.engine import Engine
from server.extraction import Extractor
from server.indexing import Indexes
from server.metrics import Metrics
from server.pages import data, events, feed, frame, search, trying, vocabulary
from server.remote import Remote
from server.settings import Settings
from server.snapshots import Snapshots
from server.source import Source
from server.writer import Writer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The same with every response; `server.assets` has the policy beside them.
_HEADERS: Final = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"))


def make(settings: Settings) -> Flask:
    """Make the application of `server.create_app`."""
    app = Flask("server")
    app.config.update(
        MAX_CONTENT_LENGTH=settings.largest_request, MAX_FORM_MEMORY_SIZE=settings.largest_request
    )
    # Block tags leave no blank lines behind in the pages.
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    metrics = Metrics()
    app.extensions.update(
        settings=settings,
        metrics=metrics,
        engine=Engine(_source(settings), settings, metrics),
        writer=Writer(settings.store, settings, metrics) if settings.store else None,
        indexes=Indexes(settings.store) if settings.store else None,
        extractor=Extractor(settings, metrics),
    )
    # The first to be registered is the last to see an answer: what is counted and logged is what is sent.
    operation.register_log(app, metrics)
    compression.register(app)
    assets.register(app)
    rate = authority.Rate(settings.rate_limit)
    app.before_request(lambda: rate.check(request))
    app.before_request(lambda: authority.check_fields(request))
    frame.register(app)
    for module in (
        sparql,
        graph_store,
        description,
        operation,
        browse,
        events,
        data,
        feed,
        search,
        vocabulary,
        terms,
        trying,
    ):
        app.register_blueprint(module.blueprint)
    graph_store.register_own(app, settings.base)
    errors.register(app)
    policy = ("Content-Security-Policy", assets.policy(settings.tiles))
    app.wsgi_app = _with_headers(app.wsgi_app, (policy, *_HEADERS))  # type: ignore[method-assign, assignment]
    return app


def _source(settings: Settings) -> Source:
    """Give what queries are asked of: the endpoint where there is one, or else the store."""
    if settings.endpoint is not None:
        return Remote(settings.endpoint, settings.merged_graph, settings.limits)
    assert settings.store is not None  # Settings sees to it
    return Snapshots(settings.store, settings.limits)


def close(app: Flask, *, grace: float = 0.0) -> None:
    """End the processes of an application; a write under way gets so many seconds."""
    if app.extensions["writer"]:
        app.extensions["writer"].close(grace)
    if app.extensions["indexes"]:
        app.extensions["indexes"].close()
    app.extensions["extractor"].close()
    app.extensions["engine"].close()


def _with_headers(application: "WSGIApplication", headers: tuple[tuple[str, str], ...]) -> "WSGIApplication":
    """Send headers with every response, which costs less here than within."""

    def with_headers(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        def begin(status: str, own: list[tuple[str, str]], *error: Any) -> Any:  # noqa: ANN401
            return start(status, [*own, *headers], *error)

        return application(environ, begin)

    return with_headers
