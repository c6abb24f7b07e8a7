"""Standard input has no name, so that its format is seen in its first line."""

import json
import subprocess
import sys
from io import BytesIO

import pytest

from builder.errors import InputError
from builder.model import Article
from builder.readers import Limits, Metadata, read
from builder.readers.standard_input import read_standard_input

RECORD = {"title": "Shells fall", "text": "Dawn."}
PAGE = "<html><body><article><p>Shells fell at dawn.</p></article></body></html>"
ARTICLE = Article("Dawn.", title="Shells fall")


def read_stdin(data: bytes, **limits: int) -> list[Article | InputError]:
    return list(read_standard_input(BytesIO(data), Metadata(), limits=Limits(**limits)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("---\ntitle: Shells fall\n---\nDawn.", [ARTICLE]),
        ("Dawn.", [Article("Dawn.")]),
        ("[Wire] Dawn.\n<html>", [Article("[Wire] Dawn.\n<html>")]),
        (json.dumps(RECORD), [ARTICLE]),
        (json.dumps(RECORD) + "\n" + json.dumps(RECORD) + "\n", [ARTICLE, ARTICLE]),
        (json.dumps(RECORD, indent=2), [ARTICLE]),
        (PAGE, [Article("Shells fell at dawn.")]),
        ("\n  <!DOCTYPE html>" + PAGE, [Article("Shells fell at dawn.")]),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no mark", "byte order mark"])
def test_format_is_seen_in_the_first_line(content, expected, mark):
    found = read_stdin(mark + content.encode())
    assert found == expected
    assert all(item.origin is None for item in found)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "standard input: has no text; leave it out, or give it a text"),
        (b"caf\xe9", "standard input:1: is not UTF-8 (byte 0xE9 at offset 3)"),
        (b"GIF89a\0\0", "standard input: is binary"),
        (b"{\n", "standard input:2: is not valid JSON"),
        (b"Dawn. " * 20, "standard input: is larger than 100 bytes"),
        (b"Dawn.\n" * 20, "standard input: is larger than 100 bytes"),
        (b"<html></html>", "standard input: is HTML without the text of an article"),
    ],
)
def test_bad_input_is_one_error(data, message):
    (error,) = read_stdin(data, max_bytes=100)
    assert isinstance(error, InputError)
    assert str(error).startswith(message)


def test_each_bad_line_is_an_error_and_the_others_are_read():
    lines = [json.dumps(RECORD), "{}", json.dumps({"text": "x" * 100}), json.dumps(RECORD)]
    first, empty, long, last = read_stdin("\n".join(lines).encode(), max_bytes=100)
    assert first == last == ARTICLE
    assert (str(empty), str(long)) == (
        'standard input:2: has no "text"; give the article\'s text as "text"',
        "standard input:3: is larger than 100 bytes; split it, one article a line of a .jsonl file",
    )


def test_dash_is_standard_input():
    program = "from builder.readers import read; print([item.text for item in read(['-'])])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input="Dawn.\r\n", capture_output=True, text=True, check=True)
    assert done.stdout == "['Dawn.\\r\\n']\n"


def test_dash_among_files(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("Dusk.")
    with (tmp_path / "a.txt").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert [item.text for item in read(["-", tmp_path / "a.txt"])] == ["Dusk.", "Dusk."]
