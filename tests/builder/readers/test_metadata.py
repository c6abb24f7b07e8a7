"""Metadata is understood or refused by name, and documented."""

import re
from datetime import date
from pathlib import Path

import pytest

from builder.readers import Limits
from builder.readers.metadata import KEYS, Metadata, first_known, is_language_tag, kind
from builder.readers.sources import KNOWN

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "input.md"


@pytest.mark.parametrize(
    "tag",
    ["en", "en-GB", "EN-gb", "zh-Hant-TW", "sr-Latn", "es-419", "sl-rozaj-biske", "ar-x-dialect", "de-1996"],
)
def test_well_formed_language_tags(tag):
    assert is_language_tag(tag)


@pytest.mark.parametrize(
    "tag", ["", "e", "en_GB", "en-", "-en", "English language", "en GB", "1n", "én", "en\n"]
)
def test_other_words_are_no_language_tags(tag):
    assert not is_language_tag(tag)


def test_first_layer_that_knows_a_field_gives_it():
    published = date(2020, 1, 4)
    layers = Metadata(title="A"), Metadata(title="B", published=published), Metadata(language="fr")
    assert first_known(*layers) == Metadata(title="A", published=published, language="fr")
    assert first_known() == Metadata()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        (True, "true or false"),
        (1.5, "a number"),
        ("", "a text"),
        ([], "a list"),
        ({}, "a mapping"),
    ],
)
def test_kinds_have_names(value, words):
    assert kind(value) == words


def test_every_ending_and_key_and_no_other_is_documented():
    first_cells = re.findall(r"^\| (`.+?`) \|", DOCUMENTATION.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {word for cell in first_cells for word in re.findall(r"`(.+?)`", cell)}
    assert documented == {*KNOWN, *KEYS, "-"}


def test_limits_are_documented():
    text = DOCUMENTATION.read_text(encoding="utf-8")
    assert f"{Limits().max_bytes:,} bytes" in text
    assert f"{Limits().max_characters:,} characters" in text
