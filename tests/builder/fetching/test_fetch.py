"""Tests of builder.fetching: a real site on this machine, asked by the real client."""

import gzip
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from builder.errors import SettingError, StoreError
from builder.fetching import addresses, client, run
from builder.fetching.client import LARGEST
from builder.fetching.manners import HOPS, TRIES, Manners
from builder.fetching.run import Sources, Summary, Unwatched, fetch
from builder.fetching.state import Standing, State
from builder.model import Article
from builder.readers import read

from .site import HTML, TEXT, Reply, Site, atom, entry, item, page, rss

QUICK = Manners(delay=0, allow_private=True)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "FIRST_PAUSE", 0)


class Told(Unwatched):
    """Keeps what it is told, and stops after so many feeds and pages."""

    def __init__(self, stop_after: int = 1000) -> None:
        self.failures: list[str] = []
        self.notes: list[str] = []
        self.done = self.total = 0
        self.stop_after = stop_after

    def progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def failed(self, reason: str) -> None:
        self.failures.append(reason)

    def noted(self, words: str) -> None:
        self.notes.append(words)

    def should_stop(self) -> bool:
        return self.done >= self.stop_after


def counts(summary: Summary) -> tuple[int, int, int, int]:
    """How many pages were written, unchanged, left and failed."""
    return summary.written, summary.unchanged, summary.left, len(summary.failures)


def articles(folder: Path) -> list[Article]:
    found = list(read([folder]))
    assert all(isinstance(each, Article) for each in found), found
    return [each for each in found if isinstance(each, Article)]


def pages(*urls: str, again: frozenset[Standing] = frozenset()) -> Sources:
    return Sources(pages=urls, again=again)


# What comes of feeds and lists


def test_an_rss_feed_becomes_articles_with_what_it_says_of_them(site: Site, tmp_path: Path) -> None:
    feed = site.put("/rss", rss(item(site.page("/2024/bomb.html")), item("/2024/raid.html", "Raid")))
    site.page("/2024/raid.html", "Gunmen raided a police station in Mosul on Monday, officials said.")
    watcher = Told()
    summary = fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK, watcher=watcher)
    assert (summary.feeds, summary.new, counts(summary)) == (1, 2, (2, 0, 0, 0))
    assert (watcher.done, watcher.total) == (3, 3)
    bomb, raid = sorted(articles(tmp_path), key=lambda each: each.title or "")
    assert (bomb.title, raid.title) == ("Bomb in Kirkuk", "Raid")
    assert bomb.source == f"{site.url}/2024/bomb.html"
    assert bomb.published is not None
    assert bomb.published.isoformat() == "2024-01-24T01:30:00+03:00"
    assert TEXT in bomb.text


def test_an_atom_feed_tells_of_changes(site: Site, tmp_path: Path) -> None:
    link = site.put("/bomb", Reply(page(TEXT)), Reply(page(TEXT.replace("12", "14"))))
    feed = site.put("/atom", atom(entry(link)))
    assert fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK).written == 1
    (before,) = articles(tmp_path)
    assert before.identifier == f"tag:desk,2024:{link}"
    assert str(before.published) == "2024-01-24 07:00:00+03:00"
    assert fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK).written == 0
    site.put("/atom", atom(entry(link, updated="2024-01-24T12:00:00+03:00")))
    assert fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK).written == 1
    (after,) = articles(tmp_path)
    assert "14 people" in after.text
    assert after.origin == before.origin


def test_a_second_run_asks_for_what_is_new_alone(site: Site, tmp_path: Path) -> None:
    sources = Sources(feeds=(site.put("/rss", rss(item(site.page("/1")))),))
    fetch(sources, tmp_path, manners=QUICK)
    site.asked.clear()
    summary = fetch(sources, tmp_path, manners=QUICK)
    assert (summary.feeds, counts(summary), site.paths()) == (1, (0, 0, 0, 0), ["/rss"])
    assert "If-None-Match" in site.asked[-1].headers
    assert [each.path for each in site.asked] == ["/rss"], "robots.txt is kept for a day"
    site.put("/rss", rss(item(site.page("/1")), item(site.page("/2"))))
    site.asked.clear()
    assert counts(fetch(sources, tmp_path, manners=QUICK)) == (1, 0, 0, 0)
    assert site.paths() == ["/rss", "/2"]


