"""Other SPARQL engines that ask the endpoint in the middle of a query of their own, by SERVICE."""

import json
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

from .serving import ATTACK, BIN, LABEL, LABEL_OF

# What is only there: a note on the attack. What is only here: its label.
NOTE = "seen from the river"
NOTED = ox.Quad(ox.NamedNode(ATTACK), ox.NamedNode("urn:note"), ox.Literal(NOTE))


def joined(endpoint: str) -> str:
    there = f"SERVICE <{endpoint}> {{ ?event <{LABEL_OF}> ?label }}"
    return f"SELECT ?note ?label {{ ?event <urn:note> ?note {there} }}"


def test_oxigraph_in_python(endpoint: str):
    store = ox.Store()
    store.add(NOTED)
    rows = [(row["note"].value, row["label"].value) for row in store.query(joined(endpoint))]
    assert rows == [(NOTE, LABEL)]


def test_oxigraph_in_python_hears_of_a_failure(endpoint: str):
    with pytest.raises(OSError, match="404"):
        list(ox.Store().query(f"SELECT * {{ SERVICE <{endpoint}/none> {{ ?s ?p ?o }} }}"))


def test_oxigraph_itself(endpoint: str, tmp_path: Path):
    path = tmp_path / "oxigraph"
    store = ox.Store(path)
    store.add(NOTED)
    del store  # closes it: one process at a time may write
    command = [BIN / "oxigraph", "query", "--location", path, "--results-format", "json"]
    done = subprocess.run([*command, "--query", joined(endpoint)], capture_output=True, check=True)
    (row,) = json.loads(done.stdout)["results"]["bindings"]
    assert (row["note"]["value"], row["label"]["value"]) == (NOTE, LABEL)
