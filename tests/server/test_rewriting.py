"""Updates read the graphs that the protocol names: seen in what they do to a store."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rewriting import with_using, without_silent_loads
from server.tokens import Kind, tokens

A, B = "http://example.org/a", "http://example.org/b"
# What the updates below read and write: a value in the default graph, and one in each graph.
DATA = f"""
    <urn:s> <urn:p> "default" .
    <urn:s> <urn:p> "a" <{A}> .
    <urn:s> <urn:p> "b" <{B}> .
"""
INSERT = 'INSERT { <urn:s> <urn:seen> ?o } WHERE { ?s <urn:p> ?o . BIND("WHERE {" AS ?x) }'
DELETE = "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"


def store() -> ox.Store:
    given = ox.Store()
    given.load(DATA, format=ox.RdfFormat.N_QUADS)
    return given


def values(store: ox.Store, predicate: str, graph: ox.NamedNode | ox.DefaultGraph | None = None) -> set[str]:
    quads = store.quads_for_pattern(None, ox.NamedNode(predicate), None, graph)
    return {quad.object.value for quad in quads}


@pytest.mark.parametrize(
    ("default_graphs", "seen"), [([], {"default"}), ([A], {"a"}), ([A, B], {"a", "b"}), (["urn:none"], set())]
)
@pytest.mark.parametrize(
    "text",
    [
        INSERT,
        f"# WHERE {{\n{INSERT} # WHERE",
        "INSERT{<urn:s><urn:seen>?o}WHERE{?s<urn:p>?o}",
        "insert { <urn:s> <urn:seen> ?o } # where {\n where { ?s <urn:p> ?o }",
        "INSERT { <urn:s> <urn:seen> ?where } WHERE { ?s <urn:p> ?where FILTER(?where != '} WHERE {') }",
        "INSERT { <urn:s> <urn:seen> ?o } WHERE { { SELECT ?o WHERE { ?s <urn:p> ?o } } }",
        "INSERT { <urn:s> <urn:seen> ?o } WHERE { FILTER EXISTS { ?s <urn:p> ?o } ?s <urn:p> ?o }",
        "DELETE { ?s <urn:q> ?o } INSERT { <urn:s> <urn:seen> ?o } WHERE { ?s <urn:p> ?o }",
        f"PREFIX where: <urn:> BASE <urn:WHERE{{}}> {INSERT.replace('<urn:p>', 'where:p')}".replace("{}", ""),
        f"INSERT DATA {{ <urn:where> <urn:q> '''WHERE {{''' }} ; {INSERT} ;",
        f"CLEAR SILENT GRAPH <urn:c> ; CREATE GRAPH <urn:c> ; {INSERT} ; ADD <urn:c> TO <urn:d>",
        f'DELETE DATA {{ GRAPH <urn:c> {{ <urn:a> <urn:b> """WHERE"""@en }} }} ; {INSERT}',
        f"VERSION '1.2' {INSERT}",
    ],
)
def test_an_operation_reads_the_graphs(text: str, default_graphs: list[str], seen: set[str]) -> None:
    updated = store()
    updated.update(with_using(text, default_graphs, []))
    assert values(updated, "urn:seen", ox.DefaultGraph()) == seen


@pytest.mark.parametrize("template", ["GRAPH ?g { ?s <urn:p> ?o }", "{ GRAPH ?g { ?s <urn:p> ?o } }"])
@pytest.mark.parametrize(("named_graphs", "seen"), [([A], {"a"}), ([A, B], {"a", "b"}), ([B, B], {"b"})])
def test_named_graphs(template: str, named_graphs: list[str], seen: set[str]) -> None:
    updated = store()
    updated.update(with_using(f"INSERT {{ ?s <urn:seen> ?o }} WHERE {{ {template} }}", [], named_graphs))
    assert values(updated, "urn:seen") == seen


def test_both_kinds_of_graphs() -> None:
    updated = store()
    text = "INSERT { ?s <urn:seen> ?o, ?n } WHERE { ?s <urn:p> ?o . GRAPH ?g { ?s <urn:p> ?n } }"
    updated.update(with_using(text, [A], [B]))
    assert values(updated, "urn:seen") == {"a", "b"}


def test_several_operations_each_read_them() -> None:
    updated = store()
    updated.update(with_using(f"{INSERT} ; {INSERT.replace('seen', 'again')};{DELETE}", [A], []))
    assert values(updated, "urn:seen") == values(updated, "urn:again") == {"a"}
    assert values(updated, "urn:p") == {"default", "a", "b"}  # DELETE deletes from the default graph


@pytest.mark.parametrize(
    "text",
    [
        "DELETE WHERE { ?s <urn:p> ?o . GRAPH ?g { ?s <urn:p> ?o } }",
        "delete # {\nwhere # }\n{ ?s <urn:p> ?o . # }\n GRAPH ?g { ?s <urn:p> ?o } } ;",
        "PREFIX : <urn:> DELETE WHERE { ?s :p ?o . GRAPH ?g { ?s :p ?o } } ; CLEAR SILENT GRAPH <urn:where>",
    ],
)
def test_the_short_form_is_written_out(text: str) -> None:
    updated = store()
    updated.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("b")))
    updated.update(with_using(text, [B], [B]))
    assert values(updated, "urn:p") == {"default", "a"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CLEAR ALL",
        "PREFIX a: <urn:a>",
        "INSERT DATA { <urn:a> <urn:b> 'WHERE' } ; DROP GRAPH <urn:where>",
        "LOAD SILENT <urn:a> INTO GRAPH <urn:b> ; MOVE SILENT DEFAULT TO <urn:c> ; COPY <urn:a> TO DEFAULT",
        "DELETE DATA { <urn:a> <urn:b> 1 } # WHERE",
    ],
)
def test_what_reads_nothing_stays(text: str) -> None:
    assert with_using(text, [A], [B]) == text


def test_without_graphs_any_text_stays() -> None:
    text = "WITH <urn:a> DELETE { } USING <urn:b> WHERE { }"
    assert with_using(text, [], []) == text


def test_a_prologue_may_stand_between_operations() -> None:
    """Oxigraph 0.5 takes none there, though SPARQL has it. When it does, this can run like the others."""
    text = f"PREFIX a: <urn:a> {DELETE} ;\nPREFIX where: <urn:where> BASE <urn:b> # WHERE\n{DELETE}"
    assert with_using(text, [A], []) == text.replace("} WHERE", f"}} USING <{A}> WHERE")
    with pytest.raises(SyntaxError, match="error at 2:7"):
        store().update(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"WITH <urn:a> {DELETE}", "WITH"),
        ("DELETE { ?s ?p ?o } USING <urn:a> WHERE { ?s ?p ?o }", "USING"),
        ("DELETE { ?s ?p ?o } using named <urn:a> WHERE { ?s ?p ?o }", "USING"),
        (f"{DELETE} ; {DELETE} ; with <urn:a> {DELETE}", "WITH"),
        ("DELETEWHERE { ?s ?p ?o }", "'DELETEWHERE' is no word"),
        ("DELETE{?s ?p ?o}USINGNAMED<urn:a>WHERE{?s ?p ?o}", "'USINGNAMED' is no word"),
        ("SELECT * { ?s ?p ?o }", "'SELECT' is no word"),
    ],
)
def test_an_update_that_names_its_graphs_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        with_using(text, [A], [])


@pytest.mark.parametrize(
    "text",
    [
        "DELETE WHERE { ?s ?p ?o",
        "DELETE WHERE",
        "WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o } }",
        "} WHERE {",
        "INSERT DATA { <urn:a> <urn:b> 'c } WHERE { }",
        "INSERT { ?s ?p ?o }",
    ],
)
def test_malformed_updates_stay_malformed(text: str) -> None:
    with pytest.raises(SyntaxError):
        store().update(with_using(text, [A], [B]))


NO_IRIS = [
    *[
        "",
        "a",
        "/a",
        "http:// ",
        "urn:a b",
        "urn:a>",
        "urn:a> WHERE {} ; DROP ALL #",
        "urn:\n",
        "urn:a\\u003E",
    ],
    *[
        "<urn:a>",
        "urn:<",
        "urn:{",
        "urn:}",
        'urn:"',
        "urn:|",
        "urn:^",
        "urn:`",
        "urn:\\",
        "urn:\x00",
        "urn:%",
    ],
]


@pytest.mark.parametrize("graph", NO_IRIS)
def test_a_graph_that_is_no_absolute_iri_is_refused(graph: str) -> None:
    for graphs in ([graph], []), ([], [graph]):
        with pytest.raises(ValueError, match="no absolute IRI"):
            with_using(DELETE, *graphs)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_the_graph_one_iri_is_written_or_none(rest: str) -> None:
    try:
        written = with_using(DELETE, [f"urn:{rest}"], [])
    except ValueError:
        return
    found = [token for token in tokens(written) if token.kind is not Kind.SPACE]
    plain = [token for token in tokens(DELETE) if token.kind is not Kind.SPACE]
    assert [token.text for token in found] == [
        *[token.text for token in plain[:6]],
        *["USING", f"<urn:{rest}>"],
        *[token.text for token in plain[6:]],
    ]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("LOAD SILENT <urn:a>", "INSERT DATA {}"),
        ("load silent <urn:a> into graph <urn:g>", "INSERT DATA {}"),
        ("PREFIX e: <urn:> LOAD SILENT e:a ; CLEAR ALL", "PREFIX e: <urn:> INSERT DATA {} ; CLEAR ALL"),
        ("LOAD # a\nSILENT <urn:a>; LOAD SILENT <urn:b>", "INSERT DATA {}; INSERT DATA {}"),
        ("LOAD SILENT <urn:kept>; LOAD SILENT <urn:b>", "LOAD SILENT <urn:kept>; INSERT DATA {}"),
        ("LOAD <urn:a>", "LOAD <urn:a>"),
        ("INSERT DATA { <urn:a> <urn:b> 'LOAD SILENT <urn:a>' }",) * 2,
        ("CLEAR SILENT GRAPH <urn:a>",) * 2,
        ("LOAD SILENT",) * 2,
    ],
)
def test_silent_loads_that_are_refused_do_nothing(text: str, becomes: str) -> None:
    assert without_silent_loads(text, lambda target: target != "<urn:kept>") == becomes
