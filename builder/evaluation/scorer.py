"""The scorers of the benchmarks: programs that lie beside their data, run as they are."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.errors import InputError


def scorer_of(data: Path) -> Path | None:
    """Give the scorer that lies beside a file of a benchmark, or None."""
    found = data.resolve().with_name("score.py")
    return found if found.is_file() else None


def score(scorer: Path, data: Path, predictions: Path, flags: Sequence[str] = ()) -> Mapping[str, Any]:
    """Run a scorer over predictions. Raises `InputError` with its last words if it fails."""
    command: list[str | Path] = [
        sys.executable,
        scorer,
        data.resolve(),
        predictions.resolve(),
        *flags,
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"{scorer}: failed: {done.stderr.strip().rpartition(chr(10))[2]}")
    scores: Mapping[str, Any] = json.loads(done.stdout)
    return scores


def measures(scores: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Mapping[str, float]]]:
    """Give each measure that has precision, recall and F1, by its name with those around it.

    >>> [*measures({"ree": {"strict": {"p": 0.5, "r": 0.5, "f1": 0.5}}, "documents": 2})]
    [('ree.strict', {'p': 0.5, 'r': 0.5, 'f1': 0.5})]
    """
    for key, value in scores.items():
        if isinstance(value, Mapping):
            inner = f"{name}.{key}" if name else key
            if {"p", "r", "f1"} <= value.keys():
                yield inner, value
            else:
                yield from measures(value, inner)
