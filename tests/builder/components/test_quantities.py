"""Numbers: exact, bounded, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.components.annotations import Quantity
from builder.components.quantities import parse_number, read_metres, read_quantity

from .conftest import Annotate

ONES = "one two three four five six seven eight nine".split()  # noqa: SIM905
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("text", "number"),
    {
        "12": 12,
        "1,200": 1200,
        "12,345,678": 12345678,
        "twelve": 12,
        "Twelve": 12,
        "a": 1,
        "no": 0,
        "zero": 0,
        "dozen": 12,
        "hundred": 100,
        "two hundred": 200,
        "two hundred fifty": 250,
        "three thousand": 3000,
        "two hundred thousand": 200_000,
        "sixty-one": 61,
        "two thousand three hundred": 2300,
    }.items(),
)
def test_numbers(text: str, number: int) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "-", "²", "many", "Friday", "T-72", "12th", "1.5", "a lot"])
def test_what_is_no_whole_number(text: str) -> None:
    assert parse_number(text) is None


@given(st.integers(0, 10**12))
def test_digits_are_read_with_and_without_separators(number: int) -> None:
    assert parse_number(str(number)) == number
    assert parse_number(f"{number:,}") == number


@given(st.integers(0, 7), st.integers(0, 8), st.sampled_from(["-", " "]))
def test_tens_and_ones_add_up(tens: int, ones: int, joint: str) -> None:
    assert parse_number(f"{TENS[tens]}{joint}{ONES[ones]}") == 10 * (tens + 2) + ones + 1


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_no_text_breaks_it_and_no_number_is_negative(text: str) -> None:
    number = parse_number(text)
    assert number is None or number >= 0


# Exact, at least, at most. "More than 12" is at least 13, for people are whole.
BOUNDS = {
    "12 soldiers": (12, None, None),
    "twelve soldiers": (12, None, None),
    "1,200 soldiers": (1200, None, None),
    "two hundred soldiers": (200, None, None),
    "at least 12 soldiers": (None, 12, None),
    "more than 12 soldiers": (None, 13, None),
    "over 12 soldiers": (None, 13, None),
    "no fewer than 12 soldiers": (None, 12, None),
    "up to 12 soldiers": (None, None, 12),
    "as many as 12 soldiers": (None, None, 12),
    "fewer than 12 soldiers": (None, None, 11),
    "6 to 8 soldiers": (None, 6, 8),
    "dozens of soldiers": (None, 24, None),
    "hundreds of soldiers": (None, 200, None),
    "no soldiers": (0, None, None),
    "a soldier": (1, None, None),
    "the soldiers": (None, None, None),
    "many soldiers": (None, None, None),
}


def bounds(quantity: Quantity) -> tuple[int | None, int | None, int | None]:
    return quantity.exact, quantity.at_least, quantity.at_most


@pytest.mark.parametrize(("phrase", "expected"), BOUNDS.items(), ids=BOUNDS)
def test_quantities(phrase: str, expected: tuple[int | None, ...], annotate: Annotate) -> None:
    doc = annotate(f"The rebels killed {phrase}.", until="names")
    assert bounds(read_quantity(doc[-2])) == expected


@pytest.mark.parametrize(
    ("phrase", "metres"),
    {
        "500 metres": 500,
        "500 meters": 500,
        "one kilometre": 1000,
        "12 kilometers": 12000,
        "30 km": 30000,
        "two miles": 3218,
        "100 yards": 91,
        "12 hours": None,
        "12 soldiers": None,
    }.items(),
)
def test_distances(phrase: str, metres: int | None, annotate: Annotate) -> None:
    doc = annotate(f"They withdrew {phrase} from the border.", until="names")
    numeral = next(token for token in doc if token.like_num)
    assert read_metres(numeral) == metres
