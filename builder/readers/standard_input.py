"""Standard input has no name to tell its format: its first line that is not blank does."""

from collections.abc import Iterator
from typing import BinaryIO

from builder.errors import InputError
from builder.model import Article
from builder.readers.decoding import Limits, decode, too_large
from builder.readers.metadata import Metadata
from builder.readers.plain import read_plain
from builder.readers.records import read_lines, read_record
from builder.readers.webpage import read_webpage

UTF_8_MARK = b"\xef\xbb\xbf"
HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<!--")


def read_standard_input(
    stream: BinaryIO, *layers: Metadata, limits: Limits
) -> Iterator[Article | InputError]:
    """Yield the articles of a stream, and errors for those lines of JSON that hold none.

    A first line in braces means one article a line, an opening brace one JSON object, an HTML tag a page, and
    anything else plain text. Raises InputError if the stream as a whole cannot be read.
    """
    first = stream.readline(limits.max_bytes + 1)
    start = first.removeprefix(UTF_8_MARK).strip().lower()
    if start.startswith(b"{") and start.endswith(b"}"):
        yield from read_lines(stream, *layers, limits=limits, origin=None, first=first)
        return
    data = first + stream.read(limits.max_bytes + 1 - len(first))
    if len(data) > limits.max_bytes:
        raise too_large(None, limits)
    yield _read_one(data, *layers, limits=limits)


def _read_one(data: bytes, *layers: Metadata, limits: Limits) -> Article:
    start = data.removeprefix(UTF_8_MARK).lstrip()[:20].lower()
    if not start:
        raise InputError("is empty", remedy="pipe a document in")
    if start.startswith(HTML_STARTS):
        return read_webpage(data, *layers, limits=limits, origin=None)
    content = decode(data, None)
    if start.startswith(b"{"):
        return read_record(content, *layers, limits=limits, origin=None)
    return read_plain(content, *layers, limits=limits, origin=None)
