"""The questions that analysts ask, as SPARQL: one file a question, its title and description in the head."""

import re
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Question:
    """A question: the name of its file, its title, what it answers, and the query."""

    name: str
    title: str
    description: str
    text: str


def load_questions() -> tuple[Question, ...]:
    """Read every question, in the order of their titles.

    Raises `ValueError` for a file whose head lacks the title or the description.

    >>> [question.title for question in load_questions() if question.name == "timeline"]
    ['Timeline by day']
    """
    found = (file for file in files(__name__).iterdir() if file.name.endswith(".rq"))
    questions = [_question(file.name.removesuffix(".rq"), file.read_text(encoding="utf-8")) for file in found]
    return tuple(sorted(questions, key=lambda question: question.title))


def _question(name: str, text: str) -> Question:
    return Question(name, _head(name, text, "title"), _head(name, text, "description"), text)


def _head(name: str, text: str, field: str) -> str:
    """Read one line of the head, which looks like `# title: Attacks by actor and month`."""
    line = re.search(rf"^# {field}: (.+)$", text, re.MULTILINE)
    if line is None:
        raise ValueError(f"{name}.rq: has no line '# {field}: …'; add one at the top")
    return line[1]
