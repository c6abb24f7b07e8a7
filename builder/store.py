"""The store: an Oxigraph database that one process writes, and immutable snapshots that any number read.

    DIR/polemos.json      says that Polemos made this, in which format, and which vocabulary is loaded
    DIR/data/             the database
    DIR/snapshots/000001/ what was published, as hard links: a copy costs milliseconds and no space
    DIR/current           the name of the newest snapshot
    DIR/indexes/          what pages list and search of the newest snapshots: see builder/index
    DIR/unpublished       is there while the database holds more than the newest snapshot
    DIR/before/           the database as it was, while a write of several steps is under way
    DIR/journal.sqlite    which document gave which report: see builder/journal.py
    DIR/linkage.sqlite    what merging remembers: see builder/linkage
    DIR/copies.sqlite     what is remembered of texts to find copies: see builder/copies
    DIR/lock              held by the process that writes, and says which that is

A reader never opens `data`: RocksDB leaves undefined what it would see beside a writer.
"""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self, TypeAlias

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad

import ontology
from builder import loading, undo
from builder.atomic import Lock, replacing, sync
from builder.errors import QueryError, StoreError
from builder.folder import explained, make_folder, read_marker, write_marker

if TYPE_CHECKING:
    from rdflib import Dataset

SNAPSHOTS_KEPT: Final = 2  # one may be being opened while the next is published
ONTOLOGY_GRAPH: Final = NamedNode(ontology.ONTOLOGY)
GAZETTEER_GRAPH: Final = NamedNode("https://w3id.org/polemos/gazetteer")
VOCABULARY: Final = (ONTOLOGY_GRAPH, GAZETTEER_GRAPH)
# Bytes of a file of RDF: Oxigraph loads larger ones twice as fast in bulk, and those below in no time.
BULK: Final = 1024 * 1024
# Quads: of more, Oxigraph's bulk loader writes each in a quarter of the time.
MANY: Final = 10_000

Results: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Graph: TypeAlias = NamedNode | DefaultGraph


def current_snapshot(path: Path) -> str:
    """Name the newest snapshot of a store; reading one short file, it is cheap enough for each request.

    Raises `StoreError` if nothing was published there.
    """
    read_marker(path)
    pointer = path / "current"
    if not pointer.is_file():
        raise StoreError(
            f"{path}: nothing is published there yet; build it: polemos build PATH --store {path}"
        )
    return pointer.read_text(encoding="utf-8").strip()


@dataclass(frozen=True, slots=True)
class Version:
    """A snapshot by name, and when it was published, in nanoseconds: names begin anew in a new store."""

    snapshot: str
    published: int

    def __str__(self) -> str:
        return f"{self.snapshot}-{self.published:x}"


def newest_version(path: Path) -> Version:
    """Say which snapshot of a store is the newest: one short file is read, so ask at each request.

    Raises `StoreError` if there is none.
    """
    try:
        with (path / "current").open(encoding="utf-8") as stream:
            return Version(stream.read().strip(), os.fstat(stream.fileno()).st_mtime_ns)
    except OSError as error:
        current_snapshot(path)  # says what is wrong
        raise StoreError(f"{path}: cannot be read: {error}") from error


def open_snapshot(path: Path, name: str | None = None) -> ox.Store:
    """Open a snapshot of a store, the newest unless named, to read only; later builds do not change it.

    Raises `StoreError` if there is none, or it cannot be read.
    """
    snapshot = path / "snapshots" / (name or current_snapshot(path))
    with explained(path):
        return ox.Store.read_only(str(snapshot))


