"""Say whether articles on one event, as WikiEvents has them, are merged, and what is merged wrongly across.

python tests/eval/wikievents.py [FOLDER]   the folder of train.jsonl and dev.jsonl, if not by the checkout

The ids of WikiEvents tell which page of Wikipedia links to an article: wiki_mass_car_bombings_0_news_8.
Some of these pages are on one attack; others (drone strikes) are on a practice, so that nothing need be one.
An article's main attack is the one with the most mentions, of these the first. The articles have no dates of
publication, so that only dates with a year are known.
"""

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Final

import click

from builder.merge import merge
from builder.model import Article, EventKind, Report
from builder.rdf import report_iri, to_quads
from builder.store import Store

DATA: Final = Path(__file__).parents[3] / "shared" / "benchmarks" / "wikievents"
_PAGE: Final = re.compile(r"(wiki_.+?_\d+)(_news_\d+|_article)?$")
# Pages on one attack, or on several of one day; the others are on a practice or on other things.
ONE_ATTACK: Final = (
    *("wiki_ied_bombings_0", "wiki_ied_bombings_1", "wiki_ied_bombings_3", "wiki_ied_bombings_5"),
    *("wiki_mass_car_bombings_0", "wiki_mass_car_bombings_1"),
)
SHORTEST: Final = 200  # characters; below are notes of pages that have expired
DERIVED: Final = "SELECT ?merged ?node WHERE { ?merged a plm:Attack ; prov:wasDerivedFrom ?node }"


def articles(folder: Path) -> Iterator[tuple[str, Article]]:
    """Give the articles that were linked from a page, each with the page."""
    for file in ("train.jsonl", "dev.jsonl"):
        for line in (folder / file).read_text("utf-8").splitlines():
            row = json.loads(line)
            page = _PAGE.match(row["id"])
            if page is not None and len(row["text"]) >= SHORTEST:
                yield page[1], Article(row["text"], identifier=row["id"])


def main_attack(report: Report) -> str | None:
    """Name the attack with the most mentions."""
    attacks = [event for event in report.events if event.kind is EventKind.ATTACK]
    if not attacks:
        return None
    chosen = max(attacks, key=lambda event: (len(event.mentions), -event.mentions[0].start))
    return f"{report_iri(report.article).value}/{chosen.key}"


def tell(pages: Mapping[str, list[Report]], merged: Mapping[str, str]) -> None:
    """Print, for each page, how many of its articles' main attacks are one, and what is one across pages."""
    for page, reports in sorted(pages.items()):
        mains = [main_attack(report) for report in reports]
        groups = Counter(merged[node] for node in mains if node is not None)
        largest = max(groups.values(), default=0)
        kind = "one attack" if page in ONE_ATTACK else "other"
        found = len(mains) - mains.count(None)
        click.echo(
            f"{page:<26} {kind:<10} {len(reports)} articles, {found} with an attack, {largest} are one"
        )
    pages_of = defaultdict(set)
    nodes = {
        f"{report_iri(report.article).value}/": page for page, found in pages.items() for report in found
    }
    members = defaultdict(list)
    for node, cluster in merged.items():
        members[cluster].append(node)
    for cluster, found in members.items():
        pages_of[cluster] = {nodes[f"{node.rpartition('/')[0]}/"] for node in found}
    shared = {cluster: each for cluster, each in pages_of.items() if len(members[cluster]) > 1}
    wrong = {cluster: each for cluster, each in shared.items() if len(each) > 1}
    pairs = Counter(pair for each in wrong.values() for pair in combinations(sorted(each), 2))
    across = ", ".join(f"{one} and {other} {count}" for (one, other), count in pairs.items()) or "none"
    click.echo(
        f"{len(members)} attacks in all; {len(shared)} are told by several articles, {len(wrong)} by "
        f"articles of several pages: {across}"
    )


@click.command(help=__doc__)
@click.argument("folder", required=False, type=click.Path(path_type=Path), default=DATA)
def main(folder: Path) -> None:
    """Run it."""
    if not (folder / "train.jsonl").is_file():
        raise SystemExit(f"{folder}: WikiEvents is not on this machine; name the folder of its train.jsonl")
    from builder.pipeline import load_pipeline  # noqa: PLC0415 (slow to load; --help does without)
    from builder.report import extract  # noqa: PLC0415

    listed = tuple(articles(folder))
    outcomes = extract(load_pipeline(), [article for _, article in listed])
    pages: dict[str, list[Report]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as place, Store.open(Path(place), create=True) as store:
        for (page, _), outcome in zip(listed, outcomes, strict=True):
            if isinstance(outcome, Report):
                pages[page].append(outcome)
                store.replace_report(report_iri(outcome.article), to_quads(outcome))
        merge(store)
        tell(pages, {row["node"].value: row["merged"].value for row in store.query(DERIVED)})


if __name__ == "__main__":
    main()
