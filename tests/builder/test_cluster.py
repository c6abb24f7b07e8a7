"""Tests of builder.cluster, on a Ray cluster of two nodes that lives on this machine.

`POLEMOS_CLUSTER_ARTICLES` says how many articles are read (24 unless told):

    POLEMOS_CLUSTER_ARTICLES=5000 pytest tests/builder/test_cluster.py
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.articles import short, write_lines
from builder.build import build
from builder.cluster import Cluster
from builder.errors import ClusterError, ShardError
from builder.extraction import Pipeline
from builder.model import Article
from builder.pipeline import load_pipeline
from builder.settings import Recipe
from builder.shards.folder import Folder
from builder.shards.loading import load
from builder.shards.model import Shard
from builder.shards.writing import plan, write_shards
from builder.store import VOCABULARY, Store
from builder.workers import Workers

from .conftest import POISON, make_poisoned

ray = pytest.importorskip("ray", reason="Ray is not installed")
cluster_utils = pytest.importorskip("ray.cluster_utils")
ARTICLES = int(os.environ.get("POLEMOS_CLUSTER_ARTICLES", "24"))
# Documents in a shard: a tenth of the articles, so that a node is lost midway, but no more than users have.
SHARD = min(200, ARTICLES // 10)


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recipe]:
    """Rules alone, which load sooner, and a model that a text can kill."""
    with pytest.MonkeyPatch.context() as patch:
        yield make_poisoned(tmp_path_factory.mktemp("model"), patch)


@pytest.fixture(scope="module")
def nodes(recipe: Recipe) -> Iterator[cluster_utils.Cluster]:
    """A head and one more node, each with one processor."""
    # Ray's processes are as nice as can be unless told; beside other tests they would hardly ever run.
    head = {"num_cpus": 1, "include_dashboard": False, "_system_config": {"worker_niceness": 0}}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster
    ray.shutdown()  # the head cannot go before those who use it
    cluster.shutdown()


@pytest.fixture(scope="module")
def workers(nodes: cluster_utils.Cluster, recipe: Recipe) -> Iterator[Workers]:
    with Workers(recipe, Cluster(nodes.address)) as readers:
        yield readers


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lines(tmp_path_factory.mktemp("dump") / "dump.jsonl", short(ARTICLES, seed=1))


@pytest.fixture(scope="module")
def alone(recipe: Recipe, dump: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What one machine writes."""
    pipeline = load_pipeline(spacy_model=recipe.spacy_model, trained_model=recipe.trained_model)
    with Store.open(tmp_path_factory.mktemp("alone") / "store", create=True) as store:
        build([dump], store, Pipeline(pipeline))
        return lines(store)


def lines(store: Store) -> bytes:
    """All that a store holds but the vocabulary, as sorted N-Quads."""
    quads = (quad for quad in store.inner if quad.graph_name not in VOCABULARY)
    return "".join(f"{line} .\n" for line in sorted(map(str, quads))).encode()


def test_shards_of_a_cluster_that_loses_a_node_are_what_one_machine_builds(
    nodes: cluster_utils.Cluster, workers: Workers, dump: Path, alone: bytes, store: Store, tmp_path: Path
) -> None:
    pieces, _ = plan([dump], documents=SHARD)

    def losing(shards: Iterator[Shard], _: int) -> Iterator[Shard]:
        for number, shard in enumerate(shards):
            if number == len(pieces) // 2:
                lost = next(node for node in nodes.list_all_nodes() if not node.head)
                nodes.remove_node(lost, allow_graceful=False)
            yield shard

    folder = Folder(str(tmp_path / "shards"))
    manifest = write_shards(pieces, folder, workers, watch=losing)
    load(folder, store)
    assert lines(store) == alone
    assert sum(shard.reports for shard in manifest.shards) == ARTICLES
    assert len(nodes.list_all_nodes()) == 1


def test_a_store_that_is_built_on_a_cluster_is_what_one_machine_builds(
    workers: Workers, dump: Path, alone: bytes, store: Store
) -> None:
    summary = build([dump], store, workers)
    assert (summary.built, summary.failures) == (ARTICLES, ())
    assert lines(store) == alone


def test_a_document_that_ends_its_process_is_named(workers: Workers) -> None:
    (read,) = workers.read([Article(POISON, origin=Path("poison.txt"))])
    assert str(read).startswith("poison.txt: ended the process that read it")


def test_what_is_wrong_on_a_machine_is_said_as_if_it_were_here(
    workers: Workers, dump: Path, tmp_path: Path
) -> None:
    pieces, _ = plan([dump], documents=ARTICLES)
    (tmp_path / "shards").touch()
    with pytest.raises(ShardError, match=r"^.*shards.*: cannot be read \(.*\)$"):
        write_shards(pieces, Folder(str(tmp_path / "shards")), workers)


def test_a_cluster_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ClusterError, match=r"ray://127.0.0.1:1: no Ray cluster can be reached there"):
        Cluster("ray://127.0.0.1:1")
