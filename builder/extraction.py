"""From articles to graphs that may be stored: pipeline, report, quads, and the shapes that they keep."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

from spacy.language import Language

from builder import shapes
from builder.edition import READER, TRIGGERS, Edition, model_name
from builder.errors import InputError
from builder.extracted import Extracted
from builder.model import Article, Report
from builder.rdf import DEFAULT_BASE, to_quads
from builder.report import BATCH, ExtractionFailure, extract

# Documents after which words that no model knows are forgotten: some batches, for only within those is one
# read ahead of the other; a document brings about a hundred.
FORGETS: Final = 8 * BATCH
DEFECT: Final = "is left out, for its graph breaks a shape; please report this defect of Polemos"


class Pipeline:
    """Reads articles in this process; every minted IRI begins with `base`.

    Without their text, reports are kept as what was read from them, with the sentences around mentions.
    """

    def __init__(self, nlp: Language, *, base: str = DEFAULT_BASE, with_text: bool = True) -> None:
        self.base = base
        self.version = builder_version(nlp, with_text=with_text)
        self._with_text = with_text
        self._nlp = nlp

    @property
    def is_elsewhere(self) -> bool:
        """Whether other processes read."""
        return False

    def read(self, articles: Iterable[Article]) -> Iterator[Extracted | InputError]:
        """Yield the graph of each article, or the reason why it has none.

        Until it has ended, the pipeline reads nothing else.
        """
        rest = iter(articles)
        for first in rest:
            # What the vocabulary learns is forgotten now and then, so that memory stays flat.
            with self._nlp.memory_zone():
                some = chain((first,), islice(rest, FORGETS - 1))
                yield from map(self._checked, extract(self._nlp, some))

    def _checked(self, outcome: Report | ExtractionFailure) -> Extracted | InputError:
        if isinstance(outcome, ExtractionFailure):
            return unread(outcome.article, outcome.reason)
        return checked(outcome, base=self.base, with_text=self._with_text)


def checked(report: Report, *, base: str = DEFAULT_BASE, with_text: bool = True) -> Extracted | InputError:
    """Give a report's graph, unless it breaks a shape: a defect of ours."""
    quads = tuple(to_quads(report, base=base, with_text=with_text))
    violations = shapes.check(quads)
    if not violations:
        return Extracted(report.article, quads)
    more = f" and {len(violations) - 1} more" if len(violations) > 1 else ""
    return unread(report.article, f"{DEFECT}: {violations[0]}{more}")


def unread(article: Article, reason: str) -> InputError:
    """Say why an article has no graph, and where it stands."""
    return InputError(reason, article.origin, line=article.line)


def builder_version(nlp: Language, *, with_text: bool = True) -> str:
    """Name what decides what is read from a text: the model, its pipeline, our code and data."""
    folder = nlp.get_pipe_config(READER)["folder"]
    return Edition(
        model=model_name(nlp.meta),
        components=tuple(nlp.pipe_names),
        trained=None if folder is None else Path(folder),
        rules=nlp.get_pipe_config(TRIGGERS)["rules"],
    ).version(with_text=with_text)
