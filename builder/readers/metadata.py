"""What is known of a document besides its text, and how it is read from a mapping of words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from builder.errors import InputError

# The names that an author writes, and the field that each fills. Other names are left alone.
KEYS = {
    "title": "title",
    "published": "published",
    "publisher": "publisher",
    "source": "source",
    "language": "language",
    "id": "identifier",
}

# A well-formed language tag: `langtag` of RFC 5646, section 2.1, less the grandfathered ones.
LANGUAGE_TAG = re.compile(
    r"""(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})  # language
        (?:-[a-z]{4})?                                        # script
        (?:-(?:[a-z]{2}|[0-9]{3}))?                           # region
        (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*              # variants
        (?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*                   # extensions
        (?:-x(?:-[a-z0-9]{1,8})+)?                            # private use""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The metadata of one document; None where it is not known."""

    title: str | None = None
    published: date | datetime | None = None
    publisher: str | None = None
    source: str | None = None
    language: str | None = None
    identifier: str | None = None


def first_known(*layers: Metadata) -> Metadata:
    """Return the metadata whose every field is that of the first layer that knows it.

    >>> first_known(Metadata(title="A"), Metadata(title="B", language="fr"))
    Metadata(title='A', published=None, publisher=None, source=None, language='fr', identifier=None)
    """
    return Metadata(
        **{
            field.name: next((known for layer in layers if (known := getattr(layer, field.name))), None)
            for field in fields(Metadata)
        }
    )


def parse_metadata(values: object, origin: Path | None = None, *, line: int | None = None) -> Metadata:
    """Return the metadata in a mapping with the keys of `KEYS`; others are ignored.

    Empty values count as absent. Raises InputError, which names `origin` and `line`, if `values` is no
    mapping or a value cannot be understood.

    >>> parse_metadata({"published": "2020-01-04", "mood": "grim"}).published
    datetime.date(2020, 1, 4)
    """
    if not isinstance(values, Mapping):
        raise InputError(
            f"its metadata is {kind(values)}, not keys with values",
            origin,
            line=line,
            remedy=f"write one of {', '.join(KEYS)} before each value",
        )
    words = {
        field: _words(key, values[key], origin, line)
        for key, field in KEYS.items()
        if values.get(key) not in (None, "")
    }
    return Metadata(
        title=words.get("title"),
        published=_published(words.get("published"), origin, line),
        publisher=words.get("publisher"),
        source=words.get("source"),
        language=_language(words.get("language"), origin, line),
        identifier=words.get("identifier"),
    )


def parse_published(value: str) -> date | datetime:
    """Return the date or, where a time of day is given, the datetime that an ISO 8601 text stands for.

    Raises ValueError for any other text.

    >>> parse_published("2020-01-04T22:15:00+03:00").isoformat()
    '2020-01-04T22:15:00+03:00'
    """
    return datetime.fromisoformat(value) if ":" in value or "T" in value else date.fromisoformat(value)


def is_language_tag(value: str) -> bool:
    """Say whether a text is a well-formed language tag (RFC 5646).

    >>> is_language_tag("en-GB"), is_language_tag("en_GB")
    (True, False)
    """
    return LANGUAGE_TAG.fullmatch(value) is not None


def kind(value: object) -> str:
    """Return the words for what a value of a JSON or YAML document is.

    >>> kind([1, 2])
    'a list'
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _words(key: str, value: object, origin: Path | None, line: int | None) -> str:
    # A number is taken as it is written: an id is often 4711, a title 1984.
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value).strip()
    raise InputError(f'"{key}" is {kind(value)}', origin, line=line, remedy="give one text")


def _published(value: str | None, origin: Path | None, line: int | None) -> date | datetime | None:
    if not value:
        return None
    try:
        return parse_published(value)
    except ValueError as error:
        raise InputError(
            f'"published: {value}" is no date',
            origin,
            line=line,
            remedy="write YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss with or without an offset such as +03:00",
        ) from error


def _language(value: str | None, origin: Path | None, line: int | None) -> str | None:
    if not value or is_language_tag(value):
        return value
    raise InputError(
        f'"language: {value}" is no language tag', origin, line=line, remedy="write one such as en or en-GB"
    )
