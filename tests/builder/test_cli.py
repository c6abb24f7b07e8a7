"""Tests of the command line, with the real pipeline and a real store."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from builder import cli, settings
from builder.cli import COMMANDS, polemos
from builder.rdf import FORMATS
from builder.store import Store, open_snapshot

COMMAND = [sys.executable, "-c", "from builder.cli import main; main()"]
TEXT = "A car bomb killed 12 people in Kirkuk on Tuesday, police said.\n"
GOOD = f"---\ntitle: Bomb\npublished: 2024-01-24\n---\n{TEXT}"
# Documents that cannot be read: name, content, and words that the one line about each must hold.
BAD: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty.txt": (b"", ("has no text", "leave it out")),
    "blank.txt": (b" \n\n ", ("has no text", "leave it out")),
    "binary.txt": (b"\x7fELF\x00\x01\x02" * 50, ("binary",)),
    "latin1.txt": ("Ein Anschlag in Tübingen, hieß es.".encode("latin-1"), ("UTF-8", "iconv")),
    "large.txt": (b"word " * 10_000_000, ("is larger than 10,000,000 bytes", "split")),
    "picture.html": (
        b"<html><body><img src='a.png'></body></html>",
        ("without the text of an article", "save"),
    ),
    "front.md": (b"---\ntitle: [a\n---\nText.\n", ("front matter",)),
    "date.md": (b"---\npublished: 31/02/2020\n---\nText.\n", ("31/02/2020", "YYYY-MM-DD")),
    "lines.jsonl": (b'{"text": "x"\n', ("JSON",)),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run of the command gave."""

    status: int
    out: str
    err: str


Run = Callable[..., Answer]


def started(*arguments: str | Path, **more) -> "subprocess.Popen[str]":
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


