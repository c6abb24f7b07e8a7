"""Folders and patterns stand for their documents, each once, in a stable order."""

from pathlib import Path

import pytest

from builder.errors import InputError
from builder.readers import count, read

FILES = [
    ".hidden.txt",
    ".git/a.txt",
    "a.txt",
    "b/a.txt",
    "b/c/d.md",
    "b/picture.png",
    "c.jsonl",
    "d.json",
    "e.html",
    "z.txt",
    "z.json",
]
EXPECTED = ["a.txt", "b/a.txt", "b/c/d.md", "c.jsonl", "c.jsonl", "d.json", "e.html", "z.txt"]
RECORD = '{"text": "Dawn."}'


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"{RECORD}\n\n{RECORD}" if name == "c.jsonl" else RECORD if name == "d.json" else "{}"
        )
    (tmp_path / "e.html").write_text(
        "<html><body><article><p>Shells fell at dawn.</p></article></body></html>"
    )
    return tmp_path


def names(found, folder: Path) -> list[str]:
    return [str(item.origin.relative_to(folder)) for item in found if not isinstance(item, InputError)]


def test_folder_is_read_in_order_without_hidden_files_unknown_formats_and_sidecars(folder):
    found = list(read([folder]))
    assert names(found, folder) == EXPECTED
    assert len(found) == len(EXPECTED)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["a.txt", "z.txt"]),
        ("**/*.txt", ["a.txt", "b/a.txt", "z.txt"]),
        ("[az].*", ["a.txt", "z.txt"]),
        ("**/*", EXPECTED),
        ("*", EXPECTED),
        ("b*", ["b/a.txt", "b/c/d.md"]),
        (".git/*", [".git/a.txt"]),
    ],
)
def test_pattern_is_read_in_order(folder, pattern, expected):
    assert names(read([str(folder / pattern)]), folder) == expected


def test_relative_pattern_starts_in_the_working_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert [article.origin for article in read(["b/*.txt"])] == [Path("b/a.txt")]


def test_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    for name in ("[1].txt", "1.txt"):
        (tmp_path / name).write_text("Dawn.")
    assert names(read([tmp_path / "[1].txt"]), tmp_path) == ["[1].txt"]


def test_document_named_often_is_read_once(folder):
    paths = [folder / "z.json", folder / "z.txt", folder, folder / "a.txt", str(folder / "*.txt")]
    found = names(read(paths), folder)
    assert found[0] == "z.txt"
    assert sorted(found) == EXPECTED


def test_paths_keep_the_order_they_are_named_in(folder):
    assert names(read([folder / "z.txt", folder / "a.txt"]), folder) == ["z.txt", "a.txt"]


def test_link_to_a_folder_is_followed(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "linked").symlink_to(folder / "b")
    assert names(read([outside]), outside) == ["linked/a.txt", "linked/c/d.md"]


def test_link_that_leads_back_is_an_error_and_the_rest_is_read(folder):
    (folder / "b" / "loop").symlink_to(folder)
    (error,) = [item for item in read([folder]) if isinstance(item, InputError)]
    assert str(error) == f"{folder}/b/loop: leads back to a folder that holds it; remove the link"
    assert names(read([folder]), folder) == EXPECTED


def test_count_is_the_number_of_what_is_read(folder):
    (folder / "bad.jsonl").write_text("\n")
    (folder / "bad.json").write_text("{")
    (folder / "loop").symlink_to(folder)
    paths = [folder, folder / "missing.txt"]
    assert count(paths) == len(list(read(paths))) == len(EXPECTED) + 4


def test_count_is_unknown_with_standard_input(folder):
    assert count([folder, "-"]) is None


def test_nothing_is_read_before_it_is_asked_for(folder):
    articles = read([folder])
    next(articles)
    (folder / "z.txt").write_text("Written later.")
    assert [article.text for article in articles][-1] == "Written later."
