"""How alike two records are: the weights of a model, computed by Splink.

A model is a file of `models/`: comparisons, and for each its levels with m (how often the level is met among
pairs that are one) and u (among pairs that are not). The weight of a level is log2(m/u); the weights of a
pair add up, with that of the prior, to the match weight of Fellegi and Sunter (A Theory for Record Linkage,
1969), as Splink has it. The weights are fixed: the same two records always weigh the same.
"""

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from math import log2
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Final

from builder.batching import batches
from builder.linkage.records import Record, Row

if TYPE_CHECKING:
    import pyarrow as pa

# What DuckDB may hold in memory before it spills to disk; 10,000 events with their pairs need some 100 MB.
MEMORY: Final = "1GB"
# Keys of our files that Splink does not know.
OURS: Final = ("about", "columns", "because", "threshold_match_weight", "threshold_because")
# Rows that are held as Python's objects at a time: 3 KB each.
ROWS: Final = 4_000
TENTH: Final = Decimal("0.1")
SCORE: Final = Decimal("0.001")
# Bits: Splink adds up weights that are not rounded, of a dozen comparisons, each by less than 0.05.
ROUNDED: Final = 1.0
# Ways to meet the levels of a model that are remembered; an archive meets some thousands.
LEVELS: Final = 65_536


@dataclass(frozen=True, slots=True)
class Reason:
    """What one comparison says of a pair: in words, and its weight in bits, negative against."""

    comparison: str
    says: str
    weight: Decimal

    def __str__(self) -> str:
        return f"{self.says} ({self.weight:+})"


@dataclass(frozen=True, slots=True)
class Link:
    """How alike two items are: the match weight in bits, the probability that it stands for, and why."""

    first: str
    second: str
    weight: Decimal
    score: Decimal
    reasons: tuple[Reason, ...]


# "The soldiers" of one attack, in two reports: 1.2 bits, a probability of 0.7.
ALIKE: Final = (
    Decimal("1.2"),
    Decimal("0.7"),
    (Reason("likeness", "alike in the same event", Decimal("1.2")),),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items by number that may be one.

    `weight` is in tenths of a bit; `levels` are those of the comparisons that the pair meets.
    """

    first: int
    second: int
    weight: int
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A file of comparisons: `settings` are Splink's, `threshold` the weight from which a pair may be one."""

    name: str
    settings: Mapping[str, Any]
    levels: Mapping[str, tuple[Reason, ...]]
    threshold: Decimal
    columns: Mapping[str, Collection[str]]

    @property
    def prior(self) -> Decimal:
        """The weight of the odds that any two records are one."""
        chance = float(self.settings["probability_two_random_records_match"])
        return _bits(chance / (1 - chance))


@cache
def load(name: str) -> Model:
    """Read a model by the name of its file."""
    written = json.loads((files(__package__) / "models" / f"{name}.json").read_text("utf-8"))
    levels = {comparison["output_column_name"]: _reasons(comparison) for comparison in written["comparisons"]}
    threshold = Decimal(str(written["threshold_match_weight"]))
    return Model(name, _without_ours(written), levels, threshold, written["columns"])


def _without_ours(value: Any) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, dict):
        return {name: _without_ours(inner) for name, inner in value.items() if name not in OURS}
    return [_without_ours(inner) for inner in value] if isinstance(value, list) else value


def _reasons(comparison: Mapping[str, Any]) -> tuple[Reason, ...]:
    """List what each level says, by the number that Splink gives it: from 0 for the last that is no null."""
    known = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return tuple(
        Reason(
            comparison["output_column_name"],
            level["label_for_charts"],
            _bits(level["m_probability"] / level["u_probability"]),
        )
        for level in reversed(known)
    )


def _bits(ratio: float) -> Decimal:
    return Decimal(log2(ratio)).quantize(TENTH)


