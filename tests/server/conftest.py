"""A store that holds a small graph made by hand, served."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from builder.index import make_index
from builder.store import Store
from server import create_app
from server.app import close
from server.settings import Settings

GRAPH = Path(__file__).parents[1] / "ontology" / "questions.trig"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "store"
    graphs = defaultdict(list)
    for quad in ox.parse(path=str(GRAPH)):
        graphs[quad.graph_name].append(quad)
    with Store.open(path, create=True) as store:
        store.replace(graphs)
        store.publish()
    make_index(path)
    return path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A store of the test's own, to write in."""
    return Path(shutil.copytree(made, tmp_path / "store"))


@pytest.fixture
def serve() -> Iterator[Callable[..., FlaskClient]]:
    """Serves stores, each with settings of its own, until the test ends."""
    made = []

    def start(store: Path | None, **settings: object) -> FlaskClient:
        app = create_app(Settings(store, **{"workers": 2, **settings}))
        app.testing = True
        made.append(app)
        return app.test_client()

    yield start
    for app in made:
        close(app)


@pytest.fixture(scope="session")
def client(made: Path) -> Iterator[FlaskClient]:
    app = create_app(Settings(made, base="https://example.org/merged/"))
    app.testing = True
    yield app.test_client()
    close(app)