def test_a_page_of_two_feeds_and_a_list_is_asked_for_once(site: Site, tmp_path: Path) -> None:
    link = site.page("/1")
    feeds = (site.put("/rss", rss(item(link))), site.put("/atom", atom(entry(link))))
    fetch(Sources(feeds=feeds, pages=(link, f"{link}#top")), tmp_path, manners=QUICK)
    assert site.paths().count("/1") == 1
    assert len(articles(tmp_path)) == 1


def test_listed_pages_are_fetched_and_refreshed_when_asked(site: Site, tmp_path: Path) -> None:
    same = site.put("/same", Reply(page(TEXT), headers={**HTML, "ETag": '"1"'}))
    silent = site.put("/silent", Reply(page(TEXT)))
    changed = site.put("/changed", Reply(page(TEXT)), Reply(page(TEXT.replace("12", "14"))))
    plain = site.put("/plain", Reply(TEXT.encode(), headers={"Content-Type": "text/plain"}))
    urls = (same, silent, changed, plain)
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK)) == (4, 0, 0, 0)
    assert {each.source for each in articles(tmp_path)} == set(urls)
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK)) == (0, 0, 0, 0)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.html")}
    again = pages(*urls, again=frozenset({Standing.HELD}))
    assert counts(fetch(again, tmp_path, manners=QUICK)) == (1, 3, 0, 0)
    after = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.html")}
    assert sum(before[file] != after[file] for file in before) == 1, "what is the same is not written anew"
    assert counts(fetch(again, tmp_path, manners=QUICK)) == (0, 4, 0, 0)


def test_a_page_in_another_format_takes_the_place_of_the_former(site: Site, tmp_path: Path) -> None:
    plain = Reply(TEXT.encode(), headers={"Content-Type": "text/plain"})
    url = site.put("/1", Reply(page(TEXT)), plain)
    fetch(pages(url), tmp_path, manners=QUICK)
    fetch(pages(url, again=frozenset({Standing.HELD})), tmp_path, manners=QUICK)
    (article,) = articles(tmp_path)
    assert article.text == TEXT


def test_the_encoding_that_only_the_server_knows_is_kept(site: Site, tmp_path: Path) -> None:
    body = (
        page("Взрыв прогремел на рынке в Киркуке во вторник, сообщила полиция города.")
        .decode()
        .encode("cp1251")
    )
    url = site.put("/1", Reply(body, headers={"Content-Type": "text/html; charset=windows-1251"}))
    fetch(pages(url), tmp_path, manners=QUICK)
    assert "Взрыв прогремел" in articles(tmp_path)[0].text


# Manners


def test_every_request_names_who_asks(site: Site, tmp_path: Path) -> None:
    manners = Manners(delay=0, allow_private=True, contact="desk@example.org")
    fetch(pages(site.page("/1")), tmp_path, manners=manners)
    assert {each.path for each in site.asked} == {"/robots.txt", "/1"}
    assert {each.headers["User-Agent"] for each in site.asked} == {"Polemos/0.1.0 (+desk@example.org)"}


@pytest.mark.parametrize("contact", ["a\r\nX: y", "bür@example.org"])
def test_a_contact_that_no_request_can_hold_is_refused(contact: str) -> None:
    with pytest.raises(SettingError, match="--contact"):
        Manners(contact=contact)


def test_what_robots_are_forbidden_is_not_asked_for(site: Site, tmp_path: Path) -> None:
    rules = b"User-agent: *\nDisallow: /\nUser-agent: polemos\nDisallow: /private/\nAllow: /private/*.html$\n"
    site.put("/robots.txt", Reply(rules, headers={"Content-Type": "text/plain"}))
    urls = (site.page("/private/1"), site.page("/private/2.html"), site.page("/open"))
    watcher = Told()
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK, watcher=watcher)) == (2, 0, 0, 1)
    assert sorted(site.paths()) == ["/open", "/private/2.html"]
    assert watcher.failures == [f"{urls[0]}: is not for robots, its robots.txt says"]
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK)) == (0, 0, 0, 0), "nor asked for again"


