"""`polemos token`: a token for writing and for the operator's routes."""

from pathlib import Path

import click

from builder.commands import options


@click.command(epilog=options.examples("polemos token tokens"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def token(file: Path) -> None:
    """Make a token and print it; FILE keeps its hash alone.

    Clients send it as Authorization: Bearer TOKEN to a server that was started with --token-file FILE.
    Further tokens are added to the same file; to take one back, remove its line.
    """
    from server.access import add_token  # noqa: PLC0415 (commands load the server only when it is needed)

    click.echo(add_token(file))
