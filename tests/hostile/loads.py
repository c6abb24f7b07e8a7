"""The hostile loads by name. As a program it is the client that makes one of them, for some seconds."""

import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path

from . import shapes, texts
from .attacks import (
    PIECE,
    Attack,
    asking,
    both,
    crowding,
    dropping,
    half_closing,
    head,
    holding,
    posted,
    streaming,
    trickling,
)

MEGABYTE = 1024 * 1024
LAST = 19  # the lowest priority
# As many as a browser farm opens, and more than the server has threads.
CROWD = 200
# Connections that never end their request, as one hostile client opens them.
SLOW = 100
GIGABYTE = 1024 * MEGABYTE


def _get(text: str, *fields: str, path: str = "/sparql?query=") -> bytes:
    return head(f"GET {path}{texts.as_parameter(text)}", *fields)


_ASK = _get("SELECT * { ?s ?p ?o } LIMIT 10", "Cache-Control: no-cache")
_ROWS = _get(texts.ROWS, "Cache-Control: no-cache")
_COUNT = _get(texts.COUNT, "Cache-Control: no-cache")
_ENDLESS = b"GET /sparql?query=" + b"a" * 200_000


def _body_of_a_gigabyte(*fields: str, piece: bytes) -> Attack:
    begin = head("POST /sparql", "Content-Type: application/sparql-query", *fields)
    return streaming(begin, piece, GIGABYTE // PIECE)


LOADS: dict[str, Attack] = {
    "count of all with all": asking([_COUNT]),
    "rows of all with all": asking([_ROWS, _get(texts.ROWS, path="/query?query=")]),
    "all with all, sorted": asking([_get(texts.SORTED), _get(texts.DISTINCT)]),
    "property paths": asking([_get(text) for text in texts.PATHS]),
    "a query of 10 MB": asking([posted(texts.TOO_LONG)]),
    "bodies of 1 GB": both(
        _body_of_a_gigabyte(f"Content-Length: {GIGABYTE}", piece=b"a" * PIECE),
        _body_of_a_gigabyte("Transfer-Encoding: chunked", piece=b"%x\r\n%s\r\n" % (PIECE, b"a" * PIECE)),
    ),
    "heads byte by byte": both(
        trickling(_ENDLESS, SLOW, 1.0),  # a byte a second, and as fast as it goes
        trickling(_ENDLESS, 10, 0.0),
    ),
    "slow readers": holding(_ROWS, 2 * SLOW, 1),
    "half-closed connections": half_closing(_COUNT),
    "a crowd that asks": crowding(_ASK, CROWD),
    "a crowd that asks what is slow": crowding(_COUNT, CROWD),
    "dropped connections": dropping(_COUNT),
    "regular expressions": asking([posted(text) for text in texts.REGEXES]),
    "growth": asking(
        [
            *(posted(text) for text in texts.GROWTH),
            *(_get(text, path="/query?query=") for text in texts.GROWTH[1:4]),
        ]
    ),
    "nesting": asking([posted(text) for text in texts.NESTED]),
    "long lists": asking([posted(text) for text in texts.LISTS]),
    "malformed requests": asking([shape.sent for shape in shapes.SHAPES]),
    "long headers and many fields": asking(
        [shape.sent for shape in shapes.SHAPES if re.search("100 kB|many|commas|quotes", shape.name)]
    ),
}


def be_last() -> None:
    """Take no more of the processors than others leave: an attacker has a machine of its own."""
    os.nice(LAST)
    with suppress(OSError):  # not every kernel shares the processors among sessions before it looks at these
        Path("/proc/self/autogroup").write_text(str(LAST))


if __name__ == "__main__":
    be_last()
    LOADS[sys.argv[1]](int(sys.argv[2]), time.monotonic() + float(sys.argv[3]))
