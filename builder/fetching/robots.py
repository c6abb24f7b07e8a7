"""What a site's robots.txt allows (RFC 9309), read by Protego and kept for a day."""

import time
from functools import lru_cache
from typing import Final

from protego import Protego

from builder.errors import FetchError, UnreachableError
from builder.fetching.addresses import address, site_of
from builder.fetching.client import Answer, Client
from builder.fetching.manners import HOPS, LONGEST_REST, ROBOT
from builder.fetching.state import State

# Bytes: RFC 9309, 2.5. A day is what it allows a robots.txt to be kept for (2.4).
LARGEST: Final = 500 * 1024
# What has no robots.txt leaves all to robots.
ALL_ALLOWED: Final = ""


class Robots:
    """Asks each site for its robots.txt once a day, before anything else."""

    def __init__(self, client: Client, state: State) -> None:
        self._client = client
        self._state = state

    def check(self, url: str) -> None:
        """Raise `FetchError` if an address is not for robots, `UnreachableError` if the site does not say."""
        if not self._rules(url).can_fetch(url, ROBOT):
            raise FetchError(url, "is not for robots, its robots.txt says")

    def delay(self, url: str) -> float:
        """Give the seconds that a site wants between requests, 0 if it does not say. Raises `FetchError`."""
        return float(self._rules(url).crawl_delay(ROBOT) or 0)

    def _rules(self, url: str) -> Protego:
        site = site_of(url)
        known = self._state.robots(site, since=time.time() - LONGEST_REST)
        if known is None:
            known = self._ask(site)
            self._state.keep_robots(site, known, asked=time.time())
        return _parsed(known)

    def _ask(self, site: str) -> str:
        url = f"{site}/robots.txt"
        for _ in range(HOPS + 1):
            answer = self._client.get(url, _any, largest=LARGEST, is_cut=True)
            if answer.location is None:
                return _read(answer)
            url = address(answer.location, base=url)
        return ALL_ALLOWED  # RFC 9309, 2.3.1.2


def _read(answer: Answer) -> str:
    """Read an answer: what is missing allows all, what cannot be had now allows nothing (RFC 9309, 2.3.1)."""
    if answer.status == 429 or answer.status >= 500:
        raise UnreachableError(answer.url, f"answers {answer.status}, so nothing there may be asked for")
    return answer.body.decode("utf-8", errors="replace") if answer.status == 200 else ALL_ALLOWED


def _any(_media_type: str) -> bool:
    return True


@lru_cache(maxsize=256)  # sites at a time; each takes some kilobytes
def _parsed(text: str) -> Protego:
    return Protego.parse(text)
