"""What holds for any address, any feed and any page that a stranger may send."""

import json
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from builder.errors import FetchError
from builder.fetching.addresses import address, is_public
from builder.fetching.client import Answer
from builder.fetching.documents import write
from builder.fetching.feeds import Entry, read_feed

from .site import atom, entry, item, rss

LINKS = st.one_of(
    st.text(),
    st.from_regex(r"https?://[^/]{1,20}(:[0-9]{0,6})?/.*", fullmatch=True),
    st.builds("https://example.org/{}".format, st.text()),
)
FEEDS = (rss(item("https://example.org/1")).body, atom(entry("https://example.org/1")).body)


@given(LINKS)
@example("https://example.org/\ud800")
@example("https://[::1")
@example("https://example.org:99999/")
def test_an_address_is_one_that_can_be_asked_for_or_an_error(text: str) -> None:
    try:
        found = address(text)
    except FetchError:
        return
    assert found.isascii()
    assert not any(letter.isspace() for letter in found)
    assert found.startswith(("http://", "https://"))
    assert address(found) == found


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7"))
def test_no_private_network_is_public(found: object) -> None:
    assert not is_public(str(found))


@given(st.sampled_from(FEEDS), st.integers(0, 400), st.binary(max_size=40), st.integers(0, 40))
def test_a_mangled_feed_is_read_or_an_error(feed: bytes, at: int, put: bytes, cut: int) -> None:
    mangled = feed[:at] + put + feed[at + cut :]
    try:
        found = read_feed(Answer("https://example.org/feed", 200, {"content-type": "text/xml"}, mangled))
    except FetchError:
        return
    for each in found.entries:
        assert address(each.url) == each.url


@example("https://-/", "", b"", "")
@example(f"https://{'a' * 500}/", "", b"", "")
@example("https://../..%2f..%2fa", "", b"", "")
@given(LINKS, st.text(), st.binary(max_size=100), st.sampled_from(["", "utf-16", "cp1251", "no-such"]))
def test_a_page_is_written_into_its_folder(link: str, title: str, body: bytes, charset: str) -> None:
    try:
        url = address(link)
    except FetchError:
        return
    headers = {"content-type": f"text/html; charset={charset}"}
    with tempfile.TemporaryDirectory() as folder:
        name, has_changed = write(Path(folder), Entry(url, title), Answer(url, 200, headers, body))
        assert has_changed
        file = Path(folder) / name
        assert file.resolve().is_relative_to(Path(folder).resolve())
        assert len(file.relative_to(folder).parts) == 2
        assert json.loads(file.with_suffix(".json").read_text())["source"] == url
        assert write(Path(folder), Entry(url, title), Answer(url, 200, headers, body)) == (name, False)
