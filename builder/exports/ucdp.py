"""Attacks in the columns of UCDP's Georeferenced Event Dataset (GED 23.1).

UCDP's unit is an attack with at least one death in some report; others are left out. Columns whose codes
only UCDP gives (conflicts, dyads, sides, Gleditsch and Ward numbers) are empty.
"""

from collections.abc import Iterable, Iterator
from math import floor
from typing import Final

from builder.exports import codes, tolls
from builder.exports.dates import Period, period
from builder.exports.records import EventRecord, Party, shared
from builder.exports.tables import Cell, joined

COLUMNS: Final = (
    *("id", "relid", "year", "active_year", "code_status", "type_of_violence"),
    *("conflict_dset_id", "conflict_new_id", "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name"),
    *("side_a_dset_id", "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b"),
    *("number_of_sources", "source_article", "source_office", "source_date", "source_headline"),
    *("source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2"),
    *("latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region"),
    *("event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians"),
    *("deaths_unknown", "best", "high", "low", "gwnoa", "gwnob"),
)
# The longest period, in days, of each of UCDP's first four precisions of dates; the fifth is wider.
DATE_PRECISIONS: Final = ((1, 1), (6, 2), (7, 3), (31, 4))


def rows(events: Iterable[EventRecord]) -> Iterator[dict[str, Cell]]:
    """Give a row for each attack in which, by some report, somebody died."""
    for event in events:
        toll = tolls.toll(event)
        if "Attack" in event.classes and toll is not None and toll.high > 0:
            yield {
                "id": event.key,
                "relid": event.iri,
                "type_of_violence": type_of_violence(event),
                "best": toll.best,
                "high": toll.high,
                "low": toll.low,
                "event_clarity": 2 if (event.count or 1) > 1 else 1,
                **{f"deaths_{name}": number for name, number in toll.by_side.items()},
                **_sides(event),
                **_sources(event),
                **_where(event),
                **_when(period(event)),
            }


def type_of_violence(event: EventRecord) -> int | None:
    """Tell state-based (1), non-state (2) and one-sided (3) violence apart; None where a side is unknown."""
    first = {codes.side(party) for party in event.perpetrators}
    second = {codes.side(party) for party in _opponents(event)}
    if not first & {"state", "group"}:
        return None
    if second & {"state", "group"}:
        return 1 if "state" in first | second else 2
    return 3 if "civilians" in second else None


def _opponents(event: EventRecord) -> tuple[Party, ...]:
    """Give whom an attack was on; who runs what was hit where nobody is named."""
    operators = (operator for facility in event.facilities for operator in facility.operators)
    return event.opponents or tuple(operators)


def _sides(event: EventRecord) -> dict[str, Cell]:
    first, second = event.perpetrators, _opponents(event)
    one_sided = type_of_violence(event) == 3
    names = [joined(party.label for party in parties) for parties in (first, second)]
    # UCDP calls the second side of one-sided violence so, whoever the civilians are.
    names[1] = "Civilians" if one_sided else names[1]
    return {
        "side_a": names[0],
        "side_b": names[1],
        "dyad_name": " - ".join(names) if all(names) else "",
    }


def _sources(event: EventRecord) -> dict[str, Cell]:
    said = (speaker for figure in event.figures for speaker in figure.speakers)
    return {
        "number_of_sources": event.independent_sources,
        "source_article": joined(source.address or source.report for source in event.sources),
        "source_office": joined(source.publisher for source in event.sources),
        "source_date": joined(source.issued[:10] for source in event.sources),
        "source_headline": joined(source.title for source in event.sources),
        "source_original": joined(said),
    }


def _where(event: EventRecord) -> dict[str, Cell]:
    sites = event.sites
    row: dict[str, Cell] = {
        "where_prec": codes.tables()["ucdp_where_prec"].get(shared([site.precision for site in sites])),
        "where_coordinates": joined(site.label for site in sites),
        "where_description": joined(facility.label for facility in event.facilities),
        "adm_1": shared([site.at("province") for site in sites]),
        "adm_2": shared([site.at("district") for site in sites]),
        "country": shared([site.at("country") for site in sites]),
    }
    if len(event.points) == 1 == len(sites):
        longitude, latitude = event.points[0]
        row |= {
            "latitude": latitude,
            "longitude": longitude,
            "geom_wkt": f"POINT ({longitude!r} {latitude!r})",
            "priogrid_gid": priogrid(longitude, latitude),
        }
    return row


def priogrid(longitude: float, latitude: float) -> int:
    """Number the cell of a point in PRIO-GRID: half a degree wide, from the south-west corner, by rows.

    The definition is that of Tollefsen, Strand and Buhaug, "PRIO-GRID: A unified spatial data structure",
    Journal of Peace Research 49(2), 2012.

    >>> priogrid(-180, -90), priogrid(179.9, 89.9)
    (1, 259200)
    """
    row, column = min(floor((latitude + 90) * 2), 359), min(floor((longitude + 180) * 2), 719)
    return row * 720 + column + 1


def _when(when: Period | None) -> dict[str, Cell]:
    if when is None:
        return {}
    return {
        "year": when.first.year,
        "date_prec": next((code for days, code in DATE_PRECISIONS if when.days <= days), 5),
        "date_start": when.first.isoformat(),
        "date_end": when.last.isoformat(),
    }
