"""What a person at a terminal sees while a command runs: a bar, and one line for each thing that fails."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click
from tqdm import tqdm

T = TypeVar("T")


def warn(message: object) -> None:
    """Say in one line on standard error what went wrong."""
    with tqdm.external_write_mode(file=sys.stderr):
        click.echo(f"polemos: error: {shown(message)}", err=True)


def shown(message: object) -> str:
    r"""Give a message as one line, what would steer a terminal written out: it may quote strangers.

    >>> shown("no\nfeed: \x1b[31m")
    'no feed: \\x1b[31m'
    """
    one_line = " ".join(str(message).split())
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in one_line
    )


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


def passing_bar(items: Iterable[T], *, total: int | None, unit: str) -> Iterator[T]:
    """Do as `bar` does, but show what takes longer than two seconds only, and leave nothing of it behind."""
    hidden = not sys.stderr.isatty()
    return iter(tqdm(items, total=total, unit=f" {unit}", disable=hidden, delay=2, leave=False))
