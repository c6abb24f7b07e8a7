"""Copies of one text in a store: linked, counted once, followed as reports come, change and go."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions

from builder.build import build
from builder.commands.info import COPIES
from builder.copies import COPY_OF, copies_graph, link_copies
from builder.copies.register import FILE
from builder.explain.facts import explain
from builder.exports import acled, ucdp
from builder.exports.reading import read_events
from builder.extraction import Pipeline
from builder.index.gathering import Gathering
from builder.merge import merge
from builder.model import Article, Report
from builder.rdf import report_iri, to_quads
from builder.store import Store, open_snapshot, run_query

DISPATCH = """Car bomb kills 12 at market in Kirkuk

A car bomb killed 12 people at a vegetable market in Kirkuk on Tuesday, police said. The blast tore through
the stalls at the busiest hour of the morning.

Witnesses saw a man leave a white sedan beside the market and walk away. Three suspects were arrested at a
checkpoint north of the city in the afternoon, the governor's office said in a statement.

No group has claimed responsibility for the attack so far. The city has been quiet since the spring.
"""
PRINTED = DISPATCH.replace("Car bomb kills 12 at market in Kirkuk", "Slaughter among the stalls").partition(
    "No group"
)[0]
OTHER = """Twelve dead in Kirkuk

On Tuesday twelve people were killed by a car bomb at the vegetable market of Kirkuk. A hospital asked for
blood. Traders blamed the police, who had let a sedan stand there since dawn although parking is forbidden.
The council meets this evening to talk about guards for all markets of the town.
"""
FIRST = Article(DISPATCH, publisher="Plains Wire", published=date(2024, 1, 24))
COPY = Article(PRINTED, publisher="Harbour Post", published=date(2024, 1, 25))
INDEPENDENT = Article(OTHER, publisher="Tigris News", published=date(2024, 1, 25))


def iri(article: Article) -> str:
    return report_iri(article).value


def put(store: Store, *articles: Article, with_text: bool = True) -> None:
    """Add reports of which nothing was read but their texts."""
    graphs = {
        report_iri(article): tuple(to_quads(Report(article), with_text=with_text)) for article in articles
    }
    store.replace(graphs)


def links(store: Store) -> dict[str, str]:
    quads = store.inner.quads_for_pattern(None, None, None, copies_graph())
    return {quad.subject.value: quad.object.value for quad in quads}


def test_a_copy_is_linked_to_the_first_print(store: Store) -> None:
    put(store, COPY, INDEPENDENT, FIRST)
    assert merge(store).changed
    assert links(store) == {iri(COPY): iri(FIRST)}
    assert not merge(store).changed
    assert not merge(store, anew=True).changed


@pytest.mark.parametrize("first", [FIRST, COPY])
def test_the_order_does_not_matter(store: Store, first: Article) -> None:
    for article in (first, INDEPENDENT, COPY, FIRST):
        put(store, article)
        merge(store)
    assert links(store) == {iri(COPY): iri(FIRST)}


def test_what_is_retracted_has_no_copies(store: Store) -> None:
    last = replace(COPY, publisher="Hill Post", published=datetime(2024, 1, 26, 8))
    put(store, FIRST, COPY, last)
    merge(store)
    assert links(store) == {iri(COPY): iri(FIRST), iri(last): iri(FIRST)}
    store.replace({NamedNode(iri(FIRST)): ()})
    assert merge(store).changed
    assert links(store) == {iri(last): iri(COPY)}
    store.replace({NamedNode(iri(COPY)): ()})
    merge(store)
    assert links(store) == {}


def test_links_that_were_lost_or_made_up_are_mended(store: Store) -> None:
    put(store, FIRST, COPY, INDEPENDENT)
    merge(store)
    before = links(store)
    store.update(f"CLEAR GRAPH {copies_graph()}")
    assert merge(store).changed
    store.replace(
        {copies_graph(): [Quad(report_iri(INDEPENDENT), COPY_OF, report_iri(FIRST), copies_graph())]}
    )
    assert merge(store).changed
    assert links(store) == before
    (store.path / FILE).unlink()
    assert not merge(store).changed


@pytest.mark.parametrize("issued", ["last Tuesday", "2024", ""])
def test_a_day_that_is_none_is_not_known(store: Store, issued: str) -> None:
    put(store, FIRST, COPY)
    graph, name = report_iri(FIRST), NamedNode("http://purl.org/dc/terms/issued")
    store.replace({}, facts=[Quad(graph, name, Literal(issued), graph)])
    merge(store)
    assert links(store) == {iri(FIRST): iri(COPY)}  # what has a day is first


def test_only_what_is_new_is_looked_at(store: Store) -> None:
    put(store, FIRST, INDEPENDENT)
    known = {iri(FIRST): "1", iri(INDEPENDENT): "1"}
    assert not link_copies(store, known)
    put(store, COPY)
    store.replace({NamedNode(iri(FIRST)): ()})  # behind its back: it is not read again
    assert link_copies(store, {**known, iri(COPY): "1"})
    assert links(store) == {iri(COPY): iri(FIRST)}


@pytest.fixture
def built(tmp_path: Path, store: Store, nlp) -> Store:
    """A store with the three reports as they are read."""
    for number, article in enumerate((FIRST, COPY, INDEPENDENT)):
        head = f"---\npublisher: {article.publisher}\npublished: {article.published}\n---\n"
        (tmp_path / f"{number}.md").write_text(f"{head}{article.text}")
    assert build(tmp_path.glob("*.md"), store, Pipeline(nlp)).built == 3
    return store


def bombing(store: Store) -> str:
    """The one event that all three reports tell of."""
    query = """SELECT ?event WHERE {
          ?event a plm:Attack ; prov:wasDerivedFrom ?told .
          GRAPH ?report { ?told a ?class }
        } GROUP BY ?event HAVING (COUNT(DISTINCT ?report) = 3)"""
    found = run_query(open_snapshot(store.path), query)
    assert isinstance(found, QuerySolutions)
    ((event,),) = found
    return event.value


def test_copies_count_once_wherever_sources_are_counted(built: Store) -> None:
    event, snapshot = bombing(built), open_snapshot(built.path)
    assert {row.iri: row.reports for row in Gathering(snapshot).events()}[event] == 2
    (record,) = read_events(snapshot, [event])
    assert len(record.sources) == 3
    assert [row["number_of_sources"] for row in acled.rows([record], timestamp=0)] == [2]
    assert [row["number_of_sources"] for row in ucdp.rows([record])] == [2]
    (count,) = run_query(snapshot, COPIES)
    assert count[0].value == "1"


def test_a_copy_is_explained(built: Store) -> None:
    found = explain(open_snapshot(built.path), iri(COPY))
    (said,) = [each for each in found.properties if each.name == "plm:copyOf"]
    assert [value.value for value in said.values] == [iri(FIRST)]


def test_without_texts_the_sentences_that_were_read_tell(built: Store, tmp_path: Path, nlp) -> None:
    build(tmp_path.glob("*.md"), built, Pipeline(nlp, with_text=False))
    assert not list(
        built.inner.quads_for_pattern(None, NamedNode("https://w3id.org/polemos/ontology#text"), None)
    )
    assert links(built) == {iri(COPY): iri(FIRST)}
