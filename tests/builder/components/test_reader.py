"""The trained model in the pipeline: what the shipped one reads, and what becomes of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from builder.components.reader import Learned, Learnings
from builder.components.report_incidents import _place, is_in_capitals, trim
from builder.components.toponyms import PlaceLink
from builder.errors import ModelError
from builder.model import ActorKind, Article, Event, EventKind, MentionKind, Modality, Report, Role
from builder.models import shipped
from builder.models.decoding import chances, main_type, probabilities, stretches
from builder.models.encoder import REPORTS, SIZE, Encoder, Reading, Scores, Words, _depth
from builder.models.matrices import Matrices
from builder.models.trained import TrainedModel
from builder.pipeline import load_pipeline
from builder.report import extract, prepare, read_report

from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.language import Language

CAPITALS = """SAN LORENZO, 4 MAR 89 -- MEMBERS OF THE POPULAR LIBERATION FRONT KIDNAPPED THE MAYOR OF SAN
LORENZO, MANUEL ORTEGA, LAST NIGHT, POLICE SOURCES REPORTED TODAY.

THE SOURCES SAID THAT FIVE HEAVILY ARMED MEN TOOK ORTEGA FROM HIS HOME IN THE CENTER OF THE TOWN AND
FORCED HIM INTO A TRUCK.  THE POPULAR LIBERATION FRONT CLAIMED CREDIT FOR THE KIDNAPPING IN A TELEPHONE CALL
TO A LOCAL RADIO STATION, AND DEMANDED THE RELEASE OF THREE OF ITS LEADERS WHO ARE IN PRISON.

THE FAMILY OF MANUEL ORTEGA HAS ASKED THE KIDNAPPERS TO RESPECT HIS LIFE."""
QUIET = """SAN LORENZO, 4 MAR 89 -- THE CENTRAL BANK REPORTED TODAY THAT COFFEE EXPORTS ROSE BY THREE PERCENT
IN THE FIRST TWO MONTHS OF THE YEAR.

