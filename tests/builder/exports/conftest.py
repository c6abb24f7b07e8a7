"""What the tests of exports share: a store of a few events made by hand."""

import shutil
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from builder.exports.reading import find_events, read_events
from builder.exports.records import EventRecord
from builder.store import Store, open_snapshot

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def by_hand(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has published `events.trig`."""
    path = tmp_path_factory.mktemp("exports") / "store"
    shutil.copytree(empty_store, path)
    graphs = defaultdict(list)
    for quad in ox.parse(path=str(HERE / "events.trig")):
        graphs[quad.graph_name].append(quad)
    with Store.open(path) as store:
        store.replace(graphs)
        store.publish()
    return path


@pytest.fixture(scope="session")
def snapshot(by_hand: Path) -> ox.Store:
    return open_snapshot(by_hand)


@pytest.fixture(scope="session")
def events(snapshot: ox.Store) -> dict[str, EventRecord]:
    """The events by the last part of their IRIs."""
    return {event.key: event for event in read_events(snapshot, find_events(snapshot))}
