"""Annotated corpora as examples of one form: spans of characters with labels, in layers.

A corpus is a folder with files of JSON lines, as its publishers' data was brought into that form:

    muc4/train.jsonl             incidents with fillers as strings (Message Understanding Conference 4, 1992)
    wikievents/train.jsonl       triggers and arguments with offsets (Li, Ji and Han 2021)
    re3d/*.jsonl                 entities with offsets and confidence (Dstl 2017)
    case2021_task2/dev.tsv       snippets with one type each (Haneczok and others 2021)
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from builder.models.decoding import NO_EVENT

# The string slots of a template of MUC-4, and what the tagger calls them.
MUC_ROLES: Final = {
    "perp_individual": "Individual",
    "perp_organization": "Organization",
    "phys_tgt": "Target",
    "hum_tgt_name": "Victim",
    "hum_tgt_description": "Victims",
    "instrument_id": "Weapon",
}
MUC_TYPES: Final = ("ATTACK", "BOMBING", "KIDNAPPING", "ARSON", "ROBBERY", "FORCED WORK STOPPAGE")
RE3D_TYPES: Final = ("Organisation", "Person", "Location", "Weapon", "MilitaryPlatform", "Temporal")
# Characters of a passage that is taken for a snippet without an event, which no corpus has, and passages of
# one article: snippets have 60 to 700 characters, and there should be no more of these than of all others.
SHORTEST, LONGEST, PASSAGES = 60, 600, 3
# How triggers of WikiEvents were placed that may stand elsewhere: 18 and 25 % of them do (its README).
PLACED: Final = ("by_arguments", "guess")
# Below it annotators thought a span of re3d more likely wrong than right.
SURE: Final = 0.5


@dataclass(frozen=True, slots=True, order=True)
class Tag:
    """A labelled stretch of characters, end exclusive; `kinds` are the incident types it takes part in."""

    start: int
    end: int
    label: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """An argument: the tag of its trigger, and where and what it is."""

    trigger: Tag
    argument: Tag


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the layers that its corpus annotates; a layer that is absent is not trained on.

    `labels` are of the whole text: the incident types of a report, or the one type of a snippet. `unsure` are
    stretches, end exclusive, of which nobody knows whether they are tags.
    """

    id: str
    corpus: str
    text: str
    tags: tuple[Tag, ...] = ()
    relations: tuple[Relation, ...] = ()
    labels: tuple[str, ...] = ()
    unsure: tuple[tuple[int, int], ...] = ()


def muc4(documents: Iterable[dict[str, Any]]) -> Iterator[Example]:
    """Give reports with each occurrence of each filler of their templates as a tag."""
    for document in documents:
        fillers: dict[tuple[str, str], set[str]] = {}
        types: dict[str, None] = {}
        for template in document["templates"]:
            kinds = [each for filler in template["incident_type"] or () for each in filler["alt"]]
            types |= dict.fromkeys(kinds)
            for slot, role in MUC_ROLES.items():
                for filler in template[slot] or ():
                    for name in filler["alt"]:
                        fillers.setdefault((name, role), set()).update(kinds)
        tags = _occurrences(document["text"], document["body_start"], fillers)
        yield Example(
            document["id"], "muc4", document["text"], tuple(sorted(tags)), labels=tuple(types) or ("",)
        )


def _occurrences(text: str, begin: int, fillers: dict[tuple[str, str], set[str]]) -> list[Tag]:
    """Find where fillers stand, the longest first: what is inside of another is no occurrence of its own."""
    taken = bytearray(len(text))
    found = []
    for (name, role), kinds in sorted(fillers.items(), key=lambda each: (-len(each[0][0]), each[0])):
        words = re.findall(r"\S+", name.strip('"'))
        if not words:
            continue
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
        for match in re.finditer(pattern, text[begin:], re.IGNORECASE):
            start, end = match.start() + begin, match.end() + begin
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                found.append(Tag(start, end, role, tuple(sorted(kinds))))
    return found


