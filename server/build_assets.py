"""Gets what the pages show in a browser and others wrote: the map, the land under it, the query editor.

`make install` runs it as `python -m server.build_assets`. npm fetches the packages of `package-lock.json`,
checks their hashes, and runs nothing of theirs; the files that `package.json` lists under `built` go to
`server/static/built`, which is served and shipped. Without npm the pages work, with lists in place of maps.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
BUILT: Final = ROOT / "server" / "static" / "built"
_PACKAGES: Final = ROOT / "node_modules"
# By these two it is known whether what was built is what the checkout asks for.
_MANIFEST, _LOCK = ROOT / "package.json", ROOT / "package-lock.json"
_WITHOUT: Final = "The pages work, with a list in place of the map and a plain form for queries."
_NO_NPM: Final = f"npm is not found. {_WITHOUT} On Debian: apt-get install npm; then: make assets"


def main() -> int:
    """Build what is not there yet; the exit status says whether all is there."""
    if is_built():
        return 0
    if shutil.which("npm") is None:
        _say(_NO_NPM)
        return 1
    try:
        fetch()
        build()
    except (OSError, subprocess.CalledProcessError) as error:
        _say(f"{error}\nThe packages of package-lock.json could not be had by npm. {_WITHOUT}")
        return 1
    return 0


def is_built(built: Path = BUILT) -> bool:
    """Say whether a folder holds what the checkout asks for."""
    return all(
        (built / asked.name).is_file() and (built / asked.name).read_bytes() == asked.read_bytes()
        for asked in (_MANIFEST, _LOCK)
    )


def fetch() -> None:
    """Fetch the packages. Raises `CalledProcessError` if npm cannot, `OSError` if it is not there."""
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def build(built: Path = BUILT) -> None:
    """Put the files in a folder, all or none; raises `OSError` if a package lacks one."""
    with TemporaryDirectory(dir=built.parent, prefix=".built-") as name:
        folder = Path(name) / "built"
        folder.mkdir()
        for source, target in read(_MANIFEST)["built"].items():
            shutil.copy(_PACKAGES / source, folder / target)
        (folder / "licences.txt").write_text(licences(), encoding="utf-8")
        for asked in (_MANIFEST, _LOCK):
            shutil.copy(asked, folder)
        shutil.rmtree(built, ignore_errors=True)
        folder.rename(built)


def licences() -> str:
    """Give the licences of the packages whose files are served, and of all that their files are made of."""
    packages = {
        path: package
        for path, package in read(_LOCK)["packages"].items()
        if path and not package.get("dev") and (ROOT / path).is_dir()
    }
    return "\n\n".join(
        f"{path.rpartition('node_modules/')[2]} {package['version']}, {_licence(ROOT / path)}"
        for path, package in packages.items()
    )


def _licence(package: Path) -> str:
    texts = sorted(path for path in package.iterdir() if path.stem.upper() in {"LICENSE", "LICENCE"})
    named = str(read(package / "package.json").get("license", "no licence named"))
    return "\n\n".join([named, *(path.read_text(encoding="utf-8").strip() for path in texts)])


def read(path: Path) -> dict[str, Any]:
    """Read a file of JSON."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
