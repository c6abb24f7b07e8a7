"""Standard input has no name to tell its format: its first line does."""

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import attempt
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
    """Yield the articles of a stream, or the errors that say why there are none.

    A first line in braces means one article a line, an opening brace one JSON object, an HTML tag a page,
    and anything else plain text.
    """
    first = stream.readline(limits.max_bytes + 1)
    start = first.removeprefix(UTF_8_MARK).strip()
    if start.startswith(b"{") and start.endswith(b"}"):
        yield from read_lines(stream, *layers, limits=limits, origin=None, first=first)
        return
    data = first + stream.read(limits.max_bytes + 1 - len(first))
    yield attempt(partial(_read_one, data, *layers, limits=limits))


def _read_one(data: bytes, *layers: Metadata, limits: Limits) -> Article:
    if len(data) > limits.max_bytes:
        raise too_large(None, limits)
    start = data.removeprefix(UTF_8_MARK).lstrip()[: max(map(len, HTML_STARTS))].lower()
    if start.startswith(HTML_STARTS):
        return read_webpage(data, *layers, limits=limits, origin=None)
    content = decode(data, None)
    if start.startswith(b"{"):
        return read_record(content, *layers, limits=limits, origin=None)
    return read_plain(content, *layers, limits=limits, origin=None)
