"""What a server is told: where the graph is, who may write, and every limit."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from builder import settings
from builder.endpoint import Address
from builder.errors import SettingError
from builder.settings import Setting
from server.access import Tokens
from server.messages import Limits

MEGABYTE: Final = 1024 * 1024
# Oxigraph's parser and evaluator recurse, about 5 kB a level, and a level takes two characters. It is
# address space; memory is taken only as it is used.
_STACK_PER_CHARACTER: Final = 2560
# Updates may be longer than queries, but those that are have data in them and no deep nesting.
_LEAST_STACK: Final = 256 * MEGABYTE


def _default(setting: Setting) -> Any:  # noqa: ANN401 (each field says its type)
    return setting.default


def _workers() -> int:
    return max(4, 2 * (os.cpu_count() or 1))


@dataclass(frozen=True, slots=True)
class Trying:
    """What visitors may have read of their own; sizes in bytes, times in seconds."""

    # Seven times a long report of a news agency; read in 2 seconds, of which no other text is read.
    characters: int = 20_000
    # A saved page with its markup. Up to 500 KiB neither waitress nor werkzeug puts a body on disk.
    body: int = 500_000
    timeout: float = 30.0
    # Texts that wait: half a second each for usual ones.
    queue: int = 8
    # The longest text takes 370 MB; beside it there is room for the threads of many processors.
    memory: int = 2048 * MEGABYTE
    # The process holds 250 MB and is there again in 2 seconds.
    idle: float = 300.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server; times in seconds, sizes in bytes. `builder.settings` says what each is for.

    With an `endpoint` queries are handed on to it, and a `store` beside it gives the index that lists are
    made of. Raises `SettingError` where there is neither, and for an endpoint that is to be written.

    >>> Settings(Path("store")).timeout
    60.0
    """

    store: Path | None = None
    endpoint: Address | None = None
    merged_graph: str | None = None
    base: str = _default(settings.BASE)
    is_writable: bool = _default(settings.WRITABLE)
    tokens: Tokens = field(default_factory=Tokens)
    workers: int = field(default_factory=_workers)
    timeout: float = _default(settings.TIMEOUT)
    write_timeout: float = _default(settings.WRITE_TIMEOUT)
    memory: int = _default(settings.MEMORY) * MEGABYTE
    max_query: int = _default(settings.MAX_QUERY)
    max_rows: int = _default(settings.MAX_ROWS)
    max_body: int = _default(settings.MAX_BODY) * MEGABYTE
    queue: int = _default(settings.QUEUE)
    rate_limit: int | None = None
    service_hosts: frozenset[str] = frozenset()
    license: str | None = None
    cache: int = _default(settings.CACHE) * MEGABYTE
    tiles: str | None = None
    tiles_credit: str = _default(settings.TILES_CREDIT)
    trying: Trying | None = field(default_factory=Trying)

    def __post_init__(self) -> None:
        if self.store is None and self.endpoint is None:
            raise SettingError("there is nothing to serve: give a store or an endpoint")
        if self.endpoint is not None and self.is_writable:
            raise SettingError("an endpoint is only read from here; write to it with polemos publish")
        if self.endpoint is None and self.merged_graph is not None:
            raise SettingError("only an endpoint has another name for the merged layer")

    @property
    def stack(self) -> int:
        """How much stack the longest query may need."""
        return max(_LEAST_STACK, self.max_query * _STACK_PER_CHARACTER)

    @property
    def limits(self) -> Limits:
        """What a process that answers queries may take."""
        return Limits(self.memory, self.stack, self.max_rows, self.service_hosts)

    @property
    def largest_query(self) -> int:
        """How large a query's body may be: a character may have 4 bytes, each written as 3 in a form."""
        return 12 * self.max_query

    @property
    def largest_request(self) -> int:
        """How large a body may be."""
        return max(self.max_body, self.largest_query) if self.is_writable else self.largest_query
