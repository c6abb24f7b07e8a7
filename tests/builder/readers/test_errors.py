"""Whatever cannot be read is one line that names it and the way out, and never stops the rest."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from builder.errors import InputError
from builder.model import Article
from builder.readers import Limits, Metadata, read, read_metadata

LIMITS = Limits(max_bytes=1_000, max_characters=500)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
ARTICLE_LINE = b'{"text": "Dawn."}\n'

# File, its bytes, and what its error must say after the file's path.
BAD_DOCUMENTS = {
    "empty": ("a.txt", b"", ": has no text; leave it out"),
    "white space": ("a.md", b" \r\n\t", ": has no text; leave it out"),
    "only a byte order mark": ("a.txt", b"\xef\xbb\xbf", ": has no text; leave it out"),
    "only front matter": ("a.txt", b"---\ntitle: A\n---\n", ": has no text; leave it out"),
    "empty html": ("a.html", b"", ": has no text; leave it out"),
    "empty json": ("a.json", b"", ": has no text; leave it out"),
    "empty jsonl": ("a.jsonl", b"\n\n", ": has no text; leave it out"),
    "binary with U+0000": ("a.txt", PNG, ": is binary; convert it to plain text"),
    "binary without U+0000": ("a.txt", b"\x1f\x8b\x08\x01\xff\xfe", ": is binary; convert it to plain text"),
    "binary html": ("a.html", PNG, ": is binary; convert it to plain text"),
    "latin-1": ("a.txt", b"Dawn.\nThe caf\xe9.", ":2: is not UTF-8 (byte 0xE9 at offset 13); convert it"),
    "iconv is named": ("a.txt", b"caf\xe9", "iconv -f WINDOWS-1252 -t UTF-8 '"),
    "utf-16": ("a.txt", "Dawn.".encode("utf-16"), ": is in UTF-16, not UTF-8; convert it"),
    "too large": ("a.txt", b"x" * 1_001, ": is larger than 1,000 bytes; split it"),
    "too large html": ("a.html", b"x" * 1_001, ": is larger than 1,000 bytes; split it"),
    "too long": ("a.txt", b"x" * 501, ": has a text of 501 characters, more than 500; split it"),
    "html without text": (
        "a.html",
        b"<html><body></body></html>",
        ": is HTML without the text of an article; save",
    ),
    "html with a menu only": (
        "a.html",
        b"<html><body><nav>Home</nav></body></html>",
        ": is HTML without the text of an article",
    ),
    "html of brackets": ("a.html", b"<div>" * 200, ": is HTML without the text of an article; save"),
    "bad yaml": (
        "a.txt",
        b"---\ntitle: A\nsource: b: c\n---\nDawn.",
        ":3: front matter is not valid YAML (mapping",
    ),
    "bad escape in yaml": (
        "a.txt",
        b'---\ntitle: "\\U7fffffff"\n---\nDawn.',
        ": front matter is not valid YAML",
    ),
    "control character in yaml": (
        "a.txt",
        b"---\ntitle: \x01\n---\nDawn.",
        ": front matter is not valid YAML",
    ),
    "brackets in yaml": (
        "a.txt",
        b"---\n" + b"[" * 900 + b"\n---\nDawn.",
        ": front matter is not valid YAML",
    ),
    "front matter is a list": (
        "a.txt",
        b"---\n- title\n---\nDawn.",
        ": its metadata is a list, not keys with values",
    ),
    "front matter is a text": (
        "a.txt",
        b"---\nDawn\n---\nDusk.",
        ": its metadata is a text, not keys with values",
    ),
    "front matter not closed": (
        "a.md",
        b"---\ntitle: A\nDawn.",
        ":1: front matter is not closed; put --- on a line",
    ),
    "title is a list": ("a.txt", b"---\ntitle: [A, B]\n---\nDawn.", ': "title" is a list; give one text'),
    "bad date": (
        "a.txt",
        b"---\npublished: 31/02/2020\n---\nDawn.",
        ': "published: 31/02/2020" is no date; write YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss',
    ),
    "day that is not": (
        "a.txt",
        b"---\npublished: 2020-02-31\n---\nDawn.",
        ': "published: 2020-02-31" is no date',
    ),
    "hour that is not": (
        "a.json",
        b'{"text": "A", "published": "2020-02-03T25:00"}',
        '25:00" is no date; write',
    ),
    "bad language": (
        "a.txt",
        b"---\nlanguage: en_GB\n---\nDawn.",
        ': "language: en_GB" is no language tag; write',
    ),
    "bad json": ("a.json", b'{\n"text": }', ":2: is not valid JSON (expecting value, column 9); correct it"),
    "json list": ("a.json", b"[1]", ": is a list, not a JSON object; write one object a file"),
    "json beyond bounds": ("a.json", b'{"a":' * 199, ": is"),
    "json without text": ("a.json", b'{"title": "A"}', ': has no "text"; give the article\'s text as "text"'),
    "json with a list of texts": ("a.json", b'{"text": ["A"]}', ': "text" is a list; give'),
    "half a surrogate pair": ("a.json", b'{"text": "\\ud800"}', ": has a character that no text can hold"),
    "U+0000 in a title": (
        "a.json",
        b'{"text": "A", "title": "\\u0000"}',
        ": has a character that no text can hold",
    ),
    "text file that is not there": (
        "a.json",
        b'{"text_file": "b.txt"}',
        ': "text_file: b.txt" is no file here; name',
    ),
    "text file outside": (
        "a.json",
        b'{"text_file": "/etc/passwd"}',
        ': "text_file: /etc/passwd" is no file here',
    ),
    "text file of another kind": (
        "a.json",
        b'{"text_file": "a.json"}',
        ': "text_file: a.json" is no text; name',
    ),
    "bad json line": ("a.jsonl", b"\n{", ":2: is not valid JSON (expecting property name"),
    "binary line": ("a.jsonl", b"\n\0", ":2: is binary; convert it"),
    "latin-1 line": ("a.jsonl", b'\n{"text": "caf\xe9"}', ":2: is not UTF-8 (byte 0xE9 at offset 13)"),
    "too large a line": ("a.jsonl", b"\n" + b"x" * 2_500, ":2: is larger than 1,000 bytes; split it"),
    "line without text": ("a.jsonl", b"\n{}", ':2: has no "text"; give'),
    "bad date in a line": (
        "a.jsonl",
        b'\n{"text": "A", "published": 5}',
        ':2: "published: 5" is no date; write',
    ),
    "unknown format": (
        "a.docx",
        b"Dawn.",
        ': ends in ".docx", no known format; documents end in .htm, .html',
    ),
    "no ending": ("article", b"Dawn.", ": has no known ending; documents end in .htm, .html"),
}
BAD_SIDECARS = {
    "bad json": (b"{", "a.json:1: is not valid JSON"),
    "no mapping": (b"[]", "a.json: is a list, not a JSON object"),
    "bad date": (b'{"published": "May"}', 'a.json: "published: May" is no date; write YYYY-MM-DD'),
    "empty": (b"", "a.json: has no text"),
}


def test_the_tables_are_whole():
    assert (len(BAD_DOCUMENTS), len(BAD_SIDECARS)) == (49, 4)


def check(error: Article | InputError, beginning: Path, part: str) -> None:
    assert isinstance(error, InputError)
    message = str(error)
    assert message.startswith(str(beginning))
    assert part in message
    assert "\n" not in message
    assert error.remedy


@pytest.mark.parametrize(("name", "data", "part"), BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_bad_document_is_one_line_and_the_next_is_read(tmp_path, name, data, part):
    path, good = tmp_path / name, tmp_path / "z.txt"
    path.write_bytes(data)
    good.write_text("Dusk.")
    error, article = read([path, good], limits=LIMITS)
    check(error, path, part)
    assert article == Article("Dusk.")


@pytest.mark.parametrize(("data", "part"), BAD_SIDECARS.values(), ids=BAD_SIDECARS)
def test_bad_sidecar_is_named(tmp_path, data, part):
    (tmp_path / "a.txt").write_text("Dawn.")
    (tmp_path / "a.json").write_bytes(data)
    (error,) = read([tmp_path])
    check(error, tmp_path, part)


def test_bad_file_of_an_option_is_raised(tmp_path):
    path = tmp_path / "m.json"
    with pytest.raises(InputError, match=r"m\.json: cannot be read \(no such file or directory\)"):
        read_metadata(path)


def test_front_matter_may_be_overridden_but_must_be_sound(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("---\npublished: May\n---\nDawn.")
    (error,) = read([path], overrides=Metadata(title="A"))
    check(error, path, "is no date")


def test_missing_path(tmp_path):
    (error,) = read([tmp_path / "a.txt"])
    check(error, tmp_path / "a.txt", ": is not there; check the path")


@pytest.mark.parametrize("target", ["b.txt", "a.txt"])
def test_link_that_leads_nowhere(tmp_path, target):
    (tmp_path / "a.txt").symlink_to(tmp_path / target)
    (error,) = read([tmp_path])
    check(error, tmp_path / "a.txt", ": is a link that leads nowhere; remove or correct it")


def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    (error,) = read([tmp_path / "a.txt"])
    check(error, tmp_path / "a.txt", ": is not a regular file; pipe it in")


@pytest.mark.parametrize("names", [[], ["a.png"], [".a.txt"]])
def test_folder_without_documents(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text("Dawn.")
    (error,) = read([tmp_path])
    check(error, tmp_path, ": holds no document; documents end in .htm")


@pytest.mark.parametrize(
    ("pattern", "part"),
    [("*.txt", ": matches no document; documents end in"), ("a**/b", ": is no pattern (")],
)
def test_pattern_without_documents(tmp_path, pattern, part):
    (tmp_path / "a.png").write_text("Dawn.")
    (error,) = read([tmp_path / pattern])
    check(error, tmp_path / pattern, part)


def test_name_that_no_system_takes(tmp_path):
    path = tmp_path / ("x" * 300 + ".txt")
    (error,) = read([path])
    check(error, path, ": cannot be read (file name too long); check the path")


@pytest.fixture
def public_folder():
    # Not tmp_path: the folders above it are closed to the user that the test becomes if it runs as root.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def unprivileged():
    nobody = 65534
    me = os.geteuid()
    if me == 0:
        os.seteuid(nobody)
    yield
    os.seteuid(me)


def forbid(path: Path) -> Path:
    path.chmod(0)
    return path


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.html"])
def test_file_that_may_not_be_read(public_folder, request, name):
    path = public_folder / name
    path.write_bytes(ARTICLE_LINE)
    forbid(path)
    request.getfixturevalue("unprivileged")
    (error,) = read([public_folder])
    check(error, path, ": cannot be read (permission denied); check the path and its permissions")


@pytest.mark.parametrize("mode", [0, stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH], ids=["closed", "list only"])
def test_folder_that_may_not_be_read_does_not_hide_the_next(public_folder, request, mode):
    (public_folder / "b").mkdir()
    (public_folder / "b" / "b.txt").write_text("Dawn.")
    (public_folder / "c.txt").write_text("Dusk.")
    (public_folder / "b").chmod(mode)
    request.getfixturevalue("unprivileged")
    error, article = read([public_folder])
    check(error, public_folder / "b", ": cannot be read (permission denied)")
    assert article == Article("Dusk.")


def test_path_below_a_closed_folder(public_folder, request):
    (public_folder / "b").mkdir()
    forbid(public_folder / "b")
    request.getfixturevalue("unprivileged")
    (error,) = read([public_folder / "b" / "a.txt"])
    check(error, public_folder / "b", ": cannot be read (permission denied)")


def test_error_lets_go_of_the_document(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    (error,) = read([tmp_path])
    assert isinstance(error, InputError)
    assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)


def test_large_jsonl_is_read_a_line_at_a_time(tmp_path):
    # More than one file may hold, but no line is.
    path = tmp_path / "a.jsonl"
    path.write_bytes(ARTICLE_LINE * 100)
    assert len(ARTICLE_LINE * 100) > LIMITS.max_bytes
    assert list(read([path], limits=LIMITS)) == [Article("Dawn.")] * 100
