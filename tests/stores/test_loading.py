"""What other stores answer is what this one answers, but for the differences that docs/exports.md names."""

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from ontology.questions import Question, load_questions

from ..clients.questions import is_answered
from .engines import MERGED, MERGED_SIZE, SIZES, Row, rows

Engine = tuple[str, Callable[[str], list[Row]]]
QUESTIONS = load_questions()
# What a store answers otherwise, and why: docs/exports.md says the same.
DIFFERENCES = {
    ("virtuoso", "attacks-near-a-point"): "it has no geof:distance",
    (
        "virtuoso",
        "facilities-attacked-twice",
    ): "MIN and MAX pass over what is unbound, and are unbound in SPARQL 1.1",
    ("jena", "attacks-near-a-point"): "geof:distance is in a module of its own",
}


def ours(snapshot: ox.Store, query: str) -> list[Row]:
    return rows(snapshot.query(query).serialize(format=ox.QueryResultsFormat.JSON) or b"")


def test_every_graph_has_as_many_triples(engine: Engine, published: ox.Store) -> None:
    _, ask = engine
    found = {dict(row)["graph"][1]: dict(row)["triples"] for row in ask(SIZES)}
    found.pop(MERGED, None)  # the merged layer, where it needs a name
    expected = {dict(row)["graph"][1]: dict(row)["triples"] for row in ours(published, SIZES)}
    assert len(expected) > 13
    assert found == expected
    assert ask(MERGED_SIZE) == ours(published, MERGED_SIZE)


def test_the_differences_are_those_that_are_told() -> None:
    page = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\w+) \| `([\w-]+)` \|", page, re.MULTILINE)
    assert {(store.lower(), question) for store, question in told} == DIFFERENCES.keys()


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.name for question in QUESTIONS])
def test_a_question_has_the_same_answer(engine: Engine, published: ox.Store, question: Question) -> None:
    name, ask = engine
    expected = ours(published, question.text)
    assert bool(expected) is is_answered(question.name)
    if (name, question.name) not in DIFFERENCES:
        assert ask(question.text) == expected
        return
    try:
        found = ask(question.text)
    except OSError:  # the store refuses the query
        return
    assert found != expected, "the difference is gone: docs/exports.md must not name it"
