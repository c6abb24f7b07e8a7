"""A spaCy model opened so that it reads faster than as it comes, and the same."""

from typing import Final

import spacy
from spacy.language import Language
from thinc.api import NumpyOps, get_current_ops, use_ops
from threadpoolctl import threadpool_limits

from builder.spacy_model import attribute_rules, named_entities

# Components of spaCy that others take the place of, where they are as in spaCy's own models.
REPLACED: Final = {
    "attribute_ruler": ("polemos_attribute_rules", attribute_rules.is_usual),
    "ner": ("polemos_named_entities", named_entities.is_usual),
}


def open_model(name: str) -> Language:
    """Open a spaCy model, by the name of a package or a path; from then on numpy multiplies in one thread.

    Raises OSError where there is none.
    """
    nlp = _with_fast_matrices(name)
    # Matrices are too small to share, and the threads of OpenBLAS wait by spinning: a third of all the
    # processor's time went there. Other processors have the trained model, or other documents.
    threadpool_limits(1, user_api="blas")
    _index_lemmas(nlp)
    for component, (factory, is_usual) in REPLACED.items():
        if component in nlp.pipe_names and is_usual(nlp.get_pipe(component)):
            _replace(nlp, component, factory)
    return nlp


def _with_fast_matrices(name: str) -> Language:
    """Open a model that multiplies by numpy's BLAS, unless another device was chosen.

    thinc's own, BLIS, takes a kernel without vectors on processors that it does not know: on an AMD EPYC of
    2024 it does 38 GFLOPS where OpenBLAS does 108, and four fifths of a small model's time go there.
    """
    if type(get_current_ops()) is not NumpyOps:
        return spacy.load(name)
    with use_ops("numpy", use_blis=False):
        return spacy.load(name)


def _index_lemmas(nlp: Language) -> None:
    """Turn the lists of known lemmas into what is searched at once: some have 58,000 words."""
    lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None) if nlp.has_pipe("lemmatizer") else None
    if lookups is not None and lookups.has_table("lemma_index"):
        index = lookups.get_table("lemma_index")
        for part_of_speech, lemmas in index.items():
            index[part_of_speech] = dict.fromkeys(lemmas)  # not a set, which spaCy could not save


def _replace(nlp: Language, name: str, factory: str) -> None:
    """Put a component of another factory in the place of one, under its name, and let it follow that one."""
    before = nlp.pipe_names[nlp.pipe_names.index(name) - 1]
    _, replaced = nlp.remove_pipe(name)
    nlp.add_pipe(factory, name=name, after=before).follow(replaced)  # type: ignore[attr-defined]