@pytest.mark.parametrize(("status", "written"), [(404, 1), (403, 1), (500, 0), (503, 0), (429, 0)])
def test_a_site_without_robots_txt_is_open_and_one_that_cannot_say_is_not(
    site: Site, tmp_path: Path, status: int, written: int
) -> None:
    site.put("/robots.txt", Reply(status=status))
    assert fetch(pages(site.page("/1")), tmp_path, manners=QUICK).written == written
    site.put("/robots.txt", Reply(status=404))
    assert fetch(pages(f"{site.url}/1"), tmp_path, manners=QUICK).written == 1 - written


def test_a_robots_txt_elsewhere_is_followed_to(
    site: Site, make_site: Callable[..., Site], tmp_path: Path
) -> None:
    other = make_site()
    other.put("/rules", Reply(b"User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"}))
    site.put("/robots.txt", Reply(status=301, headers={"Location": f"{other.url}/rules"}))
    assert counts(fetch(pages(site.page("/1")), tmp_path, manners=QUICK)) == (0, 0, 0, 1)
    assert site.paths() == []


def test_a_crawl_delay_beyond_patience_leaves_the_rest_to_the_next_run(site: Site, tmp_path: Path) -> None:
    site.put(
        "/robots.txt", Reply(b"User-agent: *\nCrawl-delay: 7200", headers={"Content-Type": "text/plain"})
    )
    urls = (site.page("/1"), site.page("/2"))
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK)) == (1, 0, 1, 0)
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK)) == (0, 0, 1, 0), "two hours have not passed"


def test_a_site_that_is_busy_is_asked_again_later(site: Site, tmp_path: Path) -> None:
    url = site.put("/1", Reply(status=429, headers={"Retry-After": "0"}), Reply(page(TEXT)))
    assert counts(fetch(pages(url), tmp_path, manners=QUICK)) == (1, 0, 0, 0)
    assert site.paths() == ["/1", "/1"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [True, False])
def test_a_site_that_wants_an_hour_gets_it(site: Site, tmp_path: Path, status: int, is_date: bool) -> None:
    hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True) if is_date else "3600"
    busy = site.put("/1", Reply(status=status, headers={"Retry-After": hour}), Reply(page(TEXT)))
    urls = (busy, site.page("/2"))
    watcher = Told()
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK, watcher=watcher)) == (0, 0, 2, 0)
    assert len(watcher.notes) == 1
    assert watcher.notes[0].startswith(f"{site.url}: wants to be left alone until ")
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK)) == (0, 0, 2, 0)
    assert site.paths() == ["/1"]


@pytest.mark.parametrize("said", ["9" * 9, "9" * 5000, "soon", "Fri, 31 Dec 9999 23:59:59 GMT", "-1", ""])
def test_no_site_is_left_alone_for_longer_than_a_day(site: Site, tmp_path: Path, said: str) -> None:
    busy = site.put("/1", *[Reply(status=503, headers={"Retry-After": said})] * TRIES)
    fetch(pages(busy), tmp_path, manners=QUICK)
    with State.open(tmp_path) as state:
        assert state.rests_until(site.url) <= time.time() + 24 * 60 * 60


@pytest.mark.parametrize("said", ["1e308", "inf", "nan", "-5", "soon"])
def test_no_crawl_delay_breaks_a_run(site: Site, tmp_path: Path, said: str) -> None:
    site.put("/robots.txt", Reply(f"User-agent: *\nCrawl-delay: {said}".encode()))
    assert fetch(pages(site.page("/1")), tmp_path, manners=QUICK).written == 1
    with State.open(tmp_path) as state:
        assert state.rests_until(site.url) <= time.time() + 24 * 60 * 60


