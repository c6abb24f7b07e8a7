"""The run: from documents to a published store, one report at a time.

A document that fails is counted and named, and never stops the rest. A report that is in the store already,
made by the same version, is not read again. Reports are committed in batches, so that a crash loses few, and
the same build run again goes on where it stopped.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Protocol, TypeAlias, TypeVar

from pyoxigraph import NamedNode, Quad

from builder import readers
from builder.atomic import replacing
from builder.batching import Counted, uncounted
from builder.committing import Batch, Committer
from builder.errors import InputError
from builder.extracted import Extracted, Extractor
from builder.index import make_index
from builder.journal import STANDARD_INPUT, Document, Failure, Journal, Keys, Outdated
from builder.memory import give_back
from builder.merge import builds_graph, merge
from builder.model import Article
from builder.rdf import report_iri, term
from builder.readers import Source, Unchanged
from builder.store import Store

# Reports that are taken out of the store at a time.
BATCH: Final = 50
# A build that wrote a tenth of the reports, or more, has the files of the database sorted anew. Queries over
# what was written last are up to twice as fast then; 20,000 reports (2,200,000 quads) took 6 seconds.
COMPACT_SHARE: Final = 10

T = TypeVar("T")
Documents: TypeAlias = Iterator[Article | InputError | Unchanged]


JOURNAL: Final = "journal.sqlite"
FAILED: Final = "failed.jsonl"


@dataclass(frozen=True, slots=True)
class Summary:
    """What one build did. Counts are of documents, but `events` are those of the merged layer."""

    read: int
    built: int
    unchanged: int
    retracted: int
    failures: tuple[str, ...]
    events: int
    seconds: float
    snapshot: str
    stopped: bool


class Watcher(Protocol):
    """What a caller sees and decides while a build runs."""

    def documents(self, documents: Documents) -> Documents:
        """Pass on the documents as they are read."""

    def failed(self, reason: str) -> None:
        """Hear of a document that failed: one line that names it."""

    def should_stop(self) -> bool:
        """Say whether to read no more; what was read is finished, merged and published."""

    def counted(self, items: Iterable[T], *, total: int | None, unit: str) -> Iterator[T]:
        """Pass on what the merge goes through: reports, and parts of the layer."""


class Unwatched:
    """Sees nothing and never stops."""

    def documents(self, documents: Documents) -> Documents:
        """Pass on the documents."""
        return documents

    def failed(self, reason: str) -> None:
        """Leave it to the summary."""

    def should_stop(self) -> bool:
        """Go on."""
        return False

    def counted(self, items: Iterable[T], *, total: int | None, unit: str) -> Iterator[T]:
        """Pass them on."""
        return iter(items)


def build(
    paths: Iterable[Path | str],
    store: Store,
    extractor: Extractor,
    *,
    prune: bool = False,
    watcher: Watcher | None = None,
) -> Summary:
    """Read documents into a store, merge what its reports say, publish a snapshot and its index.

    A document that has changed since a build before takes the place of what it was; with `prune`, what came
    from documents at or below `paths` that are gone is retracted too. Raises `StoreError` if the store cannot
    be written; what was committed stays.
    """
    began = time.monotonic()
    named = tuple(Path(path) for path in paths)
    with Journal.open(store.path / JOURNAL) as journal:
        run = _Run(store, journal, watcher or Unwatched(), extractor)
        with run.committer:
            run.build(named)
        if not run.watcher.should_stop():
            # A folder that is away, an unmounted disk perhaps, says nothing of what was in it.
            journal.close_run(gone_from=[path for path in named if prune and path.exists()])
            run.retract(journal.outdated())
        _list_failures(store, journal.failures())
    events, snapshot = finish(store, base=extractor.base, written=run.built, counted=run.watcher.counted)
    return Summary(
        read=run.read,
        built=run.built,
        unchanged=run.unchanged,
        retracted=run.retracted,
        failures=tuple(run.failures),
        events=events,
        seconds=time.monotonic() - began,
        snapshot=snapshot,
        stopped=run.watcher.should_stop(),
    )


def finish(store: Store, *, base: str, written: int, counted: Counted = uncounted) -> tuple[int, str]:
    """Merge what the reports of a store say, publish a snapshot and its index.

    `written` is how many reports were written since the last one; `counted` shows how far the merge is. Gives
    how many events the merged layer has, and the name of the snapshot.
    """
    give_back()
    events = merge(store, base=base, counted=counted).events
    if written and written * COMPACT_SHARE >= store.graph_count():
        store.compact()
    snapshot = store.publish()
    make_index(store.path, same=store.inner)
    return events, snapshot


def failed_files(store: Store) -> tuple[str, ...]:
    """List the files of which something could not be read when they were met last."""
    with Journal.open(store.path / JOURNAL) as journal:
        return tuple(dict.fromkeys(each.path for each in journal.failures() if each.path != STANDARD_INPUT))


def _list_failures(store: Store, failures: Sequence[Failure]) -> None:
    """Write the documents that could not be read where people look for them."""
    file = store.path / FAILED
    if not failures:
        file.unlink(missing_ok=True)
        return
    with replacing(file) as stream:
        stream.writelines(f"{json.dumps(asdict(each))}\n".encode() for each in failures)


@dataclass(slots=True)
class _Run:
    """One build as it goes on: its counts, and what waits to be committed."""

    store: Store
    journal: Journal
    watcher: Watcher
    extractor: Extractor
    read: int = 0
    built: int = 0
    unchanged: int = 0
    retracted: int = 0
    failures: list[str] = field(default_factory=list)
    keys: Keys = field(default_factory=Keys)
    met: set[NamedNode] = field(default_factory=set)
    sent: dict[NamedNode, Document] = field(default_factory=dict)
    batch: Batch = field(default_factory=Batch)
    committer: Committer = field(init=False)

    def __post_init__(self) -> None:
        self.committer = Committer(self.store, self.journal, self.extractor)

    def build(self, paths: Iterable[Path]) -> None:
        documents = self.watcher.documents(readers.read_changed(paths, self.is_as_it_was))
        for outcome in self.extractor.read(self.new_articles(documents)):
            if isinstance(outcome, InputError):
                self.fail(outcome)
            else:
                self.add(outcome)
            if self.committer.is_full(self.batch):
                self.commit()
        self.commit()
        self.committer.settle()

    def is_as_it_was(self, source: Source) -> bool:
        """Say whether a file is what it was when this version read it, without opening it."""
        key = self.keys.begin(source)
        report = self.journal.report_of(key, self.keys.stamp)
        if report is None or not self.is_stored(NamedNode(report)):
            return False
        self.batch.documents.append(Document(key, "", self.keys.stamp, report))
        return True

    def new_articles(self, documents: Documents) -> Iterator[Article]:
        """Pass on the articles that the store does not hold yet, until told to stop."""
        for document in documents:
            self.read += 1
            if isinstance(document, InputError):
                self.fail(document)
            elif isinstance(document, Unchanged) or not self.is_new(document):
                self.unchanged += 1
            else:
                yield document
            if self.watcher.should_stop():
                return

    def is_new(self, article: Article) -> bool:
        report = report_iri(article, base=self.extractor.base)
        document = self.keys.document(article, report.value)
        if self.is_known(report):
            self.batch.documents += filter(None, [document])
            return False
        if document is not None:
            self.sent[report] = document
        return True

    def is_known(self, graph: NamedNode) -> bool:
        """Say whether a report was met in this build, or is stored."""
        if graph in self.met:
            return True
        self.met.add(graph)
        return self.is_stored(graph)

    def is_stored(self, graph: NamedNode) -> bool:
        """Say whether the store holds a report as this version reads it."""
        return self.store.holds(self.committer.fact(graph)) and graph in self.store

    def add(self, extracted: Extracted) -> None:
        """Keep a report's quads for the next commit."""
        report = report_iri(extracted.article, base=self.extractor.base)
        self.built += 1
        self.batch.add(report, extracted.graph)
        self.batch.documents += filter(None, [self.sent.pop(report, None)])

    def fail(self, error: InputError) -> None:
        self.failures.append(str(error))
        self.batch.failed.append(error)
        self.watcher.failed(str(error))

    def commit(self) -> None:
        """Have what waits written."""
        batch, self.batch = self.batch, Batch()
        self.committer.commit(batch)

    def retract(self, outdated: Sequence[Outdated]) -> None:
        """Take out of the store what no document gives any more."""
        held = [each for each in outdated if NamedNode(each.report) in self.store]
        for begin in range(0, len(held), BATCH):
            batch = held[begin : begin + BATCH]
            self.store.replace(
                {NamedNode(each.report): () for each in batch},
                facts=[self.revision(each.successor, each.report) for each in batch if each.successor],
                gone=[self.committer.fact(NamedNode(each.report)) for each in batch],
            )
        self.retracted += len(held)
        self.journal.retracted()

    def revision(self, successor: str, report: str) -> Quad:
        builds = builds_graph(self.extractor.base)
        return Quad(NamedNode(successor), term("prov:wasRevisionOf"), NamedNode(report), builds)
