"""The data that is served, described in VoID and DCAT: what it is, how much, of what, and where to get it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from flask import current_app
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

import ontology
from builder.store import Version
from server.figures import Figures, Row
from server.negotiation import GRAPHS, Format
from server.settings import Settings
from server.statements import Facts, Node, data, english, formats, node, number, say, term, terms

_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_GEONAMES: Final = "https://sws.geonames.org/"
# The routes that give data, by what they are called and which protocol they speak.
_SERVICES: Final = {
    "sparql.get": ("SPARQL endpoint", "https://www.w3.org/TR/sparql11-protocol/"),
    "graph_store.indirect": ("Graph store", "https://www.w3.org/TR/sparql11-http-rdf-update/"),
}


def described(version: Version, figures: Figures) -> Iterator[Triple]:
    """Describe the merged layer, which is the default graph, and beside it the reports."""
    document = {"rdf:type": terms("void:DatasetDescription"), "foaf:primaryTopic": [data("merged")]}
    yield from say(node("description.void"), {**document, "foaf:topic": [data("reports")]})
    yield from say(data("merged"), {**_merged(), **_common(version), **_sizes(figures)})
    yield from _parts("class", figures.classes, "entities")
    yield from _parts("property", figures.properties, "triples")
    yield from say(data("reports"), {**_reports(figures), **_common(version)})
    yield from _distributions()
    yield from _services()
    if figures.counts["links"]:
        yield from _links(figures.counts["links"])


def _merged() -> Facts:
    return {
        "dcterms:title": english("Polemos: reports of armed conflict as a knowledge graph"),
        "dcterms:description": english(
            "The merged layer: one node for each event, actor, place and facility, whoever told of it. "
            "It is the default graph of the endpoint."
        ),
        "prov:wasDerivedFrom": [data("reports")],
    }


def _reports(figures: Figures) -> Facts:
    return {
        "dcterms:title": english("Polemos: the reports, each by itself"),
        "dcterms:description": english(
            "What each report says, as it says it, in a named graph that bears the name of the report."
        ),
        "void:documents": number(figures.counts["reports"]),
        "void:exampleResource": _examples("report", figures),
    }


def _common(version: Version) -> Facts:
    settings: Settings = current_app.extensions["settings"]
    licence = [NamedNode(settings.license)] if settings.license else []
    return {
        "rdf:type": terms("void:Dataset", "dcat:Dataset"),
        "dcterms:license": licence,
        "dcterms:modified": _modified(version),
        "void:sparqlEndpoint": [node("sparql.get")],
        "void:uriSpace": [Literal(settings.base)],
        "void:feature": formats(GRAPHS),
        "dcat:landingPage": [node("browse.home")],
    }


def _modified(version: Version) -> list[Literal]:
    """Say when a snapshot was published; of an endpoint that is not known."""
    published = datetime.fromtimestamp(version.published // 10**9, UTC).isoformat().replace("+00:00", "Z")
    return [Literal(published, datatype=term("xsd:dateTime"))] if version.snapshot else []


def _sizes(figures: Figures) -> Facts:
    counts = figures.counts
    return {
        "void:triples": number(counts["triples"]),
        "void:entities": number(counts["entities"]),
        "void:distinctSubjects": number(counts["subjects"]),
        "void:distinctObjects": number(counts["objects"]),
        "void:vocabulary": _vocabularies(figures.terms()),
        "void:exampleResource": _examples("node", figures),
    }


def _examples(column: str, figures: Figures) -> list[NamedNode]:
    return [NamedNode(iri) for iri in sorted(row[column] for row in figures.examples if column in row)]


def _vocabularies(used: Collection[str]) -> list[NamedNode]:
    """Give the vocabularies that terms are of, as far as we know them."""
    names = {**dict.fromkeys(ontology.PREFIXES.values()), ontology.NAMESPACE: ontology.ONTOLOGY}
    found = {name or start for start, name in names.items() for term in used if term.startswith(start)}
    return [NamedNode(iri) for iri in sorted(found)]


def _parts(kind: str, rows: Sequence[Row], counted: str) -> Iterator[Triple]:
    """Describe the part of the data that each class, or each property, has."""
    parts = {BlankNode(f"{kind}{at}"): row for at, row in enumerate(rows)}
    yield from say(data("merged"), {f"void:{kind}Partition": parts})
    for part, row in parts.items():
        of: Facts = {f"void:{kind}": [NamedNode(row[kind])], f"void:{counted}": number(int(row[counted]))}
        yield from say(part, of)


def _distributions() -> Iterator[Triple]:
    """Say where the merged layer can be had: by asking, or whole from the graph store."""
    asked: Facts = {"dcat:accessURL": [node("sparql.get")]}
    yield from _distribution(data("asked"), "sparql.get", asked)
    for offer in GRAPHS:
        yield from _download(offer)


def _download(offer: Format) -> Iterator[Triple]:
    name = offer.names[0]
    file = node("graph_store.indirect", default="", format=name)
    media_type = NamedNode(_MEDIA_TYPES + offer.media_types[0])
    yield from say(data("merged"), {"void:dataDump": [file]})
    yield from _distribution(
        data(name),
        "graph_store.indirect",
        {
            "dcat:accessURL": [node("graph_store.indirect", default="")],
            "dcat:downloadURL": [file],
            "dcat:mediaType": [media_type],
        },
    )


def _distribution(distribution: Node, endpoint: str, facts: Facts) -> Iterator[Triple]:
    yield from say(data("merged"), {"dcat:distribution": [distribution]})
    yield from say(
        distribution,
        {
            "rdf:type": terms("dcat:Distribution"),
            "dcat:accessService": [node(endpoint, "service")],
            **facts,
        },
    )


def _services() -> Iterator[Triple]:
    for endpoint, (title, protocol) in _SERVICES.items():
        yield from say(
            node(endpoint, "service"),
            {
                "rdf:type": terms("dcat:DataService"),
                "dcterms:title": english(title),
                "dcterms:conformsTo": [NamedNode(protocol)],
                "dcat:endpointURL": [node(endpoint)],
                "dcat:endpointDescription": [node("description.openapi")],
                "dcat:servesDataset": [data("merged"), data("reports")],
            },
        )


def _links(count: int) -> Iterator[Triple]:
    """Say how many places are linked to GeoNames."""
    yield from say(data("merged"), {"void:subset": [data("links")]})
    yield from say(
        data("links"),
        {
            "rdf:type": terms("void:Linkset"),
            "void:linkPredicate": terms("owl:sameAs"),
            "void:subjectsTarget": [data("merged")],
            "void:objectsTarget": [data("geonames")],
            "void:triples": number(count),
        },
    )
    geonames: Facts = {"rdf:type": terms("void:Dataset"), "dcterms:title": english("GeoNames")}
    yield from say(data("geonames"), {**geonames, "void:uriSpace": [Literal(_GEONAMES)]})
