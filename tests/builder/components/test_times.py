"""Times: what the words of a date mean against the day a report was published."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.components.time_forms import DEADLINES, FORMS, MONTHS, WEEKDAYS, form_of
from builder.components.time_resolution import Anchor, resolve
from builder.model import Moment

from ..marked import Found, assert_found, parse
from .conftest import PUBLISHED, Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {  # published on Wednesday 31 January 2024
    "weekday looks back": "Gunmen attacked the base on <time value=2024-01-26>Friday</time>.",
    "the day of publication": "The bridge was hit on <time value=2024-01-31>Wednesday</time>.",
    "part of a weekday": "Shells fell on <time value=2024-01-28>Sunday afternoon</time>.",
    "last weekday": "The army withdrew <time value=2024-01-24>last Wednesday</time>.",
    "weekday looks ahead": "The army will withdraw on <time value=2024-02-02>Friday</time>.",
    "infinitive looks ahead": "They were told to leave on <time value=2024-02-01>Thursday</time>.",
    "next weekday": "Talks open <time value=2024-02-05>next Monday</time>.",
    "deadline": "The rebels must leave by <time value=2024-02-02 relation=by>Friday</time>.",
    "deadline on the same weekday": "They must leave by <time value=2024-02-07 relation=by>Wednesday</time>.",
    "full date, day first": "The camp fell on <time value=2019-10-27>27 October 2019</time>.",
    "full date, month first": "The camp fell on <time value=2019-10-27>October 27, 2019</time>.",
    "short month": "The camp fell on <time value=2024-01-04>Jan. 4</time>.",
    "ordinal": "The camp fell on <time value=2024-01-04>4th of January</time>.",
    "iso": "The log says <time value=2023-12-30>2023-12-30</time>.",
    "date without a year looks back": "The market was bombed on <time value=2023-12-20>December 20</time>.",
    "date without a year looks ahead": "Elections will be held on <time value=2024-03-03>March 3</time>.",
    "month and year": "The war began in <time value=2014-03>March 2014</time>.",
    "month": "The war began in <time value=2023-11>November</time>.",
    "part of a month": "Since <time value=2023-11 relation=since>late November</time> rockets have fallen.",
    "year": "The army was founded in <time value=1998>1998</time>.",
    "yesterday": "Shells fell <time value=2024-01-30>yesterday</time>.",
    "tomorrow": "The truce ends <time value=2024-02-01>tomorrow</time>.",
    "days ago": "The base was hit <time value=2024-01-28>three days ago</time>.",
    "weeks ago": "The base was hit <time value=2024-01-17>two weeks ago</time>.",
    "months ago": "The base was hit <time value=2023-11>two months ago</time>.",
    "years ago": "The base was hit <time value=2019>five years ago</time>.",
    "earlier counts from the date before": (
        "On <time value=2024-01-26>Friday</time> a mine exploded. Another had exploded "
        "<time value=2024-01-24>two days earlier</time>."
    ),
    "the following day": (
        "Troops came on <time value=2024-01-15>January 15</time> and left the "
        "<time value=2024-01-16>following day</time>."
    ),
    "hours to go": "They must leave <time value=2024-02-02 relation=by>within 48 hours</time>.",
    "overnight": "Drones struck <time value=2024-01-30 until=2024-01-31>overnight</time>.",
    "last week": "Aid arrived <time value=2024-01-22 until=2024-01-28>last week</time>.",
    "last month": "Aid arrived <time value=2023-12>last month</time>.",
    "last year": "Aid arrived <time value=2023>last year</time>.",
    "end of the month": "They will leave by <time value=2024-01-31 relation=by>the end of the month</time>.",
    "no such day": "The note is dated <time value=None>February 30, 2023</time>.",
    "nothing to count from": "It had exploded <time value=None>two days earlier</time>.",
    "a number of days that is not told": "The base was hit <time value=None>several days ago</time>.",
}
NOTHING = {
    "modal": "It may rain.",
    "verb": "They march on the city.",
    "number": "About 2000 soldiers and 1900 policemen came.",
    "quantity that looks like a year": "The rifle costs 2,014 dollars.",
    "model": "The T-1998 tank rolled on.",
    "no time at all": "Gunmen attacked the base.",
}


def end_of(doc: "Doc", end: int) -> int:
    return doc[end - 1].idx + len(doc[end - 1])


def found(doc: "Doc") -> Iterator[Found]:
    for time in doc._.times:
        values = {"value": time.moment, "until": time.until, "relation": time.relation}
        yield Found("time", end_of(doc, time.end), values)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_times(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="times")))


@pytest.mark.parametrize("sentence", NOTHING.values(), ids=NOTHING)
def test_what_only_looks_like_a_time_is_none(sentence: str, annotate: Annotate) -> None:
    assert_found(parse(sentence, empty=True), found(annotate(sentence, until="times")))


NEEDS_NO_DATE = {"full date, day first", "full date, month first", "iso", "month and year", "year"}


@pytest.mark.parametrize("name", SENTENCES)
def test_without_a_published_date_only_full_dates_are_resolved(name: str, annotate: Annotate) -> None:
    times = annotate(parse(SENTENCES[name]).text, until="times", published=None)._.times
    assert times
    assert all((time.moment is not None) is (name in NEEDS_NO_DATE) for time in times)


DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))
NUMBERS = st.one_of(st.integers(1, 40).map(str), st.sampled_from(["two", "three", "a", "several", "twelve"]))
EXPRESSIONS = st.one_of(
    st.builds("{} {}".format, st.integers(1, 31), st.sampled_from([*MONTHS])),
    st.builds("{} {}, {}".format, st.sampled_from([*MONTHS]), st.integers(1, 31), st.integers(1900, 2099)),
    st.builds("{} {}".format, st.sampled_from([*MONTHS]), st.integers(1900, 2099)),
    st.builds("{}{}".format, st.sampled_from(["", "last ", "next ", "this "]), st.sampled_from([*WEEKDAYS])),
    st.builds("{} {} ago".format, NUMBERS, st.sampled_from(["hours", "days", "weeks", "months", "years"])),
    st.builds("within {} {}".format, NUMBERS, st.sampled_from(["hours", "days", "weeks", "months"])),
    st.sampled_from(
        ["yesterday", "tomorrow", "overnight", "last week", "next month", "this year", "last weekend"]
    ),
    st.sampled_from(
        ["the following day", "the same day", "two days earlier", "the end of the month", "late May 2011"]
    ),
)
ANCHORS = st.builds(
    Anchor,
    published=st.none() | DAYS,
    previous=st.none() | DAYS.map(lambda d: Moment(d.year, d.month, d.day)) | st.just(Moment(2011, 5)),
    ahead=st.booleans(),
    strict=st.booleans(),
)


def first_match(expression: str) -> re.Match[str]:
    match = FORMS.search(expression)
    assert match is not None
    return match


def as_date(moment: Moment) -> date:
    """The day, or the first of the month or year; ValueError where there is none."""
    return date(moment.year, moment.month or 1, moment.day or 1)


@given(EXPRESSIONS, ANCHORS)
def test_every_moment_is_a_real_date_and_periods_run_forward(expression: str, anchor: Anchor) -> None:
    moment, until = resolve(first_match(expression), anchor)
    if moment is not None and until is not None:
        assert as_date(moment) <= as_date(until)
    assert moment is None or as_date(moment)
    assert until is None or moment is not None


@given(st.sampled_from([*WEEKDAYS]), DAYS, st.booleans(), st.booleans())
def test_a_weekday_is_that_day_within_a_week_on_the_right_side(
    name: str, published: date, ahead: bool, strict: bool
) -> None:
    moment, _ = resolve(first_match(name), Anchor(published, None, ahead, strict))
    assert moment is not None
    found = as_date(moment)
    assert found.weekday() == WEEKDAYS[name]
    least = 1 if strict else 0
    low, high = (least, 7) if ahead else (-6, 0)
    assert published + timedelta(days=low) <= found <= published + timedelta(days=high)


@given(st.integers(1, 28), st.sampled_from([*MONTHS]), DAYS, st.booleans())
def test_a_date_without_a_year_is_the_last_or_the_next(
    day: int, month: str, published: date, ahead: bool
) -> None:
    moment, _ = resolve(first_match(f"{day} {month}"), Anchor(published, None, ahead, strict=False))
    assert moment is not None
    assert (moment.month, moment.day) == (MONTHS[month], day)
    if ahead:
        assert published <= as_date(moment) < published + timedelta(days=366)
    else:
        assert published - timedelta(days=366) < as_date(moment) <= published


TODAY = ("today", "tonight", "this morning", "this", "0", "31", "same", "end")


@given(EXPRESSIONS)
def test_the_published_date_never_stands_in_for_another(expression: str) -> None:
    """Only words that can mean the day itself give it: a deictic, its weekday, its date."""
    anchor = Anchor(PUBLISHED, None, ahead=False, strict=False)
    match = first_match(expression)
    moment, _ = resolve(match, anchor)
    if moment is not None and moment.day is not None and as_date(moment) == PUBLISHED:
        hours = form_of(match) in {"ago", *DEADLINES}
        assert hours or any(word in expression.lower() for word in (*TODAY, "wednesday"))


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.none() | DAYS)
def test_no_text_breaks_the_forms(text: str, published: date | None) -> None:
    for match in FORMS.finditer(text):
        resolve(match, Anchor(published, None, ahead=False, strict=False))


@pytest.mark.parametrize("text", ["2024-02-30", "2024-13-01", "0000-01-01"])
def test_an_impossible_date_in_digits_is_left_unresolved(text: str) -> None:
    assert resolve(first_match(text), Anchor(PUBLISHED, None, ahead=False, strict=False)) == (None, None)


@pytest.mark.parametrize("text", ["5000 years ago", "99999999999 days ago", "within 99999999 weeks"])
def test_a_number_beyond_the_calendar_is_left_unresolved(text: str) -> None:
    assert resolve(first_match(text), Anchor(PUBLISHED, None, ahead=False, strict=False)) == (None, None)
