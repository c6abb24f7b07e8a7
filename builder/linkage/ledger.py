"""What the merge remembers beside the store, so that a new report touches only its own blocks.

A SQLite file: the nodes of each report, the items that they are (a name that many reports use, or the node
itself), the blocks and the weighed pairs of items, and the merged IRI of each. All of it follows from the
reports, and is made anew from them where it is missing or does not fit the store.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Self

from builder.errors import StoreError
from builder.linkage.batching import batches
from builder.linkage.model import Link, Reason
from builder.linkage.nodes import Node, Reading, packed, unpacked
from builder.linkage.records import Record

FILE: Final = "linkage.sqlite"
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS report (iri TEXT PRIMARY KEY, fingerprint TEXT, published INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS node (
  iri TEXT PRIMARY KEY, report TEXT, stage TEXT, item TEXT, content TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS item (
  stage TEXT, item TEXT, folder TEXT, report TEXT, first_day INTEGER, last_day INTEGER, record TEXT,
  cluster TEXT, PRIMARY KEY (stage, item)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block (
  stage TEXT, key TEXT, item TEXT, PRIMARY KEY (stage, key, item)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pair (
  stage TEXT, first TEXT, second TEXT, weight TEXT, score TEXT, reasons TEXT,
  PRIMARY KEY (stage, first, second)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS node_of_report ON node (report);
CREATE INDEX IF NOT EXISTS node_of_item ON node (stage, item);
CREATE INDEX IF NOT EXISTS item_of_cluster ON item (cluster);
CREATE INDEX IF NOT EXISTS block_of_item ON block (stage, item);
CREATE INDEX IF NOT EXISTS pair_of_second ON pair (stage, second);
CREATE TEMP TABLE wanted (value TEXT PRIMARY KEY) WITHOUT ROWID;
"""
TABLES: Final = ("state", "report", "node", "item", "block", "pair")
# Rows that are held at a time: a hundred reports or so.
BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Item:
    """What is put into groups: of which class and report, between which days, and its merged IRI so far."""

    item: str
    folder: str
    report: str
    first_day: int | None
    last_day: int | None
    cluster: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A node that has its merged IRI; `shared` if other items have the same."""

    cluster: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node of a report is: its stage, its item, and its merged IRI."""

    node: str
    report: str
    stage: str
    item: str
    cluster: str


