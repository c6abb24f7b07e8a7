"""What a person at a terminal sees while a command runs: a bar, and one line for each thing that fails."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click
from tqdm import tqdm

T = TypeVar("T")


def warn(message: object) -> None:
    """Say in one line on standard error what went wrong."""
    one_line = " ".join(str(message).split())
    with tqdm.external_write_mode(file=sys.stderr):
        click.echo(f"polemos: error: {one_line}", err=True)


def say(message: str) -> None:
    """Say on standard error what was done, so that standard output is the result alone."""
    with tqdm.external_write_mode(file=sys.stderr):
        click.echo(message, err=True)


def bar(
    items: Iterable[T], *, total: int | None, unit: str, size: Callable[[T], int] = lambda _: 1
) -> Iterator[T]:
    """Pass items on and count them, or what is in each, on standard error if that is a terminal."""
    with tqdm(total=total, unit=f" {unit}", disable=not sys.stderr.isatty()) as shown:
        for item in items:
            yield item
            shown.update(size(item))
