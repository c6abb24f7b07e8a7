"""From files, folders and standard input to articles.

`read` yields what it finds in a stable order: an Article, or an InputError for each document that
cannot be read, so that one bad document never stops a build.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import attempt, content_hash
from builder.readers.decoding import Limits, decode, load
from builder.readers.metadata import Metadata, parse_metadata, parse_published
from builder.readers.plain import read_plain
from builder.readers.records import (
    ALL,
    count_lines,
    load_record,
    read_lines,
    read_lines_of,
    read_metadata,
    read_record,
)
from builder.readers.sources import (
    ARCHIVE,
    LINES,
    MANY_LINES,
    MARKDOWN,
    ONE_DOCUMENT,
    RECORD,
    TABLE,
    WEBPAGE,
    Source,
    ending,
    find_sources,
)
from builder.readers.standard_input import read_standard_input
from builder.readers.tables import count_rows, read_rows
from builder.readers.webarchive import count_pages, read_archive
from builder.readers.webpage import read_webpage

__all__ = [
    "Limits",
    "Metadata",
    "Source",
    "Unchanged",
    "content_hash",
    "count",
    "count_documents",
    "find_sources",
    "parse_published",
    "read",
    "read_bytes",
    "read_changed",
    "read_metadata",
    "read_part",
]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A document that was not read, since it is known to be as it was."""

    path: Path


def read(
    paths: Iterable[Path | str], *, limits: Limits | None = None, overrides: Metadata | None = None
) -> Iterator[Article | InputError]:
    """Yield the article of each document, or the InputError that says why it has none.

    `paths` are files, folders, patterns, or "-" for standard input; a document is read once, however
    often it is named. `overrides` go before what the documents say of themselves.
    """
    for document in read_changed(paths, lambda _: False, limits=limits, overrides=overrides):
        if not isinstance(document, Unchanged):
            yield document


def read_changed(
    paths: Iterable[Path | str],
    is_known: Callable[[Source], bool],
    *,
    limits: Limits | None = None,
    overrides: Metadata | None = None,
) -> Iterator[Article | InputError | Unchanged]:
    """Do what `read` does, but leave files of one document closed that are known to be as they were.

    `is_known` is asked right before such a file is opened.
    """
    bounds = limits or Limits()
    for source in find_sources(paths, limits=bounds):
        if isinstance(source, InputError):
            yield source
        elif source.path is not None and source.is_one_document and is_known(source):
            yield Unchanged(source.path)
        else:
            yield from _read_source(source, overrides or Metadata(), limits=bounds)


def read_bytes(
    data: bytes, *, suffix: str = "", limits: Limits | None = None, overrides: Metadata | None = None
) -> Iterator[Article | InputError]:
    r"""Yield what `read` does of a document that is no file here, such as an upload.

    `suffix` is that of the name that it had elsewhere; without one that is known the first line tells the
    format, as on standard input.

    >>> [article.title for article in read_bytes(b"# Calm\n\nIt was calm.", suffix=".md")]
    ['Calm']
    """
    bounds, told = limits or Limits(), overrides or Metadata()
    if suffix in LINES:
        return read_lines(BytesIO(data), told, limits=bounds, origin=None)
    if suffix in ONE_DOCUMENT:
        return iter((attempt(partial(_parse, data, suffix, told, limits=bounds, origin=None)),))
    return read_standard_input(BytesIO(data), told, limits=bounds)


def count(paths: Iterable[Path | str], *, limits: Limits | None = None) -> int | None:
    """Return how many values `read` will yield, for a progress bar.

    None if standard input is among them, or an archive, which would have to be read whole. No document is
    parsed: the lines of JSONL files are counted, and other files are not opened, but for the ends of tables
    and those .json files that may be the metadata of another.
    """
    bounds = limits or Limits()
    sources = find_sources(paths, limits=bounds)
    found = [source.path for source in sources if isinstance(source, Source)]
    if any(path is None or ending(path) in ARCHIVE for path in found):
        return None
    return sum(count_documents(source, limits=bounds) for source in sources)


def count_documents(source: Source | InputError, *, limits: Limits | None = None) -> int:
    """Return how many values `read` yields for one of the sources; for an error that is itself."""
    path = source.path if isinstance(source, Source) else None
    if path is None or (end := ending(path)) in ONE_DOCUMENT:
        return 1
    if end in MANY_LINES:
        return count_lines(path, limits=limits or Limits())
    return count_rows(path) if end in TABLE else count_pages(path)


def read_part(
    source: Source, start: int, stop: int, *, limits: Limits | None = None
) -> Iterator[Article | InputError]:
    """Yield what `read` does for some documents of a source: from number `start`, below `stop`, from 0.

    Those before the first are passed over without being parsed.
    """
    return _read_source(source, Metadata(), limits=limits or Limits(), part=slice(start, stop))


def _read_source(
    source: Source, overrides: Metadata, *, limits: Limits, part: slice = ALL
) -> Iterator[Article | InputError]:
    path = source.path
    if path is None:
        yield from read_standard_input(sys.stdin.buffer, overrides, limits=limits)
    elif (end := ending(path)) in MANY_LINES:
        yield from read_lines_of(path, overrides, limits=limits, part=part)
    elif end in TABLE:
        yield from read_rows(path, overrides, limits=limits, part=part)
    elif end in ARCHIVE:
        yield from read_archive(path, overrides, limits=limits, part=part)
    else:
        yield attempt(partial(_read_document, path, source.sidecar, overrides, limits=limits))


def _read_document(path: Path, sidecar: Path | None, overrides: Metadata, *, limits: Limits) -> Article:
    data = load(path, limits)
    beside = Metadata() if sidecar is None else parse_metadata(load_record(sidecar, limits=limits), sidecar)
    # A record has all of its metadata in it, and no file of them beside it.
    return _parse(data, path.suffix.lower(), overrides, beside, limits=limits, origin=path)


def _parse(data: bytes, suffix: str, *layers: Metadata, limits: Limits, origin: Path | None) -> Article:
    if suffix in WEBPAGE:
        return read_webpage(data, *layers, limits=limits, origin=origin)
    content = decode(data, origin)
    if suffix in RECORD:
        return read_record(content, *layers, limits=limits, origin=origin)
    return read_plain(content, *layers, limits=limits, origin=origin, markdown=suffix in MARKDOWN)