def ran(*arguments: str | Path, stdin: str = "") -> Answer:
    process = started(*arguments)
    out, err = process.communicate(stdin, timeout=120)
    return Answer(process.returncode, out, err)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A store built of a good document and every bad one, and what the build said."""
    folder = tmp_path_factory.mktemp("build")
    (folder / "news").mkdir()
    (folder / "news" / "good.md").write_text(GOOD)
    for name, (content, _) in BAD.items():
        (folder / "news" / name).write_bytes(content)
    answer = ran("build", folder / "news", folder / "missing.txt", "--store", folder / "store")
    return folder / "store", answer


@pytest.fixture(scope="module")
def store_path(built: tuple[Path, Answer]) -> Path:
    return built[0]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs the command in this process, which is quicker."""

    def run(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["polemos", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfdbinary.readouterr()
        return Answer(int(ended.value.code or 0), out.decode(), err.decode())

    return run


def lines_about(name: str, err: str) -> list[str]:
    return [line for line in err.splitlines() if f"{name}:" in line]


# Build


@pytest.mark.parametrize("name", [*BAD, "missing.txt"])
def test_build_names_each_bad_document_in_one_line(built: tuple[Path, Answer], name: str) -> None:
    (line,) = lines_about(name, built[1].err)
    assert line.startswith("polemos: error: ")
    for words in BAD.get(name, (b"", ("is not there", "check the path")))[1]:
        assert words in line


def test_build_builds_the_others_and_says_so_by_its_status(built: tuple[Path, Answer]) -> None:
    path, answer = built
    assert answer.status == 1
    assert len(answer.err.splitlines()) == len(BAD) + 1
    assert f"{len(BAD) + 2} documents: built 1, unchanged 0, failed {len(BAD) + 1};" in answer.out
    assert bool(open_snapshot(path).query("ASK { GRAPH ?r { ?r <http://purl.org/dc/terms/title> 'Bomb' } }"))


def test_build_of_good_documents_ends_well_and_quietly(tmp_path: Path) -> None:
    answer = ran("build", "-", "--store", tmp_path / "store", stdin=GOOD)
    assert (answer.status, answer.err) == (0, "")
    again = ran("build", "-", "--store", tmp_path / "store", stdin=GOOD)
    assert "built 0, unchanged 1, failed 0" in again.out


def make_others(path: Path) -> None:
    path.mkdir()
    (path / "thesis.doc").write_text("years of work")


@pytest.mark.parametrize(
    ("arguments", "make", "says"),
    [
        (("--spacy-model", "no_such_model"), None, "'no_such_model' is not installed"),
        ((), make_others, "holds files that Polemos did not make; name a new or an empty folder"),
        ((), Path.touch, "is a file, not a folder"),
    ],
    ids=["missing model", "made by something else", "a file"],
)
def test_build_that_cannot_begin_says_why(run: Run, tmp_path: Path, arguments, make, says: str) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    if make is not None:
        make(tmp_path / "store")
    answer = run("build", tmp_path / "good.md", "--store", tmp_path / "store", *arguments)
    assert answer.status == 1
    assert says in answer.err
    assert len(answer.err.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/proc cannot be written on Linux only")
def test_build_into_a_folder_that_cannot_be_written_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    answer = run("build", tmp_path / "good.md", "--store", "/proc/store")
    assert (answer.status, len(answer.err.splitlines())) == (1, 1)
    assert "/proc/store: cannot be made there; name a folder that can be" in answer.err


def test_a_full_disk_is_named_and_what_was_there_stays(run: Run, small_disk: Path, tmp_path: Path) -> None:
    path, filler = small_disk / "store", small_disk / "filler"
    (tmp_path / "good.md").write_text(GOOD)
    (tmp_path / "more.jsonl").write_text(
        "\n".join(json.dumps({"text": TEXT * 9, "id": str(n)}) for n in range(9))
    )
    assert run("build", tmp_path / "good.md", "--store", path).status == 0
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 20_000))
    answer = run("build", tmp_path / "more.jsonl", "--store", path)
    assert (answer.status, len(answer.err.splitlines())) == (1, 1)
    assert f"{path}: the disk is full; make room and run the same again" in answer.err
    assert '"Bomb"' in run("export", "--store", path).out
    filler.unlink()
    assert run("build", tmp_path / "more.jsonl", "--store", path).status == 0
    assert run("info", "--store", path).out.count("reports    10") == 1


def test_ctrl_c_finishes_and_publishes_what_was_read(tmp_path: Path) -> None:
    text = "Rockets hit the base in Mosul on Sunday, killing two soldiers. The army blamed rebels. " * 12
    lines = (json.dumps({"text": text, "id": str(number)}) for number in range(600))
    (tmp_path / "many.jsonl").write_text("\n".join(lines))
    process = started("build", tmp_path / "many.jsonl", "--store", tmp_path / "store")
    until((tmp_path / "store" / "journal.sqlite").exists)  # the model is loaded, and reading begins
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "stopping when what is read is published" in err
    count = int(out.split("built ")[1].split(",")[0])
    assert 0 < count < 600
    reports = "SELECT ?r { GRAPH ?r { ?r a <https://w3id.org/polemos/ontology#Report> } }"
    assert len(list(open_snapshot(tmp_path / "store").query(reports))) == count


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# Extract


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_extract_writes_each_format(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    answer = run("extract", tmp_path / "good.md", "--format", name, "-o", tmp_path / "out")
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    objects = {quad.object.value for quad in ox.parse((tmp_path / "out").read_bytes(), format=FORMATS[name])}
    assert {"Bomb", "https://w3id.org/polemos/ontology#Attack"} <= objects
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.md", "out"]


def test_extract_is_the_same_each_time_and_sorted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    first, second = (run("extract", tmp_path / "good.md").out for _ in range(2))
    assert first == second
    assert first.splitlines() == sorted(first.splitlines())


def test_extract_takes_metadata_from_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rockets hit Mosul on Sunday.")
    (tmp_path / "m.json").write_text(json.dumps({"title": "From the file", "publisher": "The Wire"}))
    metadata = ("--metadata", tmp_path / "m.json", "--published", "2024-01-09", "--title", "From the line")
    out = run("extract", tmp_path / "a.txt", *metadata).out
    assert '"From the line"' in out
    assert '"The Wire"' in out
    assert '"2024-01-07"^^<http://www.w3.org/2001/XMLSchema#date>' in out
    assert "From the file" not in out


def test_extract_writes_the_good_and_names_the_bad(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    (tmp_path / "empty.txt").write_text("")
    answer = run("extract", tmp_path)
    assert answer.status == 1
    assert '"Bomb"' in answer.out
    assert len(lines_about("empty.txt", answer.err)) == len(answer.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--published", "31/02/2020"), 2, "'31/02/2020' is no date: write YYYY-MM-DD"),
        (("--format", "excel"), 2, "'excel' is not one of"),
        (("--metadata", "/nowhere/m.json"), 1, "/nowhere/m.json"),
        (("-o", "/nowhere/out.nq"), 1, "/nowhere/out.nq: No such file or directory"),
        (("-o", "/dev/full"), 1, "No space left on device"),
        (("--spacy-model", "no_such_model"), 1, "'no_such_model' is not installed"),
    ],
    ids=["date", "format", "metadata", "output", "full disk", "model"],
)
def test_extract_that_cannot_be_done_says_why(
    run: Run, tmp_path: Path, arguments, status: int, says: str
) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    answer = run("extract", tmp_path / "good.md", *arguments)
    assert answer.status == status
    assert says in answer.err
    assert len(answer.err.splitlines()) == 1


def test_an_output_that_fails_leaves_the_file_before(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.nq").write_text("before")
    (tmp_path / "good.md").write_text(GOOD)
    assert (
        run("extract", tmp_path / "good.md", "--spacy-model", "none", "-o", tmp_path / "out.nq").status == 1
    )
    assert (tmp_path / "out.nq").read_text() == "before"


def test_a_pipe_that_closes_early_is_no_error(store_path: Path) -> None:
    process = started("export", "--store", store_path, "--vocabulary")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert (process.wait(60), process.stderr.read()) == (0, "")
    process.stderr.close()
    process.stdin.close()  # type: ignore[union-attr]


# Query, export, info, validate, serve

COUNT = "SELECT (COUNT(?e) AS ?n) { ?e a plm:Attack }"


def read_json(out: str) -> str:
    return str(json.loads(out)["results"]["bindings"][0]["n"]["value"])


def read_csv(out: str) -> str:
    return next(csv.DictReader(io.StringIO(out)))["n"]


def read_xml(out: str) -> str:
    return (
        next(ElementTree.fromstring(out).iter("{http://www.w3.org/2005/sparql-results#}literal")).text or ""
    )


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("table", lambda out: out.splitlines()[2]),
        ("json", read_json),
        ("csv", read_csv),
        ("tsv", lambda out: out.splitlines()[1]),
        ("xml", read_xml),
    ],
)
def test_query_answers_in_each_format(
    run: Run, store_path: Path, name: str, read: Callable[[str], str]
) -> None:
    answer = run("query", "--store", store_path, "-e", COUNT, "--format", name)
    assert (answer.status, answer.err) == (0, "")
    assert int(read(answer.out)) >= 1


def test_query_reads_a_file_and_knows_the_prefixes(run: Run, store_path: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT ?title { GRAPH ?r { ?r a plm:Report ; dcterms:title ?title } }")
    answer = run("query", "--store", store_path, tmp_path / "q.rq")
    assert answer.out.splitlines() == ["title", "-----", "Bomb", "(1 row)"]


def test_iris_in_a_table_are_whole_and_long_texts_are_cut(run: Run, store_path: Path) -> None:
    query = "SELECT ?event ?text { ?event a plm:Attack VALUES ?text { '" + 80 * "a" + "' } }"
    lines = run("query", "--store", store_path, "-e", query).out.splitlines()
    event, text = lines[2].split()
    assert event.startswith("https://w3id.org/polemos/id/event/")
    assert len(event) > 60
    assert text == 59 * "a" + "…"


def test_query_gives_graphs_and_truth(run: Run, store_path: Path) -> None:
    graph = run("query", "--store", store_path, "-e", "CONSTRUCT WHERE { ?e a plm:Attack }").out
    assert "a plm:Attack" in graph
    assert run("query", "--store", store_path, "-e", "ASK { ?e a plm:Attack }").out == "yes\n"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("-e", "SELEKT"), 1, "the query cannot be answered"),
        ((), 2, "give either FILE or -e SPARQL"),
        (("-e", COUNT, "--format", "turtle"), 2, "is for graphs; this query gives rows"),
        (
            ("-e", "CONSTRUCT WHERE { ?s ?p ?o }", "--format", "csv"),
            2,
            "is for rows; this query gives",
        ),
    ],
    ids=["syntax", "nothing", "rows", "graph"],
)
def test_query_that_cannot_be_answered_says_why(run: Run, store_path: Path, arguments, status, says) -> None:
    answer = run("query", "--store", store_path, *arguments)
    assert (answer.status, answer.out, len(answer.err.splitlines())) == (status, "", 1)
    assert says in answer.err


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_export_writes_each_format(run: Run, store_path: Path, tmp_path: Path, name: str) -> None:
    assert run("export", "--store", store_path, "--format", name, "-o", tmp_path / "out").status == 0
    quads = list(ox.parse((tmp_path / "out").read_bytes(), format=FORMATS[name]))
    subjects = {quad.subject.value for quad in quads}
    assert any("/event/" in subject for subject in subjects)
    assert any("/report/" in subject for subject in subjects)
    assert not any("/gazetteer/" in subject for subject in subjects)