def weigh(model: Model, rows: Iterable[Row]) -> Iterator[Pair]:
    """Weigh the pairs of rows that share a block, are of two reports, and of which one is fresh.

    Give those of the model's threshold or more. Rows have the columns of the model, `unique_id`, `report`,
    `fresh` and `blocks`. Splink is loaded only if there are rows.
    """
    for first, second, levels in _predicted(model, rows, float(model.threshold) - ROUNDED):
        weight, *_ = _said(model.name, levels)
        if weight >= model.threshold:
            yield Pair(first, second, int(weight / TENTH), levels)


def compare(model: Model, first: Record, second: Record) -> Link:
    """Weigh one pair, whether or not it shares a block."""
    rows = [
        {**record.row, "unique_id": number, "report": number, "fresh": True, "blocks": [0]}
        for number, record in enumerate((first, second))
    ]
    ((_, _, levels),) = _predicted(model, rows, None)
    return link(model.name, first.item, second.item, levels)


def _predicted(
    model: Model, rows: Iterable[Row], least: float | None
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Let Splink block and weigh rows in a DuckDB of its own, in memory; give the levels that pairs meet."""
    table = _table(model, rows)
    if table is None:
        return
    import duckdb  # noqa: PLC0415 (with pyarrow 65 MB of code; what merges nothing does without)
    from splink import DuckDBAPI, Linker  # noqa: PLC0415

    logging.getLogger("splink").setLevel(logging.WARNING)
    # No extension is fetched, and no file but those that are spilled is touched.
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": gettempdir(),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=config) as connection:
        connection.register("records", table)
        connection.execute("CREATE TABLE record AS SELECT * FROM records")
        connection.unregister("records")
        linker = Linker(
            DuckDBAPI(connection).register("record"),
            dict(model.settings),
            validate_settings=False,
            log_level=None,
        )
        found = linker.inference.predict(threshold_match_weight=least).physical_name
        columns = ", ".join(f"gamma_{name}" for name in model.levels)
        result = connection.execute(f"SELECT unique_id_l, unique_id_r, {columns} FROM {found}")
        while some := result.fetchmany(ROWS):
            yield from ((row[0], row[1], row[2:]) for row in some)


def _table(model: Model, rows: Iterable[Row]) -> "pa.Table | None":
    """Put rows into columns, if there are any.

    The types are the model's, since a column may hold nothing but None.
    """
    left = iter(rows)
    first = next(left, None)
    if first is None:
        return None
    import pyarrow as pa  # noqa: PLC0415 (see above)

    texts = pa.list_(pa.string())
    types = {"fresh": pa.bool_(), "blocks": pa.list_(pa.int64())}
    types |= dict.fromkeys(("unique_id", "report", *model.columns["number"]), pa.int64())
    types |= dict.fromkeys(model.columns["list"], texts)
    schema = pa.schema([(name, types.get(name, pa.string())) for name in first])
    some = batches(chain((first,), left), ROWS)
    return pa.Table.from_batches(pa.RecordBatch.from_pylist(each, schema=schema) for each in some)


def link(name: str | None, first: str, second: str, levels: tuple[int, ...]) -> Link:
    """Say what a pair weighs, and why, from the levels that it meets; without a model they are `ALIKE`."""
    return Link(first, second, *(ALIKE if name is None else _said(name, levels)))


@lru_cache(maxsize=LEVELS)
def _said(name: str, levels: tuple[int, ...]) -> tuple[Decimal, Decimal, tuple[Reason, ...]]:
    model = load(name)
    found = zip(model.levels.values(), levels, strict=True)
    reasons = tuple(known[level] for known, level in found if level >= 0)
    weight = model.prior + sum((reason.weight for reason in reasons), Decimal(0))
    return weight, _probability(weight), reasons


def _probability(weight: Decimal) -> Decimal:
    """Turn bits into a probability; what is surer than 0.999 is told as that."""
    odds = 2.0 ** float(weight)
    return Decimal(odds / (1 + odds)).quantize(SCORE).min(Decimal("0.999"))