def wikievents(documents: Iterable[dict[str, Any]]) -> Iterator[Example]:
    """Give articles with triggers, by the first two parts of their types, and their arguments."""
    for document in documents:
        tags: dict[Tag, None] = {}
        relations = []
        for event in document["events"]:
            trigger = _tag(event["trigger"], ".".join(event["type"].split(".")[:2]))
            tags[trigger] = None
            relations += [
                Relation(trigger, _tag(argument, argument["role"]))
                for argument in event["arguments"]
                if argument.get("located", True)
            ]
        unsure = tuple(_unsure(document, tags))
        yield Example(
            document["id"], "wikievents", document["text"], tuple(tags), tuple(relations), unsure=unsure
        )
        for number, passage in enumerate(quiet_passages(document["text"], tags)):
            yield Example(f"{document['id']}-{number}", "case2021", passage, labels=(NO_EVENT,))


def _unsure(document: dict[str, Any], tags: Iterable[Tag]) -> Iterator[tuple[int, int]]:
    """Where the word of a trigger stands that was placed at one of several occurrences, perhaps wrongly."""
    told = {(tag.start, tag.end) for tag in tags}
    triggers = (event["trigger"] for event in document["events"])
    words = {trigger["text"] for trigger in triggers if trigger.get("how") in PLACED}
    for word in sorted(words):
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", document["text"]):
            if match.span() not in told:
                yield match.span()


def quiet_passages(text: str, tags: Iterable[Tag]) -> Iterator[str]:
    """Give a few stretches of whole sentences in which no trigger stands.

    >>> text = "The town lies on a river and has old bridges, markets and mills. Rebels attacked it."
    >>> [*quiet_passages(text, [Tag(72, 80, "Conflict.Attack")])]
    ['The town lies on a river and has old bridges, markets and mills.']
    """
    triggers = [tag.start for tag in tags]
    found, begin = [], 0
    for end in (*(match.end() for match in re.finditer(r"[.!?][”’\"]?(?=\s)", text)), len(text)):
        last = max((each for each in triggers if each < end), default=-1)
        begin = max(begin, _sentence_after(text, last)) if last >= begin else begin
        if SHORTEST <= end - begin <= LONGEST and last < begin:
            found.append((begin, end))
    longest = dict(found)  # of those that begin at one place the last, which is the longest
    yield from (text[begin:end].strip() for begin, end in [*longest.items()][:PASSAGES])


def _sentence_after(text: str, place: int) -> int:
    """Where the sentence after a place begins."""
    match = re.search(r"[.!?][”’\"]?\s+", text[place:])
    return len(text) if match is None else place + match.end()


def _tag(span: dict[str, Any], label: str) -> Tag:
    return Tag(span["start"], span["end"], label)


def re3d(documents: Iterable[dict[str, Any]]) -> Iterator[Example]:
    """Give documents with their entities, of overlapping ones the longest."""
    for document in documents:
        sure = (each for each in document["entities"] if each["confidence"] >= SURE)
        wanted = [each for each in sure if each["type"] in RE3D_TYPES]
        tags: list[Tag] = []
        for entity in sorted(wanted, key=lambda each: (each["start"] - each["end"], each["start"])):
            if all(entity["end"] <= tag.start or tag.end <= entity["start"] for tag in tags):
                tags.append(_tag(entity, entity["type"]))
        yield Example(document["id"], "re3d", document["text"], tuple(sorted(tags)))


def snippets(rows: Iterable[dict[str, str]]) -> Iterator[Example]:
    """Give snippets with their types."""
    for row in rows:
        yield Example(row["id"], "case2021", row["text"], labels=(row["label"],))


def read_all(folder: Path) -> tuple[Example, ...]:
    """Read what there is of the corpora, for training. Raises `FileNotFoundError` if there is none."""
    examples: list[Example] = []
    if (folder / "muc4").is_dir():
        examples += muc4(json_lines(folder / "muc4" / "train.jsonl"))
    if (folder / "wikievents").is_dir():
        examples += wikievents(json_lines(folder / "wikievents" / "train.jsonl"))
    for file in sorted((folder / "re3d").glob("*.jsonl")):
        examples += re3d(json_lines(file))
    if (folder / "case2021_task2").is_dir():
        examples += snippets(tab_separated(folder / "case2021_task2" / "dev.tsv"))
    if not examples:
        raise FileNotFoundError(f"{folder}: holds none of muc4, wikievents, re3d, case2021_task2")
    return tuple(examples)


def json_lines(file: Path) -> list[dict[str, Any]]:
    """Read a file with a JSON object a line."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def tab_separated(file: Path) -> Sequence[dict[str, str]]:
    """Read a table with the names of its columns in the first line."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