class Ledger:
    """The file, open; nothing is kept before `commit`. Raises `StoreError` if it cannot be used.

    Joins are written as SQLite is to do them (`CROSS JOIN`), since it knows nothing of the size of a table
    that was filled a moment ago, and would go through all of the larger one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path / FILE
        with self._explained():
            self._db = sqlite3.connect(self._path, isolation_level=None)
            # The file can be made anew at any time, so a loss of power may cost it.
            self._db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {SCHEMA}")
            self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self._db.close()
        if isinstance(error, sqlite3.Error):
            with self._explained():
                raise error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite raises into a `StoreError` that says the way out."""
        try:
            yield
        except sqlite3.Error as error:
            if "full" in str(error):
                why = "the disk is full; make room and run the same again, nothing is lost"
            elif "locked" in str(error):
                why = "is being written by another process; wait until it ends"
            else:
                why = f"{error}; remove the file, which the next merge makes anew"
            raise StoreError(f"{self._path}: {why}") from error

    def commit(self) -> None:
        """Keep what was written."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def clear(self) -> None:
        """Forget everything."""
        for table in TABLES:
            self._db.execute(f"DELETE FROM {table}")

    def state(self, name: str) -> str:
        """Read a note; empty where there is none."""
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def note(self, name: str, value: str) -> None:
        """Write a note."""
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    @contextmanager
    def _wanted(self, values: Iterable[str]) -> Iterator[None]:
        """Put values into a table to join with."""
        self._db.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((value,) for value in values))
        try:
            yield
        finally:
            self._db.execute("DELETE FROM wanted")

    # Reports and their nodes

    def fingerprints(self) -> dict[str, str]:
        """Give the fingerprint of each report that was merged."""
        return dict(self._db.execute("SELECT iri, fingerprint FROM report"))

    def add_report(self, reading: Reading, fingerprint: str) -> None:
        """Keep a report's nodes in the place of those it had; what they are is known later."""
        self._db.execute(
            "INSERT OR REPLACE INTO report VALUES (?, ?, ?)",
            (reading.report, fingerprint, reading.published),
        )
        known = {
            row[0] for row in self._db.execute("SELECT iri FROM node WHERE report = ?", (reading.report,))
        }
        lost = ((iri,) for iri in known - reading.nodes.keys())
        self._db.executemany("DELETE FROM node WHERE iri = ?", lost)
        self._db.executemany(
            """INSERT INTO node VALUES (?, ?, '', '', ?)
            ON CONFLICT (iri) DO UPDATE SET content = excluded.content""",
            ((node.iri, node.report, packed(node)) for node in reading.nodes.values()),
        )

    def remove_reports(self, reports: Collection[str]) -> None:
        """Forget reports and their nodes; what these were stays until `drop_items`."""
        for table, column in (("report", "iri"), ("node", "report")):
            self._db.executemany(f"DELETE FROM {table} WHERE {column} = ?", ((iri,) for iri in reports))

    def nodes_of(self, reports: Iterable[str]) -> set[str]:
        """List the nodes of reports."""
        with self._wanted(reports):
            return {
                row[0] for row in self._db.execute("SELECT iri FROM wanted CROSS JOIN node ON report = value")
            }

    def newest(self, reports: Iterable[str]) -> int | None:
        """Give the day on which the newest of some reports was published, if that is known of one."""
        days = (
            self._db.execute("SELECT published FROM report WHERE iri = ?", (report,)).fetchone()
            for report in reports
        )
        return max((day[0] for day in days if day is not None and day[0] is not None), default=None)

    def reports_with(self, nodes: Iterable[str]) -> set[str]:
        """Give the reports of nodes."""
        with self._wanted(nodes):
            return {
                row[0] for row in self._db.execute("SELECT report FROM wanted CROSS JOIN node ON iri = value")
            }

    def reading(self, report: str) -> Reading:
        """Give back what a report says."""
        row = self._db.execute("SELECT published FROM report WHERE iri = ?", (report,)).fetchone()
        rows = self._db.execute("SELECT iri, content FROM node WHERE report = ? ORDER BY iri", (report,))
        return Reading(report, {iri: unpacked(text, report) for iri, text in rows}, row and row[0])

    def settled(self, report: str, stages: Collection[str]) -> dict[str, Settled]:
        """Give the merged IRIs of the nodes of a report that some stages settled.

        The plus sign keeps SQLite from going through all nodes of a stage for those of one report.
        """
        rows = self._db.execute(
            f"""SELECT n.iri, i.cluster,
               EXISTS (SELECT 1 FROM item j WHERE j.cluster = i.cluster AND j.item <> i.item)
               FROM node n JOIN item i ON i.stage = n.stage AND i.item = n.item
               WHERE n.report = ? AND +n.stage IN ({", ".join("?" * len(stages))})""",
            (report, *stages),
        )
        return {iri: Settled(cluster, bool(shared)) for iri, cluster, shared in rows}

    # Items

    def former(self, reports: Iterable[str]) -> dict[str, dict[str, int]]:
        """List the items that the nodes of reports are, by stage, with the number of all their nodes."""
        with self._wanted(reports):
            rows = self._db.execute(
                """SELECT stage, item,
                (SELECT COUNT(*) FROM node o WHERE o.stage = n.stage AND o.item = n.item)
                FROM (SELECT DISTINCT stage, item FROM wanted CROSS JOIN node ON report = value) n
                WHERE stage <> ''"""
            ).fetchall()
        found: dict[str, dict[str, int]] = {}
        for stage, item, count in rows:
            found.setdefault(stage, {})[item] = count
        return found

    def used_by(self, stage: str, reports: Iterable[str]) -> dict[str, int]:
        """List the items of a stage that the nodes of reports are, with how many of these nodes are each."""
        with self._wanted(reports):
            rows = self._db.execute(
                """SELECT item, COUNT(*) FROM wanted CROSS JOIN node ON report = value
                WHERE +stage = ? GROUP BY item""",
                (stage,),
            )
            return dict(rows)

    def sizes(self, stage: str, items: Iterable[str]) -> dict[str, int]:
        """Count the nodes of all reports that are each item."""
        with self._wanted(items):
            rows = self._db.execute(
                "SELECT value, (SELECT COUNT(*) FROM node WHERE stage = ? AND item = value) FROM wanted",
                (stage,),
            )
            return dict(rows)

    def detach(self, stage: str, reports: Iterable[str]) -> None:
        """Forget which items of a stage the nodes of reports are."""
        with self._wanted(reports):
            self._db.execute(
                """UPDATE node SET stage = '', item = ''
                WHERE +stage = ? AND report IN (SELECT value FROM wanted)""",
                (stage,),
            )

    def place(self, stage: str, nodes: Iterable[tuple[str, str]]) -> None:
        """Say which item each node is."""
        self._db.executemany(
            "UPDATE node SET stage = ?, item = ? WHERE iri = ?", ((stage, item, iri) for iri, item in nodes)
        )

    def put(self, stage: str, records: Iterable[Record]) -> set[str]:
        """Keep records of items; give those that are new or were others. Their pairs are forgotten."""
        changed: set[str] = set()
        for record in records:
            text = json.dumps([record.folder, record.report, record.row, record.blocks], ensure_ascii=False)
            row = self._db.execute(
                "SELECT record FROM item WHERE stage = ? AND item = ?", (stage, record.item)
            ).fetchone()
            if row is None or row[0] != text:
                changed.add(record.item)
                if row is not None:
                    self._forget(stage, record.item)
                self._db.execute(
                    """INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, NULL)
                    ON CONFLICT (stage, item) DO UPDATE SET first_day = excluded.first_day,
                    last_day = excluded.last_day, record = excluded.record""",
                    (
                        *(stage, record.item, record.folder, record.report),
                        *(record.first_day, record.last_day, text),
                    ),
                )
                self._db.executemany(
                    "INSERT INTO block VALUES (?, ?, ?)", ((stage, key, record.item) for key in record.blocks)
                )
        return changed

    def _forget(self, stage: str, item: str) -> None:
        self._db.execute("DELETE FROM block WHERE stage = ? AND item = ?", (stage, item))
        self._db.execute("DELETE FROM pair WHERE stage = ? AND first = ?", (stage, item))
        self._db.execute("DELETE FROM pair WHERE stage = ? AND second = ?", (stage, item))

    def drop_items(self, stage: str, items: Iterable[str]) -> set[str]:
        """Forget those of the items that no node is; give them."""
        dropped: set[str] = set()
        for item in items:
            used = self._db.execute(
                "SELECT 1 FROM node WHERE stage = ? AND item = ? LIMIT 1", (stage, item)
            ).fetchone()
            if used is None:
                self._forget(stage, item)
                self._db.execute("DELETE FROM item WHERE stage = ? AND item = ?", (stage, item))
                dropped.add(item)
        return dropped

    def items(self, stage: str, wanted: Collection[str]) -> dict[str, Item]:
        """Give items by name."""
        with self._wanted(wanted):
            rows = self._db.execute(
                """SELECT item, folder, report, first_day, last_day, cluster FROM wanted CROSS JOIN item
                ON stage = ? AND item = value ORDER BY item""",
                (stage,),
            )
            return {row[0]: Item(*row) for row in rows}

    def mates(self, stage: str, wanted: Iterable[str]) -> set[str]:
        """Give all items that have the merged IRIs of these."""
        with self._wanted(wanted):
            return {
                row[0]
                for row in self._db.execute(
                    """SELECT o.item FROM wanted CROSS JOIN item i ON i.stage = ?1 AND i.item = value
                    JOIN item o ON o.cluster = i.cluster AND o.stage = i.stage""",
                    (stage,),
                )
            }

    def assign(self, stage: str, clusters: Iterable[tuple[str, str]]) -> None:
        """Give items, each with its merged IRI, that IRI."""
        self._db.executemany(
            "UPDATE item SET cluster = ? WHERE stage = ? AND item = ?",
            ((cluster, stage, item) for item, cluster in clusters),
        )

    def reports_of(self, stage: str, items: Iterable[str]) -> set[str]:
        """Give the reports whose nodes are these items."""
        with self._wanted(items):
            return {
                row[0]
                for row in self._db.execute(
                    "SELECT DISTINCT report FROM wanted CROSS JOIN node ON stage = ? AND item = value",
                    (stage,),
                )
            }

    def told_apart(self, stage: str, first: str, second: str) -> bool:
        """Say whether one report has a node that is the one item, and another that is the other."""
        row = self._db.execute(
            """SELECT 1 FROM node a JOIN node b ON a.report = b.report
            WHERE a.stage = ?1 AND a.item = ?2 AND b.stage = ?1 AND b.item = ?3 LIMIT 1""",
            (stage, first, second),
        ).fetchone()
        return row is not None

    # Blocks and pairs

    def near(self, stage: str, fresh: Iterable[str]) -> Iterator[Record]:
        """Give the records of items that share a block with one of these, with only the shared blocks."""
        self._db.execute("DROP TABLE IF EXISTS crowded")
        self._db.execute("DROP TABLE IF EXISTS close")
        with self._wanted(fresh):
            self._db.execute(
                """CREATE TEMP TABLE crowded AS SELECT b.key FROM block b WHERE b.stage = ?1 AND b.key IN
                (SELECT key FROM wanted CROSS JOIN block f ON f.stage = ?1 AND f.item = value)
                GROUP BY b.key HAVING COUNT(*) > 1""",
                (stage,),
            )
            self._db.execute(
                """CREATE TEMP TABLE close AS SELECT b.item, json_group_array(b.key) AS keys FROM crowded c
                CROSS JOIN block b ON b.stage = ? AND b.key = c.key GROUP BY b.item""",
                (stage,),
            )
        rows = self._db.execute(
            "SELECT c.item, record, keys FROM close c CROSS JOIN item i ON stage = ? AND i.item = c.item",
            (stage,),
        )
        for item, text, keys in rows:
            folder, report, row, _ = json.loads(text)
            yield Record(item, folder, report, row, tuple(sorted(json.loads(keys))))

    def record(self, stage: str, item: str) -> Record | None:
        """Give the record of an item."""
        found = self._db.execute(
            "SELECT record FROM item WHERE stage = ? AND item = ?", (stage, item)
        ).fetchone()
        if found is None:
            return None
        folder, report, row, blocks = json.loads(found[0])
        return Record(item, folder, report, row, tuple(blocks))

    def add_pairs(self, stage: str, links: Iterable[Link]) -> None:
        """Keep weighed pairs."""
        self._db.executemany(
            "INSERT OR REPLACE INTO pair VALUES (?, ?, ?, ?, ?, ?)",
            (
                (stage, link.first, link.second, str(link.weight), str(link.score), _written(link))
                for link in links
            ),
        )

    def links(self, stage: str, items: Iterable[str]) -> list[Link]:
        """Give the pairs of which an item is one."""
        with self._wanted(items):
            rows = self._db.execute(
                """SELECT first, second, weight, score, reasons FROM wanted CROSS JOIN pair
                ON stage = ?1 AND first = value UNION
                SELECT first, second, weight, score, reasons FROM wanted
                CROSS JOIN pair INDEXED BY pair_of_second ON stage = ?1 AND second = value""",
                (stage,),
            ).fetchall()
        return [
            Link(first, second, Decimal(weight), Decimal(score), _reasons(text))
            for first, second, weight, score, text in rows
        ]

    def neighbours(self, stage: str, items: Iterable[str]) -> set[str]:
        """Give the items that are in a pair with one of these."""
        with self._wanted(items):
            return {
                row[0]
                for row in self._db.execute(
                    """SELECT second FROM wanted CROSS JOIN pair ON stage = ?1 AND first = value UNION
                    SELECT first FROM wanted
                    CROSS JOIN pair INDEXED BY pair_of_second ON stage = ?1 AND second = value""",
                    (stage,),
                )
            }

    # Clusters

    def clusters_of(self, reports: Iterable[str]) -> set[str]:
        """Give the merged IRIs of all nodes of reports."""
        with self._wanted(reports):
            return {
                row[0]
                for row in self._db.execute(
                    """SELECT DISTINCT i.cluster FROM wanted CROSS JOIN node n ON n.report = value
                    JOIN item i ON i.stage = n.stage AND i.item = n.item"""
                )
            }

    def members(self, clusters: Iterable[str]) -> Iterator[tuple[str, str, str, Node]]:
        """Give the members of clusters, those of one after each other: merged IRI, stage, item, node."""
        for some in batches(sorted(clusters), BATCH):
            with self._wanted(some):
                rows = self._db.execute(
                    """SELECT i.cluster, i.stage, i.item, n.report, n.content FROM wanted
                    JOIN item i ON i.cluster = value JOIN node n ON n.stage = i.stage AND n.item = i.item
                    ORDER BY i.cluster, n.iri"""
                ).fetchall()
            for cluster, stage, item, report, content in rows:
                yield cluster, stage, item, unpacked(content, report)

    def places(self, iri: str) -> list[Place]:
        """Give the node of this IRI, or all members of the merged node of this IRI; none if it is neither."""
        rows = self._db.execute(
            """SELECT n.iri, n.report, n.stage, n.item, i.cluster FROM node n JOIN item i USING (stage, item)
            WHERE n.iri = ?1 UNION
            SELECT n.iri, n.report, n.stage, n.item, i.cluster FROM item i JOIN node n USING (stage, item)
            WHERE i.cluster = ?1 ORDER BY n.iri""",
            (iri,),
        )
        return [Place(*row) for row in rows]

    def merged(self, nodes: Collection[str]) -> dict[str, str]:
        """Give the merged IRI of each of these nodes; what is no node of a report is left out."""
        with self._wanted(nodes):
            return dict(
                self._db.execute(
                    """SELECT n.iri, i.cluster FROM wanted CROSS JOIN node n ON n.iri = value
                    JOIN item i ON i.stage = n.stage AND i.item = n.item"""
                )
            )

    def existing(self, clusters: Iterable[str]) -> set[str]:
        """Give those of the merged IRIs that some item has."""
        with self._wanted(clusters):
            rows = self._db.execute("SELECT DISTINCT cluster FROM wanted CROSS JOIN item ON cluster = value")
            return {row[0] for row in rows}

    def all_clusters(self) -> set[str]:
        """Give all merged IRIs."""
        return {row[0] for row in self._db.execute("SELECT DISTINCT cluster FROM item")}

    def all_nodes(self) -> set[str]:
        """Give all nodes of reports."""
        return {row[0] for row in self._db.execute("SELECT iri FROM node")}

    def name_grounds(self, item: str) -> tuple[Decimal, str]:
        """Say how sure it is, and why, that all nodes with a name are one."""
        record = self.record("names", item)
        row = {"sure": "1", "why": "same name"} if record is None else record.row
        return Decimal(row["sure"]), str(row["why"])

    def counts(self) -> Mapping[str, int]:
        """Count nodes, merged nodes, those of each stage, and nodes that have a link."""
        (nodes,) = self._db.execute("SELECT COUNT(*) FROM node").fetchone()
        (clusters,) = self._db.execute("SELECT COUNT(DISTINCT cluster) FROM item").fetchone()
        events = dict(self._db.execute("SELECT stage, COUNT(DISTINCT cluster) FROM item GROUP BY stage"))
        (linked,) = self._db.execute(
            """SELECT TOTAL(n) FROM (SELECT COUNT(*) AS n FROM node JOIN item USING (stage, item)
            GROUP BY cluster HAVING COUNT(*) > 1)"""
        ).fetchone()
        return {**events, "nodes": nodes, "clusters": clusters, "linked": int(linked)}


def _written(link: Link) -> str:
    return json.dumps([[reason.comparison, reason.says, str(reason.weight)] for reason in link.reasons])


def _reasons(text: str) -> tuple[Reason, ...]:
    return tuple(Reason(name, says, Decimal(weight)) for name, says, weight in json.loads(text))