def test_export_with_the_vocabulary_is_the_whole_store(run: Run, store_path: Path, tmp_path: Path) -> None:
    run("export", "--store", store_path, "--vocabulary", "-o", tmp_path / "all.nq")
    assert len((tmp_path / "all.nq").read_bytes().splitlines()) == len(open_snapshot(store_path))


def test_info_counts_what_is_there(run: Run, store_path: Path) -> None:
    answer = run("info", "--store", store_path)
    told = dict(line.split(maxsplit=1) for line in answer.out.splitlines()[:6])
    assert (told["reports"], told["snapshot"]) == ("1", "000001")
    assert told["published"] == "2024-01-24 to 2024-01-24"
    assert "plm:Attack" in answer.out


def test_validate_finds_nothing_in_what_we_built(run: Run, store_path: Path) -> None:
    answer = run("validate", "--store", store_path)
    assert (answer.status, answer.out) == (0, "3 graphs: no violations\n")


def test_validate_names_what_breaks_a_shape(run: Run, tmp_path: Path) -> None:
    graph = "@prefix plm: <https://w3id.org/polemos/ontology#> . <https://e.org/a> a plm:Attack, plm:Event ."
    (tmp_path / "bad.ttl").write_text(graph)
    answer = run("validate", tmp_path / "bad.ttl")
    assert answer.status == 1
    assert "https://e.org/a" in answer.out
    assert "plm:modality" in answer.out


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("a.ttl", "a b", "a.ttl:1: is not Turtle"), ("a.doc", "x", "does not say which format")],
)
def test_validate_says_what_is_no_graph(run: Run, tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content)
    answer = run("validate", tmp_path / name)
    assert (answer.status, len(answer.err.splitlines())) == (1, 1)
    assert says in answer.err


