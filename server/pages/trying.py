"""The page on which visitors have a text of theirs read, and the same for programs; nothing of it is kept.

There are no cookies and no users here, so that a form on a page of others can do no more than its visitor:
it has a text read, and its owner does not see the answer.
"""

from pathlib import PurePath
from typing import Final

from flask import Blueprint, Request, Response, abort, current_app, request, url_for
from pyoxigraph import RdfFormat
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from server.answers import caller
from server.extraction import Extractor
from server.messages import Chosen, Extraction, Failed, Failure, Text
from server.negotiation import GRAPHS, choose, wish
from server.pages import cards, frame
from server.settings import Trying

_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")
# A body that is the document itself, by what it is, and the suffix that such a file has.
_DOCUMENTS: Final = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
}
_TURTLE: Final = GRAPHS[0].chosen()
# Lines of Turtle that a page shows: a paragraph or two of text. All of it is a button away.
_SHOWN: Final = 400
_SAMPLE: Final = (
    "Gunmen opened fire on a military convoy near Gao on Sunday, killing at least four soldiers, "
    "the army said. No group claimed responsibility for the ambush."
)
_SAMPLE_DATE: Final = "2024-02-05"

blueprint = Blueprint("trying", __name__)


@blueprint.get("/try")
def show() -> Response:
    """Show the form, or that reading is switched off."""
    return _unkept(_page(text=_SAMPLE, published=_SAMPLE_DATE))


@blueprint.post("/try")
def read() -> Response:
    """Show what is read from the text of the form, or why it cannot be."""
    _allowed()
    sent = _sent(request, _TURTLE)
    given = {"text": request.form.get("text", ""), "published": sent.published}
    try:
        extraction = _extracted(sent)
    except Failed as error:
        page = _page(**given, failure=error.failure)
        page.status_code = error.failure.status
        if error.failure.retry_after is not None:
            page.headers["Retry-After"] = str(error.failure.retry_after)
        return _unkept(page)
    return _unkept(_page(**_shown(extraction, given)))


@blueprint.post("/extract")
def extract() -> Response:
    """Give the graph that is read from a text, in the format that the client takes."""
    _allowed()
    chosen = choose(wish(request), GRAPHS)
    if chosen is None:
        abort(406, "the graph can be had as turtle, jsonld, ntriples, rdfxml, trig, nquads")
    response = Response(_extracted(_sent(request, chosen)).graph, content_type=chosen.content_type)
    # A browser puts it into a file, which some would otherwise show and some not.
    format_ = RdfFormat.from_media_type(chosen.writer)
    name = f"report.{format_.file_extension}" if format_ else "report"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return _unkept(response)


def _allowed() -> Trying:
    """Give the limits. Aborts with 403 where reading is switched off."""
    trying = frame.settings().trying
    if trying is None:
        abort(403, "reading texts is switched off on this server")
    return trying


def _sent(request: Request, graph: Chosen) -> Text:
    """Read the document of a request, and what is said of it, before which its size is looked at."""
    most = _allowed().body
    request.max_content_length = most
    if (request.content_length or 0) > most or (
        request.mimetype == _FORMS[1] and len(request.get_data()) > most
    ):
        raise RequestEntityTooLarge(f"a text may have {most:,} bytes with its markup")
    if request.mimetype in _FORMS:
        content, suffix = _of_form(request)
    elif request.mimetype in _DOCUMENTS:
        content, suffix = request.get_data(), _DOCUMENTS[request.mimetype]
    else:
        raise UnsupportedMediaType(
            f"send a form ({', '.join(_FORMS)}) or a document ({', '.join(_DOCUMENTS)})"
        )
    said = request.values
    return Text(content, graph, suffix, said.get("title", "").strip(), said.get("published", "").strip())


def _of_form(request: Request) -> tuple[bytes, str]:
    """Give the file that was uploaded, or else the text, and the suffix that says the format, if one does."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return file.read(), PurePath(file.filename).suffix.lower()
    # Browsers send every line end as two characters.
    return request.form.get("text", "").replace("\r\n", "\n").encode("utf-8", "replace"), ""


def _extracted(text: Text) -> Extraction:
    """Have a text read. Raises `Failed`."""
    if not text.content.strip():
        raise Failed(Failure(400, "there is nothing to read: paste a text, or choose a file that has one"))
    extractor: Extractor = current_app.extensions["extractor"]
    return extractor.read(text, caller(request).is_gone)


def _shown(extraction: Extraction, given: dict[str, str]) -> dict[str, object]:
    article = extraction.report.article
    lines = extraction.graph.decode().splitlines()
    return {
        # The text of a file takes its place, so that it can be changed and read again.
        "text": article.text if request.files.get("file") else given["text"],
        "published": given["published"] or (str(article.published)[:10] if article.published else ""),
        "title": article.title,
        "is_all": extraction.is_all,
        "cards": cards.of(extraction.report),
        "article": cards.marked(extraction.report),
        "turtle": "\n".join(lines[:_SHOWN]),
        "hidden": max(0, len(lines) - _SHOWN),
    }


def _page(**content: object) -> Response:
    return frame.show(
        "try.html",
        trying=frame.settings().trying,
        address=url_for("trying.extract", _external=True),
        **content,
    )


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Accept-Encoding"))
    return response