THE PRESIDENT OF THE BANK SAID AT A NEWS CONFERENCE THAT THE HARVEST WAS BETTER THAN EXPECTED AND THAT THE
PRICE OF COFFEE HAD RISEN ON THE WORLD MARKET.  HE ADDED THAT THE COUNTRY EXPECTS TO SIGN A NEW AGREEMENT WITH
THE OTHER PRODUCERS IN APRIL, AND THAT THE INTEREST ON THE FOREIGN DEBT WILL BE PAID ON TIME."""
# Short reports of our own, and what each is about.
SHORT = {
    "SuicideBombing": "A suicide bomber blew himself up at a checkpoint on Tuesday and killed six soldiers.",
    "PeacefulProtest": "Hundreds of teachers marched through the city and demanded that their wages be paid.",
    "Arrest": "Security forces detained eleven members of the opposition party in a series of raids.",
}


def reported(nlp: "Language", text: str) -> Report:
    (report,) = extract(nlp, [Article(text)])
    assert isinstance(report, Report)
    return report


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    folder = shipped()
    assert folder is not None
    return TrainedModel.load(folder)


@pytest.fixture(scope="module")
def rules() -> "Language":
    return load_pipeline(trained_model="none")


def labels(event: Event, report: Report, role: Role) -> set[str]:
    actors = {actor.key: actor.label for actor in report.actors}
    return {actors[each.filler] for each in event.arguments if each.role is role and each.filler in actors}


def test_capitals_are_told_from_other_texts(nlp: "Language") -> None:
    assert is_in_capitals(nlp.make_doc(CAPITALS))
    assert not is_in_capitals(nlp.make_doc("US and UN officials met. " * 20))
    assert not is_in_capitals(nlp.make_doc("12:30 " * 100))


def test_a_report_in_capitals_is_one_incident_with_who_takes_part(nlp: "Language") -> None:
    report = reported(nlp, CAPITALS)
    (event,) = (each for each in report.events if each.kind is EventKind.ATTACK)
    assert event.types == ("Abduction",)
    assert event.confidence is not None
    assert event.confidence > 0.5
    assert "POPULAR LIBERATION FRONT" in labels(event, report, Role.PERPETRATOR)
    assert "MANUEL ORTEGA" in labels(event, report, Role.VICTIM)
    (front,) = (each for each in report.actors if each.label == "POPULAR LIBERATION FRONT")
    assert front.kind is ActorKind.ORGANIZATION
    assert {CAPITALS[span.start : span.end] for span in front.mentions} >= {"POPULAR LIBERATION FRONT"}


@pytest.mark.parametrize(
    "text",
    [
        QUIET,
        "THE CENTRAL BANK SAID ON FRIDAY THAT COFFEE EXPORTS ROSE BY THREE PERCENT IN THE FIRST QUARTER.",
        "The central bank said on Friday that coffee exports rose by three percent in the first quarter.",
        "The national team won both matches at the weekend and is now second in its group.",
        "Heavy traffic is expected on all roads that lead to the coast this weekend.",
    ],
)
def test_a_report_of_nothing_is_no_event(nlp: "Language", text: str) -> None:
    assert [each for each in reported(nlp, text).events if each.kind is EventKind.ATTACK] == []
    assert all(each.confidence is None for each in reported(nlp, text).events)


@pytest.mark.parametrize("concept", SHORT)
def test_a_short_report_is_of_the_type_of_the_whole(nlp: "Language", concept: str) -> None:
    events = reported(nlp, SHORT[concept]).events
    (sure,) = (event for event in events if event.confidence is not None)
    assert sure.types == (concept,)


@pytest.mark.parametrize(
    "text",
    [
        "The brigade threatened on Friday to attack the air base unless the foreign forces leave.",
        "The army denied on Friday that its forces had attacked the hospital in the north of the city.",
    ],
)
def test_what_is_threatened_or_denied_is_not_told_as_fact(nlp: "Language", text: str) -> None:
    attacks = [event for event in reported(nlp, text).events if event.kind is EventKind.ATTACK]
    assert attacks
    assert Modality.ASSERTED not in {event.modality for event in attacks}


def test_what_no_trigger_tells_is_told_by_the_main_verb(nlp: "Language") -> None:
    text = "Regime forces recaptured the gas field from the group on Thursday, a week after losing it."
    doc = prepare(nlp, Article(text))
    for name, component in nlp.pipeline:
        if name == "polemos_main_event":
            doc._.incidents, doc._.learned = (), replace(doc._.learned, triggers=())
        doc = component(doc)
    (incident,) = doc._.incidents
    (member,) = incident.members
    assert incident.types == ("GovernmentRegainsTerritory",)
    assert doc[member.trigger.token].text == "recaptured"


def test_a_report_of_who_is_responsible_is_of_what_is_said(nlp: "Language") -> None:
    text = "Islamic State claimed responsibility for the bombing of the market in a statement by its agency."
    (sure,) = (event for event in reported(nlp, text).events if event.confidence is not None)
    assert (sure.kind, sure.types) == (EventKind.STATEMENT, ("ClaimOfResponsibility",))


def test_a_long_report_is_of_no_one_type(nlp: "Language") -> None:
    doc = prepare(nlp, Article(f"{SHORT['Arrest']} {SHORT['PeacefulProtest']} " * 6))
    for _, component in nlp.pipeline:
        doc = component(doc)
    assert doc._.learned.main is None


def test_rules_alone_read_no_type_from_the_whole(rules: "Language") -> None:
    for text in SHORT.values():
        assert all(event.confidence is None for event in reported(rules, text).events)


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no news.onnx; name the folder of a trained model, or none"):
        load_pipeline(trained_model=str(tmp_path))


def test_a_folder_with_half_a_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "news.onnx").touch()
    with pytest.raises(ModelError, match=r"holds no published.npz; name the folder of a trained model"):
        load_pipeline(trained_model=str(tmp_path))


def test_mentions_of_a_report_have_their_types_arguments_and_nodes(nlp: "Language") -> None:
    text = "Police in Mosul arrested Omar Saleh on Monday. Saleh is accused of killing two soldiers."
    report = reported(nlp, text)
    entities = {each.span.text: each.type for each in report.mentions if each.kind is MentionKind.ENTITY}
    assert entities["Mosul"] == "LocationReference"
    assert entities["Omar Saleh"] == "PersonReference"
    assert entities["Monday"] == "TimeReference"
    events = {each.span.text: each for each in report.mentions if each.kind is MentionKind.EVENT}
    arrest = events["arrested"]
    assert arrest.type == "Arresting"
    roles = {each.role: each for each in arrest.arguments}
    assert roles["JailerRole"].span.text == "Police"
    assert roles["PlaceRole"].span.text == "Mosul"
    assert roles["PlaceRole"].filler == next(place.key for place in report.places if place.label == "Mosul")
    for mention in report.mentions:
        assert 0 < mention.confidence <= 1
        assert text[mention.span.start : mention.span.end] == mention.span.text
        assert mention.span.text in mention.span.sentence


def test_of_two_stretches_in_one_word_the_surer_is_told(nlp: "Language") -> None:
    doc = prepare(nlp, Article("Police in Mosul arrested Omar Saleh on Monday."))
    for _, component in nlp.pipeline:
        doc = component(doc)
    (place,) = (each for each in doc._.learned.entities if doc[each.start].text == "Mosul")
    halves = replace(place, probability=0.125), replace(place, probability=0.875)
    doc._.learned = replace(doc._.learned, entities=halves)
    (told,) = (each for each in read_report(doc).mentions if each.kind is MentionKind.ENTITY)
    assert (told.span.text, told.confidence) == ("Mosul", Decimal("0.88"))


def test_without_rules_there_is_what_the_model_reads_and_no_other_event() -> None:
    alone = load_pipeline(rules=False)
    text = SHORT["Arrest"]
    (event,) = reported(alone, text).events
    assert event.types == ("Arrest",)
    assert event.confidence is not None
    assert {each.type for each in reported(alone, text).mentions} >= {"Arresting", "OrganizationReference"}
    assert reported(load_pipeline(rules=False, trained_model="none"), text).events == ()


def test_rules_alone_read_no_mentions(rules: "Language") -> None:
    assert reported(rules, "Police arrested Omar Saleh in Mosul.").mentions == ()


def test_entities_and_triggers_stand_where_the_text_has_them(annotate: Annotate) -> None:
    doc = annotate("Rebels shot dead two soldiers near Mosul.", until="learnings")
    learned: Learnings = doc._.learned
    found = {(doc[each.start : each.end].text, each.label) for each in learned.entities}
    assert ("Mosul", "Location") in found
    assert {each.label for each in learned.triggers} & {"Life.Die", "Conflict.Attack"}


@pytest.mark.parametrize(
    "text", ["", " ", "…", "😀", "word " * 2000], ids=["none", "blank", "mark", "face", "long"]
)
def test_any_text_is_scored_piece_by_piece(model: TrainedModel, text: str) -> None:
    reading = model.read(text, report=True, short=True)
    for name in ("roles", "kinds", "triggers", "entities"):
        assert len(reading.layers[name]) == len(reading.offsets)
        assert np.isfinite(reading.layers[name]).all()
    assert "roles" not in model.read(text, report=False, short=False).layers
    assert all(text[start:end].strip() for start, end in reading.offsets)


def test_a_long_text_is_scored_by_the_window_that_each_piece_is_deeper_inside_of() -> None:
    """Of two windows of 510 pieces that begin 384 apart, the second has the better view from 447 on."""
    first, second = _depth(0, 510, 800), _depth(384, 416, 800)
    assert [k for k in range(384, 510) if second[k - 384] > first[k]] == list(range(447, 510))


def test_scores_of_windows_of_several_sizes_are_means_of_probabilities(model: TrainedModel) -> None:
    """Each piece has a mean, and the whole text one row, of what its windows say at most."""
    folder = shipped()
    assert folder is not None
    pieces = [number + 2000 for number in range(300)] * 2

    def read(*sizes: int) -> dict[str, Scores]:
        words, published = Words.load(folder / "words.npz"), Matrices.load(folder / "published.npz")
        changed = published.changed(folder / "reports-matrices.npz")
        return Encoder(folder, words, changed, replace(REPORTS, sizes=sizes)).read(pieces)

    small, large, both = read(128), read(SIZE), read(128, SIZE)
    assert np.allclose(
        probabilities(both["roles"]),
        (probabilities(small["roles"]) + probabilities(large["roles"])) / 2,
        atol=1e-5,
    )
    highest = [chances(each["report"]).max(0) for each in (small, large)]
    assert np.allclose(chances(both["report"]), [sum(highest) / 2], atol=1e-5)
    assert not np.allclose(small["roles"], large["roles"], atol=0.1)


def outlined(numbers: list[int], text: str, offsets: list[tuple[int, int]]) -> Reading:
    scores = np.full((len(numbers), 5), -5, np.float32)
    scores[np.arange(len(numbers)), numbers] = 5
    return Reading(offsets, {"entities": scores})


def test_stretches_are_widened_to_words_and_kept_apart() -> None:
    text = "al-Hashd fighters"
    offsets = [(0, 2), (2, 3), (3, 6), (6, 8), (9, 17)]
    reading = outlined([1, 2, 2, 0, 3], text, offsets)
    found = stretches(reading, "entities", ("A", "B"), text, outside=1.0)
    assert [(text[each.start : each.end], each.label) for each in found] == [
        ("al-Hashd", "A"),
        ("fighters", "B"),
    ]
    assert all(each.probability > 0.9 for each in found)


def test_less_outside_finds_more() -> None:
    scores = np.array([[1.0, 0.5, 0.0]], np.float32)
    reading = Reading([(0, 4)], {"entities": scores})
    assert stretches(reading, "entities", ("A",), "word", outside=1.0) == []
    assert len(stretches(reading, "entities", ("A",), "word", outside=0.5)) == 1


def test_a_short_text_of_many_pieces_has_one_type(model: TrainedModel) -> None:
    text = "http://example.org/" + "-a1" * 300 + " Police arrested eleven members of the party in raids."
    reading = model.read(text, report=False, short=True)
    assert len(reading.offsets) > 510
    assert reading.layers["type"].shape == (1, len(model.labels.types))
    assert main_type(model.read(text, report=False, short=False), model.labels.types) is None


def test_the_main_type_is_the_most_probable() -> None:
    reading = Reading([(0, 4)], {"type": np.array([[0.0, 2.0]], np.float32)})
    found = main_type(reading, ("A", "B"))
    assert (found.label, found.start, found.end) == ("B", 0, 4)
    assert found.probability == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-6)


TWO_DAYS = """SAN LORENZO, 14 MAR 89 -- POLICE SOURCES SAY THAT TWO OFFICIALS WERE MURDERED IN THIS REGION.

