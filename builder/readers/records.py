"""JSON: one article a file, one article a line, and the file of metadata beside a text."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from io import BufferedReader
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import attempt, compose
from builder.readers.decoding import Limits, decode, load, too_large, unreadable
from builder.readers.metadata import Metadata, kind, parse_metadata

# How a file of lines may be compressed, and what pyarrow calls that.
PACKED = {".gz": "gzip", ".zst": "zstd"}
ALL: Final = slice(0, None)


def read_metadata(path: Path, *, limits: Limits | None = None) -> Metadata:
    """Return the metadata in a JSON file. Raises InputError if it cannot be read or understood."""
    return parse_metadata(load_record(path, limits=limits or Limits()), path)


def load_record(path: Path, *, limits: Limits) -> dict[str, Any]:
    """Return the object in a JSON file. Raises InputError if it cannot be read or is something else."""
    return parse_record(decode(load(path, limits), path), path)


def parse_record(content: str, origin: Path | None, *, line: int | None = None) -> dict[str, Any]:
    """Return the JSON object that a text is; `line` is where it stands, if it is one line of a file.

    Raises InputError if it is not one.
    """
    try:
        value = json.loads(content)
    except json.JSONDecodeError as error:
        found = error.lineno if line is None else line
        reason = f"is not valid JSON ({error.msg.lower()}, column {error.colno})"
        raise InputError(reason, origin, line=found, remedy="correct it") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; thousands of brackets
        raise InputError("is JSON beyond all bounds", origin, line=line, remedy="correct it") from error
    if isinstance(value, dict):
        return value
    remedy = "write one object a file, or one a line of a .jsonl file"
    raise InputError(f"is {kind(value)}, not a JSON object", origin, line=line, remedy=remedy)


def text_file_of(path: Path, *, limits: Limits) -> Path | InputError | None:
    """Return the file that a JSON file names as its "text_file"; None if it names none.

    The file must lie in the folder of the JSON file or below it, so that a stranger's archive cannot draw
    other files of this machine into a graph; the InputError says that it does not.
    """
    try:
        name = load_record(path, limits=limits).get("text_file")
    except InputError as error:
        return error
    if name is None:
        return None
    text = path.parent / str(name)
    if text.is_file() and text.resolve().is_relative_to(path.parent.resolve()):
        return text
    remedy = "name a file in the same folder, or below it"
    return InputError(f'"text_file: {name}" is no file here', path, remedy=remedy)


def read_record(
    content: str, *layers: Metadata, limits: Limits, origin: Path | None, line: int | None = None
) -> Article:
    """Return the article of a JSON object with a "text" and the keys of the metadata. Raises InputError."""
    record = parse_record(content, origin, line=line)
    return read_fields(record, *layers, limits=limits, origin=origin, line=line)


def read_fields(
    record: Mapping[str, Any], *layers: Metadata, limits: Limits, origin: Path | None, line: int | None = None
) -> Article:
    """Return the article of a mapping with a "text" and the keys of the metadata. Raises InputError."""
    text = record.get("text")
    if not isinstance(text, str):
        reason = 'has no "text"' if text is None else f'"text" is {kind(text)}'
        raise InputError(reason, origin, line=line, remedy='give the article\'s text as "text"')
    written = parse_metadata(record, origin, line=line)
    return compose(text, *layers, written, limits=limits, origin=origin, line=line)


def read_lines(
    stream: BinaryIO,
    *layers: Metadata,
    limits: Limits,
    origin: Path | None,
    first: bytes = b"",
    part: slice = ALL,
) -> Iterator[Article | InputError]:
    """Yield the article of each line of JSON, or the error of that line; blank lines are passed over.

    One line is held in memory at a time. `first` is what was already read of the stream; `part` says which
    lines are parsed, counted from 0 without the blank ones.
    """
    for line, data in islice(_numbered_lines(stream, limits, first), part.start, part.stop):
        if data is None:
            yield too_large(origin, limits, line=line)
        else:
            yield attempt(partial(_read_line, data, *layers, limits=limits, origin=origin, line=line))


def read_lines_of(
    path: Path, *layers: Metadata, limits: Limits, part: slice = ALL
) -> Iterator[Article | InputError]:
    """Yield what `read_lines` does for a file, or the error that says why there is nothing in it."""
    try:
        with open_lines(path) as stream:
            lines = read_lines(stream, *layers, limits=limits, origin=path, part=part)
            yield next(lines, InputError("has no text", path, remedy="leave it out, or give it a text"))
            yield from lines
    except OSError as error:
        yield unreadable(path, error)


def open_lines(path: Path) -> BinaryIO:
    """Open a file of lines, compressed or not. Raises OSError, then or while it is read."""
    packed = PACKED.get(path.suffix.lower())
    if packed is None:
        return path.open("rb")
    import pyarrow  # noqa: PLC0415 (slow to load, and few files are compressed)

    return BufferedReader(pyarrow.input_stream(str(path), compression=packed))


def count_lines(path: Path, *, limits: Limits) -> int:
    """Return how many values `read_lines_of` will yield."""
    try:
        with open_lines(path) as stream:
            return max(1, sum(1 for _ in _numbered_lines(stream, limits, b"")))
    except OSError:
        return 1  # its error


def _read_line(data: bytes, *layers: Metadata, limits: Limits, origin: Path | None, line: int) -> Article:
    content = decode(data, origin, line=line)
    return read_record(content, *layers, limits=limits, origin=origin, line=line)


def _numbered_lines(stream: BinaryIO, limits: Limits, first: bytes) -> Iterator[tuple[int, bytes | None]]:
    # None stands for a line over the limit, which is read past in pieces. A blank line is none.
    pieces = chain([first] if first else [], iter(partial(stream.readline, limits.max_bytes + 1), b""))
    for line, data in enumerate(pieces, start=1):
        fits = len(data) <= limits.max_bytes
        piece = data
        while not fits and not piece.endswith(b"\n"):
            piece = next(pieces, b"\n")
        if data.strip():
            yield line, data if fits else None
