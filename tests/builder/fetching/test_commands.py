"""Tests of polemos fetch and polemos watch as users start them, with a site of this machine."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from builder.errors import StoreHeldError
from builder.model import Article
from builder.readers import read
from builder.store import Store, open_snapshot

from .site import TEXT, Reply, Site, item, rss

POLEMOS = str(Path(sys.executable).with_name("polemos"))
RAID = "Gunmen attacked a police station in Mosul on Monday, wounding three officers."
HERE = ("--allow-private", "--delay", "0")


def ran(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [POLEMOS, *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=120)


def reports(store: Path) -> int:
    return sum("/report/" in str(name) for name in open_snapshot(store).named_graphs())


def test_fetch_fetches_feeds_and_pages_and_says_so(site: Site, tmp_path: Path) -> None:
    feeds, pages, report = tmp_path / "feeds.txt", tmp_path / "pages.txt", tmp_path / "report.json"
    feeds.write_text(f"# the desk\n\n{site.put('/rss', rss(item(site.page('/1'))))}\n")
    pages.write_text(f"{site.page('/2')}\nnews/today\n{site.url}/gone\n")
    lists = ("--feeds", feeds, "--pages", pages)
    done = ran("fetch", *lists, "--into", tmp_path / "in", "--report", report, *HERE)
    assert done.returncode == 1
    assert done.stdout.startswith("1 feed, 1 new page: written 2, unchanged 0, failed 1; ")
    assert done.stderr.splitlines() == [
        f"polemos: error: {pages}:2: 'news/today' is no web address; give one that begins with https://",
        f"polemos: error: {site.url}/gone: answers 404",
    ]
    assert json.loads(report.read_text())["written"] == 2
    again = ran("fetch", "--feeds", feeds, "--into", tmp_path / "in", *HERE)
    assert (again.returncode, again.stderr) == (0, "")


def test_fetch_takes_pages_from_standard_input(site: Site, tmp_path: Path) -> None:
    done = ran("fetch", "--pages", "-", "--into", tmp_path / "in", *HERE, stdin=f"{site.page('/1')}\nno\n")
    assert "standard input:2: 'no' is no web address" in done.stderr
    assert "written 1" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("fetch", "--into", "in"), "name a file with --feeds or --pages"),
        (("fetch", "https://example.org/rss"), "Missing option '--into'"),
        (("watch", "https://example.org/rss", "--store", "store"), "--into DIR"),
        (("watch", "--store", "store"), "Missing argument"),
        (("watch", "news", "--store", "store", "--every", "soon"), "write 90s, 10m or 2h"),
    ],
)
def test_wrong_usage_is_said(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    done = subprocess.run([POLEMOS, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_a_fetch_and_loses_nothing(site: Site, tmp_path: Path) -> None:
    feed = site.put("/rss", rss(*(item(site.page(f"/{number}")) for number in range(3))))
    command = ("fetch", feed, "--into", tmp_path / "in", "--allow-private")
    with started(*command, "--delay", "60") as process:
        site.wait_for("/rss")
        process.send_signal(signal.SIGINT)
        assert "left for the next run 3" in lines_until(process, "1 feed, 3 new pages")[-1]
        assert process.wait(60) == 130
    done = ran(*command, "--delay", "0")
    assert "1 feed, 0 new pages: written 3, unchanged 0, failed 0;" in done.stdout


def test_a_fetch_that_is_killed_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    feed = site.put("/rss", rss(*(item(site.page(f"/{number}")) for number in range(20))))
    command = ("fetch", feed, "--into", tmp_path / "in", *HERE)
    for number in ("5", "10", "15"):
        with started(*command) as process:
            site.wait_for(f"/{number}")
            process.kill()
            process.wait()
    assert ran(*command).returncode == 0
    assert sum(isinstance(each, Article) for each in read([tmp_path / "in"])) == 20
    # In flight when it was killed, a page or two each time: what was fetched is not asked for again.
    assert len([path for path in site.paths() if path != "/rss"]) <= 20 + 3 * 2


@contextmanager
def started(*arguments: str | Path) -> Iterator["subprocess.Popen[str]"]:
    command = [POLEMOS, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_until(process: "subprocess.Popen[str]", words: str) -> list[str]:
    """Read what a process says up to a line with those words; it must say them before it ends."""
    assert process.stdout is not None
    read = []
    for line in process.stdout:
        read.append(line)
        if words in line:
            return read
    raise AssertionError(f"it never said {words!r}, but: {''.join(read)}")


@contextmanager
def held(store: Path) -> Iterator[None]:
    """Write to a store, as soon as nobody else does."""
    for _ in range(10_000):
        with suppress(StoreHeldError), Store.open(store):
            yield
            return
    raise AssertionError("the store was never free")


def test_watch_follows_a_folder_and_a_feed(site: Site, tmp_path: Path) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text(RAID)
    (news / "bad.txt").write_text("")
    feed = site.put("/rss", rss(item(site.page("/1"))))
    command = ("watch", news, feed, "--into", tmp_path / "in", "--store", store, "--every", "1s")
    with started(*command, "--trained-model", "none", *HERE) as process:
        first = lines_until(process, "documents: built 2, unchanged 0, failed 1;")
        assert any("1 feed, 1 new page: written 1" in line for line in first)
        assert sum("bad.txt: has no text" in line for line in first) == 1
        assert reports(store) == 2
        quiet = lines_until(process, "documents: built 0, unchanged 2, failed 1;")
        assert not any("bad.txt" in line for line in quiet), "it was said before"
        site.put("/rss", Reply(status=404))
        lines_until(process, f"polemos: error: {feed}: answers 404")
        site.put("/rss", rss(item(site.page("/1")), item(site.page("/2", TEXT.replace("12", "30")))))
        lines_until(process, "documents: built 1, unchanged 2, failed 1;")
        assert reports(store) == 3
        (news / "a.txt").write_text(RAID.replace("three", "four"))
        lines_until(process, "built 1, unchanged 2, failed 1, retracted 1;")
        with held(store):
            (news / "b.txt").write_text("Rockets hit an air base near Kirkuk overnight, the army said.")
            failed = lines_until(process, "is being written by")
        assert failed[-1].startswith("polemos: error: ")
        assert "the next round tries again" in failed[-1]
        lines_until(process, "documents: built 1, unchanged 3, failed 1;")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert reports(store) == 4


def test_watch_prunes_what_is_gone_but_not_what_is_away(tmp_path: Path) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text(RAID)
    (news / "b.txt").write_text("Nothing happened in Oslo on Monday.")
    command = ("watch", news, "--store", store, "--every", "1s", "--prune", "--trained-model", "none")
    with started(*command) as process:
        lines_until(process, "built 2, unchanged 0, failed 0;")
        news.rename(tmp_path / "away")
        lines_until(process, "is not there, so that --prune does nothing")
        (tmp_path / "away").rename(news)
        lines_until(process, "built 0, unchanged 2, failed 0;")
        (news / "b.txt").unlink()
        lines_until(process, "built 0, unchanged 1, failed 0, retracted 1;")


def test_watch_says_at_once_what_is_wrong_with_the_store(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    done = ran("watch", tmp_path, "--store", tmp_path)
    assert (done.returncode, "holds files that Polemos did not make" in done.stderr) == (1, True)
