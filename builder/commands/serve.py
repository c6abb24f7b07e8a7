"""`polemos serve`: the endpoint over a store."""

from pathlib import Path

import click

from builder import settings
from builder.commands import options
from builder.store import current_snapshot


@click.command(
    epilog=options.examples("polemos serve --store store", "polemos serve --store store --port 8080")
)
@options.STORE
@options.option(settings.HOST)
@options.option(settings.PORT, type=click.IntRange(0, 65535))
def serve(*, store: Path, host: str, port: int) -> None:
    """Serve a store over SPARQL, with a page to ask from; stop with Ctrl-C.

    A build that ends meanwhile is seen at once. Port 0 takes any free one.
    """
    import waitress  # noqa: PLC0415 (only needed here)

    from server import create_app  # noqa: PLC0415 (Flask is slow to load)

    current_snapshot(store)
    web = waitress.create_server(create_app(store), host=host, port=port)
    address = f"http://{host}:{web.effective_port}/"
    click.echo(f"Polemos serves {store} at {address} (SPARQL at {address}sparql); Ctrl-C stops it")
    web.run()
