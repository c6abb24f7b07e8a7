"""Explanations over the reports in `seeds/`, as the pipeline reads them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote as encoded

import pyoxigraph as ox
import pytest

from builder import cli
from builder.errors import QueryError
from builder.explain.facts import explain, stored_article
from builder.explain.tracing import NodeTrace, trace
from builder.model import Article
from builder.rdf import report_iri
from builder.readers import read
from builder.store import Store, open_snapshot

if TYPE_CHECKING:
    from spacy.language import Language

SEEDS = Path(__file__).parents[3] / "seeds"
ROCKETS = SEEDS / "01-mosul-base-rockets.md"


@pytest.fixture(scope="module")
def snapshot(seeds: Store) -> ox.Store:
    return open_snapshot(seeds.path)


@pytest.fixture(scope="module")
def traces(nlp: "Language") -> dict[str, tuple[str, dict[str, NodeTrace]]]:
    """By the name of each seed, its report's IRI and its trace."""
    articles = [article for article in read([SEEDS]) if isinstance(article, Article)]
    assert len(articles) == 13
    return {article.origin.name: (report_iri(article).value, trace(nlp, article)) for article in articles}


def node(snapshot: ox.Store, pattern: str) -> str:
    """Find the one node that fits a pattern."""
    rows = snapshot.query(
        f"SELECT DISTINCT ?node WHERE {{ {pattern} }}",
        prefixes={
            "plm": "https://w3id.org/polemos/ontology#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "prov": "http://www.w3.org/ns/prov#",
        },
    )
    (found,) = [row["node"].value for row in rows]
    return found


@pytest.fixture(scope="module")
def attack(snapshot: ox.Store) -> str:
    """The attack on the Ghazlani base, as the first report tells it."""
    return node(
        snapshot,
        'GRAPH ?r { ?node a plm:Attack ; plm:weapon/plm:quantity 4 } FILTER(CONTAINS(STR(?node), "attack-"))',
    )


# From the graph alone


def test_a_value_has_the_words_that_it_was_read_from(snapshot: ox.Store, attack: str) -> None:
    found = explain(snapshot, attack)
    (target,) = next(each for each in found.properties if each.name == "plm:target").values
    assert target.label == "Ghazlani military base"
    quote = target.quotes[0]
    assert quote.words == "the Ghazlani military base"
    assert quote.sentence.startswith("Four Katyusha rockets hit")
    assert found.report is not None
    assert (found.report.publisher, found.report.issued) == ("Levant Wire", "2024-01-09")
    assert found.report.built_with.startswith("polemos ")


def test_offsets_are_those_of_the_text(snapshot: ox.Store, attack: str) -> None:
    (article,) = read([ROCKETS])
    evidence = next(each for each in explain(snapshot, attack).properties if each.name == "plm:evidence")
    assert len(evidence.values) > 1
    for value in evidence.values:
        (quote,) = value.quotes
        assert article.text[quote.start : quote.end] == quote.words


def test_a_merged_node_has_members_links_and_what_was_left_out(snapshot: ox.Store, attack: str) -> None:
    merged = node(snapshot, f"?node prov:wasDerivedFrom <{attack}>")
    found = explain(snapshot, merged)
    assert len(found.members) > 1
    for member in found.members:
        assert member.quotes
        assert member.report.title
        assert any(reason.startswith("same day") for reason in member.reasons)
        assert 0 < float(member.score) <= 1
    modality = next(each for each in found.properties if each.name == "plm:modality")
    kept = {value.value: value.is_kept for value in modality.values}
    assert kept["plm:Asserted"] is True
    assert modality.values[0].rule.startswith("one only")
    (target,) = next(each for each in found.properties if each.name == "plm:target").values
    assert len(target.members) > 1


def test_each_node_of_the_merged_layer_is_explained(snapshot: ox.Store) -> None:
    """Every value has members that say it, or a rule that makes it; nothing empty is without a reason."""
    found = snapshot.query("SELECT DISTINCT ?n WHERE { ?n <http://www.w3.org/ns/prov#wasDerivedFrom> ?m }")
    nodes = sorted(row["n"].value for row in found)
    assert len(nodes) > 200
    for iri in nodes[::10]:
        explanation = explain(snapshot, iri)
        assert explanation.members
        for each in explanation.properties:
            assert each.values or each.why_empty
            assert all(value.members or value.rule for value in each.values)


def test_a_report_is_explained_by_what_it_says_of_itself(snapshot: ox.Store, attack: str) -> None:
    report = attack.rpartition("/")[0]
    found = explain(snapshot, report)
    assert found.report is not None
    assert found.report.iri == report
    assert found.classes == ("plm:Report",)


@pytest.mark.parametrize("iri", ["https://example.org/nobody", "no iri", "", "https://example.org/a b"])
def test_what_is_not_there_is_a_clear_error(snapshot: ox.Store, iri: str) -> None:
    with pytest.raises(QueryError, match=f"^{iri}: .*; "):
        explain(snapshot, iri)


# From the text


NODES = """SELECT DISTINCT ?node WHERE {
  VALUES ?class { plm:Event plm:Actor plm:Facility plm:Place plm:Weapon plm:Casualties }
  GRAPH <%s> { ?node a ?class }
}"""


def test_every_node_of_every_seed_is_traced(snapshot: ox.Store, traces) -> None:
    """What the graph holds and what the trace tells are the same nodes, and each was written by somebody."""
    for report, traced in traces.values():
        rows = snapshot.query(NODES % report, prefixes={"plm": "https://w3id.org/polemos/ontology#"})
        held = {row["node"].value.removeprefix(f"{report}/") for row in rows}
        assert held == {encoded(key, safe="") for key in traced}
        assert all(each.steps for each in traced.values())


