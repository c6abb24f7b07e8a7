"""Reports of made-up incidents, as many as are wanted: the same seed gives the same reports.

Each incident is told by one to five reports, which differ in toll, day of publication and words. A few towns
and groups have most of the incidents, as in the news.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Incident:
    """What the reports of one incident have in common; town and group by their rank."""

    day: date
    town: int
    group: int
    kind: str
    site: str
    toll: int


def incidents() -> Iterator[Report]:
    """Make reports, incident after incident, without end."""
    chance = random.Random(SEED)
    towns, groups = (tuple(accumulate(1 / rank for rank in range(1, count + 1))) for count in (TOWNS, GROUPS))
    number = 0
    while True:
        incident = Incident(
            FIRST_DAY + timedelta(chance.randrange(DAYS)),
            chance.choices(range(TOWNS), cum_weights=towns)[0],
            chance.choices(range(GROUPS), cum_weights=groups)[0],
            chance.choice(ATTACKS),
            chance.choice(SITES),
            int(chance.paretovariate(0.8)),  # most kill one or two, a few hundreds
        )
        for telling in range(chance.choice(TELLINGS)):
            number += 1
            yield _report(number, telling, incident, chance)


def _report(number: int, telling: int, incident: Incident, chance: random.Random) -> Report:
    word, site, toll = chance.choice(WORDS), incident.site.lower(), min(incident.toll + telling, 500)
    text = f"Report {number}: a {word} on a {site} in Town {incident.town} killed {toll}."
    span = Span(0, len(text), text, text)
    return Report(
        Article(text, title=f"Report {number}", published=incident.day + timedelta(telling // 2)),
        (
            Actor("a1", ActorKind.ORGANIZATION, f"Group {incident.group} Front", (span,), type="ArmedGroup"),
            Actor("a2", ActorKind.GROUP, "police", (span,), type="Police"),
        ),
        (Facility("f1", site, (span,), type=incident.site, location="p1"),),
        _places(incident.town, span),
        (_attack(incident, word, toll, span, chance), _statement(span)),
    )


def _places(town: int, span: Span) -> tuple[Place, ...]:
    land = town % COUNTRIES
    return (
        Place("p0", f"Land {land}", (span,), geonames=land + 1, precision=Precision.COUNTRY),
        Place(
            "p1",
            f"Town {town}",
            (span,),
            geonames=town + 1000,
            precision=Precision.SETTLEMENT,
            within="p0",
        ),
    )


def _attack(incident: Incident, word: str, toll: int, span: Span, chance: random.Random) -> Event:
    """Tell of the attack; six in ten know who did it, and one in ten gives no day."""
    by = (Argument(Role.PERPETRATOR, "a1", span),) if chance.random() < 0.6 else ()
    day = incident.day if chance.random() < 0.9 else None
    return Event(
        "e1",
        EventKind.ATTACK,
        word,
        (span,),
        types=(incident.kind,),
        arguments=(Argument(Role.TARGET, "f1", span), Argument(Role.LOCATION, "p1", span), *by),
        casualties=(Casualties("c1", Outcome.KILLED, (span,), count=toll),),
        weapons=(Weapon("w1", "bomb", (span,), type="Bomb"),),
        start=None if day is None else Moment(day.year, day.month, day.day),
    )


def _statement(span: Span) -> Event:
    return Event(
        "e2",
        EventKind.STATEMENT,
        "said",
        (span,),
        types=("TollReport",),
        arguments=(Argument(Role.SPEAKER, "a2", span), Argument(Role.ABOUT, "e1", span)),
    )
