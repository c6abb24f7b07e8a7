"""The inside of a child process: it hears one message, answers it, and dies with its parent."""

import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from builder.errors import StoreError, StoreHeldError
from server.line import Line

# Characters of what the parser says: the place, and what it expected, but not every range of letters.
_LONGEST = 300


def connect() -> Line:
    """Give the line to the parent, whose number is the one argument; from now on, die with the parent.

    Standard input is a pipe that the parent holds and never writes: it ends when the parent does, however
    that comes about.
    """
    threading.Thread(target=_die_with_parent, daemon=True).start()
    return Line(socket.socket(fileno=int(sys.argv[1])))


def _die_with_parent() -> None:
    os.read(0, 1)  # not through sys.stdin, whose lock would be in the way of an end by other means
    os._exit(1)


def run_deep(stack: int, target: Callable[[], None]) -> None:
    """Run a function in a thread with a stack of so many bytes, and wait for it or for the parent's end."""

    def run() -> None:
        try:
            target()
        except ConnectionError:  # nobody hears it any more
            os._exit(1)

    threading.stack_size(stack)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def without_path(error: StoreError, store: Path) -> str:
    """Say what is wrong with a store, but not where it lies, nor who writes it: that is in the log alone."""
    sys.stderr.write(f"polemos: error: {error}\n")
    if isinstance(error, StoreHeldError):
        return "the store: is being written by another process; wait until it ends"
    said = str(error).removeprefix(f"{store}: ")
    return "the store cannot be used; the operator's log says why" if os.sep in said else f"the store: {said}"


def plain(error: Exception) -> str:
    """Say what the parser says, but for an unknown prefix, which it hides in a list of characters."""
    said = " ".join(str(error).split())
    where, found, _ = said.partition("expected one of Prefix not found")
    if found:
        return f"{where}no PREFIX line declares this prefix"
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
