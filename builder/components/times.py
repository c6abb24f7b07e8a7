"""Expressions of time, resolved against the published date to the precision that the words support.

A weekday or a date without a year looks back, unless the clause looks ahead (future tense, infinitive,
deadline). What cannot be resolved keeps its words and has no date: the published date never stands in.
"""

from datetime import date

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import TimeMention, register_extensions
from builder.components.time_forms import DEADLINES, find_forms, form_of
from builder.components.time_resolution import Anchor, resolve
from builder.model import Moment
from builder.patterns import load

WORDS = load("times")
AUXILIARIES = frozenset(WORDS["ahead_auxiliaries"])
LOOKING_AHEAD = frozenset(WORDS["ahead"])
BETWEEN = frozenset(WORDS["between"])
BY = tuple(WORDS["deadline"])
SINCE = tuple(WORDS["since"])
LONGEST_RELATION = 3  # words: "no later than"


def find_times(doc: Doc, published: date | None) -> tuple[TimeMention, ...]:
    """Every expression of time in the text, in order."""
    found: list[TimeMention] = []
    previous: Moment | None = None
    for match in find_forms(doc.text):
        span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is None:
            continue
        relation = "by" if form_of(match) in DEADLINES else _relation(doc, span.start)
        is_deadline = relation == "by"
        ahead = is_deadline or _looks_ahead(span.root)
        moment, until = resolve(match, Anchor(published, previous, ahead, strict=is_deadline))
        if moment is not None:
            previous = until or moment
        found.append(TimeMention(span.start, span.end, moment, until, relation))
    return tuple(found)


def _relation(doc: Doc, start: int) -> str:
    """How what is told stands to the time, by the words before it: "at" it, "since" it, or "by" it."""
    before = [token.lower_ for token in doc[max(0, start - LONGEST_RELATION) : start]]
    if before and before[-1] in BETWEEN:
        before.pop()
    words = " ".join(before)
    if words.endswith(BY) and not words.endswith("hit by"):  # "were hit by Sunday rain"
        return "by"
    return "since" if words.endswith(SINCE) else "at"


def _looks_ahead(token: Token) -> bool:
    """Whether the verb above the expression is future or an infinitive, as in "told to leave on Sunday"."""
    verb = next((above for above in (token, *token.ancestors) if above.pos_ in ("VERB", "AUX")), None)
    before = next((t for t in reversed(token.doc[token.sent.start : token.i]) if t.pos_ == "VERB"), None)
    return any(_is_ahead(found) for found in (verb, before) if found is not None)


def _is_ahead(verb: Token) -> bool:
    """Whether a verb is future, an infinitive, or one that tells of plans, or hangs on such a verb."""
    if verb.lemma_.lower() in LOOKING_AHEAD:
        return True
    for child in verb.lefts:
        if child.lower_ in AUXILIARIES:
            return True
        if child.dep_ == "aux" and child.lower_ == "to":
            return not any(other.lower_ == "have" for other in verb.lefts)
    return verb.dep_ in ("xcomp", "conj", "pcomp") and verb.tag_ in ("VB", "VBG") and _is_ahead(verb.head)


@Language.factory(
    "polemos_times", requires=["token.dep", "token.pos", "token.tag", "token.lemma"], assigns=["doc._.times"]
)
def create_times(nlp: Language, name: str) -> "TimeFinder":
    """Make the component; the published date comes with each document, in `doc._.published`."""
    register_extensions()
    return TimeFinder()


class TimeFinder:
    """Writes `doc._.times`, a tuple of `TimeMention` in the order of the text."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.times = find_times(doc, doc._.published)
        return doc
