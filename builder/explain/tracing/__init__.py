"""A text read once more, slowly: which component wrote what, by which rule, and why it wrote no more.

The components are called one after the other, as spaCy calls them, and what they have written is compared
after each. Only what they declare to write on a `Doc` is looked at, so a component that somebody replaced is
traced as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from spacy.language import Language

from builder.explain.explanation import Step
from builder.explain.tracing.entities import trace_entities
from builder.explain.tracing.events import trace_events
from builder.explain.tracing.history import History
from builder.model import Article, Report
from builder.report import prepare, read_report


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """How one node came about: the steps in order, and by property why there is nothing."""

    steps: tuple[Step, ...] = ()
    absences: Mapping[str, str] = field(default_factory=dict)


def trace(nlp: Language, article: Article) -> dict[str, NodeTrace]:
    """Read an article, noting what each component does; give what was noted, by the key of each node.

    Takes about twice as long as reading it. Raises what a component raises.
    """
    doc = prepare(nlp, article)
    history = History(doc)
    for name, component in nlp.pipeline:
        doc = component(doc)
        history.note(name)
    report = read_report(doc)
    return dict(_traces(history, report))


def _traces(history: History, report: Report) -> Iterator[tuple[str, NodeTrace]]:
    for found in (trace_events(history, report), trace_entities(history, report)):
        for key, (steps, absences) in found.items():
            yield key, NodeTrace(tuple(steps), absences)
