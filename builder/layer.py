"""Merged nodes as quads: what stays of their members, and the links that say why they are one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode, Quad

import ontology
from builder.linkage.clusters import Cluster, Member
from builder.linkage.keys import hashed
from builder.linkage.model import Link
from builder.linkage.nodes import POINT, Node, Value
from builder.model import Modality, Precision
from builder.rdf import RDF_TYPE, RDFS_LABEL, SKOS_BROADER, term

# The values of one node by property.
Values: TypeAlias = dict[str, list[Value]]

LINKS: Final = term("plm:links")
DERIVED: Final = term("prov:wasDerivedFrom")
_LABEL = RDFS_LABEL.value
_ALT_LABEL = term("skos:altLabel").value
_CONFIDENCE = term("plm:confidence").value
# The first of these that a member has: told as fact by one report outweighs alleged by another; the finest
# of the precisions.
_RANKS: Final[Mapping[str, Mapping[str, int]]] = {
    term("plm:modality").value: {term(f"plm:{name}").value: rank for rank, name in enumerate(Modality)},
    term("plm:placePrecision").value: {name.value: rank for rank, name in enumerate(Precision)},
}
_DATES: Final = frozenset(term(f"plm:{name}").value for name in ("startDate", "endDate", "deadline"))


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why an item is one with the others of its group: a probability, reasons, and the pair that decided."""

    score: Decimal
    reasons: tuple[str, ...]
    link: Link | None = None


def write_node(cluster: Cluster, mapped: Mapping[str, str], told: date | None) -> Iterator[Quad]:
    """Write a merged node.

    `mapped` gives the merged IRI of each node that its members speak of; `told` is the day on which a report
    last told of it.
    """
    node = NamedNode(cluster.iri)
    values = _values(member.node for member in cluster.members)
    for member in cluster.members:
        yield Quad(node, DERIVED, NamedNode(member.node.iri))
    for name, terms in (_chosen(values) | _names(values)).items():
        for value in {mapped.get(value, value) if isinstance(value, str) else value for value in terms}:
            if value != cluster.iri:  # a member was said to be part of another member
                yield Quad(node, NamedNode(name), _term(value))
    yield from _geometry(node, values.get(POINT, ()))
    if told is not None:
        yield Quad(node, term("plm:lastReported"), Literal(told.isoformat(), datatype=term("xsd:date")))


def _term(value: Value) -> NamedNode | Literal:
    return NamedNode(value) if isinstance(value, str) else Literal(value[0], datatype=NamedNode(value[1]))


def _values(members: Iterable[Node]) -> Values:
    """Give all values of all members, one for each member that has it."""
    values: Values = defaultdict(list)
    for member in members:
        for name, terms in member.values.items():
            values[name] += terms
    return values


def _names(values: Values) -> Values:
    """Choose the label that most members have, of these the longest; all others are other names."""
    counts = Counter(values[_LABEL])
    best = min(counts, key=lambda label: (-counts[label], -len(label[0]), label[0]))
    return {_LABEL: [best], _ALT_LABEL: list({*counts, *values.get(_ALT_LABEL, ())} - {best})}


def _chosen(values: Values) -> Values:
    """Keep every value but where there can be one only, or where one says another more exactly."""
    kept: Values = {}
    for name, terms in values.items():
        if name in _RANKS:
            kept[name] = [min(terms, key=lambda value: _RANKS[name][_text(value)])]
        elif name == _CONFIDENCE:
            kept[name] = [max(terms, key=lambda value: float(_text(value)))]
        elif name in _DATES:
            kept[name] = _finest(terms)
        elif name not in (_LABEL, _ALT_LABEL, POINT):
            kept[name] = terms
    return kept


def _text(value: Value) -> str:
    return value if isinstance(value, str) else value[0]


def _finest(dates: Iterable[Value]) -> list[Value]:
    """Drop a date that another one says more exactly: a lexical form that is the beginning of another's."""
    distinct = set(dates)
    return [
        date
        for date in distinct
        if not any(other != date and _text(other).startswith(_text(date)) for other in distinct)
    ]


def _geometry(node: NamedNode, points: Iterable[Value]) -> Iterator[Quad]:
    """Give a place one geometry; members with one GeoNames id have one point, the least stands for others."""
    for point in sorted(set(points), key=str)[:1]:
        geometry = NamedNode(f"{node.value}/geometry")
        yield Quad(node, term("geo:hasGeometry"), geometry)
        yield Quad(geometry, RDF_TYPE, term("geo:Geometry"))
        yield Quad(geometry, term("geo:asWKT"), _term(point))


def write_link(
    cluster: Cluster, member: Member, grounds: Grounds, graph: NamedNode, base: str
) -> Iterator[Quad]:
    """Say why a member of a merged node is one with the others."""
    iri = member.node.iri
    link = NamedNode(f"{base}link/{hashed(f'{iri} {cluster.iri}')}")
    for predicate, value in _link(cluster.iri, iri, grounds):
        yield Quad(link, predicate, value, graph)


def _link(cluster: str, member: str, grounds: Grounds) -> Iterator[tuple[NamedNode, NamedNode | Literal]]:
    yield RDF_TYPE, term("plm:IdentityLink")
    yield LINKS, NamedNode(member)
    yield LINKS, NamedNode(cluster)
    yield term("plm:score"), Literal(str(grounds.score), datatype=term("xsd:decimal"))
    for reason in grounds.reasons:
        yield term("plm:reason"), Literal(reason)
    if grounds.link is not None:
        yield term("plm:matchWeight"), Literal(str(grounds.link.weight), datatype=term("xsd:decimal"))
        pair = (grounds.link.first, grounds.link.second)
        if member in pair:
            yield term("plm:comparedWith"), NamedNode(pair[member == pair[0]])


def write_chains() -> Iterator[Quad]:
    """Write which concept is a kind of which, so that the layer reads alone."""
    for narrower, broader in ontology.broader().items():
        yield Quad(term(f"plm:{narrower}"), SKOS_BROADER, term(f"plm:{broader}"))
