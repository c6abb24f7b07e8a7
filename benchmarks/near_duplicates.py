"""How long it takes to find copies of one text: reports of made-up words, from few to many.

    python benchmarks/near_duplicates.py                   1,000 and 10,000 reports, half a minute
    python benchmarks/near_duplicates.py 1000 10000 100000

Four of ten reports are prints of one of the fifty texts before, cut somewhere in the last half; then as many
prints of one single text. For each number it prints the milliseconds of the processor that a signature and a
decision take, against those of the first number, and what is kept of a report.
"""

import random
import resource
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from builder.copies.deciding import decide
from builder.copies.register import FILE, Register
from builder.copies.signatures import sign

# The length of a dispatch, and a vocabulary of its size; a report every minute.
WORDS: Final = 400
VOCABULARY: Final = tuple(f"word{number}" for number in range(20_000))
SECONDS: Final = 60.0


@dataclass(frozen=True)
class Reading:
    """What one number of reports took: milliseconds each, bytes each, and how many were copies."""

    signing: float
    deciding: float
    kept: float
    copies: int


def wire(chance: random.Random, reports: int) -> Iterator[str]:
    """Give texts of which four of ten are prints of one before, cut."""
    recent: list[list[str]] = []
    for _ in range(reports):
        if recent and chance.random() < 0.4:
            words = chance.choice(recent)
            yield " ".join(words[: chance.randint(WORDS // 2, WORDS)])
        else:
            words = chance.choices(VOCABULARY, k=WORDS)
            recent = [*recent[-49:], words]
            yield " ".join(words)


def flood(chance: random.Random, reports: int) -> Iterator[str]:
    """Give prints of one text, cut."""
    words = chance.choices(VOCABULARY, k=WORDS)
    for _ in range(reports):
        yield " ".join(words[: chance.randint(WORDS // 2, WORDS)])


def measure(texts: Iterator[str], reports: int) -> Reading:
    """Sign texts and decide which are copies."""
    listed = list(texts)
    began = processor()
    signatures = [sign([text]) for text in listed]
    signed = processor()
    with tempfile.TemporaryDirectory() as folder, Register(Path(folder)) as register:
        numbers = [
            register.add(f"https://example.org/report/{at:032}", "f" * 60, at * SECONDS, signature)
            for at, signature in enumerate(signatures)
        ]
        decide(register, [number for number in numbers if number is not None])
        register.commit()
        decided, copies = processor(), sum(1 for _ in register.copies())
        register.close()
        kept = (Path(folder) / FILE).stat().st_size
    return Reading(
        (signed - began) / reports * 1e3, (decided - signed) / reports * 1e3, kept / reports, copies
    )


def processor() -> float:
    """Give the seconds that the processor has worked for this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@click.command()
@click.argument("numbers", nargs=-1, type=click.IntRange(1))
def main(numbers: tuple[int, ...]) -> None:
    """Measure each number of reports."""
    sign(["what loads the library " * 20])
    for made in (wire, flood):
        first: Reading | None = None
        for reports in numbers or (1_000, 10_000):
            found = measure(made(random.Random(1), reports), reports)
            first = first or found
            ratio = (found.signing + found.deciding) / (first.signing + first.deciding)
            each = f"sign {found.signing:.2f} ms  decide {found.deciding:.2f} ms  ratio {ratio:.2f}"
            kept = f"{found.kept:,.0f} bytes  {found.copies:,} copies"
            print(f"{made.__name__:<6} {reports:>9,}  {each}  {kept}")


if __name__ == "__main__":
    main()
