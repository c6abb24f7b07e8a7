"""From the bytes of an RSS or Atom feed to its entries, by feedparser."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import feedparser

from builder.errors import FetchError
from builder.fetching.addresses import address
from builder.fetching.client import Answer


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed tells of a page: dates in ISO 8601, with the offset that the feed writes them with."""

    url: str
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """The entries of a feed, what is wrong with the others, in words, and whether all could be read."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    is_whole: bool


def is_feed_type(media_type: str) -> bool:
    """Say whether a media type may be that of a feed: many servers send them as something else.

    >>> is_feed_type("application/rss+xml"), is_feed_type("image/png")
    (True, False)
    """
    return not media_type or "xml" in media_type or media_type.startswith("text/")


def read_feed(answer: Answer) -> Feed:
    """Read the entries of a feed, as many as can be. Raises `FetchError` if it is no feed."""
    # A stream, since feedparser would take a text for an address and fetch it.
    headers = {"content-type": answer.headers.get("content-type", ""), "content-location": answer.url}
    parsed = feedparser.parse(BytesIO(answer.body), response_headers=headers)
    found = list(_entries(parsed.entries, answer.url))
    entries = {each.url: each for each in reversed(found) if isinstance(each, Entry)}
    flaw = _flaw(parsed)
    if flaw and not entries:
        raise FetchError(answer.url, f"is no well-formed feed ({flaw})")
    if not parsed.get("version"):
        reason = "is no RSS or Atom feed"
        raise FetchError(answer.url, reason, remedy="pages are named in a file, by --pages")
    flaws = [f"is not well-formed ({flaw}); {len(entries)} entries of it were read"] if flaw else []
    problems = (*flaws, *(each for each in found if isinstance(each, str)))
    return Feed(tuple(reversed(entries.values())), problems, is_whole=not flaw)


def _flaw(parsed: Mapping[str, Any]) -> str:
    """Say why a feed is not well-formed XML; that it is sent as something else is no flaw of it."""
    error = parsed.get("bozo_exception")
    harmless = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
    return "" if error is None or isinstance(error, harmless) else " ".join(str(error).split())


def _entries(found: list[Any], base: str) -> Iterator[Entry | str]:
    for each in found:
        title = _words(each, "title")
        link = _words(each, "link")
        if link is None:
            yield f"has an entry without an address ({title or 'and without a title'})"
            continue
        try:
            url = address(link, base=base)
        except FetchError as error:
            yield f"has an entry whose address is none: {error}"
            continue
        identifier = _words(each, "id")
        yield Entry(
            url,
            title,
            _moment(each, "published") or _moment(each, "updated"),
            _moment(each, "updated"),
            identifier if identifier != link else None,
        )


def _words(entry: Mapping[str, Any], key: str) -> str | None:
    # Asked for with `in`, since feedparser gives one date for another that is not there, with a warning.
    value = str(entry[key] or "") if key in entry else ""
    return " ".join(value.split()) or None


def _moment(entry: Mapping[str, Any], key: str) -> str | None:
    """Give a date as the feed writes it, offset and all; feedparser reads more forms, but gives UTC."""
    words = _words(entry, key)
    if words is None:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError):
            return parse(words).isoformat()
    with suppress(ValueError):  # a leap second
        parsed = entry.get(f"{key}_parsed")
        return datetime(*parsed[:6]).replace(tzinfo=UTC).isoformat() if parsed else None
    return None
