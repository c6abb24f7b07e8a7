"""The pipeline as it is shipped: whole, declared as it is, and safe from one bad document."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builder.components import __path__ as components
from builder.components.annotations import EXTENSIONS
from builder.errors import ModelError
from builder.model import Article, Report
from builder.pipeline import BEFORE_PARSER, COMPONENTS, load_pipeline
from builder.report import ExtractionFailure, extract, prepare

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

OURS = (*BEFORE_PARSER, *COMPONENTS)
TEXT = "Two car bombs struck a police station in Baghdad on Sunday, killing at least 12 officers."
DECLARED = re.compile(r"@Language\.(?:factory|component)\(\s*\"(polemos_\w+)\"")
# Set before the components run, by `prepare`.
GIVEN = {"article", "published", "title_end"}
# No component says that it assigns these: `prepare` sets the first, spaCy's attribute_ruler the last.
# What components assign of spaCy's own.
SPACYS = {"token.is_sent_start", "token.dep", "token.tag", "token.lemma"}
UNDECLARED = {*(f"doc._.{name}" for name in GIVEN), "token.pos"}


def test_every_factory_of_ours_is_in_the_pipeline() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(components[0]).glob("*.py")]
    declared = [name for source in sources for name in DECLARED.findall(source)]
    assert sorted(declared) == sorted(OURS)


def test_components_run_in_the_order_declared(nlp: "Language") -> None:
    assert [name for name in nlp.pipe_names if name.startswith("polemos_")] == [*OURS]
    assert nlp.pipe_names[: len(BEFORE_PARSER)] == [*BEFORE_PARSER]
    assert nlp.pipe_names[-len(COMPONENTS) :] == [*COMPONENTS]


@pytest.mark.parametrize("name", OURS)
def test_what_a_component_requires_is_there(name: str, nlp: "Language") -> None:
    analysis = nlp.analyze_pipes()
    assert "attribute_ruler" in nlp.pipe_names
    problems = {} if analysis is None else analysis["problems"]
    assert {*problems[name]} <= UNDECLARED


@pytest.mark.parametrize("name", COMPONENTS)
def test_what_a_component_says_to_assign_it_assigns(name: str, nlp: "Language") -> None:
    declared = nlp.get_pipe_meta(name).assigns
    assert declared
    assigned = [part.removeprefix("doc._.") for part in declared if part not in SPACYS]
    assert {*assigned} <= {*EXTENSIONS}
    doc = prepare(nlp, Article(TEXT, published=date(2024, 1, 8)))
    for other, component in nlp.pipeline:
        before = {extension: doc._.get(extension) for extension in EXTENSIONS}
        doc = component(doc)
        if other == name:
            changed = {extension for extension in EXTENSIONS if doc._.get(extension) is not before[extension]}
            # An annotation refined by several components is set from the first of them on.
            assert all(doc._.get(extension) is not None for extension in assigned)
            assert changed <= {*assigned}, "writes what it does not declare"
            return


def test_every_extension_is_given_or_assigned(nlp: "Language") -> None:
    declared = {part for name in OURS for part in nlp.get_pipe_meta(name).assigns} - SPACYS
    assigned = {part.removeprefix("doc._.") for part in declared}
    assert assigned | GIVEN == {*EXTENSIONS}
    assert not assigned & GIVEN


def test_a_model_that_is_missing_says_what_is_installed() -> None:
    with pytest.raises(
        ModelError, match=r"'no_such_model' is not installed; installed: .*; install it"
    ) as caught:
        load_pipeline(spacy_model="no_such_model")
    assert "\n" not in str(caught.value)


def test_a_model_without_a_parser_says_what_it_lacks(tmp_path: Path) -> None:
    import spacy  # noqa: PLC0415 (spaCy is slow to load)

    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="has no lemmatizer, ner, parser, tagger; choose another"):
        load_pipeline(spacy_model=str(tmp_path / "blank"))


POISON = "This text breaks a component."


@pytest.fixture(scope="module")
def fragile() -> "Language":
    """The pipeline with a component that raises for one text."""
    from spacy.language import Language  # noqa: PLC0415 (spaCy is slow to load)

    @Language.component("test_fragile")
    def fragile(doc: "Doc") -> "Doc":
        if doc.text == POISON:
            raise ZeroDivisionError("poisoned")
        return doc

    nlp = load_pipeline()
    nlp.add_pipe("test_fragile", after="polemos_names")
    return nlp


def outcomes(nlp: "Language", texts: list[str]) -> Iterator[Report | ExtractionFailure]:
    return extract(nlp, [Article(text, identifier=str(k)) for k, text in enumerate(texts)])


def test_one_failing_document_is_a_value_and_the_others_go_on(fragile: "Language") -> None:
    read = list(outcomes(fragile, [TEXT, POISON, TEXT]))
    assert [type(outcome) for outcome in read] == [Report, ExtractionFailure, Report]
    failure = read[1]
    assert isinstance(failure, ExtractionFailure)
    assert failure.article.identifier == "1"
    assert failure.reason == "test_fragile: ZeroDivisionError('poisoned')"


@pytest.mark.parametrize("texts", [[POISON], [POISON, TEXT], [TEXT, POISON], [POISON, POISON]], ids=str)
def test_no_outcome_is_lost(texts: list[str], fragile: "Language") -> None:
    kinds = [ExtractionFailure if text == POISON else Report for text in texts]
    assert [type(outcome) for outcome in outcomes(fragile, texts)] == kinds


def test_order_is_kept_over_several_batches(nlp: "Language") -> None:
    texts = [f"Gunmen killed {k} soldiers in Mosul." for k in range(2, 72)]
    read = list(outcomes(nlp, texts))
    assert [outcome.article.text for outcome in read] == texts
    assert all(isinstance(outcome, Report) for outcome in read)


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "…", "12", "😀", "A", "(", "“"], ids=repr)
def test_texts_without_news_give_empty_reports(text: str, nlp: "Language") -> None:
    (read,) = outcomes(nlp, [text])
    assert isinstance(read, Report)
    assert read.events == ()
