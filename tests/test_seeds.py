"""The graph that the reports in `seeds/` must give, compared as a graph.

`seeds/expected.trig` is the merged layer, each report's graph and the identity links. When the extraction
changes on purpose, write it anew and read the difference before you commit it; `seeds/facts.yaml`, written
without sight of the extraction, says what it must hold in any case (tests/eval):

    POLEMOS_WRITE_EXPECTED=1 python -m pytest tests/test_seeds.py tests/test_docs.py \
        tests/ontology/test_questions.py
"""

import os
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

import ontology
from builder.build import builds_graph
from builder.model import MentionKind
from builder.rdf import term
from builder.store import VOCABULARY, Store

EXPECTED = Path(__file__).parents[1] / "seeds" / "expected.trig"
WRITE = "POLEMOS_WRITE_EXPECTED" in os.environ
A, EVIDENCE, CUE, CONFIDENCE = map(term, ("rdf:type", "plm:evidence", "plm:cue", "plm:confidence"))
TYPED = {term(f"plm:{kind}") for kind in MentionKind} | {term("plm:ArgumentMention")}
SHOWN = 20  # lines of a difference that a person reads


def canonical(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """Give a graph with its blank nodes named the same however it was written."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def built(store: Store) -> set[ox.Quad]:
    """Give what was built: all but the vocabulary, the builder's own notes and what a network reads.

    Probabilities differ in their last places from processor to processor, and what they decide with them.
    """
    left_out = {*VOCABULARY, builds_graph()}
    quads = {quad for quad in store.inner if quad.graph_name not in left_out}
    return without_readings(quads)


def without_readings(quads: set[ox.Quad]) -> set[ox.Quad]:
    """Leave out typed mentions, the words that nothing else was read from, and confidence."""
    typed = {quad.subject for quad in quads if quad.predicate == A and quad.object in TYPED}
    own = {quad for quad in quads if quad.subject in typed}
    rest = {quad for quad in quads - own if quad.object not in typed and quad.predicate != CONFIDENCE}
    words = {quad.object for quad in own if quad.predicate == EVIDENCE}
    words -= {quad.object for quad in rest if quad.predicate in (EVIDENCE, CUE)}
    roots = tuple(f"{word.value}/" for word in words)  # the target and the selectors of each
    return {quad for quad in rest if quad.subject not in words and not quad.subject.value.startswith(roots)}


def write(quads: Iterable[ox.Quad]) -> None:
    ordered = sorted(quads, key=str)
    EXPECTED.write_bytes(ox.serialize(ordered, format=ox.RdfFormat.TRIG, prefixes=dict(ontology.PREFIXES)))


def test_the_seeds_give_their_graph(seeds: Store) -> None:
    found = canonical(built(seeds))
    if WRITE:
        write(built(seeds))
    expected = canonical(ox.parse(path=str(EXPECTED)))
    missing, unexpected = sorted(map(str, expected - found)), sorted(map(str, found - expected))
    assert not missing[:SHOWN]
    assert not unexpected[:SHOWN]


def test_the_expected_graph_is_whole() -> None:
    """Thirteen reports, the merged layer and the identity links."""
    graphs = {quad.graph_name for quad in ox.parse(path=str(EXPECTED))}
    reports = {graph for graph in graphs if "/report/" in str(graph)}
    assert len(reports) == 13
    assert graphs - reports == {ox.DefaultGraph(), ox.NamedNode("https://w3id.org/polemos/id/graph/identity")}


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("Report", 13), ("Attack", 30), ("Movement", 8), ("Warning", 4), ("Statement", 30),
        ("Person", 8), ("Group", 20), ("Organization", 15), ("State", 4),
        ("Facility", 20), ("Place", 15), ("Weapon", 15), ("Casualties", 20), ("Mention", 300),
        ("EntityMention", 200), ("EventMention", 60), ("ArgumentMention", 60),
    ],
)  # fmt: skip
def test_the_seeds_show_every_class(seeds: Store, name: str, least: int) -> None:
    """The floors are well below what is there: they catch a class that vanishes, not a change of one node."""
    pattern = f"GRAPH ?g {{ ?node a <{ontology.NAMESPACE}{name}> }}"
    query = f"SELECT (COUNT(DISTINCT ?node) AS ?n) WHERE {{ {pattern} }}"
    (row,) = seeds.inner.query(query)
    assert int(row["n"].value) >= least
