"""Sites of this machine to fetch from."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .site import Site, served


@pytest.fixture
def make_site() -> Iterator[Callable[..., Site]]:
    """Starts sites; they end with the test."""
    with ExitStack() as sites:
        yield lambda *host, **more: sites.enter_context(served(*host, **more))


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()
