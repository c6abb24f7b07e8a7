"""What is sent to an endpoint for what was asked here: the same question, with what it would lack there.

A relative IRI is resolved as it would be here. Where the default graph of the endpoint is the union of all
graphs, the merged layer has a name there, and is the default graph of each query that names no dataset.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from server.messages import Dump, Query
from server.tokens import SKIPPED, Kind, Token, tokens

_GRAPHS: Final = ("construct", "describe")
_FORMS: Final = ("select", "ask", *_GRAPHS)


@dataclass(frozen=True, slots=True)
class Question:
    """A query as an endpoint gets it; what it asks for is a graph, whether something is so, or rows."""

    text: str
    is_graph: bool = False
    is_ask: bool = False
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def of_query(query: Query, merged_graph: str | None) -> Question:
    """Give what asks an endpoint a well-formed query. Raises `ValueError` for a graph that is no IRI.

    >>> question = of_query(Query("ASK { GRAPH <urn:g> {} }", base="urn:base"), "urn:merged")
    >>> question.is_ask, question.default_graphs, question.named_graphs
    (True, ('urn:merged',), ('urn:g',))
    """
    default, named = (
        tuple(NamedNode(iri).value for iri in graphs) for graphs in (query.default_graphs, query.named_graphs)
    )
    text = f"BASE {NamedNode(query.base)}\n{query.text}" if query.base else query.text
    form = _form(query.text)
    question = Question(text, form.startswith(_GRAPHS), form.startswith("ask"), default, named)
    return _in_merged(question, merged_graph)


def of_dump(dump: Dump, merged_graph: str | None) -> Question:
    """Give what asks an endpoint for a whole graph."""
    pattern = "?s ?p ?o" if dump.graph is None else f"GRAPH {NamedNode(dump.graph)} {{ ?s ?p ?o }}"
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"
    return _in_merged(Question(text, is_graph=True), merged_graph)


def of_existence(graph: str, merged_graph: str | None) -> Question:
    """Give what asks an endpoint whether it has a graph: many forget one that is empty."""
    text = f"ASK {{ GRAPH {NamedNode(graph)} {{ ?s ?p ?o }} }}"
    return _in_merged(Question(text, is_ask=True), merged_graph)


def _significant(text: str) -> Iterator[Token]:
    return (token for token in tokens(text) if token.kind not in SKIPPED)


def _form(text: str) -> str:
    """Give the word that says what a query asks for: the first that is none of its prologue.

    Oxigraph reads words without a blank between, so more may stand in it.

    >>> _form("PREFIX ask: <urn:ask> ConstructWhere { ?s ask:a ?o }")
    'constructwhere'
    """
    words = (token.text.lower() for token in _significant(text) if token.kind is Kind.WORD)
    return next(word for word in words if word.startswith(_FORMS))


def _in_merged(question: Question, merged_graph: str | None) -> Question:
    """Make the merged layer the default graph of a question that names no dataset.

    Virtuoso, for which this is, finds the graphs of variables then, but none that is not named beside it.
    """
    if merged_graph is None or question.default_graphs or question.named_graphs:
        return question
    found = list(_significant(question.text))
    if any(token.kind is Kind.WORD and token.text.lower().endswith("from") for token in found):
        return question
    return replace(question, default_graphs=(merged_graph,), named_graphs=tuple(_named(found)))


def _named(found: Sequence[Token]) -> Iterator[str]:
    """Give the graphs that a question names by absolute IRIs."""
    for before, token in pairwise(found):
        iri = token.text[1:-1]
        if token.kind is Kind.IRI and before.text.lower().endswith("graph") and urlsplit(iri).scheme:
            yield iri
