"""What the tests of components share: a text read as far as the component under test, and no further."""

from datetime import date
from typing import TYPE_CHECKING, Protocol

import pytest

from builder.model import Article

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

PUBLISHED = date(2024, 1, 31)  # a Wednesday


class Annotate(Protocol):
    """Reads a text with the pipeline up to and with one component of ours, named without `polemos_`."""

    def __call__(
        self, text: str, *, until: str, published: date | None = PUBLISHED, title: str | None = None
    ) -> "Doc":
        """Give the document as that component leaves it."""


@pytest.fixture(scope="session")
def annotate(nlp: "Language") -> Annotate:
    from builder.report import prepare  # noqa: PLC0415 (spaCy is slow to load)

    def read(text: str, *, until: str, published: date | None = PUBLISHED, title: str | None = None) -> "Doc":
        doc = prepare(nlp, Article(text, title=title, published=published))
        wanted = nlp.pipe_names.index(f"polemos_{until}") + 1
        for _, component in nlp.pipeline[:wanted]:
            doc = component(doc)
        return doc

    return read
