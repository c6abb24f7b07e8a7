"""An extractor whose model is loaded when there is something to read, which often there is not."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from builder.edition import foretold
from builder.errors import InputError, ModelError
from builder.extracted import Extracted, Extractor
from builder.model import Article
from builder.settings import Recipe


class Deferred:
    """Stands in for the extractor that `begin` makes, which is asked for with the first article, and kept.

    Its version is what the recipe foretells; where only loading tells, the extractor is made at once. Raises
    `ModelError` where a model is not there.
    """

    def __init__(
        self, begin: Callable[[], Extractor], recipe: Recipe, *, base: str, with_text: bool = True
    ) -> None:
        self.base = base
        self._begin = begin
        self._begun: Extractor | None = None
        edition = foretold(recipe)
        if edition is None:
            self._begun = begin()
            self.version = self._begun.version
        else:
            self.version = edition.version(with_text=with_text)

    @property
    def is_elsewhere(self) -> bool:
        """Whether other processes read; while nothing is read, none do."""
        return self._begun is not None and self._begun.is_elsewhere

    def read(self, articles: Iterable[Article]) -> Iterator[Extracted | InputError]:
        """Yield what the extractor does; without an article there is nothing to load. Raises `ModelError`."""
        rest = iter(articles)
        for first in rest:
            yield from self._extractor().read(chain((first,), rest))

    def _extractor(self) -> Extractor:
        if self._begun is None:
            self._begun = self._begin()
            self._check(self._begun.version)
        return self._begun

    def _check(self, version: str) -> None:
        # What the store holds was compared with the version foretold, and would be read anew at each build.
        if version != self.version:
            raise ModelError(
                f"reads as {version!r}, not as {self.version!r}; on a cluster, install the same Polemos on "
                "every machine; the meta.json of a spaCy model must list the components that it loads"
            )
