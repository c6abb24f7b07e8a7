"""Merged nodes as quads: what stays of their members, and the links that say why they are one."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode, Quad

import ontology
from builder.linkage.model import Link
from builder.linkage.nodes import POINT, Node, Value
from builder.model import Modality, Precision
from builder.rdf import HASH_LENGTH, RDF_TYPE, RDFS_LABEL, SKOS_BROADER, term

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
class Merged:
    """One merged node: its IRI, its members with the item that each is, when a report last told of it."""

    iri: str
    stage: str
    members: tuple[tuple[str, Node], ...]
    last_reported: date | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why an item is one with the others of its group: a probability, reasons, and the pair that decided."""

    score: Decimal
    reasons: tuple[str, ...]
    link: Link | None = None


def write_node(merged: Merged, mapped: Mapping[str, str]) -> Iterator[Quad]:
    """Write a merged node; `mapped` gives the merged IRI of each node that its members speak of."""
    node = NamedNode(merged.iri)
    values = _values(node for _, node in merged.members)
    for _, member in merged.members:
        yield Quad(node, DERIVED, NamedNode(member.iri))
    for name, terms in (_chosen(values) | _names(values)).items():
        for value in {mapped.get(value, value) if isinstance(value, str) else value for value in terms}:
            if value != merged.iri:  # a member was said to be part of another member
                yield Quad(node, NamedNode(name), _term(value))
    yield from _geometry(node, values.get(POINT, ()))
    if merged.last_reported is not None:
        day = Literal(merged.last_reported.isoformat(), datatype=term("xsd:date"))
        yield Quad(node, term("plm:lastReported"), day)


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


def write_links(
    merged: Merged, grounds: Mapping[str, Grounds], wanted: Collection[str], graph: NamedNode, base: str
) -> Iterator[Quad]:
    """Say why each of the wanted members is one with the others; a node of one member needs no reason."""
    for item, member in merged.members:
        if len(merged.members) > 1 and member.iri in wanted:
            name = hashlib.sha256(f"{member.iri} {merged.iri}".encode()).hexdigest()[:HASH_LENGTH]
            link = NamedNode(f"{base}link/{name}")
            for predicate, value in _link(merged.iri, item, member.iri, grounds[item]):
                yield Quad(link, predicate, value, graph)


def _link(
    cluster: str, item: str, member: str, grounds: Grounds
) -> Iterator[tuple[NamedNode, NamedNode | Literal]]:
    yield RDF_TYPE, term("plm:IdentityLink")
    yield LINKS, NamedNode(member)
    yield LINKS, NamedNode(cluster)
    yield term("plm:score"), Literal(str(grounds.score), datatype=term("xsd:decimal"))
    for reason in grounds.reasons:
        yield term("plm:reason"), Literal(reason)
    if grounds.link is not None:
        yield term("plm:matchWeight"), Literal(str(grounds.link.weight), datatype=term("xsd:decimal"))
        if item == member:
            other = grounds.link.first if item == grounds.link.second else grounds.link.second
            yield term("plm:comparedWith"), NamedNode(other)


def write_chains() -> Iterator[Quad]:
    """Write which concept is a kind of which, so that the layer reads alone."""
    for narrower, broader in ontology.broader().items():
        yield Quad(term(f"plm:{narrower}"), SKOS_BROADER, term(f"plm:{broader}"))
