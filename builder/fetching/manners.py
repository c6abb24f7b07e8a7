"""How Polemos behaves towards sites that it fetches from."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from builder.errors import SettingError

# By this name a robots.txt may speak of Polemos.
ROBOT: Final = "Polemos"
# Seconds between two requests to a host: what Apache Nutch, an old and well-known crawler, leaves by default.
DELAY: Final = 5.0
# Seconds that a host may make a run wait, by Crawl-delay or Retry-After; for more, there is the next run.
PATIENCE: Final = 120.0
# Seconds that a host is left alone at most, whatever it wants: as long as its robots.txt is kept.
LONGEST_REST: Final = 24 * 60 * 60.0
# Requests for one page that the server fails to answer, and the seconds before the second; they double.
TRIES: Final = 3
FIRST_PAUSE: Final = 2.0
# As many redirects as RFC 9309 has a robot follow to a robots.txt.
HOPS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How often a host is asked (`delay`, seconds), who asks, and what may be asked.

    `contact` is an address or a page by which sites can reach whoever fetches. With `allow_private` hosts of
    this machine and its network are asked too, which links in a stranger's feed should not reach. Raises
    `SettingError` if `contact` cannot stand in a request.
    """

    delay: float = DELAY
    contact: str = ""
    allow_private: bool = False

    def __post_init__(self) -> None:
        if not (self.contact.isascii() and self.contact.isprintable()):
            raise SettingError(f"--contact {self.contact!r}: write an e-mail address or a URL, in ASCII")

    @property
    def user_agent(self) -> str:
        """By what name requests are made.

        >>> Manners(contact="desk@example.org").user_agent.partition("/")[0]
        'Polemos'
        """
        name = f"{ROBOT}/{version('polemos')}"
        return f"{name} (+{self.contact})" if self.contact else name
