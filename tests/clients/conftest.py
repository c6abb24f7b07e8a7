"""The server as a process of its own, for clients that others wrote."""

from collections.abc import Iterator

import pytest

from .serving import make_store, served


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the endpoint, to read from."""
    with served(make_store(tmp_path_factory.mktemp("clients") / "store")) as address:
        yield address
