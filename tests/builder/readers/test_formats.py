"""Each format gives the article that is in it, and the text stays as it is."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from builder.errors import InputError
from builder.model import Article
from builder.readers import Metadata, read, read_bytes, read_metadata

TEXT = "Shells fell on the harbour.\n\n  Two dockers were hurt. \n"
FRONT_MATTER = """---
title: "Harbour: shells fall"
published: 2021-03-05
publisher: Coast Wire
source: https://coast.example/shells
language: en-GB
id: 0042
mood: grim
---
"""
METADATA = {
    "title": "Harbour: shells fall",
    "published": "2021-03-05",
    "publisher": "Coast Wire",
    "source": "https://coast.example/shells",
    "language": "en-GB",
    "id": "0042",
    "mood": "grim",
}
FULL = Article(
    TEXT,
    title="Harbour: shells fall",
    published=date(2021, 3, 5),
    publisher="Coast Wire",
    source="https://coast.example/shells",
    language="en-GB",
    identifier="0042",
)
PAGE = """<!doctype html><html lang="en_GB"><head>
<meta property="og:title" content="Shells fall on the harbour">
<meta property="og:site_name" content="Coast Wire">
<meta property="article:published_time" content="2021-03-05T10:00:00Z">
<link rel="canonical" href="https://coast.example/shells"></head><body>
<nav><a href="/">Front page</a> <a href="/w">World</a></nav><article>
<p>Four shells struck the café on Friday morning, the port authority said. Two dockers were hurt.
</p>
<p>No group said that it had fired them. The army closed the coast road and searched the hills until dusk.</p>
</article><footer>Cookie policy</footer></body></html>"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read_one(path: Path | str, **options) -> Article:
    (article,) = read([path], **options)
    assert isinstance(article, Article), str(article)
    return article


@pytest.mark.parametrize("name", ["a.txt", "a.text", "a.md", "a.markdown", "A.TXT"])
def test_text_with_front_matter_gives_all_metadata_and_the_body_as_it_stands(tmp_path, name):
    article = read_one(write(tmp_path, name, FRONT_MATTER + TEXT))
    assert article == FULL
    assert article.origin == tmp_path / name


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_sidecar_gives_metadata_and_is_no_document(tmp_path, name):
    write(tmp_path, name, PAGE if name.endswith("html") else TEXT)
    write(tmp_path, "a.json", json.dumps(METADATA))
    article = read_one(tmp_path)
    assert (article.title, article.published, article.identifier) == (
        FULL.title,
        FULL.published,
        FULL.identifier,
    )
    assert article.origin == tmp_path / name


def test_sidecar_goes_before_front_matter_and_overrides_before_both(tmp_path):
    path = write(tmp_path, "a.txt", FRONT_MATTER + TEXT)
    write(tmp_path, "a.json", json.dumps({"title": "Beside", "publisher": "Beside"}))
    article = read_one(path, overrides=Metadata(title="Over"))
    assert (article.title, article.publisher, article.language) == ("Over", "Beside", "en-GB")


def test_sidecar_may_name_its_text_file(tmp_path):
    write(tmp_path, "a.txt", TEXT)
    write(tmp_path, "b.json", json.dumps({**METADATA, "text_file": "a.txt"}))
    assert read_one(tmp_path) == FULL
    assert read_one(tmp_path / "b.json") == FULL


def test_lone_json_with_a_text_is_an_article(tmp_path):
    assert read_one(write(tmp_path, "a.json", json.dumps({**METADATA, "text": TEXT}))) == FULL


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_jsonl_gives_an_article_a_line_and_an_error_for_a_bad_one(tmp_path, name):
    good = json.dumps({**METADATA, "text": TEXT})
    path = write(tmp_path, name, f"{good}\n\n{{bad\n{good}")
    first, error, last = read([path])
    assert first == last == FULL
    assert (first.line, last.line) == (1, 4)
    assert isinstance(error, InputError)
    assert str(error).startswith(f"{path}:3: is not valid JSON")


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_webpage_gives_its_article_without_its_menus(tmp_path, encoding):
    page = PAGE.replace("<head>", f'<head><meta charset="{encoding}">')
    article = read_one(write(tmp_path, "a.html", page.encode(encoding)))
    assert "struck the café" in article.text
    assert "Front page" not in article.text
    assert "Cookie" not in article.text
    assert article == Article(
        article.text,
        title="Shells fall on the harbour",
        published=date(2021, 3, 5),
        publisher="Coast Wire",
        source="https://coast.example/shells",
        language="en-GB",
    )


def test_webpage_without_a_date_of_its_own_takes_none_from_what_it_tells(tmp_path):
    lines = [line for line in PAGE.splitlines() if "published_time" not in line]
    page = "\n".join(lines).replace("on Friday", "on 3 May 2019")
    assert "2019" in page
    assert read_one(write(tmp_path, "a.htm", page)).published is None


