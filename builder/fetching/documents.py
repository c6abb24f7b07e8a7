"""Pages as documents that a build reads: the page as it came, and beside it what is known of it."""

import hashlib
import json
import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from builder.atomic import replacing
from builder.fetching.client import Answer
from builder.fetching.feeds import Entry

# What readers read, and the ending by which they know it.
ENDINGS: Final = {
    "": ".html",  # a server that says nothing most often means a page
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
}
# Characters of a name: enough to know an article again, well under the 255 bytes that file systems take.
LONGEST_NAME: Final = 80
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def is_document_type(media_type: str) -> bool:
    """Say whether a page of that media type can be read."""
    return media_type in ENDINGS


def write(folder: Path, entry: Entry, answer: Answer) -> tuple[str, bool]:
    """Write a page and its metadata; give the name of its file in the folder, and whether anything changed.

    A file that would stay as it is is not written, so that a build need not read it.
    """
    name = f"{_stem(entry.url)}{ENDINGS[answer.media_type]}"
    page = folder / name
    page.parent.mkdir(parents=True, exist_ok=True)
    # The page first: metadata alone would be taken for a document without a text.
    has_changed = _replace(page, _as_read(answer))
    has_changed |= _replace(page.with_suffix(".json"), _told(entry, answer.url))
    return name, has_changed


def _stem(url: str) -> str:
    """Name a page by its host, words of its address, and a hash, since other addresses have the same words.

    >>> _stem("https://news.example.org/2024/Bombs-in-Baghdad.html?id=1")
    'news.example.org/bombs-in-baghdad-8074a4b1a7ff'
    """
    parts = urlsplit(url)
    host = _plain(parts.hostname or "") or "unnamed"  # of signs alone, it would name the folder above
    words = Path(unquote(parts.path)).stem
    # 12 hex digits: among a million pages there is one chance in 500 that any two have the same.
    digest = hashlib.sha256(url.encode()).hexdigest()[:12]
    return f"{host}/{'-'.join(filter(None, (_plain(words), digest)))}"


def _plain(words: str) -> str:
    return re.sub("[^a-z0-9.]+", "-", words.lower())[:LONGEST_NAME].strip("-.")


def _as_read(answer: Answer) -> bytes:
    """Give a page in UTF-8 if its server, and perhaps nobody else, says what it is in."""
    charset = _CHARSET.search(answer.headers.get("content-type", ""))
    try:
        answer.body.decode("utf-8")
    except UnicodeDecodeError:
        if charset is not None:
            return _decoded(answer.body, charset[1]).encode()
    return answer.body


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, errors="replace")
    except LookupError:  # an encoding that does not exist
        return body.decode("utf-8", errors="replace")


def _told(entry: Entry, source: str) -> bytes:
    told = {
        "source": source,
        "title": entry.title,
        "published": entry.published,
        "id": entry.identifier,
    }
    known = {key: value for key, value in told.items() if value}
    return json.dumps(known, indent=2).encode()


def _replace(path: Path, content: bytes) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    with replacing(path) as stream:
        stream.write(content)
    return True
