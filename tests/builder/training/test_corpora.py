"""From annotated corpora to what a network is taught: spans of characters, then labels of pieces."""

import json
from pathlib import Path
from random import Random

import pytest

from builder.models import shipped
from builder.models.decoding import NO_EVENT
from builder.models.encoder import SIZE, Labels, open_tokenizer
from builder.training.corpora import (
    Example,
    Relation,
    Tag,
    muc4,
    quiet_passages,
    re3d,
    read_all,
    wikievents,
)
from builder.training.windows import IGNORED, Window, parts, windows

TEXT = "Rebels of the FPL attacked an army post. The FPL fired on the post, and a guard died."
LABELS = Labels(
    roles=("Individual", "Organization", "Target", "Victim", "Victims", "Weapon"),
    kinds=("ATTACK", "BOMBING"),
    triggers=("Conflict.Attack", "Life.Die"),
    arguments=("Attacker", "Target"),
    entities=("Organisation", "Location"),
    types=(),
)


def template(**slots: list[str]) -> dict[str, object]:
    """A template of MUC-4 with some of its slots filled; the others have no answer."""
    names = ("perp_individual", "perp_organization", "phys_tgt", "hum_tgt_name", "hum_tgt_description")
    empty: dict[str, object] = {name: [] for name in (*names, "instrument_id")}
    filled = {name: [{"alt": values}] for name, values in slots.items()}
    return {"incident_type": [{"alt": ["ATTACK"]}], **empty, **filled}


def said(example: Example) -> set[tuple[str, str]]:
    return {(example.text[tag.start : tag.end], tag.label) for tag in example.tags}


def tag(words: str, label: str, text: str = TEXT) -> Tag:
    start = text.index(words)
    return Tag(start, start + len(words), label)


def cut(example: Example) -> list[Window]:
    folder = shipped()
    assert folder is not None
    return [*windows(open_tokenizer(folder / "tokenizer.json"), example, LABELS)]


