"""By which rule a component did something, in words: its patterns, the parse, a score."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from spacy.tokens import Doc

from builder.components.annotations import RoleFiller, TimeMention, Trigger
from builder.explain.tracing.history import Change

# The file of words by which a component decides, where it is not the one with its own name.
PATTERNS: Final[Mapping[str, str]] = {"trigger": "triggers", "weapons": "weapons", "tolls": "casualties"}
MODEL_SCORES: Final = ("polemos_main_event", "polemos_report_incidents")


def rule_of(doc: Doc, change: Change, trigger: Trigger) -> str:
    """Say by which rule a component made a change to what a trigger tells of."""
    match change.value:
        case Trigger(frame=frame, lemma=lemma):
            return f"“{lemma}” tells of an event: frame {frame}{_file('triggers')}"
        case RoleFiller(root=root):
            return f"{_in_parse(doc, root)}{_file(_name(change.component))}"
        case TimeMention(relation=relation):
            published = doc._.published or "no date of publication"
            return f"polemos_times resolved it against {published}; it says “{relation}”{_file('times')}"
    if change.component in MODEL_SCORES:
        return "the trained model read it; the score says how often it is right"
    return _of_field(change, trigger)


def _of_field(change: Change, trigger: Trigger) -> str:
    if change.field == "types":
        return _of_type(change, trigger)
    if change.field == "modality" and not change.cues and not change.is_removal:
        return "no word says otherwise" if change.value == "Asserted" else "follows from what speaks of it"
    return f"by its words{_file(PATTERNS.get(change.field, _name(change.component)))}"


def _of_type(change: Change, trigger: Trigger) -> str:
    if change.value == trigger.type:
        return f"what “{trigger.lemma}” means{_file('triggers')}"
    return f"the weapon, or another word beside “{trigger.lemma}”, says so{_file('weapons')}"


def _in_parse(doc: Doc, root: int) -> str:
    """Say where a word stands in the parse: by what it hangs on what.

    Labels are those of the spaCy model: https://spacy.io/models/en#en_core_web_sm-labels.
    """
    token = doc[root]
    return f"“{token.text}” is {token.dep_} of “{token.head.text}”"


def _name(component: str) -> str:
    return component.removeprefix("polemos_")


def _file(name: str) -> str:
    is_there = (files("builder.patterns") / f"{name}.json").is_file()
    return f" (builder/patterns/{name}.json)" if is_there else ""
