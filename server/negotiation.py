"""The formats that answers are written in, and which of them a client gets."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flask import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from server.messages import Chosen


@dataclass(frozen=True, slots=True)
class Format:
    """A format, its names for the `format` parameter and its media types, the best known first of each."""

    names: tuple[str, ...]
    media_types: tuple[str, ...]

    def chosen(self, media_type: str | None = None) -> Chosen:
        """Give the format, to be sent as one of its media types."""
        media_type = media_type or self.media_types[0]
        is_text = media_type.startswith("text/")
        return Chosen(self.media_types[0], f"{media_type}; charset=utf-8" if is_text else media_type)

    def is_called(self, name: str) -> bool:
        """Say whether a name or a media type in lower case is the format's."""
        return name in self.names or name in self.media_types


# Characters of what a client asks for that is worth remembering: nobody fills the memory with it.
_USUAL: Final = 500
# A client may name the character set that all is written in anyway.
_CHARSET: Final = re.compile(r"\s*;\s*charset=[^;,]*", re.IGNORECASE)

# In the order of preference for a client that has none.
RESULTS: Final = (
    Format(("json",), ("application/sparql-results+json", "application/json")),
    Format(("xml",), ("application/sparql-results+xml", "application/xml")),
    Format(("csv",), ("text/csv",)),
    Format(("tsv",), ("text/tab-separated-values",)),
)
GRAPHS: Final = (
    Format(("turtle", "ttl"), ("text/turtle",)),
    Format(("jsonld", "json-ld", "json"), ("application/ld+json", "application/json")),
    Format(("ntriples", "nt"), ("application/n-triples",)),
    Format(("rdfxml", "xml", "rdf+xml"), ("application/rdf+xml", "application/xml")),
    Format(("trig",), ("application/trig",)),
    Format(("nquads", "nq"), ("application/n-quads",)),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asked for: a format by name, which wins where there is such a format, and `Accept`."""

    name: str
    accept: str


def wish(request: Request) -> Wish:
    """Read what a client asks for."""
    return Wish(request.values.get("format", ""), request.headers.get("Accept", ""))


def choose(wish: Wish, offers: tuple[Format, ...]) -> Chosen | None:
    """Give what a client wants of what is offered; None if it takes nothing of it."""
    is_usual = len(wish.name) + len(wish.accept) < _USUAL
    return _chosen_again(wish, offers) if is_usual else _chosen(wish, offers)


@lru_cache(maxsize=1024)  # browsers and libraries send a few headers again and again
def _chosen_again(wish: Wish, offers: tuple[Format, ...]) -> Chosen | None:
    return _chosen(wish, offers)


def _chosen(wish: Wish, offers: tuple[Format, ...]) -> Chosen | None:
    name = wish.name.lower()
    if any(offer.is_called(name) for offer in (*RESULTS, *GRAPHS)):
        return next((offer.chosen() for offer in offers if offer.is_called(name)), None)
    return _accepted(parse_accept_header(_CHARSET.sub("", wish.accept), MIMEAccept), offers)


def _accepted(accept: MIMEAccept, offers: tuple[Format, ...]) -> Chosen | None:
    """Choose by quality, as RFC 9110 has it: the most specific range that matches decides."""
    if not accept:
        return offers[0].chosen()
    rated = [(accept.quality(kind), offer, kind) for offer in offers for kind in offer.media_types]
    quality, offer, kind = max(rated, key=lambda rating: rating[0])
    return offer.chosen(kind) if quality > 0 else None
