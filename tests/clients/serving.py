"""`polemos serve` as its users start it, a process of its own; and the server in the tests' process."""

import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from builder.store import Store
from server import create_app
from server.settings import Settings
from server.web import Web

GRAPH = Path(__file__).parents[1] / "ontology" / "questions.trig"
BIN = Path(sys.executable).parent  # where this environment has its commands
# Seconds. It starts in one and stops in less; the rest is for a machine that does much else.
START = 60
STOP = 20
# What the tests look for: one node of that graph and its label, which no other node has.
ATTACK = "https://example.org/merged/attack"
LABEL_OF = "http://www.w3.org/2000/01/rdf-schema#label"
LABEL = "rocket attack on base"
PRINTED = re.compile(r"SPARQL at (http://127\.0\.0\.1:\d+/sparql)\b")


def make_store(path: Path) -> Path:
    """Publish the graph of the questions as a store."""
    graphs = defaultdict(list)
    for quad in ox.parse(path=str(GRAPH)):
        graphs[quad.graph_name].append(quad)
    with Store.open(path, create=True) as store:
        store.replace(graphs)
        store.publish()
    return path


@contextmanager
def served(store: Path, *options: str) -> Iterator[str]:
    """Run the server over a store; gives the address of its endpoint.

    What it prints goes to a file: nobody reads a pipe while the tests run, and a full one would halt it.
    """
    log = store.with_suffix(".log")
    command = [BIN / "polemos", "serve", "--store", store, "--port", "0", *options]
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield _address(server, log)
    finally:
        server.terminate()
        server.wait(timeout=STOP)


@contextmanager
def inside(settings: Settings, **options: str) -> Iterator[int]:
    """Serve by HTTP in this process, so that a test can change what the server waits for; gives the port."""
    server = Web(create_app(settings), settings, host="127.0.0.1", port=0, **options)
    is_over = threading.Event()
    thread = threading.Thread(target=lambda: server._loop(lambda: not is_over.is_set()))
    thread.start()
    try:
        yield server.port
    finally:
        is_over.set()
        thread.join()
        server.stop(grace=0)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + START
    while time.monotonic() < until and server.poll() is None:
        printed = PRINTED.search(log.read_text(encoding="utf-8"))
        if printed:
            return printed[1]
        time.sleep(0.05)
    raise AssertionError(f"the server gave no address: {log.read_text(encoding='utf-8')}")
