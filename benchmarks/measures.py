"""What is measured of the two servers: parts, each of rounds, each of readings."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from clients import BrokenAnswerError, Clients, Connection, Load, Query, Tally
from questions import ANALYTICAL, HEAVY, large, largest, look_up
from servers import Both, Server

# Clients at a time: more than there are cores, as behind a page that several people have open.
MANY: Final = 8
# What the project aims at, as ratios of speed: the queries are Oxigraph's work on both sides, the rest of
# an answer is ours, and a look-up is nearly all rest.
ANALYTICAL_AIM: Final = 0.9
LARGE_AIM: Final = 0.8
LOOK_UP_AIM: Final = 0.35
# A look-up beside a heavy query may take under three times what it takes of the native server.
BESIDE_AIM: Final = 1 / 3
FIRST_BYTE_AIM: Final = 100.0  # milliseconds, of the largest answer
MEMORY_AIM: Final = 200.0  # MB
# Seconds that one query is asked again and again for a reading.
QUERY_SECONDS: Final = 1.0


class Kind(StrEnum):
    """How figures are put together: of sizes the largest counts, of all others the median."""

    RATE = "rate"  # more is better
    TIME = "time"  # less is better
    COST = "cost"  # of the measuring, not of a server: there is no ratio
    SIZE = "size"  # no speed: there is no ratio


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is measured; `aim` is for the ratio of speeds, `limit` for our own figure."""

    part: str
    name: str
    unit: str
    kind: Kind = Kind.TIME
    aim: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of one server in one round; or, in `failure`, why there is none or not a whole one."""

    row: Row
    server: str
    value: float | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a part needs: the clients, how many events there are, and how long to look up."""

    clients: Clients
    events: int
    seconds: float


