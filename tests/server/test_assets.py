"""Styles, scripts and maps: kept by browsers while they are the same, and built from npm's packages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from builder.cli import polemos
from server import assets, build_assets

ROOT = Path(__file__).parents[2]
COPIED = ("package.json", "package-lock.json", "server/__init__.py", "server/build_assets.py")
fetched = pytest.mark.skipif(
    not build_assets.is_built(), reason="npm's packages are not here; `make assets` gets them"
)


def styles(client: FlaskClient) -> list[str]:
    return re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get("/").text)


def test_an_address_changes_with_what_it_gives(client: FlaskClient):
    addresses = styles(client)
    assert any(re.fullmatch(r"/static/style\.css\?v=[0-9a-f]{12}", address) for address in addresses)
    with client.get(addresses[-1]) as kept, client.get(addresses[-1].partition("?")[0]) as asked_again:
        assert kept.cache_control.max_age == 365 * 24 * 3600
        assert asked_again.cache_control.max_age is None
        assert asked_again.cache_control.no_cache
        assert kept.data == asked_again.data


def test_a_file_that_is_another_than_its_address_says_is_not_kept(client: FlaskClient):
    with client.get("/static/style.css?v=000000000000") as other:
        assert other.cache_control.max_age is None


def test_a_file_that_is_not_there_is_an_error_and_no_more(client: FlaskClient):
    assert client.get("/static/none.css?v=000000000000").status_code == 404


def test_scripts_are_compressed(client: FlaskClient):
    with client.get("/static/map.js", headers={"Accept-Encoding": "gzip"}) as script:
        assert script.headers["Content-Encoding"] == "gzip"


def test_a_page_may_load_from_here_alone():
    policy = assets.policy()
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; ")


def test_tiles_come_from_the_host_that_the_operator_chose(made: Path, serve):
    tiles = "https://tiles.example.org:8080/map/{z}/{x}/{y}.png"
    policy = serve(made, tiles=tiles).get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' https://tiles.example.org:8080;" in policy
    assert policy.replace(" https://tiles.example.org:8080", "") == assets.policy()


@pytest.mark.parametrize(
    "tiles",
    [
        "tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/all.png",
        "https://tiles.example.org; script-src *;/{z}/{x}/{y}",
        "javascript:alert({z})",
    ],
)
def test_an_address_that_is_none_of_tiles_is_refused(tiles: str, made: Path):
    result = CliRunner().invoke(polemos, ["serve", "--store", str(made), "--port", "0", "--tiles", tiles])
    assert result.exit_code == 2
    assert "https://tiles.example.org/{z}/{x}/{y}.png" in result.output


@fetched
def test_all_that_is_listed_is_built_with_its_licences(tmp_path: Path):
    built = tmp_path / "built"
    build_assets.build(built)
    listed = build_assets.read(ROOT / "package.json")
    assert len(listed["built"]) == 13
    assert {file.name for file in built.iterdir()} == {
        *listed["built"].values(),
        *("licences.txt", "package.json", "package-lock.json"),
    }
    licences = (built / "licences.txt").read_text(encoding="utf-8")
    for name, version in listed["dependencies"].items():
        assert f"{name} {version}, " in licences
    assert build_assets.is_built(built)


@fetched
def test_what_was_built_of_other_versions_is_built_anew(tmp_path: Path):
    built = tmp_path / "built"
    build_assets.build(built)
    (built / "package-lock.json").write_text("{}", encoding="utf-8")
    assert not build_assets.is_built(built)
    build_assets.build(built)
    assert build_assets.is_built(built)


def test_without_npm_it_is_said_what_is_lacking(tmp_path: Path):
    for file in COPIED:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    # As a file: a package that is installed would come before the copy.
    run = subprocess.run(
        [sys.executable, tmp_path / "server" / "build_assets.py"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": str(tmp_path)},
    )
    assert run.returncode == 1
    assert run.stderr.startswith("npm is not found. The pages work")
    assert "make assets" in run.stderr


def test_without_what_npm_brings_the_pages_work(tmp_path: Path, made: Path):
    shutil.copytree(ROOT / "server", tmp_path / "server", ignore=shutil.ignore_patterns("built"))
    program = f"""
from pathlib import Path
from server import assets, create_app
from server.app import close
from server.settings import Settings
assert not assets.is_built("leaflet.js")
app = create_app(Settings(Path({str(made)!r}), workers=1))
for path in ("/query?query=ASK+{{}}", "/?question=timeline"):
    page = app.test_client().get(path)
    assert page.status_code == 200
    assert "built/" not in page.text
    assert "<textarea" in page.text
close(app)
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
    )
    assert run.returncode == 0, run.stderr


def test_the_lock_of_npm_names_no_host_and_holds_every_hash():
    lock = build_assets.read(ROOT / "package-lock.json")
    packages = {path: package for path, package in lock["packages"].items() if path}
    assert len(packages) > 5
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())
