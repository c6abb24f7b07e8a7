"""Events in the columns of ACLED, with the direction of attack and other columns of ours after them.

What no report says is empty: no unidentified armed group is put in, no middle of a month for a day, no
point of a province for a place. `docs/exports.md` says what each column holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from builder.exports import codes, tolls
from builder.exports.dates import Period, period
from builder.exports.records import EventRecord, Party, shared
from builder.exports.tables import Cell, joined

# The order of ACLED's export since its change of columns in March 2023.
ACLED_COLUMNS: Final = (
    *("event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type"),
    *("sub_event_type", "actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2"),
    *("interaction", "civilian_targeting", "iso", "region", "country", "admin1", "admin2", "admin3"),
    *("location", "latitude", "longitude", "geo_precision", "source", "source_scale", "notes"),
    *("fatalities", "tags", "timestamp"),
)
OUR_COLUMNS: Final = (
    *("direction", "modality", "perpetrator_basis", "start_date", "end_date", "event_count", "facility"),
    *("facility_type", "weapon", "damage", "fatalities_low", "fatalities_high", "injured_low"),
    *("injured_best", "injured_high", "confidence", "number_of_sources", "source_urls", "event_iri"),
)
COLUMNS: Final = (*ACLED_COLUMNS, *OUR_COLUMNS)
# A week, with a weekend in it, is ACLED's second precision; what is wider is its third.
WEEK: Final = 7


def rows(events: Iterable[EventRecord], *, timestamp: int) -> Iterator[dict[str, Cell]]:
    """Give a row for each event that ACLED has a type for; `timestamp` is that of the data, in seconds."""
    for event in events:
        kind = codes.kind(event)
        if kind is not None:
            yield {
                "event_id_cnty": event.key,
                "event_type": kind.event_type,
                "sub_event_type": kind.sub_event_type,
                "disorder_type": kind.disorder_type,
                "timestamp": timestamp,
                **_when(period(event)),
                **_who(event),
                **_where(event),
                **_told(event),
                **_tolls(event),
                **_ours(event),
            }


def _when(when: Period | None) -> dict[str, Cell]:
    if when is None:
        return {}
    precision = 1 if when.is_day else 2 if when.days <= WEEK else 3
    is_one_year = when.first.year == when.last.year
    return {
        "event_date": when.first.isoformat() if when.is_day else "",
        "year": when.first.year if is_one_year or when.is_day else None,
        "time_precision": precision,
    }


def _who(event: EventRecord) -> dict[str, Cell]:
    country = shared([site.country for site in event.sites])
    operators = [operator for facility in event.facilities for operator in facility.operators]
    inters = []
    row: dict[str, Cell] = {}
    for number, parties in ((1, event.perpetrators), (2, (*event.opponents, *operators))):
        inter = codes.inter(parties[0], country) if parties else 0
        inters.append(inter)
        row |= {
            f"actor{number}": parties[0].label if parties else "",
            f"assoc_actor_{number}": _associated(parties),
            f"inter{number}": inter or None,
        }
    civilians = any(codes.side(party) == "civilians" for party in event.opponents)
    return row | {
        "interaction": _interaction(inters),
        "civilian_targeting": "Civilian targeting" if civilians else "",
        "direction": _direction(row["actor1"], row["actor2"]) if "Attack" in event.classes else "",
    }


def _associated(parties: Sequence[Party]) -> str:
    others = (party.label for party in parties[1:])
    bodies = (body for party in parties for body in party.bodies)
    return joined(name for name in (*others, *bodies) if name != parties[0].label)


def _interaction(inters: Sequence[int | None]) -> int | None:
    """Join two codes, the lower first, as ACLED does; one alone stands before a 0.

    >>> _interaction([7, 1]), _interaction([1, 0]), _interaction([None, 7])
    (17, 10, None)
    """
    known = sorted(code for code in inters if code is not None)
    if len(known) < len(inters) or not any(known):
        return None
    return int("".join(map(str, known if known[0] else reversed(known))))


def _direction(attacker: Cell, attacked: Cell) -> str:
    """Say which actor attacked which: ACLED's own order does not."""
    return f"{'actor1' if attacker else ''}>{'actor2' if attacked else ''}" if attacker or attacked else ""


def _where(event: EventRecord) -> dict[str, Cell]:
    sites = event.sites
    country = codes.country(shared([site.country for site in sites]))
    point = event.points[0] if len(event.points) == 1 == len(sites) else None
    precision = shared([site.precision for site in sites])
    return {
        "iso": None if country is None else country.number,
        "region": codes.region(shared([site.country for site in sites])),
        "country": shared([site.at("country") for site in sites])
        or ("" if country is None else country.name),
        "admin1": shared([site.at("province") for site in sites]),
        "admin2": shared([site.at("district") for site in sites]),
        "location": joined(site.label for site in sites),
        "longitude": None if point is None else point[0],
        "latitude": None if point is None else point[1],
        "geo_precision": codes.tables()["acled_geo_precision"].get(precision),
    }


def _told(event: EventRecord) -> dict[str, Cell]:
    notes = (
        f"{' '.join(name for name in (source.publisher, source.issued[:10]) if name)}: {source.sentence}"
        for source in event.sources
        if source.sentence
    )
    return {
        "source": joined(source.publisher for source in event.sources),
        "notes": " | ".join(" ".join(note.removeprefix(": ").split()) for note in notes),
        "source_urls": joined(source.address for source in event.sources),
        "number_of_sources": event.independent_sources,
    }


def _tolls(event: EventRecord) -> dict[str, Cell]:
    killed, injured = tolls.toll(event), tolls.toll(event, "Injured")
    return {
        "fatalities": None if killed is None else killed.best,
        "fatalities_low": None if killed is None else killed.low,
        "fatalities_high": None if killed is None else killed.high,
        "injured_low": None if injured is None else injured.low,
        "injured_best": None if injured is None else injured.best,
        "injured_high": None if injured is None else injured.high,
    }


def _ours(event: EventRecord) -> dict[str, Cell]:
    told = {"modality": event.modality, "perpetrator basis": event.basis, "damage": event.damage}
    return {
        "tags": joined(f"{name}={value}" for name, value in told.items() if value),
        "modality": event.modality,
        "perpetrator_basis": event.basis,
        "start_date": event.start,
        "end_date": event.end,
        "event_count": event.count,
        "facility": joined(facility.label for facility in event.facilities),
        "facility_type": joined(facility.type for facility in event.facilities),
        "weapon": joined(event.weapons),
        "damage": event.damage,
        "confidence": event.confidence,
        "event_iri": event.iri,
    }
