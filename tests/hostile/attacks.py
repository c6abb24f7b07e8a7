"""What a hostile client does to a connection: each attack goes on until a time of the monotonic clock.

All of them come from one address of this machine, so that the server can tell them from those who just ask.
"""

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import cycle

SERVER = "127.0.0.1"
CLIENT = "127.0.0.3"
# Clients that ask for what is slow: more than processes, so that some wait.
ASKERS = 6
# Seconds that an attacker waits for a socket before it looks at the clock again.
PATIENCE = 0.2
PIECE = 65_536

Attack = Callable[[int, float], None]


@contextmanager
def connected(port: int, client: str = CLIENT) -> Iterator[socket.socket]:
    with socket.create_connection((SERVER, port), timeout=5, source_address=(client, 0)) as line:
        line.settimeout(PATIENCE)
        yield line


def hear(line: socket.socket, until: float) -> bytes:
    """Read to the end of a connection, or until it is time; keep the beginning."""
    kept = b""
    while time.monotonic() < until:
        try:
            piece = line.recv(PIECE)
        except TimeoutError:
            continue
        if not piece:
            break
        kept = (kept + piece)[:PIECE]
    return kept


def say(line: socket.socket, text: bytes, until: float) -> None:
    """Send all of a text, unless the other side stops reading until it is time."""
    rest = memoryview(text)
    while rest and time.monotonic() < until:
        with suppress(TimeoutError):
            rest = rest[line.send(rest[:PIECE]) :]


def _once(port: int, request: bytes, until: float) -> None:
    with suppress(OSError), connected(port) as line:
        say(line, request, until)
        hear(line, until)


def together(attack: Callable[[float], None], times: int, until: float) -> None:
    """Do the same in several threads, and wait for all."""
    threads = [threading.Thread(target=attack, args=(until,)) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def asking(requests: Sequence[bytes], askers: int = ASKERS) -> Attack:
    """Send requests in turn, each over a connection of its own, several at a time."""

    def attack(port: int, until: float) -> None:
        turn, lock = cycle(requests), threading.Lock()

        def ask(until: float) -> None:
            while time.monotonic() < until:
                with lock:
                    request = next(turn)
                _once(port, request, until)

        together(ask, askers, until)

    return attack


def posted(text: str, media_type: str = "application/sparql-query", *more: str) -> bytes:
    """Write a request that sends a query or an update, and closes the connection after."""
    body = text.encode()
    return head("POST /sparql", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *more) + body


def head(line: str, *fields: str, connection: str = "close") -> bytes:
    """Write the head of a request."""
    lines = (f"{line} HTTP/1.1", "Host: a", f"Connection: {connection}", *fields)
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def crowding(request: bytes, connections: int) -> Attack:
    """Ask over many connections at the same moment; when all are answered, or given up, do it again."""

    def ask(port: int, until: float) -> None:
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            lines = [stack.enter_context(connected(port)) for _ in range(connections)]
            for line in lines:
                line.send(request)  # short: it goes out at once
                selector.register(line, selectors.EVENT_READ)
            while selector.get_map() and time.monotonic() < until:
                for key, _ in selector.select(PATIENCE):
                    if not _heard(key.fileobj):
                        selector.unregister(key.fileobj)

    def attack(port: int, until: float) -> None:
        while time.monotonic() < until:
            with suppress(OSError):
                ask(port, until)

    return attack


def _heard(line: socket.socket) -> bytes:
    try:
        return line.recv(PIECE)
    except OSError:
        return b""


def streaming(head: bytes, piece: bytes, times: int) -> Attack:
    """Send a head and a piece of a body many times, until the server wants no more, and begin again."""

    def stream(port: int, until: float) -> None:
        with suppress(OSError), connected(port) as line:
            say(line, head, until)
            for _ in range(times):
                if time.monotonic() > until:
                    break
                say(line, piece, until)
            hear(line, until)

    def attack(port: int, until: float) -> None:
        while time.monotonic() < until:
            stream(port, until)

    return attack


def both(one: Attack, other: Attack) -> Attack:
    """Do both at the same time."""

    def attack(port: int, until: float) -> None:
        thread = threading.Thread(target=one, args=(port, until))
        thread.start()
        other(port, until)
        thread.join()

    return attack


def trickling(text: bytes, connections: int, pause: float) -> Attack:
    """Send a text a byte at a time over many connections."""

    def attack(port: int, until: float) -> None:
        with ExitStack() as stack:
            lines = [stack.enter_context(connected(port)) for _ in range(connections)]
            for byte in cycle(text):
                for line in lines:
                    with suppress(OSError):  # the server has closed it
                        line.send(bytes([byte]))
                time.sleep(max(0.0, min(pause, until - time.monotonic())))
                if time.monotonic() > until:
                    return

    return attack


def holding(request: bytes, connections: int, read: int) -> Attack:
    """Send a request over many connections at once, and read a few bytes a second of each answer, or none."""

    def attack(port: int, until: float) -> None:
        with ExitStack() as stack:
            lines = [stack.enter_context(connected(port)) for _ in range(connections)]
            for line in lines:
                say(line, request, until)
            while time.monotonic() < until:
                for line in lines if read else ():
                    line.setblocking(False)
                    with suppress(OSError):
                        line.recv(read)
                time.sleep(max(0.0, min(1.0, until - time.monotonic())))

    return attack


def half_closing(request: bytes) -> Attack:
    """Ask, and say at once that no more will be sent."""

    def attack(port: int, until: float) -> None:
        def ask(until: float) -> None:
            while time.monotonic() < until:
                with suppress(OSError), connected(port) as line:
                    say(line, request, until)
                    line.shutdown(socket.SHUT_WR)
                    hear(line, until)

        together(ask, ASKERS, until)

    return attack


def dropping(request: bytes) -> Attack:
    """Open connections, ask or not, and drop them, some without a good-bye."""

    def drop(port: int, number: int) -> None:
        with suppress(OSError), connected(port) as line:
            if number % 2:
                line.send(request)
            if number % 3:  # closing with this sends a reset
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def attack(port: int, until: float) -> None:
        number = 0
        while time.monotonic() < until:
            drop(port, number)
            number += 1

    return attack
