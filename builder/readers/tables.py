"""Parquet: one article a row, in columns that have the names of the keys of JSON records."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import attempt
from builder.readers.decoding import Limits, decode
from builder.readers.metadata import KEYS, Metadata
from builder.readers.records import ALL, read_fields

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

COLUMNS = ("text", *KEYS)
# Rows that are in memory at once: reading texts takes a thousand times as long as opening another batch, and
# a text may have megabytes.
ROWS = 16
# Bytes that are read of a column at once; without it, all that a group of rows has of it, often a gigabyte.
BUFFER = 1 << 20
REMEDY = "write the file anew, or leave it out"


def read_rows(
    path: Path, *layers: Metadata, limits: Limits, part: slice = ALL
) -> Iterator[Article | InputError]:
    """Yield the article of each row, or the error of that row.

    Groups of rows are read one by one: of one that is damaged the rest is one error, and the next is read.
    `part` says which rows, counted from 0; groups that have none of them are not opened.
    """
    from pyarrow import ArrowException  # noqa: PLC0415 (slow to load, and few read tables)

    try:
        with _open(path) as table:
            yield from _rows(table, path, *layers, limits=limits, part=part)
    except (OSError, ArrowException) as error:
        yield InputError(f"cannot be read as Parquet ({_said(error)})", path, remedy=REMEDY)


def count_rows(path: Path) -> int:
    """Return how many values `read_rows` will yield, but for damage."""
    from pyarrow import ArrowException  # noqa: PLC0415 (see above)

    try:
        with _open(path) as table:
            return max(1, int(table.metadata.num_rows))
    except (OSError, ArrowException):
        return 1  # its error


def _open(path: Path) -> "ParquetFile":
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 (see above)

    return ParquetFile(path, buffer_size=BUFFER, pre_buffer=False)


def _rows(
    table: "ParquetFile", path: Path, *layers: Metadata, limits: Limits, part: slice
) -> Iterator[Article | InputError]:
    if "text" not in table.schema_arrow.names:
        yield InputError('has no column "text"', path, remedy="give the column of the articles that name")
    elif not table.metadata.num_rows:
        yield InputError("has no text", path, remedy="leave it out, or give it a text")
    else:
        first, (start, stop, _) = 0, part.indices(table.metadata.num_rows)
        for group in range(table.num_row_groups):
            after = first + table.metadata.row_group(group).num_rows
            if first < stop and start < after:
                rows = _group(table, group, first + 1, path, *layers, limits=limits)
                yield from islice(rows, max(0, start - first), stop - first)
            first = after


def _group(
    table: "ParquetFile", group: int, first: int, path: Path, *layers: Metadata, limits: Limits
) -> Iterator[Article | InputError]:
    from pyarrow import ArrowException  # noqa: PLC0415 (see above)

    row = first
    columns = [name for name in COLUMNS if name in table.schema_arrow.names]
    try:
        for batch in table.iter_batches(ROWS, row_groups=[group], columns=columns):
            for record in _records(batch):
                yield attempt(partial(_read_row, record, *layers, limits=limits, origin=path, line=row))
                row += 1
    except (OSError, ArrowException) as error:
        reason = f"its group of rows is damaged from here on ({_said(error)})"
        yield InputError(reason, path, line=row, remedy=REMEDY)


def _records(batch: "RecordBatch") -> list[dict[str, Any]]:
    """Give rows as mappings; moments to the microsecond, which is all that Python knows."""
    from pyarrow import timestamp, types  # noqa: PLC0415 (see above)

    for place, column in enumerate(batch.schema):
        if types.is_timestamp(column.type) and column.type.unit == "ns":
            moments = batch.column(place).cast(timestamp("us", column.type.tz), safe=False)
            batch = batch.set_column(place, column.name, moments)
    found: list[dict[str, Any]] = batch.to_pylist()
    return found


def _read_row(record: dict[str, Any], *layers: Metadata, limits: Limits, origin: Path, line: int) -> Article:
    written = {name: _written(value, origin, line) for name, value in record.items()}
    return read_fields(written, *layers, limits=limits, origin=origin, line=line)


def _written(value: object, origin: Path, line: int) -> object:
    """Give a value as it would stand in JSON; older writers have texts as bytes."""
    if isinstance(value, date):  # a moment is one too
        return value.isoformat()
    return decode(value, origin, line=line) if isinstance(value, bytes) else value


def _said(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
