"""WARC: the web pages of an archive, such as those of CC-News, each record of a page an article."""

import re
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import datetime
from functools import partial
from io import SEEK_END, BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import attempt
from builder.readers.decoding import Limits, too_large, unreadable
from builder.readers.metadata import Metadata
from builder.readers.records import ALL
from builder.readers.webpage import read_webpage

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

PAGES = frozenset({"text/html", "application/xhtml+xml"})
START = b"WARC/"
# What a record may begin with: as it is, or compressed by gzip.
MARK = re.compile(START + rb"|\x1f\x8b\x08")
# Bytes that are searched at once for where the next record begins.
BLOCK = 1 << 20
# Of the encodings of HTTP those that pyarrow has, by its names. Pages that say "gzip" are often kept without.
ENCODINGS = {"gzip": "gzip", "x-gzip": "gzip", "br": "brotli", "zstd": "zstd"}
# CC-News fetches what feeds name within hours. Of other archives the day of a fetch says nothing of when an
# article was published, and no date is better than a wrong one.
NEWS = "CC-NEWS-"
REMEDY = "get the archive again; if it was compressed whole, run warcio recompress on it"

# A record with its number, or what is wrong there.
Numbered: TypeAlias = tuple[int, "ArcWarcRecord | str"]


def read_archive(
    path: Path, *layers: Metadata, limits: Limits, part: slice = ALL
) -> Iterator[Article | InputError]:
    """Yield the article of each page, or the error of its record; `line` is the number of the record.

    Pages are what a server answered with as HTML, status 200; all else is passed over. One record is in
    memory at a time. After a damaged one the next is looked for. `part` says which pages are read, counted
    from 0 with damaged records.
    """
    try:
        with path.open("rb") as stream:
            for number, record in islice(_documents(stream), part.start, part.stop):
                if isinstance(record, str):
                    yield InputError(f"is a damaged record ({record})", path, line=number, remedy=REMEDY)
                else:
                    page = partial(_read_page, record, *layers, limits=limits, origin=path, line=number)
                    yield attempt(page)
    except OSError as error:
        yield unreadable(path, error)


def count_pages(path: Path) -> int:
    """Return how many values `read_archive` will yield; no page is parsed for it."""
    try:
        with path.open("rb") as stream:
            return sum(1 for _ in _documents(stream))
    except OSError:
        return 1  # its error


def _documents(stream: BinaryIO) -> Iterator[Numbered]:
    """Give the records of pages, and what is wrong where a record is damaged."""
    return (each for each in _records(stream) if isinstance(each[1], str) or _is_page(each[1]))


def _records(stream: BinaryIO) -> Iterator[Numbered]:
    from warcio.archiveiterator import WARCIterator  # noqa: PLC0415 (few read archives)
    from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415

    size = stream.seek(0, SEEK_END)
    number, begin = 0, _next_start(stream, 0)
    if begin != 0:
        yield 1, "no record of WARC is at its beginning"
    while begin is not None:
        walk, last, trouble = WARCIterator(stream), begin, StringIO()
        try:
            # What warcio cannot unpack it says on standard error, and ends.
            while (record := _following(walk, trouble)) is not None:
                number, last = number + 1, walk.offset
                yield number, record if record.rec_type else "it has no WARC-Type"
        except (ArchiveLoadFailed, ValueError, zlib.error) as error:
            last, number = max(walk.offset, begin), number + 1
            yield number, _first_line(error)
        else:
            if not trouble.getvalue() and walk.offset >= size:
                return
            last, number = max(walk.offset, last), number + 1
            yield number, _first_line(trouble.getvalue() or "it ends too early")
        begin = _next_start(stream, last + 1)


def _following(walk: "Iterator[ArcWarcRecord]", trouble: StringIO) -> "ArcWarcRecord | None":
    with redirect_stderr(trouble):
        return next(walk, None)


def _first_line(said: object) -> str:
    return next((line.strip() for line in str(said).splitlines() if line.strip()), "unknown reason").lower()


def _next_start(stream: BinaryIO, begin: int) -> int | None:
    """Find where the next record begins, and go there."""
    stream.seek(begin)
    at, held = begin, b""
    while block := stream.read(BLOCK):
        held += block
        for mark in MARK.finditer(held):
            if _is_start(stream, at + mark.start()):
                stream.seek(at + mark.start())
                return at + mark.start()
        at, held = at + len(held) - len(START), held[-len(START) :]
        stream.seek(at + len(START))
    return None


def _is_start(stream: BinaryIO, place: int) -> bool:
    stream.seek(max(0, place - 1))
    before = stream.read(1) if place else b"\n"
    head = stream.read(1024)  # more than the head of gzip
    if head.startswith(START):
        return before == b"\n"
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, len(START)) == START
    except zlib.error:
        return False


def _is_page(record: "ArcWarcRecord") -> bool:
    headers = record.http_headers
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        return False
    kind = headers.get_header("Content-Type") or ""
    return kind.partition(";")[0].strip().lower() in PAGES


def _read_page(
    record: "ArcWarcRecord", *layers: Metadata, limits: Limits, origin: Path, line: int
) -> Article:
    address = record.rec_headers.get_header("WARC-Target-URI")
    told = Metadata(source=address.strip("<>") if address else None)
    fetched = Metadata(published=_fetched(record)) if origin.name.startswith(NEWS) else None
    data = _content(record, limits, origin, line)
    return read_webpage(data, *layers, told, limits=limits, origin=origin, line=line, fallback=fetched)


def _fetched(record: "ArcWarcRecord") -> datetime | None:
    said = record.rec_headers.get_header("WARC-Date")
    return datetime.fromisoformat(said) if said else None


def _content(record: "ArcWarcRecord", limits: Limits, origin: Path, line: int) -> bytes:
    """Give the bytes of a page without the encodings of HTTP. Raises InputError."""
    from warcio.bufferedreaders import ChunkedDataReader  # noqa: PLC0415 (few read archives)

    # What is over the limit is passed over by the iterator; nothing is unpacked beyond it.
    if record.raw_stream.limit > limits.max_bytes:
        raise too_large(origin, limits, line=line)
    data: bytes = record.raw_stream.read()
    if record.raw_stream.limit:
        raise InputError("is a damaged record (it ends too early)", origin, line=line, remedy=REMEDY)
    if (record.http_headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
        data = ChunkedDataReader(BytesIO(data)).read()
    found = _unpacked(data, (record.http_headers.get_header("Content-Encoding") or "").lower(), limits)
    if len(found) > limits.max_bytes:
        raise too_large(origin, limits, line=line)
    return found


def _unpacked(data: bytes, encoding: str, limits: Limits) -> bytes:
    import pyarrow  # noqa: PLC0415 (slow to load, and few read archives)

    if encoding not in ENCODINGS:
        return data
    try:
        with pyarrow.input_stream(pyarrow.BufferReader(data), compression=ENCODINGS[encoding]) as stream:
            found: bytes = stream.read(limits.max_bytes + 1)
    except OSError:
        return data  # it is kept without the encoding that its server named, or it is damaged: then no text
    return found
