"""The pages: what is in the graph, the analysts' questions, and a form to ask others.

They are plain HTML and work without JavaScript. Every query that a page runs lies in `server/queries`.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from ontology.questions import Question, load_questions
from server import tables
from server.answers import caller
from server.messages import Failed, Query

# What an overview shows of each kind; the questions show all.
_REPORTS_SHOWN: Final = 25
_STATEMENTS_SHOWN: Final = 200

blueprint = Blueprint("browse", __name__)


@cache
def questions() -> dict[str, Question]:
    """Give the analysts' questions by name."""
    return {question.name: question for question in load_questions()}


@cache
def named_query(name: str) -> str:
    """Read a query of the pages by name."""
    return (files("server") / "queries" / f"{name}.rq").read_text(encoding="utf-8")


@blueprint.get("/")
def home() -> Response:
    """Show what is in the graph; with `?question=NAME`, the answer to a question."""
    name = request.args.get("question")
    if name is None:
        return _page("home.html", **_overview())
    if name not in questions():
        abort(404, f"there is no question {name!r}; /questions lists them")
    question = questions()[name]
    return _answered(question.text, question=question)


@blueprint.get("/query")
def query() -> Response:
    """Show a form for a query and, where there is one in `?query=`, its first rows."""
    text = request.args.get("query", "")
    if not text.strip():
        return _page("query.html", text="", question=None, table=None, failure=None)
    return _answered(tables.with_prefixes(text))


@blueprint.get("/describe")
def describe() -> Response:
    """Show what is said of the node of `?iri=` and what refers to it, each with the graph that says so."""
    iri = request.args.get("iri", "")
    found = {
        name: _run(name, limit=_STATEMENTS_SHOWN, node=iri).without("node")
        for name in ("statements", "references")
    }
    return _page("describe.html", iri=iri, **found)


@blueprint.get("/questions")
def list_questions() -> Response:
    """List the questions in JSON, each with its query."""
    fields = ("name", "title", "description", "text")
    return jsonify([{name: getattr(question, name) for name in fields} for question in questions().values()])


def _overview() -> dict[str, object]:
    """Gather what the home page shows."""
    return {
        "counts": _run("counts").records(),
        "dates": next(iter(_run("dates").records()), {}),
        "reports": _run("reports", limit=_REPORTS_SHOWN),
        "events": _run("latest").records(),
    }


def _run(name: str, *, limit: int = tables.ROWS_SHOWN, **bindings: str) -> tables.Table:
    query = Query(named_query(name), bindings=tuple(bindings.items()))
    return tables.run(current_app.extensions["engine"], query, caller(request), limit=limit)


def _answered(text: str, *, question: Question | None = None) -> Response:
    """Show a query with its first rows, or with what is wrong with it."""
    engine = current_app.extensions["engine"]
    try:
        table, failure = tables.run(engine, Query(text), caller(request)), None
    except Failed as error:
        table, failure = None, error.failure
    response = _page("query.html", text=text, question=question, table=table, failure=failure)
    response.status_code = failure.status if failure else 200
    return response


def _page(template: str, **content: object) -> Response:
    with tables.LAYING_OUT:
        return Response(render_template(template, questions=questions().values(), **content))
