"""HTML: the article in a page, without its menus, its adverts and its comments."""

import logging
import re
from pathlib import Path

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import compose
from builder.readers.decoding import Limits, check_is_text
from builder.readers.metadata import Metadata, is_language_tag, parse_published

# By default htmldate also takes for the date of a page anything like a date anywhere in it: a date of the
# events told there. Times are resolved against this date, so that none is better than a wrong one.
DATES = {"original_date": True, "extensive_search": False}

# From a page without an article trafilatura still takes what words there are, such as those of a menu.
SENTENCE_END = re.compile("[.!?…。؟।]")

# What these say of a bad page is said by our error; without a handler, Python would print it as well.
for chatty in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(chatty).addHandler(logging.NullHandler())


def read_webpage(
    data: bytes,
    *layers: Metadata,
    limits: Limits,
    origin: Path | None,
    line: int | None = None,
    fallback: Metadata | None = None,
) -> Article:
    """Return the article of an HTML page, as trafilatura finds it.

    `layers` go before the page's own metadata, `fallback` after it; `line` is the number of the page in an
    archive. Offsets are those of the extracted text, a paragraph a line.
    Raises InputError if there is none.
    """
    check_is_text(data, origin, line=line)
    text, found = _extract(data)
    if not SENTENCE_END.search(text):
        reason = "is HTML without the text of an article"
        raise InputError(reason, origin, line=line, remedy="save its text as a .txt file")
    return compose(text, *layers, found, fallback or Metadata(), limits=limits, origin=origin, line=line)


def _extract(data: bytes) -> tuple[str, Metadata]:
    import trafilatura  # noqa: PLC0415 - the slowest import here, and few builds read HTML

    tree = trafilatura.load_html(data)
    if tree is None:
        return "", Metadata()
    language = (tree.get("lang") or "").replace("_", "-")
    page = trafilatura.bare_extraction(
        tree, include_comments=False, with_metadata=True, date_extraction_params=DATES
    )
    if page is None or isinstance(page, dict):  # a dict only comes with as_dict=True
        return "", Metadata()
    return page.text or "", Metadata(
        title=page.title or None,
        published=parse_published(page.date) if page.date else None,
        publisher=page.sitename or None,
        source=page.url or None,
        language=language if is_language_tag(language) else None,
    )
