"""Score the merge on incidents that several reports tell: which of their main events become one node.

python tests/eval/merging.py            both halves: pairwise F1, B-cubed, what was merged wrongly or missed
python tests/eval/merging.py tune       one half; what is wrong in the half `test` is counted, not shown

The measures are those of coreference: pairs of mentions that are rightly one, and B-cubed (Bagga and Baldwin
1998), which asks of each mention how much of its cluster is right. A main event that was not read from its
report counts as a cluster of its own.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import click
import yaml

from builder.errors import InputError, PolemosError
from builder.merge import merge
from builder.model import Article, Event, EventKind, Report
from builder.rdf import report_iri, to_quads
from builder.store import Store

if TYPE_CHECKING:
    from spacy.language import Language

INCIDENTS: Final = Path(__file__).parent / "incidents"
HALVES: Final = ("tune", "test")
HIDDEN: Final = frozenset(("test",))
DERIVED: Final = "SELECT ?merged ?node WHERE { ?merged a plm:Event ; prov:wasDerivedFrom ?node }"

# A main event of a report: the report's name, and the incident that it tells of.
Told: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A report of a half: `events` gives, for each incident that it tells of, the words that do."""

    name: str
    article: Article
    events: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two ways of putting the same items into clusters agree, each from 0 to 1."""

    pairwise: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of B-cubed precision and recall."""
        return _harmonic(self.precision, self.recall)


def cases(half: str) -> tuple[Case, ...]:
    """Read the reports of a half, and check that each quotes its article once."""
    return tuple(case for path in sorted((INCIDENTS / half).glob("*.yaml")) for case in _cases(path))


def _cases(path: Path) -> Iterator[Case]:
    for number, told in enumerate(yaml.safe_load(path.read_text("utf-8"))["reports"], 1):
        published: date = told["published"]
        case = Case(f"{path.stem}-{number}", Article(told["text"], published=published), told["events"])
        for words in case.events.values():
            if case.article.text.count(words) != 1:
                raise InputError(f"{path}: report {number}: {words!r} must stand in its text once")
        yield case


def agreement(truth: Mapping[Told, str], found: Mapping[Told, str]) -> Agreement:
    """Compare two clusterings of the same items, each given as the cluster's name by item.

    >>> apart = agreement({("r1", "a"): "a", ("r2", "a"): "a"}, {("r1", "a"): "x", ("r2", "a"): "y"})
    >>> apart.precision, apart.recall, apart.pairwise
    (1.0, 0.5, 0.0)
    """
    right, told = _pairs(truth), _pairs(found)
    shared = len(right & told)
    pairwise = _harmonic(shared / len(told) if told else 1.0, shared / len(right) if right else 1.0)
    return Agreement(pairwise, _b_cubed(found, truth), _b_cubed(truth, found))


def _harmonic(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0


def _pairs(clusters: Mapping[Told, str]) -> set[tuple[Told, Told]]:
    return {
        (first, second)
        for first, second in combinations(sorted(clusters), 2)
        if clusters[first] == clusters[second]
    }


def _b_cubed(clusters: Mapping[Told, str], others: Mapping[Told, str]) -> float:
    """Average over the items the share of each one's cluster that is with it in the other clustering too."""
    members: dict[str, set[Told]] = defaultdict(set)
    for item, name in clusters.items():
        members[name].add(item)
    shares = [
        sum(others[item] == others[other] for other in members[name]) / len(members[name])
        for item, name in clusters.items()
    ]
    return sum(shares) / len(shares)


def read(nlp: "Language", chosen: Iterable[Case]) -> dict[str, Report]:
    """Read the articles of cases with the pipeline; the reports by the cases' names."""
    from builder.report import extract  # noqa: PLC0415 (spaCy is slow to load; --help does without)

    listed = tuple(chosen)
    outcomes = extract(nlp, [case.article for case in listed])
    return {
        case.name: outcome
        for case, outcome in zip(listed, outcomes, strict=True)
        if isinstance(outcome, Report)
    }


def merged(reports: Iterable[Report]) -> dict[str, str]:
    """Merge reports in a store of their own; the merged event by the node that it is derived from."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), create=True) as store:
        for report in reports:
            store.replace_report(report_iri(report.article), to_quads(report))
        merge(store)
        return {row["node"].value: row["merged"].value for row in store.query(DERIVED)}


def found(chosen: Iterable[Case], reports: Mapping[str, Report]) -> dict[Told, str]:
    """Give the merged event that each main event became; one that was not read has a name of its own."""
    events = merged(reports.values())
    return {
        (case.name, incident): events.get(
            node_of(reports[case.name], words) or "", f"not read: {case.name} {incident}"
        )
        for case in chosen
        for incident, words in case.events.items()
    }


def node_of(report: Report, words: str) -> str | None:
    """Name the node of the event whose trigger stands in words of the article; attacks before others."""
    begin = report.article.text.index(words)
    within = [
        event
        for event in report.events
        if any(begin <= span.start < begin + len(words) for span in event.mentions)
    ]
    if not within:
        return None
    return f"{report_iri(report.article).value}/{min(within, key=_attacks_first).key}"


def _attacks_first(event: Event) -> tuple[bool, int]:
    return event.kind is not EventKind.ATTACK, min(span.start for span in event.mentions)


def errors(truth: Mapping[Told, str], result: Mapping[Told, str]) -> dict[str, list[tuple[Told, Told]]]:
    """List the pairs that are wrong, by kind: merged wrongly, missed though read, and not read."""
    wrong, missed = _pairs(result) - _pairs(truth), _pairs(truth) - _pairs(result)
    unread = {pair for pair in missed if any(result[item].startswith("not read") for item in pair)}
    return {"wrongly one": sorted(wrong), "not one": sorted(missed - unread), "not read": sorted(unread)}


def measure(
    nlp: "Language", half: str
) -> tuple[Agreement, dict[str, list[tuple[Told, Told]]], Sequence[Case]]:
    """Score a half."""
    chosen = cases(half)
    result = found(chosen, read(nlp, chosen))
    truth = {told: told[1] for told in result}
    return agreement(truth, result), errors(truth, result), chosen


@click.command(help=__doc__)
@click.argument("halves", nargs=-1, type=click.Choice(HALVES))
def main(halves: tuple[str, ...]) -> None:
    from builder.pipeline import load_pipeline  # noqa: PLC0415 (see above)

    nlp = load_pipeline()
    for half in halves or HALVES:
        agreed, wrong, chosen = measure(nlp, half)
        told = Counter(incident for case in chosen for incident in case.events)
        click.echo(
            f"{half}: {len(told)} incidents, {len(chosen)} reports: B-cubed F1 {agreed.f1:.3f} (precision "
            f"{agreed.precision:.3f}, recall {agreed.recall:.3f}), pairwise F1 {agreed.pairwise:.3f}; "
            + ", ".join(f"{len(pairs)} {kind}" for kind, pairs in wrong.items())
        )
        for kind, pairs in wrong.items():
            for first, second in pairs if half not in HIDDEN else ():
                click.echo(f"  {kind}: {' '.join(first)} / {' '.join(second)}")


if __name__ == "__main__":
    try:
        main()
    except PolemosError as error:
        raise SystemExit(str(error)) from error
