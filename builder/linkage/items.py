"""The items of the ledger: what the nodes of reports are, by what they are known again, and their blocks."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from builder.linkage.listing import listed
from builder.linkage.records import Record, Row


@dataclass(frozen=True, slots=True)
class Item:
    """What is put into groups: its number and name, class and report, its days, and its merged IRI so far."""

    number: int
    name: str
    folder: str
    report: int | None
    first_day: int | None
    last_day: int | None
    cluster: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A node that has its merged IRI; `shared` if other items have the same."""

    cluster: str
    shared: bool


class Items:
    """Which item each node is, the record and the blocks of each item."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # What nodes are

    def settled(self, stage: int, reports: Iterable[int]) -> dict[int, dict[str, Settled]]:
        """Give the merged IRIs of the nodes that stages before this one settled, by report."""
        rows = self._db.execute(
            """SELECT n.report, n.iri, i.cluster,
            EXISTS (SELECT 1 FROM item j WHERE j.cluster = i.cluster AND j.id <> i.id)
            FROM json_each(?) CROSS JOIN node n ON n.report = value JOIN item i ON i.id = n.item
            WHERE i.stage < ?""",
            (listed(reports), stage),
        )
        found: dict[int, dict[str, Settled]] = {}
        for report, iri, cluster, shared in rows:
            found.setdefault(report, {})[iri] = Settled(cluster, bool(shared))
        return found

    def of_reports(self, stage: int, reports: Iterable[int]) -> Iterator[int]:
        """Give the items of a stage that nodes of reports are, some of them again and again."""
        rows = self._db.execute(
            """SELECT i.id FROM json_each(?) CROSS JOIN node n ON n.report = value
            JOIN item i ON i.id = n.item WHERE i.stage = ?""",
            (listed(reports), stage),
        )
        return (item for (item,) in rows)

    def used_by(self, stage: int, reports: Iterable[int]) -> dict[int, int]:
        """Count, of each item of a stage that nodes of reports are, these nodes."""
        rows = self._db.execute(
            """SELECT n.item, COUNT(*) FROM json_each(?) CROSS JOIN node n ON n.report = value
            JOIN item i ON i.id = n.item WHERE i.stage = ? GROUP BY n.item""",
            (listed(reports), stage),
        )
        return dict(rows)

    def sizes(self, items: Iterable[int]) -> dict[int, int]:
        """Count the nodes of all reports that are each item."""
        rows = self._db.execute(
            "SELECT value, (SELECT COUNT(*) FROM node WHERE item = value) FROM json_each(?)",
            (listed(items),),
        )
        return dict(rows)

    def is_empty(self, stage: int) -> bool:
        """Say whether a stage has no items yet."""
        return self._db.execute("SELECT 1 FROM item WHERE stage = ? LIMIT 1", (stage,)).fetchone() is None

    def detach(self, stage: int, reports: Iterable[int]) -> None:
        """Forget which items of a stage the nodes of reports are."""
        self._db.execute(
            """UPDATE node SET item = NULL WHERE report IN (SELECT value FROM json_each(?))
            AND EXISTS (SELECT 1 FROM item i WHERE i.id = node.item AND i.stage = ?)""",
            (listed(reports), stage),
        )

    def attach(self, stage: int, nodes: Iterable[tuple[str, str]]) -> None:
        """Say which item each node is, by their names."""
        self._db.executemany(
            "UPDATE node SET item = (SELECT id FROM item WHERE stage = ? AND name = ?) WHERE iri = ?",
            ((stage, name, iri) for iri, name in nodes),
        )

    def reports_of(self, items: Iterable[int]) -> set[int]:
        """Give the reports whose nodes are these items."""
        rows = self._db.execute(
            "SELECT DISTINCT report FROM json_each(?) CROSS JOIN node ON item = value", (listed(items),)
        )
        return {report for (report,) in rows}

    def told_apart(self, first: int, second: int) -> bool:
        """Say whether one report has a node that is the one item, and another that is the other."""
        row = self._db.execute(
            """SELECT report FROM node WHERE item = ? INTERSECT SELECT report FROM node WHERE item = ?
            LIMIT 1""",
            (first, second),
        ).fetchone()
        return row is not None

    # Records

    def put(self, stage: int, records: Mapping[str, Record], reports: Mapping[str, int]) -> set[int]:
        """Keep records of items by name; give those that are new or were others. Their pairs are forgotten.

        `reports` are the numbers of the records' reports.
        """
        known = {name: (number, *texts) for number, name, *texts in self._known(stage, records)}
        (free,) = self._db.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM item").fetchone()
        changed: set[int] = set()
        for name, record in records.items():
            texts = _written(record.row), _written(record.blocks)
            number, *former = known.get(name, (free,))
            if tuple(former) != texts:
                changed.add(number)
                free = max(free, number + 1)
                if former:
                    self._forget(number)
                self._write(number, stage, record, reports.get(record.report), texts)
        return changed

    def _known(self, stage: int, names: Iterable[str]) -> sqlite3.Cursor:
        return self._db.execute(
            """SELECT item.id, name, record, blocks FROM json_each(?)
            CROSS JOIN item ON stage = ? AND name = value""",
            (listed(names), stage),
        )

    def _write(
        self, number: int, stage: int, record: Record, report: int | None, texts: tuple[str, str]
    ) -> None:
        self._db.execute(
            """INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET
            first_day = excluded.first_day, last_day = excluded.last_day, record = excluded.record,
            blocks = excluded.blocks""",
            (number, stage, record.item, record.folder, report, record.first_day, record.last_day, *texts),
        )
        keys = [(_key(stage, block), number) for block in record.blocks]
        self._db.executemany("INSERT INTO block VALUES (?, ?)", keys)

    def _forget(self, item: int) -> None:
        self._db.execute("DELETE FROM block WHERE item = ?", (item,))
        self._db.execute("DELETE FROM pair WHERE first = ?", (item,))
        self._db.execute("DELETE FROM pair WHERE second = ?", (item,))

    def drop(self, items: Iterable[int]) -> set[int]:
        """Forget those of the items that no node is; give them."""
        rows = self._db.execute(
            "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM node WHERE item = value)",
            (listed(items),),
        )
        dropped = {item for (item,) in rows}
        for item in dropped:
            self._forget(item)
            self._db.execute("DELETE FROM item WHERE id = ?", (item,))
        return dropped

    def record(self, item: int) -> Record | None:
        """Give the record of an item."""
        found = self._db.execute(
            """SELECT name, folder, COALESCE(iri, ''), record, blocks FROM item
            LEFT JOIN report ON report.id = item.report WHERE item.id = ?""",
            (item,),
        ).fetchone()
        if found is None:
            return None
        name, folder, report, row, blocks = found
        return Record(name, folder, report, json.loads(row), tuple(json.loads(blocks)))

    def name_grounds(self, item: int) -> tuple[Decimal, str]:
        """Say how sure it is, and why, that all nodes with a name are one."""
        record = self.record(item)
        row = {"sure": "1", "why": "same name"} if record is None else record.row
        return Decimal(row["sure"]), str(row["why"])

    # Blocks

    def in_time(self, items: Iterable[int]) -> Iterator[int]:
        """Sort items by the day that they may have been, or else the day of their report."""
        rows = self._db.execute(
            """SELECT i.id FROM json_each(?) CROSS JOIN item i ON i.id = value
            LEFT JOIN report r ON r.id = i.report ORDER BY COALESCE(i.first_day, r.published), i.id""",
            (listed(items),),
        )
        return (item for (item,) in rows)

    def near(self, fresh: Collection[int]) -> Iterator[Row]:
        """Give, as the model takes them, the items that share a block with one of these.

        Of the blocks there are only those shared, as numbers; `fresh` says whether an item is one of these.
        """
        rows = self._db.execute(
            """WITH crowded AS MATERIALIZED (
              SELECT b.key AS key FROM block b
              WHERE b.key IN (SELECT f.key FROM json_each(?) CROSS JOIN block f ON f.item = value)
              GROUP BY b.key HAVING COUNT(*) > 1)
            SELECT i.id, i.report, i.record, c.keys FROM (
              SELECT b.item AS item, json_group_array(b.key) AS keys FROM crowded c
              CROSS JOIN block b ON b.key = c.key GROUP BY b.item) c
            CROSS JOIN item i ON i.id = c.item""",
            (listed(fresh),),
        )
        wanted = frozenset(fresh)
        for item, report, record, keys in rows:
            # What many reports use is of none, and may be one with any other.
            whose = -item if report is None else report
            row: Row = json.loads(record)
            yield row | {
                "unique_id": item,
                "report": whose,
                "blocks": json.loads(keys),
                "fresh": item in wanted,
            }

    # Groups

    def named(self, items: Collection[int]) -> dict[int, Item]:
        """Give items by number."""
        rows = self._db.execute(
            """SELECT item.id, name, folder, report, first_day, last_day, cluster
            FROM json_each(?) CROSS JOIN item ON item.id = value""",
            (listed(items),),
        )
        return {row[0]: Item(*row) for row in rows}

    def mates(self, items: Iterable[int]) -> set[int]:
        """Give all items that have the merged IRIs of these."""
        rows = self._db.execute(
            """SELECT o.id FROM json_each(?) CROSS JOIN item i ON i.id = value
            JOIN item o ON o.cluster = i.cluster AND o.stage = i.stage""",
            (listed(items),),
        )
        return {item for (item,) in rows}

    def group_sizes(self, stage: int, clusters: Iterable[str]) -> dict[str, int]:
        """Count the items that have each of these merged IRIs."""
        rows = self._db.execute(
            """SELECT value, COUNT(*) FROM json_each(?) CROSS JOIN item ON cluster = value
            WHERE stage = ? GROUP BY value""",
            (listed(clusters), stage),
        )
        return dict(rows)

    def assign(self, clusters: Iterable[tuple[int, str]]) -> None:
        """Say which merged IRI items are to have; until `settle` they have those of before."""
        self._db.executemany("INSERT INTO assigned VALUES (?, ?)", clusters)

    def settle(self) -> None:
        """Give items the merged IRIs that were said."""
        self._db.execute(
            """UPDATE item SET cluster = (SELECT a.cluster FROM assigned a WHERE a.item = item.id)
            WHERE id IN (SELECT item FROM assigned)"""
        )
        self._db.execute("DELETE FROM assigned")


def _written(value: Row | tuple[str, ...]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _key(stage: int, block: str) -> int:
    """Hash the name of a block; two of those of a million reports are one with a chance below 1e-4."""
    digest = blake2b(f"{stage} {block}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
