"""Tests of builder.rdf: whatever a report says is in the quads, once, under names that never change."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic, to_isomorphic

import ontology
from builder import shapes
from builder.model import (
    Actor,
    ActorKind,
    Argument,
    Article,
    Basis,
    Casualties,
    Damage,
    Event,
    EventKind,
    Facility,
    MentionArgument,
    MentionKind,
    Modality,
    Moment,
    Outcome,
    Place,
    Precision,
    Report,
    Role,
    Span,
    TypedMention,
    Weapon,
)
from builder.rdf import FORMATS, RDF_TYPE, SKOS_BROADER, report_iri, serialize, term, to_quads

TEXTS = st.text(max_size=20)
WORDS = st.text(min_size=1, max_size=20)
KEYS = st.sampled_from([f"{letter}{number}" for letter in "apfe" for number in range(3)] + ["a/b", "ü ?#%"])
CONCEPTS = st.sampled_from(sorted(ontology.broader()))
SPANS = st.builds(
    lambda start, text, sentence: Span(start, start + len(text), text, sentence),
    st.integers(0, 10_000),
    WORDS,
    TEXTS,
)
MENTIONS = st.lists(SPANS, min_size=1, max_size=2).map(tuple)
ALIASES = st.lists(WORDS, max_size=2).map(tuple)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).flatmap(
    lambda at: st.sampled_from(
        [
            Moment(at.year),
            Moment(at.year, at.month),
            Moment(at.year, at.month, at.day),
            Moment(at.year, at.month, at.day, at.hour, at.minute),
        ]
    )
)
NUMBERS = st.integers(0, 10**6)
MAYBE = st.none()
ARTICLES = st.builds(
    Article,
    WORDS,
    title=MAYBE | WORDS,
    published=MAYBE | st.dates() | st.datetimes(timezones=MAYBE | st.just(UTC)),
    publisher=MAYBE | WORDS,
    source=MAYBE | WORDS | st.from_regex(r"https?://[a-z.]+/\S*", fullmatch=True),
    identifier=MAYBE | WORDS,
)
PLACES = st.builds(
    Place,
    KEYS,
    WORDS,
    MENTIONS,
    aliases=ALIASES,
    geonames=MAYBE | NUMBERS,
    point=MAYBE | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    precision=MAYBE | st.sampled_from(Precision),
    within=MAYBE | KEYS,
)
ACTORS = st.builds(
    Actor,
    KEYS,
    st.sampled_from(ActorKind),
    WORDS,
    MENTIONS,
    aliases=ALIASES,
    type=MAYBE | CONCEPTS,
    gazetteer=MAYBE | st.just("https://w3id.org/polemos/gazetteer/x"),
    nationality=MAYBE | KEYS,
    member_of=MAYBE | KEYS,
    size=MAYBE | NUMBERS,
)
FACILITIES = st.builds(
    Facility,
    KEYS,
    WORDS,
    MENTIONS,
    aliases=ALIASES,
    type=MAYBE | CONCEPTS,
    location=MAYBE | KEYS,
    operator=MAYBE | KEYS,
    hosts=st.lists(KEYS, max_size=2).map(tuple),
)
WEAPONS = st.builds(Weapon, KEYS, WORDS, MENTIONS, type=MAYBE | CONCEPTS, quantity=MAYBE | NUMBERS)
TOLLS = st.builds(
    Casualties,
    KEYS,
    st.sampled_from(Outcome),
    MENTIONS,
    count=MAYBE | NUMBERS,
    at_least=MAYBE | NUMBERS,
    at_most=MAYBE | NUMBERS,
    victim=MAYBE | KEYS,
    speaker=MAYBE | KEYS,
    stated_on=MAYBE | MOMENTS,
    revision_of=MAYBE | KEYS,
)
EVENTS = st.builds(
    Event,
    KEYS,
    st.sampled_from(EventKind),
    WORDS,
    MENTIONS,
    modality=st.sampled_from(Modality),
    types=st.lists(CONCEPTS, max_size=2).map(tuple),
    cues=st.lists(SPANS, max_size=2).map(tuple),
    arguments=st.lists(st.builds(Argument, st.sampled_from(Role), KEYS, SPANS), max_size=3).map(tuple),
    weapons=st.lists(WEAPONS, max_size=1).map(tuple),
    casualties=st.lists(TOLLS, max_size=2).map(tuple),
    basis=MAYBE | st.sampled_from(Basis),
    damage=MAYBE | st.sampled_from(Damage),
    start=MAYBE | MOMENTS,
    end=MAYBE | MOMENTS,
    deadline=MAYBE | MOMENTS,
    time_expressions=st.lists(SPANS, max_size=1).map(tuple),
    count=MAYBE | NUMBERS,
    minimum_distance=MAYBE | NUMBERS,
    confidence=MAYBE | st.decimals(0, 1, places=3),
)
SHARES = st.decimals(0, 1, places=2)
ARGUMENTS = st.builds(
    MentionArgument, st.sampled_from(["TargetRole", "PlaceRole"]), SPANS, SHARES, MAYBE | KEYS
)
TYPED_MENTIONS = st.builds(
    TypedMention,
    st.sampled_from(MentionKind),
    st.sampled_from(["Attacking", "Dying"]),
    SPANS,
    SHARES,
    st.lists(ARGUMENTS, max_size=2).map(tuple),
)
REPORTS = st.builds(
    Report,
    ARTICLES,
    actors=st.lists(ACTORS, max_size=2).map(tuple),
    facilities=st.lists(FACILITIES, max_size=2).map(tuple),
    places=st.lists(PLACES, max_size=2).map(tuple),
    events=st.lists(EVENTS, max_size=2).map(tuple),
    mentions=st.lists(TYPED_MENTIONS, max_size=2).map(tuple),
)
# Our names of formats, and rdflib's.
READERS = {"nquads": "nquads", "trig": "trig", "turtle": "turtle", "jsonld": "json-ld", "rdfxml": "xml"}


def objects(quads: list[ox.Quad], predicate: str) -> list[str]:
    return [quad.object.value for quad in quads if quad.predicate == term(predicate)]


def values(instance: object) -> Iterator[tuple[str, object]]:
    """Every field of a dataclass and of those in it, by class and name."""
    for field in fields(instance):  # type: ignore[arg-type]
        value = getattr(instance, field.name)
        yield f"{type(instance).__name__}.{field.name}", value
        for each in value if isinstance(value, tuple) else (value,):
            if is_dataclass(each):
                yield from values(each)


def test_the_full_report_sets_every_field(full_report: Report) -> None:
    names = {name for name, _ in values(full_report)}
    unset = names - {name for name, value in values(full_report) if value not in (None, (), "")}
    assert unset == set()
    assert len(names) > 60


def test_the_full_report_keeps_the_shapes(full_report: Report) -> None:
    assert shapes.check(list(to_quads(full_report))) == ()


def test_no_field_of_a_report_is_lost(full_report: Report) -> None:
    """Without any one value of the full report, its quads are others."""
    whole = set(to_quads(full_report))
    event = full_report.events[0]
    needed = ("key", "kind", "label", "mentions", "modality")
    optional = [field.name for field in fields(event) if field.name not in needed]
    empty = {name: () if isinstance(getattr(event, name), tuple) else None for name in optional}
    changes = {
        name: replace(event, **{name: empty[name]})
        for name in optional
        if getattr(event, name) != empty[name]
    }
    assert len(changes) == 12
    for name, changed in changes.items():
        events = (changed, *full_report.events[1:])
        assert set(to_quads(replace(full_report, events=events))) < whole, name


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        ("dcterms:source", "https://example.org/2024/bombs?id=1#top"),
        ("dcterms:issued", "2024-01-08"),
        ("dcterms:identifier", "tc-1"),
        ("dcterms:language", "en"),
        ("geo:asWKT", "POINT(44.40088 33.34058)"),
        ("owl:sameAs", "https://sws.geonames.org/98182/"),
        ("plm:placePrecision", "settlement"),
        ("plm:perpetratorBasis", f"{ontology.NAMESPACE}Claimed"),
        ("plm:damage", f"{ontology.NAMESPACE}Damaged"),
        ("plm:startDate", "2024-01-07"),
        ("plm:endDate", "2024-01"),
        ("plm:deadline", "2024-01-12"),
        ("plm:statedOn", "2024-01-08T09:30:00"),
        ("plm:timeExpression", "Sunday"),
        ("plm:confidence", "0.8"),
        ("plm:eventCount", "2"),
        ("plm:minimumDistance", "500"),
        ("plm:quantity", "2"),
        ("plm:atLeast", "12"),
        ("plm:size", "12"),
        ("plm:gazetteerEntry", "https://w3id.org/polemos/gazetteer/red-brigade"),
        ("rdfs:label", "at least 12 and at most 20 killed"),
    ],
)
def test_to_quads_says(full_report: Report, predicate: str, expected: str) -> None:
    assert expected in objects(list(to_quads(full_report)), predicate)


def test_nodes_have_their_classes_and_those_above(full_report: Report) -> None:
    quads = list(to_quads(full_report))
    report = report_iri(full_report.article).value
    types = [quad for quad in quads if quad.predicate == RDF_TYPE]
    of = {
        key: {
            quad.object.value.rpartition("#")[2] for quad in types if quad.subject.value == f"{report}/{key}"
        }
        for key in ("e1", "a2", "f1")
    }
    assert of == {"e1": {"Attack", "Event"}, "a2": {"Group", "Actor"}, "f1": {"Facility"}}


def test_what_a_model_reads_has_its_type_its_arguments_and_whom_they_stand_for(full_report: Report) -> None:
    memory = ox.Store()
    memory.extend(to_quads(full_report))
    rows = memory.query(
        """SELECT ?words ?type ?share ?role ?argument ?filler WHERE { GRAPH ?report {
             ?mention a plm:EventMention ; rdfs:label ?words ; plm:mentionType ?type ; plm:confidence ?share ;
               plm:hasArgument ?inner .
             ?inner a plm:ArgumentMention ; plm:argumentRole ?role ; plm:filler ?filler ;
               plm:evidence/oa:hasTarget/oa:hasSelector/oa:exact ?argument } }""",
        prefixes=dict(ontology.PREFIXES),
    )
    (row,) = rows
    found = [row[name].value.rpartition("#")[2] for name in ("words", "type", "share", "role", "argument")]
    assert found == ["struck", "Attacking", "0.9", "TargetRole", "station"]
    assert row["filler"].value == f"{report_iri(full_report.article).value}/f1"


def test_the_chain_of_each_concept_is_whole(full_report: Report) -> None:
    steps = {quad.subject: quad.object for quad in to_quads(full_report) if quad.predicate == SKOS_BROADER}
    climbed = [term("plm:CarBomb")]
    while climbed[-1] in steps:
        climbed.append(steps[climbed[-1]])
    assert climbed == [term("plm:CarBomb"), term("plm:Bomb"), term("plm:Explosive")]


def test_a_mention_quotes_and_points(full_report: Report) -> None:
    memory = ox.Store()
    memory.extend(to_quads(full_report))
    rows = memory.query(
        """SELECT ?exact ?start ?end ?sentence WHERE { GRAPH ?report {
             ?event plm:timeExpression "Sunday" ; plm:evidence ?mention .
             ?mention plm:sentence ?sentence ; oa:hasTarget ?target .
             ?target oa:hasSource ?report ; oa:hasSelector/oa:exact ?exact ; oa:hasSelector ?position .
             ?position oa:start ?start ; oa:end ?end } }""",
        prefixes=dict(ontology.PREFIXES),
    )
    mentions = {row["exact"].value: row for row in rows}
    assert set(mentions) == {"car bombs struck", "it"}
    for words, row in mentions.items():
        assert full_report.article.text[int(row["start"].value) : int(row["end"].value)] == words
        assert words in row["sentence"].value


@pytest.mark.parametrize(
    ("source", "is_iri"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("https://example.org/ü?q=a%20b#c", True),
        ("https://example.org/a b", False),
        ("https://example.org/%zz", False),
        ("https://example.org/a#b#c", False),
        ("https://exa[mple.org/", False),
        ("ftp://example.org/a", False),
        ("example.org/a", False),
        ("Tigris Courier, page 3", False),
    ],
)
def test_a_source_is_an_iri_only_if_it_is_one(source: str, is_iri: bool) -> None:
    quads = to_quads(Report(Article("x", source=source)))
    (value,) = [quad.object for quad in quads if quad.predicate == term("dcterms:source")]
    assert isinstance(value, ox.NamedNode) == is_iri
    assert value.value == source


@pytest.mark.parametrize(
    ("published", "literal"),
    [
        (date(2024, 1, 8), '"2024-01-08"^^<http://www.w3.org/2001/XMLSchema#date>'),
        (datetime(2024, 1, 8, 9), '"2024-01-08T09:00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>'),
        (
            datetime(2024, 1, 8, 9, tzinfo=UTC),
            '"2024-01-08T09:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        ),
    ],
)
def test_issued_keeps_its_precision(published: date, literal: str) -> None:
    quads = to_quads(Report(Article("x", published=published)))
    assert [str(quad.object) for quad in quads if quad.predicate == term("dcterms:issued")] == [literal]


def test_characters_that_no_format_carries_keep_their_place() -> None:
    span = Span(0, 4, "a\x00\ud800b", "")
    report = Report(Article("x"), actors=(Actor("a", ActorKind.GROUP, "a\x0bb\tc", (span,)),))
    quads = list(to_quads(report))
    assert objects(quads, "oa:exact") == ["a\ufffd\ufffdb"]
    assert "a\ufffdb\tc" in objects(quads, "rdfs:label")


def test_offsets_count_the_characters_of_the_text(full_report: Report) -> None:
    memory = ox.Store()
    memory.extend(to_quads(full_report))
    asked = """SELECT ?text ?exact ?start ?end { GRAPH ?report { ?report plm:text ?text .
               ?mention oa:hasTarget/oa:hasSelector ?quote, ?position .
               ?quote oa:exact ?exact . ?position oa:start ?start ; oa:end ?end } }"""
    rows = list(memory.query(asked, prefixes=dict(ontology.PREFIXES)))
    assert len(rows) > 10
    for text, exact, start, end in rows:
        assert text.value[int(start.value) : int(end.value)] == exact.value


def test_the_text_alone_is_left_out(full_report: Report) -> None:
    left_out = set(to_quads(full_report)) - set(to_quads(full_report, with_text=False))
    assert [quad.object.value for quad in left_out] == [full_report.article.text]


def test_the_base_is_in_every_minted_iri(full_report: Report) -> None:
    base = "https://kb.example/"
    subjects = {quad.subject.value for quad in to_quads(full_report, base=base)}
    assert {iri for iri in subjects if not iri.startswith((base, ontology.NAMESPACE))} == set()


def test_another_text_is_another_graph(full_report: Report) -> None:
    other = replace(full_report, article=replace(full_report.article, title="Other"))
    assert report_iri(other.article) != report_iri(full_report.article)


@given(REPORTS)
def test_every_read_node_has_evidence_and_a_label(report: Report) -> None:
    quads = list(to_quads(report))
    with_evidence = {quad.subject for quad in quads if quad.predicate == term("plm:evidence")}
    labelled = {quad.subject for quad in quads if quad.predicate == term("rdfs:label")}
    keyed = (*report.actors, *report.facilities, *report.places, *report.events)
    assert len(with_evidence) >= len({node.key for node in keyed})
    for quad in quads:
        if quad.predicate == RDF_TYPE and quad.object.value.startswith(ontology.NAMESPACE):
            name = quad.object.value.removeprefix(ontology.NAMESPACE)
            assert name in ("Report", "Mention") or quad.subject in with_evidence & labelled


@given(REPORTS)
def test_to_quads_gives_each_quad_once_in_one_graph_without_blank_nodes(report: Report) -> None:
    quads = list(to_quads(report))
    assert len(quads) == len(set(quads))
    assert {quad.graph_name for quad in quads} == {report_iri(report.article)}
    assert not any(isinstance(node, ox.BlankNode) for quad in quads for node in (quad.subject, quad.object))


@given(REPORTS, st.randoms())
def test_serialize_depends_on_the_set_alone(report: Report, random) -> None:
    quads = list(to_quads(report))
    first = serialize(quads)
    random.shuffle(quads)
    assert serialize(quads + quads[:3]) == first
    lines = first.splitlines()
    assert all(one < other for one, other in pairwise(lines))


@given(REPORTS)
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_each_format_reads_back_as_the_same_graph(name: str, report: Report) -> None:
    quads = set(to_quads(report))
    read = list(ox.parse(serialize(quads, name), format=FORMATS[name]))
    if FORMATS[name].supports_datasets:
        assert set(read) == quads
    else:
        assert {quad.triple for quad in read} == {quad.triple for quad in quads}
        assert len(read) == len({quad.triple for quad in quads})


# rdflib's own parsers of datasets call what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("name", "reader"), sorted(READERS.items()))
def test_rdflib_reads_the_same_graph_in_each_format(full_report: Report, name: str, reader: str) -> None:
    triples = [quad.triple for quad in to_quads(full_report)]
    lines = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    expected = rdflib.Graph().parse(data=lines, format="nt")
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=serialize(to_quads(full_report), name), format=reader)
    read = rdflib.Graph()
    for triple in dataset.triples((None, None, None)):
        read.add(triple)
    assert len(read) == len(expected) > 300
    assert isomorphic(to_isomorphic(read), to_isomorphic(expected))


def test_formats_are_those_that_are_tested() -> None:
    assert sorted(FORMATS) == sorted(READERS) == ["jsonld", "nquads", "rdfxml", "trig", "turtle"]
