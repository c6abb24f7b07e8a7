"""`polemos evaluate`: what the pipeline writes, in the form of a benchmark, and its scores."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from builder.atomic import replacing
from builder.commands import options
from builder.commands.progress import bar, warn
from builder.evaluation.graph import Graph
from builder.evaluation.scorer import measures, score, scorer_of
from builder.evaluation.suites import SUITES, Answer, Suite
from builder.model import Article, Report
from builder.rdf import to_quads
from builder.settings import Recipe

if TYPE_CHECKING:
    from spacy.language import Language


@click.command(
    epilog=options.examples(
        "polemos evaluate muc4 muc4/dev.jsonl",
        "polemos evaluate geo geo/trnews.jsonl --predictions trnews.jsonl --json",
    )
)
@click.argument("suite", type=click.Choice(tuple(SUITES)))
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--predictions",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to keep what the scorer reads.",
)
@click.option("--json", "as_json", is_flag=True, help="Write the scores as JSON.")
@click.option("--limit", type=click.IntRange(min=1), help="Read so many documents only.")
@options.recipe
@options.PLACES
@click.pass_context
def evaluate(
    context: click.Context,
    suite: str,
    data: Path,
    *,
    predictions: Path | None,
    as_json: bool,
    limit: int | None,
    recipe: Recipe,
) -> None:
    """Run the pipeline over the texts of a benchmark and score what its graph says.

    DATA is a file of the benchmark SUITE with the right answers, of which only id, text and date are
    read. The answers come from the graph by SPARQL. They are scored if the benchmark's score.py lies beside
    DATA; it needs numpy and scipy.
    """
    from builder.pipeline import load_pipeline  # noqa: PLC0415 (spaCy is slow to load)

    chosen = SUITES[suite]
    articles = [*islice(chosen.read(data), limit)]
    failures: list[str] = []
    nlp = load_pipeline(**asdict(recipe))
    answers = [*_answers(chosen, nlp, articles, failures)]
    with TemporaryDirectory() as folder:
        file = predictions or Path(folder) / "predictions"
        with replacing(file) as stream:
            stream.write(chosen.write(answers).encode())
        _tell(chosen, data, file, as_json=as_json)
    context.exit(1 if failures else 0)


def _answers(
    suite: Suite, nlp: "Language", articles: Sequence[Article], failures: list[str]
) -> Iterator[Answer]:
    """Read each text and answer from its graph; one that fails is named and has no answer."""
    from builder.report import extract  # noqa: PLC0415 (see above)

    for outcome in bar(extract(nlp, articles), total=len(articles), unit="texts"):
        name = str(outcome.article.identifier)
        if isinstance(outcome, Report):
            yield {"id": name, **suite.answer(Graph(to_quads(outcome)))}
        else:
            warn(f"{name}: {outcome.reason}")
            failures.append(name)


def _tell(suite: Suite, data: Path, predictions: Path, *, as_json: bool) -> None:
    scorer = scorer_of(data)
    if scorer is None:
        warn(f"{data}: not scored: there is no score.py beside it")
        return
    scores = score(scorer, data, predictions, suite.flags)
    if as_json:
        click.echo(json.dumps(scores, indent=1))
        return
    click.echo(f"{'measure':44}{'P':>8}{'R':>8}{'F1':>8}")
    for name, each in measures(scores):
        click.echo(f"{name:44}" + "".join(f"{100 * each[key]:8.1f}" for key in ("p", "r", "f1")))
