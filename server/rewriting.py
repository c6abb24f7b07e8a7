"""Writes into the text of an update what Oxigraph does not do by itself.

The protocol's `using-graph-uri` and `using-named-graph-uri` say what the WHERE of an update reads. Oxigraph
takes no such parameters for updates, so they become USING clauses before each WHERE. A LOAD SILENT that is
refused here does nothing, as the standard has it for one that fails. What is refused of a text is to be
judged afterwards, as it will run.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from pyoxigraph import NamedNode

from server.tokens import SKIPPED, Kind, Token, tokens

# The words that stand outside of all braces. Oxigraph also reads words without a blank between, and a
# DELETEWHERE would be overlooked here: so other words are refused.
_WORDS: Final = frozenset(
    (
        *("add", "clear", "copy", "create", "data", "delete", "drop", "insert", "load", "move", "where"),
        *("all", "default", "graph", "into", "named", "silent", "to"),
        *("base", "prefix", "version"),
    )
)
_DATASET: Final = frozenset({"using", "with"})
_DEPTH: Final = {"{": 1, "}": -1}


def with_using(text: str, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> str:
    """Have every operation with a WHERE read these graphs; without graphs the text stays as it is.

    Raises `ValueError` if the update names graphs to read itself, if a word stands where no update has it,
    or if a graph is no absolute IRI.

    >>> with_using("DELETE { ?s ?p 1 } WHERE { ?s ?p 2 }", ["http://example.org/g"], [])
    'DELETE { ?s ?p 1 } USING <http://example.org/g> WHERE { ?s ?p 2 }'
    >>> with_using("DELETE WHERE { ?s ?p 1 }", [], ["http://example.org/g"])
    'DELETE { ?s ?p 1 } USING NAMED <http://example.org/g> WHERE { ?s ?p 1 }'
    """
    using = [f"USING {_iri(graph)} " for graph in default_graphs]
    using += [f"USING NAMED {_iri(graph)} " for graph in named_graphs]
    return _with_clauses(text, "".join(using)) if using else text


def _iri(graph: str) -> str:
    """Write an IRI, so that nothing but an IRI is written."""
    try:
        written = str(NamedNode(graph))
    except ValueError as error:
        raise ValueError(f"{graph!r} is no absolute IRI of a graph: {error}") from error
    if [token.kind for token in tokens(written)] != [Kind.IRI]:
        raise ValueError(f"{graph!r} is no absolute IRI of a graph")
    return written


def _with_clauses(text: str, using: str) -> str:
    outside = list(_outside(text))
    _check(outside)
    pieces = []
    position = 0
    for number, (before, where) in enumerate(pairwise(outside)):
        if _word(where) != "where":
            continue
        pattern = outside[number + 2 : number + 4]  # its braces
        short = _word(before) == "delete" and [token.text for token in pattern] == ["{", "}"]
        template = f"{text[pattern[0].start : pattern[1].end]} " if short else ""
        pieces += [text[position : where.start], template, using]
        position = where.start
    return "".join([*pieces, text[position:]])


def _outside(text: str) -> Iterator[Token]:
    """Give the tokens outside of all braces, and the outermost braces themselves."""
    depth = 0
    for token in tokens(text):
        change = _DEPTH.get(token.text, 0)
        if 0 in (depth, depth + change) and token.kind not in SKIPPED:
            yield token
        depth += change


def _word(token: Token) -> str:
    return token.text.lower() if token.kind is Kind.WORD else ""


def _check(outside: Sequence[Token]) -> None:
    for token in outside:
        word = _word(token)
        if word in _DATASET:
            raise ValueError(
                f"an update with {word.upper()} names its graphs itself: leave it out,"
                " or using-graph-uri and using-named-graph-uri"
            )
        if word and word not in _WORDS:
            raise ValueError(f"{token.text!r} is no word that an update has outside of braces")


def without_silent_loads(text: str, is_refused: Callable[[str], bool]) -> str:
    """Have each LOAD SILENT do nothing whose target, as it is written, is refused.

    >>> without_silent_loads("LOAD SILENT <http://example.org/> INTO GRAPH <urn:g>; CLEAR ALL", bool)
    'INSERT DATA {}; CLEAR ALL'
    """
    outside = list(_outside(text))
    pieces = []
    position = 0
    for number, load in enumerate(outside):
        words = [_word(token) for token in outside[number : number + 5]]
        if words[:2] != ["load", "silent"] or len(words) < 3 or not is_refused(outside[number + 2].text):
            continue
        # What follows the target: INTO GRAPH and its name, or another operation.
        last = outside[number + 5 if words[3:] == ["into", "graph"] else number + 2]
        pieces += [text[position : load.start], "INSERT DATA {}"]
        position = last.end
    return "".join([*pieces, text[position:]])
