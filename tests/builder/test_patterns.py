"""The words and patterns as data: they parse, name what exists, and nothing in them is dead."""

import json
from collections import Counter
from pathlib import Path

import pytest

import builder
import ontology
from builder.components.frames import FRAMES
from builder.components.lexicon import LONGEST as LONGEST_NOUN
from builder.components.triggers import LONGEST as LONGEST_TRIGGER
from builder.model import ActorKind, EventKind, Modality, Outcome, Precision, Role
from builder.patterns import load

SOURCE = Path(builder.__file__).parent
FILES = sorted(path.stem for path in (SOURCE / "patterns").glob("*.json"))
# What a filler may be besides a role of the model: see builder/components/frames.py.
#   weapon: used in the attack; vehicle: a weapon whose owner acts; craft: a vehicle that only carries;
#   struck: a weapon that the subject ran into, as a convoy does a mine.
BESIDES_ROLES = {"weapon", "vehicle", "craft", "struck"}
# Files that are tables looked up by the words of the text, so that no key of theirs stands in the source.
TABLES = {"nouns", "frames"}
CONCEPTS = frozenset(ontology.labels())


def words_of(value: object) -> list[str]:
    """Every text in a value of JSON, keys apart."""
    match value:
        case str():
            return [value]
        case list():
            return [word for part in value for word in words_of(part)]
        case dict():
            return [word for part in value.values() for word in words_of(part)]
        case _:
            return []


def listed() -> list[tuple[str, str, str]]:
    """Class, concept and text of every noun."""
    return [
        (group, name, noun)
        for group, types in load("nouns").items()
        for name, nouns in types.items()
        for noun in nouns
    ]


def test_the_files_are_found() -> None:
    assert len(FILES) >= 17


def unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object; ValueError where a key is given twice, of which JSON would keep the last silently."""
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"given twice: {twice}")
    return dict(pairs)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_an_object_whose_keys_are_unique(name: str) -> None:
    text = (SOURCE / "patterns" / f"{name}.json").read_text(encoding="utf-8")
    assert json.loads(text, object_pairs_hook=unique_keys)


@pytest.mark.parametrize("name", FILES)
def test_words_are_trimmed(name: str) -> None:
    assert [word for word in words_of(load(name)) if word != " ".join(word.split())] == []


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read(name: str) -> None:
    assert [path for path in SOURCE.rglob("*.py") if f'load("{name}")' in path.read_text(encoding="utf-8")]


def subscripts(key: str) -> tuple[str, str]:
    return f'["{key}"]', f"['{key}']"


@pytest.mark.parametrize("name", [name for name in FILES if name not in TABLES])
def test_every_key_is_read(name: str) -> None:
    readers = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    readers = [text for text in readers if f'load("{name}")' in text]
    dead = [
        key for key in load(name) if not any(quoted in text for text in readers for quoted in subscripts(key))
    ]
    assert dead == []


def test_nouns_are_as_they_are_looked_up() -> None:
    """Lower case, and short enough: a hyphen is no word."""
    assert len(listed()) > 500
    wrong = [noun for _, _, noun in listed() if noun != noun.lower() or len(noun.split()) > LONGEST_NOUN]
    assert wrong == []


def test_nouns_are_of_classes_and_concepts_that_exist() -> None:
    assert {group for group, _, _ in listed()} <= {"Facility", "Place", "Weapon", *ActorKind}
    places = {name for group, name, _ in listed() if group == "Place"}
    assert places <= {"", *Precision}
    concepts = {name for group, name, _ in listed() if group != "Place" and name}
    assert {name for name in concepts if name not in ontology.labels()} == set()


def test_trigger_groups_are_whole() -> None:
    groups = load("triggers")["groups"]
    assert len(groups) > 30
    for group in groups:
        assert group["kind"] in {*EventKind}
        assert group["type"] is None or group["type"] in ontology.labels()
        assert group["frame"] in FRAMES
        assert group["verbs"] or group["nouns"]


def test_every_frame_is_used() -> None:
    assert {group["frame"] for group in load("triggers")["groups"]} == set(FRAMES)


def test_trigger_nouns_are_as_they_are_looked_up() -> None:
    nouns = [noun for group in load("triggers")["groups"] for noun in group["nouns"]]
    wrong = [noun for noun in nouns if noun != noun.lower() or len(noun.split()) > LONGEST_TRIGGER]
    assert wrong == []


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_gives_roles(name: str) -> None:
    fillers = {role for slots in FRAMES[name].values() for role in slots.values()}
    assert fillers <= {*Role} | BESIDES_ROLES


def test_every_word_besides_the_roles_is_used() -> None:
    fillers = {role for frame in FRAMES.values() for slots in frame.values() for role in slots.values()}
    assert fillers >= BESIDES_ROLES


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (load("casualties")["words"].values(), {*Outcome}),
        (load("casualties")["spoken"].values(), {*Outcome}),
        (load("casualties")["frames"].values(), {*Outcome}),
        (load("casualties")["frames"], set(FRAMES)),
        (load("incidents")["effects"], set(FRAMES)),
        (load("incidents")["hosted"], set(FRAMES)),
        (load("incidents")["order"], {*Modality}),
        (load("incidents")["strong"], {*Modality}),
        (load("incidents")["explosive_types"], CONCEPTS),
        (load("modality")["above"], {*Modality}),
        (load("modality")["beside"], {*Modality}),
        (load("modality")["auxiliaries"], {*Modality}),
        (load("modality")["order"], {*Modality}),
        (load("relations")["owned_types"], CONCEPTS),
        (load("roles")["needed"], set(FRAMES)),
        (" ".join(words_of(load("roles")["needed"])).split(), {*Role}),
        (load("triggers")["weapon_attack_types"], CONCEPTS),
        (load("triggers")["weapon_attack_types"].values(), CONCEPTS),
        (load("triggers")["weapon_required"], set(FRAMES)),
        (load("attribution")["authorities"], CONCEPTS),
        (load("minor_mentions")["pronouns"].values(), {*ActorKind}),
        (load("kinds")["plain_name_kinds"].values(), {*ActorKind}),
    ],
)
def test_names_of_the_model_and_the_ontology_exist(names: object, known: set[str]) -> None:
    assert {*names} - known == set()  # type: ignore[misc]


def test_a_modality_is_proposed_once_a_word() -> None:
    for place in ("above", "beside", "auxiliaries"):
        words = [word for words in load("modality")[place].values() for word in words]
        assert len(words) == len(set(words))
