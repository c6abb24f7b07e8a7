"""`polemos extract`: from articles to a file of RDF, without a store."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.commands import options
from builder.commands.output import opened
from builder.commands.progress import bar, warn
from builder.errors import InputError
from builder.model import Article, Report
from builder.rdf import to_quads, write
from builder.settings import Recipe

if TYPE_CHECKING:
    from builder.readers import Metadata
    from builder.report import ExtractionFailure


@click.command(
    epilog=options.examples(
        "polemos extract article.txt --published 2020-01-05",
        "polemos extract article.txt --metadata article.json --format trig -o article.trig",
        "polemos extract 'reports/*.md' --format turtle | less",
    )
)
@options.PATHS
@click.option(
    "--metadata",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A JSON file with title, published, publisher, source, language and id.",
)
@click.option("--published", metavar="DATE", help="The date of the text: YYYY-MM-DD or an ISO date and time.")
@click.option("--title", metavar="TEXT", help="The title of the text.")
@options.FORMAT
@options.OUTPUT
@options.recipe
@options.PLACES
@options.TEXT
@options.BASE
@click.pass_context
def extract(  # noqa: PLR0913 (one parameter an option)
    context: click.Context,
    paths: tuple[str, ...],
    *,
    metadata: Path | None,
    published: str | None,
    title: str | None,
    format_: str,
    output: Path | None,
    recipe: Recipe,
    text: bool,
    base: str,
) -> None:
    """Read articles and write what they say as RDF; no store is needed.

    PATH is a file of text, Markdown, HTML or JSON lines, a folder, a quoted pattern, or - for
    standard input. A document that cannot be read is named on standard error; the others are written.
    """
    from builder import readers, report  # noqa: PLC0415 (spaCy is slow to load)
    from builder.pipeline import load_pipeline  # noqa: PLC0415

    failures: list[object] = []
    articles = readable(readers.read(paths, overrides=_overrides(metadata, published, title)), failures)
    nlp = load_pipeline(**asdict(recipe))
    outcomes = report.extract(nlp, articles)
    reports = bar(understood(outcomes, failures), total=readers.count(paths), unit="reports")
    with opened(output) as stream:
        write((to_quads(each, base=base, with_text=text) for each in reports), stream, format_)
    context.exit(1 if failures else 0)


def _overrides(metadata: Path | None, published: str | None, title: str | None) -> "Metadata":
    """Put together what the command line says of the text; options go before the file."""
    from builder.readers import Metadata, parse_published, read_metadata  # noqa: PLC0415 (see above)

    told = Metadata() if metadata is None else read_metadata(metadata)
    if title is not None:
        told = replace(told, title=title)
    if published is None:
        return told
    try:
        return replace(told, published=parse_published(published))
    except ValueError as error:
        reason = f"{published!r} is no date: write YYYY-MM-DD, or an ISO date and time"
        raise click.BadParameter(reason, param_hint="--published") from error


def readable(documents: Iterable[Article | InputError], failures: list[object]) -> Iterator[Article]:
    """Pass articles on; name each document that cannot be read and keep its error."""
    for document in documents:
        if isinstance(document, Article):
            yield document
        else:
            warn(document)
            failures.append(document)


def understood(outcomes: Iterable["Report | ExtractionFailure"], failures: list[object]) -> Iterator[Report]:
    """Pass reports on; name each article that the pipeline failed on and keep its failure."""
    for outcome in outcomes:
        if isinstance(outcome, Report):
            yield outcome
        else:
            warn(f"{outcome.article.origin or 'standard input'}: {outcome.reason}")
            failures.append(outcome)
