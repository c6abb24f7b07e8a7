"""The analysts' questions: each finds something in a graph made by hand, and what it should over the seeds.

The answers over the seeds lie in `expected/`. Write them anew, then read the difference before you commit it:

    POLEMOS_WRITE_EXPECTED=1 python -m pytest tests/ontology/test_questions.py
"""

import os
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import ontology
from builder.store import Store
from ontology.questions import Question, _question, load_questions

HERE = Path(__file__).parent
BASE = "https://example.org/merged/"
EXPECTED = HERE / "expected"
WRITE = "POLEMOS_WRITE_EXPECTED" in os.environ
QUESTIONS = load_questions()

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=[question.name for question in QUESTIONS])


def answer(store: ox.Store, text: str) -> list[str]:
    """Run a question; give its head and then its rows, sorted, as lines of CSV."""
    csv = store.query(text).serialize(format=ox.QueryResultsFormat.CSV).decode()
    head, *rows = csv.splitlines()
    return [head, *sorted(rows)]


@pytest.fixture(scope="module")
def by_hand() -> ox.Store:
    store = ox.Store()
    for name in ("questions.trig", "copies.trig"):
        store.load(path=str(HERE / name))
    for file in ontology.files():
        store.load(path=str(file), to_graph=ox.NamedNode(ontology.ONTOLOGY))
    return store


def test_there_are_enough_questions_each_of_its_own() -> None:
    assert len(QUESTIONS) >= 28
    for field in ("name", "title", "description", "text"):
        assert len({getattr(question, field) for question in QUESTIONS}) == len(QUESTIONS)


@each_question
def test_is_found_in_the_graph_made_by_hand(question: Question, by_hand: ox.Store) -> None:
    assert len(answer(by_hand, question.text)) > 1


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "facilities-attacked-twice",
            [f"{BASE}base,Qayyarah base,2,2024-03-04,2024-03-05T04:00:00"],
        ),
        ("corrected-tolls", ["rocket attack on base,Killed,12,14,"]),
        ("toll-of-each-attack", [f"{BASE}attack,rocket attack on base,Killed,12,14,14"]),
        # 28 February to 4 and 5 March 2024, a leap year: five and six days.
        (
            "threats-carried-out",
            [
                "River Brigade,Qayyarah base,2024-02-28,2024-03-04,rocket attack on base,River Brigade",
                "River Brigade,Qayyarah base,2024-02-28,2024-03-05,air strike on base,",
            ],
        ),
        # A consulate is a diplomatic facility by the tree of types.
        (
            "attacks-on-diplomatic-facilities",
            [f"{BASE}bomb,bombing of consulate,2024-03,"],
        ),
        # Erbil, 81 km from Mosul, by the great circle.
        (
            "attacks-near-a-point",
            [
                f"{BASE}attack,rocket attack on base,2024-03-04,Mosul,0",
                f"{BASE}bomb,bombing of consulate,2024-03,Erbil,81",
                f"{BASE}raid,air strike on base,2024-03-05T04:00:00,Mosul,0",
            ],
        ),
        ("sources-of-events", [f"{BASE}attack,rocket attack on base,3,2,3"]),
        ("copies-of-texts", ["https://example.org/report/2,Toll rises after base attack,1,2"]),
    ],
)
def test_answers_are_right(name: str, rows: list[str], by_hand: ox.Store) -> None:
    (text,) = [question.text for question in QUESTIONS if question.name == name]
    _, *found = answer(by_hand, text)
    assert len(found) == len(rows)
    for line, start in zip(found, rows, strict=True):
        assert line.startswith(start)


@each_question
def test_declares_what_it_uses_and_speaks_our_vocabulary(question: Question) -> None:
    known = set(re.findall(r"^plm:(\w+) a ", all_terms(), re.MULTILINE))
    used = set(re.findall(r"(?<!\w)plm:(\w+)", question.text))
    assert used
    assert used <= known


def all_terms() -> str:
    return "".join(file.read_text(encoding="utf-8") for file in ontology.files())


@each_question
def test_answer_over_the_seeds(question: Question, seeds: Store) -> None:
    found = "\n".join(answer(seeds.inner, question.text)) + "\n"
    file = EXPECTED / f"{question.name}.csv"
    if WRITE:
        EXPECTED.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_no_answer_is_left_over() -> None:
    names = {question.name for question in QUESTIONS}
    assert {file.stem for file in EXPECTED.glob("*.csv")} <= names


def test_a_question_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match=r"mine\.rq: has no line '# title: …'; add one at the top"):
        _question("mine", "# description: something\nASK {}")