def steps_of(traced: NodeTrace, name: str) -> list[tuple[str, str]]:
    return [(step.component, step.value) for step in traced.steps if step.property == name]


def test_the_component_that_wrote_a_value_is_named(traces) -> None:
    _, traced = traces[ROCKETS.name]
    attack = traced["attack-23-26"]
    assert steps_of(attack, "target")[0] == ("polemos_roles", "Ghazlani military base")
    assert steps_of(attack, "startDate") == [("polemos_circumstances", "2024-01-08")]
    assert ("polemos_casualties", "Injured 2") in steps_of(attack, "casualties")
    (monday,) = [step for step in attack.steps if step.property == "startDate"]
    assert monday.quotes[0].words == "Monday"
    assert "2024-01-09" in monday.rule


def test_a_change_of_modality_has_its_cue(traces) -> None:
    _, traced = traces[ROCKETS.name]
    firing = traced["attack-589-595"]
    modality = [step for step in firing.steps if step.property == "modality"]
    assert [(step.component, step.value) for step in modality] == [
        ("polemos_roles", "Asserted"),
        ("polemos_modality", "Alleged"),
    ]
    assert [quote.words for quote in modality[-1].quotes] == ["accused"]


@pytest.fixture
def read_again(nlp: "Language") -> Callable[[str], dict[str, NodeTrace]]:
    return lambda text: trace(nlp, Article(text))


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("Rockets hit a base in Mosul.", "perpetrator", "no mention found"),
        ("Rockets hit a base in Mosul.", "startDate", "no mention found"),
        (
            "Rockets hit a base in Mosul on Monday.",
            "startDate",
            "not resolvable: “Monday” gives no date, and the",
        ),
        ("Rockets hit a base in Mosul.", "perpetratorBasis", "there is no perpetrator"),
        ("Rebels could attack a base in Mosul.", "perpetratorBasis", "has none"),
        ("Rockets hit a base in Mosul.", "casualties", "no mention found"),
    ],
)
def test_why_a_property_of_an_attack_is_empty(read_again, text: str, name: str, reason: str) -> None:
    traced = read_again(text)
    (attack,) = [each for key, each in traced.items() if key.startswith("attack-")]
    assert reason in attack.absences[name]


def test_why_a_place_is_not_identified(read_again) -> None:
    traced = read_again("Gunmen killed two soldiers in Qzyxville, a town in northern Mali.")
    (place,) = [each for key, each in traced.items() if "owl:sameAs" in each.absences]
    assert "knows “Qzyxville”" in place.absences["owl:sameAs"]


# The command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]):
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["polemos", "explain", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfdbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


def test_the_command_marks_the_words_and_names_the_components(run, seeds: Store, attack: str) -> None:
    status, out, err = run("--store", seeds.path, "--document", ROCKETS, attack)
    assert (status, err) == (0, "")
    assert "Four Katyusha rockets hit [the Ghazlani military base] in southern Mosul" in out
    assert "polemos_roles wrote Ghazlani military base from “the Ghazlani military base”" in out
    assert "plm:perpetrator: no component found one" in out
    assert "another version" not in out


def test_the_command_gives_the_same_as_json(run, seeds: Store, attack: str) -> None:
    status, out, _ = run("--store", seeds.path, "--document", ROCKETS, "--json", attack)
    assert status == 0
    found = json.loads(out)
    names = {each["name"]: each for each in found["properties"]}
    assert names["plm:target"]["steps"][0]["component"] == "polemos_roles"
    assert names["plm:perpetrator"]["why_empty"]


def test_without_the_text_what_the_graph_shows_is_said(run, seeds: Store, attack: str) -> None:
    status, out, _ = run("--store", seeds.path, attack)
    assert status == 0
    assert "plm:perpetratorBasis: there is no perpetrator" in out
    assert "[the Ghazlani military base]" in out


def test_another_document_is_refused(run, seeds: Store, attack: str) -> None:
    status, _, err = run("--store", seeds.path, "--document", SEEDS / "09-gao-convoy.md", attack)
    assert status == 1
    assert "09-gao-convoy.md: is not what the report was read from" in err


def test_an_unknown_iri_is_one_line(run, seeds: Store) -> None:
    status, out, err = run("--store", seeds.path, "https://example.org/nobody")
    assert (status, out) == (1, "")
    assert err == (
        "polemos: error: https://example.org/nobody: no such node in the store; find one with polemos query, "
        "or build the report that has it\n"
    )


def test_a_text_that_is_kept_is_read_again(seeds: Store, snapshot: ox.Store) -> None:
    """A store that holds the texts needs no document: what is read is checked by its hash."""
    (article,) = read([ROCKETS])
    report = report_iri(article)
    memory = ox.Store()
    memory.extend(snapshot.quads_for_pattern(None, None, None, report))
    text = ox.NamedNode("https://w3id.org/polemos/ontology#text")
    for quad in list(memory.quads_for_pattern(report, text, None, None)):
        memory.remove(quad)
    assert stored_article(memory, report.value) is None
    memory.add(ox.Quad(report, text, ox.Literal(article.text), report))
    assert stored_article(memory, report.value) == article
    memory.update(f"DELETE WHERE {{ GRAPH ?g {{ <{report.value}> {text} ?old }} }}")
    memory.add(ox.Quad(report, text, ox.Literal(article.text + "!"), report))
    assert stored_article(memory, report.value) is None