def test_plain_text_is_the_content_of_the_file_to_the_last_character(tmp_path):
    content = "\r\n Old line ends\r\nand a tab\t, a form feed\x0c, an accent é\r"
    assert read_one(write(tmp_path, "a.txt", content)).text == content


def test_byte_order_mark_is_no_part_of_the_text(tmp_path):
    assert read_one(write(tmp_path, "a.txt", b"\xef\xbb\xbf" + TEXT.encode())).text == TEXT
    assert read_one(write(tmp_path, "b.txt", b"\xef\xbb\xbf" + (FRONT_MATTER + TEXT).encode())) == FULL


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_body_after_front_matter_keeps_its_blank_lines_and_offsets(tmp_path, end):
    body = f"{end}{end}Dawn.{end}---{end}Dusk.{end}"
    content = f"---{end}title: A day{end}--- {end}{body}"
    article = read_one(write(tmp_path, "a.txt", content))
    assert (article.title, article.text) == ("A day", body)


def test_empty_front_matter_is_no_error(tmp_path):
    assert read_one(write(tmp_path, "a.txt", "---\n---\nDawn.")) == Article("Dawn.")


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.txt", "Shells fall\n\nThey fell at dawn.", "Shells fall"),
        ("a.txt", "\n  Shells fall \r\n\r\nThey fell at dawn.", "Shells fall"),
        ("a.txt", "Shells fall.\n\nThey fell at dawn.", None),
        ("a.txt", "“Shells fall.”\n\nThey fell at dawn.", None),
        ("a.txt", "Shells fall\nThey fell at dawn.", None),
        ("a.txt", "Shells fall\n\n", None),
        ("a.txt", "S" * 150 + "\n\nThey fell at dawn.", "S" * 150),
        ("a.txt", "S" * 151 + "\n\nThey fell at dawn.", None),
        ("a.md", "News\n\n# Shells fall #\r\n\nThey fell at dawn.\n# Later\n", "Shells fall"),
        ("a.md", "News\n\n## Shells fall\n\n#They fell at dawn.", None),
    ],
)
def test_title_is_found_in_the_text_which_stays_as_it_is(tmp_path, name, text, title):
    article = read_one(write(tmp_path, name, text))
    assert (article.title, article.text) == (title, text)


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("2020-01-04", date(2020, 1, 4)),
        ("2020-01-04T22:15:00Z", datetime(2020, 1, 4, 22, 15, tzinfo=UTC)),
        ("2020-01-04 22:15", datetime(2020, 1, 4, 22, 15)),
        ("", None),
    ],
)
def test_published_is_a_date_or_a_datetime_in_yaml_and_in_json(tmp_path, written, published):
    text = read_one(write(tmp_path, "a.txt", f"---\npublished: {written}\n---\nDawn."))
    record = read_one(write(tmp_path, "b.json", json.dumps({"text": "Dawn.", "published": written})))
    assert text.published == record.published == published
    assert type(text.published) is type(published)


def test_offset_of_published_is_kept(tmp_path):
    path = write(tmp_path, "a.txt", "---\npublished: 2020-01-04T22:15:00+03:00\n---\nDawn.")
    published = read_one(path).published
    assert published is not None
    assert published.isoformat() == "2020-01-04T22:15:00+03:00"


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path):
    path = write(tmp_path, "a.txt", "---\nlanguage: no\ntitle: 1984\nid: 010\nsource: null\n---\nDaggry.")
    article = read_one(path)
    assert (article.language, article.title, article.identifier) == ("no", "1984", "010")


def test_numbers_in_json_are_taken_as_words(tmp_path):
    assert read_one(write(tmp_path, "a.json", '{"text": "Dawn.", "id": 4711}')).identifier == "4711"


def test_read_metadata_reads_the_file_of_an_option(tmp_path):
    path = write(tmp_path, "m.json", json.dumps({"title": "Shells fall", "published": None}))
    assert read_metadata(path) == Metadata(title="Shells fall")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"{FRONT_MATTER}{TEXT}"),
        ("a.md", f"# Shells\n\n{TEXT}"),
        ("a.html", PAGE),
        ("a.json", json.dumps({"text": TEXT, **METADATA})),
        ("a.jsonl", "".join(f"{json.dumps({'text': text})}\n" for text in (TEXT, "Calm."))),
    ],
)
def test_bytes_are_read_as_the_file_would_be(tmp_path: Path, name: str, content: str):
    path = write(tmp_path, name, content)
    overrides = Metadata(publisher="Hill Wire")
    found = list(read_bytes(path.read_bytes(), suffix=path.suffix, overrides=overrides))
    assert found == list(read([path], overrides=overrides))
    assert all(isinstance(article, Article) for article in found)


def test_bytes_of_an_unknown_name_are_told_by_their_beginning():
    (page,) = read_bytes(PAGE.encode(), suffix=".php")
    assert "Front page" not in page.text
    (error,) = read_bytes(b"\x89PNG\0")
    assert isinstance(error, InputError)
