"""How fast our SPARQL endpoint is against the native `oxigraph` server, over HTTP on the same graph.

Both serve the same made-up graph, both are asked in turn, round by round, and each part of the benchmark
starts them anew. The graph and the databases are kept for the next run.
"""

import json
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias

import click
from clients import Clients
from databases import Databases, databases
from measures import MANY, PARTS, Bench, Kind, Reading, Row
from questions import disagreement
from servers import serving

# The figures of a row: for each server the value of each round.
Values: TypeAlias = Mapping[str, Mapping[int, float]]
_SERVERS: Final = ("ours", "native")


@dataclass(slots=True)
class Findings:
    """All that was read, and what went wrong."""

    values: dict[Row, dict[str, dict[int, float]]] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def add(self, reading: Reading, number: int) -> None:
        """Take in one reading of a round."""
        values = self.values.setdefault(reading.row, {server: {} for server in _SERVERS})
        if reading.value is not None:
            values[reading.server][number] = reading.value
        if reading.failure:
            self.note(f"{reading.row.part}, {reading.row.name}, {reading.server}: {reading.failure}")

    def note(self, text: str) -> None:
        """Keep what has to be said beside the figures, once."""
        self.notes[text] = None


def ratios(row: Row, values: Values) -> list[float]:
    """Give how many times as fast ours is, for each round in which both servers gave a figure.

    >>> ratios(Row("part", "name", "ms"), {"ours": {0: 10.0, 1: 20.0}, "native": {0: 20.0}})
    [2.0]
    """
    if row.kind in (Kind.SIZE, Kind.COST):
        return []
    ours, native = values["ours"], values["native"]
    slower, faster = (native, ours) if row.kind is Kind.RATE else (ours, native)
    return [faster[number] / slower[number] for number in ours if number in native]


def figure(row: Row, values: Mapping[int, float]) -> float | None:
    """Put the values of the rounds together; None where there are none."""
    if not values:
        return None
    return max(values.values()) if row.kind is Kind.SIZE else median(values.values())


def verdict(row: Row, values: Values) -> bool | None:
    """Say whether what a row aims at is met; None where it aims at nothing or nothing was read."""
    found, ours = ratios(row, values), figure(row, values["ours"])
    if row.aim is not None and found:
        return median(found) >= row.aim
    if row.limit is not None and ours is not None:
        return ours < row.limit
    return None


def table(made: Databases, findings: Findings, *, rounds: int) -> Iterator[str]:
    """Put what was measured in lines."""
    yield f"{made.events:,} events, {made.quads:,} quads, {rounds} rounds; medians, of sizes the largest"
    yield "ratio: how many times as fast ours is (least to most of a round)"
    part = ""
    for row, values in findings.values.items():
        if row.part != part:
            part = row.part
            yield f"{PARTS[part].title:50}{'ours':>10}{'native':>10}  ratio                   aim"
        yield _line(row, values)
    for note in findings.notes:
        yield f"note: {note}"


def _line(row: Row, values: Values) -> str:
    figures = "".join(f"{_short(figure(row, values[server])):>10}" for server in _SERVERS)
    ratio = _ratio(ratios(row, values))
    return f"  {row.name:32}{row.unit:16}{figures}  {ratio:22}  {_aim(row, values)}".rstrip()


def _short(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def _ratio(found: Sequence[float]) -> str:
    return f"{median(found):.2f} ({min(found):.2f} to {max(found):.2f})" if found else ""


def _aim(row: Row, values: Values) -> str:
    if row.aim is None and row.limit is None:
        return ""
    wanted = f"{row.aim:.2f} or better" if row.aim is not None else f"ours under {row.limit:.0f}"
    said = {True: "met", False: "MISSED", None: "not known"}[verdict(row, values)]
    return f"{wanted}: {said}"


def figures(made: Databases, findings: Findings, *, flags: str) -> dict[str, object]:
    """Give all figures of all rounds as plain data."""
    rows = [
        {
            **asdict(row),
            **{server: list(values[server].values()) for server in _SERVERS},
            "ratios": ratios(row, values),
            "met": verdict(row, values),
        }
        for row, values in findings.values.items()
    ]
    return {
        "events": made.events,
        "quads": made.quads,
        "flags": flags,
        "rows": rows,
        "notes": list(findings.notes),
    }


def measure(
    name: str, bench: Bench, made: Databases, findings: Findings, *, rounds: int, flags: str, in_front: bool
) -> None:
    """Start the servers, compare their answers, which warms them too, and read the rounds of a part."""
    part = PARTS[name]
    with (
        tempfile.TemporaryDirectory() as logs,
        serving(made, shlex.split(flags), Path(logs), in_front=in_front) as both,
    ):
        for query in part.queries(bench):
            differs = disagreement(both, query, fresh=part.fresh)
            if differs:
                findings.note(differs)
        for number in range(rounds):
            click.echo(f"{name}: round {number + 1} of {rounds}", err=True)
            for reading in part.read(bench, both, number):
                findings.add(reading, number)


def _default_folder() -> Path:
    return Path(tempfile.gettempdir(), "polemos-benchmark")


@click.command(
    epilog="\b\nExamples:\n  python benchmarks/endpoint.py\n"
    "  python benchmarks/endpoint.py --events 5000 --rounds 1 --only look-ups\n"
    "  python benchmarks/endpoint.py --in-front\n"
    '  python benchmarks/endpoint.py --ours "--workers 4" --json figures.json'
)
@click.option("--events", default=100_000, show_default=True, type=click.IntRange(100), help="In the graph.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1), help="How often to measure.")
@click.option(
    "--seconds", default=3.0, show_default=True, type=click.FloatRange(0.1), help="Of look-ups a reading."
)
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="A part to run; may be repeated.")
@click.option("--ours", "flags", default="", metavar="FLAGS", help="More flags for polemos serve, in quotes.")
@click.option(
    "--in-front", is_flag=True, help="Ours is in front of the other (serve --endpoint): what that costs."
)
@click.option(
    "--folder",
    default=_default_folder,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the graph and the databases are kept.  [default: polemos-benchmark among temporary files]",
)
@click.option(
    "--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures here."
)
def main(  # noqa: PLR0913 (one parameter an option)
    *,
    events: int,
    rounds: int,
    seconds: float,
    only: Sequence[str],
    flags: str,
    in_front: bool,
    folder: Path,
    file: Path | None,
) -> None:
    """Measure our SPARQL endpoint against the native Oxigraph server.

    Run it on a machine that does nothing else: a ratio is of readings that follow one another.
    """
    # A signal to end is to stop the servers, too: as an exception it passes what stops them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    made = databases(folder, events)
    findings = Findings()
    with Clients(MANY) as clients:
        for name in only or PARTS:
            bench = Bench(clients, events, seconds)
            measure(name, bench, made, findings, rounds=rounds, flags=flags, in_front=in_front)
    for line in table(made, findings, rounds=rounds):
        click.echo(line)
    if file is not None:
        file.write_text(json.dumps(figures(made, findings, flags=flags), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
