"""Tests of builder.merge and builder.linkage: which nodes are one, what of them stays, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, Quad

from builder import shapes, unlinking
from builder.errors import StoreError
from builder.linkage.explanation import explain
from builder.linkage.ledger import FILE, Ledger
from builder.linkage.model import load
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
from builder.rdf import report_iri, serialize, term, to_quads
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


def test_the_newest_toll_can_be_told_and_the_old_one_stays(store: Store) -> None:
    later = told("B", replace(BOMBING, casualties=(killed(14, victim="a2"),)))
    later = replace(later, article=replace(later.article, published=date(2024, 1, 10)))
    put(store, [told("A"), later])
    tolls = rows(
        store, "[] a plm:Attack ; plm:lastReported ?d ; plm:casualties [ plm:count ?n ; plm:lastReported ?t ]"
    )
    assert tolls == [("2024-01-10", "12", "2024-01-08"), ("2024-01-10", "14", "2024-01-10")]


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
    said = {row[-1].rpartition(" (")[0]: weight_of(row[-1]) for row in found}
    assert said.keys() == {
        *("same day", "same town", "same kind", "same kind of site", "same agent", "same people"),
        *("same number killed, five or more",),
    } | {"same weapon"}
    assert all(weight > 0 for weight in said.values())
    assert {row[2] for row in found} == {"0.999"}
    assert len({row[1] for row in found}) == 2


def weight_of(reason: str) -> float:
    """Give the bits that a reason ends with: "same day (+8.0)"."""
    return float(reason.rpartition("(")[2].rstrip(")"))


def test_the_reasons_of_a_link_and_the_prior_add_up_to_its_weight(store: Store) -> None:
    put(store, [told("A"), told("B")])
    graph = f"GRAPH <{identity_graph().value}>"
    link = (
        f"{graph} {{ ?link plm:comparedWith [] ; plm:matchWeight ?bits ; plm:reason ?why ; plm:links ?one }}"
    )
    found = {(bits, why) for bits, _, _, why in rows(store, f"{link} ?one a plm:Attack") if why}
    (bits,) = {float(bits) for bits, _ in found}
    assert bits == pytest.approx(float(load("events").prior) + sum(weight_of(why) for _, why in found))


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
        told("B", replace(BOMBING, start=Moment(2024, 1, 9))),
        told("B", replace(BOMBING, start=Moment(2023, 1, 7))),
        told("B", replace(BOMBING, start=Moment(2024, 1, 8), casualties=(killed(2),))),
        told("B", replace(BOMBING, start=Moment(2023, 1))),
        told("B", replace(BOMBING, types=("Abduction",), casualties=())),
        told("B", replace(BOMBING, modality=Modality.THREATENED)),
        told("B", replace(BOMBING, modality=Modality.FEARED)),
        told("B", place=BAGHDAD),
        told("B", replace(BOMBING, kind=EventKind.MOVEMENT, types=("Deployment",), arguments=())),
    ],
    ids=[
        "day",
        "anniversary",
        "next day and other toll",
        "month",
        "kind",
        "threat",
        "fear",
        "city",
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
        told("B", replace(BOMBING, arguments=(role(Role.PERPETRATOR, "a1"),))),
        told("B", replace(BOMBING, arguments=(role(Role.LOCATION, "p0"),))),
        told("B", replace(BOMBING, start=None)),
        told("B", replace(BOMBING, start=Moment(2024, 1))),
        told("B", replace(BOMBING, start=Moment(2024, 1, 8))),
        told("B", replace(BOMBING, types=("RemoteExplosive",), casualties=(killed(9),))),
    ],
    ids=[
        *("alleged", "narrower kind", "no kind", "hour", "place alone", "place of the target"),
        *("town of the report", "country", "no day", "month", "the night has two days", "toll that rose"),
    ],
)
def test_events_are_one(store: Store, other: Report) -> None:
    assert put(store, [told("A"), other]).events == 1


def test_named_targets_that_differ_are_two_events(store: Store) -> None:
    station = replace(GATE, label="Tigris police station", type="PoliceStation")
    other = replace(BOMBING, casualties=(killed(3),))
    assert put(store, [told("A", facility=GATE), told("B", other, facility=station)]).events == 2


def test_a_second_attack_hours_later_is_another(store: Store) -> None:
    """Both were at a market of the town; the hours and the tolls differ."""
    first, second = (
        replace(BOMBING, time_expressions=(replace(SPAN, text=words),), casualties=(killed(toll),))
        for words, toll in (("on Sunday morning", 12), ("on Sunday evening", 3))
    )
    assert put(store, [told("A", first), told("B", second), told("C", first)]).events == 2


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


def test_only_what_a_new_report_has_to_do_with_is_looked_at(store: Store) -> None:
    """Ten reports of five attacks on other days; one more of the first touches those of the first."""
    days = [replace(BOMBING, start=Moment(2024, 1 + number, 7)) for number in range(5)]
    put(store, [told(f"{name}{number}", day) for number, day in enumerate(days) for name in "AB"])
    summary = put(store, [told("C", days[0])])
    assert (summary.events, summary.touched) == (5, 3)
    assert put(store, []).touched == 0


def test_anew_gives_what_was_merged_step_by_step(store: Store, full_report: Report) -> None:
    for report in (told("A"), full_report, told("B")):
        put(store, [report])
    stepwise = layer(store)
    assert not merge(store, anew=True).changed
    assert layer(store) == stepwise


def test_what_another_merge_left_is_removed(store: Store) -> None:
    put(store, [told("A"), told("B")])
    before = layer(store)
    strange = NamedNode("https://example.org/strange")
    link = Quad(strange, term("plm:links"), strange, identity_graph())
    store.exchange((), [Quad(strange, term("rdf:type"), term("plm:Event")), link])
    assert merge(store, anew=True).changed
    assert layer(store) == before


def test_a_ledger_that_does_not_fit_the_store_is_made_anew(store: Store) -> None:
    put(store, [told("A"), told("B")])
    before = layer(store)
    (store.path / FILE).unlink()
    assert not merge(store).changed
    with Ledger(store.path) as ledger:
        ledger.note("digest", "of another store")
        ledger.commit()
    assert not merge(store).changed
    assert layer(store) == before


DERIVED = "?merged a plm:Attack ; prov:wasDerivedFrom ?member"


def test_a_ledger_that_is_damaged_says_the_way_out(store: Store) -> None:
    put(store, [told("A")])
    (store.path / FILE).write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="remove the file, which the next merge makes anew"):
        merge(store)
    (store.path / FILE).unlink()
    assert not merge(store).changed


def members(store: Store) -> list[str]:
    return sorted(member for member, _ in rows(store, "?merged a plm:Attack ; prov:wasDerivedFrom ?member"))


def test_what_was_unlinked_stays_apart_until_that_is_taken_back(store: Store) -> None:
    put(store, [told("A"), told("B")])
    one, other = members(store)
    before = layer(store)
    assert unlinking.unlink(store, unlinking.pairs_of(store, one, other), reason="another bomb") == 1
    assert put(store, []).events == 2
    assert put(store, [told("C")]).events == 2
    assert merge(store, anew=True).events == 2
    said = rows(store, f"GRAPH <{unlinking.unlinked_graph().value}> {{ ?link plm:reason ?why }}")
    assert [why for _, why in said] == ["another bomb"]
    store.replace_report(report_iri(told("C").article), [])
    assert unlinking.undo(store, other, one) == 1
    assert put(store, []).events == 1
    assert layer(store) == before


def test_a_node_is_parted_from_all_others_of_a_merged_node(store: Store) -> None:
    put(store, [told("A"), told("B"), told("C")])
    (merged,) = {merged for _, merged in rows(store, "?merged a plm:Attack ; prov:wasDerivedFrom ?member")}
    node = members(store)[0]
    pairs = unlinking.pairs_of(store, node, merged)
    assert len(pairs) == 2
    unlinking.unlink(store, pairs)
    assert put(store, []).events == 2
    with pytest.raises(StoreError, match="one with no other node"):
        unlinking.pairs_of(store, node, next(m for n, m in rows(store, DERIVED) if n == node))


def test_a_place_can_be_taken_out_of_its_name(store: Store) -> None:
    put(store, [told("A", place=VILLAGE), told("B", place=VILLAGE)])
    nodes = rows(store, "?merged a plm:Place ; rdfs:label 'Tall Azraq' ; prov:wasDerivedFrom ?member")
    unlinking.unlink(store, [(nodes[0][0], nodes[1][0])])
    put(store, [])
    assert len(rows(store, "?place a plm:Place ; rdfs:label 'Tall Azraq'")) == 2


@pytest.mark.parametrize("iri", ["no iri", "https://example.org/unknown"])
def test_what_cannot_be_unlinked_is_refused(store: Store, iri: str) -> None:
    put(store, [told("A"), told("B")])
    with pytest.raises(StoreError, match="is no"):
        unlinking.pairs_of(store, iri, members(store)[0])
    with pytest.raises(StoreError):
        unlinking.undo(store, members(store)[0], members(store)[1])


def explained(store: Store, first: str, second: str) -> str:
    with Ledger(store.path) as ledger:
        return "\n".join(explain(ledger, first, second, unlinking.read(store)).lines())


def test_explain_says_what_spoke_for_and_against(store: Store) -> None:
    put(store, [told("A"), told("B", replace(BOMBING, casualties=(killed(40),)))])
    said = explained(store, *members(store))
    assert "+8.0  day: same day" in said
    assert "dead: other number killed" in said
    assert said.endswith("one: they are alike enough")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (told("B", place=BAGHDAD), "not alike enough"),
        (told("B", replace(BOMBING, start=Moment(2023, 1, 7))), "not alike enough"),
        (told("B", replace(BOMBING, modality=Modality.THREATENED)), "they share no block"),
    ],
    ids=["city", "year", "threat"],
)
def test_explain_says_why_not(store: Store, other: Report, why: str) -> None:
    put(store, [told("A"), other])
    said = explained(store, *members(store))
    assert "\nnot one: " in said
    assert why in said


def test_explain_says_that_a_report_tells_apart_or_somebody_unlinked(store: Store) -> None:
    put(store, [told("A", BOMBING, replace(BOMBING, key="e2", casualties=(), weapons=())), told("B")])
    first, second, third = members(store)
    pair = [node for node in (first, second, third) if node.rpartition("/")[0] == first.rpartition("/")[0]]
    same = pair if len(pair) == 2 else [second, third]
    assert "one report tells them apart" in explained(store, *same)
    unlinking.unlink(store, [(first, third)])
    put(store, [])
    assert "somebody unlinked them" in explained(store, first, third)


def test_explain_takes_names_and_merged_nodes(store: Store) -> None:
    put(store, [told("A"), told("B")])
    places = [node for _, node in rows(store, "?m a plm:Place ; rdfs:label 'Mosul' ; prov:wasDerivedFrom ?n")]
    assert "same GeoNames place (1)" in explained(store, *places)
    (merged,) = {merged for _, merged in rows(store, DERIVED)}
    assert "alike enough" in explained(store, merged, merged)
    with pytest.raises(StoreError, match="no such node"):
        explained(store, merged, "https://example.org/unknown")


DAYS = st.sampled_from([Moment(2024, 1, 5), Moment(2024, 1, 6), Moment(2024, 1, 9), Moment(2024, 1), None])
VARIED = st.builds(
    lambda start, modality, kind, count: replace(
        BOMBING, start=start, modality=modality, types=(kind,), casualties=(killed(count),)
    ),
    DAYS,
    st.sampled_from([Modality.ASSERTED, Modality.ALLEGED, Modality.DENIED]),
    st.sampled_from(["Bombing", "SuicideBombing", "Abduction"]),
    st.sampled_from([3, 11, 12]),
)
NAMES = st.sampled_from(["Omar Haddad", "Umar Hadad", "Omar Hadad"])
PILES = st.lists(
    st.tuples(
        VARIED,
        st.sampled_from([MOSUL, BAGHDAD, VILLAGE]),
        st.sampled_from([MARKET, GATE]),
        st.builds(person, NAMES, st.sampled_from([None, "p0", "p1"])),
    ),
    min_size=2,
    max_size=5,
)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("store"), create=True) as opened:
        yield opened


@settings(max_examples=8, deadline=None)  # each writes to the disk several times, which takes its time
@given(PILES, st.data())
def test_neither_the_order_of_reports_nor_the_builds_they_came_in_matter(
    one_store: Store, pile: list[tuple], data: st.DataObject
) -> None:
    """All at once, or in any order in any number of builds, with a report that comes and goes."""
    reports = [
        told(f"R{number}", event, place=place, facility=facility, actors=(who,))
        for number, (event, place, facility, who) in enumerate(pile)
    ]
    put(one_store, reports)
    at_once = layer(one_store)
    assert not merge(one_store).changed
    put_away(one_store, reports)
    assert merge(one_store).events == 0
    passing, *order = data.draw(st.permutations([told("passing"), *reports]))
    put(one_store, [passing])
    while order:
        size = data.draw(st.integers(1, len(order)))
        put(one_store, order[:size])
        order = order[size:]
    put(one_store, reports)
    put_away(one_store, [told("passing")])
    merge(one_store)
    assert layer(one_store) == at_once
    put_away(one_store, reports)


def put_away(store: Store, reports: Iterable[Report]) -> None:
    store.replace({report_iri(report.article): () for report in reports})
