"""`polemos places`: all the settlements of GeoNames, in place of the extract that is shipped."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from tqdm import tqdm

from builder.commands import options
from builder.commands.progress import warn
from builder.geonames import chosen_index, imported_path
from builder.geonames_dump import contents, import_dump

INDEX = click.option(
    "--index",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of the index, if not the one in the user's cache; read with it by --places FILE.",
)


@click.group(epilog=options.examples("polemos places import allCountries.zip", "polemos places status"))
def places() -> None:
    """Know every settlement of GeoNames, not only those of 500 inhabitants and more.

    What is imported is used by every command that reads texts, until it is removed.
    """


@places.command(
    "import",
    epilog=options.examples(
        "polemos places import allCountries.zip",
        "polemos places import ML.zip --index mali.sqlite",
        "polemos build press/ --store store --places mali.sqlite",
    ),
)
@click.argument("dump", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@INDEX
@click.pass_context
def import_(context: click.Context, dump: Path, *, index: Path | None) -> None:
    """Make an index of DUMP, a file of GeoNames: allCountries.zip, a country's, or the text in it.

    They are at https://download.geonames.org/export/dump/. An index that is there is replaced when the new
    one is whole. Lines that cannot be read are counted, and the first few named; the exit status is then 1.
    """
    path = index or imported_path()
    done = import_dump(dump, path, _bar)
    for error in done.first:
        warn(error)
    click.echo(f"{path}: {done.places:,} places of {dump.name}; {done.unread:,} lines could not be read")
    context.exit(1 if done.unread else 0)


@places.command(epilog=options.examples("polemos places status", "polemos places status --index mali.sqlite"))
@INDEX
def status(*, index: Path | None) -> None:
    """Say which index is used, and what is in it."""
    path = index or chosen_index()
    if path is None:
        click.echo("no import: the extract of settlements of 500 inhabitants and more is used")
        return
    held = contents(path)
    click.echo(f"{path}: {path.stat().st_size / 1e6:,.1f} MB, {held.names:,} names")
    for precision, number in held.places.most_common():
        click.echo(f"{number:>12,} of precision {precision}")
    for file, number, unread, day in held.dumps:
        click.echo(f"imported {day} from {file}: {number:,} places, {unread:,} lines not read")


@places.command(epilog=options.examples("polemos places remove"))
@INDEX
def remove(*, index: Path | None) -> None:
    """Delete an imported index; the extract that is shipped is used again."""
    path = index or imported_path()
    if not path.exists():
        click.echo(f"{path}: there is no import")
        return
    contents(path)  # what is no index is not ours to delete
    path.unlink()
    click.echo(f"{path}: removed")


def _bar(lines: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Pass lines on and show on a terminal how much of the dump is read."""
    with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as shown:
        for line in lines:
            yield line
            shown.update(len(line))
