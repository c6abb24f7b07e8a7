"""From files, folders and standard input to articles.

`read` yields what it finds in a stable order: an Article, or an InputError for each document that cannot be read, so
that one bad document never stops a build.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import content_hash
from builder.readers.decoding import Limits, decode, load
from builder.readers.metadata import Metadata, parse_metadata, parse_published
from builder.readers.plain import read_plain
from builder.readers.records import load_record, read_lines_of, read_metadata, read_record
from builder.readers.sources import LINES, MARKDOWN, RECORD, WEBPAGE, Source, find_sources
from builder.readers.standard_input import read_standard_input
from builder.readers.webpage import read_webpage

__all__ = ["Limits", "Metadata", "content_hash", "count", "parse_published", "read", "read_metadata"]


def read(
    paths: Iterable[Path | str], *, limits: Limits | None = None, overrides: Metadata | None = None
) -> Iterator[Article | InputError]:
    """Yield the article of each document, or the InputError that says why it has none.

    `paths` are files, folders, patterns, or "-" for standard input. `overrides` go before what the documents say of
    themselves. Raises nothing for a bad document.
    """
    for source in find_sources(paths):
        if isinstance(source, InputError):
            yield source
        else:
            yield from _read_safely(source, limits or Limits(), overrides or Metadata())


def count(paths: Iterable[Path | str]) -> int | None:
    """Return about how many values `read` will yield, for a progress bar; None if standard input is among them.

    No document is parsed: the lines of JSONL files are counted, blank ones too.
    """
    sources = list(find_sources(paths))
    if any(isinstance(source, Source) and source.path is None for source in sources):
        return None
    return sum(_count_documents(source) for source in sources)


def _read_safely(source: Source, limits: Limits, overrides: Metadata) -> Iterator[Article | InputError]:
    try:
        yield from _read_source(source, limits, overrides)
    except InputError as error:
        yield error


def _read_source(source: Source, limits: Limits, overrides: Metadata) -> Iterator[Article | InputError]:
    path = source.path
    if path is None:
        yield from read_standard_input(sys.stdin.buffer, overrides, limits=limits)
    elif path.suffix.lower() in LINES:
        yield from read_lines_of(path, overrides, limits=limits)
    else:
        yield _read_document(path, source.sidecar, limits, overrides)


def _read_document(path: Path, sidecar: Path | None, limits: Limits, overrides: Metadata) -> Article:
    beside = Metadata() if sidecar is None else parse_metadata(load_record(sidecar, limits=limits), sidecar)
    data = load(path, limits)
    if not data.strip():
        raise InputError("is empty", path, remedy="leave it out")
    suffix = path.suffix.lower()
    if suffix in WEBPAGE:
        return read_webpage(data, overrides, beside, limits=limits, origin=path)
    content = decode(data, path)
    if suffix in RECORD:
        return read_record(content, overrides, limits=limits, origin=path)
    return read_plain(content, overrides, beside, limits=limits, origin=path, markdown=suffix in MARKDOWN)


def _count_documents(source: Source | InputError) -> int:
    if isinstance(source, InputError) or source.path is None or source.path.suffix.lower() not in LINES:
        return 1
    with source.path.open("rb") as stream:
        return sum(1 for _ in stream)
