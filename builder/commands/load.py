"""`polemos load`: shards into a store, or the commands that load them into another."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder import settings
from builder.commands import options
from builder.commands.progress import bar
from builder.store import Store

if TYPE_CHECKING:
    from builder.shards.folder import Folder
    from builder.shards.model import Shard


@click.command(
    epilog=options.examples(
        "polemos load shards --store store",
        "polemos load s3://bucket/shards --store store",
        "polemos load shards --for virtuoso",
    )
)
@click.argument("shards", metavar="DIR")
@options.option(settings.STORE, type=click.Path(path_type=Path))
@options.target("Print the commands that load the shards into another store.")
def load(*, shards: str, store: Path | None, target: str | None) -> None:
    """Load what polemos build --shards wrote into a store, merge it, and publish it.

    DIR is a folder, or an address such as s3://BUCKET/PATH. What is in the store stays; a shard that is there
    already is passed over, so that a load that was broken off goes on where it stopped. The merged layer is
    made by the store: another one that is given the shards gets the reports alone.
    """
    from builder.shards.folder import Folder  # noqa: PLC0415 (HTML and YAML are slow to load)
    from builder.shards.loading import load as load_store  # noqa: PLC0415

    if (store is None) == (target is None):
        raise click.UsageError("give either --store DIR or --for STORE")
    folder = Folder(shards)
    if target is not None:
        _print_commands(folder, target)
    if store is not None:
        folder.manifest()  # an error before a store is made
        with Store.open(store, create=True) as opened:
            done = load_store(folder, opened, watch=_watched)
        counts = f"loaded {done.written}, unchanged {done.unchanged}"
        click.echo(
            f"{done.shards} shards: {counts} reports; {done.events} events in all; {done.seconds:.1f} s"
        )


def _watched(shards: "Sequence[Shard]") -> "Iterable[Shard]":
    total = sum(shard.reports for shard in shards)
    return bar(shards, total=total, unit="reports", size=lambda shard: shard.reports)


def _print_commands(folder: "Folder", name: str) -> None:
    from builder.exports import bulk  # noqa: PLC0415 (see above)

    manifest, local = folder.manifest(), folder.local
    if local is None:
        raise click.UsageError(f"--for needs the shards on this machine; copy {folder} first")
    files = [local / shard.file for shard in manifest.shards]
    for command in bulk.commands(bulk.targets()[name], local, files, base=manifest.base):
        click.echo(command)
