"""What is exported can be read again: every format of RDF, bulk files, a dataset to publish."""

import csv
import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import cli
from builder.exports import bulk
from builder.rdf import FORMATS, serialize
from builder.store import VOCABULARY, Store, open_snapshot

QUADS = [name for name, format_ in FORMATS.items() if format_.supports_datasets]
TRIPLES = [name for name, format_ in FORMATS.items() if not format_.supports_datasets]
XSD = "http://www.w3.org/2001/XMLSchema#"


def canonical(quads) -> ox.Dataset:
    """Quads as a dataset whose blank nodes are called as in any other like it."""
    found = ox.Dataset(quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]):
    def run(*arguments: str | Path) -> tuple[int, bytes, str]:
        monkeypatch.setattr(sys, "argv", ["polemos", "export", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfdbinary.readouterr()
        return int(ended.value.code or 0), out, err.decode()

    return run


def test_there_are_formats_of_both_kinds() -> None:
    assert {*QUADS, *TRIPLES} == {"nquads", "trig", "jsonld", "turtle", "rdfxml"}


@pytest.mark.parametrize("format_", QUADS)
def test_a_store_is_the_same_when_it_is_read_again(run, seeds: Store, format_: str, tmp_path: Path) -> None:
    file = tmp_path / "graph"
    status, _, _ = run("--store", seeds.path, "--format", format_, "-o", file)
    assert status == 0
    expected = canonical(q for q in open_snapshot(seeds.path) if q.graph_name not in VOCABULARY)
    assert len(expected) > 10_000
    assert canonical(ox.parse(file.read_bytes(), format=FORMATS[format_])) == expected


@pytest.mark.parametrize("format_", [*QUADS, *TRIPLES])
def test_the_merged_layer_is_the_same_when_it_is_read_again(
    run, seeds: Store, format_: str, tmp_path: Path
) -> None:
    file = tmp_path / "graph"
    assert run("--store", seeds.path, "--merged", "--format", format_, "-o", file)[0] == 0
    default = open_snapshot(seeds.path).quads_for_pattern(None, None, None, ox.DefaultGraph())
    assert canonical(ox.parse(file.read_bytes(), format=FORMATS[format_])) == canonical(default)


def test_the_vocabulary_with_its_blank_nodes_is_the_same(run, by_hand: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.trig"
    assert run("--store", by_hand, "--vocabulary", "--format", "trig", "-o", file)[0] == 0
    assert canonical(ox.parse(file.read_bytes(), format=ox.RdfFormat.TRIG)) == canonical(
        open_snapshot(by_hand)
    )


# What XML 1.0 can carry: nothing else is in a graph of ours, since `text_literal` replaces it.
characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
texts = st.text(characters | st.sampled_from("\t\n\r"))
literals = (
    st.builds(ox.Literal, texts)
    | st.builds(lambda text: ox.Literal(text, language="en"), texts)
    | st.builds(ox.Literal, st.integers() | st.booleans())
    | st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode(f"{XSD}gYearMonth")), st.just("2024-03"))
)
nodes = st.sampled_from(
    [ox.NamedNode("https://example.org/a"), ox.NamedNode("https://example.org/b?c=d&e#f-é")]
)
blank = st.sampled_from([ox.BlankNode("x"), ox.BlankNode("y")])
predicates = st.sampled_from([ox.NamedNode("https://example.org/p"), ox.NamedNode(f"{XSD}q")])
graphs = st.just(ox.DefaultGraph()) | st.sampled_from([ox.NamedNode("https://example.org/g")])


@settings(deadline=None)
@pytest.mark.parametrize("format_", [*QUADS, *TRIPLES])
@given(data=st.data())
def test_any_graph_is_the_same_when_it_is_read_again(format_: str, data: st.DataObject) -> None:
    where = graphs if format_ in QUADS else st.just(ox.DefaultGraph())
    quads = data.draw(
        st.lists(st.builds(ox.Quad, nodes | blank, predicates, nodes | blank | literals, where))
    )
    written = serialize(quads, format_)
    assert canonical(ox.parse(written, format=FORMATS[format_])) == canonical(quads)


# Bulk files


@pytest.mark.parametrize("name", bulk.targets())
def test_bulk_files_hold_everything_and_the_commands_name_them(
    run, by_hand: Path, name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "with space"
    status, out, err = run("--store", by_hand, "--for", name, "-o", folder)
    assert status == 0
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["merged.nq.gz", "reports-0001.nq.gz", "vocabulary.nq.gz"]
    quads = [
        quad
        for file in files
        for quad in ox.parse(gzip.decompress(file.read_bytes()), format=ox.RdfFormat.N_QUADS)
    ]
    snapshot = open_snapshot(by_hand)
    assert len(quads) == len(snapshot)
    named = {str(quad.graph_name) for quad in quads}
    assert (f"{bulk.merged_graph()}" in named) == bulk.targets()[name].merged_graph
    *commands, note = out.decode().splitlines()
    assert commands
    assert note.startswith("# ")
    assert str(folder) in " ".join(commands)
    assert not any(placeholder in out for placeholder in (b"{folder}", b"{files}", b"{merged}"))
    assert "load them into" in err


def test_graphs_are_spread_over_files_but_never_split(
    by_hand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "FILE_QUADS", 10)
    files = bulk.write_files(open_snapshot(by_hand), tmp_path / "bulk", bulk.targets()["jena"])
    assert [file.name for file in files] == [
        *("merged.nq.gz", "reports-0001.nq.gz", "reports-0002.nq.gz", "vocabulary.nq.gz")
    ]
    held = [
        {
            str(quad.graph_name)
            for quad in ox.parse(gzip.decompress(file.read_bytes()), format=ox.RdfFormat.N_QUADS)
        }
        for file in files
    ]
    assert sum(map(len, held)) == len(set.union(*held))


def test_a_folder_that_holds_something_is_let_be(run, by_hand: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    for arguments in (("--for", "jena", "-o", tmp_path), ("--dataset", tmp_path, "--license", "urn:l")):
        status, _, err = run("--store", by_hand, *arguments)
        assert status == 1
        assert f"{tmp_path}: holds files already; name a new or an empty folder" in err
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--for", "jena"), "name their folder with -o DIR"),
        (("--dataset", "d"), "--dataset needs --license IRI"),
        (("--dataset", "d", "--license", "urn:l", "-o", "f"), "leave out --for and -o"),
        (("--merged", "--vocabulary"), "give either"),
        (("--for", "mongodb", "-o", "f"), "is not one of"),
    ],
)
def test_wrong_usage_is_one_line(run, by_hand: Path, arguments: tuple[str, ...], words: str) -> None:
    status, _, err = run("--store", by_hand, *arguments)
    assert status == 2
    assert words in err


# Tables and maps by the command


@pytest.mark.parametrize(
    ("format_", "beginning", "said"),
    [
        ("acled", b"event_id_cnty,event_date,", "events: 4; left out: 1 of no type that ACLED records\n"),
        ("ucdp", b"id,relid,year,", "events: 2; left out: 3 without a death, or no attacks\n"),
        ("geojson", b'{"type": "FeatureCollection"', "events: 5\n"),
    ],
)
def test_the_command_says_how_many_events_it_wrote(
    run, by_hand: Path, format_: str, beginning: bytes, said: str
) -> None:
    status, out, err = run("--store", by_hand, "--format", format_)
    assert (status, err) == (0, said)
    assert out.startswith(beginning)


# A dataset


@pytest.fixture
def dataset(run, by_hand: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    licence = ("--license", "https://creativecommons.org/licenses/by/4.0/")
    status, _, _ = run(
        "--store", by_hand, "--dataset", folder, *licence, "--url", "https://data.example.org/d/"
    )
    assert status == 0
    return folder


def test_a_dataset_is_whole_and_its_checksums_hold(dataset: Path, by_hand: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=dataset, check=False, capture_output=True
    )
    assert done.returncode == 0
    listed = {line.split()[1] for line in (dataset / "SHA256SUMS").read_text().splitlines()}
    assert listed == {file.name for file in dataset.iterdir()} - {"SHA256SUMS"}
    held = [
        quad
        for name in ("graph.nq.gz", "vocabulary.nq.gz")
        for quad in ox.parse(gzip.decompress((dataset / name).read_bytes()), format=ox.RdfFormat.N_QUADS)
    ]
    assert len(held) == len(open_snapshot(by_hand))
    assert len(list(csv.DictReader((dataset / "acled.csv").read_text().splitlines()))) == 4
    assert len(json.loads((dataset / "events.geojson").read_bytes())["features"]) == 5


def test_a_dataset_describes_its_files(dataset: Path) -> None:
    store = ox.Store()
    store.load(path=str(dataset / "dataset.ttl"))
    rows = store.query(
        """
        PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX spdx: <http://spdx.org/rdf/terms#> PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?name ?size ?sum ?url ?licence WHERE {
          ?dataset a dcat:Dataset, void:Dataset ; dcterms:license ?licence ; dcat:distribution ?file .
          ?file dcterms:title ?name ; dcat:byteSize ?size ; dcat:downloadURL ?url ; dcat:mediaType ?type ;
            spdx:checksum/spdx:checksumValue ?sum .
        }"""
    )
    found = {row["name"].value: row for row in rows}
    assert len(found) == 5
    for name, row in found.items():
        content = (dataset / name).read_bytes()
        assert int(row["size"].value) == len(content)
        assert row["sum"].value == hashlib.sha256(content).hexdigest()
        assert row["url"].value == f"https://data.example.org/d/{name}"
        assert row["licence"].value == "https://creativecommons.org/licenses/by/4.0/"


def test_the_same_snapshot_gives_the_same_dataset(dataset: Path, run, by_hand: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    licence = ("--license", "https://creativecommons.org/licenses/by/4.0/")
    run("--store", by_hand, "--dataset", again, *licence, "--url", "https://data.example.org/d/")
    assert (again / "SHA256SUMS").read_bytes() == (dataset / "SHA256SUMS").read_bytes()
