"""What several components ask of a document is found once and kept with it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, TypeVarTuple

from spacy.tokens import Doc

KEPT: Final = "polemos_kept"  # the key in `doc.user_data`
Asked = TypeVarTuple("Asked")
Found = TypeVar("Found")


def once(find: Callable[[Doc, *Asked], Found]) -> Callable[[Doc, *Asked], Found]:
    """Have a function of a document, and of what else it is asked, keep what it finds with the document.

    It must look only at what no later component changes; whoever changes more has it forgotten.
    """

    @wraps(find)
    def known(doc: Doc, *asked: *Asked) -> Found:
        kept: dict[Any, Any] = doc.user_data.setdefault(KEPT, {})
        key = (find, *asked)
        if key not in kept:
            kept[key] = find(doc, *asked)
        found: Found = kept[key]
        return found

    return known


def forget(doc: Doc) -> None:
    """Have everything found anew, since the document was changed."""
    doc.user_data.pop(KEPT, None)


@once
def text_of(doc: Doc) -> str:
    """The text of a document, which spaCy joins from its tokens at each access."""
    return doc.text


@once
def offsets(doc: Doc) -> tuple[list[int], list[int]]:
    """Where each token of a document begins and where it ends, in characters."""
    starts: list[int] = doc.to_array("IDX").tolist()
    lengths: list[int] = doc.to_array("LENGTH").tolist()
    return starts, [start + length for start, length in zip(starts, lengths, strict=True)]


@once
def tokens_by(doc: Doc, attribute: str) -> dict[int, list[int]]:
    """The tokens of a document by the value that each has of one of spaCy's attributes."""
    found: dict[int, list[int]] = {}
    for i, value in enumerate(doc.to_array(attribute).tolist()):
        found.setdefault(value, []).append(i)
    return found
