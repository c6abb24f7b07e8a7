"""The queries of the benchmark, and whether two servers give one the same answer."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from clients import JSON, N_TRIPLES, TSV, BrokenAnswerError, Connection, Query
from events import country_iri, event_iri
from servers import Both, Server

import ontology


def _query(name: str, text: str, accept: str = JSON) -> Query:
    """Put the prefixes that a query uses before it."""
    used = sorted(set(re.findall(r"(?<![\w<])(\w+):\w", text)) & ontology.PREFIXES.keys())
    return Query(
        name, "".join(f"PREFIX {name}: <{ontology.PREFIXES[name]}>\n" for name in used) + text, accept
    )


# Each orders what it cuts off by the node in the end, so that there is one right answer.
ANALYTICAL: Final = (
    _query(
        "group by, the ten most",
        """SELECT ?actor (COUNT(?event) AS ?events) WHERE { ?event a plm:Attack ; plm:perpetrator ?actor }
        GROUP BY ?actor ORDER BY DESC(?events) ?actor LIMIT 10""",
    ),
    _query(
        "order by, the first hundred",
        """SELECT ?event ?label ?killed WHERE {
          ?toll plm:outcome plm:Killed ; plm:count ?killed . ?event plm:casualties ?toll ; rdfs:label ?label
        } ORDER BY DESC(?killed) ?event LIMIT 100""",
    ),
    _query(
        "property path",
        f"""SELECT ?type (COUNT(?event) AS ?events) WHERE {{
          ?place geo:sfWithin* <{country_iri(0)}> . ?event plm:location ?place ; plm:eventType ?type
        }} GROUP BY ?type ORDER BY ?type""",
    ),
    _query(
        "text filter, CONTAINS",
        """SELECT (COUNT(*) AS ?events) WHERE {
          ?event a plm:Event ; rdfs:label ?label FILTER(CONTAINS(LCASE(?label), "bridge in ka")) }""",
    ),
    _query(
        "text filter, REGEX",
        """SELECT ?event ?label WHERE {
          ?event a plm:Event ; rdfs:label ?label
          FILTER(REGEX(?label, "^air strike .* (hospital|school)", "i"))
        } ORDER BY ?event LIMIT 100""",
    ),
    _query(
        "count distinct",
        """SELECT (COUNT(DISTINCT ?label) AS ?labels) (COUNT(DISTINCT ?place) AS ?places)
        WHERE { ?event a plm:Attack ; plm:location ?place ; rdfs:label ?label }""",
    ),
    _query(
        "join over graphs",
        """SELECT ?publisher (COUNT(?mention) AS ?mentions) WHERE {
          ?event plm:eventType plm:AirStrike ; prov:wasDerivedFrom ?told .
          GRAPH ?report { ?told plm:evidence ?mention . ?report dcterms:publisher ?publisher }
        } GROUP BY ?publisher ORDER BY ?publisher""",
    ),
)
FORMATS: Final = {"JSON": JSON, "TSV": TSV}
# About as slow as questions get here, about a second, and small in its answer: what one client computes
# while another wants a node.
HEAVY: Final = _query(
    "heavy query",
    """SELECT ?province ?type (COUNT(DISTINCT ?actor) AS ?actors) (COUNT(?event) AS ?events) WHERE {
      ?event a plm:Attack ; plm:eventType ?type ; plm:perpetrator ?actor ; plm:location/geo:sfWithin ?province
    } GROUP BY ?province ?type ORDER BY DESC(?events) ?province ?type LIMIT 20""",
)


def large(events: int) -> Sequence[Query]:
    """Give the queries with large answers: as many rows as there are events, and ten times as many."""
    rows = "SELECT ?event ?label ?day WHERE { ?event a plm:Event ; rdfs:label ?label ; plm:startDate ?day }"
    triples = "CONSTRUCT { ?event rdfs:label ?label } WHERE { ?event a plm:Event ; rdfs:label ?label }"
    return (
        *(_query(f"{events:,} rows, {name}", rows, accept) for name, accept in FORMATS.items()),
        *largest(events),
        _query(f"{events:,} triples, N-Triples", triples, N_TRIPLES),
    )


def largest(events: int) -> Sequence[Query]:
    """Give the queries with the largest answers: most of the merged layer, in the order of its index."""
    text = f"SELECT ?s ?p ?o WHERE {{ ?s ?p ?o }} LIMIT {10 * events}"
    return tuple(_query(f"{10 * events:,} rows, {name}", text, accept) for name, accept in FORMATS.items())


def look_up(number: int) -> Query:
    """Ask for all that the merged layer says of an event."""
    return Query("look-up", f"SELECT ?property ?value WHERE {{ <{event_iri(number)}> ?property ?value }}")


def disagreement(both: Both, query: Query, *, fresh: bool = True) -> str | None:
    """Say what is wrong with an answer, or how two differ; None where both give the same rows.

    Where a cache may answer, each is asked twice, and the second answer counts.
    """
    try:
        ours, native = (_body(server, query, fresh) for server in (both.ours, both.native))
    except BrokenAnswerError as error:
        return f"{query.name}: {error}"
    if ours == native or _rows(ours, query.accept) == _rows(native, query.accept):
        return None
    return f"{query.name}: the servers do not give the same rows"


def _body(server: Server, query: Query, fresh: bool) -> bytes:
    request = server.endpoint.request(query, fresh=fresh)
    with Connection(server.endpoint) as connection:
        for _ in range(1 if fresh else 2):
            pieces: list[bytes] = []
            try:
                connection.ask(request, pieces)
            except BrokenAnswerError as error:
                raise BrokenAnswerError(f"{server.name}: {error}") from error
    return b"".join(pieces)


def _rows(body: bytes, accept: str) -> Counter[str]:
    """Give the rows as a multiset; the names of the columns count as one."""
    if accept != JSON:
        return Counter(body.decode().splitlines())
    answer = json.loads(body)
    rows = (json.dumps(row, sort_keys=True) for row in answer["results"]["bindings"])
    return Counter((*rows, json.dumps(answer["head"]["vars"])))