def outlined(window: Window, outline: list[int] | None, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The words that an outline marks, each with its label."""
    assert outline is not None
    found: list[tuple[int, int, str]] = []
    for (start, end), label in zip(window.offsets, outline, strict=True):
        if label > 0 and label % 2:
            found.append((start, end, names[(label - 1) // 2]))
        elif label > 0:
            found[-1] = (found[-1][0], end, found[-1][2])
    return [(window.example.text[start:end], name) for start, end, name in found]


def test_each_occurrence_of_a_filler_is_a_tag_the_longest_first() -> None:
    told = template(perp_individual=["REBELS"], perp_organization=["FPL"], phys_tgt=["ARMY POST", "POST"])
    (example,) = muc4([{"id": "a", "text": TEXT, "body_start": 0, "templates": [told]}])
    assert said(example) == {
        ("Rebels", "Individual"),
        ("FPL", "Organization"),
        ("army post", "Target"),
        ("post", "Target"),
    }
    assert [each.label for each in example.tags].count("Organization") == 2
    assert {each.kinds for each in example.tags} == {("ATTACK",)}
    assert example.labels == ("ATTACK",)


def test_fillers_are_found_across_lines_in_words_and_in_the_body_alone() -> None:
    text = "FPL -- THE ARMY\nPOST AND ITS OUTPOSTS"
    told = template(phys_tgt=["ARMY POST"], perp_organization=["FPL"], hum_tgt_description=["POST"])
    (example,) = muc4([{"id": "a", "text": text, "body_start": 7, "templates": [told]}])
    assert said(example) == {("ARMY\nPOST", "Target")}


def test_a_report_without_templates_has_no_type() -> None:
    (example,) = muc4([{"id": "a", "text": TEXT, "body_start": 0, "templates": []}])
    assert (example.tags, example.labels) == ((), ("",))


def test_events_are_triggers_of_two_parts_with_arguments() -> None:
    attack, post = tag("attacked", ""), tag("army post", "")
    event = {
        "type": "Conflict.Attack.Unspecified",
        "trigger": {"start": attack.start, "end": attack.end},
        "arguments": [
            {"role": "Target", "start": post.start, "end": post.end},
            {"role": "Attacker", "start": 0, "end": 6, "located": False},
        ],
    }
    example, *_ = wikievents([{"id": "a", "text": TEXT, "events": [event]}])
    assert said(example) == {("attacked", "Conflict.Attack")}
    (relation,) = example.relations
    assert relation == Relation(tag("attacked", "Conflict.Attack"), tag("army post", "Target"))


@pytest.mark.parametrize(("how", "unsure"), [("by_arguments", ["post"]), ("guess", ["post"]), ("unique", [])])
def test_where_a_trigger_may_stand_as_well_nothing_is_taught(how: str, unsure: list[str]) -> None:
    first = {"text": "post", "start": TEXT.index("post"), "end": TEXT.index("post") + 4, "how": how}
    event = {"type": "Conflict.Attack.Unspecified", "trigger": first, "arguments": []}
    example, *_ = wikievents([{"id": "a", "text": TEXT, "events": [event]}])
    assert [TEXT[slice(*each)] for each in example.unsure] == unsure
    (window,) = cut(example)
    assert window.triggers is not None
    ignored = [window.offsets[k] for k, label in enumerate(window.triggers) if label == IGNORED][1:-1]
    assert ignored == [*example.unsure]
    assert outlined(window, window.triggers, LABELS.triggers) == [("post", "Conflict.Attack")]


def test_passages_without_a_trigger_are_of_no_event() -> None:
    quiet = "The town lies on a river, and it is known for its old bridges and its markets."
    text = f"{quiet} Rebels attacked it. {quiet}"
    document = {"id": "a", "text": text, "events": []}
    trigger = tag("attacked", "Conflict.Attack", text)
    assert [*quiet_passages(text, [trigger])] == [quiet, quiet]
    assert [example.labels for example in wikievents([document])][1:] == [(NO_EVENT,)]


def test_of_overlapping_entities_the_longest_that_is_sure() -> None:
    entities = [
        {"start": 14, "end": 17, "type": "Organisation", "confidence": 0.9},
        {"start": 0, "end": 17, "type": "Organisation", "confidence": 0.8},
        {"start": 30, "end": 34, "type": "Organisation", "confidence": 0.4},
        {"start": 30, "end": 39, "type": "Nationality", "confidence": 0.9},
    ]
    (example,) = re3d([{"id": "a", "text": TEXT, "entities": entities}])
    assert said(example) == {("Rebels of the FPL", "Organisation")}


def test_outlines_say_what_the_tags_say() -> None:
    tags = (tag("Rebels", "Individual"), tag("FPL", "Organization"), tag("army post", "Target"))
    (window,) = cut(Example("a", "muc4", TEXT, tags, labels=("ATTACK",)))
    assert window.roles is not None
    assert (window.roles[0], window.roles[-1]) == (IGNORED, IGNORED)
    assert outlined(window, window.roles, LABELS.roles) == [
        ("Rebels", "Individual"),
        ("FPL", "Organization"),
        ("army post", "Target"),
    ]
    assert window.triggers is None


@pytest.mark.parametrize("seed", range(20))
def test_parts_of_a_report_are_of_whole_sentences_and_tell_of_what_takes_part_in_them(seed: int) -> None:
    text = "The army post stood in the valley for many years. " * 8 + "Rebels came. " + "All was quiet. " * 20
    tags = (Tag(text.index("Rebels"), text.index("Rebels") + 6, "Individual", ("ATTACK",)),)
    (window,) = cut(Example("a", "muc4", text, tags, labels=("ATTACK",)))
    assert window.incidents == ("ATTACK",)
    found = [*parts(window, LABELS, Random(seed))]
    assert [piece for part in found for piece in part.pieces[1:-1]] == window.pieces[1:-1]
    for part in found:
        assert len(part.pieces) == len(part.offsets) == len(part.roles or ())
        said = text[part.offsets[1][0] : part.offsets[-2][1]]
        assert said[0].isupper()
        assert said.endswith(".")
        words = outlined(part, part.roles, LABELS.roles)
        assert part.incidents == (("ATTACK",) if words else ())
        assert {text[slice(*part.offsets[piece])] for piece, _ in part.kinds} == {word for word, _ in words}
    assert [word for part in found for word, _ in outlined(part, part.roles, LABELS.roles)] == ["Rebels"]


def test_parts_keep_arguments_within_them() -> None:
    text = "Rebels attacked the post. " + "All was quiet. " * 40
    trigger, post = tag("attacked", "Conflict.Attack", text), tag("post", "Target", text)
    example = Example("a", "wikievents", text, (trigger,), (Relation(trigger, post),))
    (window,) = cut(example)
    first, *others = parts(window, LABELS, Random(1))
    ((at, _, argument, _),) = first.arguments
    assert [text[slice(*first.offsets[piece])] for piece in (at, argument)] == ["attacked", "post"]
    assert others
    assert all(not part.arguments for part in others)


def test_an_argument_is_at_the_first_piece_of_its_last_word() -> None:
    trigger = tag("attacked", "Conflict.Attack")
    relation = Relation(trigger, tag("army post", "Target"))
    (window,) = cut(Example("a", "wikievents", TEXT, (trigger,), (relation,)))
    ((at, kind, argument, role),) = window.arguments
    assert TEXT[slice(*window.offsets[at])] == "attacked"
    assert TEXT[slice(*window.offsets[argument])] == "post"
    assert (LABELS.triggers[kind], LABELS.arguments[role - 1]) == ("Conflict.Attack", "Target")


def test_a_long_text_is_several_windows_and_no_tag_is_in_half() -> None:
    text = "The army post stood. " * 300
    tags = tuple(Tag(start, start + 9, "Target") for start in range(4, len(text), 21))
    cuts = cut(Example("a", "muc4", text, tags, labels=("ATTACK",)))
    assert len(cuts) > 2
    assert all(len(window.pieces) <= SIZE for window in cuts)
    for window in cuts:
        assert {words for words, _ in outlined(window, window.roles, LABELS.roles)} == {"army post"}
    seen = {window.offsets[i] for window in cuts for i, label in enumerate(window.roles or ()) if label == 5}
    assert len(seen) == len(tags)


def test_a_folder_without_corpora_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds none of muc4"):
        read_all(tmp_path)


def test_corpora_are_read_from_their_folders(tmp_path: Path) -> None:
    (tmp_path / "re3d").mkdir()
    (tmp_path / "re3d" / "a.jsonl").write_text(json.dumps({"id": "a", "text": TEXT, "entities": []}), "utf-8")
    (tmp_path / "case2021_task2").mkdir()
    (tmp_path / "case2021_task2" / "dev.tsv").write_text('id\ttext\tlabel\n1\tA "shot".\tATTACK\n', "utf-8")
    assert [(each.corpus, each.labels) for each in read_all(tmp_path)] == [
        ("re3d", ()),
        ("case2021", ("ATTACK",)),
    ]
