"""Expressions of time, resolved against the published date to the precision that the words support.

A weekday or a date without a year looks back, unless the clause looks ahead (future tense, infinitive,
deadline). What cannot be resolved keeps its words and has no date: the published date never stands in.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from builder.components.annotations import TimeMention, register_extensions
from builder.components.once import text_of
from builder.components.paragraphs import datelines
from builder.components.parse_labels import VERBAL
from builder.components.time_forms import DEADLINES, find_forms, form_of
from builder.components.time_resolution import Anchor, as_date, resolve
from builder.patterns import alternatives, load

WORDS = load("times")
AUXILIARIES = frozenset(WORDS["ahead_auxiliaries"])
LOOKING_AHEAD = frozenset(WORDS["ahead"])
LOOKING_BACK = frozenset(WORDS["back"])
SAYING = frozenset(WORDS["saying"])
TRYING = frozenset(WORDS["trying"])
DATED = frozenset(WORDS["dated_nouns"]) - {"election"}
BETWEEN = alternatives(WORDS["between"])
# "by noon on Friday", "no later than 6 p.m. on", "until the end of", "before"; "hit by Sunday rain" is none.
BY = re.compile(
    rf"(?<!hit )(?:(?:\b(?:{alternatives(WORDS['deadline'])})\s+(?:(?:{BETWEEN})\s+)*)"
    rf"|(?:\b(?:by|until|till|no later than)\s+"
    rf"(?:(?:{BETWEEN}|{alternatives(WORDS['clock'])}|\d{{1,2}}(?:[:.]?\d\d)?)\s+)+))$",
    re.IGNORECASE,
)
ANY_DAY = re.compile(r"\bon an?\s$", re.IGNORECASE)  # "on *a* Friday", which may be any
SINCE = re.compile(rf"\b(?:{alternatives(WORDS['since'])})\s+(?:(?:{BETWEEN})\s+)*$", re.IGNORECASE)
AS_OF = re.compile(rf"\b(?:{alternatives(WORDS['as_of'])})\s+(?:(?:{BETWEEN})\s+)*$", re.IGNORECASE)
LONGEST_RELATION = 40  # characters: "no later than 6 p.m. local time on the "
RANGE = frozenset(("to", "until", "till", "through", "and", "-", "–"))
FROM = frozenset(("from", "between"))
GRANTED = frozenset(("granted", "notice"))  # "gave them ten days", "48 hours to leave": from when they were
LATEST = 3  # days from a dateline to the paper: a Friday's report in Monday's
COUNTING = frozenset(("after", "before"))


def find_times(doc: Doc, published: date | None) -> tuple[TimeMention, ...]:
    """Every expression of time in the text, in order; the two ends of a range as one."""
    text = text_of(doc)
    named = {i for name in doc._.names for i in range(name.start, name.end)}
    found: list[TimeMention] = []
    previous: TimeMention | None = None
    heads = datelines(doc)
    for match in find_forms(text):
        span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is None or _is_name(span, named):
            continue
        form = form_of(match)
        relation = "by" if form in DEADLINES else _relation(text, match.start())
        is_deadline = relation == "by"
        ahead = is_deadline or _looks_ahead(span.root)
        head, reverse = _counted(span, previous)
        base = None if previous is None or reverse is None else previous.until or previous.moment
        in_clause = previous is not None and previous.start >= span.sent.start
        since = base if form in GRANTED and in_clause else None
        anchor = Anchor(as_date(since) or published, base, ahead, strict=is_deadline, reverse=bool(reverse))
        moment, until = resolve(match, anchor)
        if form == "weekday" and ANY_DAY.search(text[: match.start()]):
            moment = until = None
        time = TimeMention(span.start, span.end, moment, until, relation, head)
        in_head = any(start <= match.start() < end for start, end in heads)
        if in_head and _is_written_on(as_date(moment), published):
            published = as_date(moment)
            time = replace(time, relation="as of")  # it dates what is said, not what happened
        if form == "overnight" and _is_dated(found, span, text):
            continue
        if form in ("weekday", "deixis", "period") and _is_day_of_anniversary(doc, found, span):
            continue
        found.append(time)
        if moment is not None and not is_deadline and _tells_of_events(span.root):
            previous = time
    return _ranges_joined(doc, found)


def _is_written_on(told: date | None, published: date | None) -> bool:
    """Whether a dateline tells which day "today" is: that of a report printed a day or two later."""
    return told is not None and published is not None and 0 < (published - told).days <= LATEST


def _is_name(span: Span, named: Collection[int]) -> bool:
    """Whether the words are somebody's or something's name: "the November 17 group", "April Smith"."""
    is_inside = span.start in named and (span.start - 1 in named or span.end in named)
    is_dated = any(token.like_num for token in span)  # of "11 MARCH, MAYOR" spaCy may make a person
    return is_inside or (not is_dated and any(token.ent_type_ == "PERSON" for token in span))


def _relation(text: str, start: int) -> str:
    """How what is told stands to the time, by the words before it: "at", "since", "by" or "as of" it."""
    before = text[max(0, start - LONGEST_RELATION) : start]
    if BY.search(before):
        return "by"
    if AS_OF.search(before):
        return "as of"
    return "since" if SINCE.search(before) else "at"


def _counted(span: Span, previous: TimeMention | None) -> tuple[int | None, bool | None]:
    """Of "two days after" with an event after it: whose date it is, and whether to count the other way.

    "Came on Friday, two days after a bomb *exploded*" dates the bomb: two days before Friday. "Two days after
    the attack, rebels came" counts on from the date told last. The second is None where it cannot be told
    which date is meant.
    """
    word = span[-1]
    if word.lower_ not in COUNTING:
        return None, False
    if word.dep_ == "mark":
        later = word.head
        main = later.head
    else:
        later = next((child for child in word.rights if child.dep_ in ("pobj", "pcomp")), word)
        main = word.head
    if later.i == word.i or later.i < word.i:
        return None, False
    if main.i > word.i and word.dep_ != "mark":  # "two days after the attack, rebels came"
        return None, False
    if main.i > later.i:
        return main.i, False
    same = previous is not None and previous.start >= span.sent.start
    return (later.i, True) if same or word.dep_ == "mark" else (None, None)


def _is_day_of_anniversary(doc: Doc, found: list[TimeMention], span: Span) -> bool:
    """Whether a day only tells how long ago something was: "six *years ago last Friday*"."""
    if not found or found[-1].end != span.start:
        return False
    before = doc[found[-1].start : found[-1].end]
    return before[-1].lower_ == "ago" and any(token.lemma_.lower() == "year" for token in before)


def _is_dated(found: list[TimeMention], span: Span, text: str) -> bool:
    """Whether "overnight" only tells the hour of a date beside it: "overnight on Friday"."""
    doc = span.doc
    before = bool(found) and found[-1].end >= span.start - 1
    after = text[doc[span.end - 1].idx + len(doc[span.end - 1]) :][:LONGEST_RELATION]
    beside = re.match(r"\s+(?:on |of |from |into |to )*", after)
    follows = beside is not None and any(form.start() == beside.end() for form in find_forms(after))
    return before or follows


def _tells_of_events(root: Token) -> bool:
    """Whether later words may count from a date: it is not of a statement, nor of a line without a verb."""
    verb = next((above for above in root.ancestors if above.pos_ in VERBAL), None)
    return verb is not None and verb.lemma_.lower() not in SAYING


def _ranges_joined(doc: Doc, times: list[TimeMention]) -> tuple[TimeMention, ...]:
    """The expressions with two that give the ends of a range made one: "from July 28 to August 1"."""
    joined: list[TimeMention] = []
    for time in times:
        first = joined[-1] if joined else None
        if first is not None and _is_range(doc, first, time):
            until = time.until or time.moment
            joined[-1] = TimeMention(first.start, time.end, first.moment, until, "at", first.head)
        else:
            joined.append(time)
    return tuple(joined)


def _is_range(doc: Doc, first: TimeMention, last: TimeMention) -> bool:
    between = doc[first.end : last.start]
    opened = first.start > 0 and doc[first.start - 1].lower_ in FROM
    closed = len(between) == 1 and between[0].lower_ in RANGE
    through = closed and between[0].lower_ == "through"
    if not ((opened and closed) or through) or first.moment is None or last.moment is None:
        return False
    return first.until is None and str(first.moment) <= str(last.until or last.moment)


def _looks_ahead(token: Token) -> bool:
    """Whether the verb above the expression is future or an infinitive, as in "told to leave on Sunday"."""
    if token.dep_ in ("compound", "nmod", "nummod") and token.head.lemma_.lower() in DATED:
        return False  # "is to investigate the *12 August airstrike*"
    verb = next((above for above in (token, *token.ancestors) if above.pos_ in VERBAL), None)
    if verb is not None and verb.tag_ == "VBD":
        return _is_ahead(
            verb
        )  # what stands before is another clause: "If you are joining us: on Friday gunmen came"
    before = next((t for t in reversed(token.doc[token.sent.start : token.i]) if t.pos_ == "VERB"), None)
    return any(_is_ahead(found) for found in (verb, before) if found is not None)


def _is_ahead(verb: Token) -> bool:
    """Whether a verb is future, an infinitive, or one that tells of plans, or hangs on such a verb."""
    if verb.lemma_.lower() in LOOKING_BACK:  # "to avenge an attack on Friday"
        return False
    if verb.lemma_.lower() in LOOKING_AHEAD:  # but "*had threatened* in April to attack"
        return not any(child.dep_ == "aux" and child.lower_ == "had" for child in verb.lefts)
    for child in verb.lefts:
        if child.lower_ in AUXILIARIES:
            return True
        if child.dep_ == "aux" and child.lower_ in ("is", "are") and verb.tag_ == "VBG":
            return True  # "is leaving on Friday"
        if child.dep_ == "aux" and child.lower_ == "to":
            tried = verb.head.lemma_.lower() in TRYING  # "thwarted an attempt to bomb the market on Monday"
            return not tried and not any(other.lower_ == "have" for other in verb.lefts)
    # "will attack trains *carrying* soldiers from Monday": what will attack is two words above
    carrying = verb.dep_ == "acl" and verb.tag_ == "VBG" and verb.head.i != verb.head.head.i
    hanging = verb.dep_ in ("xcomp", "conj", "pcomp") and verb.tag_ in ("VB", "VBG")
    return (carrying and _is_ahead(verb.head.head)) or (hanging and _is_ahead(verb.head))


@Language.factory(
    "polemos_times",
    requires=["token.dep", "token.pos", "token.tag", "token.lemma", "doc._.names"],
    assigns=["doc._.times"],
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
