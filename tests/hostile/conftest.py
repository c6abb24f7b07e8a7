"""What the tests of hostile clients share; at the end they say what was measured."""

import subprocess
from pathlib import Path

import pytest

from ..clients.serving import BIN
from . import stores
from .figures import FIGURES, SEED


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that is attacked; what writes takes a copy."""
    return stores.make(tmp_path_factory.mktemp("hostile") / "store")


@pytest.fixture(scope="session")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("token") / "tokens"


@pytest.fixture(scope="session")
def token(token_file: Path) -> str:
    made = subprocess.run([BIN / "polemos", "token", token_file], capture_output=True, check=True, text=True)
    return made.stdout.strip()


@pytest.fixture(scope="session")
def writable(token: str, token_file: Path) -> tuple[str, ...]:
    """The options of a server that takes writes from who has the token."""
    return ("--writable", "--token-file", str(token_file))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section(f"hostile clients, seed {SEED}")
        for line in FIGURES:
            terminalreporter.write_line(line)
