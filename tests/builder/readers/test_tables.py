"""Dumps of many articles: compressed lines and Parquet."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import InputError
from builder.model import Article
from builder.readers import Limits, Metadata, Source, count, count_documents, read, read_part

ROW = {
    "id": 42,
    "title": "Shells fall",
    "published": date(2021, 3, 5),
    "publisher": "Coast Wire",
    "source": "https://coast.example/shells",
    "language": "en-GB",
    "text": "Shells fell.",
    "mood": "grim",
}
ARTICLE = Article(
    "Shells fell.",
    title="Shells fall",
    published=date(2021, 3, 5),
    publisher="Coast Wire",
    source="https://coast.example/shells",
    language="en-GB",
    identifier="42",
)
LINES = b'{"text": "Dawn."}\n{"text": "Noon."}\n'
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)


def table(folder: Path, rows: list[dict[str, object]], **options) -> Path:
    path = folder / "a.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return path


def gzipped(data: bytes) -> bytes:
    # Without the time: what is compressed names cases, on which all processes that run them must agree.
    return gzip.compress(data, mtime=0)


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", gzipped(LINES)),
        ("a.NDJSON.GZ", gzipped(LINES)),
        ("a.jsonl.zst", zstd(LINES)),
        ("members.jsonl.gz", b"".join(map(gzipped, LINES.splitlines(keepends=True)))),
        ("frames.ndjson.zst", b"".join(map(zstd, LINES.splitlines(keepends=True)))),
    ],
)
def test_compressed_lines_are_read(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    assert list(read([tmp_path])) == [Article("Dawn."), Article("Noon.")]
    assert count([tmp_path]) == 2


@pytest.mark.parametrize("content", [gzipped(LINES)[:-9], b"plain", zstd(LINES)], ids=repr)
def test_what_is_damaged_is_one_error(tmp_path: Path, content: bytes):
    (tmp_path / "a.jsonl.gz").write_bytes(content)
    *_, error = read([tmp_path / "a.jsonl.gz"])
    assert isinstance(error, InputError)
    assert str(error).startswith(f"{tmp_path / 'a.jsonl.gz'}: cannot be read (")


def test_a_line_over_the_limit_is_passed_over_in_pieces(tmp_path: Path):
    long = json.dumps({"text": "x" * 5_000}).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(long + b"\n" + LINES))
    error, *rest = read([tmp_path], limits=Limits(max_bytes=1_000))
    assert str(error).startswith(f"{tmp_path / 'a.jsonl.gz'}:1: is larger than 1,000 bytes")
    assert rest == [Article("Dawn."), Article("Noon.")]


def test_columns_have_the_names_of_keys(tmp_path: Path):
    path = table(tmp_path, [ROW, {"text": "Calm."}])
    first, second = read([path], overrides=Metadata())
    assert (first, second) == (ARTICLE, Article("Calm."))
    assert (first.origin, first.line, second.line) == (path, 1, 2)
    assert count([path]) == 2


@pytest.mark.parametrize(
    ("column", "published"),
    [
        (pa.array(["2021-03-05"]), date(2021, 3, 5)),
        (pa.array(["2021-03-05"]).dictionary_encode(), date(2021, 3, 5)),
        (pa.array([date(2021, 3, 5)]), date(2021, 3, 5)),
        (pa.array([datetime(2021, 3, 5, 10)]), datetime(2021, 3, 5, 10)),
        (
            pa.array([1_614_938_400_000_000_001], pa.timestamp("ns", "UTC")),
            datetime(2021, 3, 5, 10, tzinfo=UTC),
        ),
    ],
    ids=["text", "dictionary", "date", "moment", "nanoseconds"],
)
def test_days_and_moments_are_understood(tmp_path: Path, column: pa.Array, published: date):
    pq.write_table(pa.table({"text": ["Dawn."], "published": column}), tmp_path / "a.parquet")
    assert [article.published for article in read([tmp_path])] == [published]


def test_texts_as_bytes_are_decoded(tmp_path: Path):
    path = table(tmp_path, [{"text": "The café.".encode()}, {"text": b"The caf\xe9."}])
    found, error = read([path])
    assert found == Article("The café.")
    assert str(error).startswith(f"{path}:2: is not UTF-8")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": None}, ': has no "text"'),
        ({"text": " "}, ": has no text"),
        ({"text": "x" * 501}, ": has a text of 501 characters, more than 500"),
        ({"text": "Dawn.", "published": "5 March"}, ': "published: 5 March" is no date'),
    ],
)
def test_a_bad_row_is_one_error_and_the_next_is_read(tmp_path: Path, row: dict[str, object], said: str):
    path = table(tmp_path, [{"text": "Dawn.", "published": None}, row, {"text": "Noon."}])
    first, error, last = read([path], limits=Limits(max_characters=500))
    assert (first, last) == (Article("Dawn."), Article("Noon."))
    assert isinstance(error, InputError)
    assert str(error).startswith(f"{path}:2{said}")


def test_a_table_without_texts_is_one_error(tmp_path: Path):
    (error,) = read([table(tmp_path, [{"body": "Dawn."}])])
    assert str(error).startswith(f'{tmp_path / "a.parquet"}: has no column "text"; ')
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "a.parquet")
    (error,) = read([tmp_path])
    assert str(error).endswith(": has no text; leave it out, or give it a text")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    (error,) = read([tmp_path])
    assert "a.parquet: cannot be read as Parquet (" in str(error)
    assert count([tmp_path]) == 1


def test_of_a_damaged_group_the_rest_is_one_error_and_the_next_is_read(tmp_path: Path):
    rows = [{"text": f"{number} shells fell."} for number in range(60)]
    path = table(tmp_path, rows, row_group_size=20, compression="gzip", use_dictionary=False)
    second = pq.ParquetFile(path).metadata.row_group(1).column(0)
    content = bytearray(path.read_bytes())
    middle = second.data_page_offset + second.total_compressed_size // 2
    content[middle : middle + 20] = bytes(20)
    path.write_bytes(content)
    found = list(read([path]))
    errors = [each for each in found if isinstance(each, InputError)]
    assert [each.line for each in found] == [*range(1, 21), 21, *range(41, 61)]
    assert [str(error).startswith(f"{path}:21: its group of rows is damaged") for error in errors] == [True]


@given(start=st.integers(0, 12), length=st.integers(0, 12), size=st.integers(1, 12))
def test_parts_are_the_whole(tmp_path_factory: pytest.TempPathFactory, start: int, length: int, size: int):
    rows = [{"text": f"{number} shells fell."} for number in range(10)]
    source = Source(table(tmp_path_factory.mktemp("parts"), rows, row_group_size=size))
    assert source.path is not None
    assert count_documents(source) == 10
    assert list(read_part(source, start, start + length)) == list(read([source.path]))[start : start + length]


@given(found=st.lists(st.builds(Article, text=texts, published=st.none() | st.dates()), min_size=1))
def test_parquet_round_trip(found: list[Article], tmp_path_factory: pytest.TempPathFactory):
    rows = [{"text": article.text, "published": article.published} for article in found]
    assert list(read([table(tmp_path_factory.mktemp("table"), rows)])) == found
