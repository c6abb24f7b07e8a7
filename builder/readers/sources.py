"""Which files the user's paths mean: folders and patterns spread out, each file once, in a stable order."""

import glob
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from builder.errors import InputError
from builder.readers.decoding import Limits, unreadable
from builder.readers.records import PACKED, text_file_of

PLAIN = frozenset({".txt", ".text"})
MARKDOWN = frozenset({".md", ".markdown"})
WEBPAGE = frozenset({".html", ".htm", ".xhtml"})
LINES = frozenset({".jsonl", ".ndjson"})
TABLE = frozenset({".parquet"})
ARCHIVE = frozenset({".warc", ".warc.gz"})
RECORD = frozenset({".json"})
# A .json of the same name beside one of these is its metadata, not a document.
WITH_SIDECAR = PLAIN | MARKDOWN | WEBPAGE
ONE_DOCUMENT = WITH_SIDECAR | RECORD
MANY_LINES = LINES | {f"{lines}{packed}" for lines in LINES for packed in PACKED}
KNOWN = ONE_DOCUMENT | MANY_LINES | TABLE | ARCHIVE

STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, with the file of its metadata; `path` is None for standard input."""

    path: Path | None
    sidecar: Path | None = None

    @property
    def is_one_document(self) -> bool:
        """Whether the file is one document, and not one a line, a row or a record."""
        return self.path is not None and ending(self.path) in ONE_DOCUMENT

    def stamp(self) -> str:
        """Say when the files were changed last, and their sizes: they differ after any ordinary change.

        "" if one cannot be looked at; who reads it will say why.
        """
        with suppress(OSError):
            found = [file.stat() for file in (self.path, self.sidecar) if file is not None]
            return " ".join(f"{each.st_mtime_ns}:{each.st_size}" for each in found)
        return ""


def ending(path: Path) -> str:
    """Give the end of a file's name that tells its format, with how it is compressed.

    >>> ending(Path("News.JSONL.gz")), ending(Path("v1.2.txt"))
    ('.jsonl.gz', '.txt')
    """
    last = path.suffix.lower()
    return Path(path.stem).suffix.lower() + last if last in PACKED else last


def find_sources(paths: Iterable[Path | str], *, limits: Limits) -> list[Source | InputError]:
    """Return each file that the paths stand for, once, and an error for each path that stands for none.

    "-" is standard input. A folder stands for the files in it and below it whose format is known, less
    the hidden ones, sorted by path. A path with *, ? or [ that is no file's name stands for the files that
    match it. A .json that is the metadata of a text stands for that text.
    """
    found = [_pair(item, limits) for path in paths for item in _expand(Path(path))]
    sources = [item for item in found if isinstance(item, Source)]
    sidecars = {source.path: source.sidecar for source in reversed(sources) if source.sidecar}
    return list(
        dict.fromkeys(
            Source(item.path, sidecars.get(item.path)) if isinstance(item, Source) else item for item in found
        )
    )


def _pair(item: Path | InputError | None, limits: Limits) -> Source | InputError:
    if item is None or isinstance(item, InputError):
        return Source(None) if item is None else item
    if item.suffix.lower() in RECORD:
        return _pair_record(item, limits)
    sidecar = item.with_suffix(".json")
    return Source(item, sidecar if item.suffix.lower() in WITH_SIDECAR and sidecar.is_file() else None)


def _pair_record(record: Path, limits: Limits) -> Source | InputError:
    texts = (record.with_suffix(suffix) for suffix in sorted(WITH_SIDECAR))
    text = next((text for text in texts if text.is_file()), None) or text_file_of(record, limits=limits)
    if text is None or isinstance(text, InputError):
        return Source(record) if text is None else text
    if text.suffix.lower() in WITH_SIDECAR:
        return Source(text, record)
    remedy = f"name a file that ends in {', '.join(sorted(WITH_SIDECAR))}"
    return InputError(f'"text_file: {text.name}" is no text', record, remedy=remedy)


def _expand(path: Path) -> Iterator[Path | InputError | None]:
    try:
        if path == STANDARD_INPUT:
            yield None
        elif path.is_dir():
            yield from _or_error(_walk(path, ()), InputError("holds no document", path, remedy=_formats()))
        elif path.exists() or not glob.has_magic(str(path)):
            yield _named(path)
        else:
            yield from _or_error(_matches(path), InputError("matches no document", path, remedy=_formats()))
    except OSError as error:
        yield unreadable(path, error)


def _walk(folder: Path, above: tuple[Path, ...]) -> Iterator[Path | InputError]:
    # Links to folders are followed, unless they lead back to a folder that we are in.
    here = folder.resolve()
    if here in above:
        yield InputError("leads back to a folder that holds it", folder, remedy="remove the link")
        return
    try:
        entries = [(entry, entry.is_dir()) for entry in sorted(folder.iterdir())]
    except OSError as error:
        yield unreadable(folder, error)
        return
    for entry, is_folder in entries:
        if entry.name.startswith("."):
            continue
        if is_folder:
            yield from _walk(entry, (*above, here))
        elif ending(entry) in KNOWN:
            yield _named(entry)


def _matches(pattern: Path) -> Iterator[Path | InputError]:
    # pathlib's own matching follows no links below a **, and so ends; but it does match hidden files.
    try:
        found = sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))
    except ValueError as error:
        yield InputError(f"is no pattern ({error})".lower(), pattern, remedy="write ** between slashes")
        return
    for path in found:
        if any(part.startswith(".") and part not in pattern.parts for part in path.parts):
            continue
        if path.is_dir():
            yield from _walk(path, ())
        elif ending(path) in KNOWN:
            yield _named(path)


def _or_error(found: Iterator[Path | InputError], error: InputError) -> Iterator[Path | InputError]:
    yield next(found, error)
    yield from found


def _named(path: Path) -> Path | InputError:
    if not path.exists():
        if path.is_symlink():
            return InputError("is a link that leads nowhere", path, remedy="remove or correct it")
        return InputError("is not there", path, remedy="check the path")
    if not path.is_file():
        return InputError("is not a regular file", path, remedy="pipe it in and name - instead")
    if (end := ending(path)) not in KNOWN:
        reason = f'ends in "{end}", no known format' if end else "has no known ending"
        return InputError(reason, path, remedy=f"{_formats()}; or pipe it in and name - instead")
    return path


def _formats() -> str:
    return f"documents end in {', '.join(sorted(KNOWN))}"
