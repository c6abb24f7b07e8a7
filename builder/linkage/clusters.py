"""The merged nodes of the ledger: which items have one merged IRI, and which nodes are behind it."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from builder.linkage.listing import listed
from builder.linkage.nodes import Node, unpacked


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node of a report is: its stage by number, its item, and its merged IRI."""

    node: str
    report: str
    stage: int
    item: int
    cluster: str


@dataclass(frozen=True, slots=True)
class Member:
    """A node of a report that is part of a merged node: by which item, of which report by number."""

    item: int
    report: int
    node: Node


@dataclass(frozen=True, slots=True)
class Cluster:
    """A merged node: its IRI, the stage that made it, and its members by IRI."""

    iri: str
    stage: int
    members: tuple[Member, ...]


class Clusters:
    """What items were merged to."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of_nodes(self, nodes: Collection[str]) -> dict[str, str]:
        """Give the merged IRI of each of these nodes; what is no node of a report is left out."""
        rows = self._db.execute(
            """SELECT n.iri, i.cluster FROM json_each(?) CROSS JOIN node n ON n.iri = value
            JOIN item i ON i.id = n.item""",
            (listed(nodes),),
        )
        return dict(rows)

    def existing(self, clusters: Iterable[str]) -> set[str]:
        """Give those of the merged IRIs that some item has."""
        rows = self._db.execute(
            "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM item WHERE cluster = value)",
            (listed(clusters),),
        )
        return {cluster for (cluster,) in rows}

    def portions(self, reports: Iterable[int], more: Iterable[str], *, members: int) -> list[tuple[str, str]]:
        """Cut the merged nodes of reports, and some more, into portions of no more members than so many.

        Each is told by its first and its last IRI, until `portions` is asked again; one merged node may have
        more members.
        """
        self._db.execute("DELETE FROM portioned")
        self._db.execute(
            """INSERT OR IGNORE INTO portioned SELECT i.cluster FROM json_each(?)
            CROSS JOIN node n ON n.report = value JOIN item i ON i.id = n.item""",
            (listed(reports),),
        )
        self._db.execute("INSERT OR IGNORE INTO portioned SELECT value FROM json_each(?)", (listed(more),))
        found: list[tuple[str, str]] = []
        size = members
        for cluster, count in self._sizes():
            if size + count > members:
                found.append((cluster, cluster))
                size = 0
            found[-1] = (found[-1][0], cluster)
            size += count
        return found

    def _sizes(self) -> Iterator[tuple[str, int]]:
        """Count the members of the merged nodes that are being portioned."""
        return self._db.execute(
            """SELECT p.cluster, COUNT(*) FROM portioned p CROSS JOIN item i ON i.cluster = p.cluster
            JOIN node n ON n.item = i.id GROUP BY p.cluster ORDER BY p.cluster"""
        )

    def portion(self, first: str, last: str) -> list[str]:
        """Give the merged nodes of a portion."""
        rows = self._db.execute(
            "SELECT cluster FROM portioned WHERE cluster BETWEEN ? AND ? ORDER BY cluster", (first, last)
        )
        return [cluster for (cluster,) in rows]

    def members(self, clusters: Collection[str]) -> Iterator[Cluster]:
        """Give merged nodes with their members, sorted."""
        rows = self._db.execute(
            """SELECT i.cluster, i.stage, n.iri, i.id, n.report, r.iri, n.content
            FROM json_each(?) CROSS JOIN item i ON i.cluster = value JOIN node n ON n.item = i.id
            JOIN report r ON r.id = n.report""",
            (listed(clusters),),
        )
        found = sorted(rows, key=itemgetter(0, 2))
        for (iri, stage), some in groupby(found, key=itemgetter(0, 1)):
            members = (
                Member(item, number, unpacked(node, report, content))
                for _, _, node, item, number, report, content in some
            )
            yield Cluster(iri, stage, tuple(members))

    def places(self, iri: str) -> list[Place]:
        """Give the node of this IRI, or all members of the merged node of this IRI; none if it is neither."""
        columns = "n.iri, r.iri, i.stage, i.id, i.cluster"
        rows = self._db.execute(
            f"""SELECT {columns} FROM node n JOIN item i ON i.id = n.item JOIN report r ON r.id = n.report
            WHERE n.iri = ?1 UNION
            SELECT {columns} FROM item i JOIN node n ON n.item = i.id JOIN report r ON r.id = n.report
            WHERE i.cluster = ?1 ORDER BY n.iri""",
            (iri,),
        )
        return [Place(*row) for row in rows]

    def count(self, base: str = "") -> int:
        """Count merged nodes, or those whose IRI begins like this."""
        (count,) = self._db.execute(
            """SELECT COUNT(*) FROM
            (SELECT DISTINCT cluster FROM item WHERE cluster >= ?1 AND cluster < ?2)""",
            (base, f"{base}\U0010ffff"),
        ).fetchone()
        return int(count)
