"""The one place where a text and its metadata become an Article."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from builder.errors import InputError
from builder.model import Article
from builder.readers.decoding import Limits
from builder.readers.metadata import Metadata, first_known

# Half of a surrogate pair and U+0000: escapes of JSON and YAML make them, UTF-8 and XML cannot hold them.
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def compose(
    text: str, *layers: Metadata, limits: Limits, origin: Path | None, line: int | None = None
) -> Article:
    """Return the article of a text, its metadata taken from the first layer that knows each field.

    Raises InputError if the text is empty, too long, or cannot be written as UTF-8.
    """
    if not text.strip():
        raise InputError("has no text", origin, line=line, remedy="leave it out, or give it a text")
    if len(text) > limits.max_characters:
        raise InputError(
            f"has a text of {len(text):,} characters, more than {limits.max_characters:,}",
            origin,
            line=line,
            remedy="split it, one article a line of a .jsonl file",
        )
    known = first_known(*layers)
    _check_characters(text, known, origin, line)
    return Article(
        text=text,
        title=known.title,
        published=known.published,
        publisher=known.publisher,
        source=known.source,
        language=known.language or "en",
        identifier=known.identifier,
        origin=origin,
        line=line,
    )


def attempt(read: Callable[[], Article]) -> Article | InputError:
    """Return what `read` returns, or the InputError that it raises.

    The error lets go of where it was raised, and so of the document's bytes.
    """
    try:
        return read()
    except InputError as error:
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)


def content_hash(article: Article) -> str:
    """Return the identity of a report: the SHA-256, in hex, of what it says and of what is known about it.

    Hashed is the canonical JSON (keys sorted, no spaces, ASCII only) of every field of the article that is
    not None, less `origin` and `line`; dates in ISO 8601. So a report keeps its identity when its file is
    moved or its format changed, and when the model learns a new field; any change of text or metadata makes
    another report.

    >>> content_hash(Article("Rockets hit the base."))[:16]
    'b7d8b7f8d1952f78'
    """
    values = {field.name: getattr(article, field.name) for field in fields(Article) if field.compare}
    known = {
        name: value if isinstance(value, str) else value.isoformat()
        for name, value in values.items()
        if value is not None
    }
    canonical = json.dumps(known, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _check_characters(text: str, known: Metadata, origin: Path | None, line: int | None) -> None:
    for words in (text, known.title, known.publisher, known.source, known.identifier):
        if words and UNWRITABLE.search(words):
            raise InputError(
                "has a character that no text can hold (U+0000 or half of a surrogate pair)",
                origin,
                line=line,
                remedy="take the escape for it out",
            )
