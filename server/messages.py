"""What passes between the server and the processes that read and write the store: plain data, no more.

Only the standard library is imported here, since a process that takes the place of a killed one must be
there in milliseconds.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from builder.endpoint import Address
    from builder.model import Report

# Bytes of a piece of an answer: large enough for a message to cost nothing beside the writing.
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Chosen:
    """A format by the media type that its writer has in Oxigraph, and the Content-Type to send."""

    writer: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query and its dataset as the protocol gives them, and what to write the answer in.

    Where neither kind of graph is named, the dataset is the whole store, or what FROM says. `results` is for
    SELECT and ASK, `graphs` for CONSTRUCT and DESCRIBE; None where the client takes no format that fits. With
    `first_rows`, an answer of a line a row ends well after as many lines; `is_head` asks for the head of the
    answer alone.
    """

    text: str
    results: Chosen | None = None
    graphs: Chosen | None = None
    base: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    first_rows: int | None = None
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Dump:
    """A whole graph to be written, the default graph where there is no name."""

    graph: str | None
    format: Chosen
    is_head: bool = False


Reading: TypeAlias = Query | Dump


@dataclass(frozen=True, slots=True)
class Ask:
    """Something to read, and the name of the snapshot to read it from."""

    reading: Reading
    snapshot: str


@dataclass(frozen=True, slots=True)
class Opening:
    """How an answer begins, and whether that is all of it; if not, pieces follow, and None ends them."""

    content_type: str
    piece: bytes
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Stale:
    """The snapshot that was asked for is there no more."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer: an HTTP status and a sentence.

    `retry_after` is in seconds, where it may help to come back; `cause` is what ended the process, in a word.
    """

    status: int
    message: str
    retry_after: int | None = None
    cause: str = "other"


class Failed(Exception):  # noqa: N818 (it says what happened; the error is in it)
    """There is no answer; once an answer has begun, one that does not end."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


@dataclass(frozen=True, slots=True)
class Ready:
    """A process has started and waits."""


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL update; the graphs are those of `using-graph-uri` and `using-named-graph-uri`."""

    text: str
    base: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """A file of RDF for a graph, the default graph where there is no name; it may take the graph's place."""

    graph: str | None
    file: Path
    media_type: str
    base: str
    is_replacing: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """A graph to be removed; the default graph is emptied."""

    graph: str | None


Writing: TypeAlias = Update | Load | Drop


@dataclass(frozen=True, slots=True)
class Written:
    """A write is durable and published; `is_new` says that its graph was not there before."""

    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process that answers queries may take; sizes in bytes, `hosts` those that SERVICE may call."""

    memory: int
    stack: int
    max_rows: int
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReaderStart:
    """What a process that reads snapshots is told at its start."""

    store: Path
    limits: Limits


@dataclass(frozen=True, slots=True)
class RemoteStart:
    """What a process that hands queries on to an endpoint is told at its start.

    `merged_graph` names the merged layer where the endpoint's default graph is the union of all graphs.
    """

    address: "Address"
    merged_graph: str | None
    limits: Limits


@dataclass(frozen=True, slots=True)
class WriterStart:
    """What the write process is told at its start; `idle` is how long it keeps the store, in seconds."""

    store: Path
    stack: int
    hosts: frozenset[str]
    idle: float


@dataclass(frozen=True, slots=True)
class IndexStart:
    """What the process that makes indexes is told at its start."""

    store: Path


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index of the newest snapshot lies in this file."""

    file: Path


@dataclass(frozen=True, slots=True)
class ExtractorStart:
    """What the process that reads visitors' texts is told at its start; `memory` in bytes."""

    base: str
    memory: int
    characters: int


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a visitor, to be read; `suffix` is that of its name, `published` as it was written."""

    content: bytes
    graph: Chosen
    suffix: str = ""
    title: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was read: the report, and its graph in the format that was asked for.

    `is_all` is false where more documents stood in what was sent, of which only the first is read.
    """

    report: "Report"
    graph: bytes
    is_all: bool
