"""The merged layer: one node an actor, place, facility and real-world event across all reports.

It is computed from the reports' graphs into the default graph. Every value of every member stays, with
`prov:wasDerivedFrom` to the nodes of the reports; where a property can have one value only, the choice is
said beside it. Why nodes are one is in a graph of its own, as `plm:IdentityLink`s.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions

from builder.identity import Cluster, identify
from builder.keys import Node
from builder.model import Modality, Precision
from builder.rdf import DEFAULT_BASE, HASH_LENGTH, RDF_TYPE, RDFS_LABEL, SKOS_BROADER, term
from builder.store import Store

# The nodes of reports and what is said of them; mentions and what points at them stay in the reports.
NODES: Final = """
SELECT ?report ?node ?property ?value WHERE {
  VALUES ?class { plm:Event plm:Actor plm:Facility plm:Place plm:Weapon plm:Casualties }
  GRAPH ?report { ?report a plm:Report . ?node a ?class ; ?property ?value }
  FILTER(?property NOT IN (plm:evidence, plm:cue))
}"""
POINTS: Final = (
    "SELECT ?geometry ?point WHERE { GRAPH ?report { ?report a plm:Report . ?geometry geo:asWKT ?point } }"
)
CHAINS: Final = """
SELECT DISTINCT ?concept ?parent WHERE {
  GRAPH ?report { ?report a plm:Report . ?concept skos:broader ?parent }
}"""
# The values of one node by property.
Values: TypeAlias = dict[NamedNode, list[NamedNode | Literal]]

_ALT_LABEL = term("skos:altLabel")
_GEOMETRY = term("geo:hasGeometry")
_CONFIDENCE = term("plm:confidence")
_DERIVED = term("prov:wasDerivedFrom")
# The first of these that a member has: told as fact by one report outweighs alleged by another; the finest
# of the precisions.
_RANKS: Final[Mapping[NamedNode, Mapping[str, int]]] = {
    term("plm:modality"): {term(f"plm:{name}").value: rank for rank, name in enumerate(Modality)},
    term("plm:placePrecision"): {name.value: rank for rank, name in enumerate(Precision)},
}
_DATES: Final = frozenset(term(f"plm:{name}") for name in ("startDate", "endDate", "deadline"))


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """What one merge made: nodes read, nodes written, how many of them are events, identity links."""

    read: int
    merged: int
    events: int
    links: int
    changed: bool


def identity_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph of identity links."""
    return NamedNode(f"{base}graph/identity")


def merge(store: Store, *, base: str = DEFAULT_BASE) -> MergeSummary:
    """Write the merged layer of all reports in a store; the same reports give the same layer in any order.

    Raises `StoreError` if it cannot be written; the layer before stays then.
    """
    nodes = _read_nodes(store)
    clusters = identify(nodes, base=base)
    links = [quad for cluster in clusters for quad in _links(cluster, identity_graph(base), base)]
    layer = (*_layer(clusters, _read_points(store)), *_chains(store))
    changed = store.replace({DefaultGraph(): layer, identity_graph(base): links})
    return MergeSummary(
        read=len(nodes),
        merged=len(clusters),
        events=sum(cluster.members[0].is_a("Event") for cluster in clusters),
        links=sum(len(cluster.members) for cluster in clusters if len(cluster.members) > 1),
        changed=bool(changed),
    )


def _rows(store: Store, query: str) -> QuerySolutions:
    return cast("QuerySolutions", store.query(query))


def _read_nodes(store: Store) -> list[Node]:
    found: dict[tuple[str, str], Values] = defaultdict(lambda: defaultdict(list))
    for report, node, name, value in _rows(store, NODES):
        values = found[report.value, node.value][name]
        if value not in values:
            values.append(value)
    return [
        Node(iri, report, {name: tuple(sorted(terms, key=str)) for name, terms in values.items()})
        for (report, iri), values in found.items()
    ]


def _read_points(store: Store) -> Mapping[str, Literal]:
    return {geometry.value: point for geometry, point in _rows(store, POINTS)}


