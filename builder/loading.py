"""Files of RDF that others send, checked before anything is changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

from builder.errors import QueryError


def check(
    graph: NamedNode | DefaultGraph, file: Path, format_: RdfFormat, *, base: str, is_replacing: bool
) -> None:
    """Raise `QueryError` for what loading a file into a graph would not notice, or notice too late.

    That is half of a file of RDF/XML, graphs of its own, and, where the file is to take the place of what
    is there, any error at all.
    """
    with readable():
        if format_ == RdfFormat.RDF_XML:
            with file.open("rb") as stream:
                check_xml(stream)
        if format_.supports_datasets or format_ == RdfFormat.N3 or is_replacing:
            _check_graphs(graph, file, format_, base)


def _check_graphs(graph: NamedNode | DefaultGraph, file: Path, format_: RdfFormat, base: str) -> None:
    for quad in parse(path=str(file), format=format_, base_iri=base):
        if quad.graph_name != DefaultGraph():
            raise ValueError(f"{quad.graph_name} is a graph of its own; all must be for {graph}")


def check_xml(stream: IO[bytes]) -> None:
    """Raise `SyntaxError` for XML that is not well-formed, such as half of a file.

    Oxigraph reads RDF/XML up to its end, wherever that is, and misses nothing.
    """
    try:
        expat.ParserCreate().ParseFile(stream)
    except expat.ExpatError as error:
        raise SyntaxError(str(error)) from error


@contextmanager
def readable() -> Iterator[None]:
    """Turn what the readers of RDF raise into a `QueryError`."""
    try:
        yield
    except SyntaxError as error:  # as text it would name the file, which is ours and not the client's
        raise QueryError(f"the RDF cannot be read: {error.msg}") from error
    except ValueError as error:
        raise QueryError(f"the RDF cannot be read: {error}") from error
