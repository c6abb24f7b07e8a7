"""The reports of the ledger, with their nodes."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from builder.linkage.listing import listed
from builder.linkage.nodes import Node, Reading, packed, unpacked

# Kinds of nodes that stages tell apart; a node is of the first that it is a kind of.
KINDS: Final = (
    *("Warning", "Statement", "Event", "Person", "Organization", "State"),
    *("Actor", "Facility", "Place", "Weapon", "Casualties"),
)


class Reports:
    """Which reports were merged, when they were published, and what their nodes say."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def fingerprints(self) -> dict[str, str]:
        """Give the fingerprint of each report that was merged."""
        return dict(self._db.execute("SELECT iri, fingerprint FROM report"))

    def count(self) -> int:
        """Say how many reports there are."""
        (count,) = self._db.execute("SELECT COUNT(*) FROM report").fetchone()
        return int(count)

    def numbers(self, reports: Iterable[str]) -> set[int]:
        """Give the numbers of reports; those that were never merged have none."""
        rows = self._db.execute(
            "SELECT report.id FROM json_each(?) CROSS JOIN report ON iri = value", (listed(reports),)
        )
        return {number for (number,) in rows}

    def put(self, reading: Reading, fingerprint: str) -> set[str]:
        """Keep a report's nodes in the place of those it had; give those that it has no longer.

        What the nodes are is known later.
        """
        (number,) = self._db.execute(
            """INSERT INTO report (iri, fingerprint, published) VALUES (?, ?, ?) ON CONFLICT (iri) DO UPDATE
            SET fingerprint = excluded.fingerprint, published = excluded.published RETURNING id""",
            (reading.report, fingerprint, reading.published),
        ).fetchone()
        known = {iri for (iri,) in self._db.execute("SELECT iri FROM node WHERE report = ?", (number,))}
        lost = known - reading.nodes.keys()
        self._db.executemany("DELETE FROM node WHERE iri = ?", ((iri,) for iri in lost))
        self._db.executemany(
            """INSERT INTO node (iri, report, kind, content) VALUES (?, ?, ?, ?)
            ON CONFLICT (iri) DO UPDATE SET kind = excluded.kind, content = excluded.content""",
            [(node.iri, number, _kind(node), packed(node)) for node in reading.nodes.values()],
        )
        return lost

    def remove(self, reports: Collection[int]) -> set[str]:
        """Forget reports and their nodes, and give these; what they were stays until `Items.drop`."""
        nodes = self._db.execute(
            "SELECT iri FROM json_each(?) CROSS JOIN node ON report = value", (listed(reports),)
        ).fetchall()
        for table, column in (("report", "id"), ("node", "report")):
            self._db.executemany(f"DELETE FROM {table} WHERE {column} = ?", ((each,) for each in reports))
        return {iri for (iri,) in nodes}

    def node_count(self) -> int:
        """Say how many nodes the reports have."""
        (count,) = self._db.execute("SELECT COUNT(*) FROM node").fetchone()
        return int(count)

    def existing(self, nodes: Iterable[str]) -> set[str]:
        """Give those of the IRIs that are nodes of reports."""
        rows = self._db.execute(
            "SELECT value FROM json_each(?) CROSS JOIN node ON iri = value", (listed(nodes),)
        )
        return {iri for (iri,) in rows}

    def of(self, nodes: Iterable[str]) -> set[str]:
        """Give the reports of nodes."""
        rows = self._db.execute(
            """SELECT r.iri FROM json_each(?) CROSS JOIN node n ON n.iri = value
            JOIN report r ON r.id = n.report""",
            (listed(nodes),),
        )
        return {iri for (iri,) in rows}

    def newest(self, reports: Iterable[int]) -> int | None:
        """Give the day on which the newest of some reports was published, if that is known of one."""
        (day,) = self._db.execute(
            "SELECT MAX(published) FROM json_each(?) CROSS JOIN report ON report.id = value",
            (listed(reports),),
        ).fetchone()
        return None if day is None else int(day)

    def readings(self, reports: Iterable[int], kinds: Collection[str]) -> Iterator[tuple[int, Reading]]:
        """Give back, by number, what each of the reports says that has a node of one of the kinds."""
        rows = self._db.execute(
            f"""SELECT r.id, r.iri, r.published, n.iri, n.content FROM json_each(?)
            CROSS JOIN report r ON r.id = value CROSS JOIN node n ON n.report = r.id
            WHERE EXISTS (SELECT 1 FROM node k WHERE k.report = r.id AND k.kind IN ({_marks(kinds)}))""",
            (listed(sorted(reports)), *kinds),
        )
        for (number, report, published), found in groupby(rows, key=itemgetter(0, 1, 2)):
            nodes = {iri: unpacked(iri, report, content) for *_, iri, content in sorted(found)}
            yield number, Reading(report, nodes, published)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _kind(node: Node) -> str:
    return next(kind for kind in KINDS if node.is_a(kind))
