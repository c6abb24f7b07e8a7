"""Puts in place the stores that the tests load: Virtuoso and Apache Jena, as Debian packages them.

`make stores` runs it. Root on a machine with apt-get gets what is missing; anybody else is told what to
install, and the tests skip. Oxigraph is a package of Python that is there already.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

JARS = Path("/usr/share/java")


def lacking() -> list[str]:
    """List what is not here, by the names of Debian's packages; nothing if the tests can run."""
    here = {
        "virtuoso-opensource-7-bin": shutil.which("virtuoso-t") is not None,
        "libapache-jena-java": (JARS / "jena-tdb2.jar").is_file(),
        "default-jre-headless": shutil.which("java") is not None,
    }
    return [package for package, is_here in here.items() if not is_here]


def main() -> int:
    """Install what is missing. Where that cannot be done it is no error: the tests then skip and say why."""
    packages = lacking()
    if not packages:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say(f"Not found: {', '.join(packages)}.\nThe tests that load these stores will skip.")
        return 0
    say(f"Installing {', '.join(packages)} for the tests of other stores.")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "--quiet", "--quiet", "--yes"]
    try:
        subprocess.run([*apt, "update"], check=True, env=quiet)
        install = [*apt, "install", "--no-install-recommends", *packages]
        subprocess.run(install, check=True, env=quiet, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"{error}\nThe tests that load these stores will skip.")
    return 0


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
