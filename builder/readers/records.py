"""JSON: one article a file, one article a line, and the metadata file beside a text."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import compose
from builder.readers.decoding import Limits, decode, load, too_large, unreadable
from builder.readers.metadata import Metadata, kind, parse_metadata


def read_metadata(path: Path, *, limits: Limits | None = None) -> Metadata:
    """Return the metadata in a JSON file. Raises InputError if it cannot be read or understood."""
    return parse_metadata(load_record(path, limits=limits or Limits()), path)


def load_record(path: Path, *, limits: Limits) -> dict[str, Any]:
    """Return the object in a JSON file. Raises InputError if it cannot be read or is something else."""
    return parse_record(decode(load(path, limits), path), path)


def parse_record(content: str, origin: Path | None, *, line: int | None = None) -> dict[str, Any]:
    """Return the JSON object that a text is. Raises InputError if it is not one; `line` is the line it stands in."""
    if not content.strip():
        raise InputError("is empty", origin, line=line, remedy="leave it out")
    try:
        value = json.loads(content)
    except json.JSONDecodeError as error:
        found = error.lineno if line is None else line
        reason = f"is not valid JSON ({error.msg.lower()} at column {error.colno})"
        raise InputError(reason, origin, line=found, remedy="correct it") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; thousands of brackets
        raise InputError("is JSON beyond all bounds", origin, line=line, remedy="correct it") from error
    if isinstance(value, dict):
        return value
    remedy = "write one object a file, or one a line of a .jsonl file"
    raise InputError(f"is {kind(value)}, not a JSON object", origin, line=line, remedy=remedy)


def read_record(
    content: str, *layers: Metadata, limits: Limits, origin: Path | None, line: int | None = None
) -> Article:
    """Return the article of a JSON object with a "text" and the keys of the metadata. Raises InputError."""
    record = parse_record(content, origin, line=line)
    text = record.get("text")
    if not isinstance(text, str):
        reason = 'has no "text"' if text is None else f'"text" is {kind(text)}'
        raise InputError(reason, origin, line=line, remedy='give the article\'s text as "text"')
    written = parse_metadata(record, origin, line=line)
    return compose(text, *layers, written, limits=limits, origin=origin, line=line)


def read_lines(
    stream: BinaryIO, *layers: Metadata, limits: Limits, origin: Path | None, first: bytes = b""
) -> Iterator[Article | InputError]:
    """Yield the article of each line of JSON, or the error of that line; blank lines are passed over.

    One line is held in memory at a time. `first` is what was already read of the stream to see what it is.
    """
    for line, data in _numbered_lines(stream, limits, first):
        if data is None:
            yield too_large(origin, limits, line=line)
        elif data.strip():
            yield _read_line(data, *layers, limits=limits, origin=origin, line=line)


def read_lines_of(path: Path, *layers: Metadata, limits: Limits) -> Iterator[Article | InputError]:
    """Yield what `read_lines` does for a file. Raises InputError if the file cannot be read."""
    try:
        with path.open("rb") as stream:
            yield from read_lines(stream, *layers, limits=limits, origin=path)
    except OSError as error:
        raise unreadable(path, error) from error


def _read_line(
    data: bytes, *layers: Metadata, limits: Limits, origin: Path | None, line: int
) -> Article | InputError:
    try:
        content = decode(data, origin, line=line)
        return read_record(content, *layers, limits=limits, origin=origin, line=line)
    except InputError as error:
        return error


def _numbered_lines(stream: BinaryIO, limits: Limits, first: bytes) -> Iterator[tuple[int, bytes | None]]:
    # None stands for a line over the limit, which is read past in pieces.
    def pieces() -> bytes:
        return stream.readline(limits.max_bytes + 1)

    for line, data in enumerate(chain([first] if first else [], iter(pieces, b"")), start=1):
        piece = data
        while len(data) > limits.max_bytes and piece and not piece.endswith(b"\n"):
            piece = pieces()
        yield line, data if len(data) <= limits.max_bytes else None
