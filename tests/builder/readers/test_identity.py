"""The identity of a report is what it says, not where it was found."""

import json
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path

import pytest

from builder.model import Article
from builder.readers import content_hash, read

ARTICLE = Article(
    "Shells fell.",
    title="Shells",
    published=date(2021, 3, 5),
    publisher="Coast Wire",
    source="https://coast.example/1",
    language="en",
    identifier="1",
    origin=Path("a.txt"),
    line=3,
)
CHANGES = {
    "text": "Shells fell. ",
    "title": None,
    "published": datetime(2021, 3, 5),
    "publisher": "Hill Wire",
    "source": "https://coast.example/2",
    "language": "fr",
    "identifier": "2",
}


def test_every_field_of_identity_has_a_change():
    assert set(CHANGES) == {field.name for field in fields(Article)} - {"origin", "line"}


@pytest.mark.parametrize("field", CHANGES)
def test_hash_differs_when_a_field_differs(field):
    assert content_hash(replace(ARTICLE, **{field: CHANGES[field]})) != content_hash(ARTICLE)


def test_hash_does_not_tell_where_the_article_was_found():
    assert content_hash(replace(ARTICLE, origin=None, line=None)) == content_hash(ARTICLE)


def test_hash_does_not_take_one_field_for_another():
    assert content_hash(Article("A", publisher="B")) != content_hash(Article("A", source="B"))


def test_hash_is_the_same_in_every_format(tmp_path):
    keys = {"title": "Shells", "published": "2021-03-05", "id": "1"}
    front = "---\ntitle: Shells\npublished: 2021-03-05\nid: 1\n---\n"
    record = json.dumps({**keys, "text": ARTICLE.text})
    contents = {
        "a.txt": front + ARTICLE.text,
        "b.md": front + ARTICLE.text,
        "c.json": record,
        "d.jsonl": "\n" + record,
        "e.txt": ARTICLE.text,
        "e.json": json.dumps(keys),
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    articles = [article for article in read([tmp_path]) if isinstance(article, Article)]
    assert len(articles) == 5
    assert len({content_hash(article) for article in articles}) == 1
