"""A report as RDF: `to_quads` is the only converter, `serialize` the only writer of files.

One named graph a report, named by the report's IRI, which comes from the hash of its content: the
same report always gives the same quads. There are no blank nodes, so that graphs compare as sets of
lines. The graph reads alone: the `skos:broader` chain of every concept used is in it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from io import BytesIO
from itertools import chain, pairwise
from typing import BinaryIO, Final, cast
from urllib.parse import quote

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

import ontology
from builder.model import (
    Actor,
    ActorKind,
    Article,
    Casualties,
    Event,
    EventKind,
    Facility,
    MentionKind,
    Moment,
    Place,
    Report,
    Role,
    Span,
    TypedMention,
    Weapon,
)
from builder.readers import content_hash

DEFAULT_BASE: Final = "https://w3id.org/polemos/id/"
GEONAMES: Final = "https://sws.geonames.org/{}/"
# 128 bits: two of a million million reports collide with a chance below 1e-14, and IRIs stay short.
HASH_LENGTH: Final = 32

FORMATS: Final[Mapping[str, RdfFormat]] = {
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "turtle": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


@cache
def term(name: str) -> NamedNode:
    """Give the node of a prefixed name, by the ontology's prefixes.

    >>> term("plm:Attack").value
    'https://w3id.org/polemos/ontology#Attack'
    """
    prefix, _, local = name.partition(":")
    return NamedNode(ontology.PREFIXES[prefix] + local)


RDF_TYPE: Final = term("rdf:type")
RDFS_LABEL: Final = term("rdfs:label")
SKOS_BROADER: Final = term("skos:broader")
_ALT_LABEL = term("skos:altLabel")
_EVIDENCE = term("plm:evidence")
_CONFIDENCE = term("plm:confidence")
_CUE = term("plm:cue")
_MENTION = term("plm:Mention")
_SENTENCE = term("plm:sentence")
_HAS_TARGET = term("oa:hasTarget")
_HAS_SOURCE = term("oa:hasSource")
_HAS_SELECTOR = term("oa:hasSelector")
_QUOTE_SELECTOR = term("oa:TextQuoteSelector")
_EXACT = term("oa:exact")
_POSITION_SELECTOR = term("oa:TextPositionSelector")
_START = term("oa:start")
_END = term("oa:end")

_ROLES = {role: term(f"plm:{role}") for role in Role}
_EVENT_CLASSES = {kind: tuple({term(f"plm:{kind}"): 0, term("plm:Event"): 0}) for kind in EventKind}
_MENTION_CLASSES = {kind: term(f"plm:{kind}") for kind in MentionKind}
_ACTOR_CLASSES = {kind: (term(f"plm:{kind}"), term("plm:Actor")) for kind in ActorKind}

# What XML 1.0 cannot carry, and half surrogates, which are no characters: each becomes one U+FFFD, so
# that offsets still count.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# An http(s) IRI after RFC 3987, the parts that news addresses use; anything else stays a literal.
_PCHAR = r"(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})"
_WEB_IRI = re.compile(rf"https?://[\w.~-]+(?::\d+)?(?:[/?]{_PCHAR}*)?(?:#{_PCHAR}*)?")


def text_literal(text: str) -> Literal:
    """Make a plain string literal, with what no RDF format can carry replaced by U+FFFD."""
    return Literal(text if text.isprintable() else _UNSAFE.sub("\ufffd", text))


@cache
def _integer(number: int) -> Literal:
    return Literal(number)


def moment_literal(moment: Moment) -> Literal:
    """Make the literal of a date; its datatype says its precision.

    >>> print(moment_literal(Moment(2020, 1)))
    "2020-01"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>
    """
    return Literal(str(moment), datatype=term(f"xsd:{moment.datatype}"))


@cache
def _chain(concept: str) -> tuple[tuple[NamedNode, NamedNode], ...]:
    """List the steps from a concept to the top of its tree."""
    steps = pairwise(ontology.ancestors(concept))
    return tuple((term(f"plm:{narrower}"), term(f"plm:{broader}")) for narrower, broader in steps)


def report_iri(article: Article, *, base: str = DEFAULT_BASE) -> NamedNode:
    """Name an article's report and its graph: the base and the hash of the content."""
    return NamedNode(f"{base}report/{content_hash(article)[:HASH_LENGTH]}")


