"""Archives of web pages: each page is an article, the rest is passed over, and damage stops nothing."""

import gzip
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from builder.errors import InputError
from builder.model import Article
from builder.readers import Limits, Metadata, Source, count, count_documents, read, read_part

PAGE = """<!doctype html><html lang="en"><head><title>Shells</title>{head}</head><body>
<nav><a href="/">Front page</a></nav><article>
<p>{number} shells struck the café on Friday morning, the port authority said. Two dockers were hurt.</p>
<p>No group said that it had fired them. The army closed the coast road and searched the hills until dusk.</p>
</article></body></html>"""
DATED = '<meta property="article:published_time" content="2021-03-05">'
HTML = ("Content-Type", "text/html; charset=utf-8")


def page(number: str, head: str = DATED) -> bytes:
    return PAGE.format(number=number, head=head).encode()


class Archive:
    """Writes records one by one, and knows where each begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.begins: list[int] = []
        self._stream = path.open("wb")
        self._writer = WARCWriter(self._stream, gzip=path.suffix == ".gz")

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def add(
        self,
        body: bytes,
        *headers: tuple[str, str],
        status: str = "200 OK",
        kind: str = "response",
    ) -> None:
        self.begins.append(self._stream.tell())
        http = StatusAndHeaders(status, [*(headers or (HTML,))], protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            f"https://coast.example/{len(self.begins)}",
            kind,
            payload=BytesIO(body),
            length=len(body),
            http_headers=None if kind == "resource" else http,
            warc_headers_dict={"WARC-Date": "2021-03-06T08:00:00Z"},
        )
        self._writer.write_record(record)


@pytest.fixture(params=["a.warc", "a.warc.gz"])
def archive(request, tmp_path: Path) -> Archive:
    """Three pages."""
    with Archive(tmp_path / request.param) as made:
        for number in ("Two", "Three", "Four"):
            made.add(page(number))
    return made


def summary(path: Path, **options) -> list[tuple[int | None, str]]:
    """The number of each record, with the first word of its article or the reason why there is none."""
    return [
        (each.line, each.reason if isinstance(each, InputError) else each.text.partition(" ")[0])
        for each in read([path], **options)
    ]


def damage(archive: Archive, begin: int, with_bytes: bytes) -> None:
    content = bytearray(archive.path.read_bytes())
    content[begin : begin + len(with_bytes)] = with_bytes
    archive.path.write_bytes(content)


def test_each_page_is_an_article_with_its_address(archive: Archive):
    found = list(read([archive.path.parent], overrides=Metadata(publisher="Hill Wire")))
    assert [article.text.partition(" ")[0] for article in found] == ["Two", "Three", "Four"]
    first = found[0]
    assert isinstance(first, Article)
    assert (first.source, first.published) == ("https://coast.example/1", date(2021, 3, 5))
    assert (first.title, first.language, first.publisher) == ("Shells", "en", "Hill Wire")
    assert (first.origin, first.line) == (archive.path, 1)
    assert "Front page" not in first.text
    assert count([archive.path]) is None


@pytest.mark.parametrize(
    ("headers", "options"),
    [
        ([HTML], {"status": "404 Not Found"}),
        ([HTML], {"status": "301 Moved Permanently"}),
        ([("Content-Type", "application/pdf")], {}),
        ([("X-Nothing", "here")], {}),
        ([HTML], {"kind": "request", "status": "GET / HTTP/1.1"}),
        ([HTML], {"kind": "resource"}),
        ([HTML], {"kind": "revisit"}),
    ],
)
def test_what_is_no_page_is_passed_over(tmp_path: Path, headers: Sequence[tuple[str, str]], options):
    with Archive(tmp_path / "a.warc.gz") as made:
        made.add(page("Two"), *headers, **options)
        made.add(page("Three"), ("content-type", "Application/XHTML+xml"))
    assert summary(made.path) == [(2, "Three")]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(page("Two"), mtime=0)),
        ("GZip", gzip.compress(page("Two"), mtime=0)),
        ("br", pa.Codec("brotli").compress(page("Two"), asbytes=True)),
        ("zstd", pa.Codec("zstd").compress(page("Two"), asbytes=True)),
        ("gzip", page("Two")),  # as many archives keep it
    ],
)
def test_encodings_of_http_are_taken_off(tmp_path: Path, encoding: str, body: bytes):
    pieces = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    with Archive(tmp_path / "a.warc") as made:
        made.add(body, HTML, ("Content-Encoding", encoding))
        made.add(pieces, HTML, ("Content-Encoding", encoding), ("Transfer-Encoding", "chunked"))
    assert summary(made.path) == [(1, "Two"), (2, "Two")]


def test_what_is_too_large_is_not_unpacked_beyond_the_limit(tmp_path: Path):
    bomb = gzip.compress(bytes(5_000_000))
    with Archive(tmp_path / "a.warc.gz") as made:
        made.add(bomb, HTML, ("Content-Encoding", "gzip"))
        made.add(b"x" * 200_000)
        made.add(page("Two"))
    reason = "is larger than 100,000 bytes"
    assert summary(made.path, limits=Limits(max_bytes=100_000)) == [(1, reason), (2, reason), (3, "Two")]


def test_a_page_without_an_article_is_named_and_the_next_is_read(tmp_path: Path):
    with Archive(tmp_path / "a.warc") as made:
        made.add(b"<html><body><nav>Home</nav></body></html>")
        made.add(page("Two"))
    assert summary(made.path) == [(1, "is HTML without the text of an article"), (2, "Two")]


@pytest.mark.parametrize(
    ("name", "published"),
    [("a.warc.gz", None), ("CC-NEWS-2021-1.warc.gz", datetime(2021, 3, 6, 8, tzinfo=UTC))],
)
def test_the_day_of_the_fetch_counts_in_news_archives_alone(tmp_path: Path, name: str, published: object):
    with Archive(tmp_path / name) as made:
        made.add(page("Two", head=""))
        made.add(page("Three"))
    assert [article.published for article in read([made.path])] == [published, date(2021, 3, 5)]


def test_parts_are_the_whole(archive: Archive):
    damage(archive, archive.begins[1] + (30 if archive.path.suffix == ".gz" else 0), b"\xff" * 12)
    source, whole = Source(archive.path), [*map(str, read([archive.path]))]
    assert count_documents(source) == len(whole) == 3
    assert [str(each) for start in range(3) for each in read_part(source, start, start + 1)] == whole
    assert [*map(str, read_part(source, 1, 9))] == whole[1:]


def test_after_a_damaged_record_the_next_is_read(archive: Archive):
    is_packed = archive.path.suffix == ".gz"
    damage(archive, archive.begins[1] + (30 if is_packed else 0), b"\xff" * 12)
    first, broken, last = summary(archive.path)
    assert (first, last) == ((1, "Two"), (3, "Four"))
    assert (broken[0], broken[1].startswith("is a damaged record (")) == (2, True)


def test_a_damaged_beginning_is_named(archive: Archive):
    damage(archive, 0, b"\xff" * 30)
    broken, *rest = summary(archive.path)
    assert broken == (1, "is a damaged record (no record of WARC is at its beginning)")
    assert [word for _, word in rest] == ["Three", "Four"]


def test_an_archive_that_is_cut_short_gives_what_is_whole(archive: Archive):
    archive.path.write_bytes(archive.path.read_bytes()[:-300])
    assert summary(archive.path) == [(1, "Two"), (2, "Three"), (3, "is a damaged record (it ends too early)")]


@pytest.mark.parametrize("content", [b"", b"hello there\n" * 100], ids=["empty", "no archive"])
def test_what_is_no_archive_is_one_error(tmp_path: Path, content: bytes):
    (tmp_path / "a.warc.gz").write_bytes(content)
    assert summary(tmp_path) == [(1, "is a damaged record (no record of WARC is at its beginning)")]


def test_an_archive_that_was_compressed_whole_says_the_way_out(tmp_path: Path):
    with Archive(tmp_path / "a.warc") as made:
        made.add(page("Two"))
        made.add(page("Three"))
    whole = tmp_path / "b.warc.gz"
    whole.write_bytes(gzip.compress(made.path.read_bytes()))
    *_, error = read([whole])
    assert str(error).endswith(
        "; get the archive again; if it was compressed whole, run warcio recompress on it"
    )
