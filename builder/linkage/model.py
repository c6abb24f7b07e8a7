"""How alike two records are: the weights of a model, computed by Splink.

A model is a file of `models/`: comparisons, and for each its levels with m (how often the level is met among
pairs that are one) and u (among pairs that are not). The weight of a level is log2(m/u); the weights of a
pair add up, with that of the prior, to the match weight of Fellegi and Sunter (A Theory for Record Linkage,
1969), as Splink has it. The weights are fixed: the same two records always weigh the same.
"""

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import chain
from math import log2
from typing import TYPE_CHECKING, Any, Final

from builder.linkage.batching import batches
from builder.linkage.records import Record

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# What DuckDB may hold in memory before it spills to disk; 400,000 events with their pairs need about 1 GB.
MEMORY: Final = "1500MB"
# Keys of our files that Splink does not know.
OURS: Final = ("about", "columns", "because", "threshold_match_weight", "threshold_because")
# Records that are held as Python's objects at a time: 3 KB each.
ROWS: Final = 10_000
ASKED: Final = "asked for"
TENTH: Final = Decimal("0.1")
SCORE: Final = Decimal("0.001")


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


@dataclass(frozen=True, slots=True)
class Model:
    """A file of comparisons: `settings` are Splink's, `threshold` the weight from which a pair may be one."""

    name: str
    settings: Mapping[str, Any]
    levels: Mapping[str, tuple[Reason | None, ...]]
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


def _reasons(comparison: Mapping[str, Any]) -> tuple[Reason | None, ...]:
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


def weigh(model: Model, records: Iterable[Record], fresh: Collection[str]) -> list[Link]:
    """Weigh all pairs that share a block, are of two reports, and of which one is fresh.

    The outcome is in the order of the items, and does not depend on the order of the records. Splink is
    loaded only if there are records.
    """
    left = iter(records)
    first = next(left, None)
    return [] if first is None else _predicted(model, chain((first,), left), fresh)


def compare(model: Model, first: Record, second: Record) -> Link:
    """Weigh one pair, whether or not it shares a block."""
    pair = [replace(record, blocks=(ASKED,)) for record in (first, second)]
    if first.report == second.report:
        pair = [replace(record, row={**record.row, "report": record.item}) for record in pair]
    (link,) = _predicted(model, pair, {first.item})
    return link


def _predicted(model: Model, records: Iterable[Record], fresh: Collection[str]) -> list[Link]:
    """Let Splink block and weigh records in a DuckDB of its own, in memory."""
    import duckdb  # noqa: PLC0415 (with pyarrow 65 MB of code; what merges nothing does without)
    from splink import DuckDBAPI, Linker  # noqa: PLC0415

    logging.getLogger("splink").setLevel(logging.WARNING)
    # No extension is fetched, and no file but those that are spilled is touched.
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=config) as connection:
        connection.register("records", _table(model, records, fresh))
        connection.execute("CREATE TABLE record AS SELECT * FROM records")
        connection.unregister("records")
        linker = Linker(
            DuckDBAPI(connection).register("record"),
            dict(model.settings),
            validate_settings=False,
            log_level=None,
        )
        found = linker.inference.predict().physical_name
        return _links(model, connection, found)


def _table(model: Model, records: Iterable[Record], fresh: Collection[str]) -> "pa.Table":
    """Put records into columns; the types are the model's, since a column may hold nothing but None."""
    import pyarrow as pa  # noqa: PLC0415 (see above)

    texts = pa.list_(pa.string())
    types = {"fresh": pa.bool_(), "blocks": texts}
    types |= dict.fromkeys(model.columns["list"], texts) | dict.fromkeys(model.columns["number"], pa.int64())
    tables = []
    for some in batches(records, ROWS):
        rows = [{**each.row, "blocks": list(each.blocks), "fresh": each.item in fresh} for each in some]
        columns = {
            name: pa.array([row[name] for row in rows], types.get(name, pa.string())) for name in rows[0]
        }
        tables.append(pa.table(columns))
    return pa.concat_tables(tables)


def _links(model: Model, connection: "duckdb.DuckDBPyConnection", table: str) -> list[Link]:
    names = list(model.levels)
    columns = ", ".join(f"gamma_{name}" for name in names)
    rows = connection.execute(
        f"SELECT least(unique_id_l, unique_id_r) AS first, greatest(unique_id_l, unique_id_r) AS second, "
        f"{columns} FROM {table} ORDER BY first, second"
    ).fetchall()
    return [_link(model, row[0], row[1], dict(zip(names, row[2:], strict=True))) for row in rows]


def _link(model: Model, first: str, second: str, gammas: Mapping[str, int]) -> Link:
    """Add up the weights of the levels that Splink found; -1 is a level where something is unknown."""
    found = (model.levels[name][gamma] for name, gamma in gammas.items() if gamma >= 0)
    reasons = tuple(reason for reason in found if reason is not None)
    weight = model.prior + sum((reason.weight for reason in reasons), Decimal(0))
    return Link(first, second, weight, _probability(weight), reasons)


def _probability(weight: Decimal) -> Decimal:
    """Turn bits into a probability; what is surer than 0.999 is told as that."""
    odds = 2.0 ** float(weight)
    return Decimal(odds / (1 + odds)).quantize(SCORE).min(Decimal("0.999"))
