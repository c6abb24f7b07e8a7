"""The databases that are compared: our store and the native server's folder, with the same quads."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import click
import pyoxigraph as ox
from events import write_lines

from builder.store import Store

# What the made graph and the databases hang on: their sources, and who writes the files.
_SOURCES: Final = ("events.py", "databases.py")
_WRITERS: Final = ("pyoxigraph", "oxigraph")


@dataclass(frozen=True, slots=True)
class Databases:
    """A folder with both, and what is in them."""

    folder: Path
    events: int
    quads: int

    @property
    def ours(self) -> Path:
        """Our store, with one snapshot."""
        return self.folder / "store"

    @property
    def native(self) -> Path:
        """The folder that `oxigraph load` wrote."""
        return self.folder / "native"


def native_command() -> Path:
    """Find the native server, which the package `oxigraph` puts beside Python."""
    command = Path(sys.executable).with_name("oxigraph")
    if not command.is_file():
        raise click.ClickException("there is no native server: pip install oxigraph==0.5.13")
    return command


def databases(folder: Path, events: int) -> Databases:
    """Give the databases with so many events, made unless they are there."""
    made = folder / f"polemos-events-{events}-{_key()}"
    if not (made / "made.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"polemos-events-{events}-*"):  # what an older generator made
            shutil.rmtree(old)
        with _whole_or_nothing(made) as begun:
            _make(begun, events)
    return Databases(made, events, json.loads((made / "made.json").read_text("utf-8"))["quads"])


def _key() -> str:
    sources = b"".join(Path(__file__).with_name(name).read_bytes() for name in _SOURCES)
    versions = " ".join(map(version, _WRITERS))
    return hashlib.sha256(sources + versions.encode()).hexdigest()[:12]  # enough for one folder


@contextmanager
def _whole_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a folder that gets its name when all is in it, and that goes away if that never comes."""
    begun = Path(mkdtemp(prefix=".polemos-", dir=folder.parent))
    try:
        yield begun
        begun.rename(folder)
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def _make(folder: Path, events: int) -> None:
    """Write the graph, load it into our store, and all of that store into the native server's folder.

    Both are compacted, so that servers are compared and not layouts: one that was just loaded, and not yet
    compacted in the background, answers up to three times as slowly.
    """
    made, whole = folder / "events.nq", folder / "graph.nq"
    click.echo(f"making {events:,} events in {folder.parent}; later runs find them there", err=True)
    with made.open("w", encoding="utf-8") as stream:
        stream.writelines(write_lines(events))
    click.echo("loading them into our store", err=True)
    with Store.open(folder / "store", create=True) as store:
        store.inner.bulk_load(path=str(made), format=ox.RdfFormat.N_QUADS)
        store.inner.optimize()
        store.publish()
        # Our store brings its vocabulary along: the native one is to have it too.
        store.inner.dump(str(whole), format=ox.RdfFormat.N_QUADS)
        quads = len(store.inner)
    made.unlink()
    click.echo(f"loading the same {quads:,} quads into the native database", err=True)
    _run_native("load", "--location", folder / "native", "--file", whole)
    _run_native("optimize", "--location", folder / "native")
    (folder / "made.json").write_text(json.dumps({"quads": quads}), "utf-8")


def _run_native(*arguments: str | Path) -> None:
    command = (native_command(), *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"oxigraph {arguments[0]} failed: {done.stderr.strip()}")
