"""Plain text and Markdown, with or without front matter; the text stays as it is: offsets point into it."""

import re
from pathlib import Path

import yaml

from builder.errors import InputError
from builder.model import Article
from builder.readers.composing import compose
from builder.readers.decoding import Limits
from builder.readers.metadata import Metadata, parse_metadata

# Two lines of three hyphens, the first at the very start. The text begins right after the second: blank lines
# that were eaten there would move every offset.
OPENING = re.compile(r"---[ \t]*\r?\n")
CLOSING = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)

HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*\r?$", re.MULTILINE)

# A headline of a news agency stays well under 100 characters; the first sentence of a report seldom does.
LONGEST_TITLE = 150


def read_plain(
    content: str, *layers: Metadata, limits: Limits, origin: Path | None, markdown: bool = False
) -> Article:
    """Return the article of a plain text: the part after the front matter, exactly as it stands.

    `layers` go before the front matter, and that before a title found in the text. Raises InputError.
    """
    written, text = split_front_matter(content, origin)
    title = heading(text) if markdown else title_line(text)
    return compose(text, *layers, written, Metadata(title=title), limits=limits, origin=origin)


def split_front_matter(content: str, origin: Path | None) -> tuple[Metadata, str]:
    r"""Return the metadata in the front matter, if there is any, and the text after it.

    Raises InputError if the front matter is not closed or is no YAML mapping.

    >>> split_front_matter("---\ntitle: Shelling\n---\nIt began at dawn.", None)[1]
    'It began at dawn.'
    """
    opening = OPENING.match(content)
    if opening is None:
        return Metadata(), content
    closing = CLOSING.search(content, opening.end())
    if closing is None:
        raise InputError("front matter is not closed", origin, line=1, remedy="put --- on a line after it")
    values = _load_yaml(content[opening.end() : closing.start()], origin)
    return parse_metadata(values, origin), content[closing.end() :]


def heading(text: str) -> str | None:
    r"""Return the first heading of the first level of a Markdown text.

    >>> heading("News\n\n# Shelling in the north #\n")
    'Shelling in the north'
    """
    found = HEADING.search(text)
    return found[1] if found else None


def title_line(text: str) -> str | None:
    r"""Return the first line if it looks like a title: short, no full stop, a blank line and a text after it.

    >>> title_line("Shelling in the north\n\nIt began at dawn.")
    'Shelling in the north'
    """
    first, _, rest = text.lstrip().partition("\n")
    blank, _, body = rest.partition("\n")
    title = first.strip()
    is_title = len(title) <= LONGEST_TITLE and not title.rstrip("\"'”’)").endswith(".")
    return title if is_title and not blank.strip() and body.strip() else None


def _load_yaml(block: str, origin: Path | None) -> object:
    # Every scalar stays the text that it is: plain YAML makes `language: no` false and `id: 010` eight.
    try:
        return yaml.load(block, Loader=yaml.BaseLoader) or {}
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it holds what YAML does not allow"
        # The block starts on line 2, and YAML counts from 0.
        raise InputError(
            f"front matter is not valid YAML ({problem})",
            origin,
            line=mark.line + 2 if mark else 1,
            remedy="correct it; a value with a colon needs quotes",
        ) from error
