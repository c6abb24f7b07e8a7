"""Every error that Polemos raises on purpose.

PolemosError
├── InputError            a document cannot be read: names the file and the line
├── ModelError            the spaCy model is missing or lacks a component
├── StoreError            the store cannot be opened, written or understood
│   └── StoreHeldError    another process writes it: names the process
├── ClusterError          the cluster cannot be reached
├── ShardError            shards cannot be written, or are not what was written
├── QueryError            a SPARQL query is malformed or cannot be answered
├── RemoteError           an endpoint or an archive elsewhere cannot be reached, or refuses what it is asked
├── FetchError            a feed or page cannot be fetched: names its address
│   └── UnreachableError  its host cannot be reached
├── SettingError          a setting cannot be used
└── ShapeError            a graph breaks a shape of the ontology

Catch `PolemosError` to report any of them in one line; its text names the input and the way out.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self


class PolemosError(Exception):
    """The root of the tree."""


class InputError(PolemosError):
    """A document that cannot be read.

    >>> str(InputError("is empty", Path("a.txt"), remedy="leave it out"))
    'a.txt: is empty; leave it out'
    """

    def __init__(
        self, reason: str, origin: Path | None = None, *, line: int | None = None, remedy: str = ""
    ) -> None:
        self.reason = reason
        self.origin = origin
        self.line = line
        self.remedy = remedy
        where = "standard input" if origin is None else str(origin)
        at = f":{line}" if line is not None else ""
        super().__init__(f"{where}{at}: {reason}" + (f"; {remedy}" if remedy else ""))

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[str, Path | None]]:
        """Cross to another process whole: an exception would be made again of its text alone."""
        return partial(type(self), line=self.line, remedy=self.remedy), (self.reason, self.origin)


class ModelError(PolemosError):
    """A spaCy model that is missing or unfit."""


class StoreError(PolemosError):
    """A store that cannot be opened, written or understood."""


class StoreHeldError(StoreError):
    """A store that another process writes."""


class ClusterError(PolemosError):
    """A cluster that cannot be reached."""


class ShardError(PolemosError):
    """Shards that cannot be written, or are not what was written."""


class QueryError(PolemosError):
    """A SPARQL query that is malformed or cannot be answered."""


class RemoteError(PolemosError):
    """An endpoint or an archive elsewhere that cannot be reached, or that refuses what it is asked."""


class FetchError(PolemosError):
    """A feed or page that cannot be fetched; `is_passing` if another time it may be.

    >>> str(FetchError("https://example.org/a", "answers 404"))
    'https://example.org/a: answers 404'
    """

    def __init__(self, url: str, reason: str, *, remedy: str = "", is_passing: bool = False) -> None:
        self.url = url
        self.reason = reason
        self.remedy = remedy
        self.is_passing = is_passing
        super().__init__(f"{url}: {reason}" + (f"; {remedy}" if remedy else ""))


class UnreachableError(FetchError):
    """A feed or page whose host cannot be reached, so that others of it need not be tried now."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason, is_passing=True)


class SettingError(PolemosError):
    """A setting that cannot be used."""


class ShapeError(PolemosError):
    """A graph that breaks a shape of the ontology."""
