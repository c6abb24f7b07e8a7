"""What tests share: a report that uses every field of the model, a store, and the real pipeline."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
from builder.store import Store

if TYPE_CHECKING:
    from spacy.language import Language

TEXT = (
    "Two car bombs struck the Karrada police station in Baghdad on Sunday, killing at least 12 officers. "
    "The Red Brigade claimed it, police said, and threatened to shell the Iraqi army base in Mosul by Friday."
)


def quoted(words: str) -> tuple[Span, ...]:
    """Give the span of words of TEXT, with the sentence around them."""
    start = TEXT.index(words)
    sentence = next(part for part in TEXT.split(". ") if words in part)
    return (Span(start, start + len(words), words, sentence),)


def argument(role: Role, filler: str, words: str) -> Argument:
    """Give a filler of a role, read from words of TEXT."""
    return Argument(role, filler, quoted(words)[0])


@pytest.fixture(scope="session")
def full_report() -> Report:
    """A report that sets every field of every class of the model; a test says so."""
    return Report(
        Article(
            TEXT,
            title="Bombs in Baghdad",
            published=date(2024, 1, 8),
            publisher="Tigris Courier",
            source="https://example.org/2024/bombs?id=1#top",
            identifier="tc-1",
            origin=Path("a.txt"),
            line=1,
        ),
        places=(
            Place(
                "p1",
                "Baghdad",
                quoted("Baghdad"),
                aliases=("Bagdad",),
                geonames=98182,
                point=(44.40088, 33.34058),
                precision=Precision.SETTLEMENT,
                within="p2",
            ),
            Place("p2", "Iraq", quoted("Iraqi"), geonames=99237, precision=Precision.COUNTRY),
            Place("p3", "Mosul", quoted("Mosul"), geonames=99072, within="p2"),
        ),
        actors=(
            Actor(
                "a1",
                ActorKind.ORGANIZATION,
                "Red Brigade",
                quoted("Red Brigade"),
                aliases=("RB",),
                type="ArmedGroup",
                gazetteer="https://w3id.org/polemos/gazetteer/red-brigade",
                nationality="p2",
            ),
            Actor(
                "a2",
                ActorKind.GROUP,
                "officers",
                quoted("12 officers"),
                type="Police",
                member_of="a3",
                size=12,
            ),
            Actor("a3", ActorKind.ORGANIZATION, "police", quoted("police said"), type="Police"),
            Actor("a4", ActorKind.ORGANIZATION, "Iraqi army", quoted("Iraqi army"), type="StateForces"),
        ),
        facilities=(
            Facility(
                "f1",
                "Karrada police station",
                quoted("Karrada police station"),
                aliases=("the station",),
                type="PoliceStation",
                gazetteer="https://w3id.org/polemos/gazetteer/karrada-station",
                location="p1",
                operator="a3",
                hosts=("a2",),
            ),
            Facility("f2", "base", quoted("base"), type="MilitaryBase", location="p3", operator="a4"),
        ),
        events=(
            Event(
                "e1",
                EventKind.ATTACK,
                "car bombs struck",
                quoted("car bombs struck"),
                types=("Bombing",),
                cues=quoted("claimed"),
                arguments=(
                    argument(Role.PERPETRATOR, "a1", "The Red Brigade"),
                    argument(Role.TARGET, "f1", "Karrada police station"),
                    argument(Role.VICTIM, "a2", "officers"),
                    argument(Role.LOCATION, "p1", "Baghdad"),
                ),
                weapons=(Weapon("w1", "car bombs", quoted("Two car bombs"), type="CarBomb", quantity=2),),
                casualties=(
                    Casualties("c0", Outcome.KILLED, quoted("12"), count=10, at_least=None),
                    Casualties(
                        "c1",
                        Outcome.KILLED,
                        quoted("at least 12"),
                        at_least=12,
                        at_most=20,
                        victim="a2",
                        speaker="a3",
                        stated_on=Moment(2024, 1, 8, 9, 30),
                        revision_of="c0",
                    ),
                ),
                basis=Basis.CLAIMED,
                damage=Damage.DAMAGED,
                start=Moment(2024, 1, 7),
                end=Moment(2024, 1),
                time_expressions=quoted("Sunday"),
                count=2,
                confidence=Decimal("0.80"),
            ),
            Event(
                "e2",
                EventKind.ATTACK,
                "shell",
                quoted("shell"),
                modality=Modality.THREATENED,
                types=("Bombardment",),
                arguments=(argument(Role.TARGET, "f2", "base"),),
            ),
            Event(
                "e3",
                EventKind.WARNING,
                "threatened",
                quoted("threatened"),
                types=("Threat",),
                arguments=(
                    argument(Role.ISSUER, "a1", "Red Brigade"),
                    argument(Role.THREATENS, "e2", "shell"),
                ),
                deadline=Moment(2024, 1, 12),
            ),
            Event(
                "e4",
                EventKind.STATEMENT,
                "claimed",
                quoted("claimed it"),
                types=("ClaimOfResponsibility",),
                arguments=(argument(Role.SPEAKER, "a1", "Red Brigade"), argument(Role.ABOUT, "e1", "it")),
            ),
            Event(
                "e5",
                EventKind.MOVEMENT,
                "move",
                quoted("struck"),
                types=("Deployment",),
                minimum_distance=500,
            ),
        ),
        mentions=(
            TypedMention(
                MentionKind.EVENT,
                "Attacking",
                quoted("struck")[0],
                Decimal("0.90"),
                (MentionArgument("TargetRole", quoted("station")[0], Decimal("0.75"), "f1"),),
            ),
        ),
    )


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the vocabulary alone, to copy: loading it takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "store"
    with Store.open(path, create=True):
        pass
    return path


@pytest.fixture
def store(tmp_path: Path, empty_store: Path) -> Iterator[Store]:
    """A store without reports, closed at the end."""
    shutil.copytree(empty_store, tmp_path / "store")
    with Store.open(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 128 MB, in memory, to fill up; the test is skipped where none can be mounted."""
    path = tmp_path / "disk"
    path.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only the superuser may mount a small disk to fill")
    command = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(path)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this system does not let a small disk be mounted")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.fixture(scope="session")
def nlp() -> "Language":
    """The pipeline that users get, loaded once."""
    from builder.pipeline import load_pipeline  # noqa: PLC0415 (tests that read no text need no spaCy)

    return load_pipeline()


@pytest.fixture(scope="session")
def seeds(nlp: "Language", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store built once from the reports in `seeds/`, as `make run` builds it."""
    from builder.build import build  # noqa: PLC0415
    from builder.extraction import Pipeline  # noqa: PLC0415

    with Store.open(tmp_path_factory.mktemp("seeds") / "store", create=True) as store:
        summary = build([Path(__file__).parents[1] / "seeds"], store, Pipeline(nlp))
        assert not summary.failures
        assert summary.built == 13
        yield store