Readings: TypeAlias = Iterator[Reading]
Round: TypeAlias = Callable[[Bench, Both, int], Readings]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the benchmark: how one round of it is read, and the queries that are compared before."""

    title: str
    read: Round
    queries: Callable[[Bench], Sequence[Query]]
    fresh: bool = True


def read_analytical(bench: Bench, both: Both, number: int) -> Readings:
    """Ask each analytical query for a while, as one client."""
    for query in ANALYTICAL:
        row = Row("analytical", query.name, "answers/s", kind=Kind.RATE, aim=ANALYTICAL_AIM)
        yield from _repeated(bench, both, number, query, row, fresh=True)


def read_cached(bench: Bench, both: Both, number: int) -> Readings:
    """Ask the same, so that a cache may answer."""
    for query in ANALYTICAL:
        row = Row("cached", query.name, "answers/s", kind=Kind.RATE)
        yield from _repeated(bench, both, number, query, row, fresh=False)


def _repeated(bench: Bench, both: Both, number: int, query: Query, row: Row, *, fresh: bool) -> Readings:
    for server in both.in_turn(number):
        load = Load(server.endpoint, (server.endpoint.request(query, fresh=fresh),))
        (tally,) = bench.clients.ask((load,), QUERY_SECONDS)
        yield _rate(row, server, tally)


def read_large(bench: Bench, both: Both, number: int) -> Readings:
    """Ask for each large answer once, and see how much memory the servers have taken so far."""
    for query in large(bench.events):
        limit = FIRST_BYTE_AIM if query in largest(bench.events) else None
        whole = Row("large", query.name, "ms, whole", aim=LARGE_AIM)
        first = Row("large", query.name, "ms, first byte", limit=limit)
        for server in both.in_turn(number):
            yield from _timed(server, query, whole, first)
    memory = Row("large", "memory of the process", "MB, peak", Kind.SIZE, limit=MEMORY_AIM)
    all_children = Row("large", "memory of its children, all", "MB, peak", Kind.SIZE)
    largest_child = Row("large", "memory of the largest child", "MB, peak", Kind.SIZE)
    for server in both.in_turn(number):
        yield Reading(memory, server.name, server.peak_memory())
        children = server.memory_of_children()
        yield Reading(all_children, server.name, sum(children))
        yield Reading(largest_child, server.name, max(children, default=0))


def _timed(server: Server, query: Query, whole: Row, first: Row) -> Readings:
    with Connection(server.endpoint) as connection:
        connection.open()
        try:
            timing = connection.ask(server.endpoint.request(query))
        except BrokenAnswerError as error:
            yield Reading(whole, server.name, None, str(error))
        else:
            yield Reading(whole, server.name, timing.whole * 1000)
            yield Reading(first, server.name, timing.first * 1000)


def read_look_ups(bench: Bench, both: Both, number: int) -> Readings:
    """Look up events, another one each time, as one client and as many."""
    for clients in (1, MANY):
        for server in both.in_turn(number):
            loads = look_ups(bench, server, clients, number)
            worked = server.processor_seconds()
            tally = _together(bench.clients.ask(loads, bench.seconds))
            yield from _looked_up(server, tally, clients, server.processor_seconds() - worked)


def _looked_up(server: Server, tally: Tally, clients: int, worked: float) -> Readings:
    name = f"{clients} client{'s' if clients > 1 else ''}"
    aim = LOOK_UP_AIM if clients == MANY else None
    yield _rate(Row("look-ups", name, "answers/s", kind=Kind.RATE, aim=aim), server, tally)
    for percent in (50, 95, 99):
        yield _percentile(Row("look-ups", name, f"ms, p{percent}"), server, tally, percent)
    # Processor time tells what a server does even where other programs keep it from doing it.
    each = 1e6 / max(1, len(tally.latencies))
    yield Reading(Row("look-ups", f"{name}, server's processor", "us each"), server.name, worked * each)
    asking = Row("look-ups", f"{name}, client's processor", "us each", Kind.COST)
    yield Reading(asking, server.name, tally.processor * each)


def look_ups(bench: Bench, server: Server, clients: int, number: int) -> Sequence[Load]:
    """Deal the events to clients: each has its own, in another order each round."""
    numbers = list(range(bench.events))
    random.Random(number).shuffle(numbers)
    # More than anybody answers: 10,000 a second of one client is 100 microseconds each.
    most = int(10_000 * bench.seconds)
    return [
        Load(server.endpoint, tuple(server.endpoint.request(look_up(each)) for each in dealt[:most]))
        for dealt in (numbers[client::clients] for client in range(clients))
    ]


def read_beside(bench: Bench, both: Both, number: int) -> Readings:
    """Look up events alone, run the heavy query alone, and one client each at the same time."""
    for server in both.in_turn(number):
        (look,) = look_ups(bench, server, 1, number)
        heavy = Load(server.endpoint, (server.endpoint.request(HEAVY),))
        (alone,) = bench.clients.ask((look,), bench.seconds)
        (heavy_alone,) = bench.clients.ask((heavy,), bench.seconds)
        beside, heavy_beside = bench.clients.ask((look, heavy), bench.seconds)
        yield _percentile(Row("beside", "look-up alone", "ms, p95"), server, alone, 95)
        row = Row("beside", "look-up beside a heavy query", "ms, p95", aim=BESIDE_AIM)
        yield _percentile(row, server, beside, 95)
        yield _rate(Row("beside", "heavy query alone", "answers/s", kind=Kind.RATE), server, heavy_alone)
        row = Row("beside", "heavy query beside look-ups", "answers/s", kind=Kind.RATE)
        yield _rate(row, server, heavy_beside)


def _together(tallies: Sequence[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole


def _rate(row: Row, server: Server, tally: Tally) -> Reading:
    return Reading(row, server.name, tally.rate if tally.latencies else None, _failures(tally))


def _percentile(row: Row, server: Server, tally: Tally, percent: int) -> Reading:
    value = tally.percentile(percent) * 1000 if tally.latencies else None
    return Reading(row, server.name, value)


def _failures(tally: Tally) -> str:
    asked = len(tally.latencies) + tally.failures.total()
    return "; ".join(f"{count} of {asked}: {why}" for why, count in tally.failures.items())


def _some_look_ups(bench: Bench) -> Sequence[Query]:
    return [look_up(number) for number in range(min(bench.events, 20))]  # a sample warms and compares


PARTS: Final[Mapping[str, Part]] = {
    "analytical": Part("analytical queries, one client", read_analytical, lambda _: ANALYTICAL),
    "cached": Part(
        "the same from the cache, where there is one", read_cached, lambda _: ANALYTICAL, fresh=False
    ),
    "large": Part("large answers", read_large, lambda bench: large(bench.events)),
    "look-ups": Part("look-ups of an event, another each time", read_look_ups, _some_look_ups),
    "beside": Part(
        "a look-up while another client computes", read_beside, lambda bench: (*_some_look_ups(bench), HEAVY)
    ),
}
