"""Starts and stops the two servers, and reads from /proc how much memory they take."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from clients import BrokenAnswerError, Connection, Endpoint, Query
from databases import Databases, native_command

# Seconds: opening a database of this size takes far less than one, a pool of processes a few.
_START: Final = 30
_STOP: Final = 10
_TELLS: Final = re.compile(r"SPARQL at http://([^:/\s]+):(\d+)(/[^)\s]*)")
_ANY: Final = Query("any", "ASK { }")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: what it is called, where it answers, and its process."""

    name: str
    endpoint: Endpoint
    process: int

    def peak_memory(self) -> float:
        """Give the largest resident set of its own process so far, in MB."""
        return _peak(self.process)

    def memory_of_children(self) -> list[float]:
        """Give the largest resident set of each process below it that runs now, in MB."""
        return [_peak(child) for child in _below(self.process)]

    def processor_seconds(self) -> float:
        """Give how long the processor has worked for it and for what runs below it."""
        return sum(map(_processor_seconds, (self.process, *_below(self.process))))


@dataclass(frozen=True, slots=True)
class Both:
    """The two servers."""

    ours: Server
    native: Server

    def in_turn(self, number: int) -> Sequence[Server]:
        """Give them in another order each round, so that neither always finds what the other left."""
        return (self.ours, self.native) if number % 2 else (self.native, self.ours)


def _below(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # the thread ended meanwhile
            continue
        for child in map(int, children):
            yield child
            yield from _below(child)


def _peak(process: int) -> float:
    """Read VmHWM, in kB of 1,024 bytes; 0 for a process that has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def _processor_seconds(process: int) -> float:
    """Read utime and stime, and those of children that have ended; 0 for a process that has ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0.0
    # Fields 14 to 17 of proc_pid_stat(5); the name, field 2, is in brackets and may hold blanks.
    return sum(map(int, status.rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    databases: Databases, flags: Sequence[str], logs: Path, *, in_front: bool = False
) -> Iterator[Both]:
    """Start both servers, ours with more `flags`, maybe in front of the other; stop them whatever happens."""
    with _native(databases, logs) as native:
        url = f"http://{native.endpoint.host}:{native.endpoint.port}{native.endpoint.path}"
        source = ("--endpoint", url) if in_front else ("--store", databases.ours)
        with _serving(source, flags, logs) as ours:
            yield Both(ours, native)


@contextmanager
def _native(databases: Databases, logs: Path) -> Iterator[Server]:
    endpoint = Endpoint("127.0.0.1", _free_port(), "/query")
    bind = f"{endpoint.host}:{endpoint.port}"
    command: list[str | Path] = [native_command(), "serve-read-only"]
    command += ["--location", databases.native, "--bind", bind]
    with _started(command, logs / "native.log") as process:
        _wait_for(endpoint, process, logs / "native.log")
        yield Server("native", endpoint, process.pid)


@contextmanager
def serving_ours(store: Path, flags: Sequence[str], logs: Path) -> Iterator[Server]:
    """Start our server over a store, and stop it whatever happens."""
    with _serving(("--store", store), flags, logs) as server:
        yield server


@contextmanager
def _serving(source: Sequence[str | Path], flags: Sequence[str], logs: Path) -> Iterator[Server]:
    polemos = Path(sys.executable).with_name("polemos")
    command: list[str | Path] = [polemos, "serve", *source, "--port", "0", *flags]
    log = logs / "ours.log"
    with _started(command, log) as process:
        endpoint = _told_address(process, log)
        _wait_for(endpoint, process, log)
        yield Server("ours", endpoint, process.pid)


def _told_address(process: "subprocess.Popen[bytes]", log: Path) -> Endpoint:
    """Wait for the line in which our server says where it answers."""
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        told = _TELLS.search(log.read_text("utf-8"))
        if told is not None:
            return Endpoint(told[1], int(told[2]), told[3])
        _see_that_it_runs(process, log)
    raise click.ClickException(f"polemos serve does not say where it answers: {_end_of(log)}")


@contextmanager
def _started(command: Sequence[str | Path], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in a process group of its own, with its children; end all of them."""
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, process_group=0)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP)
        except subprocess.TimeoutExpired:
            click.echo(f"{Path(command[0]).name} did not end when told to, and was killed", err=True)
        _kill_group(process)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End whatever is left of a command: itself, or children that outlive it."""
    with suppress(ProcessLookupError):  # nothing is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(endpoint: Endpoint, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server answers."""
    with Connection(endpoint) as connection:
        deadline = time.monotonic() + _START
        while time.monotonic() < deadline:
            try:
                connection.ask(endpoint.request(_ANY))
            except BrokenAnswerError:
                _see_that_it_runs(process, log)
            else:
                return
    raise click.ClickException(f"{endpoint} gives no answer: {_end_of(log)}")


def _see_that_it_runs(process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait a moment; raise if the process has ended."""
    time.sleep(0.05)  # short beside the start of an interpreter
    if process.poll() is not None:
        raise click.ClickException(f"the server did not start: {_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", errors="replace")[-1000:].strip() or "it said nothing"
