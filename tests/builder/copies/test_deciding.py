"""Which reports are copies of which follows from the reports alone, whatever order they come in."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.copies.deciding import DAYS, decide
from builder.copies.register import FILE, Register
from builder.copies.signatures import BANDS, LEAST, VALUES, is_copy, runs, sign
from builder.errors import StoreError

DAY = 24 * 60 * 60
WORDS = random.Random(1).choices([f"w{number}" for number in range(5_000)], k=900)
NEVER = float("inf")


@dataclass(frozen=True)
class Report:
    """A report of one of three stories: from which word on, how many words, and when."""

    iri: str
    story: int
    begin: int
    length: int
    moment: float

    @property
    def text(self) -> str:
        start = self.story * 300 + self.begin
        return " ".join(WORDS[start : start + self.length])


report_values = st.builds(
    Report,
    iri=st.integers(0, 99).map(str),
    story=st.integers(0, 2),
    begin=st.integers(0, 60),
    length=st.integers(10, 200),
    moment=st.integers(0, 20).map(float) | st.just(NEVER),
).map(lambda report: replace(report, moment=report.moment * DAY / 1.5))
reports = st.lists(report_values, max_size=14, unique_by=lambda report: report.iri)


def add(register: Register, some: Iterable[Report]) -> None:
    numbers = (register.add(each.iri, "x", each.moment, sign([each.text])) for each in some)
    decide(register, [number for number in numbers if number is not None])


def copies(folder: Path, *steps: Iterable[Report]) -> dict[str, str]:
    """What is decided where reports come in some steps."""
    (folder / FILE).unlink(missing_ok=True)
    with Register(folder) as register:
        for some in steps:
            add(register, some)
        return dict(register.copies())


def by_definition(some: Iterable[Report]) -> dict[str, str]:
    """Each is a copy of the earliest one that it is like and that is no copy."""
    firsts: list[Report] = []
    found = {}
    for report in sorted(some, key=lambda each: (each.moment, each.iri)):
        first = next((each for each in firsts if alike(each, report)), None)
        if first is not None:
            found[report.iri] = first.iri
        else:
            firsts.append(report)
    return found


def alike(first: Report, second: Report) -> bool:
    one, other = sign([first.text]), sign([second.text])
    if one is None or other is None or set(one.bands()).isdisjoint(other.bands()):
        return False
    is_known = NEVER not in (first.moment, second.moment)
    is_near = not is_known or abs(first.moment - second.moment) <= DAYS * DAY
    return is_near and is_copy(one, other)


@settings(deadline=None)
@given(found=reports, seed=st.randoms(use_true_random=False), cuts=st.integers(1, 5))
def test_the_order_of_arrival_does_not_matter(
    found: list[Report], seed: random.Random, cuts: int, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("copies")
    shuffled = seed.sample(found, len(found))
    steps = [shuffled[step::cuts] for step in range(cuts)]
    assert copies(folder, *steps) == by_definition(found)


@settings(deadline=None)
@given(found=reports, seed=st.randoms(use_true_random=False))
def test_what_is_retracted_was_never_there(
    found: list[Report], seed: random.Random, tmp_path_factory: pytest.TempPathFactory
):
    gone = {report.iri for report in seed.sample(found, len(found) // 2)}
    with Register(tmp_path_factory.mktemp("copies")) as register:
        add(register, found)
        decide(register, register.remove(sorted(gone)))
        assert dict(register.copies()) == by_definition(each for each in found if each.iri not in gone)


def test_some_are_copies_and_some_are_not(tmp_path: Path):
    first = Report("a", 0, 0, 200, 2 * DAY)
    later, other = replace(first, iri="b", length=120, moment=3 * DAY), replace(first, iri="c", story=1)
    assert copies(tmp_path, [first, later, other]) == {"b": "a"}
    earlier = replace(first, iri="z", begin=4, moment=DAY)
    assert copies(tmp_path, [first, later, other], [earlier]) == {"a": "z", "b": "z"}


@pytest.mark.parametrize(("days", "found"), [(DAYS, {"b": "a"}), (DAYS + 0.01, {}), (NEVER, {"b": "a"})])
def test_what_comes_a_week_later_is_another_text(tmp_path: Path, days: float, found: dict[str, str]):
    first = Report("a", 0, 0, 200, 0.0)
    assert copies(tmp_path, [first, replace(first, iri="b", moment=days * DAY)]) == found


def test_no_chain_of_ever_other_texts_is_one(tmp_path: Path):
    chain = [Report(str(number), 0, number * 50, 200, number * 3_600.0) for number in range(3)]
    assert alike(chain[0], chain[1])
    assert alike(chain[1], chain[2])
    assert not alike(chain[0], chain[2])
    assert copies(tmp_path, chain) == {"1": "0"}


def test_a_text_that_many_print_is_compared_with_its_first_print_alone(tmp_path: Path):
    prints = [Report(f"{number:03}", 0, 0, 200 - number % 40, float(number)) for number in range(120)]
    with Register(tmp_path) as register:
        add(register, prints)
        last = register.entry(120)
        assert last is not None
        assert [entry.iri for entry in register.near(last, leads=True)] == ["000"]


def test_what_is_kept_is_known_the_next_time(tmp_path: Path):
    first = Report("a", 0, 0, 200, 0.0)
    with Register(tmp_path) as register:
        add(register, [first])
        register.commit()
        add(register, [replace(first, iri="lost")])
    with Register(tmp_path) as register:
        assert register.fingerprints() == {"a": "x"}
        add(register, [replace(first, iri="b", moment=1.0)])
        assert dict(register.copies()) == {"b": "a"}


def test_a_file_that_is_none_says_the_way_out(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(
        StoreError, match=r"copies\.sqlite: cannot be used .* remove the file, which the next"
    ):
        Register(tmp_path)


def test_signatures_estimate_what_texts_share():
    first, second = (Report("a", 0, begin, 200, 0.0).text for begin in (0, 100))
    one, other = sign([first]), sign([second])
    assert one is not None
    assert other is not None
    shared, either = len(runs(first) & runs(second)), len(runs(first) | runs(second))
    assert one.size == len(runs(first))
    assert one.likeness(other) == pytest.approx(shared / either, abs=3 / VALUES**0.5)
    assert one.held(other) == pytest.approx(shared / one.size, abs=3 / VALUES**0.5)
    assert (one.likeness(one), one.held(one)) == (1, 1)
    assert len(set(one.bands())) == BANDS


def test_words_alone_count_and_texts_too_short_do_not():
    text = Report("a", 0, 0, 200, 0.0).text
    one, other = sign([text]), sign([text.upper().replace(" ", ",\n")])
    assert one is not None
    assert other is not None
    assert one.likeness(other) == 1
    assert sign([" ".join(WORDS[: LEAST + 3])]) is None
    assert sign([" ".join(WORDS[: LEAST + 4])]) is not None
    assert sign([]) is None
