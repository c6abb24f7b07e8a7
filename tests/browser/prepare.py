"""Puts in place what the browser tests need: a browser, and what the pages show in it.

`make browser` runs it. Root on a machine with apt-get gets what is missing; anybody else is told what to
install, and the tests skip.
"""

import os
import shutil
import subprocess
import sys

from server import build_assets

# Debian's name, and those of other systems.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The rules of accessibility that the tests check pages by; npm brings them with what pages show.
AXE = build_assets.ROOT / "node_modules" / "axe-core" / "axe.min.js"


def chromium() -> str | None:
    """Find the browser; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def lacking() -> list[str]:
    """List what is not here, by the names of Debian's packages; nothing if the tests can run."""
    here = {
        "chromium": chromium() is not None,
        "libatomic1": playwright(),  # the one library that its Node needs and that a bare Debian lacks
        "npm": is_fetched() or shutil.which("npm") is not None,
    }
    return [package for package, is_here in here.items() if not is_here]


def is_fetched() -> bool:
    """Say whether the packages of npm are here."""
    return build_assets.is_built() and AXE.is_file()


def playwright() -> bool:
    """Say whether Playwright's own Node starts."""
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def main() -> int:
    """Install what is missing. Where that cannot be done it is no error: the tests then skip and say why."""
    try:
        if packages := lacking():
            install(packages)
        if not is_fetched():
            build_assets.fetch()
            build_assets.build()
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"{error}\nThe browser tests will skip: they need Chromium, and npm to get what the pages show.")
    return 0


def install(packages: list[str]) -> None:
    """Install Debian's packages, and nothing that they only recommend."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise FileNotFoundError(f"Not found: {', '.join(packages)}.")
    say(f"Installing {', '.join(packages)} for the browser tests.")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "--quiet", "--quiet", "--yes"]
    subprocess.run([*apt, "update"], check=True, env=quiet)
    command = [*apt, "install", "--no-install-recommends", *packages]
    subprocess.run(command, check=True, env=quiet, stdout=subprocess.DEVNULL)


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
