"""`polemos unlink`: two nodes that were merged are not one."""

from pathlib import Path

import click

from builder.commands import options
from builder.store import Store


@click.command(
    epilog=options.examples(
        "polemos unlink --store store NODE MERGED --reason 'another bomb, an hour later'",
        "polemos unlink --store store NODE OTHER-NODE",
        "polemos unlink --store store NODE MERGED --undo",
    )
)
@click.argument("node")
@click.argument("other")
@options.STORE
@click.option("--reason", metavar="TEXT", help="Why; it is kept beside the blocked link.")
@click.option("--undo", is_flag=True, help="Take it back: later merges may unite the two again.")
@options.BASE
def unlink(node: str, other: str, *, store: Path, reason: str | None, undo: bool, base: str) -> None:
    """Part NODE, the IRI of a node of a report, from OTHER, and publish the result.

    OTHER is another node of a report, or a merged node, which stands for all of its other members. It is
    remembered in a graph of its own, and every later build keeps to it.
    """
    from builder import unlinking  # noqa: PLC0415 (see build)
    from builder.merge import merge  # noqa: PLC0415

    with Store.open(store) as opened:
        if undo:
            count = unlinking.undo(opened, node, other, base=base)
        else:
            pairs = unlinking.pairs_of(opened, node, other)
            count = unlinking.unlink(opened, pairs, reason=reason, base=base)
        merge(opened, base=base)
        opened.publish()
    told = "blocked link" if count == 1 else "blocked links"
    click.echo(f"{count} {told} {'removed' if undo else 'made'}")
