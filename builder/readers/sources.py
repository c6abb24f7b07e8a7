"""Which files a user's paths stand for: folders and patterns spread out, each file once, in a stable order."""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.errors import InputError
from builder.readers.decoding import unreadable

PLAIN = frozenset({".txt", ".text"})
MARKDOWN = frozenset({".md", ".markdown"})
WEBPAGE = frozenset({".html", ".htm", ".xhtml"})
LINES = frozenset({".jsonl", ".ndjson"})
RECORD = frozenset({".json"})
KNOWN = PLAIN | MARKDOWN | WEBPAGE | LINES | RECORD
# A .json of the same name beside one of these is its metadata, not a document.
WITH_SIDECAR = sorted(PLAIN | MARKDOWN | WEBPAGE)

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, with the file of its metadata; `path` is None for standard input."""

    path: Path | None
    sidecar: Path | None = None


def find_sources(paths: Iterable[Path | str]) -> Iterator[Source | InputError]:
    """Yield each file that the paths stand for, once; and an error for each path that stands for none.

    "-" is standard input; a folder stands for the files in it and below it whose format is known, less the hidden
    ones, sorted by path; a path with *, ? or [ that is no file's name stands for the files that match it.
    """
    seen: set[Path | None] = set()
    for path in paths:
        for found in _expand(path):
            source = found if isinstance(found, InputError) else _with_sidecar(found)
            if isinstance(source, InputError):
                yield source
            elif source.path not in seen:
                seen.add(source.path)
                yield source


def _expand(path: Path | str) -> Iterator[Path | None | InputError]:
    path = Path(path)
    try:
        if path == Path(STANDARD_INPUT):
            yield None
        elif path.is_dir():
            yield from _or_error(_walk(path, ()), InputError("holds no document", path, remedy=_formats()))
        elif path.exists():
            yield _named(path)
        elif glob.has_magic(str(path)):
            yield from _or_error(_matches(path), InputError("matches no document", path, remedy=_formats()))
        else:
            yield _missing(path)
    except OSError as error:
        yield unreadable(path, error)


def _walk(folder: Path, above: tuple[Path, ...]) -> Iterator[Path | InputError]:
    # Links to folders are followed, unless they lead back to a folder that we are in.
    here = folder.resolve()
    if here in above:
        yield InputError("leads back to a folder that holds it", folder, remedy="remove the link")
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield unreadable(folder, error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, (*above, here))
        elif entry.suffix.lower() in KNOWN:
            yield entry if entry.exists() else _missing(entry)


def _matches(pattern: Path) -> Iterator[Path | InputError]:
    for match in sorted(glob.glob(str(pattern), recursive=True)):
        path = Path(match)
        if path.is_dir():
            yield from _walk(path, ())
        elif path.suffix.lower() in KNOWN:
            yield path


def _or_error(found: Iterator[Path | InputError], error: InputError) -> Iterator[Path | InputError]:
    first = next(found, error)
    yield first
    yield from found


def _named(path: Path) -> Path | InputError:
    if not path.is_file():
        return InputError("is not a regular file", path, remedy="pipe it in and name - instead")
    if path.suffix.lower() not in KNOWN:
        ending = (
            f'ends in "{path.suffix}", which is no known format' if path.suffix else "has no known ending"
        )
        return InputError(ending, path, remedy=f"{_formats()}, or pipe it in and name - instead")
    return path


def _missing(path: Path) -> InputError:
    if path.is_symlink():
        return InputError("is a link that leads nowhere", path, remedy="remove or correct it")
    return InputError("is not there", path, remedy="check the path")


def _formats() -> str:
    return f"documents end in {', '.join(sorted(KNOWN))}"


def _with_sidecar(path: Path | None) -> Source:
    if path is None:
        return Source(None)
    if path.suffix.lower() in RECORD:
        texts = (path.with_suffix(suffix) for suffix in WITH_SIDECAR)
        text = next((text for text in texts if text.is_file()), None)
        return Source(path) if text is None else Source(text, path)
    sidecar = path.with_suffix(".json")
    return Source(path, sidecar if path.suffix.lower() in WITH_SIDECAR and sidecar.is_file() else None)
