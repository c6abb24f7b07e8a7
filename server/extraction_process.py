"""A process that reads the texts of visitors, one at a time, and keeps nothing of them.

It alone of the server loads spaCy. What strangers send is parsed here and nowhere else: without network,
within its memory, and in a process that is killed past its time.
"""

import logging
import os
import sys
import warnings
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from pyoxigraph import Quad, RdfFormat

import ontology
from builder.errors import InputError, ModelError
from builder.model import Article
from builder.readers import Metadata, parse_published, read_bytes
from server.child import connect
from server.line import Line
from server.messages import Chosen, Extraction, ExtractorStart, Failed, Failure, Ready, Text
from server.sandbox import deny_network, limit_memory

if TYPE_CHECKING:
    from spacy.language import Language

# The server, and queries, have the processor first.
_BEHIND: Final = 15
_DEFECT: Final = "the text cannot be read, by a defect of Polemos; please report it"


@dataclass(slots=True)
class Reader:
    """Reads what it is sent."""

    start: ExtractorStart
    line: Line
    nlp: "Language"

    def serve(self) -> None:
        """Read until the line is cut."""
        self.line.send(Ready())
        while True:
            try:
                text: Text = self.line.receive()
            except EOFError:
                os._exit(0)
            self.line.send(self.answer(text))

    def answer(self, text: Text) -> Extraction | Failure:
        """Read one text; whatever goes wrong is an answer too."""
        try:
            return self._read(text)
        except Failed as error:
            return error.failure
        except InputError as error:
            where = "" if error.line is None else f", line {error.line}"
            remedy = f"; {error.remedy}" if error.remedy else ""
            return Failure(422, f"the text{where}: {error.reason}{remedy}")
        except MemoryError:
            return Failure(503, "the text needs more memory than one may have here")
        except Exception as error:  # Python would print its words, which may quote the text
            return Failure(500, f"{_DEFECT}: {type(error).__name__}")

    def _read(self, text: Text) -> Extraction:
        from builder.extraction import checked  # noqa: PLC0415 (see _load)
        from builder.report import ExtractionFailure, extract  # noqa: PLC0415

        article, is_all = self._article(text)
        with self.nlp.memory_zone():
            (report,) = extract(self.nlp, [article])
            if isinstance(report, ExtractionFailure):
                raise Failed(Failure(500, f"{_DEFECT}: {report.reason}"))
            done = checked(report, base=self.start.base)
        if isinstance(done, InputError):
            raise Failed(Failure(500, f"{_DEFECT}: {done.reason}"))
        return Extraction(report, _written(done.quads, text.graph), is_all)

    def _article(self, text: Text) -> tuple[Article, bool]:
        """Give the first article of a document, and say whether it is the only one."""
        told = Metadata(title=text.title or None, published=_date(text.published))
        found = [*islice(read_bytes(text.content, suffix=text.suffix, overrides=told), 2)]
        if not found:
            raise Failed(Failure(422, "the text: is empty; give some words"))
        article = found[0]
        if isinstance(article, InputError):
            raise article
        length, most = len(article.text), self.start.characters
        if length > most:
            said = (
                f"the text has {length:,} characters, more than {most:,}; polemos extract reads longer ones"
            )
            raise Failed(Failure(413, said))
        return article, len(found) == 1


def _date(written: str) -> date | datetime | None:
    if not written.strip():
        return None
    try:
        return parse_published(written.strip())
    except ValueError as error:
        said = "the date of publication: write YYYY-MM-DD, or an ISO date and time"
        raise Failed(Failure(400, said)) from error


def _written(quads: tuple[Quad, ...], chosen: Chosen) -> bytes:
    """Write a graph; formats without named graphs get its triples."""
    format_ = RdfFormat.from_media_type(chosen.writer)
    if format_ is None:
        raise Failed(Failure(406, f"no graph is written as {chosen.writer}"))
    said = quads if format_.supports_datasets else [quad.triple for quad in quads]
    return ox.serialize(said, format=format_, prefixes=dict(ontology.PREFIXES)) or b""


def _load() -> "Language":
    """Load the pipeline, while the process already dies with its parent."""
    from builder.pipeline import load_pipeline  # noqa: PLC0415

    return load_pipeline()


def main() -> None:
    """Do what the parent says, within the bounds that it sets."""
    line = connect()
    start: ExtractorStart = line.receive()
    deny_network()
    limit_memory(start.memory)
    os.nice(_BEHIND)
    # What libraries say of a text may quote it, and nothing of it shall be in a log.
    logging.disable()
    warnings.simplefilter("ignore")
    try:
        nlp = _load()
    except ModelError as error:
        sys.stderr.write(f"polemos: error: {error}\n")
        sys.exit(1)
    Reader(start, line, nlp).serve()


if __name__ == "__main__":
    main()
