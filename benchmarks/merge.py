"""How long a merge takes, and what it needs of memory: reports of made-up incidents, from few to many.

    python benchmarks/merge.py                     1,000 and 10,000 reports, 5 minutes in all
    python benchmarks/merge.py 1000 10000 100000   as docs/merging.md has it; an hour

Each incident is told by one to six reports that differ in toll, hour and words. The reports are written by
`to_quads`, as a build writes them, and never read from text. For each number of reports it prints the seconds
and the peak memory of a merge of all, per report and against n log n, and the seconds for one more report.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate, islice
from math import log2
from pathlib import Path
from typing import Final

import click
from pyoxigraph import Literal, Quad

from builder.linkage.batching import batches
from builder.merge import builds_graph, merge
from builder.model import (
    Actor,
    ActorKind,
    Argument,
    Article,
    Casualties,
    Event,
    EventKind,
    Facility,
    Moment,
    Outcome,
    Place,
    Precision,
    Report,
    Role,
    Span,
    Weapon,
)
from builder.rdf import report_iri, term, to_quads
from builder.store import Store

SEED: Final = 1
# As many as a few wars have. Towns and groups are drawn by their rank, so that some have most of the events.
COUNTRIES: Final = 40
TOWNS: Final = 4_000
GROUPS: Final = 800
DAYS: Final = 3_650
FIRST_DAY: Final = date(2014, 1, 1)
# Reports that tell of one incident: 2.6 on average.
TELLINGS: Final = (1, 1, 2, 2, 3, 3, 4, 5)
ATTACKS: Final = ("Bombing", "SuicideBombing", "RemoteExplosive", "AirStrike", "RocketAttack", "ArmedAssault")
SITES: Final = ("Market", "PoliceStation", "Checkpoint", "School", "Hospital", "Convoy", "Hotel")
WORDS: Final = ("attack", "assault", "strike", "raid", "blast")
COMMITTED: Final = 500  # reports that are written in one transaction


def incidents() -> Iterator[Report]:
    """Make reports, incident after incident, without end."""
    chance = random.Random(SEED)
    towns, groups = (tuple(accumulate(1 / rank for rank in range(1, count + 1))) for count in (TOWNS, GROUPS))
    number = 0
    while True:
        day = FIRST_DAY + timedelta(chance.randrange(DAYS))
        town = chance.choices(range(TOWNS), cum_weights=towns)[0]
        group = chance.choices(range(GROUPS), cum_weights=groups)[0]
        kind, site, toll = chance.choice(ATTACKS), chance.choice(SITES), int(chance.paretovariate(0.8))
        for telling in range(chance.choice(TELLINGS)):
            number += 1
            yield _report(number, telling, day, town, group, kind, site, min(toll + telling, 500), chance)


def _report(  # noqa: PLR0913, PLR0917 (what an incident is)
    number: int,
    telling: int,
    day: date,
    town: int,
    group: int,
    kind: str,
    site: str,
    toll: int,
    chance: random.Random,
) -> Report:
    word = chance.choice(WORDS)
    text = f"Report {number}: a {word} on a {site.lower()} in Town {town} killed {toll}."
    span = Span(0, len(text), text, text)
    attack = Event(
        "e1",
        EventKind.ATTACK,
        word,
        (span,),
        types=(kind,),
        arguments=(
            Argument(Role.TARGET, "f1", span),
            Argument(Role.LOCATION, "p1", span),
            *((Argument(Role.PERPETRATOR, "a1", span),) if chance.random() < 0.6 else ()),
        ),
        casualties=(Casualties("c1", Outcome.KILLED, (span,), count=toll),),
        weapons=(Weapon("w1", "bomb", (span,), type="Bomb"),),
        # One in ten gives no day.
        start=Moment(day.year, day.month, day.day) if chance.random() < 0.9 else None,
    )
    said = Event(
        "e2",
        EventKind.STATEMENT,
        "said",
        (span,),
        types=("TollReport",),
        arguments=(Argument(Role.SPEAKER, "a2", span), Argument(Role.ABOUT, "e1", span)),
    )
    country = town % COUNTRIES
    return Report(
        Article(text, title=f"Report {number}", published=day + timedelta(telling // 2)),
        (
            Actor("a1", ActorKind.ORGANIZATION, f"Group {group} Front", (span,), type="ArmedGroup"),
            Actor("a2", ActorKind.GROUP, "police", (span,), type="Police"),
        ),
        (Facility("f1", site.lower(), (span,), type=site, location="p1"),),
        (
            Place("p0", f"Land {country}", (span,), geonames=country + 1, precision=Precision.COUNTRY),
            Place(
                "p1",
                f"Town {town}",
                (span,),
                geonames=town + 1000,
                precision=Precision.SETTLEMENT,
                within="p0",
            ),
        ),
        (attack, said),
    )


def put(store: Store, reports: Iterator[Report]) -> None:
    """Write reports as a build does."""
    for some in batches(reports, COMMITTED):
        graphs = {report_iri(report.article): tuple(to_quads(report)) for report in some}
        facts = [Quad(graph, term("plm:builtWith"), Literal("benchmark"), builds_graph()) for graph in graphs]
        store.replace(graphs, facts=facts)


@click.command(help=__doc__)
@click.argument("sizes", nargs=-1, type=click.IntRange(min=10))
def main(sizes: tuple[int, ...]) -> None:
    """Run the benchmark."""
    made = incidents()
    with tempfile.TemporaryDirectory() as folder:
        path, there = Path(folder) / "store", 0
        base: float | None = None
        for size in sizes or (1_000, 10_000):
            with Store.open(path, create=True) as store:
                put(store, islice(made, size - there))
                store.compact()
            there = size
            seconds, cpu = _whole(path)
            base = base or cpu / (size * log2(size))
            click.echo(
                f"{size:>7} reports: {seconds:7.1f} s, {cpu:7.1f} s of processor, {1e3 * cpu / size:5.2f} ms "
                f"each, {cpu / (size * log2(size)) / base:4.2f} of n log n, peak {_peak():,.0f} MB"
            )
            with Store.open(path) as store:
                put(store, islice(made, 1))
                there += 1
                began = time.perf_counter()
                summary = merge(store)
                took = time.perf_counter() - began
                click.echo(f"        one more: {took:7.2f} s, {summary.touched} reports looked at")


def _whole(path: Path) -> tuple[float, float]:
    """Merge all anew in a process of its own; give its seconds, by the clock and of the processor."""
    program = "from builder.cli import main; main()"
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run((sys.executable, "-c", program, "merge", "--store", str(path)), check=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _peak() -> float:
    """Give the most memory that one of the processes had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    main()