def run_query(store: ox.Store, text: str, **options: Any) -> Results:  # noqa: ANN401 (pyoxigraph's own)
    """Answer a SPARQL query, with the ontology's prefixes declared; `options` go to `pyoxigraph`.

    Raises `QueryError` if the query is malformed or cannot be answered.
    """
    try:
        return store.query(text, prefixes=dict(ontology.PREFIXES), **options)
    except (SyntaxError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query cannot be answered: {error}") from error


class Store:
    """A store that is open to write; use as a context manager, so that the next process can open it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), create=True) as store:
    ...     store.publish()
    '000001'
    """

    def __init__(self, path: Path, inner: ox.Store, lock: Lock) -> None:
        self.path = path
        self._inner: ox.Store | None = inner
        self._lock = lock
        self._is_undoable = False

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Self:
        """Open a store to write; with `create`, make it where there is none.

        Raises `StoreError`, one line with the way out, for what is no store of ours, is locked by another
        process, cannot be written, is damaged, or was made by a newer version.
        """
        if create:
            make_folder(path)
        marker = read_marker(path)
        with explained(path), ExitStack() as unless_opened:
            lock = Lock(path / "lock")
            unless_opened.callback(lock.release)
            undo.restore(path)
            store = cls(path, ox.Store(str(path / "data")), lock)
            store._load_vocabulary(marker)
            unless_opened.pop_all()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the lock; the store cannot be used after."""
        self._inner = None
        self._lock.release()

    @property
    def is_open(self) -> bool:
        """Whether the store can be used: not after `close`, nor after a replacement that failed midway."""
        return self._inner is not None

    @property
    def inner(self) -> ox.Store:
        """The Oxigraph store, for reading; writing goes through `replace`."""
        if self._inner is None:
            raise StoreError(f"{self.path}: the store is closed")
        return self._inner

    def __contains__(self, graph: NamedNode) -> bool:
        return self.inner.contains_named_graph(graph)

    @property
    def is_published(self) -> bool:
        """Whether the newest snapshot holds all that is committed."""
        return (self.path / "current").is_file() and not (self.path / "unpublished").is_file()

    def graph_count(self) -> int:
        """Say how many named graphs there are."""
        return sum(1 for _ in self.inner.named_graphs())

    def compact(self) -> None:
        """Sort the files of the database anew, for what reads the next snapshot. Raises `StoreError`."""
        with explained(self.path):
            self._unpublish()
            self.inner.optimize()

    def holds(self, quad: Quad) -> bool:
        """Say whether a quad is committed."""
        return quad in self.inner

    def query(self, text: str, **options: Any) -> Results:  # noqa: ANN401 (see run_query)
        """Answer a SPARQL query over what is committed, published or not: see `run_query`."""
        return run_query(self.inner, text, **options)

    def dataset(self) -> "Dataset":
        """Give the same store as an rdflib Dataset, whose default graph is the merged layer."""
        from oxrdflib import OxigraphStore  # noqa: PLC0415 (rdflib is slow to load and seldom needed)
        from rdflib import Dataset  # noqa: PLC0415

        return Dataset(store=OxigraphStore(store=self.inner))

    def replace_report(self, graph: NamedNode, quads: Iterable[Quad]) -> bool:
        """Make a report's graph hold exactly these quads; say whether that changed anything."""
        return bool(self.replace({graph: quads}))

    def replace_default(self, quads: Iterable[Quad]) -> bool:
        """Make the default graph hold exactly these quads; say whether that changed anything."""
        return bool(self.replace({DefaultGraph(): quads}))

    def replace(
        self,
        graphs: Mapping[Graph, Iterable[Quad]],
        *,
        facts: Iterable[Quad] = (),
        gone: Iterable[Quad] = (),
    ) -> frozenset[Graph]:
        """Make each graph hold exactly its quads, all in one transaction; give the graphs that changed.

        Each of `facts` takes the place of whatever its graph holds with the same subject and predicate;
        `gone` are removed from wherever they are.
        Only the difference is written, so graphs may hold no blank nodes. An empty iterable removes a graph.
        Raises `StoreError` if the disk is full or the database fails; nothing is changed then.
        """
        wanted = {graph: _as_stored(quads) for graph, quads in graphs.items()}
        known = {graph: self._held(None, None, graph) for graph in wanted}
        added = {quad for graph in wanted for quad in wanted[graph] - known[graph]}
        removed = {quad for graph in wanted for quad in known[graph] - wanted[graph]}
        for fact in facts:
            held = self._held(fact.subject, fact.predicate, fact.graph_name)
            added |= {fact} - held
            removed |= held - {fact}
        removed |= {quad for quad in gone if quad in self.inner}
        if added or removed:
            emptied = [graph for graph in wanted if known[graph] and not wanted[graph]]
            self._commit(added, removed, emptied)
        return frozenset(graph for graph in wanted if wanted[graph] != known[graph])

    def add_new(self, graphs: Mapping[NamedNode, Iterable[Quad] | bytes]) -> None:
        """Add graphs that the store does not hold, quads or N-Quads: three times as fast as `replace`.

        It is not one transaction: after a crash some graphs may be there in part, so that the caller must
        write last, in another, by what it will know the whole ones. Raises `StoreError`.
        """
        written = [graph for graph in graphs.values() if isinstance(graph, bytes)]
        made = (graph for graph in graphs.values() if not isinstance(graph, bytes))
        with explained(self.path):
            self._unpublish()
            if written:
                # Another process wrote it from quads a moment ago, so that nothing in it is checked.
                self.inner.bulk_load(b"".join(written), ox.RdfFormat.N_QUADS, lenient=True)
            if len(written) < len(graphs):
                self.inner.bulk_extend(chain.from_iterable(made))

    def add_file(self, stream: IO[bytes]) -> None:
        """Add all quads of a file of N-Quads, or none: in bulk, which is the fastest way there is.

        Where that fails the store is closed, to be undone when it is opened next. Raises `QueryError` if the
        file is malformed, `StoreError` if the database fails.
        """
        with explained(self.path), loading.readable():
            self._unpublish()
            with self.several_steps():
                self.inner.bulk_load(stream, format=ox.RdfFormat.N_QUADS)

    def exchange(self, held: Iterable[Quad], wanted: Iterable[Quad], *, facts: Iterable[Quad] = ()) -> bool:
        """Put `wanted` in the place of `held` in one transaction; say whether that changed anything.

        `held` is what the store gave for some patterns; `facts` are as in `replace`. Raises `StoreError` if
        the disk is full or the database fails; nothing is changed then.
        """
        known = set(held)
        # What is compared with nothing need not be as the store would give it back.
        new = _as_stored(wanted) if known else set(wanted)
        added, removed = new - known, known - new
        for fact in facts:
            before = self._held(fact.subject, fact.predicate, fact.graph_name)
            added |= {fact} - before
            removed |= before - {fact}
        if added or removed:
            self._commit(added, removed, ())
        return bool(added or removed)

    @contextmanager
    def several_steps(self) -> Iterator[None]:
        """Do all writes within or, where one fails, none: the store is closed then, to be undone."""
        try:
            with undo.kept(self.path, self.inner.backup):
                self._is_undoable = True
                yield
                # On disk before the copy goes: a loss of power must not leave half of it.
                self.inner.flush()
        except BaseException:
            self.close()
            raise
        finally:
            self._is_undoable = False

    def _held(self, subject: Any, predicate: Any, graph: Any) -> set[Quad]:  # noqa: ANN401 (any term)
        return set(self.inner.quads_for_pattern(subject, predicate, None, graph))

    def _commit(self, added: Collection[Quad], removed: Iterable[Quad], emptied: Iterable[Graph]) -> None:
        with explained(self.path):
            self._unpublish()
            if self._is_undoable and len(added) > MANY:
                if removed:
                    self.inner.update(f"DELETE DATA {{ {_data(removed)} }}")
                self.inner.bulk_extend(added)
                return
            if not removed:
                self.inner.extend(added)
                return
            drops = "".join(f" ; DROP GRAPH {each}" for each in emptied if isinstance(each, NamedNode))
            self.inner.update(f"DELETE DATA {{ {_data(removed)} }} ; INSERT DATA {{ {_data(added)} }}{drops}")

    def update(self, text: str, *, base: str | None = None) -> None:
        """Run a SPARQL update: all of its operations, or none. `base` resolves relative IRIs.

        Raises `QueryError` if it is malformed or cannot be done, `StoreError` if the database fails.
        """
        with explained(self.path):
            self._unpublish()
            try:
                self.inner.update(text, base_iri=base)
            except (SyntaxError, RuntimeError, ValueError) as error:
                raise QueryError(f"the update cannot be done: {error}") from error

    def load_graph(
        self, graph: Graph, file: Path, format_: ox.RdfFormat, *, base: str, is_replacing: bool
    ) -> bool:
        """Add a file of RDF to a graph, or put it in the graph's place; say whether the graph is new.

        All of it is written or nothing. `base` resolves relative IRIs. Raises `QueryError` if the file is
        malformed or names graphs of its own, `StoreError` if the database fails.
        """
        is_new = isinstance(graph, NamedNode) and graph not in self
        loading.check(graph, file, format_, base=base, is_replacing=is_replacing)
        with explained(self.path):
            self._unpublish()
            if is_replacing and not is_new:
                self._replace(graph, file, format_, base)
            else:
                self._load(graph, file, format_, base)
        return is_new

    def _replace(self, graph: Graph, file: Path, format_: ox.RdfFormat, base: str) -> None:
        """Put a file in the place of a graph. Where that fails midway the store is closed, to be undone."""
        with self.several_steps():
            self.inner.clear_graph(graph)
            self._load(graph, file, format_, base)

    def _load(self, graph: Graph, file: Path, format_: ox.RdfFormat, base: str) -> None:
        is_large = file.stat().st_size > BULK
        load = self.inner.bulk_load if is_large else self.inner.load
        with loading.readable():
            load(path=str(file), format=format_, base_iri=base, to_graph=graph)
        self.inner.add_graph(graph)

    def drop_graph(self, graph: Graph) -> bool:
        """Remove a graph, or empty the default graph; say whether it was there."""
        if isinstance(graph, NamedNode) and graph not in self:
            return False
        with explained(self.path):
            self._unpublish()
            self.inner.remove_graph(graph)
        return True

    def _unpublish(self) -> None:
        (self.path / "unpublished").touch()

    def publish(self) -> str:
        """Make a snapshot of what is committed the current one, unless it is; give its name.

        Raises `StoreError` if it cannot be written; the snapshot before stays current then.
        """
        pointer, unpublished = self.path / "current", self.path / "unpublished"
        newest = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
        if self.is_published:
            return newest
        name = f"{int(newest or 0) + 1:06d}"
        snapshots = self.path / "snapshots"
        with explained(self.path):
            self.inner.flush()
            shutil.rmtree(snapshots / name, ignore_errors=True)
            self.inner.backup(str(snapshots / name))
            sync(snapshots)
            with replacing(pointer) as stream:
                stream.write(f"{name}\n".encode())
            sync(self.path)
            unpublished.unlink(missing_ok=True)
        for old in sorted(snapshots.iterdir())[:-SNAPSHOTS_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return name

    def _load_vocabulary(self, marker: Mapping[str, Any]) -> None:
        """Load the ontology and the gazetteer, each into its graph, if they are not the ones loaded last."""
        graphs = {
            ONTOLOGY_GRAPH: ontology.files(),
            GAZETTEER_GRAPH: tuple(sorted(ontology.path("gazetteer").glob("*.ttl"))),
        }
        digest = hashlib.sha256(b"".join(file.read_bytes() for files in graphs.values() for file in files))
        if marker.get("vocabulary") == digest.hexdigest():
            return
        with explained(self.path):
            self._unpublish()
            for graph, files in graphs.items():
                self.inner.clear_graph(graph)
                for file in files:
                    self.inner.load(path=str(file), to_graph=graph)
            write_marker(self.path, vocabulary=digest.hexdigest())


def _as_stored(quads: Iterable[Quad]) -> set[Quad]:
    """Give quads with their numbers and dates in the lexical form that a store gives back."""
    memory = ox.Store()
    memory.extend(quads)
    return set(memory)


def _data(quads: Iterable[Quad]) -> str:
    """Write quads as they stand in INSERT DATA and DELETE DATA."""
    return "\n".join(
        f"{quad.triple} ."
        if quad.graph_name == DefaultGraph()
        else f"GRAPH {quad.graph_name} {{ {quad.triple} }}"
        for quad in quads
    )
