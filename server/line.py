"""The line between the server and its processes: messages over a socket, each behind its length.

`multiprocessing.connection` does the same and reads each message in two goes; here a short one is one call
of the system each way, which is most of what passing a look-up costs.
"""

import pickle
import select
import socket
import struct
from typing import Any, Final

from server.messages import PIECE

_LENGTH: Final = struct.Struct("!I")
_PROTOCOL: Final = 5  # of pickle: the newest that every Python we run on has
_AT_ONCE: Final = 2 * PIECE  # bytes: a piece of an answer and what is around it


class Line:
    """One end of a line. Whoever sends or receives on one that is cut gets `OSError` or `EOFError`."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._rest = bytearray()
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    def send(self, message: object) -> None:
        """Send a message, waiting for room."""
        content = pickle.dumps(message, _PROTOCOL)
        self._socket.sendall(_LENGTH.pack(len(content)) + content)

    def is_heard(self, seconds: float) -> bool:
        """Wait for so long at most until there is something to receive, if only the end; say whether."""
        return bool(self._rest) or bool(self._poll.poll(max(0.0, seconds) * 1000))

    def receive(self) -> Any:  # noqa: ANN401 (any message)
        """Receive the next message, waiting for it."""
        while (size := self._size()) is None or len(self._rest) < size:
            read = self._socket.recv(_AT_ONCE)
            if not read:
                raise EOFError
            self._rest += read
        message = pickle.loads(memoryview(self._rest)[_LENGTH.size : size])  # from a process of ours
        del self._rest[:size]
        return message

    def _size(self) -> int | None:
        """Say how many bytes the next message takes, once that is known."""
        if len(self._rest) < _LENGTH.size:
            return None
        (size,) = _LENGTH.unpack_from(self._rest)
        return _LENGTH.size + int(size)

    def close(self) -> None:
        """Cut the line."""
        self._socket.close()
