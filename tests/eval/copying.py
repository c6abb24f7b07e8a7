"""How well copies of one text are told from independent reports of one event, on texts that we wrote.

Each file of `copies/` has a dispatch, edits of it as papers make them, independent reports of the same event,
and a later dispatch of the same agency that repeats its background. Two of the dispatch and its edits are a
pair of copies, any other two texts are none. What is in `tune` was looked at to choose the thresholds.

    python tests/eval/copying.py
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import click

from builder.copies.signatures import is_copy, sign

FOLDER = Path(__file__).with_name("copies")
HALVES = ("tune", "test")


@dataclass(frozen=True)
class Pair:
    """Two texts of one story, what they are, and whether they are copies."""

    what: str
    first: str
    second: str
    are_copies: bool

    @property
    def are_found(self) -> bool:
        """Whether a build would link them: they share a band, and are alike."""
        one, other = sign([self.first]), sign([self.second])
        if one is None or other is None:
            return False
        return not set(one.bands()).isdisjoint(other.bands()) and is_copy(one, other)


@dataclass(frozen=True)
class Score:
    """How many pairs are copies, how many of these are found, and what is found or missed wrongly."""

    copies: int
    others: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.copies

    @property
    def precision(self) -> float:
        found = self.copies - len(self.missed)
        return found / (found + len(self.wrong))


def pairs(half: str) -> list[Pair]:
    return [pair for path in sorted((FOLDER / half).glob("*.json")) for pair in story(path)]


def story(path: Path) -> Iterator[Pair]:
    """Give the pairs of the texts of one file."""
    written = json.loads(path.read_text(encoding="utf-8"))
    prints = {"as sent": "\n\n".join(written["dispatch"])}
    prints |= {edit["what"]: edited(written["dispatch"], edit) for edit in written["edits"]}
    others = {f"another, {text[:30]!r}": text for text in (*written["others"], written["later"])}
    for (one, first), (other, second) in combinations(prints.items(), 2):
        yield Pair(f"{path.stem}: {one} / {other}", first, second, are_copies=True)
    strangers = (*product(prints.items(), others.items()), *combinations(others.items(), 2))
    for (one, first), (other, second) in strangers:
        yield Pair(f"{path.stem}: {one} / {other}", first, second, are_copies=False)


def edited(paragraphs: list[str], edit: dict) -> str:
    """Give what a paper made of a dispatch."""
    kept = [text for number, text in enumerate(paragraphs) if number not in edit.get("drop", ())]
    text = "\n\n".join([*kept, *filter(None, [edit.get("add")])])
    for old, new in edit.get("replace", ()):
        assert old in text, (edit["what"], old)
        text = text.replace(old, new)
    return text


def measure(half: str) -> Score:
    listed = pairs(half)
    return Score(
        sum(pair.are_copies for pair in listed),
        sum(not pair.are_copies for pair in listed),
        tuple(pair.what for pair in listed if pair.are_copies and not pair.are_found),
        tuple(pair.what for pair in listed if not pair.are_copies and pair.are_found),
    )


def main() -> None:
    for half in HALVES:
        score = measure(half)
        click.echo(f"{half}: {score.copies} pairs of copies, {score.others} others")
        click.echo(f"  precision {score.precision:.3f}, recall {score.recall:.3f}")
        for what in (
            *(f"missed {each}" for each in score.missed),
            *(f"wrong {each}" for each in score.wrong),
        ):
            click.echo(f"  {what}")


if __name__ == "__main__":
    main()