def test_a_server_that_fails_is_asked_three_times_a_run(site: Site, tmp_path: Path) -> None:
    url = site.put("/1", *[Reply(status=502)] * (TRIES + 1), Reply(page(TEXT)))
    assert counts(fetch(pages(url), tmp_path, manners=QUICK)) == (0, 0, 0, 1)
    assert len(site.paths()) == TRIES
    assert counts(fetch(pages(url), tmp_path, manners=QUICK)) == (1, 0, 0, 0), "the next run tries again"


def test_a_refusal_is_told_once_and_asked_again_when_wanted(site: Site, tmp_path: Path) -> None:
    url = site.put("/1", Reply(status=410), Reply(page(TEXT)))
    watcher = Told()
    assert counts(fetch(pages(url), tmp_path, manners=QUICK, watcher=watcher)) == (0, 0, 0, 1)
    assert watcher.failures == [f"{url}: answers 410"]
    assert counts(fetch(pages(url), tmp_path, manners=QUICK)) == (0, 0, 0, 0)
    again = pages(url, again=frozenset({Standing.REFUSED}))
    assert counts(fetch(again, tmp_path, manners=QUICK)) == (1, 0, 0, 0)


def test_cookies_are_not_kept(site: Site, tmp_path: Path) -> None:
    first = site.page("/1", **{"Set-Cookie": "who=you; Path=/"})
    fetch(pages(first, site.page("/2")), tmp_path, manners=QUICK)
    assert not any("Cookie" in each.headers for each in site.asked)


# What strangers send


def test_private_addresses_are_refused_unless_allowed(site: Site, tmp_path: Path) -> None:
    url = site.page("/1")
    port = url.rpartition(":")[2]
    watcher = Told()
    urls = (url, f"http://localhost:{port}", f"http://[::ffff:127.0.0.1]:{port}", f"http://2130706433:{port}")
    assert fetch(pages(*urls), tmp_path, manners=Manners(delay=0), watcher=watcher).written == 0
    assert site.asked == []
    assert len(watcher.failures) == len(urls)
    assert all("leads to this machine or its network" in each for each in watcher.failures[:3])
    assert all("--allow-private" in each for each in watcher.failures[:3])


def test_a_redirect_to_a_private_address_is_refused(
    site: Site, make_site: Callable[..., Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host counts as public for once; all else is as ever."""
    is_public = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda each: each == "127.0.0.1" or is_public(each))
    secret = make_site("127.0.0.2")
    url = site.put("/1", Reply(status=302, headers={"Location": secret.page("/secret")}))
    watcher = Told()
    assert fetch(pages(url), tmp_path, manners=Manners(delay=0), watcher=watcher).written == 0
    assert site.paths() == ["/1"]
    assert secret.asked == []
    (failure,) = watcher.failures
    assert failure.startswith(f"{url}: 127.0.0.2: leads to this machine or its network")


def test_a_name_that_leads_elsewhere_once_it_was_looked_at_is_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is looked up, private when it is connected to."""
    monkeypatch.setattr(addresses, "check_public", lambda *_: None)
    watcher = Told()
    assert fetch(pages(site.page("/1")), tmp_path, manners=Manners(delay=0), watcher=watcher).written == 0
    assert site.asked == []
    assert "leads to this machine" in watcher.failures[0]


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("file:///etc/passwd", "is no web address"),
        ("ftp://example.org/a", "is no web address"),
        ("http://user:secret@example.org/", "credentials stand in no address"),
        ("/1", f"is redirected more than {HOPS} times"),
    ],
)
def test_redirects_lead_to_web_pages_and_end(site: Site, tmp_path: Path, location: str, says: str) -> None:
    url = site.put("/1", Reply(status=301, headers={"Location": location}))
    watcher = Told()
    assert fetch(pages(url), tmp_path, manners=QUICK, watcher=watcher).written == 0
    assert says in watcher.failures[0]
    assert "secret" not in watcher.failures[0]
    assert len(site.paths()) == (HOPS + 1 if location == "/1" else 1)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine, and its key, that nobody has signed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    path = tmp_path / "certificate.pem"
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    named = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run([*made, *named, "-keyout", path, "-out", path], check=True, capture_output=True)
    return path


