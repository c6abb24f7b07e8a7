"""The query behind a list: the same events in SPARQL, for whoever wants to go on from there."""

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import NamedNode

import ontology
from builder.index.model import Facet
from server.rows import Row
from server.selection import Selection

_PREFIXES: Final = ("plm", "rdf", "rdfs", "geo", "prov", "dcterms")
_WHO: Final = "plm:perpetrator|plm:mover|plm:issuer"
_WHERE: Final = "plm:location|plm:destination|plm:target|plm:origin"
_INVOLVED: Final = f"{_WHO}|plm:target|plm:victim|plm:addressee|plm:location|plm:destination|plm:origin"
# What holds of an event that has one of the values of a facet, which are those of ?value.
_PATTERNS: Final = {
    Facet.TYPE: "?event plm:eventType|rdf:type ?type .",
    Facet.ACTOR: f"?event {_WHO} ?actor .",
    Facet.TARGET: (
        "?event plm:target|plm:victim ?struck .\n  ?struck plm:facilityType|plm:actorType|rdf:type ?target ."
    ),
    Facet.COUNTRY: f"?event ({_WHERE})/(plm:location|geo:sfWithin)* ?country .",
    Facet.MODALITY: "?event plm:modality ?modality .",
    Facet.OUTCOME: "?event plm:casualties/plm:outcome ?outcome .",
    Facet.SOURCE: (
        "?event prov:wasDerivedFrom ?told .\n  "
        "GRAPH ?report { ?told plm:evidence ?words . ?report dcterms:publisher ?source }"
    ),
    Facet.ABOUT: f"?event ({_INVOLVED})/(plm:location|geo:sfWithin)* ?about .",
}
_TERMS: Final = (Facet.TYPE, Facet.TARGET, Facet.MODALITY, Facet.OUTCOME)


def query_behind(selection: Selection, shown: Iterable[Row]) -> str:
    """Write a selection in SPARQL. Words and parts of the map are not: then it is of the events shown."""
    if selection.words or selection.box:
        events = "\n    ".join(f"<{row.iri}>" for row in shown)
        return _whole([f"# the events of this page\n  VALUES ?event {{\n    {events}\n  }}"])
    return _whole([*_facets(selection), *_period(selection)])


def graph_behind(shown: Iterable[Row]) -> str:
    """Write a query for what is said of some events."""
    events = "\n    ".join(f"<{row.iri}>" for row in shown)
    return (
        "CONSTRUCT { ?event ?property ?value } WHERE {\n  "
        f"VALUES ?event {{\n    {events}\n  }}\n  ?event ?property ?value\n}}"
    )


def _whole(conditions: Iterable[str]) -> str:
    """Put a query together."""
    body = "\n  ".join(
        (
            "?event a plm:Event ;\n    rdfs:label ?label .",
            "FILTER NOT EXISTS { ?event a plm:Statement }",
            *conditions,
            "OPTIONAL { ?event plm:startDate ?date }",
        )
    )
    used = [name for name in _PREFIXES if f"{name}:" in body]
    prefixes = "".join(f"PREFIX {name}: <{ontology.PREFIXES[name]}>\n" for name in used)
    return (
        f"{prefixes}\nSELECT DISTINCT ?event ?label ?date WHERE {{\n  {body}\n}}\nORDER BY DESC(?date) ?event"
    )


def _facets(selection: Selection) -> Iterator[str]:
    for facet, values in selection.facets.items():
        names = dict.fromkeys(name for value in values for name in _names(facet, value))
        yield f"VALUES ?{facet} {{ {' '.join(names)} }}\n  {_PATTERNS[facet]}"


def _names(facet: Facet, value: str) -> Iterator[str]:
    """Write a value; a type stands for its kinds too."""
    if facet in _TERMS:
        if value in ontology.labels():
            yield from (f"plm:{name}" for name in (value, *_below(value)))
        else:
            yield '""'  # no term, so nothing has it
    elif facet is Facet.SOURCE:
        yield '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    else:
        yield f"<{value}>" if _is_iri(value) else '""'


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _below(concept: str) -> Iterator[str]:
    return (name for name in ontology.broader() if concept in ontology.ancestors(name)[1:])


def _period(selection: Selection) -> Iterator[str]:
    """Dates are compared as far as they are known: March 2024 may be before the 15th and after it."""
    if not (selection.start or selection.end):
        return
    yield "?event plm:startDate ?start .\n  OPTIONAL { ?event plm:endDate ?stop }"
    yield "BIND (STR(?start) AS ?first)\n  BIND (STR(COALESCE(?stop, ?start)) AS ?until)"
    if selection.start:
        yield _compared("?until", ">=", selection.start)
    if selection.end:
        yield _compared("?first", "<=", selection.end)


def _compared(date: str, sign: str, limit: str) -> str:
    return f'FILTER (SUBSTR({date}, 1, {len(limit)}) {sign} SUBSTR("{limit}", 1, STRLEN({date})))'
