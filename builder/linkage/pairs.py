"""The weighed pairs of the ledger: which items may be one, and which levels of the comparisons they meet."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping

from builder.linkage.listing import listed
from builder.linkage.model import Link, Pair, link


class Pairs:
    """Pairs of items that may be one. Their reasons follow from the model that weighed them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, pairs: Iterable[Pair]) -> None:
        """Keep weighed pairs."""
        self._db.executemany(
            "INSERT OR REPLACE INTO pair VALUES (?, ?, ?, ?)",
            ((*sorted((pair.first, pair.second)), pair.weight, _written(pair.levels)) for pair in pairs),
        )

    def among(self, items: Iterable[int]) -> list[tuple[int, int, int]]:
        """Give the pairs of which an item is the first: both numbers, and the weight in tenths of a bit."""
        return self._db.execute(
            "SELECT first, second, weight FROM json_each(?) CROSS JOIN pair ON first = value",
            (listed(items),),
        ).fetchall()

    def neighbours(self, items: Collection[int]) -> set[int]:
        """Give the items that are in a pair with one of these."""
        rows = self._db.execute(
            """SELECT second FROM json_each(?1) CROSS JOIN pair ON first = value UNION ALL
            SELECT first FROM json_each(?1) CROSS JOIN pair INDEXED BY pair_of_second ON second = value""",
            (listed(items),),
        )
        return {item for (item,) in rows}

    def strongest(self, model: str | None, groups: Mapping[int, str]) -> dict[int, Link]:
        """Give the heaviest link, that `model` weighed, of each item to another of its group."""
        rows = self._db.execute(
            """SELECT first, second, weight, levels, a.name, b.name FROM json_each(?)
            CROSS JOIN pair ON first = value JOIN item a ON a.id = first JOIN item b ON b.id = second""",
            (listed(groups),),
        )
        best: dict[int, tuple[int, str, str, str]] = {}
        for first, second, weight, levels, *names in rows:
            if groups[first] == groups.get(second):
                found = (-weight, min(names), max(names), levels)
                best |= {item: min(found, best.get(item, found)) for item in (first, second)}
        return {
            item: link(model, first, second, _levels(levels))
            for item, (_, first, second, levels) in best.items()
        }


def _written(levels: tuple[int, ...]) -> str:
    return " ".join(map(str, levels))


def _levels(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))