def _chains(store: Store) -> Iterator[Quad]:
    for concept, parent in _rows(store, CHAINS):
        yield Quad(concept, SKOS_BROADER, parent)


def _layer(clusters: Iterable[Cluster], points: Mapping[str, Literal]) -> Iterator[Quad]:
    """Write each cluster as one node."""
    merged = {member.iri: NamedNode(cluster.iri) for cluster in clusters for member in cluster.members}
    for cluster in clusters:
        node = NamedNode(cluster.iri)
        for member in cluster.members:
            yield Quad(node, _DERIVED, NamedNode(member.iri))
        values = _values(cluster)
        for name, terms in (_names(values) | _chosen(values)).items():
            for value in terms:
                mapped = merged.get(value.value, value) if isinstance(value, NamedNode) else value
                if mapped != node:  # a member was said to be part of another member
                    yield Quad(node, name, mapped)
        yield from _geometry(
            node, [points[iri.value] for iri in values.get(_GEOMETRY, ()) if iri.value in points]
        )


def _values(cluster: Cluster) -> Values:
    """Give all values of all members, one for each member that has it."""
    values: Values = defaultdict(list)
    for member in cluster.members:
        for name, terms in member.values.items():
            values[name] += terms
    return values


def _names(
    values: Values,
) -> Values:
    """Choose the label that most members have, of these the longest; all others are other names."""
    counts = Counter(values[RDFS_LABEL])
    best = min(counts, key=lambda label: (-counts[label], -len(label.value), label.value))
    others = {*counts, *values.get(_ALT_LABEL, ())} - {best}
    return {RDFS_LABEL: [best], _ALT_LABEL: list(others)}


def _chosen(
    values: Values,
) -> Values:
    """Keep every value but where there can be one only, or where one says another more exactly."""
    kept: Values = {}
    for name, terms in values.items():
        if name in _RANKS:
            kept[name] = [min(terms, key=lambda value: _RANKS[name][value.value])]
        elif name == _CONFIDENCE:
            kept[name] = [max(terms, key=lambda value: float(value.value))]
        elif name in _DATES:
            kept[name] = _finest(terms)
        elif name not in (RDFS_LABEL, _ALT_LABEL, _GEOMETRY):
            kept[name] = list(set(terms))
    return kept


def _finest(dates: Iterable[NamedNode | Literal]) -> list[NamedNode | Literal]:
    """Drop a date that another one says more exactly: a lexical form that is the beginning of another's."""
    distinct = set(dates)
    return [
        date
        for date in distinct
        if not any(other != date and other.value.startswith(date.value) for other in distinct)
    ]


def _geometry(node: NamedNode, points: Iterable[Literal]) -> Iterator[Quad]:
    """Give a place one geometry; members with one GeoNames id have one point, the least stands for others."""
    for point in sorted(set(points), key=str)[:1]:
        geometry = NamedNode(f"{node.value}/geometry")
        yield Quad(node, _GEOMETRY, geometry)
        yield Quad(geometry, RDF_TYPE, term("geo:Geometry"))
        yield Quad(geometry, term("geo:asWKT"), point)


def _links(cluster: Cluster, graph: NamedNode, base: str) -> Iterator[Quad]:
    """Say why each member of a cluster is one with the others; a cluster of one needs no reason."""
    if len(cluster.members) == 1:
        return
    for member in cluster.members:
        name = hashlib.sha256(f"{member.iri} {cluster.iri}".encode()).hexdigest()[:HASH_LENGTH]
        link = NamedNode(f"{base}link/{name}")
        yield Quad(link, RDF_TYPE, term("plm:IdentityLink"), graph)
        yield Quad(link, term("plm:links"), NamedNode(member.iri), graph)
        yield Quad(link, term("plm:links"), NamedNode(cluster.iri), graph)
        yield Quad(link, term("plm:score"), Literal(f"{cluster.score}", datatype=term("xsd:decimal")), graph)
        for reason in cluster.reasons:
            yield Quad(link, term("plm:reason"), Literal(reason), graph)
