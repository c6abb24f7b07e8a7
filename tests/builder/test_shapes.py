"""The compiled checks say what pySHACL says, and say it fast."""

import timeit
import tomllib
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, SH, Graph

import ontology
from builder.errors import ShapeError
from builder.shapes import Checker, Violation, check, shipped, taxonomy
from builder.shapes.graph import Graph as Triples

CASES = Path(__file__).parents[1] / "ontology"
BAD = tomllib.loads((CASES / "bad.toml").read_text(encoding="utf-8"))
GOOD = (CASES / "good.ttl").read_bytes()
PREFIXES = {**ontology.PREFIXES, "ex": "https://example.org/report/1/"}
HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix plm: <https://w3id.org/polemos/ontology#> . @prefix ex: <https://example.org/shapes#> .
"""


@pytest.fixture(scope="module")
def known():
    graph = Graph()
    for name in ontology.TERMS:
        graph.parse(ontology.path(name))
    return graph


@pytest.fixture(scope="module")
def shapes():
    return Graph().parse(ontology.path("shapes.ttl"))


def changed(update: str) -> list[ox.Quad]:
    store = ox.Store()
    store.load(GOOD, format=ox.RdfFormat.TURTLE)
    store.update(update, prefixes=PREFIXES)
    return list(store)


def by_pyshacl(quads: list[ox.Quad], known: Graph, shapes: Graph) -> set[tuple[str, str, str]]:
    """The shape, the node and the message of each result."""
    text = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    _, report, _ = pyshacl.validate(
        Graph().parse(data=text, format="nt") + known, shacl_graph=shapes, inplace=True
    )
    return {
        (
            owner(report.value(result, SH.sourceShape), shapes),
            focus_name(str(report.value(result, SH.focusNode))),
            str(report.value(result, SH.resultMessage)),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


def focus_name(name: str) -> str:
    """A blank node by a name that does not change with the library."""
    return name if name.startswith("http") else "_"


def owner(source, shapes: Graph) -> str:
    return (shapes.value(predicate=SH.property, object=source) or source).fragment


def test_good_graph_breaks_nothing():
    assert check(changed("")) == ()


def test_every_bad_graph_is_collected():
    assert len(BAD) == 90


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_graph_is_rejected_by_name(case):
    found = check(changed(case["update"]))
    assert {f"{broken.shape} {broken.path}".strip() for broken in found} == set(case["breaks"])


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_agrees_with_pyshacl(case, known, shapes):
    quads = changed(case["update"])
    found = {(broken.shape, focus_name(broken.focus), broken.message) for broken in check(quads)}
    assert found == by_pyshacl(quads, known, shapes)
    assert found


def test_named_graphs_and_order_do_not_matter():
    quads = changed(BAD["demand-as-fact"]["update"])
    moved = [ox.Quad(*quad.triple, ox.NamedNode("https://example.org/g")) for quad in reversed(quads)]
    assert check(moved) == check(quads) == check(quads + moved)


def test_violation_reads_as_one_line():
    broken = Violation("Node", "https://example.org/e1", "rdfs:label", "needs a label; give it one")
    assert str(broken) == "https://example.org/e1 rdfs:label: needs a label; give it one (shape Node)"


REFUSED = {
    "sparql": ('sh:sparql [ sh:select "SELECT $this {}" ] ; sh:message "m"', "sh:sparql"),
    "closed": ('sh:closed true ; sh:message "m"', "sh:closed"),
    "target-node": ("sh:targetNode plm:Killed", "sh:targetNode"),
    "target-objects": ("sh:targetObjectsOf plm:victim", "sh:targetObjectsOf"),
    "deactivated": ("sh:deactivated true", "sh:deactivated"),
    "severity": ("sh:severity sh:Warning", "sh:severity"),
    "limit-on-node": ('sh:minCount 1 ; sh:message "m"', "sh:minCount"),
    "unique-language": (
        'sh:property [ sh:path plm:reason ; sh:uniqueLang true ; sh:message "m" ]',
        "sh:uniqueLang",
    ),
    "within-or": ('sh:or ( [ sh:not [ sh:class plm:Event ] ] ) ; sh:message "m"', "sh:not"),
    "alternative-path": (
        'sh:property [ sh:path [ sh:alternativePath ( plm:count plm:atLeast ) ] ; sh:message "m" ]',
        "sh:path",
    ),
    "repeated-path": (
        'sh:property [ sh:path [ sh:zeroOrMorePath plm:partOf ] ; sh:message "m" ]',
        "sh:path",
    ),
    "no-path": ('sh:property [ sh:minCount 1 ; sh:message "m" ]', "sh:path"),
    "datatype": (
        'sh:property [ sh:path plm:count ; sh:datatype xsd:float ; sh:message "m" ]',
        "xsd:float",
    ),
    "node-kind": ('sh:nodeKind sh:IRIOrLiteral ; sh:message "m"', "sh:IRIOrLiteral"),
    "no-message": ("sh:class plm:Event", "no sh:message"),
    "no-message-on-property": ("sh:property [ sh:path plm:count ; sh:minCount 1 ]", "no sh:message"),
}


@pytest.mark.parametrize(("body", "named"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_compiled_is_refused_by_name(body, named, tmp_path):
    file = tmp_path / "shapes.ttl"
    file.write_text(f"{HEAD} ex:Shape a sh:NodeShape ; {body} .", encoding="utf-8")
    with pytest.raises(ShapeError, match=named):
        Checker(file, taxonomy())


def test_shape_with_a_target_has_a_name(tmp_path):
    file = tmp_path / "shapes.ttl"
    file.write_text(
        f'{HEAD} [] sh:targetClass plm:Event ; sh:class plm:Attack ; sh:message "m" .', encoding="utf-8"
    )
    with pytest.raises(ShapeError, match="IRI"):
        Checker(file, taxonomy())


def test_takes_little_longer_than_reading_the_quads():
    # 16 good graphs under names of their own: about 3,000 quads, so that the clock has something to measure.
    quads = [
        ox.Quad(*(moved(term, copy) for term in quad.triple)) for quad in changed("") for copy in range(16)
    ]
    assert check(quads) == ()
    checking = min(timeit.repeat(lambda: shipped().check(quads), number=1, repeat=15))
    grouping = min(timeit.repeat(lambda: Triples(quads), number=1, repeat=15))
    # Measured: 4 times; a ratio, since the clock of a busy machine says little. Twice that is a defect.
    assert checking < 8 * grouping


def moved(term, copy: int):
    is_own = isinstance(term, ox.NamedNode) and term.value.startswith(PREFIXES["ex"])
    return ox.NamedNode(f"{term.value}-{copy}") if is_own else term
