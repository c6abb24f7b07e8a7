"""Answers as tables for pages: the first rows of a query, each term with what it is shown as."""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Self

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, RdfFormat

import ontology
from server.engine import Answer, Caller, Engine
from server.messages import Chosen, Failed, Failure, Query

# More rows than anybody reads on a page, few enough for a browser to lay out at once.
ROWS_SHOWN: Final = 500
# Bytes of what is read for a page, all in memory: a row of the graph of reports has some hundred.
_LARGEST: Final = 4 * 1024 * 1024
# Cells of a page, of which a thousand take about 10 ms to lay out.
_CELLS: Final = 10 * ROWS_SHOWN
# Held by who lays out a page: with several at once all others would wait for several before each step.
LAYING_OUT: Final = threading.Lock()
# One line a row, so that what follows the last line that is wanted is never computed.
_TSV: Final = Chosen(QueryResultsFormat.TSV.media_type.partition(";")[0], "text/tab-separated-values")
_N_TRIPLES: Final = Chosen(RdfFormat.N_TRIPLES.media_type, RdfFormat.N_TRIPLES.media_type)
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True, slots=True)
class Cell:
    """A term in a table: its text, the IRI that it stands for, and a note such as a language."""

    text: str
    iri: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of an answer; `is_cut` says that there are more, `is_graph` that they are triples."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    is_cut: bool = False
    is_graph: bool = False

    def records(self) -> list[dict[str, str]]:
        """Give each row as what it says by column; a column without a value is left out.

        >>> Table(("a", "b"), ((Cell("1"), None),)).records()
        [{'a': '1'}]
        """
        return [
            {name: cell.iri or cell.text for name, cell in zip(self.columns, row, strict=True) if cell}
            for row in self.rows
        ]

    def without(self, column: str) -> Self:
        """Give the table without one of its columns.

        >>> Table(("a", "b"), ((Cell("1"), Cell("2")),)).without("a").rows
        ((Cell(text='2', iri=None, note=None),),)
        """
        at = self.columns.index(column)
        rows = tuple(row[:at] + row[at + 1 :] for row in self.rows)
        return replace(self, columns=self.columns[:at] + self.columns[at + 1 :], rows=rows)


def run(engine: Engine, query: Query, caller: Caller, *, limit: int = ROWS_SHOWN) -> Table:
    """Run a query and read its first rows; a graph gives subject, predicate and object.

    Raises `Failed` as `Engine.answer` does.
    """
    # The head is a line too, and one more row says that there are more. All of it is read: a query that is
    # left before its end costs a process.
    query = replace(query, results=_TSV, graphs=_N_TRIPLES, first_rows=limit + 2)
    with engine.answer(query, caller) as answer:
        lines = list(_lines(answer))
    read = _statements if answer.content_type == _N_TRIPLES.content_type else _solutions
    with LAYING_OUT:
        return read(lines, limit)


def _statements(lines: list[bytes], limit: int) -> Table:
    triples = (quad.triple for quad in ox.parse(b"".join(lines[:limit]), format=RdfFormat.N_TRIPLES))
    rows = tuple(tuple(_cell(term) for term in triple) for triple in triples)
    return Table(("subject", "predicate", "object"), rows, len(lines) > limit, is_graph=True)


def _solutions(lines: list[bytes], limit: int) -> Table:
    """Read the lines; the head is one too."""
    found = ox.parse_query_results(b"".join(lines[: limit + 1]), format=QueryResultsFormat.TSV)
    if isinstance(found, ox.QueryBoolean):
        return Table(("answer",), ((Cell("yes" if found else "no"),),))
    names = tuple(variable.value for variable in found.variables)
    limit = min(limit, max(1, _CELLS // max(1, len(names))))
    rows = tuple(tuple(_cell(term) for term in solution) for solution in islice(found, limit))
    return Table(names, rows, len(lines) > limit + 1)


def _lines(answer: Answer) -> Iterator[bytes]:
    """Cut pieces into lines; line breaks inside literals are escaped in both formats."""
    rest = b""
    size = 0
    for piece in answer:
        size += len(piece)
        if size > _LARGEST:
            raise Failed(Failure(422, "the first rows are too long for a page; ask for them at /sparql"))
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


def _cell(term: object) -> Cell | None:
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return Cell(shorten(term.value), iri=term.value)
    if isinstance(term, Literal):
        datatype = term.datatype.value
        note = term.language or (shorten(datatype) if datatype != _STRING else None)
        return Cell(term.value, note=note)
    return Cell(str(term))


def shorten(iri: str, *, prefixes: Mapping[str, str] = ontology.PREFIXES) -> str:
    """Write an IRI with its prefix where it has one of ours, as it is where not.

    >>> shorten("https://w3id.org/polemos/ontology#Attack")
    'plm:Attack'
    >>> shorten("https://example.org/attack")
    'https://example.org/attack'
    """
    fits = ((name, iri.removeprefix(start)) for name, start in prefixes.items() if iri.startswith(start))
    return next((f"{name}:{local}" for name, local in fits if re.fullmatch(r"\w[\w-]*", local)), iri)


def with_prefixes(text: str, *, prefixes: Mapping[str, str] = ontology.PREFIXES) -> str:
    """Put PREFIX lines before a query for those of our prefixes that it uses and does not declare.

    >>> print(with_prefixes("ASK { ?a a plm:Attack }"))
    PREFIX plm: <https://w3id.org/polemos/ontology#>
    ASK { ?a a plm:Attack }
    """
    declared = set(re.findall(r"prefix\s+(\w+):", text, re.IGNORECASE))
    used = set(re.findall(r"(?<!\w)(\w+):", text))
    missing = [name for name in prefixes if name in used - declared]
    return "".join(f"PREFIX {name}: <{prefixes[name]}>\n" for name in missing) + text
