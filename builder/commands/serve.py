"""`polemos serve`: the endpoint over a store."""

import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from pyoxigraph import NamedNode

from builder import settings
from builder.commands import options
from builder.commands.progress import warn
from builder.endpoint import Address
from builder.errors import SettingError
from builder.store import current_snapshot

if TYPE_CHECKING:
    from flask import Flask

    from server.settings import Settings

_POSITIVE: Final = click.IntRange(1)
_SECONDS: Final = click.FloatRange(0, min_open=True)


class _Megabytes(click.IntRange):
    """A size that is given in megabytes and used in bytes."""

    name = "megabytes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 (click's own)
        return int(super().convert(value, param, ctx)) * 1024 * 1024


def _iri(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check an IRI while it can be said to whom it matters."""
    try:
        return NamedNode(value).value if value else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _tiles(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check that an address of tiles can stand in the pages' policy, which is a list of words."""
    if value and not re.fullmatch(r"https?://[\w.:{}-]+/[^\s;,'\"]*\{z\}[^\s;,'\"]*", value):
        raise click.BadParameter("is not like https://tiles.example.org/{z}/{x}/{y}.png")
    return value


@click.command(
    epilog=options.examples(
        "polemos serve --store store",
        "polemos serve --store store --port 8080 --timeout 10 --rate-limit 120",
        "polemos token tokens && polemos serve --store store --writable --token-file tokens",
        "polemos serve --endpoint http://localhost:7878/query",
    )
)
@options.option(settings.STORE, type=click.Path(path_type=Path))
@options.address(settings.ENDPOINT.option, help=settings.ENDPOINT.text)
@options.option(settings.MERGED_GRAPH, metavar="IRI", callback=_iri)
@options.BASE
@options.option(settings.HOST)
@options.option(settings.PORT, type=click.IntRange(0, 65535))
@options.option(settings.WRITABLE, is_flag=True)
@options.option(settings.TOKEN_FILE, type=click.Path(dir_okay=False, path_type=Path))
@options.option(settings.WORKERS, type=_POSITIVE)
@options.option(settings.TIMEOUT, type=_SECONDS)
@options.option(settings.WRITE_TIMEOUT, type=_SECONDS)
@options.option(settings.MEMORY, type=_Megabytes(1))
@options.option(settings.MAX_QUERY, type=_POSITIVE)
@options.option(settings.MAX_ROWS, type=_POSITIVE)
@options.option(settings.MAX_BODY, type=_Megabytes(1))
@options.option(settings.QUEUE, type=click.IntRange(0))
@options.option(settings.RATE_LIMIT, type=click.IntRange(0))
@options.option(settings.ALLOW_SERVICE, multiple=True, metavar="HOST")
@options.option(settings.TRUSTED_PROXY, metavar="ADDRESS")
@options.option(settings.LICENSE, metavar="IRI", callback=_iri)
@options.option(settings.CACHE, type=_Megabytes(0))
@options.option(settings.TILES, metavar="URL", callback=_tiles)
@options.option(settings.TILES_CREDIT, metavar="TEXT")
@options.switch(settings.TRY, "may_try")
@options.option(settings.GRACE, type=click.FloatRange(0))
@options.option(settings.ACCESS_LOG, metavar="FILE")
def serve(
    *,
    store: Path | None,
    address: Address | None,
    host: str,
    port: int,
    trusted_proxy: str | None,
    grace: float,
    access_log: str,
    **limits: Any,  # noqa: ANN401 (settings of several types)
) -> None:
    """Serve a store over SPARQL, with pages to browse and to ask from; stop with Ctrl-C.

    It reads only, unless --writable is given with a file of tokens. A build that ends meanwhile is seen by
    the next query. With --endpoint it stands in front of another endpoint, for graphs beyond one machine.
    """
    from server import create_app, web  # noqa: PLC0415 (Flask is slow to load)

    if store is not None:
        current_snapshot(store)
    chosen = _settings(store, address, **limits)
    log_requests(access_log)
    # From here on: one who reads the address below may stop the server at once.
    web.end_on_signal()
    try:
        app = create_app(chosen)
        server = web.Web(app, chosen, host=host, port=port, trusted_proxy=trusted_proxy)
    except OSError as error:
        raise SettingError(
            f"cannot listen on {host}, port {port}: {error.strerror}; "
            "choose others with --host and --port, of which 0 takes any free one"
        ) from error
    if address is not None:
        _warn_if_silent(app, address)
    here = f"http://{f'[{host}]' if ':' in host else host}:{server.port}/"
    served = store if address is None else address.url
    click.echo(f"Polemos serves {served} at {here} (SPARQL at {here}sparql); Ctrl-C stops it")
    sys.stdout.flush()
    server.run(grace=grace)


def _warn_if_silent(app: "Flask", address: Address) -> None:
    """Say where an endpoint does not answer yet: it may be about to start, and queries wait for nothing."""
    from server.messages import Failed  # noqa: PLC0415 (see serve)

    try:
        app.extensions["engine"].state()
    except Failed as error:
        warn(f"{address.url}: does not answer as it should ({error}); it is asked again for each query")


def _settings(
    store: Path | None,
    address: Address | None,
    *,
    writable: bool,
    token_file: Path | None,
    allow_service: tuple[str, ...],
    may_try: bool,
    **limits: Any,  # noqa: ANN401
) -> "Settings":
    """Turn what was given on the command line into the server's settings."""
    from server.access import Tokens  # noqa: PLC0415 (see serve)
    from server.refusal import listed  # noqa: PLC0415
    from server.settings import Settings, Trying  # noqa: PLC0415

    if store is None and address is None:
        raise click.UsageError("there is nothing to serve: give --store DIR or --endpoint URL")
    if writable and address is not None:
        raise click.UsageError("--writable does not go with --endpoint: write to it with polemos publish")
    if writable and token_file is None:
        raise click.UsageError("--writable needs --token-file: make one with polemos token FILE")
    try:
        listed(frozenset(allow_service))
    except ValueError as error:
        raise click.UsageError(f"--allow-service: {error}") from error
    return Settings(
        store,
        address,
        is_writable=writable,
        tokens=Tokens.read(token_file) if token_file else Tokens(),
        service_hosts=frozenset(allow_service),
        trying=Trying() if may_try else None,
        **{name: value for name, value in limits.items() if value is not None},
    )


def log_requests(file: str) -> None:
    """Send the access log to a file, to standard error for `-`, or nowhere."""
    if not file:
        return
    log = logging.getLogger("polemos.access")
    handler = logging.StreamHandler() if file == "-" else logging.FileHandler(file)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
