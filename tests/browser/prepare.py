"""Puts in place what the browser tests need: a browser, and YASGUI as its authors publish it.

`make browser` runs it. Root on a machine with apt-get gets what is missing; anybody else is told what to
install, and the tests skip. YASGUI's package is checked against its hash before anything of it is used.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

VERSION = "4.6.2"
# SHA-512 of the package, as the registry gave it on 22 November 2026.
INTEGRITY = "Zw45KdPoAE1KRaAoxIHdQqeJxvaVG1oQdntw0hy0ktX35Zu8ZccuOLrXCLwR+GU+0xMzLw8Mjw6BkSZV2vUuQw=="
# What a page needs. They hold all that YASGUI is made of: its dependencies, 43 packages, are not asked for.
FILES = ("yasgui.min.js", "yasgui.min.css")
YASGUI = Path(__file__).with_name("yasgui") / VERSION
# Debian's name, and those of other systems.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Find the browser; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def lacking() -> list[str]:
    """List what is not here, by the names of Debian's packages; nothing if the tests can run."""
    here = {
        "chromium": chromium() is not None,
        "libatomic1": playwright(),  # the one library that its Node needs and that a bare Debian lacks
        "npm": YASGUI.is_dir() or shutil.which("npm") is not None,
    }
    return [package for package, is_here in here.items() if not is_here]


def playwright() -> bool:
    """Say whether Playwright's own Node starts."""
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def main() -> int:
    """Install what is missing. Where that cannot be done it is no error: the tests then skip and say why."""
    try:
        if packages := lacking():
            install(packages)
        if not YASGUI.is_dir():
            fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"{error}\nThe browser tests will skip: they need Chromium, and npm to get YASGUI.")
    except ValueError as error:
        say(f"{error}")
        return 1
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


def fetch() -> None:
    """Get the package by npm, check it, and keep the two files. Raises ValueError if it is another."""
    YASGUI.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=YASGUI.parent) as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"@zazuko/yasgui@{VERSION}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        check(archive.read_bytes())
        files = Path(folder) / "files"
        files.mkdir()
        unpack(archive, files)
        files.rename(YASGUI)


def check(package: bytes) -> None:
    found = base64.b64encode(hashlib.sha512(package).digest()).decode()
    if found != INTEGRITY:
        raise ValueError(f"@zazuko/yasgui {VERSION} is not the one that the tests know: SHA-512 {found}")


def unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as packed:
        for name in FILES:
            member = packed.extractfile(f"package/build/{name}")
            assert member is not None
            (folder / name).write_bytes(member.read())


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
