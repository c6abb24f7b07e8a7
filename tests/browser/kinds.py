"""The kinds of pages, how each is come to, and how it may be looked at."""

import time
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Page

# Seconds. The server makes what its pages are made of in one; the rest is for a machine that does much else.
PATIENCE = 30


class Kind(NamedTuple):
    """Where a kind of page is come to from, and what is clicked there, if anything."""

    start: str
    link: str | None = None


FIRST_EVENT = "section[aria-label=Events] h2 a"
FIRST_NAME = "section[aria-labelledby=names] a"
KINDS = {
    "overview": Kind("/"),
    "events": Kind("/events"),
    "event": Kind("/search?q=Kirkuk+market", "section[aria-labelledby=events] h3 a"),
    "warning": Kind("/events?type=Threat", FIRST_EVENT),
    "actor": Kind("/search?q=Rafidain", FIRST_NAME),
    "facility": Kind("/search?q=Ghazlani", FIRST_NAME),
    "place": Kind("/search?q=Mosul", FIRST_NAME),
    "report": Kind("/", "section[aria-labelledby=reports] h3 a"),
    "search": Kind("/search?q=rockets"),
    "query": Kind("/?question=attacks-by-actor-and-month"),
    "vocabulary": Kind("/polemos/ontology"),
    "try": Kind("/try", "text=Read it"),
    "error": Kind("/events?page=999"),
}
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}


def go_to(page: Page, kind: str) -> None:
    """From where a kind of page is come to, go there."""
    link = KINDS[kind].link
    if link:
        page.locator(link).first.click()
        page.wait_for_load_state()


def is_ready(address: str) -> None:
    """Wait until a server that has just started can show pages."""
    until = time.monotonic() + PATIENCE
    while (status := _status(f"{address}/events")) != 200:
        assert status == 503, status
        assert time.monotonic() < until, "the server made no index"
        time.sleep(0.1)


def _status(address: str) -> int:
    try:
        with urlopen(address) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
