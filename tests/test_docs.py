"""The documents keep their promises: links lead somewhere, commands parse, the README's answer is the answer.

When what is read from the seeds changes, write the README's answer anew, and read the difference:

    POLEMOS_WRITE_EXPECTED=1 python -m pytest tests/test_docs.py
"""

import doctest
import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from pyoxigraph import Literal, Store

import ontology
from builder import store as stores
from builder.build import build
from builder.cli import polemos
from builder.extraction import Pipeline

if TYPE_CHECKING:
    from spacy.language import Language

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
WRITE = "POLEMOS_WRITE_EXPECTED" in os.environ
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "node_modules" for part in page.relative_to(ROOT).parts)
)

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^|[|\s/])polemos [a-z]", re.MULTILINE)
MAKE = re.compile(r"\bmake ([a-z]+)\b")
# The query, and the table that follows it.
ANSWERED = re.compile(r"```sparql\n(?P<query>.+?)```\n\n(?P<table>(?:\|[^\n]*\n)+)", re.DOTALL)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code(page: Path) -> Iterator[str]:
    """Give the blocks and the spans of a page that are code."""
    text = page.read_text(encoding="utf-8")
    yield from (block[2] for block in BLOCK.finditer(text))
    yield from SPAN.findall(BLOCK.sub("", text))


def commands(script: str) -> Iterator[list[str]]:
    """Give the words of each command of a script that starts `polemos`."""
    joined = re.sub(r"^\s*#.*$", "", script, flags=re.MULTILINE).replace("\\\n", " ")
    lexer = shlex.shlex(joined, posix=True, punctuation_chars="|&;<>()\n")
    lexer.whitespace = " \t"
    lexer.commenters = ""
    words: list[str] = []
    for token in (*lexer, "\n"):
        if set(token) <= set("|&;<>()\n"):
            if words and Path(words[0]).name == "polemos":
                yield words[1:]
            words = []
        else:
            words.append(token)


def without_comment(words: list[str]) -> list[str]:
    return words[: words.index("#")] if "#" in words else words


def problem(words: list[str]) -> str | None:
    """Say what is wrong with the words after `polemos`: an unknown command, an unknown option or choice."""
    command = polemos.commands.get(words[0])
    if command is None:
        return f"no command {words[0]}"
    with click.Context(command, info_name=words[0]) as context:
        try:
            values, _, _ = command.make_parser(context).parse_args(words[1:])
            for option in command.params:
                if option.name in values and isinstance(option.type, click.Choice):
                    option.type.convert(values[option.name], option, context)
        except click.UsageError as error:
            return error.format_message()
    return None


COMMANDS = [
    (name(page), without_comment(words))
    for page in PAGES
    for script in code(page)
    if COMMAND.search(script)
    for words in commands(script)
]
LINKS = [
    (page, target)
    for page in PAGES
    for target in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))
    if "://" not in target
]


def test_enough_is_found_to_be_checked():
    assert len(PAGES) >= 10
    assert len(COMMANDS) >= 15
    assert len(LINKS) >= 15


@pytest.mark.parametrize(("page", "words"), COMMANDS, ids=[shlex.join(words) for _, words in COMMANDS])
def test_a_command_that_is_shown_parses(page: str, words: list[str]):
    assert problem(words) is None, page


@pytest.mark.parametrize(
    "shown",
    [
        "polemos bild seeds --store s",
        "polemos build seeds --shop s",
        "cat a | .venv/bin/polemos extract - --format docx",
        "polemos query \\\n --store",
    ],
)
def test_a_wrong_command_is_found(shown: str):
    (words,) = commands(shown)
    assert problem(words) is not None


@pytest.mark.parametrize(("page", "target"), LINKS, ids=[f"{name(page)}-{target}" for page, target in LINKS])
def test_a_link_leads_somewhere(page: Path, target: str):
    path, _, heading = target.partition("#")
    linked = page.parent / path if path else page
    assert linked.exists()
    assert not heading or heading in slugs(linked)


def slugs(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as code forges make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [README, ROOT / "CONTRIBUTING.md"], ids=name)
def test_make_knows_each_target_that_is_shown(page: Path):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    shown = {target for script in code(page) for target in MAKE.findall(script)}
    assert shown
    assert shown <= set(targets)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")], ids=name
)
def test_python_that_is_shown_gives_what_is_shown(page: Path):
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried > 0


def test_each_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    named += project["project"]["optional-dependencies"]["training"]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \|", page.partition("## What we wrote")[0], re.MULTILINE)
    explained = {package for row in rows for package in SPAN.findall(row)}
    npm = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    in_browser = {*npm["dependencies"], *npm["devDependencies"]}
    assert explained == {re.split(r"[<>=~!\[]", requirement)[0] for requirement in named} | in_browser


def test_the_lock_names_no_host():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock


def test_the_tree_is_as_it_is_described():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    described = {
        path.rstrip("/") for path in re.findall(r"`((?:builder|ontology|server|tests|docs)/[^`]*)`", page)
    }
    assert [path for path in sorted(described) if not (ROOT / path).exists()] == []
    rooms = [
        path for path in (ROOT / "builder").iterdir() if path.suffix in ("", ".py") and path.name[0] != "_"
    ]
    assert len(rooms) > 15
    assert [name(path) for path in sorted(rooms) if name(path) not in described] == []


def test_the_pipeline_is_as_it_is_described(nlp: "Language"):
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(polemos_\w+)` \|", page, re.MULTILINE)
    assert described == [pipe for pipe in nlp.pipe_names if pipe.startswith("polemos_")]


def test_the_changelog_tells_of_this_version():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert version("polemos") in headings


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, nlp: "Language") -> Store:
    """The snapshot that `make run` serves."""
    path = tmp_path_factory.mktemp("docs") / "store"
    with stores.Store.open(path, create=True) as store:
        summary = build(sorted((ROOT / "seeds").glob("[0-9]*.md")), store, Pipeline(nlp))
    assert (summary.built, summary.failures) == (13, ())
    return stores.open_snapshot(path)


def test_the_answer_of_the_readme_is_the_answer(graph: Store):
    text = README.read_text(encoding="utf-8")
    shown = ANSWERED.search(text)
    assert shown is not None
    table = answer(graph, shown["query"])
    if WRITE:
        README.write_text(text.replace(shown["table"], table), encoding="utf-8")
        return
    assert len(table.splitlines()) > 2, "a query without an answer shows nothing"
    assert shown["table"] == table


def answer(graph: Store, query: str) -> str:
    """Lay out the rows of a query as a table of Markdown; IRIs are shortened by the ontology's prefixes."""
    solutions = stores.run_query(graph, query)
    head = [variable.value for variable in solutions.variables]
    rows = [[cell(value) for value in row] for row in solutions]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ["---"] * len(head), *rows))


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Literal):
        return " ".join(value.value.split()).replace("|", r"\|")
    iri = str(value).strip("<>")
    return next(
        (f"{prefix}:{iri.removeprefix(full)}" for prefix, full in ontology.PREFIXES.items() if full in iri),
        iri,
    )
