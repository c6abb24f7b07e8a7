"""A child process that answers messages, as its parent sees it: start it, ask it, kill it."""

import socket
import subprocess
import sys
from typing import Any, Final

from server.line import Line
from server.messages import Ready

# Seconds. A process is there in a tenth of one; a machine that swaps may need many times that.
_START: Final = 60.0
_END: Final = 5.0  # a killed process is gone in 0.2 s at most


class ProcessDied(Exception):  # noqa: N818 (it says what happened)
    """A process ended by itself, or was killed, before it had answered."""


class Process:
    """A process that runs a module of ours and speaks over a line of its own.

    `start` is the first thing that it hears. The process ends when this one does, and takes no Ctrl-C.
    """

    def __init__(self, module: str, start: object) -> None:
        ours, theirs = socket.socketpair()
        self._line = Line(ours)
        with theirs:
            # -P: what lies in the working folder is not taken for a module of ours.
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", module, str(theirs.fileno())],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                process_group=0,
            )
        self.send(start)

    @property
    def number(self) -> int:
        """The number that the system gave the process."""
        return self._child.pid

    def wait_until_ready(self) -> bool:
        """Wait until the process has started; say whether it has."""
        try:
            return self.is_heard(_START) and isinstance(self.receive(), Ready)
        except ProcessDied:
            return False

    def send(self, message: object) -> None:
        """Send a message. Raises `ProcessDied`."""
        try:
            self._line.send(message)
        except OSError as error:
            raise ProcessDied from error

    def is_heard(self, seconds: float) -> bool:
        """Wait for so long at most until there is something to receive, if only the end; say whether."""
        return self._line.is_heard(seconds)

    def receive(self) -> Any:  # noqa: ANN401 (any message)
        """Receive the next message, waiting for it. Raises `ProcessDied` if none comes any more."""
        try:
            return self._line.receive()
        except (EOFError, OSError) as error:
            raise ProcessDied from error

    @property
    def died_of(self) -> int | None:
        """The signal that ended a process of which nothing more is heard; None if it was none."""
        try:
            status = self._child.wait(timeout=_END)
        except subprocess.TimeoutExpired:
            return None
        return -status if status < 0 else None

    def kill(self) -> None:
        """End the process at once, whatever it does; `bury` it afterwards."""
        self._child.kill()

    def bury(self) -> int:
        """Wait until a killed or dead process is gone and forget it; give its exit status."""
        status = self._child.wait()
        self._line.close()
        if self._child.stdin:
            self._child.stdin.close()
        return status
