"""Tables as CSV after RFC 4180, in UTF-8, that a spreadsheet opens without running anything in them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import TextIOWrapper
from typing import BinaryIO, Final, TypeAlias

Cell: TypeAlias = str | int | float | None
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_table(rows: Iterable[Mapping[str, Cell]], columns: Sequence[str], stream: BinaryIO) -> int:
    """Write a head and then each row as it comes; a column that a row lacks is empty. Give how many rows."""
    text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(columns)
        count = 0
        for row in rows:
            writer.writerow([cell(row.get(column)) for column in columns])
            count += 1
    finally:
        text.detach()  # whoever opened the stream closes it
    return count


def cell(value: Cell) -> str:
    """Write one value; text that begins like a formula gets an apostrophe, which spreadsheets hide.

    >>> cell("=1+1"), cell(-43.1), cell(None)
    ("'=1+1", '-43.1', '')
    """
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if value is None else repr(value)


def joined(values: Iterable[str]) -> str:
    """Join what stands in one cell, each once, as ACLED does."""
    return "; ".join(dict.fromkeys(value for value in values if value))
