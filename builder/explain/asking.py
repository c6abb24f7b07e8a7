"""The questions of `queries/`, about nodes whose IRIs are put in."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, cast

from pyoxigraph import NamedNode, QuerySolutions, Store

import ontology
from builder.store import run_query

_EMPTY_VALUES: Final = re.compile(r"(VALUES \?\w+ )\{\}")


@cache
def _query(name: str) -> str:
    return (files(__package__) / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def ask(snapshot: Store, name: str, iris: Iterable[str]) -> list[dict[str, str]]:
    """Answer a query of `queries/` about some nodes: a row each, of strings; what is unbound is missing."""
    values = " ".join(str(NamedNode(iri)) for iri in iris)
    text = _EMPTY_VALUES.sub(lambda found: f"{found[1]}{{ {values} }}", _query(name))
    rows = cast("QuerySolutions", run_query(snapshot, text))
    names = [variable.value for variable in rows.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in rows]


def shortened(iri: str) -> str:
    """Write an IRI with a prefix of the ontology's, if one fits.

    >>> shortened("https://w3id.org/polemos/ontology#Attack")
    'plm:Attack'
    """
    found = (
        f"{prefix}:{iri.removeprefix(full)}"
        for prefix, full in ontology.PREFIXES.items()
        if iri.startswith(full)
    )
    return next(found, iri)
