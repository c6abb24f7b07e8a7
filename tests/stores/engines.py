"""Other stores as their users run them, loaded by the commands that `polemos export --for` prints."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from .prepare import JARS

BIN = Path(sys.executable).parent
ASK = Path(__file__).with_name("Ask.java")
# Seconds. Virtuoso starts in two; the rest is for a machine that does much else.
START = 90
MERGED = "https://w3id.org/polemos/id/graph/merged"
# The password that Virtuoso has when it is new; it listens on this machine alone and is thrown away.
DBA = ("dba", "dba")
NAMED = re.compile(r"GRAPH\s*<([^>]+)>")
# Of each graph of ours, and of the merged layer, how many triples it has.
SIZES = """
SELECT ?graph (COUNT(*) AS ?triples) WHERE {
  GRAPH ?graph { ?s ?p ?o }
  FILTER (STRSTARTS(STR(?graph), "https://w3id.org/polemos/"))
}
GROUP BY ?graph"""
MERGED_SIZE = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
NUMBERS = ("integer", "decimal", "double", "float", "int")

# One row of an answer: its values by variable, numbers as numbers, whatever their datatype.
Row = tuple[tuple[str, tuple[str, str]], ...]


def rows(answer: bytes | str) -> list[Row]:
    """Read SPARQL's JSON; order and the datatypes of numbers and strings do not count."""
    found = json.loads(answer)["results"]["bindings"]
    return sorted(tuple(sorted((name, value(each)) for name, each in row.items())) for row in found)


def value(cell: dict[str, str]) -> tuple[str, str]:
    datatype = cell.get("datatype", "").rpartition("#")[2]
    if datatype in NUMBERS:
        return "number", repr(float(cell["value"]))
    kind = cell["type"].removeprefix("typed-")
    return (kind if datatype in ("", "string") else datatype), cell["value"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str | Path], log: Path, port: int) -> Iterator[None]:
    """Run a server until the block ends; it is there when its port answers."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent)
    try:
        until = time.monotonic() + START
        while not answers(port):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=START)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(url: str, query: str, **parameters: str | list[str]) -> list[Row]:
    headers = {"Accept": "application/sparql-results+json"}
    answer = requests.post(url, data={"query": query, **parameters}, headers=headers, timeout=60)
    answer.raise_for_status()
    return rows(answer.content)


VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = {allowed}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 100000
"""


@dataclass(frozen=True)
class Virtuoso:
    """A server of Virtuoso's, with nothing but its own graphs in it."""

    http: int
    sql: int

    @classmethod
    @contextmanager
    def started(cls, folder: Path, *, allowed: Path) -> Iterator["Virtuoso"]:
        folder.mkdir()
        ports = {"http": free_port(), "sql": free_port()}
        settings = folder / "virtuoso.ini"
        settings.write_text(VIRTUOSO_INI.format(folder=folder, allowed=allowed, **ports))
        command = ["virtuoso-t", "+configfile", settings, "+wait", "+foreground"]
        with running(command, folder / "out.log", ports["http"]):
            yield cls(**ports)

    def load(self, command: str) -> None:
        """Run a command as it is printed, with the port and the password put in."""
        here = command.replace("isql-vt 1111 dba PASSWORD", f"isql-vt {self.sql} {' '.join(DBA)}")
        done = subprocess.run(here, shell=True, capture_output=True, text=True, check=True)
        assert "Error" not in done.stdout + done.stderr, done

    def ask(self, query: str) -> list[Row]:
        """Ask as docs/exports.md says: the merged layer as the default graph, graphs that are named named."""
        return ask(
            f"http://127.0.0.1:{self.http}/sparql",
            query,
            **{"default-graph-uri": MERGED, "named-graph-uri": NAMED.findall(query)},
        )


