"""What a process gave up it has not: seen in processes that try."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A minute: each of these takes under two seconds.
PATIENCE = 60

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is made of Linux")


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


TRY = """
import errno, socket, sys, threading
import pyoxigraph as ox
from server.sandbox import deny_network

def attempt(who):
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET, socket.AF_NETLINK):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
                print(who, family, "opened")
            except OSError as error:
                assert error.errno == errno.EACCES, error
    socket.socket(socket.AF_UNIX).close()
    for end in socket.socketpair():
        end.close()
    print(who, "tried")
"""
THREADS = f"""{TRY}
go = threading.Event()
before = threading.Thread(target=lambda: (go.wait(), attempt("before")))
before.start()
assert deny_network()
go.set()
before.join()
after = threading.Thread(target=attempt, args=("after",))
after.start()
after.join()
attempt("itself")
"""
CHILD = f"""{TRY}
import os
assert deny_network() and deny_network()  # a second time does no harm
if os.fork() == 0:
    attempt("child")
    sys.stdout.flush()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
"""
CALLS = """
import ctypes, errno
from server.sandbox import deny_network
libc = ctypes.CDLL(None, use_errno=True)
assert deny_network()
for call in (425, 0x40000000 | 41, 0x40000000):  # io_uring_setup, socket(2) of the x32 table, its first
    assert libc.syscall(call, 2, 1, 0) == -1
    print(errno.errorcode[ctypes.get_errno()])
"""
QUERY = """
import sys
import pyoxigraph as ox
from server.sandbox import deny_network
if sys.argv[2] == "deny":
    assert deny_network()
store = ox.Store()
for text in ("ASK { SERVICE <URL> { ?s ?p ?o } }", "LOAD <URL>"):
    try:
        (store.update if text[0] == "L" else store.query)(text.replace("URL", sys.argv[1]))
    except OSError as error:
        print(error)
"""
LOOK_UP = """
import socket
from server.sandbox import deny_network
assert deny_network()
try:
    socket.getaddrinfo("www.example.org", 80)
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (THREADS, "before tried\nafter tried\nitself tried\n"),
        (CHILD, "child tried\n"),
        (CALLS, "EACCES\n" * 3),
    ],
    ids=["threads", "child", "calls"],
)
def test_no_socket_can_be_opened(script: str, says: str) -> None:
    done = run(script)
    assert (done.stdout, done.stderr) == (says, "")


def accepted(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def test_oxigraph_reaches_nobody(listener: socket.socket) -> None:
    done = run(QUERY, f"http://127.0.0.1:{listener.getsockname()[1]}/", "deny")
    assert done.stdout.count("Permission denied") == 2
    assert not accepted(listener)


def test_but_would_have(listener: socket.socket) -> None:
    """Were this to fail, the test above would say nothing."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with subprocess.Popen([sys.executable, "-c", QUERY, url, "allow"], cwd=ROOT) as process:
        listener.settimeout(PATIENCE)
        assert accepted(listener)
        process.kill()


def test_no_name_is_looked_up() -> None:
    """A resolver would be asked through a socket, and none can be opened."""
    done = run(LOOK_UP)
    assert "name resolution" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    "where", ["sys.platform = 'darwin'", "sys.maxsize = 2**31 - 1", "os.uname = Machine"]
)
def test_elsewhere_it_says_that_it_cannot(where: str) -> None:
    script = f"""
import os, socket, sys
from types import SimpleNamespace
from server.sandbox import deny_network
def Machine(): return SimpleNamespace(machine="riscv64")
{where}
assert not deny_network()
socket.socket().close()
"""
    assert run(script).returncode == 0


# Arguments: the limit and the stack of the thread in MiB, and what it runs.
LIMITED = """
import sys, threading
import pyoxigraph as ox
from server.sandbox import limit_memory
limit, stack, text = int(sys.argv[1]) << 20, int(sys.argv[2]) << 20, sys.argv[3]
store = ox.Store()
store.extend(ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), ox.Literal(n)) for n in range(2_000))
assert limit_memory(limit)
assert limit_memory(limit * 2)  # it stays as it was
threading.stack_size(stack)
thread = threading.Thread(target=lambda: print(sum(1 for _ in store.query(text))))
thread.start()
thread.join()
try:
    bytearray(limit)
except MemoryError:
    print("MemoryError")
"""
SMALL = "SELECT * { ?s ?p ?o } ORDER BY ?o"
LARGE = "SELECT * { ?s ?p ?o . ?a ?b ?c } ORDER BY ?o ?c"
DEEP = f"SELECT * {{ ?s ?p ?o FILTER({'(' * 10_000}true{')' * 10_000}) }}"


@pytest.mark.parametrize("text", [SMALL, DEEP])
def test_a_deep_stack_fits_below_the_limit(text: str) -> None:
    """It counts whole, though little of it is used: 256 MiB, the stack of the server's threads."""
    done = run(LIMITED, str(512 + 256), "256", text)
    assert (done.stdout, done.stderr) == ("2000\nMemoryError\n", "")


def test_a_stack_above_the_limit_does_not() -> None:
    assert "can't start new thread" in run(LIMITED, "200", "256", SMALL).stderr


def test_at_the_limit_the_process_dies() -> None:
    command = [sys.executable, "-c", LIMITED, "300", "1", LARGE]
    peak = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        # What the system says at the end holds what the tests had in memory when the process was begun.
        while process.poll() is None:
            peak = max(peak, peak_of(process.pid))
            time.sleep(0.01)
        assert process.stdout is not None
        said = process.stdout.read()
    assert process.returncode == -signal.SIGABRT
    assert b"memory allocation" in said
    assert 200 < peak < 400  # MiB; code and other pages of files come on top


def peak_of(number: int) -> int:
    """Give the most memory that a process had so far, in MiB; nothing where it has just ended."""
    try:
        status = Path(f"/proc/{number}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) >> 10 if found else 0