def test_tls_is_spoken_with_who_has_a_certificate_that_is_trusted(
    make_site: Callable[..., Site], certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(certificate=certificate)
    url = site.page("/1")
    watcher = Told()
    assert fetch(pages(url), tmp_path / "in", manners=QUICK, watcher=watcher).written == 0
    (failure,) = watcher.failures
    assert failure.startswith(f"{url}: ")
    assert failure.endswith("cannot be reached (self-signed certificate)")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert fetch(pages(url), tmp_path / "in", manners=Manners(delay=0)).written == 0, "it is private still"
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    again = pages(url, again=frozenset({Standing.REFUSED}))
    assert fetch(again, tmp_path / "in", manners=Manners(delay=0)).written == 1


def test_a_redirect_is_followed_and_its_end_is_the_source(site: Site, tmp_path: Path) -> None:
    url = site.put("/short", Reply(status=302, headers={"Location": "/long/bomb"}))
    site.page("/long/bomb")
    fetch(pages(url), tmp_path, manners=QUICK)
    assert articles(tmp_path)[0].source == f"{site.url}/long/bomb"


BOMB = gzip.compress(b"\0" * 60_000_000)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(b"a" * (LARGEST + 1)), "is larger than 10,000,000 bytes"),
        (Reply(BOMB, headers={**HTML, "Content-Encoding": "gzip"}), "is larger than 10,000,000 bytes"),
        (Reply(b"no gzip", headers={**HTML, "Content-Encoding": "gzip"}), "cannot be unpacked"),
        (Reply(b"half", headers={**HTML, "Content-Length": "9999"}), "broke off"),
        (Reply(b"\x89PNG", headers={"Content-Type": "image/png"}), "is image/png, which is not read"),
    ],
    ids=["large", "bomb", "mangled", "short", "picture"],
)
def test_what_cannot_be_an_article_is_refused(site: Site, tmp_path: Path, reply: Reply, says: str) -> None:
    watcher = Told()
    urls = (site.put("/1", reply), site.page("/2"))
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK, watcher=watcher)) == (1, 0, 0, 1)
    assert watcher.failures == [f"{urls[0]}: {says}"]


def test_a_server_that_trickles_is_given_up(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LONGEST", 0.5)
    site.put("/robots.txt", Reply(b"", headers={"Content-Type": "text/plain"}))
    endless = site.put("/1", Reply(page(TEXT)))
    site.trickling.add("/1")
    watcher = Told()
    assert fetch(pages(endless), tmp_path, manners=QUICK, watcher=watcher).written == 0
    assert "takes longer than" in watcher.failures[0]


def test_a_host_that_is_not_there_is_tried_once(tmp_path: Path) -> None:
    watcher = Told()
    urls = tuple(f"http://127.0.0.1:9/{number}" for number in range(5))
    assert counts(fetch(pages(*urls), tmp_path, manners=QUICK, watcher=watcher)) == (0, 0, 4, 1)
    assert "cannot be reached" in watcher.failures[0]
    assert "0x" not in watcher.failures[0]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<rss version='2.0'><channel><item><title>a", "is no well-formed feed"),
        (b"<html><body>Not a feed</body></html>", "is no RSS or Atom feed"),
        (b"", "is no "),
        (b"{}", "is no "),
    ],
    ids=["broken", "page", "empty", "json"],
)
def test_a_bad_feed_never_stops_the_others(site: Site, tmp_path: Path, body: bytes, says: str) -> None:
    bad = site.put("/bad", Reply(body, headers={"Content-Type": "text/xml"}))
    good = site.put("/rss", rss(item(site.page("/1"))))
    watcher = Told()
    summary = fetch(Sources(feeds=(bad, good)), tmp_path, manners=QUICK, watcher=watcher)
    assert counts(summary) == (1, 0, 0, 1)
    assert watcher.failures[0].startswith(f"{bad}: {says}")


