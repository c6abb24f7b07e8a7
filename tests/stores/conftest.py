"""What the tests of other stores share: the seeds, exported for each store and loaded into it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from builder.exports import bulk
from builder.store import Store, open_snapshot
from ontology.questions import load_questions

from .engines import MERGED_SIZE, SIZES, Jena, Oxigraph, Row, Virtuoso, is_there

Ask = Callable[[str], list[Row]]


@pytest.fixture(scope="session")
def published(seeds: Store) -> ox.Store:
    return open_snapshot(seeds.path)


@pytest.fixture(scope="session")
def virtuoso(published: ox.Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    """Virtuoso, with the files loaded that are written for it."""
    skip_without("virtuoso")
    folder = tmp_path_factory.mktemp("virtuoso")
    command, *_ = written(published, "virtuoso", folder / "bulk")
    with Virtuoso.started(folder / "data", allowed=folder) as server:
        server.load(command)
        yield server


@pytest.fixture(scope="session")
def jena(published: ox.Store, tmp_path_factory: pytest.TempPathFactory) -> Jena:
    skip_without("jena")
    folder = tmp_path_factory.mktemp("jena")
    command, *_ = written(published, "jena", folder / "bulk")
    database = Jena(folder, (SIZES, MERGED_SIZE, *(question.text for question in load_questions())))
    database.load(command)
    return database


@pytest.fixture(scope="session")
def oxigraph(published: ox.Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oxigraph]:
    folder = tmp_path_factory.mktemp("oxigraph")
    command, *_ = written(published, "oxigraph", folder / "bulk")
    Oxigraph.load(command, folder)
    with Oxigraph.started(folder, writable=False) as server:
        yield server


@pytest.fixture(scope="session", params=["virtuoso", "jena", "oxigraph"])
def engine(request: pytest.FixtureRequest) -> tuple[str, Ask]:
    """Each store by its name, with what asks it."""
    return request.param, request.getfixturevalue(request.param).ask


def written(snapshot: ox.Store, name: str, folder: Path) -> list[str]:
    """Write the files for a store; give the commands that load them."""
    target = bulk.targets()[name]
    files = bulk.write_files(snapshot, folder, target)
    return bulk.commands(target, folder, files)


def skip_without(name: str) -> None:
    if not is_there(name):
        pytest.skip(f"{name} is not here: `make stores` gets it on Debian, as root")
