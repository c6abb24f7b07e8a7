"""What is written is read back, whatever the text."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import InputError
from builder.model import Article
from builder.readers import read
from builder.readers.plain import title_line

# Any text that a file can hold: no half of a surrogate pair, no U+0000, not blank.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)
titles = st.one_of(st.none(), texts.map(str.strip))
articles = st.builds(
    Article, text=texts, title=titles, published=st.one_of(st.none(), st.dates(), st.datetimes())
)


def round_trip(name: str, content: str) -> list[Article | InputError]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content.encode("utf-8"))
        return list(read([path]))


def record(article: Article, *, ascii_only: bool) -> str:
    published = article.published.isoformat() if article.published else None
    values = {"text": article.text, "title": article.title, "published": published}
    return json.dumps(values, ensure_ascii=ascii_only)


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@given(text=texts.filter(lambda text: not text.startswith(("---", "\ufeff"))))
def test_plain_text_round_trip(name, text):
    (article,) = round_trip(name, text)
    assert article.text == text


@given(text=texts, title=titles)
def test_text_after_front_matter_round_trip(text, title):
    escaped = "".join(f"\\U{ord(character):08x}" for character in title or "")
    (article,) = round_trip("a.txt", f'---\ntitle: "{escaped}"\n---\n{text}')
    assert article.text == text
    assert article.title == (title or title_line(text))


@given(found=st.lists(articles, min_size=1), ascii_only=st.booleans())
def test_jsonl_round_trip(found, ascii_only):
    content = "\n".join(record(article, ascii_only=ascii_only) for article in found)
    assert round_trip("a.jsonl", content) == found


@given(article=articles)
def test_json_round_trip(article):
    assert round_trip("a.json", record(article, ascii_only=False)) == [article]
    assert round_trip("a.json", record(replace(article, title=None), ascii_only=True)) == [
        replace(article, title=None)
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.json", "a.jsonl", "a.html"])
@given(data=st.binary(max_size=200))
def test_no_bytes_stop_a_build(name, data):
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        found = list(read([path]))
    assert found
    assert all(isinstance(item, Article | InputError) for item in found)
    assert all("\n" not in str(item) for item in found if isinstance(item, InputError))