def test_what_can_be_read_of_a_broken_feed_is(site: Site, tmp_path: Path) -> None:
    broken = rss(item(site.page("/1")), "<item><title>a & b</title></itm>")
    watcher = Told()
    feed = site.put("/rss", broken)
    summary = fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK, watcher=watcher)
    assert counts(summary) == (1, 0, 0, 0)
    assert any("is not well-formed" in each for each in watcher.notes)
    assert any("without an address (a" in each for each in watcher.notes)


def test_entities_of_a_feed_open_no_files_and_do_not_swell(site: Site, tmp_path: Path) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lol}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    link = site.page("/1")
    told = f"<item><title>x&f;&l11;</title><link>{link}</link></item>"
    body = f'{head}<rss version="2.0"><channel>{told}</channel></rss>'
    feed = site.put("/rss", Reply(body.encode(), headers={"Content-Type": "text/xml"}))
    fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK)
    told = "".join(file.read_text() for file in tmp_path.rglob("*.json"))
    assert len(told) < 1000
    assert Path("/etc/hostname").read_text().strip() not in told


def test_a_proxy_connects_but_not_to_what_is_private_here(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site.url)
    monkeypatch.setenv("no_proxy", "")
    site.replies["http://news.invalid/1"] = [Reply(page(TEXT))]
    watcher = Told()
    urls = ("http://news.invalid/1", "http://localhost:1/2", "http://127.0.0.1:1/3")
    summary = fetch(pages(*urls), tmp_path, manners=Manners(delay=0), watcher=watcher)
    assert counts(summary) == (1, 0, 0, 2)
    assert site.paths() == ["http://news.invalid/robots.txt", "http://news.invalid/1"]
    assert all("leads to this machine or its network" in each for each in watcher.failures)


# Runs that are broken off


def test_what_a_stopped_run_has_left_the_next_fetches(site: Site, tmp_path: Path) -> None:
    feed = site.put("/rss", rss(*(item(site.page(f"/{number}")) for number in range(5))))
    summary = fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK, watcher=Told(stop_after=3))
    assert (summary.stopped, counts(summary)) == (True, (2, 0, 3, 0))
    site.asked.clear()
    assert counts(fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK)) == (3, 0, 0, 0)
    assert len(site.paths()) == 4, "the feed itself is as it was"
    assert len(articles(tmp_path)) == 5


def test_a_pause_ends_when_the_run_is_stopped(site: Site, tmp_path: Path) -> None:
    urls = (site.page("/1"), site.page("/2"))
    begun = time.monotonic()
    manners = Manners(delay=60, allow_private=True)
    summary = fetch(pages(*urls), tmp_path, manners=manners, watcher=Told(stop_after=1))
    assert (summary.stopped, summary.left) == (True, 1)
    assert time.monotonic() - begun < 30


def test_two_runs_do_not_fetch_into_one_folder(site: Site, tmp_path: Path) -> None:
    class Second(Unwatched):
        def progress(self, done: int, total: int) -> None:
            with pytest.raises(StoreError, match=r"another process fetches into it .*process \d+"):
                fetch(Sources(), tmp_path)

    assert fetch(pages(site.page("/1")), tmp_path, manners=QUICK, watcher=Second()).written == 1


def test_what_is_remembered_in_a_strange_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".fetched.sqlite").write_text("years of work, but no database " * 100)
    with pytest.raises(StoreError, match="remove this file"):
        fetch(Sources(), tmp_path)


def test_the_metadata_is_what_readers_know(site: Site, tmp_path: Path) -> None:
    feed = site.put("/rss", rss(item(site.page("/1"), title="Schüsse &amp; Explosionen")))
    fetch(Sources(feeds=(feed,)), tmp_path, manners=QUICK)
    (file,) = tmp_path.rglob("*.json")
    assert json.loads(file.read_text()) == {
        "source": f"{site.url}/1",
        "title": "Schüsse & Explosionen",
        "published": "2024-01-24T01:30:00+03:00",
    }
