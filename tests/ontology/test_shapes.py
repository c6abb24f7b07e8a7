"""pySHACL accepts the good graph and rejects each bad one by the shape that it breaks."""

import tomllib
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, SH, Graph, Literal, URIRef

import ontology

HERE = Path(__file__).parent
BAD = tomllib.loads((HERE / "bad.toml").read_text(encoding="utf-8"))
PREFIXES = {**ontology.PREFIXES, "ex": "https://example.org/report/1/"}
SHAPES = Graph().parse(ontology.path("shapes.ttl"))
SHAPE_NAMES = {node: node.fragment for node in SHAPES.subjects(RDF.type, SH.NodeShape)}


@pytest.fixture(scope="module")
def known():
    return ontology.graph()


def good() -> Graph:
    return Graph().parse(HERE / "good.ttl")


def broken(data: Graph, known: Graph) -> set[str]:
    """The shapes that a graph breaks, each with the path where the constraint has one."""
    _, report, _ = pyshacl.validate(data + known, shacl_graph=SHAPES, inplace=True)
    return {name(source) for source in report.objects(None, SH.sourceShape)}


def name(source: URIRef) -> str:
    if source in SHAPE_NAMES:
        return SHAPE_NAMES[source]
    owner = SHAPES.value(predicate=SH.property, object=source)
    return f"{SHAPE_NAMES[owner]} {path(SHAPES.value(source, SH.path))}"


def path(node) -> str:
    inverse = SHAPES.value(node, SH.inversePath)
    if inverse is not None:
        return f"^{path(inverse)}"
    if (node, RDF.first, None) in SHAPES:
        return "/".join(map(path, SHAPES.items(node)))
    return next(f"{key}:{node[len(iri) :]}" for key, iri in PREFIXES.items() if node.startswith(iri))


def classes_of(graph: Graph) -> set[str]:
    types = graph.objects(None, RDF.type)
    return {iri.removeprefix(ontology.NAMESPACE) for iri in types if iri.startswith(ontology.NAMESPACE)}


def test_good_graph_is_accepted_and_has_every_class(known):
    assert broken(good(), known) == set()
    assert classes_of(good()) == {
        *("Report", "Event", "Attack", "Movement", "Warning", "Statement", "Actor", "Person", "Group"),
        *("Organization", "State", "Facility", "Place", "Weapon", "Casualties", "Mention", "IdentityLink"),
        "BlockedLink",
        *("EntityMention", "EventMention", "ArgumentMention"),
    }


def test_every_bad_graph_is_collected():
    assert len(BAD) == 90


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_graph_is_rejected_by_name(case, known):
    data = good()
    before = len(data), set(data)
    data.update(case["update"], initNs=PREFIXES)
    assert (len(data), set(data)) != before, "the update changes nothing"
    assert broken(data, known) == set(case["breaks"])


def test_every_shape_is_broken_by_some_bad_graph():
    named = {entry.partition(" ")[0] for case in BAD.values() for entry in case["breaks"]}
    assert named == set(SHAPE_NAMES.values())


def test_every_constraint_has_a_message():
    constrained = set(SHAPES.objects(None, SH.property)) | set(SHAPES.subjects(SH["or"]))
    inner = {
        part
        for head in SHAPES.objects(None, SH["or"])
        for member in SHAPES.items(head)
        for part in (member, *SHAPES.objects(member, SH.property))
    }
    assert len(constrained - inner) > 60
    for shape in constrained - inner:
        message = SHAPES.value(shape, SH.message)
        assert isinstance(message, Literal), shape
        assert len(message) > 20


def test_shapes_conform_to_shacl(known):
    conforms, _, text = pyshacl.validate(good() + known, shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text