ON 11 MARCH, MAYOR PEDRO RAMOS WAS KILLED BY GUERRILLAS OF THE POPULAR LIBERATION FRONT IN LAS FLORES.

ON 13 MARCH, JUDGE CARLOS MENA WAS KILLED BY GUERRILLAS OF THE SAME GROUP IN ARCATAO, THE SOURCES ADDED.

NO ARRESTS HAVE BEEN MADE, AND THE ARMY HAS SENT REINFORCEMENTS TO THE AREA."""


def test_attacks_of_two_days_are_two_incidents(nlp: "Language") -> None:
    (report,) = extract(nlp, [Article(TWO_DAYS, published=date(1989, 3, 14))])
    assert isinstance(report, Report)
    attacks = [each for each in report.events if each.kind is EventKind.ATTACK]
    assert [str(each.start) for each in attacks] == ["1989-03-11", "1989-03-13"]
    named = [labels(each, report, Role.VICTIM) & {"PEDRO RAMOS", "CARLOS MENA"} for each in attacks]
    assert named == [{"PEDRO RAMOS"}, {"CARLOS MENA"}]
    assert all("POPULAR LIBERATION FRONT" in labels(each, report, Role.PERPETRATOR) for each in attacks)


@pytest.mark.parametrize(
    ("sentence", "place"),
    [(0, "PERU"), (1, "LIMA"), (2, "PERU")],
    ids=["what nothing knows is passed over", "the first of the sentence", "the first of the report"],
)
def test_an_incident_is_at_a_place_that_is_known(nlp: "Language", sentence: int, place: str) -> None:
    doc = nlp.make_doc("CONCLUSION IN PERU . BOMBS IN LIMA AND PERU . ONE MAN DIED .")
    links = {"CONCLUSION": None, "PERU": "PE", "LIMA": "PE"}
    doc._.places = {
        token.i: PlaceLink(token.text, links[token.text], None) for token in doc if token.text in links
    }
    sentences = doc[:4], doc[4:10], doc[10:]
    assert [doc[root].text for root in _place(doc, [sentences[sentence]])] == [place]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("THE TOWN HALL", "TOWN HALL"),
        ("POWER STATION AND", "POWER STATION"),
        ("HOUSE IN", "HOUSE"),
        ("NATIONAL POLICE (PN", "NATIONAL POLICE"),
        ("NATIONAL POLICE (PN)", "NATIONAL POLICE"),
        ('"EL NORTE"', "EL NORTE"),
        ("BANK OF THE NATION", "BANK OF THE NATION"),
        ("A", ""),
    ],
)
def test_what_is_no_name_is_trimmed(nlp: "Language", text: str, kept: str) -> None:
    doc = nlp.make_doc(text)
    found = trim(doc, Learned(0, len(doc), "Target", 1.0))
    assert doc[found.start : found.end].text == kept
