"""Texts as windows of word pieces, which is what the encoder reads, and the labels of pieces."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tokenizers import Tokenizer

from builder.models.encoder import CLS, SEP, SIZE, Labels, cut, window_starts
from builder.training.corpora import Example, Tag

# Pieces of a stretch by itself, to the end of a sentence: a headline to a few paragraphs.
PART: Final = (5, 160)
IGNORED: Final = -100  # the label of a piece that is not trained on


@dataclass(slots=True)
class Window:
    """Pieces of one text, and for each layer a label a piece: 0 outside, odd at a beginning, even inside.

    `kinds` are pieces with the numbers of the incident types that they take part in, `incidents` the types
    that the window is taken to tell of.
    """

    example: Example
    pieces: list[int]
    offsets: list[tuple[int, int]]
    roles: list[int] | None = None
    kinds: list[tuple[int, int]] = field(default_factory=list)
    incidents: tuple[str, ...] = ()
    triggers: list[int] | None = None
    entities: list[int] | None = None
    arguments: list[tuple[int, int, int, int]] = field(default_factory=list)


def windows(tokenizer: Tokenizer, example: Example, labels: Labels) -> Iterator[Window]:
    """Cut a text into windows that overlap; a short one is one window."""
    whole, inner = cut(tokenizer, example.text), SIZE - 2
    for start in window_starts(len(whole.numbers)):
        pieces = [CLS, *whole.numbers[start : start + inner], SEP]
        offsets = [(0, 0), *whole.offsets[start : start + inner], (0, 0)]
        yield _labelled(Window(example, pieces, offsets), labels)


def _labelled(window: Window, labels: Labels) -> Window:
    example = window.example
    if example.corpus == "muc4":
        window.roles = _outline(window, example.tags, labels.roles)
        window.incidents = tuple(filter(None, example.labels))
        numbers = {kind: number for number, kind in enumerate(labels.kinds)}
        for tag in example.tags:
            for piece in _inside(window, tag):
                window.kinds += [(piece, numbers[kind]) for kind in tag.kinds]
    elif example.corpus == "wikievents":
        window.triggers = _outline(window, example.tags, labels.triggers)
        for start, end in example.unsure:
            for piece in _inside(window, Tag(start, end, "")):
                window.triggers[piece] = IGNORED
        window.arguments = [*_arguments(window, labels)]
    elif example.corpus == "re3d":
        window.entities = _outline(window, example.tags, labels.entities)
    return window


def parts(window: Window, labels: Labels, chance: Random) -> Iterator[Window]:
    """Cut a window into stretches of some sentences each, as if they were texts of their own.

    A stretch tells of no incident but those whose fillers are in it.
    """
    starts = [*_sentence_starts(window), len(window.pieces) - 1]
    begin = 1
    while begin < starts[-1]:
        wanted = min(begin + chance.randint(*PART), starts[-1])
        end = next(start for start in starts if start >= wanted)
        yield _part(window, begin, end, labels)
        begin = end


def _sentence_starts(window: Window) -> Iterator[int]:
    """The positions of pieces that begin a sentence, or a line."""
    text = window.example.text
    for piece in range(2, len(window.pieces) - 1):
        last, here = window.offsets[piece - 1][1], window.offsets[piece][0]
        if "\n" in text[last:here] or (here > last and text[last - 1] in ".!?"):
            yield piece


def _part(window: Window, begin: int, end: int, labels: Labels) -> Window:
    def outline(whole: list[int] | None) -> list[int] | None:
        return None if whole is None else [IGNORED, *whole[begin:end], IGNORED]

    back = begin - 1
    kinds = [(piece - back, kind) for piece, kind in window.kinds if begin <= piece < end]
    return Window(
        window.example,
        [CLS, *window.pieces[begin:end], SEP],
        [(0, 0), *window.offsets[begin:end], (0, 0)],
        roles=outline(window.roles),
        kinds=kinds,
        incidents=tuple(dict.fromkeys(labels.kinds[kind] for _, kind in kinds)),
        triggers=outline(window.triggers),
        entities=outline(window.entities),
        arguments=[
            (trigger - back, kind, argument - back, role)
            for trigger, kind, argument, role in window.arguments
            if begin <= trigger < end and begin <= argument < end
        ],
    )


def _inside(window: Window, tag: Tag) -> list[int]:
    """The positions of the pieces of a tag, if all of it is in the window."""
    found = [i for i, (start, end) in enumerate(window.offsets) if start < tag.end and tag.start < end]
    is_whole = found and window.offsets[found[0]][0] <= tag.start and tag.end <= window.offsets[found[-1]][1]
    return found if is_whole else []


def _outline(window: Window, tags: Sequence[Tag], names: Sequence[str]) -> list[int]:
    numbers: Mapping[str, int] = {name: number for number, name in enumerate(names)}
    outline = [IGNORED, *[0] * (len(window.pieces) - 2), IGNORED]
    for tag in tags:
        for k, piece in enumerate(_inside(window, tag)):
            outline[piece] = 2 * numbers[tag.label] + (1 if k == 0 else 2)
    return outline


def _arguments(window: Window, labels: Labels) -> Iterator[tuple[int, int, int, int]]:
    """Give the trigger's piece and type, the first piece of the argument's last word, the role from 1."""
    triggers = {name: number for number, name in enumerate(labels.triggers)}
    roles = {name: number for number, name in enumerate(labels.arguments)}
    for relation in window.example.relations:
        trigger, argument = _inside(window, relation.trigger), _inside(window, relation.argument)
        if trigger and argument:
            last = max(
                (i for i in argument if i == argument[0] or window.offsets[i - 1][1] < window.offsets[i][0]),
            )
            yield trigger[0], triggers[relation.trigger.label], last, roles[relation.argument.label] + 1
