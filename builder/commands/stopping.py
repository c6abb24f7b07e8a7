"""Ctrl-C: the first is the wish to finish what is begun, the second ends at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click


class Stop:
    """Whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.asked = False

    def __bool__(self) -> bool:
        return self.asked


@contextmanager
def stopping_kindly(after: str) -> Iterator[Stop]:
    """Take the first Ctrl-C as the wish to stop `after` something, and say so; the second ends at once."""
    stop = Stop()

    def ask(_signal: int, _frame: object) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        click.echo(f"polemos: stopping when {after}; once more stops at once", err=True)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
