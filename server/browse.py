"""The pages: what is in the graph, the analysts' questions, and a form to ask others.

They are plain HTML and work without JavaScript. Every query that a page runs lies in `server/queries`.
"""

from functools import cache

from flask import Blueprint, Response, abort, current_app, jsonify, request

from ontology.questions import Question, load_questions
from server import tables
from server.answers import caller
from server.messages import Failed, Query
from server.pages import frame, nodes, overview

blueprint = Blueprint("browse", __name__)


@cache
def questions() -> dict[str, Question]:
    """Give the analysts' questions by name."""
    return {question.name: question for question in load_questions()}


@blueprint.get("/")
def home() -> Response:
    """Show what is in the graph; with `?question=NAME`, the answer to a question."""
    name = request.args.get("question")
    if name is None:
        return frame.kept(lambda: _page("home.html", **overview.content()))
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
    """Tell of the node of `?iri=`, whatever it is, in the format of `?format=` or as a page."""
    return nodes.tell_as(request.args.get("iri", ""), request.args.get("format", "").lower())


@blueprint.get("/questions")
def list_questions() -> Response:
    """List the questions in JSON, each with its query."""
    fields = ("name", "title", "description", "text")
    return jsonify([{name: getattr(question, name) for name in fields} for question in questions().values()])


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
    return frame.show(template, questions=questions().values(), **content)
