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
    "any weekday": "The raid was told to have been on a <time value=None>Friday</time>.",
    "weekday looks back": "Gunmen attacked the base on <time value=2024-01-26>Friday</time>.",
    "a threat of the past": "Rebels had threatened in <time value=2023-04>April</time> to attack the base.",
    "time to leave": (
        "On <time value=2024-01-15>January 15</time> rebels gave them <time value=2024-01-18>72 hours to "
        "leave</time> Goma."
    ),
    "printed a day after its dateline": (
        "Srinagar, <time value=2024-01-30>January 30</time>: Gunmen came "
        "<time value=2024-01-29>last night</time> and left "
        "<time value=2024-01-30>today</time>."
    ),
    "by so many hours": "Leave by 1200 hours on <time value=2024-02-07>Wednesday</time>.",
    "the night between two days": (
        "Gunmen came in the night of <time value=2024-01-14>14/15 January</time> and left."
    ),
    "after another clause": "If you are joining us: on <time value=2024-01-26>Friday</time> gunmen came.",
    "the day of publication": "The bridge was hit on <time value=2024-01-31>Wednesday</time>.",
    "part of a weekday": "Shells fell on <time value=2024-01-28>Sunday afternoon</time>.",
    "last weekday": "The army withdrew <time value=2024-01-24>last Wednesday</time>.",
    "weekday looks ahead": "The army will withdraw on <time value=2024-02-02>Friday</time>.",
    "infinitive looks ahead": "They were told to leave on <time value=2024-02-01>Thursday</time>.",
    "next weekday": "Talks open <time value=2024-02-05>next Monday</time>.",
    "ahead of a participle": (
        "They will attack trains carrying troops from <time value=2024-02-02 relation=since>Friday</time>."
    ),
    "a thwarted attempt": (
        "Police foiled an attempt to bomb a market on <time value=2024-01-26>Friday</time>."
    ),
    "a dated noun": "It is to look into the <time value=2023-08-12>12 August</time> airstrike.",
    "years ago on a day": "<time value=2018>Six years ago</time> last Friday a bomb hit the base.",
    "hours before": (
        "Gunmen fled on <time value=2024-01-26>Friday</time>, <time value=2024-01-26>two hours "
        "after</time> a blast."
    ),
    "two days of a month": "Clashes were reported on <time value=2023-09-09>9 and 15 September</time>.",
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
    "a year without a space": "On <time value=1993-02-26>February 26,1993</time> a bomb exploded.",
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
    # days and their parts
    "earlier the same day": "Police came <time value=2024-01-31>earlier today</time>.",
    "the night before last": "A mine exploded <time value=2024-01-29>the night before last</time>.",
    "the day after tomorrow": "They will leave <time value=2024-02-02>the day after tomorrow</time>.",
    "early on a weekday": "Shells fell early on <time value=2024-01-28>Sunday</time>.",
    "late a weekday": "Shells fell late <time value=2024-01-27>Saturday</time>.",
    "early hours": "Gunmen came in the early hours of <time value=2024-01-28>28 January</time>.",
    "before dawn": "Boats were rammed before dawn on <time value=2024-01-29>Monday</time>.",
    "after midnight": "Houses burned shortly after midnight on <time value=2024-01-30>Tuesday</time>.",
    "possessive": "<time value=2024-01-28>Sunday</time>’s attack killed three.",
    "weekday of last week": "The base fell on <time value=2024-01-25>Thursday last week</time>.",
    "weekday of this week": "The base fell on <time value=2024-01-29>Monday this week</time>.",
    "weekday of next week": "Talks will open on <time value=2024-02-06>Tuesday of next week</time>.",
    "this past weekday": "The base fell <time value=2024-01-26>this past Friday</time>.",
    "this past weekday on that day": "The base fell <time value=2024-01-24>this past Wednesday</time>.",
    "following weekday": (
        "On <time value=2024-01-15>January 15</time> troops came. They left <time value=2024-01-19>the "
        "following "
        "Friday</time>."
    ),
    "previous weekday": (
        "On <time value=2024-01-15>January 15</time> troops came. A bomb had exploded "
        "<time value=2024-01-12>the previous Friday</time>."
    ),
    "following weekday without a date": "They left <time value=None>the following Friday</time>.",
    "leaving": "The troops are leaving on <time value=2024-02-02>Friday</time>.",
    "would": "The army said it would leave on <time value=2024-02-02>Friday</time>.",
    "due": "The rebels are due to meet on <time value=2024-02-05>Monday</time>.",
    "to avenge": "They came to avenge the raid of <time value=2024-01-08>January 8</time>.",
    "overnight on a day": "Drones struck overnight on <time value=2024-01-27>Saturday</time>.",
    "a day and overnight": "Drones struck <time value=2024-01-27>Saturday</time> overnight.",
    "day by number in a month": "A truce began on <time value=2023-12-25>the 25th of last month</time>.",
    "day by number": (
        "On <time value=2023-10-04>4 October</time> a mine exploded. "
        "On <time value=2023-10-22>the 22nd</time> a school burned."
    ),
    "day by number alone": "A school burned on <time value=2024-01-12>the 12th</time>.",
    "day by number to come": "They must leave by <time value=2024-02-12 relation=by>the 12th</time>.",
    "brigade by number": "On <time value=2024-01-26>Friday</time> rebels fired on the 22nd Brigade.",
    "no such day in that month": "It is said of <time value=None>the 31st of next month</time>.",
    "weekend": "Two died <time value=2024-01-27 until=2024-01-28>last weekend</time>.",
    # weeks, months, years
    "early last week": "Aid came early <time value=2024-01-22 until=2024-01-28>last week</time>.",
    "late last month": "The camp fell <time value=2023-12>late last month</time>.",
    "earlier this month": "The camp fell <time value=2024-01>earlier this month</time>.",
    "later this month": "Talks will open <time value=2024-01>later this month</time>.",
    "next month": "Talks will open <time value=2024-02>next month</time>.",
    "end of last month": "The camp fell at <time value=2023-12>the end of last month</time>.",
    "end of a month": (
        "Since <time value=2023-10 relation=since>the end of October</time> rockets have fallen."
    ),
    "last October": "The camp fell <time value=2023-10>last October</time>.",
    "last January": "The camp fell <time value=2023-01>last January</time>.",
    "month of last year": "The camp fell in <time value=2023-07>July last year</time>.",
    "May of last year": "The camp fell in <time value=2023-05>May of last year</time>.",
    "month of next year": "Elections will be held in <time value=2025-03>March next year</time>.",
    "day of last year": "The camp fell on <time value=2023-08-05>August 5 of last year</time>.",
    "earlier this year": "The camp fell <time value=2024>earlier this year</time>.",
    "next year": "Elections will be held <time value=2025>next year</time>.",
    "past hours": "Ten died in <time value=2024-01-30 until=2024-01-31>the past 24 hours</time>.",
    "past weeks": "Ten died in <time value=2024-01-17 until=2024-01-31>the last two weeks</time>.",
    "past months": "Ten died in <time value=2023-10 until=2024-01>the past three months</time>.",
    "past week": "Ten died in <time value=2024-01-24 until=2024-01-31>the past week</time>.",
    "a fortnight": "The base was hit <time value=2024-01-17>a fortnight ago</time>.",
    "about two weeks": "The base was hit <time value=2024-01>about two weeks ago</time>.",
    "nearly three months": "The base was hit <time value=2023>nearly three months ago</time>.",
    "more than a year": "The base was hit <time value=2023>more than a year ago</time>.",
    # ranges
    "range of days, day first": (
        "They fought from <time value=2024-01-14 until=2024-01-16>14 to 16 January</time>."
    ),
    "range of days, month first": "They fought <time value=2024-01-14 until=2024-01-16>January 14-16</time>.",
    "between days": "They fought <time value=2024-01-14 until=2024-01-16>between January 14 and 16</time>.",
    "from a month to another": (
        "They fought from <time value=2023-12-28 until=2024-01-01>December 28 to January 1</time>."
    ),
    "between weekdays": (
        "They fought between <time value=2024-01-26 until=2024-01-28>Friday and Sunday</time>."
    ),
    "weekdays through": "They fought <time value=2024-01-29 until=2024-01-30>Monday through Tuesday</time>.",
    "two days are no range": (
        "They fought on <time value=2024-01-26>Friday</time> and <time value=2024-01-28>Sunday</time>."
    ),
    "between years": "He ruled <time value=2011 until=2014>between 2011 and 2014</time>.",
    "range the wrong way round": "He ruled <time value=None>between 2014 and 2011</time>.",
    # background
    "year before an event": "He lost a leg in <time value=1983>the 1983</time> bombing of the barracks.",
    "year before a place and an event": "He planned <time value=2008>the 2008</time> Mumbai attacks.",
    "a known day": "He fled after the <time value=2001-09-11>September 11 attacks</time>.",
    "holiday": "The club was raided on <time value=2023-12-31>New Year’s Eve</time>.",
    "Easter": "Churches were bombed on <time value=2023-04-09>Easter Sunday</time>.",
    "Good Friday ahead": "The men will be freed on <time value=2024-03-29>Good Friday</time>.",
    "holiday ahead": "The men will be freed on <time value=2024-12-25>Christmas Day</time>.",
    "a later event counted from the date before": (
        "The raid came on <time value=2024-01-26>Friday</time>, <time value=2024-01-24 head=exploded>two "
        "days "
        "after</time> a bomb exploded."
    ),
    "the day after an event": (
        "Rebels struck on <time value=2024-01-26>Friday</time>, <time value=2024-01-25 head=attack>the day "
        "after</time> an attack on a bank."
    ),
    "counting on from what was told": (
        "A bomb exploded on <time value=2024-01-15>January 15</time>. <time value=2024-01-17>Two days "
        "after</time> "
        "the blast, troops came."
    ),
    "counted from an event without a date": (
        "Troops came <time value=None>two days after</time> the blast in the market."
    ),
    "not counted from a statement": (
        "A spokesman said on <time value=2024-01-29>Monday</time> that it was over. "
        "<time value=None>Two days earlier</time> a bomb had exploded."
    ),
    "not counted from a dateline": (
        "KABUL, <time value=2024-01-30>Jan 30</time> (AFP) -- <time value=None>Two days earlier</time> a "
        "bomb had "
        "exploded."
    ),
    "that night": (
        "The town fell on <time value=2024-01-15>January 15</time>. Troops fled "
        "<time value=2024-01-15>that night</time>."
    ),
    "the next morning": (
        "The town fell on <time value=2024-01-15>January 15</time>. Troops fled "
        "<time value=2024-01-16>the next morning</time>."
    ),
    "recent weeks": "Dozens died <time value=None>in recent weeks</time>.",
    "weeks later": "He died <time value=None>weeks later</time>.",
    "last summer": "The town fell <time value=None>last summer</time>.",
    # deadlines
    "by noon": "They must leave by noon on <time value=2024-02-02 relation=by>Friday</time>.",
    "no later than an hour": (
        "Leave no later than 6 p.m. on <time value=2024-02-02 relation=by>Friday</time>."
    ),
    "by late": "They must leave by late <time value=2024-02-02 relation=by>Friday</time>.",
    "until midnight": "They have until midnight on <time value=2024-02-04 relation=by>Sunday</time>.",
    "days to leave": "It gave them <time value=2024-02-03 relation=by>three days to leave</time>.",
    "a day by its number": "They were kidnapped on <time value=2024-01-12>the 12th</time>.",
    "this day by its number": "They came on the night of <time value=2024-01-31>the 31st</time>.",
    "a day of the month told before": (
        "It fell on <time value=2023-11-03>3 November</time> and was retaken on "
        "<time value=2023-11-09>the 9th</time>."
    ),
    "days to return": "It gave the mayor <time value=2024-02-10 relation=by>ten days</time> to return them.",
    "days from another day": (
        "On <time value=2024-01-29>29 January</time> it gave them "
        "<time value=2024-02-03 relation=by>five days</time> to apologise."
    ),
    "two-week ultimatum": "It set a <time value=2024-02-14 relation=by>two-week ultimatum</time>.",
    "as of": 'As of <time value="2024-01-25" relation="as of">Thursday</time>, ten had died.',
}
NOTHING = {
    "an ordinal that is no day": "He served in the 12th Brigade and on the 21st floor.",
    "days in which nothing is asked": "It took ten days to reach the town.",
    "a holiday that is no weekday": "They signed the Good Friday pact.",
    "a name of a day": "He spoke of Bloody Sunday.",
    "a group’s name": "Black September struck again.",
    "a person’s name": "April Smith said the road was closed.",
    "a count of soldiers": "They sent the 2000 soldiers home.",
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
        head = None if time.head is None else doc[time.head].text
        values = {"value": time.moment, "until": time.until, "relation": time.relation, "head": head}
        yield Found("time", end_of(doc, time.end), values)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_times(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="times")))


@pytest.mark.parametrize("sentence", NOTHING.values(), ids=NOTHING)
def test_what_only_looks_like_a_time_is_none(sentence: str, annotate: Annotate) -> None:
    assert_found(parse(sentence, empty=True), found(annotate(sentence, until="times")))


NEEDS_NO_DATE = {
    *("full date, day first", "full date, month first", "iso", "month and year", "year", "between years"),
    *("year before an event", "year before a place and an event", "a known day", "a year without a space"),
}


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
