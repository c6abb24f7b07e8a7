"""Tests of builder.merge and builder.identity: which nodes are one, what of them stays, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph

from builder import shapes
from builder.merge import MergeSummary, identity_graph, merge
from builder.model import (
    Actor,
    ActorKind,
    Argument,
    Article,
    Casualties,
    Event,
    EventKind,
    Facility,
    Modality,
    Moment,
    Outcome,
    Place,
    Precision,
    Report,
    Role,
    Span,
    Weapon,
)
from builder.rdf import report_iri, serialize, to_quads
from builder.store import Store

SPAN = Span(0, 5, "words", "The words around.")
IRAQ = Place("p0", "Iraq", (SPAN,), geonames=99237, precision=Precision.COUNTRY)
MOSUL = Place("p1", "Mosul", (SPAN,), geonames=99072, precision=Precision.SETTLEMENT, within="p0")
BAGHDAD = Place("p1", "Baghdad", (SPAN,), geonames=98182, precision=Precision.SETTLEMENT, within="p0")
VILLAGE = Place("p1", "Tall Azraq", (SPAN,), precision=Precision.SETTLEMENT, within="p0")
BRIGADE = Actor("a1", ActorKind.ORGANIZATION, "Red Brigade", (SPAN,), type="ArmedGroup")
SOLDIERS = Actor("a2", ActorKind.GROUP, "three soldiers", (SPAN,), type="StateForces", size=3)
MARKET = Facility("f1", "the market", (SPAN,), type="Market", location="p1")
GATE = Facility("f1", "Nineveh Gate checkpoint", (SPAN,), type="Checkpoint", location="p1")


def role(name: Role, filler: str) -> Argument:
    return Argument(name, filler, SPAN)


def killed(count: int, **more) -> Casualties:
    return Casualties("c1", Outcome.KILLED, (SPAN,), count=count, **more)


BOMBING = Event(
    "e1",
    EventKind.ATTACK,
    "bombing",
    (SPAN,),
    types=("Bombing",),
    arguments=(
        role(Role.TARGET, "f1"),
        role(Role.VICTIM, "a2"),
        role(Role.LOCATION, "p1"),
        role(Role.PERPETRATOR, "a1"),
    ),
    casualties=(killed(12, victim="a2"),),
    weapons=(Weapon("w1", "car bomb", (SPAN,), type="CarBomb", quantity=1),),
    start=Moment(2024, 1, 7),
)


def told(
    name: str, event: Event = BOMBING, *more: Event, place: Place = MOSUL, facility=MARKET, actors=()
) -> Report:
    """A report by an outlet of this name, of an event at a market in Mosul unless it says otherwise."""
    article = Article(f"The text of {name}.", title=name, published=date(2024, 1, 8))
    return Report(article, (BRIGADE, SOLDIERS, *actors), (facility,), (IRAQ, place), (event, *more))


def put(store: Store, reports: Iterable[Report]) -> MergeSummary:
    for report in reports:
        store.replace_report(report_iri(report.article), to_quads(report))
    return merge(store)


def rows(store: Store, pattern: str) -> list[tuple[str, ...]]:
    found = store.query(f"SELECT * WHERE {{ {pattern} }}")
    names = [variable.value for variable in found.variables]
    return sorted(tuple(row[name].value.rpartition("#")[2] for name in names) for row in found)


def layer(store: Store) -> bytes:
    graphs = (DefaultGraph(), identity_graph())
    return b"--".join(serialize(store.inner.quads_for_pattern(None, None, None, graph)) for graph in graphs)


def test_two_reports_of_one_event_are_one_node_with_both_tolls(store: Store) -> None:
    summary = put(store, [told("A"), told("B", replace(BOMBING, casualties=(killed(14, victim="a2"),)))])
    assert summary.events == 1
    assert [counts for (counts,) in rows(store, "[] a plm:Attack ; plm:casualties/plm:count ?n")] == [
        "12",
        "14",
    ]
    sources = rows(store, "[] a plm:Casualties ; plm:count ?n ; prov:wasDerivedFrom ?source")
    assert [number for number, _ in sources] == ["12", "14"]
    assert len(rows(store, "[] a plm:Attack ; prov:wasDerivedFrom ?source")) == 2


def test_a_figure_that_both_give_is_one_node_with_two_sources(store: Store) -> None:
    put(store, [told("A"), told("B")])
    assert len(rows(store, "?toll a plm:Casualties")) == 1
    assert len(rows(store, "[] a plm:Casualties ; prov:wasDerivedFrom ?source")) == 2


def test_identity_links_say_why(store: Store) -> None:
    put(store, [told("A"), told("B")])
    links = (
        f"GRAPH <{identity_graph().value}> {{ ?link plm:links ?event ; plm:reason ?why ; plm:score ?sure }}"
    )
    found = rows(store, f"{links} ?event a plm:Attack")
    assert {why for *_, why in found} == {
        "same day",
        "same kind",
        "same location",
        "same perpetrator",
        "same toll",
    }
    assert {sure for _, _, sure, _ in found} == {"0.9"}
    assert len({link for _, link, _, _ in found}) == 2


def test_merged_nodes_keep_every_value_of_every_member(store: Store) -> None:
    one = told("A", replace(BOMBING, label="car bombing", types=("Bombing",), count=2))
    other = told("B", replace(BOMBING, label="blast", types=("SuicideBombing",), modality=Modality.ALLEGED))
    assert put(store, [one, other]).events == 1
    values = {(name, value) for _, name, value in rows(store, "?event a plm:Attack ; ?name ?value")}
    assert {("eventType", "Bombing"), ("eventType", "SuicideBombing"), ("eventCount", "2")} <= values
    assert ("modality", "Asserted") in values
    assert ("modality", "Alleged") not in values
    names = {value for name, value in values if name.endswith(("label", "altLabel"))}
    assert names == {"car bombing", "blast"}


def test_what_one_report_denies_another_tells(store: Store) -> None:
    """A denial is about the attack that was told: one event, asserted, with both reports behind it."""
    assert put(store, [told("A"), told("B", replace(BOMBING, modality=Modality.DENIED))]).events == 1
    values = {(name, value) for _, name, value in rows(store, "?event a plm:Attack ; ?name ?value")}
    assert ("modality", "Asserted") in values
    assert ("modality", "Denied") not in values


@pytest.mark.parametrize(
    "other",
    [
        told("B", replace(BOMBING, start=Moment(2024, 1, 8))),
        told("B", replace(BOMBING, start=None)),
        told("B", replace(BOMBING, start=Moment(2024, 1))),
        told("B", replace(BOMBING, types=("Abduction",))),
        told("B", replace(BOMBING, modality=Modality.THREATENED)),
        told("B", replace(BOMBING, modality=Modality.FEARED)),
        told("B", place=BAGHDAD),
        told("B", replace(BOMBING, arguments=(role(Role.PERPETRATOR, "a1"),))),
        told("B", replace(BOMBING, arguments=(role(Role.LOCATION, "p0"),))),
        told("B", replace(BOMBING, kind=EventKind.MOVEMENT, types=("Deployment",), arguments=())),
    ],
    ids=[
        "day",
        "no day",
        "month",
        "kind",
        "threat",
        "fear",
        "city",
        "no place",
        "country",
        "class",
    ],
)
def test_events_stay_apart(store: Store, other: Report) -> None:
    assert put(store, [told("A"), other]).events == 2


@pytest.mark.parametrize(
    "other",
    [
        told("B", replace(BOMBING, modality=Modality.ALLEGED)),
        told("B", replace(BOMBING, types=("SuicideBombing",))),
        told("B", replace(BOMBING, types=())),
        told("B", replace(BOMBING, start=Moment(2024, 1, 7, 9, 30))),
        told("B", replace(BOMBING, arguments=(role(Role.LOCATION, "p1"),))),
        told("B", replace(BOMBING, arguments=(role(Role.TARGET, "f1"),))),
    ],
    ids=["alleged", "narrower kind", "no kind", "hour", "place alone", "place of the target"],
)
def test_events_are_one(store: Store, other: Report) -> None:
    assert put(store, [told("A"), other]).events == 1


def test_named_targets_that_differ_are_two_events(store: Store) -> None:
    station = replace(GATE, label="Tigris police station", type="PoliceStation")
    assert put(store, [told("A", facility=GATE), told("B", facility=station)]).events == 2


def test_two_events_of_one_report_are_never_one(store: Store) -> None:
    second = replace(BOMBING, key="e2", casualties=(), weapons=())
    summary = put(store, [told("A", BOMBING, second), told("B")])
    assert summary.events == 2


def test_a_finer_date_takes_the_place_of_the_day(store: Store) -> None:
    put(store, [told("A"), told("B", replace(BOMBING, start=Moment(2024, 1, 7, 9, 30)))])
    assert rows(store, "[] a plm:Attack ; plm:startDate ?date") == [("2024-01-07T09:30:00",)]


def test_threats_and_statements_follow_the_events_they_are_about(store: Store) -> None:
    claim = Event(
        "e2",
        EventKind.STATEMENT,
        "claimed",
        (SPAN,),
        types=("ClaimOfResponsibility",),
        arguments=(role(Role.SPEAKER, "a1"), role(Role.ABOUT, "e1")),
        start=Moment(2024, 1, 8),
    )
    put(store, [told("A", BOMBING, claim), told("B", BOMBING, claim)])
    assert len(rows(store, "?claim a plm:Statement ; plm:about ?event . ?event a plm:Attack")) == 1


def test_places_are_one_by_geonames_or_by_name_and_country(store: Store) -> None:
    put(store, [told("A"), told("B"), told("C", place=VILLAGE), told("D", place=VILLAGE)])
    places = [place.rpartition("/")[2] for (place,) in rows(store, "?place a plm:Place")]
    assert places == ["geonames-99072", "geonames-99237", "tall-azraq-iraq"]


def test_a_named_facility_is_one_within_its_place(store: Store) -> None:
    put(store, [told("A", facility=GATE), told("B", facility=GATE), told("C", facility=GATE, place=BAGHDAD)])
    assert [name for _, name in rows(store, "?f a plm:Facility ; rdfs:label ?name")] == [GATE.label] * 2


@pytest.mark.parametrize(
    ("first", "second", "facilities"),
    [
        ("Ghazlani base", "the Ghazlani military base", 1),
        ("Ghazlani base", "Ghazlani", 1),
        ("Ghazlani base", "Kindi base", 2),
        ("base in Mosul", "army base in Mosul", 2),
        ("the base", "the base", 2),
    ],
)
def test_the_type_and_the_place_are_no_part_of_a_facilitys_name(
    store: Store, first: str, second: str, facilities: int
) -> None:
    bases = [replace(GATE, label=label, type="MilitaryBase") for label in (first, second)]
    lone = replace(BOMBING, arguments=(), start=None)
    put(store, [told(label, lone, facility=base) for label, base in zip("AB", bases, strict=True)])
    assert len(rows(store, "?base a plm:Facility")) == facilities


def test_what_has_no_name_is_one_only_within_one_event(store: Store) -> None:
    far = replace(BOMBING, start=Moment(2024, 2, 1))
    put(store, [told("A"), told("B"), told("C", far)])
    assert len(rows(store, "?group a plm:Group ; rdfs:label 'three soldiers'")) == 2
    assert len(rows(store, "?market a plm:Facility ; plm:facilityType plm:Market")) == 2


def person(label: str, nationality: str | None = None, gazetteer: str | None = None) -> Actor:
    return Actor("a3", ActorKind.PERSON, label, (SPAN,), nationality=nationality, gazetteer=gazetteer)


ENTRY = "https://w3id.org/polemos/gazetteer/omar-haddad"


@pytest.mark.parametrize(
    ("first", "second", "persons"),
    [
        (person("Omar Haddad"), person("Omar Haddad"), 1),
        (person("Omar Haddad"), person("Omar Haddad", "p0"), 1),
        (person("Omar Haddad", "p1"), person("Omar Haddad", "p0"), 2),
        (person("General Omar Haddad", gazetteer=ENTRY), person("Haddad", gazetteer=ENTRY), 1),
        (person("Omar"), person("Omar"), 2),
        (person("the governor"), person("the governor"), 2),
        (person("Iraqi general"), person("Iraqi general"), 2),
    ],
)
def test_persons_are_one_by_entry_or_full_name(
    store: Store, first: Actor, second: Actor, persons: int
) -> None:
    put(store, [told("A", actors=(first,)), told("B", actors=(second,))])
    assert len(rows(store, "?person a plm:Person")) == persons


def test_all_names_of_an_actor_are_kept(store: Store) -> None:
    linked = replace(BRIGADE, key="a3", gazetteer="https://example.org/g/rb")
    actors = (replace(linked, label="RB", aliases=("Reds",)), replace(linked, label="The Reds"))
    put(store, [told(name, actors=(actor,)) for name, actor in zip("AB", actors, strict=True)])
    names = rows(store, "?actor plm:gazetteerEntry [] ; rdfs:label|skos:altLabel ?name")
    assert [name for _, name in names] == ["RB", "Reds", "The Reds"]


def test_the_layer_keeps_the_shapes_and_the_chains(store: Store, full_report: Report) -> None:
    put(store, [told("A"), told("B"), full_report])
    assert shapes.check(list(store.inner.quads_for_pattern(None, None, None, DefaultGraph()))) == ()
    assert shapes.check(list(store.inner.quads_for_pattern(None, None, None, identity_graph()))) == ()
    assert len(rows(store, "?w plm:weaponType/skos:broader* plm:Explosive")) == 2


def test_every_node_of_every_report_is_in_the_layer_once(store: Store, full_report: Report) -> None:
    put(store, [told("A"), told("B"), full_report])
    graph = "GRAPH ?report { ?report a plm:Report . ?node plm:evidence ?mention . ?node a ?class }"
    read = ("EntityMention", "EventMention", "ArgumentMention")  # what a model reads in words is not merged
    nodes = {node for class_, _, node, _ in rows(store, graph) if class_ not in read}
    derived = Counter(source for _, source in rows(store, "?merged prov:wasDerivedFrom ?source"))
    assert set(derived) == nodes
    assert set(derived.values()) == {1}


def test_a_report_that_is_gone_leaves_the_layer(store: Store) -> None:
    put(store, [told("A")])
    alone = layer(store)
    put(store, [told("B")])
    assert layer(store) != alone
    store.replace_report(report_iri(told("B").article), [])
    merge(store)
    assert layer(store) == alone


def test_a_second_merge_changes_nothing(store: Store, full_report: Report) -> None:
    assert put(store, [told("A"), told("B"), full_report]).changed
    assert not merge(store).changed


DAYS = st.integers(5, 7).map(lambda day: Moment(2024, 1, day))
VARIED = st.builds(
    lambda start, modality, kind, count: replace(
        BOMBING, start=start, modality=modality, types=(kind,), casualties=(killed(count),)
    ),
    DAYS,
    st.sampled_from([Modality.ASSERTED, Modality.ALLEGED, Modality.DENIED]),
    st.sampled_from(["Bombing", "SuicideBombing", "Abduction"]),
    st.integers(10, 12),
)
PILES = st.lists(
    st.tuples(VARIED, st.sampled_from([MOSUL, BAGHDAD, VILLAGE]), st.sampled_from([MARKET, GATE])),
    min_size=2,
    max_size=6,
)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("store"), create=True) as opened:
        yield opened


@settings(max_examples=40, deadline=None)  # each writes to the disk, which takes its time
@given(PILES, st.randoms())
def test_the_order_of_reports_does_not_matter(one_store: Store, pile: list[tuple], random) -> None:
    reports = [
        told(f"R{number}", event, place=place, facility=facility)
        for number, (event, place, facility) in enumerate(pile)
    ]
    shuffled = list(reports)
    random.shuffle(shuffled)
    layers = []
    for order in (reports, shuffled):
        put(one_store, order)
        layers.append(layer(one_store))
        assert not merge(one_store).changed
        one_store.replace({report_iri(report.article): () for report in order})
    assert layers[0] == layers[1]