class Jena:
    """A database of Jena's TDB2. A process of Java's starts slowly, so one answers all that will be asked."""

    def __init__(self, folder: Path, queries: Iterable[str]) -> None:
        self.folder = folder
        self.queries = list(queries)
        self.answers: dict[str, list[Row]] = {}

    def run(self, *arguments: str | Path) -> None:
        command = ["java", "-cp", ":".join(map(str, self.classpath())), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def classpath(self) -> list[Path]:
        """Debian's jars, and what its Jena 4.5.0 looks for under another name than it has in the jar."""
        known = sorted(JARS.glob("jena-*.jar")) + [JARS / f"{name}.jar" for name in LIBRARIES]
        return [self.resources(), *(jar for jar in known if "4.5" not in jar.name)]

    def resources(self) -> Path:
        """Messages of Xerces: its classes are renamed in Debian's package, and these are not."""
        folder, prefix = self.folder / "resources", "org/apache/jena/ext/"
        if not folder.is_dir():
            with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
                for name in jar.namelist():
                    if name.startswith(f"{prefix}xerces/") and name.endswith(".properties"):
                        file = folder / name.removeprefix(prefix)
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.write_bytes(jar.read(name))
        return folder

    def load(self, command: str) -> None:
        """Run a command as it is printed, by the class that Jena's script runs, which Debian leaves out."""
        tool, *arguments = command.replace("DATABASE", str(self.folder / "tdb")).split()
        self.run(tool, *arguments)

    def ask(self, query: str) -> list[Row]:
        if not self.answers:
            files = [self.folder / f"{number}.rq" for number, _ in enumerate(self.queries)]
            for file, text in zip(files, self.queries, strict=True):
                file.write_text(text, encoding="utf-8")
            self.run(ASK, self.folder / "tdb", *files)
            found = (rows(Path(f"{file}.json").read_bytes()) for file in files)
            self.answers = dict(zip(self.queries, found, strict=True))
        return self.answers[query]


LIBRARIES = (
    *("slf4j-api", "slf4j-nop", "thrift", "commons-lang3", "commons-codec", "commons-csv", "commons-io"),
    *("commons-compress", "commons-cli", "commons-logging", "httpclient", "httpcore", "dexx.collection"),
    *("gson", "protobuf", "jsonld-java", "titanium-json-ld", "jackson-core", "jackson-databind"),
    *("jackson-annotations", "guava", "jakarta.json-api"),
)


@dataclass(frozen=True)
class Oxigraph:
    """A server of Oxigraph's own."""

    port: int

    @classmethod
    @contextmanager
    def started(cls, folder: Path, *, writable: bool) -> Iterator["Oxigraph"]:
        port = free_port()
        mode = "serve" if writable else "serve-read-only"
        command = [BIN / "oxigraph", mode, "--location", folder / "data", "--bind", f"127.0.0.1:{port}"]
        with running(command, folder / "out.log", port):
            yield cls(port)

    @staticmethod
    def load(command: str, folder: Path) -> None:
        """Run a command as it is printed, with the folder put in."""
        here = command.replace("DATABASE", str(folder / "data")).replace("oxigraph", str(BIN / "oxigraph"), 1)
        subprocess.run(here, shell=True, capture_output=True, check=True)

    def ask(self, query: str) -> list[Row]:
        return ask(f"http://127.0.0.1:{self.port}/query", query)

    def quads(self) -> bytes:
        """All that it holds, as N-Quads."""
        url = f"http://127.0.0.1:{self.port}/store"
        answer = requests.get(url, headers={"Accept": "application/n-quads"}, timeout=60)
        answer.raise_for_status()
        return answer.content


def is_there(name: str) -> bool:
    """Whether a store of Debian's can be run here."""
    needed = {
        "virtuoso": shutil.which("virtuoso-t") and shutil.which("isql-vt"),
        "jena": shutil.which("java"),
    }
    return bool(needed[name]) and (name != "jena" or (JARS / "jena-tdb2.jar").is_file())
