"""Tests of `polemos evaluate`: the real pipeline over a text of our own, and what each suite hears of it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builder import cli
from builder.evaluation.graph import Graph, mapped
from builder.evaluation.suites import SUITES
from builder.model import Article, Report
from builder.rdf import to_quads

TEXT = (
    "Gunmen of Kataib Hezbollah kidnapped a French journalist, Jean Martin, in Mosul on Monday. "
    "Four rockets hit the US embassy in Baghdad on Tuesday, police said."
)
DOCUMENT = {"id": "one", "text": TEXT, "published": "2020-01-09"}
# A scorer in the form of the real ones: it gives the share of documents that have an answer.
SCORER = """
import json, sys
answers = [line for line in open(sys.argv[2]) if line.strip()]
print(json.dumps({"answered": {"p": 1.0, "r": len(answers) / 2, "f1": 0.5}, "flags": sys.argv[3:]}))
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["polemos", "evaluate", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "data.jsonl"
    file.write_text(json.dumps(DOCUMENT) + "\n", "utf-8")
    return file


def answer(run: Run, suite: str, data: Path, *options: str) -> dict[str, object]:
    """What the only document of a file is answered with."""
    predictions = data.with_name("predictions")
    status, _, err = run(suite, data, "--predictions", predictions, *options)
    assert status == 0
    assert "not scored: there is no score.py beside it" in err
    found: dict[str, object] = json.loads(predictions.read_text("utf-8"))
    assert found["id"] == "one"
    return found


def words(span: dict[str, int]) -> str:
    return TEXT[span["start"] : span["end"]]


def test_muc4_has_incidents_with_fillers(run: Run, data: Path) -> None:
    kidnapping, attack = answer(run, "muc4", data)["events"]
    assert (kidnapping["type"], attack["type"]) == ("KIDNAPPING", "ATTACK")
    assert kidnapping["victim"] == [["Jean Martin"]]
    assert kidnapping["date"] == "2020-01-06"
    assert "Mosul" in kidnapping["location"]
    assert attack["phys_tgt"] == [["the US embassy"]]
    assert attack["weapon"] == [["rockets"]]
    assert {"Baghdad", "Iraq"} <= {*attack["location"]}


def test_wikievents_has_triggers_and_arguments_of_events(run: Run, data: Path) -> None:
    events = answer(run, "wikievents", data, "--trained-model", "none")["events"]
    by_trigger = {words(event["trigger"]): event for event in events}
    assert by_trigger["kidnapped"]["type"] == "Conflict.Attack"
    roles = {(each["role"], words(each)) for each in by_trigger["hit"]["arguments"]}
    assert {("Instrument", "Four rockets"), ("Target", "the US embassy")} <= roles


def test_wikievents_has_what_the_trained_model_reads(run: Run, data: Path) -> None:
    events = answer(run, "wikievents", data)["events"]
    (hit,) = (event for event in events if words(event["trigger"]) == "hit")
    assert hit["type"] == "Conflict.Attack"
    roles = {(each["role"], words(each)) for each in hit["arguments"]}
    assert {("Target", "embassy"), ("Place", "Baghdad")} & roles


def test_re3d_has_what_the_trained_model_reads(run: Run, data: Path) -> None:
    found = {(words(each), each["type"]) for each in answer(run, "re3d", data)["entities"]}
    assert {("Baghdad", "Location"), ("Mosul", "Location")} <= found


def test_re3d_has_entities_of_nodes(run: Run, data: Path) -> None:
    entities = answer(run, "re3d", data, "--trained-model", "none")["entities"]
    found = {(words(each), each["type"]) for each in entities}
    assert {("Mosul", "Location"), ("Four rockets", "Weapon"), ("Kataib Hezbollah", "Organisation")} <= found


def test_geo_has_points_and_ids(run: Run, data: Path) -> None:
    found = {words(each): each for each in answer(run, "geo", data)["toponyms"]}
    assert found["Mosul"]["geonames_id"] == 99072
    assert found["Mosul"]["lat"] == pytest.approx(36.3, abs=0.1)
    assert found["Mosul"]["lon"] == pytest.approx(43.1, abs=0.1)


def test_petrarch_has_codes(run: Run, data: Path) -> None:
    events = answer(run, "petrarch_gold", data)["events"]
    assert {"source": "REB", "target": "FRA", "cameo": "181"} in [
        {**event, "source": event["source"][-3:], "target": event["target"][:3]} for event in events
    ]


def test_case2021_has_a_label(run: Run, tmp_path: Path) -> None:
    data, predictions = tmp_path / "data.tsv", tmp_path / "predictions"
    data.write_text('id\ttext\n7\tA suicide bomber killed six in "Kabul".\n8\tAll quiet.\n', "utf-8")
    status, _, _ = run("case2021_task2", data, "--predictions", predictions)
    assert status == 0
    assert predictions.read_text("utf-8") == "id\tlabel\n7\tSUIC_BOMB\n8\tOTHER\n"


def test_what_the_scorer_says_is_a_table_or_json(run: Run, data: Path) -> None:
    data.with_name("score.py").write_text(SCORER, "utf-8")
    status, out, _ = run("re3d", data)
    assert status == 0
    assert out.splitlines()[1].split() == ["answered", "100.0", "50.0", "50.0"]
    assert json.loads(run("wikievents", data, "--json")[1])["flags"] == ["--level", "2", "--json"]


def test_a_scorer_that_fails_is_an_error_in_one_line(run: Run, data: Path) -> None:
    data.with_name("score.py").write_text("raise SystemExit('no gold there')", "utf-8")
    status, out, err = run("re3d", data)
    assert (status, out) == (1, "")
    assert err.rstrip().endswith("score.py: failed: no gold there")


def test_a_line_that_is_no_document_is_named(run: Run, data: Path) -> None:
    with data.open("a", encoding="utf-8") as stream:
        stream.write('{"id": 2}\n')
    status, _, err = run("geo", data)
    assert status == 1
    assert "data.jsonl:2: is no document with id and text" in err


def test_each_suite_answers_for_a_text_in_which_nothing_happens() -> None:
    graph = Graph(to_quads(Report(Article("All quiet."))))
    answers = [next(iter(suite.answer(graph).values())) for suite in SUITES.values()]
    assert answers == [[], [], "OTHER", [], [], []]


def test_a_concept_is_translated_by_the_narrowest_that_the_table_has() -> None:
    assert mapped(["CarBomb"], {"Explosive": "a", "Bomb": "b"}) == "b"
    assert mapped(["Nothing", "Threat"], {"Warning": "c", "Threat": "d"}) == "d"
    assert mapped([], {}) is None
