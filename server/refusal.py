"""What a query may not do here: a SERVICE clause would make the server send requests of its own.

Oxigraph has no switch for it, and what is a SERVICE clause only its parser knows for sure: comments,
strings, IRIs and names may hold the word, and `SERVICE:a{}` is a clause although it looks like a name.
So the parser is the judge. A query with another word in place of each "service" means the same to it
unless one was the keyword, and then it is malformed. Queries without the word cost nothing.
"""

import re
from typing import Final

from pyoxigraph import Store

_WORD: Final = re.compile("service", re.IGNORECASE)
_CLAUSE: Final = re.compile(r"service\s*(silent)?", re.IGNORECASE)
# As long as the word, so that an error is where the parser says; letters only, so that it stands in names,
# IRIs and language tags; and nothing that anybody calls a variable.
_NONSENSE: Final = "svcqxzj"


def refusal(text: str, *, base: str | None = None) -> str | None:
    """Say why a query is refused, or None if it may run.

    Raises `SyntaxError` if it holds the word and is malformed in any case.

    >>> refusal("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }")
    'SERVICE is refused: this endpoint sends no requests to others'
    >>> refusal("ASK { ?s ?p 'SERVICE <http://example.org/> {}' } # SERVICE")
    """
    if not _WORD.search(text) or _parses(_WORD.sub(_NONSENSE, text), base):
        return None
    # With GRAPH in place of SERVICE, well-formed text stays so: what is malformed still is a syntax error.
    _parse(_CLAUSE.sub(lambda clause: "GRAPH".ljust(len(clause[0])), text), base)
    return "SERVICE is refused: this endpoint sends no requests to others"


def _parses(text: str, base: str | None) -> bool:
    try:
        _parse(text, base)
    except SyntaxError:
        return False
    return True


def _parse(text: str, base: str | None) -> None:
    """Parse a query over an empty store, which holds nothing that it could find."""
    try:
        Store().query(text, base_iri=base)
    except (RuntimeError, ValueError):
        return  # it parsed: such as a call of a function that there is not
