"""The W3C's test suites, over HTTP against the server that users start, where they lie beside the project."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.serving import BIN, make_store, served

ROOT = Path(__file__).parents[2]
HARNESS = ROOT.parent / "shared" / "conformance" / "run.py"
KNOWN = ROOT / "docs" / "conformance.md"
PASSED, OF = 1003, 1030
# Suites of which no test may fail.
WHOLE = {"SPARQL 1.1 protocol", "Graph Store HTTP protocol", "Service description"}


def known_failures() -> dict[str, str]:
    """Read the failures that the documentation explains: each test with its suite."""
    rows = re.findall(r"^\| `([\w./-]+)` \| ([^|]+) \| \S", KNOWN.read_text(encoding="utf-8"), re.MULTILINE)
    return {test: suite.strip() for test, suite in rows}


def test_the_documentation_explains_each_known_failure_once() -> None:
    found = known_failures()
    assert len(found) == KNOWN.read_text(encoding="utf-8").count("\n| `") == 34
    apart = ("SPARQL 1.2", "Result formats (derived)")
    assert sum(not suite.startswith(apart) for suite in found.values()) == OF - PASSED


@pytest.mark.slow
@pytest.mark.skipif(not HARNESS.is_file(), reason="the conformance suites are not beside this project")
def test_w3c_suites(tmp_path: Path) -> None:
    found = run(tmp_path)
    tests = {test["test"]: test for test in found["tests"] if test["outcome"] == "failed"}
    failed = {name: test["suite"] for name, test in tests.items()}
    assert failed == known_failures(), "\n".join(f"{name}: {test['why']}" for name, test in tests.items())
    assert (found["passed"], found["of"]) == (PASSED, OF)
    assert not WHOLE & set(failed.values())


def run(folder: Path) -> dict:
    tokens, out = folder / "tokens", folder / "out.json"
    command = [BIN / "polemos", "token", tokens]
    token = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    # The suites say which files the default graph holds, so the store begins with none.
    store = make_store(folder / "store")
    with served(store, "--writable", "--token-file", str(tokens), "--access-log", "") as endpoint:
        options = {
            "--query": endpoint,
            "--update": endpoint,
            "--graph-store": endpoint.replace("/sparql", "/graph-store"),
            "--header": f"Authorization: Bearer {token}",
            "--json": str(out),
        }
        flat = [word for option in options.items() for word in option]
        subprocess.run([sys.executable, HARNESS, *flat], check=True, capture_output=True, timeout=600)
    return json.loads(out.read_text(encoding="utf-8"))
