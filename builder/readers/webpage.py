"""HTML: the article in a page, without its menus, its adverts and its comments."""

from pathlib import Path

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import compose
from builder.readers.decoding import Limits, binary
from builder.readers.metadata import Metadata, is_language_tag, parse_published

# htmldate's own defaults look for the last change, and for anything like a date anywhere in the page: a date of the
# events told there. Times are resolved against this date, so that none is better than a wrong one.
DATES = {"original_date": True, "extensive_search": False}


def read_webpage(data: bytes, *layers: Metadata, limits: Limits, origin: Path | None) -> Article:
    """Return the article of an HTML page, as trafilatura finds it; `layers` go before the page's own metadata.

    The text's offsets are those of the extracted text, paragraphs on a line each. Raises InputError if there is none.
    """
    import trafilatura  # noqa: PLC0415 - takes as long to import as all else here, and few builds read HTML

    if b"\0" in data:
        raise binary(origin)
    tree = trafilatura.load_html(data)
    page = (
        None
        if tree is None
        else trafilatura.bare_extraction(
            tree, include_comments=False, with_metadata=True, date_extraction_params=DATES
        )
    )
    if tree is None or page is None or isinstance(page, dict) or not page.text:
        raise InputError(
            "is HTML without an article's text", origin, remedy="save the text alone as a .txt file"
        )
    language = (tree.get("lang") or "").replace("_", "-")
    found = Metadata(
        title=page.title or None,
        published=parse_published(page.date) if page.date else None,
        publisher=page.sitename or None,
        source=page.url or None,
        language=language if is_language_tag(language) else None,
    )
    return compose(page.text, *layers, found, limits=limits, origin=origin)