@pytest.fixture
def served(store_path: Path) -> Iterator[str]:
    process = started(
        "serve", "--store", store_path, "--port", "0", env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout is not None
    yield process.stdout.readline().partition(" at ")[2].partition(" ")[0]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)


def test_serve_prints_an_address_that_answers(served: str) -> None:
    assert served.startswith("http://127.0.0.1:")
    with urlopen(f"{served}sparql?query=ASK%7B%7D&format=json") as answer:
        assert json.load(answer)["boolean"] is True


@pytest.mark.parametrize("command", ["query", "export", "info", "serve", "validate"])
def test_a_store_that_is_not_there_is_named(run: Run, tmp_path: Path, command: str) -> None:
    more = ("-e", "ASK {}") if command == "query" else ()
    answer = run(command, "--store", tmp_path / "none", *more)
    assert (answer.status, len(answer.err.splitlines())) == (1, 1)
    assert f"{tmp_path / 'none'}: there is no store; make one: polemos build" in answer.err


# Help


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_help_has_examples_and_needs_no_model(command: str) -> None:
    code = "import sys, builder.cli; print('spacy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
    answer = ran(command, "--help")
    assert answer.status == 0
    assert f"Examples:\n    polemos {command}" in answer.out


def test_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == "polemos, version 0.1.0\n"


def test_the_documentation_names_every_command_and_option() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    options = {option for command in COMMANDS for each in command.params for option in each.opts}
    assert len(options) > 15
    assert {option for option in options if option.startswith("--") and f"`{option}" not in text} == set()
    assert {command for command in polemos.commands if f"polemos {command}" not in text} == set()


def test_the_settings_are_the_defaults() -> None:
    from builder.pipeline import DEFAULT_MODEL  # noqa: PLC0415 (the other tests need no spaCy here)

    assert settings.SPACY_MODEL.default == DEFAULT_MODEL
    assert len({setting.name for setting in settings.SETTINGS}) == len(settings.SETTINGS) == 30
    assert all(setting.text.endswith(".") for setting in settings.SETTINGS)


def test_a_store_written_meanwhile_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    with Store.open(tmp_path / "store", create=True):
        answer = run("build", tmp_path / "good.md", "--store", tmp_path / "store")
    assert (answer.status, len(answer.err.splitlines())) == (1, 1)
    assert f"is being written by process {os.getpid()} (" in answer.err
