"""Archives that lie elsewhere, in S3 or whatever else fsspec knows: copied to this machine, and read here.

A copy lies where its address says, below the user's cache folder or `$POLEMOS_CACHE`, and has the time of the
last change there, by which, and by its size, it is known to be the same later:

    s3://bucket/news/2024.jsonl.gz    CACHE/mirrors/s3/bucket/news/2024.jsonl.gz
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from builder.atomic import drafted, one_at_a_time
from builder.batching import Counted, uncounted
from builder.cache import cache_folder
from builder.errors import RemoteError
from builder.readers.sources import KNOWN, ending

SECOND: Final = 10**9
FETCHED: Final = ("http", "https")


def is_address(path: str) -> bool:
    """Say whether a path is one of elsewhere.

    >>> is_address("s3://bucket/news"), is_address("news/*.jsonl")
    (True, False)
    """
    return "://" in path


def home() -> Path:
    """Give the folder of all copies."""
    return cache_folder().resolve() / "mirrors"


@dataclass(frozen=True, slots=True)
class _Archive:
    """An address with what gets at it: a file system of fsspec, and the path of `folder` in it.

    `folder` is the part of the address, less its scheme, that is no pattern.
    """

    address: str
    system: Any
    folder: str
    path: str

    @property
    def scheme(self) -> str:
        return self.address.partition("://")[0]

    @property
    def below(self) -> str:
        """The pattern below the folder, if the address is one."""
        return self.address.partition("://")[2].rstrip("/").removeprefix(self.folder).lstrip("/")

    @property
    def local(self) -> Path:
        """The copy of the folder."""
        return home() / self.scheme / self.folder

    def files(self) -> Mapping[Path, str]:
        """List the documents there, and metadata beside them: where the copy of each is, and its path."""
        found = self.system.glob(f"{self.path}/{self.below}") if self.below else [self.path]
        paths = [file for each in found for file in self.system.find(each)]
        names = {path: path.removeprefix(self.path).lstrip("/") for path in paths}
        if any(".." in Path(name).parts for name in names.values()):
            raise RemoteError(f"{self.address}: has a file whose name leads out of its folder; rename it")
        return {self.local / name: path for path, name in names.items() if _is_document(name or path)}

    def copies(self) -> Iterator[Path]:
        """List the copies that are here."""
        for found in self.local.glob(self.below) if self.below else [self.local]:
            inside = found.rglob("*") if found.is_dir() else [found]
            yield from (file for file in inside if file.is_file() and _is_document(file.name))

    def stamp(self, path: str) -> tuple[int, int]:
        """Say when a file there was changed last, to the second that all storage knows, and its size."""
        return int(self.system.modified(path).timestamp()) * SECOND, int(self.system.info(path)["size"])

    def bring(self, path: str, copy: Path) -> None:
        """Copy a file, unless another process has just done so."""
        copy.parent.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(copy):
            stamp = self.stamp(path)
            if _stamp(copy) != stamp:
                with drafted(copy) as draft:
                    self.system.get_file(path, str(draft))
                    os.utime(draft, ns=(stamp[0], stamp[0]))


def mirror(address: str, *, counted: Counted = uncounted) -> str:
    """Bring the copies of what an address stands for up to date; give the path to read in its place.

    An address is that of a file, a folder or a pattern, as paths are. What is gone there goes here. `counted`
    shows how many files are copied. Raises `RemoteError` where it cannot be read, or holds no document.
    """
    with _explained(address):
        archive = _opened(address)
        archive.system.invalidate_cache()
        files = archive.files()
        if not files:
            raise RemoteError(f"{address}: holds no document; documents end in {', '.join(sorted(KNOWN))}")
        stale = [(path, copy) for copy, path in files.items() if _stamp(copy) != archive.stamp(path)]
        for path, copy in counted(sorted(stale), total=len(stale), unit="files copied"):
            archive.bring(path, copy)
        for copy in set(archive.copies()) - files.keys():
            copy.unlink()
        return str(archive.local / archive.below)


def bring(copy: Path, home: Path) -> None:
    """Copy one file again, on a machine that does not have it; do nothing for what is no copy.

    `home` is the folder of all copies on the machine that listed them. Raises `RemoteError`.
    """
    if home in copy.parents:
        scheme, *parts = copy.relative_to(home).parts
        address = f"{scheme}://{'/'.join(parts)}"
        with _explained(address):
            archive = _opened(address)
            archive.bring(archive.path, copy)


def _opened(address: str) -> _Archive:
    from fsspec.core import url_to_fs  # noqa: PLC0415 (only who reads from elsewhere needs it)

    scheme, _, rest = address.partition("://")
    if scheme in FETCHED:
        raise RemoteError(f"{address}: is of the web; let polemos fetch bring it, and build what that gives")
    if "@" in rest.partition("/")[0]:  # and nobody is told again what may be a secret
        raise RemoteError(f"an address of {scheme} has secrets in it; they belong into the environment")
    if "::" in address or ".." in rest.split("/"):
        raise RemoteError(f"{address}: is no plain address; name a file, a folder or a pattern")
    parts = takewhile(lambda part: not has_magic(part), rest.rstrip("/").split("/"))
    folder = "/".join(parts)
    system, path = url_to_fs(f"{scheme}://{folder}")
    return _Archive(address, system, folder, path)


@contextmanager
def _explained(address: str) -> Iterator[None]:
    try:
        yield
    except RemoteError:
        raise
    # Each kind of storage raises errors of its own, from packages that are not here.
    except Exception as error:
        raise RemoteError(f"{address}: cannot be read ({str(error) or type(error).__name__})") from error


def _stamp(copy: Path) -> tuple[int, int] | None:
    """Say what `_Archive.stamp` says of a file, of its copy."""
    if not copy.is_file():
        return None
    found = copy.stat()
    return found.st_mtime_ns, found.st_size


def _is_document(name: str) -> bool:
    hidden = any(part.startswith(".") for part in Path(name).parts)
    return not hidden and ending(Path(name)) in KNOWN