class _Graph:
    """The quads of one report as they are gathered; a mention is written once a span."""

    __slots__ = ("_mentions", "_nodes", "concepts", "name", "quads")

    def __init__(self, name: NamedNode) -> None:
        self.name = name
        self.quads: list[Quad] = []
        self.concepts: dict[str, None] = {}
        self._mentions: dict[tuple[int, int], NamedNode] = {}
        self._nodes: dict[str, NamedNode] = {}

    def add(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> None:
        self.quads.append(Quad(subject, predicate, value, self.name))

    def node(self, key: str) -> NamedNode:
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = NamedNode(f"{self.name.value}/{quote(key, safe='')}")
        return node

    def concept(self, subject: NamedNode, predicate: str, name: str | None) -> None:
        if name is not None:
            self.concepts[name] = None
            self.add(subject, term(predicate), term(f"plm:{name}"))

    def individual(self, subject: NamedNode, predicate: str, name: str | None) -> None:
        if name is not None:
            self.add(subject, term(predicate), term(f"plm:{name}"))

    def text(self, subject: NamedNode, predicate: str, value: str | None) -> None:
        if value is not None:
            self.add(subject, term(predicate), text_literal(value))

    def number(self, subject: NamedNode, predicate: str, value: int | None) -> None:
        if value is not None:
            self.add(subject, term(predicate), _integer(value))

    def date(self, subject: NamedNode, predicate: str, value: Moment | None) -> None:
        if value is not None:
            self.add(subject, term(predicate), moment_literal(value))

    def link(self, subject: NamedNode, predicate: str, key: str | None) -> None:
        if key is not None:
            self.add(subject, term(predicate), self.node(key))

    def described(
        self, key: str, classes: Iterable[NamedNode], label: str, spans: Iterable[Span]
    ) -> NamedNode:
        """Add a node with its classes, its label and its evidence."""
        node = self.node(key)
        for name in classes:
            self.add(node, RDF_TYPE, name)
        self.add(node, RDFS_LABEL, text_literal(label))
        for span in spans:
            self.add(node, _EVIDENCE, self.mention(span))
        return node

    def mention(self, span: Span) -> NamedNode:
        """Give the node of a span, written the first time that the span is met."""
        known = self._mentions.get((span.start, span.end))
        if known is not None:
            return known
        name = self.name
        iri = f"{name.value}/mention/{span.start}-{span.end}"
        mention, target = NamedNode(iri), NamedNode(f"{iri}/target")
        quoted, position = NamedNode(f"{iri}/quote"), NamedNode(f"{iri}/position")
        self.quads += (
            Quad(mention, RDF_TYPE, _MENTION, name),
            Quad(mention, _HAS_TARGET, target, name),
            Quad(target, _HAS_SOURCE, name, name),
            Quad(target, _HAS_SELECTOR, quoted, name),
            Quad(quoted, RDF_TYPE, _QUOTE_SELECTOR, name),
            Quad(quoted, _EXACT, text_literal(span.text), name),
            Quad(target, _HAS_SELECTOR, position, name),
            Quad(position, RDF_TYPE, _POSITION_SELECTOR, name),
            Quad(position, _START, _integer(span.start), name),
            Quad(position, _END, _integer(span.end), name),
        )
        if span.sentence:
            self.quads.append(Quad(mention, _SENTENCE, text_literal(span.sentence), name))
        self._mentions[span.start, span.end] = mention
        return mention


def to_quads(report: Report, *, base: str = DEFAULT_BASE, with_text: bool = True) -> Iterator[Quad]:
    """All that a report says, as quads of one named graph, each quad once.

    `base` is an absolute IRI that ends in "/" or "#"; every node minted begins with it. Without the text
    of the article, the sentences around mentions are still there.

    >>> quads = list(to_quads(Report(Article("All quiet.", title="Calm"))))
    >>> quads[0].subject == quads[0].graph_name
    True
    """
    graph = _Graph(report_iri(report.article, base=base))
    _add_report(graph, report.article)
    if with_text:
        graph.text(graph.name, "plm:text", report.article.text)
    for place in report.places:
        _add_place(graph, place)
    for actor in report.actors:
        _add_actor(graph, actor)
    for facility in report.facilities:
        _add_facility(graph, facility)
    for event in report.events:
        _add_event(graph, event)
    for mention in report.mentions:
        _add_typed_mention(graph, mention)
    for concept in tuple(graph.concepts):
        for narrower, broader in _chain(concept):
            graph.add(narrower, SKOS_BROADER, broader)
    return iter(dict.fromkeys(graph.quads))


def _add_report(graph: _Graph, article: Article) -> None:
    report = graph.name
    identifier = article.identifier or report.value.rpartition("/")[2]
    graph.add(report, RDF_TYPE, term("plm:Report"))
    graph.text(report, "rdfs:label", article.title or identifier)
    graph.text(report, "dcterms:title", article.title)
    graph.text(report, "dcterms:publisher", article.publisher)
    graph.text(report, "dcterms:language", article.language)
    graph.text(report, "dcterms:identifier", identifier)
    if article.published is not None:
        issued = article.published.isoformat().replace("+00:00", "Z")
        datatype = term("xsd:dateTime" if "T" in issued else "xsd:date")
        graph.add(report, term("dcterms:issued"), Literal(issued, datatype=datatype))
    if article.source is not None:
        is_web = _WEB_IRI.fullmatch(article.source) is not None
        source = NamedNode(article.source) if is_web else text_literal(article.source)
        graph.add(report, term("dcterms:source"), source)


def _add_place(graph: _Graph, place: Place) -> None:
    node = graph.described(place.key, (term("plm:Place"),), place.label, place.mentions)
    _add_names(graph, node, place.aliases)
    if place.geonames is not None:
        graph.add(node, term("owl:sameAs"), NamedNode(GEONAMES.format(place.geonames)))
    if place.point is not None:
        geometry = NamedNode(f"{node.value}/geometry")
        graph.add(node, term("geo:hasGeometry"), geometry)
        graph.add(geometry, RDF_TYPE, term("geo:Geometry"))
        graph.add(geometry, term("geo:asWKT"), point_literal(*place.point))
    graph.text(node, "plm:placePrecision", place.precision)
    graph.link(node, "geo:sfWithin", place.within)


def point_literal(longitude: float, latitude: float) -> Literal:
    """Make the literal of a point in CRS84, in degrees, longitude first.

    >>> print(point_literal(43.12, 36.335))
    "POINT(43.12 36.335)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>
    """
    return Literal(f"POINT({longitude!r} {latitude!r})", datatype=term("geo:wktLiteral"))


def _add_actor(graph: _Graph, actor: Actor) -> None:
    node = graph.described(actor.key, _ACTOR_CLASSES[actor.kind], actor.label, actor.mentions)
    _add_names(graph, node, actor.aliases, actor.gazetteer)
    graph.concept(node, "plm:actorType", actor.type)
    graph.link(node, "plm:nationality", actor.nationality)
    graph.link(node, "plm:memberOf", actor.member_of)
    graph.number(node, "plm:size", actor.size)


def _add_facility(graph: _Graph, facility: Facility) -> None:
    node = graph.described(facility.key, (term("plm:Facility"),), facility.label, facility.mentions)
    _add_names(graph, node, facility.aliases, facility.gazetteer)
    graph.concept(node, "plm:facilityType", facility.type)
    graph.link(node, "plm:location", facility.location)
    graph.link(node, "plm:operator", facility.operator)
    for hosted in facility.hosts:
        graph.link(node, "plm:hosts", hosted)


def _add_names(graph: _Graph, node: NamedNode, aliases: Iterable[str], entry: str | None = None) -> None:
    for alias in aliases:
        graph.add(node, _ALT_LABEL, text_literal(alias))
    if entry is not None:
        graph.add(node, term("plm:gazetteerEntry"), NamedNode(entry))


def _add_event(graph: _Graph, event: Event) -> None:
    node = graph.described(event.key, _EVENT_CLASSES[event.kind], event.label, event.mentions)
    for concept in event.types:
        graph.concept(node, "plm:eventType", concept)
    graph.individual(node, "plm:modality", event.modality)
    graph.individual(node, "plm:perpetratorBasis", event.basis)
    graph.individual(node, "plm:damage", event.damage)
    for cue in event.cues:
        graph.add(node, _CUE, graph.mention(cue))
    for argument in event.arguments:
        filler = graph.node(argument.filler)
        graph.add(node, _ROLES[argument.role], filler)
        graph.add(filler, _EVIDENCE, graph.mention(argument.span))
    for weapon in event.weapons:
        _add_weapon(graph, node, weapon)
    for toll in event.casualties:
        _add_casualties(graph, node, toll)
    _add_times(graph, node, event)
    graph.number(node, "plm:eventCount", event.count)
    graph.number(node, "plm:minimumDistance", event.minimum_distance)
    if event.confidence is not None:
        graph.add(node, _CONFIDENCE, _decimal(event.confidence))


def _add_typed_mention(graph: _Graph, mention: TypedMention) -> None:
    span = mention.span
    key = f"{mention.type}-{span.start}-{span.end}"
    node = graph.described(key, (_MENTION_CLASSES[mention.kind],), span.text, (span,))
    graph.concept(node, "plm:mentionType", mention.type)
    graph.add(node, _CONFIDENCE, _decimal(mention.confidence))
    for argument in mention.arguments:
        where = argument.span
        inner = f"{key}/{argument.role}-{where.start}-{where.end}"
        words = graph.described(inner, (term("plm:ArgumentMention"),), where.text, (where,))
        graph.add(node, term("plm:hasArgument"), words)
        graph.concept(words, "plm:argumentRole", argument.role)
        graph.add(words, _CONFIDENCE, _decimal(argument.confidence))
        graph.link(words, "plm:filler", argument.filler)


@cache
def _decimal(number: Decimal) -> Literal:
    return Literal(f"{number.normalize():f}", datatype=term("xsd:decimal"))


def _add_times(graph: _Graph, node: NamedNode, event: Event) -> None:
    graph.date(node, "plm:startDate", event.start)
    graph.date(node, "plm:endDate", event.end)
    graph.date(node, "plm:deadline", event.deadline)
    for words in event.time_expressions:
        graph.text(node, "plm:timeExpression", words.text)
        graph.add(node, _CUE, graph.mention(words))


def _add_weapon(graph: _Graph, event: NamedNode, weapon: Weapon) -> None:
    node = graph.described(weapon.key, (term("plm:Weapon"),), weapon.label, weapon.mentions)
    graph.add(event, term("plm:weapon"), node)
    graph.concept(node, "plm:weaponType", weapon.type)
    graph.number(node, "plm:quantity", weapon.quantity)


def _add_casualties(graph: _Graph, event: NamedNode, toll: Casualties) -> None:
    node = graph.described(toll.key, (term("plm:Casualties"),), toll_label(toll), toll.mentions)
    graph.add(event, term("plm:casualties"), node)
    graph.individual(node, "plm:outcome", toll.outcome)
    graph.number(node, "plm:count", toll.count)
    graph.number(node, "plm:atLeast", toll.at_least)
    graph.number(node, "plm:atMost", toll.at_most)
    graph.link(node, "plm:victim", toll.victim)
    graph.link(node, "plm:speaker", toll.speaker)
    graph.date(node, "plm:statedOn", toll.stated_on)
    graph.link(node, "prov:wasRevisionOf", toll.revision_of)


def toll_label(toll: Casualties) -> str:
    """Say in words what a toll says.

    >>> from builder.model import Outcome
    >>> toll_label(Casualties("c1", Outcome.KILLED, (), at_least=12))
    'at least 12 killed'
    """
    figures = [
        f"{words}{figure}"
        for words, figure in (("", toll.count), ("at least ", toll.at_least), ("at most ", toll.at_most))
        if figure is not None
    ]
    return f"{' and '.join(figures) or 'unknown number'} {toll.outcome.lower()}"


def serialize(quads: Iterable[Quad], format: str = "nquads") -> bytes:  # noqa: A002 (RDF libraries say so)
    """Write quads as a file of one of `FORMATS`; Turtle and RDF/XML, which know no graphs, take the union.

    The same set of quads gives the same bytes, in whichever order they come; N-Quads are sorted lines.

    >>> serialize(to_quads(Report(Article("All quiet."))), "turtle").startswith(b"@prefix")
    True
    """
    stream = BytesIO()
    write((quads,), stream, format)
    return stream.getvalue()


def write(graphs: Iterable[Iterable[Quad]], stream: BinaryIO, format: str = "nquads") -> None:  # noqa: A002
    """Write graphs one after the other, as `serialize` writes all at once, holding only one in memory.

    Turtle and RDF/XML do hold all: only so is a triple that two graphs share written once.
    """
    chosen = FORMATS[format]
    if format == "nquads":
        for graph in graphs:
            lines = cast("bytes", ox.serialize(graph, format=chosen)).splitlines(keepends=True)
            stream.writelines(sorted(set(lines)))
        return
    ordered = chain.from_iterable(_ordered(graph) for graph in graphs)
    statements = ordered if chosen.supports_datasets else dict.fromkeys(quad.triple for quad in ordered)
    ox.serialize(statements, stream, format=chosen, prefixes=dict(ontology.PREFIXES))


def _ordered(quads: Iterable[Quad]) -> list[Quad]:
    return sorted(set(quads), key=lambda quad: (str(quad.graph_name), str(quad)))
