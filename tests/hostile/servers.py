"""`polemos serve` as a process that tests may hurt: known by its number, and gone with its children after.

Nothing here listens or connects anywhere but on 127.0.0.0/8.
"""

import http.client
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..clients.serving import BIN, START, STOP
from .processes import below, is_running, is_soon

SERVER = "127.0.0.1"
TELLS = re.compile(r"SPARQL at http://127\.0\.0\.1:(\d+)/sparql\b")
# Seconds in which children are gone whose parent was killed: they wait for the end of a pipe.
ORPHANS = 5


@dataclass(frozen=True)
class Served:
    """A server that runs: where it listens, its process, and the file that it prints to."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def number(self) -> int:
        return self.process.pid

    @property
    def is_up(self) -> bool:
        return self.process.poll() is None

    def connect(self, client: str = SERVER, timeout: float = 30) -> http.client.HTTPConnection:
        """Make a connection from an address of this machine."""
        return http.client.HTTPConnection(SERVER, self.port, timeout=timeout, source_address=(client, 0))

    def surprises(self) -> list[str]:
        """Give the lines of the log that say that something was not foreseen."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return [line for line in lines if "Traceback" in line or "Exception" in line or "uncaptured" in line]

    def kill(self) -> None:
        """End the server as nothing but the kernel can, and see that its children end by themselves."""
        children = list(below(self.number))
        self.process.kill()
        self.process.wait(STOP)
        assert is_soon(lambda: not any(map(is_running, children)), ORPHANS), "children outlive the server"


def start(store: Path, *options: str) -> Served:
    """Start a server over a store, and wait for the address that it prints; whoever starts it ends it."""
    log = store.with_name(f"{store.name}-{time.monotonic_ns()}.log")
    command = [BIN / "polemos", "serve", "--store", store, "--port", "0", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, process_group=0)
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        told = TELLS.search(log.read_text("utf-8"))
        if told:
            return Served(int(told[1]), process, log)
        time.sleep(0.02)
    end(process)
    raise AssertionError(f"the server gave no address: {log.read_text('utf-8')}")


def end(process: "subprocess.Popen[bytes]") -> None:
    """Tell a server to end; kill it, and what is left of its children, if it does not."""
    children = list(below(process.pid))
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP)
    process.kill()
    process.wait()
    for child in filter(is_running, children):
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(child, signal.SIGKILL)


@contextmanager
def serving(store: Path, *options: str) -> Iterator[Served]:
    """Run a server until the block ends, however it ends."""
    served = start(store, *options)
    try:
        yield served
    finally:
        end(served.process)
