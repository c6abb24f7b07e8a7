"""The toll of an event as UCDP gives it: low, best and high, and by side.

The rule, of which `docs/exports.md` gives examples:

- A figure that a later one of its own report corrects is left out.
- What one speaker of one report says of one side is the largest figure: "12 people, three of them children".
- The total of a report is what it says of people in general, or the sum of its sides where that is more.
- low and high are the least and the greatest total of any report; best is that of the latest report, the
  lowest if several are as late. An upper bound counts for high alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from builder.exports.codes import side
from builder.exports.records import EventRecord, Figure, Party

# UCDP's sides of an event; the last also holds the people of whom no report says what they were.
SIDES = ("a", "b", "civilians", "unknown")


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """A figure between two bounds, both inclusive."""

    low: int
    high: int

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.high + other.high)

    def or_more(self, other: "Range") -> "Range":
        """Give what holds both: each bound the larger one."""
        return Range(max(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True, slots=True)
class Toll:
    """How many: the estimates of all reports, and the best of them by side."""

    low: int
    best: int
    high: int
    by_side: Mapping[str, int]


def toll(event: EventRecord, outcome: str = "Killed") -> Toll | None:
    """Give the toll of an event for one outcome; None where no report gives a figure."""
    reports = _by_report(event, outcome)
    if not reports:
        return None
    totals = {report: _total(sides) for report, sides in reports.items()}
    latest = max(issued for issued, _ in totals)
    best = min((report for report in totals if report[0] == latest), key=lambda each: (totals[each], each))
    sides = {name: found.low for name, found in reports[best].items()}
    known = sum(number for name, number in sides.items() if name != "unknown")
    rest = totals[best].low - known
    return Toll(
        min(total.low for total in totals.values()),
        totals[best].low,
        max(total.high for total in totals.values()),
        {name: rest if name == "unknown" else sides.get(name, 0) for name in SIDES},
    )


def _by_report(event: EventRecord, outcome: str) -> dict[tuple[str, str], dict[str, Range]]:
    """Give what each report says of each side, by the report's date and IRI."""
    told: dict[tuple[str, str], dict[str, dict[tuple[str, ...], Range]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for figure in event.figures:
        if figure.outcome == outcome and not figure.is_revised:
            found = Range(figure.low, figure.low if figure.high is None else figure.high)
            for source in figure.sources:
                speakers = told[source.issued, source.report][_side(figure, event)]
                speakers[figure.speakers] = speakers.get(figure.speakers, found).or_more(found)
    return {
        report: {name: _spanned(each.values()) for name, each in sides.items()}
        for report, sides in told.items()
    }


def _spanned(ranges: Iterable[Range]) -> Range:
    """Give the range from the least that anyone says to the most."""
    bounds = tuple(ranges)
    return Range(min(each.low for each in bounds), max(each.high for each in bounds))


def _total(sides: Mapping[str, Range]) -> Range:
    known = sum((found for name, found in sides.items() if name != "unknown"), Range(0, 0))
    return known.or_more(sides.get("unknown", Range(0, 0)))


def _side(figure: Figure, event: EventRecord) -> str:
    """Say whose dead a figure counts, if all of them are of one side."""
    found = {_side_of(party, event) for party in figure.victims}
    return found.pop() if len(found) == 1 else "unknown"


def _side_of(party: Party, event: EventRecord) -> str:
    kind = side(party)
    if kind == "civilians":
        return kind
    if party.iri in {each.iri for each in event.perpetrators}:
        return "a"
    return "b" if kind and party.iri in {each.iri for each in event.opponents} else "unknown"
