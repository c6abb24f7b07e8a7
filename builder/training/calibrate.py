"""How often a model is right where it is so sure: curves for `builder.models.calibration`.

    python -m builder.training.calibrate DATA --model builder/models [--fold K]

`DATA` is the folder of corpora of `builder.training`. Triggers, arguments and incident types of reports are
compared with the development sets; entities with a fifth that the model was not taught, if `--fold` says
which: without it their curve stays as it is. `builder.training.short_texts` finds that of short texts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import click
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from builder.models.calibration import Calibration, log_odds
from builder.models.decoding import NO_EVENT, Found, chances, stretches
from builder.models.encoder import Reading
from builder.models.trained import TrainedModel
from builder.training.corpora import Example, Tag, json_lines, muc4, read_all, wikievents
from builder.training.folds import fold_of

# What a model said, in a text: how sure it was, and whether it was right.
Judgement: TypeAlias = tuple[float, bool]
Judgements: TypeAlias = Mapping[str, list[Judgement]]
# Events that are less likely than not are read all the same (`builder.components.reader`), so they count too.
_OUTSIDE: Final = 0.2
# Bins of equal width, as is usual for the expected calibration error (Guo and others 2017).
_BINS: Final = 10


def judged(model: TrainedModel, examples: Iterable[Example]) -> dict[str, list[Judgement]]:
    """Let a model read texts, and judge by layer what it said."""
    found: dict[str, list[Judgement]] = {}
    for example in examples:
        reading = model.read(example.text, report=example.corpus == "muc4", short=False)
        for layer, judgement in _of_example(model, example, reading):
            found.setdefault(layer, []).append(judgement)
    return found


def _of_example(model: TrainedModel, example: Example, reading: Reading) -> Iterator[tuple[str, Judgement]]:
    labels, text = model.labels, example.text
    match example.corpus:
        case "wikievents":
            yield from _of_events(model, example, reading)
        case "re3d":
            told = {_place(tag) for tag in example.tags}
            for each in stretches(reading, "entities", labels.entities, text, outside=1.0):
                yield "entities", (each.probability, _place(each) in told)
        case "muc4":
            for name, score in zip(labels.kinds, reading.layers["report"].max(0), strict=True):
                yield "report", (float(chances(score)), name in example.labels)


def _of_events(model: TrainedModel, example: Example, reading: Reading) -> Iterator[tuple[str, Judgement]]:
    told = {_place(tag) for tag in example.tags}
    arguments = {(_place(each.trigger), each.argument.label, each.argument.end) for each in example.relations}
    triggers = model.labels.triggers
    for trigger in stretches(reading, "triggers", triggers, example.text, outside=_OUTSIDE):
        yield "triggers", (trigger.probability, _place(trigger) in told)
        if _place(trigger) in told:
            for each in model.pairs.arguments(reading, trigger, example.text, sure=_OUTSIDE):
                is_right = (_place(trigger), each.label, each.end) in arguments
                yield "arguments", (each.probability, is_right)


def _place(found: Found | Tag) -> tuple[int, int, str]:
    return found.start, found.end, found.label


def curve(judgements: Iterable[Judgement]) -> tuple[float, float]:
    """The slope and the offset with which judgements are most probable."""
    shares, rights = zip(*judgements, strict=True)
    odds = np.array([log_odds(each) for each in shares])
    right = np.array(rights, np.float64)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = weights[0] * odds + weights[1]
        off = 1 / (1 + np.exp(-scores)) - right
        return float(np.logaddexp(0, scores).sum() - right @ scores), np.array([off @ odds, off.sum()])

    slope, offset = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS").x
    return round(float(slope), 4), round(float(offset), 4)


def expected_error(judgements: Iterable[Judgement]) -> float:
    """How far shares are from what is right, on average over bins (expected calibration error)."""
    bins: dict[int, list[Judgement]] = {}
    for share, is_right in judgements:
        bins.setdefault(min(int(share * _BINS), _BINS - 1), []).append((share, is_right))
    total = sum(map(len, bins.values()))
    off = (abs(sum(share - right for share, right in each)) for each in bins.values())
    return sum(off) / total


def crossed(layer: str, judgements: list[Judgement]) -> list[Judgement]:
    """Judgements with calibrated shares, each half by the curve of the other."""
    halves = judgements[::2], judgements[1::2]
    found = []
    for half, other in (halves, halves[::-1]):
        calibration = Calibration({layer: curve(other)})
        found += [(calibration.share(layer, share), right) for share, right in half]
    return found


def held_out(folder: Path, fold: int | None) -> Iterator[Example]:
    """The development sets, and a fifth of the corpora that have none."""
    yield from muc4(json_lines(folder / "muc4" / "dev.jsonl"))
    for example in wikievents(json_lines(folder / "wikievents" / "dev.jsonl")):
        if example.labels != (NO_EVENT,):
            yield example
    yield from (each for each in read_all(folder) if fold is not None and fold_of(each) == fold)


FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
DATA: Final = click.argument("data", type=FOLDER)
MODEL: Final = click.option("--model", required=True, type=FOLDER, help="Its folder.")


def write_curves(model: Path, curves: Mapping[str, tuple[float, float]]) -> None:
    """Write some curves of a model, which keeps those of other layers."""
    file = model / "calibration.json"
    known = Calibration.load(file).curves
    file.write_text(json.dumps({**known, **curves}, indent=1) + "\n", "utf-8")


@click.command()
@DATA
@MODEL
@click.option("--fold", type=click.IntRange(0, 4), help="The fifth that the model was not taught.")
def calibrate(data: Path, model: Path, fold: int | None) -> None:
    """Compare MODEL with held-out parts of DATA, write its `calibration.json`, and say how far off it is."""
    curves = {}
    for layer, judgements in judged(TrainedModel.load(model), held_out(data, fold)).items():
        before, after = expected_error(judgements), expected_error(crossed(layer, judgements))
        curves[layer] = curve(judgements)
        click.echo(f"{layer}: {len(judgements)} judged, expected error {before:.3f}, calibrated {after:.3f}")
    write_curves(model, curves)


if __name__ == "__main__":
    calibrate()
