"""`polemos merge`: the merged layer anew, or why two nodes are one."""

from pathlib import Path

import click

from builder.commands import options
from builder.commands.progress import passing_bar
from builder.errors import StoreError
from builder.store import Store


@click.command(
    epilog=options.examples(
        "polemos merge --store store",
        "polemos merge --store store --explain IRI IRI",
    )
)
@options.STORE
@click.option(
    "--explain",
    nargs=2,
    metavar="IRI IRI",
    help="Merge nothing; say why two nodes, of reports or merged, are one or are not.",
)
@options.BASE
@click.pass_context
def merge(context: click.Context, *, store: Path, explain: tuple[str, str] | None, base: str) -> None:
    """Merge what the reports of a store say anew, and publish it.

    A build merges what it adds. This is for stores whose reports were changed by other means, such as an
    update over HTTP, and for looking into what was merged. The same reports give the same merged layer.
    """
    if explain is not None:
        context.exit(_explain(store, *explain, base=base))
    from builder.merge import merge as merge_store  # noqa: PLC0415 (see build)

    with Store.open(store) as opened:
        summary = merge_store(opened, base=base, anew=True, counted=passing_bar)
        opened.publish()
    done = "changed" if summary.changed else "as it was"
    counts = f"{summary.read} nodes of reports are {summary.merged}, {summary.events} of them events"
    click.echo(f"{counts}; the merged layer is {done}")


def _explain(store: Path, first: str, second: str, *, base: str) -> int:
    """Print why two nodes are one or are not."""
    from builder.linkage.explanation import explain  # noqa: PLC0415 (loads the gazetteer)
    from builder.linkage.ledger import FILE, Ledger  # noqa: PLC0415
    from builder.store import open_snapshot  # noqa: PLC0415
    from builder.unlinking import read  # noqa: PLC0415

    snapshot = open_snapshot(store)
    unmerged = StoreError(f"{store}: has no notes on what was merged; run polemos merge --store {store}")
    if not (store / FILE).is_file():
        raise unmerged
    with Ledger(store) as ledger:
        if not ledger.reports.count():  # those of another version of Polemos are gone
            raise unmerged
        for line in explain(ledger, first, second, read(snapshot, base=base)).lines():
            click.echo(line)
    return 0
