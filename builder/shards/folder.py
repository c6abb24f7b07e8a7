"""Where shards lie: a folder, or an address that fsspec knows."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from builder.errors import ShardError
from builder.shards.model import FORMAT, Manifest, Shard

MANIFEST: Final = "manifest.json"


class Folder:
    """A folder of shards; it can be sent to other processes. Nothing is opened before it is used.

    Raises `ShardError` where the address is of no kind that fsspec knows, or the package for it is missing.
    """

    def __init__(self, address: str) -> None:
        self.address = address if "://" in address else str(Path(address).resolve())

    def __reduce__(self) -> tuple[type["Folder"], tuple[str]]:
        """Cross to another process as an address."""
        return Folder, (self.address,)

    def __str__(self) -> str:
        return self.address

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        from fsspec.core import url_to_fs  # noqa: PLC0415 (only who makes shards needs it)

        try:
            system, root = url_to_fs(self.address)
        except (ImportError, ValueError) as error:
            raise ShardError(f"{self.address}: cannot be opened ({error})") from error
        return system, root

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Say what cannot be done; each kind of storage raises errors of its own, from packages not here."""
        try:
            yield
        except Exception as error:
            raise ShardError(f"{self.address}{what} ({error})") from error

    @property
    def local(self) -> Path | None:
        """The folder as a path, if it is one of this machine."""
        system, root = self._opened
        return Path(root) if "file" in _protocols(system) else None

    def write(self, name: str, data: bytes) -> None:
        """Put a file there. Raises `ShardError` if it cannot be written."""
        system, root = self._opened
        with self._explained(f"/{name}: cannot be written"):
            system.makedirs(root, exist_ok=True)
            system.pipe_file(f"{root}/{name}", data)

    def read(self, name: str) -> bytes | None:
        """Give the bytes of a file; None if it is not there. Raises `ShardError` if it cannot be read."""
        system, root = self._opened
        with self._explained(f"/{name}: cannot be read"), suppress(FileNotFoundError):
            data: bytes = system.cat_file(f"{root}/{name}")
            return data
        return None

    def names(self) -> set[str]:
        """Name the files that are there."""
        system, root = self._opened
        with self._explained(": cannot be listed"), suppress(FileNotFoundError):
            return {path.rpartition("/")[2] for path in system.ls(root, detail=False)}
        return set()

    def drop(self, name: str) -> None:
        """Remove a shard, and what is noted of it."""
        system, root = self._opened
        for file in self.names() & {f"{name}.nq.gz", f"{name}.json"}:
            with self._explained(f"/{file}: cannot be removed"):
                system.rm_file(f"{root}/{file}")

    def put(self, shard: Shard, data: bytes, graphs: list[str]) -> None:
        """Write a shard, and then what is in it: `graphs` are the names of its reports."""
        self.write(shard.file, data)
        self.write(f"{shard.name}.json", json.dumps({**asdict(shard), "graphs": graphs}).encode())

    def find(self, name: str) -> Shard | None:
        """Give a shard if it is there whole, with the checksum that was noted of it."""
        note = _parsed(self.read(f"{name}.json"))
        if note is None:
            return None
        shard = _shard(note)
        data = self.read(shard.file)
        return shard if data is not None and self.digest(data) == shard.sha256 else None

    def graphs(self, shard: Shard) -> list[str]:
        """Name the reports of a shard. Raises `ShardError` if what is noted of it is missing."""
        note = _parsed(self.read(f"{shard.name}.json"))
        if note is None or note["sha256"] != shard.sha256:
            raise ShardError(f"{self.address}/{shard.name}.json: is not what was written; {_AGAIN}")
        graphs: list[str] = note["graphs"]
        return graphs

    def data(self, shard: Shard) -> bytes:
        """Give the bytes of a shard. Raises `ShardError` if they are not those that were written."""
        data = self.read(shard.file)
        if data is None or self.digest(data) != shard.sha256:
            raise ShardError(f"{self.address}/{shard.file}: is not what was written; {_AGAIN}")
        return data

    @staticmethod
    def digest(data: bytes) -> str:
        """Give the checksum of a file."""
        return hashlib.sha256(data).hexdigest()

    def put_manifest(self, manifest: Manifest) -> None:
        """Say that the folder is complete."""
        self.write(MANIFEST, json.dumps({"polemos": FORMAT, **asdict(manifest)}, indent=1).encode())

    def manifest(self) -> Manifest:
        """Say which shards there are. Raises `ShardError` if the folder is not complete."""
        told = _parsed(self.read(MANIFEST)) or {}
        if told.get("polemos", FORMAT) > FORMAT:
            raise ShardError(f"{self.address}: was written by a newer Polemos; upgrade this one")
        try:
            return Manifest(told["version"], told["base"], tuple(map(_shard, told["shards"])))
        except (KeyError, TypeError) as error:
            raise ShardError(f"{self.address}: has no whole {MANIFEST}; {_AGAIN}") from error


_AGAIN: Final = "run polemos build --shards again: it makes what is missing"


def _protocols(system: Any) -> tuple[str, ...]:  # noqa: ANN401 (fsspec has no types)
    found = system.protocol
    return (found,) if isinstance(found, str) else tuple(found)


def _parsed(data: bytes | None) -> dict[str, Any] | None:
    """Parse a file of ours; what a crash has cut short counts as missing."""
    try:
        return None if data is None else dict(json.loads(data))
    except ValueError:
        return None


def _shard(told: dict[str, Any]) -> Shard:
    known = {field.name: told[field.name] for field in fields(Shard)}
    return Shard(**{**known, "failures": tuple(known["failures"])})
